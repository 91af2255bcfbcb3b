"""Imports killed with SIGKILL, and started again: those of an operator by command, and those of a member by workers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Job, JobState
from films.models import Credit, ExternalId, Person, Title
from filmsite.lib import indexes
from reviews.models import ImportFile, ImportRow, ImportState, MemberImport, PastVote, Viewing, Vote
from reviews.services import bringing_in
from reviews.services.recounting import find_differences
from tests.factories import make_member, make_vote
from tests.films.importers.imdb_files import write_imdb

CHECKOUT = Path(__file__).resolve().parents[2]
TITLES, MEMBERS, VOTES_OF_EACH = 12_000, 4_000, 150
SECONDS = 120
# Titles that a member brings in a vote and a viewing of.
BROUGHT = 3_000

pytestmark = [pytest.mark.operation, pytest.mark.django_db(transaction=True)]


def test_an_import_that_is_killed_while_staging_and_while_merging_completes_without_a_row_twice(
    tmp_path: Path,
) -> None:
    write_movielens(tmp_path)
    with importing("movielens", tmp_path) as process:
        kill_when(process, "SELECT count(*) FROM import_mark WHERE step = 'movies.csv' OR step = 'links.csv'")
    with importing("movielens", tmp_path) as process:
        kill_when(process, "SELECT line FROM import_mark WHERE step = 'merge titles'")
    assert 0 < Title.objects.count() < TITLES
    with importing("movielens", tmp_path) as process:
        kill_when(process, "SELECT line FROM import_mark WHERE step = 'votes'")
    assert 0 < Vote.objects.count() < MEMBERS * VOTES_OF_EACH
    assert find_differences() == []
    # It did without indexes, and nobody brought them back yet.
    assert indexes.is_suspended()
    with importing("movielens", tmp_path) as process:
        assert process.wait(SECONDS) == 0, said(tmp_path)
    assert (Title.objects.count(), Vote.objects.count()) == (TITLES, MEMBERS * VOTES_OF_EACH)
    assert find_differences() == []
    assert not indexes.is_suspended()
    assert Title.objects.filter(listing=None).count() == 0
    last, *killed = Job.objects.all()
    assert last.state == JobState.DONE
    assert last.counts["votes"]["read"] == last.counts["votes"]["created"] == MEMBERS * VOTES_OF_EACH
    assert [job.state for job in killed] == [JobState.FAILED] * 3


def test_an_import_of_imdbs_shape_that_is_killed_while_merging_completes(tmp_path: Path) -> None:
    write_many_imdb(tmp_path)
    with importing("imdb", tmp_path) as process:
        kill_when(process, "SELECT line FROM import_mark WHERE step = 'merge titles'")
    assert 0 < Title.objects.count() < TITLES
    with importing("imdb", tmp_path) as process:
        assert process.wait(SECONDS) == 0, said(tmp_path)
    assert (Title.objects.count(), Person.objects.count(), Credit.objects.count()) == (
        TITLES,
        TITLES,
        2 * TITLES,
    )
    assert find_differences() == []


def test_an_import_of_a_member_that_is_killed_at_each_step_is_taken_up_without_a_row_twice(
    tmp_path: Path,
) -> None:
    titles = make_known_titles()
    member, then = make_member(), timezone.now() - timedelta(days=9_000)
    make_vote(titles[0], member, 9, cast_at=then, changed_at=then)
    row = bringing_in.start_import(member=member, name="mine.csv", content=table_of_ones_own())

    with working("read_import", row, tmp_path) as process:
        kill_when(process, "SELECT done FROM reviews_memberimport WHERE state = 'reading'")
    assert state_of(row) == ImportState.READING
    assert 0 < ImportRow.objects.filter(of=row).count() < 2 * BROUGHT
    assert ImportFile.objects.filter(of=row).exists()
    take_up("read_import", row, tmp_path)
    assert state_of(row) == ImportState.PREVIEW
    assert ImportRow.objects.filter(of=row, match="sure").count() == 2 * BROUGHT
    assert Vote.objects.count() == 1

    assert bringing_in.order_commit(row)
    with working("commit_import", row, tmp_path) as process:
        kill_when(process, "SELECT count(*) FROM reviews_importrow WHERE kind = 'vote' AND outcome <> ''")
    assert state_of(row) == ImportState.WRITING
    assert 1 < Vote.objects.count() < BROUGHT
    assert find_differences() == []
    take_up("commit_import", row, tmp_path)
    assert state_of(row) == ImportState.DONE
    assert row.counts["written"] == {
        "vote": {"created": BROUGHT - 1, "changed": 1},
        "viewing": {"created": BROUGHT},
    }
    assert (Vote.objects.count(), Viewing.objects.count(), PastVote.objects.count()) == (BROUGHT, BROUGHT, 1)
    assert find_differences() == []

    assert bringing_in.order_undo(row)
    with working("undo_import", row, tmp_path) as process:
        kill_when(process, "SELECT count(*) FROM reviews_importrow WHERE kind = 'vote' AND reason = 'undone'")
    assert state_of(row) == ImportState.UNDOING
    assert 1 < Vote.objects.count() < BROUGHT
    assert find_differences() == []
    take_up("undo_import", row, tmp_path)
    assert state_of(row) == ImportState.UNDONE
    assert row.counts["undone"] == {
        "vote": {"deleted": BROUGHT - 1, "restored": 1},
        "viewing": {"deleted": BROUGHT},
    }
    assert list(Vote.objects.values_list("title", "value", "changed_at")) == [(titles[0].pk, 9, then)]
    assert not Viewing.objects.exists()
    assert not PastVote.objects.exists()
    assert find_differences() == []


# --- The process ------------------------------------------------------------------------------------------


def importing(source: str, folder: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """The command of an operator in a process of its own."""
    return running(["import_titles", "--verbosity=0", source, str(folder)], folder)


def working(step: str, row: MemberImport, folder: Path) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A worker at one step of the import of a member."""
    code = f"from reviews.services import bringing_in; bringing_in.{step}({row.pk})"
    return running(["shell", "--verbosity=0", "--command", code], folder)


