"""Texts that are translated together: what they share, and what one may cost the others."""

import time
from dataclasses import replace

import pytest

from reviews.translation.base import Capabilities, Failed, FailureKind, Ok, Result
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.masking import Name
from reviews.translation.pipeline import DictMemory, Status, TranslationOutcome, Words, translate_many


def together(*texts: str | Words, engine: DummyEngine, **options: object) -> list[TranslationOutcome]:
    words = [text if isinstance(text, Words) else Words(text) for text in texts]
    return translate_many(words, **({"src": "pt", "dst": "en", "engine": engine} | options))  # type: ignore[arg-type]  # a test's shorthand


def test_texts_share_batches_and_the_sentences_that_they_have_in_common() -> None:
    engine = DummyEngine()
    found = together("Bom filme. Gostei.", "", "Gostei. Vou rever.", engine=engine)
    assert [outcome.source for outcome in found] == [
        "(en) Bom filme. (en) Gostei.",
        "",
        "(en) Gostei. (en) Vou rever.",
    ]
    assert engine.calls == [["Bom filme.", "Gostei.", "Vou rever."]]
    assert [outcome.sentences for outcome in found] == [2, 0, 2]
    assert [outcome.remembered for outcome in found] == [0, 0, 1]


def test_what_the_engine_did_is_counted_once_over_all_texts() -> None:
    engine = DummyEngine(delay=0.005)
    found = together("Bom filme. Gostei.", "Gostei. Vou rever.", engine=engine)
    assert [outcome.calls for outcome in found] == [1, 0]
    assert [outcome.characters for outcome in found] == [len("Bom filme.Gostei."), len("Vou rever.")]
    assert [outcome.engine_words for outcome in found] == [3, 2]
    assert sum(outcome.milliseconds for outcome in found) >= 15


def test_a_sentence_of_the_memory_is_counted_as_remembered() -> None:
    memory = DictMemory()
    together("Bom filme.", engine=DummyEngine(), memory=memory)
    (outcome,) = together("Bom filme. Gostei.", engine=DummyEngine(), memory=memory)
    assert (outcome.remembered, outcome.sentences, outcome.engine_words) == (1, 2, 1)


def test_the_same_name_leads_to_its_page_once_a_text() -> None:
    known = (Name("Volver", "Terug", "/films/1/volver/"),)
    texts = [
        Words("Vi Volver. Amo Volver.", known),
        Words("Vi Volver.", known),
        Words("Vi Volver.", known, links=False),
    ]
    found = together(*texts, engine=DummyEngine())
    assert [outcome.source for outcome in found] == [
        "(en) Vi [Terug](/films/1/volver/). (en) Amo Terug.",
        "(en) Vi [Terug](/films/1/volver/).",
        "(en) Vi Terug.",
    ]


def test_a_name_leads_nowhere_inside_a_link_of_the_authors() -> None:
    known = (Name("Volver", "Terug", "/films/1/volver/"),)
    (outcome,) = together(
        Words("Leia [sobre Volver](https://e.org) e [[Volver]].", known), engine=DummyEngine()
    )
    assert outcome.source == "(en) Leia [(en) sobre Terug](https://e.org) e [Terug](/films/1/volver/)."


def test_a_sentence_that_failed_does_not_use_up_the_link_of_a_name() -> None:
    known = (Name("Volver", "", "/films/1/volver/"),)
    engine = DummyEngine(fail=FailureKind.BROKEN, fail_when=lambda text: text.startswith("Vi"))
    (outcome,) = together(Words("Vi XQ. Vi Volver.\n\nAmo muito mesmo Volver, sempre.", known), engine=engine)
    assert outcome.status is Status.PARTIAL
    assert outcome.source.endswith("(en) Amo muito mesmo [Volver](/films/1/volver/), sempre.")


class Fussy(DummyEngine):
    """An engine that answers none of a batch that has something it cannot stand."""

    def __init__(self, kind: FailureKind, *, most_characters: int = 10_000, poison: str = "\x00") -> None:
        super().__init__()
        self.kind, self.most_characters, self.poison = kind, most_characters, poison

    def translate(self, batch, *, src, dst, deadline=None) -> list[Result]:  # type: ignore[no-untyped-def]  # as its base
        if sum(map(len, batch)) > self.most_characters or any(self.poison in text for text in batch):
            self.calls.append(list(batch))
            return [Failed(self.kind)] * len(batch)
        return super().translate(batch, src=src, dst=dst, deadline=deadline)


