"""A moderator's removal of a member's picture: said to the member, and in the public log."""

from django.core.exceptions import PermissionDenied
from django.db import transaction

from accounts.models import Member, Section
from accounts.permissions import can_remove_picture
from accounts.services.pictures import erase_picture
from reviews.models import LogEntry, NotificationKind
from reviews.services.notifying import notify


@transaction.atomic
def remove_picture(*, member: Member, moderator: Member, reason: str) -> bool:
    """Erase the member's picture for a reason that they and everybody can read; False where there is none any more.

    Raises PermissionDenied for who is no moderator of members, and towards oneself.
    """
    if not can_remove_picture(moderator, member):
        raise PermissionDenied("This picture is not theirs to remove.")
    locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if not locked.avatar:
        return False
    erase_picture(member=locked)
    line = LogEntry.objects.create(
        verb="reviews.member.picture_removed",
        section=Section.MEMBERS,
        reason=reason,
        moderator_number=moderator.pk,
    )
    notify(
        recipients=[locked],
        kind=NotificationKind.ACCOUNT,
        key=f"picture_removed:{line.pk}",
        detail={"news": "picture_removed", "reason": reason},
    )
    return True
