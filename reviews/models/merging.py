"""What a merge of two titles moved, so that they can be parted again. One row for each vote and message."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MovedVote(models.Model):
    """A vote that went to another title, or, where its member had voted on both, one that gave way to the newer.

    A vote that gave way is kept here whole and stands in no table of votes until the merge is undone.
    """

    merge = models.ForeignKey("films.Merge", on_delete=models.CASCADE, related_name="moved_votes")
    member = models.ForeignKey("accounts.Member", on_delete=models.CASCADE, related_name="+")
    # Where it stood before the merge.
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="+")
    gave_way = models.BooleanField(default=False)
    value = models.SmallIntegerField()
    cast_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("moved vote")
        verbose_name_plural = _("moved votes")
        constraints = [models.UniqueConstraint(fields=["merge", "member", "title"], name="movedvote_unique")]

    def __str__(self) -> str:
        return f"{self.merge_id}: {self.member_id}"


class MovedReview(models.Model):
    """A message that went to another title with a merge."""

    merge = models.ForeignKey("films.Merge", on_delete=models.CASCADE, related_name="moved_reviews")
    review = models.ForeignKey("reviews.Review", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = _("moved review")
        verbose_name_plural = _("moved reviews")
        constraints = [models.UniqueConstraint(fields=["merge", "review"], name="movedreview_unique")]

    def __str__(self) -> str:
        return f"{self.merge_id}: {self.review_id}"
