"""Who voted on a title: the newest first, of so many stars, and only votes that count."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import Vote
from reviews.services.voting import cast_vote
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_season, make_title, make_vote

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
    assert_flat_queries(client, lambda: make_vote(heat), reverse("reviews:voters", args=[heat.pk]), at_most=3)
