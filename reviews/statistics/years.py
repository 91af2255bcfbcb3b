"""A member's year in review: what they saw, and what they thought of it."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final, Literal, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.statistics.places import of_title_or_show

Source = Literal["diary", "votes"]
# With fewer dated viewings or votes a year has no story.
MINIMUM: Final = 10
_MOST: Final = 5

# What was seen: the lines of the diary, or the votes where it has too few.
_FROM_DIARY: Final = """
    SELECT id, title_id, seen_on AS day, is_rewatch
    FROM reviews_viewing
    WHERE member_id = %(member)s AND seen_on >= %(first)s AND seen_on < %(end)s
"""
_FROM_VOTES: Final = """
    SELECT id, title_id, (changed_at AT TIME ZONE %(zone)s)::date AS day, false AS is_rewatch FROM voted
"""
# A season without genres or countries of its own has those of its show, and lasts as long as its episodes together.
# Somebody with two parts in a film counts once for it, and a film seen twice counts once for its people and genres.
_YEAR: Final = """
    WITH voted AS MATERIALIZED (
        SELECT id, title_id, value, counted, changed_at
        FROM reviews_vote
        WHERE member_id = %(member)s AND %(votes)s AND changed_at >= %(since)s AND changed_at < %(until)s
    ), seen AS MATERIALIZED ({seen}), once AS MATERIALIZED (
        SELECT title.id AS title_id, title.parent_id, sum(times)::int AS times,
            title.minutes * CASE WHEN title.kind = 'season' THEN coalesce(title.episodes, 1) ELSE 1 END AS minutes
        FROM (SELECT title_id, count(*) AS times FROM seen GROUP BY title_id) AS counted
        JOIN films_title AS title ON title.id = counted.title_id
        GROUP BY title.id
    )
    SELECT 'seen', NULL, '', count(*), count(DISTINCT title_id)::float8 FROM seen
    UNION ALL SELECT 'rewatches', NULL, '', count(*), 0 FROM seen WHERE is_rewatch
    UNION ALL SELECT 'minutes', NULL, '', coalesce(sum(minutes * times), 0), count(*) FILTER (WHERE minutes IS NULL) FROM once
    UNION ALL SELECT 'messages', NULL, '', count(*), 0 FROM reviews_review
        WHERE author_id = %(member)s AND state = 'published' AND created_at >= %(since)s AND created_at < %(until)s
    UNION ALL SELECT 'month', extract(month FROM day)::text, '', count(*), 0 FROM seen GROUP BY 2
    UNION ALL SELECT 'mean', extract(month FROM changed_at AT TIME ZONE %(zone)s)::text, '', count(*), sum(value)
        FROM voted WHERE counted GROUP BY 2
    UNION ALL (SELECT 'first', title_id::text, day::text, 0, 0 FROM seen ORDER BY day, id LIMIT 1)
    UNION ALL (SELECT 'last', title_id::text, day::text, 0, 0 FROM seen ORDER BY day DESC, id DESC LIMIT 1)
    UNION ALL (
        SELECT 'again', title_id::text, '', times, 0 FROM once WHERE times > 1 ORDER BY times DESC, title_id LIMIT %(most)s
    )
    UNION ALL (
        SELECT 'highest', title_id::text, '', value, 0 FROM voted WHERE counted
        ORDER BY value DESC, changed_at DESC, id DESC LIMIT %(most)s
    )
    UNION ALL (
        SELECT 'lowest', title_id::text, '', value, 0 FROM voted WHERE counted
        ORDER BY value, changed_at DESC, id DESC LIMIT %(most)s
    )
    UNION ALL (
        SELECT 'genre', genre.slug, genre.name, count(*), 0
        FROM once {genres}
        JOIN films_genre AS genre ON genre.id = has.genre_id
        GROUP BY genre.id ORDER BY count(*) DESC, genre.slug LIMIT %(most)s
    )
    UNION ALL (
        SELECT 'country', has.country_id, '', count(*), 0
        FROM once {countries}
        GROUP BY has.country_id ORDER BY count(*) DESC, has.country_id LIMIT %(most)s
    )
    UNION ALL SELECT often.role, person.id::text, person.name, often.titles, 0
    FROM (
        SELECT role, person_id, titles, row_number() OVER (PARTITION BY role ORDER BY titles DESC, person_id) AS place
        FROM (
            SELECT part.role, part.person_id, count(*) AS titles
            FROM once CROSS JOIN LATERAL (
                SELECT DISTINCT role, person_id FROM films_credit
                WHERE title_id = once.title_id AND role IN ('director', 'actor')
            ) AS part
            GROUP BY part.role, part.person_id HAVING count(*) > 1
        ) AS counted
    ) AS often
    JOIN films_person AS person ON person.id = often.person_id
    WHERE often.place <= %(most)s
