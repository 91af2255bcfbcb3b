"""Who may decide which case, and how. Pure predicates over a case fetched with its review and appeal."""

from accounts.models import Member
from accounts.permissions import Viewer, is_moderator
from reviews.models import Case, CaseKind, CaseState, ReviewState, Verdict


def can_see_case(viewer: Viewer, case: Case) -> bool:
    return is_moderator(viewer, case.section)


def can_decide(moderator: Member, case: Case) -> bool:
    """In one's section, never about one's own text, and never an appeal against one's own decision."""
    if not can_see_case(moderator, case):
        return False
    if case.review.author_id == moderator.pk:
        return False
    return not (case.kind == CaseKind.APPEAL and case.appeal.decision.moderator_id == moderator.pk)


def possible_verdicts(case: Case) -> list[Verdict]:
    """What can be decided about the case as it stands; empty when nothing is left to decide."""
    removed = case.review.state == ReviewState.REMOVED
    if case.state == CaseState.OPEN and case.kind == CaseKind.APPEAL:
        return [Verdict.UPHOLD, Verdict.RESTORE] if removed else [Verdict.UPHOLD]
    if case.state == CaseState.OPEN:
        return [Verdict.KEEP] if removed else [Verdict.KEEP, Verdict.REMOVE]
    if case.state == CaseState.DECIDED and removed:
        return [Verdict.RESTORE]
    return []
