"""Storing what came of orders: only under the lease, only of words that stand, only of texts that may be translated."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import transaction

from reviews.models import Priority, Review, Translation, TranslationStatus
from reviews.services import routing
from reviews.services.translating.claiming import Claim
from reviews.services.translating.corrections import corrections_of
from reviews.services.translating.memory import forget_keys, note_sentences
from reviews.services.translating.ordering import store_orders
from reviews.services.translating.texts import forget_pages_of
from reviews.sources import Source, source_behind, with_sources

log = structlog.get_logger("reviews.translation")

_COLUMNS: Final = (
    "status",
    "reason",
    "attempts",
    "next_attempt_at",
    "lease_until",
    "finished_at",
    "body",
    "html",
    "headline",
    "sentences",
    "content_hash",
    "engine",
    "fingerprint",
    "pipeline_version",
    "via",
    "words",
    "characters",
    "corrected_by",
    "corrected_sentences",
    "left_sentences",
    "doubted_at",
)


@dataclass(slots=True)
class End:
    """What a worker did with an order: a word for the log, and the columns to store.

    Of a result, `corrections` are the people's words that it was made with, by sentence. `keys` are of all sentences of
    the memory that had to do with it, whatever came of it.
    """

    word: str
    values: dict[str, Any] = field(default_factory=dict)
    corrections: dict[str, str] | None = None
    keys: Collection[bytes] = ()


@transaction.atomic
def settle(taken: Claim, ends: Mapping[int, End]) -> None:
    """End a claim. A row whose lease was lost stays as whoever took it wants; the others get their ends.

    A result is dropped when the words have changed or gone, when nobody may translate them any more, or may not by the
    engine that did, or when people corrected a sentence meanwhile; `End.word` then says so. Eight queries.
    """
    # Reviews are held first and alone, as an edit holds them, then the orders by id, as everybody does: none can cross.
    reviews = Review.objects.select_for_update(of=("self",), no_key=True).filter(translations__in=taken.pks)
    list(reviews.order_by("pk").values_list("pk", flat=True))
    held = Translation.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ends)
    found = list(with_sources(held).order_by("pk"))
    note_sentences({row.pk: ends[row.pk].keys for row in found})
    gone = set(ends) - {row.pk for row in found}
    if gone:
        # Texts that were erased meanwhile, of which nothing may stay.
        forget_keys({key for pk in gone for key in ends[pk].keys})
    rows = [row for row in found if row.lease_until == taken.lease and row.status == TranslationStatus.QUEUED]
    sources = {row.pk: source_behind(row) for row in rows}
    standing = corrections_of([source for source in sources.values() if source])
    changed: list[tuple[Source, Translation]] = []
    shown: list[Source] = []
    for row in rows:
        source, end = sources[row.pk], ends[row.pk]
        row.lease_until = None
        if source is None or source.source_hash != row.source_hash or not source.wants_translation:
            _drop(row, source, end)
            if source is not None and source.wants_translation and row.review_id is None:
                changed.append((source, row))
            continue
        if end.corrections is not None:
            stand = standing[source.kind, source.pk, row.target]
            if end.corrections != {sentence: correction.text for sentence, correction in stand.items()}:
                _again(row, end)
                continue
            if not source.may_leave and _has_left(end):
                _again(row, end)
                continue
            shown.append(source)
        for name, value in end.values.items():
            setattr(row, name, value)
    Translation.objects.bulk_update(rows, _COLUMNS)
    for pk in set(ends) - {row.pk for row in rows}:
        ends[pk].word = "superseded"
        log.info("translation came too late", translation=pk)
    for source, row in changed:
        # A text of the catalogue, whose editing orders nothing: its readers are known by this order.
        store_orders([(source, [row.target])], priority=Priority(row.priority))
    if shown:
        forget_pages_of(shown)


def _drop(row: Translation, source: Source | None, end: End) -> None:
    """Keep nothing. The order for a hidden message stays and waits, for the message may come back."""
    end.word = "superseded"
    is_hidden_message = row.review is not None and not row.review.is_published
    if not (is_hidden_message and source is not None and source.may_translate):
        row.status = TranslationStatus.SUPERSEDED


def _again(row: Translation, end: End) -> None:
    """Make it once more with what is true now; what the engine said is in the memory."""
    end.word = "continued"
    row.attempts -= 1


def _has_left(end: End) -> bool:
    """Whether an engine made it that this text must not go to any more."""
    return any(
        engine.key in str(end.values["engine"]).split("+") and engine.capabilities().external
        for engine in routing.router().engines()
    )


def routes_tried(source: str, target: str) -> str:
    """Stands for the ways that there are today between two languages (64 characters): a failed order keeps it, and is made
    again when it changes.
    """
    ways = [
        (route.engine.key, route.engine.fingerprint(route.src, route.dst))
        for route in routing.router().routes(source, target)
    ]
    return hashlib.sha256(repr(ways).encode()).hexdigest()
