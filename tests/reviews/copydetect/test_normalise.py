import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.copydetect.normalise import fold, folded, tokenise
from tests.reviews.copydetect.texts import words


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don’t STOP, naïve café!", ["dont", "stop", "naive", "cafe"]),
        ("zero\u200bwidth soft\u00adhyphen", ["zerowidth", "softhyphen"]),
        ("left\u2066to\u2069right \u202eturned\u202c", ["lefttoright", "turned"]),
        ("раssword", ["password"]),
        ("tհe ɡreat sհоw", ["the", "great", "show"]),
        ("русское слово", ["русское", "слово"]),
        ("ελληνικά", ["ελληνικα"]),
        ("映画です", ["映", "画", "て", "す"]),
        ("Netflix版", ["netflix", "版"]),
        ("สวัสดี", ["ส", "วั", "ส", "ดี"]),
        ("हिन्दी दिन दान", ["हिनदी", "दिन", "दान"]),
        ("שָׁלוֹם", ["שלום"]),
        ("한국어는", [fold(syllable) for syllable in "한국어는"]),
        ("ﬁlm Ⅳ ½", ["film", "iv", "12"]),
        ("𝐭𝐡𝐞 ｔｈｅ", ["the", "the"]),
        ("_really_ so_so", ["really", "so", "so"]),
        ("&#116;he &amp; caf&eacute;s &unknown; &#0; &#xD800;", ["the", "cafes", "unknown"]),
        ("\x00a\ud800b", ["a", "b"]),
        ("🙂 — …", []),
        ("", []),
        ("one", ["one"]),
        ("a\u0301\u0302\u0303", ["a"]),
    ],
)
def test_words_are_folded_to_what_they_say(text: str, wanted: list[str]) -> None:
    assert words(text) == wanted


@given(st.text(max_size=200))
def test_places_point_at_the_words(text: str) -> None:
    last = 0
    for token in tokenise(text):
        assert last <= token.start < token.end <= len(text)
        last = token.end


@given(st.text(alphabet="aÉé'’_ \n映画です\u200bд½ﬁ²ดี&#97;amp\u0301", max_size=60))
def test_words_are_the_same_with_and_without_their_places(text: str) -> None:
    assert folded(text) == words(text)


@given(st.text(alphabet=[chr(n) for n in range(32, 127)], min_size=1, max_size=10))
def test_plain_words_take_the_short_way_to_the_same(word: str) -> None:
    assert fold(word) == fold(f"{word}\u0301")


def test_places_are_those_of_the_text_as_it_is_written() -> None:
    text = "a\u200bb\u200b &#99;d&eacute;"
    assert [text[t.start : t.end] for t in tokenise(text)] == ["a\u200bb", "&#99;d&eacute;"]


@pytest.mark.parametrize(
    "text",
    [
        "word " * 10_000,
        "a" * 50_000,
        "a" + "\u0301" * 50_000,
        "🙂" * 10_000,
        "\u200b" * 50_000,
        "&amp;" * 10_000,
        "&" * 50_000,
        "a'" * 25_000,
        "映" * 50_000,
        "\u202e\u2067" * 25_000,
    ],
    ids=["words", "one", "zalgo", "emoji", "invisible", "entities", "ands", "quotes", "unspaced", "directions"],
)  # fmt: skip
def test_no_text_takes_long_to_cut_into_words(text: str) -> None:
    started = time.process_time()
    tokenise(text)
    # 60 ms on a quiet machine.
    assert time.process_time() - started < 4
