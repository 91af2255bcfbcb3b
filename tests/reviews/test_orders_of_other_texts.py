"""Plots, facts, biographies, lists and what members say of themselves are translated when they are written."""

import pytest
from django.test import Client

from accounts.models import Audience, Member
from films.models import Change, Title
from films.services.editing import write_facts
from reviews.models import Priority, Translation, TranslationStatus
from reviews.services.making_lists import change_list, make_list
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_person, make_title
from tests.reviews.orders import PORTUGUESE

pytestmark = pytest.mark.django_db

PLOT = {"text": PORTUGUESE, "language": "pt", "source": "", "author": None}


@pytest.fixture(autouse=True)
def engine(use) -> DummyEngine:
    return use(DummyEngine(pairs=frozenset({("pt", "en")})))


def ordered(**about: object) -> list[Translation]:
    return list(
        Translation.objects.filter(target="en", status=TranslationStatus.QUEUED, **about).order_by("pk")
    )


def change(item, origin: Change.Origin = Change.Origin.STAFF, **facts: object) -> None:
    write_facts(item, facts, actor=None, origin=origin)


def test_a_plot_is_ordered_when_somebody_changes_it_and_again_with_other_words():
    title = make_title()
    change(title, plot=PLOT)
    (row,) = ordered(title=title)
    assert row.priority == Priority.NEW
    change(title, plot={**PLOT, "text": f"{PORTUGUESE} E depois dormi."})
    (again,) = ordered(title=title)
    assert again.source_hash != row.source_hash


def test_facts_and_biographies_are_ordered_too():
    title, person = make_title(), make_person()
    change(title, trivia=[{"text": PORTUGUESE, "language": "pt", "is_spoiler": False}])
    change(person, biography={"text": PORTUGUESE, "language": "pt", "source": ""})
    assert len(ordered(trivia__title=title)) == len(ordered(person=person)) == 1


def test_what_importers_bring_waits_for_a_backfill():
    title = make_title()
    change(title, Change.Origin.IMPORT, plot=PLOT)
    assert not Translation.objects.exists()


def test_another_fact_of_a_title_orders_nothing():
    title = make_title(plot=PORTUGUESE, plot_language="pt")
    change(title, tagline="Uma viagem.")
    assert not Translation.objects.exists()


def test_staff_who_change_a_plot_in_the_admin_order_it_too(rf, alice: Member):
    from films.editing import read_facts
    from films.services.staff_editing import record_staff_edit

    title = make_title()
    before = read_facts(title)
    Title.objects.filter(pk=title.pk).update(plot=PORTUGUESE, plot_language="pt")
    title.refresh_from_db()
    record_staff_edit(item=title, before=before, editor=alice)
    assert len(ordered(title=title)) == 1


def test_a_list_is_ordered_when_it_is_made_or_opened_to_everybody_and_never_before(alice: Member):
    said = {"name": "Filmes que vi com o meu pai", "description": PORTUGUESE, "tags": [], "is_ranked": False}
    assert make_list(owner=alice, **said)
    assert len(ordered()) == 1
    own = make_list(owner=alice, **said, audience=Audience.FOLLOWERS)
    assert not ordered(list=own)
    change_list(of=own, **said, audience=Audience.EVERYONE)
    assert len(ordered(list=own)) == 1


def test_what_members_say_of_themselves_is_ordered_when_they_save_it(client: Client, alice: Member):
    client.force_login(alice)
    client.post("/settings/", {"about": PORTUGUESE, "interface_language": ""})
    assert len(ordered(member=alice)) == 1
