import random
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reviews.copydetect.candidates import MOST_CHARACTERS, Allowance, choose
from reviews.copydetect.fingerprint import fingerprints, run_hashes, winnow
from reviews.copydetect.normalise import fold, folded, tokenise
from reviews.copydetect.overlap import longest_overlap, spans
from reviews.copydetect.paste_signal import Origin, PasteSignal, parse_signal
from reviews.copydetect.rules import (
    MOST_OWN,
    MOST_SOURCES,
    FindingKind,
    KnownText,
    Level,
    assess,
)

VOCABULARY = [
    a + b + c
    for a in ("ba", "ko", "li", "mu", "ne", "po", "ra", "si", "tu", "va", "wo", "ze")
    for b in ("do", "fe", "ga", "hi", "ju", "ka", "lo", "mi", "nu", "pe", "ro", "sa")
    for c in ("n", "r", "s", "t", "l", "m", "")
]


def prose(words: int, seed: int) -> str:
    """Sentences of made-up words, twelve to a sentence: no two seeds share a passage."""
    chance = random.Random(seed)
    made = [chance.choice(VOCABULARY) for _ in range(words)]
    sentences = [made[n : n + 12] for n in range(0, words, 12)]
    return " ".join(" ".join(part).capitalize() + "." for part in sentences)


def words(text: str) -> list[str]:
    return [token.word for token in tokenise(text)]


def piece(text: str, first: int, count: int) -> str:
    tokens = tokenise(text)
    return text[tokens[first].start : tokens[first + count - 1].end]


PLOT = prose(300, 1)
OWN = prose(200, 2)
OTHERS = prose(150, 3)
plot = KnownText("p1", "plot", PLOT, label="Plot of the film", url="https://www.films.example/plot/1")
review = KnownText(9, "review", OTHERS, author_id=8, label="Review by bob")


# --- Words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don’t STOP, naïve café!", ["dont", "stop", "naive", "cafe"]),
        ("zero\u200bwidth soft\u00adhyphen", ["zerowidth", "softhyphen"]),
        ("раssword", ["password"]),
        ("русское слово", ["русское", "слово"]),
        ("ελληνικά", ["ελληνικα"]),
        ("映画です", ["映", "画", "て", "す"]),
        ("ﬁlm Ⅳ ½", ["film", "iv", "12"]),
        ("🙂 — …", []),
        ("", []),
        ("a\u0301\u0302\u0303", ["a"]),
    ],
)
def test_words_are_folded_to_what_they_say(text: str, wanted: list[str]) -> None:
    assert words(text) == wanted


@given(st.text(max_size=200))
def test_places_point_at_the_words(text: str) -> None:
    for token in tokenise(text):
        assert 0 <= token.start < token.end <= len(text)
        assert fold(text[token.start : token.end].replace("\u200b", "")) or token.word


@given(st.text(alphabet="aÉé'’_ \n映画です\u200bд½ﬁ²", max_size=60))
def test_words_are_the_same_with_and_without_their_places(text: str) -> None:
    assert folded(text) == words(text)


@given(st.text(alphabet=[chr(n) for n in range(32, 127)], min_size=1, max_size=10))
def test_plain_words_take_the_short_way_to_the_same(word: str) -> None:
    assert fold(word) == fold(f"{word}\u0301")


def test_places_count_invisible_characters() -> None:
    text = "a\u200bb\u200b cd"
    assert [text[t.start : t.end] for t in tokenise(text)] == ["a\u200bb", "cd"]


# --- Fingerprints ---------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_every_shared_passage_of_twelve_words_shares_a_fingerprint(seed: int, place: int) -> None:
    source = words(prose(120, seed))
    query = words(prose(40, seed + 5000)) + source[place : place + 12] + words(prose(40, seed + 9000))
    assert fingerprints(query) & fingerprints(source)


def test_fingerprints_fit_a_bigint_and_are_the_same_everywhere() -> None:
    found = fingerprints(words(PLOT))
    assert all(-(2**63) <= value < 2**63 for value in found)
    assert 0.15 < len(found) / 300 < 0.35
    assert run_hashes(["one", "two", "three", "four", "five"]) == [-2349171791507385239]
    assert fingerprints(["one", "two"]) == set()


def test_a_rolling_hash_equals_the_hash_of_each_run() -> None:
    text = words(OWN)[:40]
    assert run_hashes(text) == [run_hashes(text[n : n + 5])[0] for n in range(36)]


def test_a_text_that_repeats_itself_has_few_fingerprints() -> None:
    assert len(fingerprints(["ha"] * 3000)) == 1
    assert len(winnow([7] * 3000)) <= 3000 // 8 + 1


