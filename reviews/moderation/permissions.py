"""Who may do what about a case. Pure predicates over a case fetched with what it is about and its appeal; buttons and views
ask the same ones.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.utils import timezone

from accounts.models import Member, Section
from accounts.permissions import Viewer, is_moderator, moderated_sections
from reviews.models import Case, CaseFlag, CaseKind, CaseState, Decision, MeasureKind, Verdict
from reviews.moderation.matters import last_decision, matter_of

# For so long whoever decided may take it back.
UNDO_WITHIN: Final = timedelta(minutes=10)


class Action(StrEnum):
    """Everything that somebody can do in moderation."""

    # As a member.
    REPORT = "report"
    # Whose it is: to say something in its case.
    ANSWER = "answer"
    # As a moderator, about a case.
    SEE = "see"
    NOTE = "note"
    CLAIM = "claim"
    MESSAGE = "message"
    MOVE = "move"
    ASSIGN = "assign"
    MERGE = "merge"
    REOPEN = "reopen"
    DECIDE = "decide"
    UNDO = "undo"
    WARN = "warn"
    SLOW = "slow"
    SUSPEND = "suspend"
    # As a moderator, without a case: about what they came across, about many cases, about all texts of a member.
    ACT = "act"
    BULK = "bulk"
    SCAN = "scan"
    LIFT = "lift"


MEASURE_ACTIONS: Final[Mapping[str, Action]] = {
    MeasureKind.WARNING: Action.WARN,
    MeasureKind.SLOW: Action.SLOW,
    MeasureKind.SUSPENSION: Action.SUSPEND,
}
# What takes something from somebody, and so rests on a rule; only that, or their conduct, leads to a measure.
TAKING: Final = (Verdict.TRIM, Verdict.QUOTE, Verdict.HIDE, Verdict.REMOVE)
# What needs no case, and is for whoever moderates that section.
_IN_SECTION: Final = (Action.ACT, Action.BULK, Action.SCAN)
_OF_MEMBERS: Final = (Action.SUSPEND, Action.LIFT)
_WITHOUT_CASE: Final = (*_IN_SECTION, Action.LIFT)


def allows(member: Viewer, action: Action, case: Case | None = None, *, section: str = "") -> bool:
    """Whether the member may do this now, to this case or, without one, in that section (in any, where none is named).

    Staff without a section see the administration and decide nothing. Asks for the case's decisions, evidence and reporters,
    once each.
    """
    if not isinstance(member, Member) or not member.is_active:
        return False
    if action == Action.REPORT:
        return not (member.is_suspended or member.is_former or member.is_placeholder)
    if action == Action.ANSWER:
        return case is not None and case.author_id == member.pk
    if action in _OF_MEMBERS and not is_moderator(member, Section.MEMBERS):
        return False
    if case is None:
        return _allows_in(member, action, section)
    if not is_in_charge(member, case):
        return False
    match action:
        case Action.SEE:
            return True
        case Action.NOTE:
            # Who reported or decided it knows something; who made it has their answer for that.
            return not matter_of(case).is_of(member)
        case Action.UNDO:
            last = last_decision(case)
            return is_impartial(member, case) and last is not None and may_still_undo(member, last)
        case Action.REOPEN:
            return is_impartial(member, case) and case.state in (CaseState.DECIDED, CaseState.CLOSED)
    return action not in _WITHOUT_CASE and is_impartial(member, case)


def _allows_in(member: Member, action: Action, section: str) -> bool:
    if action == Action.LIFT:
        return True
    sections = moderated_sections(member)
    return action in _IN_SECTION and (section in sections if section else bool(sections))


def is_in_charge(member: Member, case: Case) -> bool:
    """Whether it is a case of the member's sections; an appeal that waits too long is for moderators of members as well."""
    is_late = case.kind == CaseKind.APPEAL and CaseFlag.LATE in case.flags
    return is_moderator(member, case.section) or (is_late and is_moderator(member, Section.MEMBERS))


def is_impartial(member: Member, case: Case) -> bool:
    """Whether it is neither the member's own text or vote nor their report, nor that of what it is one with by merging, and
    no appeal against their decision.
    """
    if matter_of(case).is_of(member):
        return False
    if case.kind == CaseKind.APPEAL and case.appeal.decision.moderator_id == member.pk:
        return False
    return member.pk not in case.reporters


def may_still_undo(member: Member, decision: Decision) -> bool:
    """Whether the decision is the member's own, of the last minutes, and nobody has appealed against it since."""
    is_fresh = timezone.now() - decision.decided_at < UNDO_WITHIN
    is_own = decision.moderator_id == member.pk and decision.undone_at is None
    return is_own and is_fresh and decision.case.state != CaseState.APPEALED


def can_see_case(viewer: Viewer, case: Case) -> bool:
    return allows(viewer, Action.SEE, case)


def can_decide(moderator: Viewer, case: Case) -> bool:
    """In one's section, and never about one's own text or vote, one's own report or one's own decision."""
    return allows(moderator, Action.DECIDE, case)


def possible_verdicts(case: Case) -> list[Verdict]:
    """What can be decided about the case as it stands; empty when nothing is left to decide."""
    return matter_of(case).possible_verdicts()


def verdicts_for(moderator: Viewer, case: Case) -> list[Verdict]:
    """Of what can be decided what this moderator may choose: who cannot lift a suspension cannot overturn what it came with."""
    verdicts = possible_verdicts(case)
    if Verdict.RESTORE not in verdicts or not carries_suspension(case) or allows(moderator, Action.LIFT):
        return verdicts
    return [verdict for verdict in verdicts if verdict != Verdict.RESTORE]


def carries_suspension(case: Case) -> bool:
    """Whether a suspension that nobody lifted came with the decision that a RESTORE would take back."""
    overturned = case.appeal.decision if case.kind == CaseKind.APPEAL else last_decision(case)
    return overturned is not None and came_with_suspension(overturned)


def came_with_suspension(decision: Decision) -> bool:
    """Whether a suspension that nobody lifted came with the decision, or with the one that it was made along with. Asks for
    the measures of both, once each.
    """
    holder = decision.case.merged_into
    made_with = [] if holder is None else holder.decisions.all()
    together = [decision, *(one for one in made_with if decision.pk in one.undo.get("alike", ()))]
    return any(
        measure.kind == MeasureKind.SUSPENSION and measure.lifted_at is None
        for one in together
        for measure in one.measures.all()
    )
