"""How alike two members vote, from 0 to 100: arithmetic on the votes that both gave, and nothing of the site.

For each title that both voted on, the agreement is 1 − |a − b| / 4.5, a and b in stars: 1 for equal votes, 0 for half
a star against five. The match is the mean agreement × 100, drawn towards what is usual as long as there are few
titles: as if `WEIGHT` more of them had agreed as two members taken by chance do. Twenty shared titles count for two
thirds, a hundred for nine tenths.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

# Below this many titles chance decides.
MINIMUM: Final = 10
WEIGHT: Final = 10
# The agreement of two members taken by chance, as it lies between pairs on film sites: votes on one title lie about
# 0.9 star around its mean, and two draws from such a spread are 0.9 × 2/√π ≈ 1.0 star apart: 1 − 1.0 / 4.5.
USUAL: Final = 0.775
# The largest difference of two votes in half stars: ½ star against five.
WIDEST: Final = 9


class Confidence(IntEnum):
    """How far the number can be trusted, by the titles that it rests on."""

    LOW = MINIMUM
    FAIR = 25
    HIGH = 100


@dataclass(frozen=True, slots=True)
class TasteMatch:
    """`percent` is 0 to 100, `titles` how many both voted on, `agreement` their plain mean agreement, 0 to 1."""

    percent: int
    titles: int
    agreement: float
    confidence: Confidence

    @property
    def stars_apart(self) -> float:
        """How far the votes on a title lie apart on average, in stars."""
        return (1 - self.agreement) * WIDEST / 2


def match_of(differences: Sequence[int]) -> TasteMatch | None:
    """The match of two members from how many titles they voted on 0, 1, … 9 half stars apart.

    None below `MINIMUM` titles. Raises ValueError unless there are ten counts.
    """
    if len(differences) != WIDEST + 1:
        raise ValueError(f"Votes are 0 to {WIDEST} half stars apart; these are {len(differences)} counts.")
    titles = sum(differences)
    if titles < MINIMUM:
        return None
    agreed = titles - sum(apart * count for apart, count in enumerate(differences)) / WIDEST
    drawn = (agreed + WEIGHT * USUAL) / (titles + WEIGHT)
    confidence = max(level for level in Confidence if level <= titles)
    return TasteMatch(round(100 * drawn), titles, agreed / titles, confidence)
