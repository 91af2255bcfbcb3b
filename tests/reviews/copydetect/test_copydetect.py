import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.copydetect.candidates import MOST_CHARACTERS, Allowance, choose
from reviews.copydetect.paste_signal import Origin, PasteSignal, parse_signal
from reviews.copydetect.rules import (
    MOST_OWN,
    MOST_SOURCES,
    FindingKind,
    KnownText,
    Level,
    assess,
)
from tests.reviews.copydetect.texts import piece, prose, words


PLOT = prose(300, 1)
OWN = prose(200, 2)
OTHERS = prose(150, 3)
plot = KnownText("p1", "plot", PLOT, label="Plot of the film", url="https://www.films.example/plot/1")
review = KnownText(9, "review", OTHERS, author_id=8, label="Review by bob")


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
