"""Whose words a passage has when several sources hold it: each word is held against one of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reviews.copydetect.overlap import Overlap

if TYPE_CHECKING:
    from reviews.copydetect.rules import KnownText

# Of sources that share nearly as much the oldest is the source; a word more may be chance.
_NEARLY: Final = 0.9


@dataclass(slots=True)
class Passage:
    """What is held against a text of one overlap, before each word is given to one source."""

    source: "KnownText"
    overlap: Overlap
    words: int
    quoted: bool
    at_once: bool


def each_word_once(passages: Sequence[Passage], size: int, *, least: int) -> list[Passage]:
    """Give every one of `size` words to one source, and the passages in order with the words that are left to each.

    The source is the one that shares most, and of those that share nearly as much the oldest; with fewer than `least`
    words left it is none.
    """
    taken = bytearray(size)
    held: list[Passage] = []
    left = list(passages)
    while left:
        for passage in left:
            passage.words = _words_left(passage, taken)
        totals: dict[int, int] = {}
        for passage in left:
            totals[id(passage.source)] = totals.get(id(passage.source), 0) + passage.words
        most = max(totals.values())
        if most < least:
            break
        source = min(
            (passage for passage in left if totals[id(passage.source)] >= _NEARLY * most),
            key=lambda passage: (passage.at_once, _age(passage.source)),
        ).source
        chosen = [passage for passage in left if passage.source is source]
        left = [passage for passage in left if passage.source is not source]
        for passage in chosen:
            if passage.words:
                held.append(passage)
                mark(taken, [passage.overlap])
    return sorted(held, key=lambda passage: passage.overlap.start)


def _words_left(passage: Passage, taken: bytearray) -> int:
    """How many of its words no other source has; none at all when it is mostly another's."""
    size = passage.overlap.last - passage.overlap.first
    others = sum(taken[passage.overlap.first : passage.overlap.last])
    return 0 if 2 * others > size else min(passage.words, round(passage.overlap.words * (1 - others / size)))


def _age(source: "KnownText") -> float:
    return source.written_at.timestamp() if source.written_at else 0.0


def share_of(overlap: Overlap, marks: bytearray) -> float:
    """What share of the words of a passage is marked, 0 to 1."""
    return sum(marks[overlap.first : overlap.last]) / (overlap.last - overlap.first)


def mark(marks: bytearray, overlaps: Iterable[Overlap]) -> None:
    """Set the byte of each word that stands in one of the passages."""
    for overlap in overlaps:
        marks[overlap.first : overlap.last] = b"\x01" * (overlap.last - overlap.first)
