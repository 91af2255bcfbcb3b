"""Whoever was warned, slowed down or suspended hears that it is over, however it ended, and is led to their own page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import Measure, Notification
from reviews.notices import reason_of, target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.measures import impose, lift, tell_of_ended_paces
from reviews.services.suspending import sweep_suspensions
from reviews.tasks import sweep_suspensions as sweep
from tests.factories import make_member, make_review, make_title
from tests.reviews.fairness import decide, follow_orders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def news_of(member: Member) -> list[str]:
    rows = Notification.objects.filter(recipient=member).order_by("pk")
    return [row.detail["news"] for row in rows if row.detail.get("news") not in ("decided", "suspended")]


def let_end(measure: Measure) -> None:
    Measure.objects.filter(pk=measure.pk).update(ends_at=timezone.now() - timedelta(minutes=1))


@pytest.mark.parametrize(
    ("kind", "days", "news", "words"),
    [
        ("warning", None, "warning_withdrawn", "A warning was taken back: it counts no more"),
        ("slow", 7, "pace_freed", "You are no longer slowed down"),
        ("suspension", 7, "suspension_lifted", "Your account is no longer suspended"),
    ],
)
def test_what_a_moderator_lifts_is_told_with_their_reason(
    alice: Member, sofie: Member, client: Client, kind: str, days: int | None, news: str, words: str
) -> None:
    measure = impose(member=alice, kind=kind, decision=None, reason="So.", by=sofie, days=days)
    follow_orders()
    lift(measure=measure, by=sofie, reason="It was a misunderstanding.")
    follow_orders()
    row = Notification.objects.select_related("recipient").get(recipient=alice, detail__news=news)
    assert reason_of(row) == "It was a misunderstanding."
    assert target_of(row) == "/moderation/mine/#measures"
    client.force_login(alice)
    assert words in client.get("/notifications/").text


@pytest.mark.parametrize(
    ("kind", "days", "news"),
    [
        ("warning", None, "warning_withdrawn"),
        ("slow", 7, "pace_freed"),
        ("suspension", 7, "suspension_lifted"),
    ],
)
def test_what_does_not_stand_on_appeal_is_told_as_well(
    alice: Member, sofie: Member, kind: str, days: int | None, news: str
) -> None:
    message = make_review(make_title("Heat"), alice, body="You are all blind.")
    decision = decide(message, sofie, measure=kind, measure_days=days)
    follow_orders()
    appeal = file_appeal(statement=decision.statements.get(), text="They began.")
    other = make_member(is_superuser=True)
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="They did.")
    follow_orders()
    assert news_of(alice) == [news]


def test_of_a_decision_that_was_undone_they_hear_that_alone(alice: Member, sofie: Member) -> None:
    message = make_review(make_title("Heat"), alice, body="You are all blind.")
    decision = decide(message, sofie, measure="warning")
    decision.statements.update(read_at=timezone.now())
    undo_decision(decision=decision, moderator=sofie)
    assert news_of(alice) == ["decision_undone"]


def test_a_slower_pace_that_ends_by_itself_is_told_once(alice: Member, sofie: Member) -> None:
    measure = impose(member=alice, kind="slow", decision=None, reason="So.", by=sofie, days=7)
    sweep()
    assert news_of(alice) == []
    let_end(measure)
    sweep()
    sweep()
    assert news_of(alice) == ["pace_freed"]
    assert tell_of_ended_paces() == 0


def test_whom_another_measure_slows_down_still_is_not_told_that_none_does(
    alice: Member, sofie: Member
) -> None:
    first, second = (
        impose(member=alice, kind="slow", decision=None, reason="So.", by=sofie, days=days) for days in (1, 7)
    )
    let_end(first)
    assert tell_of_ended_paces() == 0
    lift(measure=second, by=sofie, reason="Enough.")
    assert tell_of_ended_paces() == 0
    assert news_of(alice) == ["pace_freed"]


def test_of_two_slower_paces_that_overlap_the_end_of_the_last_is_told_alone(
    alice: Member, sofie: Member
) -> None:
    first, second = (
        impose(member=alice, kind="slow", decision=None, reason="So.", by=sofie, days=days) for days in (1, 7)
    )
    Measure.objects.filter(pk=first.pk).update(ends_at=timezone.now() - timedelta(days=2))
    assert tell_of_ended_paces() == 0
    let_end(second)
    assert tell_of_ended_paces() == 1
    assert tell_of_ended_paces() == 0
    assert news_of(alice) == ["pace_freed"]


def test_the_end_of_a_slower_pace_is_told_when_a_later_one_was_lifted_before_it(
    alice: Member, sofie: Member
) -> None:
    first, second = (
        impose(member=alice, kind="slow", decision=None, reason="So.", by=sofie, days=days) for days in (1, 7)
    )
    lift(measure=second, by=sofie, reason="Enough.")
    assert news_of(alice) == []
    Measure.objects.filter(pk=first.pk).update(ends_at=timezone.now())
    assert tell_of_ended_paces() == 1
    assert news_of(alice) == ["pace_freed"]


def test_whom_a_slower_pace_holds_keeps_no_others_waiting(
    alice: Member, bob: Member, sofie: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reviews.services.measures._SWEPT_AT_ONCE", 1)
    first, _second, other = (
        impose(member=member, kind="slow", decision=None, reason="So.", by=sofie, days=7)
        for member in (alice, alice, bob)
    )
    let_end(first)
    let_end(other)
    assert tell_of_ended_paces() == 1
    assert news_of(bob) == ["pace_freed"]


def test_a_suspension_that_ends_by_itself_is_told(alice: Member, sofie: Member) -> None:
    measure = impose(member=alice, kind="suspension", decision=None, reason="So.", by=sofie, days=7)
    follow_orders()
    let_end(measure)
    Member.objects.filter(pk=alice.pk).update(suspended_until=timezone.now() - timedelta(minutes=1))
    sweep_suspensions()
    follow_orders()
    assert news_of(alice) == ["suspension_lifted"]


def test_telling_of_many_ends_asks_for_them_once(sofie: Member, django_assert_max_num_queries) -> None:
    """What was told already costs nothing: the sweep runs every two minutes."""
    for _number in range(5):
        let_end(impose(member=make_member(), kind="slow", decision=None, reason="So.", by=sofie, days=7))
    assert tell_of_ended_paces() == 5
    with django_assert_max_num_queries(1):
        assert tell_of_ended_paces() == 0
