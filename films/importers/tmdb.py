"""TMDB's documents (`/movie/ID`, `/tv/ID` with what can be appended) as rows of ours.

From a folder with one JSON file a document, from a file with one a line, or fetched for the ids of TMDB's daily list. What
comes from TMDB is kept six months at most and shown with its notice: `films.services.tmdb`.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from films.importers.base import (
    CompanyRow,
    CreditRow,
    ImportProblem,
    NameRow,
    PersonRow,
    ReleaseRow,
    Report,
    ScoreRow,
    TitleRow,
)
from films.importers.merging import merge_titles, prepare_merging
from films.importers.reading import Advance, SourceFile, clean_name, measure, read_json_lines
from films.importers.running import Import
from films.importers.staging import BATCH, NAME_LENGTH, Staged, store_titles
from films.importers.tmdb_api import TmdbApi
from films.models import (
    AlternativeTitle,
    ExternalId,
    ReleaseKind,
    Role,
    SourceRecord,
    TitleCompany,
    TitleKind,
)
from films.models.people import sort_name_of_person
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR
from filmsite.lib.inputs import clean_text
from filmsite.lib.slugs import slug_for

SOURCE: Final = "tmdb"
REPORTS: Final = ("titles", "seasons", "names", "credits", "people", "scores")
STEP: Final = "documents"
# Documents fetched in a row: what a killed import asks for again at most.
FETCHED: Final = 50
_ID_SOURCES: Final = {"movie": "tmdb_movie", "tv": "tmdb_tv"}
_ID_FILE: Final = re.compile(r"(movie|tv_series)_ids_\d\d_\d\d_\d{4}\.json(\.gz)?")
_PLOT_LENGTH, _CHARACTER_LENGTH, _PERSON_NAME_LENGTH = 10_000, 200, 200
_MOST_MONEY: Final = 10**12

_GENRES: Final = {
    "Action & Adventure": ("Action", "Adventure"),
    "Sci-Fi & Fantasy": ("Science Fiction", "Fantasy"),
    "War & Politics": ("War",),
    "Kids": ("Children",),
    "TV Movie": (),
}
# "No language", and what TMDB calls Cantonese.
_LANGUAGES: Final = {"xx": "", "cn": "yue"}
_RELEASES: Final = {
    1: ReleaseKind.FESTIVAL,
    2: ReleaseKind.CINEMA,
    3: ReleaseKind.CINEMA,
    4: ReleaseKind.VOD,
    5: ReleaseKind.VIDEO,
    6: ReleaseKind.TV,
}
# The role, and what exactly, of a job.
_JOBS: Final = {
    "Director": (Role.DIRECTOR, ""),
    "Writer": (Role.WRITER, ""),
    "Screenplay": (Role.WRITER, "screenplay"),
    "Story": (Role.WRITER, "story"),
    "Novel": (Role.WRITER, "novel"),
    "Producer": (Role.PRODUCER, ""),
    "Executive Producer": (Role.PRODUCER, "executive"),
    "Original Music Composer": (Role.MUSIC, ""),
    "Director of Photography": (Role.CINEMATOGRAPHY, ""),
    "Editor": (Role.EDITING, ""),
    "Production Design": (Role.PRODUCTION_DESIGN, ""),
}
_NAMES: Final = {
    "romaji": AlternativeTitle.Kind.TRANSLITERATION,
    "working title": AlternativeTitle.Kind.WORKING,
    "original title": AlternativeTitle.Kind.ORIGINAL,
}


class BadDocument(ValueError):
    """A document that is none of a title, with the reason."""


class Documents(NamedTuple):
    """What one document gives: a title, or a show and its seasons."""

    line: int
    staged: list[Staged]


class Wish(NamedTuple):
    """A document to fetch; `line` is its place in the list of wishes."""

    line: int
    kind: str
    number: int


@dataclass(frozen=True)
class Wanted:
    """Which documents are taken beside films and shows."""

    adult: bool = False
    videos: bool = False


# --- Where documents come from ----------------------------------------------------------------------------


class Disk:
    """A folder of `*.json`, or a file with one document a line. Raises ImportProblem when it is neither."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: SourceFile | None = None
        self.names: list[str] = []
        if path.is_dir():
            self.names = sorted(name for name in os.listdir(path) if name.endswith(".json"))
            if not self.names:
                raise ImportProblem(f"There is no .json in {path}: one document a file is expected there.")
        else:
            self.file = measure(path)

    @property
    def fingerprint(self) -> str:
        if self.file:
            return self.file.fingerprint
        digest = hashlib.sha256()
        for name in self.names:
            status = (self.path / name).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
        return digest.hexdigest()

    @property
    def size(self) -> int:
        return self.file.size if self.file else sum((self.path / name).stat().st_size for name in self.names)

    def documents(
        self, report: Report, wanted: Wanted, after: int = 0, progress: Advance | None = None
    ) -> Iterator[Documents]:
        read = self._lines if self.file else self._files
        for file, line, document, fetched_at in read(report, after, progress):
            if found := _taken(document, report, wanted, file, line, fetched_at):
                yield found

    def _lines(
        self, report: Report, after: int, progress: Advance | None
    ) -> Iterator[tuple[str, int, dict[str, Any], datetime]]:
        assert self.file
        fetched_at = datetime.fromtimestamp(self.file.path.stat().st_mtime, UTC)
        for line, document in read_json_lines(self.file, report, after=after, progress=progress):
            yield self.file.name, line, document, fetched_at

    def _files(
        self, report: Report, after: int, progress: Advance | None
    ) -> Iterator[tuple[str, int, dict[str, Any], datetime]]:
        for place, name in enumerate(self.names[after:], after + 1):
            path = self.path / name
            report.read += 1
            try:
                text = path.read_bytes()
                document = json.loads(text)
            except (OSError, ValueError, RecursionError) as error:
                report.reject(name, 1, f"not readable as JSON: {error}"[:200])
                continue
            if progress:
                progress(len(text))
            if isinstance(document, dict):
                yield name, place, document, datetime.fromtimestamp(path.stat().st_mtime, UTC)
            else:
                report.reject(name, 1, "not a JSON object")


