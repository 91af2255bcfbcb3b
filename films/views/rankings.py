"""The best titles, each place explained, and the places that a title had."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from films.access import get_title_for
from films.facets import facets_for
from films.filters import TitleFilter
from films.models import TitleKind
from films.rankings import attach_titles, standings_of, top_list
from films.views.addresses import moved
from films.weighting import RANKED_LENGTH
from reviews.active_top import active_top
from reviews.seen import progress_of
from reviews.templatetags.rating import covers_scores

PLACES_A_PAGE = 50


@require_safe
def films(request: HttpRequest) -> HttpResponse:
    return _top(request, TitleKind.FILM)


@require_safe
def shows(request: HttpRequest) -> HttpResponse:
    return _top(request, TitleKind.SHOW)


@require_safe
def seasons(request: HttpRequest) -> HttpResponse:
    return _top(request, TitleKind.SEASON)


def _top(request: HttpRequest, kind: TitleKind) -> HttpResponse:
    """The best of what the address describes by weighted rating, with the constants that made the order."""
    filters = TitleFilter(request.GET, kind=kind, viewer=request.user, sortable=False)
    top = top_list(filters)
    page = Paginator(top.places, PLACES_A_PAGE).get_page(request.GET.get("page"))
    is_part = HtmxDetails(request).target == "results"
    context = {
        "kind": kind,
        "filters": filters,
        "facets": facets_for(filters),
        "top": top,
        "page": page,
        "places": attach_titles(list(page.object_list)),
        "progress": progress_of(request.user, [place.title_id for place in top.places]),
        "length": RANKED_LENGTH,
        "least_votes": settings.FILMSITE_RANKING_MINIMUM_VOTES,
        "months": settings.FILMSITE_ACTIVE_MONTHS,
    }
    response = render(request, "films/top.html#results" if is_part else "films/top.html", context)
    if is_part:
        push_url(response, f"{request.path}?{filters.query.urlencode()}".rstrip("?"))
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_safe
def active(request: HttpRequest, kind: TitleKind) -> HttpResponse:
    """The best by the votes of members who voted or wrote lately, as they were kept last night."""
    top = active_top(kind)
    page = Paginator(top.places if top else [], PLACES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "top": top,
        "page": page,
        "places": attach_titles(list(page.object_list)),
        "progress": progress_of(request.user, [place.title_id for place in top.places] if top else []),
        "length": RANKED_LENGTH,
        "least_votes": settings.FILMSITE_RANKING_MINIMUM_VOTES,
        "months": settings.FILMSITE_ACTIVE_MONTHS,
    }
    return render(request, "films/top_active.html", context)


@require_safe
def history(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Where a title stands in every ranked list that has it, why, and where it stood on the days before."""
    title = get_title_for(request.user, pk)
    if (answer := moved(request, title)) is not None:
        return answer
    is_covered = covers_scores(request, title)
    context = {
        "title": title,
        "is_covered": is_covered,
        "standings": [] if is_covered else standings_of(title),
    }
    return render(request, "films/rank_history.html", context)
