"""The best are ranked in the open: by an m and a C of their own pool, kept each night, with the sum behind each place."""

from datetime import date, timedelta

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from films import rankings, tasks
from films.filters import TitleFilter
from films.models import RankedList, RankedTitle, Title, TitleKind, TitleListing
from films.rankings import best_of, list_key, live_list, standings_of, top_list
from films.services import ranking as service
from films.services.listing import refresh_listings
from films.services.ranking import forget_old_rankings, keep_rankings
from films.weighting import Constants, Place, constants_of, weighted_rating
from filmsite.lib.charts import rank_line
from tests.asserts import assert_flat_queries
from tests.factories import make_season, make_title, make_votes

pytestmark = pytest.mark.django_db

LEAST = 3


@pytest.fixture(autouse=True)
def _few_votes_are_enough(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = LEAST
    monkeypatch.setattr(service, "LEAST_PLACES", 2)


def make_listing(votes: int, mean: float, kind: str = TitleKind.FILM) -> TitleListing:
    """A row of the browse table whose numbers nobody has to vote for."""
    row, _ = TitleListing.objects.update_or_create(
        title=make_title(kind=kind),
        defaults={"kind": kind, "sort_key": "", "vote_count": votes, "mean": mean, "weighted": mean},
    )
    return row


def filters_of(query: str = "", kind: str = TitleKind.FILM) -> TitleFilter:
    return TitleFilter(QueryDict(query), kind=kind)


# --- The arithmetic -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "votes", "weighted"), [(3.69, 126, 3.4732), (4.50, 3, 3.2379), (4.20, 4000, 4.1756)]
)
def test_the_formula_and_the_database_give_the_published_numbers(
    mean: float, votes: int, weighted: float
) -> None:
    assert round(weighted_rating(mean, votes, 100, 3.20), 4) == weighted
    make_listing(votes, mean)
    # Only titles with m votes have a place; the sum itself is the same for all.
    rows = TitleListing.objects.filter(vote_count__gte=0)
    assert [float(row.rating) for row in rows.ranked(m=100, c=3.20)] == ([weighted] if votes >= 100 else [])


def test_the_browse_table_holds_what_the_formula_gives() -> None:
    make_votes(make_title(), {10: 6})
    make_votes(make_title(), {7: 1})
    show = make_title(kind=TitleKind.SHOW)
    make_votes(make_season(show, 1), {2: 5})
    refresh_listings()
    for kind, c in ((TitleKind.FILM, round(33.5 / 7, 2)), (TitleKind.SHOW, 1), (TitleKind.SEASON, 1)):
        constants = rankings.listing_constants()[kind]
        assert constants == Constants(LEAST, c)
        for listing in TitleListing.objects.of_kind(kind):
            expected = weighted_rating(listing.mean, listing.vote_count, constants.m, constants.c)
            assert listing.weighted == pytest.approx(expected, abs=0.00005)


def test_m_is_what_a_quarter_of_a_large_pool_reaches_and_what_fills_the_list_of_a_smaller_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for votes in range(1, 21):
        make_listing(votes, 3)
    make_listing(0, 0)
    pool = TitleListing.objects.all()
    monkeypatch.setattr("films.weighting.RANKED_LENGTH", 4)
    # Of twenty with votes a quarter is five: 16 to 20 votes.
    assert constants_of(pool).m == 16
    monkeypatch.setattr("films.weighting.RANKED_LENGTH", 10)
    assert constants_of(pool).m == 11
    monkeypatch.setattr("films.weighting.RANKED_LENGTH", 250)
    assert constants_of(pool).m == LEAST


def test_c_is_the_mean_of_all_votes_and_not_of_the_titles() -> None:
    make_listing(9, 5)
    make_listing(1, 1)
    assert constants_of(TitleListing.objects.all()).c == 4.6


def test_an_empty_pool_has_constants_and_no_places() -> None:
    top = live_list(TitleListing.objects.all())
    assert top.constants == Constants(LEAST, 0)
    assert top.places == []


# --- The order ------------------------------------------------------------------------------------------


