"""The search page, and suggestions while typing."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from films.search import search

QUERY_LENGTH = 200
TITLES, PEOPLE, MEMBERS = 30, 12, 8
SUGGESTIONS = 6


@require_safe
def results(request: HttpRequest) -> HttpResponse:
    query = _query_of(request)
    titles = search(query, kinds=["title"], limit=TITLES)
    people = search(query, kinds=["person"], limit=PEOPLE)
    members = search(query, kinds=["member"], limit=MEMBERS)
    return render(
        request,
        "films/search.html",
        {
            "query": query,
            "titles": titles,
            "people": people,
            "members": members,
            "nothing": bool(query) and not (titles or people or members),
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """A few links for what has been typed so far; likeness only once the beginning finds nothing."""
    query = _query_of(request)
    hits = search(query, kinds=["title", "person"], limit=SUGGESTIONS, fuzzy=False)
    if not hits:
        hits = search(query, kinds=["title"], limit=SUGGESTIONS)
    return render(request, "films/_suggestions.html", {"query": query, "hits": hits[: SUGGESTIONS + 2]})


def _query_of(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "")[:QUERY_LENGTH].split())
