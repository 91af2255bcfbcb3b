"""Two titles side by side, fact by fact: for whoever decides whether they are the same."""

from dataclasses import dataclass
from typing import Final

from films.editing import fields_of, is_empty, read_facts
from films.editing.parts import Words
from films.models import Title
from films.services.merging import facts_to_take

# A cast of hundreds is not compared line by line.
_LINES: Final = 8


@dataclass(frozen=True)
class ComparedFact:
    """A fact of two titles as lines of text; `taken` are the lines that the first would take over from the second."""

    label: Words
    kept: list[str]
    duplicate: list[str]
    taken: list[str]
    is_same: bool


def compare_titles(kept: Title, duplicate: Title) -> list[ComparedFact]:
    """Every fact that one of the two has, in the order of a title's form. Four queries."""
    mine, theirs, wanted = read_facts(kept), read_facts(duplicate), facts_to_take(kept, duplicate)
    compared = []
    for key, field in fields_of(kept).items():
        if is_empty(mine[key]) and is_empty(theirs[key]):
            continue
        before, other = field.show(mine[key]), field.show(theirs[key])
        after = field.show(wanted[key]) if key in wanted else before
        compared.append(
            ComparedFact(
                label=field.label,
                kept=_first(before),
                duplicate=_first(other),
                taken=_first([line for line in after if line not in before]),
                is_same=field.same(mine[key], theirs[key]),
            )
        )
    return compared


def _first(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _LINES else [*lines[:_LINES], f"… (+{len(lines) - _LINES})"]
