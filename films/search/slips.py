"""How many slips of the fingers lie between two spellings."""

from string import ascii_lowercase
from typing import Final, NamedTuple

# Further apart than this is not a slip but another name.
MOST_SLIPS: Final = 3
# What a finger that slips puts into a normalised name.
_TYPED: Final = f"{ascii_lowercase} "


class Part(NamedTuple):
    """Where a name is most like what was typed: the slips to there, whether within a word, and whether past its first."""

    slips: int
    unfinished: bool
    later: bool


def slips(typed: str, name: str) -> int:
    """Letters left out, added, changed or swapped with the next between the two; `MOST_SLIPS` + 1 for any more."""
    if abs(len(typed) - len(name)) > MOST_SLIPS:
        return MOST_SLIPS + 1
    return _slips_to_each(typed, name, MOST_SLIPS)[-1]


def one_slip_from(name: str) -> set[str]:
    """Everything that lies one slip from a normalised name: some sixty spellings for each of its letters."""
    cuts = [(name[:place], name[place:]) for place in range(len(name) + 1)]
    left_out = {head + tail[1:] for head, tail in cuts if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    changed = {head + letter + tail[1:] for head, tail in cuts if tail for letter in _TYPED}
    added = {head + letter + tail for head, tail in cuts for letter in _TYPED}
    return (left_out | swapped | changed | added) - {name}


def slips_in(typed: str, name: str, most: int) -> Part | None:
    """The words of a name that are most like what was typed, the last of them perhaps unfinished.

    None where all are more than `most` slips away.
    """
    best = None
    start = 0
    while start >= 0:
        # Of what is near enough, nothing is longer.
        reach = len(typed) + most
        counts = _slips_to_each(typed, name[start : start + reach], most)
        for end, count in enumerate(counts, start=start):
            if count <= most:
                part = Part(count, name[end : end + 1] not in {"", " "}, start > 0)
                best = part if best is None else min(best, part)
        start = name.find(" ", start) + 1 or -1
    return best


def _slips_to_each(typed: str, name: str, most: int) -> list[int]:
    """The slips from what was typed to each beginning of a name, the empty one first; `most` + 1 for any more."""
    far = most + 1
    # Row by row, of each only what lies within reach of the diagonal.
    before_last: list[int] = []
    last = [min(column, far) for column in range(len(name) + 1)]
    for row, letter in enumerate(typed, start=1):
        current = [far] * (len(name) + 1)
        if row <= most:
            current[0] = row
        for column in range(max(1, row - most), min(len(name), row + most) + 1):
            same = letter == name[column - 1]
            least = min(last[column - 1] + (not same), last[column] + 1, current[column - 1] + 1)
            if row > 1 and column > 1 and letter == name[column - 2] and typed[row - 2] == name[column - 1]:
                least = min(least, before_last[column - 2] + 1)
            current[column] = min(least, far)
        if min(current) == far:
            return current
        before_last, last = last, current
    return last
