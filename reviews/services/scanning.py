"""Looking again at messages that stand already: at those of one author, and at new ones when a text is registered.

A scan shows a moderator candidates and acts upon nothing. What is compared again goes the way of every new message.
"""

from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Job, JobState, Member
from filmsite.lib.waking import wake, wake_on_commit
from reviews.comparing import compare_as_it_stands
from reviews.copy_index import LEAST_SHARED, IndexTooSlow
from reviews.copydetect.rules import Level
from reviews.models import KnownKind, KnownText, Review, ReviewState
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

NEWEST_DAYS: Final = 30
# Somewhat more than the time between two turns, so that none falls between them.
_REGISTERED_WITHIN: Final = timedelta(hours=36)
# The prints of what was registered lately are found by reading all of them once: no index leads from a text to its own.
_SHARING: Final = """
    WITH new AS MATERIALIZED (
        SELECT DISTINCT hash, known_id FROM reviews_fingerprint WHERE known_id = ANY (%(new)s)
    )
    INSERT INTO reviews_delayedscreening (review_id, said, attempts, due_at)
    SELECT DISTINCT review.id, '{}'::jsonb, 0, now()
    FROM (
        SELECT held.known_id, new.known_id AS source_id
        FROM new JOIN reviews_fingerprint AS held ON held.hash = new.hash AND held.known_id <> new.known_id
        GROUP BY 1, 2 HAVING count(*) >= %(least)s
    ) AS pair
        JOIN reviews_knowntext AS known ON known.id = pair.known_id
        JOIN reviews_review AS review ON review.id = known.review_id
    WHERE review.state = 'published' AND review.created_at > %(since)s
        AND NOT EXISTS (
            SELECT FROM reviews_evidence AS evidence JOIN reviews_case AS held_case ON held_case.id = evidence.case_id
            WHERE held_case.review_id = review.id AND evidence.source_id = pair.source_id
        )
    ON CONFLICT (review_id) DO NOTHING
"""


def compare_newest_again() -> int:
    """Order that the messages of the last 30 days which share runs of words with a text registered after them are compared
    with it. Returns how many. Reads the whole index, if anything was registered at all.
    """
    now = timezone.now()
    registered = KnownText.objects.filter(
        kind=KnownKind.REGISTERED, algorithm__gt=0, indexed_at__gt=now - _REGISTERED_WITHIN
    )
    new = list(registered.values_list("pk", flat=True))
    if not new:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _SHARING, {"new": new, "least": LEAST_SHARED, "since": now - timedelta(days=NEWEST_DAYS)}
        )
        return cursor.rowcount


@transaction.atomic
def order_scan(*, author: Member, moderator: Member) -> Job:
    """Order that all texts of an author are compared with what is known; a scan of the last hour is given back as it is."""
    scans = Job.objects.filter(kind=KIND, parameters__author=author.pk).exclude(state=JobState.FAILED)
    if (fresh := scans.filter(started_at__gt=timezone.now() - FRESH_FOR).first()) is not None:
        return fresh
    texts = Review.objects.filter(author=author, state=ReviewState.PUBLISHED).count()
    job = Job.objects.create(
        kind=KIND, owner=moderator, parameters={"author": author.pk}, total=min(texts, MOST_TEXTS)
    )
    wake_on_commit(scan_later, job.pk)
    return job


def scan_of(author: Member) -> Job | None:
    """The newest scan of an author, done or under way. `candidates_in` reads what it found."""
    return Job.objects.filter(kind=KIND, parameters__author=author.pk).first()


def candidates_in(job: Job) -> list[dict[str, Any]]:
    """What a scan found, the most copied words first: the message's id, its section, words, share (0 to 1) and level, and of
    each of its sources the known text's id, what it is called, where it stands and how many words are shared with it.
    """
    return list(job.counts.get("candidates", []))


def run_scan(job_pk: int) -> None:
    """Carry out a scan, or go on where a worker left off. One that is done, or in another worker's hands, is left alone."""
    while _scan_portion(job_pk):
        pass


def sweep_scans() -> int:
    """Wake a worker for the scans that nobody finished. Returns how many."""
    waiting = Job.objects.filter(kind=KIND, state=JobState.RUNNING).order_by("pk")
    pks = list(waiting.values_list("pk", flat=True)[:_SWEPT_AT_ONCE])
    for pk in pks:
        wake(scan_later, pk)
    return len(pks)


@transaction.atomic
def _scan_portion(job_pk: int) -> bool:
    """Look at the next texts and note how far the scan is, in one transaction. Whether there may be more."""
    jobs = Job.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
    job = jobs.filter(pk=job_pk, kind=KIND, state=JobState.RUNNING).first()
    if job is None:
        return False
    author, at = job.parameters["author"], job.parameters.get("at")
    texts = Review.objects.filter(author=author, state=ReviewState.PUBLISHED).with_subject()
    if at is not None:
        texts = texts.filter(pk__lt=at)
    portion = list(texts.select_related("parent").order_by("-pk")[: min(_PORTION, MOST_TEXTS - job.done)])
    found = [*candidates_in(job), *filter(None, map(_candidate, portion))]
    found.sort(key=lambda candidate: -candidate["words"])
    job.counts = {
        "candidates": found[:MOST_CANDIDATES],
        "found": job.counts.get("found", 0) + len(found) - len(candidates_in(job)),
    }
    job.done += len(portion)
    if portion:
        job.parameters["at"] = portion[-1].pk
    else:
        job.state, job.finished_at = JobState.DONE, timezone.now()
    job.save(update_fields=["parameters", "counts", "done", "state", "finished_at"])
    return bool(portion)


def _candidate(review: Review) -> dict[str, Any] | None:
    """What a moderator may want to look at in a message, or None. What its author said of it is shown, not taken for granted."""
    try:
        assessment = compare_as_it_stands(review)
    except IndexTooSlow:
        return {
            "review": review.pk,
            "section": review.subject.section,
            "words": 0,
            "share": 0,
            "level": "unread",
            "sources": [],
        }
    if assessment.level is Level.NONE:
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
        "review": review.pk,
        "section": review.subject.section,
        "words": assessment.words,
        "share": round(assessment.share, 3),
        "level": str(assessment.level),
        "sources": list(sources.values()),
    }
