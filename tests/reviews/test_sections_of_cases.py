"""Texts of several sections: who decides a case decides nothing that is for another section."""

import pytest
from django.test import Client

from accounts.models import Member
from reviews.models import Case, CaseState, Decision
from reviews.moderation.refusals import NotAllowed
from reviews.moderation.step_forms import MergeForm
from reviews.services.deciding import decide_case
from reviews.services.steps import merge_cases, move_case_to
from tests.factories import make_member, make_report, make_review, make_title
from tests.reviews.casework import fresh

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def of_both() -> Member:
    return make_member(sections=["films", "shows"])


@pytest.fixture
def cases(alice: Member) -> tuple[Case, Case]:
    """Two texts of one author, each reported by somebody: about a film and about a show."""
    words = {"film": "Buy it at the kiosk.", "show": "Buy it at the harbour."}
    film, show = (
        make_report(
            make_review(make_title(kind=kind), alice, body), kind="advertising", text=f"Sells on {kind}."
        )
        for kind, body in words.items()
    )
    return film, show


@pytest.fixture
def mixed(cases: tuple[Case, Case]) -> tuple[Case, Case]:
    """The text about the show is a part of the case about the film, as cases could be merged before."""
    film, show = cases
    show.reports.update(case=film, part=show)
    Case.objects.filter(pk=show.pk).update(state=CaseState.MERGED, merged_into=film)
    return cases


def remove(case: Case, moderator: Member) -> Decision:
    return decide_case(
        case=fresh(case), moderator=moderator, verdict="remove", reason="It sells.", rule="advertising"
    )


def test_cases_of_two_sections_do_not_become_one(cases: tuple[Case, Case], of_both: Member) -> None:
    film, show = cases
    assert [case.section for case in cases] == ["films", "shows"]
    assert not MergeForm(case=film, moderator=of_both).is_of_use
    with pytest.raises(NotAllowed, match="sections"):
        merge_cases(into=film, others=[show], moderator=of_both)


def test_a_text_of_another_section_is_not_decided_along(
    mixed: tuple[Case, Case], mona: Member, of_both: Member
) -> None:
    film, show = mixed
    with pytest.raises(NotAllowed, match="parts"):
        remove(film, mona)
    assert not Decision.objects.exists()
    remove(film, of_both)
    assert {decision.case for decision in Decision.objects.all()} == {film, show}


def test_a_moderator_sees_that_a_case_holds_texts_of_another_section_without_their_words(
    mixed: tuple[Case, Case], mona: Member, of_both: Member, client: Client
) -> None:
    address = mixed[0].get_absolute_url()
    client.force_login(mona)
    shown = client.get(address).content.decode()
    assert "This case holds texts of other sections as well (shows)." in shown
    assert "Sells on film." in shown
    assert "harbour" not in shown
    assert "Sells on show." not in shown
    assert 'id="decide"' not in shown
    client.force_login(of_both)
    shown = client.get(address).content.decode()
    assert "harbour" in shown
    assert "Sells on show." in shown
    assert 'id="decide"' in shown


def test_a_case_that_is_handed_over_takes_its_parts_along(mixed: tuple[Case, Case], mona: Member) -> None:
    move_case_to(case=mixed[0], moderator=mona, section="shows", reason="It holds one of yours.")
    assert [fresh(case).section for case in mixed] == ["shows", "shows"]
    remove(mixed[0], make_member(sections=["shows"]))
    assert Decision.objects.count() == 2