def test_a_batch_that_is_too_large_is_halved() -> None:
    engine = Fussy(FailureKind.TOO_LARGE, most_characters=60)
    texts = [f"Frase número {n} do texto." for n in range(6)]
    found = together(*texts, engine=engine)
    assert all(outcome.status is Status.DONE for outcome in found)
    assert len(engine.calls) < 8


def test_a_sentence_that_is_too_large_is_cut_and_keeps_its_names() -> None:
    engine = Fussy(FailureKind.TOO_LARGE, most_characters=40)
    source = "Uma frase comprida demais sobre Volver, que ninguém quer traduzir, e sobre @joana também."
    (outcome,) = together(Words(source, [Name("Volver")]), engine=engine)
    assert outcome.status is Status.DONE
    assert outcome.source.count("(en)") in (3, 4)
    assert outcome.source.replace("(en) ", "") == source


def test_one_text_that_an_engine_stumbles_over_costs_no_other_its_translation() -> None:
    engine = Fussy(FailureKind.BROKEN, poison="veneno")
    texts = [f"Frase número {n} do texto." for n in range(30)]
    found = together(*texts[:7], "Isto é veneno puro.", *texts[7:], engine=engine)
    assert found.pop(7).status is Status.FAILED
    assert all(outcome.status is Status.DONE for outcome in found)
    assert len(engine.calls) < 20


class OneByOne(DummyEngine):
    """An engine that takes one sentence a call."""

    def capabilities(self) -> Capabilities:
        return replace(super().capabilities(), max_segments=1)


def test_a_sentence_that_an_engine_hangs_on_costs_no_other_text_its_translation() -> None:
    engine = OneByOne(fail=FailureKind.RETRYABLE, fail_when=lambda text: "veneno" in text)
    found = together("Isto é veneno puro.", "Bom filme.", engine=engine)
    assert (found[0].status, found[0].retry_after) == (Status.FAILED, 0)
    assert (found[1].status, found[1].retry_after) == (Status.DONE, None)
    # A second one in a row says that the engine is down.
    together("Isto é veneno puro.", "Mais veneno.", "Bom filme.", engine=engine)
    assert engine.calls[2:] == [["Isto é veneno puro."], ["Mais veneno."]]


def test_an_engine_that_never_answers_is_left_alone_soon() -> None:
    engine = DummyEngine(raises=RuntimeError("no"))
    found = together(*(f"Frase número {n} do texto." for n in range(200)), engine=engine)
    assert {outcome.reason for outcome in found} == {"broken"}
    assert len(engine.calls) <= 16


@pytest.mark.parametrize("kind", [FailureKind.QUOTA, FailureKind.REJECTED, FailureKind.UNSUPPORTED])
def test_a_failure_of_the_engine_is_that_of_every_text_that_it_leaves_waiting(kind: FailureKind) -> None:
    memory = DictMemory()
    together("Gostei.", engine=DummyEngine(), memory=memory)
    found = together("Gostei.", "Bom filme.", "Vou rever.", engine=DummyEngine(fail=kind), memory=memory)
    assert [outcome.reason for outcome in found] == ["", str(kind), str(kind)]
    assert found[0].status is Status.DONE


def test_what_is_ready_by_the_deadline_is_kept() -> None:
    # Ten seconds of work, of which three are given: a full machine takes some of them for itself.
    engine = DummyEngine(delay=0.05)
    memory = DictMemory()
    found = together(
        *(f"Frase número {n} do texto." for n in range(200)),
        engine=engine,
        memory=memory,
        deadline=time.monotonic() + 3,
    )
    done = [outcome for outcome in found if outcome.status is Status.DONE]
    assert 0 < len(done) < 200
    assert {outcome.retry_after for outcome in found if outcome not in done} == {0}
    assert len(memory) == len(done)


def test_refused_answers_and_failures_are_counted_by_what_was_wrong() -> None:
    def once(results: list[Result]) -> list[Result]:
        return [Ok("") if "vazio" in result.text else result for result in results if isinstance(result, Ok)]

    (outcome,) = together("Frase boa de teste. Algo vazio aqui.", engine=DummyEngine(answers=once))
    assert outcome.faults == {"empty": 1}
    (outcome,) = together("Frase boa.", engine=DummyEngine(fail=FailureKind.QUOTA))
    assert outcome.faults == {"quota": 1}


def test_no_engine_no_translation_and_still_the_sentences() -> None:
    (outcome,) = together("Bom filme. Gostei.", engine=DummyEngine(), dst="fa")
    assert (outcome.status, outcome.reason) == (Status.UNSUPPORTED, "no_pair")
    assert [pair.by for pair in outcome.pairs] == ["author", "author"]
