"""A member's numbers, computed on demand from their votes and kept until the next one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from accounts.models import Member

# A correction of the catalogue (a genre, a year) is seen after a day at the latest, a vote at once.
KEPT_SECONDS: Final = 86_400

# The member's votes are read once, in the order of an index that holds them whole. A season without genres or
# countries of its own has those of its show.
_STATISTICS = """
    WITH mine AS MATERIALIZED (
        SELECT title_id, value FROM reviews_vote WHERE member_id = %(member)s AND counted
    ), placed AS MATERIALIZED (
        SELECT mine.title_id, mine.value, title.parent_id, title.year
        FROM mine JOIN films_title AS title ON title.id = mine.title_id
    )
    SELECT 'value', value::text, '', count(*), sum(value) FROM mine GROUP BY value
    UNION ALL
    SELECT 'genre', genre.slug, genre.name, count(*), sum(value)
    FROM placed
    JOIN films_titlegenre AS has ON has.title_id = CASE
        WHEN parent_id IS NULL OR EXISTS (SELECT FROM films_titlegenre AS own WHERE own.title_id = placed.title_id)
        THEN placed.title_id ELSE parent_id END
    JOIN films_genre AS genre ON genre.id = has.genre_id
    GROUP BY genre.id HAVING count(*) >= %(minimum)s
    UNION ALL
    SELECT 'country', has.country_id, '', count(*), sum(value)
    FROM placed
    JOIN films_title_countries AS has ON has.title_id = CASE
        WHEN parent_id IS NULL
            OR EXISTS (SELECT FROM films_title_countries AS own WHERE own.title_id = placed.title_id)
        THEN placed.title_id ELSE parent_id END
    GROUP BY has.country_id HAVING count(*) >= %(minimum)s
    UNION ALL
    SELECT 'decade', (year / 10 * 10)::text, '', count(*), sum(value)
    FROM placed WHERE year IS NOT NULL GROUP BY year / 10 HAVING count(*) >= %(minimum)s
"""


@dataclass(frozen=True, slots=True)
class Facet:
    """A member's votes for one genre, country or decade: `key` as in an address, `name` as stored, mean in stars."""

    key: str
    name: str
    count: int
    mean: float


@dataclass(frozen=True, slots=True)
class MemberStatistics:
    """Counted votes only. Genres and countries come with the most votes first, decades with the oldest."""

    histogram: list[int]
    genres: list[Facet]
    countries: list[Facet]
    decades: list[Facet]

    @property
    def has_facets(self) -> bool:
        return bool(self.genres or self.countries or self.decades)


def member_statistics(*, member: Member, last_vote_at: datetime | None) -> MemberStatistics:
    """The member's histogram and means; rows of fewer than FILMSITE_MEAN_MINIMUM_VOTES votes are left out.

    One query, kept until the member's next vote: `last_vote_at` is when they last cast or changed one. Expects the
    member with totals.
    """
    totals = member.totals
    key = f"member-statistics:{member.pk}:{totals.vote_count}:{totals.vote_sum}:{last_vote_at and last_vote_at.timestamp()}"
    found = cache.get(key)
    if found is None:
        found = _compute(member.pk)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _compute(member_pk: int) -> MemberStatistics:
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS, {"member": member_pk, "minimum": settings.FILMSITE_MEAN_MINIMUM_VOTES})
        rows = cursor.fetchall()
    histogram = [0] * 10
    facets: dict[str, list[Facet]] = {"genre": [], "country": [], "decade": []}
    for kind, key, name, count, half_stars in rows:
        if kind == "value":
            histogram[int(key) - 1] = count
        else:
            facets[kind].append(Facet(key, name, count, int(half_stars) / count / 2))
    for kind in ("genre", "country"):
        facets[kind].sort(key=lambda facet: (-facet.count, facet.key))
    facets["decade"].sort(key=lambda facet: int(facet.key))
    return MemberStatistics(histogram, facets["genre"], facets["country"], facets["decade"])
