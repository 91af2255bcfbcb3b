"""Cases about what a scan of somebody's texts has found, where a moderator asks for one."""

from collections.abc import Collection

from django.db import transaction

from reviews.comparing import compare_as_it_stands
from reviews.copied_evidence import evidence_of
from reviews.copy_index import IndexTooSlow
from reviews.models import Case, Review
from reviews.services.opening import open_copied_case


def open_cases_about(*, reviews: Collection[int]) -> list[Case]:
    """Open a case about copied words in each of these messages, with what is found in its words as they stand now.

    A transaction each. Leaves out what shares nothing with others any more, and what is gone.
    """
    return [case for pk in sorted(reviews) if (case := _open(pk)) is not None]


@transaction.atomic
def _open(pk: int) -> Case | None:
    held = Review.objects.select_for_update(of=("self",), no_key=True).with_subject()
    review = held.select_related("author", "parent").filter(pk=pk).first()
    if review is None or not review.is_published:
        return None
    try:
        assessment = compare_as_it_stands(review)
    except IndexTooSlow:
        return None
    # A text that the index has not heard of yet has no row to point at.
    findings = [finding for finding in assessment.findings if finding.source.id > 0]
    if not findings:
        return None
    revision = review.revisions.get(number=review.revision_number)
    return open_copied_case(review=review, revision=revision, evidence=evidence_of(findings, None))
