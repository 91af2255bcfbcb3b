"""Votes and messages of a title that becomes one with another, moved by a few statements whatever their number.

Of a member who voted on both the newest vote stands; the other is kept whole in `MovedVote` and counts nowhere. When
the titles part again:

- a vote that moved goes back, and one that gave way returns beside it;
- a vote that its member changed since stays where they gave it, with the kept title; the duplicate has its old one back;
- where the member took their vote back since, nothing of theirs returns;
- messages that moved go back with every reply they got since; other new ones stay.

The totals follow by trigger. Rows are locked before anything is changed, in the order in which everybody else takes
them: votes, messages, totals of titles (a season before its show), totals of members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from films.models import Merge, Title
from films.services.following import Pointer, rows_follow, rows_return
from films.services.merging import forget_merged_pages, hold_for_merge
from reviews.counting import counts
from reviews.models import (
    Case,
    Draft,
    Evidence,
    ImportRow,
    ListEntry,
    Mention,
    Notification,
    PastVote,
    SetAsideVote,
    SubjectFollow,
    Viewing,
    WatchlistEntry,
)
from reviews.services import moving_translations

POINTERS: Final = (
    Pointer(model=WatchlistEntry, alone=("member_id",)),
    Pointer(model=Viewing),
    Pointer(model=ListEntry, alone=("list_id",)),
    Pointer(model=PastVote),
    Pointer(model=SetAsideVote, alone=("member_id",)),
    Pointer(model=SubjectFollow, alone=("member_id", "person_id")),
    Pointer(model=ImportRow),
    Pointer(model=Notification),
    Pointer(model=Case, alone=("kind", "matter", "state"), condition="row.state = 'open'"),
    Pointer(model=Mention, alone=("review_id",)),
    Pointer(model=Draft, alone=("member_id", "parent_id", "review_id")),
    Pointer(model=Evidence, column="source_title_id"),
    *moving_translations.POINTERS,
)

# The votes and messages that a merge moves, with the votes that these meet; and those that an undo brings back.
_VOTES_TO_MERGE = """
    SELECT vote.id, vote.member_id
    FROM films_merge AS merge JOIN reviews_vote AS vote ON vote.title_id = merge.duplicate_id
    WHERE merge.id = ANY (%(merges)s)
    UNION ALL
    SELECT own.id, own.member_id
    FROM films_merge AS merge
    JOIN reviews_vote AS vote ON vote.title_id = merge.duplicate_id
    JOIN reviews_vote AS own ON own.member_id = vote.member_id AND own.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s)
"""
_REVIEWS_TO_MERGE = """
    SELECT review.id, review.author_id AS member_id
    FROM films_merge AS merge JOIN reviews_review AS review ON review.title_id = merge.duplicate_id
    WHERE merge.id = ANY (%(merges)s)
"""
_VOTES_TO_PART = """
    SELECT vote.id, vote.member_id
    FROM reviews_movedvote AS moved
    JOIN films_merge AS merge ON merge.id = moved.merge_id
    JOIN reviews_vote AS vote ON vote.member_id = moved.member_id AND vote.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s)
"""
_REVIEWS_TO_PART = """
    SELECT review.id, review.author_id AS member_id, merge.duplicate_id
    FROM reviews_movedreview AS moved
    JOIN films_merge AS merge ON merge.id = moved.merge_id
    JOIN reviews_review AS review
        ON (review.id = moved.review_id OR review.root_id = moved.review_id) AND review.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s)
"""

_LOCK = """
    SELECT FROM reviews_vote WHERE id IN (SELECT id FROM ({votes}) AS concerned) ORDER BY id FOR UPDATE;

    SELECT FROM reviews_review WHERE id IN (SELECT id FROM ({reviews}) AS concerned) ORDER BY id FOR UPDATE;

    SELECT FROM films_titletotals JOIN films_title AS title ON title.id = title_id
    WHERE title_id IN (
        SELECT unnest(ARRAY[kept.id, kept.parent_id, duplicate.id, duplicate.parent_id])
        FROM films_merge AS merge
        JOIN films_title AS kept ON kept.id = merge.kept_id
        JOIN films_title AS duplicate ON duplicate.id = merge.duplicate_id
        WHERE merge.id = ANY (%(merges)s)
    )
    ORDER BY title.kind = 'show', title_id FOR UPDATE OF films_titletotals;

    SELECT FROM accounts_membertotals
    WHERE member_id IN (
        SELECT member_id FROM ({votes}) AS votes UNION SELECT member_id FROM ({reviews}) AS reviews
    )
    ORDER BY member_id FOR UPDATE;