def is_id_file(path: Path) -> bool:
    """Whether it is one of TMDB's daily lists of ids, by its name."""
    return _ID_FILE.fullmatch(path.name) is not None


def wishes_of(
    file: SourceFile, report: Report, wanted: Wanted, *, after: int, limit: int, progress: Advance | None
) -> Iterator[Wish]:
    """The ids of a daily list that are not here or were asked for long ago, at most `limit`."""
    kind = "movie" if file.name.startswith("movie") else "tv"

    def known() -> Iterator[Wish]:
        for line, row in read_json_lines(file, report, after=after, progress=progress):
            number = row.get("id")
            if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
                report.reject(file.name, line, "without an id")
            elif (row.get("adult") and not wanted.adult) or (row.get("video") and not wanted.videos):
                report.skipped += 1
            else:
                yield Wish(line, kind, number)

    since = timezone.now() - timedelta(days=settings.FILMSITE_TMDB_REFRESH_DAYS)
    iterator, given = known(), 0
    while batch := list(islice(iterator, FETCHED)):
        fresh = set(
            ExternalId.objects.filter(
                source=_ID_SOURCES[kind],
                value__in=[str(wish.number) for wish in batch],
                title__source_records__source=SOURCE,
                title__source_records__fetched_at__gte=since,
            ).values_list("value", flat=True)
        )
        for wish in batch:
            if str(wish.number) in fresh:
                report.skipped += 1
            elif given < limit:
                given += 1
                yield wish
            else:
                report.read -= 1
        if given >= limit:
            return


def stale_wishes(limit: int) -> list[Wish]:
    """What is to be asked for again, the oldest first."""
    before = timezone.now() - timedelta(days=settings.FILMSITE_TMDB_REFRESH_DAYS)
    kinds = {source: kind for kind, source in _ID_SOURCES.items()}
    rows = (
        ExternalId.objects.filter(
            source__in=kinds,
            title__source_records__in=SourceRecord.objects.filter(source=SOURCE, fetched_at__lt=before),
        )
        .order_by("title__source_records__fetched_at", "pk")
        .values_list("source", "value")[:limit]
    )
    return [Wish(place, kinds[source], int(value)) for place, (source, value) in enumerate(rows, 1)]


