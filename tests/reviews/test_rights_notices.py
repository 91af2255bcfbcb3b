"""Notices by rights-holders: from the form to the last word, without an account."""

from datetime import timedelta
from time import time
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import (
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    KnownText,
    Notice,
    NoticeItem,
    Report,
    Review,
    ReviewState,
    Verdict,
)
from reviews.moderation.notice_states import CASES, Standing, stories_of
from reviews.notice_links import key_of, new_stamp
from reviews.services.mailing_notices import send_missed_mails, send_news, send_receipt
from reviews.services.opening import move_case
from reviews.services.serving_notices import (
    confirm_notice,
    note_what_ended,
    notices_of,
    serve_notice,
    tell_holders,
    withdraw_notice,
)
from tests.asserts import count_queries
from tests.factories import make_list, make_member, make_review, make_title

pytestmark = pytest.mark.django_db

ADDRESS = "rita@holder.example"
WORDS = "The camera waits at the window until the street has emptied, and then it waits a little longer."


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, WORDS)


@pytest.fixture(autouse=True)
def _a_worker_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is woken works before the request ends."""
    monkeypatch.setattr("filmsite.lib.waking.wake", lambda task, *ids, seconds=0: task(*ids))


def filled_in(*addresses: str, age: float = 60, **other: str) -> dict[str, str]:
    """What somebody sends a minute after the form was opened, unless told otherwise."""
    with patch("reviews.notice_links.time", return_value=time() - age):
        stamp = new_stamp()
    return {
        "name": "Rita Holder",
        "on_behalf_of": "The Evening Paper",
        "email": ADDRESS,
        "work": f"Waiting, of 12 March: {WORDS}",
        "work_url": "https://paper.example/waiting",
        "addresses": "\n".join(addresses),
        "explanation": "It stands there whole, and we never allowed it.",
        "good_faith": "on",
        "stamp": stamp,
        "website": "",
        **other,
    }


def serve(*addresses: str, **other: str) -> Notice:
    said = {
        "token": "t" * 43, "language": "en", "name": "Rita Holder", "on_behalf_of": "", "email": ADDRESS,
        "work": WORDS, "work_url": "", "explanation": "Ours.", **other,
    }  # fmt: skip
    return serve_notice(**said, addresses=addresses)


def confirmed(*addresses: str, **other: str) -> Notice:
    notice = serve(*addresses, **other)
    confirm_notice(notice=notice)
    notice.refresh_from_db()
    return notice


def decide(case: Case, verdict: str, by: Member | None = None, *, reason: str = "Word for word.") -> Decision:
    """A decision as far as notices go by it."""
    decision = Decision.objects.create(
        case=case, moderator=by, verdict=verdict, rule="copied-text", reason=reason
    )
    move_case(case, CaseState.DECIDED)
    tell_holders(decision=decision)
    return decision


def standing_of(notice: Notice) -> Standing:
    return stories_of(notice, notice.items.select_related(*CASES))[0].standing


# --- The form -------------------------------------------------------------------------------------------


def test_the_form_needs_no_account_and_sets_no_cookie(client: Client) -> None:
    answer = client.get("/notice/")
    assert answer.status_code == 200
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert "csrfmiddlewaretoken" not in answer.text


def test_a_notice_gets_its_receipt_at_once_and_reaches_no_moderator_yet(
    review: Review, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = Client(enforce_csrf_checks=True)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/notice/", filled_in(f"http://testserver{review.get_absolute_url()}"))
    notice = Notice.objects.get()
    assert answer["Location"] == notice.get_absolute_url()
    assert not answer.cookies
    assert (notice.name, notice.email, notice.good_faith, notice.language) == (
        "Rita Holder", ADDRESS, True, "en",
    )  # fmt: skip
    assert list(notice.items.values_list("url", flat=True)) == [review.get_absolute_url()]
    assert not Case.objects.exists()
    [receipt] = mail.outbox
    assert receipt.to == [ADDRESS]
    assert key_of(notice) in receipt.body
    page = client.get(answer["Location"])
    assert ADDRESS in page.text
    assert "no-store" in page["Cache-Control"]
    assert key_of(notice) not in page.text


def test_the_receipt_repeats_nothing_that_was_typed(review: Review) -> None:
    notice = serve(
        review.get_absolute_url(), name="Buy pills", work="http://pills.example", explanation="Pills"
    )
    send_receipt(notice.pk)
    html = str(mail.outbox[0].alternatives[0][0])
    assert "ills" not in mail.outbox[0].body + mail.outbox[0].subject + html


def test_mails_are_in_the_language_of_the_form(client: Client, review: Review) -> None:
    client.post("/notice/", filled_in(review.get_absolute_url()), headers={"accept-language": "nl"})
    notice = Notice.objects.get()
    assert notice.language == "nl"
    with patch("reviews.services.mailing_notices.send_in") as send_in:
        send_receipt(notice.pk)
    assert send_in.call_args.args[0] == "nl"


@pytest.mark.parametrize("name", ["name", "email", "work", "addresses", "explanation", "good_faith"])
def test_what_is_missing_is_asked_for_and_nothing_typed_is_lost(
    client: Client, review: Review, name: str
) -> None:
    said = filled_in(review.get_absolute_url())
    del said[name]
    answer = client.post("/notice/", said)
    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {name}
    for kept in ("name", "email", "work_url"):
        assert kept == name or said[kept] in answer.text
    assert not Notice.objects.exists()


def test_an_address_where_nothing_stands_is_named(client: Client, review: Review, bob: Member) -> None:
    private = make_list(bob, make_title(), name="Mine", audience="me")
    removed = make_review(make_title(), bob, "Gone", state="removed")
    wrong = [
        "https://elsewhere.example/reviews/888888888/",
        "/reviews/999999999/",
        "/about/",
        "nonsense",
        "//[",
        private.get_absolute_url(),
        removed.get_absolute_url(),
    ]
    for line in wrong:
        answer = client.post("/notice/", filled_in(review.get_absolute_url(), line))
        assert answer.status_code == 422, line
        [error] = answer.context["form"].errors["addresses"]
        assert line in error
        assert review.get_absolute_url() not in error
    assert not Notice.objects.exists()


def test_several_addresses_are_one_notice_and_each_thing_is_named_once(
    client: Client, review: Review
) -> None:
    second = make_review(make_title("Ran"), make_member(), WORDS)
    url = review.get_absolute_url()
    lines = [url, f"http://testserver{url}", f"  {second.get_absolute_url()} ", "", f"testserver{url}"]
    assert client.post("/notice/", filled_in(*lines)).status_code == 302
    assert list(NoticeItem.objects.values_list("url", flat=True)) == [url, second.get_absolute_url()]


def test_more_addresses_than_a_moderator_reads_are_refused(client: Client) -> None:
    answer = client.post("/notice/", filled_in(*(f"/reviews/{number}/" for number in range(21))))
    assert "At most 20 addresses" in answer.text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stamp": ""}, "stood open for too long"),
        ({"stamp": "forged:1abcde:x"}, "stood open for too long"),
        ({"website": "https://pills.example"}, "nobody sees"),
    ],
)
def test_a_program_is_stopped_and_a_person_sends_it_again(
    client: Client, review: Review, change: dict[str, str], words: str
) -> None:
    said = filled_in(review.get_absolute_url(), **change)
    answer = client.post("/notice/", said)
    assert answer.status_code == 422
    assert words in answer.text
    assert not Notice.objects.exists()
    form = answer.context["form"]
    again = {name: form[name].value() or "" for name in form.fields}
    assert again["work"] == said["work"]
    assert again["website"] == ""


@pytest.mark.parametrize("age", [1, 24 * 3600 + 10])
def test_a_form_is_good_neither_at_once_nor_for_ever(client: Client, review: Review, age: int) -> None:
    answer = client.post("/notice/", filled_in(review.get_absolute_url(), age=age))
    assert answer.status_code == 422
    assert not Notice.objects.exists()


def test_a_form_sent_twice_is_one_notice(
    client: Client, review: Review, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    said = filled_in(review.get_absolute_url())
    with django_capture_on_commit_callbacks(execute=True):
        places = {client.post("/notice/", said)["Location"] for _ in range(2)}
    assert len(places) == 1
    assert (Notice.objects.count(), NoticeItem.objects.count(), len(mail.outbox)) == (1, 1, 1)


def test_a_network_sends_so_many_notices_and_loses_no_word(
    client: Client, review: Review, settings: Settings
) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "notice": "1/hour"}
    url = review.get_absolute_url()
    assert client.post("/notice/", filled_in(url), REMOTE_ADDR="2001:db8::1").status_code == 302
    refused = client.post("/notice/", filled_in(url), REMOTE_ADDR="2001:db8::2:ffff")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert "we never allowed it" in refused.text
    assert client.post("/notice/", filled_in(url), REMOTE_ADDR="2001:db8:0:1::1").status_code == 302


def test_nobodys_mail_box_is_filled_from_many_networks(
    client: Client, review: Review, settings: Settings
) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "notice_mail": "1/day"}
    said = filled_in(review.get_absolute_url())
    assert client.post("/notice/", said, REMOTE_ADDR="203.0.113.1").status_code == 302
    again = filled_in(review.get_absolute_url(), email=ADDRESS.upper())
    assert client.post("/notice/", again, REMOTE_ADDR="203.0.113.2").status_code == 429


# --- Confirming and following ---------------------------------------------------------------------------


def test_only_the_link_in_the_receipt_brings_it_to_moderators(client: Client, review: Review) -> None:
    notice = serve(review.get_absolute_url())
    link = f"{notice.get_absolute_url()}confirm/{key_of(notice)}/"
    assert client.post(f"{notice.get_absolute_url()}confirm/guessed/").status_code == 404
    assert "Yes, this is my notice" in client.get(link).text
    assert not Case.objects.exists()
    assert client.post(link)["Location"] == notice.get_absolute_url()
    case = Case.objects.get()
    assert (case.kind, case.review) == (CaseKind.COPIED, review)
    assert CaseFlag.NOTICE in case.flags
    assert [item.notice for item in notices_of(case)] == [notice]
    client.post(link)
    assert Case.objects.count() == 1


def test_a_second_notice_joins_the_case_that_is_open(review: Review) -> None:
    first = confirmed(review.get_absolute_url())
    second = confirmed(review.get_absolute_url(), token="u" * 43)
    assert [item.notice for item in notices_of(Case.objects.get())] == [first, second]


def test_what_vanished_before_it_was_confirmed_is_told(review: Review) -> None:
    notice = serve(review.get_absolute_url())
    Review.objects.update(state=ReviewState.WITHDRAWN)
    confirm_notice(notice=notice)
    assert not Case.objects.exists()
    send_news(notice.pk)
    assert "no longer stands there" in mail.outbox[0].body


def test_a_crash_between_confirming_and_the_cases_is_made_good(review: Review) -> None:
    notice = serve(review.get_absolute_url())
    Notice.objects.update(confirmed_at=timezone.now())
    note_what_ended()
    assert notices_of(Case.objects.get()).get().notice == notice


def test_nobody_finds_a_notice_without_its_address(client: Client, review: Review) -> None:
    notice = serve(review.get_absolute_url())
    for address in (f"/notice/{notice.pk}/", "/notice/x/", f"/notice/{'T' * 43}/"):
        assert client.get(address).status_code == 404
    assert client.get(notice.get_absolute_url()).status_code == 200


def test_the_page_takes_as_many_queries_for_twenty_addresses_as_for_one(client: Client) -> None:
    def served(number: int) -> str:
        texts = [make_review(make_title(), make_member(), WORDS) for _ in range(number)]
        notice = confirmed(*(text.get_absolute_url() for text in texts), token=f"of-{number}")
        for item in notice.items.select_related("case"):
            decide(item.case, Verdict.REMOVE)
        return notice.get_absolute_url()

    few, many = served(1), served(20)
    client.get(few)
    assert len(count_queries(client, many)) == len(count_queries(client, few))


# --- What was decided -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "standing", "words"),
    [
        (Verdict.KEEP, Standing.KEPT, "it may stay"),
        (Verdict.TRIM, Standing.CHANGED, "shortened"),
        (Verdict.QUOTE, Standing.CHANGED, "shortened"),
        (Verdict.HIDE, Standing.HIDDEN, "hidden"),
        (Verdict.REMOVE, Standing.REMOVED, "was removed"),
    ],
)
def test_the_holder_is_told_what_was_decided_under_which_rule_and_nothing_meant_for_the_author(
    client: Client, review: Review, mona: Member, verdict: str, standing: Standing, words: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:  # fmt: skip
    notice = confirmed(review.get_absolute_url())
    with django_capture_on_commit_callbacks(execute=True):
        decide(Case.objects.get(), verdict, mona)
    assert standing_of(notice) == standing
    [told] = mail.outbox
    for part in (words, "No copied texts", review.get_absolute_url()):
        assert part in told.body
        assert part in told.alternatives[0][0]
    page = client.get(notice.get_absolute_url()).content.decode()
    assert "No copied texts" in page
    for name in ("alice", "mona", "Word for word."):
        assert name not in told.body
        assert name not in told.alternatives[0][0]
        assert name not in page
    send_news(notice.pk)
    send_missed_mails()
    assert len(mail.outbox) == 1


def test_a_lost_mail_is_sent_by_the_sweep(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    decide(Case.objects.get(), Verdict.REMOVE)
    send_missed_mails()
    assert mail.outbox == []
    long_ago = timezone.now() - timedelta(minutes=3)
    Notice.objects.update(received_at=long_ago)
    notice.items.update(news_at=long_ago)
    send_missed_mails()
    assert sorted(message.subject.split(": ")[1].split()[0] for message in mail.outbox) == ["confirm", "news"]
    send_missed_mails()
    assert len(mail.outbox) == 2


def test_news_that_come_while_a_mail_goes_out_are_told_with_the_next(
    review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    notice = confirmed(review.get_absolute_url())
    decision = decide(Case.objects.get(), Verdict.REMOVE)
    from reviews.services import mailing_notices

    send_in = mailing_notices.send_in

    def slow(*args, **kwargs) -> None:
        send_in(*args, **kwargs)
        tell_holders(decision=decision)

    with monkeypatch.context() as slowly:
        slowly.setattr(mailing_notices, "send_in", slow)
        send_news(notice.pk)
    send_news(notice.pk)
    assert len(mail.outbox) == 2


def test_a_decision_that_was_taken_back_is_no_decision(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    case = Case.objects.get()
    decision = decide(case, Verdict.REMOVE)
    Decision.objects.update(undone_at=timezone.now())
    move_case(case, CaseState.OPEN)
    assert standing_of(notice) == Standing.WAITING
    tell_holders(decision=decision)
    send_news(notice.pk)
    assert "With the moderators" in mail.outbox[0].body


def test_a_case_that_ended_without_a_decision_is_told_of(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    move_case(Case.objects.get(), CaseState.CLOSED)
    note_what_ended()
    send_news(notice.pk)
    note_what_ended()
    send_news(notice.pk)
    assert [("no longer stands there" in told.body) for told in mail.outbox] == [True]
    assert standing_of(notice) == Standing.GONE


def test_the_notice_follows_its_case_into_another(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    case = Case.objects.get()
    into = Case.objects.create(kind=CaseKind.OTHER, section="films", review=review)
    move_case(case, CaseState.MERGED, merged_into=into)
    assert standing_of(notice) == Standing.WAITING
    decide(into, Verdict.REMOVE)
    assert standing_of(notice) == Standing.REMOVED
    assert notices_of(into).count() == 1


# --- Taking it back -------------------------------------------------------------------------------------


def test_a_notice_that_is_taken_back_closes_what_rested_on_it_alone(
    client: Client, review: Review, bob: Member
) -> None:
    reported = make_review(make_title("Ran"), make_member(), WORDS)
    notice = confirmed(review.get_absolute_url(), reported.get_absolute_url())
    alone, other = Case.objects.order_by("pk")
    Report.objects.create(case=other, reporter=bob, text="Look")
    answer = client.post(f"{notice.get_absolute_url()}withdraw/")
    assert answer["Location"] == notice.get_absolute_url()
    alone.refresh_from_db()
    other.refresh_from_db()
    assert (alone.state, other.state) == (CaseState.CLOSED, CaseState.OPEN)
    assert standing_of(notice) != Standing.WITHDRAWN
    notice.refresh_from_db()
    assert standing_of(notice) == Standing.WITHDRAWN
    note_what_ended()
    send_news(notice.pk)
    assert mail.outbox == []


def test_what_was_decided_stays_when_a_notice_is_taken_back(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    case = Case.objects.get()
    decide(case, Verdict.REMOVE)
    assert withdraw_notice(notice=notice)
    assert not withdraw_notice(notice=notice)
    case.refresh_from_db()
    assert case.state == CaseState.DECIDED
    notice.refresh_from_db()
    assert standing_of(notice) == Standing.REMOVED


def test_a_notice_that_was_taken_back_cannot_be_confirmed(review: Review) -> None:
    notice = serve(review.get_absolute_url())
    withdraw_notice(notice=notice)
    confirm_notice(notice=notice)
    assert not Case.objects.exists()


# --- What moderators do with it -------------------------------------------------------------------------


def test_a_moderator_lets_the_detector_learn_the_words_of_a_work(
    client: Client, review: Review, mona: Member, bob: Member, settings: Settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    notice = confirmed(
        review.get_absolute_url(), work="The column goes on about trains and their windows at night."
    )
    case, item = Case.objects.get(), notice.items.get()
    url = f"{case.get_absolute_url()}notices/{item.pk}/register/"
    client.force_login(bob)
    assert client.post(url).status_code == 404
    client.force_login(mona)
    assert url in client.get(case.get_absolute_url()).text
    for _ in range(2):
        assert client.post(url)["Location"].startswith(case.get_absolute_url())
    known = KnownText.objects.get(kind="registered")
    assert (known.holder, known.licence, known.registered_by, known.words) == (
        "Rita Holder",
        "owned",
        mona,
        11,
    )
    page = client.get(case.get_absolute_url()).text
    assert url not in page
    assert "The detector knows these words." in page


def test_a_work_of_a_few_words_is_not_learnt(
    client: Client, review: Review, mona: Member, settings: Settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    notice = confirmed(review.get_absolute_url(), work="Waiting")
    case = Case.objects.get()
    client.force_login(mona)
    client.post(f"{case.get_absolute_url()}notices/{notice.items.get().pk}/register/")
    assert not KnownText.objects.filter(kind="registered").exists()
    assert "These words cannot be learnt" in client.get(case.get_absolute_url()).text


@pytest.mark.django_db(transaction=True)
def test_the_sweep_needs_no_transaction_around_it(review: Review) -> None:
    notice = confirmed(review.get_absolute_url())
    move_case(Case.objects.get(), CaseState.CLOSED)
    note_what_ended()
    assert notice.items.get().news_at is not None


def test_a_quick_hand_is_told_of_what_is_missing_and_not_of_its_speed(client: Client, review: Review) -> None:
    sent = filled_in(review.get_absolute_url(), age=0, name="")
    assert "faster than anybody" not in client.post("/notice/", sent).text