def test_few_high_votes_do_not_outrank_many_and_too_few_have_no_place() -> None:
    few, many, low = make_listing(5, 5), make_listing(40, 4.5), make_listing(60, 1)
    make_listing(LEAST - 1, 5)
    assert [place.title_id for place in best_of(TitleKind.FILM).places] == [many.pk, few.pk, low.pk]


def test_equals_are_placed_by_votes_and_then_by_age() -> None:
    # All at the mean of all, so the weighted rating is the same whatever the number of votes.
    first, second, third = make_listing(5, 4), make_listing(5, 4), make_listing(9, 4)
    places = best_of(TitleKind.FILM).places
    assert [place.title_id for place in places] == [third.pk, first.pk, second.pk]
    assert [place.rank for place in places] == [1, 2, 3]


def test_any_filter_makes_a_ranked_page_with_constants_of_its_own(client: Client) -> None:
    war, drama = make_title("War", genres=["War"]), make_title("Drama", genres=["Drama"], year=1963)
    make_votes(war, {10: 4})
    make_votes(drama, {2: 4})
    refresh_listings()
    page = client.get("/top/?genre=war")
    assert [title.name for _, title in page.context["places"]] == ["War"]
    assert page.context["top"].constants == Constants(LEAST, 5.0)
    assert client.get("/top/?genre=drama&decade=1960").context["top"].constants.c == 1.0
    assert client.get("/top/").context["top"].constants.c == 3.0


def test_recent_is_by_day_and_by_the_whole_year_where_the_day_is_not_known(client: Client) -> None:
    today = timezone.localdate()
    long_ago = today - timedelta(days=600)
    make_votes(make_title("New", released_on=today - timedelta(days=30), year=today.year), {8: 4})
    make_votes(make_title("This year", year=today.year), {7: 4})
    make_votes(make_title("Old", released_on=long_ago, year=long_ago.year), {9: 4})
    make_votes(make_title("Old year", year=long_ago.year), {9: 4})
    refresh_listings()
    page = client.get("/top/?recent=1")
    assert [title.name for _, title in page.context["places"]] == ["New", "This year"]


# --- The page -------------------------------------------------------------------------------------------


def test_every_place_shows_the_sum_that_made_it(client: Client) -> None:
    make_votes(make_title("One"), {9: 3, 10: 1})
    make_votes(make_title("Two"), {2: 4})
    refresh_listings()
    page = client.get("/top/").content.decode()
    # 18.5 stars over 4 votes; C = (18.5 + 4) / 8 = 2.81.
    assert "18.5 stars ÷ 4 votes = 4.6250" in page
    assert f"(18.5 + {LEAST} × 2.81) ÷ (4 + {LEAST}) = <b>3.8471</b>" in page
    assert f"m = {LEAST}" in page
    assert "C = 2.81" in page
    assert "Why #1?" in page


def test_films_shows_and_seasons_have_a_list_each(client: Client) -> None:
    show = make_title("A Show", kind=TitleKind.SHOW)
    make_votes(make_season(show, 1), {8: 5})
    make_votes(make_title("A Film"), {8: 5})
    refresh_listings()
    for path, name in (("/top/", "A Film"), ("/top/shows/", "A Show"), ("/top/seasons/", "season 1")):
        places = client.get(path).context["places"]
        assert [title.display_name for _, title in places if name in title.display_name]
        assert len(places) == 1


@pytest.mark.parametrize(
    "query",
    [
        "?page=0",
        "?page=x",
        "?page=99999999999",
        "?genre=nothing",
        "?recent=maybe",
        "?person=999",
        "?sort=name",
    ],
)
def test_the_top_takes_any_address(client: Client, query: str) -> None:
    make_votes(make_title(), {8: 5})
    refresh_listings()
    assert client.get(f"/top/{query}").status_code == 200


def test_a_list_of_fifty_asks_as_little_as_a_list_of_one(client: Client) -> None:
    def more() -> None:
        make_votes(make_title(), {8: 5})
        refresh_listings()

    # Three for the choices; the kept list, the pool's numbers, the best, their titles; the banner.
    assert_flat_queries(client, more, "/top/", at_most=8)


