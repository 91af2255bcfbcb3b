"""Words of the catalogue that a decision took away: what the history shows, what imports and editors can do meanwhile."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Change, Lock, Person, Title, Trivia
from films.services.editing import MODERATION, PERSON, write_facts
from films.services.taking_away import (
    bring_trivia_back,
    bring_words_back,
    take_trivia_away,
    take_words_away,
)
from tests.factories import make_member, make_person, make_title

pytestmark = pytest.mark.django_db

SAID = {"text": "Copied words.", "language": "en", "source": "a book"}
REASON = "It stands elsewhere."


@pytest.fixture(autouse=True)
def _powers_without_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def title(alice: Member) -> Title:
    title = make_title("Heat")
    write_facts(title, {"plot": {**SAID, "author": alice.pk}}, actor=alice, origin=Change.Origin.PROPOSAL)
    title.refresh_from_db()
    return title


def test_the_history_keeps_the_words_from_readers_until_they_are_back(
    title: Title, mona: Member, client: Client
) -> None:
    page = f"/titles/{title.pk}/history/"
    assert "Copied words." in client.get(page).text
    taken = take_words_away(item=title, key="plot", moderator=mona, reason=REASON)
    seen = client.get(page).text
    assert "Copied words." not in seen
    assert REASON in seen
    client.force_login(mona)
    assert "Copied words." in client.get(page).text, "its moderators see what was decided about"
    client.logout()
    title.refresh_from_db()
    bring_words_back(item=title, taken=taken, moderator=mona, reason="It does not.")
    assert "Copied words." in client.get(page).text


def test_new_words_in_the_place_of_removed_ones_stand_in_the_open(
    title: Title, bob: Member, mona: Member, client: Client
) -> None:
    take_words_away(item=title, key="plot", moderator=mona, reason=REASON)
    write_facts(title, {"plot": {**SAID, "text": "My own words."}}, actor=bob, origin=Change.Origin.PROPOSAL)
    seen = client.get(f"/titles/{title.pk}/history/").text
    assert "My own words." in seen
    assert "Copied words." not in seen


def test_what_a_decision_took_away_is_not_reverted_by_an_editor(
    title: Title, mona: Member, client: Client
) -> None:
    taken = take_words_away(item=title, key="plot", moderator=mona, reason=REASON)
    client.force_login(make_member("editor", sections=["films"]))
    client.post(f"/changes/{taken['change']}/revert/")
    title.refresh_from_db()
    assert title.plot == ""


def test_where_the_words_came_from_comes_back_with_them(mona: Member) -> None:
    for source in ("wikidata", None, PERSON):
        known = {} if source is None else {"biography": source}
        person = make_person(biography="A life.", biography_language="en", provenance=known)
        taken = take_words_away(item=person, key="biography", moderator=mona, reason=REASON)
        assert Person.objects.get(pk=person.pk).provenance == {"biography": MODERATION}
        bring_words_back(item=person, taken=taken, moderator=mona, reason="No.")
        person.refresh_from_db()
        assert (person.biography, person.provenance) == ("A life.", known)


def test_a_lock_holds_no_decision_back_and_stays(title: Title, mona: Member) -> None:
    Lock.objects.create(title=title, field="plot", reason="Often wrong.", set_by=mona)
    taken = take_words_away(item=title, key="plot", moderator=mona, reason=REASON)
    bring_words_back(item=title, taken=taken, moderator=mona, reason="No.")
    title.refresh_from_db()
    assert title.plot == "Copied words."
    assert Lock.objects.get().reason == "Often wrong."


def test_a_removed_piece_of_trivia_is_no_part_of_what_editors_write(title: Title, mona: Member) -> None:
    said = {"language": "en", "source": "a book", "is_spoiler": False, "author": None}
    facts = [{"text": words, **said} for words in ("First", "Second", "Third")]
    write_facts(title, {"trivia": facts}, actor=None, origin=Change.Origin.STAFF)
    second = Trivia.objects.get(text="Second")
    taken = take_trivia_away(trivia=second, moderator=mona, reason=REASON)
    write_facts(title, {"trivia": [facts[0]]}, actor=None, origin=Change.Origin.STAFF)
    bring_trivia_back(trivia=second, taken=taken, moderator=mona, reason="No.")
    assert list(Trivia.objects.values_list("text", flat=True)) == ["First", "Second"]


def test_trivia_of_a_title_that_became_one_with_another_comes_back_there(title: Title, mona: Member) -> None:
    duplicate = make_title("Heat, again")
    piece = Trivia.objects.create(title=duplicate, text="A fact.", source="a book")
    taken = take_trivia_away(trivia=piece, moderator=mona, reason=REASON)
    Title.objects.filter(pk=duplicate.pk).update(merged_into=title)
    bring_trivia_back(trivia=piece, taken=taken, moderator=mona, reason="No.")
    assert Trivia.objects.get().title == title
