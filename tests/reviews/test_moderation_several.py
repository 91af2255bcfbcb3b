"""Several cases about one text, several texts in one case: what a decision leaves to the others, also when it is taken back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from reviews.models import Appeal, Case, CaseEvent, CaseState, Decision, LogEntry, Matter, OwnWords, Review
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import StaleCase
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.making_lists import make_list
from reviews.services.measures import lift
from reviews.services.opening import open_case
from reviews.services.publishing import undo_withdrawal, withdraw_review
from reviews.services.steps import merge_cases
from tests.factories import make_member, make_report
from tests.reviews.casework import PASSAGE, fresh, make_copied_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def case(alice: Member) -> Case:
    return make_copied_case(alice)


@pytest.fixture
def both(alice: Member, mona: Member) -> tuple[Case, Case]:
    """Two texts of one author, in one case: the second is part of the first."""
    kept, part = make_copied_case(alice), make_copied_case(alice)
    merge_cases(into=kept, others=[part], moderator=mona)
    return kept, part


def decide(case: Case, moderator: Member, verdict: str, **also: object) -> Decision:
    rule = "copied-text" if verdict in ("trim", "quote", "hide", "remove") else ""
    return decide_case(
        case=case, moderator=moderator, verdict=verdict, reason="It stands elsewhere.", rule=rule, **also
    )


def appeal_of(decision: Decision) -> Appeal:
    return file_appeal(statement=decision.statements.get(), text="It is mine.")


def other_case_about(review: Review) -> Case:
    """What a machine or a rights-holder found in a text that readers may not see any more."""
    return open_case(target=target_of(Matter.REVIEW, review), kind="spoilers", found_by="machine")


def verdicts_of(case: Case) -> list[str]:
    return possible_verdicts(Case.objects.for_deciding_about().get(pk=case.pk))


# --- What others took away ------------------------------------------------------------------------------


def test_words_come_back_to_a_text_that_its_author_withdrew_and_it_stays_withdrawn(
    case: Case, mona: Member, sofie: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "quote"))
    withdraw_review(review=case.review, author=case.author)
    decide(appeal.case, sofie, "restore")
    review = fresh(case.review)
    assert review.state == "withdrawn"
    undo_withdrawal(review=review, author=case.author)
    assert PASSAGE in fresh(review).body


def test_a_granted_appeal_shows_nothing_that_another_case_removed(
    case: Case, mona: Member, sofie: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "hide"))
    other = other_case_about(case.review)
    decide(other, mona, "remove")
    decide(appeal.case, sofie, "restore")
    assert fresh(case.review).state == "removed"
    decide(other, mona, "restore")
    assert fresh(case.review).state == "published"


def test_what_is_restored_stays_hidden_while_another_appeal_waits(case: Case, mona: Member) -> None:
    appeal_of(decide(case, mona, "hide"))
    other = other_case_about(case.review)
    decide(other, mona, "remove")
    decide(other, mona, "restore")
    assert fresh(case.review).state == "hidden"


def test_what_was_hidden_for_an_answer_hides_nothing_once_a_removal_answered_it(
    case: Case, mona: Member
) -> None:
    decide(case, mona, "hide")
    other = other_case_about(case.review)
    decide(other, mona, "remove")
    decide(other, mona, "restore")
    assert fresh(case.review).state == "published"


def test_a_granted_appeal_shows_no_list_that_another_case_removed(
    alice: Member,
) -> None:
    one, another = make_member(sections=["members"]), make_member(sections=["members"])
    found = make_list(owner=alice, name="Harbours")
    target = target_of(Matter.LIST, found)
    first, other = (
        open_case(target=target, kind=kind, found_by="report") for kind in ("advertising", "personal-attack")
    )
    appeal = appeal_of(decide(first, one, "hide"))
    decide(other, one, "remove")
    decide(appeal.case, another, "restore")
    assert fresh(found).is_removed
    decide(other, one, "restore")
    assert not fresh(found).is_removed


# --- Several texts in one case --------------------------------------------------------------------------


def test_the_log_is_written_when_everything_else_is_held_and_done(
    both: tuple[Case, Case], mona: Member
) -> None:
    """One lock is for all lines of the log: who had it and waited for a text would wait in a circle."""
    for act in (
        lambda: decide(both[0], mona, "remove", measure="warning"),
        lambda: undo_decision(decision=Decision.objects.first(), moderator=mona),
    ):
        with CaptureQueriesContext(connection) as queries:
            act()
        changes = [
            query["sql"].split('"')[1]
            for query in queries
            if query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) or "FOR NO KEY UPDATE" in query["sql"]
        ]
        lines = changes.count("reviews_logentry")
        assert lines == 3
        assert set(changes[-lines:]) == {"reviews_logentry"}


def test_taking_a_hiding_back_shows_all_that_was_hidden_along(both: tuple[Case, Case], mona: Member) -> None:
    decision = decide(both[0], mona, "hide")
    assert set(Review.objects.values_list("state", flat=True)) == {"hidden"}
    undo_decision(decision=decision, moderator=mona)
    assert set(Review.objects.values_list("state", flat=True)) == {"published"}
    assert [fresh(case).state for case in both] == [CaseState.OPEN, CaseState.MERGED]


def test_a_part_that_its_author_withdrew_is_closed_until_they_bring_it_back(
    both: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    kept, part = both
    withdraw_review(review=part.review, author=alice)
    decide(kept, mona, "remove")
    assert (fresh(part).state, fresh(part).merged_into) == (CaseState.CLOSED, None)
    assert part.events.last().kind == CaseEvent.Kind.WITHDRAWN
    undo_withdrawal(review=part.review, author=alice)
    assert fresh(part).state == CaseState.OPEN
    assert "remove" in verdicts_of(part)


# --- Taking back what others hang on --------------------------------------------------------------------


def test_the_author_has_as_long_to_answer_as_before_when_a_decision_is_taken_back(
    case: Case, mona: Member
) -> None:
    decide(case, mona, "hide")
    until = fresh(case).answer_until
    undo_decision(decision=decide(case, mona, "remove"), moderator=mona)
    assert (fresh(case).state, fresh(case).answer_until) == (CaseState.WAITING, until)


def test_a_case_that_a_removal_answered_waits_for_its_author_again(case: Case, mona: Member) -> None:
    decide(case, mona, "hide")
    until = fresh(case).answer_until
    removal = decide(other_case_about(case.review), mona, "remove")
    assert fresh(case).state == CaseState.CLOSED
    undo_decision(decision=removal, moderator=mona)
    assert (fresh(case).state, fresh(case).answer_until) == (CaseState.WAITING, until)
    assert fresh(case.review).state == "hidden"


def test_what_is_removed_again_answers_what_was_opened_meanwhile(case: Case, mona: Member) -> None:
    removal = decide(case, mona, "remove")
    restored = decide(case, mona, "restore")
    other = make_report(case.review, kind="spoilers")
    undo_decision(decision=restored, moderator=mona)
    assert fresh(other).state == CaseState.CLOSED
    assert other.reports.get().outcome == "right"
    undo_decision(decision=removal, moderator=mona)
    assert fresh(other).state == CaseState.OPEN


def test_an_answer_to_an_appeal_stands_once_its_case_was_decided_anew(
    case: Case, mona: Member, sofie: Member
) -> None:
    appeal = appeal_of(decide(case, mona, "hide"))
    upheld = decide(appeal.case, sofie, "uphold")
    decide(case, mona, "remove")
    with pytest.raises(StaleCase, match="state"):
        undo_decision(decision=upheld, moderator=sofie)
    assert fresh(case).state == CaseState.DECIDED


@pytest.mark.parametrize("by_appeal", [True, False])
def test_what_followed_from_a_decision_holds_again_when_its_overturning_is_taken_back(
    case: Case, mona: Member, sofie: Member, by_appeal: bool
) -> None:
    make_report(case.review, kind="copied-text")
    removal = decide(case, mona, "remove", measure="slow", measure_days=7)
    until = removal.measures.get().ends_at
    restored = decide(appeal_of(removal).case if by_appeal else case, sofie, "restore")
    assert removal.measures.get().is_annulled
    assert case.reports.get().outcome == "moot"
    undo_decision(decision=restored, moderator=sofie)
    measure = removal.measures.get()
    assert (measure.is_annulled, measure.lifted_at, measure.lifted_by) == (False, None, None)
    assert measure.ends_at == until
    assert case.reports.get().outcome == "right"
    verbs = list(LogEntry.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs[-2:] == ["reviews.member.slowed", "reviews.decision.undone"]


def test_a_measure_that_was_lifted_before_stays_so_when_an_overturning_is_taken_back(
    case: Case, mona: Member, sofie: Member
) -> None:
    removal = decide(case, mona, "remove", measure="warning")
    lift(measure=removal.measures.get(), by=sofie, reason="Long ago.")
    undo_decision(decision=decide(case, sofie, "restore"), moderator=sofie)
    measure = removal.measures.get()
    assert not measure.is_annulled, "it is a rung of the ladder still"
    assert measure.lifted_by == sofie


def remove_as_copied(case: Case, moderator: Member) -> None:
    decide_case(case=fresh(case), moderator=moderator, verdict="remove", reason="Same.", rule="copied-text")


def test_what_one_case_found_of_own_words_outlives_what_another_takes_back(
    case: Case, alice: Member, mona: Member
) -> None:
    source = case.evidence.get().source
    said = OwnWords.objects.create(author=alice, review=case.review, source=source)
    remove_as_copied(case, mona)
    found = fresh(said)
    other = decide(make_copied_case(alice, known=source), mona, "keep")
    assert fresh(said).state == OwnWords.State.CONFIRMED
    undo_decision(decision=other, moderator=mona)
    assert (fresh(said).state, fresh(said).settled_at) == (OwnWords.State.REFUTED, found.settled_at)


def test_what_was_found_since_of_own_words_stays_when_a_decision_is_taken_back(
    case: Case, alice: Member, mona: Member
) -> None:
    source = case.evidence.get().source
    said = OwnWords.objects.create(author=alice, review=case.review, source=source)
    kept = decide(case, mona, "keep")
    remove_as_copied(make_copied_case(alice, known=source), mona)
    undo_decision(decision=kept, moderator=mona)
    assert fresh(said).state == OwnWords.State.REFUTED