# --- Overlap --------------------------------------------------------------------------------------------------


def test_a_verbatim_passage_is_found_to_the_word_in_both_texts() -> None:
    copied = piece(PLOT, 100, 60)
    text = f"{OWN} {copied} {prose(50, 4)}"
    (found,) = spans(tokenise(text), tokenise(PLOT))
    assert found.words == 60
    assert text[found.start : found.end] == copied == PLOT[found.source_start : found.source_end]
    exact = longest_overlap(tokenise(text), tokenise(PLOT))
    assert exact is not None
    assert (exact.words, exact.start) == (60, found.start)


@pytest.mark.parametrize("every", [5, 8, 10])
def test_changed_words_do_not_hide_a_passage(every: int) -> None:
    copied = piece(PLOT, 50, 120).split()
    for n in range(0, len(copied), every):
        copied[n] = "something"
    found = spans(tokenise(f"{OWN} {' '.join(copied)} {OWN}"), tokenise(PLOT))
    assert sum(overlap.words for overlap in found) >= 0.75 * 120 * (1 - 1 / every)


def test_dropped_and_added_words_do_not_hide_a_passage() -> None:
    copied = piece(PLOT, 50, 100).split()
    del copied[70]
    copied.insert(30, "really")
    (found,) = spans(tokenise(" ".join(copied)), tokenise(PLOT))
    assert found.words >= 97


def test_sentences_in_another_order_are_found_one_by_one() -> None:
    parts = [piece(PLOT, n, 24) for n in (0, 24, 48, 72)]
    found = spans(tokenise(" ".join(reversed(parts))), tokenise(PLOT))
    assert sum(overlap.words for overlap in found) == 96
    assert all(a.last <= b.first for a, b in pairwise(found))


def test_disguises_do_not_hide_a_passage() -> None:
    disguised = piece(PLOT, 10, 50).replace("o", "о").replace("a", "a\u200b").upper()
    (found,) = spans(tokenise(disguised), tokenise(PLOT))
    assert found.words == 50


def test_independent_texts_share_nothing() -> None:
    assert spans(tokenise(OWN), tokenise(PLOT)) == []
    assert longest_overlap(tokenise(""), tokenise(PLOT)) is None
    assert spans([], []) == []


def test_a_chant_is_no_evidence() -> None:
    assert spans(tokenise("ha " * 200), tokenise("ha " * 300)) == []
    assert spans(tokenise("goal goal what a goal " * 50), tokenise("goal goal what a goal " * 50)) == []


@pytest.mark.parametrize(
    "unit", ["ha ", "one two ", "a b c d e f g ", prose(40, 6) + " ", "映", "a.b", "x" * 50 + " "]
)
def test_the_cost_is_bounded_for_texts_that_repeat_themselves(unit: str) -> None:
    text = tokenise((unit * 20_000)[:20_000])
    started = time.process_time()
    spans(text, text)
    longest_overlap(text, text)
    assert time.process_time() - started < 3


# --- The rule -------------------------------------------------------------------------------------------------

WEB = PasteSignal(2000, Origin.WEB)
LONG = prose(400, 7)
cited = piece(PLOT, 30, 30)
opening = KnownText("w", "plot", f"{prose(80, 8)}\n\n{prose(200, 9)}", url="https://en.films.example/x")
LEAD = opening.text.split("\n\n")[0]


