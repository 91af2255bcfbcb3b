"""The pages of films, shows and seasons."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_safe

from films.access import get_season_for, get_title_for
from films.json_ld import describe_title
from films.models import AlternativeTitle, ExternalId, RelationKind, ReleaseKind, Role, Title, TitleKind
from films.views.addresses import moved
from filmsite.lib.languages import same_language
from reviews.composing import composer_for
from reviews.reading import Reader, thread_of
from reviews.services.voting import own_vote

CAST_SHOWN = 8

# Names that no audience was ever shown.
_NO_MARKET_KNOWS = frozenset({AlternativeTitle.Kind.WORKING, AlternativeTitle.Kind.TRANSLITERATION})

# What stands before the people of a role; the cast has a section of its own.
_CREW = {
    Role.DIRECTOR: gettext_lazy("Directed by"),
    Role.CREATOR: gettext_lazy("Created by"),
    Role.WRITER: gettext_lazy("Written by"),
    Role.PRODUCER: gettext_lazy("Produced by"),
    Role.MUSIC: gettext_lazy("Music"),
    Role.CINEMATOGRAPHY: gettext_lazy("Camera"),
    Role.EDITING: gettext_lazy("Editing"),
}

# A relation as said on the page of the title that has it, and on the other's.
_RELATIONS = {
    RelationKind.REMAKE: (gettext_lazy("Remake of"), gettext_lazy("Remade as")),
    RelationKind.SEQUEL: (gettext_lazy("Sequel to"), gettext_lazy("Followed by")),
    RelationKind.ADAPTATION: (gettext_lazy("Adapted from"), gettext_lazy("Adapted as")),
    RelationKind.SAME_SOURCE: (gettext_lazy("Same source as"), gettext_lazy("Same source as")),
}


@require_safe
def film(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.FILM, for_page=True)
    return moved(request, title, slug) or _page(request, title)


@require_safe
def show(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    title = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    return moved(request, title, slug) or _page(request, title, seasons=_seasons_of(title))


@require_safe
def season(request: HttpRequest, pk: int, slug: str, number: int) -> HttpResponse:
    of_show = get_title_for(request.user, pk, TitleKind.SHOW, for_page=True)
    title = get_season_for(request.user, of_show, number)
    # Facts that hold for all seasons are kept with the show.
    for fact in (
        "name_rows",
        "genre_rows",
        "country_rows",
        "language_rows",
        "credit_rows",
        "original_name",
        "original_language",
    ):
        if not getattr(title, fact):
            setattr(title, fact, getattr(of_show, fact))
    return moved(request, title, slug) or _page(request, title, show=of_show, seasons=_seasons_of(of_show))


def _seasons_of(show: Title) -> list[Title]:
    return list(Title.objects.filter(parent=show).for_card().order_by("season_number"))


def _page(request: HttpRequest, title: Title, **more: Any) -> HttpResponse:
    reader = Reader.from_request(request)
    ids = [ExternalId(title=title, **row) for row in title.id_rows]
    local_name = _local_name(title)
    my_vote = own_vote(viewer=request.user, title=title)
    minimum = settings.FILMSITE_MEAN_MINIMUM_VOTES
    return render(
        request,
        "films/title.html",
        {
            "title": title,
            "crew": _crew(title),
            "cast": [row for row in title.credit_rows if row["role"] == Role.ACTOR],
            "cast_shown": CAST_SHOWN,
            "local_name": local_name,
            "names": _other_names(title, local_name),
            "releases": [{**row, "kind": ReleaseKind(row["kind"]).label} for row in title.release_rows],
            "relations": _relations(title),
            "external_ids": [external for external in ids if external.url],
            "minimum_votes": minimum,
            "canonical": settings.FILMSITE_URL + title.get_absolute_url(),
            "json_ld": describe_title(title, ids=ids, show_mean=title.totals.vote_count >= minimum),
            "my_vote": my_vote,
            "thread": thread_of(title, reader, request.GET),
            "composer": composer_for(reader.member, title, vote=my_vote),
            **more,
        },
    )


def _crew(title: Title) -> list[tuple[str, list[dict[str, Any]]]]:
    """The people behind the camera: words and people, role by role."""
    return [
        (str(words), people)
        for role, words in _CREW.items()
        if (people := [row for row in title.credit_rows if row["role"] == role])
    ]


def _local_name(title: Title) -> Mapping[str, Any] | None:
    """The alternative title that readers of the page know it by, unless the heading is in their language already."""
    here = get_language() or settings.LANGUAGE_CODE
    if not title.original_name and same_language(title.original_language, here):
        return None
    names = [row for row in title.name_rows if same_language(row["language"], here)]
    if any(row["name"].casefold() == title.name.casefold() for row in names):
        return None
    said = {title.original_name, *(row["name"] for row in names if row["kind"] in _NO_MARKET_KNOWS)}
    return next((row for row in names if row["name"] not in said), None)


def _other_names(title: Title, local_name: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Alternative titles, without what the heading says already."""
    said = {title.name, title.original_name, local_name["name"] if local_name else ""}
    return [row for row in title.name_rows if row["name"] not in said]


def _relations(title: Title) -> list[tuple[str, list[Title]]]:
    """Words and titles of every relation, seen from this side."""
    related: dict[str, list[Title]] = {}
    for side, rows in enumerate((title.relation_rows, title.relation_to_rows)):
        for row in rows:
            words = str(_RELATIONS[RelationKind(row["relation"])][side])
            related.setdefault(words, []).append(_linked(row))
    return [(words, sorted(titles, key=_by_year)) for words, titles in related.items()]


def _linked(row: Mapping[str, Any]) -> Title:
    """As much of a title as a link needs, from a row of `for_page`."""
    return Title(**{field: value for field, value in row.items() if field != "relation"})


def _by_year(title: Title) -> tuple[bool, int, str]:
    return title.year is None, title.year or 0, title.name
