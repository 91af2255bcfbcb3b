"""The arithmetic of votes: means, spread, the weighted rating, and the numbers of the banner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Count, ExpressionWrapper, F, FloatField, QuerySet, Sum
from django.db.models.expressions import Combinable

from films.models import SiteCounter

log = structlog.get_logger("filmsite.statistics")

# C is kept as it is shown: it then moves, and with it every weighted rating, only when a reader could see a
# difference, and who does the sum by hand gets what the list says.
CONSTANT_DECIMALS: Final = 2
WEIGHTED_DECIMALS: Final = 4
# How many places a ranked list has at most.
RANKED_LENGTH: Final = 250
# The sum of the votes of rows that have their plain mean, in stars.
_STARS: Final = ExpressionWrapper(F("vote_count") * F("mean"), FloatField())
BANNER_SECONDS: Final = 60


@dataclass(frozen=True)
class Spread:
    """How votes lie: their number, and mean and standard deviation in stars (None without votes)."""

    votes: int
    mean: float | None
    deviation: float | None


def spread_of(histograms: Iterable[Sequence[int]]) -> Spread:
    """Add up histograms (ten counts each, votes of ½ to 5 stars) and measure the whole."""
    counts = [sum(column) for column in zip(*histograms, strict=True)]
    votes = sum(counts)
    if not votes:
        return Spread(0, None, None)
    mean = sum(value * count for value, count in enumerate(counts, 1)) / votes
    variance = sum(count * (value - mean) ** 2 for value, count in enumerate(counts, 1)) / votes
    return Spread(votes, mean / 2, sqrt(variance) / 2)


def weighted_rating(mean: float | None, votes: int, m: int, c: float) -> float:
    """The rating that ranks: v/(v+m)·R + m/(v+m)·C, in stars.

    A title's own mean R counts for half at m votes; below that the mean of its pool, C, weighs more.
    """
    if not votes or mean is None:
        return c
    return (votes * mean + m * c) / (votes + m)


@dataclass(frozen=True)
class Constants:
    """What the weighted rating of a pool of titles is made with, as printed beside every ranked list.

    m is also the number of votes that a place in the list takes; c is the mean of all votes in the pool, in stars.
    """

    m: int
    c: float


def constants_of(rows: QuerySet[Any], *, stars: Combinable = _STARS) -> Constants:
    """The constants of a pool as it is now: rows with a `vote_count`, and `stars` for the sum of their votes.

    m is what a quarter of the titles reach, or `RANKED_LENGTH` of them where a quarter would not fill a list; never
    below FILMSITE_RANKING_MINIMUM_VOTES. Two queries.
    """
    voted = rows.filter(vote_count__gt=0).order_by()
    sums = voted.aggregate(titles=Count("*"), votes=Sum("vote_count"), stars=Sum(stars))
    titles, votes = sums["titles"], sums["votes"] or 0
    least = settings.FILMSITE_RANKING_MINIMUM_VOTES
    place = max(titles // 4, RANKED_LENGTH)
    reached = (
        list(voted.order_by("-vote_count").values_list("vote_count", flat=True)[place - 1 : place])
        if titles > place
        else []
    )
    c = round(float(sums["stars"]) / votes, CONSTANT_DECIMALS) if votes else 0.0
    return Constants(max([least, *reached]), c)


def site_numbers() -> dict[str, int] | None:
    """The numbers of the banner (films, shows, seasons, people, votes), at most a minute old.

    Never raises: a page must not fail for its decoration. None when the database cannot be asked.
    """
    numbers = cache.get("site-numbers")
    if numbers is not None:
        return numbers
    try:
        found = dict(SiteCounter.objects.values_list("name").annotate(Sum("value")))
    except DatabaseError as error:
        log.warning("banner unavailable", error=str(error))
        return None
    numbers = {name: int(found.get(name, 0)) for name in SiteCounter.Name.values}
    cache.set("site-numbers", numbers, BANNER_SECONDS)
    return numbers
