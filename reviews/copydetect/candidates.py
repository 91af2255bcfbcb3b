"""Choose the texts that are worth comparing word by word: those that share several runs of words with the new one.

One pass over each text and no places kept, so a hundred ordinary messages take a few milliseconds.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reviews.copydetect.normalise import folded
from reviews.copydetect.overlap import grams

# A passage of 25 equal words with every fifth word changed still shares six runs of four.
MIN_SHARED: Final = 5
# Texts are looked through until so many characters; what comes after is not compared.
MOST_CHARACTERS: Final = 1_500_000


class Allowance:
    """So many seconds of this thread's processor time, counted from now.

    Not of the clock on the wall: what is found must not depend on how busy the machine is.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.thread_time() + seconds

    @property
    def is_spent(self) -> bool:
        return time.thread_time() >= self._until


@dataclass(frozen=True, slots=True)
class Candidates:
    """Places in the list of texts, the likeliest first (on a tie the earlier), and how many were not looked at."""

    places: list[int]
    unread: int


def choose(words: Sequence[str], texts: Sequence[str], *, allowance: Allowance) -> Candidates:
    """Find which `texts` share enough with the folded `words`, looking at them in order while the allowance lasts."""
    asked = set(grams(words))
    shared: dict[int, int] = {}
    characters = 0
    for place, text in enumerate(texts):
        characters += len(text)
        if characters > MOST_CHARACTERS or allowance.is_spent:
            return Candidates(_likeliest_first(shared), unread=len(texts) - place)
        common = len(asked.intersection(grams(folded(text)))) if len(asked) >= MIN_SHARED else 0
        if common >= MIN_SHARED:
            shared[place] = common
    return Candidates(_likeliest_first(shared), unread=0)


def _likeliest_first(shared: dict[int, int]) -> list[int]:
    return sorted(shared, key=lambda place: (-shared[place], place))
