"""Imports that were cut short go on, and no two run at once."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Job, JobState
from films.importers import merging, running, staging
from films.importers.running import tidy_up
from films.models import Credit, ExternalId, Person, Title
from filmsite.lib import indexes
from reviews.models import Vote
from reviews.services import importing
from reviews.services.recounting import find_differences
from tests.films.importers.imdb_files import write_imdb
from tests.films.importers.test_import_titles import write


class Cut(Exception):
    """What stands for a kill: it comes between two statements and nothing answers it."""


def cut_after(monkeypatch: pytest.MonkeyPatch, steps: int) -> Callable[[], int]:
    """Cut the import at the batch after so many; gives a function that tells how many came through in all."""
    done = [0]
    batch = staging.Workspace.batch

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        if done[0] == steps:
            raise Cut
        done[0] += 1
        return batch(self, *args, **options)

    monkeypatch.setattr(staging.Workspace, "batch", counted)
    return lambda: done[0]


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging.Workspace.stage, "__kwdefaults__", {"size": 2})
    monkeypatch.setattr(merging, "CHUNK", 2)
    monkeypatch.setattr(importing, "BATCH", 2)


def run(source: str, folder: Path) -> dict[str, Any]:
    call_command("import_titles", source, str(folder), verbosity=0)
    return Job.objects.first().counts


def run_and_cut(monkeypatch: pytest.MonkeyPatch, source: str, folder: Path, steps: int) -> None:
    with monkeypatch.context() as patch:
        cut_after(patch, steps)
        with pytest.raises(Cut):
            run(source, folder)


def contents() -> dict[str, list[Any]]:
    return {
        "titles": list(
            Title.objects.order_by("name", "season_number").values_list("kind", "name", "year", "episodes")
        ),
        "people": list(Person.objects.order_by("name").values_list("name", "born")),
        "credits": list(
            Credit.objects.order_by("title__name", "role", "position").values_list("person__name", "role")
        ),
        "ids": sorted(ExternalId.objects.values_list("source", "value")),
        "votes": sorted(Vote.objects.values_list("member__username", "title__name", "value")),
    }


def forget() -> None:
    Vote.objects.all().delete()
    Title.objects.all().delete()
    Person.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("source", ["movielens", "imdb"])
def test_cut_at_any_batch_the_same_import_completes_and_nothing_is_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    (write if source == "movielens" else write_imdb)(tmp_path)
    with monkeypatch.context() as patch:
        count = cut_after(patch, -1)
        whole_counts = run(source, tmp_path)
        batches = count()
    whole = contents()
    assert batches > 10
    for steps in range(batches):
        forget()
        run_and_cut(monkeypatch, source, tmp_path, steps)
        assert Job.objects.first().state == JobState.FAILED
        counts = run(source, tmp_path)
        assert contents() == whole, steps
        # Members stay when their votes go, and so are not new every time.
        for kind in set(whole_counts) - {"members"}:
            assert counts[kind] == whole_counts[kind], (steps, kind)
        assert find_differences() == []


@pytest.mark.django_db
def test_other_files_start_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    run_and_cut(monkeypatch, "movielens", tmp_path, 2)
    write(tmp_path, movies="movieId,title,genres\n1,Other (1990),Drama\n")
    run("movielens", tmp_path)
    assert [title.name for title in Title.objects.all()] == ["Other"]


@pytest.mark.django_db
def test_a_truncated_file_leaves_what_came_before_and_the_whole_one_completes_it(tmp_path: Path) -> None:
    ratings = "userId,movieId,rating,timestamp\n" + "".join(
        f"{member},1,4.0,{1217897793 + member}\n" for member in range(1, 60_000)
    )
    write(tmp_path)
    (tmp_path / "ratings.csv").unlink()
    whole = gzip.compress(ratings.encode())
    (tmp_path / "ratings.csv.gz").write_bytes(whole[: len(whole) - 20])
    with pytest.raises(CommandError, match=r"ratings\.csv breaks off or is damaged after line \d+"):
        run("movielens", tmp_path)
    assert "breaks off" in Job.objects.first().error
    assert (Title.objects.count(), find_differences()) == (3, [])
    (tmp_path / "ratings.csv.gz").write_bytes(
        gzip.compress("".join(ratings.splitlines(keepends=True)[:300]).encode())
    )
    assert run("movielens", tmp_path)["votes"]["created"] == 299


@pytest.mark.django_db
def test_a_rehearsal_leaves_alone_what_a_cut_import_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    run_and_cut(monkeypatch, "movielens", tmp_path, 3)
    call_command("import_titles", "movielens", str(tmp_path), verbosity=0, dry_run=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM import_title")
        assert cursor.fetchone() == (3,)
    assert run("movielens", tmp_path)["titles"]["created"] == 3


@pytest.mark.django_db
def test_nothing_is_left_of_an_import_that_came_to_its_end(tmp_path: Path) -> None:
    run("movielens", write(tmp_path))
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'import\\_%'")
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_every_refused_row_can_be_written_to_a_file(tmp_path: Path) -> None:
    bad = "".join(f"x{number},Film,Drama\n" for number in range(1500))
    write(tmp_path, movies="movieId,title,genres\n" + bad)
    call_command("import_titles", "movielens", str(tmp_path), verbosity=0, report=tmp_path / "refused.csv")
    lines = (tmp_path / "refused.csv").read_text().splitlines()
    assert lines[:2] == ["file,line,reason", "movies.csv,2,“x0” is not a movieId"]
    assert len(lines) == 1 + Job.objects.first().counts["rejected"]
    assert len(Job.objects.first().failures) == 1000


# --- One at a time ----------------------------------------------------------------------------------------


@pytest.fixture
def another_session() -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    names = {
        name: parameters[name]
        for name in ("dbname", "host", "user", "port", "password")
        if parameters.get(name)
    }
    with psycopg.connect(**names, autocommit=True) as session:
        yield session


@pytest.mark.django_db
def test_a_second_import_is_told_who_runs(tmp_path: Path, another_session: psycopg.Connection) -> None:
    another_session.execute("SELECT pg_advisory_lock(%s)", [running._LOCK])
    with pytest.raises(CommandError, match="Another import has just begun"):
        run("movielens", write(tmp_path))
    job = Job.objects.create(kind="import.imdb")
    Job.objects.update(started_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    with pytest.raises(
        CommandError, match=rf"Job {job.pk} \(import.imdb\) has been running since 2026-01-02 03:04:05"
    ):
        run("movielens", tmp_path)
    assert not tidy_up()
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


@pytest.mark.django_db
def test_a_job_whose_process_is_gone_is_closed_by_whoever_comes_next() -> None:
    job = Job.objects.create(kind="import.imdb")
    other = Job.objects.create(kind="export")
    assert tidy_up()
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.state, other.state) == (JobState.FAILED, JobState.RUNNING)
    assert "goes on from there" in job.error


# --- Without indexes --------------------------------------------------------------------------------------


def definitions() -> tuple[list[Any], list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'reviews_vote' ORDER BY 1"
        )
        found = cursor.fetchall()
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint "
            "WHERE conrelid = 'reviews_vote'::regclass ORDER BY 1"
        )
        return found, cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_a_large_first_import_does_without_indexes_and_brings_them_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BULK_BYTES", 0)
    before, seen = definitions(), []
    import_votes = importing._merge

    def looking(*args: Any) -> None:
        seen.append(definitions())
        import_votes(*args)

    monkeypatch.setattr(importing, "_merge", looking)
    run("movielens", write(tmp_path))
    assert [name for name, _ in seen[0][0]] == ["reviews_vote_pkey", "vote_one_per_member_and_title"]
    assert definitions() == before
    assert not indexes.is_suspended()
    assert find_differences() == []


@pytest.mark.django_db(transaction=True)
def test_indexes_that_a_killed_import_did_without_come_back_and_rows_that_lead_nowhere_go(
    tmp_path: Path,
) -> None:
    before = definitions()
    run("movielens", write(tmp_path))
    assert indexes.suspend(["reviews_vote"]) == ["reviews_vote"]
    assert definitions() != before
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO reviews_vote (member_id, title_id, value, cast_at, changed_at) "
                       "SELECT member_id, 999999999, 5, now(), now() FROM reviews_vote LIMIT 1")  # fmt: skip
    assert tidy_up()
    assert definitions() == before
    assert Vote.objects.count() == 3
    assert indexes.restore() == 0


@pytest.mark.django_db(transaction=True)
def test_a_table_in_use_keeps_its_indexes(
    monkeypatch: pytest.MonkeyPatch, another_session: psycopg.Connection
) -> None:
    monkeypatch.setattr(indexes, "_LOCK_TIMEOUT", "50ms")
    before = definitions()
    with another_session.transaction():
        another_session.execute("SELECT count(*) FROM reviews_vote")
        assert indexes.suspend(["reviews_vote"]) == []
    assert definitions() == before
    assert not indexes.is_suspended()
