"""Words that their author took back, or keeps from others, are gone from the suggestions for their translation too."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Audience, Member
from reviews.models import Correction, Review, TitleList
from reviews.taking_out.catalogue import Catalogue
from reviews.taking_out.sections import corrections
from tests.factories import make_correction, make_list, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças. Chorei no final."
MINE = "/corrections/"


def mine(client: Client, member: Member) -> str:
    client.force_login(member)
    return client.get(MINE).content.decode()


def in_export(member: Member) -> dict[str, Any]:
    (row,) = corrections(member, Catalogue())
    return row


def taken_back(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(state="withdrawn")


def removed(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(state="removed")


def edited(review: Review) -> None:
    Review.objects.filter(pk=review.pk).update(body="Um filme muito bonito sobre duas crianças.")


@pytest.mark.parametrize("state", list(Correction.State))
@pytest.mark.parametrize("go", [taken_back, removed, edited])
def test_words_that_are_gone_are_read_by_their_author_alone(
    client: Client, alice: Member, bob: Member, go: Callable[[Review], None], state: str
):
    review = make_review(make_title("Heat"), alice, PORTUGUESE, language="pt")
    make_correction(make_translation(review), bob, 1, text="I cried at the end.", state=state)
    text = mine(client, bob)
    assert "<p>Chorei no final.</p>" in text
    assert "(en) Chorei no final." in text
    go(review)
    text = mine(client, bob)
    assert "I cried at the end." in text
    assert "alice about Heat" in text
    assert "Chorei no final." not in text
    if state == Correction.State.PROPOSED:
        assert "Chorei no final." in mine(client, alice)


@pytest.mark.parametrize("go", [taken_back, removed, edited])
def test_an_export_holds_no_words_of_others_that_are_gone(
    alice: Member, bob: Member, go: Callable[[Review], None]
):
    review = make_review(make_title(), alice, PORTUGUESE, language="pt")
    make_correction(make_translation(review), bob, 1, text="I cried at the end.")
    row = in_export(bob)
    assert (row["sentence"], row["before"]) == ("Chorei no final.", "(en) Chorei no final.")
    go(review)
    row = in_export(bob)
    assert (row["sentence"], row["before"], row["text"]) == ("", "", "I cried at the end.")


def test_the_export_of_an_author_holds_their_own_words_whatever_became_of_them(alice: Member):
    review = make_review(make_title(), alice, PORTUGUESE, language="pt")
    make_correction(make_translation(review), alice, 1)
    taken_back(review)
    assert in_export(alice)["sentence"] == "Chorei no final."


@pytest.mark.parametrize("sentence", ["Filmes do meu pai", "Chorei no final."], ids=["its name", "its words"])
def test_a_list_that_is_kept_to_oneself_is_kept_from_who_suggested_words_for_it(
    client: Client, alice: Member, bob: Member, sentence: str
):
    made = make_list(alice, name="Filmes do meu pai", description="Chorei no final.")
    Correction.objects.create(
        list=made,
        by=bob,
        source_language="pt",
        target="en",
        sentence=sentence,
        text="In English.",
        made_at=timezone.now(),
    )
    assert f"<p>{sentence}</p>" in mine(client, bob)
    TitleList.objects.update(audience=Audience.ME)
    text = mine(client, bob)
    assert "In English." in text
    assert "Chorei no final." not in text
    assert "Filmes do meu pai" not in text
    assert in_export(bob)["sentence"] == ""
