"""The arithmetic of votes: means, spread, and the numbers of the banner."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import structlog
from django.core.cache import cache
from django.db import DatabaseError
from django.db.models import Sum

from films.models import SiteCounter

log = structlog.get_logger("filmsite.statistics")

BANNER_SECONDS: Final = 60
# Standard errors to either side of a mean between which 95 of 100 lie.
CERTAINTY: Final = 1.96


@dataclass(frozen=True)
class Spread:
    """How votes lie: their number, and mean and standard deviation in stars (None without votes)."""

    votes: int
    mean: float | None
    deviation: float | None

    @property
    def uncertainty(self) -> float | None:
        """Half the width of the interval around the mean that holds for 95 of 100 such sets of votes, in stars.

        1.96·s/√n, with the standard deviation s; None with fewer than two votes.
        """
        if self.deviation is None or self.votes < 2:
            return None
        return CERTAINTY * self.deviation / sqrt(self.votes)


def spread_of(histograms: Iterable[Sequence[int]]) -> Spread:
    """Add up histograms (ten counts each, votes of ½ to 5 stars) and measure the whole."""
    counts = [sum(column) for column in zip(*histograms, strict=True)]
    votes = sum(counts)
    if not votes:
        return Spread(0, None, None)
    mean = sum(value * count for value, count in enumerate(counts, 1)) / votes
    variance = sum(count * (value - mean) ** 2 for value, count in enumerate(counts, 1)) / votes
    return Spread(votes, mean / 2, sqrt(variance) / 2)


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
