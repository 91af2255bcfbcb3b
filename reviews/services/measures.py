"""Measures against members: warnings, slower paces, suspensions. Rows first; what they change follows once they are stored.

A measure is imposed and taken back in the transaction of the decision that it comes with, which holds a text and a case.
What follows from it touches the member and their votes, which everybody holds before texts and cases: so it follows
after that transaction, and the sweep of suspensions finds what did not.
"""

from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Section
from reviews.models import Decision, Measure, MeasureKind, NotificationKind
from reviews.services.notifying import notify
from reviews.services.public_log import log_line
from reviews.services.suspending import follow_pace, in_force, settle_suspension

_IMPOSED: Final = {
    MeasureKind.WARNING: "reviews.member.warned",
    MeasureKind.SLOW: "reviews.member.slowed",
    MeasureKind.SUSPENSION: "reviews.member.suspended",
}
_LIFTED: Final = {
    MeasureKind.WARNING: "reviews.member.warning_withdrawn",
    MeasureKind.SLOW: "reviews.member.pace_freed",
    MeasureKind.SUSPENSION: "reviews.member.lifted",
}


@transaction.atomic
def impose(
    *,
    member: Member,
    kind: str,
    decision: Decision | None,
    reason: str,
    rule: str = "",
    by: Member | None,
    days: int | None = None,
) -> Measure:
    """Impose a measure on the member, with a line in the public log; part of the caller's transaction.

    Called last: the log's line is the last lock of a transaction. `days` says how long it lasts: a slower pace needs them, a warning has none, a suspension without them lasts until
    somebody lifts it. The line of the decision itself leaves `LogEntry.measure` empty, so that each is counted once. Who
    imposes tells the member by a statement (`stating.state_reasons`). Raises ValueError for days that do not fit.
    """
    if (days is None and kind == MeasureKind.SLOW) or (days is not None and kind == MeasureKind.WARNING):
        raise ValueError(f"{days} days do not fit a measure of the kind {kind}.")
    now = timezone.now()
    measure = Measure.objects.create(
        member=member,
        kind=kind,
        decision=decision,
        rule=rule,
        reason=reason,
        imposed_by=by,
        starts_at=now,
        ends_at=None if days is None else now + timedelta(days=days),
    )
    _log(measure, _IMPOSED[MeasureKind(kind)], by, reason)
    _follow(measure, by, reason)
    return measure


@transaction.atomic
def lift(*, measure: Measure, by: Member | None, reason: str) -> bool:
    """End a measure before its time, for a reason that everybody may read, and tell the member; it stays a rung.

    Part of the caller's transaction. False, and nothing happens, when it was lifted before.
    """
    has_ended = _end(measure, by, reason, is_annulled=False)
    if has_ended and measure.kind == MeasureKind.SLOW:
        notify(
            recipients=[measure.member],
            kind=NotificationKind.ACCOUNT,
            key=f"pace_freed:{measure.pk}",
            detail={"news": "pace_freed", "reason": reason},
        )
    return has_ended


@transaction.atomic
def lift_all(*, member: Member, by: Member | None, reason: str) -> None:
    """End every suspension of the member before its time, also one from the days before there were measures."""
    held = list(in_force(MeasureKind.SUSPENSION).filter(member=member).select_related("decision__case"))
    for measure in held:
        lift(measure=measure, by=by, reason=reason)
    if not held:
        settle_suspension(member=member, actor=by, reason=reason)


def take_back(*, decision: Decision, by: Member | None, reason: str) -> int:
    """End what came with a decision that does not stand (undone, or overturned on appeal), as if it had not been.

    Measures that are over are annulled too, so that they are no rungs. Answers how many there were.
    """
    measures = decision.measures.select_for_update(no_key=True, of=("self",)).select_related("member")
    return sum(_end(measure, by, reason, is_annulled=True) for measure in measures.filter(is_annulled=False))


def _end(measure: Measure, by: Member | None, reason: str, *, is_annulled: bool) -> bool:
    now = timezone.now()
    if is_annulled:
        Measure.objects.filter(pk=measure.pk).update(is_annulled=True)
    if not Measure.objects.filter(pk=measure.pk, lifted_at=None).update(lifted_at=now, lifted_by=by):
        return is_annulled
    _log(measure, _LIFTED[MeasureKind(measure.kind)], by, reason)
    _follow(measure, by, reason)
    return True


def _follow(measure: Measure, by: Member | None, reason: str) -> None:
    if measure.kind == MeasureKind.SLOW:
        transaction.on_commit(partial(follow_pace, measure.member_id), robust=True)
    elif measure.kind == MeasureKind.SUSPENSION:
        settle_suspension(member=measure.member, actor=by, reason=reason)


def _log(measure: Measure, verb: str, by: Member | None, reason: str) -> None:
    """A public line with the reason; who it is about stays out."""
    case = measure.decision.case if measure.decision else None
    log_line(
        verb=verb,
        section=case.section if case else Section.MEMBERS,
        reason=reason,
        by=by,
        rule=measure.rule,
        measure=measure.kind,
        case=case,
    )
