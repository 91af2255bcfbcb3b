"""Who may decide which case, and how. Pure predicates over a case fetched with its review and appeal."""

from accounts.models import Member
from accounts.permissions import Viewer, is_moderator
from reviews.models import Case, CaseKind, Verdict
from reviews.moderation.matters import matter_of


def can_see_case(viewer: Viewer, case: Case) -> bool:
    return is_moderator(viewer, case.section)


def can_decide(moderator: Member, case: Case) -> bool:
    """In one's section, and never about one's own text or vote, one's own report or one's own decision.

    Asks for the case's evidence, once.
    """
    if not can_see_case(moderator, case) or matter_of(case).is_of(moderator):
        return False
    if case.kind == CaseKind.APPEAL:
        return case.appeal.decision.moderator_id != moderator.pk
    return all(report.reporter_id != moderator.pk for report in case.reports.all())


def possible_verdicts(case: Case) -> list[Verdict]:
    """What can be decided about the case as it stands; empty when nothing is left to decide."""
    return matter_of(case).possible_verdicts()
