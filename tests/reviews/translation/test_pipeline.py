import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmsite.lib.text import plain_text, render_review, spoiler_marks
from reviews.translation import gates
from reviews.translation.base import FailureKind
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.engines.fx import FxEngine
from reviews.translation.masking import Name, find_atoms, from_form, mask, to_form, unmask
from reviews.translation.pipeline import DictMemory, Status, TranslationOutcome, segment_key, translate_source
from reviews.translation.segments import Sentence, parse, sentence_spans
from reviews.translation.shaping import is_shouted, shapes

NAMES = [Name(written) for written in ("Filhos do Paraíso", "Majid Majidi", "Volver", "Up")]


@pytest.fixture(scope="module")
def fx() -> FxEngine:
    return FxEngine()


def to_english(source: str, engine: FxEngine | DummyEngine, **options: object) -> TranslationOutcome:
    return translate_source(
        source, **({"src": "pt", "dst": "en", "engine": engine, "names": NAMES} | options)
    )  # type: ignore[arg-type]  # a test's shorthand


# --- Segments -------------------------------------------------------------------------------------------------


@given(st.text(alphabet="ab. !?\n>-*#|[]()\t1é映。\r", max_size=150))
@settings(max_examples=400, deadline=None)
def test_a_document_joined_untranslated_is_the_source_to_the_character(source: str) -> None:
    assert parse(source).join({}) == source


