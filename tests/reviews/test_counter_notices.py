"""What the author of a text learns of a rights-holder's notice about it, and how they object; and which way to choose."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import Case, Decision, FoundBy, LogEntry, Notice, NoticeItem, Review, Statement
from reviews.moderation.stated import Claim, claims_in
from reviews.services.deciding import decide_case
from reviews.services.serving_notices import confirm_notice, serve_notice
from reviews.services.stating import how_found
from reviews.services.steps import merge_cases
from tests.factories import make_report, make_review, make_title
from tests.reviews.casework import make_copied_case
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice)


def noticed(decision: Decision, **fields: object) -> Statement:
    """What the author was told of a decision that a notice led to."""
    said = {
        "token": "t" * 43,
        "name": "Rita Hallworth",
        "on_behalf_of": "The Evening Paper",
        "email": "rita@holder.example",
        "work": "Waiting, of 12 March\nThe camera waits at the window.",
        "work_url": "https://paper.example/waiting",
        "explanation": "Never allowed.",
    }
    notice = Notice.objects.create(**{**said, **fields})
    notice.confirmed_at = notice.received_at
    notice.save()
    NoticeItem.objects.create(notice=notice, url="/reviews/1/", case=decision.case)
    statement = decision.statements.get()
    statement.found_by = FoundBy.NOTICE
    statement.save()
    return statement


def page_of(client: Client, statement: Statement) -> str:
    client.force_login(statement.recipient)
    return client.get(statement.get_absolute_url()).content.decode()


def test_the_author_reads_what_is_claimed_by_which_organisation_and_of_no_person(
    client: Client, message: Review, mona: Member
) -> None:
    page = page_of(client, noticed(decide(message, mona)))
    for told in ("Waiting, of 12 March", "The Evening Paper", "https://paper.example/waiting"):
        assert told in page
    for kept in ("Rita", "Hallworth", "rita@holder.example", "Never allowed.", "The camera waits"):
        assert kept not in page


def test_addresses_that_a_rights_holder_typed_beside_are_left_out(message: Review, mona: Member) -> None:
    statement = noticed(
        decide(message, mona), work="Waiting, rita@holder.example", on_behalf_of="Paper (desk@paper.example)"
    )
    [claim] = claims_in(statement.decision.case.notices.select_related("notice"))
    assert claim == Claim("Waiting, …", "https://paper.example/waiting", "Paper (…)")


def test_of_somebody_who_writes_for_themselves_no_name_is_given(
    client: Client, message: Review, mona: Member
) -> None:
    page = page_of(client, noticed(decide(message, mona), on_behalf_of=""))
    assert "somebody who writes for themselves" in page
    assert "Rita" not in page


def test_what_was_erased_is_not_told_any_more(client: Client, message: Review, mona: Member) -> None:
    statement = noticed(decide(message, mona))
    Notice.objects.update(erased_at=statement.sent_at)
    page = page_of(client, statement)
    assert "What they wrote has been erased since." in page
    assert "The Evening Paper" not in page


def test_a_counter_notice_is_called_one_and_says_who_learns_what_and_what_follows(
    client: Client, message: Review, mona: Member
) -> None:
    statement = noticed(decide(message, mona))
    page = page_of(client, statement)
    for said in (
        "May you publish it? Send a counter-notice",
        "What the sender learns",
        "What then happens",
        "If that takes longer than 7 days",
        "Why may you publish it?",
        "Send the counter-notice",
    ):
        assert said in page
    assert "Send the appeal" not in page
    said = {"text": "I wrote it with them.", "good_faith": "on"}
    answer = client.post(f"{statement.get_absolute_url()}appeal/", said, follow=True).content.decode()
    assert "Your counter-notice is with the moderators." in answer
    assert "<h2>Your counter-notice</h2>" in answer


def test_a_decision_without_a_notice_speaks_of_none(client: Client, message: Review, mona: Member) -> None:
    page = page_of(client, decide(message, mona).statements.get())
    assert "counter-notice" not in page
    assert "What the rights-holder says" not in page
    assert "Send the appeal" in page


def test_who_may_answer_or_appeal_is_told_which_is_for_what(
    client: Client, message: Review, mona: Member
) -> None:
    page = page_of(client, decide(message, mona, "hide").statements.get())
    assert "Answer or appeal?" in page
    assert page.index("Answer or appeal?") < page.index('id="answer"') < page.index('id="appeal"')


def test_who_can_only_appeal_is_not_asked_to_choose(client: Client, message: Review, mona: Member) -> None:
    assert "Answer or appeal?" not in page_of(client, decide(message, mona).statements.get())


@pytest.mark.parametrize(
    ("verdict", "words"), [("remove", "Read why, and how to appeal"), ("hide", "Read why, and answer")]
)
def test_a_message_that_was_taken_away_leads_its_author_to_the_reasons(
    client: Client, message: Review, mona: Member, bob: Member, verdict: str, words: str
) -> None:
    statement = decide(message, mona, verdict).statements.get()
    address = f"/moderation/statements/about/{message.pk}/"
    client.force_login(message.author)
    for page in (message.subject.get_absolute_url(), message.get_absolute_url()):
        assert f'<a href="{address}">{words}</a>' in client.get(page, follow=True).content.decode()
    assert client.get(address).headers["Location"] == statement.get_absolute_url()
    for other in (mona, bob):
        client.force_login(other)
        assert address not in client.get(message.subject.get_absolute_url()).content.decode()
        assert client.get(address).status_code == 404


@pytest.fixture
def told(alice: Member, mona: Member) -> tuple[Statement, Statement]:
    """What an author was told of two texts that were judged in one case; a rights-holder spoke of the second alone."""
    kept, part = make_copied_case(alice), make_copied_case(alice)
    notice = serve_notice(
        token="t" * 43, language="en", name="Rita", on_behalf_of="The Evening Paper", email="rita@holder.example",
        work="Waiting.", work_url="", explanation="Ours.", addresses=[part.review.get_absolute_url()],
    )  # fmt: skip
    confirm_notice(notice=notice)
    merge_cases(into=kept, others=[part], moderator=mona)
    judged = Case.objects.get(pk=kept.pk)
    decide_case(case=judged, moderator=mona, verdict="remove", reason="Elsewhere too.", rule="copied-text")
    return Statement.objects.get(decision__case=kept), Statement.objects.get(decision__case=part)


def test_a_notice_is_said_to_be_about_the_text_that_it_names_and_no_other_in_its_case(
    client: Client, told: tuple[Statement, Statement]
) -> None:
    found = [FoundBy.MACHINE, FoundBy.NOTICE]
    assert [statement.found_by for statement in told] == found
    assert [
        LogEntry.objects.get(case_number=statement.decision.case_id).found_by for statement in told
    ] == found
    unnamed, named = (page_of(client, statement) for statement in told)
    for told_of_it in ("The Evening Paper", "counter-notice"):
        assert told_of_it in named
        assert told_of_it not in unnamed


def test_a_notice_that_came_to_another_case_about_the_same_text_is_about_it(
    alice: Member, mona: Member
) -> None:
    part = make_copied_case(alice)
    kept = make_report(part.review, kind="advertising")
    merge_cases(into=kept, others=[part], moderator=mona)
    assert how_found(kept) == FoundBy.REPORT
    notice = Notice.objects.create(token="t" * 43, name="Rita", email="rita@holder.example", work="Waiting.")
    NoticeItem.objects.create(notice=notice, url="/reviews/1/", case=kept, part=part)
    assert how_found(kept) == FoundBy.REPORT, "nobody has confirmed it yet"
    Notice.objects.update(confirmed_at=timezone.now())
    assert how_found(kept) == FoundBy.NOTICE
