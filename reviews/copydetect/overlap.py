"""Find what two texts share, word by word: the evidence a person can check.

Only aligned runs of equal words count, with room for a changed, dropped or added word here and there. The
cost is bounded for texts that repeat themselves: of a run of words that stands many times in one of them only
the first few places are looked at, and of all pairs of places only so many.

Of a text that may not be kept the hashes of its runs are enough (`grams_of`): they verify a passage word by word as
well, and only the place among its characters is lost.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeGuard

from reviews.copydetect.fingerprint import run_hashes
from reviews.copydetect.normalise import Token

# Words in a run: shorter than a fingerprint's, so that a passage is followed closer to the words that were changed.
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

    `first` and `last` (exclusive) are word numbers in the query, `source_first` and `source_last` in the source. Where only
    grams of the source are kept, `source_start` and `source_end` are 0.
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


def spans(
    query: Sequence[Token], source: Sequence[Token] | Sequence[int], *, min_words: int = MIN_WORDS
) -> list[Overlap]:
    """Give the shared passages of at least `min_words` equal words, in the order of the query and apart in it.

    `source` is the words of the other text, or its `grams_of`.
    """
    chains = _chains(query, source)
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


def grams_of(words: Sequence[str]) -> list[int]:
    """Give the hash of every run of `GRAM` folded words in order: what is kept of a text whose words may not be."""
    return run_hashes(words, k=GRAM)


def grams(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give every run of `GRAM` words, in order."""
    return zip(*(words[first:] for first in range(GRAM)), strict=False)


def _has_words(source: Sequence[Token] | Sequence[int]) -> TypeGuard[Sequence[Token]]:
    return bool(source) and isinstance(source[0], Token)


def _chains(query: Sequence[Token], source: Sequence[Token] | Sequence[int]) -> list[_Chain]:
    """Join equal runs of `GRAM` words that follow each other at nearly the same distance in both texts."""
    words = [token.word for token in query]
    asked: Sequence[Hashable]
    runs: Sequence[Hashable]
    if _has_words(source):
        asked, runs = list(grams(words)), list(grams([token.word for token in source]))
    else:
        asked, runs = grams_of(words), source
    wanted = set(asked)
    places: dict[Hashable, list[int]] = {}
    for place, run in enumerate(runs):
        if run in wanted:
            known = places.setdefault(run, [])
            if len(known) < MAX_PLACES:
                known.append(place)
    chains: list[_Chain] = []
    # The newest chain at each distance between the texts; small steps aside are small differences in this
    # number.
    at: dict[int, _Chain] = {}
    steps = sorted(range(-GAP, GAP + 1), key=abs)
    for here, there in islice(_pairs(asked, places), MAX_PAIRS):
        distance = there - here
        for step in steps:
            chain = at.get(distance + step)
            if (
                chain is not None
                and here <= chain.last + GAP
                and chain.source_last - GRAM <= there <= chain.source_last + GAP
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


def _pairs(asked: Sequence[Hashable], places: Mapping[Hashable, Sequence[int]]) -> Iterator[tuple[int, int]]:
    """Give where each run of the query stands in it and in the source, in the order of the query."""
    times: Counter[Hashable] = Counter()
    for here, run in enumerate(asked):
        if run in places and times[run] < MAX_PLACES:
            times[run] += 1
            for there in places[run]:
                yield here, there


def _is_chant(query: Sequence[Token], chain: _Chain) -> bool:
    """True for the same few words over and over, which two people may well write."""
    # Judged by its beginning: a long honest passage repeats its small words, a chant repeats all of them at
    # once.
    window = [token.word for token in query[chain.first : min(chain.last, chain.first + 60)]]
    return len(set(window)) < max(MIN_DIFFERENT, MIN_VARIETY * len(window))


def _overlap(query: Sequence[Token], source: Sequence[Token] | Sequence[int], chain: _Chain) -> Overlap:
    start = end = 0
    if _has_words(source):
        start, end = source[chain.source_first].start, source[chain.source_last - 1].end
    return Overlap(
        words=chain.words,
        start=query[chain.first].start,
        end=query[chain.last - 1].end,
        source_start=start,
        source_end=end,
        first=chain.first,
        last=chain.last,
        source_first=chain.source_first,
        source_last=chain.source_last,
    )
