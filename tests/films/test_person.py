"""The page of a person: their life as exactly as it is known, their work in any order, and how it is voted on."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from itertools import count
from statistics import fmean, pstdev

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.biography import age_of
from films.filmography import SHOWN_AT_ONCE
from films.models import Award, Country, ExternalId, Link, Nomination, Person, Role, Title, TitleKind
from filmsite.lib.partial_dates import ages_between, bounds_of
from reviews.models import Vote
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import (
    make_credit,
    make_person,
    make_review,
    make_season,
    make_title,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db


def page_of(client: Client, person: Person, query: str = "", **headers: str) -> str:
    response = client.get(f"{person.get_absolute_url()}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


class _Rows(HTMLParser):
    """The names in the rows of each role's table, top down."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: dict[str, list[str]] = {}
        self._role, self._in_name = "", False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "h2" and str(given.get("id", "")).startswith("as-"):
            self._role = str(given["id"])[3:]
            self.rows[self._role] = []
        if tag == "div" and given.get("class") == "filmography-main":
            self.rows[self._role].append("")
        self._in_name = tag == "a" and bool(self.rows.get(self._role))

    def handle_data(self, data: str) -> None:
        if self._in_name and not self.rows[self._role][-1]:
            self.rows[self._role][-1] = data

    def handle_endtag(self, tag: str) -> None:
        self._in_name = False


def rows(page: str, role: str = "director") -> list[str]:
    parser = _Rows()
    parser.feed(page)
    return parser.rows.get(role, [])


def figures(page: str, role: str) -> dict[str, str]:
    """The numbers under the heading of a role."""
    section = page[page.index(f'id="as-{role}"') :]
    found = re.search(r'<dl class="part-figures">(.*?)</dl>', section, re.DOTALL)
    return dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", found[1])) if found else {}


# --- Life -------------------------------------------------------------------------------------------------


def test_a_page_says_all_that_is_known_of_a_life(client: Client) -> None:
    person = make_person(
        "Abbas Kiarostami",
        born="1940-06-22",
        died="2016-07",
        birthplace="Tehran",
        deathplace="Paris",
        country=Country.objects.create(code="IR"),
        biography="He filmed roads.\n\nAnd children.",
        biography_language="en",
        biography_source="A book",
    )
    person.names.create(name="عباس کیارستمی", language="fa")
    ExternalId.objects.create(person=person, source="imdb", value="nm0452102")
    Link.objects.create(person=person, url="https://example.org/ak", label="Foundation")
    award, film = Award.objects.create(name="Cannes Film Festival"), make_title("Taste of Cherry")
    Nomination.objects.create(title=film, award=award, person=person, year=1997, category="Palme", won=True)
    page = page_of(client, person)
    for said in (
        "22 June 1940, Tehran",
        "July 2016, Paris <small>(aged 76)",
        "Iran",
        '<span lang="fa" dir="rtl">عباس کیارستمی</span>',
        "<p>And children.</p>",
        "Source: A book",
        'href="https://www.imdb.com/name/nm0452102/"',
        ">Foundation</a>",
        "Cannes Film Festival",
        film.get_absolute_url(),
        "1 win",
    ):
        assert said in page
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert block is not None
    described = json.loads(block[1])
    assert (described["@type"], described["birthDate"], described["deathDate"]) == (
        "Person",
        "1940-06-22",
        "2016-07",
    )
    assert described["birthPlace"] == {"@type": "Place", "name": "Tehran"}
    assert described["award"] == ["Cannes Film Festival 1997 Palme"]


def test_a_year_alone_invents_no_day(client: Client) -> None:
    page = page_of(client, make_person("Old One", born="1910"))
    assert "<dt>Born</dt><dd>1910</dd>" in page
    assert "January" not in page


def test_somebody_of_whom_nothing_is_known_has_a_page_without_empty_rows(client: Client) -> None:
    page = page_of(client, make_person("Nobody Yet"))
    main = page[page.index("<main") : page.index("</main>")]
    assert '<dl class="facts">' not in main
    assert "Nothing of theirs is in the catalogue yet." in main
    assert 'aria-labelledby="votes"' not in main
    assert "Nobody has written about this yet" in main


