"""Forgetting the sentences of texts that are erased."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from filmsite.lib.text import escape_markdown
from reviews.models import Review, Translation
from reviews.services import routing
from reviews.services.translating.health import Ways
from reviews.services.translating.memory import SegmentMemory
from reviews.services.translating.names import names_for
from reviews.sources import source_behind, with_sources
from reviews.translation.pipeline import Words, translate_many


def forget_sentences(*, review_ids: Sequence[int]) -> int:
    """Delete from the memory the sentences of these reviews, in all their states; answers how many there were.

    The memory does not know whose a sentence is: each text is cut up once more, and what the engines of today have
    answered is found by its key. Takes some milliseconds a text and calls no engine.
    """
    memory = SegmentMemory()
    rows = with_sources(Translation.objects.filter(review__in=review_ids).exclude(attempts=0, body=""))
    ordered = rows.order_by("source_language", "target").prefetch_related("review__revisions")
    for (source, target), group in groupby(ordered, key=lambda row: (row.source_language, row.target)):
        _look_up(list(group), source, target, memory)
    return memory.forget_used()


def _look_up(rows: Sequence[Translation], source: str, target: str, memory: SegmentMemory) -> None:
    texts: list[Words] = []
    sources = [found for row in rows if (found := source_behind(row))]
    for row, names in zip(rows, names_for(sources, src=source, dst=target), strict=True):
        assert row.review is not None  # noqa: S101  (picked by it)
        texts += [Words(words, names) for words in _states(row.review)]
    routes = routing.router().routes(source, target)
    for way in Ways(routes).all():
        engine, placeholder = way.route.prepared(way.placeholders, memory)
        # With its time over before it begins: only the memory is asked.
        translate_many(
            texts,
            src=source,
            dst=target,
            engine=engine,
            memory=memory,
            deadline=0.0,
            placeholder=placeholder,
        )


def _states(review: Review) -> Iterable[str]:
    """Everything the text ever said, once each."""
    states = [(review.body, review.headline)]
    states += [(state.body, state.headline) for state in review.revisions.all()]
    return dict.fromkeys(words for body, headline in states for words in (body, escape_markdown(headline)))
