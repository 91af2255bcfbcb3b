"""Ways to a title that one did not look for."""

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import Member
from films.facets import counts_of
from films.filters import SORTS, TitleFilter
from films.models import Title, TitleKind, TitleListing
from films.rankings import best_of
from reviews.models import Review, ReviewState, WatchlistEntry

SHOWN: Final = 12
TALK_OF: Final = timedelta(days=7)
# A hidden gem has votes enough for a place in a ranked list, at most so many times as many, and is not in the first
# part of the list of the best films, one in so many, which everybody looks at: in a small catalogue few votes suffice
# for a high place.
GEM_SPAN: Final = 2
GEM_PART: Final = 4

_LISTS: Final = {TitleKind.FILM: "films:browse", TitleKind.SHOW: "films:shows"}


@require_safe
def discover(request: HttpRequest) -> HttpResponse:
    """Hidden gems, what divides, what is talked about, what is new: six queries, and three more when the list of
    the best is to be made.
    """
    films = TitleListing.objects.of_kind(TitleKind.FILM)
    least = settings.FILMSITE_RANKING_MINIMUM_VOTES
    most = least * GEM_SPAN
    best = best_of(TitleKind.FILM).places
    known = best[: len(best) // GEM_PART]
    divisive, added = SORTS["divisive"], SORTS["added"]
    return render(
        request,
        "films/discover.html",
        {
            "gems": films.filter(vote_count__gte=least, vote_count__lte=most)
            .exclude(title__in=[place.title_id for place in known])
            .for_card()
            .order_by(*SORTS["rank"].order)[:SHOWN],
            "gems_from": least,
            "gems_to": most,
            "gems_after": len(known),
            "divisive": films.filter(**divisive.only or {}).for_card().order_by(*divisive.order)[:SHOWN],
            "added": films.for_card().order_by(*added.order)[:SHOWN],
            "talked_about": _talked_about(),
            "has_watchlist": isinstance(request.user, Member)
            and WatchlistEntry.objects.filter(member=request.user).exists(),
        },
    )


def _talked_about() -> list[tuple[Title, int]]:
    """The titles with the most messages of the last days, and how many those are; the most first."""
    since = timezone.now() - TALK_OF
    busiest = (
        Review.objects.filter(state=ReviewState.PUBLISHED, created_at__gte=since, title__isnull=False)
        .order_by()
        .values_list("title")
        .annotate(messages=Count("pk"))
        .order_by("-messages", "-title")[:SHOWN]
    )
    messages = dict(busiest)
    titles = Title.objects.filter(merged_into=None).for_card().in_bulk(list(messages))
    return [(titles[pk], number) for pk, number in messages.items() if pk in titles]


@never_cache
@require_safe
def random_film(request: HttpRequest) -> HttpResponse:
    return _random(request, TitleKind.FILM)


@never_cache
@require_safe
def random_show(request: HttpRequest) -> HttpResponse:
    return _random(request, TitleKind.SHOW)


def _random(request: HttpRequest, kind: TitleKind) -> HttpResponse:
    """To any title that fits the address, each as likely as the others; to the list, which says so, when none fits."""
    filters = TitleFilter(request.GET, kind=kind, viewer=request.user, sortable=False)
    found = filters.rows.any_one()
    if found is None:
        return redirect(f"{reverse(_LISTS[kind])}?{filters.query.urlencode()}")
    return redirect(Title.objects.get(pk=found))


# The facets that have a page of their own, by the word in its address: the filter, the heading.
INDEXES: Final = {
    "genres": ("genre", _("Genres")),
    "decades": ("decade", _("Decades")),
    "countries": ("country", _("Countries")),
    "languages": ("language", _("Languages")),
}


@require_safe
def index(request: HttpRequest, facet: str) -> HttpResponse:
    """Every genre, decade, country or language with its numbers of films and shows."""
    if facet not in INDEXES:
        raise Http404
    name, heading = INDEXES[facet]
    filters = {kind: TitleFilter.unfiltered(kind) for kind in _LISTS}
    counts = {kind: (counts_of(filters[kind]) or {}).get(name, {}) for kind in _LISTS}
    of_films = filters[TitleKind.FILM]
    rows = [
        {
            "value": value,
            "words": of_films.words_of(name, value),
            "films": counts[TitleKind.FILM].get(value, 0),
            "shows": counts[TitleKind.SHOW].get(value, 0),
        }
        for value in of_films.values_of(name)
        if any(value in of_kind for of_kind in counts.values())
    ]
    if name != "decade":
        rows.sort(key=lambda row: str(row["words"]))
    return render(
        request,
        "films/index.html",
        {"name": name, "facet": facet, "heading": heading, "rows": rows, "indexes": INDEXES},
    )
