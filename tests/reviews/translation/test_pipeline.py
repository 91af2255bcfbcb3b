import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmsite.lib.text import plain_text, render_review, spoiler_marks
from reviews.translation.base import FailureKind
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine
from reviews.translation.masking import Name
from reviews.translation.pipeline import DictMemory, Status, TranslationOutcome, segment_key, translate_source

NAMES = [Name(written) for written in ("Filhos do Paraíso", "Majid Majidi", "Volver", "Up")]


@pytest.fixture(scope="module")
def fx() -> FxEngine:
    return FxEngine()


def to_english(source: str, engine: FxEngine | DummyEngine, **options: object) -> TranslationOutcome:
    return translate_source(
        source, **({"src": "pt", "dst": "en", "engine": engine, "names": NAMES} | options)
    )  # type: ignore[arg-type]  # a test's shorthand


# --- The whole way, with the real model -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("O menino perdeu os sapatos da irmã.", ["boy", "lost", "shoes", "sister"]),
        ("Obra-prima!", ["masterpiece"]),
        ("MARAVILHOSO!!!", ["WONDERFUL!!!"]),
        ("NÃO GOSTEI DO FILME", ["LIKE", "MOVIE|FILM"]),
        ("Não recomendo!", ["not|n't", "recommend"]),
        ("Chato.", ["boring"]),
        ("Adorei!", ["loved"]),
        ("Chorei muito ❤️❤️", ["cried", "❤️❤️"]),
        ("Vi Volver e Up ontem, e dei 4,5/5 a Up.", ["Volver", "Up", "yesterday", "4,5/5"]),
        ("Feito em 1997 com 180 mil dólares, dura 89 minutos.", ["1997", "180", "89 minutes"]),
        ("- Trilha sonora: **simplesmente inesquecível**", ["- ", r"\*\*simply unforgettable\*\*"]),
        ("Em *O Silêncio dos Inocentes* há medo.", [r"\*O Silêncio dos Inocentes\*", "fear"]),
        ("Leia [a crítica](https://e.org/a_b_c) hoje.", [r"\[.*critic.*\]\(https://e.org/a_b_c\)", "today"]),
        ("# 1 em tudo: o filme é ótimo", ["great|excellent"]),
    ],
)
def test_the_real_model_gives_sensible_english(fx: FxEngine, source: str, words: list[str]) -> None:
    outcome = to_english(source, fx)
    assert outcome.status is Status.DONE
    for word in words:
        flags = 0 if word.isupper() else re.IGNORECASE
        assert re.search(word, outcome.source, flags), outcome.source


def test_a_spoiler_stays_in_its_spoiler(fx: FxEngine) -> None:
    source = (
        "O fim é triste.\n\n||\nO avô morre na guerra.\n\n- A casa queima.\n||\n\nMas ||o gato vive|| sempre."
    )
    outcome = to_english(source, fx)
    assert outcome.status is Status.DONE
    assert outcome.source.count("||") == 4
    shown = plain_text(outcome.source).lower()
    assert "grandfather" in outcome.source.lower()
    for secret in ("grandfather", "dies", "house", "burn", "cat", "avô"):
        assert secret not in shown
    assert "sad" in shown


def test_paragraphs_keep_their_place_and_other_peoples_words_their_language(fx: FxEngine) -> None:
    source = (
        "Gostei muito deste filme.\n\n> Eu não gostei de nada.\nDiscordo de você.\n\n"
        "This paragraph is in English already, so leave it.\n\n🎬🎬\n\nVale a pena ver."
    )
    parts = to_english(source, fx).source.split("\n\n")
    assert len(parts) == 5
    assert parts[1].startswith("> Eu não gostei de nada.\n")
    assert "disagree" in parts[1]
    assert parts[2:4] == ["This paragraph is in English already, so leave it.", "🎬🎬"]
    assert "worth" in parts[4]


def test_a_name_is_given_back_as_the_target_language_knows_it(fx: FxEngine) -> None:
    outcome = to_english(
        "Eu amo Filhos do Paraíso.", fx, names=[Name("Filhos do Paraíso", "Children of Heaven")]
    )
    assert "Children of Heaven" in outcome.source