def take_up(step: str, row: MemberImport, folder: Path) -> None:
    """Let the lease of the worker that was killed run out, and the next one do the rest."""
    with working(step, row, folder) as process:
        assert process.wait(SECONDS) == 0, said(folder)
    assert state_of(row) in {ImportState.READING, ImportState.WRITING, ImportState.UNDOING}, "not left alone"
    assert bringing_in.sweep_imports() == 0
    MemberImport.objects.filter(pk=row.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert bringing_in.sweep_imports() == 1
    with working(step, row, folder) as process:
        assert process.wait(SECONDS) == 0, said(folder)


def state_of(row: MemberImport) -> str:
    row.refresh_from_db()
    return row.state


@contextmanager
def running(arguments: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A management command in a process of its own, on the database of this test; gone when the block ends."""
    with (folder / "said.txt").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=os.environ | {"DATABASE_URL": address_of_test_database()},
            stdout=output,
            stderr=output,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def address_of_test_database() -> str:
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))


def said(folder: Path) -> str:
    return (folder / "said.txt").read_text(errors="replace")


def kill_when(process: subprocess.Popen[bytes], query: str) -> None:
    """Send SIGKILL as soon as the query gives a number above nothing, and see that the server lets go."""
    deadline = time.monotonic() + SECONDS
    with psycopg.connect(address_of_test_database(), autocommit=True) as session:
        while True:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline, "it does not get that far"
            try:
                if any(number for (number,) in session.execute(query).fetchall()):
                    break
            except psycopg.errors.UndefinedTable:
                pass
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        while session.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() != (0,):
            assert time.monotonic() < deadline, "the server does not notice"
            time.sleep(0.05)


# --- Files ------------------------------------------------------------------------------------------------


def write_movielens(folder: Path) -> None:
    with (folder / "movies.csv").open("w") as movies, (folder / "links.csv").open("w") as links:
        movies.write("movieId,title,genres\n")
        links.write("movieId,imdbId,tmdbId\n")
        for key in range(1, TITLES + 1):
            movies.write(f'{key},"Film {key}, The (Autre {key}) ({1930 + key % 90})",Drama|Comedy\n')
            links.write(f"{key},{key:07},{key}\n")
    with (folder / "ratings.csv").open("w") as ratings:
        ratings.write("userId,movieId,rating,timestamp\n")
        for member in range(1, MEMBERS + 1):
            for place in range(VOTES_OF_EACH):
                movie = (member * 7 + place * 79) % TITLES + 1
                ratings.write(f"{member},{movie},{(member + place) % 10 / 2 + 0.5},{1_200_000_000 + place}\n")


def make_known_titles() -> list[Title]:
    """Titles with numbers of IMDb."""
    titles = Title.objects.bulk_create(
        Title(name=f"Film {key}", slug=f"film-{key}", year=1990) for key in range(1, BROUGHT + 1)
    )
    ExternalId.objects.bulk_create(
        ExternalId(title=title, source="imdb", value=f"tt{key:07}") for key, title in enumerate(titles, 1)
    )
    return titles


def table_of_ones_own() -> bytes:
    lines = (f"tt{key:07},{key % 10 + 1},2020-01-02,2020-01-01" for key in range(1, BROUGHT + 1))
    return "\n".join(["imdbID,Rating10,Date,WatchedDate", *lines]).encode()


def write_many_imdb(folder: Path) -> None:
    keys = range(1, TITLES + 1)
    write_imdb(
        folder,
        instead={
            "title.basics": [
                rf"tt{key:07}	movie	Film {key}	Film {key}	0	1990	\N	90	Drama"
                for key in keys
            ],
            "title.akas": [
                rf"tt{key:07}	1	Autre {key}	FR	fr	imdbDisplay	\N	0" for key in keys
            ],
            "title.crew": [rf"tt{key:07}	nm{key:07}	\N" for key in keys],
            "title.episode": [],
            "title.principals": [
                rf'tt{key:07}	1	nm{key % TITLES + 1:07}	actor	\N	["Part {key}"]'
                for key in keys
            ],
            "title.ratings": [f"tt{key:07}	7.0	100" for key in keys],
            "name.basics": [rf"nm{key:07}	Person {key}	1950	\N	actor	\N" for key in keys],
        },
    )
