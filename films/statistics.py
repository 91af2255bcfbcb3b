"""The arithmetic of votes: means, spread, the weighted rating, and the numbers of the banner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Sum

from films.models import SiteCounter, TitleKind, TitleTotals

log = structlog.get_logger("filmsite.statistics")

# Kept as they are shown: the mean of all votes then moves, and with it every weighted rating, only when a
# reader could see a difference.
SITE_MEAN_DECIMALS: Final = 2
WEIGHTED_DECIMALS: Final = 4
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

    A title's own mean R counts for half at m votes; below that the mean of the whole site, C, weighs more.
    """
    if not votes or mean is None:
        return c
    return (votes * mean + m * c) / (votes + m)


@dataclass(frozen=True)
class Ranking:
    """The two constants of the weighted rating, as printed beside every ranked list."""

    m: int
    c: float


def ranking() -> Ranking:
    """The constants as they are now: m from the settings, C the mean of all counted votes (one query)."""
    # A show's totals repeat its seasons', so they stay out of the sum.
    totals = TitleTotals.objects.exclude(title__kind=TitleKind.SHOW).aggregate(
        votes=Sum("vote_count"), stars=Sum("vote_sum")
    )
    mean = totals["stars"] / totals["votes"] / 2 if totals["votes"] else 0.0
    return Ranking(settings.FILMSITE_RANKING_MINIMUM_VOTES, round(mean, SITE_MEAN_DECIMALS))


def cached_ranking() -> Ranking:
    """The constants for a page: at most a minute old, as the lists ordered by them are."""
    found = cache.get("ranking")
    if found is None:
        found = ranking()
        cache.set("ranking", found, BANNER_SECONDS)
    return found


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
