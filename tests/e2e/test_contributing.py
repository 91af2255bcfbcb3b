"""The catalogue as its members correct it: proposed by one, accepted by another, looked back at and undone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from films.models import Change, Proposal, ProposedChange, Title
from films.services.editing import write_facts
from films.services.search_names import refresh_search_names
from tests.e2e.conftest import OpenPage, press
from tests.factories import make_credit, make_genre, make_member, make_person, make_title

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def film(transactional_db: None) -> Title:
    film = make_title("Children of Heaven", year=1998, minutes=88, genres=["Drama"], countries=["IR"])
    make_credit(film, make_person("Mohammad Amir Naji"), role="actor", character="Father")
    refresh_search_names(title_ids=[film.pk], person_ids=[make_person("Bahare Seddiqi").pk])
    return film


def test_a_correction_is_proposed_accepted_looked_back_at_and_undone(
    open_page: OpenPage, film: Title
) -> None:
    alice, mona = make_member("alice"), make_member("mona", sections=["films"])
    page = open_page(alice)
    page.goto(film.get_absolute_url())
    page.get_by_role("link", name="Correct or add something").click()
    page.locator("main").get_by_role("link", name="Facts").click()
    page.get_by_label("Year").fill("1997")
    page.get_by_role("button", name="Show the difference").last.click()
    change = page.get_by_role("region", name="What would change")
    expect(change.locator("del")).to_have_text("1998")
    expect(change.locator("ins")).to_have_text("1997")
    page.get_by_label("Source", exact=False).first.fill("The festival's catalogue of 1997")
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_text("A moderator looks at it")).to_be_visible()

    desk = open_page(mona)
    desk.goto("/moderation/proposals/")
    press(desk, "j")
    press(desk, "Enter")
    expect(desk.get_by_text("The festival's catalogue of 1997")).to_be_visible()
    press(desk, "a")
    press(desk, "Control+Enter")
    expect(desk.get_by_text("its author has an answer")).to_be_visible()

    page.goto("/")
    page.locator(".account summary").click()
    expect(page.get_by_role("link", name="My proposals 1")).to_be_visible()
    page.get_by_role("link", name="My proposals 1").click()
    expect(page.get_by_text("new answer")).to_be_visible()

    desk.goto(film.get_absolute_url())
    expect(desk.get_by_role("heading", level=1)).to_contain_text("1997")
    desk.get_by_role("link", name="History").click()
    expect(desk.get_by_text("accepted by mona")).to_be_visible()
    desk.locator("details.revert summary").click()
    desk.get_by_role("button", name="Undo this change").click()
    expect(desk.get_by_text("Undone.")).to_be_visible()
    desk.goto(film.get_absolute_url())
    expect(desk.get_by_role("heading", level=1)).to_contain_text("1998")


def test_a_player_is_added_in_a_row_of_its_own_with_a_name_that_is_offered(
    open_page: OpenPage, film: Title
) -> None:
    page = open_page(make_member("alice"))
    page.goto(f"/titles/{film.pk}/edit/?part=cast")
    page.get_by_role("button", name="Another row").click()
    name = page.locator("[name='cast-2-person']")
    expect(name).to_be_focused()
    name.press_sequentially("bahare")
    expect(page.locator("#names-person option")).to_have_attribute("value", "Bahare Seddiqi")
    name.fill("Bahare Seddiqi")
    page.locator("[name='cast-2-character']").fill("Zahra")
    page.get_by_label("Source", exact=False).last.fill("the film")
    page.get_by_role("button", name="Send the proposal").click()
    expect(page.get_by_text("A moderator looks at it")).to_be_visible()
    (change,) = Proposal.objects.get().changes.all()
    assert [row["character"] for row in change.new] == ["Father", "Zahra"]
    assert change.new[1]["person"]["id"] is not None


@pytest.mark.parametrize("script", [True, False])
def test_a_film_is_added_with_and_without_script(open_page: OpenPage, film: Title, script: bool) -> None:
    make_genre("Family")
    page = open_page(make_member("alice"), java_script_enabled=script)
    page.goto("/add/")
    page.get_by_role("link", name="A film", exact=True).click()
    page.get_by_label("It ran in cinemas").check()
    page.locator("[name='name-name']").press_sequentially("Children of H")
    if script:
        expect(page.get_by_text("Is it one of these?")).to_be_visible()
    page.locator("[name='name-name']").fill("The Colour of Paradise")
    page.locator("[name='year-year']").fill("1999")
    page.locator("[name='genres-0-genre']").select_option("Drama")
    page.get_by_role("button", name="Another row · Genres").click()
    page.locator("[name='genres-1-genre']").select_option("Family")
    page.locator("[name='countries-0-country']").fill("Iran")
    page.locator("[name='directors-0-person']").fill("Majid Majidi")
    page.locator("[name='source']").fill("the film")
    page.get_by_role("button", name="Send the addition").last.click()
    expect(page.get_by_role("heading", name="The Colour of Paradise (1999)")).to_be_visible()
    values = dict(Proposal.objects.get().changes.values_list("field", "new"))
    assert values["genres"] == ["drama", "family"]


def test_the_pages_of_contributing_shut_nobody_out_and_fit_a_telephone(
    open_page: OpenPage, film: Title
) -> None:
    mona, alice = make_member("mona", sections=["films"]), make_member("alice")
    proposal = Proposal.objects.create(title=film, section="films", author=alice, source="the film")
    ProposedChange.objects.create(proposal=proposal, field="year", old=1990, new=1997)
    write_facts(film, {"minutes": 89}, actor=mona, origin=Change.Origin.STAFF)
    page = open_page(mona, viewport={"width": 360, "height": 800})
    for address in (
        f"/titles/{film.pk}/edit/",
        f"/titles/{film.pk}/edit/?part=cast",
        f"/titles/{film.pk}/edit/?part=names",
        "/add/",
        "/add/film/",
        "/moderation/proposals/",
        proposal.get_absolute_url(),
        f"/titles/{film.pk}/history/",
        "/settings/proposals/",
    ):
        page.goto(address)
        found = Axe().run(page).response["violations"]
        grave = [rule["id"] for rule in found if rule["impact"] in {"serious", "critical"}]
        assert grave == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
