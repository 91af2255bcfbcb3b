from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.models.review import Review


class TranslationStatus(models.TextChoices):
    QUEUED = "queued", _("waiting")
    DONE = "done", _("translated")
    PARTIAL = "partial", _("partly translated")
    # Final until the pairs that engines offer change.
    UNSUPPORTED = "unsupported", _("no engine for this pair")
    FAILED = "failed", _("failed")
    # The text changed or went away before the result came.
    SUPERSEDED = "superseded", _("of an earlier text")


class Translation(models.Model):
    """A review's text in another language, and the order to make it: the row is both outbox and result.

    A task claims a queued row by setting `lease_until`; a row whose lease has run out may be claimed again.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="translations")
    source_hash = models.CharField(max_length=64)
    source_language = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    engine = models.CharField(_("engine"), max_length=80, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    pipeline_version = models.PositiveSmallIntegerField(default=1)

    body = models.TextField(_("text"), blank=True)
    html = models.TextField(blank=True)
    headline = models.CharField(_("headline"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=TranslationStatus.choices, default=TranslationStatus.QUEUED
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(null=True, blank=True)
    words = models.PositiveIntegerField(_("words"), default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("translation")
        verbose_name_plural = _("translations")
        constraints = [
            models.UniqueConstraint(
                fields=["review", "target", "source_hash", "engine", "fingerprint", "pipeline_version"],
                name="translation_unique",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], name="translation_queue", condition=models.Q(status="queued")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id} {self.source_language}→{self.target} {self.status}"

    @property
    def is_readable(self) -> bool:
        return self.status in {TranslationStatus.DONE, TranslationStatus.PARTIAL}


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


class EngineState(models.Model):
    """How an engine fares with a pair of languages; while `closed_until` lies ahead nobody calls it."""

    engine = models.CharField(_("engine"), max_length=80)
    source = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    placeholder = models.CharField(_("placeholder"), max_length=20, default="XQ{n}")
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    closed_until = models.DateTimeField(_("closed until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("engine state")
        verbose_name_plural = _("engine states")
        constraints = [
            models.UniqueConstraint(fields=["engine", "source", "target"], name="enginestate_unique")
        ]

    def __str__(self) -> str:
        return f"{self.engine} {self.source}→{self.target}"
