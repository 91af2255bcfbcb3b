"""Suspending a member and lifting it, with everything that follows: one job, exact at every moment, harmless when run twice.

Whether somebody is suspended follows from the measures in force (`reviews.services.measures`). While they are, their votes
stay theirs and count nowhere. The totals follow by trigger, in the transaction that suspends; kept pages of the titles
are forgotten with it, and the browse table follows within the minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, Q, QuerySet
from django.utils import timezone

from accounts.models import Job, JobState, Member
from films.tasks import refresh_changed_listings
from filmsite.lib.kept import forget_pages
from filmsite.lib.waking import wake, wake_on_commit
from reviews.counting import counts
from reviews.models import Measure, MeasureKind, NotificationKind
from reviews.services.notifying import notify
from reviews.tasks import run_suspension

SUSPEND: Final = "members.suspend"
LIFT: Final = "members.lift"
# So many votes follow while staff wait for the page; more are for a worker.
_AT_ONCE: Final = 2000
_SWEPT_AT_ONCE: Final = 200

# Votes whose counting hangs on nothing but the suspension, and the titles (a season with its show) that they are on.
_IMPACT = f"""
    SELECT count(DISTINCT vote.id), count(DISTINCT shown.id)
    FROM reviews_vote AS vote
    JOIN films_title AS title ON title.id = vote.title_id
    JOIN (SELECT NULL::timestamptz AS suspended_at, %(member)s::bigint AS id) AS member ON member.id = vote.member_id
    CROSS JOIN LATERAL unnest(ARRAY[title.id, title.parent_id]) AS shown (id)
    WHERE {counts(member="member", title="title")}
"""  # noqa: S608  (only SQL of our own)

# In the order in which merges take them.
_HOLD_VOTES = "SELECT FROM reviews_vote WHERE member_id = %s ORDER BY id FOR UPDATE"

_COUNTED = """
    SELECT vote.title_id, title.parent_id
    FROM reviews_vote AS vote JOIN films_title AS title ON title.id = vote.title_id
    WHERE vote.member_id = %s AND vote.counted
"""


@dataclass(frozen=True, slots=True)
class Impact:
    """What a suspension takes out of the numbers, or its end brings back: votes, and titles (shows among them)."""

    votes: int
    titles: int


def impact_of(member: Member) -> Impact:
    """What suspending the member, or lifting that, would change now. One query over their votes."""
    with connection.cursor() as cursor:
        cursor.execute(_IMPACT, {"member": member.pk, "today": timezone.now().date()})
        return Impact(*cursor.fetchone())


def settle_suspension(*, member: Member, actor: Member | None, reason: str) -> Job:
    """Order that the member is suspended, or not any more, as the measures in force say.

    Part of the caller's transaction: it is done as soon as that is stored, or by a worker where they have very many
    votes. Ordering what is already so changes nothing. The job's counts say how many votes and titles it changed.
    """
    job = Job.objects.create(
        kind=SUSPEND if in_force(MeasureKind.SUSPENSION).filter(member=member).exists() else LIFT,
        owner=actor,
        total=impact_of(member).votes,
        parameters={"member": member.pk, "reason": reason},
    )
    transaction.on_commit(partial(_begin, job), robust=True)
    return job


def in_force(kind: str) -> QuerySet[Measure]:
    """The measures of this kind that hold now."""
    now = timezone.now()
    return Measure.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), kind=kind, starts_at__lte=now, lifted_at=None, is_annulled=False
    )


def follow_pace(member_pk: int) -> None:
    """Let the member's pace follow the measures in force. Harmless when run twice."""
    with transaction.atomic():
        member = Member.objects.select_for_update(no_key=True).get(pk=member_pk)
        held = in_force(MeasureKind.SLOW).filter(member=member)
        until = held.aggregate(until=Max("ends_at"))["until"]
        if member.slowed_until != until:
            Member.objects.filter(pk=member_pk).update(slowed_until=until)