@pytest.mark.parametrize(
    ("born", "until", "ages"),
    [
        ("1910-03-23", "1999-03-22", (88, 88)),
        ("1910-03-23", "1999-03-23", (89, 89)),
        ("1910", "1999", (88, 89)),
        ("1910-03", "1999-07-01", (89, 89)),
        ("1910-03", "1999-03-15", (88, 89)),
        ("1999", "1998", None),
        ("1999-02-31", "2020", None),
        ("2000-02-29", "2001-02-28", (0, 0)),
    ],
)
def test_an_age_is_as_exact_as_the_dates(born: str, until: str, ages: tuple[int, int] | None) -> None:
    assert ages_between(born, until) == ages


def test_a_month_ends_on_its_own_last_day() -> None:
    assert bounds_of("2024-02") == (date(2024, 2, 1), date(2024, 2, 29))


def test_an_age_nobody_reaches_is_not_said() -> None:
    assert age_of(make_person(born="1850")) == ""
    assert age_of(make_person(born="1850", died="1930")) == "79 or 80"
    assert age_of(make_person(died="1930")) == ""
    assert age_of(make_person(born=f"{timezone.localdate().year - 40}-01-01")) == "40"


# --- Work -------------------------------------------------------------------------------------------------


@pytest.fixture
def varda() -> Person:
    """Three films: the oldest with the best mean, the middle one with the most votes, the newest with neither."""
    person = make_person("Agnès Varda")
    for name, year, votes in (
        ("Newest", 2000, {2: 5}),
        ("Oldest", 1962, {10: 5}),
        ("Middle", 1985, {6: 8}),
        ("Undated", None, {}),
    ):
        film = make_title(name, year=year)
        make_credit(film, person)
        make_votes(film, votes)
    return person


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Oldest", "Middle", "Newest", "Undated"]),
        ("?by=-year", ["Newest", "Middle", "Oldest", "Undated"]),
        ("?by=mean", ["Oldest", "Middle", "Newest", "Undated"]),
        ("?by=-mean", ["Newest", "Middle", "Oldest", "Undated"]),
        ("?by=votes", ["Middle", "Oldest", "Newest", "Undated"]),
        ("?by=-votes", ["Undated", "Oldest", "Newest", "Middle"]),
        ("?by=nonsense", ["Oldest", "Middle", "Newest", "Undated"]),
        ("?by=mine", ["Oldest", "Middle", "Newest", "Undated"]),
        ("?by=%FF", ["Oldest", "Middle", "Newest", "Undated"]),
    ],
)
def test_work_stands_in_the_order_that_is_asked_for(
    client: Client, varda: Person, query: str, names: list[str]
) -> None:
    assert rows(page_of(client, varda, query)) == names


def test_a_mean_that_is_not_shown_puts_nothing_in_order(client: Client, varda: Person) -> None:
    few = make_title("Few", year=1999)
    make_credit(few, varda)
    make_votes(few, {10: 4})
    assert rows(page_of(client, varda, "?by=mean"))[-2:] == ["Few", "Undated"]


def test_my_own_votes_order_the_work_and_show_beside_it(client: Client, varda: Person, alice: Member) -> None:
    films = {film.name: film for film in Title.objects.all()}
    make_vote(films["Newest"], alice, 9)
    make_vote(films["Middle"], alice, 3)
    client.force_login(alice)
    page = page_of(client, varda, "?by=mine")
    assert rows(page) == ["Newest", "Middle", "Oldest", "Undated"]
    assert rows(page_of(client, varda, "?by=-mine")) == ["Middle", "Newest", "Oldest", "Undated"]
    assert 'aria-label="4½ of 5 stars"' in page
    assert "You voted on 2 of 4 titles" in page
    assert "Your mean: 3.00" in page
    assert figures(page, "director")["voted on by you"] == "2 of 4"


