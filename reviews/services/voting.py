"""Casting votes and taking them back. Totals follow in the same transaction, by database trigger."""

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from films.duplicates import merge_lock, standing_title_id
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.counting import counts
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST, UNDO_TIME
from reviews.services.pacing import check_pace, limit_of

# One call (migrations 0020 and 0023): two clicks at once leave one vote. It waits for a merge of the title or another first
# showing, then for a suspension of the member or a decision about their votes; whether the vote counts is asked after
# that. The same vote again changes nothing, not even its date.
_CAST = """
    SELECT id, title_id, value, counted, cast_at, changed_at
    FROM reviews_cast_vote(%(member)s, %(title)s, %(value)s, %(now)s, %(lock)s)
"""

# The past vote goes in the statement that brings it back, whose member is held before it, as whoever erases a member
# does, and in a statement of its own, as for a vote. A vote that came meanwhile stays, and the past one with it. When it
# was first cast is read from the votes that led to it without a gap.
_RESTORE = f"""
    SELECT pg_advisory_xact_lock_shared(%(lock)s);
    SELECT FROM accounts_member WHERE id = %(member)s AND closing_at IS NULL FOR SHARE;
    WITH past AS (
        SELECT past.id, member.id AS member_id, title.id AS title_id, past.value, past.given_at,
            {counts(member="member", title="title")} AS counted
        FROM accounts_member AS member, films_title AS title, reviews_pastvote AS past
        WHERE member.id = %(member)s AND member.is_active AND member.suspended_at IS NULL AND member.closing_at IS NULL
            AND title.id = %(title)s AND title.merged_into_id IS NULL
            AND past.value = %(value)s AND past.id = (
                SELECT id FROM reviews_pastvote
                WHERE member_id = %(member)s AND title_id = %(title)s AND withdrawn AND ended_at > %(since)s
                ORDER BY id DESC LIMIT 1
            )
        FOR UPDATE OF past
    ), restored AS (
        INSERT INTO reviews_vote (member_id, title_id, value, counted, cast_at, changed_at)
        SELECT member_id, title_id, value, counted, (
            SELECT min(given_at) FROM reviews_pastvote AS earlier
            WHERE earlier.member_id = past.member_id AND earlier.title_id = past.title_id
                AND earlier.given_at >= coalesce((
                    SELECT max(ended_at) FROM reviews_pastvote AS ended
                    WHERE ended.member_id = past.member_id AND ended.title_id = past.title_id
                        AND ended.withdrawn AND ended.id <> past.id AND ended.ended_at <= past.given_at
                ), '-infinity')
        ), given_at
        FROM past
        ON CONFLICT (member_id, title_id) DO NOTHING
        RETURNING id, title_id, value, counted, cast_at, changed_at
    ), gone AS (
        DELETE FROM reviews_pastvote USING past, restored WHERE reviews_pastvote.id = past.id
    )
    SELECT * FROM restored
"""  # noqa: S608  (only SQL of our own)

# Votes that do not count and should, and those that count and should not. All but the first are for the days when rows
# were changed past the triggers.
_WRONGLY_COUNTED = [
    f"""
    SELECT vote.id FROM reviews_vote AS vote
    JOIN accounts_member AS member ON member.id = vote.member_id
    JOIN films_title AS title ON title.id = vote.title_id
    WHERE NOT vote.counted AND {counts(member="member", title="title")}
    """,  # noqa: S608  (only SQL of our own)
    """
    SELECT vote.id FROM reviews_vote AS vote JOIN accounts_member AS member ON member.id = vote.member_id
    WHERE vote.counted AND member.suspended_at IS NOT NULL
    """,
    """
    SELECT vote.id FROM reviews_vote AS vote JOIN films_title AS title ON title.id = vote.title_id
    WHERE vote.counted AND title.released_on > %(today)s
    """,
    """
    SELECT vote.id FROM reviews_vote AS vote JOIN reviews_setasidevote AS aside USING (title_id, member_id)
    WHERE vote.counted
    """,
]
# Held by id, as everybody holds them, and asked again by the statement that follows.
_HOLD_VOTES = "SELECT id FROM reviews_vote WHERE id IN ({votes}) ORDER BY id FOR UPDATE"
_REFRESH_COUNTED = f"""
    UPDATE reviews_vote AS vote SET counted = NOT counted
    FROM accounts_member AS member, films_title AS title
    WHERE vote.id = ANY (%(votes)s) AND member.id = vote.member_id AND title.id = vote.title_id
        AND counted <> {counts(member="member", title="title")}
"""  # noqa: S608  (only SQL of our own)


def cast_vote(*, member: Member, title: Title, value: int) -> Vote:
    """Store the member's vote of 1 to 10 half stars, or change the one they gave.

    Before the title's first public showing the vote is kept but does not count yet. A vote for a title that became
    one with another goes there: `Vote.title_id` says where. Raises ValueError for a value out of range or a title that
    takes no votes (a show), PermissionDenied for a member who may not vote, TooMuchToday for one who has voted enough.
    """
    _check(title, value)
    _keep_pace(member, title)
    return _cast(_CAST, member, title, value) or _refuse()


def restore_vote(*, member: Member, title: Title, value: int) -> Vote:
    """Give the member back the vote of so many half stars that they have just taken back, with its dates.

    It stands again as if it had never gone, and leaves the past votes. Longer than `UNDO_TIME` after it went, or where
    another vote came since, this casts a new one. Raises as `cast_vote` does.
    """
    _check(title, value)
    return _cast(_RESTORE, member, title, value) or cast_vote(member=member, title=title, value=value)


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


def _check(title: Title, value: int) -> None:
    if not LOWEST <= value <= HIGHEST:
        raise ValueError(f"A vote is {LOWEST} to {HIGHEST} half stars, not {value}.")
    if not title.takes_votes:
        raise ValueError("A show takes no votes; its seasons do.")


def _keep_pace(member: Member, title: Title) -> None:
    """To change a vote is no new one. Asks nothing about members without a limit."""
    if limit_of(member, "vote") is None or Vote.objects.filter(member=member, title=title).exists():
        return
    check_pace(member, "vote")


def _refuse() -> NoReturn:
    raise PermissionDenied("This member may not vote now.")


def _cast(statement: str, member: Member, title: Title, value: int) -> Vote | None:
    """Run the statement on the title, or on the one that it became one with; None where it wrote nothing."""
    row = _run(statement, member.pk, title.pk, value)
    if row is None and (standing := _moved_to(title)):
        title = standing
        row = _run(statement, member.pk, title.pk, value)
    if row is None:
        return None
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


def _run(statement: str, member_id: int, title_id: int, value: int) -> tuple[Any, ...] | None:
    now = timezone.now()
    values: dict[str, Any] = {
        "lock": merge_lock(title_id),
        "member": member_id,
        "title": title_id,
        "value": value,
        "now": now,
        "since": now - UNDO_TIME,
        "today": now.date(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        while cursor.nextset():
            pass  # what the locks answer
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


def count_released_votes() -> int:
    """Let every vote count that should, and none that should not; answers how many changed.

    Votes wait for the first public showing of their title and for the end of their member's suspension.
    """
    changed, params = 0, {"today": timezone.now().date()}
    for votes in _WRONGLY_COUNTED:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_HOLD_VOTES.format(votes=votes), params)
            if held := [pk for (pk,) in cursor.fetchall()]:
                cursor.execute(_REFRESH_COUNTED, {**params, "votes": held})
                changed += cursor.rowcount
    return changed
