"""The watchlist: a button on the title's page, a page of the member's."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from films.models import Title
from reviews.models import WatchlistEntry
from tests.asserts import assert_flat_queries
from tests.factories import make_title

pytestmark = pytest.mark.django_db


def kept_by(member: Member) -> list[str]:
    return list(WatchlistEntry.objects.filter(member=member).values_list("title__name", flat=True))


def test_a_title_is_kept_and_taken_off(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    client.force_login(alice)
    address = reverse("reviews:watch", args=[heat.pk])
    assert client.post(address).url == heat.get_absolute_url()
    client.post(address)
    assert kept_by(alice) == ["Heat"]
    response = client.post(address, {"off": "1", "to_list": "1"})
    assert response.url == reverse("accounts:member-watchlist", args=["alice"])
    assert kept_by(alice) == []


def test_htmx_gets_the_button_that_now_fits(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    client.force_login(alice)
    address = reverse("reviews:watch", args=[heat.pk])
    on = client.post(address, headers={"hx-request": "true"}).content.decode()
    assert "On your watchlist" in on
    assert 'name="off"' in on
    off = client.post(address, {"off": "1"}, headers={"hx-request": "true"}).content.decode()
    assert "Keep for later" in off
    assert "<html" not in off


def test_a_visitor_signs_in_first_and_comes_back_to_the_title(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    address = reverse("reviews:watch", args=[heat.pk])
    assert client.post(address).url.startswith(reverse("account_login"))
    client.force_login(alice)
    assert client.get(address).url == f"{heat.get_absolute_url()}#your-vote"


def test_a_title_that_does_not_exist_is_not_found(client: Client, alice: Member) -> None:
    client.force_login(alice)
    assert client.post(reverse("reviews:watch", args=[999_999])).status_code == 404


def test_the_page_shows_what_came_last_first_and_only_its_owner_can_take_off(
    client: Client, alice: Member, bob: Member
) -> None:
    WatchlistEntry.objects.create(member=alice, title=make_title("Heat"))
    WatchlistEntry.objects.create(member=alice, title=make_title("Thief"))
    address = reverse("accounts:member-watchlist", args=["alice"])
    client.force_login(bob)
    seen = client.get(address).content.decode()
    assert seen.index("Thief") < seen.index("Heat")
    assert "Take off" not in seen
    client.force_login(alice)
    assert "Take off" in client.get(address).content.decode()


def test_a_duplicate_that_was_merged_shows_no_more(client: Client, alice: Member) -> None:
    heat, copy = make_title("Heat"), make_title("Heat copy")
    WatchlistEntry.objects.create(member=alice, title=copy)
    Title.objects.filter(pk=copy.pk).update(merged_into=heat)
    assert (
        "Heat copy" not in client.get(reverse("accounts:member-watchlist", args=["alice"])).content.decode()
    )


def test_an_empty_list_says_what_to_do(client: Client, alice: Member) -> None:
    client.force_login(alice)
    assert (
        "Keep for later" in client.get(reverse("accounts:member-watchlist", args=["alice"])).content.decode()
    )


def test_a_long_list_costs_as_many_queries_as_a_short_one(client: Client, alice: Member) -> None:
    assert_flat_queries(
        client,
        lambda: WatchlistEntry.objects.create(member=alice, title=make_title()),
        reverse("accounts:member-watchlist", args=["alice"]),
        at_most=4,
    )


def test_the_page_of_a_title_offers_to_keep_it_to_members_only(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    assert "Keep for later" not in client.get(heat.get_absolute_url()).content.decode()
    client.force_login(alice)
    assert "Keep for later" in client.get(heat.get_absolute_url()).content.decode()
    WatchlistEntry.objects.create(member=alice, title=heat)
    assert "On your watchlist" in client.get(heat.get_absolute_url()).content.decode()
