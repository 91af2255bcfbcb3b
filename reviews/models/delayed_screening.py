"""Texts that wait to be compared with what is known."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.case_kinds import Matter
from reviews.models.review import Review


class DelayedScreening(models.Model):
    """A message that could not be compared with all known texts when it was stored, or that newer ones call for anew; or
    another text of a member, which a worker always compares.

    Written in the transaction that stores the text; a worker deletes it when the comparison is done.
    """

    review = models.OneToOneField(
        Review, on_delete=models.CASCADE, null=True, blank=True, related_name="delayed_screening"
    )
    # What it is if it is no message, and the number of its row, which may be gone by then.
    matter = models.CharField(
        _("about"), max_length=12, choices=Matter.choices, default=Matter.REVIEW, db_default=Matter.REVIEW
    )
    number = models.BigIntegerField(null=True, blank=True)
    # What browser and author said when they sent it (`reviews.services.examining.Said`), for the case that may follow.
    said = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("delayed screening")
        verbose_name_plural = _("delayed screenings")
        constraints = [
            models.UniqueConstraint(fields=["matter", "number"], name="delayedscreening_once_a_text"),
            models.CheckConstraint(
                name="delayedscreening_of_one_text",
                condition=models.Q(matter=Matter.REVIEW, review__isnull=False, number=None)
                | (~models.Q(matter=Matter.REVIEW) & models.Q(review=None, number__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="delayedscreening_due")]

    def __str__(self) -> str:
        return f"{self.matter} {self.review_id or self.number}"
