"""What members tell the moderators, and what came of it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from reviews.models.cases import Case, Snapshot


class Report(models.Model):
    """A member's word to the moderators about somebody's text, with the words as they stood. One each a case."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("not decided yet")
        RIGHT = "right", _("it led to a decision")
        WRONG = "wrong", _("nothing was wrong")
        # Taken back by its author, or answered by another case.
        MOOT = "moot", _("nothing left to decide")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports")
    # Of a case that became one with another: the one that it was made in. It goes back there with it.
    part = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    text = models.TextField(_("what is wrong"), blank=True)
    # Where else the words stand, if the reporter says so.
    source_url = models.CharField(_("where it stands"), max_length=500, blank=True)
    snapshot = models.ForeignKey(
        Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # In percent of a report by somebody of whom nothing is known; fewer for who was often wrong.
    weight = models.PositiveSmallIntegerField(_("weight"), default=100, db_default=100)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.WAITING)
    made_at = models.DateTimeField(_("made"), default=timezone.now)

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["case", "reporter"], name="report_one_each_a_case")]
        indexes = [models.Index(fields=["reporter", "outcome"], name="report_of_reporter")]

    def __str__(self) -> str:
        return f"{self.reporter_id} in case {self.case_id}"

    @property
    def source_link(self) -> str:
        """Where the reporter says that the words stand, if that is an address of the web; a book is none."""
        return self.source_url if self.source_url.lower().startswith(("http://", "https://")) else ""
