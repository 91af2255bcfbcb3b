"""Files as other sites make them, with made-up rows: for the tests of imports."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

RATINGS = "Date,Name,Year,Letterboxd URI,Rating"
DIARY = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date"
REVIEWS = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date"
WATCHED = "Date,Name,Year,Letterboxd URI"
LIST = "Position,Name,Year,URL,Description"
IMDB_RATINGS = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
    "Num Votes,Release Date,Directors"
)
IMDB_LIST = (
    "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated"
)
IMDB_BEFORE_2017 = (
    "position,const,created,modified,description,Title,Title type,Directors,You rated,IMDb Rating,Runtime (mins),Year,"
    "Genres,Num. Votes,Release Date (month/day/year),URL"
)
TRAKT_CSV = (
    "rated_at,type,title,year,trakt_rating,trakt_id,imdb_id,tmdb_id,tvdb_id,url,released,season_number,episode_number,"
    "episode_title,episode_released,episode_trakt_rating,episode_trakt_id,episode_imdb_id,episode_tmdb_id,"
    "episode_tvdb_id,genres,rating"
)
TMDB = "TMDb ID,IMDb ID,Type,Name,Release Date,Season Number,Episode Number,Rating,Your Rating,Date Rated"
MOVIELENS = "movie_id,imdb_id,tmdb_id,rating,average_rating,title"


def table(heading: str, *rows: Sequence[Any] | Mapping[str, Any], end: str = "\n") -> bytes:
    """A CSV file; a row is its values in order, or those of some columns by name."""
    columns = next(csv.reader([heading]))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end)
    writer.writerow(columns)
    for row in rows:
        values = [row.get(column, "") for column in columns] if isinstance(row, Mapping) else row
        writer.writerow(values)
    return out.getvalue().encode()


def letterboxd_list(name: str, *rows: Sequence[Any], description: str = "") -> bytes:
    """A list of Letterboxd's: two tables in one file, lines that end with CR and LF."""
    head = "Letterboxd list export v7\r\nDate,Name,Tags,URL,Description\r\n"
    about = table(
        "a,b,c,d,e", ["2020-02-03", name, "slow, blue", "https://boxd.it/l", description], end="\r\n"
    )
    entries = table(LIST, *rows, end="\r\n")
    return head.encode() + about.split(b"\r\n", 1)[1] + b"\r\n" + entries


def packed(files: Mapping[str, bytes | str | Any], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of files; what is neither bytes nor text is written as JSON."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content if isinstance(content, bytes | str) else json.dumps(content))
    return out.getvalue()


def as_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def trakt_movie(title: str, year: int | None, **ids: Any) -> dict[str, Any]:
    return {"title": title, "year": year, "ids": {"trakt": 1, "slug": title.lower(), **ids}}


def rows_of(kind: str, rows: Iterable[Any]) -> list[Any]:
    """The rows of a kind that are not refused."""
    return [row for row in rows if row.kind == kind and not row.reason]
