"""What parts of cases rest on: evidence, reports and notices stay with the text that they are about, and with their answers."""

import pytest

from accounts.models import Member
from reviews.models import Case, Decision, FoundBy, Notice, Notification, Review, Statement
from reviews.services.deciding import decide_case
from reviews.services.publishing import withdraw_review
from reviews.services.reporting import reports_about
from reviews.services.serving_notices import confirm_notice, serve_notice, withdraw_notice
from reviews.services.stating import how_found
from reviews.services.steps import merge_cases, reopen_case
from tests.factories import make_report, make_review
from tests.reviews.casework import make_copied_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def texts(alice: Member) -> list[Review]:
    return [make_review(author=alice, body=f"Buy it at stall {number}.") for number in range(3)]


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def decide(case: Case, moderator: Member, verdict: str) -> Decision:
    rule = "" if verdict == "keep" else "advertising"
    return decide_case(case=fresh(case), moderator=moderator, verdict=verdict, reason="Looked at.", rule=rule)


def notice_about(review: Review) -> Notice:
    notice = serve_notice(
        token="t" * 43, language="en", name="Rita", on_behalf_of="", email="rita@holder.example", work="Ours.",
        work_url="", explanation="Ours.", addresses=[review.get_absolute_url()],
    )  # fmt: skip
    confirm_notice(notice=notice)
    return notice


def standing_of(*cases: Case) -> list[tuple[str, Case | None]]:
    return [(now.state, now.merged_into) for now in map(fresh, cases)]


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
