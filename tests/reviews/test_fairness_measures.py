"""Measures against members: they end, can be lifted, fall with the decision they came with, and climb a ladder."""

from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Job, Member
from reviews.emails import send_statement
from reviews.models import LogEntry, Matter, Measure, MeasureKind, Notification, Review
from reviews.moderation.ladder import REMEMBERED, RUNGS, next_rung, rung_after
from reviews.moderation.targets import target_of
from reviews.notices import words_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import act_on, decide_case, undo_decision
from reviews.services.measures import impose, lift, lift_all, log_begin
from reviews.services.suspending import sweep_suspensions
from tests.factories import make_member, make_review, make_title
from tests.reviews.fairness import decide, follow_orders
from tests.suspensions import suspend

pytestmark = pytest.mark.django_db

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice)


def days_ago(*days: float) -> list[datetime]:
    return [NOW - timedelta(days=day) for day in days]


@pytest.mark.parametrize(
    ("imposed", "noted", "number"),
    [
        ([], False, 1),
        ([], True, 2),
        (days_ago(1), True, 3),
        (days_ago(1, 1.01), True, 3),
        (days_ago(30, 1), False, 4),
        (days_ago(90, 30, 1), True, 5),
        (days_ago(200, 90, 30, 1), True, 6),
        (days_ago(300, 200, 90, 30, 1), True, 6),
    ],
)
def test_each_occasion_is_a_rung_and_the_last_one_stays(
    imposed: list[datetime], noted: bool, number: int
) -> None:
    assert rung_after(imposed, noted=noted).number == number


@pytest.mark.parametrize(
    ("kind", "days", "number"),
    [
        ("warning", None, 3),
        ("slow", 3, 3),
        ("slow", 7, 4),
        ("suspension", 3, 4),
        ("suspension", 7, 5),
        ("suspension", 14, 5),
        ("suspension", 30, 6),
        ("suspension", None, 6),
    ],
)
def test_after_a_measure_the_ladder_goes_on_from_the_rung_that_it_is(
    alice: Member, sofie: Member, kind: str, days: int | None, number: int
) -> None:
    impose(member=alice, kind=kind, decision=None, reason="So.", by=sofie, days=days)
    assert next_rung(alice) == RUNGS[number - 1]


def test_the_ladder_counts_what_stands_of_the_last_two_years(
    message: Review, alice: Member, mona: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert next_rung(alice) == RUNGS[0]
    decide(message, mona)
    with django_assert_num_queries(1):
        assert next_rung(alice) == RUNGS[1]
    warning = impose(member=alice, kind="warning", decision=None, reason="So.", by=mona)
    assert next_rung(alice) == RUNGS[2]
    Measure.objects.filter(pk=warning.pk).update(is_annulled=True)
    assert next_rung(alice) == RUNGS[1]
    Measure.objects.filter(pk=warning.pk).update(
        is_annulled=False, starts_at=timezone.now() - REMEMBERED - timedelta(days=1)
    )
    assert next_rung(alice) == RUNGS[1]


def test_what_was_lifted_early_is_still_a_rung(alice: Member, sofie: Member) -> None:
    measure = impose(member=alice, kind="slow", decision=None, reason="So.", by=sofie, days=7)
    log_begin(measure)
    assert lift(measure=measure, by=sofie, reason="Enough.")
    assert next_rung(alice) == RUNGS[3]
    assert not lift(measure=measure, by=sofie, reason="Once more.")
    assert [line.verb for line in LogEntry.objects.order_by("pk")] == [
        "reviews.member.slowed",
        "reviews.member.pace_freed",
    ]
    assert words_of(Notification.objects.get(recipient=alice)).startswith("You are no longer slowed down")


@pytest.mark.parametrize(("kind", "days"), [("slow", None), ("warning", 7)])
def test_days_that_do_not_fit_are_refused(alice: Member, sofie: Member, kind: str, days: int | None) -> None:
    with pytest.raises(ValueError, match="days"):
        impose(member=alice, kind=kind, decision=None, reason="So.", by=sofie, days=days)


def test_the_log_has_the_measure_and_no_name(message: Review, mona: Member, client: Client) -> None:
    decide(message, mona, measure="warning")
    assert set(LogEntry.objects.values_list("verb", "measure")) == {
        ("reviews.member.warned", "warning"),
        ("reviews.review.removed", ""),
    }
    assert "alice" not in client.get("/moderation/log/").text


def test_a_slower_pace_holds_until_its_end_and_the_sweep_makes_up_for_a_lost_step(
    message: Review, alice: Member, mona: Member
) -> None:
    decide(message, mona, measure="slow", measure_days=7)
    alice.refresh_from_db()
    assert alice.slowed_until is None, "what follows a transaction has not happened"
    assert sweep_suspensions() == 1
    alice.refresh_from_db()
    measure = Measure.objects.get()
    assert alice.slowed_until == measure.ends_at
    assert sweep_suspensions() == 0
    lift(measure=measure, by=mona, reason="Enough.")
    assert sweep_suspensions() == 1
    alice.refresh_from_db()
    assert alice.slowed_until is None


def test_a_measure_follows_as_soon_as_its_decision_is_stored(
    message: Review,
    alice: Member,
    sofie: Member,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        decide(message, sofie, measure="suspension", measure_days=30)
    alice.refresh_from_db()
    assert alice.is_suspended
    assert alice.suspended_until == Measure.objects.get().ends_at


def test_who_undoes_a_decision_undoes_its_measure(message: Review, alice: Member, sofie: Member) -> None:
    decision = decide(message, sofie, measure="suspension", measure_days=7)
    follow_orders()
    undo_decision(decision=decision, moderator=sofie)
    follow_orders()
    alice.refresh_from_db()
    assert not alice.is_suspended
    assert next_rung(alice) == RUNGS[0]


def test_an_appeal_that_succeeds_lifts_the_measure_and_takes_its_rung(
    message: Review, alice: Member, sofie: Member
) -> None:
    other = make_member(is_superuser=True, is_staff=True)
    decision = decide(message, sofie, measure="suspension", measure_days=7)
    follow_orders()
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    assert appeal.case.section == "members"
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="So it is.")
    follow_orders()
    alice.refresh_from_db()
    measure = Measure.objects.get()
    assert (alice.is_suspended, measure.is_annulled, measure.lifted_by) == (False, True, other)
    assert next_rung(alice) == RUNGS[0]


def test_giving_a_text_back_without_an_appeal_gives_its_warning_back_too(
    message: Review, alice: Member, mona: Member
) -> None:
    decision = decide(message, mona, measure="warning")
    decide_case(case=decision.case, moderator=mona, verdict="restore", reason="I was wrong.")
    assert Measure.objects.get().is_annulled
    assert next_rung(alice) == RUNGS[0]


def test_a_warning_alone_can_be_appealed(alice: Member, sofie: Member, client: Client) -> None:
    decision = act_on(
        target=target_of(Matter.CONDUCT, alice),
        moderator=sofie,
        kind="personal-attack",
        verdict="keep",
        reason="Three quarrels in a week.",
        rule="personal-attack",
        measure=MeasureKind.WARNING,
    )
    statement = decision.statements.get()
    send_statement(statement.pk)
    assert mail.outbox[0].subject == "Your account: a warning"
    client.force_login(alice)
    assert "A warning takes nothing from you." in client.get(statement.get_absolute_url()).text
    appeal = file_appeal(statement=statement, text="They began.")
    other = make_member(is_superuser=True)
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="They did.")
    assert Measure.objects.get().is_annulled


