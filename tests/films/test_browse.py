"""Every state of a list is an address; its pages come by keyset; the best are ranked in the open."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client

from films import tasks
from films.models import TitleKind, TitleListing
from films.services.listing import refresh_changed_listings, refresh_listings
from films.statistics import site_numbers, spread_of
from films.views import browse
from filmsite.lib.paging import BadCursor, capped_count, keyset_page
from tests.asserts import assert_flat_queries
from tests.factories import make_person, make_season, make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(db: None) -> None:
    best = make_title("Élan", year=1995, genres=["Drama", "Comedy"], countries=["FR", "NL"])
    make_votes(best, {10: 6})
    middle = make_title("The Zebra", year=1963, genres=["Drama"], countries=["NL"])
    make_votes(middle, {8: 8})
    make_votes(make_title("Ant", year=2004, genres=["Comedy"]), {10: 1})
    make_title("Undated", year=None)
    make_title("A Show", kind=TitleKind.SHOW, year=2004, genres=["Drama"])
    refresh_listings()


def names(client: Client, query: str = "", path: str = "/films/") -> list[str]:
    page = client.get(f"{path}{query}").context["page"]
    return [listing.title.name for listing in page.rows]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Élan", "Ant", "Undated", "The Zebra"]),
        ("?genre=drama", ["Élan", "The Zebra"]),
        ("?genre=drama&genre=comedy", ["Élan"]),
        ("?country=NL", ["Élan", "The Zebra"]),
        ("?country=FR&genre=drama", ["Élan"]),
        ("?year_from=1990&year_to=1999", ["Élan"]),
        ("?year_from=1995&year_to=1995", ["Élan"]),
        ("?decade=1960", ["The Zebra"]),
        ("?votes_from=7", ["The Zebra"]),
        ("?sort=votes", ["The Zebra", "Élan", "Ant", "Undated"]),
        ("?sort=mean", ["Élan", "The Zebra"]),
        ("?sort=year", ["Ant", "Élan", "The Zebra"]),
        ("?sort=name", ["Ant", "Élan", "Undated", "The Zebra"]),
        (
            "?genre=&country=&year_from=&year_to=&decade=&votes_from=&sort=",
            ["Élan", "Ant", "Undated", "The Zebra"],
        ),
        ("?decade=1910", []),
    ],
)
def test_an_address_describes_a_list(client: Client, catalogue: None, query: str, found: list[str]) -> None:
    # By rank a title without votes stands at the mean of all, above one that many found less than that.
    assert names(client, query) == found


def test_shows_have_a_list_of_their_own(client: Client, catalogue: None) -> None:
    assert names(client, path="/shows/") == ["A Show"]


@pytest.mark.parametrize(
    "query",
    [
        "?genre=nothing",
        "?country=XX",
        "?year_from=abc",
        "?year_to=99999999999999999999",
        "?decade=1961",
        "?votes_from=-1",
        "?votes_from=1e400",
        "?votes_from=NaN",
        "?sort=secret",
    ],
)
def test_what_cannot_be_meant_is_said_and_nothing_guessed(
    client: Client, catalogue: None, query: str
) -> None:
    answer = client.get(f"/films/{query}")
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert "This list cannot be made" in answer.content.decode()


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzEsMl0x", "WyJhIiwiYiJd", "W251bGwsMV0", "é", "WzFlOTk5LDFd", "WzEsMl0"]
)
@pytest.mark.parametrize("sort", ["rank", "name", "year"])
@pytest.mark.parametrize("place", ["after", "before"])
def test_a_broken_place_shows_the_beginning(
    client: Client, catalogue: None, cursor: str, sort: str, place: str
) -> None:
    assert client.get(f"/films/?sort={sort}&{place}={cursor}").status_code == 200


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("person=999999", "With: There is no such person."),
        ("company=abc", "Company: There is no such company."),
        ("genre=nothing", "Genre: There is no such genre."),
        ("decade=1961", "Decade: There is no such decade."),
        ("year_to=2200", "To year: a whole number from 1870 to 2100 is meant"),
        ("year_to=1990.5", "To year: a whole number from 1870 to 2100 is meant"),
        ("votes_from=-0.5", "At least so many votes: a whole number from 0 to 10000000 is meant"),
        ("mean_from=6", "Mean at least: a number from 0 to 5 is meant"),
        ("year_from=2000&year_to=1990", "From year: this is more than “To year”; the two may be swapped"),
        (
            "minutes_from=90&minutes_to=80",
            "At least so many minutes: this is more than “At most so many minutes”; the two may be swapped",
        ),
    ],
)
def test_a_wrong_filter_is_told_once_in_plain_words(
    client: Client, catalogue: None, query: str, words: str
) -> None:
    page = client.get(f"/films/?{query}").content.decode()
    assert f"<li>{words}</li>" in page
    assert page.count(words) == 1


@pytest.mark.parametrize(
    ("address", "name", "back"),
    [
        (
            "/films/?minutes_to=99999999999999999999&genre=drama&page=2",
            "minutes_to",
            "/films/?genre=drama&amp;page=2",
        ),
        ("/films/?q=a%00b", "q", "/films/"),
        ("//evil.example/?q=%00", "q", "/%2Fevil.example/"),
        ("/people/%3Fx/?q=%00", "q", "/people/%3Fx/"),
    ],
)
def test_a_number_too_large_is_named_and_the_page_without_it_is_a_link_away(
    client: Client, catalogue: None, address: str, name: str, back: str
) -> None:
    path, _, query = address.partition("?")
    answer = client.get("/", PATH_INFO=unquote(path), QUERY_STRING=query)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f"<b>{name}</b>" in page
    assert f'href="{back}">The same page without that' in page
    # A name that is no text is not said, and the way back is there all the same.
    page = client.get("/films/?a%00=1&year_to=1990").content.decode()
    assert 'href="/films/?year_to=1990">The same page' in page


def test_the_list_says_why_a_title_without_a_mean_stands_among_the_best(
    client: Client, catalogue: None
) -> None:
    why = "stands near the mean of all, and shows a mean of its own from 5 votes on"
    assert why in client.get("/films/").content.decode()
    assert why not in client.get("/films/?sort=votes").content.decode()
    assert why not in client.get("/films/?votes_from=6").content.decode()


def test_the_heading_stands_before_the_filters_and_they_before_the_results(
    client: Client, catalogue: None
) -> None:
    for address in ("/films/", "/top/"):
        page = client.get(address).content.decode()
        places = [page.index(part) for part in ("<h1>", 'class="filters-box"', 'id="results"')]
        assert places == sorted(places)


def test_htmx_gets_only_the_results(client: Client, catalogue: None) -> None:
    answer = client.get("/films/?genre=drama", headers={"HX-Request": "true", "HX-Target": "results"})
    page = answer.content.decode()
    assert page.strip().startswith('<div id="results"')
    assert "The Zebra" in page
    assert "Ant<" not in page
    assert "<html" not in page
    assert "HX-Request" in answer["Vary"]


def test_the_address_shown_after_a_choice_leaves_out_what_was_not_chosen(
    client: Client, catalogue: None
) -> None:
    answer = client.get(
        "/films/?sort=rank&genre=drama&country=&votes_from=",
        headers={"HX-Request": "true", "HX-Target": "results"},
    )
    assert answer["HX-Push-Url"] == "/films/?genre=drama"


def test_filters_stay_filled_in(client: Client, catalogue: None) -> None:
    page = client.get("/films/?genre=drama&country=NL&year_from=1990").content.decode()
    assert 'name="genre" value="drama" checked' in page
    assert 'name="country" value="NL" checked' in page
    assert page.count('type="checkbox" name="genre"') > page.count('name="genre" value="drama" checked')
    assert 'value="1990"' in page


@pytest.mark.parametrize("sort", ["rank", "votes", "year", "name"])
def test_pages_meet_without_gap_or_overlap(
    client: Client, monkeypatch: pytest.MonkeyPatch, db: None, sort: str
) -> None:
    monkeypatch.setattr(browse, "PAGE_SIZE", 3)
    for number in range(10):
        film = make_title(f"Film {number % 4}", year=1990 + number % 3)
        if number % 2:
            make_vote(film, value=1 + number)
    refresh_listings()
    query, seen, pages = f"?sort={sort}", [], []
    while query:
        page = client.get(f"/films/{query}").context["page"]
        seen += [row.pk for row in page.rows]
        pages.append([row.pk for row in page.rows])
        last, query = query, page.next_url
    assert len(seen) == len(set(seen)) == 10
    assert [len(page) for page in pages] == [3, 3, 3, 1]
    back = [client.get(f"/films/{last}").context["page"]]
    while back[-1].previous_url:
        back.append(client.get(f"/films/{back[-1].previous_url}").context["page"])
        assert parse_qs(urlsplit(back[-1].next_url).query).get("sort", ["rank"]) == [sort]
    assert [[row.pk for row in page.rows] for page in reversed(back)] == pages


def test_a_count_is_capped_and_says_so(db: None) -> None:
    for _ in range(4):
        make_title()
    refresh_listings()
    assert capped_count(TitleListing.objects.all(), cap=3) == (3, True)
    assert capped_count(TitleListing.objects.all(), cap=4) == (4, False)


def test_a_cursor_of_another_list_is_refused(db: None) -> None:
    with pytest.raises(BadCursor):
        keyset_page(
            TitleListing.objects.all(),
            order=["-year", "-title_id"],
            query=QueryDict("after=WyJhIiwxXQ"),
            size=3,
        )


def test_the_browse_page_asks_the_same_for_little_and_for_much(client: Client, db: None) -> None:
    def more() -> None:
        make_title(genres=["Drama"], countries=["NL"])
        refresh_listings()

    # Genres, countries, languages, where the page is (it counts itself while it is short), its titles, the banner.
    assert_flat_queries(client, more, "/films/?genre=drama", at_most=6)


def test_new_votes_reach_the_list_within_a_beat(client: Client, catalogue: None) -> None:
    late = make_title("Late")
    make_votes(late, {10: 30})
    assert "Late" not in names(client)
    # The new title, the ones whose weighted rating moved with the mean of all; then nothing more.
    tasks.refresh_changed_listings()
    assert names(client)[0] == "Late"
    assert refresh_changed_listings() == 0
    assert refresh_listings() == 0


def test_a_show_is_listed_by_the_votes_of_its_seasons(db: None) -> None:
    show = make_title("Show", kind=TitleKind.SHOW)
    make_votes(make_season(show, 1), {8: 5})
    refresh_listings()
    assert TitleListing.objects.get(title=show).vote_count == 5


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([5, 0, 0, 0, 0, 0, 0, 0, 0, 5], 1.96 * 2.25 / 10**0.5),
        ([0, 0, 0, 0, 10, 0, 0, 0, 0, 0], 0),
        # Votes of ½ and 1 star: s is ¼.
        ([50, 50, 0, 0, 0, 0, 0, 0, 0, 0], 0.049),
        ([0, 0, 0, 1, 0, 0, 0, 0, 0, 0], None),
        ([0] * 10, None),
    ],
)
def test_the_uncertainty_of_a_mean_shrinks_with_the_root_of_the_votes(
    counts: list[int], expected: float | None
) -> None:
    assert spread_of([counts]).uncertainty == (None if expected is None else pytest.approx(expected))


def test_the_spread_of_votes() -> None:
    spread = spread_of([[1, 0, 0, 0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]])
    assert (spread.votes, spread.mean, spread.deviation) == (2, 2.75, 2.25)
    assert spread_of([]) == spread_of([[0] * 10])
    assert spread_of([]).mean is None


# --- The banner -----------------------------------------------------------------------------------------


def test_the_banner_counts_everything(client: Client, db: None) -> None:
    show = make_title(kind=TitleKind.SHOW)
    make_vote(make_season(show, 1))
    make_title()
    make_person()
    assert site_numbers() == {"films": 1, "shows": 1, "seasons": 1, "people": 1, "votes": 1}
    make_title()
    assert site_numbers()["films"] == 1
    cache.clear()
    assert site_numbers()["films"] == 2
    assert "<dt>films</dt><dd>2</dd>" in client.get("/top/").content.decode()