def fetched(api: TmdbApi, wishes: Iterator[Wish], report: Report, wanted: Wanted) -> Iterator[Documents]:
    """The documents of the wishes, as they come."""
    for wish in wishes:
        document = api.document(wish.kind, wish.number)
        if document is None:
            report.reject("TMDB", wish.line, f"{wish.kind} {wish.number} is not there any more")
        elif found := _taken(document, report, wanted, "TMDB", wish.line, timezone.now()):
            yield found


def import_documents(
    running: Import, documents: Callable[[int], Iterator[Documents]], *, file: str, size: int = BATCH // 20
) -> None:
    """Stage the documents, then merge them."""
    running.workspace.stage(STEP, documents, _store, size=size)
    running.workspace.once(
        "prepare",
        lambda cursor: prepare_merging(cursor, reports=running.reports, file=file, people_file=file),
    )
    merge_titles(running.workspace, source=SOURCE, file=file, with_history=False)
    running.refresh()


# --- One document -----------------------------------------------------------------------------------------


def _taken(
    document: dict[str, Any],
    report: Report,
    wanted: Wanted,
    file: str,
    line: int,
    fetched_at: datetime,
) -> Documents | None:
    """What of a document is wanted; else it is counted as refused or skipped."""
    if (document.get("adult") and not wanted.adult) or (document.get("video") and not wanted.videos):
        report.skipped += 1
        return None
    try:
        return Documents(line, staged_of(document, file=file, line=line, fetched_at=fetched_at))
    except BadDocument as error:
        report.reject(file, line, str(error))
        return None


def staged_of(document: dict[str, Any], *, file: str, line: int, fetched_at: datetime) -> list[Staged]:
    """The title of a document, behind a show its seasons. Raises BadDocument."""
    kind = "movie" if "title" in document else "tv" if "name" in document else None
    number = document.get("id")
    if kind is None or not isinstance(number, int) or isinstance(number, bool) or not 0 < number < 2**31:
        raise BadDocument("not a document of a film or show: it needs an id, and a title or name")
    key = f"{kind}/{number}"
    title = _title(document, kind, key, line, fetched_at)
    found = [
        Staged(
            title,
            names=_names(document, key, line),
            scores=_scores(document, key, line, fetched_at),
            releases=_releases(document, key, line),
            companies=_companies(document, key, line),
            **_people(document, file, key, line),
        )
    ]
    if kind == "tv":
        found += (Staged(season) for season in _seasons(document, key, line, fetched_at))
    return found


def _title(document: dict[str, Any], kind: str, key: str, line: int, fetched_at: datetime) -> TitleRow:
    is_film = kind == "movie"
    name = _text(document.get("title" if is_film else "name"))
    original = _text(document.get("original_title" if is_film else "original_name"))
    if not 1 <= len(name) <= NAME_LENGTH or len(original) > NAME_LENGTH:
        raise BadDocument(f"a title has 1 to {NAME_LENGTH} characters")
    released = _date(document.get("release_date" if is_film else "first_air_date"))
    ended = None if is_film else _date(document.get("last_air_date"))
    is_over = document.get("status") in ("Ended", "Canceled")
    runtime = document.get("runtime") if is_film else next(iter(_list(document, "episode_run_time")), None)
    if isinstance(runtime, int) and not 0 <= runtime <= 32_767:
        raise BadDocument(f"{runtime} is no number of minutes")
    plot = clean_text(str(document.get("overview") or "")).strip()[:_PLOT_LENGTH]
    outside = document.get("external_ids") if isinstance(document.get("external_ids"), dict) else {}
    return TitleRow(
        line=line,
        key=key,
        kind=(TitleKind.FILM if is_film else TitleKind.SHOW).value,
        name=name,
        original_name=original if original != name else None,
        original_language=_language(document.get("original_language")),
        year=released.year if released else None,
        end_year=ended.year if ended and is_over else None,
        minutes=_count(runtime),
        released_on=released.isoformat() if released else None,
        tagline=_text(document.get("tagline"))[:NAME_LENGTH],
        plot=plot,
        plot_language="en" if plot else None,
        plot_source="TMDB" if plot else None,
        budget=(budget := _count(document.get("budget"), _MOST_MONEY)),
        budget_currency="USD" if budget else None,
        gross=(gross := _count(document.get("revenue"), _MOST_MONEY)),
        gross_currency="USD" if gross else None,
        genres=_genres(document),
        countries=_codes(document, "production_countries", "iso_3166_1", _country),
        languages=_codes(document, "spoken_languages", "iso_639_1", _language),
        ids=tuple(_ids(document, outside or {}, kind)),
        fetched_at=fetched_at.isoformat(),
    )


