"""The public log is a chain that nobody can change unnoticed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import StringIO
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test import Client

from accounts.models import Member
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    Decision,
    Evidence,
    LogEntry,
    Measure,
    Notice,
    NoticeItem,
    OwnWords,
    Report,
    Snapshot,
    Statement,
)
from reviews.moderation.seals import FIRST_SEAL, prove_log, seal_of
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

ODD_WORDS = 'Een "reden" met \\ en \t en \x7f, 語 en 🎬\nen een tweede regel\x01'


def write(verb: str = "reviews.review.removed", **said: object) -> LogEntry:
    return LogEntry.objects.create(verb=verb, section="films", **said)


@contextmanager
def tampering() -> Iterator[None]:
    """As whoever owns the database could: past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_logentry DISABLE TRIGGER USER")
        yield
        cursor.execute("ALTER TABLE reviews_logentry ENABLE TRIGGER USER")


def test_every_line_is_sealed_together_with_the_one_before_it() -> None:
    first, second = write(rule="copied-text", reason=ODD_WORDS, case_number=7), write()
    lines = list(LogEntry.objects.order_by("pk"))
    assert [line.pk for line in lines] == [first.pk, second.pk]
    assert bytes(lines[0].prev_hash) == FIRST_SEAL
    assert bytes(lines[1].prev_hash) == bytes(lines[0].hash) == seal_of(lines[0])
    assert bytes(lines[1].hash) == seal_of(lines[1])


def test_lines_of_one_statement_follow_each_other_and_choose_neither_number_nor_seal() -> None:
    LogEntry.objects.bulk_create(
        [
            LogEntry(pk=number, verb="reviews.case.kept", section="films", hash=b"mine", prev_hash=b"mine")
            for number in (900_000, 5, 900_001)
        ]
    )
    proof = prove_log()
    assert (proof.lines, proof.breaks) == (3, [])
    assert not LogEntry.objects.filter(pk__gte=900_000).exists()


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE reviews_logentry SET reason = 'other'",
        "UPDATE reviews_logentry SET hash = ''",
        "DELETE FROM reviews_logentry",
        "TRUNCATE reviews_logentry",
        "TRUNCATE reviews_logentry CASCADE",
    ],
)
def test_the_database_refuses_every_change(act: str) -> None:
    write()
    with connection.cursor() as cursor:
        # As it is everywhere but under test.
        cursor.execute("ALTER TABLE reviews_logentry ENABLE TRIGGER reviews_logentry_never_emptied")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(act)
    assert LogEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("act", "breaks"),
    [
        ("UPDATE reviews_logentry SET reason = 'other' WHERE id = %(middle)s", [("middle", False)]),
        ("UPDATE reviews_logentry SET at = at + interval '1 day' WHERE id = %(middle)s", [("middle", False)]),
        ("DELETE FROM reviews_logentry WHERE id = %(middle)s", [("last", True)]),
        ("DELETE FROM reviews_logentry WHERE id = %(first)s", [("middle", True)]),
        (
            "UPDATE reviews_logentry SET moderator_number = 1, hash = sha256('other') WHERE id = %(middle)s",
            [("middle", False), ("last", True)],
        ),
    ],
)
def test_who_goes_past_the_triggers_is_found_out(act: str, breaks: list[tuple[str, bool]]) -> None:
    numbers = {name: write(reason=name).pk for name in ("first", "middle", "last")}
    with tampering(), connection.cursor() as cursor:
        cursor.execute(act, numbers)
    assert [(found.number, found.is_gap) for found in prove_log().breaks] == [
        (numbers[name], is_gap) for name, is_gap in breaks
    ]
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_moderation_log", stderr=StringIO())


