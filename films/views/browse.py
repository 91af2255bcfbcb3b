"""Lists of titles: browsing with filters, and the best."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from films.filters import DEFAULT_SORT, SORTS, TitleFilter
from films.models import TitleKind, TitleListing
from films.statistics import cached_ranking
from filmsite.lib.paging import BadCursor, KeysetPage, capped_count, keyset_page

PAGE_SIZE = 48
TOP_LENGTH = 250
TOP_PAGE = 50


@require_safe
def films(request: HttpRequest) -> HttpResponse:
    return _browse(request, TitleKind.FILM)


@require_safe
def shows(request: HttpRequest) -> HttpResponse:
    return _browse(request, TitleKind.SHOW)


def _browse(request: HttpRequest, kind: TitleKind) -> HttpResponse:
    """A page of the list that the address describes; to htmx, only the results."""
    filters = TitleFilter(request.GET, queryset=TitleListing.objects.of_kind(kind))
    # What is wrong with the address stands in the form; the list is then empty rather than a guess.
    rows = filters.qs if filters.is_valid() else TitleListing.objects.none()
    order, query, broken_place = SORTS[filters.sort_name].order, _without_blanks(request.GET), False
    try:
        page = keyset_page(rows.for_card(), order=order, query=query, size=PAGE_SIZE)
    except BadCursor:
        broken_place = True
        query.pop("after", None)
        query.pop("before", None)
        page = keyset_page(rows.for_card(), order=order, query=query, size=PAGE_SIZE)
    count, is_capped = capped_count(rows) if _needs_count(page) else (len(page.rows), False)
    context = {
        "kind": kind,
        "filters": filters,
        "page": page,
        "count": count,
        "is_capped": is_capped,
        "broken_place": broken_place,
    }
    is_part = HtmxDetails(request).target == "results"
    response = render(request, "films/browse.html#results" if is_part else "films/browse.html", context)
    if is_part:
        push_url(response, f"{request.path}?{query.urlencode()}".rstrip("?"))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _without_blanks(query: QueryDict) -> QueryDict:
    """The query string as somebody would want to share it: a form also sends the fields left empty."""
    short = QueryDict(mutable=True)
    for name, values in query.lists():
        if said := [value for value in values if value and (name, value) != ("sort", DEFAULT_SORT)]:
            short.setlist(name, said)
    return short


def _needs_count(page: KeysetPage[TitleListing]) -> bool:
    """A list that fits on one page has been counted by showing it."""
    return bool(page.next_url or page.previous_url)


@require_safe
def top(request: HttpRequest) -> HttpResponse:
    """The best films or shows by weighted rating, with the constants that made the order."""
    kind = TitleKind.SHOW if request.GET.get("kind") == "show" else TitleKind.FILM
    best = TitleListing.objects.of_kind(kind).ranked().for_card()[:TOP_LENGTH]
    page = Paginator(best, TOP_PAGE).get_page(request.GET.get("page"))
    return render(request, "films/top.html", {"kind": kind, "page": page, "ranking": cached_ranking()})
