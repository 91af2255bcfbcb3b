"""Real connections and real commits: a vote that meets its own undo, a decision about votes, or the end of its member."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from queue import Queue
from threading import Event
from time import monotonic, sleep
from typing import Final, NamedTuple

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Change, Title, TitleTotals
from films.services.editing import write_facts
from films.services.merging import merge_titles, undo_merge
from reviews.models import Case, Evidence, PastVote, Verdict, Vote
from reviews.moderation.refusals import StaleCase
from reviews.services.deciding import decide_case
from reviews.services.moving import gather_strays
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, count_released_votes, restore_vote, withdraw_vote
from tests.factories import make_member, make_title, make_vote, make_votes_case
from tests.films.importers.test_import_titles import RATINGS, write
from tests.reviews.test_voting_concurrency import at_once
from tests.suspensions import lift_suspension, suspend

LONG_AGO: Final = date(1997, 1, 1)
FAR_OFF: Final = date(2999, 1, 1)

pytestmark = pytest.mark.django_db(transaction=True)


class Voting(NamedTuple):
    member: Member
    film: Title
    vote: Callable[[], object]


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def posting(member: Member, title: Title, **sent: str) -> Callable[[], object]:
    """A tab of the member: signed in once, it sends when it is called."""
    client = Client()
    client.force_login(member)

    def send() -> None:
        assert client.post(f"/titles/{title.pk}/vote/", sent).status_code == 303

    return send


def case_about(title: Title, *members: Member) -> Case:
    """What votes of these members wait with, for a moderator to decide."""
    case = make_votes_case(title)
    Evidence.objects.create(
        case=case, kind=Evidence.Kind.VELOCITY, detail={"members": [member.pk for member in members]}
    )
    return case


def decide(case: Case, verdict: Verdict, moderator: Member) -> None:
    members = [pk for item in case.evidence.all() for pk in item.detail["members"]]
    decide_case(case=case, moderator=moderator, verdict=verdict, reason="One hand.", members=members)


def show_first_on(day: date, title: Title) -> None:
    write_facts(title, {"released_on": day}, actor=None, origin=Change.Origin.STAFF)


def meet(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Begin the second while the transaction of the first is open, which ends once the second waits for it."""
    is_done, waiting = Event(), Queue[int]()

    def act() -> None:
        with transaction.atomic():
            first()
            is_done.set()
            wait_until_it_waits(waiting.get(timeout=30))

    def follow() -> None:
        assert is_done.wait(timeout=30)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            waiting.put(cursor.fetchone()[0])
        second()

    at_once(act, follow)


def wait_until_it_waits(backend: int) -> None:
    give_up_at = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < give_up_at:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s))", [backend])
            if cursor.fetchone()[0]:
                return
            sleep(0.01)
    raise AssertionError("The second did not wait for the first.")


@pytest.fixture(params=["new", "changed", "given again", "undone"])
def voting(request: pytest.FixtureRequest) -> Voting:
    """A member, a film, and a way to come by a vote of eight half stars."""
    member, film = make_member(), make_title()
    if request.param in {"changed", "given again"}:
        make_vote(film, member, 8 if request.param == "given again" else 3)
    if request.param == "undone":
        cast_vote(member=member, title=film, value=8)
        withdraw_vote(member=member, title=film)
    act = restore_vote if request.param == "undone" else cast_vote
    return Voting(member, film, lambda: act(member=member, title=film, value=8))


def test_the_same_form_sent_again_after_a_lost_reply_changes_nothing() -> None:
    film, member = make_title(), make_member()
    send = posting(member, film, value="7")
    send()
    before = Vote.objects.values().get()
    send()
    send()
    assert Vote.objects.values().get() == before
    assert not PastVote.objects.exists()
    assert find_differences() == []


def test_taking_a_vote_back_twice_takes_one_back() -> None:
    film, member = make_title(), make_member()
    make_vote(film, member)
    at_once(*[posting(member, film, withdraw="1") for _ in range(4)])
    assert not Vote.objects.exists()
    assert PastVote.objects.get().withdrawn
    assert find_differences() == []


def test_voting_and_taking_back_in_two_tabs_at_once_leave_one_vote_or_none() -> None:
    film, member = make_title(), make_member()
    at_once(
        *[posting(member, film, value=str(value)) for value in (2, 5, 9)],
        *[posting(member, film, withdraw="1") for _ in range(3)],
    )
    votes = list(Vote.objects.values_list("value", flat=True))
    assert len(votes) <= 1
    totals = TitleTotals.objects.get(title=film)
    assert (totals.vote_count, totals.vote_sum) == (len(votes), sum(votes))
    assert find_differences() == []


def test_two_undos_at_once_bring_the_vote_back_once_with_its_dates() -> None:
    film, member = make_title(), make_member()
    before = cast_vote(member=member, title=film, value=7)
    withdraw_vote(member=member, title=film)
    at_once(*[lambda: restore_vote(member=member, title=film, value=7)] * 4)
    after = Vote.objects.get()
    assert (after.value, after.cast_at, after.changed_at) == (7, before.cast_at, before.changed_at)
    assert not PastVote.objects.exists()
    assert find_differences() == []


def test_an_undo_that_meets_another_vote_loses_nothing_of_the_history() -> None:
    film, member = make_title(), make_member()
    cast_vote(member=member, title=film, value=7)
    withdraw_vote(member=member, title=film)
    at_once(
        lambda: restore_vote(member=member, title=film, value=7),
        lambda: cast_vote(member=member, title=film, value=2),
    )
    assert Vote.objects.get().value in {2, 7}
    values = [*PastVote.objects.values_list("value", flat=True), Vote.objects.get().value]
    assert 7 in values
    assert 2 in values
    assert find_differences() == []


