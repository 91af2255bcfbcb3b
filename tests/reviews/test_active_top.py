"""The second top: what members who are still here think, by an m and a C of their own votes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from films.models import RankedList, Title, TitleKind
from films.rankings import best_of, standings_of
from films.services import ranking as films_ranking
from films.services.listing import refresh_listings
from films.weighting import Constants
from reviews import active_top as module
from reviews.active_top import active_lists, active_top
from reviews.services.ranking import keep_active_rankings
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db

NOW = timezone.now()
LONG_AGO = NOW - timedelta(days=3 * 365)


@pytest.fixture(autouse=True)
def _few_votes_are_enough(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = 2
    monkeypatch.setattr(films_ranking, "LEAST_PLACES", 2)


def old_vote(title: Title, value: int, **fields: object):
    return make_vote(title, value=value, cast_at=LONG_AGO, changed_at=LONG_AGO, **fields)


@pytest.fixture
def films() -> tuple[Title, Title]:
    """One film that members liked who left, and one that those like who are here."""
    gone, loved = make_title("Once loved"), make_title("Loved now")
    for _ in range(5):
        old_vote(gone, 10)
        make_vote(loved, value=8)
    for _ in range(2):
        make_vote(gone, value=4)
    refresh_listings()
    return gone, loved


def test_only_votes_of_active_members_make_the_list_and_its_constants(films: tuple[Title, Title]) -> None:
    gone, loved = films
    assert [place.title_id for place in best_of(TitleKind.FILM).places] == [gone.pk, loved.pk]
    top = active_lists()[TitleKind.FILM]
    assert [(place.title_id, place.vote_count, place.mean) for place in top.places] == [
        (loved.pk, 5, 4.0),
        (gone.pk, 2, 2.0),
    ]
    # 24 stars of seven votes.
    assert top.constants == Constants(2, 3.43)


@pytest.mark.parametrize("sign", ["a vote elsewhere", "a changed vote", "a message"])
def test_who_voted_or_wrote_lately_is_active_and_all_their_votes_count(sign: str) -> None:
    member = make_member()
    for _ in range(2):
        old_vote(make_title(), 9, member=member)
    kept = old_vote(make_title(), 9, member=member)
    assert active_lists()[TitleKind.FILM].places == []
    if sign == "a vote elsewhere":
        make_vote(member=member)
    elif sign == "a changed vote":
        type(kept).objects.filter(pk=kept.pk).update(changed_at=NOW)
    else:
        make_review(author=member)
    other = make_member()
    make_vote(kept.title, other, 9)
    assert [place.title_id for place in active_lists()[TitleKind.FILM].places] == [kept.title_id]


def test_after_so_many_months_nobody_is_active_any_more(
    settings: Settings, films: tuple[Title, Title]
) -> None:
    assert active_lists(NOW + timedelta(days=25 * 31))[TitleKind.FILM].places == []
    settings.FILMSITE_ACTIVE_MONTHS = 48
    assert active_lists()[TitleKind.FILM].places[0].vote_count == 7


def test_what_does_not_count_counts_here_neither(films: tuple[Title, Title]) -> None:
    _gone, loved = films
    suspended = loved.votes.first().member
    suspended.suspended_at = NOW
    suspended.save()
    assert active_lists()[TitleKind.FILM].places[0].vote_count == 4


def test_a_show_has_the_votes_of_its_seasons() -> None:
    show = make_title(kind=TitleKind.SHOW)
    for number in (1, 2):
        make_vote(make_season(show, number), value=8)
        make_vote(make_season(show, number + 2), value=6)
    [place] = active_lists()[TitleKind.SHOW].places
    assert (place.title_id, place.vote_count, place.mean) == (show.pk, 4, 3.5)
    assert active_lists()[TitleKind.SEASON].places == []


def test_a_duplicate_has_no_place(films: tuple[Title, Title]) -> None:
    gone, loved = films
    Title.objects.filter(pk=loved.pk).update(merged_into=gone)
    assert [place.title_id for place in active_lists()[TitleKind.FILM].places] == [gone.pk]


def test_a_night_is_kept_once_and_says_how_places_moved(films: tuple[Title, Title], client: Client) -> None:
    gone, loved = films
    assert keep_active_rankings() == 1
    RankedList.objects.update(day=timezone.localdate() - timedelta(days=7))
    for _ in range(9):
        make_vote(gone, value=10)
    assert keep_active_rankings() == 1
    assert keep_active_rankings() == 0
    top = active_top(TitleKind.FILM)
    assert [(place.title_id, place.moved) for place in top.places] == [(gone.pk, 1), (loved.pk, -1)]
    page = client.get("/top/active/").content.decode()
    assert "up 1 place" in page
    assert [standing.words for standing in standings_of(gone)] == [
        "Top films: members active in the last 24 months"
    ]
    assert standings_of(gone)[0].address == "/top/active/"


def test_the_page_shows_the_list_its_constants_and_why(films: tuple[Title, Title], client: Client) -> None:
    page = client.get("/top/active/").content.decode()
    for words in (
        "m = 2, C = 3.43",
        "Why #1?",
        "(20 + 2 × 3.43) ÷ (5 + 2)",
        "Members active in the last 24 months",
    ):
        assert words in page
    assert page.index("Loved now") < page.index("Once loved")
    assert 'href="/top/active/"' in client.get("/top/").content.decode()
    for address in ("/top/shows/active/", "/top/seasons/active/", "/top/active/?page=x"):
        assert client.get(address).status_code == 200


def test_a_large_site_waits_for_its_first_night_and_says_so(
    films: tuple[Title, Title], client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_VOTES_LIVE", 3)
    page = client.get("/top/active/").content.decode()
    assert "made once a night" in page
    assert "Loved now" not in page
    keep_active_rankings()
    module.cache.clear()
    assert "Loved now" in client.get("/top/active/").content.decode()


def test_a_list_of_many_asks_as_little_as_one_of_few(client: Client) -> None:
    def more() -> None:
        title = make_title()
        for _ in range(2):
            make_vote(title)

    assert_flat_queries(client, more, "/top/active/", at_most=4)
