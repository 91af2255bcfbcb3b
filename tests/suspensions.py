"""Suspending members in tests, where nothing follows a transaction that is never stored."""

from django.utils import timezone

from accounts.models import Job, Member
from reviews.models import Measure, MeasureKind
from reviews.services.measures import impose, lift, log_begin
from reviews.services.suspending import run_ordered


def suspend(
    member: Member, actor: Member, reason: str = "Ten accounts", days: int | None = None
) -> Job | None:
    measure = impose(
        member=member,
        kind=MeasureKind.SUSPENSION,
        decision=None,
        reason=reason,
        by=actor,
        days=days,
    )
    log_begin(measure)
    return _carried_out(member)


def lift_suspension(member: Member, actor: Member, reason: str = "A family") -> Job | None:
    """Lift whatever suspends the member; None where nothing ever did."""
    held = Measure.objects.filter(member=member, kind=MeasureKind.SUSPENSION, lifted_at=None)
    for measure in held.exclude(ends_at__lt=timezone.now()):
        lift(measure=measure, by=actor, reason=reason)
    return _carried_out(member)


def _carried_out(member: Member) -> Job | None:
    """The newest order about the member, carried out; the member's own object learns it as well."""
    job = Job.objects.filter(kind__startswith="members.", parameters__member=member.pk).order_by("pk").last()
    if job is None:
        return None
    run_ordered(job.pk)
    job.refresh_from_db()
    member.refresh_from_db()
    return job
