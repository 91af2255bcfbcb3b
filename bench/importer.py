"""Rows a second of first imports in the shapes of MovieLens and of IMDb, against COPY of the rows that they store.

The import reads and checks every row, matches ids, finds or makes members and people, keeps totals and provenance, and
refreshes browse and search. COPY is given the stored rows ready made, and does nothing but store them: once into tables
without any index, once into tables with the indexes, keys and triggers of the site. The peak of memory is that of the
importing process, Django included.
"""

import csv
import gzip
import random
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.data import Words, draw_votes
from bench.harness import Options, Result, compare, take_turns
from reviews.services.recounting import find_differences

TITLES, MEMBERS, VOTES = 10_000, 2_000, 400_000
IMDB_TITLES, CAST = 20_000, 8
_GENRES = ["Action", "Adventure", "Children", "Comedy", "Drama", "Film-Noir", "Sci-Fi", "Thriller"]
# What an import fills, parents first.
_STORED = {
    "movielens": (
        "films_title",
        "films_alternativetitle",
        "films_titlegenre",
        "films_externalid",
        "accounts_member",
        "reviews_vote",
    ),
    "imdb": (
        "films_title",
        "films_alternativetitle",
        "films_titlegenre",
        "films_person",
        "films_externalid",
        "films_externalscore",
        "films_credit",
    ),
}


def run(options: Options) -> list[Result]:
    results: list[Result] = []
    for source, write in (("movielens", _write_movielens), ("imdb", _write_imdb)):
        folder = Path(tempfile.mkdtemp(prefix=f"{source}-", dir=settings.DATA_DIR))
        results += _measure(source, folder, write(folder, options), options)
        shutil.rmtree(folder)
    return results


def _measure(source: str, folder: Path, rows: int, options: Options) -> list[Result]:
    stored = folder / "stored"
    peaks: list[float] = []

    def first() -> float:
        call_command("flush", verbosity=0, interactive=False)
        return rows / in_own_process(lambda: _import(source, folder), peaks)

    def again() -> float:
        return rows / in_own_process(lambda: _import(source, folder), peaks)

    first()
    if differences := find_differences():
        raise SystemExit(f"{len(differences)} totals are wrong, the first: {differences[0]}")
    stored_rows = _unload(source, stored)
    rates = take_turns(
        {
            "first": first,
            "again": again,
            "bare": lambda: stored_rows / _copy_bare(source, stored),
            "indexed": lambda: stored_rows / _copy_indexed(source, stored),
        },
        options.rounds,
    )
    note = f"{rows} rows of files, {stored_rows} stored; peak {max(peaks):.0f} MB"
    return [
        compare(
            f"{source}, first import",
            rates["first"],
            rates["bare"],
            against="COPY into bare tables",
            unit="rows/s",
            budget=0.12,
            note=note,
        ),
        compare(
            f"{source}, first import",
            rates["first"],
            rates["indexed"],
            against="COPY into the site's tables",
            unit="rows/s",
        ),
        compare(
            f"{source}, the same again",
            rates["again"],
            rates["bare"],
            against="COPY into bare tables",
            unit="rows/s",
            note="nothing changes",
        ),
    ]


def _import(source: str, folder: Path) -> None:
    call_command("import_titles", source, str(folder), verbosity=0, stdout=StringIO())


def in_own_process(work: Callable[[], None], peaks: list[float]) -> float:
    """Seconds that the work takes in a fresh process; its peak of memory, in megabytes, goes to `peaks`."""
    # A fork, since settings are there already; this process holds no file in memory, which would count as its child's.
    receiver, sender = get_context("fork").Pipe(duplex=False)
    connection.close()
    process = get_context("fork").Process(target=_timed, args=(work, sender))
    process.start()
    sender.close()
    process.join()
    seconds, peak = receiver.recv()
    peaks.append(peak)
    return float(seconds)


