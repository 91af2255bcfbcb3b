"""Looking again at all texts of one author that stand already: messages, and whatever else they wrote.

A scan shows a moderator candidates and acts upon nothing.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Job, JobState, Member
from accounts.services.jobs import count_failure
from filmsite.lib.waking import wake, wake_on_commit
from reviews.copy_index import IndexTooSlow
from reviews.copydetect.rules import Level
from reviews.models import Matter
from reviews.moderation.targets import Target, load_targets
from reviews.moderation.texts_of import newest_texts_of
from reviews.services.examining import compare_for_moderator
from reviews.tasks import scan_author as scan_later

KIND: Final = "moderation.scan-author"
# Of one author so many texts are looked at, the newest first; some 20 ms each.
MOST_TEXTS: Final = 2_000
# So many candidates are kept, those with the most copied words.
MOST_CANDIDATES: Final = 200
# A scan stays as it is for so long; who asks again within that time gets it.
FRESH_FOR: Final = timedelta(hours=1)
_PORTION: Final = 50
_SWEPT_AT_ONCE: Final = 20


@transaction.atomic
def order_scan(*, author: Member, moderator: Member) -> Job:
    """Order that all texts of an author are compared with what is known; a scan of the last hour is given back as it is."""
    scans = _scans().filter(parameters__author=author.pk).exclude(state=JobState.FAILED)
    if (fresh := scans.filter(started_at__gt=timezone.now() - FRESH_FOR).first()) is not None:
        return fresh
    texts = newest_texts_of(author, at_most=MOST_TEXTS)
    job = Job.objects.create(
        kind=KIND, owner=moderator, parameters={"author": author.pk, "texts": texts}, total=len(texts)
    )
    wake_on_commit(scan_later, job.pk)
    return job


def scan_of(author: Member) -> Job | None:
    """The newest scan of an author, done or under way. `candidates_in` reads what it found."""
    return _scans().filter(parameters__author=author.pk).first()


def candidates_in(job: Job) -> list[dict[str, Any]]:
    """What a scan found, the most copied words first: the text's matter and the number of its row, its section, words, share
    (0 to 1) and level, and of each of its sources the known text's id, what it is called, where it stands and how many words
    are shared with it.
    """
    return list(job.counts.get("candidates", []))


def run_scan(job_pk: int) -> None:
    """Carry out a scan, or go on where a worker left off. One that is done, or in another worker's hands, is left alone.

    Raises whatever a portion raises; after a few times in a row the scan has failed, and no sweep goes on with it.
    """
    try:
        while _scan_portion(job_pk):
            pass
    except Exception as error:
        count_failure(job_pk, error)
        raise


def sweep_scans() -> int:
    """Wake a worker for the scans that nobody finished, and end those that nobody here can go on with. Returns how many woke one."""
    left = Job.objects.filter(kind=KIND, state=JobState.RUNNING).exclude(parameters__has_key="texts")
    left.update(state=JobState.FAILED, finished_at=timezone.now())
    waiting = _scans().filter(state=JobState.RUNNING).order_by("pk")
    pks = list(waiting.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    for pk in pks:
        wake(scan_later, pk)
    return len(pks)


def _scans() -> QuerySet[Job]:
    """Without those of the release before, which name messages alone: a process of it may order and finish some meanwhile."""
    return Job.objects.filter(kind=KIND, parameters__has_key="texts")


@transaction.atomic
def _scan_portion(job_pk: int) -> bool:
    """Look at the next texts and note how far the scan is, in one transaction. Whether there may be more."""
    jobs = _scans().select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = jobs.filter(pk=job_pk, state=JobState.RUNNING).first()
    if job is None:
        return False
    portion = [(Matter(matter), pk) for matter, pk in job.parameters["texts"][job.done : job.done + _PORTION]]
    targets = load_targets(portion)
    author = job.parameters["author"]
    standing = [targets[text] for text in portion if text in targets]
    theirs = [target for target in standing if target.author is not None and target.author.pk == author]
    found = [*candidates_in(job), *filter(None, map(_candidate, theirs))]
    found.sort(key=lambda candidate: -candidate["words"])
    job.counts = {
        "candidates": found[:MOST_CANDIDATES],
        "found": job.counts.get("found", 0) + len(found) - len(candidates_in(job)),
    }
    job.done += len(portion)
    if not portion:
        job.state, job.finished_at = JobState.DONE, timezone.now()
    job.save(update_fields=["counts", "done", "state", "finished_at"])
    return bool(portion)


def _candidate(target: Target) -> dict[str, Any] | None:
    """What a moderator may want to look at in a text, or None. What its author said of it is shown, not taken for granted."""
    about = {"matter": target.matter, "number": target.row.pk, "section": target.section}
    try:
        assessment = compare_for_moderator(target)
    except IndexTooSlow:
        return {**about, "words": 0, "share": 0, "level": "unread", "sources": []}
    if assessment is None or assessment.level is Level.NONE:
        return None
    sources: dict[int, dict[str, Any]] = {}
    for finding in assessment.findings:
        source = finding.source
        known = sources.setdefault(
            source.id,
            {
                "known_text": source.id,
                "kind": source.kind,
                "label": source.label,
                "url": source.url,
                "words": 0,
            },
        )
        known["words"] += finding.words
    return {
        **about,
        "words": assessment.words,
        "share": round(assessment.share, 3),
        "level": str(assessment.level),
        "sources": list(sources.values()),
    }
