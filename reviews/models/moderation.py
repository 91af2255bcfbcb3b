from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Section
from reviews.models.review import Review, Revision
from reviews.moderation.querysets import CaseQuerySet
from reviews.subjects import Subject


class CaseKind(models.TextChoices):
    PASTE = "paste", _("pasted text")
    REPORT = "report", _("report")
    APPEAL = "appeal", _("appeal")
    # About a title: its votes came in a way that people's votes do not.
    VOTES = "votes", _("unusual votes")


class CaseState(models.TextChoices):
    OPEN = "open", _("open")
    DECIDED = "decided", _("decided")
    APPEALED = "appealed", _("appealed")
    # Nothing left to decide: the author took the text back, or an appeal has been answered.
    CLOSED = "closed", _("closed")


class Verdict(models.TextChoices):
    KEEP = "keep", _("fine as it is")
    REMOVE = "remove", _("removed")
    RESTORE = "restore", _("restored")
    # On an appeal: the first decision stands.
    UPHOLD = "uphold", _("upheld")
    # On unusual votes: they do not count.
    EXCLUDE = "exclude", _("votes set aside")


class Case(models.Model):
    """Something a moderator must look at. `version` moves with every change, so a stale page is noticed."""

    kind = models.CharField(_("kind"), max_length=8, choices=CaseKind.choices)
    section = models.CharField(_("section"), max_length=10, choices=Section.choices)
    state = models.CharField(_("state"), max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    # What it is about: a text, or the votes of a title.
    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, blank=True, related_name="cases")
    title = models.ForeignKey(
        "films.Title", on_delete=models.CASCADE, null=True, blank=True, related_name="vote_cases"
    )
    # The words that are judged, whatever the author edits meanwhile.
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    severity = models.PositiveSmallIntegerField(_("severity"), default=0)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="claimed_cases",
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "kind"], name="case_one_open_per_cause", condition=models.Q(state="open")
            ),
            models.UniqueConstraint(
                fields=["title", "kind"], name="case_one_open_per_title", condition=models.Q(state="open")
            ),
            models.CheckConstraint(
                name="case_of_review_or_title",
                condition=models.Q(review__isnull=False, title__isnull=True)
                | models.Q(review__isnull=True, title__isnull=False, kind="votes"),
            ),
        ]
        indexes = [models.Index(fields=["section", "state", "-severity", "opened_at"], name="case_queue")]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:case", args=[self.pk])

    @property
    def text(self) -> Review:
        """The text that it is about. Raises ValueError for a case about votes, which is never asked."""
        if self.review is None:
            raise ValueError(f"Case {self.pk} is about votes, not about a text.")
        return self.review

    @property
    def subject(self) -> Subject:
        """The title or person on whose page it happened."""
        return self.title or self.text.subject

    def is_claimed_by_other(self, moderator: Member) -> bool:
        """Whether somebody else is at work on it right now."""
        if self.claimed_by_id in (None, moderator.pk) or self.claimed_until is None:
            return False
        return self.claimed_until > timezone.now()


class Evidence(models.Model):
    """One reason why a case exists, with the words concerned (positions are characters of the revision)."""

    class Kind(models.TextChoices):
        LONG_PASTE = "long_paste", _("long paste")
        OVERLAP = "overlap", _("same words elsewhere")
        REPORT = "report", _("report by a member")
        # Of votes; `detail` has the numbers and the ids of the members.
        VELOCITY = "velocity", _("many votes in a short time")
        BRIGADE = "brigade", _("votes of accounts that belong together")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evidence")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    words = models.PositiveIntegerField(_("words"), default=0)
    source_review = models.ForeignKey(
        Review, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_title = models.ForeignKey(
        "films.Title", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_person = models.ForeignKey(
        "films.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The source's words at that moment, for the comparison side by side.
    source_excerpt = models.TextField(blank=True)
    # What the browser said about the paste: a hint that can be false, never proof.
    detail = models.JSONField(default=dict, blank=True)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["start", "id"]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class Decision(models.Model):
    """What was done about a case, by whom and why."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="decisions")
    # Null once the moderator has closed their account.
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="decisions"
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="decision_has_a_reason",
                condition=~models.Q(reason=""),
                violation_error_message=_("Every decision needs its reason."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} (case {self.case_id})"


class Statement(models.Model):
    """What the author is told about a decision: what, which rule, why, and how to appeal."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="statement")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statements"
    )
    # The text as it stood, so that nothing a member wrote is lost to them.
    text = models.TextField()
    found_by = models.CharField(max_length=10, choices=CaseKind.choices)
    sent_at = models.DateTimeField(auto_now_add=True)
    appeal_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # Null until the mail has gone out (or was found to have no address); a sweep sends what was missed.
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("statement of reasons")
        verbose_name_plural = _("statements of reasons")
        indexes = [models.Index(fields=["recipient", "-id"], name="statement_of_recipient")]

    def __str__(self) -> str:
        return f"to {self.recipient_id} about {self.decision_id}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:statement", args=[self.pk])


class Appeal(models.Model):
    """A member's objection to a decision, answered through a case of its own by somebody else."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="appeal")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="appeal")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField(_("text"))
    filed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    def __str__(self) -> str:
        return f"against decision {self.decision_id}"


class LogEntry(models.Model):
    """A line of the public moderation log. The database refuses to change or delete one.

    `verb` is a stored name such as "reviews.review.removed"; the page puts it into words. No personal data.
    """

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    section = models.CharField(max_length=10, choices=Section.choices)
    rule = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    # Numbers, not keys: the log outlives what it speaks of.
    case_number = models.BigIntegerField(null=True)
    review_number = models.BigIntegerField(null=True)
    title_number = models.BigIntegerField(null=True)
    person_number = models.BigIntegerField(null=True)
    moderator_number = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.verb}"