@pytest.mark.parametrize(
    ("name", "text", "paste", "known", "level"),
    [
        ("own words", OWN, None, [plot, review], Level.NONE),
        ("nothing at all", "", WEB, [plot], Level.NONE),
        ("39 words of a plot", f"{OWN} {piece(PLOT, 9, 39)} {OWN}", None, [plot], Level.WARN),
        ("24 words of a plot", f"{OWN} {piece(PLOT, 9, 24)} {OWN}", None, [plot], Level.NONE),
        ("40 words of a plot", f"{OWN} {piece(PLOT, 9, 40)} {OWN}", None, [plot], Level.CASE),
        ("a whole plot", PLOT, None, [plot], Level.CASE),
        ("another member's review", OTHERS, None, [review], Level.CASE),
        ("a quotation of 30 words", f'{OWN} As it says: "{cited}" {OWN}', None, [plot], Level.NONE),
        ("two quotations of 30 words", f"{OWN} “{cited}” {OWN} “{piece(PLOT, 90, 30)}”", None, [plot], Level.WARN),
        ("200 words in quotation marks", f'"{piece(PLOT, 5, 200)}"', None, [plot], Level.CASE),
        ("an unclosed quotation mark", f'"{piece(PLOT, 5, 80)}', None, [plot], Level.CASE),
        ("60 words in a block quote", f"> {piece(PLOT, 5, 60)}\n\n{OWN}", None, [plot], Level.CASE),
        ("an answer that quotes a member", f"> {OTHERS}\n\nI agree.", None, [review], Level.NONE),
        ("first paragraph with its link", f"{LEAD}\n\nhttps://en.films.example/x {OWN}", None, [opening], Level.NONE),
        ("first paragraph, another site's link", f"{LEAD} https://e.org {OWN}", None, [opening], Level.CASE),
        ("first paragraph, no link", f"{LEAD}\n\n{OWN}", None, [opening], Level.CASE),
        ("only a first paragraph and a link", f"{LEAD} https://films.example/x", None, [opening], Level.CASE),
        (
            "the middle with its link",
            f"{piece(opening.text, 120, 100)} https://en.films.example/x {OWN}", None, [opening], Level.CASE,
        ),
        ("a long paste from the web", LONG, WEB, [plot], Level.CASE),
        ("a long paste of plain text", LONG, PasteSignal(1000, Origin.PLAIN), [], Level.CASE),
        ("a long paste of unknown origin", LONG, PasteSignal(1000), [], Level.CASE),
        ("a paste just short of long", LONG, PasteSignal(999, Origin.WEB), [], Level.NONE),
        ("a long paste from Word", LONG, PasteSignal(9000, Origin.OFFICE), [plot], Level.NONE),
        ("a long paste from LibreOffice", LONG, PasteSignal(9000, Origin.LIBREOFFICE), [plot], Level.NONE),
        ("a long paste from Google Docs", LONG, PasteSignal(9000, Origin.GDOCS), [plot], Level.NONE),
        ("a plot by way of Word", PLOT, PasteSignal(9000, Origin.OFFICE), [plot], Level.CASE),
        ("a long paste taken out again", "Short.", WEB, [], Level.NONE),
        ("own earlier text pasted", LONG, WEB, [KnownText(1, "review", LONG, author_id=7)], Level.NONE),
    ],
)  # fmt: skip
def test_the_policy(
    name: str, text: str, paste: PasteSignal | None, known: list[KnownText], level: Level
) -> None:
    assert assess(text, paste=paste, known=known, author_id=7).level is level


def test_own_words_are_fine_even_where_another_member_took_them() -> None:
    mine = KnownText(1, "review", OTHERS, author_id=7)
    for known in ([mine, review], [review, mine]):
        assert assess(OTHERS, paste=None, known=known, author_id=7).is_clean
    assert assess(OTHERS, paste=None, known=[mine], author_id=None).level is Level.CASE


def test_a_finding_names_source_words_and_places() -> None:
    copied = piece(PLOT, 100, 50)
    text = f"{OWN} {copied}"
    assessment = assess(text, paste=PasteSignal(1500, Origin.WEB), known=[plot, review], author_id=7)
    overlap, paste = assessment.findings
    assert (overlap.kind, overlap.source, overlap.words) == (FindingKind.OVERLAP, plot, 50)
    assert text[overlap.start : overlap.end] == copied
    assert PLOT[overlap.source_start : overlap.source_end] == copied
    assert overlap.share == pytest.approx(0.2)
    assert (paste.kind, paste.origin, paste.source) == (FindingKind.LONG_PASTE, Origin.WEB, None)
    assert paste.characters <= len(text)


def test_the_limits_are_settings() -> None:
    text = f"{OWN} {piece(PLOT, 9, 20)} {OWN}"
    assert assess(text, paste=None, known=[plot], author_id=7, overlap_words=20).level is Level.CASE
    paste = PasteSignal(500, Origin.WEB)
    assert assess(LONG, paste=paste, known=[], author_id=7, long_paste_characters=500).level is Level.CASE


@pytest.mark.parametrize(
    ("value", "signal"),
    [
        ('{"characters": 1834, "origin": "web", "pastes": 2}', PasteSignal(1834, Origin.WEB, 2)),
        ('{"characters": 5}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "origin": "pigeon"}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "origin": ["web"]}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 5, "more": {"x": [1]}}', PasteSignal(5, Origin.UNKNOWN, 1)),
        ('{"characters": 0}', None),
        ('{"characters": -5}', None),
        ('{"characters": true}', None),
        ('{"characters": 1e9}', None),
        ('{"characters": 99999999999999999999}', None),
        ('{"characters": "5"}', None),
        ('{"characters": 5, "pastes": "many"}', None),
        ('{"characters": NaN}', None),
        ("[1]", None),
        ("5", None),
        ("null", None),
        ("{", None),
        ("[" * 900, None),
        ("x" * 5000, None),
        ("", None),
        (None, None),
    ],
)
def test_the_browsers_word_is_read_with_care(value: str | None, signal: PasteSignal | None) -> None:
    assert parse_signal(value) == signal


