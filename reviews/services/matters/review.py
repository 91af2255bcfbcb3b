"""Messages: hidden, removed, shortened, made a quotation, and brought back as they were."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from accounts.models import Member
from filmsite.lib.text import render_review
from reviews.copy_index import load_known
from reviews.copydetect.mending import as_quote, shorten
from reviews.copydetect.rules import KnownText as Known
from reviews.models import Case, CaseFlag, Decision, Evidence, Matter, Review, ReviewState, Verdict
from reviews.moderation.refusals import StaleCase
from reviews.services.flagging import order_flagging
from reviews.services.indexing import note_text
from reviews.services.matters.base import overturned_by, taken_by_others
from reviews.services.mentions import note_mentions
from reviews.services.publishing import add_revision
from reviews.services.translating import order_translations
from reviews.sources import source_hash_of
from reviews.subjects import forget_pages_about

# Every other verdict shows it, unless somebody else took it away.
_TAKES_TO: Final[Mapping[str, str]] = {
    Verdict.HIDE: ReviewState.HIDDEN,
    Verdict.REMOVE: ReviewState.REMOVED,
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
            .get(cases=case)
        )

    def attach_to(self, case: Case) -> None:
        case.review = self.review

    def carry_out(self, decision: Decision) -> None:
        review = self.review
        if decision.verdict == Verdict.UPHOLD and not _is_taken_again(decision, review):
            return
        before = {
            "state": review.state,
            "revision": review.revision_number,
            "is_shortened": review.is_shortened,
        }
        if decision.verdict == Verdict.RESTORE:
            self._bring_words_back(overturned_by(decision))
        elif decision.verdict in (Verdict.TRIM, Verdict.QUOTE):
            self._put_words(
                mended(review.body, case=decision.case, verdict=decision.verdict),
                edited_at=timezone.now(),
                is_shortened=True,
            )
        taking = decision.case.appeal.decision if decision.verdict == Verdict.UPHOLD else decision
        self._bring_to(_TAKES_TO.get(taking.verdict) or self._state_shown(decision.case))
        decision.undo = {**before, "to": review.state, "made": review.revision_number}

    def undo(self, decision: Decision) -> None:
        if decision.verdict == Verdict.UPHOLD and "to" not in decision.undo:
            return
        if decision.undo.get("to") != self.review.state:
            raise StaleCase("text")
        self._bring_words_back(decision)
        self._bring_to(decision.undo["state"])

    def show(self, case: Case) -> bool:
        """Show again what the case, or the one whose appeal it is, took away, unless another case took it too. Whether it can be
        read now.
        """
        self._bring_to(self._state_shown(case))
        return self.review.is_published

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

    def _state_shown(self, case: Case) -> str:
        """Published, but for what its author took back and what another case took away."""
        if self.review.state in (ReviewState.PUBLISHED, ReviewState.WITHDRAWN):
            return self.review.state
        taken = taken_by_others(case)
        if Verdict.REMOVE in taken:
            return ReviewState.REMOVED
        return ReviewState.HIDDEN if Verdict.HIDE in taken else ReviewState.PUBLISHED

    def _bring_to(self, state: str) -> None:
        review = self.review
        if review.state == state:
            return
        review.state = state
        review.save(update_fields=["state"])
        if review.is_published:
            note_text(review)
            # Hidden before a worker came to it, it was not looked at.
            order_flagging(Matter.REVIEW, review.pk)
            order_translations(review=review)
        forget_pages_about(review.subject)

    def _bring_words_back(self, decision: Decision) -> None:
        """The words before a decision that changed them, unless their author changed them since: then theirs stay."""
        done = decision.undo
        if done.get("made") == done.get("revision") or done.get("made") != self.review.revision_number:
            return
        before = self.review.revisions.get(number=done["revision"])
        self._put_words(
            before.body,
            edited_at=before.created_at if before.number > 1 else None,
            is_shortened=done.get("is_shortened", False),
        )

    def _put_words(self, body: str, *, edited_at: datetime | None, is_shortened: bool) -> None:
        """Other words as a new revision, with what readers are told of them: the earlier ones stay to be read by their
        author and by moderators.
        """
        review, now = self.review, timezone.now()
        review.body, review.html = body, render_review(body, headings=review.is_opinion)
        review.source_hash = source_hash_of(
            body=body, headline=review.headline, language=review.language, is_opinion=review.is_opinion
        )
        review.revision_number += 1
        review.edited_at, review.is_shortened = edited_at, is_shortened
        review.save(
            update_fields=["body", "html", "source_hash", "revision_number", "edited_at", "is_shortened"]
        )
        add_revision(review, now)
        note_mentions(review)
        if review.is_published:
            note_text(review)
            order_translations(review=review)
        forget_pages_about(review.subject)


def _is_taken_again(decision: Decision, review: Review) -> bool:
    """Whether a decision that stands on appeal has to take away what was shown for as long as nobody answered."""
    return CaseFlag.SHOWN in decision.case.flags and review.is_published


def mended(text: str, *, case: Case, verdict: str, known: Mapping[int, Known] | None = None) -> str:
    """The text without what it has of others but for a quotation, or the first paragraph if more was taken, with a link: of
    one source after the other, by the evidence of the case. What stands outside the passages stays as it is.

    `known` are the sources by id where they are loaded already. Raises StaleCase where none of the passages stands in the
    text.
    """
    by_source: dict[tuple[int, str], list[Evidence]] = defaultdict(list)
    for item in case.evidence.all():
        if item.kind == Evidence.Kind.OVERLAP and item.start is not None:
            by_source[item.source_id or 0, item.source_label].append(item)
    if known is None:
        known = {found.id: found for found in load_known([pk for pk, _label in by_source])}
    judged = case.snapshot.text if case.snapshot else text
    result = text
    for (pk, label), items in by_source.items():
        # What was done about one source moved the passages of the next, and left their words alone.
        passages = [_place_of(judged[item.start : item.end], result) for item in items]
        found = [place for place in passages if place is not None]
        source = known.get(pk)
        if found and source is not None and verdict == Verdict.TRIM:
            result = shorten(result, found, source, source.url if source.is_public else "")
        elif found:
            result = as_quote(result, found, label, items[0].source_url)
    if result == text:
        raise StaleCase("text")
    return result


def _place_of(words: str, text: str) -> tuple[int, int] | None:
    start = text.find(words)
    return None if start < 0 or not words else (start, start + len(words))
