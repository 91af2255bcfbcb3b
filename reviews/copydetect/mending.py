"""Putting right a text that holds somebody else's words: pure functions from the text as it is to the text as it may be.

The buttons of the composer and the verdicts of moderators use the same ones. Passages are stretches of the text (code
points, end exclusive); what stands outside them stays, in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reviews.copydetect.rules import KnownText

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Replacement:
    """Put `text` in the place of the characters `start:end` (code points) of another text."""

    start: int
    end: int
    text: str

    def applied_to(self, text: str) -> str:
        """Give the text with the change made."""
        return text[: self.start] + self.text + text[self.end :]


def replacement(old: str, new: str) -> Replacement:
    """Give the smallest single change that makes `new` of `old`."""
    start = 0
    most = min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    same = 0
    while same < most - start and old[-1 - same] == new[-1 - same]:
        same += 1
    return Replacement(start, len(old) - same, new[start : len(new) - same])


def as_quote(text: str, passages: Sequence[Stretch], label: str, url: str) -> str:
    """Make the beginning of the longest passage a quotation that names and links its source; the other words go."""
    raise NotImplementedError


def keep_first_paragraph(text: str, passages: Sequence[Stretch], source: "KnownText", url: str) -> str:
    """Keep of the passages what is the first paragraph of the source, as a quotation with a link; the other words go.

    Where the text has nothing of that paragraph, the link alone is left.
    """
    raise NotImplementedError


def take_out(text: str, passages: Sequence[Stretch]) -> str:
    """Take the passages out."""
    raise NotImplementedError