def test_headings_say_how_the_rows_are_ordered_and_turn_the_order_round(
    client: Client, varda: Person
) -> None:
    page = page_of(client, varda)
    assert page.count("aria-sort") == 1
    assert re.search(r'aria-sort="ascending"><a id="by-director-year" href="\?by=-year#as-director"', page)
    # Somebody who is not signed in has no votes to go by.
    assert 'aria-sort="ascending"' in page_of(client, varda, "?by=mine")
    page = page_of(client, varda, "?by=mean")
    assert re.search(r'aria-sort="descending"><a id="by-director-mean" href="\?by=-mean#as-director"', page)


def test_htmx_gets_the_work_alone(client: Client, varda: Person) -> None:
    part = page_of(client, varda, "?by=votes", hx_request="true", hx_target="filmography")
    assert rows(part) == ["Middle", "Oldest", "Newest", "Undated"]
    assert part.lstrip().startswith('<div class="filmography-parts" id="filmography"')
    assert "<h1" not in part
    assert 'id="reviews"' not in part


def test_a_row_says_what_exactly_somebody_did(client: Client) -> None:
    person, film = make_person("Peter Sellers"), make_title("Dr. Strangelove", year=1964)
    for character in ("Mandrake", "Muffley"):
        make_credit(film, person, Role.ACTOR, character=character)
    make_credit(film, person, Role.WRITER, note="additional dialogue", credited_as="P. Sellers")
    make_credit(make_title("Voices", year=1970), person, Role.ACTOR, character="Bear", is_voice=True)
    page = page_of(client, person)
    assert rows(page, "actor") == ["Dr. Strangelove", "Voices"]
    assert page.index("Mandrake") < page.index("Muffley")
    assert "(additional dialogue) (as P. Sellers)" in page
    assert ">Bear</span> (voice)" in page


def test_the_role_with_the_most_titles_comes_first(client: Client) -> None:
    person = make_person()
    make_credit(make_title(), person, Role.DIRECTOR)
    make_credit(make_title(), person, Role.MUSIC)
    for _ in range(2):
        make_credit(make_title(), person, Role.ACTOR)
    page = page_of(client, person)
    assert re.findall(r'<h2 id="as-(\w+)"', page) == ["actor", "director", "music"]


def test_voice_parts_can_be_seen_alone(client: Client) -> None:
    person = make_person()
    make_credit(make_title("Seen"), person, Role.ACTOR)
    make_credit(make_title("Heard"), person, Role.ACTOR, is_voice=True)
    make_credit(make_title("Made"), person)
    page = page_of(client, person, "?voice=1")
    assert rows(page, "actor") == ["Heard"]
    assert rows(page) == ["Made"]
    assert page.count("Voice parts only") == 1
    assert rows(page_of(client, person), "actor") == ["Heard", "Seen"]


def test_a_long_role_shows_its_beginning_and_all_of_it_on_request(client: Client) -> None:
    person = make_person()
    for number in range(SHOWN_AT_ONCE + 5):
        film = make_title(f"Film {number:03}", year=1950 + number)
        make_credit(film, person, Role.ACTOR)
        make_credit(film, person, Role.PRODUCER)
    page = page_of(client, person, "?by=-year")
    assert len(rows(page, "actor")) == len(rows(page, "producer")) == SHOWN_AT_ONCE
    assert rows(page, "actor")[0] == f"Film {SHOWN_AT_ONCE + 4:03}"
    assert "Show 5 more titles" in page
    assert 'href="?by=-year&amp;all=actor#as-actor"' in page
    page = page_of(client, person, "?all=actor")
    assert len(rows(page, "actor")) == SHOWN_AT_ONCE + 5
    assert len(rows(page, "producer")) == SHOWN_AT_ONCE
    assert 'href="?all=actor&amp;all=producer#as-producer"' in page


def test_duplicates_that_were_merged_are_no_work(client: Client) -> None:
    person, kept = make_person(), make_title("Kept")
    twin = make_title("Twin", merged_into=kept)
    for film in (kept, twin):
        make_credit(film, person)
    Nomination.objects.create(title=twin, award=Award.objects.create(name="Prize"), person=person, year=1990)
    page = page_of(client, person)
    assert rows(page) == ["Kept"]
    assert "Prize" not in page


# --- Votes ------------------------------------------------------------------------------------------------


