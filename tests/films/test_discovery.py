"""Ways to a title that nobody looked for: by chance, by what divides, by what is talked about."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films import querysets
from films.filters import SORTS
from films.models import RankedList, Title, TitleKind, TitleListing
from films.services.listing import refresh_listings
from films.views import browse
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_review, make_season, make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _few_votes_are_enough(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = 2
    of_two_votes = {"deviation__isnull": False, "vote_count__gte": 2}
    monkeypatch.setitem(SORTS, "divisive", replace(SORTS["divisive"], only=of_two_votes))


# --- By chance ------------------------------------------------------------------------------------------


@pytest.fixture
def films() -> list[Title]:
    titles = [make_title(genres=["Drama"] if number % 2 else ["War"]) for number in range(8)]
    make_title(kind=TitleKind.SHOW)
    refresh_listings()
    return titles


def test_a_random_title_is_one_of_those_that_fit(client: Client, films: list[Title]) -> None:
    dramas = {film.get_absolute_url() for film in films[1::2]}
    found = {client.get("/films/random/?genre=drama").headers["Location"] for _ in range(40)}
    assert found <= dramas
    assert len(found) > 1


@pytest.mark.parametrize("drawn", [500, 3], ids=["mostly found at once", "mostly read whole"])
def test_each_is_as_likely_as_any_other(
    films: list[Title], monkeypatch: pytest.MonkeyPatch, drawn: int
) -> None:
    # A title far from the others must not stand for the whole gap.
    Title.objects.filter(pk=films[0].pk).update(kind=TitleKind.FILM)
    far = make_title(pk=films[-1].pk + 300)
    refresh_listings(title_ids=[far.pk])
    monkeypatch.setattr(querysets, "_DRAWN", drawn)
    rows = TitleListing.objects.of_kind(TitleKind.FILM)
    found = Counter(rows.any_one() for _ in range(900))
    assert set(found) == {film.pk for film in films} | {far.pk}
    # A hundred each; a fair draw is outside of this once in a hundred thousand runs.
    assert all(55 < times < 150 for times in found.values()), found


def test_what_is_by_chance_is_kept_nowhere(client: Client, films: list[Title]) -> None:
    answer = client.get("/films/random/")
    assert answer.status_code == 302
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


@pytest.mark.parametrize("query", ["?genre=western", "?year_from=2050", "?person=abc"])
def test_when_nothing_fits_the_list_says_so(client: Client, films: list[Title], query: str) -> None:
    answer = client.get(f"/films/random/{query}", follow=True)
    assert answer.redirect_chain == [(f"/films/{query}", 302)]
    assert answer.status_code == 200


def test_on_an_empty_site_there_is_no_random_title(client: Client) -> None:
    assert client.get("/films/random/").headers["Location"].startswith("/films/")
    assert client.get("/shows/random/").headers["Location"].startswith("/shows/")


def test_a_title_from_my_watchlist(client: Client, films: list[Title], alice: Member) -> None:
    client.force_login(alice)
    assert "watchlist=1" not in client.get("/discover/").content.decode()
    alice.watchlist.create(title=films[3])
    assert "/films/random/?watchlist=1" in client.get("/discover/").content.decode()
    answer = client.get("/films/random/?watchlist=1")
    assert answer.headers["Location"] == films[3].get_absolute_url()


# --- The page -------------------------------------------------------------------------------------------


def test_hidden_gems_have_few_votes_and_the_best_rating(client: Client) -> None:
    famous, gem, plain, unseen = (make_title(name) for name in ("Famous", "Gem", "Plain", "Unseen"))
    make_votes(famous, {10: 5})
    make_votes(gem, {10: 4})
    make_votes(plain, {4: 4})
    make_votes(unseen, {10: 1})
    refresh_listings()
    page = client.get("/discover/")
    assert [row.title for row in page.context["gems"]] == [gem, plain]
    assert "with 2 to 4 votes" in page.content.decode()


def test_what_stands_high_among_the_best_is_no_hidden_gem(client: Client) -> None:
    films = [make_title(f"Film {number}") for number in range(9)]
    for number, film in enumerate(films):
        make_votes(film, {10 - number: 3})
    refresh_listings()
    page = client.get("/discover/")
    # A quarter of the nine places of the list of the best.
    assert [row.title for row in page.context["gems"]] == films[2:]
    assert "Not the first 2 of the" in page.content.decode()


def test_the_most_divisive_come_first_and_few_votes_divide_nobody(client: Client) -> None:
    split, calm, two = make_title("Split"), make_title("Calm"), make_title("One")
    make_votes(split, {1: 3, 10: 3})
    make_votes(calm, {7: 6})
    make_votes(two, {10: 1})
    refresh_listings()
    for rows in (
        client.get("/discover/").context["divisive"],
        client.get("/films/?sort=divisive").context["page"].rows,
    ):
        assert rows[0].title == split
        assert two not in [row.title for row in rows]
    assert "spread 2.25" in client.get("/films/?sort=divisive").content.decode()


def test_most_talked_about_counts_the_messages_of_a_week(client: Client) -> None:
    now = timezone.now()
    busy, quiet, past = make_title("Busy"), make_title("Quiet"), make_title("Past")
    for title, times, age in ((busy, 3, 1), (quiet, 1, 0), (past, 9, 8)):
        for _ in range(times):
            make_review(title, created_at=now - timedelta(days=age))
    make_review(quiet, state="hidden")
    talked_about = client.get("/discover/").context["talked_about"]
    assert talked_about == [(busy, 3), (quiet, 1)]


def test_the_last_added_stand_first(client: Client) -> None:
    first, second = make_title(), make_title()
    refresh_listings()
    assert [row.title for row in client.get("/discover/").context["added"]] == [second, first]


def test_discovery_asks_the_same_for_little_and_for_much(client: Client) -> None:
    def more() -> None:
        film = make_title()
        make_votes(film, {2: 2, 9: 2})
        make_review(film)
        refresh_listings()

    assert_flat_queries(client, more, "/discover/", at_most=9)


# --- Everything there is --------------------------------------------------------------------------------


def test_every_genre_and_country_with_its_numbers(client: Client) -> None:
    make_title(genres=["War"], countries=["NL"], year=1963)
    make_title(genres=["War", "Drama"])
    make_title(genres=["Drama"], kind=TitleKind.SHOW)
    refresh_listings()
    rows = {
        row["words"]: (row["films"], row["shows"]) for row in client.get("/discover/genres/").context["rows"]
    }
    assert rows == {"Drama": (1, 1), "War": (2, 0)}
    assert "Netherlands" in client.get("/discover/countries/").content.decode()
    assert [row["words"] for row in client.get("/discover/decades/").context["rows"]] == ["1990s", "1960s"]
    assert client.get("/discover/languages/").status_code == 200
    assert client.get("/discover/actors/").status_code == 404


def test_an_index_asks_the_same_for_little_and_for_much(client: Client) -> None:
    def more() -> None:
        make_title(genres=["War"], countries=["NL"])
        refresh_listings()

    # The choices and, while they are not at hand, the counts of films and of shows; the banner.
    assert_flat_queries(client, more, "/discover/genres/", at_most=23)


# --- Pages that stay where they are ---------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["rank", "active", "divisive", "added", "mean"])
def test_titles_that_arrive_between_two_pages_move_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, sort: str
) -> None:
    monkeypatch.setattr(browse, "PAGE_SIZE", 3)
    # Constants that stand for the day, as on any site that has had a night.
    RankedList.objects.create(key="film", day=timezone.localdate(), m=2, c=3)
    members = [make_member() for _ in range(6)]
    now = timezone.now()

    def make_film(number: int) -> Title:
        film = make_title()
        for place, member in enumerate(members):
            make_vote(film, member, 5 + (number % 5 if place % 2 else -(number % 4)))
        make_review(film, created_at=now - timedelta(minutes=number))
        return film

    there = [make_film(number) for number in range(9)]
    refresh_listings()
    query, seen = f"?sort={sort}", []
    while query:
        page = client.get(f"/films/{query}").context["page"]
        seen += [row.title for row in page.rows]
        query = page.next_url
        if len(seen) <= 6:
            make_film(len(seen))
            refresh_listings()
    assert len(seen) == len(set(seen))
    assert set(there) <= set(seen)


def test_seasons_have_a_list(client: Client) -> None:
    show = make_title("Show", kind=TitleKind.SHOW)
    make_season(show, 1)
    refresh_listings()
    page = client.get("/shows/seasons/")
    assert [row.title.display_name for row in page.context["page"].rows] == ["Show, season 1"]
