"""Casting votes and taking them back. Totals follow in the same transaction, by database trigger."""

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import Viewer
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST

# One statement: two clicks at once leave one vote, and whether it counts is decided by the rows as they are now.
# Somebody who is being suspended is waited for. The same vote again changes nothing, not even its date.
_CAST = """
    INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT member.id, title.id, %(value)s, coalesce(title.released_on, '-infinity') <= %(today)s, %(now)s, %(now)s
    FROM accounts_member AS member, films_title AS title
    WHERE member.id = %(member)s AND member.is_active AND member.suspended_at IS NULL AND title.id = %(title)s
    FOR SHARE OF member
    ON CONFLICT (member_id, title_id) DO UPDATE SET
        value = excluded.value,
        counted = excluded.counted,
        changed_at = CASE WHEN vote.value = excluded.value THEN vote.changed_at ELSE excluded.changed_at END
    RETURNING id, value, counted, cast_at, changed_at
"""

# What `counted` must be. The last two are for the days when a member or title was changed past the triggers.
_REFRESH_COUNTED = [
    """
    UPDATE reviews_vote AS vote SET counted = true
    FROM accounts_member AS member, films_title AS title
    WHERE NOT vote.counted AND member.id = vote.member_id AND title.id = vote.title_id
        AND member.suspended_at IS NULL AND coalesce(title.released_on, '-infinity') <= %(today)s
    """,
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
]


def cast_vote(*, member: Member, title: Title, value: int) -> Vote:
    """Store the member's vote of 1 to 10 half stars, or change the one they gave.

    Before the title's first public showing the vote is kept but does not count yet. Raises ValueError for a value
    out of range or a title that takes no votes (a show), PermissionDenied for a member who may not vote.
    """
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"A vote is {LOWEST} to {HIGHEST} half stars, not {value}.")
    if not title.takes_votes:
        raise ValueError("A show takes no votes; its seasons do.")
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _CAST,
            {"member": member.pk, "title": title.pk, "value": value, "now": now, "today": now.date()},
        )
        row = cursor.fetchone()
    if row is None:
        raise PermissionDenied("This member may not vote now.")
    pk, value, counted, cast_at, changed_at = row
    forget_pages(title_ids=[title.pk, title.parent_id])
    return Vote(
        pk=pk,
        member_id=member.pk,
        title_id=title.pk,
        value=value,
        counted=counted,
        cast_at=cast_at,
        changed_at=changed_at,
    )


def withdraw_vote(*, member: Member, title: Title) -> int | None:
    """Take the member's vote back. Answers its value in half stars, or None when there was none."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM reviews_vote WHERE member_id = %s AND title_id = %s RETURNING value",
            [member.pk, title.pk],
        )
        row = cursor.fetchone()
    if row is not None:
        forget_pages(title_ids=[title.pk, title.parent_id])
    return row[0] if row else None


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
