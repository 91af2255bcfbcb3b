"""Appeals: how a member objects to a decision. Each is a case of its own, answered by somebody who did not decide."""

from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Section
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    FoundBy,
    Matter,
    Statement,
)
from reviews.moderation import severity
from reviews.moderation.permissions import came_with_suspension
from reviews.moderation.refusals import ModerationError
from reviews.services.opening import move_case, step

# While it is open a moderator is about to decide anew; about votes an appeal of somebody else may be under way.
_APPEALABLE: Final = (CaseState.DECIDED, CaseState.WAITING)


class CannotAppeal(ModerationError):
    """The appeal was not filed.

    "late": the time for it is over; "appealed": there is one already; "over": the decision does not stand any more.
    """


@transaction.atomic
def file_appeal(*, statement: Statement, text: str, is_counter_notice: bool = False) -> Appeal:
    """Object to the decision that a statement is about, once and in time; the answer comes from somebody else.

    `is_counter_notice`: the author states in good faith, against a rights-holder, that they may publish this. Raises
    CannotAppeal, and then nothing was stored.
    """
    first = Case.objects.select_for_update(of=("self",), no_key=True).get(decisions=statement.decision_id)
    decision = Decision.objects.select_related("case").get(pk=statement.decision_id)
    if reason := why_not(statement, decision, first):
        raise CannotAppeal(reason)
    case = Case.objects.create(
        kind=CaseKind.APPEAL,
        section=_section_for(decision, first),
        matter=first.matter,
        review_id=first.review_id,
        title_id=first.title_id,
        person_id=first.person_id,
        trivia_id=first.trivia_id,
        translation_id=first.translation_id,
        list_id=first.list_id,
        member_id=first.member_id,
        author=statement.recipient,
        snapshot=first.snapshot,
        severity=severity.APPEAL,
        flags=[CaseFlag.NOTICE] if statement.found_by == FoundBy.NOTICE else [],
    )
    appeal = Appeal.objects.create(
        statement=statement,
        decision=decision,
        case=case,
        author=statement.recipient,
        text=text,
        is_counter_notice=is_counter_notice,
    )
    step(case, CaseEvent.Kind.OPENED, actor=statement.recipient)
    if first.matter != Matter.VOTES:
        move_case(first, CaseState.APPEALED)
    step(first, CaseEvent.Kind.APPEALED, actor=statement.recipient, detail={"appeal": case.pk})
    return appeal


def why_not(statement: Statement, decision: Decision, case: Case) -> str:
    """Why the member cannot appeal now, as a code of `CannotAppeal`; empty when they can. Two small queries.

    The page asks it for the form, and `file_appeal` once more under the lock of the case.
    """
    if statement.appeal_until is None or decision.undone_at is not None:
        return "over"
    if Appeal.objects.filter(statement=statement).exists():
        return "appealed"
    if statement.appeal_until < timezone.now():
        return "late"
    return "" if _still_stands(statement, decision, case) else "over"


def _still_stands(statement: Statement, decision: Decision, case: Case) -> bool:
    """Whether what the decision took from this member is still taken, and nobody else is looking at it."""
    if case.matter == Matter.VOTES:
        return case.set_aside.filter(member=statement.recipient_id).exists()
    if case.state not in _APPEALABLE:
        return False
    later = Decision.objects.filter(case=case, undone_at=None, pk__gt=decision.pk)
    return not later.exists()


def _section_for(decision: Decision, case: Case) -> str:
    """Only moderators of members can lift a suspension, so they answer."""
    return Section.MEMBERS if came_with_suspension(decision) else case.section
