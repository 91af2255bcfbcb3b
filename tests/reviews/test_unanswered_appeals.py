"""A text whose author's appeal nobody answers is shown again after two weeks, and its case still waits to be decided."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.emails import send_missed_statements
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    LogEntry,
    Matter,
    Measure,
    Notice,
    NoticeItem,
    Notification,
    Review,
)
from reviews.moderation.permissions import Action, allows, verdicts_for
from reviews.moderation.queue import QueueFilter, count_waiting
from reviews.moderation.refusals import StaleCase
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import act_on, decide_case, undo_decision
from reviews.services.mailing import mail_missed_news
from reviews.services.public_log import log_line
from reviews.services.publishing import withdraw_review
from reviews.services.steps import merge_cases
from reviews.services.waiting_cases import note_late_appeals, show_unanswered
from reviews.tasks import sweep_waiting_cases
from tests.factories import make_list, make_member, make_report, make_review, make_title
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db

WORDS = "Every word of this stands in a magazine."


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, body=WORDS)


@pytest.fixture
def other(db: None) -> Member:
    return make_member("otto", sections=["films", "members"])


def appealed(decision: Decision, days: int = 15) -> Case:
    """The case of an appeal against the decision that was filed so many days ago."""
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    Appeal.objects.filter(pk=appeal.pk).update(filed_at=timezone.now() - timedelta(days=days))
    return appeal.case


def state_of(message: Review) -> str:
    message.refresh_from_db()
    return message.state


@pytest.mark.parametrize("verdict", ["remove", "hide"])
def test_after_two_weeks_it_is_shown_again_and_everybody_is_told_why(
    message: Review, mona: Member, other: Member, client: Client, verdict: str
) -> None:
    decision = decide(message, mona, verdict)
    case = appealed(decision)
    client.get(message.title.get_absolute_url())
    assert show_unanswered() == 1
    assert state_of(message) == "published"
    assert WORDS in client.get(message.title.get_absolute_url()).text, "the page that was kept is forgotten"
    case.refresh_from_db()
    assert (case.state, case.flags) == ("open", ["shown"])
    for told in (case, decision.case):
        last = told.events.last()
        assert last is not None
        assert (last.kind, last.actor) == (CaseEvent.Kind.SHOWN, None)
    line = LogEntry.objects.first()
    assert line is not None
    assert (line.verb, line.moderator_number, line.review_number) == (
        "reviews.review.shown",
        None,
        message.pk,
    )
    log = client.get("/moderation/log/").text
    assert "A text is shown again: nobody answered its author&#x27;s appeal in time" in log
    assert "the site itself" in log
    news = Notification.objects.get(recipient=message.author, detail__news="shown_meanwhile")
    client.force_login(message.author)
    told = client.get("/notifications/").text
    assert "that is our fault: what you wrote about Heat is shown again until somebody does" in told
    page = client.get(f"/notifications/{news.pk}/", follow=True).text
    assert "So what it is about is shown again until a moderator" in page
    client.force_login(other)
    assert "shown again until the appeal is answered" in client.get(case.get_absolute_url()).text


def test_its_author_is_told_by_mail(
    message: Review, mona: Member, django_capture_on_commit_callbacks
) -> None:
    Member.objects.filter(pk=message.author_id).update(email="alice@example.org")
    case = appealed(decide(message, mona))
    send_missed_statements()
    mail.outbox.clear()
    show_unanswered()
    Notification.objects.update(made_at=timezone.now() - timedelta(hours=1))
    mail_missed_news()
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"]
    assert "that is our fault" in sent.body
    assert f"/{case.appeal.statement_id}/" in sent.body or "/notifications/" in sent.body


def test_a_second_sweep_changes_nothing_and_none_comes_too_early(message: Review, mona: Member) -> None:
    appealed(decide(message, mona), days=13)
    assert show_unanswered() == 0
    Appeal.objects.update(filed_at=timezone.now() - timedelta(days=15))
    sweep_waiting_cases()
    sweep_waiting_cases()
    assert LogEntry.objects.filter(verb="reviews.review.shown").count() == 1
    assert Notification.objects.filter(detail__news="shown_meanwhile").count() == 1
    assert CaseEvent.objects.filter(kind=CaseEvent.Kind.SHOWN).count() == 2


@pytest.mark.parametrize("verdict", ["remove", "hide"])
def test_upheld_after_all_it_goes_again_and_that_can_be_taken_back(
    message: Review, mona: Member, other: Member, client: Client, verdict: str
) -> None:
    first = decide(message, mona, verdict)
    case = appealed(first)
    show_unanswered()
    answer = decide_case(case=case, moderator=other, verdict="uphold", reason="It is on page 3.")
    assert state_of(message) == {"remove": "removed", "hide": "hidden"}[verdict]
    client.force_login(message.author)
    page = client.get(answer.statements.get().get_absolute_url()).text
    assert "What was shown while nobody answered is taken away again" in page
    undo_decision(decision=answer, moderator=other)
    assert state_of(message) == "published"
    case.refresh_from_db()
    assert case.state == "open"
    assert show_unanswered() == 0, "it is shown already"


def test_restored_after_all_it_stays_and_what_came_with_the_decision_is_lifted(
    message: Review, mona: Member, other: Member
) -> None:
    decision = decide(message, mona, measure="warning")
    case = appealed(decision)
    show_unanswered()
    assert not Measure.objects.get().is_annulled, "nothing is decided yet"
    decide_case(case=case, moderator=other, verdict="restore", reason="They did.")
    assert state_of(message) == "published"
    assert Measure.objects.get().is_annulled
    assert Case.objects.get(pk=decision.case_id).state == "closed"


def test_a_list_is_shown_again_as_well(alice: Member, sofie: Member, other: Member, client: Client) -> None:
    mine = make_list(alice, make_title())
    decision = act_on(
        target=target_of(Matter.LIST, mine),
        moderator=sofie,
        kind="advertising",
        verdict="remove",
        reason="A shop.",
        rule="advertising",
    )
    case = appealed(decision)
    assert show_unanswered() == 1
    assert client.get(mine.get_absolute_url()).status_code == 200
    client.force_login(alice)
    assert "your list is shown again until somebody does" in client.get("/notifications/").text
    client.logout()
    decide_case(case=case, moderator=other, verdict="uphold", reason="A shop it is.")
    assert client.get(mine.get_absolute_url()).status_code == 404


def test_what_a_rights_holder_gave_notice_of_stays_away(message: Review, mona: Member, alice: Member) -> None:
    decision = decide(message, mona)
    notice = Notice.objects.create(
        name="P. Ublisher", email="rights@example.org", work="A magazine", language="en"
    )
    NoticeItem.objects.create(notice=notice, case=decision.case, url="https://example.org/")
    appealed(decision)
    assert show_unanswered() == 0
    assert state_of(message) == "removed"


def test_what_may_be_unlawful_or_came_with_a_suspension_stays_away(
    message: Review, sofie: Member, bob: Member
) -> None:
    appealed(decide(message, sofie, measure="suspension", measure_days=30))
    unlawful = make_review(message.title, bob, body="Something that no law allows.")
    decision = act_on(
        target=target_of(Matter.REVIEW, unlawful),
        moderator=sofie,
        kind="unlawful",
        verdict="remove",
        reason="It is against the law.",
        rule="unlawful",
    )
    appealed(decision)
    assert show_unanswered() == 0
    assert (state_of(message), state_of(unlawful)) == ("removed", "removed")


def test_what_another_case_took_stays_away(message: Review, mona: Member) -> None:
    hidden = decide(message, mona, "hide")
    appealed(hidden)
    decide_again(message, mona)
    assert show_unanswered() == 0
    assert state_of(message) == "removed"


def test_what_cannot_be_shown_holds_up_nobody_behind_it(
    message: Review, mona: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    appealed(decide(message, mona, "hide"), days=16)
    decide_again(message, mona)
    mine = make_review(message.title, bob, body="Words of my own.")
    appealed(decide(mine, mona))
    monkeypatch.setattr("reviews.services.waiting_cases._SWEPT_AT_ONCE", 1)
    assert show_unanswered() == 1
    assert (state_of(message), state_of(mine)) == ("removed", "published")


def test_who_has_waited_longest_comes_first(
    message: Review, mona: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    appealed(decide(message, mona))
    mine = make_review(message.title, bob, body="Words of my own.")
    appealed(decide(mine, mona), days=20)
    monkeypatch.setattr("reviews.services.waiting_cases._SWEPT_AT_ONCE", 1)
    assert show_unanswered() == 1
    assert (state_of(message), state_of(mine)) == ("removed", "published")


def decided_as_one(
    message: Review, moderator: Member, notice: Notice | None = None, **more: object
) -> list[Decision]:
    """The decisions to remove the message and another by its author, which the notice names, if any."""
    second = make_review(make_title("Ran"), message.author, body="More of what stands in a magazine.")
    kept, part = (make_report(review, kind="copied-text") for review in (message, second))
    if notice is not None:
        NoticeItem.objects.create(notice=notice, case=part, url="https://example.org/")
    merge_cases(into=kept, others=[part], moderator=moderator)
    decide_case(
        case=kept, moderator=moderator, verdict="remove", reason="Page 3.", rule="copied-text", **more
    )
    return [kept.decisions.get(), part.decisions.get()]


def test_of_texts_judged_as_one_that_stays_away_which_a_rights_holder_named(
    message: Review, mona: Member
) -> None:
    notice = Notice.objects.create(
        name="P. Ublisher",
        email="rights@example.org",
        work="A magazine",
        language="en",
        confirmed_at=timezone.now(),
    )
    _first, second = (appealed(decision) for decision in decided_as_one(message, mona, notice=notice))
    # As one that was filed before its statement told of the notice.
    Case.objects.filter(kind=CaseKind.APPEAL).update(flags=[])
    assert show_unanswered() == 1
    assert state_of(message) == "published"
    assert state_of(second.text) == "removed"


def test_of_texts_judged_as_one_with_a_suspension_neither_comes_back_by_itself(
    message: Review, sofie: Member
) -> None:
    decisions = decided_as_one(message, sofie, measure="suspension", measure_days=30)
    films = make_member("fay", sections=["films"])
    for case in [appealed(decision) for decision in decisions]:
        assert case.section == "members", "who answers it may lift the suspension"
        Case.objects.filter(pk=case.pk).update(section="films")
        found = Case.objects.for_deciding_about().get(pk=case.pk)
        assert verdicts_for(films, found) == ["uphold"]
    assert show_unanswered() == 0
    Measure.objects.update(lifted_at=timezone.now())
    assert show_unanswered() == 2


def decide_again(message: Review, moderator: Member) -> Decision:
    """Remove for another reason what is hidden already."""
    return act_on(
        target=target_of(Matter.REVIEW, message),
        moderator=moderator,
        kind="personal-attack",
        verdict="remove",
        reason="It calls somebody names.",
        rule="personal-attack",
    )


def test_once_it_is_shown_another_case_can_hide_it_and_let_it_go_again(
    message: Review, mona: Member, other: Member
) -> None:
    case = appealed(decide(message, mona))
    show_unanswered()
    hidden = act_on(
        target=target_of(Matter.REVIEW, message),
        moderator=mona,
        kind="spoilers",
        verdict="hide",
        reason="The end is told.",
        rule="spoilers",
    )
    assert state_of(message) == "hidden"
    Case.objects.filter(pk=hidden.case_id).update(state=CaseState.OPEN)
    decide_case(case=hidden.case, moderator=mona, verdict="keep", reason="It is marked.")
    assert state_of(message) == "published", "of what was removed at first nobody has decided anew"
    decide_case(case=case, moderator=other, verdict="uphold", reason="Page 3.")
    assert state_of(message) == "removed"


def test_an_appeal_that_a_moderator_has_in_hand_is_left_to_them(message: Review, mona: Member) -> None:
    case = appealed(decide(message, mona))
    Case.objects.filter(pk=case.pk).update(
        claimed_by=make_member(sections=["films"]), claimed_until=timezone.now() + timedelta(minutes=9)
    )
    assert show_unanswered() == 0
    Case.objects.filter(pk=case.pk).update(claimed_until=timezone.now() - timedelta(minutes=1))
    assert show_unanswered() == 1


def test_who_made_the_page_before_is_told_that_it_is_shown_by_now(
    message: Review, mona: Member, other: Member
) -> None:
    case = appealed(decide(message, mona))
    version = Case.objects.get(pk=case.pk).version
    show_unanswered()
    with pytest.raises(StaleCase, match="version"):
        decide_case(case=case, moderator=other, verdict="uphold", reason="No.", version=version)


@pytest.mark.parametrize(
    ("taken_by", "verdict", "is_annulled"),
    [("remove", "uphold", False), ("hide", "uphold", False), ("remove", "restore", True)],
)
def test_taken_back_by_its_author_once_it_is_shown_its_appeal_is_answered_all_the_same(
    message: Review, mona: Member, other: Member, taken_by: str, verdict: str, is_annulled: bool
) -> None:
    case = appealed(decide(message, mona, taken_by, measure="warning"))
    show_unanswered()
    message.refresh_from_db()
    withdraw_review(review=message, author=message.author)
    with pytest.raises(StaleCase):
        # It may come back until tomorrow.
        decide_case(case=case, moderator=other, verdict=verdict, reason="Page 3.")
    Review.objects.filter(pk=message.pk).update(withdrawn_at=timezone.now() - timedelta(days=1))
    sweep_waiting_cases()
    answer = decide_case(case=case, moderator=other, verdict=verdict, reason="Page 3.")
    assert state_of(message) == "withdrawn"
    assert Measure.objects.get().is_annulled is is_annulled
    assert set(Case.objects.values_list("state", flat=True)) == {"closed"}
    undo_decision(decision=answer, moderator=other)
    assert state_of(message) == "withdrawn"
    assert set(Case.objects.values_list("state", flat=True)) == {"open", "appealed"}


def test_nought_days_are_never(message: Review, mona: Member, settings: Settings, client: Client) -> None:
    settings.FILMSITE_APPEAL_LATE_DAYS = settings.FILMSITE_APPEAL_SHOWN_DAYS = 0
    case = appealed(decide(message, mona), days=400)
    assert (note_late_appeals(), show_unanswered()) == (0, 0)
    client.force_login(message.author)
    assert "longer than we promise" not in client.get(case.appeal.statement.get_absolute_url()).text
    assert "goes to the head of the queue" not in client.get("/rules/").text


def test_the_rules_promise_it(client: Client, settings: Settings) -> None:
    settings.FILMSITE_APPEAL_SHOWN_DAYS = 17
    assert "After 17 days a text or a list is shown again" in client.get("/rules/").text


def test_a_late_appeal_is_for_moderators_of_members_as_well(
    message: Review, mona: Member, client: Client
) -> None:
    members = make_member("mieke", sections=["members"])
    case = appealed(decide(message, mona), days=8)
    client.force_login(members)
    assert client.get(case.get_absolute_url()).status_code == 404
    assert note_late_appeals() == 1
    assert client.get(case.get_absolute_url()).status_code == 200
    numbers = count_waiting(members, ["members"])
    assert (numbers.shows["open"], numbers.sections) == (1, [])
    rows = QueueFilter().rows(members, ["members"], timezone.now())
    assert list(rows) == [case]
    found = Case.objects.for_page().get(pk=case.pk)
    assert not allows(make_member(sections=["shows"]), Action.DECIDE, found)
    decide_case(case=case, moderator=members, verdict="restore", reason="They did.")
    assert state_of(message) == "published"


@pytest.mark.django_db(transaction=True)
def test_each_text_is_a_transaction_of_its_own(
    message: Review, mona: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that fails halfway leaves nothing behind and stops no other, and the next sweep makes up for it."""
    case = appealed(decide(message, mona), days=16)
    mine = make_review(message.title, bob, body="Words of my own.")
    appealed(decide(mine, mona))

    def no_line(*, case: Case, **line: Any) -> LogEntry:
        if case.review == message:
            raise RuntimeError("The log cannot be written.")
        return log_line(case=case, **line)

    with monkeypatch.context() as broken:
        broken.setattr("reviews.services.waiting_cases.log_line", no_line)
        assert show_unanswered() == 1
    assert (state_of(message), state_of(mine)) == ("removed", "published")
    assert not Notification.objects.filter(recipient=message.author, detail__news="shown_meanwhile").exists()
    assert "shown" not in Case.objects.get(pk=case.pk).flags
    assert show_unanswered() == 1
    assert state_of(message) == "published"
