"""What parts of cases rest on: evidence, reports and notices stay with the text that they are about, and with their answers."""

import pytest
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    DelayedFlagging,
    Evidence,
    FlagRule,
    FoundBy,
    Matter,
    Notice,
    Notification,
    Review,
    Statement,
)
from reviews.moderation.own_record import grounds_of
from reviews.services.ending import close_fixed_case
from reviews.services.flagging import flag_delayed, order_flagging
from reviews.services.opening import open_copied_case
from reviews.services.publishing import withdraw_review
from reviews.services.reporting import reports_about
from reviews.services.serving_notices import withdraw_notice
from reviews.services.stating import how_found
from reviews.services.steps import merge_cases, reopen_case
from tests.factories import make_report, make_review
from tests.reviews.casework import decide, fresh, make_copied_case, notice_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def texts(alice: Member) -> list[Review]:
    return [make_review(author=alice, body=f"Buy it at stall {number}.") for number in range(3)]


def standing_of(*cases: Case) -> list[tuple[str, Case | None]]:
    return [(now.state, now.merged_into) for now in map(fresh, cases)]


@pytest.fixture
def copied(alice: Member) -> Case:
    return make_copied_case(alice)


@pytest.fixture
def flagged(copied: Case) -> Case:
    """A case of the rules about the text in which copied words were found."""
    FlagRule.objects.create(sought="never forgot", note="Again.", is_active=True)
    look_at(copied.review)
    return Case.objects.get(kind="advertising")


def look_at(review: Review) -> str:
    order_flagging(Matter.REVIEW, review.pk)
    return flag_delayed(DelayedFlagging.objects.get().pk)


def kinds_of(case: Case) -> list[str]:
    return sorted(case.evidence.values_list("kind", flat=True))


# --- Evidence --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_kept", [True, False])
def test_evidence_for_one_reason_stays_when_there_is_newer_evidence_for_another(
    copied: Case, flagged: Case, mona: Member, is_kept: bool
) -> None:
    kept, part = (copied, flagged) if is_kept else (flagged, copied)
    merge_cases(into=kept, others=[part], moderator=mona)
    assert kinds_of(kept) == ["overlap", "rule"]
    before = set(kept.evidence.values_list("pk", flat=True))
    FlagRule.objects.create(sought="a child", note="Too.", is_active=True)
    assert look_at(copied.review) == "case"
    assert kinds_of(kept) == ["overlap", "rule", "rule"]
    review = copied.review
    newer = Evidence(kind="overlap", words=70, start=0, end=5)
    open_copied_case(review=review, revision=review.revisions.get(), evidence=[newer])
    assert kinds_of(kept) == ["overlap", "rule", "rule"]
    assert not before & set(kept.evidence.values_list("pk", flat=True))


def test_what_a_decision_rested_on_stays_with_it_when_one_reason_has_newer_evidence(
    copied: Case, flagged: Case, mona: Member
) -> None:
    merge_cases(into=copied, others=[flagged], moderator=mona)
    decision = decide(copied, mona, "keep")
    assert look_at(copied.review) == "nothing found", "it was judged with the case that held it"
    reopen_case(case=copied, moderator=mona, reason="Once more.")
    FlagRule.objects.create(sought="a child", note="Too.", is_active=True)
    assert look_at(copied.review) == "case"
    assert sorted(item.kind for item in grounds_of(fresh(decision))[1]) == ["overlap", "rule"]
    assert kinds_of(copied) == ["overlap", "rule", "rule"]


def test_copied_words_are_not_thought_mended_where_no_rule_is_met_any_more(
    copied: Case, flagged: Case, mona: Member
) -> None:
    merge_cases(into=copied, others=[flagged], moderator=mona)
    review = copied.review
    Review.objects.filter(pk=review.pk).update(body=review.body.replace("never forgot", "remember"))
    assert look_at(review) == "closed"
    assert standing_of(copied, flagged) == [("open", None), ("closed", None)]
    assert (kinds_of(copied), kinds_of(flagged)) == (["overlap"], ["rule"])


def test_evidence_has_no_place_in_newer_words_that_are_others(
    copied: Case, flagged: Case, mona: Member
) -> None:
    merge_cases(into=copied, others=[flagged], moderator=mona)
    review = copied.review
    newer = review.revisions.create(
        number=2, body=f"Newer. {review.body}", language="en", source_hash="1" * 64, created_at=timezone.now()
    )
    open_copied_case(review=review, revision=newer, evidence=[Evidence(kind="overlap", start=0, end=5)])
    assert copied.evidence.get(kind="rule").start is None
    assert close_fixed_case(review=review)
    assert (kinds_of(copied), kinds_of(flagged)) == (["overlap"], ["rule"])
    assert fresh(flagged).snapshot.revision == newer


