"""Who voted on a title: the newest first, of so many stars, and only votes that count."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Block, Member
from films.models import Title
from reviews.models import Vote
from reviews.services.voting import cast_vote
from tests.asserts import assert_flat_queries
from tests.factories import make_follow, make_member, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


def page_of(client: Client, title: Title, **query: object) -> str:
    response = client.get(reverse("reviews:voters", args=[title.pk]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_the_newest_vote_comes_first(client: Client, alice: Member, bob: Member) -> None:
    heat = make_title("Heat")
    cast_vote(member=alice, title=heat, value=8)
    cast_vote(member=bob, title=heat, value=3)
    Vote.objects.filter(member=bob).update(changed_at=timezone.now() - timedelta(days=1))
    page = page_of(client, heat)
    assert page.index("/members/alice/") < page.index("/members/bob/")


def test_votes_of_so_many_stars_alone(client: Client, alice: Member, bob: Member) -> None:
    heat = make_title("Heat")
    cast_vote(member=alice, title=heat, value=8)
    cast_vote(member=bob, title=heat, value=3)
    page = page_of(client, heat, stars=3)
    assert "/members/bob/" in page
    assert "/members/alice/" not in page
    assert "/members/alice/" in page_of(client, heat, stars="many")


def test_who_does_not_count_is_not_named(client: Client, sam: Member, alice: Member) -> None:
    heat = make_title("Heat")
    cast_vote(member=alice, title=heat, value=8)
    Vote.objects.create(
        member=sam, title=heat, value=1, counted=False, cast_at=timezone.now(), changed_at=timezone.now()
    )
    page = page_of(client, heat)
    assert "/members/alice/" in page
    assert "/members/sam/" not in page


def test_a_show_has_the_votes_of_its_seasons(client: Client, alice: Member) -> None:
    show = make_title("The Wire", kind="show")
    cast_vote(member=alice, title=make_season(show, 2), value=9)
    page = page_of(client, show)
    assert "/members/alice/" in page
    assert "Season 2" in page


def test_pages_meet_and_a_broken_place_is_the_beginning(client: Client) -> None:
    heat = make_title("Heat")
    for number in range(65):
        cast_vote(member=make_member(f"voter-{number}"), title=heat, value=7)
    first = client.get(reverse("reviews:voters", args=[heat.pk]))
    rest = client.get(reverse("reviews:voters", args=[heat.pk]) + first.context["page"].next_url)
    seen = [vote.member_id for page in (first, rest) for vote in page.context["page"].rows]
    assert len(seen) == len(set(seen)) == 65
    for broken in ("x", "WyJub25zZW5zZSIsMV0", "WzEsMV0"):
        assert (
            len(client.get(reverse("reviews:voters", args=[heat.pk]), {"after": broken}).context["page"].rows)
            == 60
        )


def test_the_old_address_of_a_duplicate_leads_on(client: Client) -> None:
    heat, copy = make_title("Heat"), make_title("Heat again")
    Title.objects.filter(pk=copy.pk).update(merged_into=heat)
    response = client.get(reverse("reviews:voters", args=[copy.pk]))
    assert response.status_code == 302
    assert response.url == reverse("reviews:voters", args=[heat.pk])


def test_many_votes_cost_as_many_queries_as_few(client: Client) -> None:
    heat = make_title("Heat")
    assert_flat_queries(client, lambda: make_vote(heat), reverse("reviews:voters", args=[heat.pk]), at_most=5)


def test_who_keeps_their_votes_to_themselves_is_counted_and_not_named(client: Client, bob: Member) -> None:
    heat = make_title("Heat")
    make_vote(heat, bob, 8)
    make_vote(heat, make_member("private", votes_for=Audience.ME), 8)
    make_vote(heat, make_member("shy", votes_for=Audience.FOLLOWERS), 3)
    page = page_of(client, heat)
    assert "3 votes" in page
    assert "/members/bob/" in page
    assert "/members/private/" not in page
    assert "/members/shy/" not in page
    assert "And 2 votes of members who keep them to themselves; they count like any other." in page
    assert "And 1 vote of a member who keeps it to themselves" in page_of(client, heat, stars=8)
    alone = page_of(client, heat, stars=3)
    assert "1 vote of a member who keeps it to themselves" in alone
    assert "No votes of so many stars" not in alone


def test_a_follower_sees_whom_they_follow_and_everybody_sees_themselves(
    client: Client, alice: Member
) -> None:
    heat, shy = make_title("Heat"), make_member("shy", votes_for=Audience.FOLLOWERS)
    make_vote(heat, shy)
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.ME)
    make_vote(heat, alice)
    make_follow(alice, shy)
    client.force_login(alice)
    page = page_of(client, heat)
    assert "/members/shy/" in page
    assert page.count("/members/alice/") > 1
    assert "keep them to themselves" not in page


def test_who_stands_without_a_name_is_counted_once_a_minute(client: Client, alice: Member) -> None:
    heat, shy = make_title("Heat"), make_member("shy", votes_for=Audience.FOLLOWERS)
    for voter in (shy, make_member("private", votes_for=Audience.ME), make_member("blocked")):
        make_vote(heat, voter)
    assert "And 2 votes" in page_of(client, heat)
    make_vote(heat, make_member("latecomer"))
    with CaptureQueriesContext(connection) as asked:
        page = page_of(client, heat)
    assert "/members/latecomer/" in page
    assert "And 2 votes" in page
    assert not [query for query in asked.captured_queries if "COUNT(" in query["sql"]]
    client.force_login(alice)
    assert "And 2 votes" in page_of(client, heat)
    make_follow(alice, shy)
    assert "And 1 vote of" in page_of(client, heat)
    Block.objects.create(member=alice, other=Member.objects.get(username="blocked"))
    assert "And 2 votes" in page_of(client, heat)
    assert "/members/blocked/" not in page_of(client, heat)


def test_only_those_whom_one_follows(client: Client, alice: Member, bob: Member) -> None:
    heat = make_title("Heat")
    asked = make_member("asked")
    for member, value in ((bob, 8), (make_member("stranger"), 8), (asked, 8)):
        make_vote(heat, member, value)
    make_follow(alice, bob)
    make_follow(alice, asked, accepted=False)
    client.force_login(alice)
    page = page_of(client, heat, by="followed")
    assert "/members/bob/" in page
    assert "/members/stranger/" not in page
    assert "/members/asked/" not in page
    assert "Nobody you follow voted here" in page_of(client, heat, by="followed", stars=3)


def test_of_those_whom_one_follows_nothing_is_said_about_who_hides(client: Client, alice: Member) -> None:
    heat, private = make_title("Heat"), make_member("private", votes_for=Audience.ME)
    make_vote(heat, private)
    make_follow(alice, private)
    client.force_login(alice)
    page = page_of(client, heat, by="followed")
    assert "themselves" not in page
    assert "Nobody you follow voted here" in page


def test_a_visitor_follows_nobody_and_sees_all(client: Client, bob: Member) -> None:
    heat = make_title("Heat")
    make_vote(heat, bob)
    page = page_of(client, heat, by="followed")
    assert "/members/bob/" in page
    assert "Whom I follow" not in page


def test_closed_and_blocked_members_are_not_named(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    for name in ("closed", "blocked", "blocker", "other"):
        make_vote(heat, make_member(name, is_active=name != "closed"))
    Block.objects.create(member=alice, other=Member.objects.get(username="blocked"))
    Block.objects.create(member=Member.objects.get(username="blocker"), other=alice)
    client.force_login(alice)
    page = page_of(client, heat)
    assert [name for name in ("closed", "blocked", "blocker", "other") if f"/members/{name}/" in page] == [
        "other"
    ]
    assert "And 3 votes" in page


def test_the_page_of_a_member_who_follows_many_stays_flat(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    client.force_login(alice)

    def more() -> None:
        make_follow(alice, make_vote(heat).member)

    assert_flat_queries(client, more, reverse("reviews:voters", args=[heat.pk]) + "?by=followed", at_most=9)
