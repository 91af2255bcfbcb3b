"""What parts of cases rest on: evidence, reports and notices stay with the text that they are about, and with their answers."""

import pytest

from accounts.models import Member
from reviews.models import Case, Decision, FoundBy, Notice, Review, Statement
from reviews.services.deciding import decide_case
from reviews.services.serving_notices import confirm_notice, serve_notice, withdraw_notice
from reviews.services.stating import how_found
from reviews.services.steps import merge_cases
from tests.factories import make_report, make_review
from tests.reviews.casework import make_copied_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


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
