"""What a member did when: votes by month over the years, and every day of the last one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Member

# The calendar shows whole weeks: a year and the week of today.
WEEKS: Final = 53

# A vote stands where it was last changed, as everywhere on the member's pages: an index holds just that.
_ACTIVITY: Final = """
    SELECT 'month', date_trunc('month', changed_at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM reviews_vote WHERE member_id = %(member)s AND %(votes)s GROUP BY day
    UNION ALL
    SELECT 'votes', (changed_at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM reviews_vote WHERE member_id = %(member)s AND %(votes)s AND changed_at >= %(since)s GROUP BY day
    UNION ALL
    SELECT 'messages', (created_at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM reviews_review
    WHERE author_id = %(member)s AND state = 'published' AND created_at >= %(since)s GROUP BY day
    UNION ALL
    SELECT 'viewings', seen_on, count(*)
    FROM reviews_viewing WHERE member_id = %(member)s AND %(viewings)s AND seen_on >= %(first)s GROUP BY seen_on
"""
_YEARS: Final = """
    SELECT year::int, sum(number)::int
    FROM (
        SELECT extract(year FROM changed_at AT TIME ZONE %(zone)s) AS year, count(*) AS number
        FROM reviews_vote WHERE member_id = %(member)s AND %(votes)s GROUP BY year
        UNION ALL
        SELECT extract(year FROM seen_on), count(*)
        FROM reviews_viewing WHERE member_id = %(member)s AND %(viewings)s AND seen_on IS NOT NULL GROUP BY 1
    ) AS dated
    GROUP BY year ORDER BY year DESC
"""


class Day(NamedTuple):
    """How often a member voted, wrote and saw something on a day."""

    day: date
    votes: int = 0
    messages: int = 0
    viewings: int = 0

    @property
    def total(self) -> int:
        return self.votes + self.messages + self.viewings


@dataclass(frozen=True, slots=True)
class Activity:
    """`months` counts votes by the first day of each month that has any, oldest first; `days` are those of the last
    year, from a Monday to today, each of them.
    """

    months: dict[date, int]
    days: list[Day]

    @property
    def years(self) -> list[tuple[int, list[int], int]]:
        """The votes by year, the newest first: the twelve months of each, and all of them together."""
        if not self.months:
            return []
        first, last = min(self.months).year, max(self.months).year
        rows = [
            (year, [self.months.get(date(year, month, 1), 0) for month in range(1, 13)])
            for year in range(last, first - 1, -1)
        ]
        return [(year, counts, sum(counts)) for year, counts in rows]

    @property
    def busy_days(self) -> list[Day]:
        """The days on which something was done, the newest first."""
        return [day for day in reversed(self.days) if day.total]


def activity_of(member: Member, *, votes: bool, viewings: bool, today: date | None = None) -> Activity:
    """When the member voted, wrote and saw things, votes and viewings only where they may be shown. One query."""
    today = today or timezone.localdate()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    asked: dict[str, int | str | date | datetime] = {
        "member": member.pk,
        "zone": timezone.get_current_timezone_name(),
        "votes": votes,
        "viewings": viewings,
        "first": first,
        "since": timezone.make_aware(datetime.combine(first, time.min)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ACTIVITY, asked)
        rows = cursor.fetchall()
    months: dict[date, int] = {}
    counts: dict[date, dict[str, int]] = {}
    for kind, day, number in rows:
        if kind == "month":
            months[day] = number
        else:
            counts.setdefault(day, {})[kind] = number
    return Activity(months, _every_day(first, today, counts))


def _every_day(first: date, today: date, counts: Mapping[date, Mapping[str, int]]) -> list[Day]:
    days = (first + timedelta(days=number) for number in range((today - first).days + 1))
    return [Day(day, **counts.get(day, {})) for day in days]


def dated_years(member: Member, *, votes: bool, viewings: bool) -> dict[int, int]:
    """How many votes and viewings of the member are dated in each year that has any, the newest first. One query.

    Counts votes and viewings only where they may be shown.
    """
    zone = timezone.get_current_timezone_name()
    with connection.cursor() as cursor:
        cursor.execute(_YEARS, {"member": member.pk, "zone": zone, "votes": votes, "viewings": viewings})
        return dict(cursor.fetchall())
