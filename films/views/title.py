"""The pages of films, shows and seasons, each with a page of all credits and one of all pictures."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from films.access import get_season_for, get_title_for
from films.json_ld import describe_title
from films.models import Title, TitleKind
from films.presenting import facts_of, sections_of
from films.seasons import inherit_facts, seasons_of
from films.views.addresses import moved
from reviews.composing import composer_for
from reviews.reading import Reader, thread_of
from reviews.standing import standing_of

# The page itself and the ones below it, by the last part of the address.
_TEMPLATES = {"": "films/title.html", "credits": "films/credits.html", "media": "films/media.html"}


@require_safe
def film(request: HttpRequest, pk: int, slug: str, part: str = "") -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.FILM, for_page=True)
    return moved(request, title) or _page(request, title, part)


@require_safe
def show(request: HttpRequest, pk: int, slug: str, part: str = "") -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    return moved(request, title) or _page(request, title, part, of_show=title)


@require_safe
def season(request: HttpRequest, pk: int, slug: str, number: int, part: str = "") -> HttpResponse:
    of_show = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    title = get_season_for(request.user, of_show, number)
    inherit_facts(title, of_show)
    return moved(request, title) or _page(request, title, part, of_show=of_show)


def _page(request: HttpRequest, title: Title, part: str, of_show: Title | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "title": title,
        "show": None if of_show == title else of_show,
        "canonical": settings.FILMSITE_URL + title.get_absolute_url() + (f"{part}/" if part else ""),
        **facts_of(title),
    }
    if not part:
        context |= _overview(request, title, of_show)
        context["sections"] = sections_of(title, context)
        context["json_ld"] = describe_title(title, context)
    return render(request, _TEMPLATES[part], context)


def _overview(request: HttpRequest, title: Title, of_show: Title | None) -> dict[str, Any]:
    """What the page itself shows beside the facts: seasons, votes and what people say."""
    reader = Reader.from_request(request)
    standing = standing_of(title, request.user)
    return {
        "seasons": seasons_of(of_show) if of_show else [],
        "my_vote": standing.vote,
        "watched": standing.watched,
        "mentions": standing.mentions,
        "thread": thread_of(title, reader, request.GET),
        "composer": composer_for(reader.member, title, vote=standing.vote),
    }