def test_what_was_lifted_is_told_and_who_was_suspended_before_there_were_measures_can_be_freed(
    alice: Member, sofie: Member
) -> None:
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    lift_all(member=alice, by=sofie, reason="A family.")
    follow_orders()
    alice.refresh_from_db()
    assert not alice.is_suspended
    assert Notification.objects.get(recipient=alice).detail == {
        "news": "suspension_lifted",
        "reason": "A family.",
    }


def test_a_suspension_from_before_there_were_measures_becomes_one(alice: Member, sam: Member) -> None:
    Job.objects.create(
        kind="members.suspend", parameters={"member": sam.pk, "reason": "Ten accounts."}, state="done"
    )
    give = import_module("reviews.migrations.0048_measures_from_before").GIVE
    with connection.cursor() as cursor:
        cursor.execute(give)
        cursor.execute(give)
    measure = Measure.objects.get()
    assert (measure.member, measure.kind, measure.reason) == (sam, "suspension", "Ten accounts.")
    assert (measure.starts_at, measure.ends_at) == (sam.suspended_at, None)


def test_whoever_is_suspended_can_still_do_all_that_the_rules_promise(
    message: Review, alice: Member, sofie: Member, client: Client
) -> None:
    statement = decide(make_review(author=alice), sofie, "hide").statements.get()
    suspend(alice, sofie)
    client.force_login(alice)
    for page in (
        message.title.get_absolute_url(),
        "/moderation/mine/",
        statement.get_absolute_url(),
        "/settings/data/",
        "/settings/close/",
        alice.get_absolute_url(),
    ):
        assert client.get(page).status_code == 200, page
    assert client.post(f"{statement.get_absolute_url()}answer/", {"text": "Mine."}).status_code == 302
    assert client.post(f"/reviews/{message.pk}/remove/").status_code == 303
    removed = decide(make_review(author=alice), sofie).statements.get()
    assert client.post(f"{removed.get_absolute_url()}appeal/", {"text": "No."}).status_code == 302
    other = make_review()
    assert client.post(f"/titles/{other.title_id}/write/", {"body": "A word."}).status_code == 403
    assert client.post(f"/titles/{other.title_id}/vote/", {"value": 7}).status_code == 403
    client.post(f"/reviews/{other.pk}/report/", {"kind": "other", "text": "Look."})
    assert not alice.reports.exists()