def test_evidence_goes_on_with_the_part_that_it_came_with(
    copied: Case, flagged: Case, alice: Member, mona: Member
) -> None:
    merge_cases(into=copied, others=[flagged], moderator=mona)
    assert close_fixed_case(review=copied.review)
    assert standing_of(copied, flagged) == [("closed", None), ("open", None)]
    assert (kinds_of(copied), kinds_of(flagged)) == (["overlap"], ["rule"])
    assert fresh(flagged).severity > 0


def test_evidence_about_a_text_lies_with_it_in_a_case_about_another(
    copied: Case, flagged: Case, alice: Member, mona: Member
) -> None:
    other = make_copied_case(alice)
    merge_cases(into=copied, others=[flagged], moderator=mona)
    merge_cases(into=other, others=[copied], moderator=mona)
    assert [kinds_of(case) for case in (other, copied, flagged)] == [["overlap"], ["overlap"], ["rule"]]


# --- Notices and reports ---------------------------------------------------------------------------------


def test_a_part_that_only_a_notice_spoke_of_leaves_with_it_a_case_that_rests_on_more(
    alice: Member, mona: Member
) -> None:
    kept = make_copied_case(alice)
    part = notice_about(make_review(author=alice, body="Of a paper.")).items.get().case
    merge_cases(into=kept, others=[part], moderator=mona)
    assert withdraw_notice(notice=Notice.objects.get())
    assert standing_of(kept, part) == [("open", None), ("closed", None)]
    decide(kept, mona, "remove")
    assert fresh(part.review).state == "published"


def test_a_case_that_only_a_notice_spoke_of_ends_with_it_and_its_reported_parts_wait_alone(
    alice: Member, mona: Member
) -> None:
    kept = notice_about(make_review(author=alice, body="Of a paper.")).items.get().case
    part = make_report(make_review(author=alice), kind="copied-text")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert withdraw_notice(notice=Notice.objects.get())
    assert standing_of(kept, part) == [("closed", None), ("open", None)]
    assert part.reports.get().outcome == "waiting"


def test_nobody_is_told_of_a_rights_holder_who_took_their_notice_back(alice: Member, mona: Member) -> None:
    part = make_copied_case(alice)
    notice = notice_about(part.review)
    assert how_found(part) == FoundBy.NOTICE
    withdraw_notice(notice=notice)
    assert how_found(part) == FoundBy.MACHINE
    decide(part, mona, "remove")
    assert Statement.objects.get().found_by == FoundBy.MACHINE


def test_who_spoke_of_two_texts_in_one_case_can_speak_of_the_third_that_held_one_of_them(
    texts: list[Review], bob: Member, mona: Member
) -> None:
    first = make_report(texts[0], bob, "First.", kind="advertising")
    second = make_report(texts[1], kind="advertising")
    third = make_report(texts[2], bob, "Third.", kind="advertising")
    merge_cases(into=second, others=[third], moderator=mona)
    merge_cases(into=first, others=[second], moderator=mona)
    make_report(texts[1], bob, "Second.", kind="advertising")
    said = [list(reports_about(case).values_list("text", flat=True)) for case in (first, second, third)]
    assert said == [["First."], ["Look at this.", "Second."], ["Third."]]
    decide(first, mona, "remove")
    told = Notification.objects.filter(detail__news="report", recipient=bob)
    assert {item.review for item in told} == set(texts)


@pytest.mark.parametrize("spoke_of_both", [False, True])
def test_an_answer_that_was_given_stays_though_its_case_became_part_of_another_and_left_it(
    texts: list[Review], alice: Member, mona: Member, spoke_of_both: bool
) -> None:
    part = make_report(texts[0], kind="advertising")
    reporter = part.reports.get().reporter
    decide(part, mona, "keep")
    reopen_case(case=part, moderator=mona, reason="Once more.")
    kept = make_report(texts[1], reporter if spoke_of_both else None, kind="advertising")
    merge_cases(into=kept, others=[part], moderator=mona)
    withdraw_review(review=texts[0], author=alice)
    assert part.reports.get().outcome == "wrong"


def test_an_answer_that_was_given_stays_in_a_case_about_the_same_text(
    texts: list[Review], bob: Member, mona: Member
) -> None:
    part = make_report(texts[0], bob, kind="advertising")
    decide(part, mona, "keep")
    reopen_case(case=part, moderator=mona, reason="Once more.")
    kept = make_report(texts[0], bob, kind="spoilers")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert part.reports.get().outcome == "wrong"
