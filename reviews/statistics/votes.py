"""What a member's votes say, computed on demand and kept until the next one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple, TypeVar

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import Max

from accounts.models import Member
from films.models import Title
from reviews.models import Vote
from reviews.statistics.places import of_title_or_show

# A correction of the catalogue (a genre, a year) is seen after a day at the latest, a vote at once.
KEPT_SECONDS: Final = 86_400
# What means are given by: also the names of the filters of a member's votes (`reviews.filters.VoteFilter`), but for
# directors and actors, who are people with a role there.
Found = TypeVar("Found")
FACETS: Final = ("genre", "country", "decade", "language")
PEOPLE: Final = ("director", "actor")
GAPS: Final = 10
CHANGES: Final = 10

# The member's votes are read once, in the order of an index that holds them whole. Each title is then looked up by its
# key, which `OFFSET 0` insists on: for so many the planner would read whole tables, at three times the cost.
_MINE: Final = """
    mine AS MATERIALIZED (
        SELECT title_id, value FROM reviews_vote WHERE member_id = %(member)s AND counted
    )
"""
_STATISTICS: Final = f"""
    WITH {_MINE}, placed AS MATERIALIZED (
        SELECT mine.title_id, mine.value, title.parent_id, title.year,
            CASE WHEN title.original_language = '' AND title.parent_id IS NOT NULL
                THEN (SELECT show.original_language FROM films_title AS show WHERE show.id = title.parent_id)
                ELSE title.original_language END AS language
        FROM mine CROSS JOIN LATERAL (
            SELECT parent_id, year, original_language FROM films_title WHERE id = mine.title_id OFFSET 0
        ) AS title
    ), against AS MATERIALIZED (
        SELECT mine.title_id, mine.value,
            mine.value - (totals.vote_sum - mine.value)::float8 / (totals.vote_count - 1) AS gap
        FROM mine CROSS JOIN LATERAL (
            SELECT vote_sum, vote_count FROM films_titletotals WHERE title_id = mine.title_id OFFSET 0
        ) AS totals
        WHERE totals.vote_count > %(minimum)s
    )
    SELECT 'value', value::text, '', count(*), sum(value)::float8 FROM mine GROUP BY value
    UNION ALL
    SELECT 'genre', genre.slug, genre.name, known.votes, known.total
    FROM (
        SELECT has.genre_id, count(*) AS votes, sum(value) AS total
        FROM placed {of_title_or_show("films_titlegenre", "genre_id", title="placed")}
        GROUP BY has.genre_id HAVING count(*) >= %(minimum)s
    ) AS known JOIN films_genre AS genre ON genre.id = known.genre_id
    UNION ALL
    SELECT 'country', has.country_id, '', count(*), sum(value)
    FROM placed {of_title_or_show("films_title_countries", "country_id", title="placed")}
    GROUP BY has.country_id HAVING count(*) >= %(minimum)s
    UNION ALL
    SELECT 'decade', (year / 10 * 10)::text, '', count(*), sum(value)
    FROM placed WHERE year IS NOT NULL GROUP BY year / 10 HAVING count(*) >= %(minimum)s
    UNION ALL
    SELECT 'language', language, '', count(*), sum(value)
    FROM placed WHERE language <> '' GROUP BY language HAVING count(*) >= %(minimum)s
    UNION ALL
    SELECT 'generosity', '', '', count(*), coalesce(sum(gap), 0) FROM against
    UNION ALL
    (SELECT 'above', title_id::text, '', value, gap FROM against WHERE gap > 0 ORDER BY gap DESC, title_id LIMIT %(gaps)s)
    UNION ALL
    (SELECT 'below', title_id::text, '', value, gap FROM against WHERE gap < 0 ORDER BY gap, title_id LIMIT %(gaps)s)
