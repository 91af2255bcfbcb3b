"""Voting through the site: cast, change, take back, undo, and every way in which it must not work."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title, TitleKind, TitleTotals
from reviews.models import Vote
from reviews.services.voting import cast_vote, count_released_votes, withdraw_vote
from tests.factories import make_member, make_season, make_title, make_vote

HTMX = {"hx-request": "true"}


@pytest.fixture
def film(db: None) -> Title:
    return make_title("The Sweet Hereafter")


def value_of(member: Member, title: Title) -> int | None:
    return Vote.objects.filter(member=member, title=title).values_list("value", flat=True).first()


def address(title: Title) -> str:
    return f"/titles/{title.pk}/vote/"


def test_a_vote_goes_back_to_the_page_of_the_title(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    response = client.post(address(film), {"value": "7"})
    assert response.status_code == 303
    assert response["Location"] == f"{film.get_absolute_url()}#your-vote"
    vote = Vote.objects.get()
    assert (vote.member, vote.title, vote.value, vote.counted) == (alice, film, 7, True)


def test_htmx_gets_the_panel_with_the_new_numbers(client: Client, alice: Member, film: Title) -> None:
    for value in (6, 7, 8, 9):
        make_vote(film, value=value)
    client.force_login(alice)
    response = client.post(address(film), {"value": "10"}, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in page
    assert "4.00" in page
    assert "5 votes" in page
    assert 'value="10" required checked' in page
    assert "Your vote: 5 of 5 stars." in page


def test_a_changed_vote_stays_one_vote(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    for value in ("7", "3", "3"):
        client.post(address(film), {"value": value})
    assert Vote.objects.get().value == 3
    assert TitleTotals.objects.get(title=film).histogram == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]


def test_the_same_vote_again_changes_nothing_at_all(alice: Member, film: Title) -> None:
    first = cast_vote(member=alice, title=film, value=7)
    again = cast_vote(member=alice, title=film, value=7)
    assert (again.pk, again.changed_at) == (first.pk, first.changed_at)


def test_a_vote_taken_back_can_be_had_again(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    client.post(address(film), {"value": "7"})
    response = client.post(address(film), {"withdraw": "1"})
    assert response["Location"] == f"{film.get_absolute_url()}?undo=7#your-vote"
    assert not Vote.objects.exists()
    client.post(address(film), {"value": "7"})
    page = client.post(address(film), {"withdraw": "1"}, headers=HTMX).content.decode()
    assert '<input type="hidden" name="value" value="7">' in page
    assert "Your vote of 3½ is gone." in page
    client.post(address(film), {"value": "7"}, headers=HTMX)
    assert value_of(alice, film) == 7


@pytest.mark.parametrize("undo", ["0", "11", "00900", "009" + "0" * 5000, "²", "x"])
def test_no_other_vote_than_one_to_ten_half_stars_is_offered_again(
    client: Client, alice: Member, film: Title, undo: str
) -> None:
    client.force_login(alice)
    response = client.get(film.get_absolute_url(), {"undo": undo})
    assert response.status_code in (200, 400)
    assert 'id="vote-undo"' not in response.content.decode()


def test_taking_back_a_vote_that_is_not_there_is_no_error(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    assert client.post(address(film), {"withdraw": "1"}).status_code == 303
    assert withdraw_vote(member=alice, title=film) is None


def test_withdrawing_takes_only_ones_own_vote(
    client: Client, alice: Member, bob: Member, film: Title
) -> None:
    make_vote(film, bob)
    client.force_login(alice)
    client.post(address(film), {"withdraw": "1"})
    assert value_of(bob, film) == 7


@pytest.mark.parametrize("value", ["0", "11", "-1", "3.5", "seven", "", "99999999999999999999"])
def test_a_value_that_is_no_vote_is_refused_with_a_reason(
    client: Client, alice: Member, film: Title, value: str
) -> None:
    client.force_login(alice)
    for headers in ({}, HTMX):
        response = client.post(address(film), {"value": value}, headers=headers)
        assert response.status_code == 422
        assert "Choose half a star to five stars." in response.content.decode()
    assert not Vote.objects.exists()


@pytest.mark.parametrize("value", [0, 11, -1])
def test_the_service_refuses_a_value_out_of_range(alice: Member, film: Title, value: int) -> None:
    with pytest.raises(ValueError, match="1 to 10"):
        cast_vote(member=alice, title=film, value=value)


def test_a_show_takes_no_votes_and_a_season_does(client: Client, alice: Member) -> None:
    show = make_title(kind=TitleKind.SHOW)
    season = make_season(show)
    client.force_login(alice)
    assert client.post(address(show), {"value": "7"}).status_code == 404
    assert client.post(address(season), {"value": "7"}).status_code == 303
    with pytest.raises(ValueError, match="seasons"):
        cast_vote(member=alice, title=show, value=7)
    assert TitleTotals.objects.get(title=show).vote_sum == 7


def test_a_title_that_is_not_there_is_not_found(client: Client, alice: Member) -> None:
    client.force_login(alice)
    assert client.post("/titles/999999/vote/", {"value": "7"}).status_code == 404


def test_a_visitor_signs_in_first_and_comes_back_to_the_title(client: Client, film: Title) -> None:
    response = client.post(address(film), {"value": "7"})
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={address(film)}"
    assert not Vote.objects.exists()


def test_after_signing_in_the_visitor_finds_the_stars(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    assert client.get(address(film))["Location"] == f"{film.get_absolute_url()}#your-vote"


def test_a_suspended_member_may_not_vote(client: Client, sam: Member, film: Title) -> None:
    client.force_login(sam)
    assert client.post(address(film), {"value": "7"}).status_code == 403
    with pytest.raises(PermissionDenied):
        cast_vote(member=sam, title=film, value=7)
    assert not Vote.objects.exists()


def test_the_service_believes_the_database_and_not_an_old_object(alice: Member, film: Title) -> None:
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    with pytest.raises(PermissionDenied):
        cast_vote(member=alice, title=film, value=7)


def test_a_form_from_another_site_is_refused(alice: Member, film: Title) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(address(film), {"value": "7"}).status_code == 403


def test_a_vote_before_the_first_showing_waits_for_it(alice: Member, bob: Member) -> None:
    today = timezone.now().date()
    film = make_title(released_on=today + timedelta(days=1))
    assert cast_vote(member=alice, title=film, value=9).counted is False
    assert TitleTotals.objects.get(title=film).vote_count == 0
    assert count_released_votes() == 0
    # The day comes without anybody changing the title.
    Title.objects.filter(pk=film.pk).update(released_on=date(1999, 1, 1))
    Vote.objects.update(counted=False)
    assert count_released_votes() == 1
    assert TitleTotals.objects.get(title=film).vote_count == 1
    assert cast_vote(member=bob, title=film, value=9).counted is True


def test_the_hourly_task_repairs_what_slipped_past(alice: Member, sam: Member) -> None:
    waiting = make_title(released_on=date(2999, 1, 1))
    make_vote(waiting, alice, counted=True)
    make_vote(make_title(), sam, counted=True)
    assert count_released_votes() == 2
    assert not Vote.objects.filter(counted=True).exists()


def test_too_many_votes_are_asked_to_wait(client: Client, alice: Member, film: Title, settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "vote": "2/minute"}
    client.force_login(alice)
    for _ in range(2):
        assert client.post(address(film), {"value": "7"}).status_code == 303
    response = client.post(address(film), {"value": "8"})
    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "too fast" in response.content.decode().lower()
    fragment = client.post(address(film), {"value": "8"}, headers=HTMX)
    assert fragment["HX-Reswap"] == "afterbegin"
    assert value_of(alice, film) == 7
    client.force_login(make_member())
    assert client.post(address(film), {"value": "8"}).status_code == 303


def test_limits_hold_while_redis_is_away(client: Client, alice: Member, film: Title, settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "vote": "1/minute"}
    settings.REDIS_URL = "redis://127.0.0.1:1"
    client.force_login(alice)
    assert client.post(address(film), {"value": "7"}).status_code == 303
    assert client.post(address(film), {"value": "8"}).status_code == 429
