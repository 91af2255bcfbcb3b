"""How many slips of the fingers lie between two spellings."""

from typing import Final

# Further apart than this is not a slip but another name.
MOST_SLIPS: Final = 3


def slips(typed: str, name: str) -> int:
    """Letters left out, added, changed or swapped with the next between the two; `MOST_SLIPS` + 1 for any more."""
    far = MOST_SLIPS + 1
    if abs(len(typed) - len(name)) > MOST_SLIPS:
        return far
    # Row by row, of each only what lies within reach of the diagonal.
    before_last: list[int] = []
    last = [min(column, far) for column in range(len(name) + 1)]
    for row, letter in enumerate(typed, start=1):
        current = [far] * (len(name) + 1)
        if row <= MOST_SLIPS:
            current[0] = row
        for column in range(max(1, row - MOST_SLIPS), min(len(name), row + MOST_SLIPS) + 1):
            same = letter == name[column - 1]
            least = min(last[column - 1] + (not same), last[column] + 1, current[column - 1] + 1)
            if row > 1 and column > 1 and letter == name[column - 2] and typed[row - 2] == name[column - 1]:
                least = min(least, before_last[column - 2] + 1)
            current[column] = min(least, far)
        if min(current) == far:
            return far
        before_last, last = last, current
    return last[-1]
