"""Decisions about cases, what they do to members, what these are told, and what everybody may read."""

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Section
from reviews.models.case_kinds import CaseKind, Matter
from reviews.models.cases import Case, Snapshot
from reviews.moderation.statement_querysets import StatementQuerySet


class Verdict(models.TextChoices):
    """What becomes of what the case is about."""

    KEEP = "keep", _("fine as it is")
    # Of a copied text: its own words stay, of the passage the first paragraph with a link, or a quotation.
    TRIM = "trim", _("shortened to the first paragraph and a link")
    QUOTE = "quote", _("made a quotation")
    # Until its author has answered.
    HIDE = "hide", _("hidden until the author answers")
    REMOVE = "remove", _("removed")
    RESTORE = "restore", _("restored")
    # On an appeal: the first decision stands.
    UPHOLD = "uphold", _("upheld")
    # On unusual votes: they do not count.
    EXCLUDE = "exclude", _("votes set aside")


class MeasureKind(models.TextChoices):
    """What a decision does to a member, from the mildest."""

    WARNING = "warning", _("warning")
    SLOW = "slow", _("slowed down")
    SUSPENSION = "suspension", _("suspended")


class FoundBy(models.TextChoices):
    """How a case came to be."""

    MACHINE = "machine", _("noticed by the site")
    # Written by the staff (`FlagRule`), and carried out by the site.
    RULE = "rule", _("found by an automatic rule")
    REPORT = "report", _("reported by a member")
    NOTICE = "notice", _("notice by a rights-holder")
    MODERATOR = "moderator", _("seen by a moderator")


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
    # As which moderator: the section of the case at that moment.
    section = models.CharField(_("section"), max_length=10, choices=Section.choices, blank=True)
    # The words that were judged, once the case looks at newer ones; null while it has them itself.
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="decisions", editable=False
    )
    # What is needed to take it back: of a text that was shortened the revision before, of a name the name.
    undo = models.JSONField(default=dict, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), auto_now_add=True)
    # Taken back by whoever made it, minutes later: as if it had not been, but for the log and the steps of the case.
    undone_at = models.DateTimeField(_("taken back"), null=True, blank=True)

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
        indexes = [models.Index(fields=["moderator", "-id"], name="decision_of_moderator")]

    def __str__(self) -> str:
        return f"{self.verdict} (case {self.case_id})"


class Measure(models.Model):
    """A warning, a slower pace or a suspension: against whom, why, from when to when. In force until it ends or is lifted."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="measures", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=MeasureKind.choices)
    # The decision that it came with, if any.
    decision = models.ForeignKey(
        Decision, on_delete=models.SET_NULL, null=True, blank=True, related_name="measures"
    )
    rule = models.CharField(_("rule"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    imposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    # Null: a warning, which has no end, or a suspension until it is lifted.
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The decision behind it did not stand: it is no rung of the ladder (`reviews.moderation.ladder`).
    is_annulled = models.BooleanField(_("annulled"), default=False, db_default=False)

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        indexes = [models.Index(fields=["member", "-starts_at"], name="measure_of_member")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.member_id}"


class Statement(models.Model):
    """What a member is told about a decision: what, which rule, why, and how to appeal."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="statements")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="statements"
    )
    # The text as it stood, so that nothing a member wrote is lost to them.
    text = models.TextField(blank=True)
    found_by = models.CharField(max_length=10, choices=FoundBy.choices)
    # What came with it against the member, if anything.
    measure = models.ForeignKey(Measure, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    appeal_until = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    # Null until the mail has gone out (or was found to have no address); a sweep sends what was missed.
    mailed_at = models.DateTimeField(null=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement of reasons")
        verbose_name_plural = _("statements of reasons")
        indexes = [models.Index(fields=["recipient", "-id"], name="statement_of_recipient")]
        constraints = [
            models.UniqueConstraint(fields=["decision", "recipient"], name="statement_one_each_a_decision")
        ]

    def __str__(self) -> str:
        return f"to {self.recipient_id} about {self.decision_id}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:statement", args=[self.pk])


class Appeal(models.Model):
    """A member's objection to a decision, answered through a case of its own by somebody else."""

    statement = models.OneToOneField(Statement, on_delete=models.PROTECT, related_name="appeal")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="appeals")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="appeal")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="appeals")
    text = models.TextField(_("text"))
    # Against a rights-holder's notice: the author states in good faith that they may publish this.
    is_counter_notice = models.BooleanField(_("counter-notice"), default=False, db_default=False)
    filed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    def __str__(self) -> str:
        return f"against decision {self.decision_id}"


class LogEntry(models.Model):
    """A line of the public moderation log. The database refuses to change or delete one.

    `verb` is a stored name such as "reviews.review.removed"; the page puts it into words. No personal data.

    The lines are a chain: each is sealed (`hash`) together with the seal of the one before it, by the database as it is
    written, and gets its number there. `reviews.moderation.seals` proves that none was changed, put between or taken out.
    """

    at = models.DateTimeField(auto_now_add=True)
    verb = models.CharField(max_length=60)
    section = models.CharField(max_length=10, choices=Section.choices)
    kind = models.CharField(max_length=16, choices=CaseKind.choices, blank=True, db_default="")
    matter = models.CharField(max_length=12, choices=Matter.choices, blank=True, db_default="")
    found_by = models.CharField(max_length=10, choices=FoundBy.choices, blank=True, db_default="")
    measure = models.CharField(max_length=10, choices=MeasureKind.choices, blank=True, db_default="")
    rule = models.CharField(max_length=40, blank=True)
    reason = models.TextField(blank=True)
    # Numbers, not keys: the log outlives what it speaks of.
    case_number = models.BigIntegerField(null=True)
    review_number = models.BigIntegerField(null=True)
    title_number = models.BigIntegerField(null=True)
    person_number = models.BigIntegerField(null=True)
    moderator_number = models.BigIntegerField(null=True)
    # Whatever is written here, a trigger puts the seals in its place.
    prev_hash = models.BinaryField(max_length=32, unique=True, editable=False, default=bytes)
    hash = models.BinaryField(max_length=32, editable=False, default=bytes)

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.verb}"
