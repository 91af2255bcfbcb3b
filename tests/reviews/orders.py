"""Texts and their translation orders, for the tests of what becomes of them."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import Review, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import edit_review, publish_review
from tests.factories import make_title

PORTUGUESE = "Um filme muito bonito sobre duas crianças e um par de sapatos. Chorei no final."


def write(
    author: Member, title: Title | None = None, body: str = PORTUGUESE, language: str = "pt", **fields
) -> Review:
    return publish_review(
        author=author, subject=title or make_title(), body=body, language=language, **fields
    )


def edit(review: Review, body: str, **fields) -> Review:
    review.refresh_from_db()
    values = {
        "language": review.language,
        "version": review.revision_number,
        "editor": review.author,
        **fields,
    }
    return edit_review(review=review, body=body, **values)


def order(review: Review, target: str = "en") -> Translation:
    """The row for the words as they stand."""
    review.refresh_from_db()
    return Translation.objects.get(review=review, target=target, source_hash=review.source_hash)


def translate_now(row: Translation) -> str:
    """Let a worker make this order, whatever it waits for, and nothing else."""
    now = timezone.now()
    others = Translation.objects.filter(status=TranslationStatus.QUEUED).exclude(pk=row.pk)
    waiting = list(others)
    others.update(next_attempt_at=now + timedelta(days=1))
    Translation.objects.filter(pk=row.pk).update(next_attempt_at=now)
    outcome = translating.translate(row.pk)
    for other in waiting:
        Translation.objects.filter(pk=other.pk).update(next_attempt_at=other.next_attempt_at)
    row.refresh_from_db()
    return outcome
