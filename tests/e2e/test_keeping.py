"""Diaries and lists in a browser: by hand, by key, on a small screen, and without script."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import Member
from films.models import Title
from films.services.search_names import refresh_search_names
from reviews.models import TitleList, Viewing
from reviews.services.making_lists import take_off_list
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_list, make_title, make_viewing, make_vote

pytestmark = pytest.mark.django_db(transaction=True)

GRAVE = {"serious", "critical"}


@pytest.fixture
def letters(transactional_db: None, alice: Member) -> TitleList:
    """A list of alice's with the films A to E."""
    return make_list(alice, *(make_title(f"Film {letter}") for letter in "ABCDE"), is_ranked=True)


def order_of(of: TitleList) -> str:
    return "".join(name[-1] for name in of.entries.order_by("position").values_list("title__name", flat=True))


def shown(page: Page, order: str) -> None:
    """The titles stand in this order, each with its number."""
    expect(page.locator(".entry-main > a")).to_have_text([f"Film {letter}" for letter in order])
    expect(page.locator(".entries .rank")).to_have_text([str(place + 1) for place in range(len(order))])


def handle(page: Page, letter: str):
    return page.get_by_role("button", name=f"Drag Film {letter}")


def test_a_title_is_dragged_to_its_place(open_page: OpenPage, alice: Member, letters: TitleList) -> None:
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    handle(page, "E").hover()
    page.mouse.down()
    target = page.locator(".entry").nth(1).bounding_box()
    assert target is not None
    page.mouse.move(target["x"] + 20, target["y"] + 4, steps=8)
    page.mouse.up()
    expect(page.locator(".desk-said")).to_have_text("Film E is number 2 now.")
    shown(page, "AEBCD")
    assert order_of(letters) == "AEBCD"


def test_a_title_is_moved_with_the_keyboard_and_put_back_with_escape(
    open_page: OpenPage, alice: Member, letters: TitleList
) -> None:
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    handle(page, "A").focus()
    press(page, "Space")
    expect(page.locator(".desk-said")).to_contain_text("Film A is taken.")
    press(page, "ArrowDown")
    press(page, "ArrowDown")
    expect(page.locator(".desk-said")).to_have_text("Film A: place 3.")
    press(page, "Escape")
    expect(page.locator(".desk-said")).to_have_text("Film A is back where it was.")
    assert order_of(letters) == "ABCDE"
    press(page, "Space")
    press(page, "ArrowDown")
    press(page, "Space")
    shown(page, "BACDE")
    expect(handle(page, "A")).to_be_focused()
    assert order_of(letters) == "BACDE"


def test_a_tab_left_open_moves_nothing_away(open_page: OpenPage, alice: Member, letters: TitleList) -> None:
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    take_off_list(entry=letters.entries.get(title__name="Film B"))
    page.get_by_role("button", name="Move Film E up").click()
    shown(page, "ACED")
    assert order_of(letters) == "ACED"


def test_the_focus_goes_to_the_way_back_and_then_to_the_title(
    open_page: OpenPage, alice: Member, letters: TitleList
) -> None:
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    take_out = page.get_by_role("button", name="Take Film B out")
    take_out.press("Enter")
    shown(page, "ACDE")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    page.get_by_role("button", name="Put it back").press("Enter")
    shown(page, "ABCDE")
    expect(take_out).to_be_focused()


def test_a_way_back_that_is_taken_the_moment_it_appears_leaves_the_page_where_it_was(
    open_page: OpenPage, alice: Member, letters: TitleList
) -> None:
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    page.evaluate("""() => {
        new MutationObserver((_, observer) => {
            const button = document.querySelector("[name=removed] ~ button");
            if (!button) return;
            observer.disconnect();
            button.click();
        }).observe(document.querySelector("main"), { childList: true, subtree: true });
    }""")
    with page.expect_request("**/restore/**") as sent:
        page.get_by_role("button", name="Take Film B out").click()
    assert sent.value.resource_type == "xhr"
    expect(page.get_by_role("button", name="Take Film B out")).to_be_focused()
    shown(page, "ABCDE")


def test_titles_are_found_while_typing_and_put_in(
    open_page: OpenPage, alice: Member, letters: TitleList
) -> None:
    heat = make_title("Heat", year=1995)
    refresh_search_names(title_ids=[heat.pk])
    page = open_page(alice)
    page.goto(letters.get_arrange_url())
    page.get_by_label("A film, show or season to put in").press_sequentially("hea")
    page.get_by_role("button", name="Add Heat").click()
    expect(page.locator(".desk-said")).to_have_text("Heat is in “Some films”.")
    expect(page.locator(".entry")).to_have_count(6)
    expect(page.get_by_label("A film, show or season to put in")).to_have_value("hea")


