"""The reading side of the copy detector's index: which known texts share runs of words with a new one.

`reviews_fingerprint` holds (hash of a run, known text) for every text; its index covers both columns, so that a look-up
reads no rows. Who verifies what is found here is `reviews.copydetect`; who writes it is `reviews.services.indexing`.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from django.conf import settings
from django.db import OperationalError, ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

from films.models import Person, Title
from reviews.copydetect.fingerprint import run_hashes, unpack, winnow
from reviews.copydetect.rules import KnownText as Known
from reviews.models import KnownText

# Of others' texts so many are worth comparing word by word, of the author's own so many: these excuse.
MOST_SOURCES: Final = 8
MOST_OWN: Final = 4
# A run that more people than this wrote is a phrase. With a tenth of this twice as many passages of twenty words are missed
# among two million texts, and a look-up costs a sixth less.
COMMON: Final = 200
# Of a run that stands in many texts the first so many are looked at, which are about the oldest. What it weighs goes by
# how many those are, so that with fewer than make a phrase the most used runs would weigh alike.
_MOST_HOLDERS: Final = COMMON
# One shared run of five words is chance, and so are two that more texts hold than a few: a run weighs `_WEIGHT` divided by the
# root of how many do.
LEAST_SHARED: Final = 2
_FEW: Final = 20
_WEIGHT: Final = 1000
_LEAST_WEIGHT: Final = round(LEAST_SHARED * _WEIGHT / _FEW**0.5)
TIMEOUT_MS: Final = 150
# Of the texts that share runs so many are looked at more closely, those with the most: a phrase that is not known to be
# common yet has hundreds of holders.
_MOST_LOOKED_AT: Final = 200
# Runs that everybody uses tell nothing one by one. But so many winnowed ones on end, some 25 words, are no phrase: they are a
# text that many have copied.
_COMMON_ON_END: Final = 5

# Nested loops over indexes only. Left to itself the planner would, with statistics that lag behind a load, read tables
# of a hundred million rows, or compile the query for longer than it runs.
_BY_INDEX: Final = f"""
    SET LOCAL statement_timeout = {TIMEOUT_MS}; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
    SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL jit = off;
    SET LOCAL max_parallel_workers_per_gather = 0
"""
_COMMON: Final = "SELECT hash FROM reviews_commonrun WHERE hash = ANY (%s::bigint[])"
# Words that nobody can read now are no source, and are one again as soon as they come back. A run weighs the less the more
# texts hold it: those of a phrase that a hundred people use must not hide one passage of fifteen words. Whole numbers, so that
# equal texts weigh the same in whatever order they are added up.
_HOLDERS: Final = """
    WITH hit AS MATERIALIZED (
        SELECT held.known_id, count(*) AS shared, sum(held.weight) AS weight,
            held.known_id = ANY (ARRAY(SELECT id FROM reviews_knowntext WHERE kind = 'formula')) AS is_free
        FROM unnest(%(hashes)s::bigint[]) AS asked (hash)
            CROSS JOIN LATERAL (
                SELECT known_id, (%(weight)s / sqrt(count(*) OVER ()))::integer AS weight
                FROM (
                    SELECT known_id FROM reviews_fingerprint AS print
                    WHERE print.hash = asked.hash LIMIT %(most_holders)s
                ) AS holder
            ) AS held
        GROUP BY held.known_id
        HAVING count(*) >= %(least)s AND sum(held.weight) >= %(least_weight)s
            OR held.known_id = ANY (ARRAY(SELECT id FROM reviews_knowntext WHERE kind = 'formula'))
        ORDER BY is_free DESC, weight DESC, known_id
        LIMIT %(most_looked_at)s
    ), ranked AS (
        SELECT known.id, hit.shared, hit.weight, known.written_at, hit.is_free,
            known.author_id IS NOT NULL AND known.author_id = %(author)s AS is_own
        FROM hit JOIN reviews_knowntext AS known ON known.id = hit.known_id
            LEFT JOIN reviews_review AS review ON review.id = known.review_id
        WHERE (known.review_id IS NULL OR review.state = 'published' AND review.id IS DISTINCT FROM %(review)s)
            AND (known.title_id = %(title)s OR known.person_id = %(person)s) IS NOT TRUE
    )
    SELECT id, shared
    FROM (
        SELECT *, row_number() OVER (PARTITION BY is_free, is_own ORDER BY weight DESC, written_at, id) AS place
        FROM ranked
    ) AS placed
    WHERE is_free OR place <= CASE WHEN is_own THEN %(most_own)s ELSE %(most_sources)s END
    ORDER BY weight DESC, written_at, id
