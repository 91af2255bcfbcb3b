"""Find what two texts share, word by word: the evidence a person can check.

Only aligned runs of equal words count, with room for a changed, dropped or added word here and there. The
cost is bounded for texts that repeat themselves: of a run of words that stands many times in one of them only
the first few places are looked at, and of all pairs of places only so many.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from reviews.copydetect.normalise import Token

GRAM: Final = 4
GAP: Final = 6
MIN_WORDS: Final = 8
MAX_PLACES: Final = 8
# Over twice what two equal texts of the full length have, in a script with spaces; about 40 ms.
MAX_PAIRS: Final = 10_000
# A passage with fewer different words than this share of its length is a chant, not a text.
MIN_VARIETY: Final = 0.3
MIN_DIFFERENT: Final = 4


@dataclass(frozen=True, slots=True)
class Overlap:
    """A shared passage: `words` equal words, and where it stands in both texts (code points, end exclusive).

    `first` and `last` (exclusive) are word numbers in the query, `source_first` and `source_last` in the
    source.
    """

    words: int
    start: int
    end: int
    source_start: int
    source_end: int
    first: int
    last: int
    source_first: int
    source_last: int


@dataclass(slots=True)
class _Chain:
    first: int
    last: int
    source_first: int
    source_last: int
    words: int


def spans(query: Sequence[Token], source: Sequence[Token], *, min_words: int = MIN_WORDS) -> list[Overlap]:
    """Give the shared passages of at least `min_words` equal words, in the order of the query and apart in it."""
    chains = _chains(query, source, gap=GAP)
    taken = bytearray(len(query))
    result: list[Overlap] = []
    for chain in sorted(chains, key=lambda c: (-c.words, c.first)):
        if chain.words < min_words:
            break
        size = chain.last - chain.first
        if sum(taken[chain.first : chain.last]) > 0.3 * size or _is_chant(query, chain):
            continue
        taken[chain.first : chain.last] = b"\x01" * size
        result.append(_overlap(query, source, chain))
    return sorted(result, key=lambda overlap: overlap.first)


def longest_overlap(query: Sequence[Token], source: Sequence[Token]) -> Overlap | None:
    """Give the longest run of exactly equal words, or None under `GRAM` words and for a mere chant."""
    runs = [chain for chain in _chains(query, source, gap=0) if not _is_chant(query, chain)]
    best = max(runs, key=lambda chain: (chain.words, -chain.first), default=None)
    return None if best is None else _overlap(query, source, best)


def grams(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give every run of `GRAM` words, in order."""
    return zip(*(words[first:] for first in range(GRAM)), strict=False)


def _chains(query: Sequence[Token], source: Sequence[Token], *, gap: int) -> list[_Chain]:
    """Join equal runs of `GRAM` words that follow each other at nearly the same distance in both texts."""
    asked = list(grams([token.word for token in query]))
    wanted = set(asked)
    places: dict[tuple[str, ...], list[int]] = {}
    for place, gram in enumerate(grams([token.word for token in source])):
        if gram in wanted:
            known = places.setdefault(gram, [])
            if len(known) < MAX_PLACES:
                known.append(place)
    chains: list[_Chain] = []
    # The newest chain at each distance between the texts; small steps aside are small differences in this
    # number.
    at: dict[int, _Chain] = {}
    steps = sorted(range(-gap, gap + 1), key=abs)
    for here, there in islice(_pairs(asked, places), MAX_PAIRS):
        distance = there - here
        for step in steps:
            chain = at.get(distance + step)
            if (
                chain is not None
                and here <= chain.last + gap
                and chain.source_last - GRAM <= there <= chain.source_last + gap
            ):
                new = here + GRAM - max(chain.last, here)
                new_there = there + GRAM - max(chain.source_last, there)
                chain.words += max(0, min(new, new_there))
                chain.last = max(chain.last, here + GRAM)
                chain.source_last = max(chain.source_last, there + GRAM)
                break
        else:
            chain = _Chain(here, here + GRAM, there, there + GRAM, GRAM)
            chains.append(chain)
        at[distance] = chain
    return chains


def _pairs(
    asked: Sequence[tuple[str, ...]], places: Mapping[tuple[str, ...], Sequence[int]]
) -> Iterator[tuple[int, int]]:
    """Give where each run of the query stands in it and in the source, in the order of the query."""
    times: Counter[tuple[str, ...]] = Counter()
    for here, gram in enumerate(asked):
        if gram in places and times[gram] < MAX_PLACES:
            times[gram] += 1
            for there in places[gram]:
                yield here, there


def _is_chant(query: Sequence[Token], chain: _Chain) -> bool:
    """True for the same few words over and over, which two people may well write."""
    # Judged by its beginning: a long honest passage repeats its small words, a chant repeats all of them at
    # once.
    window = [token.word for token in query[chain.first : min(chain.last, chain.first + 60)]]
    return len(set(window)) < max(MIN_DIFFERENT, MIN_VARIETY * len(window))


def _overlap(query: Sequence[Token], source: Sequence[Token], chain: _Chain) -> Overlap:
    return Overlap(
        words=chain.words,
        start=query[chain.first].start,
        end=query[chain.last - 1].end,
        source_start=source[chain.source_first].start,
        source_end=source[chain.source_last - 1].end,
        first=chain.first,
        last=chain.last,
        source_first=chain.source_first,
        source_last=chain.source_last,
    )
