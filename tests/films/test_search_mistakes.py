"""A part of a name is enough to find it, misspelt or not: "harry poter", "star wras", "7 samurai"."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from films.models import Person, Title, TitleKind
from films.search import Match, matches, person_ids_like, search
from films.services.search_names import refresh_search_names
from tests.factories import make_credit, make_person, make_title, make_votes

pytestmark = pytest.mark.django_db

# Votes on each: who looks for a part of a name means what is known.
FILMS = {
    "Harry Potter and the Goblet of Fire": 9,
    "Harry Potter and the Philosopher's Stone": 12,
    "Harry and Tonto": 20,
    "Dirty Harry": 25,
    "Raiders of the Lost Ark (Indiana Jones and the Raiders of the Lost Ark)": 14,
    "Indiana Jones and the Last Crusade": 8,
    "Hoosiers of Indiana": 20,
    "Star Wars: Episode IV - A New Hope": 15,
    "Star Wars: Episode V - The Empire Strikes Back": 10,
    "Star Trek": 30,
    "Star 80": 20,
    "Stardust": 25,
    "The Lord of the Rings: The Fellowship of the Ring": 11,
    "Lord of the Flies": 20,
    "Lord of War": 20,
    "Terminator 2: Judgment Day": 10,
    "Terminator 3: Rise of the Machines": 20,
    "The Terminator": 30,
    "Seven Samurai": 5,
    "Samurai Rebellion": 20,
    "7 Days to Live": 20,
    "Samurai Cop 2": 20,
    "The Shawshank Redemption": 10,
    "The Redemption": 20,
    "Shaun of the Dead": 20,
    "Philadelphia Story, The": 5,
    "Phil the Alien": 20,
    "The Hitchhiker's Guide to the Galaxy": 5,
    "The Magnificent Seven": 6,
    "Magnificent Obsession": 20,
    "2001: A Space Odyssey": 9,
    "1917": 20,
    "12 Angry Men": 9,
    "Angry Men": 1,
    "Rocky II": 5,
    "Rocky 20": 25,
    "De zeven laatste dagen": 3,
    "De laatste dagen": 9,
}


@pytest.fixture
def films(db: None) -> None:
    for name, votes in FILMS.items():
        make_votes(make_title(name), {8: votes})
    refresh_search_names()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("harry poter", "Harry Potter and the Philosopher's Stone"),
        ("hary potter", "Harry Potter and the Philosopher's Stone"),
        ("indiana jonse", "Indiana Jones and the Last Crusade"),
        ("star wras", "Star Wars: Episode IV - A New Hope"),
        ("starwars", "Star Wars: Episode IV - A New Hope"),
        ("lord of the rigns", "The Lord of the Rings: The Fellowship of the Ring"),
        ("the lord of the rigns", "The Lord of the Rings: The Fellowship of the Ring"),
        ("terminater 2", "Terminator 2: Judgment Day"),
        ("terminater two", "Terminator 2: Judgment Day"),
        ("terminater ii", "Terminator 2: Judgment Day"),
        ("shawshenk", "The Shawshank Redemption"),
        ("philadelfia", "Philadelphia Story, The"),
        ("redemtion", "The Redemption"),
        ("galaxi", "The Hitchhiker's Guide to the Galaxy"),
        ("empire strieks", "Star Wars: Episode V - The Empire Strikes Back"),
        ("7 samuri", "Seven Samurai"),
    ],
)
def test_a_misspelt_part_of_a_name_finds_it_first(films: None, typed: str, name: str) -> None:
    (hit, *_) = search(typed, kinds=["title"])
    assert (hit.item.name, hit.match) == (name, Match.SIMILAR)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("7 samurai", "Seven Samurai"),
        ("magnificent 7", "The Magnificent Seven"),
        ("the magnificent 7", "The Magnificent Seven"),
        ("twelve angry men", "12 Angry Men"),
        ("twaalf angry men", "12 Angry Men"),
        ("rocky two", "Rocky II"),
        ("7 laatste dagen", "De zeven laatste dagen"),
        ("laatste dagen 7", "De zeven laatste dagen"),
    ],
)
def test_a_number_is_found_as_a_word_and_a_word_as_a_number(films: None, typed: str, name: str) -> None:
    (hit, *_) = search(typed, kinds=["title"], fuzzy=False)
    assert hit.item.name == name
    assert hit.match is not Match.SIMILAR


def test_a_number_is_a_whole_word_and_comes_after_what_was_typed(films: None) -> None:
    two, twofold = make_title("Two"), make_title("Twofold")
    refresh_search_names()
    found = [hit.item for hit in search("two", kinds=["title"], fuzzy=False)]
    assert found[:2] == [two, twofold]
    assert "2001: A Space Odyssey" not in [film.name for film in found]
    assert search("rocky two", kinds=["title"])[0].item.name == "Rocky II"
    assert "Rocky 20" not in [hit.item.name for hit in search("rocky two", kinds=["title"], fuzzy=False)]


def test_a_whole_name_that_is_alike_comes_before_a_part_that_is(films: None) -> None:
    whole = make_title("Hary Poder")
    refresh_search_names()
    found = [hit.item.name for hit in search("hary poter", kinds=["title"])]
    assert found[0] == whole.name
    assert "Harry Potter and the Philosopher's Stone" in found


def test_a_kind_narrows_parts_of_names_too(films: None) -> None:
    show = make_title("Star Wars: The Clone Wars", kind=TitleKind.SHOW)
    refresh_search_names()
    assert [hit.item for hit in search("star wras", kinds=["show"])] == [show]


def test_a_misspelt_surname_finds_the_person(db: None) -> None:
    tarantino = make_person("Quentin Tarantino")
    make_credit(make_title("Jackie Brown"), tarantino)
    for name in ("Quentin Taran Smith", "Vittorio Taranto", "Tara Reid"):
        make_person(name)
    refresh_search_names()
    assert person_ids_like("tarantnio")[0] == tarantino.pk
    assert search("tarantnio")[0].item == Person.objects.get(pk=tarantino.pk)


def test_what_a_part_resembles_only_a_little_is_not_found(films: None) -> None:
    assert [hit.item.name for hit in search("goblet of clay")] == []


@pytest.mark.parametrize("typed", ["shawshenk", "shawshen", "star wras", "harry poter"])
def test_mistakes_are_suggested_when_nothing_is_called_so(films: None, client: Client, typed: str) -> None:
    response = client.get("/search/suggest/", {"q": typed})
    ((kind, hits),) = response.context["groups"]
    assert kind == "title"
    assert hits[0].item.name.lower().removeprefix("the ").startswith(typed[:3])
    assert "data-few" not in response.content.decode()


def test_a_key_press_that_finds_something_looks_for_nothing_alike(films: None) -> None:
    asked: list[str] = []

    def listen(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        asked.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        for typed in ("sams", "terminator", "wars", "star wars"):
            matches(typed, limit=6, fuzzy=False)
    assert asked
    assert not [sql for sql in asked if "similarity(" in sql]


def test_parts_that_take_too_long_leave_what_was_alike(films: None) -> None:
    whole = make_title("Star Wrath")
    refresh_search_names()
    star_wars = Title.objects.get(name="Star Wars: Episode IV - A New Hope")
    assert star_wars in [hit.item for hit in search("star wras", kinds=["title"])]

    def too_slow(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "word_similarity(" in sql:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(too_slow):
        found = [hit.item for hit in search("star wras", kinds=["title"])]
    assert found[0] == whole
    assert star_wars not in found
