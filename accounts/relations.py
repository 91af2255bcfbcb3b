"""How a viewer stands to other members."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from accounts.models import Block, Follow, Member, Mute
from accounts.permissions import Viewer


@dataclass(frozen=True, slots=True)
class Relation:
    """How a viewer stands to one member. `follows` is false while they are only asking to."""

    follows: bool = False
    asks: bool = False
    is_followed: bool = False
    is_asked: bool = False
    blocks: bool = False
    mutes: bool = False


def relation_of(viewer: Viewer, member: Member) -> Relation:
    """How the viewer stands to the member: one query, or none for a stranger and for oneself.

    A block by the other one does not show.
    """
    if not isinstance(viewer, Member) or viewer.pk == member.pk:
        return Relation()
    mine = Follow.objects.filter(follower=viewer, followed=OuterRef("pk"))
    theirs = Follow.objects.filter(follower=OuterRef("pk"), followed=viewer)
    row = (
        Member.objects.filter(pk=member.pk)
        .values_list(
            Exists(mine.filter(accepted_at__isnull=False)),
            Exists(mine.filter(accepted_at__isnull=True)),
            Exists(theirs.filter(accepted_at__isnull=False)),
            Exists(theirs.filter(accepted_at__isnull=True)),
            Exists(Block.objects.filter(member=viewer, other=OuterRef("pk"))),
            Exists(Mute.objects.filter(member=viewer, other=OuterRef("pk"))),
        )
        .get()
    )
    return Relation(*row)


def is_block_between(one: Member, other: Member) -> bool:
    """Whether either of the two has blocked the other. One query."""
    return Block.objects.filter(Q(member=one, other=other) | Q(member=other, other=one)).exists()
