import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.translation.segments import Sentence, parse, sentence_spans


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


def test_code_between_fences_is_left_alone_and_a_fence_without_end_is_none() -> None:
    found = [passage.source for passage in parse("Um.\n```\nprint(casa)\n```\nDois.\n```\nTrês.").passages()]
    assert found == ["Um.", "Dois.\n```\nTrês."]


def test_passages_know_their_paragraphs() -> None:
    source = "\n\nUm ||dois|| três.\n\n- a\n- b\n\n||\nSeis\n\nSete\n||\n"
    document = parse(source)
    assert [
        (place, passage.source)
        for place, passage in zip(document.paragraphs(), document.passages(), strict=True)
    ] == [(1, "Um"), (1, "dois"), (1, "três."), (2, "a"), (2, "b"), (3, "Seis"), (4, "Sete")]
