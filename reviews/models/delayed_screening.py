"""Messages that wait to be compared with what is known."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.review import Review


class DelayedScreening(models.Model):
    """A message that could not be compared with all known texts when it was stored, or that newer ones call for anew.

    Written in the transaction that stores the message; a worker deletes it when the comparison is done.
    """

    review = models.OneToOneField(Review, on_delete=models.CASCADE, related_name="delayed_screening")
    # What browser and author said when they sent it (`reviews.services.screening.Said`), for the case that may follow.
    said = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("delayed screening")
        verbose_name_plural = _("delayed screenings")
        indexes = [models.Index(fields=["due_at"], name="delayedscreening_due")]

    def __str__(self) -> str:
        return f"of {self.review_id}"