def test_a_vote_that_meets_its_setting_aside_does_not_count(voting: Voting, mona: Member) -> None:
    case = case_about(voting.film, voting.member)
    meet(lambda: decide(case, Verdict.EXCLUDE, mona), voting.vote)
    assert Vote.objects.values_list("value", "counted").get() == (8, False)
    assert find_differences() == []


def test_a_setting_aside_that_meets_a_vote_waits_for_it(voting: Voting, mona: Member) -> None:
    case = case_about(voting.film, voting.member)
    meet(voting.vote, lambda: decide(case, Verdict.EXCLUDE, mona))
    assert Vote.objects.values_list("value", "counted").get() == (8, False)
    assert find_differences() == []


def test_a_vote_that_meets_its_restoring_counts(voting: Voting, mona: Member) -> None:
    case = case_about(voting.film, voting.member)
    decide(case, Verdict.EXCLUDE, mona)
    meet(lambda: decide(case, Verdict.RESTORE, mona), voting.vote)
    assert Vote.objects.values_list("value", "counted").get() == (8, True)
    assert find_differences() == []


@pytest.mark.parametrize(("before", "after"), [(LONG_AGO, FAR_OFF), (FAR_OFF, LONG_AGO)])
def test_a_vote_that_meets_another_first_showing_counts_by_it(
    voting: Voting, before: date, after: date
) -> None:
    show_first_on(before, voting.film)
    meet(lambda: show_first_on(after, voting.film), voting.vote)
    assert Vote.objects.values_list("value", "counted").get() == (8, after == LONG_AGO)
    assert find_differences() == []


@pytest.mark.parametrize(("before", "after"), [(LONG_AGO, FAR_OFF), (FAR_OFF, LONG_AGO)])
def test_another_first_showing_that_meets_a_vote_waits_for_it(
    voting: Voting, before: date, after: date
) -> None:
    show_first_on(before, voting.film)
    meet(voting.vote, lambda: show_first_on(after, voting.film))
    assert Vote.objects.values_list("value", "counted").get() == (8, after == LONG_AGO)
    assert find_differences() == []


def test_a_vote_that_meets_a_suspension_is_refused(voting: Voting, sofie: Member) -> None:
    def vote() -> None:
        with pytest.raises(PermissionDenied):
            voting.vote()

    meet(lambda: suspend(voting.member, sofie), vote)
    assert not Vote.objects.filter(counted=True).exists()
    assert find_differences() == []


def test_a_suspension_that_meets_a_vote_waits_for_it(voting: Voting, sofie: Member) -> None:
    meet(voting.vote, lambda: suspend(voting.member, sofie))
    assert Vote.objects.values_list("value", "counted").get() == (8, False)
    assert find_differences() == []


@pytest.mark.parametrize("is_lifted_first", [True, False])
def test_the_end_of_a_suspension_that_meets_another_first_showing_brings_back_what_counts(
    sofie: Member, is_lifted_first: bool
) -> None:
    vote = make_vote()
    suspend(vote.member, sofie)
    acts = [
        lambda: lift_suspension(vote.member, sofie),
        lambda: show_first_on(FAR_OFF, vote.title),
    ]
    meet(*(acts if is_lifted_first else reversed(acts)))
    assert not Vote.objects.get().counted
    assert find_differences() == []


def test_the_hourly_task_that_meets_a_suspension_lets_no_vote_count(sofie: Member) -> None:
    vote = make_vote()
    Vote.objects.update(counted=False)  # as of a title that was first shown today
    meet(lambda: suspend(vote.member, sofie), count_released_votes)
    assert not Vote.objects.get().counted
    assert find_differences() == []


def test_deciding_about_votes_while_their_titles_merge_and_part_stays_exact(
    sofie: Member, mona: Member
) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(6)]
    for member in members:
        make_vote(double, member)
    case = case_about(double, *members[:2])

    def merge_and_part() -> None:
        merge = merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
        undo_merge(merge=merge, by=sofie)

    def set_aside() -> None:
        # A case that went along with its title meanwhile is looked at again.
        with suppress(StaleCase):
            decide(case, Verdict.EXCLUDE, mona)

    def change_their_minds(member: Member) -> None:
        for value in (3, 8):
            cast_vote(member=member, title=double, value=value)
            withdraw_vote(member=member, title=double)
            restore_vote(member=member, title=double, value=value)

    at_once(
        merge_and_part,
        set_aside,
        *[lambda member=member: change_their_minds(member) for member in members[2:]],
    )
    gather_strays()
    # Who changed their mind while both were one may have a vote on either: what an undo of a merge promises.
    assert set(Vote.objects.values_list("member", flat=True)) == {member.pk for member in members}
    assert find_differences() == []


def test_votes_of_a_placeholder_that_an_import_adds_while_they_are_suspended_do_not_count(
    tmp_path: Path, sofie: Member
) -> None:
    folder = str(write(tmp_path))
    call_command("import_titles", "movielens", folder, verbosity=0)
    vote = Vote.objects.get(title__name__contains="City of Lost", member__is_placeholder=True)
    write(tmp_path, ratings=f"{RATINGS}1,50,3.0,1217895809\n")
    meet(
        lambda: suspend(vote.member, sofie),
        lambda: call_command("import_titles", "movielens", folder, verbosity=0),
    )
    assert list(Vote.objects.filter(member=vote.member).values_list("counted", flat=True)) == [False] * 3
    assert find_differences() == []
