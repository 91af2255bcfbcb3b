"""The registry of facts: what is read is what was written, for every fact of every kind of item."""

from collections.abc import Callable
from random import Random
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from films.editing import FIELDS_OF_PERSON, FIELDS_OF_TITLE, fields_of, is_empty, read_facts
from films.editing.differences import difference
from films.models import Change, Person, SearchName, Title, TitleKind, TitleListing
from films.services.editing import FactsRefused, StaleFacts, write_facts
from tests.factories import make_credit, make_genre, make_member, make_person, make_season, make_title

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


def test_a_new_name_of_a_show_is_its_seasons_name_too_and_is_found(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    show = make_title("The Villlage", kind=TitleKind.SHOW)
    season = make_season(show, 1)
    with django_capture_on_commit_callbacks(execute=True):
        write_facts(show, {"name": "The Village"}, actor=None, origin=STAFF)
    season.refresh_from_db()
    show.refresh_from_db()
    assert (season.name, show.slug, show.sort_name) == ("The Village", "the-village", "Village, The")
    assert SearchName.objects.filter(title=show, norm="the village").exists()
    assert TitleListing.objects.get(title=season).sort_key == "village, the"


def test_a_sort_name_that_somebody_chose_outlives_a_new_name() -> None:
    title, somebody = make_title("Het 1997", sort_name="1997"), make_person("Agnes Varda")
    for item, name in ((title, "Het jaar 1997"), (somebody, "Agnès Varda")):
        write_facts(item, {"name": name}, actor=None, origin=STAFF)
        item.refresh_from_db()
    assert (title.sort_name, somebody.sort_name) == ("1997", "Varda, Agnès")


def test_only_what_really_changed_is_recorded_and_marked_as_said_by_a_person() -> None:
    title = make_title(genres=["Drama", "Comedy"], countries=["FR", "IT"], minutes=90)
    mara = make_credit(title, make_person("Mara"), role="actor", character="Anna").person
    Title.objects.filter(pk=title.pk).update(provenance={"minutes": "imdb", "year": "imdb"})
    renamed = {"person": {"id": mara.pk, "name": "An old name of Mara"}, "character": "Anna"}

    changes = write_facts(
        title,
        {
            "minutes": 90,
            "countries": ["IT", "FR"],
            "genres": ["comedy", "drama"],
            "cast": [{**renamed, "is_voice": False, "credited_as": "", "note": ""}],
            "year": 1998,
        },
        actor=None,
        origin=STAFF,
    )

    assert {change.field for change in changes} == {"genres", "year"}
    title.refresh_from_db()
    assert title.provenance == {"minutes": "imdb", "year": "person", "genres": "person"}


def test_rows_that_stay_keep_their_ids() -> None:
    title = make_title()
    kept = make_credit(title, role="actor", character="A", position=0)
    make_credit(title, role="actor", character="B", position=1)
    first, _second = read_facts(title, ["cast"])["cast"]
    newcomer = {**first, "person": {"id": None, "name": "Newcomer"}}

    write_facts(title, {"cast": [newcomer, first]}, actor=None, origin=STAFF)

    kept.refresh_from_db()
    assert kept.position == 1
    assert [row["person"]["name"] for row in read_facts(title, ["cast"])["cast"]] == [
        "Newcomer",
        kept.person.name,
    ]


def test_a_new_person_named_twice_is_one_person() -> None:
    title, credit = make_title(), {"credited_as": "", "note": ""}
    newcomer = [{"person": {"id": None, "name": "Newcomer"}, **credit}]
    write_facts(title, {"directors": newcomer, "writers": newcomer}, actor=None, origin=STAFF)
    assert Person.objects.get(name="Newcomer").credits.count() == 2


def test_a_refused_value_changes_nothing_and_says_why() -> None:
    other = make_title()
    imdb = [{"source": "imdb", "value": "tt0118849"}]
    write_facts(other, {"external_ids": imdb}, actor=None, origin=STAFF)
    title = make_title(year=1997)
    gone = [{"kind": "sequel", "other": {"id": 99_999, "name": "Gone", "year": None, "season": None}}]
    with pytest.raises(FactsRefused) as refused:
        write_facts(
            title,
            {"year": 1998, "external_ids": imdb, "genres": ["no-genre"], "relations": gone, "name": ""},
            actor=None,
            origin=STAFF,
        )
    assert set(refused.value.reasons) == {"external_ids", "genres", "relations", "name"}
    title.refresh_from_db()
    assert title.year == 1997
    assert Change.objects.filter(title=title).count() == 0


def test_a_fact_that_is_not_any_more_what_was_seen_is_not_overwritten() -> None:
    film = make_title("Cleo", year=1962, minutes=90)
    with pytest.raises(StaleFacts) as stale:
        write_facts(
            film,
            {"year": 1963, "minutes": 91},
            actor=None,
            origin=STAFF,
            seen={"year": 1961, "minutes": 90},
        )
    assert stale.value.keys == ["year"]
    assert read_facts(film, ["year", "minutes"]) == {"year": 1962, "minutes": 90}
    assert write_facts(film, {"year": 1963}, actor=None, origin=STAFF, seen={"year": 1962})


def test_values_are_shown_in_the_readers_language() -> None:
    cast = [{**CREW[0], "character": "Cléo", "is_voice": True, "credited_as": "A. V."}]
    with override("en"):
        assert FIELDS_OF_TITLE["cast"].show(cast) == ["Agnès Varda · as Cléo · voice · credited as “A. V.”"]
        assert FIELDS_OF_TITLE["countries"].show(["NL", "SU"]) == ["Netherlands", "Soviet Union"]
        assert FIELDS_OF_TITLE["budget"].show({"amount": 180_000, "currency": "USD"}) == ["180,000 · USD"]
        assert FIELDS_OF_PERSON["born"].show(None) == []
    with override("nl"):
        assert FIELDS_OF_TITLE["countries"].show(["NL"]) == ["Nederland"]
        assert FIELDS_OF_TITLE["genres"].show(["science-fiction"]) == ["Sciencefiction"]


def words_of(before: str, after: str) -> list[tuple[str, str]]:
    texts = [{"text": text, "language": "", "source": "", "author": None} for text in (before, after)]
    return list(difference(FIELDS_OF_TITLE["plot"], *texts).words)


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("a b c", "a x c", [("same", "a "), ("del", "b"), ("ins", "x"), ("same", " c")]),
        ("a b", "a b c", [("same", "a b"), ("ins", " c")]),
        ("a b c", "b c", [("del", "a "), ("same", "b c")]),
        ("a", "b", [("del", "a"), ("ins", "b")]),
        ("a b", "a b", [("same", "a b")]),
    ],
)
def test_words_that_went_and_came_are_told_from_those_that_stay(
    before: str, after: str, words: list[tuple[str, str]]
) -> None:
    assert words_of(before, after) == words


