"""IMDb's data sets for personal, non-commercial use (`title.basics.tsv.gz` and its six siblings) as rows of ours.

Tab-separated, UTF-8, `\\N` for nothing, no quoting. Only title.basics is needed; what the others would give is left out
without them. The operator fetches the files and answers for their use; nothing of them is part of this site.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from films.importers.base import CreditRow, ImportProblem, NameRow, PersonRow, Report, ScoreRow
from films.importers.imdb_values import (
    LONGEST,
    NOTHING,
    SOURCE,
    TITLE_ID,
    characters_of,
    kind_of_name,
    number_of,
    title_of,
    whole,
    year_of_life,
)
from films.importers.merging import merge_titles, prepare_merging
from films.importers.numbers import NumberSet
from films.importers.reading import Advance, SourceFile, check_columns, clean_name, find, measure, read_tsv
from films.importers.running import Import
from films.importers.staging import NAME_LENGTH, Staged, copy_staged, store_titles
from films.models import Role, TitleKind
from films.models.people import sort_name_of_person
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR
from filmsite.lib.slugs import slug_for

REPORTS: Final = ("titles", "seasons", "names", "credits", "people", "scores")
BULK_TABLES: Final = (
    "films_credit",
    "films_alternativetitle",
    "films_externalid",
    "films_externalscore",
    "films_titlegenre",
)
BASICS, EPISODES, RATINGS = "title.basics.tsv", "title.episode.tsv", "title.ratings.tsv"
AKAS, CREW, PRINCIPALS, PEOPLE = (
    "title.akas.tsv",
    "title.crew.tsv",
    "title.principals.tsv",
    "name.basics.tsv",
)
_COLUMNS: Final = {
    BASICS: (
        "tconst",
        "titleType",
        "primaryTitle",
        "originalTitle",
        "isAdult",
        "startYear",
        "endYear",
        "runtimeMinutes",
        "genres",
    ),
    EPISODES: ("tconst", "parentTconst", "seasonNumber", "episodeNumber"),
    RATINGS: ("tconst", "averageRating", "numVotes"),
    AKAS: ("titleId", "ordering", "title", "region", "language", "types", "attributes", "isOriginalTitle"),
    CREW: ("tconst", "directors", "writers"),
    PRINCIPALS: ("tconst", "ordering", "nconst", "category", "job", "characters"),
    PEOPLE: ("nconst", "primaryName", "birthYear", "deathYear"),
}
WITHOUT: Final = {
    EPISODES: "shows get no seasons",
    RATINGS: "no scores, and --min-votes cannot be used",
    AKAS: "no other names",
    CREW: "directors and writers only as far as title.principals.tsv has them",
    PRINCIPALS: "no cast",
    PEOPLE: "no people at all",
}

_FILM, _SHOW, _SEASON = TitleKind.FILM.value, TitleKind.SHOW.value, TitleKind.SEASON.value
_KINDS: Final = {"movie": _FILM, "tvMovie": _FILM, "tvSeries": _SHOW, "tvMiniSeries": _SHOW}
_SHORTS: Final = {"short": _FILM, "tvShort": _FILM}
_VIDEOS: Final = {"video": _FILM}
_PERSON_ID: Final = re.compile(r"nm0*(\d{1,9})", re.ASCII)
_ROLES: Final = {
    "actor": Role.ACTOR.value,
    "actress": Role.ACTOR.value,
    "self": Role.ACTOR.value,
    "director": Role.DIRECTOR.value,
    "writer": Role.WRITER.value,
    "producer": Role.PRODUCER.value,
    "composer": Role.MUSIC.value,
    "cinematographer": Role.CINEMATOGRAPHY.value,
    "editor": Role.EDITING.value,
    "production_designer": Role.PRODUCTION_DESIGN.value,
}
_CHARACTER_LENGTH, _NOTE_LENGTH, _PERSON_NAME_LENGTH = 200, 100, 200


@dataclass(frozen=True)
class Wanted:
    """Which titles are taken: the types beside films and shows, adult ones, and from how many votes on."""

    shorts: bool = False
    videos: bool = False
    adult: bool = False
    min_votes: int = 0

    @property
    def kinds(self) -> dict[str, str]:
        return _KINDS | (_SHORTS if self.shorts else {}) | (_VIDEOS if self.videos else {})


class Parts(NamedTuple):
    """The credits that one line gives."""

    line: int
    credits: list[CreditRow]


class Episode(NamedTuple):
    line: int
    key: str
    show_key: str
    season: int


class EpisodeYear(NamedTuple):
    line: int
    key: str
    year: int


class Imdb:
    """A folder with IMDb's files, zipped or not. Raises ImportProblem when title.basics is missing, or one is another."""

    def __init__(self, folder: Path, wanted: Wanted) -> None:
        self.wanted = wanted
        self.files: dict[str, SourceFile] = {}
        for name, columns in _COLUMNS.items():
            if path := find(folder, name):
                self.files[name] = measure(path)
                check_columns(self.files[name], columns, "\t")
        if BASICS not in self.files:
            raise ImportProblem(f"There is no {BASICS}.gz in {folder}. Fetch it from IMDb's data sets page.")
        if wanted.min_votes and RATINGS not in self.files:
            raise ImportProblem(
                f"--min-votes needs {RATINGS}.gz in {folder}, where IMDb's numbers of votes are."
            )

    @property
    def missing(self) -> list[str]:
        """What is left out for want of a file, in words."""
        return [f"without {name}: {words}" for name, words in WITHOUT.items() if name not in self.files]

    @property
    def bytes_to_read(self) -> int:
        sizes = {name: file.size for name, file in self.files.items()}
        again = sizes[BASICS] if EPISODES in sizes else 0
        return sum(sizes.values()) + again + (sizes[RATINGS] if self.wanted.min_votes else 0)

    # -- Which titles

    def popular(self, progress: Advance) -> NumberSet | None:
        """The numbers of titles with as many votes as are asked for; None when no number is asked for."""
        if not self.wanted.min_votes:
            return None
        found = NumberSet()
        for _, (key, _, votes) in read_tsv(
            self.files[RATINGS], _COLUMNS[RATINGS], Report(), progress=progress
        ):
            number = number_of(key)
            if number is not None and (whole(votes, 10**9) or 0) >= self.wanted.min_votes:
                found.add(number)
        return found

    def titles(
        self, report: Report, popular: NumberSet | None, after: int = 0, progress: Advance | None = None
    ) -> Iterator[Staged]:
        """Every film and show that is wanted."""
        kinds = self.wanted.kinds
        rows = read_tsv(self.files[BASICS], _COLUMNS[BASICS], report, after=after, progress=progress)
        for line, (key, kind, name, original, adult, year, end_year, minutes, genres) in rows:
            number = number_of(key)
            if number is None:
                report.reject(BASICS, line, f"“{key[:20]}” is no id of a title")
            elif kind not in kinds or (popular is not None and number not in popular):
                report.skipped += 1
            elif adult not in ("0", "1"):
                report.reject(BASICS, line, f"“{adult[:20]}” is neither 0 nor 1 (isAdult)")
            elif adult == "1" and not self.wanted.adult:
                report.skipped += 1
            elif isinstance(
                row := title_of(line, key, kinds[kind], name, original, year, end_year, minutes, genres), str
            ):
                report.reject(BASICS, line, row)
            else:
                yield Staged(row)

    def episodes(
        self, report: Report, shows: NumberSet, after: int = 0, progress: Advance | None = None
    ) -> Iterator[Episode]:
        """The episodes of the shows that came in, each with the number of its season. The rows of the report are
        seasons: of the lines only refused ones count.
        """
        lines = Report(tell=lambda refused: report.refuse(*refused))
        rows = read_tsv(self.files[EPISODES], _COLUMNS[EPISODES], lines, after=after, progress=progress)
        for line, (key, show, season, _) in rows:
            number, show_number = number_of(key), number_of(show)
            if number is None or show_number is None:
                lines.reject(EPISODES, line, f"“{key[:20]}” and “{show[:20]}” must be ids of titles")
            elif number == show_number:
                lines.reject(EPISODES, line, f"{key} is said to be an episode of itself")
            elif show_number not in shows or season == NOTHING:
                continue
            elif number in shows:
                lines.reject(
                    EPISODES, line, f"{key} is a show, and said to be an episode of {show} at the same time"
                )
            elif (count := whole(season, LONGEST)) is None:
                lines.reject(EPISODES, line, f"“{season[:20]}” is no number of a season")
            else:
                yield Episode(line, key, show, count)

    def episode_years(
        self, episodes: NumberSet, after: int = 0, progress: Advance | None = None
    ) -> Iterator[EpisodeYear]:
        """The years of those episodes."""
        rows = read_tsv(
            self.files[BASICS],
            _COLUMNS[BASICS],
            Report(),
            only=_among(episodes, TITLE_ID),
            after=after,
            progress=progress,
        )
        for line, (key, _, _, _, _, year, *_) in rows:
            if (found := whole(year, LAST_FILM_YEAR)) is not None and found >= FIRST_FILM_YEAR:
                yield EpisodeYear(line, key, found)

    # -- What is known of them

    def names(
        self, report: Report, titles: NumberSet, after: int = 0, progress: Advance | None = None
    ) -> Iterator[NameRow]:
        """Their other names."""
        rows = read_tsv(
            self.files[AKAS],
            _COLUMNS[AKAS],
            report,
            only=_among(titles, TITLE_ID),
            after=after,
            progress=progress,
        )
        for line, (key, _, name, region, language, types, attributes, is_original) in rows:
            name = clean_name(name)
            region = "" if region == NOTHING else region
            language = "" if language == NOTHING else language.lower()
            if not 1 <= len(name) <= NAME_LENGTH:
                report.reject(AKAS, line, f"a name has 1 to {NAME_LENGTH} characters")
            elif len(region) > 4 or len(language) > 8:
                report.reject(
                    AKAS, line, f"“{region[:20]}” and “{language[:20]}” must be codes of region and language"
                )
            else:
                kind = kind_of_name(region, types, attributes, is_original)
                yield NameRow(line, key, name, kind, language, "" if region == "XWW" else region)

    def crew(
        self,
        report: Report,
        titles: NumberSet,
        people: NumberSet,
        after: int = 0,
        progress: Advance | None = None,
    ) -> Iterator[Parts]:
        """Their directors and writers, all of them and in order. Each part is a row of the report, as each line is not."""
        lines = Report(tell=lambda refused: report.refuse(*refused))
        rows = read_tsv(
            self.files[CREW],
            _COLUMNS[CREW],
            lines,
            only=_among(titles, TITLE_ID),
            after=after,
            progress=progress,
        )
        for line, (key, directors, writers) in rows:
            credits: list[CreditRow] = []
            for role, found in ((Role.DIRECTOR.value, directors), (Role.WRITER.value, writers)):
                if found == NOTHING:
                    continue
                for position, person in enumerate(found.split(",")):
                    report.read += 1
                    if not _note_person(people, person):
                        report.reject(CREW, line, f"“{person[:20]}” is no id of a person")
                    else:
                        credits.append(CreditRow(CREW, line, key, person, role, min(position, LONGEST)))
            if credits:
                yield Parts(line, credits)

    def principals(
        self,
        report: Report,
        titles: NumberSet,
        people: NumberSet,
        after: int = 0,
        progress: Advance | None = None,
    ) -> Iterator[CreditRow]:
        """Their cast and best-known makers."""
        rows = read_tsv(
            self.files[PRINCIPALS],
            _COLUMNS[PRINCIPALS],
            report,
            only=_among(titles, TITLE_ID),
            after=after,
            progress=progress,
        )
        for line, (key, ordering, person, category, job, characters) in rows:
            role = _ROLES.get(category)
            if role is None:
                report.skipped += 1
            elif (position := whole(ordering, LONGEST)) is None:
                report.reject(PRINCIPALS, line, f"“{ordering[:20]}” is no place in an order")
            elif not _note_person(people, person):
                report.reject(PRINCIPALS, line, f"“{person[:20]}” is no id of a person")
            else:
                note = "" if job == NOTHING else clean_name(job)[:_NOTE_LENGTH]
                if role == Role.WRITER.value and note == "created by":
                    role, note = Role.CREATOR.value, ""
                character = ", ".join(characters_of(characters))[:_CHARACTER_LENGTH]
                is_voice = character.endswith("(voice)")
                yield CreditRow(
                    PRINCIPALS,
                    line,
                    key,
                    person,
                    role,
                    position,
                    character.removesuffix("(voice)").rstrip(),
                    is_voice,
                    "" if role == Role.ACTOR.value or note == category else note,
                )

    def people(
        self, report: Report, wanted: NumberSet, after: int = 0, progress: Advance | None = None
    ) -> Iterator[PersonRow]:
        """Who is credited. A year that is none is left out, and reported."""
        rows = read_tsv(
            self.files[PEOPLE],
            _COLUMNS[PEOPLE],
            report,
            only=_among(wanted, _PERSON_ID),
            after=after,
            progress=progress,
        )
        for line, (key, name, born, died) in rows:
            name = clean_name(name)
            years = [year_of_life(year) for year in (born, died)]
            if not 1 <= len(name) <= _PERSON_NAME_LENGTH:
                report.reject(PEOPLE, line, f"a name has 1 to {_PERSON_NAME_LENGTH} characters")
            elif None in years:
                report.reject(PEOPLE, line, f"“{born[:20]}” and “{died[:20]}” must be years of a life")
            else:
                yield PersonRow(
                    line, key, SOURCE, name, sort_name_of_person(name), slug_for(name), *map(str, years)
                )

    def scores(
        self, report: Report, titles: NumberSet, after: int = 0, progress: Advance | None = None
    ) -> Iterator[ScoreRow]:
        """What IMDb's voters gave them, as of the day of the file."""
        file = self.files[RATINGS]
        as_of = datetime.fromtimestamp(file.path.stat().st_mtime, UTC).date().isoformat()
        rows = read_tsv(
            file,
            _COLUMNS[RATINGS],
            report,
            only=_among(titles, TITLE_ID),
            after=after,
            progress=progress,
        )
        for line, (key, mean, votes) in rows:
            count = whole(votes, 2**31 - 1)
            if not _MEAN.fullmatch(mean) or float(mean) > 10 or count is None:
                report.reject(
                    RATINGS, line, f"“{mean[:20]}” and “{votes[:20]}” must be a mean and a number of votes"
                )
            else:
                yield ScoreRow(line, key, SOURCE, mean, 10, count, as_of)


