"""The frame of every import: one at a time, a Job that tells of it, a workspace that a killed one leaves to the next."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import Job, JobState
from accounts.services.jobs import JobRun, run_job
from films.importers.base import ImportProblem, Rejected, Report
from films.importers.staging import ROWS, Workspace
from films.services.listing import refresh_changed_listings, refresh_listings
from films.services.search_names import refresh_search_names
from filmsite.lib import indexes

KINDS: Final = ("import.movielens", "import.imdb", "import.tmdb")
# Below this many bytes it is quicker to keep the indexes of empty tables than to build them afterwards.
BULK_BYTES: Final = 4 << 20
_LOCK: Final = 20_260_101
# From so many rows on it is worth saying what came in.
_MANY: Final = 1_000
_WRITTEN: Final = (
    "films_title",
    "films_titletotals",
    "films_titlegenre",
    "films_alternativetitle",
    "films_person",
    "films_credit",
    "films_externalid",
)
# Ids at a time.
_REFRESH: Final = 50_000


@dataclass
class Import:
    """An import that is running."""

    run: JobRun
    workspace: Workspace
    reports: dict[str, Report]
    dry_run: bool
    # Hears of the bytes of files that were read.
    watchers: list[Any] = field(default_factory=list)

    def progress(self, size: int) -> None:
        for watcher in self.watchers:
            watcher(size)
        self.run.counts = counts_of(self.reports)
        self.run.advance(size)

    def refresh(self, *, votes: bool = False) -> None:
        """Let browse and search follow what was written."""
        self.workspace.once("analyze", _analyze)
        self.workspace.once("refresh listings", _follow_titles)
        self.workspace.once("refresh search names", _follow_names)
        if votes:
            refresh_changed_listings()


@contextmanager
def running_import(
    *,
    kind: str,
    parameters: dict[str, Any],
    fingerprints: Sequence[str],
    reports: Sequence[str],
    total: int,
    bulk_tables: Sequence[str] = (),
    dry_run: bool = False,
    report_file: Path | None = None,
) -> Iterator[Import]:
    """Keep the lock, the Job and the workspace of an import for the block; everything is rolled back for `dry_run`.

    The same `parameters` and `fingerprints` as an import that was killed or failed go on where that one stopped; others
    start anew. `total` is the size in bytes of what is read. Of `bulk_tables`, those that are all but empty do without
    indexes meanwhile. Raises ImportProblem while another import runs.
    """
    named = {name: Report() for name in reports}
    key = hashlib.sha256(repr((kind, parameters, list(fingerprints), ROWS)).encode()).hexdigest()
    with ExitStack() as stack:
        stack.enter_context(_alone())
        run = stack.enter_context(run_job(kind=kind, parameters=parameters | {"dry_run": dry_run}))
        run.expect(total)
        if dry_run:
            stack.enter_context(_rolled_back())
        workspace = Workspace(fingerprint=key, job_id=run.job.pk, reports=named, keep=not dry_run)
        if report_file:
            stack.enter_context(_told(named, report_file, goes_on=workspace.resumed))
        if not workspace.resumed and not dry_run:
            indexes.restore()
        if bulk_tables and total >= BULK_BYTES and not dry_run:
            indexes.suspend(bulk_tables)
        try:
            yield Import(run, workspace, named, dry_run)
        finally:
            if not dry_run:
                indexes.restore()
            run.counts, run.failures = counts_of(named), failures_of(named)
        workspace.drop()


def tidy_up() -> bool:
    """Bring back what an import that was killed left undone: indexes, and a Job that says it runs. False while one does."""
    try:
        with _alone():
            indexes.restore()
    except ImportProblem:
        return False
    return True


def counts_of(reports: dict[str, Report]) -> dict[str, Any]:
    return {
        **{name: report.counts() for name, report in reports.items()},
        "rejected": sum(report.rejected for report in reports.values()),
    }


def failures_of(reports: dict[str, Report]) -> list[dict[str, Any]]:
    return [failure.as_dict() for report in reports.values() for failure in report.failures]


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the importers; the database gives it back when this process ends, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise ImportProblem(_who_runs())
    try:
        # Whoever is said to be running is dead, for this process has the lock.
        Job.objects.filter(kind__in=KINDS, state=JobState.RUNNING).update(
            state=JobState.FAILED,
            error="The process ended before the import did. The same import again goes on from there.",
            finished_at=timezone.now(),
        )
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _who_runs() -> str:
    job = Job.objects.filter(kind__in=KINDS, state=JobState.RUNNING).order_by("-id").first()
    who = (
        f"Job {job.pk} ({job.kind}) has been running since {job.started_at:%Y-%m-%d %H:%M:%S} UTC"
        if job
        else "Another import has just begun"
    )
    return f"{who}, and there is one import at a time. Wait for it, or end it: the same import again goes on from there."


@contextmanager
def _rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _told(reports: dict[str, Report], path: Path, *, goes_on: bool) -> Iterator[None]:
    """Write every refusal to a file as it comes."""
    try:
        file = path.open("a" if goes_on else "w", newline="", encoding="utf-8")
    except OSError as error:
        raise ImportProblem(f"{path} cannot be written ({error.strerror}).") from error
    with file:
        writer = csv.writer(file)
        if not goes_on:
            writer.writerow(Rejected._fields)
        for report in reports.values():
            report.tell = writer.writerow
        yield


def _touched(cursor: CursorWrapper, table: str) -> Iterator[list[int]]:
    """The ids in a table of the workspace, many at a time."""
    last = 0
    while True:
        cursor.execute(
            f"SELECT id FROM {table} WHERE id > %s ORDER BY id LIMIT %s",  # noqa: S608 (names of our own)
            [last, _REFRESH],
        )
        if not (ids := [row[0] for row in cursor.fetchall()]):
            return
        yield ids
        last = ids[-1]


def _analyze(cursor: CursorWrapper) -> None:
    """Tell the planner what came in, sooner than the server would by itself: it may still believe in empty tables."""
    cursor.execute(
        "SELECT (SELECT count(*) FROM import_touched_title) + (SELECT count(*) FROM import_touched_person) >= %s",
        [_MANY],
    )
    if cursor.fetchone()[0]:
        cursor.execute(f"ANALYZE {', '.join(_WRITTEN)}")


def _follow_titles(cursor: CursorWrapper) -> None:
    for ids in _touched(cursor, "import_touched_title"):
        refresh_listings(title_ids=ids)


def _follow_names(cursor: CursorWrapper) -> None:
    cursor.execute(
        "SELECT (SELECT count(*) FROM import_touched_title) > (SELECT count(*) FROM films_title) / 2, "
        "(SELECT count(*) FROM import_touched_person) >= (SELECT count(*) FROM films_person) / 2"
    )
    if cursor.fetchone() == (True, True):
        # Of an import that fills the catalogue: all at once is quickest.
        refresh_search_names()
        return
    for ids in _touched(cursor, "import_touched_title"):
        refresh_search_names(title_ids=ids)
    for ids in _touched(cursor, "import_touched_person"):
        refresh_search_names(person_ids=ids)