def run_ordered(job_pk: int) -> None:
    """Carry out an order that waits; one that was carried out, or is in another worker's hands, is left alone.

    What holds now is what happens: an order to suspend that comes after the measure was lifted changes nothing.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .filter(pk=job_pk, state=JobState.RUNNING)
            .first()
        )
        if job is None:
            return
        member = Member.objects.select_for_update(no_key=True).filter(pk=job.parameters["member"]).first()
        if member is not None:
            changed = _follow_measures(job, member)
            if changed is not None:
                titles = {pk for pair in changed for pk in pair if pk}
                job.counts = {"votes": len(changed), "titles": len(titles)}
        job.done, job.state, job.finished_at = job.total or 0, JobState.DONE, timezone.now()
        job.save(update_fields=["done", "counts", "state", "finished_at"])


def sweep_suspensions() -> int:
    """End what is over, and make up for what stands still; answers how much of both there was."""
    now = timezone.now()
    over = Member.objects.filter(
        suspended_at__isnull=False,
        suspended_until__lte=now,
        measures__kind=MeasureKind.SUSPENSION,
        measures__ends_at__lte=now,
    )
    ended = list(over.distinct()[:_SWEPT_AT_ONCE])
    for member in ended:
        settle_suspension(member=member, actor=None, reason="")
    behind = set(_paced_otherwise().values_list("member", flat=True)[:_SWEPT_AT_ONCE])
    for pk in sorted(behind):
        follow_pace(pk)
    late = Job.objects.filter(kind__in=[SUSPEND, LIFT], started_at__lt=now - timedelta(minutes=1))
    standing = list(late.filter(state=JobState.RUNNING).values_list("pk", flat=True))
    for pk in standing:
        wake(run_suspension, pk)
    return len(ended) + len(behind) + len(standing)


def _paced_otherwise() -> QuerySet[Measure]:
    """Measures that did not reach their member's row: the process died between the decision and what follows from it."""
    now = timezone.now()
    unheard = in_force(MeasureKind.SLOW).exclude(member__slowed_until__gte=F("ends_at"))
    held_still = Q(member__slowed_until__gt=now, lifted_at__gt=now - timedelta(days=1))
    return unheard | Measure.objects.filter(held_still, kind=MeasureKind.SLOW).exclude(
        member__in=in_force(MeasureKind.SLOW).values("member")
    )


def _begin(job: Job) -> None:
    """Carry an order out now that it is stored, if that is quick."""
    if (job.total or 0) > _AT_ONCE:
        wake(run_suspension, job.pk)
        return
    try:
        run_ordered(job.pk)
    except OperationalError:
        # Somebody held the member or one of the votes for too long: the order stands, and a worker tries again.
        wake(run_suspension, job.pk)


def _follow_measures(job: Job, member: Member) -> Sequence[tuple[int, int | None]] | None:
    """Give the titles of the votes that count no longer, or count again, each with its show; None if none was to change."""
    held = list(in_force(MeasureKind.SUSPENSION).filter(member=member).values_list("ends_at", flat=True))
    if not held:
        return _lift(job, member) if member.is_suspended else None
    ends = [moment for moment in held if moment is not None]
    until = max(ends) if len(ends) == len(held) else None
    if member.is_suspended:
        Member.objects.filter(pk=member.pk).update(suspended_until=until)
        return None
    return _suspend(member, until)


def _suspend(member: Member, until: datetime | None) -> Sequence[tuple[int, int | None]]:
    changed = _held_and_counted(member)
    Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now(), suspended_until=until)
    _follow(changed)
    return changed


def _lift(job: Job, member: Member) -> Sequence[tuple[int, int | None]]:
    _held_and_counted(member)
    Member.objects.filter(pk=member.pk).update(suspended_at=None, suspended_until=None)
    changed = _rows(_COUNTED, member)
    _follow(changed)
    notify(
        recipients=[member],
        kind=NotificationKind.ACCOUNT,
        key=f"suspension_lifted:{job.pk}",
        detail={"news": "suspension_lifted", "reason": job.parameters["reason"]},
    )
    return changed


def _held_and_counted(member: Member) -> list[tuple[int, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_VOTES, [member.pk])
    return _rows(_COUNTED, member)


def _rows(statement: str, member: Member) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [member.pk])
        return cursor.fetchall()


def _follow(changed: Sequence[tuple[int, int | None]]) -> None:
    forget_pages(title_ids={pk for pair in changed for pk in pair})
    wake_on_commit(refresh_changed_listings)
