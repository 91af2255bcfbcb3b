"""The life of a `Job` row: started, brought up to date while the work goes on, and closed whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import structlog
from django.db import transaction
from django.utils import timezone

from accounts.models import Job, JobState, Member

log = structlog.get_logger("filmsite.jobs")

FAILURES_KEPT: Final = 1000
# A job that goes on in portions has failed when one of them did so often in a row.
MOST_FAILURES: Final = 5
_SECONDS_BETWEEN_SAVES: Final = 1.0


@dataclass
class JobRun:
    """A job that is running. `counts` and `failures` are stored with the progress and at the end."""

    job: Job
    counts: dict[str, Any] = field(default_factory=dict)
    failures: list[dict[str, Any]] = field(default_factory=list)
    _saved_at: float = 0.0

    def expect(self, total: int) -> None:
        """Say how many units of work there are in all, for a progress bar."""
        self.job.total = total
        self._save()

    def advance(self, units: int) -> None:
        """Count units as done; the row is written at most once a second."""
        self.job.done += units
        if monotonic() - self._saved_at >= _SECONDS_BETWEEN_SAVES:
            self._save()

    def _save(self, **ending: object) -> None:
        self.job.counts, self.job.failures = self.counts, self.failures[:FAILURES_KEPT]
        for name, value in ending.items():
            setattr(self.job, name, value)
        self.job.save(update_fields=["done", "total", "counts", "failures", *ending])
        self._saved_at = monotonic()


@contextmanager
def run_job(
    *, kind: str, owner: Member | None = None, parameters: dict[str, Any] | None = None
) -> Iterator[JobRun]:
    """Keep a Job row for the work of the block: done at its end, failed with the error when it raises.

    Each update is a transaction of its own, so that others can watch: the block must not stand inside a transaction,
    and opens its own where the work needs one.
    """
    run = JobRun(Job.objects.create(kind=kind, owner=owner, parameters=parameters or {}))
    try:
        yield run
    except BaseException as error:
        run._save(state=JobState.FAILED, error=str(error) or type(error).__name__, finished_at=timezone.now())
        raise
    run._save(state=JobState.DONE, finished_at=timezone.now())


@transaction.atomic
def count_failure(pk: int, error: Exception) -> None:
    """Count that a portion of a job raised, in `counts`; the job has failed with that error after `MOST_FAILURES` in a row.

    For jobs that a sweep wakes again: a portion that succeeds writes `counts` without the number of those that failed.
    """
    job = (
        Job.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk, state=JobState.RUNNING).first()
    )
    if job is None:
        return
    job.counts["failed"] = job.counts.get("failed", 0) + 1
    if job.counts["failed"] >= MOST_FAILURES:
        job.state, job.finished_at = JobState.FAILED, timezone.now()
        job.error = str(error) or type(error).__name__
        log.error("a job has failed", job=pk, kind=job.kind, error=job.error)
    job.save(update_fields=["counts", "state", "finished_at", "error"])
