"""Tables of one's own: a CSV whose first line names a title and what there is to say of it, in English or Dutch.

Many programs write such a table, Movary and NeoDB among them. It does not say of how many its stars are: their numbers do.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from reviews.bringing.archive import Part
from reviews.bringing.base import (
    Bad,
    Intake,
    Kind,
    Row,
    imdb_id,
    line_of,
    named,
    number_of,
    tags_of,
    text_of,
    year_of,
)
from reviews.bringing.letterboxd import in_markdown
from reviews.bringing.movielens import name_and_year
from reviews.bringing.tables import Cells, Table, each, note_unknown_columns, table_of

# What a column holds, and how it is called, folded to letters and digits; the surest name first.
_COLUMNS: Final = {
    "title": ("title", "titel", "name", "naam", "film", "movie", "filmtitle", "filmtitel", "movietitle"),
    "original title": ("originaltitle", "originalname", "origineletitel", "oorspronkelijketitel"),
    "year": ("year", "jaar", "releaseyear", "jaartal"),
    "rating": (
        *("myrating", "yourrating", "mijnstem", "mijncijfer", "rating", "stem", "cijfer", "stars", "sterren"),
        *("score", "vote", "waardering", "beoordeling"),
    ),
    "points": ("rating10", "userrating", "punten", "points"),
    "date": ("daterated", "ratedat", "datumstem", "date", "datum", "timestamp", "createdat"),
    "watched date": ("watcheddate", "watchedat", "datewatched", "seenon", "gezienop", "datumgezien"),
    "added": ("addedat", "dateadded", "added", "toegevoegdop", "toegevoegd"),
    "imdb id": ("imdbid", "imdb", "const", "tconst"),
    "tmdb id": ("tmdbid", "tmdb"),
    "links": ("links",),
    "status": ("status",),
    "review": ("review", "recensie"),
    "comment": ("comment", "note", "notes", "opmerking", "notitie"),
    "tags": ("tags", "labels"),
    "place": ("place", "location", "plaats", "locatie"),
    "rewatch": ("rewatch", "herzien"),
}
_TITLES: Final = frozenset({"title", "imdb id", "tmdb id"})
_SAYINGS: Final = frozenset({"rating", "points", "watched date", "added", "status", "review"})
# What belongs to a diary entry, and has no place without one.
_OF_A_VIEWING: Final = frozenset({"comment", "tags", "place", "rewatch"})
_NOT_FOLDED: Final = re.compile(r"[^a-z0-9]")
# 31-12-2019, or 12/31/2019.
_DAY: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[ T].*)?", re.ASCII)
_IMDB: Final = re.compile(r"\btt\d{7,10}\b", re.ASCII)
_NOTE_LENGTH, _PLACE_LENGTH = 500, 80


@dataclass
class _Habits:
    """What only all lines together tell: of how many the stars are, and whether the month comes before the day."""

    best: int = 5
    month_first: bool = False

    def learn(self, cells: Cells) -> None:
        if 5 < _number(cells["rating"]) <= 10:
            self.best = 10
        for column in ("date", "watched date", "added"):
            found = _DAY.fullmatch(cells[column].strip())
            self.month_first |= found is not None and int(found[2]) > 12

    def day(self, written: str) -> str:
        """A day with its year last, as ISO 8601; anything else as it is."""
        found = _DAY.fullmatch(written.strip())
        if found is None:
            return written
        month, day = (found[1], found[2]) if self.month_first else (found[2], found[1])
        return f"{found[3]}-{month:0>2}-{day:0>2}"


def is_ours(part: Part) -> bool:
    """Whether the first line names titles and something to say of them. Tables of other sites do so as well."""
    heading = table_of(part.name, part.head.split("\n", 1)[0].encode(), Kind.VOTE).heading
    columns = set(_columns_of(heading))
    return bool(columns & _TITLES and columns & _SAYINGS)


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    """The rows of all parts, whose stars are of equally many. Files that are no such table are noted."""
    ours = [part for part in parts if is_ours(part)]
    for part in parts:
        if part not in ours:
            intake.note("file", part.name)
    habits = _habits_of(ours, intake)
    for part in ours:
        table = _table_of(part)
        columns = frozenset(table.heading)
        known = _COLUMNS.keys() if "watched date" in columns else _COLUMNS.keys() - _OF_A_VIEWING
        note_unknown_columns(table, known, intake)
        is_wanted = "added" in columns and not columns & {"rating", "points", "watched date"}

        def read_line(
            line: int, cells: Cells, part: Part = part, is_wanted: bool = is_wanted
        ) -> Iterator[Row]:
            return _things(part, line, cells, habits, is_wanted, intake)

        yield from each(table, read_line)


def _habits_of(parts: Sequence[Part], intake: Intake) -> _Habits:
    habits = _Habits()
    for part in parts:
        table = _table_of(part)
        # NeoDB's, which are of ten.
        if {"links", "status"} <= set(table.heading):
            habits.best = 10
        for _line, cells in table.lines():
            table.take_refused()
            habits.learn(cells)
        if "rating" in table.heading:
            intake.best = habits.best
    return habits


def _table_of(part: Part) -> Table:
    table = table_of(part.name, part.content, Kind.VOTE)
    table.heading = _columns_of(table.heading)
    return table


def _columns_of(heading: Sequence[str]) -> list[str]:
    """The columns by what they hold. Those that nobody knows, or that say the same less surely, by their own names."""
    folded = [_NOT_FOLDED.sub("", name) for name in heading]
    held: dict[int, str] = {}
    for column, names in _COLUMNS.items():
        place = next((folded.index(name) for name in names if name in folded), None)
        if place is not None:
            held[place] = column
    return [
        held.get(place) or (f"{name} (2)" if name in _COLUMNS else name) for place, name in enumerate(heading)
    ]


def _things(
    part: Part, line: int, cells: Cells, habits: _Habits, is_wanted: bool, intake: Intake
) -> Iterator[Row]:
    """All that a line says of its title. Raises Bad for what cannot be, or says nothing."""
    value = intake.stars(cells["points"], best=10) or intake.stars(cells["rating"], best=habits.best)
    title, status = _title(cells), cells["status"].strip().lower()
    seen_on = intake.day(habits.day(cells["watched date"]))
    at = intake.moment(habits.day(cells.first("date", "watched date", "added")))
    body = text_of(in_markdown(cells["review"]))
    if is_wanted or status == "wishlist":
        yield Row(Kind.WATCHLIST, part.name, line, title, {"at": at})
        return
    if not (value or seen_on or body or status):
        raise Bad("no_rating")
    if value:
        yield Row(Kind.VOTE, part.name, line, title, {"value": value, "at": at})
    if seen_on:
        viewing = {
            "seen_on": seen_on,
            "at": at,
            "value": value,
            "is_rewatch": cells["rewatch"].strip().lower() in {"yes", "true", "1", "ja"},
            "tags": tags_of(cells["tags"]),
            "place": line_of(cells["place"], most=_PLACE_LENGTH),
            "note": line_of(cells["comment"], most=_NOTE_LENGTH),
        }
        yield Row(Kind.VIEWING, part.name, line, title, viewing)
    elif status == "complete":
        yield Row(Kind.VIEWING, part.name, line, title, {"seen_on": None, "at": at, "if_unseen": True})
    if body:
        review = {"body": body, "at": at, "seen_on": seen_on, "verdict": value, "is_opinion": True}
        yield Row(Kind.REVIEW, part.name, line, title, review)


def _title(cells: Cells) -> dict[str, Any]:
    name, year = line_of(cells["title"]), year_of(cells["year"])
    if year is None:
        name, year = name_and_year(name)
    linked = _IMDB.search(cells["links"])
    title = named(
        name=name,
        other=line_of(cells["original title"]),
        year=year,
        imdb=imdb_id(cells["imdb id"] or (linked and linked[0])),
        tmdb=number_of(cells["tmdb id"]),
    )
    if not title.keys() & {"name", "imdb", "tmdb"}:
        raise Bad("nameless")
    return title


def _number(written: str) -> float:
    try:
        return float(written.strip().replace(",", "."))
    except ValueError:
        return 0
