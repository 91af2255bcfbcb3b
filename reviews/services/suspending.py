"""Suspending a member and lifting it, with everything that follows: one job, exact at every moment, harmless when run twice.

While somebody is suspended their votes stay theirs and count nowhere. The totals follow by trigger, in the transaction
that suspends; kept pages of the titles are forgotten with it, and the browse table follows within the minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import OperationalError, connection, transaction
from django.utils import timezone

from accounts.models import Job, JobState, Member, Section
from films.tasks import refresh_changed_listings
from filmsite.lib.kept import forget_pages
from filmsite.lib.waking import wake, wake_on_commit
from reviews.counting import counts
from reviews.models import LogEntry, NotificationKind
from reviews.services.notifying import notify
from reviews.tasks import mail_suspension, run_suspension

SUSPEND: Final = "members.suspend"
LIFT: Final = "members.lift"
# So many votes follow while staff wait for the page; more are for a worker.
_AT_ONCE: Final = 2000

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


def suspend_member(*, member: Member, actor: Member, reason: str) -> Job:
    """Suspend the member: done when this returns, or by a worker where they have very many votes.

    Answers the job, whose counts say how many votes and titles it changed. Suspending twice changes nothing.
    """
    return _order(SUSPEND, member=member, actor=actor, reason=reason)


def lift_suspension(*, member: Member, actor: Member, reason: str) -> Job:
    """Let the member vote and write again, and every vote count that nothing else holds back. Answers the job."""
    return _order(LIFT, member=member, actor=actor, reason=reason)


def run_ordered(job_pk: int) -> None:
    """Carry out an order that waits; one that was carried out, or is in another worker's hands, is left alone."""
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("owner")
            .filter(pk=job_pk, state=JobState.RUNNING)
            .first()
        )
        if job is None:
            return
        member = Member.objects.select_for_update(no_key=True).filter(pk=job.parameters["member"]).first()
        if member is not None and member.is_suspended != (job.kind == SUSPEND):
            changed = _suspend(job, member) if job.kind == SUSPEND else _lift(job, member)
            titles = {pk for pair in changed for pk in pair if pk}
            # Who is suspended is told by mail, which is on its way; who is not any more, as of any other news.
            job.counts = {"votes": len(changed), "titles": len(titles), "told": job.kind == LIFT}
            _log(job)
        job.done, job.state, job.finished_at = job.total or 0, JobState.DONE, timezone.now()
        job.save(update_fields=["done", "counts", "state", "finished_at"])


def sweep_suspensions() -> int:
    """Wake a worker for every order that stands still and every mail that has not gone out; answers how many."""
    late = Job.objects.filter(kind__in=[SUSPEND, LIFT], started_at__lt=timezone.now() - timedelta(minutes=1))
    standing = list(late.filter(state=JobState.RUNNING).values_list("pk", flat=True))
    unsaid = list(late.filter(state=JobState.DONE, counts__told=False).values_list("pk", flat=True))
    for task, pks in ((run_suspension, standing), (mail_suspension, unsaid)):
        for pk in pks:
            wake(task, pk)
    return len(standing) + len(unsaid)


def _order(kind: str, *, member: Member, actor: Member, reason: str) -> Job:
    votes = impact_of(member).votes
    job = Job.objects.create(
        kind=kind, owner=actor, total=votes, parameters={"member": member.pk, "reason": reason}
    )
    if votes > _AT_ONCE:
        wake_on_commit(run_suspension, job.pk)
        return job
    try:
        run_ordered(job.pk)
    except OperationalError:
        # Somebody held the member or one of the votes for too long: the order stands, and a worker tries again.
        wake_on_commit(run_suspension, job.pk)
    job.refresh_from_db()
    return job


def _suspend(job: Job, member: Member) -> Sequence[tuple[int, int | None]]:
    """Give the titles of the votes that no longer count, each with its show."""
    # Told first: who is suspended is told nothing on the site. Their mail is one of its own.
    _notify(job, member, "suspended")
    changed = _held_and_counted(member)
    Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    _follow(changed)
    wake_on_commit(mail_suspension, job.pk)
    return changed


def _lift(job: Job, member: Member) -> Sequence[tuple[int, int | None]]:
    """Give the titles of the votes that count again, each with its show."""
    _held_and_counted(member)
    Member.objects.filter(pk=member.pk).update(suspended_at=None)
    changed = _rows(_COUNTED, member)
    _follow(changed)
    _notify(job, member, "suspension_lifted")
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


def _notify(job: Job, member: Member, news: str) -> None:
    notify(
        recipients=[member],
        kind=NotificationKind.ACCOUNT,
        key=f"{news}:{job.pk}",
        detail={"news": news, "reason": job.parameters["reason"]},
    )


def _log(job: Job) -> None:
    """A public line with the reason; who it is about stays out."""
    LogEntry.objects.create(
        verb="reviews.member.suspended" if job.kind == SUSPEND else "reviews.member.lifted",
        section=Section.MEMBERS,
        reason=job.parameters["reason"],
        moderator_number=job.owner_id,
    )
