"""Wherever a suspended member follows a link of a page that they see, they come to a page that they may open."""

import re
from collections import Counter, deque
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from reviews.models import Matter, NotificationKind
from reviews.moderation.targets import target_of
from reviews.services.deciding import act_on
from reviews.services.notifying import notify
from tests.factories import (
    make_follow,
    make_list,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
)
from tests.reviews.fairness import follow_orders

pytestmark = pytest.mark.django_db

# What ends the session, what is a file, and what leads somewhere else each time.
NOT_FOLLOWED = re.compile(r"/accounts/logout/|/static/|/media/|/films/random/")
# So many pages of one kind (address without its numbers and names, query by its keys) are enough.
EACH = 2


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    settings.FILMSITE_KEPT_SECONDS = 0


@pytest.fixture
def life(alice: Member, bob: Member, sofie: Member) -> Title:
    """A member with something of everything, suspended for a week because of one of their texts."""
    film = make_title("Children of Heaven", year=1997, genres=["Drama"], countries=["IR"])
    make_season(make_title("Show", kind="show"), 1)
    make_vote(film, alice, 8)
    make_vote(film, bob, 6)
    make_viewing(alice, film, note="With the children, in winter.")
    make_list(alice, film, name="With children")
    make_list(bob, film, name="In winter")
    make_follow(alice, bob)
    make_follow(bob, alice)
    own = make_review(film, alice, "The shoes, and how he runs.")
    answer = make_review(film, bob, "And the fish at the end.", parent=own)
    make_review(film, bob, "A long look at it.", is_opinion=True, headline="Shoes", verdict=8)
    notify(
        recipients=[alice],
        kind=NotificationKind.REPLY,
        key=f"reply:{answer.pk}",
        actor=bob,
        review=answer,
        title=film,
    )
    act_on(
        target=target_of(Matter.REVIEW, make_review(film, alice, "Buy shoes at my shop.")),
        moderator=sofie,
        kind="advertising",
        verdict="remove",
        reason="Ten shops in an hour.",
        rule="advertising",
        measure="suspension",
        measure_days=7,
    )
    follow_orders()
    alice.refresh_from_db()
    assert alice.is_suspended
    return film


def links_of(page: str) -> list[str]:
    """The addresses on this site that a page leads to, or asks for by itself, without their anchors."""
    found = re.findall(r'(?:<a\b[^>]*\shref|\shx-get)="(/[^"#]*)', page)
    return [unescape(address) for address in found]


def kind_of(address: str) -> str:
    """What addresses of one view have in common."""
    path, _, query = address.partition("?")
    path = re.sub(r"\d+(-[^/]*)?", "1", path)
    path = re.sub(r"/members/(?!alice/)[^/]+/", "/members/somebody/", path)
    return path + "?" + "&".join(sorted(part.partition("=")[0] for part in query.split("&")))


def led_to(response: HttpResponse) -> list[str]:
    """Where an answer leads: by itself, or by its links."""
    if "Location" in response.headers:
        return [response.headers["Location"]]
    is_page = response.headers["Content-Type"].startswith("text/html") and response.status_code == 200
    return links_of(response.content.decode()) if is_page else []


def test_no_link_leads_a_suspended_member_to_a_refusal(client: Client, life: Title, alice: Member) -> None:
    client.force_login(alice)
    begin = [
        "/",
        life.get_absolute_url(),
        alice.get_absolute_url(),
        "/settings/",
        "/notifications/",
        "/lists/",
    ]
    waiting = deque((address, "") for address in begin)
    visits: Counter[str] = Counter()
    seen, refused = set(begin), []
    while waiting:
        address, came_from = waiting.popleft()
        kind = kind_of(address)
        if NOT_FOLLOWED.match(address) or visits[kind] == EACH:
            continue
        visits[kind] += 1
        response = client.get(address)
        if response.status_code >= 400:
            refused.append((response.status_code, address, came_from))
        for link in led_to(response):
            if link.startswith("/") and link not in seen:
                seen.add(link)
                waiting.append((link, address))
    assert refused == []
    assert len(visits) > 80, "it did not come far"
    for place in (
        "/moderation/mine/?",
        "/moderation/statements/1/?",
        "/members/somebody/?",
        "/members/alice/diary/?",
    ):
        assert visits[place], place
