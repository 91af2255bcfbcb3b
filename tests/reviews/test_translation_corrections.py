"""People's words in a translation: used from the moment they are accepted, and written over by nobody."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.models import Correction, Priority, Review, TranslationStatus
from reviews.services import translating
from reviews.translation.engines.dummy import DummyEngine
from tests.reviews.orders import edit, order, translate_now, write

pytestmark = pytest.mark.django_db

PT_EN = frozenset({("pt", "en")})
TWO = "Chorei muito no final. Os atores são ótimos."


def accept(
    review: Review, text: str, *, by: Member, sentence: str = "Os atores são ótimos.", before: str = ""
):
    now = timezone.now()
    return Correction.objects.create(
        review=review,
        source_language="pt",
        target="en",
        sentence=sentence,
        before=before,
        text=text,
        by=by,
        state=Correction.State.ACCEPTED,
        made_at=now,
        decided_at=now,
    )


@pytest.fixture
def review(alice: Member, use) -> Review:
    use(DummyEngine(pairs=PT_EN))
    return write(alice, body=TWO)


def test_accepted_words_show_at_once_and_without_an_engine(review: Review, bob: Member, use):
    translate_now(order(review))
    engine = use(DummyEngine(pairs=PT_EN))
    accept(review, "The *cast* shines.", by=bob)
    assert translating.recompose(translation=order(review)) is True
    row = order(review)
    assert row.body == "(en) Chorei muito no final. The *cast* shines."
    assert "<em>cast</em>" in row.html
    assert (row.corrected_by, row.status, engine.calls) == (bob, TranslationStatus.DONE, [])
    assert row.sentences[1]["by"] == "person"


def test_a_text_is_whole_once_people_translated_what_no_engine_could(
    client: Client, review: Review, bob: Member, use
):
    use(DummyEngine(pairs=PT_EN, garble=lambda text: "" if "atores" in text else text))
    assert translate_now(order(review)) == "partial"
    assert order(review).left_sentences == 1
    page = client.get(review.title.get_absolute_url()).content.decode()
    assert "Translated from Portuguese: one sentence could not be translated" in page
    accept(review, "The cast shines.", by=bob)
    translating.recompose(translation=order(review))
    assert (order(review).status, order(review).left_sentences) == (TranslationStatus.DONE, 0)
    page = client.get(review.title.get_absolute_url()).content.decode()
    assert "Translated from Portuguese, one sentence corrected by bob" in page
    assert "could not be translated" not in page


def test_no_engine_is_asked_for_a_sentence_that_a_person_translated(review: Review, bob: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    accept(review, "The cast shines.", by=bob)
    row = order(review)
    assert translate_now(row) == "done"
    assert engine.calls == [["Chorei muito no final."]]
    assert (row.body, row.corrected_by) == ("(en) Chorei muito no final. The cast shines.", bob)
    translating.requeue(translations=[row])
    assert translate_now(row) == "done"
    assert "The cast shines." in row.body


def test_a_correction_that_is_accepted_while_a_worker_is_at_it_wins(review: Review, bob: Member, use, woken):
    row = order(review)

    def meanwhile(answer: str) -> str:
        if not Correction.objects.exists():
            accept(review, "The cast shines.", by=bob)
        return answer

    use(DummyEngine(pairs=PT_EN, garble=meanwhile))
    assert translating.translate(row.pk) == "continued"
    assert woken == [(row.pk,)]
    assert translating.translate(row.pk) == "done"
    assert "The cast shines." in order(review).body


def test_a_correction_that_no_longer_stands_gives_the_sentence_back(review: Review, bob: Member):
    translate_now(order(review))
    correction = accept(review, "The cast shines.", by=bob, before="(en) Os atores são ótimos.")
    translating.recompose(translation=order(review))
    correction.state = Correction.State.WITHDRAWN
    correction.save()
    translating.recompose(translation=order(review))
    row = order(review)
    assert row.body == "(en) Chorei muito no final. (en) Os atores são ótimos."
    assert (row.corrected_by, row.status, row.priority) == (None, TranslationStatus.QUEUED, Priority.EDIT)
    assert translate_now(row) == "done"


def test_a_text_that_changed_meanwhile_is_not_put_together_from_what_it_was(review: Review, bob: Member):
    translate_now(order(review))
    old = order(review)
    accept(review, "The cast shines.", by=bob)
    edit(review, "Mudei de ideia.")
    assert translating.recompose(translation=old) is False


def test_the_newest_of_several_peoples_words_gives_its_name(review: Review, alice: Member, bob: Member):
    translate_now(order(review))
    accept(review, "I cried.", by=bob, sentence="Chorei muito no final.")
    accept(review, "The cast shines.", by=alice)
    translating.recompose(translation=order(review))
    assert order(review).corrected_by == alice
