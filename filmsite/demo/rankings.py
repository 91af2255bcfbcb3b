"""The ranked lists that the demo would have kept on the nights before it was loaded."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Avg, Count, Q

from films.models import Title, TitleKind
from films.rankings import Place, TopList
from films.services.ranking import keep_rankings, store_list
from films.statistics import RANKED_LENGTH, WEIGHTED_DECIMALS, constants_of, weighted_rating

WEEKS: Final = 12


def load_rankings(*, now: datetime) -> int:
    """Keep the main lists of some weeks, made of the votes there were by then, and every list of today; give how many."""
    stored = keep_rankings(day=now.date())
    for week in range(1, WEEKS + 1):
        for kind in TitleKind:
            moment = now - timedelta(weeks=week)
            stored += store_list(key=kind, day=moment.date(), top=_top_of(kind, moment))
    return stored


def _top_of(kind: TitleKind, moment: datetime) -> TopList:
    by_then = Q(votes__counted=True, votes__cast_at__lte=moment)
    rows = Title.objects.filter(kind=kind).annotate(
        vote_count=Count("votes", filter=by_then), mean=Avg("votes__value", filter=by_then) / 2.0
    )
    constants = constants_of(rows)
    found = rows.filter(vote_count__gte=constants.m).values_list("pk", "vote_count", "mean")
    weighed = [
        (round(weighted_rating(mean, votes, constants.m, constants.c), WEIGHTED_DECIMALS), votes, -pk, mean)
        for pk, votes, mean in found
    ]
    best = sorted(weighed, reverse=True)[:RANKED_LENGTH]
    places = [
        Place(rank, -minus_pk, votes, mean, weighted)
        for rank, (weighted, votes, minus_pk, mean) in enumerate(best, start=1)
    ]
    return TopList(moment.date(), constants, places)
