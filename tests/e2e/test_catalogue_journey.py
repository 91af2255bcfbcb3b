"""One story through the catalogue: found by a misspelt name, corrected by a member, accepted, looked back at, undone."""

import pytest
from playwright.sync_api import expect

from films.models import AlternativeTitle
from films.services.search_names import refresh_search_names
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_credit, make_member, make_person, make_title

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_a_misspelt_name_to_a_correction_that_is_undone(open_page: OpenPage) -> None:
    film = make_title("Bacheha-ye Aseman", year=1997)
    AlternativeTitle.objects.create(title=film, name="Children of Heaven", language="en")
    player = make_person("Reza Naji", born="1942")
    make_credit(film, player, role="actor", character="Ali's father")
    for name in ("Children of Men", "Heaven", "Heaven Can Wait", "Children of Paradise"):
        make_title(name)
    refresh_search_names()
    alice, mona = make_member("alice"), make_member("mona", sections=["films"])

    # Two letters changed places, and no press of the mouse: the list under the field leads there.
    page = open_page(alice)
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("childern of heavn")
    expect(page.get_by_role("option").first).to_contain_text("Bacheha-ye Aseman")
    field.press("ArrowDown")
    field.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Bacheha-ye Aseman")

    # From the film to somebody who plays in it, and what is known of them is mended.
    page.locator("main").get_by_role("link", name="Reza Naji").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Reza Naji")
    page.get_by_role("link", name="Correct or add something").click()
    page.locator("main").get_by_role("link", name="Life").click()
    page.get_by_label("Born").fill("1942-05-07")
    page.get_by_label("Source", exact=False).first.fill("His own site")
    page.get_by_role("button", name="Send the proposal").first.click()
    expect(page.get_by_text("A moderator looks at it")).to_be_visible()

    desk = open_page(mona)
    desk.goto("/moderation/proposals/")
    desk.get_by_role("link", name="Reza Naji").first.click()
    expect(desk.get_by_text("His own site")).to_be_visible()
    press(desk, "a")
    press(desk, "Control+Enter")
    expect(desk.get_by_text("its author has an answer")).to_be_visible()
    desk.goto(player.get_absolute_url())
    expect(desk.locator("main")).to_contain_text("7 May 1942")

    # The history says who and when, and takes it back.
    desk.get_by_role("link", name="History").click()
    expect(desk.get_by_text("accepted by mona")).to_be_visible()
    desk.locator("details.revert summary").click()
    desk.get_by_role("button", name="Undo this change").click()
    expect(desk.get_by_text("Undone.")).to_be_visible()
    desk.goto(player.get_absolute_url())
    expect(desk.locator("main")).not_to_contain_text("7 May")
    expect(desk.locator("main")).to_contain_text("1942")
