"""Corrections, through their addresses: proposed by a member, decided by the section's moderators."""

from typing import Any

import pytest
from django.core import signing
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.editing import read_facts
from films.models import Change, Person, Proposal, ProposedChange, SearchName, Title
from films.services.editing import lock_field, write_facts
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_member, make_person, make_title

pytestmark = pytest.mark.django_db

WHY = {"source": "https://example.org/credits", "note": ""}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Children of Heaven", year=1997, minutes=88, genres=["Drama"], countries=["IR"])


def fields_on(client: Client, url: str) -> dict[str, str]:
    """What a browser would send of the form at this address: every input as it stands."""
    page = client.get(url).context["page"]
    return posted(page.facts)


def posted(facts: list[Any]) -> dict[str, str]:
    data: dict[str, str] = {}
    for fact in facts:
        data[fact.seen_name] = fact.signed
        if fact.field.is_list:
            data[fact.rows_name] = str(len(fact.forms))
        for form in fact.forms:
            for field in form:
                value = field.value()
                if value not in (None, False, ""):
                    prepared = field.field.prepare_value(value)
                    data[field.html_name] = "on" if value is True else str(prepared)
    return data


def propose(client: Client, item: Title | Person, part: str, **changed: str) -> Any:
    """Send the form of a part of the facts with some inputs changed; an empty name takes it out."""
    url = f"/{'titles' if isinstance(item, Title) else 'people'}/{item.pk}/edit/?part={part}"
    data = {**fields_on(client, url), **WHY, "action": "send", **changed}
    return client.post(url, {key: value for key, value in data.items() if value != ""})


def waiting_proposal(
    item: Title, author: Member, field: str = "year", old: Any = 1997, new: Any = 1998
) -> Proposal:
    proposal = Proposal.objects.create(title=item, section=item.section, author=author, source="the credits")
    ProposedChange.objects.create(proposal=proposal, field=field, old=old, new=new)
    return proposal


def decide(client: Client, proposal: Proposal, reply: str = "", **choices: str) -> Any:
    url = f"/moderation/proposals/{proposal.pk}/"
    rows = client.get(url).context["rows"]
    data = {f"seen-{row.change.field}": row.seen for row in rows}
    return client.post(url, {**data, "reply": reply, **{f"decide-{key}": value for key, value in choices.items()}})


# --- Proposing ---


def test_only_what_was_changed_becomes_a_proposal_with_what_its_author_saw(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    answer = propose(client, film, "facts", **{"minutes-minutes": "89"})
    assert answer.status_code == 302, answer.context["page"].facts
    proposal = Proposal.objects.get()
    assert (proposal.author, proposal.title, proposal.section) == (alice, film, "films")
    assert proposal.source == WHY["source"]
    assert list(proposal.changes.values_list("field", "old", "new")) == [("minutes", 88, 89)]
    film.refresh_from_db()
    assert film.minutes == 88


