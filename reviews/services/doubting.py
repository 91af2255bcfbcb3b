"""A translation that readers find bad: said once by each, taken back, and what comes of it.

Where another engine knows the pair, the text is ordered anew without the one that failed; else the translation is
doubted and waits for a person. The list of engines to avoid only grows, so that no flood of reports costs more
translations of a text than there are engines; what a person corrected stands whatever comes.
"""

from collections.abc import Sequence
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import is_moderator
from reviews.correcting.access import open_reports
from reviews.correcting.permissions import can_suggest, decides_alone, is_author_of, section_of
from reviews.models import BadTranslation, Translation
from reviews.services.correcting import CorrectionError, hold_translation, log_about
from reviews.services.routing import router
from reviews.services.translating import requeue
from reviews.sources import Source
from reviews.subjects import forget_pages_about


class Effect(StrEnum):
    """What a report did."""

    NOTED = "noted"
    REQUEUED = "requeued"
    DOUBTED = "doubted"


@transaction.atomic
def report_bad_translation(
    *, translation: Translation, member: Member, reason: str, note: str = ""
) -> Effect:
    """Say that a translation is bad, once for each result of an engine; saying it again changes the reason.

    It counts at once from who decides about this text's translations, and where it says that the translation offends; else when `FILMSITE_BAD_TRANSLATION_REPORTS`
    members said so. Raises CorrectionError: "stale" where the words are gone, "rights" for who may not write.
    """
    row, source = hold_translation(translation)
    if not can_suggest(member, row):
        raise CorrectionError("rights")
    if not row.is_readable:
        raise CorrectionError("stale")
    BadTranslation.objects.update_or_create(
        translation=row,
        member=member,
        engine=row.engine,
        content_hash=row.content_hash,
        defaults={"reason": reason, "note": note, "made_at": timezone.now()},
    )
    if row.doubted_at is not None:
        return Effect.DOUBTED
    if row.engine in row.avoid:
        return Effect.REQUEUED  # on its way already
    if not _are_enough(open_reports(row)) and not decides_alone(member, source, row.target):
        return Effect.NOTED
    return _act_on(row, source)


@transaction.atomic
def take_back_report(*, translation: Translation, member: Member) -> bool:
    """Take one's own report back; a doubt that then rests on too few goes with it. False when nothing was there.

    A text that was ordered anew because of it stays so, and so does a doubt that somebody has who decides alone.
    """
    row, source = hold_translation(translation)
    mine = BadTranslation.objects.filter(
        translation=row, member=member, engine=row.engine, content_hash=row.content_hash
    )
    if not mine.delete()[0]:
        return False
    left = open_reports(row)
    rests = _are_enough(left) or any(decides_alone(report.member, source, row.target) for report in left)
    if row.doubted_at is not None and not rests:
        _doubt(row, is_doubted=False)
    return True


@transaction.atomic
def settle_doubt(*, translation: Translation, member: Member) -> None:
    """A person looked at a reported or doubted translation and finds that it can stand, as it is or as it was corrected.

    Raises CorrectionError: "state" where nobody doubts it any more, "rights" where it is for somebody else.
    """
    row, source = hold_translation(translation)
    if row.doubted_at is None and not open_reports(row):
        raise CorrectionError("state")
    if not can_suggest(member, row) or not decides_alone(member, source, row.target):
        raise CorrectionError("rights")
    _doubt(row, is_doubted=False)
    _settle(row)
    if not is_author_of(member, source) and is_moderator(member, section_of(source)):
        log_about(row, source, by=member, verb="reviews.translation.kept")


def _are_enough(reports: Sequence[BadTranslation]) -> bool:
    if any(report.reason == BadTranslation.Reason.OFFENSIVE for report in reports):
        return True
    return len(reports) >= settings.FILMSITE_BAD_TRANSLATION_REPORTS


def _act_on(row: Translation, source: Source) -> Effect:
    """Order the text anew by another route, or let the page say that it is doubted."""
    by_engine = not row.sentences or any(sentence["by"] == "engine" for sentence in row.sentences)
    avoid = [*row.avoid, row.engine]
    routes = router().routes(row.source_language, row.target, external=source.may_leave, avoid=avoid)
    if by_engine and routes:
        requeue(translations=[row], avoid=row.engine)
        _settle(row)
        return Effect.REQUEUED
    _doubt(row, is_doubted=True)
    if source.subject is not None:
        forget_pages_about(source.subject)
    return Effect.DOUBTED


def _doubt(row: Translation, *, is_doubted: bool) -> None:
    row.doubted_at = timezone.now() if is_doubted else None
    row.save(update_fields=["doubted_at"])


def _settle(row: Translation) -> None:
    BadTranslation.objects.filter(translation=row, settled_at=None).update(settled_at=timezone.now())
