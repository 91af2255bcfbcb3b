import time
from itertools import pairwise

import pytest

from reviews.copydetect.normalise import tokenise
from reviews.copydetect.overlap import Overlap, grams_of, spans
from tests.reviews.copydetect.texts import piece, prose, words

PLOT = prose(300, 1)
OWN = prose(200, 2)


def shared(text: str, source: str) -> list[Overlap]:
    """What two texts share. Whether the words of the source are kept or only its grams must make no difference."""
    found = spans(tokenise(text), tokenise(source))
    by_grams = spans(tokenise(text), grams_of(words(source)))
    assert [(o.words, o.first, o.last, o.source_first, o.source_last, o.start, o.end) for o in by_grams] == [
        (o.words, o.first, o.last, o.source_first, o.source_last, o.start, o.end) for o in found
    ]
    return found


def test_a_verbatim_passage_is_found_to_the_word_in_both_texts() -> None:
    copied = piece(PLOT, 100, 60)
    text = f"{OWN} {copied} {prose(50, 4)}"
    (found,) = shared(text, PLOT)
    assert found.words == 60
    assert text[found.start : found.end] == copied == PLOT[found.source_start : found.source_end]


def test_of_a_source_of_which_only_grams_are_kept_a_passage_has_no_place_in_characters() -> None:
    (found,) = spans(tokenise(piece(PLOT, 100, 60)), grams_of(words(PLOT)))
    assert (found.words, found.source_first, found.source_last) == (60, 100, 160)
    assert (found.source_start, found.source_end) == (0, 0)


@pytest.mark.parametrize("every", [5, 8, 10])
def test_changed_words_do_not_hide_a_passage(every: int) -> None:
    copied = piece(PLOT, 50, 120).split()
    for n in range(0, len(copied), every):
        copied[n] = "something"
    found = shared(f"{OWN} {' '.join(copied)} {OWN}", PLOT)
    assert sum(overlap.words for overlap in found) >= 0.75 * 120 * (1 - 1 / every)


def test_dropped_and_added_words_do_not_hide_a_passage() -> None:
    copied = piece(PLOT, 50, 100).split()
    del copied[70]
    copied.insert(30, "really")
    (found,) = shared(" ".join(copied), PLOT)
    assert found.words >= 97


def test_sentences_in_another_order_are_found_one_by_one() -> None:
    parts = [piece(PLOT, n, 24) for n in (0, 24, 48, 72)]
    found = shared(" ".join(reversed(parts)), PLOT)
    assert sum(overlap.words for overlap in found) == 96
    assert all(a.last <= b.first for a, b in pairwise(found))


@pytest.mark.parametrize(
    "disguised",
    [
        piece(PLOT, 10, 50).replace("o", "о").replace("a", "a\u200b").upper(),
        piece(PLOT, 10, 50).replace("e", "&#101;"),
        piece(PLOT, 10, 50).replace("i", "i\u0307\u0308"),
        piece(PLOT, 10, 50).replace(" ", " \u202e\u2066"),
        piece(PLOT, 10, 50).replace(" ", "_"),
    ],
    ids=["look-alikes", "entities", "marks", "directions", "lines"],
)
def test_disguises_do_not_hide_a_passage(disguised: str) -> None:
    assert sum(overlap.words for overlap in shared(disguised, PLOT)) >= 48


def test_scripts_without_spaces_are_compared_by_character() -> None:
    source = "この映画は静かな海辺の町で始まり、老いた漁師とその孫娘の物語を語る。"
    (found,) = shared(f"わたしの感想です。{source}とても良かった。", source)
    assert found.words == len(words(source))


def test_independent_texts_share_nothing() -> None:
    assert shared(OWN, PLOT) == shared(OWN, "") == shared("", PLOT) == shared("", "") == []


def test_a_chant_is_no_evidence() -> None:
    assert shared("ha " * 200, "ha " * 300) == []
    assert shared("goal goal what a goal " * 50, "goal goal what a goal " * 50) == []


def test_a_chant_in_both_texts_does_not_hide_a_passage_behind_it() -> None:
    copied = piece(PLOT, 100, 60)
    (found,) = shared("ha " * 3000 + copied, "ha " * 3000 + copied)
    assert found.words >= 60


@pytest.mark.parametrize(
    "unit",
    ["ha ", "one two ", "a b c d e f g ", prose(40, 6) + " ", prose(6, 7) + " ", "映", "a.b", "x" * 50 + " "],
    ids=["one word", "two words", "seven words", "forty words", "six words", "character", "dots", "long"],
)
def test_the_cost_is_bounded_for_texts_that_repeat_themselves(unit: str) -> None:
    text = tokenise((unit * 20_000)[:20_000])
    grams = grams_of([token.word for token in text])
    started = time.process_time()
    spans(text, text)
    spans(text, grams)
    # 100 ms for both on a quiet machine.
    assert time.process_time() - started < 4
