"""Saying in which language a text is, where its author was wrong: the words stay, their translations are made anew."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from reviews.models import LogEntry, NotificationKind, Review, Revision
from reviews.permissions import can_correct_language
from reviews.services.notifying import notify
from reviews.services.translating import order_translations
from reviews.sources import source_hash_of
from reviews.subjects import forget_pages_about


@transaction.atomic
def correct_language(*, review: Review, by: Member, language: str) -> Review:
    """Change the language of somebody's text: a new revision, new translations, a line in the log, a word to the author.

    Answers the text as it then is; nothing happens where it is in that language already. It does not count as edited,
    for its words are the same. Raises PermissionDenied for who is no moderator of its section, and of one's own text.
    """
    current = Review.objects.select_for_update(of=("self",), no_key=True).with_subject()
    review = current.select_related("author").get(pk=review.pk)
    if not can_correct_language(by, review):
        raise PermissionDenied("The language of this text is not theirs to correct.")
    if review.language == language:
        return review
    before, review.language = review.language, language
    review.source_hash = source_hash_of(
        body=review.body, headline=review.headline, language=language, is_opinion=review.is_opinion
    )
    review.revision_number += 1
    review.save(update_fields=["language", "source_hash", "revision_number"])
    revision = Revision.objects.create(
        review=review,
        number=review.revision_number,
        headline=review.headline,
        body=review.body,
        language=language,
        source_hash=review.source_hash,
        created_at=timezone.now(),
    )
    order_translations(review=review)
    LogEntry.objects.create(
        verb="reviews.review.language_corrected",
        section=review.subject.section,
        reason=f"{before} → {language}",
        moderator_number=by.pk,
        review_number=review.pk,
        title_number=review.title_id,
        person_number=review.person_id,
    )
    notify(
        recipients=[review.author],
        kind=NotificationKind.WORDING,
        key=f"language:{revision.pk}",
        review=review,
        title=review.title,
        person=review.person,
        detail={"news": "language_corrected", "language": language},
    )
    forget_pages_about(review.subject)
    return review
