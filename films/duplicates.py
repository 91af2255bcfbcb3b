"""Titles that became one with another: where they went, and which titles may be the same without anybody having said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

from films.models import Title

# Advisory locks of PostgreSQL have one number for everything; ours begin where no key of a title comes.
_LOCKS: Final = 0x4D45 << 47

_WHERE_TO = """
    WITH RECURSIVE way (id, merged_into_id, step) AS (
        SELECT id, merged_into_id, 0 FROM films_title WHERE id = %(pk)s
        UNION ALL
        SELECT title.id, title.merged_into_id, step + 1
        FROM way JOIN films_title AS title ON title.id = way.merged_into_id
    )
    SELECT id FROM way ORDER BY step DESC LIMIT 1
"""

# Some thousands of titles are looked at together, the newest first: each by its names and ids, through their indexes.
_WINDOW = """
    WITH newer AS (
        SELECT id, kind, year FROM films_title
        WHERE merged_into_id IS NULL AND kind <> 'season' AND id < %(below)s
        ORDER BY id DESC LIMIT %(window)s
    )
"""
# A name in common, as search writes it, and a year apart at most.
_SAME_NAME = f"""
    {_WINDOW}
    SELECT DISTINCT older.id, newer.id
    FROM newer
    JOIN films_searchname AS name ON name.title_id = newer.id AND length(name.norm) > 2
    JOIN films_searchname AS other
        ON other.norm = name.norm AND other.title_id IS NOT NULL AND other.title_id < newer.id
    JOIN films_title AS older ON older.id = other.title_id
    WHERE older.kind = newer.kind AND older.merged_into_id IS NULL AND abs(older.year - newer.year) <= 1
    ORDER BY newer.id DESC, older.id
"""  # noqa: S608  (only SQL of our own)
# One id in another spelling: "0118849" or "118849" beside "tt0118849".
_SAME_ID = f"""
    {_WINDOW}, id AS (
        SELECT newer.id AS title_id, kind, source, value, ltrim(regexp_replace(value, '^tt', ''), '0') AS number
        FROM newer JOIN films_externalid ON films_externalid.title_id = newer.id
    )
    SELECT DISTINCT older.id, id.title_id
    FROM id
    CROSS JOIN LATERAL lpad(number, greatest(7, length(number)), '0') AS padded
    CROSS JOIN LATERAL unnest(
        ARRAY[number, 'tt' || number, 'tt' || padded, padded]
    ) AS spelling (value)
    JOIN films_externalid AS other
        ON other.source = id.source AND other.value = spelling.value AND other.title_id <> id.title_id
    JOIN films_title AS older ON older.id = other.title_id
    WHERE number <> '' AND older.kind = id.kind AND older.merged_into_id IS NULL
    ORDER BY id.title_id DESC, older.id
"""  # noqa: S608  (only SQL of our own)
_NEXT = f"{_WINDOW} SELECT min(id), count(*) FROM newer"  # noqa: S608  (only SQL of our own)

WINDOW: Final = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """Two titles that may be one: the older entry first."""

    older: Title
    newer: Title
    same_id: bool


def merge_lock(title_id: int) -> int:
    """The key of the advisory lock that a merge of this title holds, and whoever votes for it shares. 0: of all merges.

    Another first showing holds it as well, by trigger (`reviews/migrations/0020`).
    """
    return _LOCKS + title_id


def standing_title_id(pk: int) -> int | None:
    """The id of the title that this one became one with, over any number of merges; itself if it stands, None if gone."""
    with connection.cursor() as cursor:
        cursor.execute(_WHERE_TO, {"pk": pk})
        row = cursor.fetchone()
    return row[0] if row else None


def likely_duplicates(*, below: int | None = None, window: int = WINDOW) -> tuple[list[Pair], int | None]:
    """Pairs of the same kind with one id written in two ways, or with a name in common and a year apart at most.

    Looks at `window` titles, the newest of those with an id under `below`, and for the others of their pairs anywhere.
    Gives the pairs and what to put into `below` for the next window; None after the last.
    """
    values = {"below": below or 2**63 - 1, "window": window}
    found: dict[tuple[int, int], bool] = {}
    with connection.cursor() as cursor:
        for statement, same_id in ((_SAME_ID, True), (_SAME_NAME, False)):
            cursor.execute(statement, values)
            for one, other in cursor.fetchall():
                found.setdefault((min(one, other), max(one, other)), same_id)
        cursor.execute(_NEXT, values)
        lowest, looked_at = cursor.fetchone()
    titles = _by_id({pk for pair in found for pk in pair})
    pairs = [Pair(titles[one], titles[other], same_id) for (one, other), same_id in found.items()]
    return pairs, lowest if looked_at == window else None


def _by_id(ids: Iterable[int]) -> dict[int, Title]:
    return Title.objects.for_card().in_bulk(list(ids))
