"""A film is found by any of its names, however it is spelled."""

import pytest
from django.db import OperationalError, connection
from django.test import Client

from accounts.models import Member
from films.models import PersonName, SearchName, Title, TitleKind
from films.search import (
    Match,
    person_ids_like,
    search,
    title_ids_like,
)
from films.services import search_names
from films.services.listing import refresh_changed_listings
from films.services.search_names import refresh_changed_names, refresh_search_names
from tests.factories import (
    make_credit,
    make_member,
    make_person,
    make_season,
    make_title,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def children() -> Title:
    """Children of Heaven among films whose names resemble it."""
    film = make_title(
        "Bacheha-ye Aseman",
        original_name="بچه‌های آسمان",
        original_language="fa",
        alternatives={"Children of Heaven": "en", "De Schoenen van Zahra": "nl"},
    )
    for name in (
        "Children of Men",
        "The Seventh Heaven",
        "Heaven's Gate",
        "The Children",
        "Heat",
        "De Schoenen",
    ):
        make_title(name, year=2006)
    make_title("The Matrix", year=1999)
    make_title("Blade Runner 2049", year=2017)
    make_title("Heat", year=1995)
    make_title("2001: A Space Odyssey", year=1968)
    make_title("L'Avventura", year=1960)
    make_title("Die Hard", year=1988)
    refresh_search_names()
    return film


@pytest.mark.parametrize(
    "typed",
    [
        "bacheha ye aseman",
        "Bacheha-ye Asemân",
        "children of heaven",
        "childern of heavn",
        "de schoenen van zahra",
        "schoenen van zahra",
        "بچه هاي آسمان",
        "بچه‌های آسمان",
        "children of heaven 1997",
        "van zahra",
    ],
)
def test_it_finds_children_of_heaven_first(children: Title, typed: str) -> None:
    hits = search(typed, kinds=["title"])
    assert hits[0].item == children


@pytest.mark.parametrize(
    ("typed", "name", "year"),
    [
        ("heat 1995", "Heat", 1995),
        ("1995 heat", "Heat", 1995),
        ("heat (2006)", "Heat", 2006),
        ("blade runner 2049", "Blade Runner 2049", 2017),
        ("2001 space odyssey", "2001: A Space Odyssey", 1968),
        ("a matrix", "The Matrix", 1999),
        ("matrix", "The Matrix", 1999),
        ("avventura", "L'Avventura", 1960),
        ("die hard", "Die Hard", 1988),
    ],
)
def test_years_and_articles_are_understood(children: Title, typed: str, name: str, year: int) -> None:
    found = search(typed, kinds=["title"])[0].item
    assert (found.name, found.year) == (name, year)


def test_it_says_which_other_name_matched(children: Title) -> None:
    (hit, *_) = search("schoenen van zahra", kinds=["title"])
    assert (hit.matched, hit.matched_language) == ("De Schoenen van Zahra", "nl")
    (hit, *_) = search("بچه های", kinds=["title"])
    assert (hit.matched, hit.matched_language) == ("بچه‌های آسمان", "fa")


def test_votes_decide_between_equal_names(db: None) -> None:
    make_title("Solaris", year=1972)
    voted = make_title("Solaris", year=2002)
    make_vote(voted)
    refresh_search_names()
    assert search("solaris", kinds=["title"])[0].item == voted


def test_new_votes_reach_the_order_of_equals(db: None) -> None:
    make_title("Solaris", year=1972)
    later = make_title("Solaris", year=2002)
    refresh_search_names()
    make_vote(later)
    refresh_changed_listings()
    assert search("solaris", kinds=["title"])[0].item == later


def test_people_are_found_by_either_order_of_their_name(db: None) -> None:
    person = make_person("Kar-wai Wong")
    credit = make_credit(make_title("Chungking Express", year=1994), person)
    refresh_search_names()
    for typed in ("kar wai wong", "wong kar wai", "wong kar-wei"):
        (hit, *_) = search(typed, kinds=["person"])
        assert (hit.item, hit.known_for) == (person, credit)


def test_a_season_is_found_through_its_show(db: None) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    make_season(show, 1)
    refresh_search_names()
    assert [hit.item for hit in search("the wire", kinds=["title"])] == [show]


def test_members_are_found_by_name_unless_hidden(alice: Member, sam: Member) -> None:
    make_member("alicia", is_placeholder=True, email=None)
    assert [hit.item for hit in search("@ali", kinds=["member"])] == [alice]
    assert search("sam", kinds=["member"]) == []


def test_names_that_are_gone_are_forgotten(children: Title) -> None:
    children.alternative_titles.all().delete()
    assert refresh_search_names(title_ids=[children.pk]) > 0
    assert children not in [hit.item for hit in search("zahra", kinds=["title"])]
    assert refresh_search_names() == 0


def test_a_slow_search_gives_what_it_has(children: Title, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_slow(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "similarity(" in sql:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(too_slow):
        assert [hit.item for hit in search("children of heaven", kinds=["title"])] == [children]


def test_whole_names_come_before_beginnings_and_these_before_words(db: None) -> None:
    for votes, name in enumerate(("Night", "Night Train", "The Long Night", "Nights", "Knight")):
        film = make_title(name)
        for _ in range(votes):
            make_vote(film)
    refresh_search_names()
    found = search("night")
    assert [hit.item.name for hit in found] == ["Night", "Nights", "Night Train", "The Long Night", "Knight"]
    assert [hit.match for hit in found] == [
        Match.EXACT,
        Match.PREFIX,
        Match.PREFIX,
        Match.WORDS,
        Match.SIMILAR,
    ]


def test_the_best_match_is_first_whatever_it_names(db: None) -> None:
    person = make_person("Ida Lupino")
    show = make_title("Ida Lupino Presents", kind=TitleKind.SHOW)
    ida = make_title("Ida", year=2013)
    refresh_search_names()
    assert [hit.item for hit in search("ida lupino", fuzzy=False)] == [person, show]
    assert search("ida", fuzzy=False)[0].item == ida


@pytest.mark.parametrize(
    "typed", ["lord rings return", "return lord rings", "lord of the ri", "rings king lord", "lord ring ret"]
)
def test_words_are_found_in_any_order_and_unfinished(db: None, typed: str) -> None:
    film = make_title("The Lord of the Rings: The Return of the King", year=2003)
    make_title("Lord of the Flies", year=1963)
    make_title("Rings", year=2017)
    refresh_search_names()
    assert [hit.item for hit in search(typed, fuzzy=False)] == [film]


def test_the_year_that_is_given_comes_first_then_the_one_beside_it(db: None) -> None:
    for year in (1950, 1996, 1995):
        make_title("Heat", year=year)
    make_vote(Title.objects.get(year=1950))
    make_title("Heat Wave", year=1995)
    refresh_search_names()
    found = [hit.item for hit in search("heat 1995", fuzzy=False)]
    assert [(film.name, film.year) for film in found] == [
        ("Heat", 1995),
        ("Heat Wave", 1995),
        ("Heat", 1996),
        ("Heat", 1950),
    ]


@pytest.mark.parametrize("typed", ["rocky 2", "rocky ii", "Rocky II"])
def test_numerals_are_numbers(db: None, typed: str) -> None:
    roman, digit = make_title("Rocky II"), make_title("Rocky 2")
    make_title("Rocky III")
    refresh_search_names()
    assert {hit.item for hit in search(typed, fuzzy=False)[:2]} == {roman, digit}


@pytest.mark.parametrize("typed", ["侍", "七人", "七人の待", "の侍"])
def test_parts_of_names_without_spaces_are_found(db: None, typed: str) -> None:
    film = make_title("Shichinin no Samurai", original_name="七人の侍", original_language="ja")
    make_title("千と千尋の神隠し")
    refresh_search_names()
    assert search(typed)[0].item == film


@pytest.mark.parametrize("typed", ["the wire season 2", "the wire 2", "The Wire S2", "wire seizoen 2"])
def test_a_season_is_found_by_its_number(db: None, typed: str) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    seasons = [make_season(show, number) for number in (1, 2)]
    refresh_search_names()
    assert search(typed)[0].item == seasons[1]


def test_a_name_with_a_number_comes_before_a_season(db: None) -> None:
    show = make_title("Toy Story", kind=TitleKind.SHOW)
    season, film = make_season(show, 2), make_title("Toy Story 2")
    refresh_search_names()
    assert [hit.item for hit in search("toy story 2", fuzzy=False)] == [film, season]


def test_people_are_found_by_their_other_names(db: None) -> None:
    person = make_person("Agnès Varda")
    PersonName.objects.create(person=person, name="Arlette Varda", language="fr")
    refresh_search_names()
    (hit,) = search("arlette", fuzzy=False)
    assert (hit.item, hit.matched, hit.matched_language) == (person, "Arlette Varda", "fr")
    assert person_ids_like("varda agnes") == [person.pk]


def test_a_duplicate_is_not_found(children: Title) -> None:
    kept = make_title("Bacheha-ye Aseman")
    children.merged_into = kept
    children.save()
    assert children not in [hit.item for hit in search("children of heaven")]
    refresh_search_names(title_ids=[children.pk, kept.pk])
    assert title_ids_like("bacheha ye aseman") == [kept.pk]


def test_people_stand_by_the_votes_on_what_they_made(db: None) -> None:
    unknown, known = make_person("Ida Alba"), make_person("Ida Zorn")
    film = make_title()
    make_credit(film, known)
    make_votes(film, {8: 30})
    refresh_search_names()
    assert [hit.item for hit in search("ida")] == [known, unknown]


def test_names_are_made_again_where_there_are_none(children: Title) -> None:
    SearchName.objects.all().delete()
    refresh_changed_names()
    assert search("zahra")[0].item == children


def test_names_are_made_again_where_an_edit_brought_back_only_some(children: Title) -> None:
    film = make_title("Salt")
    person = make_person("Ida Lupino")
    make_title("The Night Ferry")
    SearchName.objects.all().delete()
    refresh_search_names(title_ids=[film.pk])
    refresh_changed_names()
    assert search("zahra")[0].item == children
    assert search("ida lupino")[0].item == person


def test_a_minute_sweep_of_a_catalogue_that_has_its_names_makes_none(
    children: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_search_names()
    monkeypatch.setattr(search_names, "refresh_search_names", lambda: pytest.fail("made again"))
    refresh_changed_names()


def test_many_first_names_are_stored_and_their_indexes_stand_afterwards(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'films_searchname'")
            return {name for (name,) in cursor.fetchall()}

    before = indexes()
    monkeypatch.setattr(search_names, "BULK", 1)
    film, person = make_title("Ida", year=2013), make_person("Ida Lupino")
    assert refresh_search_names() == 3
    assert indexes() == before
    assert [hit.item for hit in search("ida", fuzzy=False)] == [film, person]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "%",
        "_",
        "\\",
        "'; --",
        "…",
        "a",
        "x" * 10_000,
        "🎬",
        "1995",
        "a'b:*",
        "& | !",
        "\u202eabc",
        "\u200f",
        "1995 1996",
    ],
)
def test_no_query_breaks_it(children: Title, client: Client, typed: str) -> None:
    assert client.get("/search/", {"q": typed}).status_code == 200
    assert client.get("/search/suggest/", {"q": typed}).status_code == 200


def test_the_stored_names_hold_no_capital_or_mark(children: Title) -> None:
    assert SearchName.objects.filter(norm__regex="[A-Zàéïöü-]").count() == 0
