"""What differs between two values of a fact, as a person reads it: lines that came and went, words within a text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from re import split
from typing import Any, Final, Literal

from films.editing.fields import Field
from films.editing.parts import PartKind

Mark = Literal["same", "del", "ins"]
# Comparing takes at worst the product of the lengths: beyond this many steps sentences are compared, and beyond
# that whole texts. A tenth of a second at most.
MOST_STEPS: Final = 250_000


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
        return Difference(words=list(_words("\n".join(before), "\n".join(after))))
    removed, added = list(before), list(after)
    for line in before:
        if line in added:
            added.remove(line)
            removed.remove(line)
    return Difference(
        removed=removed,
        added=added,
        same=len(before) - len(removed),
        moved=not removed and not added and before != after,
    )


def _plain(value: Any) -> list[str]:
    return [] if value in (None, "", [], {}) else [str(value)]


def _words(before: str, after: str) -> Iterator[tuple[Mark, str]]:
    for pattern in (r"(\s+)", r"((?<=[.!?])\s+|\n+)"):
        old, new = split(pattern, before), split(pattern, after)
        if len(old) * len(new) <= MOST_STEPS:
            return _compared(old, new)
    return iter([("del", before), ("ins", after)])


def _compared(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Mark, str]]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield "same", "".join(old[i1:i2])
        else:
            if i1 != i2:
                yield "del", "".join(old[i1:i2])
            if j1 != j2:
                yield "ins", "".join(new[j1:j2])
