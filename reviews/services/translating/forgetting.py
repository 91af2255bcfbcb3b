"""Forgetting the sentences of texts that are erased."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from django.db import transaction
from django.db.models import BinaryField, F, Func, Q, QuerySet

from filmsite.lib.text import escape_markdown
from reviews.glossary import names_for
from reviews.models import Translation, UsedSentences
from reviews.services import routing
from reviews.services.translating.health import Ways
from reviews.services.translating.memory import SegmentMemory, forget_keys
from reviews.sources import Source, source_behind, with_sources
from reviews.translation.pipeline import Words, translate_many

# Texts of before their sentences were noted are looked at in portions of so many.
_AT_ONCE: Final = 200


@transaction.atomic
def forget_sentences(*, of: Q) -> int:
    """Delete from the memory the sentences that the translations which fulfil the condition were made with; answers how
    many there were.

    What another text says as well goes along: it is translated anew when it is called for. Holds the rows, so that no
    worker adds to them meanwhile. Three queries, but for translations of before sentences were noted.
    """
    held = Translation.objects.filter(of).select_for_update(of=("self",), no_key=True).order_by("pk")
    pks = list(held.values_list("pk", flat=True))
    noted = UsedSentences.objects.filter(translation__in=pks)
    keys = noted.values_list(Func(F("keys"), function="unnest", output_field=BinaryField()), flat=True)
    return forget_keys(keys) + _forget_unnoted(Translation.objects.filter(pk__in=pks, used=None))


def _forget_unnoted(rows: QuerySet[Translation]) -> int:
    """The same for those of which no sentences are noted: each text is cut up once more in all its states, and what the
    engines of today have answered is found by its key. Takes some milliseconds a text and calls no engine.
    """
    made = Q(attempts__gt=0) | Q(characters__gt=0) | Q(finished_at__isnull=False) | ~Q(body="")
    pks = list(rows.filter(made).order_by("source_language", "target").values_list("pk", flat=True))
    forgotten = 0
    for start in range(0, len(pks), _AT_ONCE):
        memory = SegmentMemory()
        portion = with_sources(Translation.objects.filter(pk__in=pks[start : start + _AT_ONCE]))
        ordered = portion.order_by("source_language", "target").prefetch_related("review__revisions")
        for (source, target), group in groupby(ordered, key=lambda row: (row.source_language, row.target)):
            _look_up([state for row in group for state in _states(row)], source, target, memory)
        forgotten += forget_keys(memory.touched)
    return forgotten


def _look_up(states: Sequence[Source], src: str, dst: str, memory: SegmentMemory) -> None:
    names = names_for(states, src=src, dst=dst)
    texts = [Words(state.body, known) for state, known in zip(states, names, strict=True)]
    # A headline has no links, which is no matter to the memory.
    texts += [
        Words(escape_markdown(state.headline), known) for state, known in zip(states, names, strict=True)
    ]
    for way in Ways(routing.router().routes(src, dst)).all():
        engine, placeholder = way.route.prepared(way.placeholders, memory)
        asked = [(engine, src, dst, placeholder)]
        if way.route.via:
            # What the sentences were in between is remembered as well.
            first = way.route.hops[0]
            asked.append((first.engine, first.src, first.dst, way.placeholders[0]))
        for one, source, target, form in asked:
            # With its time over before it begins: only the memory is asked.
            translate_many(
                texts, src=source, dst=target, engine=one, memory=memory, deadline=0.0, placeholder=form
            )


def _states(row: Translation) -> Iterable[Source]:
    """Everything that the text of a row ever said, once each."""
    source, review = source_behind(row), row.review
    if source is None:
        return []
    said = {(source.body, source.headline)}
    if review is not None:
        said |= {(state.body, state.headline) for state in review.revisions.all()}
    return [replace(source, body=body, headline=headline) for body, headline in sorted(said)]