"""
_PLACES: Final = {
    "genres": of_title_or_show("films_titlegenre", "genre_id", title="once"),
    "countries": of_title_or_show("films_title_countries", "country_id", title="once"),
}
_STATEMENTS: Final[dict[Source, str]] = {
    "diary": _YEAR.format(seen=_FROM_DIARY, **_PLACES),
    "votes": _YEAR.format(seen=_FROM_VOTES, **_PLACES),
}


class Most(NamedTuple):
    """A genre, country, director or actor of the year: key as in an address, name as stored, number of titles."""

    key: str
    name: str
    titles: int


class Picked(NamedTuple):
    """A title of the year with a number: a vote in half stars, or how often it was seen."""

    title: Title
    number: int


class Month(NamedTuple):
    """How much was seen in a month (1 to 12), how many votes were cast, and their mean in stars (None without any)."""

    month: int
    seen: int
    votes: int
    mean: float | None


@dataclass(slots=True)
class Year:
    """A member's year. `source` says what "seen" rests on; with fewer than `MINIMUM` of either it tells nothing more.

    `minutes` leaves `unmeasured` titles out, whose length nobody knows.
    """

    year: int
    source: Source
    seen: int = 0
    titles: int = 0
    rewatches: int = 0
    minutes: int = 0
    unmeasured: int = 0
    messages: int = 0
    months: list[Month] = field(default_factory=list)
    first: tuple[Title, date] | None = None
    last: tuple[Title, date] | None = None
    again: list[Picked] = field(default_factory=list)
    highest: list[Picked] = field(default_factory=list)
    lowest: list[Picked] = field(default_factory=list)
    most: dict[str, list[Most]] = field(default_factory=dict)

    @property
    def is_told(self) -> bool:
        return self.seen >= MINIMUM

    @property
    def votes(self) -> int:
        """How many counted votes were cast or changed in the year."""
        return sum(month.votes for month in self.months)

    @property
    def mean(self) -> float | None:
        """The mean of these votes in stars, or None without any."""
        total = sum(month.votes * month.mean for month in self.months if month.mean is not None)
        return total / self.votes if self.votes else None

    @property
    def hours(self) -> int:
        return round(self.minutes / 60)


def year_of(member: Member, year: int, *, votes: bool, viewings: bool) -> Year:
    """The member's year: by their diary if that has `MINIMUM` lines of it, else by their votes. Three queries at most.

    Votes and viewings are told only where they may be shown.
    """
    first, end = date(year, 1, 1), date(year + 1, 1, 1)
    asked: dict[str, int | str | date | datetime] = {
        "member": member.pk,
        "votes": votes,
        "zone": timezone.get_current_timezone_name(),
        "first": first,
        "end": end,
        "since": timezone.make_aware(datetime.combine(first, time.min)),
        "until": timezone.make_aware(datetime.combine(end, time.min)),
        "most": _MOST,
    }
    diary = member.viewings.filter(seen_on__gte=first, seen_on__lt=end)
    is_in_diary = viewings and (not votes or diary[:MINIMUM].count() >= MINIMUM)
    source: Source = "diary" if is_in_diary else "votes"
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENTS[source], asked)
        rows = cursor.fetchall()
    return _told(Year(year, source), rows)


_TITLED: Final = ("first", "last", "again", "highest", "lowest")


def _told(told: Year, rows: list[tuple[str, str, str, int, float]]) -> Year:
    titles = (
        Title.objects.select_related("totals")
        .defer("plot", "tagline", "plot_source")
        .in_bulk({int(key) for kind, key, *_rest in rows if kind in _TITLED})
    )
    seen: dict[int, int] = {}
    votes: dict[int, tuple[int, float]] = {}
    for kind, key, name, number, more in rows:
        match kind:
            case "seen":
                told.seen, told.titles = number, int(more)
            case "minutes":
                told.minutes, told.unmeasured = int(number), int(more)
            case "rewatches" | "messages":
                setattr(told, kind, number)
            case "month":
                seen[int(key)] = number
            case "mean":
                votes[int(key)] = number, more
            case "first" | "last":
                setattr(told, kind, (titles[int(key)], date.fromisoformat(name)))
            case "again" | "highest" | "lowest":
                getattr(told, kind).append(Picked(titles[int(key)], number))
            case _:
                told.most.setdefault(kind, []).append(Most(key, name, number))
    told.months = [
        Month(month, seen.get(month, 0), count, total / count / 2 if count else None)
        for month in range(1, 13)
        for count, total in [votes.get(month, (0, 0.0))]
    ]
    return told
