"""Messages: hidden, removed, shortened, made a quotation, and brought back as they were."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.utils import timezone

from accounts.models import Member
from filmsite.lib.text import render_review
from reviews.models import Case, Decision, Review, ReviewState, Revision, Verdict
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.base import overturned_by
from reviews.services.mentions import note_mentions
from reviews.services.translating import order_translations
from reviews.sources import source_hash_of
from reviews.subjects import forget_pages_about

_STATE_AFTER: Final[Mapping[str, str]] = {
    Verdict.KEEP: ReviewState.PUBLISHED,
    Verdict.TRIM: ReviewState.PUBLISHED,
    Verdict.QUOTE: ReviewState.PUBLISHED,
    Verdict.HIDE: ReviewState.HIDDEN,
    Verdict.REMOVE: ReviewState.REMOVED,
    Verdict.RESTORE: ReviewState.PUBLISHED,
}


class HeldReview:
    """The message that a case is about."""

    verbs: Final[Mapping[Verdict, str]] = {
        Verdict.KEEP: "reviews.case.kept",
        Verdict.TRIM: "reviews.review.trimmed",
        Verdict.QUOTE: "reviews.review.quoted",
        Verdict.HIDE: "reviews.review.hidden",
        Verdict.REMOVE: "reviews.review.removed",
        Verdict.RESTORE: "reviews.review.restored",
        Verdict.UPHOLD: "reviews.appeal.upheld",
    }

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        self.review = (
            Review.objects.select_for_update(of=("self",), no_key=True)
            .with_subject()
            .select_related("author")
            .get(pk=case.review_id)
        )

    def attach_to(self, case: Case) -> None:
        case.review = self.review

    def carry_out(self, decision: Decision) -> None:
        if decision.verdict == Verdict.UPHOLD:
            return
        review = self.review
        before = {"state": review.state, "revision": review.revision_number}
        if decision.verdict == Verdict.RESTORE:
            self._bring_words_back(overturned_by(decision))
        self._bring_to(_STATE_AFTER[decision.verdict])
        decision.undo = {**before, "to": review.state, "made": review.revision_number}

    def undo(self, decision: Decision) -> None:
        if decision.undo.get("to") != self.review.state:
            raise StaleCase("text")
        self._bring_words_back(decision)
        self._bring_to(decision.undo["state"])

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Of a text that was fine all along its author hears nothing."""
        was_fine = decision.verdict == Verdict.KEEP and decision.undo["state"] == ReviewState.PUBLISHED
        return [] if was_fine else [self.review.author]

    def log_numbers(self) -> dict[str, int | None]:
        review = self.review
        return {
            "review_number": review.pk,
            "title_number": review.title_id,
            "person_number": review.person_id,
        }

    def _bring_to(self, state: str) -> None:
        review = self.review
        if review.state == state:
            return
        review.state = state
        review.save(update_fields=["state"])
        if review.is_published:
            order_translations(review=review)
        forget_pages_about(review.subject)

    def _bring_words_back(self, decision: Decision) -> None:
        """The words before a decision that changed them, unless their author changed them since: then theirs stay."""
        done = decision.undo
        if done.get("made") == done.get("revision") or done.get("made") != self.review.revision_number:
            return
        before = self.review.revisions.get(number=done["revision"])
        self._put_words(before.body)

    def _put_words(self, body: str) -> None:
        """New words as a new revision: the earlier ones stay to be read by their author and by moderators."""
        review, now = self.review, timezone.now()
        review.body, review.html = body, render_review(body, headings=review.is_opinion)
        review.source_hash = source_hash_of(
            body=body, headline=review.headline, language=review.language, is_opinion=review.is_opinion
        )
        review.revision_number += 1
        review.edited_at = now
        review.save(update_fields=["body", "html", "source_hash", "revision_number", "edited_at"])
        Revision.objects.create(
            review=review,
            number=review.revision_number,
            headline=review.headline,
            body=body,
            language=review.language,
            source_hash=review.source_hash,
            created_at=now,
        )
        note_mentions(review)
        forget_pages_about(review.subject)