"""
_LOCK_TO_MERGE = _LOCK.format(votes=_VOTES_TO_MERGE, reviews=_REVIEWS_TO_MERGE)
_LOCK_TO_PART = _LOCK.format(votes=_VOTES_TO_PART, reviews=_REVIEWS_TO_PART)

# Equally old, the vote on the kept title stands. A vote that came late (see `gather_strays`) may meet one that moved
# before it.
_MERGE = f"""
    INSERT INTO reviews_movedvote (merge_id, member_id, title_id, gave_way, value, cast_at, changed_at)
    SELECT merge.id, vote.member_id, vote.title_id, coalesce(own.changed_at >= vote.changed_at, false),
        vote.value, vote.cast_at, vote.changed_at
    FROM films_merge AS merge
    JOIN reviews_vote AS vote ON vote.title_id = merge.duplicate_id
    LEFT JOIN reviews_vote AS own ON own.member_id = vote.member_id AND own.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s)
    UNION ALL
    SELECT merge.id, own.member_id, own.title_id, true, own.value, own.cast_at, own.changed_at
    FROM films_merge AS merge
    JOIN reviews_vote AS vote ON vote.title_id = merge.duplicate_id
    JOIN reviews_vote AS own ON own.member_id = vote.member_id AND own.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s) AND own.changed_at < vote.changed_at
    ON CONFLICT (merge_id, member_id, title_id) DO UPDATE
    SET gave_way = excluded.gave_way, value = excluded.value, cast_at = excluded.cast_at,
        changed_at = excluded.changed_at;

    DELETE FROM reviews_vote AS vote USING reviews_movedvote AS moved
    WHERE moved.merge_id = ANY (%(merges)s) AND moved.gave_way
        AND vote.member_id = moved.member_id AND vote.title_id = moved.title_id
        AND vote.changed_at = moved.changed_at;

    UPDATE reviews_vote AS vote
    SET title_id = merge.kept_id,
        counted = {counts(member="member", title="kept")}
    FROM films_merge AS merge, films_title AS kept, accounts_member AS member
    WHERE merge.id = ANY (%(merges)s) AND kept.id = merge.kept_id
        AND vote.title_id = merge.duplicate_id AND member.id = vote.member_id;

    INSERT INTO reviews_movedreview (merge_id, review_id)
    SELECT merge.id, review.id
    FROM films_merge AS merge JOIN reviews_review AS review ON review.title_id = merge.duplicate_id
    WHERE merge.id = ANY (%(merges)s)
    ON CONFLICT (merge_id, review_id) DO NOTHING;

    UPDATE reviews_review AS review SET title_id = merge.kept_id
    FROM films_merge AS merge
    WHERE merge.id = ANY (%(merges)s) AND review.title_id = merge.duplicate_id;
"""  # noqa: S608  (only SQL of our own)

_RETURNING_VOTE = f"""
    INSERT INTO reviews_vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT moved.member_id, moved.title_id, moved.value,
        {counts(member="member", title="title")},
        moved.cast_at, moved.changed_at
    FROM reviews_movedvote AS moved
    JOIN films_merge AS merge ON merge.id = moved.merge_id
    JOIN films_title AS title ON title.id = moved.title_id
    JOIN accounts_member AS member ON member.id = moved.member_id
"""  # noqa: S608  (only SQL of our own)
# First the votes on the duplicate that are not simply moved back, while the vote that stands for them can still be
# seen; then those that are; then what gave way to these. Last the messages, and what members were writing to them.
_PART = f"""
    {_RETURNING_VOTE}
    JOIN reviews_vote AS standing ON standing.member_id = moved.member_id AND standing.title_id = merge.kept_id
    WHERE merge.id = ANY (%(merges)s) AND moved.title_id = merge.duplicate_id
        AND (moved.gave_way OR standing.changed_at <> moved.changed_at)
    ON CONFLICT (member_id, title_id) DO NOTHING;

    UPDATE reviews_vote AS vote
    SET title_id = merge.duplicate_id,
        counted = {counts(member="member", title="duplicate")}
    FROM reviews_movedvote AS moved, films_merge AS merge, films_title AS duplicate, accounts_member AS member
    WHERE merge.id = ANY (%(merges)s) AND moved.merge_id = merge.id AND moved.title_id = merge.duplicate_id
        AND NOT moved.gave_way AND duplicate.id = merge.duplicate_id AND member.id = moved.member_id
        AND vote.member_id = moved.member_id AND vote.title_id = merge.kept_id
        AND vote.changed_at = moved.changed_at;

    {_RETURNING_VOTE}
    JOIN reviews_vote AS returned
        ON returned.member_id = moved.member_id AND returned.title_id = merge.duplicate_id
    WHERE merge.id = ANY (%(merges)s) AND moved.title_id = merge.kept_id AND moved.gave_way
    ON CONFLICT (member_id, title_id) DO NOTHING;

    UPDATE reviews_draft AS draft SET title_id = going.duplicate_id
    FROM ({_REVIEWS_TO_PART}) AS going
    WHERE draft.parent_id = going.id OR draft.review_id = going.id;

    UPDATE reviews_review AS review SET title_id = going.duplicate_id
    FROM ({_REVIEWS_TO_PART}) AS going WHERE going.id = review.id;
