"""Words as the comparison sees them, in every script: case, accents, look-alikes and what cannot be seen make no
difference.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

# Marks that take no room, fillers, directions and tags: they cut words in two for a machine and for nobody else.
_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
# Scripts without spaces between words (Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean with its particles): each
# character is a word of its own.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Accents and vowel signs, which are no letters to `\w`.
_MARKS: Final = "".join(
    re.escape(chr(n)) for n in range(0x300, 0x11A00) if unicodedata.category(chr(n)).startswith("M")
)
_LETTER: Final = f"[^\\W_{_UNSPACED}]"
_WORD = re.compile(
    f"{_LETTER}(?:{_LETTER}|[{_MARKS}])*(?:['’‘ʼ`＇]{_LETTER}(?:{_LETTER}|[{_MARKS}])*)*|[{_UNSPACED}][{_MARKS}]*"
)
# What a reader sees otherwise than it is written: nothing at all, or one character for `&#101;`.
_UNSEEN = re.compile(
    f"[{_INVISIBLE}]|&(?:#[0-9]{{1,7}}|#[xX][0-9a-fA-F]{{1,6}}|[A-Za-z][A-Za-z0-9]{{1,30}});"
)
_LATIN = re.compile("[a-z]")
_LOOK_ALIKES: Final = str.maketrans(
    "аеорсухіјѕԁһӏвкмнтɑοενρτυικαχσօսհոɡı", "aeopcyxijsdhlbkmhtaoevptuikaxoouhngi"
)
# Compatibility forms can grow eighteen-fold, and a word of 20,000 combining marks is no word.
_MAX_LETTERS: Final = 200


class Token(NamedTuple):
    """A folded word and where it stands in the text (code points, end exclusive)."""

    word: str
    start: int
    end: int


def tokenise(text: str) -> list[Token]:
    """Give the words of a text. What cannot be seen is taken out first, so that it cannot cut a word."""
    if _UNSEEN.search(text) is None:
        found = [Token(fold(match.group()), *match.span()) for match in _WORD.finditer(text)]
    else:
        seen, places = as_seen(text)
        found = [
            Token(fold(match.group()), places[match.start()][0], places[match.end() - 1][1])
            for match in _WORD.finditer(seen)
        ]
    return [token for token in found if token.word]


def folded(text: str) -> list[str]:
    """Give the words of `tokenise` without their places, in half its time."""
    if _UNSEEN.search(text) is not None:
        text = _UNSEEN.sub(_shown, text)
    return [word for word in map(fold, _WORD.findall(text)) if word]


@lru_cache(maxsize=50_000)
def fold(word: str) -> str:
    """Give a word in its plainest form.

    Cyrillic, Greek and Armenian look-alikes become Latin only in words that hold Latin letters: real Russian stays
    Russian.
    """
    word = word[:_MAX_LETTERS]
    if word.isascii():
        return "".join(filter(str.isalnum, word.lower()))
    decomposed = unicodedata.normalize("NFKD", word).casefold()
    plain = "".join(filter(_tells, decomposed))
    return plain.translate(_LOOK_ALIKES) if _LATIN.search(plain) else plain


@lru_cache(maxsize=32)
def words_of(text: str) -> tuple[Token, ...]:
    """Like `tokenise`, remembering the last texts: of one that is being written, and of what it looks like.

    A text of the full length takes up to two megabytes here.
    """
    return tuple(tokenise(text))


def _tells(character: str) -> bool:
    """True for letters, digits, and the vowel signs without which Hindi or Thai words would be others; not for accents."""
    return character.isalnum() or (
        unicodedata.category(character) in ("Mc", "Mn") and not unicodedata.combining(character)
    )


def _shown(match: re.Match[str]) -> str:
    return html.unescape(match.group()) if match.group().startswith("&") else ""


def as_seen(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Give a text as a reader sees it, and where each of its characters stands in the text as it is written (code points, end
    exclusive).
    """
    parts: list[str] = []
    places: list[tuple[int, int]] = []
    done = 0
    for match in _UNSEEN.finditer(text):
        parts += [text[done : match.start()], shown := _shown(match)]
        places += [(place, place + 1) for place in range(done, match.start())]
        # An unknown name in `&…;` stays as it is.
        places += (
            [(place, place + 1) for place in range(*match.span())]
            if shown == match.group()
            else [match.span()] * len(shown)
        )
        done = match.end()
    parts.append(text[done:])
    places += [(place, place + 1) for place in range(done, len(text))]
    return "".join(parts), places