def test_the_memory_pays_for_the_second_time_and_for_all_but_the_edit(fx: FxEngine) -> None:
    memory = DictMemory()
    source = "O filme é lindo. Chorei muito no final. A música é perfeita."
    first = to_english(source, fx, memory=memory)
    again = to_english(source, fx, memory=memory)
    assert again.source == first.source
    assert again.engine_words == 0
    assert again.fresh == ()
    assert set(again.keys) == set(dict(first.fresh)) == set(memory)
    edited = to_english(source.replace("Chorei muito", "Ri bastante"), fx, memory=memory)
    assert 0 < edited.engine_words <= 6


def test_one_memory_entry_serves_every_name(fx: FxEngine) -> None:
    memory = DictMemory()
    to_english("Gostei muito de Volver ontem.", fx, memory=memory)
    outcome = to_english("Gostei muito de Majid Majidi ontem.", fx, memory=memory)
    assert outcome.engine_words == 0
    assert "Majid Majidi" in outcome.source
    assert "Volver" not in outcome.source


# --- When the engine misbehaves -------------------------------------------------------------------------------

REVIEW = "Primeira frase de Volver.\n\nSegunda frase ||com segredo|| aqui.\n\nTerceira frase [com elo](https://e.org)."


@pytest.mark.parametrize(
    ("kind", "status", "retry"),
    [
        (FailureKind.RETRYABLE, Status.FAILED, 7.0),
        (FailureKind.QUOTA, Status.FAILED, 7.0),
        (FailureKind.UNSUPPORTED, Status.UNSUPPORTED, None),
        (FailureKind.REJECTED, Status.FAILED, None),
        (FailureKind.BROKEN, Status.FAILED, None),
        (FailureKind.TOO_LARGE, Status.FAILED, None),
    ],
)
def test_a_failing_engine_leaves_the_original_and_says_why(
    kind: FailureKind, status: Status, retry: float | None
) -> None:
    outcome = to_english(REVIEW, DummyEngine(fail=kind, retry_after=7.0))
    assert outcome.source == REVIEW
    assert (outcome.status, outcome.reason, outcome.retry_after) == (status, str(kind), retry)
    assert outcome.fresh == ()


def test_a_dead_engine_is_not_asked_again_in_the_same_run() -> None:
    engine = DummyEngine(fail=FailureKind.RETRYABLE)
    to_english(
        "Uma frase comprida de teste. " * 3 + "\n\n" + "\n\n".join(f"Frase {n}." for n in range(200)), engine
    )
    assert len(engine.calls) == 1


def test_what_was_translated_before_the_failure_is_kept_in_memory() -> None:
    memory = DictMemory()
    calls: list[str] = []

    def second_batch(text: str) -> bool:
        calls.append(text)
        return len(calls) > 40

    source = "\n\n".join(f"Frase número {n} do texto" for n in range(60))
    outcome = to_english(
        source, DummyEngine(fail=FailureKind.RETRYABLE, fail_when=second_batch), memory=memory
    )
    assert outcome.status is Status.PARTIAL
    assert outcome.retry_after == 0
    assert len(memory) == 40
    assert outcome.kept == 20
    done = to_english(source, DummyEngine(), memory=memory)
    assert done.status is Status.DONE
    assert len(done.fresh) == 20


@pytest.mark.parametrize(
    "garble",
    [
        lambda text: "",
        lambda text: "salad " * 50,
        lambda text: text + text,
        lambda text: text.replace("XQ0", "").replace("[0]", "") * 9,
        lambda text: "XQ0 XQ1 XQ2 " + text,
    ],
    ids=["empty", "loop", "double", "lost", "made up"],
)
def test_a_garbled_answer_never_loses_a_name_or_opens_a_spoiler(garble: object) -> None:
    outcome = to_english(REVIEW, DummyEngine(garble=garble))  # type: ignore[arg-type]  # table of cases
    assert outcome.source.count("Volver") == 1
    assert "](https://e.org)" in outcome.source
    assert len(spoiler_marks(outcome.source)) == 2
    assert "segredo" not in plain_text(outcome.source)


def test_when_tokens_get_lost_the_sentence_is_translated_between_its_names() -> None:
    def lose(text: str) -> str:
        return re.sub(r"XQ\d|\[\d\]", "", text)

    outcome = to_english("Gostei muito de Volver ontem à noite.", DummyEngine(garble=lose))
    assert outcome.status is Status.DONE
    assert outcome.source == "(en) Gostei muito de Volver (en) ontem à noite."


