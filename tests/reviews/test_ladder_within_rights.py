"""The ladder proposes to a moderator what they may decide, and says where it goes further."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Member
from reviews.models import Measure, MeasureKind
from reviews.moderation.ladder import RUNGS, within
from reviews.services.deciding import decide_case
from tests.factories import make_member
from tests.reviews.casework import make_copied_case

OF_FILMS = (MeasureKind.WARNING, MeasureKind.SLOW)


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.mark.parametrize(("number", "proposed"), [(1, 1), (2, 2), (3, 3), (4, 3), (6, 3)])
def test_of_the_ladder_as_much_is_proposed_as_somebody_may_give(number: int, proposed: int) -> None:
    assert within(RUNGS[number - 1], OF_FILMS) == RUNGS[proposed - 1]
    assert within(RUNGS[number - 1], [*OF_FILMS, MeasureKind.SUSPENSION]) == RUNGS[number - 1]
    assert within(RUNGS[number - 1], []) == RUNGS[0]


@pytest.fixture
def repeated(alice: Member, mona: Member) -> Member:
    """Somebody who was warned and slowed down: the ladder goes on with a suspension."""
    for kind, days in ((MeasureKind.WARNING, None), (MeasureKind.SLOW, 7)):
        decide_case(
            case=make_copied_case(alice),
            moderator=mona,
            verdict="remove",
            reason="It stands elsewhere.",
            rule="copied-text",
            measure=kind,
            measure_days=days,
        )
    earlier = Measure.objects.order_by("pk").first()
    Measure.objects.filter(pk=earlier.pk).update(starts_at=earlier.starts_at - timedelta(days=365))
    return alice


@pytest.mark.django_db
def test_who_may_not_suspend_is_proposed_less_and_told_to_whom_to_hand_the_case(
    client: Client, repeated: Member, mona: Member
) -> None:
    case = make_copied_case(repeated)
    client.force_login(mona)
    page = client.get(case.get_absolute_url()).text
    assert "The ladder proposes: a slower pace for 7 days." in page
    assert "It goes further, to what only a moderator of members may decide: a suspension of 7 days." in page
    assert 'href="#hand-on"' in page
    assert 'id="hand-on"' in page
    said = {"verdict": "remove", "rule": "copied-text", "reason": "", "measure": "slow", "measure_days": 7}
    client.post(f"/moderation/cases/{case.pk}/decide/", {"version": case.version, "seen": 0, **said})
    assert Measure.objects.filter(decision__case=case, kind=MeasureKind.SLOW).exists()
    assert not case.events.filter(kind="note").exists(), "it is what was proposed: nobody asks why"


@pytest.mark.django_db
def test_who_may_suspend_is_proposed_what_the_ladder_says(client: Client, repeated: Member) -> None:
    client.force_login(make_member(sections=["films", "members"]))
    page = client.get(make_copied_case(repeated).get_absolute_url()).text
    assert "The ladder proposes: a suspension of 7 days." in page
    assert "It goes further" not in page
