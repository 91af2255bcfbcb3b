"""MovieLens data sets (`movies.csv`, `links.csv`, `ratings.csv`) as rows of ours.

Columns: `movieId,title,genres` · `movieId,imdbId,tmdbId` · `userId,movieId,rating,timestamp`.
"""

import re
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final, NamedTuple

from django.db.backends.utils import CursorWrapper

from films.importers.base import IdRow, NameRow, Report, TitleRow, VoteRow
from films.importers.merging import merge_titles, prepare_merging
from films.importers.reading import Advance, check_columns, clean_name, find, measure, read_columns
from films.importers.running import Import
from films.importers.staging import NAME_LENGTH, Staged, copy_staged, store_titles
from films.models import AlternativeTitle, TitleKind
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR, sort_name_of

SOURCE: Final = "movielens"
MEMBER_PREFIX: Final = "ml-"
MOVIES, LINKS, RATINGS = "movies.csv", "links.csv", "ratings.csv"
_COLUMNS: Final = {
    MOVIES: ("movieId", "title", "genres"),
    LINKS: ("movieId", "imdbId", "tmdbId"),
    RATINGS: ("userId", "movieId", "rating", "timestamp"),
}
REPORTS: Final = ("titles", "members", "votes")
# Tables that the import of a first data set fills.
BULK_TABLES: Final = (
    "reviews_vote",
    "films_alternativetitle",
    "films_externalid",
    "films_titlegenre",
)

GENRES: Final = {"Children": "Family", "Sci-Fi": "Science Fiction", "Film-Noir": "Noir"}
NO_GENRES: Final = {"IMAX", "(no genres listed)", ""}
# A title with all its other names is no longer than this.
_LONGEST: Final = 4_000

_ARTICLES: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "la",
        "le",
        "les",
        "l'",
        "el",
        "los",
        "las",
        "il",
        "lo",
        "gli",
        "i",
        "der",
        "die",
        "das",
        "den",
        "det",
        "de",
        "het",
        "een",
        "un",
        "une",
        "una",
        "uno",
        "ein",
        "eine",
        "en",
        "ett",
        "o",
        "os",
        "as",
        "um",
        "uma",
    ]
)
_YEAR: Final = re.compile(r"\((\d{4})(?:\s*[-–]\s*(?:\d{4})?)?\)\s*$")
_IN_PARENTHESES: Final = re.compile(r"^(.*\S)\s*\(([^()]+)\)$")
_ALSO_KNOWN_AS: Final = re.compile(r"^a\.?\s?k\.?\s?a\.?\s+", re.IGNORECASE)
# The ids of most votes, which need no second look.
_SMALL: Final = frozenset(map(str, range(1, 10_000)))
_HALF_STARS: Final = {
    text: value for value in range(1, 11) for text in (str(value / 2), f"{value / 2:g}", f"{value / 2:.2f}")
}
# The first vote of MovieLens is of 1995; nobody votes tomorrow.
_EARLIEST: Final = 788_918_400
_DAY: Final = 86_400


class Links(NamedTuple):
    """The ids that one line gives."""

    line: int
    ids: list[IdRow]