"""  # noqa: S608  (our own SQL, values apart)
# Thirty people a title: on its own, since it takes as long as all the rest together, and not every page shows it.
_PEOPLE: Final = f"""
    WITH {_MINE}
    SELECT known.role, known.person_id::text, person.name, known.votes, known.total
    FROM (
        SELECT part.role, part.person_id, count(*) AS votes, sum(mine.value)::float8 AS total
        FROM mine CROSS JOIN LATERAL (
            SELECT DISTINCT role, person_id FROM films_credit
            WHERE title_id = mine.title_id AND role IN ('director', 'actor')
        ) AS part
        GROUP BY part.role, part.person_id HAVING count(*) >= %(minimum)s
    ) AS known JOIN films_person AS person ON person.id = known.person_id
"""  # noqa: S608  (our own SQL, values apart)
_CHANGES: Final = """
    SELECT title_id, before, now, changed_at
    FROM (
        SELECT DISTINCT ON (past.title_id)
            past.title_id, past.value AS before, vote.value AS now, vote.changed_at, abs(past.value - vote.value) AS moved
        FROM reviews_pastvote AS past
        JOIN reviews_vote AS vote ON vote.member_id = past.member_id AND vote.title_id = past.title_id
        WHERE past.member_id = %(member)s AND past.value <> vote.value
        ORDER BY past.title_id, moved DESC, past.ended_at DESC
    ) AS furthest
    ORDER BY moved DESC, changed_at DESC LIMIT %(most)s
"""


class Facet(NamedTuple):
    """A member's votes for one genre, person, …: `key` as in an address, `name` as stored, mean in stars."""

    key: str
    name: str
    count: int  # type: ignore[assignment]  # hides what a tuple can count
    mean: float


@dataclass(frozen=True, slots=True)
class Generosity:
    """How a member's votes lie against those of the others on the same titles, in stars: above zero is kinder.

    Rests on `titles`: those with enough votes of others for a mean. Beside it the titles furthest above and below that
    mean, as ids with the member's vote in half stars, the furthest first.
    """

    titles: int
    mean: float
    above: list[tuple[int, int]]
    below: list[tuple[int, int]]

    @property
    def distance(self) -> float:
        return abs(self.mean)

    @property
    def is_level(self) -> bool:
        """Whether two decimals show no difference."""
        return self.distance < 0.005


@dataclass(frozen=True, slots=True)
class MemberStatistics:
    """Counted votes only. `facets` has a list for each of `FACETS`: most votes first, decades the oldest first."""

    histogram: list[int]
    facets: dict[str, list[Facet]]
    generosity: Generosity | None


def last_vote_at(member: Member) -> datetime | None:
    """When the member last cast or changed a vote. One query."""
    return Vote.objects.filter(member=member).aggregate(last=Max("changed_at"))["last"]


def member_statistics(*, member: Member, last_vote_at: datetime | None) -> MemberStatistics:
    """The member's histogram, means and generosity; rows of fewer than FILMSITE_MEAN_MINIMUM_VOTES votes are left out.

    One query, kept until the member's next vote: `last_vote_at` is when they last cast or changed one. Expects the
    member with totals.
    """
    return _kept("statistics", member, last_vote_at, fresh_statistics)


def people_means(*, member: Member, last_vote_at: datetime | None) -> dict[str, list[Facet]]:
    """Like `member_statistics`, the means by director and by actor, most votes first. One query, kept the same way."""
    return _kept("people", member, last_vote_at, fresh_people_means)


def kept_people_means(*, member: Member, last_vote_at: datetime | None) -> dict[str, list[Facet]] | None:
    """What `people_means` has kept, or None when somebody would have to wait for it. No query."""
    return cache.get(_key("people", member, last_vote_at))


def _kept(name: str, member: Member, last_vote_at: datetime | None, compute: Callable[[int], Found]) -> Found:
    key = _key(name, member, last_vote_at)
    found = cache.get(key)
    if found is None:
        found = compute(member.pk)
        cache.set(key, found, KEPT_SECONDS)
    return found


