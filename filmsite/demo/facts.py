"""What more is known of some titles of the demo: prizes, companies, places, trivia, and who worked behind the camera."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from films.models import (
    AlternativeTitle,
    Award,
    Company,
    Country,
    Credit,
    FilmingLocation,
    Link,
    Nomination,
    Release,
    Title,
    TitleCompany,
    Trivia,
)
from filmsite.demo.files import read
from filmsite.demo.people import People

Fact = dict[str, Any]


def store_more_facts(titles: Mapping[str, Title], people: People) -> None:
    """Add the facts of the file to the titles that it names, by the keys of the files of films and shows."""
    facts: dict[str, Fact] = read("facts")
    _store_countries(facts)
    for key, fact in facts.items():
        title = titles[key]
        if fact.get("based_on"):
            Title.objects.filter(pk=title.pk).update(based_on=fact["based_on"])
        _store_credits(title, fact.get("credits", ()), people)
        _store_companies(title, fact.get("companies", ()))
        _store_nominations(title, fact.get("awards", ()), people)
        _store_rows(title, fact)


def plot_authors() -> dict[str, str]:
    """The member who wrote a plot, by the key of its title."""
    return {key: fact["plot_author"] for key, fact in read("facts").items() if fact.get("plot_author")}


def _store_countries(facts: Mapping[str, Fact]) -> None:
    codes = {
        row[column]
        for fact in facts.values()
        for rows in ("companies", "places", "releases")
        for row in fact.get(rows, ())
        for column in ("country", "of")
        if row.get(column)
    }
    Country.objects.bulk_create([Country(code=code) for code in sorted(codes)], ignore_conflicts=True)


def _store_credits(title: Title, rows: list[Fact], people: People) -> None:
    """Behind those who are credited for the same role already."""
    last = dict(title.credits.order_by().values_list("role").annotate(Max("position")))
    for row in rows:
        last[row["role"]] = last.get(row["role"], -1) + 1
        Credit.objects.create(
            title=title,
            person=people.named(row["name"]),
            role=row["role"],
            position=last[row["role"]],
            character=row.get("character", ""),
            note=row.get("note", ""),
        )


def _store_companies(title: Title, rows: list[Fact]) -> None:
    for position, row in enumerate(rows):
        TitleCompany.objects.create(
            title=title,
            company=Company.objects.get_or_create(name=row["name"], country_id=row["country"])[0],
            part=row["part"],
            country_id=row.get("of"),
            position=position,
        )


def _store_nominations(title: Title, rows: list[Fact], people: People) -> None:
    for row in rows:
        Nomination.objects.create(
            title=title,
            award=Award.objects.get_or_create(name=row["award"])[0],
            year=row["year"],
            category=row.get("category", ""),
            won=row["won"],
            person=people.named(row["person"]) if row.get("person") else None,
        )


def _store_rows(title: Title, fact: Fact) -> None:
    """Names, releases, places, trivia and links, whose rows stand by themselves."""
    AlternativeTitle.objects.bulk_create(
        AlternativeTitle(
            title=title,
            name=row["name"],
            language=row["language"],
            region=row.get("region", ""),
            kind=row["kind"],
        )
        for row in fact.get("names", ())
    )
    Release.objects.bulk_create(
        Release(
            title=title,
            country_id=row.get("country"),
            kind=row["kind"],
            date=row["date"],
            note=row.get("note", ""),
            certificate=row.get("certificate", ""),
        )
        for row in fact.get("releases", ())
    )
    FilmingLocation.objects.bulk_create(
        FilmingLocation(title=title, place=row["place"], country_id=row["country"], note=row.get("note", ""))
        for row in fact.get("places", ())
    )
    Trivia.objects.bulk_create(
        Trivia(title=title, text=row["text"], source=row["source"], is_spoiler=row["spoiler"])
        for row in fact.get("trivia", ())
    )
    Link.objects.bulk_create(
        Link(title=title, kind=row["kind"], label=row["label"], url=row["url"])
        for row in fact.get("links", ())
    )
