"""The diary: writing down what one saw, from the page of a title; changing it, taking it out, putting it back."""

from datetime import UTC, date, datetime, timedelta
from time import time

import pytest
from django.core import signing
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, Member
from films.models import Title
from reviews.diary_forms import ViewingForm
from reviews.keeping import query_of
from reviews.models import Viewing, Vote, WatchlistEntry
from reviews.services.diary import remove_viewing, restore_viewing
from tests.asserts import assert_flat_queries
from tests.factories import make_follow, make_season, make_title, make_viewing

pytestmark = pytest.mark.django_db


@pytest.fixture
def heat(db: None) -> Title:
    return make_title("Heat", year=1995)


@pytest.fixture
def as_alice(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def add_url(title: Title) -> str:
    return reverse("reviews:diary-add", args=[title.pk])


def diary_of(member: Member, client: Client, **query: object) -> str:
    response = client.get(reverse("accounts:member-diary", args=[member.username]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_viewing_is_written_down_with_all_that_is_said_of_it(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    response = as_alice.post(
        add_url(heat),
        {
            "seen_on": "2024-03-09",
            "is_rewatch": "on",
            "value": "9",
            "place": "  The   Plaza ",
            "tags": "Festival, #with Anna, festival,,",
            "note": "Louder than I knew.",
        },
    )
    assert response.status_code == 303
    viewing = Viewing.objects.get()
    assert (viewing.member, viewing.title, viewing.seen_on) == (alice, heat, date(2024, 3, 9))
    assert (viewing.is_rewatch, viewing.value, viewing.place) == (True, 9, "The Plaza")
    assert (viewing.tags, viewing.note) == (["festival", "with anna"], "Louder than I knew.")
    assert not Vote.objects.exists()


def test_today_stands_in_the_form_and_who_saw_it_before_is_taken_to_see_it_again(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    first = as_alice.get(add_url(heat))
    assert first.context["form"]["seen_on"].value() == timezone.localdate()
    assert not first.context["form"]["is_rewatch"].value()
    make_viewing(alice, heat)
    assert as_alice.get(add_url(heat)).context["form"]["is_rewatch"].value()


def test_a_day_that_one_does_not_know_is_none(as_alice: Client, heat: Title) -> None:
    as_alice.post(add_url(heat), {"seen_on": "not a day", "unknown_day": "on"})
    assert Viewing.objects.get().seen_on is None


def test_a_day_to_come_is_refused_and_nothing_typed_is_lost(as_alice: Client, heat: Title) -> None:
    day = timezone.localdate() + timedelta(days=3)
    response = as_alice.post(add_url(heat), {"seen_on": day.isoformat(), "note": "I shall like it"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "That day has yet to come" in page
    assert "I shall like it" in page
    assert not Viewing.objects.exists()


def test_tomorrow_is_today_for_somebody(monkeypatch: pytest.MonkeyPatch, heat: Title) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 9, 11, tzinfo=UTC))
    assert ViewingForm({"seen_on": "2026-03-10"}, title=heat).is_valid()
    assert not ViewingForm({"seen_on": "2026-03-11"}, title=heat).is_valid()


def test_nobody_saw_a_film_long_before_its_first_showing(as_alice: Client, heat: Title) -> None:
    refused = as_alice.post(add_url(heat), {"seen_on": "1993-12-31", "note": "A copy of a friend"})
    assert refused.status_code == 422
    assert "Heat was first shown in 1995." in refused.content.decode()
    assert "A copy of a friend" in refused.content.decode()
    assert as_alice.post(add_url(heat), {"seen_on": "1994-01-01"}).status_code == 303


def test_a_film_of_which_no_year_is_known_was_seen_at_any_time(as_alice: Client) -> None:
    assert as_alice.post(add_url(make_title(year=None)), {"seen_on": "1930-01-01"}).status_code == 303


def test_once_is_called_once(as_alice: Client, alice: Member, heat: Title) -> None:
    make_viewing(alice, heat)
    page = as_alice.get(add_url(heat)).content.decode()
    assert "Your diary has it once." in page
    assert "Seen once" in page


@pytest.mark.parametrize(
    "posted",
    [
        {"seen_on": "1500-01-01"},
        {"seen_on": "2024-02-31"},
        {"seen_on": "99999999999999999999"},
        {"value": "11"},
        {"value": "99999999999999999999"},
        {"as_vote": "on"},
        {"tags": ",".join(str(number) for number in range(30))},
        {"tags": "x" * 41},
        {"place": "x" * 81},
        {"note": "x" * 501},
    ],
    ids=lambda posted: next(iter(posted)),
)
def test_what_cannot_be_is_said_kindly(as_alice: Client, heat: Title, posted: dict[str, str]) -> None:
    assert as_alice.post(add_url(heat), posted).status_code == 422
    assert not Viewing.objects.exists()


def test_broken_text_is_a_bad_request(as_alice: Client, heat: Title) -> None:
    assert as_alice.post(add_url(heat), {"note": "a\x00b"}).status_code == 400


def test_the_stars_of_the_day_become_the_vote_when_asked(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    as_alice.post(add_url(heat), {"value": "8", "as_vote": "on"})
    assert Vote.objects.get(member=alice, title=heat).value == 8
    as_alice.post(add_url(heat), {"value": "3"})
    assert Vote.objects.get(member=alice, title=heat).value == 8


def test_a_show_takes_a_viewing_and_no_vote(as_alice: Client) -> None:
    show = make_title("The Wire", kind="show")
    assert "as_vote" not in as_alice.get(add_url(show)).content.decode()
    as_alice.post(add_url(show), {"value": "8", "as_vote": "on"})
    assert Viewing.objects.get().title == show
    assert not Vote.objects.exists()


def test_who_saw_it_needs_it_no_longer_on_the_watchlist_and_can_have_it_back(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    since = timezone.now() - timedelta(days=40)
    WatchlistEntry.objects.create(member=alice, title=heat, added_at=since)
    assert as_alice.get(add_url(heat)).context["form"]["off_watchlist"].value()
    as_alice.post(add_url(heat), {})
    assert WatchlistEntry.objects.count() == 1
    response = as_alice.post(add_url(heat), {"off_watchlist": "on"})
    assert not WatchlistEntry.objects.exists()
    page = as_alice.get(response.url)
    assert "Taken off your watchlist." in page.content.decode()
    sent = {"since": page.wsgi_request.GET["since"]}
    as_alice.post(reverse("reviews:watch", args=[heat.pk]), sent)
    assert WatchlistEntry.objects.get().added_at == since


@pytest.mark.parametrize(
    "since", ["yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00Z", "2024-01-01T00:00:00Z"]
)
def test_a_made_up_moment_is_now(as_alice: Client, heat: Title, since: str) -> None:
    as_alice.post(reverse("reviews:watch", args=[heat.pk]), {"since": since})
    assert timezone.now() - WatchlistEntry.objects.get().added_at < timedelta(minutes=1)


def test_the_moment_of_another_title_or_member_is_now(
    as_alice: Client, alice: Member, bob: Member, heat: Title
) -> None:
    since = timezone.now() - timedelta(days=40)
    address = reverse("reviews:watch", args=[heat.pk])
    for query in (query_of(since, member=bob, title=heat), query_of(since, member=alice, title=make_title())):
        as_alice.post(address, {"since": QueryDict(query[1:])["since"]})
        assert timezone.now() - WatchlistEntry.objects.get().added_at < timedelta(minutes=1)


def test_a_film_may_be_seen_many_times_and_its_page_says_so(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    assert "I saw this" in as_alice.get(heat.get_absolute_url()).content.decode()
    make_viewing(alice, heat, seen_on=date(2001, 5, 4))
    assert "Seen on 4 May 2001" in as_alice.get(heat.get_absolute_url()).content.decode()
    make_viewing(alice, heat, seen_on=date(2020, 2, 1))
    make_viewing(alice, heat, seen_on=None)
    assert "Seen 3 times, last on 1 February 2020" in as_alice.get(heat.get_absolute_url()).content.decode()


def test_nobody_else_is_told_when_i_saw_it(client: Client, alice: Member, bob: Member, heat: Title) -> None:
    make_viewing(alice, heat, seen_on=date(2001, 5, 4))
    client.force_login(bob)
    assert "2001" not in client.get(heat.get_absolute_url()).content.decode()
    assert "keeping-row" not in Client().get(heat.get_absolute_url()).content.decode()


def test_a_line_is_changed_by_its_writer_only(
    client: Client, alice: Member, bob: Member, heat: Title
) -> None:
    viewing = make_viewing(alice, heat, note="Before")
    address = reverse("reviews:diary-edit", args=[viewing.pk])
    assert client.get(address).status_code == 302
    client.force_login(bob)
    assert client.get(address).status_code == 404
    assert client.post(address, {"note": "Mine now"}).status_code == 404
    client.force_login(alice)
    assert "Before" in client.get(address).content.decode()
    client.post(address, {"seen_on": "2020-01-02", "value": "7", "as_vote": "on", "note": "After"})
    viewing.refresh_from_db()
    assert (viewing.seen_on, viewing.value, viewing.note) == (date(2020, 1, 2), 7, "After")
    assert Vote.objects.get(member=alice, title=heat).value == 7


def test_a_line_that_was_taken_out_comes_back_whole_and_once(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    viewing = make_viewing(
        alice, heat, value=9, place="Home", tags=["dvd"], note="Notes", seen_on=date(2020, 2, 1)
    )
    whole = Viewing.objects.filter(pk=viewing.pk).values().get()
    page = as_alice.post(reverse("reviews:diary-remove", args=[viewing.pk]))
    assert not Viewing.objects.exists()
    removed = page.context["removed"]
    for _ in range(2):
        as_alice.post(reverse("reviews:diary-restore"), {"removed": removed})
    assert Viewing.objects.values().get() == whole


def test_htmx_gets_a_way_back_in_the_place_of_the_line(as_alice: Client, alice: Member) -> None:
    viewing = make_viewing(alice)
    page = as_alice.post(
        reverse("reviews:diary-remove", args=[viewing.pk]), headers={"hx-request": "true"}
    ).content.decode()
    assert "Put it back" in page
    assert "<html" not in page


def test_htmx_gets_the_line_again_and_what_the_heading_counts(as_alice: Client, alice: Member) -> None:
    viewing = make_viewing(alice, make_title("Heat"))
    make_viewing(alice, is_rewatch=True)
    htmx = {"hx-request": "true"}
    removed = as_alice.post(reverse("reviews:diary-remove", args=[viewing.pk]), headers=htmx)
    assert "1 viewing · 1 of them again" in removed.content.decode()
    sent = {"removed": removed.context["removed"]}
    page = as_alice.post(reverse("reviews:diary-restore"), sent, headers=htmx).content.decode()
    assert "Take Heat out of my diary" in page
    assert "2 viewings · 1 of them again" in page
    assert "<html" not in page


def test_nobody_puts_back_what_was_anothers_or_long_ago(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = remove_viewing(viewing=make_viewing(alice))
    assert restore_viewing(member=bob, removed=removed) is None
    assert restore_viewing(member=alice, removed=removed + "x") is None
    monkeypatch.setattr(signing.time, "time", lambda: time() + 2 * 24 * 3600)
    assert restore_viewing(member=alice, removed=removed) is None
    assert not Viewing.objects.exists()


def test_nobody_takes_out_a_line_of_anothers(client: Client, alice: Member, bob: Member) -> None:
    viewing = make_viewing(alice)
    client.force_login(bob)
    assert client.post(reverse("reviews:diary-remove", args=[viewing.pk])).status_code == 404
    assert Viewing.objects.exists()


def test_who_is_suspended_writes_no_diary_and_may_take_lines_out(client: Client, sam: Member) -> None:
    viewing = make_viewing(sam)
    client.force_login(sam)
    assert client.post(add_url(viewing.title), {}).status_code == 403
    assert client.post(reverse("reviews:diary-remove", args=[viewing.pk])).status_code == 200
    assert not Viewing.objects.exists()


def test_a_visitor_signs_in_first(client: Client, heat: Title) -> None:
    assert client.get(add_url(heat)).url.startswith(reverse("account_login"))


def test_too_many_lines_a_minute_are_refused(as_alice: Client, heat: Title, settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "diary": "1/minute"}
    assert as_alice.post(add_url(heat), {}).status_code == 303
    assert as_alice.post(add_url(heat), {}).status_code == 429


# --- The page of a member's diary -------------------------------------------------------------------------------


def test_the_diary_shows_the_last_seen_first_by_month(client: Client, alice: Member) -> None:
    for name, day in (
        ("Early", date(2023, 12, 30)),
        ("Late", date(2024, 1, 2)),
        ("Middle", date(2024, 1, 1)),
    ):
        make_viewing(alice, make_title(name), seen_on=day)
    page = diary_of(alice, client)
    assert page.index("January 2024") < page.index("Late") < page.index("Middle")
    assert page.index("Middle") < page.index("December 2023") < page.index("Early")


def test_a_year_and_a_month_hold_their_own_days(client: Client, alice: Member) -> None:
    make_viewing(alice, make_title("December film"), seen_on=date(2023, 12, 31))
    make_viewing(alice, make_title("January film"), seen_on=date(2024, 1, 1))
    make_viewing(alice, make_title("Undated film"), seen_on=None)
    of_year = diary_of(alice, client, year=2023)
    assert "December film" in of_year
    assert "January film" not in of_year
    assert "Undated film" not in of_year
    assert "December film" in diary_of(alice, client, year=2023, month=12)
    assert "December film" not in diary_of(alice, client, year=2023, month=11)
    undated = diary_of(alice, client, day="unknown")
    assert "Undated film" in undated
    assert "January film" not in undated


def test_a_diary_is_narrowed_to_a_tag_and_to_what_was_seen_again(client: Client, alice: Member) -> None:
    make_viewing(alice, make_title("Tagged film"), tags=["festival"])
    make_viewing(alice, make_title("Known film"), is_rewatch=True)
    tagged, again = diary_of(alice, client, tag="Festival"), diary_of(alice, client, again=1)
    assert "Tagged film" in tagged
    assert "Known film" not in tagged
    assert "Known film" in again
    assert "Tagged film" not in again


def test_a_day_of_more_viewings_than_a_page_loses_none(client: Client, alice: Member) -> None:
    titles = [make_title(f"Film number {number:03}") for number in range(130)]
    for title in titles:
        make_viewing(alice, title, seen_on=date(2024, 3, 9))
    address = reverse("accounts:member-diary", args=["alice"])
    seen: list[int] = []
    while address:
        page = client.get(address).context["page"]
        seen += [viewing.title_id for viewing in page.rows]
        address = (
            f"{reverse('accounts:member-diary', args=['alice'])}{page.next_url}" if page.next_url else ""
        )
    assert sorted(seen) == sorted(title.pk for title in titles)


@pytest.mark.parametrize(
    "query",
    [
        "year=0",
        "year=99999",
        "year=x&month=3",
        "year=2024&month=13",
        "month=4",
        "tag=%2C%2C",
        "after=garbage",
        "after=WyJ4IiwxXQ",
        "day=unknown&after=WyJ4Il0",
        "year=9999&month=12",
        "tag=%00",
    ],
)
def test_odd_addresses_break_nothing(client: Client, alice: Member, query: str) -> None:
    make_viewing(alice)
    assert client.get(f"{reverse('accounts:member-diary', args=['alice'])}?{query}").status_code in (200, 400)


def test_a_diary_is_for_whom_its_writer_says(client: Client, alice: Member, bob: Member) -> None:
    address = reverse("accounts:member-diary", args=["alice"])
    make_viewing(alice)
    Member.objects.filter(pk=alice.pk).update(diary_for=Audience.FOLLOWERS)
    client.force_login(bob)
    assert client.get(address).status_code == 404
    make_follow(bob, alice)
    assert client.get(address).status_code == 200
    Member.objects.filter(pk=alice.pk).update(diary_for=Audience.ME)
    assert client.get(address).status_code == 404
    client.force_login(alice)
    assert client.get(address).status_code == 200


def test_only_its_writer_has_buttons_in_a_diary(client: Client, alice: Member, bob: Member) -> None:
    make_viewing(alice)
    client.force_login(bob)
    assert "diary-acts" not in diary_of(alice, client)
    client.force_login(alice)
    assert "diary-acts" in diary_of(alice, client)


def test_a_long_diary_costs_as_many_queries_as_a_short_one(client: Client, alice: Member) -> None:
    def more() -> None:
        make_viewing(
            alice, make_season(make_title(kind="show")), tags=["one", "two"], place="Home", note="Yes"
        )

    assert_flat_queries(client, more, reverse("accounts:member-diary", args=["alice"]), at_most=5)


def test_the_form_costs_as_many_queries_however_often_it_was_seen(
    as_alice: Client, alice: Member, heat: Title
) -> None:
    assert_flat_queries(as_alice, lambda: make_viewing(alice, heat), add_url(heat), at_most=9)
