"""Every decision that limits somebody can be appealed, once and in time; somebody else answers, and nothing is forgotten."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    Evidence,
    Matter,
    Review,
    SetAsideVote,
    Statement,
    Vote,
)
from reviews.moderation.refusals import NotAllowed
from reviews.moderation.targets import target_of
from reviews.services.appealing import CannotAppeal, file_appeal
from reviews.services.deciding import act_on, decide_case, undo_decision
from reviews.services.waiting_cases import note_late_appeals, note_overdue_answers
from tests.factories import make_list, make_member, make_review, make_title, make_vote, make_votes_case
from tests.reviews.casework import OWN, PASSAGE, make_copied_case
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, body="Every word of this stands in a magazine.")


@pytest.fixture
def other(db: None) -> Member:
    return make_member("otto", sections=["films", "members"])


@pytest.mark.parametrize("verdict", ["remove", "hide"])
def test_a_text_comes_back_by_somebody_elses_hand(
    message: Review, mona: Member, other: Member, verdict: str
) -> None:
    decision = decide(message, mona, verdict)
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    with pytest.raises(NotAllowed):
        decide_case(case=appeal.case, moderator=mona, verdict="restore", reason="Fine.")
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="They did.")
    message.refresh_from_db()
    assert message.is_published
    first = Case.objects.get(pk=decision.case_id)
    assert first.state == "closed"
    assert first.events.filter(kind=CaseEvent.Kind.APPEALED).exists()


@pytest.mark.parametrize(
    ("verdict", "answer", "told"),
    [
        ("remove", "uphold", "until then nobody else can read what you wrote about Heat"),
        ("remove", "restore", "until then nobody else can read what you wrote about Heat"),
        ("trim", "uphold", "it waits for another one"),
    ],
)
def test_whoever_appealed_hears_that_the_answer_was_taken_back_and_what_holds_until_the_next(
    client: Client, alice: Member, mona: Member, other: Member, verdict: str, answer: str, told: str
) -> None:
    case = make_copied_case(alice, review=make_review(make_title("Heat"), alice, f"{OWN}\n\n{PASSAGE}"))
    decision = decide(case.review, mona, verdict)
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    answered = decide_case(case=appeal.case, moderator=other, verdict=answer, reason="Looked at.")
    client.force_login(alice)
    upheld = client.get("/notifications/").content.decode()
    assert ("Your appeal was answered: the first decision stands" in upheld) == (answer == "uphold")
    answered.statements.update(read_at=timezone.now())
    undo_decision(decision=answered, moderator=other)
    page = client.get("/notifications/").content.decode()
    assert "The answer to your appeal was taken back" in page
    assert told in page
    assert "it does not hold" not in page
    assert ("nobody else can read" in page) == (verdict == "remove")


@pytest.mark.parametrize(
    ("matter", "verdict"), [(Matter.ABOUT, "remove"), (Matter.LIST, "remove"), (Matter.CONDUCT, "keep")]
)
def test_what_is_no_message_can_be_appealed_as_well(
    alice: Member, sofie: Member, other: Member, matter: Matter, verdict: str
) -> None:
    alice.about = "Buy here."
    alice.save(update_fields=["about"])
    row = make_list(alice, make_title()) if matter == Matter.LIST else alice
    decision = act_on(
        target=target_of(matter, row),
        moderator=sofie,
        kind="advertising",
        verdict=verdict,
        reason="A shop.",
        rule="advertising",
        measure="warning" if matter == Matter.CONDUCT else "",
    )
    appeal = file_appeal(statement=decision.statements.get(), text="It is my own band.")
    assert (appeal.case.matter, appeal.case.author) == (matter, alice)
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="So it is.")
    answer = Statement.objects.of_member(alice).first()
    assert answer is not None
    assert (answer.decision.verdict, answer.appeal_until) == ("restore", None)


def test_a_vote_that_was_set_aside_comes_back_without_those_of_others(
    alice: Member, bob: Member, mona: Member, other: Member
) -> None:
    title = make_title()
    make_vote(title, alice)
    make_vote(title, bob)
    case = make_votes_case(title)
    Evidence.objects.create(case=case, kind="velocity", detail={"members": [alice.pk, bob.pk]})
    decision = decide_case(
        case=case, moderator=mona, verdict="exclude", reason="Ten accounts.", members=[alice.pk, bob.pk]
    )
    statement = decision.statements.get(recipient=alice)
    appeal = file_appeal(statement=statement, text="I saw it with my family.")
    decide_case(case=appeal.case, moderator=other, verdict="restore", reason="A family.")
    assert list(SetAsideVote.objects.values_list("member", flat=True)) == [bob.pk]
    assert Vote.objects.get(member=alice).counted
    with pytest.raises(CannotAppeal, match="appealed"):
        file_appeal(statement=statement, text="Again.")
    file_appeal(statement=decision.statements.get(recipient=bob), text="Me too.")


def test_it_can_be_filed_once_and_in_time_and_while_the_decision_stands(
    message: Review, mona: Member, alice: Member
) -> None:
    decision = decide(message, mona)
    statement = decision.statements.get()
    Statement.objects.update(appeal_until=timezone.now() - timedelta(seconds=1))
    statement.refresh_from_db()
    with pytest.raises(CannotAppeal, match="late"):
        file_appeal(statement=statement, text="Late.")
    Statement.objects.update(appeal_until=timezone.now() + timedelta(days=1))
    statement.refresh_from_db()
    decide_case(case=decision.case, moderator=mona, verdict="restore", reason="My mistake.")
    with pytest.raises(CannotAppeal, match="over"):
        file_appeal(statement=statement, text="It is back already.")
    with pytest.raises(CannotAppeal, match="over"):
        file_appeal(statement=Statement.objects.of_member(alice).first(), text="Against good news.")


def test_an_upheld_decision_stands_and_says_why(
    message: Review, mona: Member, other: Member, client: Client
) -> None:
    statement = decide(message, mona).statements.get()
    client.force_login(message.author)
    address = f"{statement.get_absolute_url()}appeal/"
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "I object."}).status_code == 302
    again = client.post(address, {"text": "Once more."})
    assert again.status_code == 409
    assert "It waits." in client.get(statement.get_absolute_url()).text
    statement = Statement.objects.get(pk=statement.pk)
    decide_case(case=statement.appeal.case, moderator=other, verdict="uphold", reason="It is on page 3.")
    page = client.get(statement.get_absolute_url()).text
    assert "It was answered: read how." in page
    answer = Statement.objects.of_member(message.author).first()
    assert answer is not None
    page = client.get(answer.get_absolute_url()).text
    assert "It is on page 3." in page
    assert "the first decision stands" in page
    assert "Send the appeal" not in page


def test_an_appeal_that_nobody_answers_goes_to_the_head_of_the_queue_and_its_author_is_told(
    message: Review, mona: Member, client: Client
) -> None:
    statement = decide(message, mona).statements.get()
    appeal = file_appeal(statement=statement, text="I object.")
    assert note_late_appeals() == 0
    type(appeal).objects.update(filed_at=timezone.now() - timedelta(days=8))
    Case.objects.filter(pk=appeal.case_id).update(assigned_to=make_member())
    assert note_late_appeals() == 1
    assert note_late_appeals() == 0
    case = Case.objects.get(pk=appeal.case_id)
    assert (case.severity, case.flags, case.assigned_to) == (100, ["late"], None)
    client.force_login(message.author)
    assert "longer than we promise" in client.get(statement.get_absolute_url()).text
    assert "waits, longer than promised" in client.get("/moderation/mine/").text


def test_whoever_does_not_answer_in_time_is_decided_about_without_it(message: Review, mona: Member) -> None:
    decision = decide(message, mona, "hide")
    assert note_overdue_answers() == 0
    Case.objects.update(answer_until=timezone.now() - timedelta(minutes=1))
    assert note_overdue_answers() == 1
    assert note_overdue_answers() == 0
    case = Case.objects.get(pk=decision.case_id)
    assert (case.state, case.flags[-1]) == ("open", "overdue")
    message.refresh_from_db()
    assert message.state == "hidden", "a person decides what becomes of it"


def test_the_rules_show_the_numbers_the_ladder_and_the_rights(client: Client, settings: Settings) -> None:
    settings.FILMSITE_COPY_WARN_WORDS = {"default": 44, "shows": 33}
    settings.FILMSITE_NEW_MEMBER_DAYS = 9
    page = client.get("/rules/")
    for words in (
        "From 44 words",
        "<b>Shows</b>: From 33 words",
        "In the first 9 days after joining",
        "A suspension until it is lifted",
        "For 183 days, once",
        "/moderation/log/",
        "/notice/",
    ):
        assert words in page.text, words
    assert not page.cookies
