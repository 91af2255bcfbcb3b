"""Words of the catalogue come back by themselves where nobody answers an appeal in time and nothing stands in their place."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.editing import read_facts
from films.models import Change, Person, Title, Trivia
from films.services.editing import write_facts
from reviews.models import Appeal, Case, CaseState, Decision, LogEntry, Matter, Notification
from reviews.moderation.targets import load_target
from reviews.services.appealing import file_appeal
from reviews.services.deciding import act_on, decide_case, undo_decision
from reviews.services.waiting_cases import show_unanswered
from tests.factories import make_list, make_member, make_person, make_title

pytestmark = pytest.mark.django_db

WORDS = "A bank is robbed, and nobody in it sleeps that night."
OTHER = "Two men who resemble each other meet over coffee."


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def other(db: None) -> Member:
    return make_member("otto", sections=["films", "members"])


@pytest.fixture(params=["plot", "biography", "trivia"])
def written(request: pytest.FixtureRequest, alice: Member) -> tuple[Matter, int]:
    """Words of Alice's in the catalogue: the matter, and the number of the row."""
    matter = Matter(request.param)
    item = make_person("Agnès Varda") if matter == Matter.BIOGRAPHY else make_title("Heat")
    write(item, matter, WORDS, alice)
    row = Trivia.objects.get().pk if matter == Matter.TRIVIA else item.pk
    return matter, row


def write(item: Title | Person, matter: Matter, text: str, author: Member) -> None:
    said = {"text": text, "language": "en", "source": "a book"}
    if matter == Matter.PLOT:
        said["author"] = author.pk
    value = (
        [*read_facts(item, ["trivia"])["trivia"], {**said, "author": author.pk, "is_spoiler": False}]
        if matter == Matter.TRIVIA
        else said
    )
    write_facts(item, {str(matter): value}, actor=author, origin=Change.Origin.PROPOSAL)


def text_of(written: tuple[Matter, int]) -> str:
    matter, pk = written
    target = load_target(matter, pk)
    assert target is not None
    return target.words.text if target.stands else ""


def item_of(written: tuple[Matter, int]) -> Title | Person:
    matter, pk = written
    if matter == Matter.TRIVIA:
        return Trivia.objects.get(pk=pk).title
    return (Person if matter == Matter.BIOGRAPHY else Title).objects.get(pk=pk)


def remove(
    written: tuple[Matter, int], moderator: Member, kind: str = "copied-text", **more: object
) -> Decision:
    target = load_target(*written)
    assert target is not None
    return act_on(
        target=target, moderator=moderator, kind=kind, verdict="remove", reason="It stands elsewhere.", rule=kind,
        **more,
    )  # fmt: skip


def appealed(decision: Decision, days: int = 15) -> Case:
    appeal = file_appeal(statement=decision.statements.get(), text="I wrote both.")
    Appeal.objects.filter(pk=appeal.pk).update(filed_at=timezone.now() - timedelta(days=days))
    return appeal.case


def test_after_two_weeks_they_stand_again_with_their_author_and_everybody_is_told(
    written: tuple[Matter, int], alice: Member, mona: Member, client: Client
) -> None:
    before = load_target(*written)
    case = appealed(remove(written, mona), days=13)
    assert show_unanswered() == 0
    Appeal.objects.update(filed_at=timezone.now() - timedelta(days=15))
    assert text_of(written) == ""
    assert show_unanswered() == 1
    after = load_target(*written)
    assert before is not None
    assert after is not None
    assert (text_of(written), after.author) == (WORDS, before.author)
    assert show_unanswered() == 0, "it is shown once"
    case.refresh_from_db()
    assert (case.state, case.flags) == (CaseState.OPEN, ["shown"])
    line = LogEntry.objects.first()
    assert line is not None
    assert (line.verb, line.moderator_number) == (f"reviews.{written[0]}.shown", None)
    assert (
        "is shown again: nobody answered its author&#x27;s appeal in time"
        in client.get("/moderation/log/").text
    )
    item = item_of(written)
    assert WORDS in client.get(item.get_absolute_url()).text
    assert Notification.objects.filter(recipient=alice, detail__news="shown_meanwhile").count() == 1
    client.force_login(alice)
    told = client.get("/notifications/").text
    assert f"what you wrote about {item.display_name} is shown again until somebody does" in told


