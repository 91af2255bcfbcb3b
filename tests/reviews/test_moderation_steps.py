"""The life of a case between its opening and its end: claims, notes, answers, other hands, one of several."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseState,
    Evidence,
    LogEntry,
    Notice,
    NoticeItem,
    Notification,
    Report,
    Review,
    Statement,
)
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.services.claiming import claim_case, claim_next, release_claim, renew_claim
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.opening import open_copied_case
from reviews.services.steps import (
    add_note,
    answer_case,
    assign_case,
    merge_cases,
    message_author,
    move_case_to,
    reopen_case,
)
from tests.factories import make_member, make_report, make_review

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def written(alice: Member) -> Review:
    return make_review(author=alice)


@pytest.fixture
def case(written: Review) -> Case:
    return fresh(make_report(written))


@pytest.fixture
def bea(db: None) -> Member:
    return make_member("bea", sections=["films"])


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def decide(case: Case, moderator: Member, verdict: str):
    rule = "off-topic" if verdict in ("remove", "hide") else ""
    return decide_case(case=case, moderator=moderator, verdict=verdict, reason="Looked at.", rule=rule)


def kinds(case: Case) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


# --- Claims ---------------------------------------------------------------------------------------------


def test_a_claim_is_renewed_given_back_and_runs_out(case: Case, mona: Member, bea: Member) -> None:
    assert claim_case(case=case, moderator=mona)
    soon = timezone.now() + timedelta(seconds=5)
    Case.objects.filter(pk=case.pk).update(claimed_until=soon)
    assert renew_claim(case=case, moderator=mona)
    assert fresh(case).claimed_until > soon + timedelta(minutes=9)
    assert not renew_claim(case=case, moderator=bea)
    assert not release_claim(case=case, moderator=bea)
    assert release_claim(case=case, moderator=mona)
    assert claim_case(case=case, moderator=bea)
    Case.objects.filter(pk=case.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert not renew_claim(case=case, moderator=bea), "somebody else may have looked at it since"
    assert claim_case(case=case, moderator=mona)


def test_taking_a_case_is_no_news_of_it(case: Case, mona: Member) -> None:
    claim_case(case=case, moderator=mona)
    assert (fresh(case).version, kinds(case)) == (case.version, ["opened", "reported"])


def test_a_case_that_somebody_is_at_work_on_is_given_to_nobody_else(
    case: Case, mona: Member, bea: Member
) -> None:
    claim_case(case=case, moderator=mona)
    with pytest.raises(StaleCase, match="claimed"):
        move_case_to(case=case, moderator=bea, section="members", reason="It is about a person.")
    with pytest.raises(StaleCase, match="claimed"):
        assign_case(case=case, moderator=bea, colleague=bea)
    assert fresh(case).claimed_by == mona


def test_a_decided_case_is_nobodys_to_take(case: Case, mona: Member, bea: Member) -> None:
    decide(case, mona, "keep")
    assert not claim_case(case=case, moderator=bea)


def test_the_next_case_is_what_was_given_to_me_then_the_gravest_then_the_oldest(
    mona: Member, bea: Member
) -> None:
    calm, calmer, grave, given, theirs = (make_report(make_review(), kind="off-topic") for _ in range(5))
    Case.objects.filter(pk=grave.pk).update(severity=90)
    Case.objects.filter(pk__in=[calm.pk, calmer.pk]).update(severity=10)
    assign_case(case=given, moderator=bea, colleague=mona)
    assign_case(case=theirs, moderator=bea, colleague=bea)
    order = []
    last = None
    while (last := claim_next(moderator=mona, sections=["films"], after=last)) is not None:
        order.append(last)
        decide(last, mona, "keep")
    assert order == [given, grave, calm, calmer]


def test_the_next_case_is_never_ones_own_anothers_or_of_another_section(mona: Member, bea: Member) -> None:
    make_report(make_review(author=mona))
    make_report(make_review(), mona)
    taken = make_report(make_review())
    claim_case(case=taken, moderator=bea)
    elsewhere = make_report(make_review())
    Case.objects.filter(pk=elsewhere.pk).update(section="shows")
    assert claim_next(moderator=mona, sections=["films"]) is None
    release_claim(case=taken, moderator=bea)
    assert claim_next(moderator=mona, sections=["films"]) == taken


# --- Notes, messages, answers ---------------------------------------------------------------------------


def test_a_note_stays_with_the_case_and_makes_other_pages_stale(case: Case, mona: Member) -> None:
    add_note(case=case, moderator=mona, text="I have seen this before.")
    assert fresh(case).version == case.version + 1
    event = case.events.last()
    assert (event.kind, event.actor, event.text) == ("note", mona, "I have seen this before.")


def test_the_author_is_asked_and_answers_once_for_each_question(
    case: Case, mona: Member, alice: Member, bob: Member
) -> None:
    with pytest.raises(StaleCase):
        answer_case(case=case, author=alice, text="Nobody asked.")
    message_author(case=case, moderator=mona, text="Where did you read this?")
    told = Notification.objects.get(recipient=alice)
    assert (told.detail["news"], told.detail["case"], told.actor_id) == ("case_message", case.pk, None)
    with pytest.raises(NotAllowed):
        answer_case(case=case, author=bob, text="I know.")
    answer_case(case=case, author=alice, text="In my own diary.")
    assert CaseFlag.ANSWERED in fresh(case).flags
    with pytest.raises(StaleCase):
        answer_case(case=case, author=alice, text="And another thing.")
    assert kinds(case)[-2:] == ["message", "answer"]


def test_nobody_is_asked_about_a_case_that_is_decided(case: Case, mona: Member) -> None:
    decide(case, mona, "keep")
    with pytest.raises(StaleCase):
        message_author(case=case, moderator=mona, text="Well?")


# --- Other hands ----------------------------------------------------------------------------------------


def test_a_case_goes_to_another_section_and_out_of_the_first(case: Case, mona: Member, bea: Member) -> None:
    assign_case(case=case, moderator=mona, colleague=bea)
    claim_case(case=case, moderator=mona)
    move_case_to(case=case, moderator=mona, section="members", reason="It is about a person.")
    moved = fresh(case)
    assert (moved.section, moved.claimed_by, moved.assigned_to) == ("members", None, None)
    assert case.events.last().detail == {"from": "films", "to": "members"}
    with pytest.raises(NotAllowed):
        decide(case, mona, "keep")


def test_a_case_is_given_only_to_somebody_who_may_decide_it(
    case: Case, mona: Member, bea: Member, alice: Member
) -> None:
    reporter = case.reports.get().reporter
    for other in (alice, reporter, make_member(sections=["shows"])):
        with pytest.raises(NotAllowed, match="colleague"):
            assign_case(case=case, moderator=mona, colleague=other)
    assign_case(case=case, moderator=mona, colleague=bea)
    assert fresh(case).assigned_to == bea
    assign_case(case=case, moderator=mona, colleague=None)
    assert fresh(case).assigned_to is None


# --- Looking again --------------------------------------------------------------------------------------


def test_what_was_found_fine_is_looked_at_again_for_a_reason(case: Case, mona: Member, bea: Member) -> None:
    decide(case, mona, "keep")
    reopen_case(case=case, moderator=bea, reason="The source turned up.")
    assert fresh(case).state == CaseState.OPEN
    assert case.events.last().text == "The source turned up."
    decide(case, bea, "remove")
    assert case.decisions.count() == 2


def test_only_what_stands_and_is_decided_is_looked_at_again(
    case: Case, written: Review, mona: Member, alice: Member
) -> None:
    with pytest.raises(StaleCase, match="state"):
        reopen_case(case=case, moderator=mona, reason="Why not.")
    removed = decide(case, mona, "remove")
    with pytest.raises(StaleCase, match="text"):
        reopen_case(case=case, moderator=mona, reason="Once more.")
    undo_decision(decision=removed, moderator=mona)
    decide(case, mona, "keep")
    Review.objects.filter(pk=written.pk).update(source_hash="f" * 64, revision_number=2)
    written.refresh_from_db()
    written.revisions.create(
        number=2, body="New.", language="en", source_hash="f" * 64, created_at=timezone.now()
    )
    make_report(written)
    with pytest.raises(StaleCase, match="twin"):
        reopen_case(case=case, moderator=mona, reason="Once more.")


# --- One of several -------------------------------------------------------------------------------------


def test_one_case_takes_over_reports_evidence_notices_and_flags_of_another(
    written: Review, mona: Member, bob: Member
) -> None:
    kept = make_report(written, bob, kind="advertising")
    other = open_copied_case(
        review=written,
        revision=written.revisions.get(),
        evidence=[Evidence(kind="overlap", words=80, share=1, start=0, end=10)],
        flags=[CaseFlag.DECLARED_OWN],
    )
    make_report(written, bob, kind="copied-text")
    make_report(written, kind="copied-text")
    notice = Notice.objects.create(token="t", name="N", email="n@example.org", work="W", explanation="E")
    NoticeItem.objects.create(notice=notice, url="/", case=other)
    merge_cases(into=kept, others=[other], moderator=mona)

    assert (fresh(other).state, fresh(other).merged_into) == (CaseState.MERGED, kept)
    assert kept.evidence.count() == 1
    assert kept.notices.count() == 1
    assert CaseFlag.DECLARED_OWN in fresh(kept).flags
    assert kept.reports.count() == 2, "of one member the first"
    assert other.reports.get().outcome == Report.Outcome.MOOT
    assert kinds(other)[-1] == kinds(kept)[-1] == CaseEvent.Kind.MERGED
    decide(kept, mona, "remove")
    assert set(kept.reports.values_list("outcome", flat=True)) == {"right"}


def test_what_became_one_is_decided_together_and_taken_back_together(alice: Member, mona: Member) -> None:
    reviews = [make_review(author=alice) for _ in range(3)]
    cases = [make_report(review, kind="advertising") for review in reviews]
    merge_cases(into=cases[1], others=[cases[0], cases[2]], moderator=mona)
    decision = decide(cases[1], mona, "remove")
    assert set(Review.objects.values_list("state", flat=True)) == {"removed"}
    assert {fresh(case).state for case in cases} == {CaseState.DECIDED}
    assert Statement.objects.count() == LogEntry.objects.count() == 3

    undo_decision(decision=decision, moderator=mona)
    assert set(Review.objects.values_list("state", flat=True)) == {"published"}
    assert [fresh(case).state for case in cases] == ["merged", "open", "merged"]


def test_what_cannot_be_decided_along_goes_its_own_way_again(alice: Member, mona: Member) -> None:
    reviews = [make_review(author=alice) for _ in range(2)]
    kept, other = (make_report(review, kind="advertising") for review in reviews)
    merge_cases(into=kept, others=[other], moderator=mona)
    decide(make_report(reviews[1], kind="spoilers"), mona, "hide")
    decide(kept, mona, "hide")
    assert fresh(other).state == CaseState.OPEN
    assert fresh(other).merged_into is None


def test_only_what_belongs_together_becomes_one(
    written: Review, alice: Member, bob: Member, mona: Member
) -> None:
    kept = make_report(written, kind="advertising")
    others_text = make_report(make_review(author=bob), kind="advertising")
    another_reason = make_report(make_review(author=alice), kind="spoilers")
    for other in (others_text, another_reason):
        with pytest.raises(NotAllowed, match="apart"):
            merge_cases(into=kept, others=[other], moderator=mona)
    decided = make_report(make_review(author=alice), kind="advertising")
    decide(decided, mona, "keep")
    with pytest.raises(StaleCase, match="state"):
        merge_cases(into=kept, others=[decided], moderator=mona)
    assert not Case.objects.filter(state="merged").exists()
