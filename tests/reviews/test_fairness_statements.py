"""Whoever is concerned by a decision is told what, why, how it was found, and what they can do; nothing of theirs is lost."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.emails import send_statement
from reviews.models import Case, Evidence, FoundBy, Matter, Notification, Report, Review, Statement
from reviews.moderation.targets import target_of
from reviews.notices import target_of as target_of_news
from reviews.services.appealing import file_appeal
from reviews.services.deciding import act_on, decide_case, undo_decision
from reviews.services.mailing import mail_news
from reviews.services.opening import open_copied_case
from reviews.services.steps import message_author
from tests.asserts import assert_flat_queries
from tests.factories import make_list, make_member, make_report, make_review, make_title
from tests.reviews.casework import make_copied_case
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, body="Every word of this stands in a magazine.")


def page_of(client: Client, statement: Statement) -> str:
    client.force_login(statement.recipient)
    return client.get(statement.get_absolute_url()).text


def test_the_page_says_all_that_a_statement_of_reasons_must_say(
    message: Review, mona: Member, client: Client
) -> None:
    statement = decide(message, mona).statements.get()
    page = page_of(client, statement)
    for words in (
        "Your message about Heat: removed",
        "No copied texts",
        "It stands elsewhere.",
        "A moderator came across it and decided.",
        "a moderator of films",
        "Nobody but you and the moderators can read the message.",
        "Write a new message",
        "You can appeal until",
        "out of court",
        message.body,
    ):
        assert words in page, words
    assert "mona" not in page


def test_a_decision_is_one_thing_to_read_in_the_numbers_of_the_page_head(
    message: Review, mona: Member, alice: Member, client: Client
) -> None:
    decide(message, mona)
    client.force_login(alice)
    head = client.get("/").text.partition("</header>")[0]
    assert re.findall(r'<span class="count">(\d+)', head) == ["1", "1"], "the bell, and the line of the menu"
    Notification.objects.filter(recipient=alice).update(read_at=timezone.now())
    head = client.get("/").text.partition("</header>")[0]
    assert re.findall(r'<span class="count">(\d+)', head) == ["1", "1"], "the menu, and its line"


def test_words_are_in_the_language_that_they_were_judged_in_though_they_are_others_since(
    alice: Member, mona: Member, client: Client
) -> None:
    case = make_copied_case(alice)
    message = case.review
    decision = decide_case(case=case, moderator=mona, verdict="hide", reason="So.", rule="copied-text")
    revision = message.revisions.create(
        number=2, body="Andere woorden.", language="nl", source_hash="2" * 64, created_at=timezone.now()
    )
    newer = Evidence(kind="overlap", words=50, start=0, end=5)
    assert open_copied_case(review=message, revision=revision, evidence=[newer]) == case
    page = page_of(client, decision.statements.get())
    assert "The facts: 30 words" in page
    assert page.count('<div class="evidence-text" lang="en"') == 2
    assert '<div class="evidence-text" lang="nl"' not in page


def test_who_reported_is_never_named(message: Review, bob: Member, mona: Member, client: Client) -> None:
    case = make_report(message, bob)
    decision = decide_case(case=case, moderator=mona, verdict="remove", reason="Copied.", rule="copied-text")
    statement = decision.statements.get()
    assert statement.found_by == FoundBy.REPORT
    page = page_of(client, statement)
    assert "Somebody reported it." in page
    assert "bob" not in page


def test_the_facts_stand_side_by_side_with_their_source(
    message: Review, mona: Member, client: Client
) -> None:
    case = make_report(message)
    Evidence.objects.create(
        case=case,
        kind=Evidence.Kind.OVERLAP,
        start=0,
        end=10,
        words=41,
        source_label="The magazine",
        source_url="https://magazine.example/heat",
        source_excerpt="Before. Every word. After.",
        excerpt_start=8,
        excerpt_end=18,
    )
    decision = decide_case(case=case, moderator=mona, verdict="remove", reason="Copied.", rule="copied-text")
    page = page_of(client, decision.statements.get())
    assert "The facts: 41 words that stand elsewhere too" in page
    assert '<a href="https://magazine.example/heat" rel="nofollow noopener">The magazine</a>' in page
    assert page.count("Every word</mark>") == 2, "on both sides"


def test_words_of_another_member_are_shown_without_their_name_and_only_while_they_stand(
    message: Review, bob: Member, mona: Member, client: Client
) -> None:
    case = make_report(message)
    source = make_review(author=bob, body="Words of Bob's own.")
    Evidence.objects.create(
        case=case,
        kind=Evidence.Kind.OVERLAP,
        start=0,
        end=10,
        words=41,
        source_review=source,
        source_label="bob",
        source_excerpt="Words of Bob's own.",
    )
    decision = decide_case(case=case, moderator=mona, verdict="remove", reason="Copied.", rule="copied-text")
    page = page_of(client, decision.statements.get())
    assert "Words of Bob&#x27;s own." in page
    assert "a message of another member" in page
    assert ">bob<" not in page
    Review.objects.filter(pk=source.pk).update(state="removed")
    page = page_of(client, decision.statements.get())
    for withheld in ("Words of Bob", source.get_absolute_url(), "bob"):
        assert withheld not in page


def test_a_plot_that_was_taken_away_is_shown_to_nobody_it_was_copied_by(
    message: Review, mona: Member, client: Client
) -> None:
    case = make_report(message)
    plot = make_title("Ran", plot="A plot that somebody wrote.")
    Evidence.objects.create(
        case=case,
        kind=Evidence.Kind.OVERLAP,
        start=0,
        end=10,
        words=41,
        source_title=plot,
        source_label="Ran",
        source_excerpt="A plot that somebody",
    )
    decision = decide_case(case=case, moderator=mona, verdict="remove", reason="Copied.", rule="copied-text")
    assert "A plot that somebody" in page_of(client, decision.statements.get())
    for words in ("", "Other words."):
        plot.plot = words
        plot.save()
        page = page_of(client, decision.statements.get())
        assert "A plot that somebody" not in page
        assert plot.get_absolute_url() not in page


def test_the_mail_says_it_as_the_page_does_and_carries_the_text(message: Review, mona: Member) -> None:
    statement = decide(message, mona).statements.get()
    send_statement(statement.pk)
    send_statement(statement.pk)
    [sent] = mail.outbox
    assert sent.subject == "Your message about Heat: removed"
    for body in (sent.body, sent.alternatives[0][0]):
        for words in ("No copied texts", "It stands elsewhere.", "You can appeal there until", message.body):
            assert words in body
        assert statement.get_absolute_url() in body


def test_a_mail_to_a_reader_of_dutch_is_in_dutch(message: Review, mona: Member) -> None:
    message.author.interface_language = "nl"
    message.author.save(update_fields=["interface_language"])
    send_statement(decide(message, mona).statements.get().pk)
    assert "Heat" in mail.outbox[0].subject
    assert "Reason:" not in mail.outbox[0].body


def test_the_text_can_be_taken_away_as_a_file(
    message: Review, mona: Member, bob: Member, client: Client
) -> None:
    address = f"{decide(message, mona).statements.get().get_absolute_url()}text/"
    client.force_login(message.author)
    response = client.get(address)
    assert response.text == message.body
    assert "attachment" in response["Content-Disposition"]
    client.force_login(bob)
    assert client.get(address).status_code == 404


def test_a_text_that_may_stay_is_no_news_and_one_shown_again_is(message: Review, mona: Member) -> None:
    assert not decide(message, mona, "keep").statements.exists()
    hidden = decide(message, mona, "hide")
    shown = decide_case(case=hidden.case, moderator=mona, verdict="keep", reason="Fine.")
    assert shown.statements.get().appeal_until is None


def test_things_that_are_no_messages_are_named_for_what_they_are(
    alice: Member, sofie: Member, client: Client
) -> None:
    made = make_list(alice, make_title(), name="Bank jobs")
    decision = act_on(
        target=target_of(Matter.LIST, made),
        moderator=sofie,
        kind="advertising",
        verdict="remove",
        reason="A shop.",
        rule="advertising",
    )
    assert "Your list “Bank jobs”: removed" in page_of(client, decision.statements.get())


def test_a_decision_that_was_taken_back_says_so_and_cannot_be_appealed(
    message: Review, mona: Member, client: Client
) -> None:
    decision = decide(message, mona)
    statement = decision.statements.get()
    page_of(client, statement)  # whoever has read it keeps it
    undo_decision(decision=decision, moderator=mona)
    page = page_of(client, statement)
    assert "This decision was taken back." in page
    assert "Send the appeal" not in page


def test_a_decision_that_was_taken_back_offers_nothing_to_do_and_is_marked_in_the_lists(
    message: Review, mona: Member, client: Client
) -> None:
    decision = decide(message, mona)
    statement = decision.statements.get()
    assert "What you can do now" in page_of(client, statement)
    assert "decision taken back" not in client.get("/moderation/mine/").text
    undo_decision(decision=decision, moderator=mona)
    page = page_of(client, statement)
    assert "Nothing of it holds any more." in page
    assert "What you can do now" not in page
    for address in ("/moderation/mine/", "/moderation/statements/"):
        assert "decision taken back" in client.get(address).text


def test_a_decision_that_an_appeal_overturned_says_first_that_everything_was_put_back(
    message: Review, mona: Member, client: Client
) -> None:
    statement = decide(message, mona).statements.get()
    appeal = file_appeal(statement=statement, text="I wrote both.")
    assert "Everything was put back" not in page_of(client, statement)
    assert ">put back<" not in client.get("/moderation/mine/").text
    other = make_member("otto", sections=["films"])
    answer = decide_case(case=appeal.case, moderator=other, verdict="restore", reason="They did.")
    page = page_of(client, statement)
    head = page.partition('<article class="statement">')[2].partition("</header>")[0]
    assert "Everything was put back by a moderator who had no part in this decision." in head
    assert f'<a href="{answer.statements.get().get_absolute_url()}">Read the answer</a>' in head
    for untrue in ("What it means", "Nobody but you", "What you can do now", "Write a new message"):
        assert untrue not in page, untrue
    for address in ("/moderation/mine/", "/moderation/statements/"):
        assert client.get(address).text.count(">put back<") == 1


def test_an_appeal_that_was_upheld_puts_nothing_back(message: Review, mona: Member, client: Client) -> None:
    statement = decide(message, mona).statements.get()
    appeal = file_appeal(statement=statement, text="I wrote both.")
    other = make_member("otto", sections=["films"])
    decide_case(case=appeal.case, moderator=other, verdict="uphold", reason="They did not.")
    page = page_of(client, statement)
    assert "Everything was put back" not in page
    assert "What it means" in page
    assert ">put back<" not in client.get("/moderation/mine/").text


def test_a_suspension_that_comes_with_it_is_in_the_heading_and_nothing_denies_it(
    alice: Member, sofie: Member, client: Client
) -> None:
    decision = act_on(
        target=target_of(Matter.LIST, make_list(alice, make_title(), name="Bank jobs")),
        moderator=sofie,
        kind="advertising",
        verdict="remove",
        reason="A shop.",
        rule="advertising",
        measure="suspension",
        measure_days=7,
    )
    page = page_of(client, decision.statements.get())
    assert "<h1>Your list “Bank jobs”: removed; your account suspended until " in page
    assert "Nobody but you and the moderators can see it. While it lasts you cannot vote" in page
    assert "Nothing else of yours was touched." not in page


def test_a_question_before_anything_is_decided_has_a_page_and_an_answer(
    message: Review, mona: Member, bob: Member, client: Client
) -> None:
    case = make_report(message, bob)
    address = f"/moderation/questions/{case.pk}/"
    client.force_login(message.author)
    assert client.get(address).status_code == 404, "before anybody asked, their own case is nothing to them"
    message_author(case=case, moderator=mona, text="Where did you publish this before?")
    client.force_login(bob)
    assert client.get(address).status_code == 404
    client.force_login(message.author)
    page = client.get(address).text
    assert "Where did you publish this before?" in page
    assert "mona" not in page
    assert address in client.get("/moderation/mine/").text
    assert client.post(address, {"text": ""}).status_code == 422
    assert client.post(address, {"text": "On my own weblog."}, follow=True).status_code == 200
    assert "answered" in Case.objects.get(pk=case.pk).flags
    late = client.post(address, {"text": "And in a book."})
    assert late.status_code == 409
    assert "And in a book." in late.text


def test_a_hidden_text_waits_for_an_answer_and_comes_back(
    message: Review, mona: Member, client: Client
) -> None:
    decision = decide(message, mona, "hide")
    statement = decision.statements.get()
    assert "It waits for you until" in page_of(client, statement)
    question = client.get(f"/moderation/questions/{decision.case_id}/")
    assert question["Location"] == f"{statement.get_absolute_url()}#answer"
    answer = f"{statement.get_absolute_url()}answer/"
    assert client.post(answer, {"text": ""}).status_code == 422
    assert client.post(answer, {"text": "I wrote it for that magazine."}).status_code == 302
    case = Case.objects.get(pk=decision.case_id)
    assert (case.state, "answered" in case.flags) == ("open", True)
    assert "I wrote it for that magazine." in page_of(client, statement)
    decide_case(case=case, moderator=mona, verdict="keep", reason="Theirs.")
    message.refresh_from_db()
    assert message.is_published
    newest = Statement.objects.of_member(message.author).first()
    assert newest is not None
    assert "fine as it is, and shown" in page_of(client, newest)


def test_a_question_about_a_hidden_text_is_mailed_without_the_text(message: Review, mona: Member) -> None:
    decision = decide(message, mona, "hide")
    message_author(case=decision.case, moderator=mona, text="Where did you publish this before?")
    mail_news(message.author.pk)
    [sent] = mail.outbox
    assert "A moderator asks you something about what you wrote about Heat" in sent.body
    assert message.body not in sent.body


def test_a_suspended_author_is_asked_on_the_site_and_by_mail(
    message: Review, mona: Member, client: Client
) -> None:
    decision = decide(message, mona, "hide")
    Member.objects.filter(pk=message.author_id).update(suspended_at=timezone.now())
    message_author(case=decision.case, moderator=mona, text="Where did you publish this before?")
    client.force_login(message.author)
    asked = "A moderator asks you something about what you wrote about Heat"
    assert asked in client.get("/notifications/").text
    mail_news(message.author_id)
    assert [asked in sent.body for sent in mail.outbox] == [True]


def test_ones_own_page_gathers_reports_with_how_right_they_were(
    message: Review, bob: Member, mona: Member, client: Client
) -> None:
    decide_case(
        case=make_report(message, bob), moderator=mona, verdict="remove", reason="So.", rule="spoilers"
    )
    other = make_review()
    decide_case(case=make_report(other, bob), moderator=mona, verdict="keep", reason="Fine.")
    make_report(make_review(), bob)
    client.force_login(bob)
    page = client.get("/moderation/mine/").text
    assert "A message about Heat" in page
    assert "50 %" in page
    news = client.get("/notifications/").text
    assert "Thank you: what you reported about Heat led to a decision" in news
    assert "found nothing wrong" in news
    assert message.body not in news
    assert Report.objects.filter(reporter=bob, outcome="waiting").count() == 1


def test_ones_own_page_asks_as_much_however_much_there_is(
    alice: Member, mona: Member, client: Client
) -> None:
    def make_rows() -> None:
        decide(make_review(author=alice), mona, measure="warning")
        make_report(make_review(), alice)

    client.force_login(alice)
    assert_flat_queries(client, make_rows, "/moderation/mine/", at_most=16)
    assert_flat_queries(client, make_rows, "/moderation/statements/")


@pytest.mark.parametrize("what", ["", "text/", "appeal/", "answer/"])
def test_a_statement_is_for_its_recipient_alone(
    message: Review, mona: Member, client: Client, what: str
) -> None:
    address = decide(message, mona).statements.get().get_absolute_url() + what
    client.force_login(make_member())
    ask = client.post if what in ("appeal/", "answer/") else client.get
    assert ask(address).status_code == 404


def test_what_comes_after_a_notice_takes_a_word_of_good_faith(
    message: Review, mona: Member, client: Client
) -> None:
    statement = decide(message, mona).statements.get()
    Statement.objects.filter(pk=statement.pk).update(found_by=FoundBy.NOTICE)
    client.force_login(message.author)
    address = f"{statement.get_absolute_url()}appeal/"
    assert client.post(address, {"text": "It is mine."}).status_code == 422
    assert client.post(address, {"text": "It is mine.", "good_faith": "on"}).status_code == 302
    assert statement.appeal.is_counter_notice


@pytest.mark.parametrize("words", ["\0", "x" * 6000])
def test_words_that_cannot_be_stored_are_no_error_of_the_server(
    message: Review, mona: Member, client: Client, words: str
) -> None:
    statement = decide(message, mona).statements.get()
    client.force_login(message.author)
    for what in ("appeal/", "answer/"):
        response = client.post(statement.get_absolute_url() + what, {"text": words})
        assert response.status_code in (400, 422)


def test_a_decision_is_news_on_the_site_and_one_mail(message: Review, mona: Member, client: Client) -> None:
    decision = decide(message, mona)
    statement = decision.statements.get()
    news = Notification.objects.get(recipient=message.author)
    assert not news.by_mail, "the statement is the mail"
    assert target_of_news(news) == statement.get_absolute_url()
    page_of(client, statement)
    news.refresh_from_db()
    assert news.read_at is not None


def test_a_mail_promises_no_reader_where_nobody_reads(
    message: Review, mona: Member, settings: Settings
) -> None:
    settings.FILMSITE_OBJECTIONS_ADDRESS = ""
    send_statement(decide(message, mona).statements.get().pk)
    [sent] = mail.outbox
    assert "a person reads it" not in sent.body
    assert not sent.reply_to
