"""From what was sent to rows with their titles, which the member can look at. Nothing of theirs is written yet."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import can_post
from filmsite.lib.bulk import copy_rows
from filmsite.lib.inputs import clean_line
from filmsite.lib.waking import wake_on_commit
from reviews import tasks
from reviews.bringing.base import Intake, Row, Unreadable, reason, work_of
from reviews.bringing.matching import match_works
from reviews.bringing.reading import read, source_of
from reviews.models import ImportFile, ImportRow, ImportState, MemberImport
from reviews.services.bringing_in.leasing import LONG_LEASE, Claim, Stopped, carry_out, tell

# Imports of one member that are neither taken over nor thrown away.
MOST_OPEN: Final = 3
_OPEN: Final = (
    *(ImportState.WAITING, ImportState.READING, ImportState.PREVIEW),
    *(ImportState.ORDERED, ImportState.WRITING, ImportState.UNDOING),
)
# Rows that are stored at a time, and after which the worker shows that it lives.
BATCH: Final = 5_000
_COLUMNS: Final = (
    *("of_id", "number", "kind", "file", "line", "named", "work", "data", "match", "candidates", "outcome"),
    "reason",
)


def start_import(*, member: Member, name: str, content: bytes) -> MemberImport:
    """Store what a member sends, to be read by a worker.

    Raises Unreadable for what is no export that we know, and for a member with MOST_OPEN imports; PermissionDenied for
    one who may not write.
    """
    if not can_post(member):
        raise PermissionDenied("This member may not bring anything in now.")
    source = source_of(name, content)
    with transaction.atomic():
        # Of two files that are sent at once one waits here for the other.
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)
        if MemberImport.objects.filter(member=member, state__in=_OPEN).count() >= MOST_OPEN:
            raise Unreadable("open", MOST_OPEN)
        row = MemberImport.objects.create(
            member=member,
            source=source,
            file_name=clean_line(name)[:200],
            file_hash=hashlib.sha256(content).hexdigest(),
        )
        ImportFile.objects.create(of=row, content=content)
        wake_on_commit(tasks.read_import, row.pk)
    return row


def discard_import(row: MemberImport) -> bool:
    """Forget an import of which nothing was written; whether it was still so."""
    states = [ImportState.WAITING, ImportState.PREVIEW, ImportState.FAILED]
    return bool(MemberImport.objects.filter(pk=row.pk, state__in=states, committed_at=None).delete()[0])


def read_import(pk: int) -> None:
    """Read what was sent into rows and find their titles. Called by a worker, any number of times.

    Where an earlier worker died its rows are thrown away and read again.
    """
    carry_out(pk, [ImportState.WAITING], ImportState.READING, work=_read_or_stop, give_up=_give_up)


def _read_or_stop(claimed: Claim) -> None:
    try:
        _read(claimed)
    except Unreadable as error:
        raise Stopped(error.reason) from error


def _give_up(claimed: Claim, why: str) -> None:
    with transaction.atomic():
        ImportRow.objects.filter(of=claimed.pk).delete()
        ImportFile.objects.filter(of=claimed.pk).delete()
        claimed.finish(state=ImportState.FAILED, error=why)
        tell(claimed)


def _read(claimed: Claim) -> None:
    ImportRow.objects.filter(of=claimed.pk).delete()
    content = bytes(ImportFile.objects.values_list("content", flat=True).get(of=claimed.pk))
    intake = _intake(claimed)
    works: dict[str, dict[str, Any]] = {}
    rows = _numbered(read(claimed.row.file_name, content, intake), works)
    done = 0
    while batch := list(islice(rows, BATCH)):
        with transaction.atomic(), connection.cursor() as cursor:
            copy_rows(cursor, ImportRow._meta.db_table, _COLUMNS, _columns(claimed.pk, batch))
            done += len(batch)
            claimed.extend(done=done)
    del content
    if not done:
        raise Unreadable("nothing")
    claimed.extend(by=LONG_LEASE)
    with transaction.atomic():
        match_works(claimed.pk, works)
        ImportFile.objects.filter(of=claimed.pk).delete()
        claimed.finish(
            state=ImportState.PREVIEW,
            done=done,
            total=done,
            notes=intake.notes,
            lists=intake.lists,
            counts={"scale": _scale(intake), "best": intake.best},
        )
        tell(claimed)


def _intake(claimed: Claim) -> Intake:
    """What the file may bring. Of young accounts few texts a day: writing them here is limited as well."""
    now, most = timezone.now(), settings.FILMSITE_BRING_YOUNG_TEXTS
    if claimed.row.member.date_joined <= now - timedelta(days=settings.FILMSITE_BRING_YOUNG_DAYS):
        return Intake(now=now)
    of_today = ImportRow.objects.filter(
        of__member=claimed.row.member, of__uploaded_at__gt=now - timedelta(days=1), kind=ImportRow.Kind.REVIEW
    )
    brought = of_today.filter(outcome__in=["", ImportRow.Outcome.CREATED]).count()
    return Intake(now=now, most_texts=max(0, most - brought), too_many_texts=reason("young", most))


def _scale(intake: Intake) -> list[tuple[str, int]]:
    """How the file's stars became half stars, the worst first."""
    return sorted(intake.scale, key=lambda mapped: (mapped[1], float(mapped[0])))


def _numbered(rows: Iterable[Row], works: dict[str, dict[str, Any]]) -> Iterator[tuple[int, Row, str]]:
    for number, row in enumerate(rows, 1):
        work = work_of(row.named) if row.named else ""
        if not row.reason:
            # What one row does not say of a title another may: ids come with most.
            works[work] = {**row.named, **works.get(work, {})}
        yield number, row, work


def _columns(pk: int, batch: list[tuple[int, Row, str]]) -> Iterator[tuple[Any, ...]]:
    for number, row, work in batch:
        yield (
            pk,
            number,
            row.kind.value,
            clean_line(row.file)[:200],
            row.line,
            json.dumps(row.named, ensure_ascii=False),
            work,
            json.dumps(row.data, ensure_ascii=False),
            ImportRow.Match.MISSING.value,
            "[]",
            ImportRow.Outcome.REFUSED.value if row.reason else "",
            row.reason,
        )
