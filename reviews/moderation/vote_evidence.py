"""Votes in question as a moderator sees them: when they came, and of whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.utils.dateparse import parse_datetime

from reviews.models import Case, Evidence
from reviews.moderation.arrivals import ARRIVED

HOURS_SHOWN: Final = 24
_BAR_WIDTH: Final = 10
_HEIGHT: Final = 60

# Who votes has a row of totals, but those count only what counts: an account whose votes were all set aside has many.
_MEMBERS = """
    SELECT member.id, member.username, vote.value, greatest(vote.changed_at, imported.at) AS came_at,
        greatest(vote.changed_at, imported.at)::date - member.date_joined::date,
        (SELECT count(*) FROM reviews_vote AS own WHERE own.member_id = member.id),
        vote.counted, imported.at IS NOT NULL, aside.id IS NOT NULL, coalesce(aside.case_id = %(case)s, false)
    FROM accounts_member AS member
    LEFT JOIN reviews_vote AS vote ON vote.member_id = member.id AND vote.title_id = %(title)s
    LEFT JOIN reviews_setasidevote AS aside ON aside.member_id = member.id AND aside.title_id = %(title)s
    LEFT JOIN LATERAL (
        SELECT max(import.committed_at) AS at
        FROM reviews_memberimport AS import
        JOIN reviews_importrow AS row ON row.of_id = import.id AND row.kind = 'vote' AND row.title_id = %(title)s
        WHERE import.member_id = member.id AND row.made = vote.id AND (row.data ->> 'value')::smallint = vote.value
    ) AS imported ON true
    WHERE member.id = ANY (%(members)s)
    ORDER BY came_at, member.id
"""

_HOURS = f"""
    WITH {ARRIVED}
    SELECT floor(extract(epoch FROM %(now)s - at) / 3600)::int AS ago,
        count(*), count(*) FILTER (WHERE value <= 2), count(*) FILTER (WHERE value >= 9)
    FROM arrived WHERE title_id = %(title)s GROUP BY ago
"""  # noqa: S608  (only SQL of our own)


@dataclass(frozen=True, slots=True)
class QuestionedVote:
    """A member's vote in question. The value is in half stars; it and the time at which it came are None when the vote was
    taken back.
    """

    member_id: int
    username: str
    value: int | None
    voted_at: datetime | None
    # Days between joining and when the vote came.
    age_in_days: int | None
    # Their votes on all titles, whether they count or not.
    vote_count: int
    counted: bool | None
    # Brought in from a file, whatever day that says it was cast.
    is_imported: bool
    is_set_aside: bool
    is_set_aside_here: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """The votes of one hour, drawn as a bar in a box of `VotesOverTime`; how many are of one star or less, and of 4½ or 5."""

    begins: datetime
    votes: int
    low: int
    high: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class VotesOverTime:
    hours: list[Hour]
    width: int = HOURS_SHOWN * _BAR_WIDTH
    bar: int = _BAR_WIDTH - 2
    height: int = _HEIGHT

    @property
    def begins(self) -> datetime:
        return self.hours[0].begins

    @property
    def ends(self) -> datetime:
        return self.hours[-1].begins + timedelta(hours=1)

    @property
    def with_votes(self) -> list[Hour]:
        return [hour for hour in self.hours if hour.votes]


def members_in(evidence: Sequence[Evidence]) -> list[int]:
    """The ids of all members whose votes are in question, in order."""
    return sorted({pk for item in evidence for pk in item.detail.get("members", ())})


def suspected_in(evidence: Sequence[Evidence]) -> set[int]:
    """The ids of those who seem to belong together, or of all where nothing but the number of votes is unusual."""
    together = [item for item in evidence if item.kind == Evidence.Kind.BRIGADE]
    return set(members_in(together or evidence))


def votes_in_question(case: Case, evidence: Sequence[Evidence]) -> list[QuestionedVote]:
    """The votes of the members in question as they are now, the oldest first. One query."""
    return [
        QuestionedVote(*row)
        for row in _rows(_MEMBERS, {"case": case.pk, "title": case.title_id, "members": members_in(evidence)})
    ]


def votes_over_time(case: Case, evidence: Sequence[Evidence]) -> VotesOverTime:
    """The votes that the title got in the hours before the case was opened, or grew last. One query."""
    ends = [end for item in evidence if (end := parse_datetime(item.detail.get("until", "")))]
    until = max(ends, default=case.opened_at)
    since = until - timedelta(hours=HOURS_SHOWN)
    found = {
        ago: counts for ago, *counts in _rows(_HOURS, {"title": case.title_id, "since": since, "now": until})
    }
    highest = max((votes for votes, _low, _high in found.values()), default=0)
    hours = []
    for place, ago in enumerate(range(HOURS_SHOWN - 1, -1, -1)):
        votes, low, high = found.get(ago, (0, 0, 0))
        height = round(max(1.5, votes / highest * _HEIGHT), 2) if votes else 0
        begins = until - timedelta(hours=ago + 1)
        hours.append(
            Hour(begins, votes, low, high, place * _BAR_WIDTH + 1, round(_HEIGHT - height, 2), height)
        )
    return VotesOverTime(hours)


def _rows(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
