"""What no wake-up reached, and what may be had now that could not be had before."""

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from filmsite.lib.waking import wake
from reviews.models import Priority, Translation, TranslationStatus
from reviews.services import routing
from reviews.services.translating.claiming import backfills_under_way, next_orders, stands
from reviews.services.translating.settling import routes_tried
from reviews.services.translating.texts import that_may_leave
from reviews.tasks import make_translation

SWEEP_AT_ONCE: Final = 200
# A row younger than this is most likely on its way by its own wake-up.
SWEEP_AFTER: Final = timedelta(seconds=30)
# What engines can do is compared at every sweep; what failed for lack of it is gone through when that is new, and now and
# then in any case.
_GONE_THROUGH_EVERY: Final = timedelta(hours=1)
# So many that an engine can do now wait at once behind all else; later sweeps arm the others.
MOST_ARMED: Final = 1_000


def sweep_translations() -> int:
    """Wake workers for orders that nobody took, and arm those that an engine can do now, a portion at a time.

    Answers how many were woken. Safe to run twice or together: a wake-up is only a hint.
    """
    now = timezone.now()
    # A key for each state of the engines: machines that have other models, or hear of an offer later, would else make
    # each other go through everything again and again.
    gone_through = f"translation-abilities-{_abilities()}"
    if cache.get(gone_through) is None and _arm_possible(now):
        cache.set(gone_through, True, _GONE_THROUGH_EVERY.total_seconds())
    pks = next_orders(SWEEP_AT_ONCE, since=now - SWEEP_AFTER)
    if pks:
        wake(make_translation, *pks)
    return len(pks)


def _abilities() -> str:
    """Stands for what the engines of today can do, and by which rules they are chosen."""
    engines = [
        (engine.key, sorted((pair, engine.fingerprint(*pair)) for pair in engine.capabilities().pairs))
        for engine in routing.router().engines()
    ]
    rules = (settings.FILMSITE_TRANSLATION_ROUTES, tuple(settings.FILMSITE_TRANSLATION_PIVOTS))
    return hashlib.sha256(repr((engines, rules)).encode()).hexdigest()


def _arm_possible(now: datetime) -> bool:
    """Arm the next portion of what an engine can do now; whether that was all of it."""
    room = MOST_ARMED - backfills_under_way(now, at_most=MOST_ARMED)
    if room > 0:
        for rows in chain(_supported(), _failed()):
            room -= _arm(rows, now, room)
            if room <= 0:
                break
    return room > 0


def _supported() -> Iterator[QuerySet[Translation]]:
    unsupported = Translation.objects.filter(status=TranslationStatus.UNSUPPORTED)
    router = routing.router()
    for source, target in _pairs(unsupported):
        rows = unsupported.filter(source_language=source, target=target)
        if router.supports(source, target, external=False):
            yield rows
        elif router.supports(source, target):
            yield rows.filter(that_may_leave())


def _failed() -> Iterator[QuerySet[Translation]]:
    """What failed is tried again when other engines, or other models of theirs, stand ready for its pair."""
    failed = Translation.objects.filter(status=TranslationStatus.FAILED)
    for source, target in _pairs(failed):
        rows = failed.filter(source_language=source, target=target).exclude(content_hash=F("source_hash"))
        yield rows.exclude(fingerprint=routes_tried(source, target))


def _pairs(rows: QuerySet[Translation]) -> list[tuple[str, str]]:
    # The index of what ended badly answers this without a look at the rows.
    return list(rows.order_by().values_list("source_language", "target").distinct())


@transaction.atomic
def _arm(rows: QuerySet[Translation], now: datetime, at_most: int) -> int:
    held = rows.filter(stands()).select_for_update(of=("self",), skip_locked=True, no_key=True)
    pks = list(held.values_list("pk", flat=True)[:at_most])
    # At once past due, so that this very sweep wakes them.
    return Translation.objects.filter(pk__in=pks).update(
        status=TranslationStatus.QUEUED,
        priority=Priority.BACKFILL,
        attempts=0,
        queued_at=now,
        next_attempt_at=now - SWEEP_AFTER,
        reason="",
    )
