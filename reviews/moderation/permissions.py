"""Who may decide which case, and how. Pure predicates over a case fetched with its review and appeal."""

from accounts.models import Member
from accounts.permissions import Viewer, is_moderator
from reviews.models import Case, CaseKind, CaseState, ReviewState, Verdict


def can_see_case(viewer: Viewer, case: Case) -> bool:
    return is_moderator(viewer, case.section)


def can_decide(moderator: Member, case: Case) -> bool:
    """In one's section, and never about one's own text, one's own report or one's own decision.

    Asks for the case's evidence, once.
    """
    if not can_see_case(moderator, case) or case.review.author_id == moderator.pk:
        return False
    if case.kind == CaseKind.APPEAL:
        return case.appeal.decision.moderator_id != moderator.pk
    return all(evidence.reporter_id != moderator.pk for evidence in case.evidence.all())


def possible_verdicts(case: Case) -> list[Verdict]:
    """What can be decided about the case as it stands; empty when nothing is left to decide.

    A removal can be undone in the case that made it, unless its author has appealed: then somebody else answers
    the appeal. Asks for the case's decisions, once.
    """
    removed = case.review.state == ReviewState.REMOVED
    if case.state == CaseState.OPEN and case.kind == CaseKind.APPEAL:
        return [Verdict.UPHOLD, Verdict.RESTORE] if removed else []
    if case.state == CaseState.OPEN:
        return [Verdict.KEEP, Verdict.REMOVE] if case.review.is_published else []
    decisions = list(case.decisions.all())
    if case.state == CaseState.DECIDED and removed and decisions and decisions[-1].verdict == Verdict.REMOVE:
        return [Verdict.RESTORE]
    return []
