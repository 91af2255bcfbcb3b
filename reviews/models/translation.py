from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.review import Review


class OfText(models.Model):
    """Something that belongs to one text of a member: a review, a title's plot, a fact, a biography, a list, an "about me",
    the note of a line of a diary or of a title in a list.

    Exactly one of the columns is set. `reviews.sources` knows the words behind each.
    """

    review = models.ForeignKey(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    title = models.ForeignKey(
        "films.Title", on_delete=models.CASCADE, null=True, blank=True, related_name="plot_%(class)ss"
    )
    trivia = models.ForeignKey(
        "films.Trivia", on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    person = models.ForeignKey(
        "films.Person", on_delete=models.CASCADE, null=True, blank=True, related_name="biography_%(class)ss"
    )
    list = models.ForeignKey(
        "reviews.TitleList", on_delete=models.CASCADE, null=True, blank=True, related_name="%(class)ss"
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="about_%(class)ss",
    )
    viewing = models.ForeignKey(
        "reviews.Viewing", on_delete=models.CASCADE, null=True, blank=True, related_name="note_%(class)ss"
    )
    entry = models.ForeignKey(
        "reviews.ListEntry", on_delete=models.CASCADE, null=True, blank=True, related_name="note_%(class)ss"
    )

    class Meta:
        abstract = True

    @property
    def kind(self) -> str:
        """The column that is set: what sort of text this belongs to."""
        return next(kind for kind in TEXT_KINDS if getattr(self, f"{kind}_id") is not None)


TEXT_KINDS = ("review", "title", "trivia", "person", "list", "member", "viewing", "entry")


def of_one_text() -> models.Q:
    """The condition that exactly one of the columns of `OfText` is set."""
    one = models.Q()
    for kind in TEXT_KINDS:
        one |= models.Q(**{f"{other}__isnull": other != kind for other in TEXT_KINDS})
    return one


class TranslationStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    DONE = "done", _("translated")
    PARTIAL = "partial", _("partly translated")
    # Final until the pairs that engines offer change.
    UNSUPPORTED = "unsupported", _("no engine for this pair")
    FAILED = "failed", _("failed")
    # The text changed or went away before the result came.
    SUPERSEDED = "superseded", _("of an earlier text")


class Priority(models.IntegerChoices):
    """Which orders go first. Readers wait for new texts; an edit has a translation of earlier words to show meanwhile."""

    NEW = 0, _("new text")
    EDIT = 1, _("edit")
    BACKFILL = 2, _("backfill")


class Translation(OfText):
    """A text in another language, and the order to make it: the row is both outbox and result.

    A task claims a queued row by setting `lease_until`; a row whose lease has run out may be claimed again. The words
    stay readable while they are made anew: `html` is empty only until the first result, or of a list without a
    description. Words of which `content_hash`
    is not `source_hash` come from an earlier version of the text.
    """

    source_hash = models.CharField(max_length=64)
    source_language = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    engine = models.CharField(_("engine"), max_length=80, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    pipeline_version = models.PositiveSmallIntegerField(default=1)

    body = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    # The sentences in order, each {"place": paragraph, "source": Markdown, "text": Markdown, "by": "engine", "person",
    # "author" (could not be translated) or "same" (nothing to translate in it)}; a headline has the place -1.
    sentences = models.JSONField(default=list, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    # The language in between, where no engine knows the pair: "en" of Portuguese to Dutch by way of English.
    via = models.CharField(_("by way of"), max_length=8, blank=True)
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("corrected by"),
    )
    # How many sentences are theirs where others are not a person's; 0 where people wrote all of it, or nothing.
    corrected_sentences = models.PositiveIntegerField(_("corrected sentences"), default=0, db_default=0)
    # How many sentences, those of the headline with them, stand in the author's words although they want translating.
    left_sentences = models.PositiveIntegerField(_("sentences left as they were"), default=0, db_default=0)
    # Readers found it bad and no other engine can do better: a person has to.
    doubted_at = models.DateTimeField(_("doubted"), null=True, blank=True)
    # Engines (by key) that readers found bad for this text.
    avoid = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    status = models.CharField(
        _("status"), max_length=12, choices=TranslationStatus.choices, default=TranslationStatus.QUEUED
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, default=Priority.NEW, db_default=Priority.NEW
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    # When it was ordered (again): its age in the queue, and the most an edit may put it off.
    queued_at = models.DateTimeField(_("ordered"), null=True, blank=True)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(null=True, blank=True)
    words = models.PositiveIntegerField(_("words"), default=0)
    # Characters that were sent to the engine for it, all attempts together.
    characters = models.PositiveIntegerField(_("characters sent"), default=0, db_default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "target", "source_hash", "engine", "fingerprint", "pipeline_version"],
                name="translation_unique",
            ),
            *(
                models.UniqueConstraint(
                    fields=[kind, "target", "source_hash"],
                    name=f"translation_unique_{kind}",
                    condition=models.Q(**{f"{kind}__isnull": False}),
                )
                for kind in TEXT_KINDS[1:]
            ),
            models.CheckConstraint(name="translation_of_one_text", condition=of_one_text()),
        ]
        indexes = [
            # The order in which workers take them: of all, and of one pair.
            models.Index(
                fields=["priority", "next_attempt_at", "id"],
                name="translation_queue",
                condition=models.Q(status="queued"),
            ),
            models.Index(
                fields=["source_language", "target", "priority", "next_attempt_at", "id"],
                name="translation_queue_of_pair",
                condition=models.Q(status="queued"),
            ),
            # What the page of the engines counts without reading a word: what failed, and what no engine can do.
            models.Index(
                fields=["status", "source_language", "target", "reason"],
                name="translation_ended_badly",
                condition=models.Q(status__in=["failed", "unsupported"]),
            ),
            models.Index(
                fields=["doubted_at"],
                name="translation_doubted",
                condition=models.Q(doubted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {getattr(self, f'{self.kind}_id')} {self.source_language}→{self.target} {self.status}"

    @property
    def is_readable(self) -> bool:
        return bool(self.html or self.headline) and self.status != TranslationStatus.SUPERSEDED

    @property
    def is_earlier(self) -> bool:
        """Whether the words were made from an earlier version of the text."""
        return self.content_hash not in ("", self.source_hash)


class Segment(models.Model):
    """The translation memory: one masked sentence's translation, keyed by sentence, pair, engine and version."""

    key = models.BinaryField(primary_key=True, max_length=32)
    text = models.TextField()
    hits = models.PositiveIntegerField(default=0)
    last_used = models.DateField(auto_now=True)

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")

    def __str__(self) -> str:
        return self.text[:60]
