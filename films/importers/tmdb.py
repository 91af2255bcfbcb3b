"""TMDB's documents from a folder, from a file with one a line, or fetched for the ids of its daily list.

What comes from TMDB is kept six months at most and shown with its notice: `films.services.tmdb` clears what was not asked
for again. History keeps none of it.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from django.conf import settings
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from films.importers.base import ImportProblem, Report
from films.importers.merging import merge_titles, prepare_merging
from films.importers.numbers import HIGHEST, NumberSet
from films.importers.reading import LINE_LENGTH, Advance, SourceFile, measure, read_json_lines
from films.importers.running import Import
from films.importers.staging import Staged, copy_staged, store_titles
from films.importers.tmdb_api import TmdbApi
from films.importers.tmdb_documents import ID_SOURCES, SOURCE, BadDocument, staged_of
from films.models import ExternalId, SourceRecord

REPORTS: Final = ("titles", "seasons", "names", "credits", "people", "scores")
BULK_TABLES: Final = (
    "films_credit",
    "films_alternativetitle",
    "films_externalid",
    "films_release",
    "films_titlecompany",
    "films_titlegenre",
)
FILE: Final = "TMDB"
STEP: Final = "documents"
_ID_FILE: Final = re.compile(r"(movie|tv_series)_ids_\d\d_\d\d_\d{4}\.json(\.gz)?")


@dataclass(frozen=True)
class Wanted:
    """Which documents are taken beside films and shows."""

    adult: bool = False
    videos: bool = False

    def __call__(self, row: dict[str, Any]) -> bool:
        """Whether a document, or a line of a daily list, is wanted."""
        return (self.adult or not row.get("adult")) and (self.videos or not row.get("video"))


class Documents(NamedTuple):
    """What one document gives: a title, or a show and its seasons."""

    line: int
    staged: list[Staged]


class Wish(NamedTuple):
    """A document to fetch; `line` is its place in the list of wishes."""

    line: int
    kind: str
    number: int


class Source(Protocol):
    """Where documents come from; `size` is in what `progress` hears of, `batch` the documents of one transaction."""

    batch: int

    @property
    def fingerprint(self) -> str: ...
    @property
    def size(self) -> int: ...
    def documents(self, report: Report, after: int, progress: Advance) -> Iterator[Documents]: ...


def source_of(path: Path | None, wanted: Wanted, *, limit: int, api: TmdbApi | None = None) -> Source:
    """The documents at a path, those of a daily list there, or without one those to be asked for again.

    What is fetched is at most `limit` documents, by `api` or else with the token of the settings. Raises ImportProblem.
    """
    if path and not _ID_FILE.fullmatch(path.name):
        return Disk(path, wanted)
    if api is None:
        if not settings.TMDB_TOKEN:
            raise ImportProblem(
                "TMDB is asked with a token of your own: put its “API read access token” into TMDB_TOKEN."
            )
        api = TmdbApi(settings.TMDB_TOKEN)
    return DailyList(path, wanted, limit, api) if path else Stale(wanted, limit, api)


class Disk:
    """A folder of `*.json`, or a file with one document a line. Raises ImportProblem when it is neither."""

    batch = 1000

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self.path, self.wanted = path, wanted
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

    def documents(self, report: Report, after: int, progress: Advance) -> Iterator[Documents]:
        rows = self._lines(report, after, progress) if self.file else self._files(report, after, progress)
        for file, line, document, fetched_at in rows:
            if found := _taken(document, report, self.wanted, file, line, fetched_at):
                yield found

    def _lines(
        self, report: Report, after: int, progress: Advance
    ) -> Iterator[tuple[str, int, dict[str, Any], datetime]]:
        file = self.file or measure(self.path)
        fetched_at = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        for line, document in read_json_lines(file, report, after=after, progress=progress):
            yield file.name, line, document, fetched_at

    def _files(
        self, report: Report, after: int, progress: Advance
    ) -> Iterator[tuple[str, int, dict[str, Any], datetime]]:
        for place, name in enumerate(self.names[after:], after + 1):
            path = self.path / name
            report.read += 1
            try:
                with path.open("rb") as file:
                    text = file.read(LINE_LENGTH + 1)
                if len(text) > LINE_LENGTH:
                    report.reject(name, 1, f"longer than {LINE_LENGTH} bytes")
                    continue
                document = json.loads(text)
            except (OSError, ValueError, RecursionError) as error:
                report.reject(name, 1, f"not readable as JSON: {error}"[:200])
                continue
            progress(len(text))
            if isinstance(document, dict):
                yield name, place, document, datetime.fromtimestamp(path.stat().st_mtime, UTC)
            else:
                report.reject(name, 1, "not a JSON object")


class DailyList:
    """The ids of one of TMDB's daily lists, as far as they are not here or were asked for long ago."""

    # What a killed import asks for again at most.
    batch = 50

    def __init__(self, path: Path, wanted: Wanted, limit: int, api: TmdbApi) -> None:
        self.file, self.wanted, self.limit, self.api = measure(path), wanted, limit, api
        self.kind = "movie" if path.name.startswith("movie") else "tv"
        self.fingerprint, self.size = self.file.fingerprint, self.file.size

    def documents(self, report: Report, after: int, progress: Advance) -> Iterator[Documents]:
        wishes = islice(self._wishes(report, after, progress), self.limit)
        return _fetched(self.api, wishes, report, self.wanted)

    def _wishes(self, report: Report, after: int, progress: Advance) -> Iterator[Wish]:
        fresh = self._fresh()
        for line, row in read_json_lines(self.file, report, after=after, progress=progress):
            number = row.get("id")
            if not isinstance(number, int) or isinstance(number, bool) or not 0 < number < HIGHEST:
                report.reject(self.file.name, line, "without an id")
            elif not self.wanted(row) or number in fresh:
                report.skipped += 1
            else:
                yield Wish(line, self.kind, number)

    def _fresh(self) -> NumberSet:
        """What need not be asked for, all at once: a list has a million lines."""
        since = timezone.now() - timedelta(days=settings.FILMSITE_TMDB_REFRESH_DAYS)
        numbers = ExternalId.objects.filter(
            source=ID_SOURCES[self.kind],
            title__source_records__in=SourceRecord.objects.filter(source=SOURCE, fetched_at__gte=since),
        ).values_list("value", flat=True)
        fresh = NumberSet()
        for number in numbers.iterator(chunk_size=10_000):
            if number.isdecimal() and len(number) < len(str(HIGHEST)):
                fresh.add(int(number))
        return fresh