def test_all_of_it_works_without_script(open_page: OpenPage, alice: Member, letters: TitleList) -> None:
    heat = make_title("Heat", year=1995)
    refresh_search_names(title_ids=[heat.pk])
    page = open_page(alice, java_script_enabled=False)
    page.goto(letters.get_arrange_url())
    page.get_by_role("button", name="Move Film C up").click()
    shown(page, "ACBDE")
    page.get_by_label("Place of Film E").fill("1")
    page.get_by_label("Place of Film E").press("Enter")
    shown(page, "EACBD")
    page.get_by_label("A film, show or season to put in").fill("heat")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Add Heat").click()
    expect(page.locator(".entry")).to_have_count(6)


def test_a_film_goes_from_the_watchlist_to_the_diary_and_out_of_it_again(
    open_page: OpenPage, alice: Member
) -> None:
    heat: Title = make_title("Heat", year=1995)
    page = open_page(alice, viewport={"width": 360, "height": 740})
    page.goto(heat.get_absolute_url())
    page.get_by_role("button", name="Keep for later").click()
    expect(page.get_by_role("button", name="On your watchlist")).to_be_visible()
    page.get_by_role("link", name="I saw this").click()
    page.get_by_label("Where").fill("The Plaza")
    expect(page.get_by_label("Take it off my watchlist")).to_be_checked()
    page.get_by_role("button", name="Put it in my diary").click()
    expect(page.get_by_role("button", name="Keep for later")).to_be_visible()
    page.get_by_role("button", name="Put it back").click()
    expect(page.get_by_role("button", name="On your watchlist")).to_be_visible()
    page.goto("/members/alice/watchlist/")
    page.get_by_role("button", name="Take off Heat").press("Enter")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    expect(page.locator("#watchlist-count")).to_have_text("0 titles")
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(page.get_by_role("button", name="Take off Heat")).to_be_focused()
    page.goto("/members/alice/diary/")
    take_out = page.get_by_role("button", name="Take Heat out of my diary")
    take_out.press("Enter")
    expect(page.get_by_role("button", name="Put it back")).to_be_focused()
    expect(page.locator("#diary-count")).to_have_text("0 viewings")
    page.get_by_role("button", name="Put it back").press("Enter")
    expect(page.get_by_text("The Plaza")).to_be_visible()
    expect(take_out).to_be_focused()
    expect(page.locator("#diary-count")).to_have_text("1 viewing")
    assert Viewing.objects.get().place == "The Plaza"


def test_a_day_before_the_others_was_the_first_time(open_page: OpenPage, alice: Member) -> None:
    heat = make_title("Heat", year=1995)
    make_viewing(alice, heat, seen_on=date(2020, 2, 1))
    page = open_page(alice)
    page.goto(f"/titles/{heat.pk}/diary/")
    again = page.get_by_label("I had seen it before")
    expect(again).to_be_checked()
    day = page.get_by_label("Seen on", exact=True)
    day.fill("2001-05-04")
    day.blur()
    expect(again).not_to_be_checked()
    again.check()
    day.fill("2000-05-04")
    day.blur()
    expect(again).to_be_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_for_everybody_at_every_width(
    open_page: OpenPage, alice: Member, letters: TitleList, scheme: str
) -> None:
    title = letters.entries.first().title
    make_vote(title, alice)
    make_viewing(alice, title, place="A cinema", tags=["festival"], note="Loud.", is_rewatch=True, value=7)
    letters.entries.update(note="A note. " * 20)
    top = make_list(alice, title, kind="top")
    page = open_page(alice, color_scheme=scheme)
    for address in (
        letters.get_absolute_url(),
        letters.get_arrange_url(),
        f"/lists/{letters.pk}/edit/",
        "/lists/",
        "/lists/new/",
        f"/titles/{title.pk}/lists/",
        f"/titles/{title.pk}/lists/add/",
        f"/titles/{title.pk}/diary/",
        "/members/alice/diary/?year=2026",
        "/members/alice/lists/",
        "/members/alice/watchlist/",
        top.get_arrange_url(),
    ):
        for width in (360, 768, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, address
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)
        found = Axe().run(page).response["violations"]
        grave = [one for one in found if one["impact"] in GRAVE]
        assert not grave, (address, [(one["id"], [node["html"] for node in one["nodes"]]) for one in grave])
