"""The weighted rating that orders every ranked list, and the two constants that it is made with.

    WR = v ÷ (v + m) × R + m ÷ (v + m) × C        R: a title's own mean, v: its number of votes

It is the mean that a title would have if, beside its own v votes, m more had been cast on it at C, the mean of all votes
in its pool. A few high votes therefore say little and many say what they say: with m = 100 and C = 3.20 three votes with a
mean of 4.50 weigh 3.2379, and four thousand with a mean of 4.20 weigh 4.1756.

A pool is what one list ranks: all films, all seasons, the shows of a genre. Each has constants of its own, printed beside
it, for one m cannot fit all: what is hardly anything for films would leave no place to a country's shows.

* **m** is the number of votes that a quarter of the pool's titles reach, so that it grows with the site by itself: a fixed
  m that is right for a young site is nothing for a large one. Where a quarter of the titles would not fill a list, it is
  what `RANKED_LENGTH` of them reach. It is never below FILMSITE_RANKING_MINIMUM_VOTES, so that a pool of few votes ranks
  nothing by chance. It is also what a place takes: a title with fewer votes has more of C in its rating than of itself.
* **C** is the mean of all votes in the pool, not of the means of its titles: a title that nobody knows should not move it.

C is rounded as it is shown, and the rating to four decimals, so that who does the sum by hand gets what the list says.
Equal ratings go by votes, then to the older entry (the smaller id): the order is the same each time it is made.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Count, ExpressionWrapper, F, FloatField, QuerySet, Sum
from django.db.models.expressions import Combinable

# C then moves, and with it every weighted rating, only when a reader could see a difference.
CONSTANT_DECIMALS: Final = 2
WEIGHTED_DECIMALS: Final = 4
# How many places a ranked list has at most.
RANKED_LENGTH: Final = 250
# The sum of the votes of rows that have their plain mean, in stars.
_STARS: Final = ExpressionWrapper(F("vote_count") * F("mean"), FloatField())


@dataclass(frozen=True)
class Constants:
    """What the weighted rating of a pool of titles is made with, as printed beside every ranked list.

    m is also the number of votes that a place in the list takes; c is the mean of all votes in the pool, in stars.
    """

    m: int
    c: float


class Voted(NamedTuple):
    """A title of a pool with its votes: how many (at least one), and all of them added up, in half stars."""

    title_id: int
    vote_count: int
    vote_sum: int

    @property
    def mean(self) -> float:
        """In stars."""
        return self.vote_sum / self.vote_count / 2


@dataclass(frozen=True)
class Place:
    """A title's place in a ranked list with the numbers that put it there: R and the weighted rating in stars.

    `before` is its place a week before: None where it had none, or where there was no list to compare with.
    """

    rank: int
    title_id: int
    vote_count: int
    mean: float
    weighted: float
    before: int | None = None

    @property
    def moved(self) -> int:
        """How many places it went up since; below zero, down."""
        return self.before - self.rank if self.before else 0

    @property
    def fell(self) -> int:
        """How many places it went down since."""
        return -self.moved

    @property
    def stars(self) -> float:
        """All votes of the title added up."""
        return round(self.mean * self.vote_count * 2) / 2


def weighted_rating(mean: float | None, votes: int, m: int, c: float) -> float:
    """WR of a title with this mean (in stars; None without votes), neither rounded nor bounded by m."""
    if not votes or mean is None:
        return c
    return (votes * mean + m * c) / (votes + m)


def constants_of(rows: QuerySet[Any], *, stars: Combinable = _STARS) -> Constants:
    """The constants of a pool as it is now: rows with a `vote_count`, and `stars` for the sum of their votes.

    Two queries; `rank` takes the constants of a pool that is at hand.
    """
    voted = rows.filter(vote_count__gt=0).order_by()
    sums = voted.aggregate(titles=Count("*"), votes=Sum("vote_count"), stars=Sum(stars))
    titles, votes = sums["titles"], sums["votes"] or 0
    place = _place_of_m(titles)
    reached = (
        list(voted.order_by("-vote_count").values_list("vote_count", flat=True)[place - 1 : place])
        if titles > place
        else []
    )
    return _constants(reached, votes=votes, stars=float(sums["stars"] or 0))


def rank(pool: Iterable[Voted]) -> tuple[Constants, list[Place]]:
    """The constants of this pool, and the best of it: at most `RANKED_LENGTH`, all with m votes or more."""
    voted = list(pool)
    place = _place_of_m(len(voted))
    reached = sorted((title.vote_count for title in voted), reverse=True)[place - 1 : place]
    constants = _constants(
        reached if len(voted) > place else [],
        votes=sum(title.vote_count for title in voted),
        stars=sum(title.vote_sum for title in voted) / 2,
    )
    weighed = sorted(
        (-_weigh(title, constants), -title.vote_count, title.title_id, title.mean)
        for title in voted
        if title.vote_count >= constants.m
    )
    return constants, [
        Place(number, title_id, -votes, mean, -weighted)
        for number, (weighted, votes, title_id, mean) in enumerate(weighed[:RANKED_LENGTH], start=1)
    ]


def _weigh(title: Voted, constants: Constants) -> float:
    """The rating as it is stored: the sum in decimals, rounded half up, as the database does it."""
    stars = Decimal(title.vote_sum) / 2 + constants.m * Decimal(str(constants.c))
    unit = Decimal(1).scaleb(-WEIGHTED_DECIMALS)
    return float((stars / (title.vote_count + constants.m)).quantize(unit, ROUND_HALF_UP))


def _place_of_m(titles: int) -> int:
    """The place in the order of votes whose votes are m, in a pool with so many titles that were voted on."""
    return max(titles // 4, RANKED_LENGTH)


def _constants(reached: list[int], *, votes: int, stars: float) -> Constants:
    c = round(stars / votes, CONSTANT_DECIMALS) if votes else 0.0
    return Constants(max([settings.FILMSITE_RANKING_MINIMUM_VOTES, *reached]), c)
