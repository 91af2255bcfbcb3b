"""Exports of members: ordered once a day, made by a worker, ready for a week, and then gone.

The row is the order and holds the file. A worker claims it by a lease; whoever dies is followed by another, and the
file of a worker whose lease had run out is thrown away.
"""

from datetime import datetime, timedelta
from tempfile import SpooledTemporaryFile
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake, wake_on_commit
from reviews.models import ExportState, MemberExport, NotificationKind
from reviews.services.notifying import notify
from reviews.taking_out.archive import write_archive
from reviews.tasks import make_export

log = structlog.get_logger("filmsite.exports")

# Longer than an export of 20,000 votes and 10,000 texts takes on a slow machine; the task is ended before.
LEASE: Final = timedelta(minutes=30)
# An order that no worker lived through in this time will not be lived through by the next one.
GIVE_UP_AFTER: Final = timedelta(hours=12)
_IN_MEMORY: Final = 8_000_000
_AT_WORK: Final = [ExportState.WAITING, ExportState.WRITING]


class TooSoon(Exception):
    """There is an export of today already; `again_at` is when the next may be ordered."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"again at {again_at.isoformat()}")
        self.again_at = again_at


def next_export_at(member: Member) -> datetime | None:
    """When the member may order an export again; None for now. One that failed does not count."""
    since = timezone.now() - _between()
    last = (
        MemberExport.objects.filter(member=member, ordered_at__gt=since)
        .exclude(state=ExportState.FAILED)
        .order_by("-ordered_at")
        .values_list("ordered_at", flat=True)
        .first()
    )
    return last + _between() if last else None


@transaction.atomic
def order_export(*, member: Member) -> MemberExport:
    """Order everything the member gave as one file. Raises TooSoon."""
    # Two clicks at once are one order.
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if (again_at := next_export_at(member)) is not None:
        raise TooSoon(again_at)
    export = MemberExport.objects.create(member=member)
    wake_on_commit(make_export, export.pk)
    return export


def write_export(export_pk: int) -> str:
    """Make the file of an order that nobody works on; answers what came of it, for the log.

    Harmless when called twice. Whatever the writing raises marks the order as failed and is raised.
    """
    lease = _claim(export_pk)
    if lease is None:
        return "not_due"
    export = MemberExport.objects.select_related("member").defer("content").get(pk=export_pk)
    mine = MemberExport.objects.filter(pk=export_pk, state=ExportState.WRITING, leased_until=lease)
    try:
        with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            counts = write_archive(file, export.member, made_at=timezone.now())
            file.seek(0)
            content = file.read()
    except Exception as error:
        mine.update(state=ExportState.FAILED, error=type(error).__name__, leased_until=None)
        raise
    with transaction.atomic():
        now = timezone.now()
        stored = mine.update(
            state=ExportState.READY,
            content=content,
            size=len(content),
            counts=counts,
            ready_at=now,
            expires_at=now + timedelta(days=settings.FILMSITE_EXPORT_DAYS),
            leased_until=None,
        )
        if not stored:
            return "overtaken"
        notify(
            recipients=[export.member],
            kind=NotificationKind.TRANSFER,
            key=f"export:{export_pk}",
            detail={"export": export_pk},
        )
    return "ready"


def _claim(pk: int) -> datetime | None:
    now = timezone.now()
    lease = now + LEASE
    free = Q(state=ExportState.WAITING) | Q(state=ExportState.WRITING, leased_until__lt=now)
    claimed = MemberExport.objects.filter(free, pk=pk).update(state=ExportState.WRITING, leased_until=lease)
    return lease if claimed else None


def sweep_exports() -> int:
    """Wake workers for orders that none took or lived through, and give up on old ones. Answers how many were woken."""
    now = timezone.now()
    stuck = MemberExport.objects.filter(
        Q(state=ExportState.WAITING) | Q(leased_until__lt=now), state__in=_AT_WORK
    )
    stuck.filter(ordered_at__lt=now - GIVE_UP_AFTER).update(
        state=ExportState.FAILED, error="no worker lived through it", leased_until=None
    )
    orders = list(stuck.order_by("pk").values_list("pk", flat=True)[:100])
    for pk in orders:
        wake(make_export, pk)
    return len(orders)


def expire_exports() -> int:
    """Delete the files whose time is over; the rows stay for their members to see. Answers how many."""
    over = MemberExport.objects.filter(state=ExportState.READY, expires_at__lte=timezone.now())
    return over.update(state=ExportState.EXPIRED, content=None, size=None)


def _between() -> timedelta:
    return timedelta(hours=settings.FILMSITE_EXPORT_EVERY_HOURS)
