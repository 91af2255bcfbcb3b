"""One change of many titles, or many changes at once: a job that goes on where it stopped, each title with its history.

What is ordered is the old and the new value of every fact. A fact that somebody changed meanwhile is left alone and
reported, so an order that is carried out late, or twice, overwrites nothing. So is a title with a fact that is locked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, JobState, Member
from accounts.services.jobs import FAILURES_KEPT
from films import tasks
from films.editing import Field, fields_of, locked_fields, read_facts, why_locked
from films.models import Change, Title
from films.services.editing import FactsRefused, write_facts
from filmsite.lib.waking import wake, wake_on_commit

KIND: Final = "edit.titles"
# More than this is for an importer.
MOST_TITLES: Final = 10_000
# So many are done while whoever ordered them waits.
_AT_ONCE: Final = 25
_CHUNK: Final = 25


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to become of a title: by key of the field the value that was seen and the value it shall have."""

    title: int
    old: dict[str, Any]
    new: dict[str, Any]


@transaction.atomic
def order_edits(*, edits: Sequence[Edit], editor: Member) -> Job:
    """Order the edits, at most `MOST_TITLES`: a few are done when this returns, more by a worker."""
    if len(edits) > MOST_TITLES:
        raise ValueError(f"{len(edits)} titles are more than {MOST_TITLES}.")
    job = Job.objects.create(
        kind=KIND,
        owner=editor,
        total=len(edits),
        parameters={"edits": [asdict(edit) for edit in edits]},
        counts={"changed": 0, "unchanged": 0, "rejected": 0},
    )
    if len(edits) <= _AT_ONCE:
        run_edits(job.pk)
        job.refresh_from_db()
    else:
        wake_on_commit(tasks.run_edits, job.pk)
    return job


def run_edits(job_pk: int) -> None:
    """Carry out what is left of a job. Of two workers with the same job one goes away."""
    # What is ordered never changes and may be megabytes: read once, and not written back with the progress.
    edits = Job.objects.filter(pk=job_pk).values_list("parameters__edits", flat=True).first() or []
    while _run_some(job_pk, edits):
        pass


def sweep_edits() -> int:
    """Wake a worker for every job that stands still; answers how many."""
    jobs = Job.objects.filter(
        kind=KIND, state=JobState.RUNNING, started_at__lt=timezone.now() - timedelta(minutes=1)
    )
    for pk in (found := list(jobs.values_list("pk", flat=True))):
        wake(tasks.run_edits, pk)
    return len(found)


def _run_some(job_pk: int, edits: Sequence[dict[str, Any]]) -> bool:
    """Carry out some more edits in one transaction with the progress; whether there are more to do."""
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("owner")
            .defer("parameters")
            .filter(pk=job_pk, state=JobState.RUNNING)
            .first()
        )
        if job is None:
            return False
        for edit in edits[job.done : job.done + _CHUNK]:
            outcome, reasons = _edit(Edit(**edit), job.owner)
            job.counts[outcome] += 1
            job.failures += [
                {"file": "", "line": edit["title"], "reason": reason}
                for reason in reasons[: FAILURES_KEPT - len(job.failures)]
            ]
            job.done += 1
        if job.done >= (job.total or 0):
            job.state, job.finished_at = JobState.DONE, timezone.now()
        job.save(update_fields=["done", "counts", "failures", "state", "finished_at"])
    return job.state == JobState.RUNNING


def _edit(edit: Edit, editor: Member | None) -> tuple[str, list[str]]:
    """Give a title its new facts; what came of it, and why not."""
    title = Title.objects.select_for_update(no_key=True).filter(pk=edit.title, merged_into=None).first()
    if title is None:
        return "rejected", [_("This title is not in the catalogue any more.")]
    fields, now = fields_of(title), read_facts(title, edit.new)
    wanted = {key: value for key, value in edit.new.items() if not fields[key].same(now[key], value)}
    reasons = [
        _("%(field)s was changed meanwhile.") % {"field": fields[key].label}
        for key in wanted
        if not fields[key].same(now[key], edit.old[key])
    ]
    reasons += say_locked(fields, locked_fields(title), wanted)
    if reasons or not wanted:
        return ("rejected" if reasons else "unchanged"), reasons
    try:
        with transaction.atomic():
            write_facts(title, wanted, actor=editor, origin=Change.Origin.STAFF)
    except FactsRefused as refused:
        return "rejected", [f"{fields[key].label}: {reason}" for key, reason in refused.reasons.items()]
    return "changed", []


def say_locked(fields: Mapping[str, Field], locks: Mapping[str, str], keys: Iterable[str]) -> list[str]:
    """A line for each of these facts of a title that no order may change, with the reason of the lock."""
    return [
        _("%(field)s is locked: %(reason)s") % {"field": fields[key].label, "reason": reason}
        for key, reason in why_locked(locks, keys).items()
    ]
