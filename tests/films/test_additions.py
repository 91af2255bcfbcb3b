"""Titles to add: the rules in the form, duplicates, one's turn, and what becomes of them."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.editing import read_facts
from films.models import Change, Proposal, SearchName, Title, TitleKind, TitleListing
from films.services.editing import write_facts
from films.services.search_names import refresh_search_names
from tests.factories import make_genre, make_member, make_season, make_title

pytestmark = pytest.mark.django_db

FILM = {
    "name-name": "The Song of Sparrows",
    "original_name-original_name": "آواز گنجشک‌ها",
    "year-year": "2008",
    "minutes-minutes": "96",
    "genres-rows": "1",
    "genres-0-genre": "drama",
    "countries-rows": "1",
    "countries-0-country": "Iran",
    "directors-rows": "1",
    "directors-0-person": "Majid Majidi",
    "plot-text": "An ostrich runs away and its keeper looks for work in the city.",
    "plot-language": "English",
    "ground": "festival",
    "imdb_id": "https://www.imdb.com/title/tt0997246/",
    "source": "The festival's catalogue of 2008",
    "action": "send",
}
SEASON = {
    "season_number-season_number": "2",
    "year-year": "2012",
    "released_on-released_on": "2012-10-15",
    "plot-text": "The second winter in the village begins with a letter.",
    "plot-language": "English",
    "channel": "VPRO",
    "ground": "tv",
    "source": "The guide of that week",
    "action": "send",
}


@pytest.fixture(autouse=True)
def _ready(db: None, settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    make_genre("Drama")


@pytest.fixture
def show(db: None) -> Title:
    show = make_title("The Village", kind=TitleKind.SHOW, year=2010)
    make_season(show, 1)
    refresh_search_names(title_ids=[show.pk])
    return show


def accept_all(client: Client, proposal: Proposal) -> Any:
    choices = {f"decide-{key}": "yes" for key in proposal.changes.values_list("field", flat=True)}
    return client.post(f"/moderation/proposals/{proposal.pk}/", choices)


def test_the_rules_are_for_everybody_and_the_form_for_members(client: Client, sam: Member) -> None:
    assert "film festival" in client.get("/add/").content.decode()
    assert client.get("/add/film/").status_code == 302
    client.force_login(sam)
    assert client.get("/add/film/").status_code == 403
    assert client.get("/add/nothing/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_an_accepted_film_is_there_with_every_fact_and_can_be_found(
    client: Client, alice: Member, mona: Member
) -> None:
    client.force_login(alice)
    assert client.post("/add/film/", FILM).status_code == 302
    proposal = Proposal.objects.get()
    assert (proposal.adds, proposal.section, proposal.ground, proposal.year) == (
        "film",
        "films",
        "festival",
        2008,
    )
    assert not Title.objects.exists()
    client.force_login(mona)
    assert "The Song of Sparrows (2008)" in client.get("/moderation/proposals/").content.decode()
    assert accept_all(client, proposal).status_code == 302
    title = Title.objects.get()
    proposal.refresh_from_db()
    assert (proposal.state, proposal.title) == ("accepted", title)
    facts = read_facts(title, ["name", "year", "minutes", "genres", "countries", "external_ids"])
    assert facts == {
        "name": "The Song of Sparrows",
        "year": 2008,
        "minutes": 96,
        "genres": ["drama"],
        "countries": ["IR"],
        "external_ids": [{"source": "imdb", "value": "tt0997246"}],
    }
    assert title.credits.get().person.name == "Majid Majidi"
    assert title.plot_author == alice
    assert set(title.provenance.values()) == {"person"}
    assert "name" in title.provenance
    assert TitleListing.objects.filter(title=title).exists()
    assert SearchName.objects.filter(title=title, norm="the song of sparrows").exists()
    assert set(Change.objects.values_list("field", flat=True)) >= {"name", "year", "plot", "directors"}
    client.force_login(alice)
    assert title.get_absolute_url() in client.get("/settings/proposals/").content.decode()


@pytest.mark.parametrize(
    "missing", ["ground", "source", "name-name", "year-year", "genres-0-genre", "directors-0-person"]
)
def test_what_is_needed_is_asked_for_and_nothing_typed_is_lost(
    client: Client, alice: Member, missing: str
) -> None:
    client.force_login(alice)
    answer = client.post("/add/film/", {key: value for key, value in FILM.items() if key != missing})
    assert answer.status_code == 422
    assert "An ostrich runs away" in answer.content.decode()
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("ground", ["", "amateur", "tv'"])
def test_the_ground_is_a_required_choice(client: Client, alice: Member, ground: str) -> None:
    client.force_login(alice)
    assert client.post("/add/film/", {**FILM, "ground": ground}).status_code == 422


@pytest.mark.parametrize("imdb_id", ["0997246", "tt12", "nm0006498", "tt٠٩٩٧٢٤٦"])
def test_an_id_of_imdb_looks_like_one(client: Client, alice: Member, imdb_id: str) -> None:
    client.force_login(alice)
    answer = client.post("/add/film/", {**FILM, "imdb_id": imdb_id})
    assert answer.status_code == 422
    assert imdb_id in answer.content.decode()


def test_the_first_addition_holds_the_next_ones_until_it_is_decided(
    client: Client, alice: Member, mona: Member
) -> None:
    client.force_login(alice)
    client.post("/add/film/", FILM)
    other = {**FILM, "name-name": "Baran", "imdb_id": "", "year-year": "2001"}
    answer = client.post("/add/film/", other)
    assert answer.status_code == 409
    assert "first addition" in answer.content.decode()
    assert 'value="Baran"' in answer.content.decode()
    for url in ("/add/", "/add/film/"):
        page = client.get(url).content.decode()
        assert "first addition waits" in page, url
        assert "data-editing" not in page
        assert "/add/show/" not in page
    client.force_login(mona)
    accept_all(client, Proposal.objects.get())
    client.force_login(alice)
    assert client.post("/add/film/", other).status_code == 302
    third = {**other, "name-name": "The Willow Tree", "year-year": "2005"}
    assert client.post("/add/film/", third).status_code == 302


def test_an_id_that_is_here_already_names_the_title(client: Client, alice: Member) -> None:
    here = make_title("Avaze gonjeshk-ha", year=2008)
    ids = [{"source": "imdb", "value": "tt0997246"}]
    write_facts(here, {"external_ids": ids}, actor=None, origin=Change.Origin.STAFF)
    client.force_login(alice)
    answer = client.post("/add/film/", FILM)
    assert answer.status_code == 409
    assert here.get_absolute_url() in answer.content.decode()
    assert not Proposal.objects.exists()


def test_an_id_that_waits_already_is_refused(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(alice)
    client.post("/add/film/", FILM)
    client.force_login(bob)
    answer = client.post("/add/film/", {**FILM, "name-name": "Avaze gonjeshk-ha"})
    assert answer.status_code == 409
    assert "waits to be added" in answer.content.decode()
    assert Proposal.objects.count() == 1


def test_a_film_of_the_same_name_and_time_is_asked_about(client: Client, alice: Member, bob: Member) -> None:
    here = make_title("The Song of Sparrows", year=2007)
    refresh_search_names(title_ids=[here.pk])
    client.force_login(alice)
    asked = client.post("/add/film/", FILM)
    assert asked.status_code == 422
    assert here.get_absolute_url() in asked.content.decode()
    assert client.post("/add/film/", {**FILM, "is_another": "1"}).status_code == 302
    client.force_login(bob)
    waiting = client.post("/add/film/", {**FILM, "imdb_id": ""})
    assert "waits to be added" in waiting.content.decode()


@pytest.mark.parametrize(
    ("here", "is_asked"),
    [("The Song of Sparows", True), ("Song of Sparrows", True), ("The Song of Sparrow Hills", False)],
)
def test_only_a_name_that_is_alike_is_asked_about(
    client: Client, alice: Member, here: str, is_asked: bool
) -> None:
    refresh_search_names(title_ids=[make_title(here, year=2008).pk])
    client.force_login(alice)
    assert client.post("/add/film/", FILM).status_code == (422 if is_asked else 302)


def test_what_only_shares_words_is_not_called_a_duplicate(client: Client, alice: Member) -> None:
    refresh_search_names(title_ids=[make_title("A Guy Thing", year=2003).pk])
    client.force_login(alice)
    shown = client.get("/add/duplicates/", {"name-name": "A Brand New Thing"}).content.decode()
    assert "A Guy Thing" not in shown


def test_a_likely_duplicate_is_shown_with_its_other_name(client: Client, alice: Member) -> None:
    here = make_title("Children of Heaven", year=1997, original_name="Bacheha-ye Aseman")
    refresh_search_names(title_ids=[here.pk])
    client.force_login(alice)
    for typed in ("Children of Heaven", "Bacheha-ye Aseman"):
        shown = client.get("/add/duplicates/", {"name-name": typed}).content.decode()
        assert "Children of Heaven" in shown
        assert "Bacheha-ye Aseman" in shown


def test_another_film_of_that_name_long_ago_is_no_question(client: Client, alice: Member) -> None:
    refresh_search_names(title_ids=[make_title("The Song of Sparrows", year=1961).pk])
    client.force_login(alice)
    assert client.post("/add/film/", FILM).status_code == 302


def test_titles_and_waiting_additions_are_shown_while_typing(client: Client, alice: Member) -> None:
    here = make_title("The Song of Songs", year=2006)
    refresh_search_names(title_ids=[here.pk])
    client.force_login(alice)
    client.post("/add/film/", FILM)
    shown = client.get("/add/duplicates/", {"name-name": "the song"}).content.decode()
    assert "The Song of Songs" in shown
    assert "The Song of Sparrows (2008)" in shown
    assert client.get("/add/duplicates/", {"name-name": "th"}).content.decode().strip() == ""


def test_a_season_takes_its_shows_name(client: Client, alice: Member, show: Title) -> None:
    client.force_login(alice)
    page = client.get(f"/add/season/?show={show.pk}").content.decode()
    assert 'value="The Village (2010)"' in page
    assert "season 1" in page
    answer = client.post("/add/season/", {**SEASON, "show": "The Village (2010)"})
    assert answer.status_code == 302, answer.context["page"].form.errors
    proposal = Proposal.objects.get()
    assert (proposal.section, proposal.show) == ("shows", show)
    client.force_login(make_member("sara", sections=["shows"]))
    assert "The Village, season 2 (2012)" in client.get("/moderation/proposals/").content.decode()
    assert accept_all(client, proposal).status_code == 302
    season = Title.objects.get(parent=show, season_number=2)
    assert (season.name, season.year) == ("The Village", 2012)
    assert season.title_companies.get().company.name == "VPRO"


def test_the_same_season_is_refused_whether_it_is_here_or_waits(
    client: Client, alice: Member, bob: Member, show: Title
) -> None:
    client.force_login(alice)
    here = client.post("/add/season/", {**SEASON, "show": "The Village", "season_number-season_number": "1"})
    assert here.status_code == 409
    assert show.seasons.get().get_absolute_url() in here.content.decode()
    client.post("/add/season/", {**SEASON, "show": "The Village"})
    client.force_login(bob)
    waiting = client.post("/add/season/", {**SEASON, "show": "The Village"})
    assert waiting.status_code == 409
    assert Proposal.objects.count() == 1


def test_a_season_needs_a_show_that_is_here(client: Client, alice: Member, show: Title) -> None:
    client.force_login(alice)
    make_title("A Film")
    for name in ("Nothing", "A Film", ""):
        assert client.post("/add/season/", {**SEASON, "show": name}).status_code == 422, name
    assert not Proposal.objects.exists()
    assert client.get("/add/season/?show=99999999999999999999").status_code in (200, 400)


def test_a_duplicate_that_came_meanwhile_stops_the_acceptance(
    client: Client, alice: Member, show: Title
) -> None:
    client.force_login(alice)
    client.post("/add/season/", {**SEASON, "show": "The Village"})
    make_season(show, 2)
    client.force_login(make_member("sara", sections=["shows"]))
    answer = accept_all(client, Proposal.objects.get())
    assert answer.status_code == 409
    assert "here already" in answer.content.decode()
    assert Proposal.objects.get().state == "waiting"


def test_an_addition_without_its_name_is_no_title(client: Client, alice: Member, mona: Member) -> None:
    client.force_login(alice)
    client.post("/add/film/", FILM)
    proposal = Proposal.objects.get()
    choices = {f"decide-{key}": "yes" for key in proposal.changes.values_list("field", flat=True)}
    client.force_login(mona)
    url = f"/moderation/proposals/{proposal.pk}/"
    assert client.post(url, {**choices, "decide-name": "no", "reply": "no"}).status_code == 409
    assert client.post(url, {**choices, "decide-minutes": "no", "reply": "It is longer"}).status_code == 302
    assert Title.objects.get().minutes is None


def test_a_plot_that_is_the_shows_is_asked_about(client: Client, alice: Member, show: Title) -> None:
    body = " ".join(
        f"Sentence {number} tells of the village and of its second winter." for number in range(12)
    )
    Title.objects.filter(pk=show.pk).update(plot=body)
    client.force_login(alice)
    answer = client.post("/add/season/", {**SEASON, "show": "The Village", "plot-text": body})
    assert "own words" in answer.content.decode()
    assert not Proposal.objects.exists()