class MovieLens:
    """A folder with a MovieLens data set, small or of 32 million ratings. Raises ImportProblem when a file is missing
    or another one."""

    def __init__(self, folder: Path) -> None:
        self.movies, self.links, self.ratings = (
            measure(find(folder, name) or folder / name) for name in _COLUMNS
        )
        for file, columns in zip((self.movies, self.links, self.ratings), _COLUMNS.values(), strict=True):
            check_columns(file, columns)

    def titles(self, report: Report, after: int = 0, progress: Advance | None = None) -> Iterator[Staged]:
        """Every film that can be one, with its other names."""
        rows = read_columns(self.movies, _COLUMNS[MOVIES], report, after=after, progress=progress)
        for line, (key, title, genres) in rows:
            if max(len(title), len(genres)) > _LONGEST:
                # What takes a title apart looks at it once for each pair of parentheses.
                report.reject(MOVIES, line, f"a title with its other names has at most {_LONGEST} characters")
                continue
            if not _YEAR.search(title) and _YEAR.search(genres):
                # A comma in a title without quotes: the genres are the rest of the title.
                title, genres = f"{title},{genres}", ""
            if (number := _number(key)) is None:
                report.reject(MOVIES, line, f"“{key[:20]}” is not a movieId")
                continue
            name, sort_name, year, alternatives = split_title(clean_name(title))
            if (
                not name
                or max(map(len, (name, sort_name, *(other for other, _ in alternatives)))) > NAME_LENGTH
            ):
                report.reject(MOVIES, line, f"a title has 1 to {NAME_LENGTH} characters")
            elif year is not None and not FIRST_FILM_YEAR <= year <= LAST_FILM_YEAR:
                report.reject(MOVIES, line, f"{year} is not the year of a film")
            else:
                row = TitleRow(
                    line=line,
                    key=number,
                    kind=TitleKind.FILM.value,
                    name=name,
                    sort_name=sort_name,
                    year=year,
                    genres=genres_of(genres),
                    ids=((SOURCE, number),),
                )
                yield Staged(row, [NameRow(line, number, other, kind) for other, kind in alternatives])

    def ids(self, report: Report, after: int = 0, progress: Advance | None = None) -> Iterator[Links]:
        """The ids of each film elsewhere. Only refusals count in the report: the lines are not rows of their own."""
        links = Report(tell=lambda refused: report.reject(*refused))
        rows = read_columns(self.links, _COLUMNS[LINKS], links, after=after, progress=progress)
        for line, (key, imdb, tmdb) in rows:
            if (number := _number(key)) is None:
                links.reject(LINKS, line, f"“{key[:20]}” is not a movieId")
                continue
            found: list[IdRow] = []
            for priority, (source, text) in enumerate(
                (("imdb", imdb.removeprefix("tt")), ("tmdb_movie", tmdb)), 1
            ):
                if not text.strip():
                    continue
                if (value := _number(text)) is None:
                    links.reject(LINKS, line, f"“{text[:20]}” is not an id ({source})")
                else:
                    value = f"tt{value.zfill(7)}" if source == "imdb" else value
                    found.append(IdRow(LINKS, line, number, source, value, priority))
            yield Links(line, found)

    def votes(self, report: Report, after: int = 0, progress: Advance | None = None) -> Iterator[VoteRow]:
        """Every rating that is a vote; the others are rejected with the reason."""
        latest = int(time.time()) + _DAY
        rows = read_columns(self.ratings, _COLUMNS[RATINGS], report, after=after, progress=progress)
        last_member, member_key = "", None
        for line, (member, movie, rating, timestamp) in rows:
            if member != last_member:
                # The file goes member by member.
                last_member, member_key = member, _number(member)
            value = _HALF_STARS.get(rating) or half_stars(rating)
            title_key = movie if movie in _SMALL else _number(movie)
            cast_at = int(timestamp) if len(timestamp) <= 12 and timestamp.isdecimal() else None
            if value is None:
                report.reject(RATINGS, line, f"“{rating[:20]}” is not half a star to five stars")
            elif member_key is None or title_key is None:
                report.reject(
                    RATINGS, line, f"“{member[:20]}” and “{movie[:20]}” must be a userId and a movieId"
                )
            elif cast_at is None or not _EARLIEST <= cast_at <= latest:
                report.reject(
                    RATINGS, line, f"“{timestamp[:20]}” is not the time of a vote in seconds since 1970"
                )
            else:
                yield VoteRow(line, member_key, title_key, value, cast_at)


def split_title(text: str) -> tuple[str, str, int | None, tuple[tuple[str, str], ...]]:
    """ "City of Lost Children, The (Cité des enfants perdus, La) (1995)" as name, sort name, year and other names."""
    rest, year = text.strip(), None
    others: list[tuple[str, str]] = []
    if match := _YEAR.search(rest):
        rest, year = rest[: match.start()].strip(), int(match[1])
    while match := _IN_PARENTHESES.match(rest):
        rest, inside = match[1].strip(), match[2].strip()
        other = _ALSO_KNOWN_AS.sub("", inside)
        kind = AlternativeTitle.Kind.INTERNATIONAL if other != inside else AlternativeTitle.Kind.ORIGINAL
        others.append((article_first(other), str(kind)))
    name = article_first(rest)
    alternatives = dict(reversed(others))
    alternatives.pop(name, None)
    return name, rest if rest != name else sort_name_of(name), year, tuple(alternatives.items())


def article_first(name: str) -> str:
    """ "Haine, La" is La Haine, "Uomo delle stelle, L'" is L'Uomo delle stelle."""
    rest, comma, article = name.rpartition(", ")
    if not comma or not rest or article.lower() not in _ARTICLES:
        return name
    return f"{article}{'' if article.endswith(chr(39)) else ' '}{rest}"


def genres_of(text: str) -> tuple[str, ...]:
    """ "Children|Sci-Fi|IMAX" as the names of our genres, each once, in their order."""
    names = (
        GENRES.get(name.strip(), name.strip()) for name in text.split("|") if name.strip() not in NO_GENRES
    )
    return tuple(dict.fromkeys(name for name in names if len(name) <= 50))


def half_stars(text: str) -> int | None:
    """ "3.5" is 7; None for what lies off the grid of half stars."""
    try:
        doubled = Decimal(text.strip()) * 2
        return int(doubled) if doubled in range(1, 11) else None
    except InvalidOperation:
        return None


def _number(text: str) -> str | None:
    """Digits without leading zeros, so that "007" and "7" are one; None for anything else or longer than a key."""
    text = text.strip()
    return str(int(text)) if text.isascii() and text.isdigit() and len(text) <= 12 else None


def import_titles(data: MovieLens, running: Import) -> None:
    """Stage the films with their ids elsewhere, then merge them."""
    workspace, titles = running.workspace, running.reports["titles"]
    workspace.stage(MOVIES, lambda after: data.titles(titles, after, running.progress), store_titles(MOVIES))
    workspace.stage(LINKS, lambda after: data.ids(titles, after, running.progress), _store_links)
    workspace.once("prepare", lambda cursor: prepare_merging(cursor, reports=running.reports, file=MOVIES))
    merge_titles(workspace, source=SOURCE, file=MOVIES)


def _store_links(cursor: CursorWrapper, batch: Sequence[Links]) -> None:
    copy_staged(cursor, "import_id", (row for links in batch for row in links.ids))
