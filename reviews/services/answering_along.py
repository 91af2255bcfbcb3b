"""What else waits about something that is decided: what a removal answers and parts of one case about the same thing, and how
they wait again when that is taken back.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    Matter,
    NoticeItem,
    Report,
    Verdict,
)
from reviews.moderation.matters import UNDECIDED
from reviews.services.matters.base import overturned_by
from reviews.services.opening import move_case, step
from reviews.services.parting import WAITS_AS_PART, hold_with_parts, let_go, take_out
from reviews.services.reporting import answer_reports, reports_about


def close_others(case: Case, decision: Decision, moderator: Member) -> list[dict[str, Any]]:
    """Answer with a removal in this case what else waits about the same, alone or as part of a case about something else,
    but for its own parts about something else. Gives how each is to stand again when the removal is taken back.
    """
    of_the_same = Case.objects.about_the_same(case)
    with_the_same = Q(merged_into=case) | Q(merged_into__in=of_the_same)
    waits = Q(state__in=UNDECIDED) | WAITS_AS_PART & ~with_the_same
    others, parts = hold_with_parts(of_the_same.filter(waits).exclude(kind=CaseKind.APPEAL))
    stay = set(of_the_same.values_list("pk", flat=True))
    for part in parts:
        if part.pk not in stay:
            let_go(part, actor=moderator)
    closed = []
    for other in others:
        if other.state == CaseState.MERGED:
            # It comes back on its own: what held it may have been decided by then.
            take_out(other)
            move_case(other, CaseState.OPEN, merged_into=None)
        closed.append({"case": other.pk, **standing_of(other)})
        move_case(other, CaseState.CLOSED, answer_until=None)
        step(other, CaseEvent.Kind.CLOSED, actor=moderator, detail={"answered_by": case.pk})
        answer_reports(case=other, outcome=Report.Outcome.RIGHT, decision=decision)
    return closed


def open_others(case: Case, decision: Decision, moderator: Member) -> None:
    """What was closed by a decision that is taken back waits again; what came back and is removed again is answered."""
    closed = {item["case"]: item for item in decision.undo["closed"]}
    others = Case.objects.for_deciding().filter(pk__in=closed, state=CaseState.CLOSED)
    for other in others.order_by("pk"):
        if Case.objects.twins_of(other).exists():
            continue
        bring_back_to(other, closed[other.pk])
        step(other, CaseEvent.Kind.REOPENED, actor=moderator)
        reports_about(other).update(outcome=Report.Outcome.WAITING)
    if decision.verdict != Verdict.RESTORE or case.matter == Matter.VOTES:
        return
    removal = overturned_by(decision)
    if removal.verdict == Verdict.REMOVE:
        again = close_others(case, removal, moderator)
        removal.undo = {**removal.undo, "closed": [*removal.undo["closed"], *again]}
        removal.save(update_fields=["undo"])


def answer_with(part: Case, other: Case) -> dict[str, Any]:
    """Let a part that is decided hold another part of the same case about the same thing, and answer what was said in that.
    Gives what `let_wait_with` needs.
    """
    of_it = Q(part=other) | Q(case=other, part=None)
    # Who said it twice has the answer to the other.
    reports = Report.objects.filter(of_it, outcome=Report.Outcome.WAITING)
    notices = NoticeItem.objects.filter(of_it)
    said: dict[str, Any] = {
        "case": other.pk,
        "reports": list(reports.values_list("pk", flat=True)),
        "notices": list(notices.values_list("pk", flat=True)),
    }
    Report.objects.filter(pk__in=said["reports"]).update(part=part)
    NoticeItem.objects.filter(pk__in=said["notices"]).update(part=part)
    move_case(other, CaseState.MERGED, merged_into=part)
    return said


def let_wait_with(kept: Case, other: Case, said: dict[str, Any]) -> None:
    """Let a held part wait in the case that held it before `answer_with`, with what was said in it then."""
    for rows in (
        Report.objects.filter(pk__in=said["reports"]),
        NoticeItem.objects.filter(pk__in=said["notices"]),
    ):
        answered = rows.filter(part=other.merged_into_id)
        answered.exclude(case=other).update(part=other)
        answered.filter(case=other).update(part=None)
    move_case(other, CaseState.MERGED, merged_into=kept)


def standing_of(case: Case) -> dict[str, Any]:
    """What `bring_back_to` needs: the state of an undecided case, and until when its author may answer."""
    until = case.answer_until
    return {"state": case.state, "answer_until": until and until.isoformat()}


def bring_back_to(case: Case, was: dict[str, Any]) -> None:
    """Let a held case stand again as `standing_of` found it."""
    until = was["answer_until"]
    move_case(case, was["state"], answer_until=until and datetime.fromisoformat(until))
