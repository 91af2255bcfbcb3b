"""The registry of facts: what is read is what was written, for every fact of every kind of item."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from films.editing import (
    FIELDS_OF_TITLE,
    fields_of,
    is_empty,
    read_facts,
)
from films.models import Change, Person, Title, TitleKind
from films.services.editing import write_facts
from tests.factories import (
    make_credit,
    make_genre,
    make_member,
    make_person,
    make_season,
    make_title,
)

pytestmark = pytest.mark.django_db

STAFF = Change.Origin.STAFF


def person(name: str = "Agnès Varda", pk: int | None = None) -> dict[str, Any]:
    return {"id": pk, "name": name}


VALUES: dict[str, Any] = {
    "name": "Cléo from 5 to 7",
    "sort_name": "Cleo",
    "original_name": "Cléo de 5 à 7",
    "original_language": "fr",
    "alternative_titles": [
        {"name": "Cléo van 5 tot 7", "language": "nl", "region": "BE", "kind": "translated"}
    ],
    "season_number": 4,
    "year": 1962,
    "end_year": 1964,
    "released_on": "1962-04-11",
    "minutes": 90,
    "episodes": 6,
    "genres": ["drama", "comedy"],
    "countries": ["FR", "IT"],
    "languages": ["fr"],
    "based_on": "A walk through Paris",
    "cast": [
        {
            "person": person("Corinne Marchand"),
            "character": "Cléo",
            "is_voice": False,
            "credited_as": "",
            "note": "",
        },
        {"person": person(), "character": "", "is_voice": True, "credited_as": "A. V.", "note": "one line"},
    ],
    "releases": [
        {"date": "1962-04", "country": "FR", "kind": "cinema", "note": "", "certificate": "U"},
        {"date": "1963", "country": None, "kind": "tv", "note": "VPRO", "certificate": ""},
    ],
    "companies": [{"company": person("Ciné-Tamaris"), "part": "production", "country": None}],
    "tagline": "Ninety minutes of waiting",
    "plot": {
        "text": "A singer waits for news.\n\nShe walks.",
        "language": "en",
        "source": "",
        "author": None,
    },
    "budget": {"amount": 64_000_000_000, "currency": "FRF"},
    "opening": {"amount": 1000, "currency": "FRF", "date": "1962-04"},
    "gross": {"amount": 5000, "currency": "FRF", "date": ""},
    "filming_locations": [{"place": "Parc Montsouris", "country": "FR", "note": "the bench"}],
    "nominations": [
        {"award": person("Cannes"), "year": 1962, "category": "", "won": False, "person": None},
        {"award": person("Prix Méliès"), "year": 1963, "category": "Best", "won": True, "person": person()},
    ],
    "trivia": [
        {
            "text": "The clocks are right.",
            "language": "en",
            "source": "the film",
            "is_spoiler": True,
            "author": None,
        }
    ],
    "external_ids": [{"source": "imdb", "value": "tt0055852"}],
    "links": [{"kind": "article", "label": "", "url": "https://example.org/cleo"}],
    "videos": [{"kind": "trailer", "provider": "vimeo", "key": "12345", "name": "Trailer", "language": "fr"}],
    "names": [{"name": "Arlette Varda", "language": "fr"}],
    "born": "1928-05-30",
    "died": "2019",
    "birthplace": "Ixelles",
    "deathplace": "Paris",
    "country": "BE",
    "biography": {"text": "She filmed.", "language": "en", "source": "own words"},
}
CREW = [{"person": person(), "credited_as": "", "note": ""}]


def value_of(key: str) -> Any:
    return VALUES.get(key, CREW)


def item_of(kind: str) -> Title | Person:
    if kind == "person":
        return make_person("Somebody")
    if kind == "season":
        return make_season(make_title("Show", kind=TitleKind.SHOW))
    return make_title(kind=kind)


def without_ids(value: Any) -> Any:
    """References by name alone, since writing gives them ids."""
    if isinstance(value, list):
        return [without_ids(row) for row in value]
    if isinstance(value, dict) and {"id", "name"} <= value.keys():
        return {"name": value["name"]}
    return {key: without_ids(part) for key, part in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("kind", ["film", "show", "season", "person"])
def test_every_fact_is_read_as_it_was_written_and_can_be_emptied(kind: str) -> None:
    item = item_of(kind)
    for genre in ("Drama", "Comedy"):
        make_genre(genre)
    keys = [key for key in fields_of(item) if key != "relations"]
    values = {key: value_of(key) for key in keys}

    changes = write_facts(item, values, actor=make_member(), origin=STAFF)

    assert without_ids(read_facts(item, keys)) == without_ids(values)
    assert {change.field for change in changes} == set(keys)
    needed = {"name", "season_number"}
    emptied = {key: [] if fields_of(item)[key].is_list else None for key in keys if key not in needed}
    write_facts(item, emptied, actor=None, origin=STAFF)
    # A title always sorts somewhere: without a name to sort by, by its own.
    assert all(is_empty(value) for key, value in read_facts(item, emptied).items() if key != "sort_name")


def test_all_facts_of_a_title_are_read_in_one_query() -> None:
    title = make_title(genres=["Drama"], countries=["FR"])
    for _ in range(3):
        make_credit(title, role="actor", character="X")

    with CaptureQueriesContext(connection) as captured:
        facts = read_facts(title)

    assert len(captured) == 1
    assert set(facts) == {key for key, field in FIELDS_OF_TITLE.items() if TitleKind.FILM in field.kinds}
    assert len(facts["cast"]) == 3
