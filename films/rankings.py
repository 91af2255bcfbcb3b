"""Ranked lists: as they were kept last night, or made now of any pool, each with the constants that made it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from films.filters import TitleFilter, value_in_words
from films.models import Genre, RankedList, RankedTitle, Title, TitleKind, TitleListing, TitleTotals
from films.querysets import TitleListingQuerySet
from films.weighting import RANKED_LENGTH, Constants, Place, constants_of
from filmsite.lib import charts

# A list made for a reader is made again after this long.
SECONDS_KEPT: Final = 300
# Nightly lists older than this are not shown: the sum is made anew until the next night works.
DAYS_CURRENT: Final = 2
MOVED_SINCE: Final = timedelta(days=7)
# What a kept list may be narrowed by, and never by two at once: any other list is made when it is asked for.
_KEPT_FILTERS: Final = frozenset({"genre", "country", "language", "decade"})
_ACTIVE: Final = "active"
_MAIN_LISTS: Final = {
    TitleKind.FILM: (gettext_lazy("Top films"), "films:top"),
    TitleKind.SHOW: (gettext_lazy("Top shows"), "films:top-shows"),
    TitleKind.SEASON: (gettext_lazy("Top seasons"), "films:top-seasons"),
}


@dataclass(frozen=True)
class TopList:
    """The best of a pool on a day. `compared_with` is the day of the list that movements are measured against."""

    day: date
    constants: Constants
    places: list[Place]
    compared_with: date | None = None


def list_key(filters: TitleFilter) -> str | None:
    """The name under which the list that these filters describe is kept each night, or None for all others."""
    match filters.asked_for:
        case []:
            return filters.kind
        case [("recent", _)]:
            return f"{filters.kind}/recent"
        case [(name, value)] if name in _KEPT_FILTERS:
            return f"{filters.kind}/{name}={value}"
    return None


def active_key(kind: str) -> str:
    """The name under which the list by the votes of active members is kept each night (`reviews.active_top`)."""
    return f"{kind}/{_ACTIVE}"


def top_list(filters: TitleFilter) -> TopList:
    """The best titles that fit, at most `RANKED_LENGTH`: last night's list, or one made now and kept for minutes."""
    key = list_key(filters) if filters.is_valid() else None
    return _kept_for_minutes(filters.state, key, lambda: live_list(filters.rows))


def best_of(kind: TitleKind) -> TopList:
    """The main list of films, shows or seasons."""
    rows = TitleListing.objects.of_kind(kind)
    return _kept_for_minutes(f"{kind}?", kind, lambda: live_list(rows))


def _kept_for_minutes(state: str, key: str | None, make: Callable[[], TopList]) -> TopList:
    name = f"top:{timezone.localdate()}:{sha256(state.encode()).hexdigest()}"
    found = cache.get(name)
    if found is None:
        found = (kept_list(key) if key else None) or make()
        cache.set(name, found, SECONDS_KEPT)
    return found


def live_list(rows: TitleListingQuerySet) -> TopList:
    """The best of these rows as they are now, by the constants of just these rows. Three queries."""
    constants = constants_of(rows)
    ranked = rows.ranked(m=constants.m, c=constants.c)[:RANKED_LENGTH]
    found = ranked.values_list("title_id", "vote_count", "mean", "rating")  # type: ignore[misc]  # an annotation of `ranked`
    places = [
        Place(rank, title, votes, mean, float(rating))
        for rank, (title, votes, mean, rating) in enumerate(found, start=1)
    ]
    return TopList(timezone.localdate(), constants, places)


def kept_list(key: str) -> TopList | None:
    """The newest kept list of this name, with every place a week before; None when there is no current one."""
    kept = RankedList.objects.filter(key=key).order_by("-day")
    now = kept.filter(day__gt=timezone.localdate() - timedelta(days=DAYS_CURRENT)).first()
    if now is None:
        return None
    earlier = kept.filter(day__lte=now.day - MOVED_SINCE).first()
    before = dict(earlier.entries.values_list("title_id", "rank")) if earlier else {}
    entries = now.entries.filter(title__merged_into=None)
    places = [
        Place(*entry, before=before.get(entry[1]))
        for entry in entries.values_list("rank", "title_id", "vote_count", "mean", "weighted")
    ]
    return TopList(now.day, Constants(now.m, now.c), places, earlier.day if earlier else None)


