"""The catalogue of the demo: real films and shows, by facts alone."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import slugify

from films.models import (
    AlternativeTitle,
    Country,
    Credit,
    ExternalId,
    Genre,
    Language,
    Relation,
    Release,
    Role,
    Title,
    TitleGenre,
    TitleKind,
)
from filmsite.demo.facts import store_more_facts
from filmsite.demo.files import read
from filmsite.demo.people import People

Fact = dict[str, Any]

# Where the files name people, and as what. Actors come with a character and are read apart.
_CREDITED = {
    "directors": Role.DIRECTOR,
    "creators": Role.CREATOR,
    "writers": Role.WRITER,
    "music": Role.MUSIC,
    "cinematography": Role.CINEMATOGRAPHY,
}


def load_catalogue() -> dict[str, Title]:
    """Store every film, show and season with their people; give the titles by the names that the texts use.

    Those are "Children of Heaven (1997)" for a film and "The Wire, season 1" for a season. Shows take no votes and
    are left out.
    """
    films = sorted(read("films"), key=lambda fact: (fact["year"], fact["key"]))
    shows = sorted(read("shows"), key=lambda fact: (fact["year"], fact["key"]))
    stored: list[tuple[Title, Fact]] = [(_store_film(fact), fact) for fact in films]
    by_name = {fact["key"]: title for title, fact in stored}
    _store_relations(stored, by_name)
    for fact in shows:
        show = _store_show(fact)
        stored.append((show, fact))
        for season_fact in fact["seasons"]:
            season = _store_season(show, season_fact)
            by_name[f"{show.name}, season {season.season_number}"] = season
            stored.append((season, {kind: fact[kind] for kind in ("genres", "countries", "languages")}))
    _store_taxonomy(stored)
    _store_names_and_releases(stored)
    people = People()
    _store_credits(stored, people)
    store_more_facts({fact["key"]: title for title, fact in stored if "key" in fact}, people)
    return by_name


def _store_film(fact: Fact) -> Title:
    budget, gross = fact["budget"] or {}, fact["gross"] or {}
    return Title.objects.create(
        kind=TitleKind.FILM,
        minutes=fact["minutes"],
        released_on=_date(fact["released_on"]),
        tagline=fact["tagline"] or "",
        budget=budget.get("amount"),
        budget_currency=budget.get("currency", ""),
        gross=gross.get("amount"),
        gross_currency=gross.get("currency", ""),
        **_told(fact),
    )


def _store_show(fact: Fact) -> Title:
    return Title.objects.create(
        kind=TitleKind.SHOW,
        end_year=fact["end_year"],
        released_on=_date(fact["seasons"][0]["released_on"]),
        **_told(fact),
    )


def _store_season(show: Title, fact: Fact) -> Title:
    return Title.objects.create(
        kind=TitleKind.SEASON,
        parent=show,
        season_number=fact["number"],
        name=show.name,
        original_name=show.original_name,
        original_language=show.original_language,
        year=fact["year"],
        released_on=_date(fact["released_on"]),
        episodes=fact["episodes"],
    )


def _told(fact: Fact) -> dict[str, Any]:
    """The columns that films and shows have in common."""
    plot = fact["plot"] or {}
    return {
        "name": fact["name"],
        "original_name": fact["original_name"],
        "original_language": fact["original_language"],
        "year": fact["year"],
        "plot": plot.get("text", ""),
        "plot_language": plot.get("language", ""),
    }


def _date(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _store_relations(stored: Iterable[tuple[Title, Fact]], by_name: dict[str, Title]) -> None:
    Relation.objects.bulk_create(
        Relation(title=title, other=by_name[relation["to"]], kind=relation["kind"])
        for title, fact in stored
        for relation in fact["relations"]
    )


def _store_taxonomy(stored: list[tuple[Title, Fact]]) -> None:
    """Genres, countries and languages of every title; a season has those of its show."""
    names = {name for _, fact in stored for name in fact["genres"]}
    genres = {
        name: Genre.objects.get_or_create(slug=slugify(name), defaults={"name": name})[0]
        for name in sorted(names)
    }
    TitleGenre.objects.bulk_create(
        TitleGenre(title=title, genre=genres[name], position=position)
        for title, fact in stored
        for position, name in enumerate(fact["genres"])
    )
    released_in = {release["country"] for _, fact in stored for release in fact.get("releases", ())}
    made_in = {code for _, fact in stored for code in fact["countries"]}
    born_in = {fact["country"] for fact in read("people").values() if fact["country"]}
    Country.objects.bulk_create(
        [Country(code=code) for code in sorted(released_in | made_in | born_in)], ignore_conflicts=True
    )
    spoken = {code for _, fact in stored for code in fact["languages"]}
    Language.objects.bulk_create([Language(code=code) for code in sorted(spoken)], ignore_conflicts=True)
    in_country, in_language = Title.countries.through, Title.languages.through
    in_country.objects.bulk_create(
        in_country(title_id=title.pk, country_id=code) for title, fact in stored for code in fact["countries"]
    )
    in_language.objects.bulk_create(
        in_language(title_id=title.pk, language_id=code)
        for title, fact in stored
        for code in fact["languages"]
    )


def _store_names_and_releases(stored: list[tuple[Title, Fact]]) -> None:
    AlternativeTitle.objects.bulk_create(
        AlternativeTitle(
            title=title,
            name=other["name"],
            language=other["language"],
            region=other["region"] or "",
            kind=other["kind"],
        )
        for title, fact in stored
        for other in fact.get("alternative_names", ())
    )
    Release.objects.bulk_create(
        Release(title=title, country_id=release["country"], kind=release["kind"], date=release["date"])
        for title, fact in stored
        for release in fact.get("releases", ())
    )
    sources = {
        "imdb": ExternalId.Source.IMDB,
        "tmdb": ExternalId.Source.TMDB_MOVIE,
        "tmdb_tv": ExternalId.Source.TMDB_TV,
        "wikidata": ExternalId.Source.WIKIDATA,
    }
    ExternalId.objects.bulk_create(
        ExternalId(title=title, source=source, value=str(fact[key]))
        for title, fact in stored
        for key, source in sources.items()
        if fact.get(key)
    )


def _store_credits(stored: list[tuple[Title, Fact]], people: People) -> None:
    """Everybody who is named, in billing order."""
    credits: list[Credit] = []
    for title, fact in stored:
        for key, role in _CREDITED.items():
            for position, name in enumerate(fact.get(key, ())):
                credits.append(Credit(title=title, person=people.named(name), role=role, position=position))
        for position, part in enumerate(fact.get("cast", ())):
            credits.append(
                Credit(
                    title=title,
                    person=people.named(part["name"]),
                    role=Role.ACTOR,
                    position=position,
                    character=part["character"] or "",
                    is_voice=part["voice"],
                )
            )
    Credit.objects.bulk_create(credits)
