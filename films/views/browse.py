"""Lists of titles, narrowed and ordered by their address."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from films.facets import facets_for
from films.filters import SORTS, TitleFilter
from films.models import TitleKind, TitleListing
from filmsite.lib.paging import BadCursor, KeysetPage, capped_count, keyset_page

PAGE_SIZE = 48


@require_safe
def films(request: HttpRequest) -> HttpResponse:
    return _browse(request, TitleKind.FILM)


@require_safe
def shows(request: HttpRequest) -> HttpResponse:
    return _browse(request, TitleKind.SHOW)


@require_safe
def seasons(request: HttpRequest) -> HttpResponse:
    return _browse(request, TitleKind.SEASON)


def _browse(request: HttpRequest, kind: TitleKind) -> HttpResponse:
    """A page of the list that the address describes; to htmx, only its results, or only the counts of its facets.

    Counts that are not at hand are asked for by `?counts=1`, once the page stands or by a link without script.
    """
    filters = TitleFilter(request.GET, kind=kind, viewer=request.user)
    target = HtmxDetails(request).target
    context = {
        "kind": kind,
        "filters": filters,
        "facets": facets_for(filters, count="counts" in request.GET),
    }
    if target == "count":
        response = render(request, "films/browse.html#counts", context)
    else:
        context |= _results(request, filters)
        is_part = target == "results"
        response = render(
            request,
            "films/browse.html#results" if is_part else "films/browse.html",
            {**context, "is_part": is_part},
        )
        if is_part:
            push_url(response, f"{request.path}?{filters.query.urlencode()}".rstrip("?"))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def list_page(filters: TitleFilter, query: QueryDict) -> KeysetPage[TitleListing]:
    """A page with its titles. Two queries: where the page is, the database can find out from an index alone."""
    order = SORTS[filters.sort_name].order
    places = filters.rows.only(*(name.removeprefix("-") for name in order))
    page = keyset_page(places, order=order, query=query, size=PAGE_SIZE)
    cards = TitleListing.objects.for_card().in_bulk([row.pk for row in page.rows])
    return replace(page, rows=[cards[row.pk] for row in page.rows if row.pk in cards])


def _results(request: HttpRequest, filters: TitleFilter) -> dict[str, object]:
    query = filters.query.copy()
    for place in ("after", "before"):
        if place in request.GET:
            query[place] = request.GET[place]
    broken_place = False
    try:
        page = list_page(filters, query)
    except BadCursor:
        broken_place = True
        page = list_page(filters, filters.query)
    minimum = settings.FILMSITE_MEAN_MINIMUM_VOTES
    count, is_capped = capped_count(filters.rows) if _needs_count(page) else (len(page.rows), False)
    return {
        "page": page,
        "count": count,
        "is_capped": is_capped,
        "broken_place": broken_place,
        "show_deviation": filters.sort_name == "divisive",
        "explain_rank": filters.sort_name == "rank" and any(row.vote_count < minimum for row in page.rows),
        "minimum_votes": minimum,
    }


def _needs_count(page: KeysetPage[TitleListing]) -> bool:
    """A list that fits on one page has been counted by showing it."""
    return bool(page.next_url or page.previous_url)
