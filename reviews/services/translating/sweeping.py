"""What no wake-up reached, and what may be had now that could not be had before."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import F, QuerySet
from django.utils import timezone

from filmsite.lib.waking import wake
from reviews.models import Priority, Translation, TranslationStatus
from reviews.services import routing
from reviews.services.translating.claiming import due
from reviews.services.translating.settling import routes_tried
from reviews.services.translating.texts import that_may_leave
from reviews.tasks import translate_review

SWEEP_AT_ONCE: Final = 200
# A row younger than this is most likely on its way by its own wake-up.
SWEEP_AFTER: Final = timedelta(seconds=30)
# What engines can do is compared at every sweep; what failed for lack of it is gone through when that changed, and now
# and then in any case.
_GONE_THROUGH_EVERY: Final = timedelta(hours=1)
_ABILITIES: Final = "translation-abilities"


def sweep_translations() -> int:
    """Wake workers for orders that nobody took, and arm those that an engine can do now.

    Answers how many were woken. Safe to run twice or together: a wake-up is only a hint.
    """
    now = timezone.now()
    abilities = _abilities()
    if cache.get(_ABILITIES) != abilities:
        _arm_supported(now)
        _arm_failed(now)
        cache.set(_ABILITIES, abilities, _GONE_THROUGH_EVERY.total_seconds())
    late = due(now).filter(next_attempt_at__lte=now - SWEEP_AFTER)
    pks = list(
        late.order_by("priority", "next_attempt_at", "pk").values_list("pk", flat=True)[:SWEEP_AT_ONCE]
    )
    if pks:
        wake(translate_review, *pks)
    return len(pks)


def _abilities() -> str:
    """Stands for what the engines of today can do, and by which rules they are chosen."""
    engines = [
        (engine.key, sorted((pair, engine.fingerprint(*pair)) for pair in engine.capabilities().pairs))
        for engine in routing.router().engines()
    ]
    rules = (settings.FILMSITE_TRANSLATION_ROUTES, tuple(settings.FILMSITE_TRANSLATION_PIVOTS))
    return hashlib.sha256(repr((engines, rules)).encode()).hexdigest()


def _arm_supported(now: datetime) -> None:
    unsupported = Translation.objects.filter(status=TranslationStatus.UNSUPPORTED)
    router = routing.router()
    for source, target in unsupported.order_by().values_list("source_language", "target").distinct():
        rows = unsupported.filter(source_language=source, target=target)
        if router.supports(source, target, external=False):
            _arm(rows, now)
        elif router.supports(source, target):
            _arm(rows.filter(that_may_leave()), now)


def _arm_failed(now: datetime) -> None:
    """What failed is tried again when other engines, or other models of theirs, stand ready for its pair."""
    failed = Translation.objects.filter(status=TranslationStatus.FAILED).exclude(
        content_hash=F("source_hash")
    )
    known = failed.order_by().values_list("source_language", "target", "fingerprint").distinct()
    for source, target, tried in known:
        if tried != routes_tried(source, target):
            _arm(failed.filter(source_language=source, target=target, fingerprint=tried), now)


def _arm(rows: QuerySet[Translation], now: datetime) -> None:
    # At once past due, so that this very sweep wakes them.
    rows.update(
        status=TranslationStatus.QUEUED,
        priority=Priority.BACKFILL,
        attempts=0,
        queued_at=now,
        next_attempt_at=now - SWEEP_AFTER,
        reason="",
    )
