"""Voting without a mouse: every step that the page shows can be taken with keys."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import Member
from films.models import Title
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def film(transactional_db: None) -> Title:
    """Five votes, so that a mean shows: 3.40."""
    film = make_title("Children of Heaven", year=1997)
    make_votes(film, {4: 2, 8: 2, 10: 1})
    return film


def choose(page: Page, film: Title, presses: int) -> None:
    """Walk with Tab past the link to all votes and the numbers to the stars, as one does, and on with the arrow."""
    page.goto(film.get_absolute_url())
    page.locator(".rating-panel").evaluate("panel => panel.setAttribute('tabindex', '-1')")
    page.locator(".rating-panel").focus()
    for _ in range(3):
        press(page, "Tab")
    for _ in range(presses):
        press(page, "ArrowRight")


def seen(button: Locator) -> bool:
    return button.evaluate(
        "e => getComputedStyle(e).opacity === '1' && getComputedStyle(e.parentElement).clipPath === 'none'"
    )


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_tab_goes_from_the_stars_to_the_button_that_votes(
    open_page: OpenPage, film: Title, bob: Member, key: str
) -> None:
    page = open_page(bob)
    choose(page, film, presses=6)
    button = page.get_by_role("button", name="Vote", exact=True)
    expect(page.get_by_role("radio", name="3½ of 5")).to_be_focused()
    expect(page.locator(".rate-hint")).to_have_text("Press Enter to vote")
    expect(page.locator(".rate-hint")).to_be_visible()
    press(page, "Tab")
    expect(button).to_be_focused()
    assert seen(button)
    press(page, key)
    expect(page.locator(".score-mean")).to_have_text("3.42")
    expect(page.get_by_role("button", name="Change my vote")).to_be_focused()


def test_tab_goes_on_to_take_a_vote_back(open_page: OpenPage, film: Title, bob: Member) -> None:
    make_vote(film, bob, 7)
    page = open_page(bob)
    choose(page, film, presses=1)
    expect(page.get_by_role("radio", name="4 of 5", exact=True)).to_be_focused()
    press(page, "Tab")
    expect(page.get_by_role("button", name="Change my vote")).to_be_focused()
    press(page, "Tab")
    expect(page.get_by_role("button", name="Take it back")).to_be_focused()
    expect(page.locator(".rate-hint")).to_be_hidden()
    press(page, "Enter")
    expect(page.locator(".score-mean")).to_have_text("3.40")


def test_the_button_hides_from_the_mouse_and_moves_nothing(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    make_vote(film, bob, 7)
    page = open_page(bob)
    choose(page, film, presses=1)
    take_back = page.get_by_role("button", name="Take it back")
    change = page.get_by_role("button", name="Change my vote")
    assert seen(change)
    place = take_back.bounding_box()
    assert place
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    assert take_back.bounding_box() == place
    assert not seen(change)
    page.mouse.up()
    expect(page.locator(".score-mean")).to_have_text("3.40")
    assert not seen(page.get_by_role("button", name="Vote", exact=True))