def test_upheld_after_all_they_go_again_and_that_can_be_taken_back(
    written: tuple[Matter, int], mona: Member, other: Member
) -> None:
    case = appealed(remove(written, mona))
    show_unanswered()
    for _twice in range(2):
        answer = decide_case(case=case, moderator=other, verdict="uphold", reason="It is on page 3.")
        assert text_of(written) == ""
        undo_decision(decision=answer, moderator=other)
        assert text_of(written) == WORDS
        case.refresh_from_db()
        assert case.state == CaseState.OPEN


def test_restored_after_all_they_stay_and_taking_that_back_leaves_them_shown(
    written: tuple[Matter, int], mona: Member, other: Member
) -> None:
    decision = remove(written, mona)
    case = appealed(decision)
    show_unanswered()
    answer = decide_case(case=case, moderator=other, verdict="restore", reason="They did.")
    assert text_of(written) == WORDS
    assert Case.objects.get(pk=decision.case_id).state == CaseState.CLOSED
    undo_decision(decision=answer, moderator=other)
    assert text_of(written) == WORDS
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_they_wait_for_a_person_where_something_else_stands_or_stood_in_their_place(
    written: tuple[Matter, int], mona: Member, bob: Member
) -> None:
    matter, _pk = written
    appealed(remove(written, mona))
    item = item_of(written)
    write(item, matter, WORDS if matter == Matter.TRIVIA else OTHER, bob)
    assert show_unanswered() == 0
    if matter != Matter.TRIVIA:
        item.refresh_from_db()
        write_facts(item, {str(matter): None}, actor=bob, origin=Change.Origin.PROPOSAL)
        assert text_of(written) == ""
        assert show_unanswered() == 0, (
            "somebody did away with what stood there: whose turn it is a person tells"
        )


@pytest.mark.parametrize("verdict", ["uphold", "restore"])
@pytest.mark.parametrize("written", ["plot", "biography"], indirect=True)
def test_what_others_wrote_once_they_were_shown_stays_whatever_is_decided(
    written: tuple[Matter, int], mona: Member, bob: Member, other: Member, verdict: str
) -> None:
    case = appealed(remove(written, mona))
    show_unanswered()
    write(item_of(written), written[0], OTHER, bob)
    answer = decide_case(case=case, moderator=other, verdict=verdict, reason="Seen.")
    assert text_of(written) == OTHER
    undo_decision(decision=answer, moderator=other)
    assert text_of(written) == OTHER


def test_what_came_with_a_suspension_or_is_against_the_law_waits(
    written: tuple[Matter, int], sofie: Member, alice: Member
) -> None:
    appealed(remove(written, sofie, measure="suspension", measure_days=30))
    film = make_title("Ran")
    write(film, Matter.PLOT, OTHER, alice)
    appealed(remove((Matter.PLOT, film.pk), sofie, kind="unlawful"))
    assert show_unanswered() == 0
    film.refresh_from_db()
    assert (text_of(written), film.plot) == ("", "")


def test_one_that_waits_for_a_person_holds_up_nobody_behind_it(
    alice: Member, mona: Member, sofie: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = make_title("Heat")
    write(film, Matter.PLOT, WORDS, alice)
    appealed(remove((Matter.PLOT, film.pk), mona), days=30)
    write(film, Matter.PLOT, OTHER, bob)
    mine = make_list(alice, film)
    appealed(remove((Matter.LIST, mine.pk), sofie, kind="advertising"))
    monkeypatch.setattr("reviews.services.waiting_cases._SWEPT_AT_ONCE", 1)
    assert show_unanswered() == 1
    mine.refresh_from_db()
    assert not mine.is_removed


@pytest.mark.parametrize("matter", [Matter.NAME, Matter.ABOUT])
def test_what_is_a_members_own_page_waits_for_a_person(alice: Member, sofie: Member, matter: Matter) -> None:
    alice.about = WORDS
    alice.save()
    appealed(remove((matter, alice.pk), sofie, kind="advertising"))
    assert show_unanswered() == 0