def _seasons(document: dict[str, Any], key: str, line: int, fetched_at: datetime) -> Iterator[TitleRow]:
    """The seasons that are counted; specials (number 0) are none."""
    seen: set[int] = set()
    for season in _list(document, "seasons", dict):
        number = _count(season.get("season_number"), 32_767)
        if number is None or number in seen:
            continue
        seen.add(number)
        with suppress(BadDocument):
            started = _date(season.get("air_date"))
            yield TitleRow(
                line=line,
                key=f"{key}/season/{number}",
                kind=TitleKind.SEASON.value,
                name="-",  # its show's, when it comes in
                parent_key=key,
                season_number=number,
                year=started.year if started else None,
                episodes=_count(season.get("episode_count"), 32_767),
                released_on=started.isoformat() if started else None,
                fetched_at=fetched_at.isoformat(),
            )


def _ids(document: dict[str, Any], outside: dict[str, Any], kind: str) -> Iterator[tuple[str, str]]:
    yield _ID_SOURCES[kind], str(document["id"])
    imdb = str(document.get("imdb_id") or outside.get("imdb_id") or "")
    if re.fullmatch(r"tt\d{7,9}", imdb, re.ASCII):
        yield "imdb", imdb
    wikidata = str(outside.get("wikidata_id") or "")
    if re.fullmatch(r"Q\d{1,12}", wikidata, re.ASCII):
        yield "wikidata", wikidata


def _names(document: dict[str, Any], key: str, line: int) -> list[NameRow]:
    holder = document.get("alternative_titles")
    rows = []
    for row in _list(holder, "titles", dict) + _list(holder, "results", dict):
        name = _text(row.get("title"))
        if 1 <= len(name) <= NAME_LENGTH:
            kind = _NAMES.get(_text(row.get("type")).lower(), AlternativeTitle.Kind.TRANSLATED)
            rows.append(NameRow(line, key, name, kind.value, "", _country(row.get("iso_3166_1"))))
    return rows


def _scores(document: dict[str, Any], key: str, line: int, fetched_at: datetime) -> list[ScoreRow]:
    mean, votes = document.get("vote_average"), _count(document.get("vote_count"))
    if not votes or not isinstance(mean, int | float) or not 0 < mean <= 10:
        return []
    return [ScoreRow(line, key, SOURCE, f"{mean:.2f}", 10, votes, fetched_at.date().isoformat())]


def _releases(document: dict[str, Any], key: str, line: int) -> list[ReleaseRow]:
    rows = []
    for of_country in _list(document.get("release_dates"), "results", dict):
        country = _country(of_country.get("iso_3166_1"))
        for row in _list(of_country, "release_dates", dict):
            kind = _RELEASES.get(row.get("type") or 0)
            with suppress(BadDocument):
                day = _date(str(row.get("release_date") or "")[:10])
                if country and kind and day:
                    note = _text(row.get("note"))[:120]
                    certificate = _text(row.get("certification"))[:20]
                    rows.append(
                        ReleaseRow(line, key, country, kind.value, day.isoformat(), note, certificate)
                    )
    return rows


