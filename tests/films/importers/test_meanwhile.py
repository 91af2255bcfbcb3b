"""What people do to titles while an import is at them: real connections and real commits."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from films.models import Change, ExternalId, Person, Title
from films.services.editing import write_facts
from films.services.merging import merge_titles
from reviews.models import Vote
from reviews.services import importing
from tests.factories import make_member, make_title
from tests.films.importers.imdb_files import write_imdb
from tests.films.importers.test_imdb import run as run_imdb
from tests.films.importers.test_import_titles import run, write

pytestmark = pytest.mark.django_db(transaction=True)


def while_open(item: Title | Person, values: dict[str, Any], work: Callable[[], object]) -> None:
    """Do the work while somebody's correction is written and not committed yet."""
    written, member = Event(), make_member()

    def correct() -> None:
        try:
            with transaction.atomic():
                write_facts(item, values, actor=member, origin=Change.Origin.STAFF)
                written.set()
                # The import comes to where it decides, and must wait there.
                sleep(2)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        correction: Future[None] = pool.submit(correct)
        assert written.wait(20)
        work()
        correction.result(timeout=30)


def test_a_correction_of_a_title_made_while_a_chunk_runs_stays(tmp_path: Path) -> None:
    title = make_title("Toy Story", year=1990, provenance={"name": "movielens", "year": "movielens"})
    ExternalId.objects.create(title=title, source="movielens", value="1")
    while_open(title, {"year": 1955}, lambda: run(write(tmp_path), without_votes=True))
    title.refresh_from_db()
    assert (title.year, title.provenance["year"]) == (1955, "person")
    assert list(title.history.values_list("origin", flat=True)) == [Change.Origin.STAFF]


def test_a_correction_of_a_person_made_while_a_chunk_runs_stays(tmp_path: Path) -> None:
    run_imdb(write_imdb(tmp_path))
    person = Person.objects.exclude(born="").first()
    Person.objects.filter(pk=person.pk).update(born="1899")
    while_open(person, {"born": "1911"}, lambda: run_imdb(tmp_path))
    person.refresh_from_db()
    assert (person.born, person.provenance["born"]) == ("1911", "person")


def test_somebody_who_adds_an_id_to_a_title_of_the_chunk_and_the_import_do_not_wait_for_each_other(
    tmp_path: Path,
) -> None:
    title = make_title("Toy Story", year=1995)
    ExternalId.objects.create(title=title, source="movielens", value="1")
    member, held = make_member(), Event()

    def add() -> None:
        try:
            with transaction.atomic():
                Title.objects.select_for_update(no_key=True).get(pk=title.pk)
                held.set()
                sleep(2)
                ids = [{"source": "movielens", "value": "1"}, {"source": "wikidata", "value": "Q171048"}]
                write_facts(title, {"external_ids": ids}, actor=member, origin=Change.Origin.STAFF)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        adding = pool.submit(add)
        assert held.wait(20)
        run(write(tmp_path), without_votes=True)
        adding.result(timeout=30)
    assert title.external_ids.filter(source="wikidata").exists()
    assert title.external_ids.filter(source="imdb").exists()


def test_votes_go_to_the_title_that_another_became_one_with_between_two_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    run(tmp_path, without_votes=True)
    kept, double = make_title("Story of Toys"), Title.objects.get(name="Toy Story")
    monkeypatch.setattr(importing, "BATCH", 2)
    merge_members, sofie = importing._merge_members, make_member()

    def and_then_merge(*args: Any) -> tuple[int, bool]:
        found = merge_members(*args)
        if not Title.objects.filter(merged_into=kept).exists():
            # A merge by somebody else, as this batch finds it when it has looked already.
            pool.submit(in_another_session).result(timeout=30)
        return found

    def in_another_session() -> None:
        try:
            merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
        finally:
            connection.close()

    monkeypatch.setattr(importing, "_merge_members", and_then_merge)
    with ThreadPoolExecutor(1) as pool:
        run(tmp_path)
    assert sorted(Vote.objects.filter(title=kept).values_list("value", flat=True)) == [10]
