"""What was given back without an appeal: the first statement and the member's own page say what is true now, and since when."""

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Member
from reviews.models import Case, Statement
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.measures import lift
from reviews.services.steps import reopen_case
from tests.asserts import assert_flat_queries
from tests.factories import make_member
from tests.reviews.casework import make_copied_case

pytestmark = pytest.mark.django_db

LISTS = ("/moderation/mine/", "/moderation/statements/")


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def reader(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def case(alice: Member) -> Case:
    return make_copied_case(alice)


def decide(case: Case, moderator: Member, verdict: str, **also: object) -> Statement:
    rule = "copied-text" if verdict in ("hide", "remove") else ""
    decision = decide_case(case=case, moderator=moderator, verdict=verdict, reason="So.", rule=rule, **also)
    return decision.statements.get()


def head_of(reader: Client, statement: Statement) -> str:
    page = reader.get(statement.get_absolute_url()).text
    return page.partition('<article class="statement">')[2].partition("</header>")[0]


def today() -> str:
    return date_format(timezone.localtime(), "DATE_FORMAT")


def test_what_a_moderator_put_back_says_so_with_the_day(reader: Client, case: Case, mona: Member) -> None:
    first = decide(case, mona, "remove", measure="warning")
    assert "put everything back" not in head_of(reader, first)
    second = decide(case, mona, "restore")
    head = head_of(reader, first)
    assert f"A moderator put everything back on {today()}. Nothing of it holds any more." in head
    assert second.get_absolute_url() in head
    page = reader.get(first.get_absolute_url()).text
    for untrue in ("What it means", "Nobody but you", "What you can do now"):
        assert untrue not in page, untrue
    for address in LISTS:
        assert reader.get(address).text.count(f"put back on {today()}") == 1


def test_what_was_hidden_and_found_fine_says_so_and_what_came_with_it_stays(
    reader: Client, case: Case, mona: Member
) -> None:
    first = decide(case, mona, "hide", measure="warning")
    decide(case, mona, "keep")
    assert f"A moderator found it fine on {today()}" in head_of(reader, first)
    page = reader.get(first.get_absolute_url()).text
    assert "Nobody but you" not in page
    assert "A warning takes nothing from you." in page
    for address in LISTS:
        assert f"found fine on {today()}" in reader.get(address).text


def test_what_was_hidden_gives_way_to_the_next_decision(reader: Client, case: Case, mona: Member) -> None:
    first = decide(case, mona, "hide")
    second = decide(case, mona, "remove")
    assert f"It was decided anew on {today()}" in head_of(reader, first)
    assert "anew on" not in head_of(reader, second)


def test_what_was_found_fine_and_taken_again_is_not_said_to_be_kept_from_nobody(
    reader: Client, case: Case, mona: Member
) -> None:
    first = decide(case, mona, "hide")
    decide(case, mona, "keep")
    reopen_case(case=case, moderator=mona, reason="Once more.")
    last = decide(case, mona, "remove")
    head = head_of(reader, first)
    assert "found it fine" not in head
    assert f"It was decided anew on {today()}" in head
    assert last.get_absolute_url() in head
    assert f"found fine on {today()}" not in reader.get(LISTS[0]).text


def test_of_what_was_given_back_and_taken_anew_nothing_that_ended_comes_back(
    reader: Client, case: Case, mona: Member
) -> None:
    first = decide(case, mona, "remove", measure="warning")
    decide(case, mona, "restore")
    reopen_case(case=case, moderator=mona, reason="Once more.")
    decide(case, mona, "remove")
    head = head_of(reader, first)
    assert "put everything back" not in head
    assert f"It was decided anew on {today()}" in head
    assert "A warning takes nothing from you." not in reader.get(first.get_absolute_url()).text


def test_what_was_given_back_and_taken_back_again_holds_as_before(
    reader: Client, case: Case, mona: Member
) -> None:
    first = decide(case, mona, "remove")
    second = decide(case, mona, "restore")
    reader.get(second.get_absolute_url())
    undo_decision(decision=second.decision, moderator=mona)
    assert "put everything back" not in head_of(reader, first)
    assert f"put back on {today()}" not in reader.get(LISTS[0]).text


def test_a_measure_that_was_lifted_says_so_with_the_day(reader: Client, case: Case) -> None:
    first = decide(case, make_member(sections=["films", "members"]), "remove", measure="slow", measure_days=7)
    lift(measure=first.measure, by=make_member(sections=["members"]), reason="It was too much.")
    page = reader.get(first.get_absolute_url()).text
    assert f"What limited your account was lifted on {today()}." in page
    assert "Until then you can write" not in page
    assert f"lifted early, on {today()}" in reader.get(LISTS[0]).text


def test_the_lists_ask_as_much_however_much_was_given_back(
    reader: Client, alice: Member, mona: Member
) -> None:
    def give_back() -> None:
        case = make_copied_case(alice)
        decide(case, mona, "remove")
        decide(case, mona, "restore")

    assert_flat_queries(reader, give_back, "/moderation/statements/")
