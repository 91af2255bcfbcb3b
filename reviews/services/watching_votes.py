"""Looking for votes that came in an unusual way, every few minutes, and opening a case about those of a title.

One statement reads the votes of a day and says of which titles there is anything to ask; mostly of none. What a moderator
found fine is not asked about again: only votes that came after those they saw are looked at, and the rate they found fine
is ordinary from then on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from reviews.models import Case, CaseKind, CaseState, Evidence, Verdict
from reviews.moderation.arrivals import ARRIVED
from reviews.moderation.matters import last_decision
from reviews.moderation.vote_signals import (
    DAY,
    DAYS_BEFORE,
    HIGH,
    HOUR,
    LOW,
    NewVote,
    Ordinary,
    Signal,
    brigade,
    same_few_titles,
    velocity,
)
from reviews.services.setting_aside import open_votes_case

# Per title: the votes of the last hour, and those of the day that are extreme and of a young or narrow account; and once
# more without imports, all of the day, of the hour, and the extreme. Who moves here brings a history along: being young
# says nothing about it.
_DAY: Final = f"""
    WITH {ARRIVED}, new AS (
        SELECT arrived.*, arrived.value = ANY (%(extreme)s) AND (
            totals.vote_count <= %(few)s OR NOT is_imported AND member.date_joined > arrived.at - %(young)s
        ) AS is_odd
        FROM arrived
        JOIN accounts_member AS member ON member.id = arrived.member_id
        JOIN accounts_membertotals AS totals ON totals.member_id = arrived.member_id
        WHERE arrived.counted
    )
    SELECT title_id, count(*) FILTER (WHERE at > %(hour)s), count(*) FILTER (WHERE is_odd),
        count(*) FILTER (WHERE NOT is_imported), count(*) FILTER (WHERE NOT is_imported AND at > %(hour)s),
        count(*) FILTER (WHERE NOT is_imported AND is_odd)
    FROM new GROUP BY title_id
"""  # noqa: S608  (only SQL of our own)

_VOTES: Final = f"""
    WITH {ARRIVED}
    SELECT arrived.title_id, arrived.member_id, arrived.value, arrived.at,
        arrived.at::date - member.date_joined::date, totals.vote_count, arrived.is_imported
    FROM arrived
    JOIN accounts_member AS member ON member.id = arrived.member_id
    JOIN accounts_membertotals AS totals ON totals.member_id = arrived.member_id
    WHERE arrived.title_id = ANY (%(titles)s) AND arrived.counted
    ORDER BY arrived.at, arrived.id
"""  # noqa: S608  (only SQL of our own)

_BEFORE: Final = """
    SELECT count(*) FROM reviews_vote
    WHERE title_id = %(title)s AND changed_at > %(before)s AND changed_at <= %(hour)s
"""

_OTHER_TITLES: Final = """
    SELECT count(DISTINCT title_id) FROM reviews_vote WHERE member_id = ANY (%s) AND title_id <> %s
"""


@dataclass(frozen=True, slots=True)
class _Day:
    """How many votes a title got: of the last hour, and odd ones of the day; then those alone that members cast here."""

    of_hour: int
    odd: int
    cast: int
    cast_of_hour: int
    cast_odd: int


@dataclass
class _Judged:
    """What moderators have seen of a title's votes: until when, and the highest rate (votes an hour) they found fine."""

    until: datetime | None = None
    rate_found_fine: float = 0.0


def watch_votes(*, now: datetime | None = None) -> int:
    """Open a case for each title with unusual votes, or bring the one that waits up to date; answers how many.

    One query where nothing is unusual. Reads the votes of a day through the index of their time, and the rows of the
    day's imports.
    """
    now = now or timezone.now()
    numbers = _numbers_of_day(now)
    titles = [
        pk
        for pk, day in numbers.items()
        if day.of_hour >= settings.FILMSITE_VELOCITY_LEAST_VOTES
        or day.odd >= settings.FILMSITE_BRIGADE_LEAST_VOTES
    ]
    if not titles:
        return 0
    judged = _judged(titles, now)
    opened = 0
    for title_id, votes in _votes_of_day(titles, now).items():
        seen = judged[title_id]
        fresh = [vote for vote in votes if seen.until is None or vote.voted_at > seen.until]
        signals = _signals(title_id, fresh, _ordinary(title_id, numbers, seen, now), now)
        opened += bool(signals) and open_votes_case(
            title_id=title_id, signals=signals, since=fresh[0].voted_at, until=now
        )
    return opened


