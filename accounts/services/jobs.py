"""The life of a `Job` row: started, brought up to date while the work goes on, and closed whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from django.utils import timezone

from accounts.models import Job, JobState, Member

FAILURES_KEPT: Final = 1000
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
