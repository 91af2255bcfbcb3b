"""How many titles each genre, country, language and decade would leave of a list.

The counts of a list read all its rows, up to a quarter of a second for the largest, so they are kept for a while, and a
page that has none at hand asks for them after it has been shown.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import structlog
from django.core.cache import cache
from django.db import OperationalError
from django.db.models import Count, F, Field, Func, IntegerField, Q, QuerySet, TextField
from django.utils import timezone

from films.filters import TitleFilter
from films.models import TitleListing
from filmsite.lib.time_limit import time_limit

# Counts of a narrowed list, and of all titles of a kind, which a task counts again before they are forgotten.
SECONDS_KEPT: Final = 60
SECONDS_KEPT_OF_ALL: Final = 1200
LIMIT_MS: Final = 500
# Of the countries and languages with the most titles a form shows so many; pages of their own list all.
MOST_CHOICES: Final = 40

# By name of the filter, by value, how many titles.
Counts = dict[str, dict[str, int]]

log = structlog.get_logger("filmsite.facets")


def _each(column: str, output_field: Field) -> Func:
    """Every element of an array column, in a row of its own."""
    each = Func(F(column), function="unnest", output_field=output_field)
    each.set_returning = True
    return each


_COLUMNS: Final = {"genre": "genres", "country": "countries", "language": "languages"}
_VALUES: Final = {
    "genre": _each(_COLUMNS["genre"], IntegerField()),
    "country": _each(_COLUMNS["country"], TextField()),
    "language": _each(_COLUMNS["language"], TextField()),
    "decade": F("year") / 10 * 10,
}


def count_facets(filters: TitleFilter) -> Counts:
    """Count now. A value's number is what choosing it would give: titles that fit everything else asked for.

    Where values replace each other (decades), the facet's own choice is left out of what it counts. Where they widen
    the list and one is chosen (see `adds`), the others have the titles that they would add, the chosen ones all of
    their own. Raises OperationalError when one of the four statements takes longer than `LIMIT_MS`.
    """
    with time_limit(LIMIT_MS):
        counted = {name: _tally(filters, name) for name in _VALUES}
    slugs = {genre.pk: genre.slug for genre in filters.genres}
    counted["genre"] = {slugs[pk]: titles for pk, titles in counted["genre"].items() if pk in slugs}
    return {name: {str(value): titles for value, titles in tally.items()} for name, tally in counted.items()}


def _rows_for(filters: TitleFilter, name: str) -> QuerySet[TitleListing]:
    narrows = name == "genre" and not filters.any_genre
    return filters.rows if narrows or name not in filters.query else filters.rows_without(name)


def adds(filters: TitleFilter, name: str) -> bool:
    """Whether a further value of this facet would widen the list: titles with any of the chosen ones are in it."""
    return name in filters.query and (
        name in ("country", "language") or (name == "genre" and filters.any_genre)
    )


def _tally(filters: TitleFilter, name: str) -> dict[Any, int]:
    rows = _rows_for(filters, name).order_by()
    if name == "decade":
        rows = rows.filter(year__isnull=False)
    counted = rows.values_list(_VALUES[name])
    if not adds(filters, name):
        return dict(counted.annotate(titles=Count("*")))
    chosen: list[Any] = filters.query.getlist(name)
    if name == "genre":
        chosen = [genre.pk for genre in filters.genres if genre.slug in chosen]
    has_chosen = Q(**{f"{_COLUMNS[name]}__overlap": chosen})
    both = counted.annotate(titles=Count("*"), added=Count("pk", filter=~has_chosen))
    return {value: titles if value in chosen else added for value, titles, added in both}


def recount(filters: TitleFilter) -> Counts:
    """Count this list and keep that for a while. Raises OperationalError after `LIMIT_MS`."""
    counts = count_facets(filters)
    cache.set(_name(filters.state), counts, SECONDS_KEPT if filters.query else SECONDS_KEPT_OF_ALL)
    return counts


def counts_of(filters: TitleFilter) -> Counts | None:
    """The counts of this list, made now unless they were made lately; None when that would take too long."""
    return cache.get(_name(filters.state)) or _recount_if_quick(filters)


def _recount_if_quick(filters: TitleFilter) -> Counts | None:
    try:
        return recount(filters)
    except OperationalError as error:
        log.warning("facets cut short", state=filters.state, error=str(error))
        return None


def _name(state: str) -> str:
    return f"facets:{sha256(state.encode()).hexdigest()}"


# --- As a form shows them ---


@dataclass(frozen=True)
class Choice:
    """One value of a facet. `titles` is what choosing it would give, or as `adds` says add; None while uncounted."""

    value: str
    words: str
    titles: int | None
    is_chosen: bool
    adds: bool


@dataclass(frozen=True)
class Facet:
    """The choices of one filter; `left_out` says that there are more, each with fewer titles."""

    name: str
    label: str
    choices: list[Choice]
    left_out: bool

    @property
    def has_choice(self) -> bool:
        return any(choice.is_chosen for choice in self.choices)


@dataclass(frozen=True)
class Facets:
    """The facets of a list, and whether their numbers are known."""

    each: list[Facet]
    counted: bool


def facets_for(filters: TitleFilter, *, count: bool = False) -> Facets:
    """What a form offers: every value that some title of the kind has, with its number where that is at hand.

    The chosen ones stand first; then countries and languages by their titles in the whole catalogue, genres and decades
    in their own order. With `count` what is not at hand is counted.
    """
    name, name_of_all = _name(filters.state), _name(f"{filters.kind}?")
    known = cache.get_many([name, name_of_all])
    counts = known.get(name)
    if counts is None and count and filters.is_valid():
        counts = _recount_if_quick(filters)
    return Facets(
        [_facet(filters, facet, counts, known.get(name_of_all)) for facet in _VALUES],
        counted=counts is not None,
    )


def _facet(filters: TitleFilter, name: str, counts: Counts | None, of_all: Counts | None) -> Facet:
    values, chosen = filters.values_of(name), filters.query.getlist(name)
    if of_all is not None:
        values = [value for value in values if value in of_all[name] or value in chosen]
    elif name == "decade":
        values = [value for value in values if int(value) <= timezone.localdate().year or value in chosen]
    widens = counts is not None and adds(filters, name)
    choices = [
        Choice(
            value,
            filters.words_of(name, value),
            counts[name].get(value, 0) if counts else None,
            value in chosen,
            adds=widens and value not in chosen,
        )
        for value in values
    ]
    choices.sort(key=lambda choice: not choice.is_chosen)
    if name in ("country", "language"):
        titles = of_all[name] if of_all else {}
        choices.sort(key=lambda choice: (not choice.is_chosen, -titles.get(choice.value, 0), choice.words))
        shown = choices if of_all is None else choices[: max(MOST_CHOICES, len(chosen))]
        return Facet(name, str(filters.filters[name].label), shown, left_out=len(shown) < len(choices))
    return Facet(name, str(filters.filters[name].label), choices, left_out=False)
