"""Taking orders: who holds a lease on a row is the only one whose result for it is stored."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Length
from django.utils import timezone

from accounts.models import TranslationConsent
from reviews.models import Priority, ReviewState, Translation, TranslationStatus
from reviews.services import routing

# Longer than the deadline and everything round it, and shorter than the broker waits before it hands a task of a
# dead worker to the next one. What is ready by the deadline is in the memory, and the next turn goes on from there.
LEASE: Final = timedelta(seconds=45)
MOST_ROWS: Final = 20
# Of texts that are no messages the length is not known before they are loaded; most are shorter.
_USUAL_CHARACTERS: Final = 500
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 1_000, 12_000


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows of one pair and priority that are this worker's until `lease`, which nobody else's claim can equal."""

    pks: tuple[int, ...]
    lease: datetime
    priority: int


def due(now: datetime) -> QuerySet[Translation]:
    """The orders that may be made now and that nobody holds.

    One whose text has changed, or may not be translated any more, is never taken; one whose text is hidden waits, for it
    may come back. Of other texts than reviews only their words tell, which whoever takes the order looks at.
    """
    stands = Q(review__isnull=True) | Q(
        review__state=ReviewState.PUBLISHED,
        review__may_translate=True,
        review__source_hash=F("source_hash"),
        review__author__translation_consent__in=[TranslationConsent.ANY, TranslationConsent.HOUSE],
    )
    return Translation.objects.filter(
        stands,
        Q(lease_until=None) | Q(lease_until__lt=now),
        status=TranslationStatus.QUEUED,
        next_attempt_at__lte=now,
    )


@transaction.atomic
def claim(pk: int) -> Claim | None:
    """Take an order, or one that is more urgent, and as many like it as fill a call of the engine; None when this one is
    not due.

    New texts go before edits and these before backfills, whichever order's wake-up brought a worker here; and only so
    many workers make backfills at once that others stand ready. At most five queries. The claim of an order whose last worker vanished has no company: if its text is what kills them, it kills
    nobody else's work.
    """
    now = timezone.now()
    priority = due(now).filter(pk=pk).values_list("priority", flat=True).first()
    if priority is None:
        return None
    first = None
    if priority > Priority.NEW:
        first = _free(due(now).filter(priority__lt=priority)).first()
    first = first or _free(due(now).filter(pk=pk)).first()
    if first is None or (first.priority == Priority.BACKFILL and not _may_go_back(now)):
        return None
    pks = [first.pk]
    if first.lease_until is None:
        like = due(now).filter(
            source_language=first.source_language,
            target=first.target,
            priority=first.priority,
            lease_until=None,
        )
        pks += _that_fit(first, list(_free(like.exclude(pk=first.pk))[: MOST_ROWS - 1]))
    # Microseconds of chance make the lease a token: two claims of one row never hold the same.
    lease = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311  (no secret)
    Translation.objects.filter(pk__in=pks).update(lease_until=lease, attempts=F("attempts") + 1)
    return Claim(tuple(pks), lease, first.priority)


def next_backfill() -> int | None:
    """The order of a backfill whose turn it is, if there is one."""
    orders = due(timezone.now()).filter(priority=Priority.BACKFILL)
    return orders.order_by("next_attempt_at", "pk").values_list("pk", flat=True).first()


def _may_go_back(now: datetime) -> bool:
    """Whether another worker may make a backfill. Two that ask at the same moment may both be told so."""
    under_way = Translation.objects.filter(
        status=TranslationStatus.QUEUED, priority=Priority.BACKFILL, lease_until__gt=now
    )
    number: int = under_way.aggregate(workers=Count("lease_until", distinct=True))["workers"]
    return number < settings.FILMSITE_TRANSLATION_BACKFILL_WORKERS


def _free(rows: QuerySet[Translation]) -> QuerySet[Translation]:
    """Those of the rows that nobody is about to take, held, in the order of their turn."""
    length = Coalesce(Length("review__body"), Value(_USUAL_CHARACTERS), output_field=IntegerField())
    held = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return (
        held.annotate(length=length)
        .only("pk", "source_language", "target", "priority", "lease_until")
        .order_by("priority", "next_attempt_at", "pk")
    )


def _that_fit(first: Translation, others: list[Translation]) -> list[int]:
    """Those that one call of the pair's best engine takes together with the first."""
    routes = routing.router().routes(first.source_language, first.target)
    most = routes[0].engine.capabilities().max_characters if routes else _FEWEST_CHARACTERS
    room = max(_FEWEST_CHARACTERS, min(most, _MOST_CHARACTERS)) - _length(first)
    taken: list[int] = []
    for row in others:
        room -= _length(row)
        if room < 0:
            break
        taken.append(row.pk)
    return taken


def _length(row: Translation) -> int:
    length: int = row.length  # type: ignore[attr-defined]  # annotated by `_free`
    return length
