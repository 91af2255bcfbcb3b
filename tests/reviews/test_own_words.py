"""What authors say about whose words they are, and what becomes of it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseKind, Decision, KnownText, OwnWords, Review, Verdict
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.indexing import note_text
from reviews.services.own_words import honoured, is_believed, looked_at, say_own_words
from tests.factories import give_second_factor, make_member, make_review
from tests.reviews.casework import make_copied_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(alice: Member) -> Case:
    return make_copied_case(alice)


@pytest.fixture
def source(case: Case) -> KnownText:
    return case.evidence.get().source


@pytest.fixture
def moderator(mona: Member) -> Member:
    return give_second_factor(mona)


def decide(case: Case, moderator: Member, verdict: Verdict) -> Decision:
    return decide_case(
        case=case, moderator=moderator, verdict=verdict, reason="I compared the two.", rule="copied-text"
    )


def state_of(row: OwnWords) -> str:
    row.refresh_from_db()
    return row.state


def test_saying_it_again_changes_nothing_but_the_address(
    alice: Member, case: Case, source: KnownText
) -> None:
    [first] = say_own_words(author=alice, review=case.review, sources=[source])
    [again] = say_own_words(
        author=alice, review=make_review(author=alice), sources=[source.pk], url="https://a.example/"
    )
    assert (again, again.review, again.url) == (first, case.review, "https://a.example/")
    assert honoured(alice.pk, [source.pk]) == {source.pk}
    assert honoured(make_member().pk, [source.pk]) == set()


def test_a_case_hears_of_it_through_another_message_only(
    alice: Member, case: Case, source: KnownText
) -> None:
    say_own_words(author=alice, review=case.review, sources=[source])
    assert looked_at(alice.pk, [source.pk], other_than=case.review_id) == set()
    assert looked_at(alice.pk, [source.pk], other_than=make_review().pk) == {source.pk}
    case.delete()
    assert looked_at(alice.pk, [source.pk], other_than=make_review().pk) == set()


@pytest.mark.parametrize(
    ("verdict", "state"),
    [
        (Verdict.KEEP, OwnWords.State.CONFIRMED),
        (Verdict.REMOVE, OwnWords.State.REFUTED),
        (Verdict.QUOTE, OwnWords.State.REFUTED),
        (Verdict.TRIM, OwnWords.State.REFUTED),
        (Verdict.HIDE, OwnWords.State.SAID),
    ],
)
def test_a_decision_confirms_or_refutes_it(
    alice: Member, case: Case, source: KnownText, moderator: Member, verdict: Verdict, state: str
) -> None:
    [row] = say_own_words(author=alice, review=case.review, sources=[source])
    decide(case, moderator, verdict)
    assert state_of(row) == state
    assert honoured(alice.pk, [source.pk]) == (set() if state == OwnWords.State.REFUTED else {source.pk})


def test_a_decision_that_is_taken_back_leaves_it_as_it_was_said(
    alice: Member, case: Case, source: KnownText, moderator: Member
) -> None:
    [row] = say_own_words(author=alice, review=case.review, sources=[source])
    undo_decision(decision=decide(case, moderator, Verdict.REMOVE), moderator=moderator)
    assert state_of(row) == OwnWords.State.SAID


def test_an_appeal_that_restores_the_words_confirms_it(
    alice: Member, case: Case, source: KnownText, moderator: Member
) -> None:
    [row] = say_own_words(author=alice, review=case.review, sources=[source])
    decision = decide(case, moderator, Verdict.REMOVE)
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    other = give_second_factor(make_member(sections=["films"]))
    decide(appeal.case, other, Verdict.RESTORE)
    assert state_of(row) == OwnWords.State.CONFIRMED


def test_a_decision_says_nothing_about_the_words_of_others(
    alice: Member, bob: Member, case: Case, source: KnownText, moderator: Member
) -> None:
    [row] = say_own_words(author=bob, review=make_review(author=bob), sources=[source])
    decide(case, moderator, Verdict.REMOVE)
    assert state_of(row) == OwnWords.State.SAID


def test_saying_it_after_it_was_refuted_changes_nothing(
    alice: Member, case: Case, source: KnownText, moderator: Member
) -> None:
    say_own_words(author=alice, review=case.review, sources=[source])
    decide(case, moderator, Verdict.REMOVE)
    [row] = say_own_words(author=alice, review=make_review(author=alice), sources=[source])
    assert row.state == OwnWords.State.REFUTED


def say_of_pastes(author: Member, times: int) -> list[OwnWords]:
    return [
        row
        for _ in range(times)
        for row in say_own_words(author=author, review=make_review(author=author), sources=[])
    ]


def test_whoever_said_of_three_pastes_that_they_are_theirs_is_believed(alice: Member) -> None:
    say_of_pastes(alice, 2)
    assert not is_believed(alice)
    say_of_pastes(alice, 1)
    assert is_believed(alice)


def test_whoever_had_to_be_decided_against_is_not_believed_until_that_is_overturned(
    alice: Member, case: Case, moderator: Member
) -> None:
    say_of_pastes(alice, 3)
    decision = decide(case, moderator, Verdict.REMOVE)
    assert not is_believed(alice)
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    decide(appeal.case, give_second_factor(make_member(sections=["films"])), Verdict.RESTORE)
    assert is_believed(alice)


def test_what_was_removed_by_another_rule_says_nothing_about_whether_they_are_believed(
    alice: Member, case: Case, moderator: Member
) -> None:
    say_of_pastes(alice, 3)
    decide_case(
        case=case, moderator=moderator, verdict=Verdict.REMOVE, reason="It sells.", rule="advertising"
    )
    assert is_believed(alice)


def test_the_same_answer_about_one_paste_counts_once(alice: Member) -> None:
    review = make_review(author=alice)
    for _ in range(3):
        say_own_words(author=alice, review=review, sources=[])
    assert OwnWords.objects.count() == 1


def test_it_goes_with_the_source_and_stays_without_the_message(alice: Member, bob: Member) -> None:
    review = make_review(author=bob, created_at=timezone.now() - timedelta(days=1))
    known = note_text(review)
    mine = make_review(author=alice)
    [row] = say_own_words(author=alice, review=mine, sources=[known])
    Review.objects.filter(pk=mine.pk).delete()
    row.refresh_from_db()
    assert row.review is None
    assert not Case.objects.filter(kind=CaseKind.COPIED).exists()
    review.delete()
    assert not OwnWords.objects.exists()


def test_nobody_reads_about_themselves_as_of_somebody_else(
    client: Client, alice: Member, case: Case, source: KnownText
) -> None:
    say_own_words(author=alice, review=case.review, sources=[source])
    client.force_login(alice)
    shown = client.get("/moderation/mine/").text
    assert "said by you" in shown
    assert "said by the author" not in shown
