"""What members keep for later."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WatchlistEntry(models.Model):
    """A title that a member wants to see."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watchlist", db_index=False
    )
    title = models.ForeignKey("films.Title", on_delete=models.CASCADE, related_name="watchers")
    added_at = models.DateTimeField(_("added"), auto_now_add=True)

    class Meta:
        verbose_name = _("watchlist entry")
        verbose_name_plural = _("watchlist entries")
        constraints = [models.UniqueConstraint(fields=["member", "title"], name="watchlistentry_unique")]
        indexes = [models.Index(fields=["member", "-added_at"], name="watchlist_of_member")]

    def __str__(self) -> str:
        return f"{self.member_id}: {self.title_id}"