@given(st.text(alphabet="ab *_|[]()<>#`~-+.!@:/\\&\n\x00\ufffc", max_size=40))
@settings(max_examples=200, deadline=None)
def test_hostile_answers_add_no_mark_link_or_spoiler(evil: str) -> None:
    payload = f"{evil} <script>x</script> [a](javascript:x) https://evil.example @eve [[X]] || **b**"
    outcome = to_english("Uma frase ||com segredo|| aqui.", DummyEngine(garble=lambda _text: payload[:60]))
    html = render_review(outcome.source)
    assert "<a" not in html
    assert "<script" not in html
    assert "<strong" not in html
    assert html.count("<details") == 1
    assert len(spoiler_marks(outcome.source)) == 2


@given(st.text(alphabet="ab cd.! \n>-*#|[]()1é_@/:X Q0", max_size=120))
@settings(max_examples=200, deadline=None)
def test_any_source_survives_translation_with_its_spoilers_and_renders(source: str) -> None:
    outcome = to_english(source, DummyEngine(), names=[Name("ab"), Name("X Q")])
    assert len(spoiler_marks(outcome.source)) == len(spoiler_marks(source))
    assert outcome.source.count("\n\n") >= 0
    render_review(outcome.source)


def test_out_of_time_is_a_failure_that_may_be_retried() -> None:
    outcome = to_english(REVIEW, DummyEngine(), deadline=time.monotonic() - 1)
    assert outcome.status is Status.FAILED
    assert outcome.retry_after == 0
    slow = to_english(
        "\n\n".join(f"Frase número {n}." for n in range(400)),
        DummyEngine(delay=0.01),
        deadline=time.monotonic() + 0.3,
    )
    assert slow.retry_after == 0
    assert slow.engine_words < 1200


@pytest.mark.parametrize(
    ("src", "dst", "reason"),
    [("nl", "fa", "no_pair"), ("pt-BR", "pt", "same_language"), ("und", "en", "no_pair")],
)
def test_what_needs_or_has_no_engine_is_unsupported(src: str, dst: str, reason: str) -> None:
    outcome = translate_source("Tekst.", src=src, dst=dst, engine=DummyEngine())
    assert (outcome.status, outcome.reason, outcome.source) == (Status.UNSUPPORTED, reason, "Tekst.")


def test_a_sentence_that_is_nothing_but_a_name_goes_by_the_one_that_readers_know() -> None:
    heaven = Name("Filhos do Paraíso", "Children of Heaven", "/films/1/")
    engine = DummyEngine()
    source = "Meus três favoritos:\n\n- **Filhos do Paraíso** 🙂\n- [[Filhos do Paraíso]]\n- *Lagaan*"
    outcome = to_english(source, engine, names=[heaven, Name("Lagaan", "", "/films/2/")])
    _asked, *found = outcome.source.splitlines()[1:]
    assert found == [
        "- **[Children of Heaven](/films/1/)** 🙂",
        "- [Children of Heaven](/films/1/)",
        "- *Lagaan*",
    ]
    assert [pair.by for pair in outcome.pairs] == ["engine", "engine", "engine", "same"]
    assert engine.calls == [["Meus três favoritos:"]]
    alone = to_english("Filhos do Paraíso!", engine, names=[heaven])
    assert (alone.status, alone.kept, plain_text(alone.source)) == (Status.DONE, 0, "Children of Heaven!")


@pytest.mark.parametrize(
    "source", ["", "   \n\n", "🙂🙂", "10/10", "> só citação", "https://e.org", "---", "[[Up]]"]
)
def test_a_text_without_words_stays_as_it_is(source: str) -> None:
    engine = DummyEngine()
    outcome = to_english(source, engine)
    assert (outcome.status, outcome.reason, outcome.source) == (Status.DONE, "nothing_to_translate", source)
    assert engine.calls == []


def test_every_part_of_a_memory_key_counts() -> None:
    base = {"text": "t", "src": "pt", "dst": "en", "engine": "fx", "fingerprint": "f"}
    keys = {segment_key(**base)} | {segment_key(**(base | {part: "other"})) for part in base}  # type: ignore[arg-type]  # built from a table
    assert len(keys) == 6
    assert {len(key) for key in keys} == {32}


def test_a_review_of_full_length_costs_time_in_proportion() -> None:
    source = ("Uma frase de teste com **algumas** palavras e Volver. " * 400)[:20_000]
    started = time.process_time()
    to_english(source, DummyEngine())
    for piece in ("a! ", "**a", "[a](b) ", "XQ0 ", "||a", "A B. ", "a\n", "- a\n", "1/2 ", "🙂a "):
        to_english((piece * 7000)[:20_000], DummyEngine())
    assert time.process_time() - started < 20
