"""What somebody typed, read; and how well a stored name answers it."""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR
from films.search.normalising import normalise, readings_of, with_numbers, without_article
from films.search.slips import slips, slips_in

# Where `Found.order` holds the slips of a name that is alike.
SLIPS: Final = 4

_YEAR: Final = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


class Match(IntEnum):
    """How a name answers a query, best first."""

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    SIMILAR = 3


@dataclass(frozen=True)
class Query:
    """What somebody typed, read: its normal form, and the year in it with what is left ("heat 1995")."""

    text: str

    @cached_property
    def norm(self) -> str:
        return normalise(self.text)

    @cached_property
    def _parts(self) -> tuple[int | None, str]:
        for match in _YEAR.finditer(self.norm):
            rest = " ".join((self.norm[: match.start()] + self.norm[match.end() :]).split())
            # A year that is the whole query is a name: "1984".
            if rest and FIRST_FILM_YEAR <= int(match[0]) <= LAST_FILM_YEAR:
                return int(match[0]), rest
        return None, self.norm

    @property
    def year(self) -> int | None:
        return self._parts[0]

    @property
    def rest(self) -> str:
        """The query without its year; all of it where there is none."""
        return self._parts[1]

    @cached_property
    def readings(self) -> list[str]:
        return readings_of(self.norm)

    @cached_property
    def readings_of_rest(self) -> list[str]:
        return readings_of(self.rest)

    @cached_property
    def core(self) -> str:
        """What names are compared with to tell whether they are alike: the year may be the mistake."""
        return without_article(self.rest)

    @property
    def most_slips(self) -> int:
        """More slips than this make what was typed the part of another name."""
        return 1 if len(self.core) < 8 else 2 if len(self.core) < 16 else 3


class Found(NamedTuple):
    """A stored name that answers a query. `item` is the id of the title or person."""

    of: Literal["title", "person", "member"]
    item: int
    match: Match
    other_name: str
    language: str
    # The lower the better, comparable between titles and people.
    order: tuple[float, ...]
    # A person's name and slug, the id and role of their best-known credit, and of the title, or of what the credit is
    # for, the fields of `LINK`. Empty for what was not found in the search table.
    shown: tuple[Any, ...] = ()


def judge(
    query: Query,
    match: Match,
    title: int | None,
    person: int | None,
    norm: str,
    other_name: str,
    language: str,
    year: int | None,
    popularity: int,
    likeness: float,
) -> Found:
    """Bring a name that was found to its place among all."""
    item = title or person or 0
    readings = query.readings
    # What is called like the whole query needs no year: "Blade Runner 2049".
    distance = 0
    # A reading that ends with a space is of whole words.
    name = f"{norm} "
    if query.year and not any(name.startswith(reading) for reading in readings):
        readings = query.readings_of_rest
        distance = 2 if year is None else min(2, abs(year - query.year))
    place = next((place for place, reading in enumerate(readings) if reading.rstrip() == norm), None)
    alike: tuple[float, ...] = (0, 0, 0, 0)
    if place is not None:
        match = Match.EXACT
    elif match is Match.PREFIX or any(name.startswith(reading) for reading in readings):
        match = Match.PREFIX
        # As typed first: "die hard" is not to drown in names that begin with "hard".
        place = next(place for place, reading in enumerate(readings) if name.startswith(reading))
    elif match is Match.SIMILAR:
        alike = _alike(query, norm, likeness)
    order = (
        match is Match.SIMILAR,
        distance,
        match,
        place or 0,
        *alike,
        -popularity,
        title is None,
        item,
    )
    return Found("person" if title is None else "title", item, match, other_name, language, order)


def _alike(query: Query, norm: str, likeness: float) -> tuple[float, ...]:
    """How far a name is from being called so: slips, and among as many, whole names before beginnings before parts.

    Trigrams find what is near; which of it is nearest, slips tell better: "goldne" is "golden" rather than "gold".
    """
    core, name = with_numbers(query.core), with_numbers(norm)
    whole = slips(core, name)
    part = slips_in(core, name, min(query.most_slips, whole - 1)) if whole else None
    if part is None:
        return whole, 0, 0, -likeness
    # Of names with one part in common, the most popular.
    return part.slips, 1 + part.unfinished, part.later, 0
