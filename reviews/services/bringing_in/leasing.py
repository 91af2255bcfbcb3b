"""Who works on an import: one worker, for as long as it shows that it lives, and on one import of a member at a time."""

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.utils import timezone, translation

from accounts.models import Member
from reviews.models import ImportState, MemberImport, NotificationKind
from reviews.services.notifying import notify

log = structlog.get_logger("filmsite.imports")

LEASE: Final = timedelta(seconds=90)
# Finding the titles is one transaction, during which nobody can see that its worker lives.
LONG_LEASE: Final = timedelta(minutes=10)
# So many workers may take up the same piece of work: what a file does to one it does to the next.
MOST_ATTEMPTS: Final = 3
# Two imports of one member are claimed one after the other. PostgreSQL has one space of such numbers for everybody.
_LOCKS: Final = 0x4252 << 47
_AT_WORK: Final = (ImportState.READING, ImportState.WRITING, ImportState.UNDOING)


class LeaseLost(Exception):
    """Another worker has taken over, for this one was silent too long. What was not stored is theirs to do."""


class Stopped(Exception):
    """The work cannot go on; `code` is a reason of `reviews.bringing.wording`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass
class Claim:
    """An import that is this worker's until `lease`, which nobody else's claim can equal."""

    row: MemberImport
    lease: datetime

    @property
    def pk(self) -> int:
        return self.row.pk

    def check_attempts(self) -> None:
        """Raises Stopped where MOST_ATTEMPTS workers came to no end with this piece of work."""
        if self.row.attempts > MOST_ATTEMPTS:
            raise Stopped("attempts")

    def extend(self, *, by: timedelta = LEASE, **changes: Any) -> None:
        """Show that the work goes on, and store these columns. Part of the caller's transaction, where there is one.

        Raises LeaseLost, with which that transaction ends.
        """
        lease = _token(by)
        held = MemberImport.objects.filter(pk=self.pk, leased_until=self.lease)
        if not held.update(leased_until=lease, **changes):
            raise LeaseLost
        self._stored(lease, changes)

    def finish(self, **changes: Any) -> None:
        """Let go of the import with these columns stored. Part of the caller's transaction. Raises LeaseLost."""
        held = MemberImport.objects.filter(pk=self.pk, leased_until=self.lease)
        if not held.update(leased_until=None, attempts=0, **changes):
            raise LeaseLost
        self._stored(self.lease, changes)

    def _stored(self, lease: datetime, changes: dict[str, Any]) -> None:
        self.lease = lease
        for name, value in changes.items():
            setattr(self.row, name, value)


def claim(pk: int, states: Collection[ImportState], working: ImportState) -> Claim | None:
    """Take an import that stands in one of these states, or that a dead worker left in `working`.

    None where it does not, somebody works on it, or on another import of the same member.
    """
    row = MemberImport.objects.filter(pk=pk).first()
    if row is None:
        return None
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCKS + row.member_id])
        now = timezone.now()
        at_work = MemberImport.objects.filter(member=row.member_id, state__in=_AT_WORK, leased_until__gte=now)
        if at_work.exists():
            return None
        lease = _token(LEASE)
        mine = MemberImport.objects.filter(pk=pk, state__in=[*states, working])
        if not mine.update(state=working, leased_until=lease, error="", attempts=F("attempts") + 1):
            return None
    row = MemberImport.objects.select_related("member").get(pk=pk)
    return Claim(row, lease)


def carry_out(
    pk: int,
    states: Collection[ImportState],
    working: ImportState,
    *,
    work: Callable[[Claim], None],
    give_up: Callable[[Claim, str], None],
) -> None:
    """Claim an import and do this piece of work on it, in its member's language.

    `give_up` is called with the code of the reason where the work cannot be done. Raises what will pass, and lets the
    sweep wake another worker: the database was away, a merge was in the way, or it took too long.
    """
    claimed = claim(pk, states, working)
    if claimed is None:
        return
    try:
        with in_language_of(claimed.row.member):
            claimed.check_attempts()
            work(claimed)
    except LeaseLost:
        log.warning("import taken over by another worker", member_import=pk, state=working)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise
    except Stopped as stopped:
        give_up(claimed, stopped.code)
    except Exception:
        log.exception("import stopped", member_import=pk, state=working)
        give_up(claimed, "error")


def waits_for(row: MemberImport) -> int | None:
    """The number of another import of the same member that is worked on now, for which this one waits; or None."""
    others = MemberImport.objects.filter(
        member=row.member_id, state__in=_AT_WORK, leased_until__gte=timezone.now()
    )
    return others.exclude(pk=row.pk).values_list("pk", flat=True).first()


def in_language_of(member: Member) -> Any:
    """A block in which gettext speaks the member's language: what is stored then is theirs."""
    return translation.override(member.interface_language or translation.get_language())


def tell(claimed: Claim) -> None:
    """Tell the member that there is something to look at. Part of the caller's transaction."""
    row = claimed.row
    notify(
        recipients=[row.member],
        kind=NotificationKind.TRANSFER,
        key=f"import:{row.pk}:{row.state}",
        detail={"import": row.pk, "state": row.state},
    )


def _token(by: timedelta) -> datetime:
    # Microseconds of chance make the lease a token: two claims of one row never hold the same.
    return timezone.now() + by + timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311  (no secret)
