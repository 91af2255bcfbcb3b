"""Yes or no about a member and what they may do.

Predicates that ask the database nothing, but for two things: whether somebody who was given special rights has the
second factor that puts these in force (once a request, and never about other members), and whether a viewer follows the
member whose page they open, where a part of it is for followers.
"""

from collections.abc import Collection

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import Audience, Follow, Member, Part, Section

Viewer = Member | AnonymousUser


def is_moderator(viewer: Viewer, section: str) -> bool:
    """Whether the viewer may act and read as a moderator of this section now: every widening passes through here."""
    return section in _sections_of(viewer) and powers_in_force(viewer)


def moderated_sections(viewer: Viewer) -> list[str]:
    """The sections whose queue the viewer sees; none as long as the second factor is missing."""
    held = held_sections(viewer)
    return held if held and powers_in_force(viewer) else []


def held_sections(viewer: Viewer) -> list[str]:
    """The sections that the viewer was given, in force or not: for showing the way to a second factor, no more."""
    held = _sections_of(viewer)
    return [section for section in Section.values if section in held]


def _sections_of(viewer: Viewer) -> Collection[str]:
    """Staff with all rights look after every section; who is suspended or closed looks after none."""
    if not isinstance(viewer, Member) or not viewer.is_active or viewer.is_suspended:
        return ()
    return Section.values if viewer.is_superuser else viewer.sections


def powers_in_force(viewer: Viewer) -> bool:
    """Whether the viewer's special rights, if any, may be used: a stolen password alone must not open them."""
    return not needs_second_factor(viewer) or (isinstance(viewer, Member) and viewer.has_second_factor)


def can_post(viewer: Viewer) -> bool:
    """Whether the viewer may vote and write now."""
    if not isinstance(viewer, Member):
        return False
    return viewer.is_active and not (viewer.is_suspended or viewer.is_closing)


def can_follow(viewer: Viewer, member: Member) -> bool:
    """Whether the viewer may follow the member now, as far as the two rows tell: whether one of them blocked the other,
    the service asks.
    """
    is_there = can_post(member) and not (member.is_placeholder or member.is_former)
    return can_post(viewer) and viewer.pk != member.pk and is_there


def can_remove_picture(viewer: Viewer, member: Member) -> bool:
    """Whether the viewer may remove the member's picture as a moderator; one's own is removed in the settings."""
    return viewer.pk != member.pk and is_moderator(viewer, Section.MEMBERS)


def needs_second_factor(viewer: Viewer) -> bool:
    """Whether this account has powers, which are in force only with a second factor."""
    if not settings.FILMSITE_STAFF_NEEDS_MFA or not isinstance(viewer, Member):
        return False
    return viewer.is_staff or viewer.is_superuser or bool(viewer.sections)


def can_see(viewer: Viewer, member: Member, part: Part) -> bool:
    """Whether the viewer may see this part of the member's page. Its twin for many members is `MemberQuerySet.showing`.

    One query, asked once for a member object, where the part is for followers.
    """
    audience = member.audience_of(part)
    if audience == Audience.EVERYONE or viewer.pk == member.pk:
        return True
    return audience == Audience.FOLLOWERS and is_accepted_by(viewer, member)


def parts_shown(viewer: Viewer, member: Member) -> dict[str, bool]:
    """Whether the viewer may see each part of the member's page, by the part's name. One query at most."""
    return {part.value: can_see(viewer, member, part) for part in Part}


def is_accepted_by(viewer: Viewer, member: Member) -> bool:
    """Whether the viewer follows the member and the member has agreed. One query, asked once for a member object."""
    if not isinstance(viewer, Member):
        return False
    known: dict[int, bool] = vars(member).setdefault("_accepts", {})
    if viewer.pk not in known:
        known[viewer.pk] = Follow.objects.filter(
            follower=viewer, followed=member, accepted_at__isnull=False
        ).exists()
    return known[viewer.pk]
