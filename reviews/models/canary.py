"""Whether the copy detector finds a text that it must find, asked every hour."""

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
    # When the alarm that it raised went out by mail.
    told_at = models.DateTimeField(_("alarm mailed"), null=True, blank=True)

    class Meta:
        verbose_name = _("trial of the copy detector")
        verbose_name_plural = _("trials of the copy detector")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