# --- What is kept each night ----------------------------------------------------------------------------


@pytest.fixture
def three() -> list[Title]:
    titles = [make_title(f"Film {number}", genres=["Drama"]) for number in range(3)]
    for number, title in enumerate(titles):
        make_votes(title, {8 - number: 4})
    refresh_listings()
    return titles


def test_a_day_is_kept_once_however_often_the_task_runs(three: list[Title]) -> None:
    tasks.keep_rankings()
    kept = RankedTitle.objects.count()
    keys = set(RankedList.objects.values_list("key", flat=True))
    assert {"film", "film/genre=drama", "film/decade=1990"} <= keys
    assert "show" not in keys, "a list without enough places is not kept"
    make_votes(three[2], {10: 9})
    refresh_listings()
    tasks.keep_rankings()
    assert RankedTitle.objects.count() == kept
    assert Title.objects.for_page().get(pk=three[2].pk).rank == 3


def test_a_list_left_out_by_a_crash_is_made_up_for(three: list[Title]) -> None:
    keep_rankings()
    RankedList.objects.filter(key="film").delete()
    assert keep_rankings() == 1


def test_the_page_shows_last_nights_list_and_its_day(client: Client, three: list[Title]) -> None:
    keep_rankings(day=timezone.localdate() - timedelta(days=1))
    make_votes(three[2], {10: 20})
    refresh_listings()
    top = client.get("/top/").context["top"]
    assert top.day == timezone.localdate() - timedelta(days=1)
    assert [place.title_id for place in top.places] == [title.pk for title in three]
    # Every other list is made when it is asked for.
    now = client.get("/top/?votes_from=1").context["top"]
    assert now.day == timezone.localdate()
    assert now.places[0].title_id == three[2].pk


def test_a_list_of_many_nights_ago_is_not_shown(three: list[Title]) -> None:
    keep_rankings(day=timezone.localdate() - timedelta(days=rankings.DAYS_CURRENT))
    assert rankings.kept_list("film") is None
    assert best_of(TitleKind.FILM).day == timezone.localdate()


def test_movement_is_measured_against_the_week_before(client: Client, three: list[Title]) -> None:
    first, second, third = three
    today = timezone.localdate()
    keep_rankings(day=today - timedelta(days=7))
    keep_rankings(day=today - timedelta(days=3))
    RankedTitle.objects.filter(title=second, ranked_list__day=today - timedelta(days=7)).delete()
    make_votes(third, {10: 20})
    refresh_listings()
    keep_rankings(day=today)
    top = best_of(TitleKind.FILM)
    assert top.compared_with == today - timedelta(days=7)
    assert [(place.title_id, place.before, place.moved) for place in top.places] == [
        (third.pk, 3, 2),
        (first.pk, 1, -1),
        (second.pk, None, 0),
    ]
    page = client.get("/top/").content.decode()
    for words in ("▲2", "up 2 places", "▼1", "down 1 place", ">new<"):
        assert words in page


def test_without_a_week_before_nothing_is_called_new(client: Client, three: list[Title]) -> None:
    keep_rankings()
    assert ">new<" not in client.get("/top/").content.decode()


def test_of_old_weeks_the_monday_stays(three: list[Title]) -> None:
    top = live_list(TitleListing.objects.all())
    days = [timezone.localdate() - timedelta(days=age) for age in range(40)]
    for day in days:
        service.store_list(key="film", day=day, top=top)
    forget_old_rankings()
    kept = set(RankedList.objects.values_list("day", flat=True))
    assert kept == {
        day for age, day in enumerate(days) if age <= service.DAYS_OF_EVERY_DAY or day.weekday() == 0
    }
    assert forget_old_rankings() == 0


def test_a_title_that_was_merged_away_loses_its_place(three: list[Title]) -> None:
    keep_rankings()
    Title.objects.filter(pk=three[0].pk).update(merged_into=three[1])
    assert [place.title_id for place in best_of(TitleKind.FILM).places] == [three[1].pk, three[2].pk]


