"""Following the thread of a title or a person, and what the feed of members shows. Twice is as good as once."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import can_post
from reviews.feed import Act
from reviews.models import Notification, NotificationKind, SubjectFollow
from reviews.subjects import Subject, about


def follow_subject(*, member: Member, subject: Subject) -> None:
    """Follow what is said about a title or a person; all that stands there now counts as read.

    Raises PermissionDenied for a suspended member.
    """
    if not can_post(member):
        raise PermissionDenied("This member may not follow anything now.")
    SubjectFollow.objects.bulk_create(
        [SubjectFollow(**about(subject), member=member, seen_at=timezone.now())], ignore_conflicts=True
    )


def unfollow_subject(*, member: Member, subject: Subject) -> None:
    """Follow the thread no longer; what was said of it on the page of notifications stays."""
    SubjectFollow.objects.filter(**about(subject), member=member).delete()


@transaction.atomic
def mark_seen(*, member: Member, subject: Subject) -> None:
    """The member sees the thread: nothing in it is unread any more, nor the news of it. Nothing where they do not follow it."""
    now = timezone.now()
    if SubjectFollow.objects.filter(**about(subject), member=member).update(seen_at=now):
        Notification.objects.filter(
            **about(subject), recipient=member, kind=NotificationKind.THREAD, read_at=None
        ).update(read_at=now)


def show_in_feed(*, member: Member, acts: Collection[Act]) -> None:
    """Let the member's feed have these kinds of acts and no others. A kind that the site gets later is shown."""
    Member.objects.filter(pk=member.pk).update(feed_hides=[act for act in Act if act not in acts])
