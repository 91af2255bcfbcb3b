"""Following the thread of a title or a person, and what the feed of members shows. Twice is as good as once."""

from collections.abc import Collection
from typing import Final

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import can_post
from films.models import Title
from reviews.feed import Act
from reviews.models import NotificationKind, SubjectFollow
from reviews.subjects import Subject, about

_MARK_SEEN: Final = """
    WITH seen AS (
        UPDATE reviews_subjectfollow SET seen_at = %(now)s
        WHERE member_id = %(member)s AND (title_id = %(title)s OR person_id = %(person)s)
        RETURNING member_id, title_id, person_id
    )
    UPDATE reviews_notification AS news SET read_at = %(now)s FROM seen
    WHERE news.recipient_id = seen.member_id AND news.kind = %(kind)s AND news.read_at IS NULL
        AND (news.title_id = seen.title_id OR news.person_id = seen.person_id)
"""


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


def mark_seen(*, member: Member, subject: Subject) -> None:
    """The member sees the thread: nothing in it is unread any more, nor the news of it. Nothing where they do not follow it.

    One statement, for it stands in the way of a page.
    """
    title_id, person_id = (subject.pk, None) if isinstance(subject, Title) else (None, subject.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            _MARK_SEEN,
            {
                "member": member.pk,
                "title": title_id,
                "person": person_id,
                "now": timezone.now(),
                "kind": NotificationKind.THREAD,
            },
        )


def show_in_feed(*, member: Member, acts: Collection[Act]) -> None:
    """Let the member's feed have these kinds of acts and no others. A kind that the site gets later is shown."""
    Member.objects.filter(pk=member.pk).update(feed_hides=[act for act in Act if act not in acts])
