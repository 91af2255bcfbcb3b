"""The search field by keyboard, by pointer and without script."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from films.models import Title
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_credit, make_person, make_title, make_votes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def film(transactional_db: None) -> Title:
    film = make_title(
        "Bacheha-ye Aseman",
        original_name="بچه‌های آسمان",
        original_language="fa",
        alternatives={"Children of Heaven": "en"},
    )
    make_votes(film, {9: 6})
    make_title("Children of Men", year=2006)
    make_credit(film, make_person("Majid Majidi"))
    refresh_listings()
    refresh_search_names()
    return film


def field_of(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search films, shows and people")


def chosen(page: Page) -> str:
    """The words of the option that the field points at; nothing while it points at none."""
    return page.evaluate(
        """() => {
            const key = document.getElementById("find").getAttribute("aria-activedescendant");
            return key ? document.getElementById(key).innerText.replace(/\\s+/g, " ").trim() : "";
        }"""
    )


def test_a_film_is_found_opened_and_left_with_keys_alone(open_page: OpenPage, film: Title) -> None:
    page = open_page()
    page.goto("/about/")
    press(page, "/")
    field = field_of(page)
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("child")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(options).to_have_count(3)
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-controls", "find-options")
    expect(page.locator(".find [role=status]")).to_have_text("2 suggestions")
    assert chosen(page) == ""
    press(page, "ArrowDown")
    assert chosen(page) == "Bacheha-ye Aseman (1997) Children of Heaven"
    press(page, "End")
    assert chosen(page) == "All results for “child”"
    press(page, "ArrowDown")
    assert chosen(page) == ""
    press(page, "ArrowUp")
    press(page, "Home")
    expect(options.first).to_have_attribute("aria-selected", "true")
    expect(field).to_be_focused()
    press(page, "Enter")
    expect(page).to_have_url(re.compile(f"{film.get_absolute_url()}$"))
    page.go_back()
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_escape_and_tab_close_the_list_and_typing_opens_it(open_page: OpenPage, film: Title) -> None:
    page = open_page()
    page.goto("/about/")
    field, listbox = field_of(page), page.get_by_role("listbox")
    field.press_sequentially("chil")
    expect(listbox).to_be_visible()
    press(page, "Escape")
    expect(listbox).to_be_hidden()
    expect(field).to_have_value("chil")
    expect(field).to_have_attribute("aria-expanded", "false")
    press(page, "ArrowDown")
    expect(listbox).to_be_visible()
    press(page, "Tab")
    expect(listbox).to_be_hidden()
    expect(field).not_to_be_focused()
    field.press_sequentially("d")
    expect(listbox).to_be_visible()
    field.fill("")
    expect(listbox).to_be_hidden()


def test_a_slip_is_forgiven_after_a_pause(open_page: OpenPage, film: Title) -> None:
    page = open_page()
    page.goto("/about/")
    field_of(page).press_sequentially("childern of heavn")
    option = page.get_by_role("option", name="Children of Heaven")
    expect(option).to_be_visible()
    option.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bacheha-ye Aseman")


def test_enter_without_a_choice_goes_to_all_results(open_page: OpenPage, film: Title) -> None:
    page = open_page()
    page.goto("/about/")
    field_of(page).press_sequentially("majid")
    expect(page.get_by_role("option", name="Majid Majidi")).to_be_visible()
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Results for “majid”")
    expect(page.locator(".hits").get_by_role("link", name="Majid Majidi")).to_be_visible()


def test_a_finger_opens_a_suggestion(open_page: OpenPage, film: Title) -> None:
    page = open_page(has_touch=True, viewport={"width": 360, "height": 640})
    page.goto("/about/")
    page.locator("#find").tap()
    page.keyboard.type("majid")
    page.get_by_role("option", name="Majid Majidi").tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Majid Majidi")


def test_without_script_the_form_leads_to_results(open_page: OpenPage, film: Title) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/about/")
    field = page.get_by_role("searchbox", name="Search films, shows and people")
    field.fill("childern of heavn")
    field.press("Enter")
    expect(page.get_by_text("Nothing is called “childern of heavn”.")).to_be_visible()
    page.get_by_role("link", name="Bacheha-ye Aseman").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bacheha-ye Aseman")
