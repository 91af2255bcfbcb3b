"""Words as the comparison sees them: case, accents, look-alikes and invisible characters make no
difference.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_INVISIBLE: Final = dict.fromkeys(
    map(
        ord,
        "\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u034f",
    )
)
_INVISIBLE_RE = re.compile(f"[{''.join(map(chr, _INVISIBLE))}]")
_WORD = re.compile(r"\w+(?:['’ʼ`]\w+)*")
# Scripts without spaces between words: each character is a word of its own.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_LATIN = re.compile("[a-z]")
_LOOK_ALIKES: Final = str.maketrans("аеорсухіјѕԁһӏвкмнтɑοενρτυικαχσ", "aeopcyxijsdhlbkmhtaoevptuikaxo")
_MAX_MARKS = 8


class Token(NamedTuple):
    """A folded word and where it stands in the text (code points, end exclusive)."""

    word: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Give the words of a text. Invisible characters are taken out first, so that they cannot cut a word."""
    places: list[int] | None = None
    if _INVISIBLE_RE.search(text):
        places = [place for place, character in enumerate(text) if ord(character) not in _INVISIBLE]
        text = text.translate(_INVISIBLE)
    has_unspaced = _UNSPACED.search(text) is not None
    found: list[Token] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if has_unspaced and _UNSPACED.search(match.group()):
            found += [Token(fold(text[i]), i, i + 1) for i in range(start, end)]
        else:
            found.append(Token(fold(match.group()), start, end))
    if places is not None:
        found = [Token(word, places[start], places[end - 1] + 1) for word, start, end in found]
    return [token for token in found if token.word]


def folded(text: str) -> list[str]:
    """Give the words of `tokenise` without their places, in a fifth of its time."""
    if _INVISIBLE_RE.search(text):
        text = text.translate(_INVISIBLE)
    words = _WORD.findall(text)
    if _UNSPACED.search(text):
        words = [part for word in words for part in (word if _UNSPACED.search(word) else (word,))]
    return [word for word in map(fold, words) if word]


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Give a word in its plainest form.

    Cyrillic and Greek look-alikes become Latin only in words that hold Latin letters: real Russian stays
    Russian.
    """
    # Compatibility forms can grow eighteen-fold, and a word of 20,000 combining marks is no word.
    word = word[:200]
    if word.isascii():
        return "".join(filter(str.isalnum, word.lower()))
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(c for c in decomposed if not unicodedata.combining(c) and c.isalnum())
    return plain.translate(_LOOK_ALIKES) if _LATIN.search(plain) else plain


@lru_cache(maxsize=32)
def words_of(text: str) -> tuple[Token, ...]:
    """Like `tokenise`, remembering the last texts: of one that is being written, and of what it looks like.

    A text of the full length takes up to two megabytes here.
    """
    return tuple(tokenise(text))
