"""What became one case and is decided: each text of it, and who spoke of it, has an answer of its own."""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Member
from films.models import Trivia
from reviews.models import (
    Case,
    CaseState,
    Decision,
    LogEntry,
    Matter,
    Notice,
    Notification,
    Report,
    Review,
    Statement,
)
from reviews.moderation.notice_states import CASES, Standing, stories_of
from reviews.moderation.own_record import record_of
from reviews.moderation.refusals import AlreadyDecided
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import undo_decision
from reviews.services.ending import answer_moot_reports, close_fixed_case
from reviews.services.mailing_notices import send_news
from reviews.services.opening import move_case
from reviews.services.parting import free_stranded_parts
from reviews.services.publishing import edit_review, withdraw_review
from reviews.services.reporting import report
from reviews.services.serving_notices import (
    note_what_ended,
    notices_of,
    withdraw_notice,
)
from reviews.services.steps import answer_case, merge_cases, reopen_case
from reviews.tasks import sweep_waiting_cases
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_report, make_review, make_title
from tests.reviews.casework import decide, fresh, make_copied_case, notice_about, told_about

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


def appeal_about(case: Case) -> Case:
    statement = Statement.objects.get(decision__case=case, appeal_until__isnull=False)
    return file_appeal(statement=statement, text="Look again.").case


def outcome_of(case: Case) -> str:
    """How the report ended that was made in this case, wherever it lies by now."""
    return Report.objects.get(snapshot=case.snapshot).outcome


def standings_of(notice: Notice) -> list[Standing]:
    items = notice.items.select_related(*CASES).order_by("pk")
    return [story.standing for story in stories_of(notice, items)]


# --- What its author is told -----------------------------------------------------------------------------


@pytest.fixture
def copied(alice: Member, mona: Member) -> tuple[Case, Case]:
    """Two texts with copied words, of 30 and of 44, in one case: the second is part of the first."""
    kept, part = make_copied_case(alice), make_copied_case(alice)
    part.evidence.update(words=44)
    merge_cases(into=kept, others=[part], moderator=mona)
    return kept, part


def decided_on_its_page(client: Client, moderator: Member, case: Case, reason: str) -> None:
    client.force_login(moderator)
    said = {"version": fresh(case).version, "verdict": "remove", "rule": "copied-text", "reason": reason}
    assert client.post(f"/moderation/cases/{case.pk}/decide/", said).status_code == 302


@pytest.mark.parametrize("is_left_empty", [True, False])
def test_each_text_that_is_decided_with_another_has_its_own_numbers_in_the_proposed_reason(
    client: Client, copied: tuple[Case, Case], mona: Member, is_left_empty: bool
) -> None:
    client.force_login(mona)
    form = client.get(copied[0].get_absolute_url()).context["form"]
    proposed = form.reasons["remove"]["copied-text"]
    decided_on_its_page(client, mona, copied[0], "" if is_left_empty else proposed)
    for case, words in zip(copied, (30, 44), strict=True):
        begins = f"{words} words here also stand elsewhere"
        assert Decision.objects.get(case=case).reason.startswith(begins)
        assert LogEntry.objects.get(case_number=case.pk).reason.startswith(begins)


def test_what_a_moderator_wrote_themselves_is_said_of_every_text_of_the_case(
    client: Client, copied: tuple[Case, Case], mona: Member
) -> None:
    decided_on_its_page(client, mona, copied[0], "All of it is theirs.")
    assert set(Decision.objects.values_list("reason", flat=True)) == {"All of it is theirs."}


