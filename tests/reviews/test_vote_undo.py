"""A vote taken back and had again at once stood all the while; later, or after another, it is a new one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import PastVote, Vote
from reviews.models.vote import UNDO_TIME
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, restore_vote, withdraw_vote
from reviews.vote_story import vote_story
from tests.factories import make_season, make_title, make_vote

pytestmark = pytest.mark.django_db

HTMX = {"hx-request": "true"}


@pytest.fixture
def film(db: None) -> Title:
    return make_title("The Sweet Hereafter")


@pytest.fixture
def _old_vote(alice: Member, film: Title) -> Iterator[None]:
    """Cast three years ago at two stars, and changed a year ago to three and a half."""
    make_vote(film, alice, 4, cast_at=years_ago(3), changed_at=years_ago(3))
    Vote.objects.update(value=7, changed_at=years_ago(1))
    yield
    assert find_differences() == []


def years_ago(years: int) -> datetime:
    return timezone.now().replace(microsecond=0, second=0, minute=0, hour=12) - timedelta(days=365 * years)


@pytest.mark.usefixtures("_old_vote")
def test_an_immediate_undo_leaves_the_vote_and_its_history_as_they_were(alice: Member, film: Title) -> None:
    before = Vote.objects.values("member", "title", "value", "counted", "cast_at", "changed_at").get()
    story = vote_story(alice, film)
    withdraw_vote(member=alice, title=film)
    assert [step.withdrawn for step in vote_story(alice, film)] == [False, True]
    restored = restore_vote(member=alice, title=film, value=7)
    assert Vote.objects.values(*before).get() == before
    assert (restored.cast_at, restored.changed_at) == (before["cast_at"], before["changed_at"])
    assert vote_story(alice, film) == story


@pytest.mark.usefixtures("_old_vote")
def test_a_vote_that_was_taken_back_before_has_no_part_in_what_returns(alice: Member, film: Title) -> None:
    withdraw_vote(member=alice, title=film)
    PastVote.objects.filter(withdrawn=True).update(ended_at=timezone.now() - timedelta(days=2))
    yesterday = timezone.now() - timedelta(days=1)
    make_vote(film, alice, 9, cast_at=yesterday, changed_at=yesterday)
    withdraw_vote(member=alice, title=film)
    assert restore_vote(member=alice, title=film, value=9).cast_at == yesterday
    assert [step.value for step in vote_story(alice, film)] == [4, 7, 9]


@pytest.mark.usefixtures("_old_vote")
def test_an_undo_that_comes_late_is_a_new_vote(alice: Member, film: Title) -> None:
    withdraw_vote(member=alice, title=film)
    PastVote.objects.filter(withdrawn=True).update(ended_at=timezone.now() - UNDO_TIME - timedelta(minutes=1))
    began = timezone.now()
    assert restore_vote(member=alice, title=film, value=7).cast_at >= began
    assert [(step.value, step.withdrawn) for step in vote_story(alice, film)] == [
        (4, False),
        (7, True),
        (7, False),
    ]


@pytest.mark.usefixtures("_old_vote")
def test_an_undo_after_another_vote_changes_that_one(alice: Member, film: Title) -> None:
    withdraw_vote(member=alice, title=film)
    cast_vote(member=alice, title=film, value=2)
    assert restore_vote(member=alice, title=film, value=7).value == 7
    assert Vote.objects.get().value == 7
    assert [step.value for step in vote_story(alice, film)] == [4, 7, 2, 7]


def test_an_undo_of_a_vote_that_never_was_is_a_vote(alice: Member, film: Title) -> None:
    assert restore_vote(member=alice, title=film, value=3).value == 3
    assert not PastVote.objects.exists()


def test_who_was_suspended_meanwhile_has_nothing_to_undo(alice: Member, film: Title) -> None:
    cast_vote(member=alice, title=film, value=7)
    withdraw_vote(member=alice, title=film)
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    with pytest.raises(PermissionDenied):
        restore_vote(member=alice, title=film, value=7)
    assert PastVote.objects.get().withdrawn


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_button_of_the_page_undoes(
    client: Client, alice: Member, film: Title, headers: dict[str, str]
) -> None:
    client.force_login(alice)
    make_vote(film, alice, 7, cast_at=years_ago(3), changed_at=years_ago(3))
    address = f"/titles/{film.pk}/vote/"
    answer = client.post(address, {"withdraw": "1"}, headers=headers)
    page = answer if headers else client.get(answer["Location"])
    assert '<input type="hidden" name="undo" value="1">' in page.content.decode()
    client.post(address, {"value": "7", "undo": "1"}, headers=headers)
    assert Vote.objects.get().cast_at == years_ago(3)
    assert not PastVote.objects.exists()


def test_the_pages_of_a_season_and_its_show_show_the_vote_that_is_back(client: Client, alice: Member) -> None:
    show = make_title("The Wire", kind="show")
    season = make_season(show)
    cast_vote(member=alice, title=season, value=7)
    withdraw_vote(member=alice, title=season)
    restore_vote(member=alice, title=season, value=7)
    show.totals.refresh_from_db()
    assert show.totals.vote_count == 1
