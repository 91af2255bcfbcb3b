"""What may come in: text as people mean it, numbers a column can hold.

`clean_text` is for what members write and changes only what nobody sees or means. The predicates are for the
one middleware that turns hostile values into a 400 before any view, form or query meets them.
"""

import re
import unicodedata
from typing import Final

MAX_BIGINT: Final = 2**63 - 1
MIN_BIGINT: Final = -(2**63)

_BAD = re.compile("[\x00\ud800-\udfff]")
# Line feed and tab stay; U+0085, U+2028 and U+2029 are line ends in disguise and become one.
_LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BIDI_EMBEDDINGS = frozenset("\u202a\u202b\u202d\u202e")
_BIDI_ISOLATES = frozenset("\u2066\u2067\u2068")
_POP_EMBEDDING, _POP_ISOLATE = "\u202c", "\u2069"


def clean_text(value: str) -> str:
    """Give the text in NFC with line feeds, without control characters and unpaired direction marks.

    Zero-width joiners stay, for Persian and emoji need them. Cleaning twice changes nothing more.
    """
    value = _CONTROL.sub("", _LINE_ENDS.sub("\n", value))
    if _BIDI.search(value):
        value = "\n".join(_pair_bidi(line) for line in value.split("\n"))
    return unicodedata.normalize("NFC", value)


def clean_line(value: str) -> str:
    """Like `clean_text`, for values of one line: every run of white space becomes one space, none at the
    ends.
    """
    return " ".join(clean_text(value).split())


def _pair_bidi(line: str) -> str:
    """Keep the direction marks of one line that are closed, in order, within it."""
    if not _BIDI.search(line):
        return line
    keep: set[int] = set()
    open_marks: list[tuple[str, int]] = []
    for place, character in enumerate(line):
        if character in _BIDI_EMBEDDINGS:
            open_marks.append((_POP_EMBEDDING, place))
        elif character in _BIDI_ISOLATES:
            open_marks.append((_POP_ISOLATE, place))
        elif open_marks and character == open_marks[-1][0]:
            keep |= {open_marks.pop()[1], place}
    return "".join(c for i, c in enumerate(line) if i in keep or not _BIDI.match(c))


def is_storable(value: str) -> bool:
    """True when the database can store the text as it is: no NUL, no lone surrogate."""
    return _BAD.search(value) is None


def fits_bigint(value: int) -> bool:
    """True when a PostgreSQL bigint holds the number."""
    return MIN_BIGINT <= value <= MAX_BIGINT


def is_oversize_integer(value: str) -> bool:
    """True for a text that spells an integer no bigint holds; never converts a long one, which would be
    slow.
    """
    digits = value.strip().lstrip("+-").replace("_", "")
    if not digits.isdecimal() or len(digits) <= 18:
        return False
    digits = digits.lstrip("0")
    if len(digits) > 19:
        return True
    number = int(digits or 0)
    return not fits_bigint(-number if "-" in value else number)


def number_in(text: str, *, digits: int = 18) -> int | None:
    """The whole number that at most so many digits spell, or None for any other text. Every key fits in 18."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= digits else None
