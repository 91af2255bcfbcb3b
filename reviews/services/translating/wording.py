"""The words of a translation put together from sentences, whoever they come from."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from filmsite.lib.text import escape_markdown, plain_text, render_translation
from reviews.models import Correction, Priority, Review, Translation, TranslationStatus
from reviews.services.translating.corrections import corrections_of, last_corrector
from reviews.services.translating.texts import forget_pages_of
from reviews.sources import Source, source_behind, with_sources
from reviews.translation.composing import LEFT, By, SentencePair, compose, left_in
from reviews.translation.pipeline import MIN_TRANSLATED_SHARE

HEADLINE_PLACE: Final = -1
HEADLINE_LENGTH: Final = 200

# What a person accepted for a sentence of the author, by that sentence.
Standing = Mapping[str, Correction]


def carry_over(before: Translation, row: Translation, source: Source, standing: Standing) -> None:
    """Give the order for an edited text the translations of the sentences that still stand; the others stay the author's.

    Nothing is carried over where less than half of the words would be translated: then the original reads better.
    """
    values = _composed(source, before, standing, least=MIN_TRANSLATED_SHARE)
    if values is None:
        return
    version = before.content_hash or before.source_hash
    # Of these words only what an engine made of them may say that it is of them.
    values["content_hash"] = version if version != source.source_hash else before.source_hash
    for name in ("engine", "fingerprint", "pipeline_version", "via"):
        values[name] = getattr(before, name)
    for name, value in values.items():
        setattr(row, name, value)


@transaction.atomic
def recompose(*, translation: Translation) -> bool:
    """Put a translation together again with the corrections that stand now; whether there was one to put together.

    Calls no engine, so that better words show on the next page view. A sentence whose correction no longer stands gets what
    stood there before it, and the order is made again to be sure.
    """
    if translation.review_id is not None:
        Review.objects.select_for_update(no_key=True).filter(pk=translation.review_id).first()
    held = Translation.objects.select_for_update(of=("self",), no_key=True).filter(pk=translation.pk)
    row = with_sources(held).first()
    source = source_behind(row) if row else None
    if row is None or source is None or row.status == TranslationStatus.SUPERSEDED or not row.sentences:
        return False
    if row.source_hash != source.source_hash:
        return False
    standing = corrections_of([source])[source.kind, source.pk, row.target]
    gone = [
        pair["source"] for pair in row.sentences if pair["by"] == "person" and pair["source"] not in standing
    ]
    values = _composed(source, row, standing, least=0.0, instead=_words_before(source, row.target, gone))
    if values is None:
        return False
    if gone and row.status in (TranslationStatus.DONE, TranslationStatus.PARTIAL):
        now = timezone.now()
        values |= {
            "status": TranslationStatus.QUEUED,
            "priority": Priority.EDIT,
            "attempts": 0,
            "queued_at": now,
            "next_attempt_at": now,
        }
    if row.status == TranslationStatus.PARTIAL and not values["left_sentences"] and not gone:
        values["status"] = TranslationStatus.DONE
    if row.status == TranslationStatus.QUEUED:
        # What a worker is making of it was made without these corrections.
        values["lease_until"] = None
    Translation.objects.filter(pk=row.pk).update(**values)
    forget_pages_of([source])
    return True


def _words_before(source: Source, target: str, sentences: Sequence[str]) -> dict[str, str]:
    """What stood in the place of sentences before a person's words did: the oldest that is known."""
    found: dict[str, str] = {}
    if sentences:
        rows = Correction.objects.filter(**source.about, target=target, sentence__in=sentences)
        for row in rows.exclude(before="").order_by("-pk"):
            found[row.sentence] = row.before
    return found


def _composed(
    source: Source,
    row: Translation,
    standing: Standing,
    *,
    least: float,
    instead: Mapping[str, str] | None = None,
) -> dict[str, Any] | None:
    """The columns of a wording that takes the sentences of a row, and people's before an engine's; None where less than
    this share of the words is translated.
    """
    answers: dict[str, tuple[str, By]] = {
        pair["source"]: (pair["text"], pair["by"])
        for pair in row.sentences
        if pair["by"] in ("engine", "same")
    }
    answers |= {sentence: (text, "engine") for sentence, text in (instead or {}).items()}
    answers |= {sentence: (row.text, "person") for sentence, row in standing.items()}
    composed = compose(source.body, answers, dst=row.target)
    if composed.share < least or all(pair.by in LEFT for pair in composed.pairs):
        return None
    headline = compose(escape_markdown(source.headline), answers, dst=row.target)
    shows_headline = headline.share >= MIN_TRANSLATED_SHARE and source.headline
    return columns(
        source,
        target=row.target,
        markdown=composed.markdown,
        pairs=composed.pairs,
        headline=headline.markdown if shows_headline else "",
        headline_pairs=headline.pairs,
        standing=standing,
    )


def columns(
    source: Source,
    *,
    target: str,
    markdown: str,
    pairs: Sequence[SentencePair],
    headline: str,
    headline_pairs: Sequence[SentencePair],
    standing: Standing,
) -> dict[str, Any]:
    """The columns of a `Translation` that hold a wording; `headline` is Markdown, "" for none."""
    every = [*headline_pairs, *pairs]
    used = [standing[pair.source] for pair in every if pair.by == "person"]
    corrector = last_corrector(used)
    theirs = sum(correction.by_id == corrector for correction in used)
    return {
        "body": markdown,
        "html": render_translation(
            markdown,
            target=target,
            language=source.language,
            left=left_in(source.body, markdown, pairs),
            headings=source.headings,
        ),
        "headline": plain_text(headline)[:HEADLINE_LENGTH],
        "sentences": [
            *(_stored(pair, HEADLINE_PLACE) for pair in headline_pairs),
            *(_stored(pair, pair.place) for pair in pairs),
        ],
        "corrected_by_id": corrector,
        "corrected_sentences": theirs if len(used) < len(every) else 0,
        "left_sentences": sum(pair.by == "author" for pair in every),
    }


def _stored(pair: SentencePair, place: int) -> dict[str, Any]:
    return {"place": place, "source": pair.source, "text": pair.text, "by": pair.by}