def _timed(work: Callable[[], None], sender: Connection) -> None:
    start = time.perf_counter()
    work()
    sender.send((time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _unload(source: str, folder: Path) -> int:
    """Write what the import stored to files that COPY reads; gives the number of rows."""
    folder.mkdir()
    number = 0
    with connection.cursor() as cursor:
        for table in _STORED[source]:
            with (folder / table).open("wb") as file, cursor.copy(f"COPY {table} TO STDOUT") as copy:
                for data in copy:
                    file.write(data)
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 (a name of our own)
            number += cursor.fetchone()[0]
            cursor.execute(f"CREATE TABLE IF NOT EXISTS bare_{table} (LIKE {table})")
    return number


def _copy_bare(source: str, folder: Path) -> float:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(f'bare_{table}' for table in _STORED[source])}")
    return _copy(source, folder, "bare_")


def _copy_indexed(source: str, folder: Path) -> float:
    genres = folder / "films_genre"
    with connection.cursor() as cursor:
        if not genres.exists():
            with genres.open("wb") as file, cursor.copy("COPY films_genre TO STDOUT") as copy:
                for data in copy:
                    file.write(data)
    call_command("flush", verbosity=0, interactive=False)
    with connection.cursor() as cursor, cursor.copy("COPY films_genre FROM STDIN") as copy:
        copy.write(genres.read_bytes())
    return _copy(source, folder, "")


def _copy(source: str, folder: Path, prefix: str) -> float:
    start = time.perf_counter()
    for table in _STORED[source]:
        with (
            connection.cursor() as cursor,
            (folder / table).open("rb") as file,
            cursor.copy(f"COPY {prefix}{table} FROM STDIN") as copy,
        ):
            while data := file.read(1 << 20):
                copy.write(data)
    return time.perf_counter() - start


def _write_movielens(folder: Path, options: Options) -> int:
    """movies.csv, links.csv and ratings.csv; gives the number of films and ratings, none of them twice."""
    words, chance = Words(3000), random.Random(5)
    titles = options.scaled(TITLES)
    with (
        (folder / "movies.csv").open("w", newline="") as movies,
        (folder / "links.csv").open("w", newline="") as links,
    ):
        movie, link = csv.writer(movies), csv.writer(links)
        movie.writerow(["movieId", "title", "genres"])
        link.writerow(["movieId", "imdbId", "tmdbId"])
        for key in range(1, titles + 1):
            movie.writerow(
                [key, f"{words.name(1, 5)} ({1930 + key % 90})", "|".join(chance.sample(_GENRES, 2))]
            )
            link.writerow([key, f"{key:07}", key])
    drawn = draw_votes(
        members=options.scaled(MEMBERS), titles=titles, number=options.scaled(VOTES), chance=chance
    )
    with (folder / "ratings.csv").open("w", newline="") as ratings:
        rating = csv.writer(ratings)
        rating.writerow(["userId", "movieId", "rating", "timestamp"])
        for member, title in drawn:
            rating.writerow([member, title, chance.randint(1, 10) / 2, 1_200_000_000 + member])
    return titles + len(drawn)


def _write_imdb(folder: Path, options: Options) -> int:
    """The seven files; gives the number of their rows."""
    words, chance = Words(3000), random.Random(6)
    titles = options.scaled(IMDB_TITLES)
    people = titles * 2
    number = 0

    def write(name: str, heading: str, lines: list[str]) -> None:
        nonlocal number
        number += len(lines)
        with gzip.open(folder / f"{name}.tsv.gz", "wt", 1, encoding="utf-8") as file:
            file.write("\t".join(heading.split()) + "\n")
            file.writelines(line + "\n" for line in lines)

    keys = [f"tt{key:07}" for key in range(1, titles + 1)]
    write(
        "title.basics",
        "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
        [
            f"{key}\tmovie\t{(name := words.name(1, 5))}\t{name}\t0\t{1930 + place % 90}\t\\N\t{60 + place % 90}\tDrama,Crime"
            for place, key in enumerate(keys)
        ],
    )
    write(
        "title.akas",
        "titleId ordering title region language types attributes isOriginalTitle",
        [
            f"{key}\t{place}\t{words.name(1, 5)}\t{region}\t\\N\timdbDisplay\t\\N\t0"
            for key in keys
            for place, region in enumerate(("NL", "DE", "FR"))
        ],
    )
    draw = [chance.randint(1, people) for _ in range(titles * (CAST + 1))]
    write(
        "title.crew",
        "tconst directors writers",
        [f"{key}\tnm{draw[place * (CAST + 1)]:07}\t\\N" for place, key in enumerate(keys)],
    )
    write(
        "title.principals",
        "tconst ordering nconst category job characters",
        [
            f'{key}\t{rank}\tnm{draw[place * (CAST + 1) + rank]:07}\tactor\t\\N\t["{words.name(1, 1)}"]'
            for place, key in enumerate(keys)
            for rank in range(1, CAST + 1)
        ],
    )
    write("title.episode", "tconst parentTconst seasonNumber episodeNumber", [])
    write("title.ratings", "tconst averageRating numVotes", [f"{key}\t7.1\t120" for key in keys])
    write(
        "name.basics",
        "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
        [f"nm{key:07}\t{words.name(2, 3)}\t1950\t\\N\tactor\t\\N" for key in range(1, people + 1)],
    )
    return number
