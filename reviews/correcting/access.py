"""Fetching a translation, a sentence of it or a correction for somebody, or 404."""

from collections.abc import Collection

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Member
from accounts.permissions import Viewer
from reviews.authors import of_author
from reviews.correcting.permissions import can_read_behind, can_see_correction, can_suggest
from reviews.correcting.querysets import of_sections, that_may_be_read
from reviews.models import BadTranslation, Correction, Translation, TranslationStatus
from reviews.sources import Source, source_behind, with_sources


class OriginalPreferred(Http404):
    """A translation of a text whose author wants it read as it is; `row` leads to that text."""

    def __init__(self, row: Translation) -> None:
        super().__init__()
        self.row = row


def get_translation_for(viewer: Viewer, pk: int) -> tuple[Translation, Source]:
    """A translation of words that stand, with its text, or 404.

    An order for earlier words leads to the one that took its place. Where the author wants no translation, the 404 is an
    `OriginalPreferred`.
    """
    row = get_object_or_404(with_sources(Translation.objects.select_related("corrected_by")), pk=pk)
    source = source_behind(row)
    if source is None or not can_read_behind(viewer, row):
        raise Http404
    if not source.may_translate:
        raise OriginalPreferred(row)
    if row.source_hash != source.source_hash or row.status == TranslationStatus.SUPERSEDED:
        row = _newest_of(row, source)
    return row, source


def _newest_of(row: Translation, source: Source) -> Translation:
    same = Translation.objects.filter(**source.about, target=row.target, source_hash=source.source_hash)
    current = same.exclude(status=TranslationStatus.SUPERSEDED).select_related("corrected_by")
    found = with_sources(current).order_by("-pk").first()
    if found is None:
        raise Http404
    return found


def get_correctable_translation_for(member: Member, pk: int) -> tuple[Translation, Source]:
    """A translation that the member may suggest better words for, or report; 404 else."""
    row, source = get_translation_for(member, pk)
    if not can_suggest(member, row):
        raise Http404
    return row, source


def get_correction_for(viewer: Member, pk: int) -> Correction:
    """A correction that is the viewer's own, of their text, or theirs to decide; 404 else."""
    rows = with_sources(Correction.objects.select_related("by", "decided_by"))
    correction = get_object_or_404(rows, pk=pk)
    if not can_see_correction(viewer, correction):
        raise Http404
    return correction


def corrections_by_others(member: Member) -> QuerySet[Correction]:
    """Words of others that stand in translations of the member's texts, the newest first."""
    standing = Correction.objects.filter(of_author(member), state=Correction.State.ACCEPTED)
    return standing.exclude(by=member).order_by("-decided_at", "-pk")


def doubted_translations(*, sections: Collection[str], trusted: Collection[str]) -> QuerySet[Translation]:
    """Translations that a reader found bad and that no person looked at yet who has a say in them, the oldest first.

    `reported_at` is the time of the first report that is open.
    """
    mine = of_sections(sections) | Q(target__in=trusted)
    is_open = BadTranslation.objects.filter(
        settled_at=None, engine=F("translation__engine"), content_hash=F("translation__content_hash")
    )
    doubted = Translation.objects.filter(doubted_at__isnull=False)
    # Two small indexes, and not a look at every translation.
    either = is_open.values("translation").union(doubted.values("pk"))
    first = is_open.filter(translation=OuterRef("pk")).order_by("made_at").values("made_at")[:1]
    rows = Translation.objects.filter(mine, that_may_be_read(), pk__in=either).annotate(
        reported_at=Subquery(first)
    )
    waiting_since = Coalesce("reported_at", "doubted_at")
    return rows.exclude(status=TranslationStatus.SUPERSEDED).order_by(waiting_since, "pk")


def own_report(member: Member, row: Translation) -> BadTranslation | None:
    """What the member said of this very result, if they did."""
    return BadTranslation.objects.filter(
        translation=row, member=member, engine=row.engine, content_hash=row.content_hash
    ).first()


def open_reports(row: Translation) -> list[BadTranslation]:
    """What readers said of this very result and nothing came of yet, the oldest first."""
    return list(
        BadTranslation.objects.filter(
            translation=row, engine=row.engine, content_hash=row.content_hash, settled_at=None
        )
        .select_related("member")
        .order_by("made_at", "pk")
    )
