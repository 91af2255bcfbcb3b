from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.emails import send_missed_statements, send_statement
from reviews.models import Case, CaseKind, CaseState, Decision, Evidence, LogEntry, Review, Statement
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.services.appealing import CannotAppeal, file_appeal
from reviews.services.claiming import claim_case
from reviews.services.deciding import decide_case
from reviews.services.opening import open_copied_case
from reviews.services.publishing import undo_withdrawal, withdraw_review
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_report, make_review, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def pasted(alice: Member) -> Review:
    return make_review(author=alice, body="Every word of this was copied from somewhere else.")


@pytest.fixture
def case(pasted: Review) -> Case:
    evidence = Evidence(kind=Evidence.Kind.LONG_PASTE, detail={"characters": 1430, "origin": "web"})
    return open_copied_case(review=pasted, revision=pasted.revisions.get(), severity=50, evidence=[evidence])


def remove(case: Case, moderator: Member) -> Decision:
    return decide_case(
        case=case, moderator=moderator, verdict="remove", rule="copied-text", reason="It stands elsewhere."
    )


def test_a_removal_hides_the_text_tells_the_author_and_writes_the_log(
    case: Case, pasted: Review, alice: Member, bob: Member, mona: Member, client: Client
) -> None:
    client.force_login(mona)
    assert pasted.title.name in client.get("/moderation/").content.decode()
    page = client.get(case.get_absolute_url()).content.decode()
    assert "1,430 characters" in page
    answer = client.post(
        f"/moderation/cases/{case.pk}/decide/",
        {
            "verdict": "remove",
            "rule": "copied-text",
            "reason": "It stands elsewhere.",
            "version": case.version,
        },
    )
    assert answer.status_code == 302

    pasted.refresh_from_db()
    assert pasted.state == "removed"
    alice.totals.refresh_from_db()
    assert alice.totals.message_count == 0
    entry = LogEntry.objects.get()
    assert (entry.verb, entry.rule, entry.reason) == (
        "reviews.review.removed",
        "copied-text",
        "It stands elsewhere.",
    )
    log = client.get("/moderation/log/").content.decode()
    assert "It stands elsewhere." in log
    assert "alice" not in log

    statement = Statement.objects.get()
    client.force_login(bob)
    assert client.get(statement.get_absolute_url()).status_code == 404
    client.force_login(alice)
    page = client.get(statement.get_absolute_url()).content.decode()
    assert pasted.body in page
    assert "No copied texts" in page
    statement.refresh_from_db()
    assert statement.read_at


def test_it_asks_for_a_reason_and_for_the_rule_of_a_removal(case: Case, mona: Member, client: Client) -> None:
    client.force_login(mona)
    answer = client.post(
        f"/moderation/cases/{case.pk}/decide/",
        {"verdict": "remove", "rule": "", "reason": "", "version": case.version},
    )
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"rule", "reason"}
    assert not Decision.objects.exists()


def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(
    case: Case, mona: Member, sofie: Member, client: Client
) -> None:
    decide_case(case=case, moderator=sofie, verdict="keep", reason="Own words.")
    client.force_login(mona)
    answer = client.post(
        f"/moderation/cases/{case.pk}/decide/",
        {"verdict": "remove", "rule": "copied-text", "reason": "My careful words.", "version": case.version},
    )
    assert answer.status_code == 409
    assert Decision.objects.count() == 1
    case.review.refresh_from_db()
    assert case.review.is_published


def test_a_removed_text_can_be_restored_and_everything_is_back(
    case: Case, pasted: Review, alice: Member, mona: Member, sofie: Member
) -> None:
    remove(case, mona)
    decide_case(case=case, moderator=sofie, verdict="restore", reason="We were wrong.")
    pasted.refresh_from_db()
    alice.totals.refresh_from_db()
    assert pasted.is_published
    assert alice.totals.message_count == 1
    assert list(LogEntry.objects.values_list("verb", flat=True)) == [
        "reviews.review.restored",
        "reviews.review.removed",
    ]
    assert Statement.objects.filter(recipient=alice).count() == 2


def test_an_appeal_is_answered_by_somebody_else(
    case: Case, pasted: Review, mona: Member, sofie: Member, alice: Member, client: Client
) -> None:
    statement = remove(case, mona).statements.get()
    client.force_login(alice)
    client.post(f"/moderation/statements/{statement.pk}/appeal/", {"text": "I wrote both texts."})
    appeal = Case.objects.get(kind=CaseKind.APPEAL)
    with pytest.raises(NotAllowed):
        decide_case(case=appeal, moderator=mona, verdict="uphold", reason="I stay with it.")
    client.force_login(mona)
    assert "somebody else" in client.get(appeal.get_absolute_url()).content.decode()
    decide_case(case=appeal, moderator=sofie, verdict="restore", reason="The author is right.")
    pasted.refresh_from_db()
    case.refresh_from_db()
    assert pasted.is_published
    assert case.state == CaseState.CLOSED


