"""Every kind of page a visitor sees: usable by everybody, at every width, in the visitor's language."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Member
from films.models import Title
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from tests.e2e.conftest import OpenPage
from tests.factories import (
    make_credit,
    make_person,
    make_review,
    make_season,
    make_title,
    make_translation,
    make_votes,
)

pytestmark = pytest.mark.django_db(transaction=True)

# What axe calls grave enough to shut somebody out.
GRAVE = {"serious", "critical"}
NARROW, MIDDLE, WIDE = 360, 768, 1280
# Longer than a phone is wide, and without a place to break.
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.fixture
def addresses(transactional_db: None, alice: Member, bob: Member) -> list[str]:
    """A page of every kind, with something on it."""
    film = make_title(
        "Children of Heaven",
        original_name="Bacheha-Ye Aseman",
        genres=["Drama", "Family"],
        countries=["IR"],
        alternatives={"Kinderen van de hemel": "nl", LONG_WORD: "de"},
        year=1997,
        minutes=89,
    )
    director = make_person("Majid Majidi")
    make_credit(film, director)
    for _ in range(9):
        make_credit(film, role="actor", character="Somebody in the race")
    make_votes(film, {4: 2, 8: 3, 10: 1})
    opinion = make_review(
        film,
        alice,
        f"## The shoes\n\nThey are the whole film. {LONG_WORD}\n\n> A quotation\n\n||A secret||",
        is_opinion=True,
        headline="Two children and one pair",
        verdict=8,
    )
    make_review(film, bob, "De wedloop aan het eind is prachtig.", language="nl", parent=opinion)
    season = make_season(make_title("The Long Road", kind="show", year=2001), 1, episodes=8)
    refresh_listings()
    refresh_search_names()
    return [
        "/",
        film.get_absolute_url(),
        season.get_absolute_url(),
        director.get_absolute_url(),
        opinion.get_absolute_url(),
        alice.get_absolute_url(),
        "/films/",
        "/search/?q=heaven",
        "/top/",
        "/accounts/signup/",
        "/accounts/login/",
        "/moderation/log/",
        "/rules/",
    ]


def walk(page: Page, addresses: list[str]) -> Iterator[str]:
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        yield address


def grave_violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]


def widest(page: Page) -> str:
    """What sticks out of the page, or nothing. A part that scrolls by itself may be wider than it shows."""
    return page.evaluate(
        """() => {
            const room = innerWidth;
            if (document.scrollingElement.scrollWidth <= room) return "";
            const out = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > room + 1);
            const names = out.slice(-3).map((e) => `${e.tagName}.${e.getAttribute("class")}`);
            return `${document.scrollingElement.scrollWidth} > ${room}: ${names}`;
        }"""
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_shuts_anybody_out(open_page: OpenPage, addresses: list[str], scheme: str) -> None:
    page = open_page(color_scheme=scheme, viewport={"width": NARROW, "height": 740})
    found = {address: grave_violations(page) for address in walk(page, addresses)}
    assert {address: problems for address, problems in found.items() if problems} == {}


def test_no_page_is_wider_than_the_screen(open_page: OpenPage, addresses: list[str]) -> None:
    page = open_page()
    found = {}
    for address in walk(page, addresses):
        for width in (NARROW, MIDDLE, WIDE):
            page.set_viewport_size({"width": width, "height": 740})
            if words := widest(page):
                found[address, width] = words
    assert found == {}


def test_the_pages_of_a_member_hold_to_the_same(
    open_page: OpenPage, addresses: list[str], alice: Member, mona: Member
) -> None:
    film = Title.objects.get(name="Children of Heaven")
    page = open_page(mona, viewport={"width": NARROW, "height": 740})
    found = {}
    for address in walk(
        page, [film.get_absolute_url(), "/moderation/", "/settings/", f"/titles/{film.pk}/write/"]
    ):
        if problems := [*grave_violations(page), *filter(None, [widest(page)])]:
            found[address] = problems
    assert found == {}


def test_a_browser_that_asks_for_dutch_gets_dutch_and_no_cookie(
    open_page: OpenPage, addresses: list[str]
) -> None:
    page = open_page(locale="nl-NL")
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "nl")
    assert page.context.cookies() == []


def test_a_note_that_takes_a_second_line_loses_no_letters_of_it(open_page: OpenPage) -> None:
    review = make_review(body="Chorei muito no final. Adorei.", language="pt")
    make_translation(review, left_sentences=2, via="es")
    page = open_page(viewport={"width": NARROW, "height": 800})
    page.goto(review.title.get_absolute_url())
    note = page.locator(".lang-note [data-when=translation]").first
    expect(note).to_contain_text("2 sentences could not be translated")
    lines = note.evaluate("note => [...note.getClientRects()].map(line => line.left)")
    edge = page.locator(".lang-note").first.evaluate("note => note.getBoundingClientRect().left")
    assert len(lines) > 1
    assert min(lines) >= edge
