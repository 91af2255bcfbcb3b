"""A member's own page."""

import re

import pytest
from django.test import Client
from django.utils import formats, timezone

from accounts.models import Member
from films.models import TitleKind
from reviews.models import ListEntry
from reviews.services.voting import cast_vote, withdraw_vote
from tests.asserts import assert_flat_queries
from tests.factories import (
    give_second_factor,
    make_follow,
    make_list,
    make_member,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
)
from tests.suspensions import suspend

pytestmark = pytest.mark.django_db


def page_of(client: Client, member: Member) -> str:
    response = client.get(member.get_absolute_url())
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_page_says_who_it_is_and_what_they_did(client: Client, mona: Member) -> None:
    mona.about = "Mostly silent films <b>"
    mona.save()
    make_vote(make_title("Ordet"), mona, 10)
    make_vote(make_title("Gertrud"), mona, 7)
    make_review(make_title("Vampyr"), mona, "It floats, like a dream of fog.")
    page = page_of(client, mona)
    assert "<h1>mona</h1>" in page
    assert "(moderator films)" in page
    assert "Mostly silent films &lt;b&gt;" in page
    assert "message</a></dt><dd>1</dd>" in page
    assert "votes</a></dt><dd>2</dd>" in page
    assert "<dd>4.25</dd>" in page
    for words in ("Ordet", "Gertrud", "Vampyr", "It floats, like a dream of fog."):
        assert words in page


def test_a_member_who_did_nothing_yet_has_a_page(client: Client, alice: Member, bob: Member) -> None:
    assert "No votes yet" in page_of(client, alice)
    assert "Nothing written yet" in page_of(client, alice)
    client.force_login(alice)
    assert "You have not voted yet" in page_of(client, alice)
    assert "No votes yet" in page_of(client, bob)


def test_means_by_genre_country_and_decade_need_five_votes_a_row(client: Client, alice: Member) -> None:
    for value in (6, 7, 8, 9, 10):
        make_vote(make_title(genres=["Drama"], countries=["FR"], year=1990 + value - 6), alice, value)
    make_vote(make_title(genres=["Comedy"], countries=["NL"], year=2001), alice, 1)
    page = page_of(client, alice)
    for row in (
        '<a href="/members/alice/votes/?genre=drama">Drama</a></th><td class="num">5</td><td class="num">4.00</td>',
        '<a href="/members/alice/votes/?country=FR">France</a></th><td class="num">5</td><td class="num">4.00</td>',
        '<a href="/members/alice/votes/?decade=1990">1990s</a></th><td class="num">5</td><td class="num">4.00</td>',
    ):
        assert row in page
    assert "genre=comedy" not in page
    assert "country=NL" not in page
    assert "decade=2000" not in page


def test_a_season_counts_for_the_genres_of_its_show(client: Client, alice: Member) -> None:
    show = make_title(kind=TitleKind.SHOW, genres=["Crime"], countries=["DK"])
    for number in range(1, 6):
        make_vote(make_season(show, number), alice, 8)
    page = page_of(client, alice)
    assert "genre=crime" in page
    assert "country=DK" in page


def test_a_vote_shows_at_once_though_the_numbers_are_kept(client: Client, alice: Member) -> None:
    films = [make_title(genres=["Drama"]) for _ in range(6)]
    for film in films:
        cast_vote(member=alice, title=film, value=4)
    assert '<td class="num">6</td><td class="num">2.00</td>' in page_of(client, alice)
    cast_vote(member=alice, title=films[0], value=10)
    assert '<td class="num">6</td><td class="num">2.50</td>' in page_of(client, alice)
    withdraw_vote(member=alice, title=films[0])
    assert '<td class="num">5</td><td class="num">2.00</td>' in page_of(client, alice)


def test_kept_numbers_cost_no_query(client: Client, alice: Member, django_assert_num_queries) -> None:
    make_vote(member=alice)
    client.get(alice.get_absolute_url())
    # The member with totals, the latest votes, the latest messages, the accepted corrections, the top ten, the lists,
    # the diary, the years that hold something.
    with django_assert_num_queries(8):
        client.get(alice.get_absolute_url())


def test_a_vote_that_does_not_count_is_shown_and_not_counted(client: Client, alice: Member) -> None:
    make_vote(make_title("Not Yet Shown"), alice, 9, counted=False)
    page = page_of(client, alice)
    assert "Not Yet Shown" in page
    assert "not counted yet" in page
    assert "votes</a></dt><dd>0</dd>" in page


def test_the_name_may_be_typed_in_any_case(client: Client, alice: Member) -> None:
    assert client.get("/members/ALICE/").status_code == 200
    assert client.get("/members/nobody/").status_code == 404