"""  # noqa: S608  (only SQL of our own)

_STRAYS = """
    SELECT merge.id FROM films_merge AS merge
    JOIN films_title AS duplicate ON duplicate.id = merge.duplicate_id AND duplicate.merged_into_id = merge.kept_id
    WHERE merge.undone_at IS NULL AND (
        EXISTS (SELECT FROM reviews_vote WHERE title_id = merge.duplicate_id)
        OR EXISTS (SELECT FROM reviews_review WHERE title_id = merge.duplicate_id)
    )
    ORDER BY merge.id
"""


# Of two shows the seasons with one number are compared, and all votes of the second move.
_COUNT = """
    WITH pair AS (
        SELECT %(kept)s::bigint AS kept_id, %(duplicate)s::bigint AS duplicate_id
        UNION ALL
        SELECT own.id, season.id
        FROM films_title AS season LEFT JOIN films_title AS own
            ON own.parent_id = %(kept)s AND own.season_number = season.season_number AND own.merged_into_id IS NULL
        WHERE season.parent_id = %(duplicate)s AND season.merged_into_id IS NULL
    )
    SELECT
        (SELECT count(*) FROM pair JOIN reviews_vote ON title_id = duplicate_id),
        (
            SELECT count(*) FROM pair
            JOIN reviews_vote AS vote ON vote.title_id = duplicate_id
            JOIN reviews_vote AS own ON own.title_id = kept_id AND own.member_id = vote.member_id
        ),
        (SELECT count(*) FROM pair JOIN reviews_review ON title_id = duplicate_id)
"""


@dataclass(frozen=True, slots=True)
class Moves:
    """What a merge would move: the duplicate's votes, those that give way or make way, and its messages."""

    votes: int
    give_way: int
    messages: int


def count_moves(kept: Title, duplicate: Title) -> Moves:
    """Count what a merge of these two would move. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"kept": kept.pk, "duplicate": duplicate.pk})
        return Moves(*cursor.fetchone())


def move_along(merges: Sequence[Merge]) -> None:
    """Move what members said of the duplicates to the kept titles. Stands in the transaction of the merge."""
    _run(_LOCK_TO_MERGE, merges)
    _run(_MERGE, merges)
    rows_follow(merges, POINTERS)
    moving_translations.trivia_translations_follow(merges)


def move_back(merges: Sequence[Merge]) -> None:
    """Give the duplicates back what came from them. Stands in the transaction of the undo."""
    _run(_LOCK_TO_PART, merges)
    _run(_PART, merges)
    rows_return(merges, POINTERS)
    moving_translations.trivia_translations_return(merges)


def gather_strays() -> int:
    """Let votes and messages follow that came for a duplicate while it was merged; answers how many merges had any."""
    with connection.cursor() as cursor:
        cursor.execute(_STRAYS)
        found = [pk for (pk,) in cursor.fetchall()]
    for pk in found:
        with transaction.atomic():
            merge = Merge.objects.get(pk=pk)
            hold_for_merge([merge.kept_id, merge.duplicate_id])
            merge.refresh_from_db()
            if merge.undone_at is None:
                move_along([merge])
                merge.save(update_fields=["followed"])
                forget_merged_pages([merge])
    return len(found)


def _run(statements: str, merges: Sequence[Merge]) -> None:
    with connection.cursor() as cursor:
        # What a merge does to votes is no change of their members' minds.
        cursor.execute("SET LOCAL filmsite.history = 'off'")
        cursor.execute(statements, {"merges": [merge.pk for merge in merges], "today": timezone.now().date()})
