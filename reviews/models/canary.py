"""Whether the copy detector finds a text that it must find, asked every hour."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class CanaryTrial(models.Model):
    """One trial: whether a text of the site's own, which is in the index, was found as when it is written and as when it is
    stored. Nothing is posted for it.
    """

    at = models.DateTimeField(_("tried"), default=timezone.now)
    while_writing = models.BooleanField(_("found while it is written"))
    when_stored = models.BooleanField(_("found when it is stored"))

    class Meta:
        verbose_name = _("trial of the copy detector")
        verbose_name_plural = _("trials of the copy detector")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @property
    def is_hit(self) -> bool:
        return self.while_writing and self.when_stored


class CanaryAlarm(models.Model):
    """The detector did not find its text `misses` times on end, the first time at `since`; it goes on until `over_at`.

    A row of its own, so that neither the alarm nor the all-clear is lost to a mail server, or told twice.
    """

    since = models.DateTimeField(_("since"))
    misses = models.PositiveIntegerField()
    over_at = models.DateTimeField(null=True, blank=True)
    # The addresses that had the mail about it, and those that had the one that it is over.
    told = ArrayField(models.TextField(), verbose_name=_("alarm mailed"), default=list, blank=True)
    told_over = ArrayField(models.TextField(), default=list, blank=True)

    class Meta:
        verbose_name = _("alarm of the copy detector")
        verbose_name_plural = _("alarms of the copy detector")

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d %H:%M}"