def _companies(document: dict[str, Any], key: str, line: int) -> list[CompanyRow]:
    rows = []
    parts = (("production_companies", TitleCompany.Part.PRODUCTION), ("networks", TitleCompany.Part.NETWORK))
    for of, part in parts:
        for place, row in enumerate(_list(document, of, dict)):
            name = _text(row.get("name"))
            if 1 <= len(name) <= 200:
                country = _country(row.get("origin_country")) or None
                rows.append(CompanyRow(line, key, name, slug_for(name), country, part.value, place))
    return rows


def _people(document: dict[str, Any], file: str, key: str, line: int) -> dict[str, Any]:
    people: dict[str, PersonRow] = {}
    credits: list[CreditRow] = []

    def add(row: dict[str, Any], role: Role, place: int, character: str = "", note: str = "") -> None:
        number, name = row.get("id"), _text(row.get("name"))
        if not isinstance(number, int) or number <= 0 or not 1 <= len(name) <= _PERSON_NAME_LENGTH:
            return
        person = str(number)
        people.setdefault(
            person, PersonRow(line, person, "tmdb_person", name, sort_name_of_person(name), slug_for(name))
        )
        is_voice = character.endswith("(voice)")
        character = character.removesuffix("(voice)").rstrip()[:_CHARACTER_LENGTH]
        credits.append(CreditRow(file, line, key, person, role.value, place, character, is_voice, note))

    for place, row in enumerate(_list(document, "created_by", dict)):
        add(row, Role.CREATOR, place)
    for holder in (document.get("credits"), document.get("aggregate_credits")):
        for place, row in enumerate(_list(holder, "cast", dict)):
            roles = [_text(part.get("character")) for part in _list(row, "roles", dict)]
            add(row, Role.ACTOR, place, _text(row.get("character")) or ", ".join(filter(None, roles)))
        for place, row in enumerate(_list(holder, "crew", dict)):
            jobs = [row.get("job"), *(part.get("job") for part in _list(row, "jobs", dict))]
            for job in jobs:
                if isinstance(job, str) and job in _JOBS:
                    role, note = _JOBS[job]
                    add(row, role, place, note=note)
    return {"people": list(people.values()), "credits": credits}


def _genres(document: dict[str, Any]) -> tuple[str, ...]:
    names = (_text(row.get("name")) for row in _list(document, "genres", dict))
    ours = (our for name in names for our in _GENRES.get(name, (name,)))
    return tuple(dict.fromkeys(name for name in ours if 1 <= len(name) <= 50))


def _codes(document: dict[str, Any], of: str, part: str, code_of: Callable[[object], str]) -> tuple[str, ...]:
    codes = (code_of(row.get(part)) for row in _list(document, of, dict))
    return tuple(dict.fromkeys(code for code in codes if code))


def _country(value: object) -> str:
    text = _text(value).upper()
    return text if len(text) == 2 and text.isascii() and text.isalpha() else ""


def _language(value: object) -> str:
    text = _text(value).lower()
    text = _LANGUAGES.get(text, text)
    return text if 2 <= len(text) <= 3 and text.isascii() and text.isalpha() else ""


def _text(value: object) -> str:
    return clean_name(value) if isinstance(value, str) else ""


def _count(value: object, highest: int = 2**31 - 1) -> int | None:
    """A whole number above nothing, None for anything else."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if is_number and 0 < int(value) <= highest else None  # type: ignore[call-overload]  # just checked


def _date(value: object) -> date | None:
    """The day; nothing for nothing. Raises BadDocument for what is no day of a film."""
    if not value:
        return None
    try:
        day = date.fromisoformat(str(value)[:40])
    except ValueError:
        raise BadDocument(f"“{str(value)[:20]}” is no date") from None
    if not FIRST_FILM_YEAR <= day.year <= LAST_FILM_YEAR:
        raise BadDocument(f"{day.year} is not the year of a title")
    return day


def _list(holder: object, key: str, of: type = object) -> list[Any]:
    """The list under a key, as far as it holds what it should."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [row for row in found if isinstance(row, of)] if isinstance(found, list) else []


_store_staged = store_titles("TMDB")


def _store(cursor: CursorWrapper, batch: Sequence[Documents]) -> None:
    _store_staged(cursor, [staged for document in batch for staged in document.staged])
