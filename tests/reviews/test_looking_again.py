"""What an author said of their own words, and what else of theirs rests on it, once a moderator found otherwise."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import Job, JobState, Member
from accounts.services.jobs import MOST_FAILURES
from reviews.copied_evidence import found_copied
from reviews.models import (
    Case,
    CaseEvent,
    CaseState,
    Decision,
    DelayedScreening,
    Evidence,
    KnownKind,
    KnownText,
    Matter,
    OwnWords,
    Review,
    Verdict,
)
from reviews.moderation.targets import target_of
from reviews.services import looking_again
from reviews.services.appealing import file_appeal
from reviews.services.claiming import claim_case
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.indexing import index_portion, note_text
from reviews.services.looking_again import run_look_again, sweep_looks_again
from reviews.services.making_lists import make_list
from reviews.services.opening import open_copied_case_about
from reviews.services.opening_found import open_cases_about
from reviews.services.publishing import publish_review
from reviews.services.screening import Notice, notice_for
from reviews.services.screening_later import screen_delayed
from reviews.services.steps import reopen_case
from tests.factories import give_second_factor, make_member, make_review, make_title
from tests.reviews.copydetect.texts import prose

pytestmark = pytest.mark.django_db

COLUMN = prose(150, 71)


@pytest.fixture(autouse=True)
def column() -> KnownText:
    """A text that stands elsewhere."""
    known = KnownText.objects.create(
        kind=KnownKind.REGISTERED,
        text=COLUMN,
        label="A column",
        url="https://paper.example/column",
        algorithm=0,
        written_at=timezone.now() - timedelta(days=90),
    )
    index_portion()
    return known


@pytest.fixture
def moderator(mona: Member) -> Member:
    return give_second_factor(mona)


def publish(author: Member, body: str = COLUMN, *, declared_own: bool = False) -> Review:
    review = publish_review(
        author=author, subject=make_title(), body=body, language="en", declared_own=declared_own
    )
    index_portion()
    return review


def known_for_long(author: Member, *, days: int) -> Review:
    """A message with these words that nobody compared when it came."""
    review = make_review(author=author, body=COLUMN, created_at=timezone.now() - timedelta(days=days))
    note_text(review)
    index_portion()
    return review


def decide(case: Case, moderator: Member, verdict: str = "remove", rule: str = "copied-text") -> Decision:
    rule = "" if verdict in (Verdict.KEEP, Verdict.RESTORE) else rule
    return decide_case(case=case, moderator=moderator, verdict=verdict, reason="I compared them.", rule=rule)


def look_again() -> None:
    """What the workers do after a decision."""
    for job in Job.objects.filter(kind=looking_again.KIND, state=JobState.RUNNING).order_by("pk"):
        run_look_again(job.pk)
    for row in list(DelayedScreening.objects.order_by("pk")):
        screen_delayed(row.pk)


def told(author: Member) -> Notice | None:
    return notice_for(subject=make_title(), author=author, body=COLUMN, paste=None)


def cases_about(review: Review) -> list[str]:
    return list(Case.objects.filter(review=review).order_by("pk").values_list("state", flat=True))


def test_refuted_own_words_are_held_against_what_rests_on_them_and_whatever_comes_next(
    alice: Member, moderator: Member
) -> None:
    publish(alice, declared_own=True)
    sibling = publish(alice)
    assert (told(alice), cases_about(sibling)) == (None, [])
    decide(Case.objects.get(), moderator)
    assert told(alice) is not None, "even before a worker looks at the sibling"
    look_again()
    assert cases_about(sibling) == [CaseState.OPEN]
    assert cases_about(publish(alice)) == [CaseState.OPEN]
    look_again()
    assert Case.objects.filter(state=CaseState.OPEN).count() == 2


def test_words_found_copied_are_no_earlier_words_of_whoever_said_nothing_about_them(
    alice: Member, moderator: Member, column: KnownText
) -> None:
    sibling = known_for_long(alice, days=1)
    again = publish(alice)
    assert (told(alice), cases_about(again)) == (None, [])
    first = Case.objects.create(kind="copied-text", section="films", review=again, author=alice)
    first.evidence.create(kind="overlap", source=column, words=150)
    decide(first, moderator)
    assert told(alice) is not None
    look_again()
    assert cases_about(sibling) == [CaseState.OPEN]
    # The newest decision counts.
    decide(Case.objects.get(review=sibling), moderator, Verdict.KEEP)
    assert told(alice) is None


def test_a_list_that_rests_on_refuted_own_words_is_looked_at_again(alice: Member, moderator: Member) -> None:
    publish(alice, declared_own=True)
    made = make_list(owner=alice, name="Columns", description=COLUMN)
    look_again()
    assert not Case.objects.filter(list=made).exists()
    decide(Case.objects.get(), moderator)
    look_again()
    assert Case.objects.get(list=made).state == CaseState.OPEN


def test_an_appeal_that_restores_the_words_makes_them_own_words_everywhere_again(
    alice: Member, moderator: Member
) -> None:
    first = publish(alice, declared_own=True)
    sibling = publish(alice)
    decision = decide(Case.objects.get(review=first), moderator)
    look_again()
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote the column.")
    decide(appeal.case, give_second_factor(make_member(sections=["films"])), Verdict.RESTORE)
    look_again()
    assert cases_about(sibling) == [CaseState.CLOSED]
    # Nobody changed a word of it.
    assert Case.objects.get(review=sibling).events.last().kind == CaseEvent.Kind.CLOSED
    assert told(alice) is None
    assert cases_about(publish(alice)) == []


def test_what_is_taken_back_at_once_leaves_what_rests_on_it_alone(alice: Member, moderator: Member) -> None:
    first = publish(alice, declared_own=True)
    sibling = publish(alice)
    decision = decide(Case.objects.get(review=first), moderator)
    look_again()
    undo_decision(decision=decision, moderator=moderator)
    look_again()
    assert (cases_about(first), cases_about(sibling)) == ([CaseState.OPEN], [CaseState.CLOSED])
    assert told(alice) is None


def test_a_case_that_a_moderator_opened_stays_when_the_author_is_looked_at_again(
    alice: Member, moderator: Member, column: KnownText
) -> None:
    few = " ".join(COLUMN.split()[:50])
    first, second = [publish(alice, f"{few} {prose(100, seed)}") for seed in (81, 82)]
    opened = open_cases_about(
        texts=[(Matter.REVIEW, first.pk), (Matter.REVIEW, second.pk)], author=alice, moderator=moderator
    )
    assert [case.review for case in opened] == [first, second]
    decide(opened[0], moderator)
    look_again()
    assert cases_about(second) == [CaseState.OPEN]
    [step] = opened[1].events.all()
    assert (step.kind, step.actor) == (CaseEvent.Kind.OPENED, moderator)


def test_a_case_that_a_moderator_opened_again_or_has_in_hands_stays_too(
    alice: Member, moderator: Member
) -> None:
    first = publish(alice, declared_own=True)
    again, claimed, waiting = [publish(alice) for _ in range(3)]
    decision = decide(Case.objects.get(review=first), moderator)
    look_again()
    decide(Case.objects.get(review=again), moderator, Verdict.KEEP)
    reopen_case(case=Case.objects.get(review=again), moderator=moderator, reason="Too fast.")
    assert claim_case(case=Case.objects.get(review=claimed), moderator=moderator)
    undo_decision(decision=decision, moderator=moderator)
    look_again()
    assert cases_about(again) == [CaseState.OPEN]
    assert cases_about(claimed) == [CaseState.OPEN]
    assert cases_about(waiting) == [CaseState.CLOSED]


def test_fine_makes_words_found_copied_before_the_authors_again_until_it_is_taken_back(
    alice: Member, moderator: Member
) -> None:
    first = publish(alice, declared_own=True)
    fine, sibling = publish(alice), publish(alice)
    decide(Case.objects.get(review=first), moderator)
    look_again()
    assert cases_about(sibling) == [CaseState.OPEN]
    decision = decide(Case.objects.get(review=fine), moderator, Verdict.KEEP)
    look_again()
    assert cases_about(sibling) == [CaseState.CLOSED]
    undo_decision(decision=decision, moderator=moderator)
    look_again()
    assert cases_about(sibling) == [CaseState.CLOSED, CaseState.OPEN]


def test_fine_orders_no_look_where_nothing_was_found_copied_before(alice: Member, moderator: Member) -> None:
    publish(alice, declared_own=True)
    decide(Case.objects.get(), moderator, Verdict.KEEP)
    assert not Job.objects.filter(kind=looking_again.KIND).exists()


def test_what_a_decision_found_copied_is_what_it_rested_on_whatever_its_case_came_to_be_about(
    alice: Member, moderator: Member, column: KnownText
) -> None:
    other = KnownText.objects.create(
        kind=KnownKind.REGISTERED,
        text=prose(150, 72),
        label="Another",
        algorithm=0,
        written_at=timezone.now(),
    )
    review = publish(alice, f"{COLUMN}\n\n{prose(60, 74)}", declared_own=True)
    case = Case.objects.get()
    decide(case, moderator, Verdict.QUOTE)
    case.refresh_from_db()
    review.refresh_from_db()
    reopen_case(case=case, moderator=moderator, reason="They wrote another text.")
    open_copied_case_about(
        target=target_of(Matter.REVIEW, review), evidence=[Evidence(kind="overlap", source=other, words=150)]
    )
    assert list(case.evidence.values_list("source", flat=True)) == [other.pk]
    assert found_copied(alice.pk, [column.pk, other.pk]) == {column.pk}


def test_what_is_removed_for_another_reason_says_nothing_about_whose_words_they_are(
    alice: Member, moderator: Member
) -> None:
    publish(alice, declared_own=True)
    sibling = publish(alice)
    decide(Case.objects.get(), moderator, rule="personal-attack")
    look_again()
    assert OwnWords.objects.get().state == OwnWords.State.SAID
    assert (told(alice), cases_about(sibling)) == (None, [])


def test_what_an_author_wrote_before_the_source_stays_theirs(
    alice: Member, bob: Member, moderator: Member, column: KnownText
) -> None:
    column.delete()
    old = known_for_long(alice, days=30)
    taken = known_for_long(bob, days=10)
    again = publish(alice)
    case = Case.objects.create(kind="copied-text", section="films", review=again, author=alice)
    case.evidence.create(kind="overlap", source=taken.known_text, words=150)
    decide(case, moderator)
    look_again()
    assert (told(alice), cases_about(old)) == (None, [])


def test_only_what_shares_the_words_is_compared_again(alice: Member, bob: Member, moderator: Member) -> None:
    publish(alice, declared_own=True)
    sibling = publish(alice)
    publish(alice, prose(150, 72))
    publish(bob, prose(150, 73))
    decide(Case.objects.get(), moderator)
    [job] = Job.objects.filter(kind=looking_again.KIND)
    assert run_look_again(job.pk) == 1
    assert [row.review for row in DelayedScreening.objects.all()] == [sibling]
    assert run_look_again(job.pk) == 0


def test_so_many_texts_are_looked_at_and_no_more(
    alice: Member, moderator: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_again, "MOST_TEXTS", 2)
    publish(alice, declared_own=True)
    siblings = [publish(alice) for _ in range(3)]
    decide(Case.objects.get(), moderator)
    look_again()
    assert [cases_about(one) for one in siblings] == [[], [CaseState.OPEN], [CaseState.OPEN]]


def test_a_look_that_no_wake_up_reached_is_delivered_and_ends_when_it_fails_again_and_again(
    alice: Member, moderator: Member
) -> None:
    publish(alice, declared_own=True)
    decide(Case.objects.get(), moderator)
    [job] = Job.objects.filter(kind=looking_again.KIND)
    with patch.object(looking_again, "newest_texts_of", side_effect=ValueError("broken")):
        for _turn in range(MOST_FAILURES):
            with patch("reviews.services.looking_again.look_again_later.apply_async") as woken:
                assert sweep_looks_again() == 1
            assert woken.called
            with pytest.raises(ValueError, match="broken"):
                run_look_again(job.pk)
    job.refresh_from_db()
    assert (job.state, sweep_looks_again()) == (JobState.FAILED, 0)