def _signals(title_id: int, votes: Sequence[NewVote], ordinary: Ordinary, now: datetime) -> list[Signal]:
    found = [velocity([vote for vote in votes if vote.voted_at > now - HOUR], ordinary)]
    if (together := brigade(votes, ordinary)) is not None:
        [(other_titles,)] = _rows(_OTHER_TITLES, [list(together.members), title_id])
        found.append(same_few_titles(together, other_titles))
    return [signal for signal in found if signal is not None]


def _ordinary(title_id: int, numbers: dict[int, _Day], judged: _Judged, now: datetime) -> Ordinary:
    """What the title's hour and day are held against.

    The rest of the site leaves this title out, and every other with as many odd votes: one brigade may be at several.
    It leaves imports out too: one of thousands of votes would make any rush look small.
    """
    since = now - timedelta(days=DAYS_BEFORE)
    [(before,)] = _rows(_BEFORE, {"title": title_id, "before": since, "hour": now - HOUR})
    most_odd = settings.FILMSITE_BRIGADE_LEAST_VOTES
    others = [day for pk, day in numbers.items() if pk != title_id and day.odd < most_odd]
    of_day, of_hour = sum(day.cast for day in others), sum(day.cast_of_hour for day in others)
    odd = sum(day.cast_odd for day in others)
    ordinary_hour = (of_day - of_hour) / (DAY / HOUR - 1)
    return Ordinary(
        rate=before / (DAYS_BEFORE * (DAY / HOUR)),
        rate_found_fine=judged.rate_found_fine,
        busyness=of_hour / ordinary_hour if ordinary_hour >= 1 else 1.0,
        odd_share=odd / of_day if of_day else 0.0,
    )


def _numbers_of_day(now: datetime) -> dict[int, _Day]:
    rows = _rows(
        _DAY,
        {
            "now": now,
            "since": now - DAY,
            "hour": now - HOUR,
            "extreme": [*LOW, *HIGH],
            "few": settings.FILMSITE_BRIGADE_FEW_VOTES,
            "young": timedelta(days=settings.FILMSITE_BRIGADE_YOUNG_DAYS),
        },
    )
    return {title_id: _Day(*numbers) for title_id, *numbers in rows}


def _votes_of_day(titles: Sequence[int], now: datetime) -> dict[int, list[NewVote]]:
    found: dict[int, list[NewVote]] = defaultdict(list)
    for title_id, *vote in _rows(_VOTES, {"titles": list(titles), "since": now - DAY, "now": now}):
        found[title_id].append(NewVote(*vote))
    return found


def _judged(titles: Sequence[int], now: datetime) -> dict[int, _Judged]:
    """What the cases of the last weeks that are no longer open say of each title."""
    cases = (
        Case.objects.filter(kind=CaseKind.VOTES, title__in=titles)
        .exclude(state=CaseState.OPEN)
        .filter(opened_at__gt=now - timedelta(days=DAYS_BEFORE))
        .select_related("title")
        .prefetch_related("evidence", "decisions")
    )
    found: dict[int, _Judged] = defaultdict(_Judged)
    for case in cases:
        seen = found[case.subject.pk]
        for item in case.evidence.all():
            until = parse_datetime(item.detail.get("until", ""))
            seen.until = max(filter(None, (seen.until, until)), default=None)
            if item.kind == Evidence.Kind.VELOCITY and _was_fine(case):
                rate = item.detail["votes"] / (item.detail["minutes"] / 60)
                seen.rate_found_fine = max(seen.rate_found_fine, rate)
    return found


def _was_fine(case: Case) -> bool:
    last = last_decision(case)
    return last is not None and last.verdict == Verdict.KEEP


def _rows(statement: str, params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