def test_the_differences_of_any_two_texts_are_both_texts() -> None:
    chance = Random(20)
    for _ in range(300):
        before, after = (" ".join(chance.choices("abc", k=chance.randrange(1, 12))) for _ in range(2))
        words = words_of(before, after)
        assert "".join(part for mark, part in words if mark != "ins") == before
        assert "".join(part for mark, part in words if mark != "del") == after


@pytest.mark.parametrize(
    "kind", ["rewritten", "turned round", "nearly all the same", "two words over and over"]
)
def test_a_page_of_long_texts_is_compared_in_bounded_time(kind: str) -> None:
    def text(number: int) -> str:
        chance = Random(number)
        match kind:
            case "rewritten":
                return ". ".join(f"{number} {word} b c d" for word in range(49))
            case "turned round":
                return " ".join(f"w{word}" for word in range(1500)[:: (-1) ** number])
            case "nearly all the same":
                return " ".join([str(chance.random()) for _ in range(60)] + ["a"] * 3000 + [str(number)] * 60)
        return " ".join(chance.choices("ab", k=4000))

    texts = [(text(2 * number), text(2 * number + 1)) for number in range(30)]
    started = process_time()
    found = [words_of(*both) for both in texts]
    assert process_time() - started < 15
    assert "".join(part for mark, part in found[0] if mark != "ins") == texts[0][0]
