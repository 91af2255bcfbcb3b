"""Keeping the ranked lists by the votes of active members, each night beside those by all votes."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from films.models import RankedList, TitleKind
from films.rankings import active_key
from films.services.ranking import store_list
from reviews.active_top import active_lists


def keep_active_rankings(*, moment: datetime | None = None) -> int:
    """Store the lists of a day (today) unless they are there; give how many were stored."""
    day = timezone.localdate(moment)
    keys = [active_key(kind) for kind in TitleKind]
    if RankedList.objects.filter(day=day, key__in=keys).exists():
        return 0
    with transaction.atomic():
        return sum(
            store_list(key=active_key(kind), day=day, top=top) for kind, top in active_lists(moment).items()
        )