def attach_titles(places: Sequence[Place]) -> list[tuple[Place, Title]]:
    """Each place with its title, in one query; without those that have gone since."""
    titles = Title.objects.filter(merged_into=None).for_card().in_bulk([place.title_id for place in places])
    return [(place, titles[place.title_id]) for place in places if place.title_id in titles]


@dataclass(frozen=True)
class Standing:
    """A title's places in one kept list, oldest first, and the constants of the last one."""

    words: str
    address: str
    days: list[tuple[date, Place]]
    constants: Constants
    is_current: bool

    @property
    def newest(self) -> Place:
        return self.days[-1][1]

    @property
    def first_day(self) -> date:
        return self.days[0][0]

    @property
    def last_day(self) -> date:
        return self.days[-1][0]

    @property
    def latest_first(self) -> list[tuple[date, Place]]:
        return self.days[::-1]

    @property
    def chart(self) -> charts.RankLine:
        return charts.rank_line([(day, place.rank) for day, place in self.days])


def standings_of(title: Title) -> list[Standing]:
    """Where a title stands or stood in every kept list: the main list first, then the ones it stands highest in.

    Three queries.
    """
    rows = RankedTitle.objects.filter(title=title).select_related("ranked_list").order_by("ranked_list__day")
    by_key: dict[str, list[RankedTitle]] = {}
    for row in rows:
        by_key.setdefault(row.ranked_list.key, []).append(row)
    last_days = dict(
        RankedList.objects.filter(key__in=by_key).order_by().values_list("key").annotate(Max("day"))
    )
    genres = list(Genre.objects.all())
    found = {}
    for key, rows_of_list in by_key.items():
        last = rows_of_list[-1].ranked_list
        days = [
            (row.ranked_list.day, Place(row.rank, title.pk, row.vote_count, row.mean, row.weighted))
            for row in rows_of_list
        ]
        is_current = last.day == last_days[key]
        found[key] = Standing(*_describe(key, genres), days, Constants(last.m, last.c), is_current)
    order = sorted(
        found, key=lambda key: (key != title.kind, not found[key].is_current, found[key].newest.rank)
    )
    return [found[key] for key in order]


def _describe(key: str, genres: list[Genre]) -> tuple[str, str]:
    """The words for a kept list, and its address."""
    kind, _slash, narrowed = key.partition("/")
    main, name_of_address = _MAIN_LISTS[TitleKind(kind)]
    words, address = str(main), reverse(name_of_address)
    if not narrowed:
        return words, address
    if narrowed == _ACTIVE:
        months = settings.FILMSITE_ACTIVE_MONTHS
        active = ngettext(
            "%(list)s: members active in the last month",
            "%(list)s: members active in the last %(months)d months",
            months,
        )
        return active % {"list": words, "months": months}, reverse(f"{name_of_address}-active")
    if narrowed == "recent":
        return gettext("%(list)s: recent") % {"list": words}, f"{address}?recent=1"
    name, _equals, value = narrowed.partition("=")
    words = gettext("%(list)s: %(what)s") % {"list": words, "what": value_in_words(name, value, genres)}
    return words, f"{address}?{narrowed}"


def listing_constants() -> dict[str, Constants]:
    """What `TitleListing.weighted` is made with, by kind: last night's constants, or today's while there are none.

    They change once a night, since every change rewrites the whole table.
    """
    kept = RankedList.objects.filter(key__in=TitleKind.values).order_by("key", "-day").distinct("key")
    found = {row.key: Constants(row.m, row.c) for row in kept}
    for kind in TitleKind.values:
        if kind not in found:
            totals = TitleTotals.objects.filter(title__kind=kind, title__merged_into=None)
            found[kind] = constants_of(totals, stars=F("vote_sum") / 2.0)
    return found
