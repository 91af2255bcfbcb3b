"""Which pages of a member the tabs offer, and to whom."""

import re

import pytest
from django.test import Client

from accounts.models import Audience, Member, Part
from tests.asserts import count_queries
from tests.factories import make_follow

pytestmark = pytest.mark.django_db

TAB_OF = {
    Part.VOTES: "Votes",
    Part.WATCHLIST: "Watchlist",
}


def tabs_of(client: Client, member: Member) -> list[str]:
    page = client.get(f"/members/{member.username}/messages/").content.decode()
    nav = page.partition('<nav class="tabs"')[2].partition("</nav>")[0]
    return re.findall(r">([^<>]+?)(?: <small>\d+</small>)?</a>", nav)


@pytest.mark.parametrize("part", TAB_OF)
@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.EVERYONE, {"stranger", "follower", "owner"}),
        (Audience.FOLLOWERS, {"follower", "owner"}),
        (Audience.ME, {"owner"}),
    ],
)
def test_a_tab_is_offered_to_those_for_whom_its_page_is(
    client: Client, alice: Member, bob: Member, part: Part, audience: Audience, expected: set[str]
) -> None:
    setattr(alice, part.column, audience)
    alice.save()
    make_follow(bob, alice)
    offered = {"stranger"} if TAB_OF[part] in tabs_of(client, alice) else set()
    for kind, viewer in (("follower", bob), ("owner", alice)):
        client.force_login(viewer)
        if TAB_OF[part] in tabs_of(client, alice):
            offered.add(kind)
    assert offered == expected


def test_the_page_that_is_open_is_marked(client: Client, alice: Member) -> None:
    page = client.get("/members/alice/messages/").content.decode()
    assert '<a href="/members/alice/messages/" aria-current="page">Messages <small>0</small></a>' in page


def test_whether_a_viewer_is_a_follower_is_asked_once(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(bob)
    before = len(count_queries(client, "/members/alice/messages/"))
    Member.objects.filter(pk=alice.pk).update(**{part.column: Audience.FOLLOWERS for part in Part})
    assert len(count_queries(client, "/members/alice/messages/")) == before + 1
