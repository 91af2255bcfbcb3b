"""Reasons go to the public log for ever: what names somebody is refused wherever one is given, and nothing typed is lost."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import (
    Case,
    CaseKind,
    Decision,
    Evidence,
    LogEntry,
    Matter,
    Measure,
    Notice,
    NoticeItem,
    Report,
    Review,
)
from reviews.moderation.naming import Concerned, concerned_in, names_in
from reviews.moderation.targets import target_of
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.reporting import report
from reviews.services.steps import merge_cases
from tests.factories import (
    give_second_factor,
    make_member,
    make_review,
    make_title,
    make_votes_case,
)
from tests.reviews.casework import make_copied_case
from tests.suspensions import suspend

pytestmark = pytest.mark.django_db

FINE = "It stands word for word on a page of somebody else."


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def concerned(*usernames: str, people: tuple[str, ...] = ()) -> Concerned:
    return Concerned(frozenset(usernames), frozenset(people))


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        (FINE, []),
        ("alice copied this.", ["alice"]),
        ("Copied by ALICE, and by Alice.", ["ALICE", "Alice"]),
        ("This is malice.", []),
        ("Ask @bob or @somebody.else.", ["@bob", "@somebody.else"]),
        ("Write to a.b+c@mail.example.org!", ["a.b+c@mail.example.org"]),
        ("Joost-K said so", ["Joost-K"]),
        ("Joost-Karel said so", []),
        ("Half of it @ the cinema, 3@2", []),
    ],
)
def test_whole_words_that_name_somebody_are_found(reason: str, named: list[str]) -> None:
    assert names_in(reason, concerned("alice", "joost-k")) == named


@pytest.mark.parametrize("name", ["film", "Text", "copied", "site", "tekst", "members", "art", "bob"])
def test_an_ordinary_word_as_a_user_name_stops_no_reason_but_with_an_at(name: str) -> None:
    assert names_in(f"Here the {name} was taken from a page.", concerned(name)) == []
    assert names_in(f"Here @{name} took it from a page.", concerned(name)) == [f"@{name}"]


@pytest.mark.parametrize("name", ["bo_7", "film2", "alice", "x-men"])
def test_an_unusual_user_name_is_found_without_an_at_too(name: str) -> None:
    assert names_in(f"Here {name} took it.", concerned(name)) == [name]


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("Taken from Rita  Hallworth.", ["Rita  Hallworth"]),
        ("rita hallworth wrote it.", ["rita hallworth"]),
        ("Mrs Hallworth wrote it.", ["Hallworth"]),
        ("A street in Margherita, and no hallworth.", []),
    ],
)
def test_senders_of_notices_are_found_by_their_whole_name_and_parts_written_as_one(
    reason: str, named: list[str]
) -> None:
    assert names_in(reason, concerned(people=("Rita Hallworth",))) == named


def test_a_sender_called_film_stops_no_reason() -> None:
    for name in ("Film", "Ada Film"):
        assert names_in("Film and text are theirs.", concerned(people=(name,))) == []


@pytest.fixture
def message(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice)


@pytest.fixture
def reported(message: Review, carla: Member) -> Case:
    made = report(target=target_of(Matter.REVIEW, message), reporter=carla, kind=CaseKind.ATTACK, text="")
    return made.case


@pytest.fixture
def carla() -> Member:
    return make_member("carla")


def notice_about(case: Case) -> None:
    notice = Notice.objects.create(
        token="t" * 43, name="Rita Holder", email="rita@holder.example", work="Words"
    )
    NoticeItem.objects.create(notice=notice, url="/reviews/1/", case=case)


def test_a_case_concerns_its_author_its_reporters_and_who_sent_notices(reported: Case) -> None:
    notice_about(reported)
    assert concerned_in([reported]) == concerned("alice", "carla", people=("Rita Holder",))


def test_a_case_concerns_whom_the_ones_that_it_holds_concern(reported: Case, bob: Member) -> None:
    held = make_copied_case(bob)
    Case.objects.filter(pk=held.pk).update(merged_into=reported, state="merged")
    Report.objects.create(case=held, reporter=make_member("dora"))
    assert concerned_in([reported]).usernames == {"alice", "bob", "carla", "dora"}


def test_a_case_concerns_who_wrote_what_stood_there_before(mona: Member, alice: Member, bob: Member) -> None:
    title = make_title(plot="They rob banks.", plot_author=alice)
    target = target_of(Matter.PLOT, title)
    held = report(target=target, reporter=make_member("dora"), kind="advertising", text="Look.").case
    title.plot_author = bob
    title.save()
    kept = report(
        target=target_of(Matter.PLOT, title), reporter=make_member("carla"), kind="spoilers", text="Look."
    ).case
    merge_cases(into=kept, others=[held], moderator=mona)
    assert concerned_in([kept]).usernames == {"alice", "bob", "carla", "dora"}


def test_an_appeal_concerns_whom_its_first_case_concerns(
    reported: Case, mona: Member, message: Review
) -> None:
    decision = decide_case(
        case=reported,
        moderator=mona,
        version=reported.version,
        verdict="remove",
        reason=FINE,
        rule="personal-attack",
    )
    appeal = file_appeal(statement=decision.statements.get(), text="No.")
    assert concerned_in([appeal.case]).usernames == {"alice", "carla"}


def fields_of(case: Case, reason: str) -> dict[str, object]:
    return {
        "verdict": "remove",
        "rule": "copied-text",
        "reason": reason,
        "version": case.version,
        "measure": "",
    }


@pytest.mark.parametrize("named", ["Alice", "carla", "@anybody", "rita@holder.example", "Rita Holder"])
def test_a_decision_that_names_somebody_is_refused_with_the_words_and_keeps_what_was_typed(
    client: Client, reported: Case, mona: Member, named: str
) -> None:
    notice_about(reported)
    client.force_login(mona)
    url = f"/moderation/cases/{reported.pk}/decide/"
    response = client.post(url, fields_of(reported, f"{FINE} {named} knows."))
    page = response.content.decode()
    assert response.status_code == 422
    assert "so it names nobody" in page
    assert f"“{named}”" in page
    assert f"{FINE} {named} knows." in page
    assert not Decision.objects.exists()
    assert not LogEntry.objects.exists()
    assert client.post(url, fields_of(reported, FINE)).status_code == 302


def test_many_cases_at_once_name_nobody_either(client: Client, mona: Member, alice: Member) -> None:
    cases = [make_copied_case(alice), make_copied_case(alice)]
    client.force_login(mona)
    said = {
        "case": [case.pk for case in cases],
        "version": [f"{case.pk}-{case.version}" for case in cases],
        "verdict": "remove",
        "rule": "copied-text",
        "reason": "alice again.",
    }
    response = client.post("/moderation/together/", said)
    assert response.status_code == 422
    assert "“alice”" in response.content.decode()
    assert not Decision.objects.exists()


def test_what_a_moderator_comes_across_is_taken_away_without_a_name(
    client: Client, mona: Member, message: Review
) -> None:
    client.force_login(mona)
    said = {"verdict": "remove", "rule": "copied-text", "reason": "alice took it."}
    response = client.post(f"/moderation/act/review/{message.pk}/", said)
    assert response.status_code == 422
    assert "“alice”" in response.content.decode()
    assert not Decision.objects.exists()


def test_lifting_a_measure_names_nobody(client: Client, alice: Member, sofie: Member) -> None:
    suspend(alice, sofie, "Ten shops.", days=7)
    measure = Measure.objects.get()
    client.force_login(give_second_factor(sofie))
    response = client.post(f"/moderation/measures/{measure.pk}/lift/", {"reason": "alice is sorry."})
    assert response.status_code == 422
    assert "“alice”" in response.content.decode()
    measure.refresh_from_db()
    assert measure.lifted_at is None


def test_suspending_in_the_administration_names_nobody(client: Client, alice: Member, sofie: Member) -> None:
    client.force_login(give_second_factor(sofie))
    response = client.post(
        f"/admin/accounts/member/{alice.pk}/suspend/",
        {"reason": "Write to alice@example.org.", "rule": "advertising", "days": "7", "lift": "no"},
    )
    assert "“alice@example.org”" in response.content.decode()
    assert not Measure.objects.exists()


def test_whose_votes_a_case_is_about_is_not_named(client: Client, mona: Member) -> None:
    case, voter = make_votes_case(), make_member("tenth_account")
    found = {"members": [voter.pk], "votes": 40, "minutes": 5, "expected": 2}
    Evidence.objects.create(case=case, kind=Evidence.Kind.VELOCITY, detail=found)
    client.force_login(mona)
    said = {"verdict": "exclude", "members": [voter.pk], "version": case.version}
    response = client.post(f"/moderation/cases/{case.pk}/decide/", {**said, "reason": "See tenth_account."})
    assert response.status_code == 422
    assert "“tenth_account”" in response.content.decode()
