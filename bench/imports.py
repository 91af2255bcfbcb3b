"""A member's import: rows a second, the share of titles found, and what readers notice of it meanwhile.

The file is an export of Letterboxd's with a diary of five thousand films, made from the site's own titles; some names
have a slip, some years are one off, some films do not exist. Reading and writing are held against a plain copy of the
same rows into a table without keys; a title's page that is not kept against the same page while nothing else is done.
"""

import csv
import random
import sys
import time
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from io import BytesIO, StringIO
from multiprocessing import get_context
from multiprocessing.connection import Connection
from signal import SIGTERM

from django.core.management import call_command
from django.db import connection, connections

from accounts.models import Member
from bench.addresses import typical_titles
from bench.harness import Crew, Options, Result, compare, percentile
from bench.pages import EACH, SERVER, Line, Side, free_port, requests, start_web
from films.models import Title, TitleKind
from films.services.search_names import refresh_search_names
from filmsite.management.commands.prepare import collect_static_files
from reviews.models import ImportRow, MemberImport
from reviews.services import bringing_in
from reviews.services.recounting import find_differences

__all__ = ["SERVER", "run"]

FILMS = 5_000
# Of the full site, so that there are films enough.
SCALE = 0.05
# Of a hundred names: with a slip, with the year before, and of nothing.
SLIPS, YEARS_OFF, UNKNOWN = 5, 3, 2
READERS = 2
# From docs/performance.md: background work never slows pages by more than half.
MOST_SLOWER = 1.5


def run(options: Options) -> list[Result]:
    if not options.full:
        call_command("generate_catalogue", scale=SCALE * options.scale, stdout=StringIO())
        refresh_search_names()
    collect_static_files()
    films, content = _export(options.scaled(FILMS))
    side = Side([title.get_absolute_url() for title in typical_titles(EACH)])
    connections.close_all()
    port = free_port()
    web = start_web(port)

    def tools(number: int) -> Mapping[str, Callable[[], object]]:
        line, asked = Line(port), requests(side, port, number)
        return {"page": lambda: line.get(next(asked))}

    rates: dict[str, list[float]] = {"read": [], "written": [], "copied": []}
    idle: list[list[float]] = []
    busy: list[list[float]] = []
    with Crew(READERS, tools) as crew:
        for number in range(options.rounds + 1):
            quiet = crew.turn("page", 3 * options.seconds).seconds
            found = _Worker(content)
            meanwhile: list[float] = []
            while found.is_alive():
                meanwhile += crew.turn("page", 0.5).seconds
            read, written, rows, matched = found.answer()
            if number:
                idle.append(quiet)
                busy.append(meanwhile)
                rates["read"].append(rows / read)
                rates["written"].append(rows / written)
                rates["copied"].append(rows / _copy())
            _forget()
    web.stop({"web": SIGTERM})
    if differences := find_differences():
        raise SystemExit(f"{len(differences)} totals are wrong, the first: {differences[0]}")
    note = f"{films} films, {rows} rows; {100 * matched:.1f} % of the titles found for sure"
    results = [
        compare(
            "read and matched",
            rates["read"],
            rates["copied"],
            against="a plain copy",
            unit="rows/s",
            note=note,
        ),
        compare("written", rates["written"], rates["copied"], against="a plain copy", unit="rows/s"),
    ]
    for share in (0.5, 0.95):
        results.append(
            compare(
                f"a title's page meanwhile, p{100 * share:.0f}",
                [1000 * percentile(times, share) for times in busy],
                [1000 * percentile(times, share) for times in idle],
                against="without an import",
                unit="ms",
                budget=-MOST_SLOWER,
            )
        )
    return results


class _Worker:
    """A process that brings the file in, as a worker would."""

    def __init__(self, content: bytes) -> None:
        context = get_context("fork")
        self.line, theirs = context.Pipe(duplex=False)
        connections.close_all()
        self.process = context.Process(target=_bring, args=(content, theirs))
        self.process.start()

    def is_alive(self) -> bool:
        return self.process.is_alive()

    def answer(self) -> tuple[float, float, int, float]:
        """Seconds of reading and matching, and of writing; rows; and the share of works that were found."""
        self.process.join()
        if not self.line.poll():
            sys.exit("The import came to no end.")
        return self.line.recv()


def _bring(content: bytes, line: Connection) -> None:
    member = Member.objects.filter(is_placeholder=False, suspended_at=None).order_by("pk")[0]
    row = bringing_in.start_import(member=member, name="letterboxd.zip", content=content)
    begin = time.perf_counter()
    bringing_in.read_import(row.pk)
    read = time.perf_counter() - begin
    works = dict(ImportRow.objects.filter(of=row).order_by("work").values_list("work", "match"))
    bringing_in.order_commit(row)
    begin = time.perf_counter()
    bringing_in.commit_import(row.pk)
    written = time.perf_counter() - begin
    matched = sum(match == ImportRow.Match.SURE for match in works.values()) / len(works)
    line.send((read, written, ImportRow.objects.filter(of=row).count(), matched))


def _copy() -> float:
    """Seconds that a copy of the rows of the last import takes, into a table that has their columns and no more."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE bench_row (LIKE reviews_importrow)")
        begin = time.perf_counter()
        cursor.execute("INSERT INTO bench_row SELECT * FROM reviews_importrow")
        took = time.perf_counter() - begin
        cursor.execute("DROP TABLE bench_row")
    return took


def _forget() -> None:
    for row in MemberImport.objects.all():
        bringing_in.order_undo(row)
        bringing_in.undo_import(row.pk)
        row.delete()


def _export(number: int) -> tuple[int, bytes]:
    """An export of Letterboxd's with so many films, and how many the site had."""
    chance = random.Random(4)
    films = list(
        Title.objects.filter(kind=TitleKind.FILM, year__isnull=False)
        .order_by("-totals__vote_count", "pk")
        .values_list("name", "year")[:number]
    )
    tables: dict[str, list[list[object]]] = {
        "ratings.csv": [["Date", "Name", "Year", "Letterboxd URI", "Rating"]],
        "diary.csv": [
            ["Date", "Name", "Year", "Letterboxd URI", "Rating", "Rewatch", "Tags", "Watched Date"]
        ],
    }
    for place, film in enumerate(films):
        name, year = _named(film, chance)
        day, stars = date(2012, 1, 1) + timedelta(days=place % 4000), chance.randint(1, 10) / 2
        tables["ratings.csv"].append([day, name, year, "", stars])
        tables["diary.csv"].append([day, name, year, "", stars, "", "", day])
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, rows in tables.items():
            text = StringIO()
            csv.writer(text).writerows(rows)
            archive.writestr(file, text.getvalue())
    return len(films), out.getvalue()


def _named(film: tuple[str, int | None], chance: random.Random) -> tuple[str, int]:
    """A film as the file names it: mostly as it is called."""
    name, year = film[0], film[1] or 0
    luck = chance.randrange(100)
    if luck < SLIPS and len(name) > 4:
        place = chance.randrange(1, len(name) - 2)
        return name[:place] + name[place + 1] + name[place] + name[place + 2 :], year
    if luck < SLIPS + YEARS_OFF:
        return name, year - 1
    if luck < SLIPS + YEARS_OFF + UNKNOWN:
        return f"{name} which nobody knows {luck}", year
    return name, year
