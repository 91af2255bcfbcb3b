from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from reviews.querysets import VoteQuerySet

LOWEST, HIGHEST = 1, 10
# So long after it was taken back, a vote returns as if it had stood all the while.
UNDO_TIME: Final = timedelta(minutes=15)


class Vote(models.Model):
    """A member's current judgement of a title, in half stars: 1 is ½ star, 10 is five stars.

    Written through `reviews.services.voting`; totals follow by database trigger whatever path writes here.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="votes",
        verbose_name=_("member"),
        db_index=False,
    )
    title = models.ForeignKey(
        "films.Title", on_delete=models.PROTECT, related_name="votes", verbose_name=_("title"), db_index=False
    )
    value = models.SmallIntegerField(_("half stars"))
    # A vote of a suspended member, or on a title not yet shown, is kept but counts in no number.
    counted = models.BooleanField(_("counted"), default=True, db_default=True)
    cast_at = models.DateTimeField(_("first cast"))
    changed_at = models.DateTimeField(_("last changed"))

    objects = VoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("vote")
        verbose_name_plural = _("votes")
        constraints = [
            # The member comes first: this index is also what a member's statistics are read from.
            models.UniqueConstraint(
                fields=["member", "title"], name="vote_one_per_member_and_title", include=["value", "counted"]
            ),
            models.CheckConstraint(
                name="vote_in_half_stars", condition=models.Q(value__gte=LOWEST, value__lte=HIGHEST)
            ),
        ]
        indexes = [
            models.Index(fields=["title", "-changed_at"], name="vote_of_title"),
            models.Index(fields=["member", "-changed_at"], name="vote_of_member_newest"),
            # The few that wait for a first showing or the end of a suspension.
            models.Index(fields=["title"], name="vote_waiting", condition=models.Q(counted=False)),
            # The newest votes of the whole site: rows come in the order of time, so a few pages hold them.
            BrinIndex(fields=["changed_at"], name="vote_newest", autosummarize=True, pages_per_range=32),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.title_id}: {self.value}"


class PastVote(models.Model):
    """A vote that no longer stands, since its member changed it or took it back. Written by triggers, for every path.

    Kept for the member, who may show it (`Part.HISTORY`). The database itself deletes these rows with their member or
    title: they may come into being while those are being deleted.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        related_name="past_votes",
        db_constraint=False,
        db_index=False,
    )
    title = models.ForeignKey(
        "films.Title", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    value = models.SmallIntegerField(_("half stars"))
    given_at = models.DateTimeField(_("given"))
    ended_at = models.DateTimeField(_("until"))
    # Taken back; otherwise another vote followed at once.
    withdrawn = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name = _("past vote")
        verbose_name_plural = _("past votes")
        indexes = [models.Index(fields=["member", "title", "-ended_at"], name="pastvote_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.title_id}: {self.value} until {self.ended_at:%Y-%m-%d}"


class SetAsideVote(models.Model):
    """A moderator's decision that a member's vote on a title does not count, whatever they vote there.

    Whether the vote counts follows by trigger, here as from a suspension or a first showing.
    """

    case = models.ForeignKey("reviews.Case", on_delete=models.CASCADE, related_name="set_aside")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("vote set aside")
        verbose_name_plural = _("votes set aside")
        constraints = [models.UniqueConstraint(fields=["title", "member"], name="setasidevote_unique")]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.title_id}"
