from django.db import models
from django.utils.translation import gettext_lazy as _

# In both columns of an `EngineState`: the engine as a whole, whatever the pair.
EVERY_PAIR = "*"


class EngineAct(models.TextChoices):
    """What staff can tell an engine, as a whole or for one pair of languages."""

    PAUSE = "pause", _("pause")
    RESUME = "resume", _("let it go on")
    # Open it at once where failures closed it, and forget them.
    RESET = "reset", _("try it again now")


class EngineState(models.Model):
    """How an engine fares with a pair of languages; while `closed_until` lies ahead nobody calls it.

    The row with `EVERY_PAIR` in both columns is about the engine as a whole: staff pause it there.
    """

    engine = models.CharField(_("engine"), max_length=80)
    source = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    # The form of placeholder that came through best when it was tried; see `translation.probe`.
    placeholder = models.CharField(_("placeholder"), max_length=20, default="XQ{n}")
    probed_at = models.DateTimeField(_("tried"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    first_failure_at = models.DateTimeField(_("failing since"), null=True, blank=True)
    closed_until = models.DateTimeField(_("closed until"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=300, blank=True)
    # Staff stopped it: nothing is sent until they let it go on.
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)

    class Meta:
        verbose_name = _("engine state")
        verbose_name_plural = _("engine states")
        constraints = [
            models.UniqueConstraint(fields=["engine", "source", "target"], name="enginestate_unique")
        ]

    def __str__(self) -> str:
        return f"{self.engine} {self.source}→{self.target}"


class EngineOffer(models.Model):
    """The pairs of languages that an engine on another machine said it has. The last good answer stays when it is silent."""

    engine = models.CharField(_("engine"), max_length=80, unique=True)
    # [["nl", "en"], …] in the engine's own codes.
    pairs = models.JSONField(_("pairs"), default=list)
    fetched_at = models.DateTimeField(_("asked"), null=True, blank=True)
    failed_at = models.DateTimeField(_("silent since"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("offer of an engine")
        verbose_name_plural = _("offers of engines")

    def __str__(self) -> str:
        return self.engine


class EngineDay(models.Model):
    """What an engine did for a pair on one day (UTC): what staff see, and what budgets are counted by."""

    engine = models.CharField(_("engine"), max_length=80)
    source = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    day = models.DateField(_("day"))
    calls = models.PositiveIntegerField(_("calls"), default=0)
    # Sentences that texts called for, and how many of them the memory had.
    sentences = models.PositiveIntegerField(_("sentences"), default=0)
    remembered = models.PositiveIntegerField(_("from memory"), default=0)
    words = models.PositiveIntegerField(_("words sent"), default=0)
    characters = models.PositiveBigIntegerField(_("characters sent"), default=0)
    milliseconds = models.PositiveBigIntegerField(_("milliseconds of the engine"), default=0)
    # {"retryable": 3, "loop": 1}: failures of calls by `FailureKind`, refused answers by `gates.Fault`.
    failures = models.JSONField(_("failures"), default=dict)

    class Meta:
        verbose_name = _("day of an engine")
        verbose_name_plural = _("days of engines")
        constraints = [
            models.UniqueConstraint(fields=["day", "engine", "source", "target"], name="engineday_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.engine} {self.source}→{self.target}"


class GlossaryTerm(models.Model):
    """What a word or an expression must become in a language, whatever the engine would make of it. Kept by staff."""

    source = models.CharField(_("from"), max_length=8)
    target = models.CharField(_("into"), max_length=8)
    term = models.CharField(_("term"), max_length=100)
    # Empty: the term stays as it is.
    rendering = models.CharField(_("becomes"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary")
        constraints = [
            models.UniqueConstraint(fields=["source", "target", "term"], name="glossaryterm_unique")
        ]

    def __str__(self) -> str:
        return f"{self.term} ({self.source}→{self.target})"
