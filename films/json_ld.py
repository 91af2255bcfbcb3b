"""A title or a person as search engines read it: schema.org, in JSON-LD."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse

from films.biography import Life
from films.models import Person, Role, Title, TitleCompany, TitleKind
from films.presenting import people_of
from filmsite.lib.languages import country_name

_TYPES = {TitleKind.FILM: "Movie", TitleKind.SHOW: "TVSeries", TitleKind.SEASON: "TVSeason"}
_CAST_SHOWN = 10
_AWARDS_SHOWN = 10

Row = Mapping[str, Any]


def describe_title(title: Title, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Give the JSON-LD of a title fetched with `for_page`; only what the page says as well.

    `facts` is what `films.presenting.facts_of` says of it, with the `show` of a season, the `seasons` of a show and the
    `plot_words` that the page shows.
    """
    picture = facts["poster_picture"]
    links = [row["url"] for row in title.link_rows if row["kind"] == "official"]
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": _TYPES[TitleKind(title.kind)],
        "@id": settings.FILMSITE_URL + title.get_absolute_url(),
        "name": title.display_name,
        "alternateName": [row["name"] for row in title.name_rows],
        "url": settings.FILMSITE_URL + title.get_absolute_url(),
        "image": absolute(picture.src) if picture else "",
        "datePublished": title.released_on.isoformat() if title.released_on else str(title.year or ""),
        "genre": [row["name"] for row in title.genre_rows],
        "inLanguage": [row["code"] for row in title.language_rows] or title.original_language,
        "countryOfOrigin": [_thing("Country", country_name(row["code"])) for row in title.country_rows],
        "description": facts["plot_words"],
        "director": _people(title, Role.DIRECTOR),
        "creator": _people(title, Role.CREATOR),
        "author": _people(title, Role.WRITER),
        "producer": _people(title, Role.PRODUCER),
        "actor": [_actor(row) for row in people_of(title, Role.ACTOR)[:_CAST_SHOWN]],
        "productionCompany": [
            _thing("Organization", row["name"])
            for row in title.company_rows
            if row["part"] == TitleCompany.Part.PRODUCTION
        ],
        "award": [_award(row) for row in title.nomination_rows if row["won"]][:_AWARDS_SHOWN],
        "isBasedOn": [_thing("CreativeWork", title.based_on)] if title.based_on else "",
        "trailer": [_video(row) for row in title.video_rows if row["kind"] != "clip"][:1],
        "sameAs": [external.url for external in facts["external_ids"]] + links,
        **_of_its_kind(title, facts),
    }
    if title.totals.mean and title.totals.vote_count >= settings.FILMSITE_MEAN_MINIMUM_VOTES:
        described["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(title.totals.mean, 2),
            "ratingCount": title.totals.vote_count,
            "bestRating": 5,
            "worstRating": 0.5,
        }
    return {key: value for key, value in described.items() if value not in ("", [], None)}


def describe_person(person: Person, life: Life, *, biography: str, jobs: Sequence[str]) -> dict[str, Any]:
    """Give the JSON-LD of a person fetched with `for_page`; dates are as exact as they are known.

    `biography` is in the words that the page shows.
    """
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        **_thing("Person", person.name),
        "alternateName": [row["name"] for row in person.name_rows],
        "url": settings.FILMSITE_URL + person.get_absolute_url(),
        "image": absolute(life.portrait.src) if life.portrait else "",
        "birthDate": person.born,
        "birthPlace": _thing("Place", person.birthplace) if person.birthplace else "",
        "deathDate": person.died,
        "deathPlace": _thing("Place", person.deathplace) if person.deathplace else "",
        "description": biography,
        "jobTitle": jobs,
        "award": [_award(row) for row in person.nomination_rows if row["won"]][:_AWARDS_SHOWN],
        "sameAs": [external.url for external in life.external_ids]
        + [row["url"] for row in person.link_rows if row["kind"] == "official"],
    }
    return {key: value for key, value in described.items() if value not in ("", [], None)}


def absolute(address: str) -> str:
    """The address as others can follow it: files may lie on a host of their own, or on ours."""
    return settings.FILMSITE_URL + address if address.startswith("/") else address


def _of_its_kind(title: Title, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What schema.org knows of a film, a series or a season only."""
    if title.kind == TitleKind.FILM:
        return {
            "duration": f"PT{title.minutes}M" if title.minutes else "",
            "musicBy": _people(title, Role.MUSIC),
        }
    if title.kind == TitleKind.SHOW:
        return {
            "numberOfSeasons": len(facts["seasons"]),
            "endDate": str(title.end_year or ""),
            "musicBy": _people(title, Role.MUSIC),
        }
    show = facts["show"]
    return {
        "seasonNumber": title.season_number,
        "numberOfEpisodes": title.episodes,
        "partOfSeries": {
            "@type": "TVSeries",
            "name": show.name,
            "url": settings.FILMSITE_URL + show.get_absolute_url(),
        },
    }


def _thing(kind: str, name: str) -> dict[str, str]:
    return {"@type": kind, "name": name}


def _people(title: Title, role: Role) -> list[dict[str, str]]:
    """The people of a role, each once: a writer may be credited for the novel and for the script."""
    return [*{row["person"]: _person(row) for row in people_of(title, role)}.values()]


def _person(row: Row) -> dict[str, str]:
    address = reverse("films:person-detail", args=[row["person"], row["slug"]])
    return {**_thing("Person", row["name"]), "url": settings.FILMSITE_URL + address}


def _actor(row: Row) -> dict[str, Any]:
    if not row["character"]:
        return _person(row)
    return {"@type": "PerformanceRole", "actor": _person(row), "characterName": row["character"]}


def _award(row: Row) -> str:
    return " ".join(filter(None, (row["name"], str(row["year"]), row["category"])))


def _video(row: Row) -> dict[str, str]:
    address = reverse("films:video", args=[row["id"]])
    return {**_thing("VideoObject", row["name"]), "url": settings.FILMSITE_URL + address}
