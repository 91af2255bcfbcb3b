"""Refuse an engine's answer that a reader must not get.

The gates see masked text on both sides. They catch what models do to text unlike their training: nothing at
all, the same words for ever, the question given back, another language, a lost name or number.
"""

import re
from enum import StrEnum
from operator import eq
from typing import Final

from filmsite.lib.languages import detect
from reviews.translation.masking import TOKEN, tokens
from reviews.translation.numbers import lost_numbers

MIN_RATIO: Final = 0.4
MAX_RATIO: Final = 2.5
ECHO_WORDS: Final = 3
# Enough words to be sure that a text is in the wrong language.
LANGUAGE_WORDS: Final = 8

_DENSE = frozenset({"zh", "ja", "ko", "th", "lo"})
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
# A few characters eight times on end. What is looked ahead at spares most places twenty tries.
_STUTTER = re.compile(r"(?=\S{8})(\S{1,20}?)\1{7,}")


class Fault(StrEnum):
    EMPTY = "empty"
    ATOMS = "lost_atoms"
    LENGTH = "length"
    LOOP = "loop"
    ECHO = "echo"
    NUMBERS = "lost_numbers"
    LANGUAGE = "wrong_language"


def check(source: str, answer: str, *, src: str, dst: str, real_language: bool = True) -> Fault | None:
    """Give the first fault of an answer, or None. Both texts are masked; see `masking`."""
    if not answer.strip():
        return Fault.EMPTY
    if sorted(tokens(answer)) != sorted(tokens(source)):
        return Fault.ATOMS
    if _length_is_odd(source, answer, src, dst):
        return Fault.LENGTH
    if _repetitions(answer) >= max(4, _repetitions(source) + 2):
        return Fault.LOOP
    if real_language:
        if _fold(source) == _fold(answer) and _WORD.search(TOKEN.sub(" ", source)):
            return Fault.ECHO
        found = detect(TOKEN.sub(" ", answer))
        if found.words >= LANGUAGE_WORDS and found.contradicts(dst):
            return Fault.LANGUAGE
    lost = lost_numbers(TOKEN.sub(" ", source), TOKEN.sub(" ", answer), dst=dst)
    return Fault.NUMBERS if lost else None


def tolerable(fault: Fault, source: str) -> bool:
    """True for a fault that is no fault after all when every other way gave it too: "Bravo!" stays
    "Bravo!".
    """
    return fault is Fault.ECHO and len(_WORD.findall(TOKEN.sub(" ", source))) <= ECHO_WORDS


def _length_is_odd(source: str, answer: str, src: str, dst: str) -> bool:
    # Tokens stand for texts of any length and weigh the same on both sides.
    before, after = len(TOKEN.sub("", source)), len(TOKEN.sub("", answer))
    if (src in _DENSE) != (dst in _DENSE):
        return after > 12 * before + 20 or 12 * after + 20 < before
    if before < 40:
        return after > 2 * before + 10
    return not MIN_RATIO <= after / before <= MAX_RATIO


def _repetitions(text: str) -> int:
    """Give how often the most repeated run of one to four words follows itself."""
    words = text.casefold().split()[:400]
    worst = 1
    for size in (1, 2, 3, 4):
        # For each word whether it stands again so many words later: as many on end as the run is long are one repetition.
        again = bytes(map(eq, words, words[size:]))
        worst = max(worst, 1 + max(map(len, again.split(b"\0"))) // size)
    tight = _STUTTER.search(text)
    return max(worst, 8) if tight and len(tight[1].strip(".!?-–—*_=~")) else worst


def _fold(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
