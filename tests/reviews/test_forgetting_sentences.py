"""Nothing of an erased text stays in the translation memory, whatever became of its orders and of the engines."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from reviews.models import Segment, Translation, TranslationStatus, UsedSentences
from reviews.services import translating
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_title
from tests.reviews.orders import PORTUGUESE, edit, order, translate_now, write

pytestmark = pytest.mark.django_db

PT_EN = frozenset({("pt", "en")})
Use = Callable[..., Any]


def armed_again(row: Translation, use: Use) -> None:
    values = {"status": TranslationStatus.QUEUED, "attempts": 0, "body": "", "html": "", "finished_at": None}
    Translation.objects.filter(pk=row.pk).update(**values)


def another_engine(row: Translation, use: Use) -> None:
    use(DummyEngine(pairs=PT_EN, key="another"))


def another_model(row: Translation, use: Use) -> None:
    use(DummyEngine(pairs=PT_EN, version="2"))


def made_again(row: Translation, use: Use) -> None:
    another_model(row, use)
    translating.requeue(translations=[row])
    translate_now(row)


def of_before(row: Translation, use: Use) -> None:
    UsedSentences.objects.all().delete()


@pytest.mark.parametrize("became", [armed_again, another_engine, another_model, made_again, of_before])
def test_sentences_go_with_their_text(
    alice: Member, use: Use, woken: Any, became: Callable[..., None]
) -> None:
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, headline="Um par de sapatos")
    row = order(review)
    translate_now(row)
    became(row, use)
    there = Segment.objects.count()
    assert there
    assert translating.forget_sentences(of=Q(review=review)) == there
    assert not Segment.objects.exists()


def test_sentences_of_earlier_words_go_too(alice: Member, use: Use, woken: Any) -> None:
    use(DummyEngine(pairs=PT_EN))
    review = write(alice)
    translate_now(order(review))
    edit(review, "Mudei de ideia sobre tudo.")
    translate_now(order(review))
    translating.forget_sentences(of=Q(review=review))
    assert not Segment.objects.exists()


def test_what_was_translated_while_its_text_was_erased_is_not_kept(
    alice: Member, use: Use, woken: Any
) -> None:
    def erase_meanwhile(text: str) -> str:
        Translation.objects.all().delete()
        return text

    use(DummyEngine(pairs=PT_EN, garble=erase_meanwhile))
    row = order(write(alice))
    assert translating.translate(row.pk) == "superseded"
    assert not Segment.objects.exists()


def test_sentences_of_others_stay(alice: Member, bob: Member, use: Use, woken: Any) -> None:
    use(DummyEngine(pairs=PT_EN))
    title = make_title()
    mine, theirs = write(alice, title), write(bob, title, "A irmã corre mais do que o irmão.")
    for review in (mine, theirs):
        translate_now(order(review))
    translating.forget_sentences(of=Q(review=mine))
    assert "irmã corre" in Segment.objects.get().text


def test_forgetting_many_texts_takes_as_many_queries_as_one(alice: Member, use: Use, woken: Any) -> None:
    use(DummyEngine(pairs=PT_EN))
    title = make_title()

    def queries(texts: int) -> int:
        for number in range(texts):
            translate_now(order(write(alice, title, f"{PORTUGUESE} {number}")))
        Translation.objects.filter(used=None).delete()
        with CaptureQueriesContext(connection) as captured:
            assert translating.forget_sentences(of=Q(review__author=alice))
        return len(captured)

    assert queries(1) == queries(5)
