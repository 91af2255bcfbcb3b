"""The judged words in the moderator's own language, beside those of the author."""

from dataclasses import dataclass
from typing import Final

from filmsite.lib.languages import same_language
from reviews.machines import machine_of
from reviews.models import (
    MATTER_COLUMNS,
    BadTranslation,
    Case,
    Matter,
    Snapshot,
    Translation,
    TranslationStatus,
)
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


# What has words that are translated as a whole.
_TRANSLATED: Final = (Matter.REVIEW, Matter.PLOT, Matter.TRIVIA, Matter.BIOGRAPHY, Matter.LIST, Matter.ABOUT)


def translation_for(case: Case, reader: Reader) -> Translated | None:
    """The judged words in the reader's language; None where the reader needs no translation of them. Two queries at most.

    What was never ordered is ordered, as for any reader, while the words are for everybody. Of words that were edited
    since, the translation of that time, if it was kept.
    """
    about = getattr(case, MATTER_COLUMNS[Matter(case.matter)]) if case.matter in _TRANSLATED else None
    source = None if about is None else source_of(about)
    if source is None:
        return None
    snapshot = case.snapshot
    judged = snapshot.revision if snapshot else None
    is_current = snapshot is None or _is_still(snapshot, source.body, is_list=case.matter == Matter.LIST)
    language = source.language if is_current or snapshot is None else snapshot.language
    if any(same_language(language, known) for known in reader.reads):
        return None
    hashes = [source.source_hash] if is_current else []
    hashes += [judged.source_hash] if judged else []
    found = Translation.objects.filter(**source.about, source_hash__in=hashes).select_related("corrected_by")
    rows = [row for row in found.order_by("-pk") if same_language(row.target, reader.language)]
    row = next((row for row in rows if row.html), None)
    if row is None:
        if not rows and is_current:
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


def _is_still(snapshot: Snapshot, body: str, *, is_list: bool) -> bool:
    """Whether the words are those that are judged. Of a list its notes are judged too, and each has a translation of its own."""
    return snapshot.text.startswith(body) if is_list else snapshot.text == body
