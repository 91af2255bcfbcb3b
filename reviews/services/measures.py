"""Measures against members: warnings, slower paces, suspensions. Rows first; what they change follows once they are stored.

A measure is imposed and taken back in the transaction of the decision that it comes with, which holds a text and a case.
What follows from it touches the member and their votes, which everybody holds before texts and cases: so it follows
after that transaction, and the sweep of suspensions finds what did not.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat, Least
from django.utils import timezone

from accounts.models import Member, Section
from reviews.models import Decision, Measure, MeasureKind, Notification, NotificationKind
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
# What the page of notifications calls the end of each.
_NEWS: Final = {MeasureKind.WARNING: "warning_withdrawn", MeasureKind.SLOW: "pace_freed"}
# A sweep that rested for longer than this tells nobody of what is long over.
_TOLD_WITHIN: Final = timedelta(days=7)
_SWEPT_AT_ONCE: Final = 200
_NUMBER: Final = Cast(OuterRef("pk"), CharField())


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
    """Impose a measure on the member; part of the caller's transaction, which ends with its line of the log (`log_begin`).

    `days` says how long it lasts: a slower pace needs them, a warning has none, a suspension without them lasts until
    somebody lifts it. Who imposes tells the member by a statement (`stating.state_reasons`). Raises ValueError for days that
    do not fit.
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
    _follow(measure, by, reason)
    return measure


@transaction.atomic
def lift(*, measure: Measure, by: Member | None, reason: str) -> bool:
    """End a measure before its time, for a reason that everybody may read, and tell the member; it stays a rung.

    Part of the caller's transaction, and the last of it: the log's line is its last lock. False, and nothing happens, when
    it was lifted before.
    """
    if not _end(measure, by, reason):
        return False
    _tell_of_end(measure, reason)
    log_end(measure, by=by, reason=reason)
    return True


@transaction.atomic
def lift_all(*, member: Member, by: Member | None, reason: str) -> None:
    """End every suspension of the member before its time, also one from the days before there were measures."""
    held = list(in_force(MeasureKind.SUSPENSION).filter(member=member).select_related("decision__case"))
    if not held:
        settle_suspension(member=member, actor=by, reason=reason)
    for measure in [measure for measure in held if _end(measure, by, reason)]:
        log_end(measure, by=by, reason=reason)


def take_back(*, decision: Decision, by: Member | None, reason: str) -> list[Measure]:
    """End what came with a decision that does not stand (undone, or overturned on appeal), as if it had not been.

    Measures that are over are annulled too, so that they are no rungs. Gives those that were in force until now, of which
    the caller's transaction ends with their lines of the log (`log_end`). Of a decision that was undone the member hears
    that alone, and only if they had heard of the decision.
    """
    held = decision.measures.select_for_update(no_key=True, of=("self",)).select_related("member")
    measures = list(held.filter(is_annulled=False).order_by("pk"))
    Measure.objects.filter(pk__in=[measure.pk for measure in measures]).update(is_annulled=True)
    ended = [measure for measure in measures if _end(measure, by, reason)]
    if decision.undone_at is None:
        for measure in ended:
            _tell_of_end(measure, reason)
    return ended


def put_back(
    *, annulled: Collection[int], ended: Collection[int], by: Member | None, reason: str
) -> list[Measure]:
    """Let hold again what `take_back` annulled, and of it what it ended (by number), once that decision is undone itself.

    Gives those that it had ended; the caller's transaction ends with their lines of the log (`log_begin`).
    """
    held = Measure.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=annulled)
    measures = [measure for measure in held.select_related("member").order_by("pk") if measure.pk in ended]
    Measure.objects.filter(pk__in=annulled).update(is_annulled=False)
    Measure.objects.filter(pk__in=ended).update(lifted_at=None, lifted_by=None)
    for measure in measures:
        _follow(measure, by, reason)
    return measures


def tell_of_ended_paces() -> int:
    """Tell members whose slower pace ended by itself that they can go on as before, each once; answers how many.

    Of several that overlapped the one that ended last is told.
    """
    now = timezone.now()
    over = Measure.objects.filter(
        kind=MeasureKind.SLOW,
        ends_at__range=(now - _TOLD_WITHIN, now),
        lifted_at=None,
        is_annulled=False,
    )
    told = Notification.objects.filter(
        recipient=OuterRef("member"), key=Concat(Value("pace_freed:"), _NUMBER)
    )
    # Of a decision that was undone they hear that alone.
    others = Measure.objects.filter(
        kind=MeasureKind.SLOW, member=OuterRef("member"), decision__undone_at=None
    ).alias(end=Least("lifted_at", "ends_at"))
    later = others.filter(Q(end__gt=OuterRef("ends_at")) | Q(end=OuterRef("ends_at"), pk__gt=OuterRef("pk")))
    untold = over.filter(~Exists(told), ~Exists(later)).select_related("member").order_by("pk")
    return sum(_tell_of_end(measure, "") for measure in list(untold[:_SWEPT_AT_ONCE]))


def log_begin(measure: Measure) -> None:
    """Write the public line of a measure that was imposed, as a last lock. The line of the decision itself leaves
    `LogEntry.measure` empty, so that each is counted once.
    """
    _log(measure, _IMPOSED[MeasureKind(measure.kind)], measure.imposed_by, measure.reason)


def log_end(measure: Measure, *, by: Member | None, reason: str) -> None:
    """Write the public line of a measure that was lifted, as a last lock."""
    _log(measure, _LIFTED[MeasureKind(measure.kind)], by, reason)


def _end(measure: Measure, by: Member | None, reason: str) -> bool:
    now = timezone.now()
    if not Measure.objects.filter(pk=measure.pk, lifted_at=None).update(lifted_at=now, lifted_by=by):
        return False
    _follow(measure, by, reason)
    return True


def _tell_of_end(measure: Measure, reason: str) -> bool:
    """Whether the member is told; of a suspension they are when it has followed (`suspending`), and of a pace only when no
    other slows them down.
    """
    news = _NEWS.get(MeasureKind(measure.kind))
    if news is None or (
        measure.kind == MeasureKind.SLOW and in_force(MeasureKind.SLOW).filter(member=measure.member).exists()
    ):
        return False
    notify(
        recipients=[measure.member],
        kind=NotificationKind.ACCOUNT,
        key=f"{news}:{measure.pk}",
        detail={"news": news, "reason": reason},
    )
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
