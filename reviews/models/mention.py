from django.db import models
from django.utils.translation import gettext_lazy as _


class Mention(models.Model):
    """A title that a published text names as [[title]]; that title's page links back."""

    review = models.ForeignKey(
        "reviews.Review", on_delete=models.CASCADE, related_name="mentions", db_index=False
    )
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="mentions")

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints = [models.UniqueConstraint(fields=["review", "title"], name="mention_unique")]

    def __str__(self) -> str:
        return f"{self.review_id} → {self.title_id}"
