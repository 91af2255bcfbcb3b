"""The proof of the totals: every number computed again from the votes, messages and titles themselves.

And of what they are made of: whether each vote counts is what its member, its title and the moderators say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import TextChoices
from django.utils import timezone

from reviews.counting import counts
from reviews.services.voting import count_released_votes


class Table(TextChoices):
    TITLES = "films_titletotals"
    PEOPLE = "films_persontotals"
    MEMBERS = "accounts_membertotals"
    COUNTERS = "films_sitecounter"
    # Not totals, but what they are made of.
    VOTES = "reviews_vote"


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of totals that is not what a recount gives; `stored` is None where the row is missing.

    Of a vote it is whether it counts, which is not what its member's suspension, its title's release and what moderators
    set aside say.
    """

    table: str
    key: int | str
    stored: tuple[object, ...] | None
    counted: tuple[object, ...]

    def __str__(self) -> str:
        return f"{self.table} {self.key}: stored {self.stored}, counted {self.counted}"


_H = [f"h{n}" for n in range(1, 11)]

_TITLE_COLUMNS = ["vote_count", "vote_sum", *_H, "message_count", "last_message_at"]
_TITLES = f"""
    WITH of_title AS (
        SELECT title_id, count(*) AS vote_count, sum(value) AS vote_sum,
            {", ".join(f"count(*) FILTER (WHERE value = {n}) AS h{n}" for n in range(1, 11))}
        FROM reviews_vote WHERE counted GROUP BY title_id
    ), with_shows AS (
        SELECT * FROM of_title
        UNION ALL
        SELECT title.parent_id, {", ".join(f"of_title.{column}" for column in ["vote_count", "vote_sum", *_H])}
        FROM of_title JOIN films_title AS title ON title.id = of_title.title_id
        WHERE title.parent_id IS NOT NULL
    ), votes AS (
        SELECT title_id, {", ".join(f"sum({column}) AS {column}" for column in ["vote_count", "vote_sum", *_H])}
        FROM with_shows GROUP BY title_id
    ), messages AS (
        SELECT title_id, count(*) AS message_count, max(created_at) AS last_message_at
        FROM reviews_review WHERE state = 'published' AND title_id IS NOT NULL GROUP BY title_id
    )
    SELECT title.id AS key,
        {", ".join(f"coalesce(votes.{column}, 0)::int AS {column}" for column in ["vote_count", "vote_sum", *_H])},
        coalesce(messages.message_count, 0)::int AS message_count, messages.last_message_at
    FROM films_title AS title
    LEFT JOIN votes ON votes.title_id = title.id
    LEFT JOIN messages ON messages.title_id = title.id
"""  # noqa: S608 (only names of our own)

# A person has no row until the first message about them, and keeps it afterwards.
_PERSON_COLUMNS = ["message_count", "last_message_at"]
_PEOPLE = """
    SELECT person_id AS key, count(review.id)::int AS message_count, max(review.created_at) AS last_message_at
    FROM (
        SELECT person_id FROM films_persontotals
        UNION SELECT person_id FROM reviews_review WHERE state = 'published' AND person_id IS NOT NULL
    ) AS people
    LEFT JOIN (
        SELECT id, person_id, created_at FROM reviews_review WHERE state = 'published' AND person_id IS NOT NULL
    ) AS review USING (person_id)
    GROUP BY person_id
"""

_MEMBER_COLUMNS = ["vote_count", "vote_sum", "message_count"]
_MEMBERS = """
    SELECT member.id AS key, coalesce(votes.vote_count, 0)::int AS vote_count,
        coalesce(votes.vote_sum, 0)::int AS vote_sum, coalesce(messages.message_count, 0)::int AS message_count
    FROM accounts_member AS member
    LEFT JOIN (
        SELECT member_id, count(*) AS vote_count, sum(value) AS vote_sum
        FROM reviews_vote WHERE counted GROUP BY member_id
    ) AS votes ON votes.member_id = member.id
    LEFT JOIN (
        SELECT author_id, count(*) AS message_count
        FROM reviews_review WHERE state = 'published' GROUP BY author_id
    ) AS messages ON messages.author_id = member.id
"""

_COUNTERS = """
    SELECT kinds.kind || 's' AS key, count(title.id) AS value
    FROM (VALUES ('film'), ('show'), ('season')) AS kinds (kind) LEFT JOIN films_title AS title
        ON title.kind = kinds.kind AND title.merged_into_id IS NULL
    GROUP BY kinds.kind
    UNION ALL SELECT 'people', count(*) FROM films_person
    UNION ALL SELECT 'votes', count(*) FROM reviews_vote WHERE counted
"""

