"""How members stand to each other: following, blocking, muting. Doing any of it twice is as good as once.

Following and blocking hold both members for their transaction, so that a block and a follow at the same moment leave
only the block.
"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Block, Follow, Member, Mute
from accounts.permissions import can_follow
from accounts.relations import is_block_between
from accounts.signals import follower_accepted, member_followed


@transaction.atomic
def follow(*, follower: Member, followed: Member) -> Follow:
    """Follow a member, or ask to where they want to be asked: `accepted_at` is null until they agree.

    Raises PermissionDenied for somebody suspended, towards oneself or a member who is not there any more, and where one
    of the two has blocked the other.
    """
    follower, followed = _hold(follower, followed)
    if not can_follow(follower, followed) or is_block_between(follower, followed):
        raise PermissionDenied("This member cannot be followed.")
    accepted_at = None if followed.approves_followers else timezone.now()
    made, is_new = Follow.objects.get_or_create(
        follower=follower, followed=followed, defaults={"accepted_at": accepted_at}
    )
    if is_new:
        member_followed.send(Follow, follow=made)
    return made


def unfollow(*, follower: Member, followed: Member) -> None:
    """Follow a member no longer, or take back that one asked to."""
    Follow.objects.filter(follower=follower, followed=followed).delete()


@transaction.atomic
def accept(*, member: Member, follower: Member) -> None:
    """Let somebody follow the member who asked to; nothing for somebody who did not ask, or no longer does."""
    asked = Follow.objects.select_for_update().filter(
        follower=follower, followed=member, accepted_at__isnull=True
    )
    if (request := asked.first()) is not None:
        request.accepted_at = timezone.now()
        request.save(update_fields=["accepted_at"])
        follower_accepted.send(Follow, follow=request)


def refuse(*, member: Member, follower: Member) -> None:
    """Do not let somebody follow the member who asked to. They are not told, and may ask again."""
    Follow.objects.filter(follower=follower, followed=member, accepted_at__isnull=True).delete()


def remove_follower(*, member: Member, follower: Member) -> None:
    """Let somebody follow the member no longer. They are not told."""
    Follow.objects.filter(follower=follower, followed=member).delete()


@transaction.atomic
def block(*, member: Member, other: Member) -> None:
    """Have nothing to do with each other: neither follows the other any more, nor is told what the other does."""
    member, other = _hold(member, other)
    Block.objects.get_or_create(member=member, other=other)
    Follow.objects.filter(follower=member, followed=other).delete()
    Follow.objects.filter(follower=other, followed=member).delete()


def unblock(*, member: Member, other: Member) -> None:
    """End a block that the member made; one that the other made stays. Nobody follows anybody by that."""
    Block.objects.filter(member=member, other=other).delete()


def mute(*, member: Member, other: Member) -> None:
    """Hear nothing of another member any more, without their knowing."""
    Mute.objects.get_or_create(member=member, other=other)


def unmute(*, member: Member, other: Member) -> None:
    """Hear of another member again."""
    Mute.objects.filter(member=member, other=other).delete()


def _hold(one: Member, other: Member) -> tuple[Member, Member]:
    """Both as they are now, locked in order of their ids."""
    rows = Member.objects.select_for_update(no_key=True).order_by("pk").in_bulk([one.pk, other.pk])
    return rows[one.pk], rows[other.pk]
