"""Suspending somebody takes their votes out of every number at one moment, and lifting it brings them back."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Job, JobState, Member
from films.models import Title, TitleKind
from reviews.models import LogEntry, Measure, Notification, SetAsideVote, Vote
from reviews.services import suspending
from reviews.services.measures import impose
from reviews.services.recounting import find_differences
from reviews.services.suspending import Impact, impact_of, run_ordered, settle_suspension, sweep_suspensions
from tests.factories import make_member, make_season, make_title, make_vote, make_votes_case
from tests.reviews.fairness import follow_orders
from tests.suspensions import lift_suspension, suspend

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def heat(alice: Member, bob: Member) -> Title:
    title = make_title("Heat")
    make_vote(title, alice, 2)
    make_vote(title, bob, 10)
    return title


@pytest.fixture
def everything(alice: Member, heat: Title) -> None:
    """Beside the film two seasons of one show, a film that was not shown yet, and a vote that was set aside."""
    show = make_title(kind=TitleKind.SHOW)
    for number in (1, 2):
        make_vote(make_season(show, number), alice, 8)
    make_vote(make_title(released_on="2999-01-01"), alice, 9, counted=False)
    aside = make_vote(make_title(), alice, 10)
    case = make_votes_case(aside.title)
    SetAsideVote.objects.create(case=case, member=alice, title=aside.title)


def numbers_of(title: Title) -> tuple[int, int]:
    title.totals.refresh_from_db()
    return title.totals.vote_count, title.totals.vote_sum


def lift(member: Member, actor: Member) -> Job:
    return lift_suspension(member, actor, "It was a family.")


@pytest.mark.usefixtures("everything")
def test_every_number_follows_and_comes_back(alice: Member, sofie: Member, heat: Title) -> None:
    assert impact_of(alice) == Impact(votes=3, titles=4)
    job = suspend(alice, sofie)
    assert alice.is_suspended
    assert (job.state, job.counts["votes"], job.counts["titles"]) == (JobState.DONE, 3, 4)
    assert numbers_of(heat) == (1, 10)
    assert not Vote.objects.filter(member=alice, counted=True).exists()
    assert find_differences() == []

    assert impact_of(alice) == Impact(votes=3, titles=4)
    job = lift(alice, sofie)
    assert (alice.is_suspended, job.counts["votes"], job.counts["titles"]) == (False, 3, 4)
    assert numbers_of(heat) == (2, 12)
    # What waits for a first showing, or was set aside, still does.
    assert Vote.objects.filter(member=alice, counted=False).count() == 2
    assert find_differences() == []


def test_doing_it_twice_changes_nothing_and_tells_nobody_again(
    alice: Member, sofie: Member, heat: Title
) -> None:
    suspend(alice, sofie)
    since = alice.suspended_at
    again = settle_suspension(member=alice, actor=sofie, reason="Once more.")
    for _ in range(2):
        run_ordered(again.pk)
    again.refresh_from_db()
    alice.refresh_from_db()
    assert (again.state, again.counts, alice.suspended_at) == (JobState.DONE, {}, since)
    assert LogEntry.objects.count() == 1
    lift(alice, sofie)
    again = settle_suspension(member=alice, actor=sofie, reason="Once more.")
    run_ordered(again.pk)
    again.refresh_from_db()
    assert again.counts == {}
    assert numbers_of(heat) == (2, 12)
    assert Notification.objects.filter(recipient=alice).count() == 1


def test_an_order_that_comes_after_the_measure_was_lifted_suspends_nobody(
    alice: Member, sofie: Member
) -> None:
    suspend(alice, sofie)
    late = settle_suspension(member=alice, actor=sofie, reason="Ten accounts")
    lift(alice, sofie)
    run_ordered(late.pk)
    alice.refresh_from_db()
    assert not alice.is_suspended


def test_it_ends_by_itself_once_and_says_so(alice: Member, sofie: Member, heat: Title) -> None:
    suspend(alice, sofie, days=7)
    assert alice.suspended_until is not None
    assert sweep_suspensions() == 0
    past = timezone.now() - timedelta(minutes=1)
    Measure.objects.update(ends_at=past)
    Member.objects.filter(pk=alice.pk).update(suspended_until=past)
    assert sweep_suspensions() == 1
    follow_orders()
    alice.refresh_from_db()
    assert (alice.suspended_at, alice.suspended_until) == (None, None)
    assert numbers_of(heat) == (2, 12)
    assert sweep_suspensions() == 0
    follow_orders()
    assert [row.detail["news"] for row in Notification.objects.filter(recipient=alice)] == [
        "suspension_lifted"
    ]


def test_of_two_suspensions_the_longer_one_holds(alice: Member, sofie: Member) -> None:
    suspend(alice, sofie, days=7)
    suspend(alice, sofie, days=30)
    until = Measure.objects.order_by("-ends_at").first().ends_at
    assert alice.suspended_until == until
    suspend(alice, sofie)
    assert alice.suspended_until is None


def test_the_log_has_the_reason_and_no_name(alice: Member, sofie: Member, client: Client) -> None:
    suspend(alice, sofie, "Ten accounts, one person.")
    lift(alice, sofie)
    log = client.get("/moderation/log/").content.decode()
    for words in ("A member was suspended", "Ten accounts, one person.", "A suspension was lifted"):
        assert words in log
    assert "alice" not in log


def test_very_many_votes_are_left_to_a_worker_and_a_dead_one_is_made_up_for(
    alice: Member,
    sofie: Member,
    heat: Title,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(suspending, "_AT_ONCE", 0)
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(suspending, "wake", lambda task, pk: woken.append((task.name, pk)))
    with django_capture_on_commit_callbacks(execute=True):
        impose(member=alice, kind="suspension", decision=None, reason="Ten accounts", by=sofie)
    alice.refresh_from_db()
    job = Job.objects.get()
    assert (job.state, alice.is_suspended) == (JobState.RUNNING, False)
    monkeypatch.setattr(suspending, "_AT_ONCE", 2000)
    assert sweep_suspensions() == 0, "its own wake-up is still on its way"
    Job.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    assert sweep_suspensions() == 1
    run_ordered(job.pk)
    alice.refresh_from_db()
    assert alice.is_suspended
    assert numbers_of(heat) == (1, 10)
    assert sweep_suspensions() == 0
    assert woken == [("reviews.tasks.run_suspension", job.pk)] * 2


def test_who_is_suspended_can_read_and_neither_vote_nor_write(
    alice: Member, sofie: Member, heat: Title, client: Client
) -> None:
    suspend(alice, sofie)
    client.force_login(alice)
    assert client.get(heat.get_absolute_url()).status_code == 200
    assert client.get("/moderation/statements/").status_code == 200
    assert client.post(f"/titles/{heat.pk}/vote/", {"value": 7}).status_code == 403
    assert Vote.objects.get(member=alice).value == 2


def test_staff_see_what_will_happen_before_it_does(
    alice: Member, sofie: Member, heat: Title, client: Client
) -> None:
    client.force_login(sofie)
    member_page, page = (f"/admin/accounts/member/{alice.pk}/{which}/" for which in ("change", "suspend"))
    assert 'name="suspended_at_0"' not in client.get(member_page).content.decode()
    assert page in client.get(member_page).content.decode()
    assert "1 vote no longer counts" in client.get(page).content.decode()
    assert "required" in client.post(page, {"reason": " ", "lift": "no"}).content.decode()
    assert client.get(page).context["form"].initial["days"] == 7, "the ladder's next, not the longest"
    assert (
        "rule"
        in client.post(page, {"reason": "Ten accounts.", "lift": "no", "days": "7"}).context["form"].errors
    )
    client.post(page, {"reason": "Ten accounts.", "lift": "no", "days": "7", "rule": "advertising"})
    follow_orders()
    alice.refresh_from_db()
    assert alice.is_suspended
    measure = alice.measures.get()
    assert (measure.ends_at - measure.starts_at, measure.rule) == (timedelta(days=7), "advertising")
    assert list(LogEntry.objects.values_list("verb", flat=True)) == ["reviews.member.suspended"], "one line"
    statement = measure.decision.statements.get()
    assert (statement.recipient, statement.measure, bool(statement.appeal_until)) == (alice, measure, True)
    assert "1 vote counts again" in client.get(page).content.decode()
    # A page that still offers to suspend does not lift.
    client.post(page, {"reason": "Ten accounts.", "lift": "no"})
    alice.refresh_from_db()
    assert alice.is_suspended
    client.post(page, {"reason": "A family.", "lift": "yes"})
    follow_orders()
    alice.refresh_from_db()
    assert not alice.is_suspended


def test_nobody_suspends_themselves_or_somebody_with_rights(
    mona: Member, sofie: Member, client: Client
) -> None:
    client.force_login(sofie)
    assert client.get(f"/admin/accounts/member/{sofie.pk}/suspend/").status_code == 403
    librarian = make_member("lex", is_staff=True)
    client.force_login(librarian)
    assert client.post(f"/admin/accounts/member/{mona.pk}/suspend/", {"reason": "x"}).status_code == 403


def test_a_member_with_many_votes_costs_no_more_statements(alice: Member, sofie: Member) -> None:
    now = timezone.now()
    titles = Title.objects.bulk_create(Title(name=f"Film {n}", year=1990) for n in range(400))
    Vote.objects.bulk_create(
        Vote(member=alice, title=title, value=n % 10 + 1, cast_at=now, changed_at=now)
        for n, title in enumerate(titles)
    )
    with CaptureQueriesContext(connection) as captured:
        job = suspend(alice, sofie)
    assert job.counts["votes"] == 400
    assert len(captured) < 25
    assert find_differences() == []