"""


# What `known_of` looks at, of the columns of five tables.
_COMPARED: Final = (
    *("kind", "text", "grams", "author_id", "label", "url", "licence", "first_words", "written_at"),
    *("review__body", "review__state", "review__author__username"),
    *("title__kind", "title__parent_id", "title__season_number", "title__name", "title__slug", "title__year"),
    *("title__plot", "person__name", "person__slug", "person__biography"),
)


class IndexTooSlow(Exception):
    """The index gave no answer in time, or is not there: look again later. The transaction goes on."""


@dataclass(frozen=True, slots=True)
class Found:
    """A known text and how many of the asked runs it holds: a reason to compare, never evidence."""

    known_id: int
    shared: int


def candidates_for(
    words: Sequence[str],
    *,
    author_id: int | None,
    every_run: bool,
    exclude_review: int | None,
    exclude_standing: Title | Person | None = None,
    most: int = MOST_SOURCES,
) -> list[Found]:
    """Give the known texts that are worth comparing with these folded words, the likeliest first (of equals the oldest).

    At most `most` texts of others, `MOST_OWN` of the author and every free formula that is hit. With `every_run`
    all runs of the words are asked for, which finds more of what was edited for some five times the cost; without it
    the winnowed ones. `exclude_review` is the message that the words belong to, `exclude_standing` the title or person whose
    plot or biography they are. Raises `IndexTooSlow` after 150 ms.
    """
    runs = run_hashes(words)
    winnowed = [runs[place] for place in winnow(runs, window=settings.FILMSITE_COPY_WINDOW)]
    if not winnowed:
        return []
    with _by_index() as cursor:
        telling = _telling(cursor, runs if every_run else winnowed, winnowed)
        if not telling:
            return []
        cursor.execute(
            _HOLDERS,
            {
                "hashes": _array(telling),
                "weight": _WEIGHT,
                "most_holders": _MOST_HOLDERS,
                "most_looked_at": _MOST_LOOKED_AT,
                "least": LEAST_SHARED,
                "least_weight": _LEAST_WEIGHT,
                "author": author_id,
                "review": exclude_review,
                "title": exclude_standing.pk if isinstance(exclude_standing, Title) else None,
                "person": exclude_standing.pk if isinstance(exclude_standing, Person) else None,
                "most_own": MOST_OWN,
                "most_sources": most,
            },
        )
        return [Found(known_id, shared) for known_id, shared in cursor.fetchall()]


def load_known(ids: Collection[int]) -> list[Known]:
    """Give these known texts with their words, or their grams where no words are kept, in the order of `ids`. One query."""
    rows = (
        KnownText.objects.select_related("review__author", "title", "person")
        .only(*_COMPARED)
        .in_bulk(list(ids))
    )
    return [known_of(rows[pk]) for pk in ids if pk in rows]


def known_of(row: KnownText) -> Known:
    """Give a known text as the comparison takes it. Asks nothing: the text it is of is loaded along."""
    label, url, text = row.label, row.url, row.text
    is_public = True
    if row.review is not None:
        label, url, text = row.review.author.username, row.review.get_absolute_url(), row.review.body
        is_public = row.review.is_published
    elif row.title is not None:
        label, url, text = str(row.title), row.title.get_absolute_url(), row.title.plot
    elif row.person is not None:
        label, url, text = row.person.name, row.person.get_absolute_url(), row.person.biography
    return Known(
        id=row.pk,
        kind=row.kind,
        text=text,
        grams=() if text else unpack(row.grams),
        author_id=row.author_id,
        label=label,
        url=url,
        licence=row.licence,
        first_words=row.first_words,
        written_at=row.written_at,
        is_public=is_public,
    )


@contextmanager
def _by_index() -> Iterator[CursorWrapper]:
    """A cursor that uses indexes only and not for long. What it set is undone with the savepoint, and nothing else."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_BY_INDEX)
            yield cursor
            transaction.set_rollback(True)
    except (OperationalError, ProgrammingError) as error:
        raise IndexTooSlow(str(error)) from error


def _telling(cursor: CursorWrapper, asked: Sequence[int], winnowed: Sequence[int]) -> list[int]:
    """Give each of the asked runs once, without those that everybody uses unless so many of them follow on each other.

    In order, as the index has them, which is a sixth cheaper to ask for.
    """
    runs = list(dict.fromkeys(asked))
    cursor.execute(_COMMON, [_array(runs)])
    common = {run for (run,) in cursor.fetchall()}
    for is_common, stretch in groupby(winnowed, key=frozenset(common).__contains__):
        if is_common and len(on_end := list(stretch)) >= _COMMON_ON_END:
            common.difference_update(on_end)
    return sorted(run for run in runs if run not in common)


def _array(numbers: Iterable[int]) -> str:
    """Write numbers as PostgreSQL reads an array; the driver would quote each by itself, for four times as long."""
    return f"{{{','.join(map(str, numbers))}}}"
