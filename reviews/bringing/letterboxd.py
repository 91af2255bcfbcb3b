"""Letterboxd: its export (a ZIP or single files of it), and the format that it imports.

Titles have a name and a year, no ids. In the diary and the reviews the address of a row names the entry and not the
film, so rows are never brought together by it. One judgement may stand in three files: ratings.csv says the vote; what
the diary and the reviews say of stars belongs to that viewing, and is the vote only where ratings.csv has none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext

from accounts.models import Audience
from reviews.bringing.archive import Part
from reviews.bringing.base import (
    LIST_NAME,
    LIST_NOTE,
    Bad,
    Intake,
    Kind,
    Row,
    Unreadable,
    imdb_id,
    line_of,
    named,
    number_of,
    tags_of,
    text_of,
    work_of,
    year_of,
)
from reviews.bringing.tables import (
    Cells,
    Records,
    Table,
    columns_of,
    each,
    note_unknown_columns,
    separator_of,
    table_of,
)

_LIST: Final = "letterboxd list export"
_URI: Final = "letterboxd uri"
_COLUMNS: Final = {
    "ratings": ("date", "name", "year", _URI, "rating"),
    "diary": ("date", "name", "year", _URI, "rating", "rewatch", "tags", "watched date"),
    "reviews": ("date", "name", "year", _URI, "rating", "rewatch", "review", "tags", "watched date"),
    "watched": ("date", "name", "year", _URI),
    "watchlist": ("date", "name", "year", _URI),
    "likes": ("date", "name", "year", _URI),
    "list": ("position", "name", "year", "url", "description"),
    "sent": (
        *(
            "letterboxduri",
            "url",
            "tmdbid",
            "imdbid",
            "title",
            "name",
            "year",
            "directors",
            "rating",
            "rating10",
        ),
        *("watcheddate", "rewatch", "tags", "review", "creatorname", "date"),
    ),
}
# What ratings and viewings say comes first, so that what repeats it can be told.
_ORDER: Final = ("ratings", "diary", "reviews", "sent", "watched", "watchlist", "likes", "list")
_NOT_TAKEN: Final = {"comments": "comments", "profile": "profile"}

_TAGS: Final = (
    (re.compile(r"<\s*br\s*/?\s*>", re.IGNORECASE), "\n"),
    (re.compile(r"<\s*/?\s*(?:i|em)\s*>", re.IGNORECASE), "*"),
    (re.compile(r"<\s*/?\s*(?:b|strong)\s*>", re.IGNORECASE), "**"),
    (re.compile(r"<\s*blockquote\s*>\s*", re.IGNORECASE), "\n\n> "),
    (re.compile(r"<\s*/\s*(?:blockquote|p)\s*>", re.IGNORECASE), "\n\n"),
    (re.compile(r"<\s*p\s*>", re.IGNORECASE), ""),
    (
        re.compile(
            r"<\s*a\s[^>]{0,200}?href=[\"'](https?://[^\"'<>\s]{1,500})[\"'][^>]{0,200}>([^<]{1,300})<\s*/\s*a\s*>"
        ),
        r"[\2](\1)",
    ),
)


def is_ours(part: Part) -> bool:
    """Whether this is a file of Letterboxd's, by its first line."""
    heading = part.head.split("\n", 1)[0].lower()
    if heading.startswith(_LIST) or _URI in heading or "letterboxduri" in heading:
        return True
    columns = set(columns_of(heading.split(separator_of(heading))))
    return "title" in columns and bool(columns & {"rating10", "watcheddate"})


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    """The rows of all parts. Files that are not taken over are noted."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        role = _role_of(part, intake)
        if role:
            found.setdefault(role, []).append(part)
    said = _Said(intake)
    for role in _ORDER:
        for part in found.get(role, []):
            yield from _READERS[role](part, intake, said)
        if role == "sent":
            yield from said.votes_of_the_diary()


def _role_of(part: Part, intake: Intake) -> str:
    """What the part holds; nothing for what is not taken over, which is noted."""
    folders = part.path[:-1]
    head = part.head
    heading = head.split("\n", 1)[0].lower()
    if {"deleted", "orphaned"} & set(folders):
        intake.note("leftover", part.name)
        return ""
    if part.stem in _NOT_TAKEN or (part.folder == "likes" and part.stem in {"reviews", "lists"}):
        intake.note("not_taken", part.name, rows=_number_of_rows(part))
        return ""
    if heading.startswith(_LIST):
        return "list"
    columns = set(columns_of(heading.split(separator_of(heading))))
    if _URI in columns:
        if "rewatch" in columns:
            return "reviews" if "review" in columns else "diary"
        if "rating" in columns:
            return "ratings"
        if part.folder == "likes" or "like" in part.stem or part.stem == "films":
            return "likes"
        for role in ("watchlist", "watched"):
            if role in part.stem:
                return role
        raise Unreadable("which")
    if is_ours(part):
        return "sent"
    intake.note("file", part.name)
    return ""


def _number_of_rows(part: Part) -> int:
    if not part.name.lower().endswith(".csv"):
        return 0
    return max(0, sum(1 for _ in Records(part.content)) - 1)


@dataclass
class _Said:
    """What earlier files said of a title, by its `work_of`."""

    intake: Intake
    votes: set[str] = field(default_factory=set)
    viewings: set[tuple[str, str | None]] = field(default_factory=set)
    # Of titles without a vote of their own the newest stars of the diary: (day, the row).
    starred: dict[str, tuple[str, Row]] = field(default_factory=dict)

    def star(self, row: Row, day: str) -> None:
        work = work_of(row.named)
        if work not in self.votes and day >= self.starred.get(work, ("",))[0]:
            self.starred[work] = (day, row)

    def votes_of_the_diary(self) -> Iterator[Row]:
        for _, row in self.starred.values():
            yield row
        self.votes |= set(self.starred)


def _film(cells: Cells) -> dict[str, Any]:
    name = line_of(cells["name"])
    if not name:
        raise Bad("nameless")
    return named(name=name, year=year_of(cells["year"]))


def _ratings(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "ratings", Kind.VOTE, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        film, value = _film(cells), intake.stars(cells["rating"], best=5)
        if value is None:
            raise Bad("no_rating")
        said.votes.add(work_of(film))
        yield Row(Kind.VOTE, part.name, line, film, {"value": value, "at": intake.moment(cells["date"])})

    yield from each(table, read_line)


@dataclass(frozen=True)
class _Seen:
    """What a line says of a film: the day on which it was seen, when that was told, and its half stars."""

    line: int
    film: dict[str, Any]
    seen_on: str | None
    at: str | None
    value: int | None
    cells: Cells

    def viewing(self) -> dict[str, Any]:
        return {
            "seen_on": self.seen_on,
            "at": self.at,
            "value": self.value,
            "is_rewatch": self.cells["rewatch"].strip().lower() in {"yes", "true"},
            "tags": tags_of(self.cells["tags"]),
        }


def _seen(line: int, cells: Cells, intake: Intake) -> _Seen:
    film, value = _film(cells), intake.stars(cells["rating"], best=5)
    return _Seen(line, film, intake.day(cells["watched date"]), intake.moment(cells["date"]), value, cells)


def _diary(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "diary", Kind.VIEWING, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        seen = _seen(line, cells, intake)
        said.viewings.add((work_of(seen.film), seen.seen_on))
        yield Row(Kind.VIEWING, part.name, line, seen.film, seen.viewing())
        if seen.value:
            vote = {"value": seen.value, "at": intake.moment(seen.seen_on) or seen.at}
            said.star(Row(Kind.VOTE, part.name, line, seen.film, vote), seen.seen_on or "")

    yield from each(table, read_line)


def _reviews(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "reviews", Kind.REVIEW, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        yield from _judgement(part, _seen(line, cells, intake), said)

    yield from each(table, read_line)


def _judgement(part: Part, seen: _Seen, said: _Said) -> Iterator[Row]:
    """The text of a line, and where no other file said so already, that it was seen and how many stars it got."""
    line, film, seen_on, value = seen.line, seen.film, seen.seen_on, seen.value
    body = text_of(in_markdown(seen.cells["review"]))
    if seen_on and (work_of(film), seen_on) not in said.viewings:
        said.viewings.add((work_of(film), seen_on))
        yield Row(Kind.VIEWING, part.name, line, film, seen.viewing())
    if value:
        vote = {"value": value, "at": said.intake.moment(seen_on) or seen.at}
        said.star(Row(Kind.VOTE, part.name, line, film, vote), seen_on or seen.at or "")
    if body:
        review = {"body": body, "at": seen.at, "seen_on": seen_on, "verdict": value, "is_opinion": True}
        yield Row(Kind.REVIEW, part.name, line, film, review)


def _watched(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "watched", Kind.VIEWING, intake)
    seen = {work for work, _ in said.viewings} | said.votes

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        film = _film(cells)
        # Of most it has been said already, by the diary or by a vote.
        if work_of(film) not in seen:
            data = {"seen_on": None, "at": intake.moment(cells["date"]), "if_unseen": True}
            yield Row(Kind.VIEWING, part.name, line, film, data)

    yield from each(table, read_line)


def _watchlist(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "watchlist", Kind.WATCHLIST, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        yield Row(Kind.WATCHLIST, part.name, line, _film(cells), {"at": intake.moment(cells["date"])})

    yield from each(table, read_line)


def _likes(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    table = _table(part, "likes", Kind.LIST_ENTRY, intake)
    intake.add_list("likes", part.name, name=gettext("Liked on Letterboxd"), audience=Audience.ME)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        entry = {"list": "likes", "position": line, "at": intake.moment(cells["date"])}
        yield Row(Kind.LIST_ENTRY, part.name, line, _film(cells), entry)

    yield from each(table, read_line)


def _list(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    """Two tables in one file: the list itself, and below an empty line its titles."""
    records = Records(part.content)
    found = iter(records)
    heads: list[list[str]] = []
    for _line, values, code in found:
        if not code and not (len(heads) == 0 and values[0].lower().startswith(_LIST)):
            heads.append(values)
        if len(heads) == 3:
            break
    if len(heads) < 3:
        raise Unreadable("unknown")
    about = Cells({name: place for place, name in enumerate(columns_of(heads[0]))}, [*heads[1], *[""] * 9])
    key = part.name[:200]
    intake.add_list(
        key,
        part.name,
        name=line_of(about["name"], most=LIST_NAME) or line_of(part.stem, most=LIST_NAME),
        description=in_markdown(about["description"]).strip(),
        created_at=about["date"],
        tags=tags_of(about["tags"]),
    )
    table = Table(part.name, columns_of(heads[2]), records, Kind.LIST_ENTRY, found)
    note_unknown_columns(table, _COLUMNS["list"], intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        entry = {
            "list": key,
            "position": number_of(cells["position"]) or line,
            "note": in_markdown(cells["description"]).strip()[:LIST_NOTE],
        }
        yield Row(Kind.LIST_ENTRY, part.name, line, _film(cells), entry)

    yield from each(table, read_line)


def _sent(part: Part, intake: Intake, said: _Said) -> Iterator[Row]:
    """The format that Letterboxd imports, which many programs write, ours among them."""
    table = _table(part, "sent", Kind.VIEWING, intake)

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        film = named(
            name=line_of(cells.first("title", "name")),
            year=year_of(cells["year"]),
            imdb=imdb_id(cells["imdbid"]),
            tmdb=number_of(cells["tmdbid"]),
        )
        if not film.keys() & {"name", "imdb", "tmdb"}:
            raise Bad("nameless")
        value = intake.stars(cells["rating10"], best=10) or intake.stars(cells["rating"], best=5)
        seen_on = intake.day(cells["watcheddate"])
        seen = _Seen(line, film, seen_on, intake.moment(seen_on), value, cells)
        yield from _judgement(part, seen, said)

    yield from each(table, read_line)


def _table(part: Part, role: str, kind: Kind, intake: Intake) -> Table:
    table = table_of(part.name, part.content, kind)
    note_unknown_columns(table, _COLUMNS[role], intake)
    return table


def in_markdown(text: str) -> str:
    """The few tags that texts there may have, as we write them."""
    if "<" not in text:
        return text
    for pattern, mark in _TAGS:
        text = pattern.sub(mark, text)
    return text


_READERS: Final[dict[str, Callable[[Part, Intake, _Said], Iterator[Row]]]] = {
    "ratings": _ratings,
    "diary": _diary,
    "reviews": _reviews,
    "sent": _sent,
    "watched": _watched,
    "watchlist": _watchlist,
    "likes": _likes,
    "list": _list,
}