def test_the_constants_of_the_browse_table_change_once_a_night(three: list[Title]) -> None:
    keep_rankings()
    before = rankings.listing_constants()[TitleKind.FILM]
    make_votes(three[0], {1: 30})
    assert rankings.listing_constants()[TitleKind.FILM] == before
    RankedList.objects.all().delete()
    assert rankings.listing_constants()[TitleKind.FILM].c < before.c


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("", "film"),
        ("recent=1", "film/recent"),
        ("genre=drama", "film/genre=drama"),
        ("decade=1990&country=", "film/decade=1990"),
        ("genre=drama&genre=war", None),
        ("genre=drama&decade=1990", None),
        ("votes_from=3", None),
        ("unseen=1", None),
    ],
)
def test_lists_narrowed_by_one_thing_have_a_name(query: str, key: str | None) -> None:
    assert list_key(filters_of(query)) == key


# --- A title's places -----------------------------------------------------------------------------------


def test_a_title_page_says_its_place(client: Client, three: list[Title]) -> None:
    assert "of the Top 250" not in client.get(three[1].get_absolute_url()).content.decode()
    keep_rankings()
    page = client.get(three[1].get_absolute_url()).content.decode()
    assert "<b>#2</b>" in page
    assert f"/top/{three[1].pk}-{three[1].slug}/" in page


def test_a_place_is_lost_with_the_next_list(three: list[Title]) -> None:
    keep_rankings(day=timezone.localdate() - timedelta(days=1))
    TitleListing.objects.filter(title=three[2]).update(vote_count=1)
    keep_rankings()
    assert Title.objects.for_page().get(pk=three[2].pk).rank is None
    standing = standings_of(three[2])[0]
    assert not standing.is_current


def test_the_places_of_a_title_over_time(client: Client, three: list[Title]) -> None:
    today = timezone.localdate()
    keep_rankings(day=today - timedelta(days=7))
    make_votes(three[2], {10: 20})
    refresh_listings()
    keep_rankings(day=today)
    standings = standings_of(three[2])
    assert [place.rank for _, place in standings[0].days] == [3, 1]
    assert standings[0].words == "Top films"
    assert "Top films: Drama" in [standing.words for standing in standings]
    page = client.get(f"/top/{three[2].pk}-{three[2].slug}/")
    assert "between place 1 and place 3" in page.content.decode()
    assert (
        client.get(f"/top/{three[2].pk}-wrong/").headers["Location"] == f"/top/{three[2].pk}-{three[2].slug}/"
    )
    assert client.get("/top/999999-nobody/").status_code == 404


def test_the_page_of_places_asks_the_same_for_one_night_and_for_many(
    client: Client, three: list[Title]
) -> None:
    days = iter(range(20))
    assert_flat_queries(
        client,
        lambda: keep_rankings(day=timezone.localdate() - timedelta(days=next(days))),
        f"/top/{three[0].pk}-{three[0].slug}/",
        at_most=5,
    )


def test_a_line_of_places_has_the_best_on_top() -> None:
    line = rank_line([(date(2026, 1, 1), 5), (date(2026, 1, 8), 1), (date(2026, 1, 15), 3)])
    assert line.points == "0.0,40.0 120.0,0.0 240.0,20.0"
    assert (line.best, line.worst) == (1, 5)
    assert rank_line([(date(2026, 1, 1), 5)]).points == "120.0,20.0"
    with pytest.raises(ValueError, match="at least one"):
        rank_line([])


def test_stars_are_the_sum_of_the_votes() -> None:
    assert Place(1, 1, 6, 20.5 / 6, 3.4).stars == 20.5


def test_a_list_asked_for_twice_is_made_once(three: list[Title], monkeypatch: pytest.MonkeyPatch) -> None:
    first = top_list(filters_of("votes_from=1"))
    monkeypatch.setattr(rankings, "live_list", pytest.fail)
    assert top_list(filters_of("votes_from=1&genre=")) == first
