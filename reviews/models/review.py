from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from films.models import Title
from reviews.querysets import ReviewQuerySet
from reviews.subjects import Subject

if TYPE_CHECKING:
    from reviews.wordings import ShownText

BODY_LENGTH = 20_000
_ABOUT_ONE_THING = models.Q(title__isnull=False, person__isnull=True) | models.Q(
    title__isnull=True, person__isnull=False
)


class ReviewState(models.TextChoices):
    PUBLISHED = "published", _("published")
    # The author took it back; a placeholder keeps the thread readable.
    WITHDRAWN = "withdrawn", _("removed by the author")
    # A moderator's decision until its author has answered; their answer is part of the case.
    HIDDEN = "hidden", _("hidden until its author answers")
    # A moderator's decision, with a reason; only a later decision brings it back.
    REMOVED = "removed", _("removed by a moderator")


class Review(models.Model):
    """Something a member wrote about a title or a person: its `subject`.

    The newest revision's text and HTML are repeated here for reading.
    """

    title = models.ForeignKey(
        "films.Title",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("title"),
        db_index=False,
    )
    person = models.ForeignKey(
        "films.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reviews",
        verbose_name=_("person"),
        db_index=False,
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="reviews",
        verbose_name=_("author"),
        db_index=False,
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="replies",
        verbose_name=_("in reply to"),
    )
    # The message that opened this exchange, however deep the reply: a page of a thread loads its replies by it.
    root = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    state = models.CharField(
        _("state"), max_length=10, choices=ReviewState.choices, default=ReviewState.PUBLISHED
    )

    is_opinion = models.BooleanField(
        _("opinion"), default=False, help_text=_("A review proper, filed on the author's opinions page.")
    )
    # The author's verdict on an opinion, in half stars as it was when written; the current vote may differ. People take
    # no votes, so an opinion on one has no verdict.
    verdict = models.SmallIntegerField(_("verdict"), null=True, blank=True)
    headline = models.CharField(_("headline"), max_length=150, blank=True)
    is_spoiler = models.BooleanField(_("spoiler"), default=False)

    body = models.TextField(_("text"), max_length=BODY_LENGTH)
    html = models.TextField(editable=False)
    language = models.CharField(_("language"), max_length=8, default="und")
    source_hash = models.CharField(max_length=64, editable=False)
    revision_number = models.PositiveIntegerField(_("revision"), default=1)
    may_translate = models.BooleanField(_("may be translated"), default=True)

    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    # Whether the words stand as a moderator left them, and not their author.
    is_shortened = models.BooleanField(_("shortened by a moderator"), default=False, db_default=False)
    # When the author took it back; for a day they may change their mind.
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    # Not columns: set on rows by `for_card`, `folded_for`, `reading.attach_texts` and `drawing.key_messages`.
    author_vote: int | None
    folded: str = ""
    text: ShownText
    fragment: str

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                name="review_verdict_in_half_stars",
                condition=models.Q(verdict__isnull=True) | models.Q(verdict__gte=1, verdict__lte=10),
            ),
            models.CheckConstraint(name="review_of_title_or_person", condition=_ABOUT_ONE_THING),
            models.CheckConstraint(
                name="review_of_person_without_verdict",
                condition=models.Q(person__isnull=True) | models.Q(verdict__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["title", "-created_at", "-id"], name="review_thread"),
            models.Index(
                fields=["person", "-created_at", "-id"],
                name="review_thread_of_person",
                condition=models.Q(person__isnull=False),
            ),
            models.Index(
                fields=["root", "created_at", "id"],
                name="review_replies",
                condition=models.Q(root__isnull=False),
            ),
            models.Index(fields=["-created_at", "-id"], name="review_newest"),
            models.Index(fields=["author", "-created_at", "-id"], name="review_of_author"),
            models.Index(
                fields=["author", "-created_at"], name="review_opinions", condition=models.Q(is_opinion=True)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} ({self.language})"

    def get_absolute_url(self) -> str:
        return reverse("reviews:review-detail", args=[self.pk])

    @property
    def subject(self) -> Subject:
        """What this is about. Querysets load both columns along (`with_subject`)."""
        subject = self.title or self.person
        assert subject is not None  # noqa: S101  (a constraint)
        return subject

    def is_about(self, subject: Subject) -> bool:
        """Whether this stands in the thread of that title or person. Asks nothing."""
        return (self.title_id, self.person_id) == (
            (subject.pk, None) if isinstance(subject, Title) else (None, subject.pk)
        )

    @property
    def is_published(self) -> bool:
        return self.state == ReviewState.PUBLISHED


class Revision(models.Model):
    """One state of a review's text. Rows are only ever added."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    headline = models.CharField(_("headline"), max_length=150, blank=True)
    body = models.TextField(_("text"))
    language = models.CharField(_("language"), max_length=8)
    source_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="revision_number_unique")]

    def __str__(self) -> str:
        return f"{self.review_id}.{self.number}"


class Draft(models.Model):
    """What a member is writing, kept while they type: one per member and place (title or person, reply or edit)."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, null=True, related_name="+")
    person = models.ForeignKey("films.Person", on_delete=models.CASCADE, null=True, related_name="+")
    parent = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, related_name="+")
    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, related_name="+")
    # The composer's fields as typed.
    fields = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "title", "person", "parent", "review"],
                name="draft_one_per_place",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="draft_of_title_or_person", condition=_ABOUT_ONE_THING),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} @ {self.title_id or self.person_id}"
