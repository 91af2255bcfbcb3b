"""Keeping the ranked lists of each day, so that a place can be looked up and a movement told."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from films.facets import count_facets
from films.filters import TitleFilter
from films.models import RankedList, RankedTitle, TitleKind
from films.rankings import TopList, list_key, live_list

# A list of fewer places is not kept: it would say little, and its constants less.
LEAST_PLACES: Final = 10
# After this many days only the lists of Mondays stay.
DAYS_OF_EVERY_DAY: Final = 14


def keep_rankings(*, day: date | None = None) -> int:
    """Store the ranked lists of a day (today) that are not there yet; give how many were stored.

    Films, shows and seasons have a list each and one of recent titles; films and shows also one for every genre,
    country, language and decade with enough titles. A few seconds at full scale.
    """
    day = day or timezone.localdate()
    there = set(RankedList.objects.filter(day=day).values_list("key", flat=True))
    stored = 0
    for filters in _kept_filters():
        key = list_key(filters)
        if key is not None and key not in there:
            stored += store_list(key=key, day=day, top=live_list(filters.rows))
    return stored


def renew_rankings() -> int:
    """Make today's ranked lists anew, after an import changed the catalogue and the votes at a stroke."""
    with transaction.atomic():
        RankedList.objects.filter(day=timezone.localdate()).delete()
        return keep_rankings()


@transaction.atomic
def store_list(*, key: str, day: date, top: TopList) -> bool:
    """Store a list with its places; False when it is too short to be kept, or there already."""
    if len(top.places) < LEAST_PLACES:
        return False
    ranked, is_new = RankedList.objects.get_or_create(
        key=key, day=day, defaults={"m": top.constants.m, "c": top.constants.c}
    )
    if is_new:
        RankedTitle.objects.bulk_create(
            RankedTitle(
                ranked_list=ranked,
                title_id=place.title_id,
                rank=place.rank,
                vote_count=place.vote_count,
                mean=place.mean,
                weighted=place.weighted,
            )
            for place in top.places
        )
    return is_new


def forget_old_rankings() -> int:
    """Of the lists that are older than two weeks, keep those of Mondays; give how many went."""
    before = timezone.localdate() - timedelta(days=DAYS_OF_EVERY_DAY)
    old = RankedList.objects.filter(day__lt=before).exclude(day__iso_week_day=1)
    return old.delete()[1].get("films.RankedList", 0)


def _kept_filters() -> Iterator[TitleFilter]:
    for kind in TitleKind:
        yield TitleFilter.unfiltered(kind)
        yield TitleFilter(QueryDict("recent=1"), kind=kind)
        if kind == TitleKind.SEASON:
            continue
        voted = TitleFilter(QueryDict(f"votes_from={settings.FILMSITE_RANKING_MINIMUM_VOTES}"), kind=kind)
        for name, counts in count_facets(voted).items():
            for value, titles in counts.items():
                if titles >= LEAST_PLACES:
                    yield TitleFilter(QueryDict(f"{name}={value}"), kind=kind)