def import_imdb(data: Imdb, running: Import) -> None:
    """Stage what is wanted of every file, then merge it."""
    workspace, reports, progress = running.workspace, running.reports, running.progress

    def stage(file: str, rows: Callable, store: Callable, *sets: NumberSet | None, report: str) -> None:
        if file in data.files:
            workspace.stage(
                file, lambda after: rows(reports[report], *sets, after=after, progress=progress), store
            )

    if not workspace.is_done(BASICS):
        stage(BASICS, data.titles, store_titles(BASICS), data.popular(progress), report="titles")
    titles, shows = _staged_numbers("import_title"), _staged_numbers("import_title WHERE kind = 'show'")
    stage(EPISODES, data.episodes, _store("import_episode"), shows, report="seasons")
    if EPISODES in data.files:
        episodes = _staged_numbers("import_episode")
        workspace.stage(
            "years of episodes",
            lambda after: data.episode_years(episodes, after, progress),
            _store("import_episode_year"),
        )

        def seasons(cursor: CursorWrapper) -> None:
            cursor.execute("CREATE INDEX ON import_episode_year (key)")
            cursor.execute("ANALYZE import_episode, import_episode_year")
            cursor.execute(_SEASONS, {"season": _SEASON})
            reports["seasons"].read += cursor.rowcount

        workspace.once("seasons", seasons)
    stage(AKAS, data.names, _store("import_name"), titles, report="names")
    if PEOPLE in data.files:
        people = _staged_numbers("import_credit", column="person_key")
        stage(CREW, data.crew, _store_parts, titles, people, report="credits")
        stage(PRINCIPALS, data.principals, _store("import_credit"), titles, people, report="credits")
        stage(PEOPLE, data.people, _store("import_person"), people, report="people")
    stage(RATINGS, data.scores, _store("import_score"), titles, report="scores")
    workspace.once(
        "prepare", lambda cursor: prepare_merging(cursor, reports=reports, file=BASICS, people_file=PEOPLE)
    )
    merge_titles(workspace, source=SOURCE, file=BASICS)
    running.refresh()