def test_texts_that_became_one_case_have_their_own_numbers_when_it_is_decided_with_others(
    client: Client, copied: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    client.force_login(mona)
    cases = [fresh(copied[0]), make_copied_case(alice)]
    said = {
        "case": [case.pk for case in cases],
        "version": [f"{case.pk}-{case.version}" for case in cases],
        "verdict": "hide",
        "rule": "copied-text",
        "reason": "",
    }
    assert client.post("/moderation/together/", said).status_code == 302
    assert Decision.objects.get(case=copied[1]).reason.startswith("44 words here")


# --- Who reported it --------------------------------------------------------------------------------------


def test_reporters_hear_of_the_text_that_they_reported(
    both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    decide(both[0], mona, "remove")
    assert [told_about(text) for text in texts] == [["right"], ["right"]]


def test_a_decision_about_a_text_that_was_hidden_with_another_answers_its_own_reports_only(
    both: tuple[Case, Case], texts: list[Review], alice: Member, mona: Member
) -> None:
    kept, part = both
    decide(kept, mona, "hide")
    answer_case(case=fresh(kept), author=alice, text="Mine.")
    decide(kept, mona, "keep")
    assert [outcome_of(case) for case in both] == ["wrong", "waiting"]
    decide(part, mona, "remove")
    assert [outcome_of(case) for case in both] == ["wrong", "right"]
    assert [told_about(text) for text in texts] == [["wrong"], ["right"]]


@pytest.mark.parametrize("restored", [0, 1])
def test_an_appeal_that_is_granted_changes_what_was_said_of_the_reports_of_that_text_alone(
    both: tuple[Case, Case], mona: Member, theo: Member, restored: int
) -> None:
    decide(both[0], mona, "remove")
    answer = decide(appeal_about(both[restored]), theo, "restore")
    assert outcome_of(both[restored]) == "moot"
    assert outcome_of(both[1 - restored]) == "right"
    undo_decision(decision=answer, moderator=theo)
    assert {outcome_of(case) for case in both} == {"right"}


def test_a_decision_that_is_taken_back_leaves_the_reports_answered_whose_text_it_leaves_taken(
    both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    kept, part = both
    decision = decide(kept, mona, "remove")
    appeal_about(part)
    undo_decision(decision=fresh(decision), moderator=mona)
    assert [fresh(text).state for text in texts] == ["published", "removed"]
    assert [outcome_of(case) for case in both] == ["waiting", "right"]


def test_who_spoke_of_both_texts_waits_for_the_decision_about_each(
    texts: list[Review], bob: Member, mona: Member
) -> None:
    kept, part = (make_report(text, bob, kind="advertising") for text in texts)
    merge_cases(into=kept, others=[part], moderator=mona)
    assert {outcome_of(case) for case in (kept, part)} == {"waiting"}
    decide(kept, mona, "remove")
    assert [told_about(text) for text in texts] == [["right"], ["right"]]


def test_who_reported_a_part_can_report_what_the_case_is_about(
    both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    reporter = Report.objects.get(part=both[1]).reporter
    made = report(
        target=target_of(Matter.REVIEW, texts[0]), reporter=reporter, kind="advertising", text="Too."
    )
    assert (made.text, made.case) == ("Too.", both[0])
    decide(both[0], mona, "remove")
    told = Notification.objects.filter(detail__news="report", recipient=reporter)
    assert {item.review for item in told} == set(texts)


def test_a_moderator_who_reported_two_parts_has_no_say_when_one_of_them_leaves(
    alice: Member, mona: Member
) -> None:
    reporter = make_member(sections=["films"])
    cases = [
        make_report(make_review(author=alice), by, kind="advertising") for by in (None, reporter, reporter)
    ]
    merge_cases(into=cases[0], others=cases[1:], moderator=mona)
    withdraw_review(review=cases[1].review, author=alice)
    assert reporter in [item.reporter for item in cases[0].reports.all()]
    assert Report.objects.get(part=cases[2]).reporter == reporter


def test_what_was_decided_along_keeps_its_reports_when_its_case_becomes_part_of_another(
    both: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    kept, part = both
    reporter = Report.objects.get(part=part).reporter
    notice = notice_about(part.review)
    decide(kept, mona, "keep")
    reopen_case(case=kept, moderator=mona, reason="Once more.")
    into = make_report(make_review(author=alice), reporter, kind="advertising")
    merge_cases(into=into, others=[kept], moderator=mona)
    assert outcome_of(part) == "wrong"
    decide(into, mona, "remove")
    assert [outcome_of(case) for case in (into, kept, part)] == ["right", "right", "wrong"]
    assert not notices_of(into).filter(notice=notice).exists()


def test_a_removal_answers_what_waits_about_the_same_text_in_a_case_about_another(
    both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    kept, part = both
    other = make_report(texts[1], kind="spoilers")
    removal = decide(other, mona, "remove")
    assert (fresh(part).state, fresh(part).merged_into) == (CaseState.CLOSED, None)
    assert fresh(kept).state == CaseState.OPEN
    assert told_about(texts[1]) == ["right", "right"]
    undo_decision(decision=fresh(removal), moderator=mona)
    assert fresh(part).state == CaseState.OPEN
    assert outcome_of(kept) == "waiting"
    assert set(part.reports.values_list("outcome", flat=True)) == {"waiting"}


def test_words_of_a_part_that_were_judged_are_not_reported_again(
    both: tuple[Case, Case], texts: list[Review], alice: Member, bob: Member, mona: Member
) -> None:
    edit_review(review=fresh(texts[1]), editor=alice, version=1, body="Buy it next door.", language="en")
    make_report(fresh(texts[1]), kind="advertising")
    decide(both[0], mona, "keep")
    target = target_of(Matter.REVIEW, fresh(texts[1]))
    with pytest.raises(AlreadyDecided):
        report(target=target, reporter=bob, kind="advertising", text="")


def test_a_member_reads_in_their_reports_what_it_was_that_they_reported(both: tuple[Case, Case]) -> None:
    kept, part = both
    reporter = Report.objects.get(part=part).reporter
    assert part.review.title.display_name in record_of(reporter).reports[0].what
    assert kept.review.title.display_name not in record_of(reporter).reports[0].what


def test_the_page_of_a_report_is_about_what_was_reported(both: tuple[Case, Case], client: Client) -> None:
    made = Report.objects.get(part=both[1])
    client.force_login(made.reporter)
    page = client.get(f"/reports/{made.pk}/").text
    assert both[1].review.get_absolute_url() in page
    assert both[0].review.get_absolute_url() not in page


def test_an_end_without_a_decision_changes_no_answer_that_was_given(
    both: tuple[Case, Case], alice: Member, mona: Member
) -> None:
    kept, _part = both
    decide(kept, mona, "keep")
    reopen_case(case=kept, moderator=mona, reason="Once more.")
    make_report(kept.review, kind="advertising", text="Still.")
    withdraw_review(review=fresh(kept.review), author=alice)
    Review.objects.filter(pk=kept.review_id).update(withdrawn_at=timezone.now() - timedelta(days=2))
    assert answer_moot_reports() == 1
    assert list(kept.reports.filter(part=None).order_by("pk").values_list("outcome", flat=True)) == [
        "wrong",
        "moot",
    ]


def test_an_edit_that_mends_a_text_closes_its_case_though_somebody_reported_a_part(
    alice: Member, mona: Member
) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    make_report(part.review, kind="copied-text")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert close_fixed_case(review=kept.review)
    assert [fresh(case).state for case in (kept, part)] == ["closed", "open"]


# --- Who sent a notice -----------------------------------------------------------------------------------


@pytest.fixture
def named(alice: Member, mona: Member) -> tuple[Notice, Case, Case]:
    """A notice about the second of two texts in one case, which is about the first."""
    kept, part = make_copied_case(alice), make_copied_case(alice)
    notice = notice_about(part.review)
    merge_cases(into=kept, others=[part], moderator=mona)
    return notice, kept, part


def test_a_rights_holder_hears_of_the_text_that_they_named(
    named: tuple[Notice, Case, Case], alice: Member, mona: Member, theo: Member
) -> None:
    notice, kept, part = named
    assert standings_of(notice) == [Standing.WAITING]
    decide(kept, mona, "remove")
    assert standings_of(notice) == [Standing.REMOVED]
    appeal = appeal_about(part)
    assert standings_of(notice) == [Standing.OBJECTED]
    decide(appeal, theo, "restore")
    assert standings_of(notice) == [Standing.RESTORED]
    send_news(notice.pk)
    assert part.review.get_absolute_url() in mail.outbox[0].body
    assert "It stands again" in mail.outbox[0].body


def test_what_becomes_of_another_text_in_the_case_is_no_news_for_a_rights_holder(
    named: tuple[Notice, Case, Case], mona: Member, theo: Member
) -> None:
    notice, kept, _part = named
    decide(kept, mona, "remove")
    send_news(notice.pk)
    decide(appeal_about(kept), theo, "restore")
    send_news(notice.pk)
    assert len(mail.outbox) == 1
    assert standings_of(notice) == [Standing.REMOVED]


def test_a_text_that_waits_with_one_that_was_decided_before_waits_still(alice: Member, mona: Member) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    notice = notice_about(part.review)
    decide(kept, mona, "keep")
    reopen_case(case=kept, moderator=mona, reason="Once more.")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert standings_of(notice) == [Standing.WAITING]
    withdraw_notice(notice=notice)
    assert standings_of(fresh(notice)) == [Standing.WITHDRAWN]


def test_a_part_that_ended_without_a_decision_is_told_of(
    named: tuple[Notice, Case, Case], alice: Member, mona: Member
) -> None:
    notice, kept, part = named
    decide(kept, mona, "hide")
    Decision.objects.filter(case=part).delete()
    move_case(part, CaseState.CLOSED)
    notice.items.update(news_at=None)
    note_what_ended()
    assert standings_of(notice) == [Standing.GONE]
    assert notice.items.get().news_at is not None


def test_the_page_of_a_notice_asks_as_much_for_many_addresses_in_merged_cases_as_for_one(
    client: Client, alice: Member, mona: Member, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cases = [make_copied_case(alice) for _ in range(4)]
    few = notice_about(cases[1].review, mark="f")
    many = notice_about(*(case.review for case in cases), mark="m")
    merge_cases(into=cases[0], others=cases[1:], moderator=mona)
    for notice in (few, many):
        with django_assert_num_queries(3):
            stories_of(fresh(notice), notice.items.select_related(*CASES))


def test_a_notice_that_is_taken_back_is_noted_in_the_case_about_its_text(
    named: tuple[Notice, Case, Case], mona: Member
) -> None:
    notice, kept, part = named
    decide(kept, mona, "keep")
    assert withdraw_notice(notice=notice)
    assert [case.events.last().kind for case in (kept, part)] == ["decided", "signal"]


# --- The pages of moderators ----------------------------------------------------------------------------


def test_an_appeal_about_a_part_shows_what_was_said_of_that_part(
    client: Client, alice: Member, mona: Member, theo: Member
) -> None:
    kept, part = make_copied_case(alice), make_copied_case(alice)
    for case, words in ((kept, "About the first."), (part, "About the second.")):
        make_report(case.review, kind="copied-text", text=words)
    notice = notice_about(part.review)
    Notice.objects.update(work="The work that was named.")
    merge_cases(into=kept, others=[part], moderator=mona)
    decide(kept, mona, "remove")
    appeals = [appeal_about(case) for case in (kept, part)]
    client.force_login(theo)
    first, second = (client.get(appeal.get_absolute_url()).text for appeal in appeals)
    assert ("About the first." in first, "About the second." in first) == (True, False)
    assert ("About the first." in second, "About the second." in second) == (False, True)
    assert ("The work that was named." in first, "The work that was named." in second) == (False, True)
    item = notice.items.get()
    answer = client.post(f"/moderation/cases/{appeals[1].pk}/notices/{item.pk}/register/")
    assert answer.status_code == 302


def test_the_page_of_a_decided_part_shows_what_was_said_of_it(
    client: Client, both: tuple[Case, Case], mona: Member
) -> None:
    kept, part = both
    Report.objects.filter(part=part).update(text="About the second.")
    decide(kept, mona, "remove")
    client.force_login(mona)
    assert "About the second." in client.get(part.get_absolute_url()).text
    assert "About the second." not in client.get(kept.get_absolute_url()).text


def test_whoever_decides_about_several_texts_sees_all_that_was_said_of_them(
    client: Client, texts: list[Review], bob: Member, mona: Member
) -> None:
    cases = [make_report(text, bob, f"Word {text.pk}.", kind="advertising") for text in texts]
    merge_cases(into=cases[0], others=[cases[1]], moderator=mona)
    client.force_login(mona)
    page = client.get(cases[0].get_absolute_url()).text
    assert all(f"Word {text.pk}." in page for text in texts)


def test_whoever_decides_about_several_texts_reads_the_words_of_each_and_which_a_report_is_about(
    client: Client, both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    kept, part = both
    client.force_login(mona)
    page = client.get(kept.get_absolute_url()).text
    assert all(text.body in page for text in texts)
    assert page.count(f'href="#part-{part.pk}"') == 1
    decide(kept, mona, "keep")
    assert texts[1].body not in client.get(kept.get_absolute_url()).text


def test_the_page_of_a_case_asks_as_much_for_many_parts_as_for_one(
    client: Client, alice: Member, mona: Member
) -> None:
    kept = make_copied_case(alice)

    def add_part() -> None:
        part = make_copied_case(alice)
        make_report(part.review, kind="copied-text")
        merge_cases(into=fresh(kept), others=[part], moderator=mona)

    client.force_login(mona)
    assert_flat_queries(client, add_part, kept.get_absolute_url())


# --- Parts that nobody would ever look at ---------------------------------------------------------------


def strand(kept: Case, state: str) -> None:
    """Bring the case that holds a part to its end as it did before parts were decided along."""
    Case.objects.filter(pk=kept.pk).update(state=state)
    kept.reports.update(outcome="right")


@pytest.mark.parametrize("state", [CaseState.DECIDED, CaseState.CLOSED, CaseState.APPEALED])
def test_a_part_whose_case_is_over_is_brought_before_moderators(
    both: tuple[Case, Case], mona: Member, state: str
) -> None:
    kept, part = both
    strand(kept, state)
    sweep_waiting_cases()
    now = fresh(part)
    assert (now.state, now.merged_into) == (CaseState.OPEN, None)
    assert part.reports.get().text == "It sells."
    assert fresh(kept).state == state
    assert free_stranded_parts() == 0
    decide(part, mona, "keep")
    assert part.reports.get().outcome == "wrong"


def test_a_part_of_a_case_that_is_gone_is_brought_before_moderators(both: tuple[Case, Case]) -> None:
    Case.objects.filter(pk=both[1].pk).update(merged_into=None)
    assert free_stranded_parts() == 1
    assert fresh(both[1]).state == CaseState.OPEN


def test_a_part_that_waits_or_is_about_the_same_text_stays_where_it_is(
    both: tuple[Case, Case], texts: list[Review], mona: Member
) -> None:
    assert free_stranded_parts() == 0
    alone = make_report(texts[0], kind="spoilers")
    merge_cases(into=both[0], others=[alone], moderator=mona)
    decide(both[0], mona, "keep")
    assert free_stranded_parts() == 0
    assert fresh(alone).state == CaseState.MERGED


def test_a_part_that_cannot_be_freed_does_not_hold_up_the_others(
    alice: Member, mona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [make_report(make_review(author=alice), kind="advertising") for _ in range(3)]
    merge_cases(into=cases[0], others=cases[1:], moderator=mona)
    strand(cases[0], CaseState.CLOSED)
    from reviews.services import parting

    let_go = parting.let_go

    def fail_once(part: Case) -> None:
        if part.pk == cases[1].pk:
            raise RuntimeError
        let_go(part)

    monkeypatch.setattr(parting, "let_go", fail_once)
    assert free_stranded_parts() == 1
    assert [fresh(case).state for case in cases[1:]] == ["merged", "open"]


def test_reports_of_a_fact_that_went_before_its_case_was_decided_are_answered(
    alice: Member, mona: Member
) -> None:
    title = make_title()
    facts = [Trivia.objects.create(title=title, text=text, source="a book", author=alice) for text in "AB"]
    cases = [
        report(
            target=target_of(Matter.TRIVIA, fact), reporter=make_member(), kind="advertising", text=""
        ).case
        for fact in facts
    ]
    merge_cases(into=cases[0], others=[cases[1]], moderator=mona)
    facts[1].delete()
    decide(cases[0], mona, "remove")
    assert set(Report.objects.values_list("outcome", flat=True)) == {"right", "waiting"}
    sweep_waiting_cases()
    assert fresh(cases[1]).state == CaseState.CLOSED
    assert set(Report.objects.values_list("outcome", flat=True)) == {"right", "moot"}
