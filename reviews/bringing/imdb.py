"""IMDb: ratings, lists and the watchlist as CSV, in the columns of today, of before and of before 2017."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from reviews.bringing.archive import Part
from reviews.bringing.base import (
    LIST_NAME,
    LIST_NOTE,
    Bad,
    Intake,
    Kind,
    Row,
    imdb_id,
    line_of,
    long_text_of,
    named,
    number_of,
    year_of,
)
from reviews.bringing.tables import (
    Cells,
    columns_of,
    each,
    note_unknown_columns,
    separator_of,
    table_of,
)

_KNOWN: Final = frozenset(
    {
        *(
            "const",
            "your rating",
            "date rated",
            "title",
            "original title",
            "url",
            "title type",
            "imdb rating",
        ),
        *(
            "runtime (mins)",
            "year",
            "genres",
            "num votes",
            "num. votes",
            "release date",
            "directors",
            "position",
        ),
        *("created", "modified", "description", "you rated", "release date (month/day/year)"),
    }
)
# Title types, folded to letters: "TV Mini Series", "tvMiniSeries", "Feature Film".
_KINDS: Final = {
    **dict.fromkeys(("movie", "featurefilm", "feature", "tvmovie", "video", "short", "tvshort"), "film"),
    **dict.fromkeys(("tvspecial", "documentary", "shortfilm", "musicvideo", "videomovie"), "film"),
    **dict.fromkeys(("tvseries", "series", "tvshow"), "show"),
    **dict.fromkeys(("tvminiseries", "miniseries"), "miniseries"),
    **dict.fromkeys(("tvepisode", "episode", "tvpilot"), "episode"),
}
_NOT_LETTERS: Final = re.compile(r"[^a-z]")


def is_ours(part: Part) -> bool:
    heading = part.head.split("\n", 1)[0]
    columns = set(columns_of(heading.split(separator_of(heading))))
    return {"const", "title"} <= columns


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    for part in parts:
        if not is_ours(part):
            intake.note("file", part.name)
            continue
        yield from _read(part, intake)


def _read(part: Part, intake: Intake) -> Iterator[Row]:
    table = table_of(part.name, part.content, Kind.VOTE)
    note_unknown_columns(table, _KNOWN, intake)
    # Before 2017 ratings had the columns of a list, and the day of a rating was that of its place in it.
    is_old = "you rated" in table.heading and part.stem.startswith("ratings")
    if is_old or "position" not in table.heading:
        dated = "created" if is_old else "date rated"
        yield from each(table, lambda line, cells: _rating(part, line, cells, intake, dated))
        return
    is_watchlist = "watchlist" in part.stem
    table.kind = Kind.WATCHLIST if is_watchlist else Kind.LIST_ENTRY
    if not is_watchlist:
        name = part.name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        intake.add_list(part.name[:200], part.name, name=line_of(name, most=LIST_NAME))

    def read_line(line: int, cells: Cells) -> Iterator[Row]:
        title, at = _title(cells), intake.moment(cells["created"])
        if is_watchlist:
            yield Row(Kind.WATCHLIST, part.name, line, title, {"at": at})
        else:
            entry = {
                "list": part.name[:200],
                "position": number_of(cells["position"]) or line,
                "note": long_text_of(cells["description"])[:LIST_NOTE],
                "at": at,
            }
            yield Row(Kind.LIST_ENTRY, part.name, line, title, entry)
        # A list says along what the member rated its titles.
        if cells.first("your rating", "you rated"):
            yield from _rating(part, line, cells, intake)

    yield from each(table, read_line)


def _rating(part: Part, line: int, cells: Cells, intake: Intake, dated: str = "date rated") -> Iterator[Row]:
    title = _title(cells)
    value = intake.stars(cells.first("your rating", "you rated"), best=10)
    if value is None:
        raise Bad("no_rating")
    at = intake.moment(cells[dated])
    # Said of this very line: a list with shows is not refused for what it says of ratings.
    why = "show" if title.get("kind") == "show" else ""
    yield Row(Kind.VOTE, part.name, line, title, {"value": value, "at": at}, why)


def _title(cells: Cells) -> dict[str, Any]:
    written = cells["const"].strip()
    if written.startswith("nm"):
        raise Bad("no_person")
    written_kind = cells["title type"].strip()
    folded = _NOT_LETTERS.sub("", written_kind.lower())
    kind = _KINDS.get(folded, "")
    if kind == "episode":
        raise Bad("episode")
    if folded and not kind:
        raise Bad("not_here", written_kind[:40])
    title = named(
        imdb=imdb_id(written),
        name=line_of(cells["title"]),
        other=line_of(cells["original title"]),
        year=year_of(cells["year"]),
        kind=kind,
    )
    if not title.keys() & {"imdb", "name"}:
        raise Bad("nameless")
    return title
