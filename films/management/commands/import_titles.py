from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from accounts.services.jobs import JobRun, run_job
from films.importers import load
from films.importers.base import ImportProblem, Rejected, Report
from films.importers.movielens import MEMBER_PREFIX, MOVIES, RATINGS, SOURCE, MovieLens
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from reviews.services import importing

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Bring titles and votes of a data set into the site. What the site knows already is matched by its ids and "
        "never overwritten; running it again changes nothing. Rows that cannot go in are listed with the reason."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("source", choices=["movielens"], help="what kind of data set it is")
        parser.add_argument("folder", type=Path, help="the folder with movies.csv, links.csv and ratings.csv")
        parser.add_argument(
            "--dry-run", action="store_true", help="read, check and count everything; store nothing"
        )
        parser.add_argument("--without-votes", action="store_true", help="titles only")

    def handle(self, *args: Any, source: str, folder: Path, **options: Any) -> None:
        started = monotonic()
        try:
            data = MovieLens(folder)
            parameters = {"source": source, "folder": str(folder), "dry_run": options["dry_run"]}
            with run_job(kind=f"import.{source}", parameters=parameters) as run:
                reports = self._import(data, run, **options)
        except ImportProblem as problem:
            raise CommandError(str(problem)) from problem
        finally:
            load.drop_staging()
            importing.drop_staging()
        self._print(reports, monotonic() - started, dry_run=options["dry_run"])

    def _import(
        self,
        data: MovieLens,
        run: JobRun,
        *,
        dry_run: bool,
        without_votes: bool,
        verbosity: int,
        **options: Any,
    ) -> dict[str, Report]:
        reports = {"titles": Report(), "members": Report(), "votes": Report()}
        titles, members, votes = reports.values()
        lines = data.movies.lines - 1 + (0 if without_votes else data.ratings.lines - 1)
        run.expect(max(0, lines))
        # No bar when nobody watches (a file, a pipe) or when --verbosity 0 asks for silence.
        with tqdm(
            total=lines, unit=" rows", unit_scale=True, disable=True if verbosity == 0 else None
        ) as bar:
            progress = self._progress(bar, run)
            load.stage_titles(data.titles(titles), file=MOVIES, report=titles, progress=progress)
            if not without_votes:
                importing.stage_votes(data.votes(votes), progress=progress)
        with transaction.atomic():
            changed = load.merge_titles(file=MOVIES, report=titles)
            if not without_votes:
                importing.merge_votes(
                    source=SOURCE, member_prefix=MEMBER_PREFIX, file=RATINGS, votes=votes, members=members
                )
            transaction.set_rollback(dry_run)
        if not dry_run and (changed or votes.created or votes.changed):
            refresh_search_names(title_ids=changed)
            refresh_listings()
        failures = failures_of(reports)
        run.counts = {name: report.counts() for name, report in reports.items()}
        run.counts["rejected"] = sum(report.rejected for report in reports.values())
        run.failures = [failure.as_dict() for failure in failures]
        return reports

    @staticmethod
    def _progress(bar: tqdm, run: JobRun) -> Callable[[int], None]:
        def progress(rows: int) -> None:
            bar.update(rows)
            run.advance(rows)

        return progress

    def _print(self, reports: dict[str, Report], seconds: float, *, dry_run: bool) -> None:
        failures = failures_of(reports)
        for failure in failures[:SHOWN]:
            self.stdout.write(f"rejected {failure.file}:{failure.line}: {failure.reason}")
        rejected = sum(report.rejected for report in reports.values())
        if rejected > SHOWN:
            self.stdout.write(
                f"… and {rejected - SHOWN} more; the job in the admin keeps the first thousand."
            )
        for name, report in reports.items():
            self.stdout.write(
                f"{name}: " + ", ".join(f"{count} {word}" for word, count in report.counts().items())
            )
        rows = sum(report.read for name, report in reports.items() if name != "members")
        self.stdout.write(f"{rows} rows in {seconds:.1f} s ({rows / max(seconds, 0.001):.0f} rows/s)")
        if dry_run:
            self.stdout.write("Dry run: nothing was stored.")


def failures_of(reports: dict[str, Report]) -> list[Rejected]:
    return [failure for report in reports.values() for failure in report.failures]
