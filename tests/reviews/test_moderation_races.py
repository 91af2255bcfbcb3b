"""Moderators who act at once, with real connections and real commits.

`RACE_CASES=100 pytest tests/reviews/test_moderation_races.py` lets ten moderators decide a hundred cases: 1,000 decisions.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep
from typing import Final

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import Member
from reviews.models import Case, CaseEvent, CaseState, Decision, LogEntry, Matter, Review, Statement
from reviews.moderation.refusals import ModerationError
from reviews.moderation.seals import prove_log
from reviews.moderation.targets import target_of
from reviews.services.claiming import claim_case, claim_next
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.opening import open_case
from reviews.services.publishing import withdraw_review
from reviews.services.serving_notices import confirm_notice, serve_notice, withdraw_notice
from reviews.services.steps import add_note, merge_cases
from tests.factories import make_member, make_report, make_review

pytestmark = pytest.mark.django_db(transaction=True)

CASES: Final = int(os.environ.get("RACE_CASES", "20"))
MODERATORS: Final = 10
THREADS: Final = 8


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def outcomes_of(jobs: Iterable[Callable[[], object]]) -> Counter[str]:
    """Run the jobs, some at once, and count how they ended: "done", or the code of the refusal. Raises all else."""

    def run(job: Callable[[], object]) -> str:
        try:
            job()
        except ModerationError as error:
            return str(error)
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(run, list(jobs)))


def decide(case: Case, moderator: Member, verdict: str, version: int | None = None) -> Decision:
    return decide_case(
        case=case,
        moderator=Member.objects.get(pk=moderator.pk),
        verdict=verdict,
        rule="off-topic" if verdict == "remove" else "",
        reason="Looked at.",
        version=version,
    )


def test_of_many_decisions_on_each_case_exactly_one_is_made() -> None:
    moderators = [make_member(sections=["films"]) for _ in range(MODERATORS)]
    cases = [make_report(make_review()) for _ in range(CASES)]
    seen = dict(Case.objects.values_list("pk", "version"))

    def job(case: Case, number: int) -> Callable[[], object]:
        verdict = "remove" if number % 2 else "keep"
        return lambda: decide(case, moderators[number], verdict, seen[case.pk])

    # Everybody goes through the queue in the same order, as they would.
    ended = outcomes_of(job(case, number) for case in cases for number in range(MODERATORS))
    assert ended == {"done": CASES, "version": CASES * (MODERATORS - 1)}
    assert Decision.objects.count() == LogEntry.objects.count() == CASES
    assert CaseEvent.objects.filter(kind=CaseEvent.Kind.DECIDED).count() == CASES
    assert set(Case.objects.values_list("state", flat=True)) == {CaseState.DECIDED}
    removed = Decision.objects.filter(verdict="remove").count()
    assert Review.objects.filter(state="removed").count() == Statement.objects.count() == removed
    assert not prove_log().breaks


def test_two_who_ask_for_the_next_case_get_two_cases() -> None:
    moderators = [make_member(sections=["films"]) for _ in range(THREADS)]
    for _ in range(THREADS):
        make_report(make_review())
    given: list[int] = []

    def job(moderator: Member) -> Callable[[], object]:
        def take() -> None:
            case = claim_next(moderator=moderator, sections=["films"])
            assert case is not None
            given.append(case.pk)

        return take

    assert outcomes_of(map(job, moderators)) == {"done": THREADS}
    assert len(set(given)) == THREADS


def test_a_case_is_claimed_by_one() -> None:
    moderators = [make_member(sections=["films"]) for _ in range(THREADS)]
    case = make_report(make_review())
    got: list[bool] = []
    outcomes_of(
        [lambda member=member: got.append(claim_case(case=case, moderator=member)) for member in moderators]
    )
    assert sorted(got) == [False] * (THREADS - 1) + [True]


def test_whatever_happens_to_a_text_and_its_cases_at_once_nobody_waits_in_a_circle(alice: Member) -> None:
    """Deciding, taking back, merging, noting, reporting and withdrawing, all about the same two texts."""
    moderators = [make_member(sections=["films"]) for _ in range(4)]
    for _ in range(3):
        reviews = [make_review(author=alice) for _ in range(2)]
        first, second = (make_report(review, kind="advertising") for review in reviews)

        def decide_and_take_back(case: Case = second, moderator: Member = moderators[1]) -> None:
            undo_decision(decision=decide(case, moderator, "remove"), moderator=moderator)

        outcomes_of(
            [
                lambda first=first: decide(first, moderators[0], "remove"),
                decide_and_take_back,
                lambda one=first, two=second: merge_cases(into=one, others=[two], moderator=moderators[2]),
                lambda one=second: add_note(case=one, moderator=moderators[3], text="Hm."),
                lambda review=reviews[0]: make_report(review, kind="spoilers"),
                lambda review=reviews[1]: withdraw_quietly(review, alice),
            ]
        )
        doubled = Decision.objects.filter(undone_at=None).values("case").annotate(n=Count("pk"))
        assert not doubled.filter(n__gt=1).exists()


def test_merging_deciding_and_taking_back_what_belongs_together_at_once_ends(alice: Member) -> None:
    """A case holds another's text, a second case waits about its own text: each of these acts touches both texts or cases."""
    moderators = [make_member(sections=["films"]) for _ in range(4)]
    for turn in range(6):
        reviews = [make_review(author=alice) for _ in range(2)]
        # The lower number is that of what is closed on the way, or of what closes it.
        kinds = ("spoilers", "advertising") if turn % 2 else ("advertising", "spoilers")
        cases = {kind: make_report(reviews[0], kind=kind) for kind in kinds}
        kept, other = cases["advertising"], cases["spoilers"]
        part = make_report(reviews[1], kind="advertising")
        merge_cases(into=kept, others=[part], moderator=moderators[0])
        outcomes_of(
            [
                lambda case=other: decide(case, moderators[0], "remove"),
                lambda one=kept, two=other: merge_cases(into=one, others=[two], moderator=moderators[1]),
                lambda case=kept: decide(case, moderators[2], "keep"),
                lambda review=reviews[1]: withdraw_quietly(review, alice),
                lambda review=reviews[0]: withdraw_quietly(review, alice),
                lambda review=reviews[1]: make_report(review, kind="advertising"),
            ]
        )
        left = Case.objects.filter(state=CaseState.MERGED, review=reviews[1])
        assert not left.filter(merged_into__state=CaseState.CLOSED).exists(), "nobody would ever see it"