@given(st.text(max_size=200))
def test_any_signal_can_be_read(value: str) -> None:
    signal = parse_signal(value)
    assert signal is None or signal.characters > 0


# --- Cost -------------------------------------------------------------------------------------------------------

WHOLE = prose(4_000, 50)[:20_000]
UNIT = prose(40, 6) + " "


def choose_all(query: str, texts: list[str], seconds: float = 10) -> tuple[list[int], int]:
    found = choose(words(query), texts, allowance=Allowance(seconds))
    return found.places, found.unread


def test_the_texts_that_share_most_are_chosen_first_and_of_equals_the_oldest() -> None:
    texts = [OWN, piece(PLOT, 0, 30), PLOT, piece(PLOT, 0, 7), piece(PLOT, 100, 30), ""]
    assert choose_all(PLOT, texts) == ([2, 1, 4], 0)
    assert choose_all("Short.", texts) == ([], 0)


def test_looking_through_texts_stops_when_the_time_or_the_characters_are_up() -> None:
    assert choose_all(PLOT, [PLOT] * 5, seconds=0) == ([], 5)
    texts = [WHOLE] * (MOST_CHARACTERS // len(WHOLE) + 3)
    assert choose_all(PLOT, texts) == ([], 3)


def test_a_few_sources_are_compared_however_many_hold_the_words() -> None:
    known = [KnownText(n, "review", OTHERS, author_id=100 + n) for n in range(30)]
    assessment = assess(OTHERS, paste=None, known=known, author_id=7)
    assert [finding.source.id for finding in assessment.findings if finding.source] == list(
        range(MOST_SOURCES)
    )


def test_ones_own_texts_take_no_place_from_the_sources() -> None:
    mine = [KnownText(n, "review", LONG, author_id=7) for n in range(MOST_SOURCES + MOST_OWN)]
    assessment = assess(f"{LONG} {OTHERS}", paste=None, known=[*mine, review], author_id=7)
    assert [finding.source for finding in assessment.findings] == [review]


def test_the_likeliest_source_is_compared_even_when_the_time_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reviews.copydetect.rules.COMPARING_SECONDS", 0)
    known = [KnownText(n, "review", OTHERS, author_id=100 + n) for n in range(3)]
    assessment = assess(OTHERS, paste=None, known=known, author_id=7)
    assert (len(assessment.findings), assessment.unread) == (1, 2)


def test_a_chant_before_a_copied_passage_does_not_hide_it() -> None:
    copied = piece(PLOT, 100, 60)
    source = f"{'ha ' * 3000}{copied}"
    assert assess(
        f"{'ha ' * 3000} {copied}", paste=None, known=[KnownText(1, "plot", source)], author_id=7
    ).findings


@pytest.mark.parametrize(
    ("query", "known", "seconds"),
    [
        (prose(250, 1), [prose(170, 100 + n) for n in range(200)], 0.03),
        (WHOLE, [prose(4_000, 100 + n)[:20_000] for n in range(200)], 0.3),
        (WHOLE, [prose(300, 100 + n)[:1_500] for n in range(200)], 0.3),
        (WHOLE, [f"{n} {WHOLE}" for n in range(200)], 0.3),
        (UNIT * 70, [f"{n} {UNIT * 70}" for n in range(200)], 0.3),
        ("a b c d e f g " * 1_400, [f"{n} {'a b c d e f g ' * 1_400}" for n in range(20)], 0.3),
        ("映画館で見た" * 3_000, [f"{n} {'映画館で見た' * 3_000}" for n in range(20)], 0.3),
        ("„" * 20_000, [PLOT], 0.3),
        ("«a " * 6_000, [PLOT], 0.3),
    ],
    ids=[
        "ordinary",
        "long",
        "long query",
        "all equal",
        "units",
        "letters",
        "unspaced",
        "marks",
        "words and marks",
    ],
)
def test_screening_a_text_takes_bounded_time(query: str, known: list[str], seconds: float) -> None:
    texts = [KnownText(n, "review", text, author_id=n + 10) for n, text in enumerate(known)]
    started = time.process_time()
    assess(query, paste=WEB, known=texts, author_id=7)
    # Seconds on a quiet machine; the factor is for a busy one.
    assert time.process_time() - started < 4 * seconds