def test_a_suspended_member_shows_to_themselves_and_moderators_only(
    client: Client, sam: Member, mona: Member, bob: Member
) -> None:
    assert client.get(sam.get_absolute_url()).status_code == 404
    client.force_login(bob)
    assert client.get(sam.get_absolute_url()).status_code == 404
    client.force_login(give_second_factor(mona))
    assert "This account is suspended." in page_of(client, sam)
    client.force_login(sam)
    page = page_of(client, sam)
    assert "Your account is suspended until that is lifted." in page
    assert "others do not see this page" in page


@pytest.mark.parametrize("page", ["", "votes/", "messages/", "opinions/", "lists/", "diary/", "statistics/"])
def test_a_stranger_is_told_that_a_member_is_suspended_and_no_more(
    client: Client, sofie: Member, page: str
) -> None:
    dora = make_member("dora", about="Mostly silent films")
    suspend(dora, sofie, reason="Ten shops in an hour.", days=7)
    make_review(make_title("Vampyr"), dora, "It floats, like a dream of fog.")
    response = client.get(f"/members/DORA/{page}")
    assert response.status_code == 404
    said = response.content.decode()
    assert "<h1>dora is suspended</h1>" in said
    assert 'href="/rules/#ladder"' in said
    assert 'href="/moderation/log/"' in said
    until = formats.date_format(dora.suspended_until, "DATE_FORMAT")
    for kept in ("Mostly silent films", "Vampyr", "Ten shops", until):
        assert kept not in said


@pytest.mark.parametrize(
    "left",
    [{"is_active": False}, {"closing_at": timezone.now()}, {"is_active": False, "closed_at": timezone.now()}],
    ids=["deactivated", "closing", "closed"],
)
def test_of_a_suspended_member_who_left_nothing_is_told(client: Client, sam: Member, left: dict) -> None:
    Member.objects.filter(pk=sam.pk).update(**left)
    response = client.get(sam.get_absolute_url())
    assert response.status_code == 404
    assert "suspended" not in response.content.decode()


def test_a_closed_account_is_not_found(client: Client) -> None:
    member = make_member(is_active=False)
    assert client.get(member.get_absolute_url()).status_code == 404


def test_a_name_that_came_with_an_import_says_so(client: Client) -> None:
    member = Member(username="ml-7", is_placeholder=True)
    member.set_unusable_password()
    member.save()
    make_vote(member=member)
    page = page_of(client, member)
    assert "Nobody stands behind this name" in page
    assert "Member since" not in page


def test_removed_texts_and_spoilers_do_not_leak(client: Client, alice: Member) -> None:
    make_review(author=alice, body="Taken down words.", state="removed")
    make_review(author=alice, body="The butler did it.", is_spoiler=True)
    page = page_of(client, alice)
    assert "Taken down words." not in page
    assert "butler" not in page


def test_an_anonymous_reader_gets_no_cookie(client: Client, alice: Member) -> None:
    make_vote(member=alice)
    assert not client.get(alice.get_absolute_url()).cookies


@pytest.mark.parametrize("viewer", ["nobody", "follower"])
def test_the_page_asks_as_much_for_many_rows_as_for_few(
    client: Client, alice: Member, bob: Member, viewer: str
) -> None:
    if viewer == "follower":
        make_follow(bob, alice)
        client.force_login(bob)
        Member.objects.filter(pk=alice.pk).update(votes_for="followers", diary_for="followers")
    top = make_list(alice, kind="top")

    def make_rows() -> None:
        title = make_title(genres=["Drama"], countries=["FR"])
        make_vote(title, alice)
        make_vote(title, bob)
        make_review(title, alice)
        make_viewing(alice, title)
        make_list(alice, title)
        ListEntry.objects.create(list=top, title=title, position=title.pk)

    assert_flat_queries(client, make_rows, alice.get_absolute_url(), at_most=11 if viewer == "nobody" else 17)


def test_the_top_ten_stands_in_its_order(client: Client, alice: Member) -> None:
    films = [make_title(name) for name in ("Ordet", "Vampyr", "Gertrud")]
    make_list(alice, films[2], films[0], films[1], kind="top")
    top = page_of(client, alice).partition('<ol class="ten top-ten">')[2].partition("</ol>")[0]
    assert re.findall(r'<span class="card-name">(\w+)</span>', top) == ["Gertrud", "Ordet", "Vampyr"]


def test_a_list_for_its_owner_shows_to_nobody_else(client: Client, alice: Member, bob: Member) -> None:
    make_list(alice, make_title("Ordet"), name="My secret heart", audience="me")
    make_list(alice, make_title("Vampyr"), kind="top", audience="me")
    client.force_login(bob)
    page = page_of(client, alice)
    assert "My secret heart" not in page
    assert "Vampyr" not in page
    client.force_login(alice)
    page = page_of(client, alice)
    assert "My secret heart" in page
    assert "Vampyr" in page