def test_a_merge_takes_what_its_cases_are_about_before_the_cases(alice: Member) -> None:
    """Whoever decides about a text holds it, and takes what else waits about it then: a merge must not have that first."""
    moderator = make_member(sections=["films"])
    review = make_review(author=alice)
    cases = [make_report(review, kind=kind) for kind in ("spoilers", "advertising")]

    def merge() -> None:
        try:
            merge_cases(into=cases[1], others=[cases[0]], moderator=moderator)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
            merging = pool.submit(merge)
            wait_until_somebody_waits()
            free = Case.objects.select_for_update(of=("self",), nowait=True).filter(review=review)
            assert len(free) == 2
        merging.result(timeout=30)
    assert Case.objects.get(pk=cases[0].pk).state == CaseState.MERGED


def test_a_merge_holds_the_parts_that_it_moves_before_the_cases_that_held_them(alice: Member) -> None:
    """A part has the lowest number: whoever takes it first takes what holds it then."""
    moderator = make_member(sections=["films"])
    part, other, kept = (make_report(make_review(author=alice), kind="advertising") for _ in range(3))
    merge_cases(into=other, others=[part], moderator=moderator)

    def merge() -> None:
        try:
            merge_cases(into=kept, others=[other], moderator=moderator)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Case.objects.select_for_update(of=("self",), no_key=True).get(pk=part.pk)
            merging = pool.submit(merge)
            wait_until_somebody_waits()
            free = Case.objects.select_for_update(of=("self",), nowait=True).filter(
                pk__in=[other.pk, kept.pk]
            )
            assert len(free) == 2
        merging.result(timeout=30)
    assert Case.objects.get(pk=part.pk).merged_into == kept


def test_what_joins_a_case_while_its_notice_is_taken_back_waits_on_its_own(alice: Member) -> None:
    moderator = make_member(sections=["films"])
    reviews = [make_review(author=alice) for _ in range(2)]
    notice = serve_notice(
        token="t" * 43, language="en", name="Rita", on_behalf_of="", email="rita@holder.example", work="Ours.",
        work_url="", explanation="Ours.", addresses=[reviews[0].get_absolute_url()],
    )  # fmt: skip
    confirm_notice(notice=notice)
    kept = Case.objects.get(review=reviews[0])
    other = open_case(target=target_of(Matter.REVIEW, reviews[1]), kind=kept.kind, found_by="machine")

    def take_back() -> None:
        try:
            withdraw_notice(notice=notice)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            merge_cases(into=kept, others=[other], moderator=moderator)
            taking_back = pool.submit(take_back)
            wait_until_somebody_waits()
        taking_back.result(timeout=30)
    assert Case.objects.get(pk=kept.pk).state == CaseState.CLOSED
    assert Case.objects.get(pk=other.pk).state == CaseState.OPEN


def wait_until_somebody_waits() -> None:
    """For a lock that this connection holds; at most half a minute."""
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        sleep(0.1)
    raise AssertionError("Nobody waits.")


def withdraw_quietly(review: Review, author: Member) -> None:
    """Taking back what was removed a moment ago is refused, and that is fine."""
    with suppress(PermissionDenied):
        withdraw_review(review=review, author=author)