def test_whoever_answers_an_appeal_sees_what_the_decision_rested_on(
    case: Case, mona: Member, sofie: Member, client: Client
) -> None:
    file_appeal(statement=remove(case, mona).statements.get(), text="I wrote both.")
    client.force_login(sofie)
    page = client.get(Case.objects.get(kind=CaseKind.APPEAL).get_absolute_url()).content.decode()
    assert "1,430 characters" in page
    assert case.get_absolute_url() in page


def test_the_address_of_a_decision_leads_to_its_case(case: Case, mona: Member, client: Client) -> None:
    client.force_login(mona)
    assert client.get(f"/moderation/cases/{case.pk}/decide/")["Location"] == case.get_absolute_url()


def test_a_decision_can_be_appealed_once_and_in_time(case: Case, mona: Member) -> None:
    statement = remove(case, mona).statements.get()
    statement.appeal_until = timezone.now() - timedelta(days=1)
    with pytest.raises(CannotAppeal):
        file_appeal(statement=statement, text="Too late")
    statement.appeal_until = timezone.now() + timedelta(days=1)
    file_appeal(statement=statement, text="In time")
    with pytest.raises(CannotAppeal):
        file_appeal(statement=statement, text="Once more")


@pytest.mark.parametrize(
    ("fields", "allowed"),
    [
        ({"sections": ["films"]}, True),
        ({"sections": ["shows"]}, False),
        ({"sections": ["films"], "suspended_at": timezone.now()}, False),
        ({"sections": ["films"], "is_active": False}, False),
        ({}, False),
        ({"is_superuser": True}, True),
    ],
)
def test_moderators_act_only_in_their_section(case: Case, fields: dict, allowed: bool) -> None:
    moderator = make_member(**fields)
    if allowed:
        assert remove(case, moderator).verdict == "remove"
    else:
        with pytest.raises(NotAllowed):
            remove(case, moderator)
        case.review.refresh_from_db()
        assert case.review.is_published


def test_nobody_decides_about_their_own_text(mona: Member) -> None:
    review = make_review(author=mona)
    case = open_copied_case(review=review, revision=review.revisions.get(), severity=1, evidence=[])
    with pytest.raises(NotAllowed):
        decide_case(case=case, moderator=mona, verdict="keep", reason="Mine is fine.")


def test_a_claim_keeps_others_away_until_it_runs_out(case: Case, mona: Member, sofie: Member) -> None:
    assert claim_case(case=case, moderator=mona)
    assert not claim_case(case=case, moderator=sofie)
    with pytest.raises(StaleCase):
        remove(case, sofie)
    Case.objects.filter(pk=case.pk).update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert claim_case(case=case, moderator=sofie)


def test_reports_gather_in_one_case_and_each_member_counts_once(pasted: Review, bob: Member) -> None:
    first = make_report(pasted, bob, "I read this in a magazine.")
    make_report(pasted, bob, "Again.")
    second = make_report(pasted, make_member(), "Me too.")
    assert first == second
    assert first.reports.count() == 2


def test_a_member_reports_somebody_elses_text_and_never_their_own(
    pasted: Review, alice: Member, bob: Member, client: Client
) -> None:
    url = f"/reviews/{pasted.pk}/report/"
    client.force_login(alice)
    assert client.get(url).status_code == 404
    client.force_login(bob)
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "I read this in a magazine."}).status_code == 422, (
        "a report has a reason"
    )
    told = {"kind": "copied-text", "text": "I read this in a magazine."}
    assert client.post(url, told).status_code == 302
    assert Case.objects.get().kind == CaseKind.COPIED


def test_taking_a_text_back_closes_its_case_and_putting_it_back_opens_it_again(
    case: Case, pasted: Review, alice: Member
) -> None:
    withdraw_review(review=pasted, author=alice)
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    undo_withdrawal(review=pasted, author=alice)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_nobody_decides_about_their_own_report(pasted: Review, mona: Member, sofie: Member) -> None:
    case = make_report(pasted, mona, "I know this text.")
    with pytest.raises(NotAllowed):
        remove(case, mona)
    assert remove(case, sofie).verdict == "remove"


def test_a_new_report_makes_the_page_of_a_moderator_stale(pasted: Review, bob: Member, mona: Member) -> None:
    case = make_report(pasted, bob, "I know this text.")
    case.refresh_from_db()
    seen = case.version
    make_report(pasted, make_member(), "And it is from a book.")
    with pytest.raises(StaleCase):
        decide_case(case=case, moderator=mona, verdict="keep", reason="One report only.", version=seen)


def test_a_removal_answers_every_case_about_the_text(
    case: Case, pasted: Review, bob: Member, mona: Member
) -> None:
    report = make_report(pasted, bob, "I know this text.")
    remove(case, mona)
    report.refresh_from_db()
    assert report.state == CaseState.CLOSED
    assert possible_verdicts(Case.objects.get(pk=report.pk)) == []