# A season is as old as its first episode.
_SEASONS: Final = """
    INSERT INTO import_title (line, key, kind, name, slug, parent_key, season_number, episodes, year)
    SELECT min(episode.line), show_key || '/season/' || season, %(season)s, '', '', show_key, season,
        count(DISTINCT episode.key), min(year)
    FROM import_episode AS episode LEFT JOIN import_episode_year USING (key)
    GROUP BY show_key, season ORDER BY show_key, season
"""
_MEAN: Final = re.compile(r"\d{1,2}(\.\d{1,2})?", re.ASCII)


def _note_person(people: NumberSet, key: str) -> bool:
    match = _PERSON_ID.fullmatch(key)
    if match is None:
        return False
    people.add(int(match[1]))
    return True


def _among(numbers: NumberSet, pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def is_among(key: str) -> bool:
        match = pattern.fullmatch(key)
        return match is not None and int(match[1]) in numbers

    return is_among


def _staged_numbers(table: str, column: str = "key") -> NumberSet:
    """The numbers of what is staged, read a piece at a time."""
    numbers = NumberSet()
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 (names of our own)
        while rows := cursor.fetchmany(10_000):
            for (key,) in rows:
                if key[2:].isdigit():
                    numbers.add(int(key[2:]))
    return numbers


def _store(table: str) -> Callable:
    return lambda cursor, batch: copy_staged(cursor, table, batch)


def _store_parts(cursor: CursorWrapper, batch: Sequence[Parts]) -> None:
    copy_staged(cursor, "import_credit", (row for parts in batch for row in parts.credits))
