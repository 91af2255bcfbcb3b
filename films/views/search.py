"""The search page, suggestions while typing, and how a browser adds the site to its own search."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from films.search import KINDS, Found, Hit, Kind, Match, load, matches
from filmsite.lib.limits import seconds_over_limit
from reviews.reading import Reader
from reviews.search import PAGE as MESSAGES_COUNTED
from reviews.search import count_messages

QUERY_LENGTH: Final = 200
# So many of each kind at most, in pages of so many; who has not found it by then adds a word.
MOST, PAGE = 120, 30
SUGGESTIONS: Final = {"title": 6, "person": 4, "member": 2}
# Seconds for which a browser may keep what it was suggested.
SUGGESTIONS_KEPT: Final = 60


class Tab(NamedTuple):
    """What a results page is narrowed to; the first one is everything."""

    key: str
    label: str | Promise
    kinds: Sequence[Kind]


TABS: Final = (
    Tab("", _("All"), KINDS),
    Tab("film", _("Films"), ["film"]),
    Tab("show", _("Shows"), ["show"]),
    Tab("person", _("People"), ["person"]),
    Tab("member", _("Members"), ["member"]),
)


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    query = _query_of(request)
    tab = next((tab for tab in TABS if tab.key == request.GET.get("kind", "")), TABS[0])
    found = matches(query, kinds=tab.kinds, limit=MOST)[:MOST]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    hits = load(page.object_list)
    nothing_called_so = not found or found[0].match is Match.SIMILAR
    return render(
        request,
        "films/search.html",
        {
            "query": query,
            "tab": tab,
            "tabs": TABS,
            "page": page,
            "called": [hit for hit in hits if hit.match is not Match.SIMILAR],
            "alike": [hit for hit in hits if hit.match is Match.SIMILAR],
            "only_alike": bool(found) and nothing_called_so,
            "messages_found": _messages_with(query, request) if nothing_called_so else 0,
            "messages_counted": MESSAGES_COUNTED,
            # More than these may be called so.
            "most": MOST if len(found) == MOST else None,
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Options for what has been typed so far, by kind.

    Names that are only alike when nothing else is found, or when asked for, after a pause.
    """
    query = _query_of(request)
    similar = "similar" in request.GET
    found = matches(query, limit=max(SUGGESTIONS.values()), fuzzy=similar) if query else []
    hits = load(_first_of_each(found), for_links=True)
    response = render(
        request,
        "films/_suggestions.html",
        {
            "query": query,
            "groups": _by_kind(hits),
            "number": len(hits),
            # Whether it is worth asking again for names that are alike.
            "few": not similar and all(hit.match is Match.WORDS for hit in hits),
        },
    )
    patch_cache_control(response, private=True, max_age=SUGGESTIONS_KEPT)
    return response


@require_safe
def description(request: HttpRequest) -> HttpResponse:
    """The OpenSearch description of the site."""
    return render(
        request,
        "films/opensearch.xml",
        {"origin": settings.FILMSITE_URL},
        content_type="application/opensearchdescription+xml",
    )


def _query_of(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "")[:QUERY_LENGTH].split())


def _messages_with(query: str, request: HttpRequest) -> int:
    """How many messages have the words, one more than `MESSAGES_COUNTED` for many; 0 for who has searched too often."""
    who = request.user.pk or request.META.get("REMOTE_ADDR", "")
    if not query or seconds_over_limit("search_count", who):
        return 0
    return count_messages(query, Reader.from_request(request))


def _first_of_each(found: list[Found]) -> list[Found]:
    left = dict(SUGGESTIONS)
    kept = []
    for one in found:
        if left[one.of]:
            left[one.of] -= 1
            kept.append(one)
    return kept


def _by_kind(hits: list[Hit]) -> list[tuple[str, list[Hit]]]:
    """The hits of each kind, the kind of the best hit first."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.kind, []).append(hit)
    return list(groups.items())
