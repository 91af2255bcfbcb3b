"""Cases: what a moderator must look at, the words in question, the evidence, and the steps of each."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Section
from reviews.models.case_kinds import CaseFlag, CaseKind, CaseState, Matter
from reviews.models.known_texts import KnownText
from reviews.models.review import Review, Revision
from reviews.moderation.querysets import CaseQuerySet, reporters_of
from reviews.subjects import Subject


class Snapshot(models.Model):
    """The words (or the picture) that are judged, whatever becomes of them meanwhile. Only ever blanked, never changed."""

    text = models.TextField(blank=True)
    headline = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=8, default="und")
    # Of a picture: its name in storage, kept there until nobody can appeal any more.
    picture = models.CharField(max_length=200, blank=True)
    # Of a message: the state of it that was judged.
    revision = models.ForeignKey(Revision, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    # SHA-256 of what it holds: the same words again are the same snapshot.
    digest = models.CharField(max_length=64)
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")

    def __str__(self) -> str:
        return self.digest[:8]


def _about(
    model: type[models.Model] | str, on_delete: Callable[..., None], related_name: str
) -> models.ForeignKey:
    return models.ForeignKey(model, on_delete=on_delete, null=True, blank=True, related_name=related_name)


# Cases that are counted one by one: at work, given to somebody, or flagged. The smaller part of those that wait.
IS_MARKED = models.Q(claimed_by__isnull=False) | models.Q(assigned_to__isnull=False) | ~models.Q(flags=[])


class Case(models.Model):
    """Something a moderator must look at: one for each cause, however many signals and reports there are.

    `version` moves with every change, so a stale page is noticed.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=CaseKind.choices)
    section = models.CharField(_("section"), max_length=10, choices=Section.choices)
    state = models.CharField(_("state"), max_length=10, choices=CaseState.choices, default=CaseState.OPEN)
    matter = models.CharField(
        _("about"), max_length=12, choices=Matter.choices, default=Matter.REVIEW, db_default=Matter.REVIEW
    )
    flags = ArrayField(
        models.CharField(max_length=12, choices=CaseFlag.choices), default=list, blank=True, db_default=[]
    )
    # What it is about: the column that `MATTER_COLUMNS` names. Null where that is gone.
    review = _about(Review, models.CASCADE, "cases")
    title = _about("films.Title", models.CASCADE, "cases")
    person = _about("films.Person", models.CASCADE, "cases")
    trivia = _about("films.Trivia", models.SET_NULL, "cases")
    translation = _about("reviews.Translation", models.SET_NULL, "cases")
    list = _about("reviews.TitleList", models.SET_NULL, "cases")
    member = _about(settings.AUTH_USER_MODEL, models.SET_NULL, "cases")
    # Whose it is; of votes nobody's.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases_of_author",
    )
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="cases"
    )

    severity = models.PositiveSmallIntegerField(_("severity"), default=0)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    # The newest signal, report or answer.
    touched_at = models.DateTimeField(_("last news"), auto_now_add=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="claimed_cases",
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    # Given to a colleague by another: it stands in their own part of the queue, and anybody may still take it.
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_cases",
    )
    # Until when the author of a hidden text may answer.
    answer_until = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged_cases"
    )
    version = models.PositiveIntegerField(default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "kind",
                    "matter",
                    "review",
                    "title",
                    "person",
                    "trivia",
                    "translation",
                    "list",
                    "member",
                ],
                name="case_one_open_per_cause",
                nulls_distinct=False,
                # Of what is gone there may be many: nothing tells them apart, and they are closed soon.
                condition=models.Q(state__in=["open", "waiting"])
                & ~models.Q(kind="appeal")
                & ~models.Q(
                    review=None,
                    title=None,
                    person=None,
                    trivia=None,
                    translation=None,
                    list=None,
                    member=None,
                ),
            ),
            models.CheckConstraint(
                name="case_waits_until",
                condition=~models.Q(state="waiting") | models.Q(answer_until__isnull=False),
            ),
            models.CheckConstraint(
                name="case_about_its_matter",
                condition=models.Q(
                    models.Q(review=None) | models.Q(matter="review"),
                    models.Q(title=None) | models.Q(matter__in=["plot", "votes"]),
                    models.Q(person=None) | models.Q(matter="biography"),
                    models.Q(trivia=None) | models.Q(matter="trivia"),
                    models.Q(translation=None) | models.Q(matter="translation"),
                    models.Q(list=None) | models.Q(matter="list"),
                    models.Q(member=None) | models.Q(matter__in=["about", "picture", "name", "conduct"]),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["section", "state", "-severity", "opened_at"], name="case_queue"),
            models.Index(fields=["author", "-opened_at"], name="case_of_author"),
            # The order of the queue, written so that all its columns ascend and a page of it is one stretch.
            models.Index(
                models.F("severity") * -1,
                "opened_at",
                "id",
                name="case_waiting",
                condition=models.Q(state__in=["open", "waiting"]),
            ),
            # What the numbers beside the queue are counted from, so that no page of a moderator reads the cases for them.
            models.Index(
                fields=["section", "state", "kind", "matter", "opened_at"],
                name="case_counted",
                include=["flags"],
                condition=models.Q(state__in=["open", "waiting"]),
            ),
            models.Index(
                fields=["section", "kind"],
                name="case_marked",
                include=["flags", "claimed_by", "claimed_until", "assigned_to"],
                condition=models.Q(IS_MARKED, state="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind} {self.state}"

    def get_absolute_url(self) -> str:
        return reverse("moderation:case", args=[self.pk])

    @property
    def text(self) -> Review:
        """The message that it is about. Raises ValueError for a case about something else, which is never asked."""
        if self.review is None:
            raise ValueError(f"Case {self.pk} is about no message.")
        return self.review

    @property
    def subject(self) -> Subject:
        """The title or person on whose page it happened."""
        return self.title or self.text.subject

    @cached_property
    def reporters(self) -> set[int]:
        """Ids of the members who reported it or what is one with it (`reporters_of`); one query, and none where
        `attach_reporters` was asked before.
        """
        return reporters_of([self.pk])[self.pk]

    def is_claimed_by_other(self, moderator: Member) -> bool:
        """Whether somebody else is at work on it right now."""
        if self.claimed_by_id in (None, moderator.pk) or self.claimed_until is None:
            return False
        return self.claimed_until > timezone.now()


class Evidence(models.Model):
    """One reason why a case exists, with the words concerned (positions are characters of the snapshot's text)."""

    class Kind(models.TextChoices):
        LONG_PASTE = "long_paste", _("long paste")
        OVERLAP = "overlap", _("same words elsewhere")
        # `source_label` is the note of the rule as it was; the excerpt is of the text itself.
        RULE = "rule", _("an automatic flag")
        # Of votes; `detail` has the numbers and the ids of the members.
        VELOCITY = "velocity", _("many votes in a short time")
        BRIGADE = "brigade", _("votes of accounts that belong together")

    # Null once the case looks at newer words: then it stays with the decision that rested on it.
    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="evidence")
    # Of a case about the same words that became one with it: the one whose reason this is. It goes back there with it.
    part = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decision = models.ForeignKey(
        "reviews.Decision", on_delete=models.CASCADE, null=True, blank=True, related_name="evidence"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    # Equal words, and what share of the text they are (0 to 1).
    words = models.PositiveIntegerField(_("words"), default=0)
    share = models.FloatField(_("share"), default=0, db_default=0)
    is_quoted = models.BooleanField(_("quoted"), default=False, db_default=False)
    source = models.ForeignKey(
        KnownText, on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    # The rule of the staff that the words meet.
    rule = models.ForeignKey(
        "reviews.FlagRule", on_delete=models.SET_NULL, null=True, blank=True, related_name="evidence"
    )
    source_review = models.ForeignKey(
        Review, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_title = models.ForeignKey(
        "films.Title", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    source_person = models.ForeignKey(
        "films.Person", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The source as it stood at that moment, for the comparison side by side: what it is called, where it is, the passage
    # and a little round it; `excerpt_start` and `excerpt_end` mark the passage within `source_excerpt`.
    source_label = models.CharField(max_length=200, blank=True)
    source_url = models.CharField(max_length=500, blank=True)
    source_excerpt = models.TextField(blank=True)
    excerpt_start = models.PositiveIntegerField(null=True, blank=True)
    excerpt_end = models.PositiveIntegerField(null=True, blank=True)
    # What the browser said about the paste: a hint that can be false, never proof.
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ["start", "id"]
        constraints = [
            models.CheckConstraint(
                name="evidence_of_case_or_decision",
                condition=models.Q(case=None, decision__isnull=False)
                | models.Q(case__isnull=False, decision=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of case {self.case_id}"


class CaseEvent(models.Model):
    """A step in the life of a case, with who did it and when. The database lets nobody change one, but for blanking words."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        REPORTED = "reported", _("reported")
        SIGNAL = "signal", _("new evidence")
        EDITED = "edited", _("the author changed the text")
        WITHDRAWN = "withdrawn", _("the author took the text back")
        NOTE = "note", _("note")
        # Between the moderators and the author of what is judged; the author sees no name but "a moderator".
        MESSAGE = "message", _("message to the author")
        ANSWER = "answer", _("answer of the author")
        MOVED = "moved", _("moved to another section")
        ASSIGNED = "assigned", _("given to a colleague")
        MERGED = "merged", _("merged")
        DECIDED = "decided", _("decided")
        UNDONE = "undone", _("decision taken back")
        REOPENED = "reopened", _("opened again")
        APPEALED = "appealed", _("appealed")
        OVERDUE = "overdue", _("no answer in time")
        SHOWN = "shown", _("shown again until the appeal is answered")
        CLOSED = "closed", _("closed")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Null: the site itself, or somebody who has left.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    text = models.TextField(blank=True)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.kind} (case {self.case_id})"
