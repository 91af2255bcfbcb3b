"""Yes or no about a member and what they may do. Pure predicates; nothing here asks the database."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from accounts.models import Member, Section

Viewer = Member | AnonymousUser


def is_moderator(viewer: Viewer, section: str) -> bool:
    """Whether the viewer looks after this section; staff with all rights look after every one."""
    if not isinstance(viewer, Member) or not viewer.is_active or viewer.is_suspended:
        return False
    return viewer.is_superuser or section in viewer.sections


def moderated_sections(viewer: Viewer) -> list[str]:
    """The sections whose queue the viewer sees."""
    return [section for section in Section.values if is_moderator(viewer, section)]


def can_post(viewer: Viewer) -> bool:
    """Whether the viewer may vote and write now."""
    return isinstance(viewer, Member) and viewer.is_active and not viewer.is_suspended


def needs_second_factor(viewer: Viewer) -> bool:
    """Whether this account has powers that a stolen password alone must not open."""
    if not settings.FILMSITE_STAFF_NEEDS_MFA or not isinstance(viewer, Member):
        return False
    return viewer.is_staff or viewer.is_superuser or bool(viewer.sections)
