"""How members stand to each other. Written by `accounts.services.relating`."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


def _not_oneself(one: str, other: str) -> models.Q:
    return ~models.Q(**{one: models.F(other)})


class Follow(models.Model):
    """A member wants to know what another one does. `accepted_at` is null while the other has yet to agree."""

    follower = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="follows", db_index=False
    )
    followed = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="followers")
    asked_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("follow")
        verbose_name_plural = _("follows")
        constraints = [
            models.UniqueConstraint(
                fields=["follower", "followed"], name="follow_unique", include=["accepted_at"]
            ),
            models.CheckConstraint(name="follow_of_another", condition=_not_oneself("follower", "followed")),
        ]

    def __str__(self) -> str:
        return f"{self.follower_id} → {self.followed_id}"


class Block(models.Model):
    """Two members who want nothing of each other, since `member` said so: it holds in both directions."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocks", db_index=False
    )
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="blocked_by")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = [
            models.UniqueConstraint(fields=["member", "other"], name="block_unique"),
            models.CheckConstraint(name="block_of_another", condition=_not_oneself("member", "other")),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} ✕ {self.other_id}"


class Mute(models.Model):
    """A member does not want to hear of another one, who never learns of it."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mutes", db_index=False
    )
    other = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("mute")
        verbose_name_plural = _("mutes")
        constraints = [
            models.UniqueConstraint(fields=["member", "other"], name="mute_unique"),
            models.CheckConstraint(name="mute_of_another", condition=_not_oneself("member", "other")),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} – {self.other_id}"
