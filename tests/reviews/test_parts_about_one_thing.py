"""Parts of one case that are about the same thing: one decision holds for them, answers both, and is taken back for both."""

import pytest

from accounts.models import Member
from reviews.models import Case, CaseState, Decision, Matter, Notice, Report, Review, Statement
from reviews.moderation.notice_states import CASES, Standing, stories_of
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import undo_decision
from reviews.services.parting import free_stranded_parts
from reviews.services.reporting import report
from reviews.services.steps import merge_cases
from tests.factories import make_member, make_report, make_title
from tests.reviews.casework import decide, fresh, notice_about, told_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def standing_of(notice: Notice) -> Standing:
    (story,) = stories_of(notice, notice.items.select_related(*CASES))
    return story.standing


@pytest.fixture
def twice(texts: list[Review], mona: Member) -> tuple[Case, Case, Case]:
    """A case that holds two parts about one other text, reported for two reasons."""
    kept, first = (make_report(text, kind="advertising", text="It sells.") for text in texts)
    second = make_report(texts[1], kind="off-topic", text="It sells.")
    merge_cases(into=first, others=[second], moderator=mona)
    merge_cases(into=fresh(kept), others=[fresh(first)], moderator=mona)
    return kept, first, second


def test_two_parts_about_one_text_are_decided_by_one_decision_that_answers_both(
    twice: tuple[Case, Case, Case], texts: list[Review], mona: Member
) -> None:
    kept, first, second = twice
    decide(kept, mona, "remove")
    assert [decision.case for decision in Decision.objects.order_by("pk")] == [kept, first]
    assert told_about(texts[1]) == ["right", "right"]
    assert not Report.objects.exclude(outcome="right").exists()
    assert free_stranded_parts() == 0
    assert fresh(second).state == CaseState.MERGED


def test_a_granted_appeal_shows_a_text_that_two_parts_of_a_case_were_about(
    twice: tuple[Case, Case, Case], texts: list[Review], mona: Member, theo: Member
) -> None:
    decide(twice[0], mona, "remove")
    statement = Statement.objects.get(decision__case=twice[1])
    decide(file_appeal(statement=statement, text="Look again.").case, theo, "restore")
    assert fresh(texts[1]).is_published
    assert told_about(texts[1])[2:] == ["moot", "moot"]


def test_two_parts_about_one_text_wait_as_they_did_when_a_decision_is_taken_back(
    twice: tuple[Case, Case, Case], texts: list[Review], mona: Member
) -> None:
    kept, first, second = twice
    undo_decision(decision=decide(kept, mona, "hide"), moderator=mona)
    assert all(fresh(text).is_published for text in texts)
    assert [(fresh(part).state, fresh(part).merged_into) for part in (first, second)] == [
        ("merged", kept)
    ] * 2
    assert set(Report.objects.values_list("part", flat=True)) == {None, first.pk, second.pk}
    decide(kept, mona, "keep")
    assert told_about(texts[1]) == ["wrong", "wrong"]


def test_who_spoke_of_all_parts_is_answered_about_the_text_that_two_of_them_are_about(
    texts: list[Review], mona: Member
) -> None:
    reporter = make_member()
    kept, first = (make_report(text, reporter, kind="advertising") for text in texts)
    merge_cases(into=kept, others=[first], moderator=mona)
    other, second = (make_report(text, reporter, kind="off-topic") for text in texts)
    merge_cases(into=other, others=[second], moderator=mona)
    merge_cases(into=fresh(kept), others=[fresh(other)], moderator=mona)
    decision = decide(kept, mona, "remove")
    assert told_about(texts[1]) == ["right", "right"]
    undo_decision(decision=decision, moderator=mona)
    assert set(Report.objects.filter(snapshot=second.snapshot).values_list("outcome", flat=True)) == {
        "waiting"
    }
    decide(kept, mona, "remove")
    assert told_about(texts[1]) == ["right"] * 4


def test_rights_holders_hear_of_the_one_decision_about_two_parts(texts: list[Review], mona: Member) -> None:
    kept, first = (make_report(text, kind="advertising") for text in texts)
    notice = notice_about(texts[1])
    merge_cases(into=first, others=[Case.objects.get(kind="copied-text")], moderator=mona)
    merge_cases(into=fresh(kept), others=[fresh(first)], moderator=mona)
    decision = decide(kept, mona, "remove")
    assert standing_of(fresh(notice)) == Standing.REMOVED
    undo_decision(decision=decision, moderator=mona)
    assert standing_of(fresh(notice)) == Standing.WAITING


def test_a_plot_that_two_parts_of_a_case_are_about_comes_back(alice: Member, mona: Member) -> None:
    plots = [make_title(plot="Buy it.", plot_author=alice) for _ in range(2)]
    targets = [target_of(Matter.PLOT, title) for title in plots]
    kept, first, second = (
        report(target=target, reporter=make_member(), kind=kind, text="").case
        for target, kind in zip(
            [*targets, targets[1]], ["advertising", "advertising", "off-topic"], strict=True
        )
    )
    merge_cases(into=first, others=[second], moderator=mona)
    merge_cases(into=fresh(kept), others=[fresh(first)], moderator=mona)
    decision = decide(kept, mona, "remove")
    undo_decision(decision=decision, moderator=mona)
    assert [fresh(title).plot for title in plots] == ["Buy it.", "Buy it."]
