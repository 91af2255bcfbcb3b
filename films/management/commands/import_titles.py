from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from films.importers import movielens
from films.importers.base import ImportProblem, Report
from films.importers.merging import merge_titles, prepare_merging
from films.importers.running import Import, running_import
from films.importers.staging import copy_staged, store_titles
from reviews.services.importing import import_votes

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Bring titles and votes of a data set into the site. What the site knows already is matched by its ids, and what "
        "a person said of it stays; running it again changes nothing. Rows that cannot go in are listed with the reason. "
        "Killed or failed, the same command goes on where it stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        sources = parser.add_subparsers(dest="source", required=True, title="what kind of data set it is")
        of_movielens = sources.add_parser(
            "movielens", help="a folder with movies.csv, links.csv and ratings.csv"
        )
        of_movielens.add_argument("folder", type=Path)
        of_movielens.add_argument("--without-votes", action="store_true", help="titles only")
        for source in (of_movielens,):
            source.add_argument(
                "--dry-run", action="store_true", help="read, check and count everything; store nothing"
            )
            source.add_argument(
                "--report", type=Path, metavar="FILE", help="write every refused row to this CSV file"
            )

    def handle(self, *args: Any, source: str, **options: Any) -> None:
        started = monotonic()
        try:
            reports = getattr(self, f"_import_{source}")(**options)
        except ImportProblem as problem:
            raise CommandError(str(problem)) from problem
        self._print(reports, monotonic() - started, dry_run=options["dry_run"])

    def _import_movielens(
        self,
        *,
        folder: Path,
        without_votes: bool,
        dry_run: bool,
        report: Path | None,
        verbosity: int,
        **options: Any,
    ) -> dict[str, Report]:
        data = movielens.MovieLens(folder)
        files = [data.movies, data.links, *([] if without_votes else [data.ratings])]
        with (
            running_import(
                kind="import.movielens",
                parameters={"folder": str(folder), "votes": not without_votes},
                fingerprints=[file.fingerprint for file in files],
                reports=movielens.REPORTS,
                total=sum(file.size for file in files),
                bulk_tables=movielens.BULK_TABLES,
                dry_run=dry_run,
                report_file=report,
            ) as running,
            self._bar(running, verbosity),
        ):
            workspace, titles, votes = running.workspace, running.reports["titles"], running.reports["votes"]
            workspace.stage(
                movielens.MOVIES,
                lambda after: data.titles(titles, after, running.progress),
                store_titles(movielens.MOVIES),
            )
            workspace.stage(
                movielens.LINKS,
                lambda after: data.ids(titles, after, running.progress),
                lambda cursor, batch: copy_staged(
                    cursor, "import_id", (row for links in batch for row in links.ids)
                ),
            )
            workspace.once(
                "prepare", lambda cursor: prepare_merging(cursor, titles=titles, file=movielens.MOVIES)
            )
            merge_titles(workspace, source=movielens.SOURCE, file=movielens.MOVIES)
            if not without_votes:
                import_votes(
                    workspace,
                    lambda after: data.votes(votes, after, running.progress),
                    source=movielens.SOURCE,
                    member_prefix=movielens.MEMBER_PREFIX,
                    file=movielens.RATINGS,
                )
            running.refresh(votes=not without_votes)
        return running.reports

    @staticmethod
    def _bar(running: Import, verbosity: int) -> tqdm:
        # No bar when nobody watches (a file, a pipe) or when --verbosity 0 asks for silence.
        bar = tqdm(
            total=running.run.job.total, unit="B", unit_scale=True, disable=True if verbosity == 0 else None
        )
        running.watchers.append(bar.update)
        return bar

    def _print(self, reports: dict[str, Report], seconds: float, *, dry_run: bool) -> None:
        failures = [failure for report in reports.values() for failure in report.failures]
        for failure in failures[:SHOWN]:
            self.stdout.write(f"rejected {failure.file}:{failure.line}: {failure.reason}")
        rejected = sum(report.rejected for report in reports.values())
        if rejected > SHOWN:
            self.stdout.write(
                f"… and {rejected - SHOWN} more; the job in the admin keeps the first thousand of a kind, --report all."
            )
        for name, report in reports.items():
            self.stdout.write(
                f"{name}: " + ", ".join(f"{count} {word}" for word, count in report.counts().items())
            )
        rows = sum(report.read for name, report in reports.items() if name != "members")
        self.stdout.write(f"{rows} rows in {seconds:.1f} s ({rows / max(seconds, 0.001):.0f} rows/s)")
        if dry_run:
            self.stdout.write("Dry run: nothing was stored.")
