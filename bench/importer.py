"""Rows a second of a first MovieLens import, against COPY of the same files into tables without an index.

The import checks every row, matches ids, makes members, keeps totals and refreshes browse and search; COPY does
nothing but store. Files are made up in the shape of the real ones.
"""

import csv
import random
import shutil
import tempfile
import time
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bench.data import Words, draw_votes
from bench.harness import Options, Result, compare, take_turns
from reviews.models import Vote
from reviews.services.recounting import find_differences

TITLES, MEMBERS, VOTES = 5_000, 500, 60_000
_GENRES = ["Action", "Adventure", "Children", "Comedy", "Drama", "Film-Noir", "Sci-Fi", "Thriller"]
_RAW = {
    "movies.csv": ("bench_movie", "id int, title text, genres text"),
    "links.csv": ("bench_link", "id int, imdb text, tmdb text"),
    "ratings.csv": ("bench_rating", "member int, movie int, rating numeric, at bigint"),
}


def run(options: Options) -> list[Result]:
    folder = Path(tempfile.mkdtemp(prefix="movielens-", dir=settings.DATA_DIR))
    titles, votes = options.scaled(TITLES), options.scaled(VOTES)
    rows = titles + write_files(folder, titles=titles, members=options.scaled(MEMBERS), votes=votes)
    with connection.cursor() as cursor:
        for table, columns in _RAW.values():
            cursor.execute(f"CREATE TABLE {table} ({columns})")

    def site() -> float:
        call_command("flush", verbosity=0, interactive=False)
        return rows / timed_import(folder)

    again = []

    def same_again() -> float:
        again.append(rows / timed_import(folder))
        return again[-1]

    rates = take_turns(
        {"site": site, "again": same_again, "raw": lambda: rows / raw_copy(folder)}, options.rounds
    )
    if (stored := Vote.objects.count()) + titles != rows:
        raise SystemExit(f"{rows - titles} votes in the file and {stored} in the database.")
    if differences := find_differences():
        raise SystemExit(f"{len(differences)} totals are wrong, the first: {differences[0]}")
    print(f"{rows} rows a turn; every total equals its recount.")
    shutil.rmtree(folder)
    against = "COPY of the same files"
    return [
        compare("first import", rates["site"], rates["raw"], against=against, unit="rows/s", budget=0.12),
        compare("the same again", rates["again"], rates["raw"], against=against, unit="rows/s"),
    ]


def timed_import(folder: Path) -> float:
    start = time.perf_counter()
    call_command("import_titles", "movielens", str(folder), stdout=StringIO(), verbosity=0)
    return time.perf_counter() - start


def raw_copy(folder: Path) -> float:
    """COPY the three files as they are and commit; gives seconds. Emptying the tables is not timed."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(table for table, _ in _RAW.values())}")
        start = time.perf_counter()
        for name, (table, _) in _RAW.items():
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy:
                copy.write((folder / name).read_bytes())
        return time.perf_counter() - start


def write_files(folder: Path, *, titles: int, members: int, votes: int) -> int:
    """Write movies.csv, links.csv and ratings.csv; gives the number of ratings, none of them twice."""
    words, chance = Words(3000), random.Random(5)
    with (
        (folder / "movies.csv").open("w", newline="") as movies,
        (folder / "links.csv").open("w", newline="") as links,
    ):
        movie, link = csv.writer(movies), csv.writer(links)
        movie.writerow(["movieId", "title", "genres"])
        link.writerow(["movieId", "imdbId", "tmdbId"])
        for key in range(1, titles + 1):
            name = f"{words.name(1, 5)} ({1930 + key % 90})"
            movie.writerow([key, name, "|".join(chance.sample(_GENRES, 2))])
            link.writerow([key, f"{key:07}", key])
    drawn = draw_votes(members=members, titles=titles, number=votes, chance=chance)
    with (folder / "ratings.csv").open("w", newline="") as ratings:
        rating = csv.writer(ratings)
        rating.writerow(["userId", "movieId", "rating", "timestamp"])
        for member, title in drawn:
            rating.writerow([member, title, chance.randint(1, 10) / 2, 1_200_000_000 + member])
    return len(drawn)
