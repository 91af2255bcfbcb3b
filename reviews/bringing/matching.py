"""Which titles the works of an import are: by their ids, else by name and year, for all of them at once.

The works (each named once, however many rows there are) are staged in a temporary table, and set-based statements find
their titles: our own id where the title is called the same, then IMDb, TMDB, Wikidata, MovieLens; then a name and the
year. What is found by a name in another year, twice, or only nearly, is for the member to say.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

from films.search import forms_of_title, normalise
from films.search.slips import one_slip_from
from filmsite.lib.bulk import copy_rows
from filmsite.lib.time_limit import time_limit

# Titles that a member is offered for one work.
OFFERED: Final = 5
# Works of whose name there is no title that are looked for by slips and likeness, some at a time; each costs
# milliseconds.
MOST_ALIKE: Final = 2_000
_ALIKE_AT_ONCE: Final = 50
_ALIKE_MS: Final = 4_000
_LIKENESS: Final = 0.5
# In shorter names a slip leaves less than that in common. Of three letters nearly everything is one slip away.
_FEWEST_LETTERS: Final = 4
_LIKE_FROM: Final = 13

_STAGE: Final = """
    CREATE TEMPORARY TABLE brought_work (
        work text PRIMARY KEY, kind text, season int, year int, name text, norm text, own_id bigint, imdb text,
        tmdb_movie text, tmdb_tv text, wikidata text, movielens text,
        takes_votes boolean DEFAULT false, title_id bigint, person_id bigint, match text,
        candidates jsonb NOT NULL DEFAULT '[]'
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE brought_name (work text, norm text, place int) ON COMMIT DROP;
"""
_COLUMNS: Final = (
    *(
        "work",
        "kind",
        "season",
        "year",
        "name",
        "norm",
        "own_id",
        "imdb",
        "tmdb_movie",
        "tmdb_tv",
        "wikidata",
    ),
    "movielens",
)
_NOTE_VOTES = """
    UPDATE brought_work SET takes_votes = true
    FROM (
        SELECT DISTINCT work FROM reviews_importrow
        WHERE of_id = %(of)s AND outcome = '' AND kind IN ('vote', 'past_vote', 'viewing')
    ) AS judged
    WHERE judged.work = brought_work.work
"""
# An id of ours means this title only where it is called so: the file may be another site's.
_BY_OWN_ID = """
    UPDATE brought_work SET title_id = title.id
    FROM films_title AS title
    WHERE title.id = own_id AND title.kind = brought_work.kind AND title.name = brought_work.name
        AND (title.kind = 'season' OR title.year IS NOT DISTINCT FROM brought_work.year)
        AND title.season_number IS NOT DISTINCT FROM brought_work.season
"""
_BY_ID = """
    UPDATE brought_work SET title_id = known.title_id
    FROM films_externalid AS known
    WHERE known.source = '{source}' AND known.value = brought_work.{source} AND known.title_id IS NOT NULL
        AND brought_work.title_id IS NULL
"""
_PERSON_BY_OWN_ID = """
    UPDATE brought_work SET person_id = person.id
    FROM films_person AS person
    WHERE brought_work.kind = 'person' AND person.id = own_id AND person.name = brought_work.name
"""
_PERSON_BY_ID = """
    UPDATE brought_work SET person_id = known.person_id
    FROM films_externalid AS known
    WHERE brought_work.kind = 'person' AND known.source = '{source}' AND known.value = brought_work.{column}
        AND known.person_id IS NOT NULL AND brought_work.person_id IS NULL
"""
# From duplicates to what they became one with.
_FOLLOW_MERGES = """
    UPDATE brought_work SET title_id = title.merged_into_id
    FROM films_title AS title WHERE title.id = title_id AND title.merged_into_id IS NOT NULL
"""

# Names. `far` is how many years lie between, at most 2, and 2 where a year is not known; `place` 0 for the whole name, 1
# for a form of it, 2 for a slip, 3 for what is alike; a film comes before a show where the file does not say which it is.
_MAY_BE = """
    (brought_work.year IS NULL OR title.year IS NULL OR abs(brought_work.year - title.year) <= 2)
        AND (brought_work.kind = '' OR (brought_work.kind = 'film') = (title.kind = 'film'))
"""
_FAR = "coalesce(abs(brought_work.year - title.year), 2)"
_FIND_NAMES = f"""
    CREATE TEMPORARY TABLE brought_candidate ON COMMIT DROP AS
    SELECT brought_work.work, title.id AS title_id, title.kind, min(brought_name.place) AS place,
        {_FAR} AS far, max(found.popularity) AS popularity
    FROM brought_work
    JOIN brought_name USING (work)
    JOIN films_searchname AS found ON found.norm = brought_name.norm AND found.title_id IS NOT NULL
    JOIN films_title AS title ON title.id = found.title_id AND title.merged_into_id IS NULL
    WHERE brought_work.title_id IS NULL AND brought_work.kind <> 'person' AND {_MAY_BE}
    GROUP BY brought_work.work, title.id, title.kind, title.year, brought_work.year;
    ANALYZE brought_candidate;
"""  # noqa: S608  (only SQL of our own)
# Sure is one film (or show, where the file says so) of that whole name in that year, or failing that of a form of it.
_TAKE_SURE_NAMES = """
    UPDATE brought_work SET title_id = only_one.title_id
    FROM (
        SELECT work, min(title_id) AS title_id
        FROM (
            SELECT work, brought_candidate.title_id, rank() OVER (PARTITION BY work ORDER BY place) AS rank
            FROM brought_candidate JOIN brought_work USING (work)
            WHERE far = 0 AND (brought_work.kind <> '' OR brought_candidate.kind = 'film')
        ) AS best
        WHERE rank = 1 GROUP BY work HAVING count(*) = 1
    ) AS only_one
    WHERE only_one.work = brought_work.work
"""
_UNLIKE = """
    SELECT work, norm FROM brought_work
    WHERE title_id IS NULL AND kind <> 'person' AND length(norm) >= %s
        AND NOT EXISTS (SELECT FROM brought_candidate WHERE brought_candidate.work = brought_work.work)
    ORDER BY work LIMIT %s
"""
_FIND_SLIPS = f"""
    INSERT INTO brought_candidate (work, title_id, kind, place, far, popularity)
    SELECT brought_work.work, title.id, title.kind, 2, {_FAR}, max(found.popularity)
    FROM unnest(%s::text[], %s::text[]) AS slip (work, norm)
    JOIN brought_work USING (work)
    JOIN films_searchname AS found ON found.norm = slip.norm AND found.title_id IS NOT NULL AND found.is_core
    JOIN films_title AS title ON title.id = found.title_id AND title.merged_into_id IS NULL
    WHERE {_MAY_BE}
    GROUP BY brought_work.work, title.id, title.kind, title.year, brought_work.year
"""  # noqa: S608  (only SQL of our own)
_FIND_ALIKE = f"""
    INSERT INTO brought_candidate (work, title_id, kind, place, far, popularity)
    SELECT brought_work.work, alike.id, alike.kind, 3, alike.far, alike.popularity
    FROM brought_work CROSS JOIN LATERAL (
        SELECT DISTINCT ON (title.id) title.id, title.kind, found.popularity,
            {_FAR} AS far, similarity(found.norm, brought_work.norm) AS likeness
        FROM films_searchname AS found JOIN films_title AS title ON title.id = found.title_id
        WHERE found.title_id IS NOT NULL AND found.is_core AND found.norm %% brought_work.norm
            AND title.merged_into_id IS NULL AND {_MAY_BE}
        ORDER BY title.id, likeness DESC
    ) AS alike
    WHERE brought_work.work = ANY (%s) AND NOT EXISTS (
        SELECT FROM brought_candidate AS known
        WHERE known.work = brought_work.work AND known.title_id = alike.id
    )
"""  # noqa: S608  (only SQL of our own)
# Of a show its season with the number. A miniseries is a show here, and what one votes on are its seasons.
_TAKE_SEASONS = """
    UPDATE brought_work SET title_id = (
        SELECT season.id FROM films_title AS season
        WHERE season.parent_id = brought_work.title_id AND season.season_number = brought_work.season
        ORDER BY season.merged_into_id IS NOT NULL, season.id LIMIT 1
    )
    FROM films_title AS show
    WHERE brought_work.kind = 'season' AND show.id = brought_work.title_id AND show.kind = 'show'
"""
_OFFER_SEASONS_OF_MINISERIES = """
    INSERT INTO brought_candidate (work, title_id, kind, place, far, popularity)
    SELECT work, title_id, 'show', 0, 0, 0 FROM brought_work
    WHERE kind = 'miniseries' AND takes_votes AND title_id IS NOT NULL;
    UPDATE brought_work SET title_id = NULL WHERE kind = 'miniseries' AND takes_votes;
"""
_OFFER = f"""
    UPDATE brought_work SET candidates = offered.ids
    FROM (
        SELECT work, jsonb_agg(title_id ORDER BY number) AS ids
        FROM (
            SELECT work, title_id, row_number() OVER (
                PARTITION BY work ORDER BY far, place, kind, season, popularity DESC, title_id
            ) AS number
            FROM (
                SELECT brought_work.work, coalesce(season.id, candidate.title_id) AS title_id, far, place,
                    candidate.kind, season.season_number AS season, popularity
                FROM brought_candidate AS candidate
                JOIN brought_work USING (work)
                LEFT JOIN films_title AS season
                    ON season.parent_id = candidate.title_id AND season.merged_into_id IS NULL AND takes_votes
                    AND (brought_work.season IS NULL OR season.season_number = brought_work.season)
                WHERE brought_work.title_id IS NULL
                    AND (candidate.kind <> 'show' OR season.id IS NOT NULL OR NOT takes_votes)
            ) AS votable
        ) AS numbered
        WHERE number <= {OFFERED} GROUP BY work
    ) AS offered
    WHERE offered.work = brought_work.work
"""  # noqa: S608  (only a number of our own)
_DECIDE = """
    UPDATE brought_work SET match = CASE
        WHEN title_id IS NOT NULL OR person_id IS NOT NULL THEN 'sure'
        WHEN candidates <> '[]' THEN 'unsure'
        ELSE 'missing'
    END
"""
_TELL_ROWS = """
    UPDATE reviews_importrow AS row
    SET title_id = found.title_id, match = found.match, candidates = found.candidates,
        data = CASE WHEN found.person_id IS NULL THEN data ELSE data || jsonb_build_object('person', found.person_id) END
    FROM brought_work AS found
    WHERE row.of_id = %(of)s AND row.work = found.work AND row.outcome = '';

    UPDATE reviews_importrow AS row SET outcome = 'refused', reason = 'show', title_id = NULL
    FROM films_title AS title
    WHERE row.of_id = %(of)s AND row.outcome = '' AND row.kind IN ('vote', 'past_vote', 'viewing')
        AND title.id = row.title_id AND title.kind = 'show';

    UPDATE reviews_importrow AS row SET outcome = 'refused', reason = 'person'
    WHERE row.of_id = %(of)s AND row.outcome = '' AND row.match = 'missing' AND row.named ->> 'kind' = 'person';
"""


@transaction.atomic
def match_works(import_id: int, works: Mapping[str, Mapping[str, Any]]) -> None:
    """Find the titles of these works (`base.named`, by `base.work_of`), and tell the rows of the import.

    One transaction, and a handful of statements whatever the number of works; seconds for thousands.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        copy_rows(cursor, "brought_work", _COLUMNS, (_staged(work, said) for work, said in works.items()))
        copy_rows(
            cursor,
            "brought_name",
            ("work", "norm", "place"),
            ((work, norm, place) for work, said in works.items() for norm, place in _names_of(said).items()),
        )
        cursor.execute("CREATE INDEX ON brought_name (work); ANALYZE brought_work; ANALYZE brought_name")
        cursor.execute(_NOTE_VOTES, {"of": import_id})
        _by_ids(cursor)
        cursor.execute(_FIND_NAMES)
        cursor.execute(_TAKE_SURE_NAMES)
        _by_likeness(cursor)
        cursor.execute(_OFFER_SEASONS_OF_MINISERIES)
        cursor.execute(_TAKE_SEASONS)
        _follow_merges(cursor)
        cursor.execute(_OFFER)
        cursor.execute(_DECIDE)
        cursor.execute(_TELL_ROWS, {"of": import_id})
        cursor.execute("DROP TABLE brought_work, brought_name, brought_candidate")


def _by_ids(cursor: CursorWrapper) -> None:
    cursor.execute(_BY_OWN_ID)
    for source in ("imdb", "tmdb_movie", "tmdb_tv", "wikidata", "movielens"):
        cursor.execute(_BY_ID.format(source=source))
    _follow_merges(cursor)
    cursor.execute(_PERSON_BY_OWN_ID)
    for source, column in (("imdb", "imdb"), ("tmdb_person", "tmdb_movie"), ("wikidata", "wikidata")):
        cursor.execute(_PERSON_BY_ID.format(source=source, column=column))


def _follow_merges(cursor: CursorWrapper) -> None:
    cursor.execute(_FOLLOW_MERGES)
    while cursor.rowcount:
        cursor.execute(_FOLLOW_MERGES)


def _by_likeness(cursor: CursorWrapper) -> None:
    """Offer titles whose names are a slip away, or alike; where that takes too long, those works are missing."""
    cursor.execute(_UNLIKE, [_FEWEST_LETTERS, MOST_ALIKE])
    works = cursor.fetchall()
    cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(_LIKENESS)])
    for start in range(0, len(works), _ALIKE_AT_ONCE):
        some = works[start : start + _ALIKE_AT_ONCE]
        slips = [
            (work, slip) for work, norm in some if len(norm) < _LIKE_FROM for slip in one_slip_from(norm)
        ]
        try:
            with time_limit(_ALIKE_MS):
                cursor.execute(_FIND_SLIPS, [[work for work, _ in slips], [slip for _, slip in slips]])
                cursor.execute(_FIND_ALIKE, [[work for work, _ in some]])
        except OperationalError:
            return


def _staged(work: str, said: Mapping[str, Any]) -> tuple[Any, ...]:
    kind, tmdb = said.get("kind", ""), said.get("tmdb")
    tmdb = None if tmdb is None else str(tmdb)
    is_tv = kind in {"show", "season", "miniseries"}
    name = said.get("name", "")
    return (
        work,
        kind,
        said.get("season"),
        said.get("year"),
        name,
        next(iter(forms_of_title(name)), ""),
        said.get("id"),
        said.get("imdb"),
        None if is_tv else tmdb,
        tmdb if is_tv else None,
        said.get("wikidata"),
        None if said.get("movielens") is None else str(said["movielens"]),
    )


def _names_of(said: Mapping[str, Any]) -> dict[str, int]:
    """The forms of its names: 0 for those that are whole, 1 for others."""
    if said.get("kind") == "person":
        return {}
    names = [name for name in (said.get("name", ""), said.get("other", "")) if name]
    whole = {norm: 0 for name in names if (norm := normalise(name))}
    return {form: 1 for name in names for form in forms_of_title(name)} | whole
