"""Keeping the derived tables in step with the catalogue and the votes. Running twice changes nothing."""

from collections.abc import Collection, Sequence
from typing import Final

from django.db import connection

from films.models import Title
from films.rankings import listing_constants
from films.services.search_names import refresh_changed_names
from films.weighting import WEIGHTED_DECIMALS

# One row of listing for a title. The arithmetic of `weighted` is `films.weighting.weighted_rating`.
_SQUARES = " + ".join(f"{n * n} * totals.h{n}" for n in range(1, 11))
_VOTES = f"""
    totals.vote_count,
    totals.vote_sum / 2.0 / nullif(totals.vote_count, 0) AS mean,
    sqrt(greatest(0, ({_SQUARES}) / nullif(totals.vote_count, 0)::numeric
        - (totals.vote_sum / nullif(totals.vote_count, 0)::numeric) ^ 2)) / 2 AS deviation,
    CASE WHEN totals.vote_count = 0 THEN constants.c::float8
        ELSE round((totals.vote_sum / 2.0 + constants.m * constants.c) / (totals.vote_count + constants.m),
            %(decimals)s)::float8
    END AS weighted,
    totals.last_message_at AS active_at
"""

# The constants of the weighted rating, kind by kind.
_CONSTANTS = "unnest(%(kinds)s::text[], %(m)s::int[], %(c)s::numeric[]) AS constants (kind, m, c)"


def _codes(table: str, column: str) -> str:
    """What a title has in a table, in order; what is known of a show holds for a season that has none of its own."""
    return f"""coalesce(
        (SELECT array_agg({column} ORDER BY {column}) FROM {table} AS own WHERE own.title_id = title.id),
        (SELECT array_agg({column} ORDER BY {column}) FROM {table} AS own WHERE own.title_id = title.parent_id),
        '{{}}'
    )"""  # noqa: S608  (no value is put in but our own SQL)


_FACTS: Final = ("kind", "sort_key", "year", "genres", "countries", "languages", "minutes", "released_on")
_NUMBERS: Final = ("vote_count", "mean", "deviation", "weighted", "active_at")


def _values(source: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{source}.{column}" for column in columns)


def _differs(columns: Sequence[str], source: str) -> str:
    return f"({_values('listing', columns)}) IS DISTINCT FROM ({_values(source, columns)})"


_REFRESH = f"""
    INSERT INTO films_titlelisting AS listing (title_id, {", ".join(_FACTS + _NUMBERS)})
    SELECT title.id, title.kind,
        -- Without accents, quotes and dots, so that "Été" stands beside "Ete".
        left(btrim(lower(regexp_replace(
            normalize(title.sort_name, NFKD), '[\u0300-\u036f"“”‘’''¡¿.…-]', '', 'g'
        ))), 300),
        title.year,
        {_codes("films_titlegenre", "genre_id::int")},
        {_codes("films_title_countries", "country_id")},
        {_codes("films_title_languages", "language_id")},
        title.minutes,
        title.released_on,
        {_VOTES}
    FROM films_title AS title JOIN films_titletotals AS totals ON totals.title_id = title.id
        JOIN {_CONSTANTS} ON constants.kind = title.kind
    WHERE title.merged_into_id IS NULL AND (%(ids)s::bigint[] IS NULL
        OR title.id = ANY (%(ids)s::bigint[]) OR title.parent_id = ANY (%(ids)s::bigint[]))
    ORDER BY title.id
    ON CONFLICT (title_id) DO UPDATE
    SET ({", ".join(_FACTS + _NUMBERS)}) = ROW ({_values("excluded", _FACTS + _NUMBERS)})
    WHERE {_differs(_FACTS + _NUMBERS, "excluded")}
"""  # noqa: S608  (no value is put in but our own SQL)

_REFRESH_VOTES = f"""
    UPDATE films_titlelisting AS listing SET ({", ".join(_NUMBERS)}) = ROW ({_values("now", _NUMBERS)})
    FROM (
        SELECT totals.title_id, {_VOTES}
        FROM films_titletotals AS totals JOIN films_titlelisting AS listed ON listed.title_id = totals.title_id
            JOIN {_CONSTANTS} ON constants.kind = listed.kind
    ) AS now
    WHERE now.title_id = listing.title_id
        AND ({_values("listing", _NUMBERS)})
            IS DISTINCT FROM (now.vote_count, now.mean::float8, now.deviation::float8, now.weighted, now.active_at)
"""  # noqa: S608  (no value is put in but our own SQL)

_FORGET_DUPLICATES = """
    DELETE FROM films_titlelisting USING films_title AS title
    WHERE title.id = films_titlelisting.title_id AND title.merged_into_id IS NOT NULL
        AND (%(ids)s::bigint[] IS NULL OR title.id = ANY (%(ids)s::bigint[]))
"""


def refresh_listings(*, title_ids: Collection[int] | None = None) -> int:
    """Bring the listing of these titles (None: of all) up to date; give the number of rows that changed."""
    ids = None if title_ids is None else list(title_ids)
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_DUPLICATES, {"ids": ids})
        forgotten = cursor.rowcount
    return forgotten + _execute(_REFRESH, ids=ids)


def refresh_changed_listings() -> int:
    """Bring every listing in step with the votes, and add those that are missing; give the rows that changed.

    Reads all totals (a fraction of a second for 200,000 titles) but writes only rows that differ.
    """
    missing = list(Title.objects.filter(listing=None, merged_into=None).values_list("pk", flat=True))
    changed = refresh_listings(title_ids=missing) if missing else 0
    changed += _execute(_REFRESH_VOTES)
    refresh_changed_names()
    return changed


def _execute(statement: str, ids: list[int] | None = None) -> int:
    constants = listing_constants()
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "kinds": list(constants),
                "m": [of_kind.m for of_kind in constants.values()],
                "c": [of_kind.c for of_kind in constants.values()],
                "decimals": WEIGHTED_DECIMALS,
                "ids": ids,
            },
        )
        return cursor.rowcount
