"""Find what two texts share, word by word: the evidence a person can check.

Only aligned runs of equal words count, with room for a changed, dropped or added word here and there. The
cost is bounded for texts that repeat themselves: of a run of words that stands many times in the source only
the first few places are looked at.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from reviews.copydetect.normalise import Token

GRAM: Final = 4
GAP: Final = 6
MIN_WORDS: Final = 8
MAX_PLACES: Final = 8
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


def _chains(query: Sequence[Token], source: Sequence[Token], *, gap: int) -> list[_Chain]:
    """Join equal runs of `GRAM` words that follow each other at nearly the same distance in both texts."""
    words = [token.word for token in source]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(words) - GRAM + 1):
        known = places[tuple(words[place : place + GRAM])]
        if len(known) < MAX_PLACES:
            known.append(place)
    asked = [token.word for token in query]
    chains: list[_Chain] = []
    # The newest chain at each distance between the texts; small steps aside are small differences in this
    # number.
    at: dict[int, _Chain] = {}
    steps = sorted(range(-gap, gap + 1), key=abs)
    for here in range(len(asked) - GRAM + 1):
        for there in places.get(tuple(asked[here : here + GRAM]), ()):
            distance = there - here
            chain = next(
                (
                    found
                    for step in steps
                    if (found := at.get(distance + step)) is not None
                    and here <= found.last + gap
                    and found.source_last - GRAM <= there <= found.source_last + gap
                ),
                None,
            )
            if chain is None:
                chain = _Chain(here, here + GRAM, there, there + GRAM, GRAM)
                chains.append(chain)
            else:
                new = here + GRAM - max(chain.last, here)
                new_there = there + GRAM - max(chain.source_last, there)
                chain.words += max(0, min(new, new_there))
                chain.last = max(chain.last, here + GRAM)
                chain.source_last = max(chain.source_last, there + GRAM)
            at[distance] = chain
    return chains


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