def test_mean_and_deviation_of_every_role_are_those_of_a_recount(client: Client) -> None:
    person = make_person()
    show = make_title("Show", kind=TitleKind.SHOW)
    first, second = make_season(show, 1), make_season(show, 2)
    film, other = make_title("Film", year=1990), make_title("Other", year=1991)
    for title, votes in (
        (first, {4: 2, 9: 1}),
        (second, {7: 3}),
        (film, {1: 2, 10: 4}),
        (other, {5: 6}),
    ):
        make_votes(title, votes)
    make_vote(film, value=1, counted=False)
    # Two characters in one film; a season beside its show; a film in two roles: each vote counts once.
    for character in ("One", "Two"):
        make_credit(film, person, Role.ACTOR, character=character)
    for title in (show, first):
        make_credit(title, person, Role.ACTOR)
    make_credit(film, person, Role.DIRECTOR)
    make_credit(other, person, Role.DIRECTOR)

    def recount(*titles: Title) -> dict[str, str]:
        values = [
            v / 2 for v in Vote.objects.filter(title__in=titles, counted=True).values_list("value", flat=True)
        ]
        return {
            "mean": f"{fmean(values):.2f}",
            "standard deviation": f"{pstdev(values):.2f}",
            "votes": str(len(values)),
        }

    page = page_of(client, person)
    assert figures(page, "actor") == recount(first, second, film)
    assert figures(page, "director") == recount(film, other)
    whole = recount(first, second, film, other)
    panel = page[page.index('id="votes"') :]
    assert f'<b class="score-mean">{whole["mean"]}</b>' in panel
    assert f"standard deviation {whole['standard deviation']}" in panel
    assert f"{whole['votes']} votes" in panel


def test_my_vote_on_a_show_is_the_mean_of_those_on_its_seasons(client: Client, alice: Member) -> None:
    person, show = make_person(), make_title("Show", kind=TitleKind.SHOW)
    film = make_title("Film")
    for title in (show, film):
        make_credit(title, person, Role.CREATOR)
    for number, value in ((1, 6), (2, 9)):
        make_vote(make_season(show, number), alice, value)
    client.force_login(alice)
    page = page_of(client, person)
    assert "You voted on 1 of 2 titles" in page
    assert 'aria-label="3.75 of 5 stars"' in page
    assert figures(page, "creator")["your mean"] == "3.75"


def test_a_mean_waits_for_enough_votes(client: Client) -> None:
    person, film = make_person(), make_title()
    make_credit(film, person)
    make_votes(film, {8: 4})
    page = page_of(client, person)
    assert figures(page, "director") == {"votes": "4"}
    assert "The mean appears from 5 votes on." in page
    make_vote(film, value=8)
    assert figures(page_of(client, person), "director") == {
        "mean": "4.00",
        "standard deviation": "0.00",
        "votes": "5",
    }


# --- Queries ----------------------------------------------------------------------------------------------


def test_a_page_asks_the_same_for_two_credits_and_for_two_hundred(client: Client, alice: Member) -> None:
    person = make_person()
    show = make_title("Show", kind=TitleKind.SHOW)
    award, numbers = Award.objects.create(name="Prize"), count(1)

    def more() -> None:
        number = next(numbers)
        film = make_title(f"Film {number}")
        make_credit(film, person, Role.DIRECTOR)
        make_credit(make_season(show, number), person, Role.ACTOR)
        make_vote(film, alice)
        person.names.create(name=f"Name {number}")
        Nomination.objects.create(title=film, award=award, person=person, year=1990)
        first = make_review(person=person, language="nl")
        make_review(person=person, language="nl", parent=first, root=first)

    # The person with all facts, the work, four of the thread, the banner.
    assert_flat_queries(client, more, person.get_absolute_url(), at_most=7)
    for _ in range(94):
        make_credit(make_title(), person, Role.DIRECTOR)
    for number in range(200, 294):
        make_credit(make_season(show, number), person, Role.ACTOR)
    assert person.credits.count() == 200
    assert len(count_queries(client, f"{person.get_absolute_url()}?all=director&by=votes")) <= 7
    client.force_login(alice)
    # Also session, member, own votes, the draft, the statements that wait, what of the thread is unread.
    assert len(count_queries(client, person.get_absolute_url())) <= 13