@pytest.mark.parametrize(
    ("part", "shown"),
    [
        ("votes", '<h2 id="votes">'),
        ("statistics", '<h2 id="lie">'),
        ("diary", '<h2 id="diary">'),
    ],
)
@pytest.mark.parametrize(
    ("audience", "seen_by", "note"),
    [
        ("everyone", {"stranger", "asked", "follower", "owner"}, ""),
        ("followers", {"follower", "owner"}, "alice shows these to followers only: {part}."),
        ("me", {"owner"}, "alice keeps these private: {part}."),
    ],
)
def test_what_the_viewer_may_not_see_is_left_out_and_said(
    client: Client,
    alice: Member,
    bob: Member,
    part: str,
    shown: str,
    audience: str,
    seen_by: set[str],
    note: str,
) -> None:
    make_vote(make_title("Ordet"), alice, 9)
    make_viewing(alice, make_title("Vampyr"))
    Member.objects.filter(pk=alice.pk).update(**{f"{part}_for": audience})
    make_follow(bob, alice)
    asked = make_member("asked")
    make_follow(asked, alice, accepted=False)
    for kind, viewer in (("stranger", None), ("asked", asked), ("follower", bob), ("owner", alice)):
        if viewer is not None:
            client.force_login(viewer)
        page = page_of(client, alice)
        assert (shown in page) == (kind in seen_by), kind
        if kind not in seen_by:
            assert note.format(part=part) in page
            assert {"votes": "Ordet", "diary": "Vampyr"}.get(part, "hist-links") not in page
        else:
            assert "kept-back" not in page
    # What is private counts all the same.
    assert "vote</a></dt><dd>1</dd>" in page


def test_every_part_that_is_kept_back_is_named(client: Client, alice: Member) -> None:
    parts = ("votes", "diary", "watchlist", "statistics", "activity", "follows")
    Member.objects.filter(pk=alice.pk).update(**{f"{part}_for": "me" for part in parts})
    assert f"alice keeps these private: {', '.join(parts)}." in page_of(client, alice)


@pytest.mark.parametrize("part", ["votes", "diary", "watchlist", "statistics", "follows"])
def test_the_address_of_a_part_that_is_kept_back_says_for_whom_it_is(
    client: Client, alice: Member, bob: Member, part: str
) -> None:
    address = f"/members/alice/{part}/"
    for audience, words in (
        ("me", "alice keeps this private"),
        ("followers", "alice shows this to followers only"),
    ):
        Member.objects.filter(pk=alice.pk).update(**{f"{part}_for": audience})
        for viewer in (None, bob):
            client.logout()
            if viewer is not None:
                client.force_login(viewer)
            response = client.get(address)
            assert response.status_code == 404
            assert f"<h1>{words}</h1>" in response.text
            assert f'href="{alice.get_absolute_url()}"' in response.text
            offers_signing_in = f"?next={address}" in response.text.split("<h1>")[1].split("</main>")[0]
            assert offers_signing_in == (audience == "followers" and viewer is None)
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    assert "<h1>This reel is missing</h1>" in client.get(address).text


def test_for_whom_the_history_of_votes_is_nobody_else_is_told(
    client: Client, alice: Member, bob: Member
) -> None:
    client.force_login(bob)
    response = client.get(f"/titles/{make_title().pk}/vote/history/?of=alice")
    assert response.status_code == 404
    assert "<h1>This reel is missing</h1>" in response.text


@pytest.mark.parametrize("shown", ["votes", "statistics", None])
def test_the_mean_is_shown_to_whom_the_votes_or_their_statistics_are(
    client: Client, alice: Member, bob: Member, shown: str | None
) -> None:
    """From the number and the mean, before and after, each new vote could be worked out."""
    make_vote(make_title(), alice, 3)
    make_vote(make_title(), alice, 8)
    private = {f"{part}_for": "me" for part in ("votes", "statistics") if part != shown}
    Member.objects.filter(pk=alice.pk).update(**private)
    for viewer in (None, bob):
        if viewer is not None:
            client.force_login(viewer)
        page = page_of(client, alice)
        assert "votes</dt><dd>2</dd>" in page.replace("</a>", "")
        assert ("<dd>2.75</dd>" in page) == (shown is not None)
        assert ("mean vote" in page) == (shown is not None)
    client.force_login(alice)
    assert "<dd>2.75</dd>" in page_of(client, alice)


def test_a_reader_sees_how_alike_they_vote(client: Client, alice: Member, bob: Member) -> None:
    for _ in range(10):
        film = make_title()
        make_vote(film, alice, 8)
        make_vote(film, bob, 8)
    assert "taste match" not in page_of(client, alice)
    client.force_login(alice)
    assert "taste match" not in page_of(client, alice)
    client.force_login(bob)
    assert '<a href="/members/alice/match/">taste match over 10 films</a></dt><dd>89 %</dd>' in page_of(
        client, alice
    )
    Member.objects.filter(pk=alice.pk).update(votes_for="me")
    assert "taste match" not in page_of(client, alice)