def _key(name: str, member: Member, last_vote_at: datetime | None) -> str:
    totals = member.totals
    moment = last_vote_at and last_vote_at.timestamp()
    return f"member-{name}:2:{member.pk}:{totals.vote_count}:{totals.vote_sum}:{moment}"


def _rows(statement: str, member_pk: int) -> list[tuple[str, str, str, int, float]]:
    asked = {"member": member_pk, "minimum": settings.FILMSITE_MEAN_MINIMUM_VOTES, "gaps": GAPS}
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()


def fresh_statistics(member_pk: int) -> MemberStatistics:
    """What `member_statistics` keeps, from the votes of this moment. One query."""
    histogram = [0] * 10
    facets: dict[str, list[Facet]] = {kind: [] for kind in FACETS}
    furthest: dict[str, list[tuple[int, int]]] = {"above": [], "below": []}
    titles, gaps = 0, 0.0
    for kind, key, name, count, total in _rows(_STATISTICS, member_pk):
        if kind == "value":
            histogram[int(key) - 1] = count
        elif kind == "generosity":
            titles, gaps = count, total
        elif kind in furthest:
            furthest[kind].append((int(key), count))
        else:
            facets[kind].append(Facet(key, name, count, total / count / 2))
    for kind, found in facets.items():
        found.sort(key=lambda facet: int(facet.key)) if kind == "decade" else _most_votes_first(found)
    generosity = Generosity(titles, gaps / titles / 2, **furthest) if titles else None
    return MemberStatistics(histogram, facets, generosity)


def fresh_people_means(member_pk: int) -> dict[str, list[Facet]]:
    """What `people_means` keeps, from the votes of this moment. One query."""
    people: dict[str, list[Facet]] = {kind: [] for kind in PEOPLE}
    for kind, key, name, count, total in _rows(_PEOPLE, member_pk):
        people[kind].append(Facet(key, name, count, total / count / 2))
    for found in people.values():
        _most_votes_first(found)
    return people


def _most_votes_first(facets: list[Facet]) -> None:
    facets.sort(key=lambda facet: (-facet.count, facet.name, facet.key))


@dataclass(frozen=True, slots=True)
class Gap:
    """A title that a member sees otherwise than the rest: their vote in half stars, the others' mean in stars."""

    title: Title
    value: int
    others: float

    @property
    def stars(self) -> float:
        """How far the vote lies above (or, below zero, under) the others' mean."""
        return self.value / 2 - self.others


def gaps_of(generosity: Generosity) -> tuple[list[Gap], list[Gap]]:
    """The largest gaps with their titles, above and below the others, against the means of this moment. One query."""
    titles = _titles([pk for pk, _value in (*generosity.above, *generosity.below)])

    def drawn(pairs: Iterable[tuple[int, int]]) -> list[Gap]:
        return [
            Gap(title, value, (title.totals.vote_sum - value) / (title.totals.vote_count - 1) / 2)
            for pk, value in pairs
            if (title := titles.get(pk)) is not None and title.totals.vote_count > 1
        ]

    return drawn(generosity.above), drawn(generosity.below)


def _titles(keys: Sequence[int]) -> dict[int, Title]:
    return Title.objects.select_related("totals").defer("plot", "tagline", "plot_source").in_bulk(keys)


@dataclass(frozen=True, slots=True)
class Change:
    """A title on which a member changed their mind: a vote they once gave and the one that stands, in half stars."""

    title: Title
    before: int
    now: int
    changed_at: datetime


def largest_changes(member: Member) -> list[Change]:
    """The titles on which the member's vote moved furthest from one they gave before, each once. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGES, {"member": member.pk, "most": CHANGES})
        rows = cursor.fetchall()
    titles = _titles([title for title, *_rest in rows]) if rows else {}
    return [Change(titles[title], *rest) for title, *rest in rows if title in titles]
