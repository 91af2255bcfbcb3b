"""Picking notifications, and knowing whose words a reader wants folded away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef

from accounts.models import Block, Member, Mute

if TYPE_CHECKING:
    from reviews.models import Notification  # noqa: F401  (names the model in the base class below)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def heard_by(self, member: Member) -> NotificationQuerySet:
        """Without the news of those whom the member blocked or muted since, or who blocked the member."""
        return self.filter(
            ~Exists(Block.objects.filter(member=member.pk, other=OuterRef("actor"))),
            ~Exists(Block.objects.filter(member=OuterRef("actor"), other=member.pk)),
            ~Exists(Mute.objects.filter(member=member.pk, other=OuterRef("actor"))),
        )

    def unread_by(self, member: Member) -> NotificationQuerySet:
        """What the member has yet to read."""
        return self.filter(recipient=member, read_at=None).heard_by(member)

    def for_page(self) -> NotificationQuerySet:
        """With all that its sentence, its excerpt and its link need."""
        return self.select_related(
            "recipient", "actor", "title", "person", "review__title", "review__person", "review__author"
        ).defer(
            *(
                f"{path}title__{column}"
                for path in ("", "review__")
                for column in ("plot", "tagline", "plot_source")
            ),
            *(f"{path}person__biography" for path in ("", "review__")),
        )
