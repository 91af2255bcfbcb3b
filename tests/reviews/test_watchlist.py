"""The watchlist: a button on the title's page, a page of the member's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from films.models import Title
from films.services.listing import refresh_listings
from reviews.models import WatchlistEntry
from tests.asserts import assert_flat_queries
from tests.factories import make_follow, make_season, make_title, make_viewing, make_vote, make_votes

pytestmark = pytest.mark.django_db


def kept_by(member: Member) -> list[str]:
    return list(WatchlistEntry.objects.filter(member=member).values_list("title__name", flat=True))


def test_a_title_is_kept_and_taken_off(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    client.force_login(alice)
    address = reverse("reviews:watch", args=[heat.pk])
    assert client.post(address).url == f"{heat.get_absolute_url()}#keeping"
    client.post(address)
    assert kept_by(alice) == ["Heat"]
    client.post(address, {"off": "1"})
    assert kept_by(alice) == []


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["page", "htmx"])
def test_a_title_that_was_taken_off_on_the_list_comes_back_where_it_stood(
    client: Client, alice: Member, headers: dict[str, str]
) -> None:
    heat = make_title("Heat")
    since = timezone.now() - timedelta(days=40)
    WatchlistEntry.objects.create(member=alice, title=heat, added_at=since)
    client.force_login(alice)
    address = reverse("reviews:watch", args=[heat.pk])
    removed = client.post(address, {"off": "1", "to_list": "1"}, headers=headers)
    assert "Put it back" in removed.content.decode()
    assert kept_by(alice) == []
    back = client.post(address, {"since": removed.context["since"], "to_list": "1"}, headers=headers)
    assert WatchlistEntry.objects.get().added_at == since
    if headers:
        assert "Take off" in back.content.decode()
        assert "1 title<" in back.content.decode()
    else:
        assert back.url == f"{reverse('accounts:member-watchlist', args=['alice'])}#title-{heat.pk}"


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
    assert client.get(address).url == f"{heat.get_absolute_url()}#keeping"


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


def names_on(client: Client, sort: str) -> list[str]:
    page = client.get(reverse("accounts:member-watchlist", args=["alice"]), {"sort": sort})
    return [entry.title.name for entry in page.context["page"]]


def test_a_watchlist_is_ordered_by_year_mean_and_length(client: Client, alice: Member) -> None:
    old = make_title("Old", year=1950, minutes=200)
    new = make_title("New", year=2020, minutes=None)
    loved = make_title("Loved", year=None, minutes=80)
    make_votes(loved, {10: 6})
    make_votes(old, {8: 6})
    make_votes(new, {10: 1})
    for title in (old, new, loved):
        WatchlistEntry.objects.create(member=alice, title=title)
    refresh_listings(title_ids=[old.pk, new.pk, loved.pk])
    assert names_on(client, "year") == ["New", "Old", "Loved"]
    assert names_on(client, "mean") == ["Loved", "Old", "New"]
    assert names_on(client, "minutes") == ["Loved", "Old", "New"]
    assert names_on(client, "odd") == names_on(client, "added") == ["Loved", "New", "Old"]


def test_a_watchlist_marks_what_its_reader_has_seen(client: Client, alice: Member, bob: Member) -> None:
    voted, logged, show, unseen = (make_title(), make_title(), make_title(kind="show"), make_title())
    make_vote(voted, alice)
    make_viewing(alice, logged)
    make_vote(make_season(show), alice)
    for title in (voted, logged, show, unseen):
        WatchlistEntry.objects.create(member=alice, title=title)
    address = reverse("accounts:member-watchlist", args=["alice"])
    assert client.get(address).content.decode().count("seen-mark") == 0
    client.force_login(alice)
    assert client.get(address).content.decode().count("seen-mark") == 3
    client.force_login(bob)
    assert client.get(address).content.decode().count("seen-mark") == 0


def test_a_watchlist_is_for_whom_its_owner_says(client: Client, alice: Member, bob: Member) -> None:
    address = reverse("accounts:member-watchlist", args=["alice"])
    Member.objects.filter(pk=alice.pk).update(watchlist_for=Audience.FOLLOWERS)
    assert client.get(address).status_code == 404
    client.force_login(bob)
    assert client.get(address).status_code == 404
    make_follow(bob, alice)
    assert client.get(address).status_code == 200