def test_a_log_cut_short_is_noticed_by_who_noted_a_seal_down() -> None:
    write()
    last, out = write(), StringIO()
    call_command("verify_moderation_log", stdout=out)
    seal = bytes(LogEntry.objects.get(pk=last.pk).hash).hex()
    assert out.getvalue() == f"2 lines, unbroken. The newest seal: {seal}\n"
    write()
    call_command("verify_moderation_log", f"--seal={seal}", stdout=StringIO())
    with tampering(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM reviews_logentry WHERE id >= %s", [last.pk])
    call_command("verify_moderation_log", stdout=StringIO())
    with pytest.raises(CommandError, match="tampered"):
        call_command("verify_moderation_log", f"--seal={seal}", stderr=StringIO())


def test_a_time_is_sealed_to_the_microsecond() -> None:
    line = write()
    with tampering():
        LogEntry.objects.filter(pk=line.pk).update(at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC))
        with connection.cursor() as cursor:
            cursor.execute("UPDATE reviews_logentry SET hash = reviews_logentry_seal(reviews_logentry)")
    assert prove_log().breaks == []


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_make_one_chain() -> None:
    def write_many() -> None:
        for _number in range(20):
            with transaction.atomic():
                write()
        connection.close()

    writers = [Thread(target=write_many) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    proof = prove_log()
    assert (proof.lines, proof.breaks) == (80, [])


def test_not_even_a_superuser_edits_history(client: Client, sofie: Member, settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    line = write()
    client.force_login(sofie)
    listed = "/admin/reviews/logentry/"
    assert client.get(listed).status_code == 200
    assert client.get(f"{listed}{line.pk}/change/").status_code == 200
    for address, posted in (
        (f"{listed}add/", {"verb": "reviews.case.kept", "section": "films"}),
        (f"{listed}{line.pk}/change/", {"verb": "reviews.case.kept", "section": "films"}),
        (f"{listed}{line.pk}/delete/", {"post": "yes"}),
    ):
        assert client.post(address, posted).status_code == 403, address
    client.post(listed, {"action": "delete_selected", "_selected_action": [line.pk], "post": "yes"})
    assert LogEntry.objects.get().verb == "reviews.review.removed"


@pytest.mark.parametrize(
    "model",
    [
        Appeal,
        Case,
        CaseEvent,
        Decision,
        Evidence,
        Measure,
        Notice,
        NoticeItem,
        OwnWords,
        Report,
        Snapshot,
        Statement,
    ],
)
def test_what_moderators_did_is_looked_up_in_the_admin_and_changed_by_nobody(
    client: Client, sofie: Member, settings, model: type[Model]
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    review = make_review(make_title(), sofie)
    case = Case.objects.create(kind="other", section="films", review=review)
    decision = Decision.objects.create(case=case, verdict="remove", reason="So.")
    statement = Statement.objects.create(decision=decision, recipient=sofie, found_by="report")
    notice = Notice.objects.create(token="secret-token", email="rita@holder.example")
    row = {
        Appeal: lambda: Appeal.objects.create(
            statement=statement, decision=decision, case=case, author=sofie
        ),
        Case: lambda: case,
        CaseEvent: lambda: CaseEvent.objects.create(case=case, kind="note"),
        Decision: lambda: decision,
        Evidence: lambda: Evidence.objects.create(case=case, kind="overlap"),
        Measure: lambda: Measure.objects.create(member=sofie, kind="warning", reason="So."),
        Notice: lambda: notice,
        NoticeItem: lambda: NoticeItem.objects.create(notice=notice, url="/reviews/1/"),
        OwnWords: lambda: OwnWords.objects.create(author=sofie),
        Report: lambda: Report.objects.create(case=case, reporter=sofie),
        Snapshot: lambda: Snapshot.objects.create(digest="d"),
        Statement: lambda: statement,
    }[model]()
    client.force_login(sofie)
    listed = f"/admin/reviews/{model._meta.model_name}/"
    assert client.get(listed).status_code == 200
    page = client.get(f"{listed}{row.pk}/change/")
    assert page.status_code == 200
    assert "secret-token" not in page.text
    for address in (f"{listed}add/", f"{listed}{row.pk}/change/", f"{listed}{row.pk}/delete/"):
        assert client.post(address, {"post": "yes"}).status_code == 403, address
