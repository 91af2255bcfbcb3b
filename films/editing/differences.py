"""What differs between two values of a fact, as a person reads it: lines that came and went, words within a text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from re import split
from typing import Any, Final, Literal

from films.editing.fields import Field
from films.editing.parts import PartKind

Mark = Literal["same", "del", "ins"]
# A page compares dozens of texts of strangers: beyond this many steps sentences are compared, and beyond as many again
# the texts as wholes. Some milliseconds a text at most.
MOST_STEPS: Final = 10_000


@dataclass(frozen=True)
class Difference:
    """Either `words` of one text, or lines of which some went and some came (`same` of them stayed)."""

    words: list[tuple[Mark, str]] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    same: int = 0
    # The same lines in another order.
    moved: bool = False


def difference(of: Field | None, old: Any, new: Any) -> Difference:
    """What differs between two values of a fact; of a fact that no longer exists (None), the values as they are."""
    if of is None:
        return Difference(removed=_plain(old), added=_plain(new))
    before, after = of.show(old), of.show(new)
    if not of.is_list and of.parts[0].kind is PartKind.TEXT and before and after:
        return Difference(words=changed_words("\n".join(before), "\n".join(after)))
    removed, added = _without(before, after), _without(after, before)
    return Difference(
        removed=removed,
        added=added,
        same=len(before) - len(removed),
        moved=not removed and not added and before != after,
    )


def _without(lines: Iterable[str], others: Iterable[str]) -> list[str]:
    left, without = Counter(others), []
    for line in lines:
        if left[line]:
            left[line] -= 1
        else:
            without.append(line)
    return without


def _plain(value: Any) -> list[str]:
    return [] if value in (None, "", [], {}) else [str(value)]


def changed_words(before: str, after: str) -> list[tuple[Mark, str]]:
    """The words that stayed, went and came, in the order of reading."""
    for pattern in (r"(\s+)", r"((?<=[.!?])\s+|\n+)"):
        if (compared := _compared(split(pattern, before), split(pattern, after))) is not None:
            return compared
    return [("del", before), ("ins", after)]


def _compared(old: Sequence[str], new: Sequence[str]) -> list[tuple[Mark, str]] | None:
    """What stays and what goes and comes, in the order of reading; None when it takes more than `MOST_STEPS`."""
    begin, shorter = 0, min(len(old), len(new))
    while begin < shorter and old[begin] == new[begin]:
        begin += 1
    end = 0
    while end < shorter - begin and old[-1 - end] == new[-1 - end]:
        end += 1
    rounds = _rounds(old[begin : len(old) - end], new[begin : len(new) - end])
    if rounds is None:
        return None
    middle = _steps(old[begin : len(old) - end], new[begin : len(new) - end], rounds)
    marked: list[tuple[Mark, str]] = [("same", part) for part in old[:begin]]
    marked += middle
    marked += [("same", part) for part in old[len(old) - end :]]
    return list(_runs(marked))


def _rounds(old: Sequence[str], new: Sequence[str]) -> list[dict[int, int]] | None:
    """How far into the old text one gets with ever more changes, by diagonal (place in old minus place in new).

    Myers, "An O(ND) Difference Algorithm" (1986): the cost grows with what differs, not with the product of the
    lengths. Each round begins where the one before it ended. None when it takes more than `MOST_STEPS`.
    """
    reach, rounds, steps = {1: 0}, [], 0
    for changes in range(len(old) + len(new) + 1):
        rounds.append(reach.copy())
        for diagonal in range(-changes, changes + 1, 2):
            x = begun = _entry(reach, diagonal, changes)[1]
            while x < len(old) and x - diagonal < len(new) and old[x] == new[x - diagonal]:
                x += 1
            reach[diagonal] = x
            if x >= len(old) and x - diagonal >= len(new):
                return rounds
            steps += 1 + x - begun
            if steps > MOST_STEPS:
                return None
    return rounds


def _entry(reach: dict[int, int], diagonal: int, changes: int) -> tuple[int, int]:
    """From which diagonal the furthest way comes onto this one with its last change, and at which place in old."""
    if diagonal == -changes or (diagonal != changes and reach[diagonal - 1] < reach[diagonal + 1]):
        return diagonal + 1, reach[diagonal + 1]
    return diagonal - 1, reach[diagonal - 1] + 1


def _steps(old: Sequence[str], new: Sequence[str], rounds: list[dict[int, int]]) -> list[tuple[Mark, str]]:
    """The way that the rounds found, walked back from the end."""
    x, y = len(old), len(new)
    walked: list[tuple[Mark, str]] = []
    for changes in range(len(rounds) - 1, -1, -1):
        origin, entered = _entry(rounds[changes], x - y, changes)
        while x > entered:
            x, y = x - 1, y - 1
            walked.append(("same", old[x]))
        if changes and origin > x - y:
            y -= 1
            walked.append(("ins", new[y]))
        elif changes:
            x -= 1
            walked.append(("del", old[x]))
    return walked[::-1]


def _runs(marked: Iterable[tuple[Mark, str]]) -> Iterator[tuple[Mark, str]]:
    """Neighbours of one mark as one text; between what stays, all that went before all that came."""
    for stays, run in groupby(marked, key=lambda step: step[0] == "same"):
        parts = list(run)
        marks: tuple[Mark, ...] = ("same",) if stays else ("del", "ins")
        for mark in marks:
            if text := "".join(part for marked_as, part in parts if marked_as == mark):
                yield mark, text
