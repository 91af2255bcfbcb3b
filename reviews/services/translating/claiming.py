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
# A hidden text may come back at any moment.
HIDDEN_WAIT: Final = timedelta(minutes=15)
# Of texts that are no messages the length is not known before they are loaded; most are shorter.
_USUAL_CHARACTERS: Final = 500
_FEWEST_CHARACTERS, _MOST_CHARACTERS = 1_000, 12_000


@dataclass(frozen=True, slots=True)
class Claim:
    """Rows of one pair and priority that are this worker's until `lease`, which nobody else's claim can equal."""

    pks: tuple[int, ...]
    lease: datetime
    priority: int


def stands() -> Q:
    """The condition that the text of a `Translation` may be translated as the order has it.

    Of other texts than reviews only their words tell, which whoever takes the order looks at.
    """
    return Q(review__isnull=True) | Q(
        review__state=ReviewState.PUBLISHED,
        review__may_translate=True,
        review__source_hash=F("source_hash"),
        review__author__translation_consent__in=[TranslationConsent.ANY, TranslationConsent.HOUSE],
    )


def due(now: datetime) -> QuerySet[Translation]:
    """The orders that may be made now and that nobody holds.

    One whose text has changed, or may not be translated any more, is never taken; one whose text is hidden waits, for it
    may come back.
    """
    return _ready(now).filter(stands())


def _ready(now: datetime) -> QuerySet[Translation]:
    """The same, whatever became of their texts: the index of the queue alone answers this, however long the queue."""
    return Translation.objects.filter(
        Q(lease_until=None) | Q(lease_until__lt=now),
        status=TranslationStatus.QUEUED,
        next_attempt_at__lte=now,
    )


@transaction.atomic
def claim(pk: int) -> Claim | None:
    """Take an order, or one that is more urgent, and as many like it as fill a call of the engine; None when this one is
    not due.

    New texts go before edits and these before backfills, whichever order's wake-up brought a worker here; and only so
    many workers make backfills at once that others stand ready. At most ten queries, and more only where hidden texts
    stand in the way. The claim of an order whose last worker vanished has no company: if its text is what kills them, it
    kills nobody else's work.
    """
    now = timezone.now()
    priority = due(now).filter(pk=pk).values_list("priority", flat=True).first()
    if priority is None:
        return None
    found: list[Translation] = []
    if priority > Priority.NEW:
        found = _take(_ready(now).filter(priority__lt=priority), 1, now)
    found = found or _take(_ready(now).filter(pk=pk), 1, now)
    if not found or (found[0].priority == Priority.BACKFILL and not _may_go_back(now)):
        return None
    first = found[0]
    pks = [first.pk]
    if first.lease_until is None:
        like = _ready(now).filter(
            source_language=first.source_language,
            target=first.target,
            priority=first.priority,
            lease_until=None,
        )
        pks += _that_fit(first, _take(like.exclude(pk=first.pk), MOST_ROWS - 1, now))
    # Microseconds of chance make the lease a token: two claims of one row never hold the same.
    lease = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311  (no secret)
    Translation.objects.filter(pk__in=pks).update(lease_until=lease, attempts=F("attempts") + 1)
    return Claim(tuple(pks), lease, first.priority)


@transaction.atomic
def next_orders(number: int, *, since: datetime) -> list[int]:
    """So many of the orders that nobody took since then, the most urgent first."""
    now = timezone.now()
    return [row.pk for row in _take(_ready(now).filter(next_attempt_at__lte=since), number, now)]


@transaction.atomic
def next_backfill() -> int | None:
    """The order of a backfill whose turn it is, if there is one."""
    now = timezone.now()
    found = _take(_ready(now).filter(priority=Priority.BACKFILL), 1, now)
    return found[0].pk if found else None


def backfills_under_way(now: datetime, *, at_most: int) -> int:
    """How many orders of backfills have their turn or are being made, counted no further than `at_most`.

    What waits for an engine or a budget, or whose text is hidden, is not among them: it says nothing of how much workers
    have to do.
    """
    rows = Translation.objects.filter(
        stands(), status=TranslationStatus.QUEUED, priority=Priority.BACKFILL, next_attempt_at__lte=now
    )
    return rows.order_by()[:at_most].count()


def _may_go_back(now: datetime) -> bool:
    """Whether another worker may make a backfill. Two that ask at the same moment may both be told so."""
    under_way = Translation.objects.filter(
        status=TranslationStatus.QUEUED, priority=Priority.BACKFILL, lease_until__gt=now
    )
    number: int = under_way.aggregate(workers=Count("lease_until", distinct=True))["workers"]
    return number < settings.FILMSITE_TRANSLATION_BACKFILL_WORKERS


def _take(rows: QuerySet[Translation], number: int, now: datetime) -> list[Translation]:
    """The first so many of the rows in the order of their turn, held, that nobody else holds and whose texts stand.

    Rows come before texts: joined at once, all of a long queue would be sorted for each claim. Whoever changes a text
    drops its orders, so what is met of texts that do not stand is hidden: it is put off, and not met again at once.
    """
    first = rows.select_for_update(skip_locked=True, no_key=True).order_by(
        "priority", "next_attempt_at", "pk"
    )
    first = first.only("pk", "source_language", "target", "priority", "lease_until")
    length = Coalesce(Length("review__body"), Value(_USUAL_CHARACTERS), output_field=IntegerField())
    taken: list[Translation] = []
    while len(taken) < number:
        met = list(first.exclude(pk__in=[row.pk for row in taken])[: number - len(taken)])
        standing = Translation.objects.filter(stands(), pk__in=[row.pk for row in met])
        lengths = dict(standing.annotate(length=length).values_list("pk", "length"))
        for row in met:
            if row.pk in lengths:
                row.length = lengths[row.pk]  # type: ignore[attr-defined]  # of another table
                taken.append(row)
        hidden = [row.pk for row in met if row.pk not in lengths]
        if not hidden:
            break
        Translation.objects.filter(pk__in=hidden).update(next_attempt_at=now + HIDDEN_WAIT)
    return taken


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
    length: int = row.length  # type: ignore[attr-defined]  # set by `_take`
    return length
