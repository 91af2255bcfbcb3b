"""TMDB: the CSV that an account exports, ratings or the watchlist."""

from collections.abc import Iterator, Sequence
from typing import Final

from reviews.bringing.archive import Part
from reviews.bringing.base import Bad, Intake, Kind, Row, imdb_id, line_of, named, number_of, year_of
from reviews.bringing.tables import Cells, columns_of, each, note_unknown_columns, table_of

_COLUMNS: Final = frozenset(
    {
        *("tmdb id", "imdb id", "type", "name", "release date", "season number", "episode number", "rating"),
        *("your rating", "date rated"),
    }
)


def is_ours(part: Part) -> bool:
    return {"tmdb id", "type", "name"} <= set(columns_of(part.head.split("\n", 1)[0].split(",")))


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    for part in parts:
        if not is_ours(part):
            intake.note("file", part.name)
            continue
        is_watchlist = "watchlist" in part.stem
        table = table_of(part.name, part.content, Kind.WATCHLIST if is_watchlist else Kind.VOTE)
        note_unknown_columns(table, _COLUMNS, intake)

        def read_line(
            line: int, cells: Cells, part: Part = part, is_watchlist: bool = is_watchlist
        ) -> Iterator[Row]:
            season = number_of(cells["season number"])
            if cells["episode number"].strip():
                raise Bad("episode")
            is_film = cells["type"].strip().lower() == "movie"
            title = named(
                tmdb=number_of(cells["tmdb id"]),
                imdb=imdb_id(cells["imdb id"]),
                name=line_of(cells["name"]),
                # Of a season this is its own year, and not that of its show.
                year=year_of(cells["release date"].strip()[:4]) if season is None else None,
                kind="film" if is_film else "show" if season is None else "season",
                season=season,
            )
            if not title.keys() & {"tmdb", "imdb", "name"}:
                raise Bad("nameless")
            if is_watchlist:
                yield Row(Kind.WATCHLIST, part.name, line, title, {"at": intake.moment(cells["date rated"])})
                return
            if title["kind"] == "show":
                raise Bad("show")
            value = intake.stars(cells["your rating"], best=10)
            if value is None:
                raise Bad("no_rating")
            data = {"value": value, "at": intake.moment(cells["date rated"])}
            yield Row(Kind.VOTE, part.name, line, title, data)

        yield from each(table, read_line)