# Votes that count and should not, or the other way round; a title's first showing is told by a task each hour, and a vote
# on it is late rather than wrong for as long.
_VOTES = f"""
    SELECT vote.id, vote.counted, NOT vote.counted
    FROM reviews_vote AS vote
    JOIN accounts_member AS member ON member.id = vote.member_id
    JOIN films_title AS title ON title.id = vote.title_id
    WHERE vote.counted <> {counts(member="member", title="title")}
        AND (vote.counted OR title.released_on IS DISTINCT FROM %(today)s)
    ORDER BY vote.id LIMIT %(limit)s
"""  # noqa: S608 (only SQL of our own)


def find_differences(*, limit: int = 1000) -> list[Difference]:
    """Compare every row of totals with a recount, and every vote's `counted` with its reasons; at most `limit` a table.

    The votes come first: a wrong one is why totals that equal their recount may be wrong all the same. Each table is
    compared in one statement, and so in one snapshot: votes that are cast meanwhile disturb nothing. Reads all votes
    and messages: seconds at millions of rows.
    """
    return [
        *_wrongly_counted(limit),
        *_differences(Table.TITLES, "title_id", _TITLES, _TITLE_COLUMNS, limit),
        *_differences(Table.PEOPLE, "person_id", _PEOPLE, _PERSON_COLUMNS, limit),
        *_differences(Table.MEMBERS, "member_id", _MEMBERS, _MEMBER_COLUMNS, limit),
        *_counter_differences(),
    ]


def recount(*, check: bool = False) -> list[Difference]:
    """Bring every total to its true value and answer what was different. With `check`, only answer.

    Writers of votes and messages wait until the recount is done, so that it is exact.
    """
    if check:
        return find_differences()
    with transaction.atomic(), connection.cursor() as cursor:
        # Stops writers, not readers: what is counted cannot change before the numbers are stored. A writer keeps its
        # locks in the order tables, then totals, and so does this. One recount at a time: each of two that share the
        # tables would wait for the other to correct its votes.
        cursor.execute(
            "LOCK TABLE accounts_member, films_title, films_person, reviews_vote, reviews_review,"
            " reviews_setasidevote IN SHARE ROW EXCLUSIVE MODE"
        )
        differences = find_differences()
        # What triggers add to totals that are wrong is overwritten below.
        count_released_votes()
        _store(cursor, Table.TITLES, "title_id", _TITLES, _TITLE_COLUMNS)
        _store(cursor, Table.PEOPLE, "person_id", _PEOPLE, _PERSON_COLUMNS)
        _store(cursor, Table.MEMBERS, "member_id", _MEMBERS, _MEMBER_COLUMNS)
        cursor.execute("DELETE FROM films_sitecounter")
        cursor.execute(
            f"INSERT INTO films_sitecounter (name, slot, value) SELECT key, 0, value FROM ({_COUNTERS}) t"  # noqa: S608 (only names of our own)
        )
    return differences


def _wrongly_counted(limit: int) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(_VOTES, {"today": timezone.now().date(), "limit": limit})
        for key, stored, counted in cursor.fetchall():
            yield Difference(Table.VOTES, key, (stored,), (counted,))


def _differences(table: str, key: str, truth: str, columns: list[str], limit: int) -> Iterator[Difference]:
    stored = ", ".join(f"stored.{column}" for column in columns)
    counted = ", ".join(f"truth.{column}" for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT truth.key, stored.{key} IS NOT NULL, {stored}, {counted}
            FROM ({truth}) AS truth LEFT JOIN {table} AS stored ON stored.{key} = truth.key
            WHERE stored.{key} IS NULL OR ({stored}) IS DISTINCT FROM ({counted})
            ORDER BY truth.key LIMIT %s
            """,  # noqa: S608 (only names of our own)
            [limit],
        )
        for row_key, exists, *values in cursor.fetchall():
            split = len(columns)
            yield Difference(table, row_key, tuple(values[:split]) if exists else None, tuple(values[split:]))


def _counter_differences() -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT truth.key, sum(stored.value)::bigint, truth.value
            FROM ({_COUNTERS}) AS truth LEFT JOIN films_sitecounter AS stored ON stored.name = truth.key
            GROUP BY truth.key, truth.value HAVING coalesce(sum(stored.value), 0) <> truth.value ORDER BY truth.key
            """  # noqa: S608 (only names of our own)
        )
        for name, stored, counted in cursor.fetchall():
            yield Difference(Table.COUNTERS, name, None if stored is None else (stored,), (counted,))


def _store(cursor: CursorWrapper, table: str, key: str, truth: str, columns: list[str]) -> None:
    names = ", ".join(columns)
    cursor.execute(
        f"""
        INSERT INTO {table} AS stored ({key}, {names}) SELECT key, {names} FROM ({truth}) AS truth ORDER BY key
        ON CONFLICT ({key}) DO UPDATE SET {", ".join(f"{column} = excluded.{column}" for column in columns)}
        WHERE ({", ".join(f"stored.{column}" for column in columns)})
            IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in columns)})
        """  # noqa: S608 (only names of our own)
    )
