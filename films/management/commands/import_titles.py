from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from films.importers import imdb, movielens, tmdb
from films.importers.base import ImportProblem, Report
from films.importers.running import Import, running_import
from films.services.facets import recount_facets
from films.services.ranking import renew_rankings
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
        of_imdb = sources.add_parser(
            "imdb",
            help="a folder with IMDb's data sets (title.basics.tsv.gz and others), which you fetched yourself",
        )
        of_imdb.add_argument("folder", type=Path)
        of_imdb.add_argument("--shorts", action="store_true", help="short films too")
        of_imdb.add_argument("--videos", action="store_true", help="what came out on video only too")
        of_imdb.add_argument("--adult", action="store_true", help="adult titles too")
        of_imdb.add_argument(
            "--min-votes", type=int, default=0, metavar="N", help="only titles with so many votes at IMDb"
        )
        of_tmdb = sources.add_parser(
            "tmdb", help="TMDB's documents from disk, or fetched with your own TMDB_TOKEN"
        )
        of_tmdb.add_argument(
            "path",
            type=Path,
            nargs="?",
            help="a folder of .json documents, a .jsonl(.gz) with one a line, or TMDB's daily list of ids "
            "(movie_ids_MM_DD_YYYY.json.gz), whose documents are fetched",
        )
        of_tmdb.add_argument(
            "--refresh",
            action="store_true",
            help="fetch again what was fetched FILMSITE_TMDB_REFRESH_DAYS ago",
        )
        of_tmdb.add_argument(
            "--limit", type=int, default=10_000, metavar="N", help="documents fetched at most (default 10000)"
        )
        of_tmdb.add_argument("--videos", action="store_true", help="what came out on video only too")
        of_tmdb.add_argument("--adult", action="store_true", help="adult titles too")
        for source in (of_movielens, of_imdb, of_tmdb):
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
        if not options["dry_run"] and any(report.created or report.changed for report in reports.values()):
            renew_rankings()
            recount_facets()
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
            movielens.import_titles(data, running)
            if not without_votes:
                import_votes(
                    running.workspace,
                    lambda after: data.votes(running.reports["votes"], after, running.progress),
                    source=movielens.SOURCE,
                    member_prefix=movielens.MEMBER_PREFIX,
                    file=movielens.RATINGS,
                )
            running.refresh(votes=not without_votes)
        return running.reports

    def _import_imdb(
        self,
        *,
        folder: Path,
        shorts: bool,
        videos: bool,
        adult: bool,
        min_votes: int,
        dry_run: bool,
        report: Path | None,
        verbosity: int,
        **options: Any,
    ) -> dict[str, Report]:
        wanted = imdb.Wanted(shorts=shorts, videos=videos, adult=adult, min_votes=min_votes)
        data = imdb.Imdb(folder, wanted)
        for words in data.missing:
            self.stdout.write(words)
        with (
            running_import(
                kind="import.imdb",
                parameters={"folder": str(folder), **asdict(wanted)},
                fingerprints=[file.fingerprint for file in data.files.values()],
                reports=imdb.REPORTS,
                total=data.bytes_to_read,
                bulk_tables=imdb.BULK_TABLES,
                dry_run=dry_run,
                report_file=report,
            ) as running,
            self._bar(running, verbosity),
        ):
            imdb.import_imdb(data, running)
        return running.reports

    def _import_tmdb(
        self,
        *,
        path: Path | None,
        refresh: bool,
        limit: int,
        videos: bool,
        adult: bool,
        dry_run: bool,
        report: Path | None,
        verbosity: int,
        **options: Any,
    ) -> dict[str, Report]:
        if (path is None) != refresh:
            raise CommandError("Name a folder or a file, or say --refresh.")
        source = tmdb.source_of(path, tmdb.Wanted(adult=adult, videos=videos), limit=limit)
        with (
            running_import(
                kind="import.tmdb",
                parameters={"path": str(path or ""), "limit": limit, "videos": videos, "adult": adult},
                fingerprints=[source.fingerprint],
                reports=tmdb.REPORTS,
                total=source.size,
                bulk_tables=tmdb.BULK_TABLES,
                dry_run=dry_run,
                report_file=report,
            ) as running,
            self._bar(running, verbosity),
        ):
            tmdb.import_documents(running, source)
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
