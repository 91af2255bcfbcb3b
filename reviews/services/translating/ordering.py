"""Ordering translations: with a new text, after an edit, when a reader misses one, again, or never.

An order is a row of `Translation` for the words as they stand. Rows of earlier words are superseded, and readers get
none of them; what still stands of an earlier translation is carried over into the new row (`carrying`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from filmsite.lib.waking import wake_on_commit
from reviews.models import Priority, Review, Translation, TranslationStatus
from reviews.services import routing
from reviews.services.translating.corrections import corrections_of
from reviews.services.translating.targets import is_routed, target_for, targets_of
from reviews.services.translating.texts import of_texts
from reviews.services.translating.wording import carry_over
from reviews.sources import Source, Translatable, source_behind, source_of, texts_of_kind, with_sources
from reviews.tasks import make_translation

# What one page may order of older texts; a reader who stays gets the rest page by page.
MOST_ORDERS_A_PAGE: Final = 50

_Place = tuple[str, int]


def order_translations(*, review: Review, priority: Priority = Priority.NEW) -> None:
    """Store the orders that this text calls for, drop those of earlier words, wake workers on commit.

    Call it in the transaction that changes the text, with the review's row held. A pair that no engine offers is stored as
    unsupported, so that readers are told; the sweep arms it again when the engines can do more. Orders for an edited
    text wait a little for the next edit, unless nobody has read it translated yet.
    """
    source = source_of(review)
    assert source is not None  # noqa: S101  (a review has words)
    store_orders([(source, targets_of(source))], priority=priority)


def order_texts(*, texts: Iterable[Translatable]) -> None:
    """Store the orders that texts which are no reviews call for, as `order_translations` does for one that is.

    Call it in the transaction that changes them, with what `source_of` needs loaded. Not for what is brought in by the
    thousand: that is for a backfill. At most five queries.
    """
    sources = [source for text in texts if (source := source_of(text)) is not None]
    store_orders([(source, targets_of(source)) for source in sources], priority=Priority.NEW)


def order_for_reader(*, sources: Sequence[Source], language: str) -> None:
    """Order translations of texts that are older than the wish to read them in this language.

    For texts of which a page found none: of the first `MOST_ORDERS_A_PAGE` that an engine can translate. Stores the
    orders and wakes a worker, once, when the surrounding transaction is stored; an error in that is logged and costs
    the page nothing.
    """
    target = target_for(language)
    wanted = [source for source in sources if source.wants_translation and is_routed(source, target)]
    if wanted:
        transaction.on_commit(lambda: _order_missing(wanted[:MOST_ORDERS_A_PAGE], target), robust=True)


@transaction.atomic
def _order_missing(sources: Sequence[Source], target: str) -> None:
    pks: dict[str, list[int]] = defaultdict(list)
    for source in sources:
        pks[source.kind].append(source.pk)
    wishes: list[tuple[Source, Sequence[str]]] = []
    for kind, found in sorted(pks.items()):
        # The page may be older than the words: they are read again. A text that somebody holds is about to change, or is
        # being ordered by another reader: it is for the next page.
        rows = texts_of_kind(kind, found).order_by("pk")
        for text in rows.select_for_update(of=("self",), skip_locked=True, no_key=True):
            current = source_of(text)
            if current is not None and current.is_public:
                wishes.append((current, [target]))
    store_orders(wishes, priority=Priority.EDIT)


def store_orders(wishes: Sequence[tuple[Source, Sequence[str]]], *, priority: Priority) -> int:
    """Store the orders of each text into each of the languages, where there is none for its words; answers how many.

    Drops the rows of earlier words, and all of a text that is not to be translated. Wakes workers on commit. Call it in a
    transaction, with the rows of reviews held. At most five queries however many texts.
    """
    rows = _rows_of([source for source, _targets in wishes])
    found: list[tuple[Source, Translation, Translation | None]] = []
    stale: list[int] = []
    for source, targets in wishes:
        mine = rows[source.kind, source.pk]
        for target in targets if source.wants_translation else ():
            row = next(
                (row for row in mine if (row.target, row.source_hash) == (target, source.source_hash)), None
            )
            if row is None or row.status == TranslationStatus.SUPERSEDED:
                new = Translation(**source.about, source_hash=source.source_hash, target=target)
                found.append((source, row or new, _before(mine, source, target)))
        stale += [
            row.pk
            for row in mine
            if row.status != TranslationStatus.SUPERSEDED
            and not (source.wants_translation and row.source_hash == source.source_hash)
        ]
    if stale:
        Translation.objects.filter(pk__in=stale).update(status=TranslationStatus.SUPERSEDED, lease_until=None)
    if found:
        _arm(found, priority)
    return len(found)


def _rows_of(sources: Sequence[Source]) -> Mapping[_Place, list[Translation]]:
    """The rows of these texts that count, held, by text, the oldest first: those of its words, and those that readers had
    so far.
    """
    rows: dict[_Place, list[Translation]] = defaultdict(list)
    if not sources:
        return rows
    hashes = {source.source_hash for source in sources}
    stand = Translation.objects.filter(
        of_texts(sources), ~Q(status=TranslationStatus.SUPERSEDED) | Q(source_hash__in=hashes)
    )
    for row in stand.select_for_update(no_key=True).order_by("pk"):
        rows[row.kind, getattr(row, f"{row.kind}_id")].append(row)
    return rows


def _before(rows: Sequence[Translation], source: Source, target: str) -> Translation | None:
    """What readers had of the text until now: the row of its words before this edit."""
    earlier = [
        row
        for row in rows
        if row.target == target
        and row.source_hash != source.source_hash
        and row.status != TranslationStatus.SUPERSEDED
    ]
    return earlier[-1] if earlier else None


def _arm(found: Sequence[tuple[Source, Translation, Translation | None]], priority: Priority) -> None:
    now = timezone.now()
    edited = [source for source, _row, before in found if before is not None and before.sentences]
    corrections = corrections_of(edited)
    for source, row, before in found:
        row.source_language = source.language
        row.reason, row.attempts, row.lease_until, row.doubted_at = "", 0, None, None
        row.status = (
            TranslationStatus.QUEUED if is_routed(source, row.target) else TranslationStatus.UNSUPPORTED
        )
        row.priority, row.queued_at, row.next_attempt_at = _turn(before, priority, now)
        if before is not None and not row.html and before.source_language == source.language:
            carry_over(before, row, source, corrections.get((source.kind, source.pk, row.target), {}))
    rows = [row for _source, row, _before in found]
    armed = [row for row in rows if row.pk is not None]
    if armed:
        Translation.objects.bulk_update(armed, _ARMED)
    new = [row for row in rows if row.pk is None]
    # Two readers may miss the same plot at once: one of the orders is enough.
    Translation.objects.bulk_create(new, ignore_conflicts=any(row.review_id is None for row in new))
    if missing := [row for row in new if row.pk is None]:
        hashes = {row.source_hash for row in missing}
        stored = Translation.objects.filter(
            of_texts(source for source, _row, _before in found),
            source_hash__in=hashes,
            status=TranslationStatus.QUEUED,
        )
        rows = [*(row for row in rows if row.pk is not None), *stored]
    wake_when_due([row for row in rows if row.status == TranslationStatus.QUEUED], now)


_ARMED: Final = (
    "source_language",
    "status",
    "reason",
    "attempts",
    "priority",
    "queued_at",
    "next_attempt_at",
    "lease_until",
    "doubted_at",
    "body",
    "html",
    "headline",
    "sentences",
    "content_hash",
    "engine",
    "fingerprint",
    "via",
    "corrected_by",
    "corrected_sentences",
    "left_sentences",
)


def _turn(before: Translation | None, priority: Priority, now: datetime) -> tuple[int, datetime, datetime]:
    """When an order has its turn: its priority, since when it waits, and from when on it may be made."""
    if before is None:
        return priority, now, now
    is_waiting = before.status == TranslationStatus.QUEUED
    if not before.html and not (is_waiting and before.priority == Priority.EDIT):
        # Nobody has read it translated: it keeps its place in the queue, and is not put off.
        return (before.priority, before.queued_at or now, now) if is_waiting else (priority, now, now)
    first = before.queued_at if is_waiting and before.priority == Priority.EDIT and before.queued_at else now
    quiet = now + timedelta(seconds=settings.FILMSITE_TRANSLATION_EDIT_SECONDS)
    longest = first + timedelta(seconds=settings.FILMSITE_TRANSLATION_EDIT_MOST_SECONDS)
    return Priority.EDIT, first, max(now, min(quiet, longest))


def wake_when_due(rows: Sequence[Translation], now: datetime) -> None:
    """Wake workers for these orders on commit, for each at its time. Those of later are left to the sweep: a message that
    waits long is handed out again and again, as if its worker had died.
    """
    by_wait: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        by_wait[max(0, round((row.next_attempt_at - now).total_seconds()))].append(row.pk)
    for seconds, pks in by_wait.items():
        if seconds <= settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] / 2:
            wake_on_commit(make_translation, *pks, seconds=seconds)


@transaction.atomic
def requeue(
    *,
    translations: Iterable[Translation],
    avoid: str | None = None,
    priority: Priority = Priority.EDIT,
) -> int:
    """Order translations again from the start, finished ones too; answers how many. Their words stay readable meanwhile.

    `avoid` names the engine (`Translation.engine`) whose answer readers found bad: another one is asked. Where there is no
    other, the row is marked as doubted, for a person to look at, and keeps what it has.
    """
    pks = [row.pk for row in translations]
    changed = Translation.objects.filter(pk__in=pks).exclude(status=TranslationStatus.SUPERSEDED)
    now = timezone.now()
    ordered: list[int] = []
    doubted: list[int] = []
    for row in with_sources(changed.select_for_update(of=("self",), no_key=True)).order_by("pk"):
        if avoid:
            source = source_behind(row)
            avoided = sorted({*row.avoid, avoid})
            Translation.objects.filter(pk=row.pk).update(avoid=avoided)
            if source is None or not routing.router().routes(
                row.source_language, row.target, external=source.may_leave, avoid=avoided
            ):
                doubted.append(row.pk)
                continue
        ordered.append(row.pk)
    Translation.objects.filter(pk__in=doubted).update(doubted_at=now)
    Translation.objects.filter(pk__in=ordered).update(
        status=TranslationStatus.QUEUED,
        priority=priority,
        attempts=0,
        queued_at=now,
        next_attempt_at=now,
        lease_until=None,
        doubted_at=None,
        reason="",
    )
    if ordered:
        wake_on_commit(make_translation, *ordered)
    return len(ordered)
