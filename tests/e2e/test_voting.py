"""Voting by hand and key: impatient, in two tabs, on a small screen, and without script."""

import time

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Member
from films.models import Title
from reviews.models import PastVote, Vote
from reviews.services.recounting import find_differences
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def film(transactional_db: None) -> Title:
    film = make_title("Children of Heaven", year=1997)
    make_votes(film, {4: 2, 8: 2, 10: 1})
    return film


def half(page: Page, value: int) -> Locator:
    """What is pressed: the half star, which covers its radio."""
    return page.locator(f"label[for='rate-{value}']")


def star(page: Page, value: int) -> None:
    half(page, value).click()


def said(page: Page, words: str) -> None:
    expect(page.locator("#vote-said")).to_have_text(words)


def test_two_clicks_on_a_star_are_one_vote(open_page: OpenPage, film: Title, bob: Member) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    half(page, 7).dblclick()
    said(page, "Your vote: 3½ of 5 stars.")
    vote = Vote.objects.get(member=bob)
    assert (vote.value, PastVote.objects.count()) == (7, 0)
    assert find_differences() == []


def test_the_last_of_two_quick_choices_stands(open_page: OpenPage, film: Title, bob: Member) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())

    def dawdle(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page.route("**/vote/", dawdle)
    star(page, 7)
    star(page, 8)
    said(page, "Your vote: 4 of 5 stars.")
    expect(page.locator("#rate-8")).to_be_checked()
    assert Vote.objects.get(member=bob).value == 8


def test_a_vote_in_one_tab_and_another_in_the_next_is_the_later_one(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    first = open_page(bob)
    first.goto(film.get_absolute_url())
    second = first.context.new_page()
    second.goto(film.get_absolute_url())
    star(first, 3)
    said(first, "Your vote: 1½ of 5 stars.")
    star(second, 9)
    said(second, "Your vote: 4½ of 5 stars.")
    assert Vote.objects.get(member=bob).value == 9
    assert find_differences() == []


def test_taking_back_and_undoing_need_no_mouse(open_page: OpenPage, film: Title, bob: Member) -> None:
    make_vote(film, bob, 7)
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    page.get_by_role("button", name="Take it back").focus()
    press(page, "Enter")
    said(page, "Your vote is taken back.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    press(page, "Enter")
    said(page, "Your vote: 3½ of 5 stars.")
    expect(page.locator("#rate-7")).to_be_focused()
    assert (Vote.objects.get(member=bob).value, PastVote.objects.count()) == (7, 0)


@pytest.mark.parametrize(("key", "value"), [("1", 1), ("7", 7), ("0", 10)])
def test_a_number_votes(open_page: OpenPage, film: Title, bob: Member, key: str, value: int) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    page.locator("#rate-1").focus()
    press(page, key)
    expect(page.locator(f"#rate-{value}")).to_be_checked()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    assert Vote.objects.get(member=bob).value == value


def test_the_name_of_half_a_star_shows_under_the_pointer_and_under_the_focus(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    page = open_page(bob)
    page.goto(film.get_absolute_url())

    def shown() -> list[str]:
        return page.locator(".half-name").evaluate_all(
            "names => names.filter(n => getComputedStyle(n).clipPath === 'none').map(n => n.textContent)"
        )

    assert shown() == []
    half(page, 7).hover()
    assert shown() == ["3½ of 5"]
    page.mouse.move(0, 0)
    page.get_by_role("link", name="5 votes").focus()
    press(page, "Tab")
    press(page, "Tab")
    expect(page.locator("#rate-1")).to_be_focused()
    assert shown() == ["½ of 5"]
    press(page, "ArrowRight")
    assert shown() == ["1 of 5"]


def test_on_a_telephone_every_half_star_is_large_enough_and_a_tap_votes(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    page = open_page(bob, viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto(film.get_absolute_url())
    for value in range(1, 11):
        box = half(page, value).bounding_box()
        assert box
        assert box["width"] >= 24
        assert box["height"] >= 24
        assert 0 <= box["x"] <= 360 - box["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    half(page, 9).tap()
    said(page, "Your vote: 4½ of 5 stars.")


def test_without_script_one_votes_takes_back_and_undoes(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    page = open_page(bob, java_script_enabled=False)
    page.goto(film.get_absolute_url())
    star(page, 7)
    page.get_by_role("button", name="Vote", exact=True).click()
    expect(page.get_by_text("Your vote: 3½ of 5 stars.")).to_be_visible()
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Your vote of 3½ is gone.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#rate-7")).to_be_checked()
    assert (Vote.objects.get(member=bob).value, PastVote.objects.count()) == (7, 0)
    page.get_by_text("In numbers").click()
    expect(page.locator(".rating-numbers dd").get_by_text("± 0.88")).to_be_visible()


def test_scores_that_a_member_hides_show_with_their_vote(
    open_page: OpenPage, film: Title, bob: Member
) -> None:
    Member.objects.filter(pk=bob.pk).update(hides_scores=True)
    page = open_page(bob)
    page.goto(film.get_absolute_url())
    expect(page.get_by_text("stays hidden until you vote")).to_be_visible()
    expect(page.locator(".rating .hist")).to_have_count(0)
    star(page, 7)
    expect(page.locator(".score-mean")).to_have_text("3.42")
    expect(page.locator(".rating .hist")).to_be_visible()
