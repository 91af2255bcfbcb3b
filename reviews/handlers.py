"""What reviews do on news from below. Each receiver works within the transaction of whoever sent it."""

from typing import Any

from accounts.models import Follow, Member
from films.models import Merge
from reviews.models import NotificationKind
from reviews.services.erasing import erase_member
from reviews.services.moving import move_along, move_back
from reviews.services.notifying import notify


def follow_merge(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_along(merges)


def follow_undo(sender: type[Merge], *, merges: list[Merge], **kwargs: Any) -> None:
    move_back(merges)


def tell_of_follower(sender: type[Follow], *, follow: Follow, **kwargs: Any) -> None:
    """Once for a follower, however often they stop and start."""
    notify(
        recipients=[follow.followed],
        kind=NotificationKind.FOLLOW,
        key=f"follow:{follow.follower_id}",
        actor=follow.follower,
        detail={"asks": follow.accepted_at is None},
    )


def tell_of_acceptance(sender: type[Follow], *, follow: Follow, **kwargs: Any) -> None:
    notify(
        recipients=[follow.follower],
        kind=NotificationKind.ACCEPTED,
        key=f"accepted:{follow.followed_id}",
        actor=follow.followed,
    )


def forget_who_left(sender: type[Member], *, member: Member, keeps_texts: bool, **kwargs: Any) -> None:
    erase_member(member=member, keeps_texts=keeps_texts)
