"""Forgetting the sentences of texts that are erased."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from django.db.models import Q

from filmsite.lib.text import escape_markdown
from reviews.glossary import names_for
from reviews.models import Translation
from reviews.services import routing
from reviews.services.translating.health import Ways
from reviews.services.translating.memory import SegmentMemory
from reviews.sources import Source, source_behind, with_sources
from reviews.translation.pipeline import Words, translate_many


def forget_sentences(*, of: Q) -> int:
    """Delete from the memory the sentences of the texts whose translations fulfil the condition, of messages in all their
    states; answers how many sentences there were.

    The memory does not know whose a sentence is: each text is cut up once more, and what the engines of today have
    answered is found by its key. Takes some milliseconds a text and calls no engine.
    """
    memory = SegmentMemory()
    rows = with_sources(Translation.objects.filter(of).exclude(attempts=0, body=""))
    ordered = rows.order_by("source_language", "target").prefetch_related("review__revisions")
    for (source, target), group in groupby(ordered, key=lambda row: (row.source_language, row.target)):
        _look_up([state for row in group for state in _states(row)], source, target, memory)
    return memory.forget_used()


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
