"""Evidence as a moderator and an author see it: the judged words with numbered passages, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from reviews.models import Evidence


@dataclass(frozen=True)
class Piece:
    """A stretch of the judged text; `number` is the passage it belongs to, or None for the author's own words."""

    text: str
    number: int | None = None

    @property
    def tint(self) -> int:
        return tint_of(self.number or 1)


def tint_of(number: int) -> int:
    """Which of the four marks a passage is drawn with."""
    return (number - 1) % 4 + 1


@dataclass(frozen=True)
class Passage:
    """One numbered passage: what was found about it."""

    number: int
    evidence: Evidence

    @property
    def tint(self) -> int:
        return tint_of(self.number)


@dataclass
class Comparison:
    pieces: list[Piece] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    # Signals about the text as a whole, such as a long paste.
    signals: list[Evidence] = field(default_factory=list)


def compare(text: str, evidence: Sequence[Evidence]) -> Comparison:
    """Cut the text at the passages of the evidence. Overlapping passages are shown up to where the next begins."""
    comparison = Comparison()
    position = 0
    located = [item for item in evidence if item.kind == Evidence.Kind.OVERLAP and item.start is not None]
    for number, item in enumerate(
        sorted(located, key=lambda found: (found.start or 0, found.end or 0)), start=1
    ):
        comparison.passages.append(Passage(number, item))
        start, end = max(position, item.start or 0), min(item.end or 0, len(text))
        if start >= end:
            continue
        if start > position:
            comparison.pieces.append(Piece(text[position:start]))
        comparison.pieces.append(Piece(text[start:end], number))
        position = end
    if position < len(text):
        comparison.pieces.append(Piece(text[position:]))
    comparison.signals = [item for item in evidence if item.kind == Evidence.Kind.LONG_PASTE]
    return comparison
