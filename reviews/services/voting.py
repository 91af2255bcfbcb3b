"""Casting votes and taking them back. Totals follow in the same transaction, by database trigger."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import Viewer
from films.duplicates import merge_lock, standing_title_id
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.counting import counts
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST

# One statement: two clicks at once leave one vote, and whether it counts is decided by the rows as they are now.
# Somebody who is being suspended is waited for, and so is a merge of the title: the statement after the lock sees what
# it did. The same vote again changes nothing, not even its date.
_CAST = f"""
    SELECT pg_advisory_xact_lock_shared(%(lock)s);
    INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT member.id, title.id, %(value)s, {counts(member="member", title="title")}, %(now)s, %(now)s
    FROM accounts_member AS member, films_title AS title
    WHERE member.id = %(member)s AND member.is_active AND member.suspended_at IS NULL
        AND title.id = %(title)s AND title.merged_into_id IS NULL
    FOR SHARE OF member
    ON CONFLICT (member_id, title_id) DO UPDATE SET
        value = excluded.value,
        counted = excluded.counted,
        changed_at = CASE WHEN vote.value = excluded.value THEN vote.changed_at ELSE excluded.changed_at END
    RETURNING id, title_id, value, counted, cast_at, changed_at
"""  # noqa: S608  (only SQL of our own)

# What `counted` must be. All but the first are for the days when rows were changed past the triggers.
_REFRESH_COUNTED = [
    f"""
    UPDATE reviews_vote AS vote SET counted = true
    FROM accounts_member AS member, films_title AS title
    WHERE NOT vote.counted AND member.id = vote.member_id AND title.id = vote.title_id
        AND {counts(member="member", title="title")}
    """,  # noqa: S608  (only SQL of our own)
    """
    UPDATE reviews_vote AS vote SET counted = false
    FROM accounts_member AS member
    WHERE vote.counted AND member.id = vote.member_id AND member.suspended_at IS NOT NULL
    """,
    """
    UPDATE reviews_vote AS vote SET counted = false
    FROM films_title AS title
    WHERE vote.counted AND title.id = vote.title_id AND title.released_on > %(today)s
    """,
    """
    UPDATE reviews_vote AS vote SET counted = false
    FROM reviews_setasidevote AS aside
    WHERE vote.counted AND vote.title_id = aside.title_id AND vote.member_id = aside.member_id
    """,
]


def cast_vote(*, member: Member, title: Title, value: int) -> Vote:
    """Store the member's vote of 1 to 10 half stars, or change the one they gave.

    Before the title's first public showing the vote is kept but does not count yet. A vote for a title that became
    one with another goes there: `Vote.title_id` says where. Raises ValueError for a value out of range or a title that
    takes no votes (a show), PermissionDenied for a member who may not vote.
    """
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"A vote is {LOWEST} to {HIGHEST} half stars, not {value}.")
    if not title.takes_votes:
        raise ValueError("A show takes no votes; its seasons do.")
    row = _cast(member.pk, title.pk, value)
    if row is None and (standing := _moved_to(title)):
        title = standing
        row = _cast(member.pk, title.pk, value)
    if row is None:
        raise PermissionDenied("This member may not vote now.")
    pk, title_id, value, counted, cast_at, changed_at = row
    forget_pages(title_ids=[title.pk, title.parent_id])
    return Vote(
        pk=pk,
        member_id=member.pk,
        title_id=title_id,
        value=value,
        counted=counted,
        cast_at=cast_at,
        changed_at=changed_at,
    )


def withdraw_vote(*, member: Member, title: Title) -> int | None:
    """Take the member's vote back, from where it went if the title became one with another.

    Answers its value in half stars, or None when there was none.
    """
    value = _withdraw(member.pk, title.pk)
    if value is None and (standing := _moved_to(title)):
        title = standing
        value = _withdraw(member.pk, title.pk)
    if value is not None:
        forget_pages(title_ids=[title.pk, title.parent_id])
    return value


def _cast(member_id: int, title_id: int, value: int) -> tuple[Any, ...] | None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CAST,
            {
                "lock": merge_lock(title_id),
                "member": member_id,
                "title": title_id,
                "value": value,
                "now": now,
                "today": now.date(),
            },
        )
        cursor.nextset()
        return cursor.fetchone()


def _withdraw(member_id: int, title_id: int) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reviews_vote WHERE member_id = %s AND title_id = %s RETURNING value",
            [member_id, title_id],
        )
        row = cursor.fetchone()
    return row[0] if row else None


def _moved_to(title: Title) -> Title | None:
    """The title that this one has become one with, if it has."""
    standing = standing_title_id(title.pk)
    if standing is None or standing == title.pk:
        return None
    return Title.objects.filter(pk=standing).first()


def own_vote(*, viewer: Viewer, title: Title) -> int | None:
    """The viewer's vote in half stars, or None; asks nothing for somebody who is not signed in."""
    if not viewer.is_authenticated:
        return None
    return Vote.objects.filter(member_id=viewer.pk, title=title).values_list("value", flat=True).first()


def count_released_votes() -> int:
    """Let every vote count that should, and none that should not; answers how many changed.

    Votes wait for the first public showing of their title and for the end of their member's suspension.
    """
    changed = 0
    with connection.cursor() as cursor:
        for statement in _REFRESH_COUNTED:
            cursor.execute(statement, {"today": timezone.now().date()})
            changed += cursor.rowcount
    return changed
