"""The judged words in the moderator's own language, beside those of the author."""

from dataclasses import dataclass

from filmsite.lib.languages import same_language
from reviews.machines import machine_of
from reviews.models import BadTranslation, Case, Translation, TranslationStatus
from reviews.reading import Reader
from reviews.services.translating import order_for_reader
from reviews.sources import source_of
from reviews.wordings import Making


@dataclass(frozen=True, slots=True)
class Translated:
    """The words of a case in another language; `row` is None where there are none to be had, or none yet (`is_awaited`).

    `reports` are readers' words about the translation: not the author's fault, and good to know.
    """

    into: str
    row: Translation | None
    making: Making | None = None
    reports: tuple[BadTranslation, ...] = ()
    is_awaited: bool = False


def translation_for(case: Case, reader: Reader) -> Translated | None:
    """The judged words in the reader's language; None where the reader needs no translation of them. Two queries at most.

    What was never ordered is ordered, as for any reader, while the words are for everybody. Of words that were edited
    since, the translation of that time, if it was kept.
    """
    review, judged = case.text, case.snapshot.revision if case.snapshot else None
    is_current = judged is None or judged.body == review.body
    language = judged.language if judged and not is_current else review.language
    if any(same_language(language, known) for known in reader.reads):
        return None
    hashes = [review.source_hash] if is_current else []
    hashes += [judged.source_hash] if judged else []
    found = Translation.objects.filter(review=review, source_hash__in=hashes).select_related("corrected_by")
    rows = [row for row in found.order_by("-pk") if same_language(row.target, reader.language)]
    row = next((row for row in rows if row.html), None)
    if row is None:
        source = source_of(review)
        if not rows and is_current and source is not None:
            order_for_reader(sources=[source], language=reader.language)
        is_awaited = any(row.status == TranslationStatus.QUEUED for row in rows)
        return Translated(reader.language, None, is_awaited=is_awaited)
    reports = BadTranslation.objects.filter(translation=row).order_by("-made_at")[:20]
    return Translated(
        row.target,
        row,
        Making.of(row, machine=machine_of(row.engine)),
        tuple(reports),
    )
