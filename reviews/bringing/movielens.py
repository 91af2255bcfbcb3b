"""MovieLens: the CSV of ratings that an account exports. It has no dates."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reviews.bringing.archive import Part
from reviews.bringing.base import Bad, Intake, Kind, Row, imdb_id, line_of, named, number_of
from reviews.bringing.tables import Cells, columns_of, each, note_unknown_columns, table_of

_COLUMNS: Final = frozenset({"movie_id", "imdb_id", "tmdb_id", "rating", "average_rating", "title"})
_YEAR: Final = re.compile(r"\s*\((?P<year>(?:18|19|20)\d\d)\)\s*$")
# "Matrix, The"
_ARTICLE_BEHIND: Final = re.compile(
    r"^(?P<name>.+), (?P<article>The|A|An|Le|La|Les|L'|Il|El|Das|Der|Die|De|Het)$"
)


def is_ours(part: Part) -> bool:
    return {"movie_id", "average_rating", "title"} <= set(columns_of(part.head.split("\n", 1)[0].split(",")))


def is_data_set(part: Part) -> bool:
    """Whether this is a file of the data sets for research, in which films and members are numbers only."""
    heading = part.head.split("\n", 1)[0].strip().lower()
    return heading == "userid,movieid,rating,timestamp"


def read(parts: Sequence[Part], intake: Intake) -> Iterator[Row]:
    for part in parts:
        if not is_ours(part):
            intake.note("file", part.name)
            continue
        table = table_of(part.name, part.content, Kind.VOTE)
        note_unknown_columns(table, _COLUMNS, intake)

        def read_line(line: int, cells: Cells, part: Part = part) -> Iterator[Row]:
            name, year = name_and_year(line_of(cells["title"]))
            title = named(
                imdb=imdb_id(cells["imdb_id"]),
                tmdb=number_of(cells["tmdb_id"]),
                movielens=number_of(cells["movie_id"]),
                name=name,
                year=year,
                kind="film",
            )
            if not title.keys() & {"imdb", "tmdb", "movielens", "name"}:
                raise Bad("nameless")
            value = intake.stars(cells["rating"], best=5)
            if value is None:
                raise Bad("no_rating")
            yield Row(Kind.VOTE, part.name, line, title, {"value": value, "at": None})

        yield from each(table, read_line)


def name_and_year(written: str) -> tuple[str, int | None]:
    """ "Matrix, The (1999)" -> "The Matrix", 1999."""
    found = _YEAR.search(written)
    name = written[: found.start()] if found else written
    if behind := _ARTICLE_BEHIND.match(name):
        name = f"{behind['article']} {behind['name']}"
    return name, int(found["year"]) if found else None
