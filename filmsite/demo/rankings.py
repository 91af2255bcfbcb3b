"""The ranked lists that the demo would have kept on the nights before it was loaded."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q, Sum

from films.models import Title, TitleKind
from films.rankings import TopList
from films.services.ranking import keep_rankings, store_list
from films.weighting import Voted, rank
from reviews.services.ranking import keep_active_rankings

WEEKS: Final = 12


def load_rankings(*, now: datetime) -> int:
    """Keep the main lists of some weeks, made of the votes there were by then, and every list of today; give how many."""
    stored = keep_rankings(day=now.date()) + keep_active_rankings(moment=now)
    for week in range(1, WEEKS + 1):
        for kind in TitleKind:
            moment = now - timedelta(weeks=week)
            stored += store_list(key=kind, day=moment.date(), top=_top_of(kind, moment))
        stored += keep_active_rankings(moment=now - timedelta(weeks=week))
    return stored


def _top_of(kind: TitleKind, moment: datetime) -> TopList:
    by_then = Q(votes__counted=True, votes__cast_at__lte=moment)
    votes = (
        Title.objects.filter(kind=kind)
        .annotate(number=Count("votes", filter=by_then), total=Sum("votes__value", filter=by_then))
        .filter(number__gt=0)
        .values_list("pk", "number", "total")
    )
    return TopList(moment.date(), *rank(Voted(*row) for row in votes))
