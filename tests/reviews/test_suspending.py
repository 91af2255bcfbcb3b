"""Suspending somebody takes their votes out of every number at one moment, and lifting it brings them back."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Job, JobState, Member
from films.models import Title, TitleKind
from reviews.emails import send_suspension
from reviews.models import Case, LogEntry, Notification, SetAsideVote, Vote
from reviews.services import suspending
from reviews.services.recounting import find_differences
from reviews.services.suspending import (
    Impact,
    impact_of,
    lift_suspension,
    run_ordered,
    suspend_member,
    sweep_suspensions,
)
from tests.factories import make_member, make_season, make_title, make_vote

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
    case = Case.objects.create(kind="votes", section="films", title=aside.title)
    SetAsideVote.objects.create(case=case, member=alice, title=aside.title)


def numbers_of(title: Title) -> tuple[int, int]:
    title.totals.refresh_from_db()
    return title.totals.vote_count, title.totals.vote_sum


def suspend(member: Member, actor: Member) -> Job:
    job = suspend_member(member=member, actor=actor, reason="Ten accounts, one person.")
    member.refresh_from_db()
    return job


def lift(member: Member, actor: Member) -> Job:
    job = lift_suspension(member=member, actor=actor, reason="It was a family.")
    member.refresh_from_db()
    return job


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
    again = suspend(alice, sofie)
    assert (again.state, again.counts, alice.suspended_at) == (JobState.DONE, {}, since)
    run_ordered(again.pk)
    assert LogEntry.objects.count() == 1
    lift(alice, sofie)
    assert lift(alice, sofie).counts == {}
    assert numbers_of(heat) == (2, 12)


def test_the_log_has_the_reason_and_no_name(alice: Member, sofie: Member, client: Client) -> None:
    suspend(alice, sofie)
    lift(alice, sofie)
    log = client.get("/moderation/log/").content.decode()
    for words in ("A member was suspended", "Ten accounts, one person.", "A suspension was lifted"):
        assert words in log
    assert "alice" not in log


def test_the_member_is_told_by_mail_once(alice: Member, sofie: Member) -> None:
    job = suspend(alice, sofie)
    send_suspension(job.pk)
    send_suspension(job.pk)
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "Ten accounts, one person." in mail.outbox[0].body
    lift(alice, sofie)
    news = Notification.objects.filter(recipient=alice).order_by("pk")
    assert [row.detail["news"] for row in news] == ["suspended", "suspension_lifted"]


def test_who_is_suspended_is_told_where_to_object(
    alice: Member, sofie: Member, client: Client, settings: Settings
) -> None:
    settings.FILMSITE_OBJECTIONS_ADDRESS = "people@example.org"
    job = suspend(alice, sofie)
    send_suspension(job.pk)
    [sent] = mail.outbox
    assert sent.reply_to == ["people@example.org"]
    for body in (sent.body, sent.alternatives[0][0]):
        assert "people@example.org" in body
    client.force_login(alice)
    for page in (alice.get_absolute_url(), "/notifications/"):
        assert "people@example.org" in client.get(page).text


def test_whose_suspension_was_lifted_before_the_mail_went_out_gets_none(alice: Member, sofie: Member) -> None:
    job = suspend(alice, sofie)
    lift(alice, sofie)
    send_suspension(job.pk)
    assert not mail.outbox


def test_very_many_votes_are_left_to_a_worker_and_a_dead_one_is_made_up_for(
    alice: Member, sofie: Member, heat: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suspending, "_AT_ONCE", 0)
    woken: list[tuple[str, int]] = []
    monkeypatch.setattr(suspending, "wake", lambda task, pk: woken.append((task.name, pk)))
    monkeypatch.setattr(suspending, "wake_on_commit", lambda *args: None)
    job = suspend(alice, sofie)
    assert (job.state, alice.is_suspended) == (JobState.RUNNING, False)
    assert sweep_suspensions() == 0, "its own wake-up is still on its way"
    Job.objects.update(started_at=timezone.now() - timedelta(minutes=5))
    sweep_suspensions()
    run_ordered(job.pk)
    alice.refresh_from_db()
    assert alice.is_suspended
    assert numbers_of(heat) == (1, 10)
    # Carried out; now the mail is what is missing.
    sweep_suspensions()
    send_suspension(job.pk)
    assert sweep_suspensions() == 0
    assert woken == [("reviews.tasks.run_suspension", job.pk), ("reviews.tasks.mail_suspension", job.pk)]


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
    client.post(page, {"reason": "Ten accounts.", "lift": "no"})
    alice.refresh_from_db()
    assert alice.is_suspended
    assert "1 vote counts again" in client.get(page).content.decode()
    # A page that still offers to suspend does not lift.
    client.post(page, {"reason": "Ten accounts.", "lift": "no"})
    alice.refresh_from_db()
    assert alice.is_suspended
    client.post(page, {"reason": "A family.", "lift": "yes"})
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