def test_prefixes_rules_quotes_and_bars_are_not_translated() -> None:
    source = "## Kop\n\nTekst ||geheim|| meer\nregel\n\n> citaat\n\n- punt\n1. punt twee\n\n---\n\n10/10 🙂"
    found = [passage.source for passage in parse(source).passages()]
    assert found == ["Kop", "Tekst", "geheim", "meer\nregel", "punt", "punt twee"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Um. Dois! Três? Quatro… Cinco", ["Um.", "Dois!", "Três?", "Quatro…", "Cinco"]),
        ("O Sr. Silva viu 3.5 filmes de J. R. Costa.", ["O Sr. Silva viu 3.5 filmes de J. R. Costa."]),
        ("Foi embora... e voltou.", ["Foi embora... e voltou."]),
        ('Disse "Que filme!" Depois saiu.', ['Disse "Que filme!"', "Depois saiu."]),
        ("映画です。面白い！", ["映画です。", "面白い！"]),
        ("Linha um\nLinha dois", ["Linha um", "Linha dois"]),
        ("uma linha que\ncontinua aqui", ["uma linha que\ncontinua aqui"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


def test_a_sentence_without_end_is_cut_at_pauses_and_loses_nothing() -> None:
    text = ", ".join(["o menino perdeu os sapatos da irmã na feira"] * 60)
    found = [text[start:end] for start, end in sentence_spans(text)]
    assert all(len(piece.split()) <= 50 for piece in found)
    assert " ".join(found) == text
    assert all(piece.endswith((",", "feira")) for piece in found)
    dense = "映" * 1000
    assert "".join(dense[start:end] for start, end in sentence_spans(dense)) == dense


def test_marks_follow_their_sentences() -> None:
    (passage,) = parse("**Um. Dois** três. [Quatro *cinco*](https://e.org)!").passages()
    sentences = [part for part in passage.parts if isinstance(part, Sentence)]
    assert [s.markdown() for s in sentences] == [
        "**Um.**",
        "**Dois** três.",
        "[Quatro cinco](https://e.org)!",
    ]


# --- Masking --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "atoms"),
    [
        ("Vi Volver e gostei de Filhos do Paraíso.", ["Volver", "Filhos do Paraíso"]),
        ("Volver é bom, Volverine não.", ["Volver"]),
        ("Up é bom; gostei de Up e do “Up”.", ["Up", "Up"]),
        ("nota 4,5/5, ou 10 / 10", ["4,5/5", "10 / 10"]),
        (
            "ver https://e.org/a_b?c. @joana #cinema a@b.pt",
            ["https://e.org/a_b?c", "@joana", "#cinema", "a@b.pt"],
        ),
        ("lindo ❤️👨‍👩‍👧 demais 🇧🇷", ["❤️👨‍👩‍👧", "🇧🇷"]),
        ("escreveu XQ0 mesmo", ["XQ0"]),
        ("Filhos do\nParaíso", ["Filhos do\nParaíso"]),
    ],
)
def test_what_must_survive_is_found(text: str, atoms: list[str]) -> None:
    assert [text[atom.start : atom.end] for atom in find_atoms(text, names=NAMES)] == atoms


@given(st.text(alphabet="ab XQ0123./,!", max_size=60))
def test_masked_text_unmasks_to_itself_but_for_spaces_round_atoms(text: str) -> None:
    masked = mask(text, find_atoms(text))
    back = unmask(masked.text, [atom.shown for atom in masked.atoms])
    assert back is not None
    assert back.replace(" ", "") == text.replace(" ", "")


def test_an_atom_stands_apart_from_the_words_round_it() -> None:
    assert mask("lindo❤️demais", find_atoms("lindo❤️demais")).text == "lindo XQ0 demais"
    assert mask("nota ❤️7", find_atoms("nota ❤️7")).text == "nota XQ0 7"
    assert mask("Vi Volver.", find_atoms("Vi Volver.", names=NAMES)).text == "Vi XQ0."


def test_a_token_lost_doubled_or_made_up_is_noticed() -> None:
    assert unmask("XQ0 e XQ1", ["a", "b"]) == "a e b"
    assert unmask("XQ0 e XQ0", ["a", "b"]) is None
    assert unmask("XQ0", ["a", "b"]) is None
    assert unmask("XQ0 XQ1 XQ2", ["a", "b"]) is None
    assert from_form("xq0 and XQ 1", "XQ{n}", [0, 1]) == "XQ0 and XQ1"
    assert from_form(to_form("XQ0 XQ11", "[{n}]"), "[{n}]", [0, 11]) == "XQ0 XQ11"


# --- Shapes and gates -----------------------------------------------------------------------------------------


def test_shouting_and_short_cries_are_shown_calmly() -> None:
    assert is_shouted("NÃO GOSTEI DE XQ0")
    assert not is_shouted("A NASA viu")
    first = shapes("NÃO GOSTEI DE XQ0!!", "pt")[0]
    assert first.text == "Não gostei de XQ0."
    assert first.restore("I did not like XQ0.") == "I DID NOT LIKE XQ0!!"
    assert shapes("Obra-prima!", "pt")[0].text == "obra-prima."
    assert shapes("Obra-prima!", "pt")[0].restore("masterpiece.") == "Masterpiece!"
    assert shapes("I cried.", "en")[0].text == "I cried."
    assert [shape.text for shape in shapes("Que tal?", "pt")] == ["Que tal?"]


@pytest.mark.parametrize(
    ("source", "answer", "fault"),
    [
        ("O filme é bom.", "The film is good.", None),
        ("O filme é bom.", "  ", gates.Fault.EMPTY),
        ("XQ0 é bom.", "It is good.", gates.Fault.ATOMS),
        ("XQ0 é bom.", "XQ0 and XQ0 are good.", gates.Fault.ATOMS),
        ("Bom.", "What do you think of this translation then?", gates.Fault.LENGTH),
        ("O filme conta a história de dois irmãos pobres.", "The film.", gates.Fault.LENGTH),
        ("A salada é boa", "salad salad salad salad", gates.Fault.LOOP),
        ("Muito, muito, muito bom", "Very, very, very good", None),
        ("O filme é muito bom mesmo", "O filme é muito bom mesmo", gates.Fault.ECHO),
        ("Em 1997 eu nasci", "In 1979 I was born", gates.Fault.NUMBERS),
        ("Custou 180.000 dólares", "It cost 180,000 dollars", None),
        ("Nos anos 90 era assim", "It was like that in the 1990s", None),
        (
            "Este filme conta a história de dois irmãos muito pobres.",
            "Deze film vertelt het verhaal van twee heel arme kinderen.",
            gates.Fault.LANGUAGE,
        ),
    ],
)
def test_the_gates_refuse_what_a_reader_must_not_get(
    source: str, answer: str, fault: gates.Fault | None
) -> None:
    assert gates.check(source, answer, src="pt", dst="en") is fault


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
    assert time.process_time() - started < 8
