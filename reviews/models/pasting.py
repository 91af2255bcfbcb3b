"""How often authors were asked about pasted words, and what they then did. Numbers only: nobody stands in them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Section


class PasteNoticeDay(models.Model):
    """The notices of the composer on one day (UTC) in a section: each counted once a text, however often it was drawn.

    What was shown and neither changed, declared nor posted was not posted on the same day, or never.
    """

    class Kind(models.TextChoices):
        SOURCE = "source", _("words that stand elsewhere")
        QUESTION = "question", _("a paste of which no source is known")

    day = models.DateField(_("day"))
    section = models.CharField(_("section"), max_length=10, choices=Section.choices)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    shown = models.PositiveIntegerField(_("shown"), default=0, db_default=0)
    # What became of the texts that were posted after one: the words are gone or allowed now, their author says that they
    # are their own, or they went out as they were.
    changed = models.PositiveIntegerField(_("changed"), default=0, db_default=0)
    declared = models.PositiveIntegerField(_("said to be own words"), default=0, db_default=0)
    posted = models.PositiveIntegerField(_("posted as it was"), default=0, db_default=0)

    class Meta:
        verbose_name = _("day of notices about pasted words")
        verbose_name_plural = _("days of notices about pasted words")
        constraints = [
            models.UniqueConstraint(fields=["day", "section", "kind"], name="pastenoticeday_unique")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.section} {self.kind}"
