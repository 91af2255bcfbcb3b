"""All votes and all messages of a member."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from accounts.views import history
from films.models import TitleKind
from films.services.listing import refresh_listings
from reviews.models import ReviewState
from tests.asserts import assert_flat_queries
from tests.factories import (
    give_second_factor,
    make_member,
    make_review,
    make_season,
    make_title,
    make_vote,
    make_votes,
)
from tests.suspensions import suspend

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2020, 1, 1, 12, tzinfo=UTC)


def url_of(name: str, member: Member, query: str = "") -> str:
    return reverse(f"accounts:member-{name}", args=[member.username]) + query


def page_of(client: Client, name: str, member: Member, query: str = "") -> str:
    response = client.get(url_of(name, member, query))
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def titles(page: str) -> list[str]:
    return re.findall(r'<div class="vote-row-title"><a [^>]*>([^<]*)</a>', page)


def vote(member: Member, name: str, value: int, *, day: int, **title: object) -> None:
    make_vote(make_title(name, **title), member, value, changed_at=LONG_AGO + timedelta(days=day))


@pytest.fixture
def three_votes(alice: Member) -> None:
    vote(alice, "The Matrix", 9, day=1, year=1999)
    vote(alice, "Été", 5, day=3, year=None)
    vote(alice, "Zodiac", 7, day=2, year=2007)


# --- Votes ----------------------------------------------------------------------------------------------


def test_the_votes_of_a_suspended_member_are_there_and_count_nowhere(
    client: Client, alice: Member, sofie: Member, three_votes: None
) -> None:
    suspend(alice, sofie)
    client.force_login(alice)
    page = page_of(client, "votes", alice)
    assert "its votes count nowhere" in page
    assert '<h2 id="history">3 votes</h2>' in page
    assert titles(page) == ["Été", "Zodiac", "The Matrix"]
    statistics = page_of(client, "statistics", alice)
    assert "No votes count" in statistics
    assert "0 counted votes" in statistics
    own = client.get(alice.get_absolute_url()).content.decode()
    assert "votes that count</a></dt><dd>0</dd>" in own
    assert (
        "your votes, which count nowhere" in client.get(reverse("accounts:settings-close")).content.decode()
    )
    for shown in (page, own, statistics):
        assert re.search(r">Votes\s*</a>", shown)
        assert "not counted yet" not in shown
    for shown in (own, statistics):
        assert not re.search(r"\b0 votes", shown)


def test_every_vote_is_listed_with_what_the_site_thinks(client: Client, alice: Member) -> None:
    title = make_title("Ordet", year=1955)
    make_votes(title, {10: 4, 8: 1})
    make_vote(title, alice, 7, changed_at=datetime(2020, 5, 4, tzinfo=UTC))
    page = page_of(client, "votes", alice)
    assert titles(page) == ["Ordet"]
    assert "(1955)" in page
    assert "Mean <b>4.58</b> · </span>6 votes" in page
    assert 'aria-label="3½ of 5 stars"' in page
    assert "4 May 2020" in page


def test_a_vote_that_does_not_count_is_listed_and_says_so(client: Client, alice: Member) -> None:
    make_vote(make_title("Not Yet Shown"), alice, 9, counted=False)
    page = page_of(client, "votes", alice)
    assert titles(page) == ["Not Yet Shown"]
    assert "not counted yet" in page


@pytest.mark.usefixtures("three_votes")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Été", "Zodiac", "The Matrix"]),
        ("newest", ["Été", "Zodiac", "The Matrix"]),
        ("highest", ["The Matrix", "Zodiac", "Été"]),
        ("lowest", ["Été", "Zodiac", "The Matrix"]),
        ("title", ["Été", "The Matrix", "Zodiac"]),
        ("year", ["Zodiac", "The Matrix", "Été"]),
        ("title__plot", ["Été", "Zodiac", "The Matrix"]),
    ],
)
def test_votes_stand_in_the_order_asked_for(
    client: Client, alice: Member, sort: str, expected: list[str]
) -> None:
    refresh_listings()
    assert titles(page_of(client, "votes", alice, f"?sort={sort}")) == expected


def test_seasons_of_a_show_stand_in_their_order(client: Client, alice: Member) -> None:
    show = make_title("Riget", kind=TitleKind.SHOW)
    for number in (2, 10, 1):
        make_vote(make_season(show, number), alice)
    names = titles(page_of(client, "votes", alice, "?sort=title"))
    assert names == ["Riget, season 1", "Riget, season 2", "Riget, season 10"]


@pytest.mark.usefixtures("three_votes")
def test_stars_narrow_the_list_and_keep_the_order(client: Client, alice: Member) -> None:
    vote(alice, "Amélie", 7, day=9)
    page = page_of(client, "votes", alice, "?stars=7&sort=lowest")
    assert titles(page) == ["Amélie", "Zodiac"]
    assert '<h2 id="history">2 votes <svg' in page
    assert 'href="?sort=lowest"' in page  # the way back to all of them
    assert 'href="?stars=7&amp;sort=title"' in page


@pytest.mark.usefixtures("three_votes")
def test_stars_that_nobody_gave_lead_back_to_all(client: Client, alice: Member) -> None:
    page = page_of(client, "votes", alice, "?stars=1")
    assert "No votes of so many stars" in page
    assert f'<a class="btn" href="{url_of("votes", alice)}">' in page


@pytest.mark.usefixtures("three_votes")
@pytest.mark.parametrize(
    "query", ["?stars=11", "?stars=0", "?stars=-7", "?stars=many", "?page=none", "?page=99", "?page=-1"]
)
def test_what_is_odd_in_the_address_is_ignored(client: Client, alice: Member, query: str) -> None:
    assert len(titles(page_of(client, "votes", alice, query))) == 3


def test_the_histogram_leads_to_the_votes_of_each_column(client: Client, alice: Member) -> None:
    make_vote(member=alice, value=7)
    make_vote(member=alice, value=7)
    for name in ("member", "member-votes"):
        page = client.get(reverse(f"accounts:{name}", args=["alice"])).content.decode()
        assert '<a href="/members/alice/votes/?stars=7" aria-label="3½ of 5 stars: 2 votes">' in page
        assert "stars=6" not in page


def test_votes_come_in_pages_that_together_are_all_of_them(
    client: Client, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "VOTES_A_PAGE", 2)
    for number in range(5):
        # Equal in all that is sorted by, so that only the last column of an order tells them apart.
        make_vote(make_title(f"Film {number}"), alice, 8, changed_at=LONG_AGO)
    for sort in ("newest", "highest", "lowest", "title", "year"):
        found = [
            titles(page_of(client, "votes", alice, f"?sort={sort}&page={number}")) for number in (1, 2, 3)
        ]
        assert [len(names) for names in found] == [2, 2, 1]
        assert len({name for names in found for name in names}) == 5
    assert f'href="?sort={sort}&amp;page=2"' in page_of(client, "votes", alice, f"?sort={sort}")


def test_who_has_not_voted_is_told_how(client: Client, alice: Member) -> None:
    assert "No votes yet" in page_of(client, "votes", alice)
    client.force_login(alice)
    assert "You have not voted yet" in page_of(client, "votes", alice)


# --- Messages -------------------------------------------------------------------------------------------


def test_every_message_is_listed_newest_first_replies_too(client: Client, alice: Member, bob: Member) -> None:
    first = make_review(make_title("Ordet", year=1955), bob, "A miracle.")
    make_review(first.title, alice, "Is it?", parent=first, root=first, created_at=LONG_AGO)
    newest = make_review(make_title("Vampyr"), alice, "It **floats**.")
    page = page_of(client, "messages", alice)
    assert page.index("<strong>floats</strong>") < page.index("Is it?")
    assert "A miracle." not in page
    assert f'<a href="{first.get_absolute_url()}">In reply to @bob</a>' in page
    assert f'href="{newest.get_absolute_url()}"' in page
    assert 'Ordet</a> <span class="year">(1955)</span>' in page
    assert "January 2020</h2>" in page


def test_a_long_message_is_cut_and_leads_to_its_page(client: Client, alice: Member) -> None:
    review = make_review(author=alice, body="Slowly the ship turns. " * 200 + "The end.")
    page = page_of(client, "messages", alice)
    assert "Slowly the ship turns." in page
    assert "The end." not in page
    assert f'<a class="read-on" href="{review.get_absolute_url()}">' in page


def test_removed_messages_are_not_listed_and_spoilers_stay_closed(client: Client, alice: Member) -> None:
    make_review(author=alice, body="Taken down words.", state=ReviewState.REMOVED)
    make_review(author=alice, body="Taken back words.", state=ReviewState.WITHDRAWN)
    make_review(author=alice, body="The butler did it.", is_spoiler=True)
    for viewer in (None, alice):
        if viewer:
            client.force_login(viewer)
        page = page_of(client, "messages", alice)
        assert page.count('class="opinion-row"') == 1
        assert "Taken" not in page
        assert '<details class="spoiler whole">' in page


def test_messages_come_in_pages(client: Client, alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MESSAGES_A_PAGE", 2)
    for number in range(3):
        make_review(author=alice, body=f"Message {number}.", created_at=LONG_AGO)
    pages = [page_of(client, "messages", alice, f"?page={number}") for number in (1, 2)]
    assert ["Message 2." in page for page in pages] == [True, False]
    assert ["Message 0." in page for page in pages] == [False, True]


def test_who_has_not_written_is_told_where(client: Client, alice: Member) -> None:
    assert "Nothing written yet" in page_of(client, "messages", alice)
    client.force_login(alice)
    assert "You have not written anything yet" in page_of(client, "messages", alice)


# --- All pages of a member ------------------------------------------------------------------------------


def test_the_four_pages_lead_to_one_another(client: Client, alice: Member) -> None:
    addresses = [
        alice.get_absolute_url(),
        *(url_of(name, alice) for name in ("votes", "messages", "opinions")),
    ]
    for address in addresses:
        page = client.get(address).content.decode()
        for other in addresses:
            current = ' aria-current="page"' if other == address else ""
            assert f'<a href="{other}"{current}>' in page


def test_numbers_on_the_overview_lead_to_what_they_count(client: Client, alice: Member) -> None:
    title = make_title()
    make_vote(title, alice)
    make_review(title, alice)
    page = client.get(alice.get_absolute_url()).content.decode()
    assert '<dt><a href="/members/alice/votes/">vote</a></dt><dd>1</dd>' in page
    assert '<dt><a href="/members/alice/messages/">message</a></dt><dd>1</dd>' in page
    assert '<a href="/members/alice/votes/">All votes</a>' in page
    assert '<a href="/members/alice/messages/">All messages</a>' in page


@pytest.mark.parametrize("name", ["votes", "messages"])
def test_who_may_not_see_the_member_sees_none_of_it(
    client: Client, sam: Member, mona: Member, bob: Member, name: str
) -> None:
    assert client.get(url_of(name, sam)).status_code == 404
    assert client.get(url_of(name, make_member(is_active=False))).status_code == 404
    client.force_login(bob)
    assert client.get(url_of(name, sam)).status_code == 404
    for viewer in (give_second_factor(mona), sam):
        client.force_login(viewer)
        assert client.get(url_of(name, sam)).status_code == 200


@pytest.mark.parametrize("name", ["votes", "messages"])
def test_an_anonymous_reader_gets_no_cookie(client: Client, alice: Member, name: str) -> None:
    title = make_title()
    make_vote(title, alice)
    make_review(title, alice)
    assert not client.get(url_of(name, alice)).cookies


@pytest.mark.parametrize("name", ["votes", "messages"])
def test_nothing_is_changed_by_a_visit(client: Client, alice: Member, name: str) -> None:
    assert client.post(url_of(name, alice)).status_code == 405


@pytest.mark.parametrize("query", ["", "?sort=title", "?stars=7&sort=year"])
def test_votes_ask_as_much_for_many_rows_as_for_few(client: Client, alice: Member, query: str) -> None:
    show = make_title("Riget", kind=TitleKind.SHOW)
    numbers = iter(range(1, 10))

    def make_rows() -> None:
        make_vote(make_title(), alice)
        make_vote(make_season(show, next(numbers)), alice)

    assert_flat_queries(client, make_rows, url_of("votes", alice, query), at_most=8)


def test_messages_ask_as_much_for_many_rows_as_for_few(client: Client, alice: Member) -> None:
    def make_rows() -> None:
        opening = make_review(language="pt")
        make_review(opening.title, alice, parent=opening, root=opening, language="pt")
        make_review(author=alice, is_opinion=True, headline="On it", verdict=8)

    assert_flat_queries(client, make_rows, url_of("messages", alice), at_most=8)