def test_a_case_that_was_kept_cannot_undo_a_removal_made_in_another(
    case: Case, pasted: Review, bob: Member, mona: Member, sofie: Member
) -> None:
    decide_case(case=case, moderator=mona, verdict="keep", reason="Own words.")
    remove(make_report(pasted, bob, "I know this text."), sofie)
    assert possible_verdicts(Case.objects.get(pk=case.pk)) == []
    with pytest.raises(StaleCase):
        decide_case(case=case, moderator=mona, verdict="restore", reason="I say so.")


def test_while_an_appeal_waits_only_its_answer_can_restore(case: Case, mona: Member, sofie: Member) -> None:
    file_appeal(statement=remove(case, mona).statements.get(), text="I wrote both.")
    for moderator in (mona, sofie):
        with pytest.raises(StaleCase):
            decide_case(case=case, moderator=moderator, verdict="restore", reason="Short cut.")


def test_a_restored_text_leaves_nothing_to_appeal(case: Case, mona: Member, sofie: Member) -> None:
    statement = remove(case, mona).statements.get()
    decide_case(case=case, moderator=sofie, verdict="restore", reason="We were wrong.")
    with pytest.raises(CannotAppeal):
        file_appeal(statement=statement, text="Still, I object.")


def test_a_reason_of_nothing_visible_is_none_so_that_of_the_verdict_is_said(
    case: Case, mona: Member, client: Client
) -> None:
    client.force_login(mona)
    client.post(
        f"/moderation/cases/{case.pk}/decide/",
        {"verdict": "keep", "reason": "\x07\x07", "version": case.version, "seen": 0},
    )
    assert Decision.objects.get().reason.isprintable()
    assert len(Decision.objects.get().reason.split()) > 3


@pytest.mark.django_db(transaction=True)
def test_deciding_and_taking_back_at_once_never_wait_in_a_circle(alice: Member, mona: Member) -> None:
    def in_thread(act) -> str:
        try:
            act()
        except (StaleCase, PermissionDenied):
            return "refused"
        finally:
            connection.close()
        return "done"

    for _ in range(8):
        review = make_review(author=alice)
        case = open_copied_case(review=review, revision=review.revisions.get(), severity=1, evidence=[])
        with ThreadPoolExecutor(2) as pool:
            acts = [
                partial(remove, case, mona),
                partial(withdraw_review, review=review, author=alice),
            ]
            outcomes = sorted(pool.map(in_thread, acts))
        assert outcomes in (["done", "done"], ["done", "refused"])


def test_the_log_cannot_be_changed_or_shortened(case: Case, mona: Member) -> None:
    remove(case, mona)
    for act in (lambda: LogEntry.objects.update(reason=""), lambda: LogEntry.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    assert LogEntry.objects.get().reason == "It stands elsewhere."


def test_a_statement_is_mailed_once_however_often_it_is_sent(case: Case, mona: Member, alice: Member) -> None:
    statement = remove(case, mona).statements.get()
    send_statement(statement.pk)
    send_statement(statement.pk)
    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert "It stands elsewhere." in mail.outbox[0].body


def test_the_sweep_mails_what_no_worker_heard_of(case: Case, mona: Member) -> None:
    statement = remove(case, mona).statements.get()
    Statement.objects.filter(pk=statement.pk).update(sent_at=timezone.now() - timedelta(minutes=10))
    send_missed_statements()
    assert len(mail.outbox) == 1


def test_a_statement_that_cannot_be_mailed_holds_back_no_other(
    mona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        review = make_review()
        evidence = Evidence(kind=Evidence.Kind.LONG_PASTE, detail={"characters": 1430, "origin": "web"})
        opened = open_copied_case(
            review=review, revision=review.revisions.get(), severity=50, evidence=[evidence]
        )
        remove(opened, mona)
    Statement.objects.update(sent_at=timezone.now() - timedelta(minutes=10))
    first = Statement.objects.earliest("pk")
    send = mail.EmailMultiAlternatives.send

    def send_unless_full(message: mail.EmailMultiAlternatives, fail_silently: bool = False) -> int:
        if message.to == [first.recipient.email]:
            raise SMTPRecipientsRefused({})
        return send(message, fail_silently)

    monkeypatch.setattr(mail.EmailMultiAlternatives, "send", send_unless_full)
    for _ in range(2):
        send_missed_statements()
    assert len(mail.outbox) == 2
    assert list(Statement.objects.filter(mailed_at=None)) == [first]


def test_the_queue_takes_as_many_queries_for_many_cases_as_for_few(mona: Member, client: Client) -> None:
    client.force_login(mona)
    title = make_title()
    # Session, member, counts by state, claims, page, its cases, texts, evidence, reports, newest, the two that can be taken
    # back (the last, the last together), alarm, badges, banner.

    def one_more_case() -> None:
        review = make_review(title=title)
        open_copied_case(review=review, revision=review.revisions.get(), severity=1, evidence=[])

    assert_flat_queries(client, one_more_case, "/moderation/", at_most=16)
