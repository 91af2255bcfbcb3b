"""What became one case and ends without a decision: each part is on its own again, with what was said about it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Member
from films.models import Trivia
from reviews.models import (
    Case,
    CaseEvent,
    CaseState,
    Evidence,
    Matter,
    Notification,
    Report,
    Review,
    Snapshot,
)
from reviews.moderation.own_record import grounds_of
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.targets import target_of
from reviews.moderation.timeline import steps_of
from reviews.services.deciding import undo_decision
from reviews.services.ending import answer_moot_reports, close_cases_of_nothing, close_fixed_case
from reviews.services.erasing import erase_member
from reviews.services.keeping_records import forget_what_is_over
from reviews.services.making_lists import remove_list
from reviews.services.opening import open_case, open_copied_case
from reviews.services.publishing import edit_review, undo_withdrawal, withdraw_review
from reviews.services.reporting import report
from reviews.services.serving_notices import withdraw_notice
from reviews.services.steps import merge_cases, reopen_case
from tests.factories import make_list, make_member, make_report, make_review, make_title
from tests.reviews.casework import decide, fresh, make_copied_case, notice_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def is_alone(case: Case) -> bool:
    now = fresh(case)
    return (now.state, now.merged_into) == (CaseState.OPEN, None)


def reported(matter: Matter, things: list) -> list[Case]:
    return [
        report(target=target_of(matter, made), reporter=make_member(), kind="advertising", text="").case
        for made in things
    ]


# --- The case that holds others ends -------------------------------------------------------------------


def test_a_part_waits_on_its_own_when_the_text_of_the_case_that_held_it_is_withdrawn(
    both: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    kept, part = both
    assert kept.reports.count() == 2
    withdraw_review(review=kept.review, author=alice)
    assert fresh(kept).state == CaseState.CLOSED
    assert is_alone(part)
    assert [case.reports.get().snapshot.text for case in both] == [case.review.body for case in both]
    assert fresh(part).severity > 0
    decide(part, mona, "remove")
    assert part.reports.get().outcome == Report.Outcome.RIGHT
    assert kept.reports.get().outcome == Report.Outcome.WAITING


def test_a_case_that_ended_says_which_part_left_it(both: tuple[Case, Case], alice: Member) -> None:
    kept, part = both
    withdraw_review(review=kept.review, author=alice)
    assert part.pk in [item.case for item in steps_of(kept) if item.event.detail.get("parted")]


def test_who_reported_both_texts_is_heard_about_each(
    texts: list[Review], alice: Member, mona: Member
) -> None:
    reporter = make_member()
    kept, part = (make_report(review, reporter, kind="advertising") for review in texts)
    merge_cases(into=kept, others=[part], moderator=mona)
    withdraw_review(review=texts[0], author=alice)
    assert part.reports.get().outcome == Report.Outcome.WAITING


def test_what_a_part_held_itself_comes_back_to_where_it_was_made(alice: Member, mona: Member) -> None:
    texts = [make_review(author=alice) for _ in range(3)]
    cases = [make_report(text, kind="advertising") for text in texts]
    merge_cases(into=cases[1], others=[cases[2]], moderator=mona)
    merge_cases(into=cases[0], others=[cases[1]], moderator=mona)
    assert {fresh(case).merged_into for case in cases[1:]} == {cases[0]}
    withdraw_review(review=texts[0], author=alice)
    assert [is_alone(case) for case in cases] == [False, True, True]
    assert [case.reports.count() for case in cases] == [1, 1, 1]


def test_an_edit_that_mends_the_text_of_a_case_lets_its_parts_go(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    merge_cases(into=kept, others=[part], moderator=mona)
    assert close_fixed_case(review=kept.review)
    assert fresh(kept).state == CaseState.CLOSED
    assert is_alone(part)


def test_a_part_that_was_mended_is_not_decided_along(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    merge_cases(into=kept, others=[part], moderator=mona)
    assert close_fixed_case(review=part.review)
    decide(kept, mona, "remove")
    assert [fresh(case.review).state for case in (kept, part)] == ["removed", "published"]


def test_a_part_that_somebody_reported_is_judged_though_it_was_mended(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    make_report(part.review, kind="copied-text")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert not close_fixed_case(review=part.review)
    assert fresh(part).state == CaseState.MERGED


def test_a_notice_that_is_taken_back_lets_the_parts_go_that_rest_on_more(alice: Member, mona: Member) -> None:
    texts = [make_review(author=alice, body=f"Words of a paper, part {number}.") for number in range(3)]
    notice = notice_about(*texts[:2])
    named = [Case.objects.get(review=text) for text in texts[:2]]
    other = Case.objects.get(pk=open_copied_case(
        review=texts[2], revision=texts[2].revisions.get(), evidence=[Evidence(kind="overlap", words=60)]
    ).pk)  # fmt: skip
    merge_cases(into=named[0], others=[named[1], other], moderator=mona)
    assert named[0].notices.count() == 2
    assert withdraw_notice(notice=notice)
    assert [fresh(case).state for case in (*named, other)] == ["closed", "closed", "open"]
    assert [case.notices.count() for case in (*named, other)] == [1, 1, 0]


def test_the_parts_about_other_lists_wait_when_a_list_is_deleted(alice: Member) -> None:
    warden = make_member(sections=["members"])
    lists = [make_list(alice, name=name) for name in ("One", "Two")]
    cases = reported(Matter.LIST, lists)
    merge_cases(into=cases[0], others=[cases[1]], moderator=warden)
    remove_list(of=lists[0])
    assert fresh(cases[0]).reports.get().outcome == Report.Outcome.MOOT
    assert is_alone(cases[1])
    assert cases[1].reports.get().outcome == Report.Outcome.WAITING
    told = Notification.objects.filter(detail__news="report")
    assert told.count() == 1, "who reported the other list is told when that is decided"


def test_a_case_can_be_decided_when_a_part_of_it_is_deleted(alice: Member) -> None:
    warden = make_member(sections=["members"])
    lists = [make_list(alice, name=name) for name in ("One", "Two")]
    cases = reported(Matter.LIST, lists)
    merge_cases(into=cases[0], others=[cases[1]], moderator=warden)
    remove_list(of=lists[1])
    assert (fresh(cases[1]).state, fresh(cases[1]).merged_into) == (CaseState.CLOSED, None)
    assert cases[1].reports.get().outcome == Report.Outcome.MOOT
    decide(cases[0], warden, "remove")
    assert fresh(cases[0]).state == CaseState.DECIDED


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_case_can_be_decided_when_a_part_of_it_went_with_something_else(
    alice: Member, mona: Member, is_swept: bool
) -> None:
    title = make_title()
    facts = [Trivia.objects.create(title=title, text=text, source="a book", author=alice) for text in "AB"]
    cases = reported(Matter.TRIVIA, facts)
    merge_cases(into=cases[0], others=[cases[1]], moderator=mona)
    facts[1].delete()
    if is_swept:
        assert close_cases_of_nothing() == 1
        assert cases[1].reports.get().outcome == Report.Outcome.MOOT
    decide(cases[0], mona, "remove")
    assert fresh(cases[0]).state == CaseState.DECIDED


def test_what_waits_about_texts_that_stay_outlives_the_case_of_one_that_goes_with_its_author(
    both: tuple[Case, Case], alice: Member
) -> None:
    kept, part = both
    Review.objects.filter(pk=kept.review_id).update(state="hidden")
    erase_member(member=alice, keeps_texts=True)
    assert is_alone(part)
    assert part.reports.get().text == "It sells."


def test_what_was_said_of_a_text_that_goes_with_its_author_is_not_said_of_one_that_stays(
    alice: Member, mona: Member
) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    make_report(part.review, kind="copied-text", text="About what goes.")
    notice_about(part.review)
    merge_cases(into=kept, others=[part], moderator=mona)
    Review.objects.filter(pk=part.review_id).update(state="hidden")
    erase_member(member=alice, keeps_texts=True)
    assert fresh(kept).state == CaseState.OPEN
    assert not kept.reports.exists()
    assert not kept.notices.exists()
    assert not Report.objects.filter(text="About what goes.").exists()


# --- A part leaves the case that holds it ------------------------------------------------------------------


def test_a_part_that_its_author_takes_back_leaves_with_its_reports_and_comes_back_with_them(
    both: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    kept, part = both
    before = fresh(kept).version
    withdraw_review(review=part.review, author=alice)
    assert (fresh(part).state, fresh(part).merged_into) == (CaseState.CLOSED, None)
    assert fresh(kept).version > before, "who decides has the page of another case"
    decide(kept, mona, "remove")
    assert [case.reports.get().outcome for case in both] == ["right", "waiting"]
    undo_withdrawal(review=part.review, author=alice)
    assert is_alone(part)
    assert "remove" in possible_verdicts(fresh(part))


def test_cases_about_one_text_that_is_withdrawn_come_back_as_one(written: Review, mona: Member) -> None:
    kept, part = (make_report(written, kind=kind) for kind in ("advertising", "spoilers"))
    merge_cases(into=kept, others=[part], moderator=mona)
    withdraw_review(review=written, author=written.author)
    undo_withdrawal(review=written, author=written.author)
    assert (fresh(kept).state, fresh(part).state) == (CaseState.OPEN, CaseState.MERGED)
    assert kept.reports.count() == 2


@pytest.fixture
def written(texts: list[Review]) -> Review:
    return texts[0]


def test_an_edit_of_a_part_makes_the_page_of_the_case_stale(both: tuple[Case, Case], alice: Member) -> None:
    kept, part = both
    before = fresh(kept).version
    review = fresh(part.review)
    edit_review(review=review, editor=alice, version=1, body="Something else.", language="en")
    assert fresh(kept).version > before
    assert kept.events.last().kind == CaseEvent.Kind.EDITED


# --- What is new about a part -------------------------------------------------------------------------------


def test_a_new_report_about_a_part_joins_the_case_that_holds_it(
    both: tuple[Case, Case], alice: Member
) -> None:
    kept, part = both
    assert make_report(part.review, kind="advertising", text="Again.") == kept
    assert Case.objects.count() == 2
    assert kept.reports.count() == 3
    withdraw_review(review=kept.review, author=alice)
    assert list(part.reports.values_list("text", flat=True)) == ["It sells.", "Again."]


def test_words_about_a_part_by_somebody_who_spoke_of_another_are_kept(
    both: tuple[Case, Case], mona: Member
) -> None:
    kept, part = both
    reporter = kept.reports.order_by("pk").first().reporter
    make_report(part.review, reporter, "This one too.", kind="advertising")
    assert part.reports.get().text == "This one too."
    decide(kept, mona, "remove")
    assert set(Report.objects.values_list("outcome", flat=True)) == {"right"}


@pytest.fixture
def spoken_of_twice(alice: Member, mona: Member) -> tuple[list[Case], Member]:
    """Three texts in one case, and a member who reported the second and the third, of which the second has left."""
    reporter = make_member()
    cases = [
        make_report(make_review(author=alice), by, "It sells.", kind="advertising")
        for by in (None, reporter, reporter)
    ]
    merge_cases(into=cases[0], others=cases[1:], moderator=mona)
    withdraw_review(review=cases[1].review, author=alice)
    return cases, reporter


def test_who_reports_a_part_once_more_after_their_word_about_another_left_changes_nothing(
    spoken_of_twice: tuple[list[Case], Member], alice: Member
) -> None:
    cases, reporter = spoken_of_twice
    make_report(cases[2].review, reporter, "Again.", kind="advertising")
    assert not Report.objects.filter(text="Again.").exists()
    withdraw_review(review=cases[0].review, author=alice)
    assert is_alone(cases[2])
    said = cases[2].reports.get()
    assert (said.text, said.reporter, said.outcome) == ("It sells.", reporter, Report.Outcome.WAITING)


def test_of_two_words_of_one_member_about_a_part_the_first_goes_on_with_it(
    spoken_of_twice: tuple[list[Case], Member], alice: Member
) -> None:
    cases, reporter = spoken_of_twice
    # As it was kept before words came forward when others left.
    Report.objects.filter(part=cases[2]).update(case=cases[2], part=None)
    Report.objects.create(case=cases[0], part=cases[2], reporter=reporter, text="Again.")
    withdraw_review(review=cases[0].review, author=alice)
    assert is_alone(cases[2])
    assert cases[2].reports.get().text == "It sells."
    assert cases[0].reports.exclude(reporter=reporter).count() == 1


def test_a_notice_about_a_part_joins_the_case_that_holds_it(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    merge_cases(into=kept, others=[part], moderator=mona)
    notice_about(part.review)
    assert kept.notices.count() == 1
    withdraw_review(review=kept.review, author=alice)
    assert (kept.notices.count(), part.notices.count()) == (0, 1)


def test_newer_evidence_about_a_part_stays_with_its_words(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    merge_cases(into=kept, others=[part], moderator=mona)
    found = open_copied_case(
        review=part.review,
        revision=part.review.revisions.get(),
        evidence=[Evidence(kind="overlap", words=70, start=0, end=5)],
    )
    assert found == kept
    assert kept.evidence.get().words == 30
    assert part.evidence.get().words == 70


# --- Reports of what is gone --------------------------------------------------------------------------------


def test_reports_of_a_withdrawn_text_are_answered_once_it_cannot_come_back(
    written: Review, alice: Member
) -> None:
    case = make_report(written)
    withdraw_review(review=written, author=alice)
    assert answer_moot_reports() == 0
    Review.objects.filter(pk=written.pk).update(withdrawn_at=timezone.now() - timedelta(days=2))
    assert answer_moot_reports() == 1
    assert case.reports.get().outcome == Report.Outcome.MOOT
    assert Notification.objects.get(detail__news="report").recipient == case.reports.get().reporter
    assert answer_moot_reports() == 0


def test_reports_that_wait_for_a_decision_are_not_answered_by_the_sweep(both: tuple[Case, Case]) -> None:
    assert answer_moot_reports() == 0
    assert set(Report.objects.values_list("outcome", flat=True)) == {"waiting"}


def test_a_withdrawal_that_is_undone_brings_the_case_back_after_a_decision_that_was_taken_back(
    written: Review, alice: Member, mona: Member
) -> None:
    case = make_report(written)
    undo_decision(decision=decide(case, mona, "keep"), moderator=mona)
    withdraw_review(review=written, author=alice)
    undo_withdrawal(review=fresh(written), author=alice)
    assert fresh(case).state == CaseState.OPEN


def test_a_withdrawal_that_is_undone_opens_no_case_that_was_decided(
    written: Review, alice: Member, mona: Member
) -> None:
    case = make_report(written)
    decide(case, mona, "keep")
    withdraw_review(review=written, author=alice)
    undo_withdrawal(review=fresh(written), author=alice)
    assert fresh(case).state == CaseState.DECIDED


def test_a_case_that_was_looked_at_again_comes_back_with_its_text(
    written: Review, alice: Member, mona: Member
) -> None:
    case = make_report(written)
    decide(case, mona, "keep")
    reopen_case(case=case, moderator=mona, reason="Once more.")
    withdraw_review(review=written, author=alice)
    undo_withdrawal(review=fresh(written), author=alice)
    assert fresh(case).state == CaseState.OPEN


def test_one_removal_lets_the_parts_go_of_what_it_answers(both: tuple[Case, Case], mona: Member) -> None:
    kept, part = both
    other = open_case(target=target_of(Matter.REVIEW, kept.review), kind="spoilers", found_by="machine")
    decide(other, mona, "remove")
    assert fresh(kept).state == CaseState.CLOSED
    assert is_alone(part)
    assert [case.reports.get().outcome for case in both] == ["right", "waiting"]


# --- Words that changed since ---------------------------------------------------------------------------------


def bring_up_to(case: Case, body: str, *, words: int) -> None:
    """What the detector does when the author of a text wrote it anew, with copied words in it still."""
    review = case.review
    number = review.revisions.count() + 1
    revision = review.revisions.create(
        number=number, body=body, language="en", source_hash=f"{number:064}", created_at=timezone.now()
    )
    evidence = [Evidence(kind="overlap", words=words, start=0, end=5)]
    found = open_copied_case(review=review, revision=revision, evidence=evidence)
    assert found == case


def test_what_a_decision_rested_on_stays_with_it_when_its_case_looks_at_newer_words(
    alice: Member, mona: Member
) -> None:
    case = make_copied_case(alice)
    decision = decide(case, mona, "keep")
    judged, evidence = case.snapshot, case.evidence.get()
    reopen_case(case=case, moderator=mona, reason="Once more.")
    bring_up_to(case, "Newer words, and others.", words=50)
    assert grounds_of(fresh(decision)) == (judged, [evidence])
    assert case.evidence.get().words == 50
    bring_up_to(case, "Newest words, and others.", words=60)
    assert grounds_of(fresh(decision)) == (judged, [evidence]), "nobody decided about those in between"
    assert Evidence.objects.count() == 2
    latest = decide(case, mona, "remove")
    snapshot, rested_on = grounds_of(fresh(latest))
    assert snapshot.text == "Newest words, and others."
    assert [item.words for item in rested_on] == [60]


def test_words_that_a_decision_was_about_are_kept_as_long_as_its_case_and_then_go(
    alice: Member, mona: Member
) -> None:
    case = make_copied_case(alice)
    decision = decide(case, mona, "keep")
    reopen_case(case=case, moderator=mona, reason="Once more.")
    bring_up_to(case, "Newer words, and others.", words=50)
    decide(case, mona, "keep")
    Snapshot.objects.update(taken_at=timezone.now() - timedelta(days=3))
    forget_what_is_over()
    assert grounds_of(fresh(decision))[0].text
    Case.objects.update(touched_at=timezone.now() - timedelta(days=4000))
    forget_what_is_over()
    snapshot, evidence = grounds_of(fresh(decision))
    assert (snapshot.text, [item.source_excerpt for item in evidence]) == ("", [""])


def test_words_that_a_decision_was_about_go_with_their_author(alice: Member, mona: Member) -> None:
    case = make_copied_case(alice)
    decision = decide(case, mona, "keep")
    reopen_case(case=case, moderator=mona, reason="Once more.")
    bring_up_to(case, "Newer words, and others.", words=50)
    erase_member(member=alice, keeps_texts=False)
    snapshot, evidence = grounds_of(fresh(decision))
    assert (snapshot.text, [item.source_excerpt for item in evidence]) == ("", [""])
