"""What is unusual about the newest votes on a title: small signals, each with its numbers, that add up to a severity.

A signal opens a case for a person to decide; by itself it changes no number. What it holds an hour or a day against is
explained at its settings (FILMSITE_VELOCITY_…, FILMSITE_BRIGADE_…).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from typing import Any, Final

from django.conf import settings

from reviews.models import Evidence
from reviews.models.vote import HIGHEST, LOWEST

# Votes of this long are held against the title's ordinary rate; those of a day are looked at for what they have in common.
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
# The ordinary rate of a title is that of so many days before.
DAYS_BEFORE: Final = 28
# One star or less, and 4½ or more: what a brigade gives.
LOW, HIGH = range(LOWEST, LOWEST + 2), range(HIGHEST - 1, HIGHEST + 1)
# Accounts that voted on no more titles than this beside the one in question voted on "the same few".
FEW_TITLES: Final = 3


@dataclass(frozen=True, slots=True)
class NewVote:
    """A vote that came in the last day, with what is known of its member then: days since joining, and votes in all."""

    member_id: int
    value: int
    voted_at: datetime
    age_in_days: int
    vote_count: int
    is_imported: bool = False

    @property
    def is_young(self) -> bool:
        """Whether the member is new and votes; to bring a history along is what new members do."""
        return not self.is_imported and self.age_in_days < settings.FILMSITE_BRIGADE_YOUNG_DAYS

    @property
    def is_narrow(self) -> bool:
        """Whether the member voted on hardly anything else."""
        return self.vote_count <= settings.FILMSITE_BRIGADE_FEW_VOTES


@dataclass(frozen=True, slots=True)
class Ordinary:
    """What an hour and a day would be like. Rates are votes an hour on this title; the share is one of all votes."""

    # Over the weeks before, and the highest that a moderator found fine in them.
    rate: float
    rate_found_fine: float
    # How many times as busy as in the hours before the rest of the site is now.
    busyness: float
    # Of the votes on titles of which there is nothing to ask, those that are extreme and of a young or narrow account.
    odd_share: float


@dataclass(frozen=True, slots=True)
class Signal:
    """One unusual thing: how grave (0 to 100), whose votes it is about, and the numbers for a moderator."""

    kind: Evidence.Kind
    severity: int
    members: tuple[int, ...]
    detail: dict[str, Any]


def velocity(votes: Sequence[NewVote], ordinary: Ordinary) -> Signal | None:
    """Many more votes in this hour than the title ever gets in one. `votes` are those of the hour."""
    expected = max(1.0, ordinary.rate * max(1.0, ordinary.busyness), ordinary.rate_found_fine)
    times = len(votes) / expected
    if len(votes) < settings.FILMSITE_VELOCITY_LEAST_VOTES or times < settings.FILMSITE_VELOCITY_TIMES:
        return None
    return Signal(
        Evidence.Kind.VELOCITY,
        min(50, round(8 * log2(times))),
        tuple(vote.member_id for vote in votes),
        {"votes": len(votes), "minutes": int(HOUR.total_seconds() // 60), "expected": round(expected, 1)},
    )


def brigade(votes: Sequence[NewVote], ordinary: Ordinary) -> Signal | None:
    """Many alike extreme votes of new or one-purpose accounts. `votes` are those of the day.

    On a young site most accounts are new: their share must be well above that of the votes on other titles, or nearly all.
    """
    ends = {"low": LOW, "high": HIGH}
    alike = {
        end: [vote for vote in votes if vote.value in values and (vote.is_young or vote.is_narrow)]
        for end, values in ends.items()
    }
    end = max(alike, key=lambda name: len(alike[name]))
    cluster = alike[end]
    if len(cluster) < settings.FILMSITE_BRIGADE_LEAST_VOTES:
        return None
    if len(cluster) / len(votes) < min(0.9, 1.5 * ordinary.odd_share):
        return None
    return Signal(
        Evidence.Kind.BRIGADE,
        min(60, 20 + 2 * len(cluster)),
        tuple(vote.member_id for vote in cluster),
        {
            "votes": len(votes),
            "alike": len(cluster),
            "end": end,
            "young": sum(vote.is_young for vote in cluster),
            "young_days": settings.FILMSITE_BRIGADE_YOUNG_DAYS,
            "narrow": sum(vote.is_narrow for vote in cluster),
            "few_votes": settings.FILMSITE_BRIGADE_FEW_VOTES,
        },
    )


def same_few_titles(found: Signal, other_titles: int) -> Signal:
    """A brigade graver by this: all that its accounts voted on besides is the same few titles, or nothing."""
    if other_titles > FEW_TITLES:
        return found
    detail = {**found.detail, "other_titles": other_titles}
    return Signal(found.kind, found.severity + 20, found.members, detail)


def severity_of(signals: Sequence[Signal]) -> int:
    """How grave all of them are together, 0 to 100."""
    return min(100, sum(signal.severity for signal in signals))
