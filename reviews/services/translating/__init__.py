"""Translations: ordered with the text, made by a worker, shown only while they are of the words that stand.

A `Translation` row is the order and the result. Whoever claims it holds a lease; a worker that dies loses the lease
with time, and a sweep wakes another. A result is stored only if the lease is still held and the text still says
what was translated, so that any number of deliveries, an edit or a removal meanwhile do no harm.
"""

from reviews.services.translating.consent import apply_consent, forget_pages_with
from reviews.services.translating.forgetting import forget_sentences
from reviews.services.translating.health import pause_engine, reset_engines, resume_engine
from reviews.services.translating.memory import SegmentMemory, trim_memory
from reviews.services.translating.ordering import (
    order_for_reader,
    order_texts,
    order_translations,
    requeue,
    store_orders,
)
from reviews.services.translating.sweeping import sweep_translations
from reviews.services.translating.targets import reading_languages, targets_of
from reviews.services.translating.wording import recompose
from reviews.services.translating.working import translate

__all__ = [
    "SegmentMemory",
    "apply_consent",
    "forget_pages_with",
    "forget_sentences",
    "order_for_reader",
    "order_texts",
    "order_translations",
    "pause_engine",
    "reading_languages",
    "recompose",
    "requeue",
    "reset_engines",
    "resume_engine",
    "store_orders",
    "sweep_translations",
    "targets_of",
    "translate",
    "trim_memory",
]
