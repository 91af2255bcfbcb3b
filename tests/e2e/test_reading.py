"""What a visitor does: browse, search, move about by keys."""

import re

import pytest
from playwright.sync_api import expect

from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_title

pytestmark = pytest.mark.django_db(transaction=True)


def test_filters_change_the_list_in_place_and_the_address_with_it(open_page: OpenPage) -> None:
    make_title("The Grocer's Ladder", genres=["Drama"], year=1991)
    make_title("Bus to Bandar", genres=["Comedy"], year=1994)
    refresh_listings()
    page = open_page()
    page.goto("/films/")
    expect(page.locator("#results")).to_contain_text("Bus to Bandar")
    page.evaluate("window.sameDocument = true")

    page.get_by_label("Drama").check()

    expect(page.locator("#results")).not_to_contain_text("Bus to Bandar")
    expect(page.locator("#results")).to_contain_text("The Grocer's Ladder")
    expect(page).to_have_url(re.compile(r"/films/\?.*genre=drama"))
    assert page.evaluate("window.sameDocument")

    page.reload()
    expect(page.get_by_label("Drama")).to_be_checked()
    expect(page.locator("#results")).not_to_contain_text("Bus to Bandar")

    page.get_by_label("Drama").uncheck()
    expect(page.locator("#results")).to_contain_text("Bus to Bandar")
    page.go_back()
    expect(page).to_have_url(re.compile(r"genre=drama"))
    expect(page.locator("#results")).not_to_contain_text("Bus to Bandar")
    expect(page.get_by_label("Drama")).to_be_checked()
    page.go_back()
    expect(page.locator("#results")).to_contain_text("Bus to Bandar")
    expect(page.get_by_label("Drama")).not_to_be_checked()


def test_a_slip_of_the_finger_still_finds_the_film_by_keys_alone(open_page: OpenPage) -> None:
    make_title("Children of Heaven", original_name="Bacheha-Ye Aseman")
    refresh_search_names()
    page = open_page()
    page.goto("/")
    press(page, "/")
    expect(page.get_by_role("combobox", name="Search films, shows and people")).to_be_focused()
    page.keyboard.type("childern of heavn")
    press(page, "Enter")
    page.get_by_role("link", name="Children of Heaven").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Children of Heaven")