class Stale:
    """What was asked for long ago, the oldest first."""

    batch = 50

    def __init__(self, wanted: Wanted, limit: int, api: TmdbApi) -> None:
        self.wanted, self.api = wanted, api
        before = timezone.now() - timedelta(days=settings.FILMSITE_TMDB_REFRESH_DAYS)
        kinds = {source: kind for kind, source in ID_SOURCES.items()}
        rows = (
            ExternalId.objects.filter(
                source__in=kinds,
                title__source_records__in=SourceRecord.objects.filter(source=SOURCE, fetched_at__lt=before),
            )
            .order_by("title__source_records__fetched_at", "pk")
            .values_list("source", "value")[:limit]
        )
        self.wishes = [
            Wish(place, kinds[source], int(value)) for place, (source, value) in enumerate(rows, 1)
        ]
        self.fingerprint = hashlib.sha256(repr(self.wishes).encode()).hexdigest()
        self.size = len(self.wishes)

    def documents(self, report: Report, after: int, progress: Advance) -> Iterator[Documents]:
        def wishes() -> Iterator[Wish]:
            for wish in self.wishes[after:]:
                report.read += 1
                progress(1)
                yield wish

        return _fetched(self.api, wishes(), report, self.wanted)


def import_documents(running: Import, source: Source) -> None:
    """Stage the documents of a source, then merge them."""
    workspace, reports = running.workspace, running.reports
    workspace.stage(
        STEP,
        lambda after: source.documents(reports["titles"], after, running.progress),
        _store(reports),
        size=source.batch,
    )
    workspace.once("prepare", lambda cursor: prepare_merging(cursor, reports=reports, file=FILE))
    merge_titles(workspace, source=SOURCE, file=FILE)
    running.refresh()


def _fetched(api: TmdbApi, wishes: Iterator[Wish], report: Report, wanted: Wanted) -> Iterator[Documents]:
    """The documents of the wishes, as they come."""
    for wish in wishes:
        document = api.document(wish.kind, wish.number)
        if document is None:
            report.reject(FILE, wish.line, f"{wish.kind} {wish.number} is not there any more")
        elif found := _taken(document, report, wanted, FILE, wish.line, timezone.now()):
            yield found


def _taken(
    document: dict[str, Any],
    report: Report,
    wanted: Wanted,
    file: str,
    line: int,
    fetched_at: datetime,
) -> Documents | None:
    """What of a document is wanted; else it is counted as refused or skipped."""
    if not wanted(document):
        report.skipped += 1
        return None
    try:
        return Documents(line, staged_of(document, file=file, line=line, fetched_at=fetched_at))
    except BadDocument as error:
        report.reject(file, line, str(error))
        return None


def _store(reports: dict[str, Report]) -> Callable[[CursorWrapper, Sequence[Documents]], None]:
    store = store_titles(FILE)

    def store_all(cursor: CursorWrapper, batch: Sequence[Documents]) -> None:
        staged = [staged for document in batch for staged in document.staged]
        # Somebody in ten documents of the batch is one; across batches `prepare_merging` sees to it.
        people = {person.key: person for title in staged for person in title.people}
        store(cursor, [title._replace(people=()) for title in staged])
        copy_staged(cursor, "import_person", people.values())
        reports["people"].read += len(people)
        reports["seasons"].read += len(staged) - len(batch)
        for name in ("names", "credits", "scores"):
            reports[name].read += sum(len(getattr(title, name)) for title in staged)

    return store_all
