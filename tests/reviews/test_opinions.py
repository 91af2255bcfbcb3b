"""A member's reviews proper, from A to Z."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from reviews.models import ReviewState
from tests.asserts import assert_flat_queries
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db


def page_of(client: Client, member: Member, query: str = "") -> str:
    return client.get(reverse("accounts:member-opinions", args=[member.username]) + query).content.decode()


def headlines(page: str) -> list[str]:
    return re.findall(r"<h3[^>]*><a[^>]*>([^<]*)</a></h3>", page)


def write(member: Member, name: str, **fields: object) -> None:
    make_review(make_title(name), member, is_opinion=True, headline=name, **fields)


def test_opinions_stand_by_the_name_of_their_title(client: Client, alice: Member):
    for name in ("Zodiac", "The Matrix", "Élite", "Easy Rider", "Amélie", "12 Angry Men"):
        write(alice, name)
    make_review(author=alice, body="No opinion at all.")
    page = page_of(client, alice)
    assert headlines(page) == ["12 Angry Men", "Amélie", "Easy Rider", "Élite", "The Matrix", "Zodiac"]
    assert re.findall(r'<h2 id="letter-\d+">(.)</h2>', page) == ["#", "A", "E", "M", "Z"]
    assert not client.cookies


def test_a_letter_shows_its_own(client: Client, alice: Member):
    for name in ("Zodiac", "Élite", "Easy Rider", "12 Angry Men"):
        write(alice, name)
    assert headlines(page_of(client, alice, "?letter=E")) == ["Easy Rider", "Élite"]
    assert headlines(page_of(client, alice, "?letter=%23")) == ["12 Angry Men"]
    assert len(headlines(page_of(client, alice, "?letter=Q"))) == 4


def test_hidden_opinions_are_not_listed(client: Client, alice: Member):
    write(alice, "Zodiac", state=ReviewState.REMOVED)
    write(alice, "Amélie", state=ReviewState.WITHDRAWN)
    assert headlines(page_of(client, alice)) == []


def test_spoilers_stay_hidden_in_the_list(client: Client, alice: Member):
    write(alice, "Zodiac", body="It is ||Arthur||, I say.")
    write(alice, "Amélie", body="She finds him.", is_spoiler=True)
    page = page_of(client, alice)
    assert "Arthur" not in page
    assert "She finds him" not in page


def test_the_page_asks_the_same_for_any_number(client: Client, alice: Member):
    names = iter("ABCDEFGH")
    url = reverse("accounts:member-opinions", args=[alice.username])
    assert_flat_queries(client, lambda: write(alice, next(names), language="pt"), url, at_most=6)


def test_an_owner_without_opinions_is_told_how_to_write_one(client: Client, alice: Member, bob: Member):
    told = "An opinion is a review with a headline"
    assert told not in page_of(client, alice)
    client.force_login(bob)
    assert told not in page_of(client, alice)
    client.force_login(alice)
    assert told in page_of(client, alice)
