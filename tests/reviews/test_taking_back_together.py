"""What was decided together is taken back together, for as long as each of it could be taken back by itself."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseState, Decision, LogEntry
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, decide_many, undo_decision, undo_many
from reviews.services.steps import merge_cases
from tests.asserts import assert_flat_queries
from tests.reviews.casework import make_copied_case

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def desk(client: Client, mona: Member) -> Client:
    client.force_login(mona)
    return client


@pytest.fixture
def cases(alice: Member) -> list[Case]:
    return [make_copied_case(alice) for _case in range(3)]


def decide_all(desk: Client, cases: list[Case], **said: object):
    return desk.post(
        "/moderation/together/",
        {
            "case": [case.pk for case in cases],
            "version": [f"{case.pk}-{case.version}" for case in cases],
            "verdict": "remove",
            "rule": "copied-text",
            "reason": "The plot of the film, word for word.",
            **said,
        },
    )


def take_back(desk: Client):
    return desk.post(
        f"/moderation/decisions/{Decision.objects.earliest('pk').pk}/undo-together/", follow=True
    )


def page_of(desk: Client, address: str = "/moderation/") -> str:
    return desk.get(address).content.decode()


def states(cases: list[Case]) -> list[str]:
    return [Case.objects.get(pk=case.pk).state for case in cases]


def test_one_button_takes_all_of_it_back(desk: Client, cases: list[Case]) -> None:
    assert decide_all(desk, cases).status_code == 302
    assert "Take all 3 back" in page_of(desk)
    assert "3 decisions taken back" in take_back(desk).content.decode()
    assert states(cases) == ["open"] * 3
    assert not Decision.objects.filter(undone_at=None).exists()
    assert LogEntry.objects.filter(verb="reviews.decision.undone").count() == 3
    assert "back</button>" not in page_of(desk)


def test_the_button_stays_in_the_queue_until_it_is_too_late(desk: Client, cases: list[Case]) -> None:
    decide_all(desk, cases)
    page_of(desk)
    assert "Take all 3 back" in page_of(desk)
    Decision.objects.update(decided_at=timezone.now() - timedelta(minutes=11))
    assert "Take all 3 back" not in page_of(desk)
    page = take_back(desk).content.decode()
    assert "These were left as they are" in page
    assert page.count("It is too late to take this back") == 3
    assert states(cases) == ["decided"] * 3


def test_pressed_twice_it_takes_nothing_back_twice(desk: Client, cases: list[Case]) -> None:
    decide_all(desk, cases)
    take_back(desk)
    assert "There is nothing left to take back." in take_back(desk).content.decode()
    assert LogEntry.objects.filter(verb="reviews.decision.undone").count() == 3


def test_what_came_of_one_meanwhile_stays_and_the_rest_comes_back(
    desk: Client, cases: list[Case], sofie: Member
) -> None:
    decide_all(desk, cases)
    appealed, restored, free = cases
    file_appeal(statement=appealed.decisions.get().statements.get(), text="It is mine.")
    decide_case(case=restored, moderator=sofie, verdict="restore", reason="A mistake.")
    shown = page_of(desk)
    assert "Take 1 back" in shown
    assert "These stay as they are, for something came of them since:" in shown
    assert appealed.get_absolute_url() in shown
    assert restored.get_absolute_url() in shown
    answer = take_back(desk)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "1 decision taken back" in page
    assert "Its author has appealed: another moderator answers." in page
    assert "This case has been decided meanwhile." in page
    assert states(cases) == [CaseState.APPEALED, CaseState.CLOSED, CaseState.OPEN]
    assert free.get_absolute_url() not in page


def test_the_page_of_each_case_offers_both_it_alone_and_all(desk: Client, cases: list[Case]) -> None:
    decide_all(desk, cases)
    page = page_of(desk, cases[0].get_absolute_url())
    alone = cases[0].decisions.get()
    assert f"/moderation/decisions/{alone.pk}/undo/" in page
    assert "Take all 3 back" in page
    desk.post(f"/moderation/decisions/{alone.pk}/undo/")
    assert "Take all 2 back" in page_of(desk)


def test_a_later_decision_is_offered_in_its_place(desk: Client, cases: list[Case], bob: Member) -> None:
    decide_all(desk, cases)
    other = make_copied_case(bob)
    desk.post(
        f"/moderation/cases/{other.pk}/decide/",
        {"version": other.version, "seen": 0, "verdict": "keep", "reason": "Fine."},
    )
    page = page_of(desk)
    assert "Take all 3 back" not in page
    assert f"/moderation/decisions/{other.decisions.get().pk}/undo/" in page


def test_one_decision_by_itself_takes_the_way_back_from_none_that_were_made_together(
    desk: Client, cases: list[Case], bob: Member
) -> None:
    decide_all(desk, cases)
    other = make_copied_case(bob)
    desk.post(
        f"/moderation/cases/{other.pk}/decide/",
        {"version": other.version, "seen": 0, "verdict": "keep", "reason": "Fine."},
    )
    page_of(desk)
    assert "Take all 3 back" in page_of(desk)
    assert "Take all 3 back" in page_of(desk, cases[0].get_absolute_url())
    alone = f"/moderation/decisions/{other.decisions.get().pk}/undo/"
    assert alone in page_of(desk, other.get_absolute_url())
    take_back(desk)
    assert states(cases) == ["open"] * 3
    assert "back</button>" not in page_of(desk)


def test_what_was_left_out_of_deciding_is_named_beside_the_way_back(desk: Client, cases: list[Case]) -> None:
    answer = decide_all(
        desk, cases, version=[f"{case.pk}-{case.version + (case == cases[0])}" for case in cases]
    )
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Take all 2 back" in page
    assert "Nothing has happened yet" not in page


def test_nobody_takes_back_what_another_decided(
    desk: Client, cases: list[Case], mona: Member, sofie: Member
) -> None:
    decide_many(cases=cases, moderator=sofie, verdict="keep", reason="Fine.")
    assert take_back(desk).status_code == 404
    assert "back</button>" not in page_of(desk)
    left = undo_many(decision=Decision.objects.latest("pk"), moderator=mona).left_out
    assert [code for _case, code in left] == ["rights"] * 3


def test_two_rounds_are_two_things_to_take_back(cases: list[Case], mona: Member) -> None:
    first, second, third = cases
    decide_many(cases=[first, second], moderator=mona, verdict="keep", reason="Fine.")
    decide_many(cases=[third], moderator=mona, verdict="keep", reason="Fine.")
    assert len(undo_many(decision=first.decisions.get(), moderator=mona).decisions) == 2
    assert states(cases) == ["open", "open", "decided"]


def test_a_decision_about_several_texts_in_one_case_is_offered_to_be_taken_back(
    desk: Client, cases: list[Case], mona: Member
) -> None:
    kept, *others = cases
    merge_cases(into=kept, others=others, moderator=mona)
    kept.refresh_from_db()
    decision = decide_case(case=kept, moderator=mona, verdict="keep", reason="Fine.")
    assert f"/moderation/decisions/{decision.pk}/undo/" in page_of(desk, kept.get_absolute_url())
    undo_decision(decision=decision, moderator=mona)
    assert states(cases) == ["open", "merged", "merged"]


def test_the_queue_asks_as_much_however_many_were_decided_together(
    desk: Client, alice: Member, mona: Member
) -> None:
    made = []

    def decide_more() -> None:
        for decision in made:
            undo_decision(decision=decision, moderator=mona)
        cases = [make_copied_case(alice) for _case in range(len(made) + 2)]
        made[:] = decide_many(cases=cases, moderator=mona, verdict="keep", reason="Fine.").decisions

    assert_flat_queries(desk, decide_more, "/moderation/?show=decided")
    assert len(made) == 12
    assert "Take all 12 back" in page_of(desk)
