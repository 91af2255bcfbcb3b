"""Members whom somebody may like to follow."""

from collections import Counter
from typing import Final

from accounts.models import Block, Follow, Member, Mute
from reviews.models import Review

MEMBERS_SUGGESTED: Final = 12
# The messages among which those who write most are looked for: what the site talks about now.
_NEWEST: Final = 400


def members_to_follow(member: Member) -> list[Member]:
    """Who writes most on the site these days and is not followed, blocked or muted by the member. Two queries."""
    newest = Review.objects.filter(state="published").order_by("-created_at", "-id")[:_NEWEST]
    busy = Counter(newest.values_list("author_id", flat=True))
    known = [
        Follow.objects.filter(follower=member).values("followed"),
        Block.objects.filter(member=member).values("other"),
        Block.objects.filter(other=member).values("member"),
        Mute.objects.filter(member=member).values("other"),
    ]
    found = Member.objects.active().filter(pk__in=busy, is_placeholder=False, closed_at=None)
    for relation in known:
        found = found.exclude(pk__in=relation)
    others = found.exclude(pk=member.pk).for_card()
    return sorted(others, key=lambda other: (-busy[other.pk], other.pk))[:MEMBERS_SUGGESTED]
