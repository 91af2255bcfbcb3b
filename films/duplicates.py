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

# Two titles with a name in common, as search writes it, a year apart at most. A name that many share says nothing, and
# would make pairs by the thousand.
_ALIKE = """
    WITH shared AS (
        SELECT norm FROM films_searchname WHERE title_id IS NOT NULL AND length(norm) > 2
        GROUP BY norm HAVING count(*) BETWEEN 2 AND 12
    ), pair AS (
        SELECT DISTINCT one.title_id AS one_id, other.title_id AS other_id
        FROM shared
        JOIN films_searchname AS one USING (norm)
        JOIN films_searchname AS other USING (norm)
        WHERE one.title_id < other.title_id
    )
    SELECT one_id, other_id
    FROM pair
    JOIN films_title AS one ON one.id = one_id
    JOIN films_title AS other ON other.id = other_id
    WHERE one.kind = other.kind AND one.merged_into_id IS NULL AND other.merged_into_id IS NULL
        AND abs(one.year - other.year) <= 1
    ORDER BY one.year = other.year DESC, other_id DESC, one_id
    LIMIT %(limit)s
"""

# One id in two catalogues' spelling: "0118849" beside "tt0118849".
_SAME_ID = """
    WITH id AS (
        SELECT title_id, source, ltrim(regexp_replace(value, '^tt', ''), '0') AS number
        FROM films_externalid WHERE title_id IS NOT NULL
    )
    SELECT DISTINCT one.title_id, other.title_id
    FROM id AS one JOIN id AS other USING (source, number)
    JOIN films_title AS first ON first.id = one.title_id
    JOIN films_title AS second ON second.id = other.title_id
    WHERE one.title_id < other.title_id AND number <> '' AND first.kind = second.kind
        AND first.merged_into_id IS NULL AND second.merged_into_id IS NULL
    ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two titles that may be one: the older entry first."""

    older: Title
    newer: Title
    same_id: bool


def merge_lock(title_id: int) -> int:
    """The key of the advisory lock that a merge of this title holds, and whoever votes for it shares. 0: of all merges."""
    return _LOCKS + title_id


def standing_title_id(pk: int) -> int | None:
    """The id of the title that this one became one with, over any number of merges; itself if it stands, None if gone."""
    with connection.cursor() as cursor:
        cursor.execute(_WHERE_TO, {"pk": pk})
        row = cursor.fetchone()
    return row[0] if row else None


def likely_duplicates(*, limit: int = 100) -> list[Pair]:
    """Pairs of the same kind with one id written in two ways, or with a name in common and a year apart at most.

    Reads all names: a second or two at 160,000 titles, so it is for a page of staff and no reader's.
    """
    found: dict[tuple[int, int], bool] = {}
    for statement, same_id in ((_SAME_ID, True), (_ALIKE, False)):
        with connection.cursor() as cursor:
            cursor.execute(statement, {"limit": limit})
            for pair in cursor.fetchall():
                found.setdefault(pair, same_id)
    titles = _by_id({pk for pair in found for pk in pair})
    return [Pair(titles[one], titles[other], same_id) for (one, other), same_id in found.items()][:limit]


def _by_id(ids: Iterable[int]) -> dict[int, Title]:
    return Title.objects.for_card().in_bulk(list(ids))
