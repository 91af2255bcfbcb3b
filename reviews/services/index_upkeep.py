"""The index of known texts as a whole: made the first time, made anew, swept, and tidied each night.

Making it is a `Job` that goes on in turns, by the sweep and, where somebody is in a hurry, by `manage.py known_texts
rebuild` in several processes: first every text that is not known becomes a row that waits, then each takes rows that
wait. What is made stays made when a process dies.
"""

from time import monotonic
from typing import Final, NamedTuple

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import Job, JobState, Member
from accounts.services.jobs import run_job
from reviews.copy_index import COMMON
from reviews.models import KnownText
from reviews.services.indexing import WAITING, index_portion

log = structlog.get_logger("reviews.indexing")

INDEXING: Final = "known_texts.index"
TIDYING: Final = "known_texts.tidy"
# A turn of the sweep lasts so many seconds, once a minute.
SECONDS: Final = 20.0
# Ids a statement that makes texts known.
_STEP: Final = 20_000
# From so many texts on it pays to fill an empty table first and to build its index at the end.
_MANY: Final = 20_000


class _Source(NamedTuple):
    """Where texts of a kind stand: table, column of `KnownText` that leads there, whose, which have words, their hash."""

    kind: str
    table: str
    column: str
    author: str
    has_words: str
    hash: str


_SOURCES: Final = (
    _Source("review", "reviews_review", "review_id", "text.author_id", "text.body <> ''", "text.source_hash"),
    _Source(
        "plot",
        "films_title",
        "title_id",
        "text.plot_author_id",
        "text.plot <> '' AND text.merged_into_id IS NULL",
        "encode(sha256(convert_to(text.plot, 'UTF8')), 'hex')",
    ),
    _Source(
        "biography",
        "films_person",
        "person_id",
        "NULL::bigint",
        "text.biography <> ''",
        "encode(sha256(convert_to(text.biography, 'UTF8')), 'hex')",
    ),
)
_NOT_KNOWN: Final = """
    FROM {source.table} AS text
    WHERE {source.has_words} AND NOT EXISTS (
        SELECT FROM reviews_knowntext AS known WHERE known.{source.column} = text.id
    )
"""
_NOTE: Final = (
    """
    INSERT INTO reviews_knowntext (
        kind, {source.column}, author_id, written_at, indexed_at, algorithm,
        label, url, holder, section, text, words, first_words, source_hash
    )
    SELECT '{source.kind}', text.id, {source.author}, text.created_at, now(), {waiting}, '', '', '', '', '', 0, 0, ''
    """
    + _NOT_KNOWN
    + "AND text.id > %(after)s AND text.id <= %(until)s ORDER BY text.id ON CONFLICT DO NOTHING"
)
_NEXT: Final = (
    "SELECT max(id) FROM (SELECT id FROM {source.table} WHERE id > %s ORDER BY id LIMIT %s) AS next"
)
_CHANGED: Final = """
    UPDATE reviews_knowntext AS known SET algorithm = {waiting} FROM {source.table} AS text
    WHERE known.{source.column} = text.id AND known.algorithm <> {waiting} AND known.source_hash <> {source.hash}
        AND {source.has_words}
"""
_ORPHANS: Final = """
    DELETE FROM reviews_fingerprint AS print
    WHERE NOT EXISTS (SELECT FROM reviews_knowntext AS known WHERE known.id = print.known_id)
"""
# Read in the order of the index, which needs no room: grouped by hash there are nearly as many groups as rows.
_FIND_COMMON: Final = """
    SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashagg = off;
    CREATE TEMPORARY TABLE frequent_run AS
        SELECT hash FROM reviews_fingerprint GROUP BY hash HAVING count(*) > %(people)s;
    SET LOCAL enable_seqscan = on; SET LOCAL enable_bitmapscan = on; SET LOCAL enable_hashagg = on;
    ANALYZE frequent_run;
    CREATE TEMPORARY TABLE common_run AS
        SELECT hash, count(DISTINCT coalesce(known.author_id, -known.id)) AS texts
        FROM frequent_run JOIN reviews_fingerprint AS print USING (hash)
            JOIN reviews_knowntext AS known ON known.id = print.known_id
        GROUP BY hash HAVING count(DISTINCT coalesce(known.author_id, -known.id)) > %(people)s;
    DELETE FROM reviews_commonrun AS old WHERE NOT EXISTS (SELECT FROM common_run WHERE hash = old.hash);
    INSERT INTO reviews_commonrun (hash, texts) SELECT hash, texts FROM common_run
    ON CONFLICT (hash) DO UPDATE SET texts = excluded.texts;
    DROP TABLE frequent_run, common_run
"""
# Of registered texts whose words are not kept nobody can make fingerprints again.
_EMPTY: Final = f"""
    CREATE TEMPORARY TABLE kept_print AS
        SELECT print.hash, print.known_id FROM reviews_fingerprint AS print
            JOIN reviews_knowntext AS known ON known.id = print.known_id
        WHERE known.kind IN ('registered', 'formula') AND known.text = '';
    UPDATE reviews_knowntext
    SET algorithm = {WAITING}, source_hash = CASE WHEN text = '' THEN '' ELSE source_hash END
    WHERE kind NOT IN ('registered', 'formula') OR text <> '';
    TRUNCATE reviews_fingerprint;
    INSERT INTO reviews_fingerprint (hash, known_id) SELECT hash, known_id FROM kept_print;
    DROP TABLE kept_print
"""  # noqa: S608  (no value is put in but our own constant)
_DROP_INDEX: Final = "DROP INDEX IF EXISTS reviews_fingerprint_hash"
_BUILD_INDEX: Final = """
    SET LOCAL maintenance_work_mem = '512MB';
    CREATE INDEX IF NOT EXISTS reviews_fingerprint_hash ON reviews_fingerprint (hash) INCLUDE (known_id)
"""


def start_indexing(*, owner: Member | None = None, anew: bool = False) -> Job:
    """Order that every text of the site gets into the index, or with `anew` all of them again; the sweep begins it.

    Gives the job that is under way if there is one. A table that is empty does without its index until the end, and new
    texts are looked at later meanwhile. With `anew` it is emptied first.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # One at a time: two who ask at once would empty it under each other.
        cursor.execute("LOCK TABLE reviews_commonrun IN EXCLUSIVE MODE")
        under_way = _jobs(JobState.RUNNING, JobState.PAUSED).first()
        if under_way is not None and not anew:
            return under_way
        if under_way is not None:
            _end(under_way, "begun anew")
        total = _count_unknown()
        if anew:
            cursor.execute(_EMPTY)
        total += KnownText.objects.filter(algorithm=WAITING).count()
        cursor.execute("SELECT EXISTS (SELECT FROM reviews_fingerprint)")
        if total >= _MANY and (anew or not cursor.fetchone()[0]):
            cursor.execute(_DROP_INDEX)
        return Job.objects.create(
            kind=INDEXING, owner=owner, total=total, parameters={"anew": anew, "stage": 0, "after": 0}
        )


def pause_indexing() -> bool:
    """Let the work on older texts rest until it is resumed; whether it was running. New texts go on by their own tasks."""
    return bool(_jobs(JobState.RUNNING).update(state=JobState.PAUSED))


def resume_indexing() -> bool:
    """Go on; whether it was paused."""
    return bool(_jobs(JobState.PAUSED).update(state=JobState.RUNNING))


def is_indexing() -> bool:
    """Whether older texts are being indexed, and not paused."""
    return _jobs(JobState.RUNNING).exists()


def sweep_index() -> int:
    """One turn: the fingerprints that no task made, and the next part of the job; gives how many texts were indexed.

    On a site that never had an index it starts the job that makes one.
    """
    if _jobs(JobState.PAUSED).exists():
        return 0
    if not Job.objects.filter(kind=INDEXING).exists():
        start_indexing()
    return work_on_index(seconds=SECONDS)


def work_on_index(*, seconds: float) -> int:
    """Index what waits for so long at most; gives how many texts were indexed. Several processes may be at it."""
    until = monotonic() + seconds
    indexed = 0
    while monotonic() < until:
        if _note_unknown():
            continue
        made = index_portion()
        indexed += made
        running = _jobs(JobState.RUNNING)
        running.update(done=F("done") + made)
        if not made:
            _finish()
            break
        if _jobs(JobState.PAUSED).exists():
            break
    return indexed


def tidy_index() -> None:
    """Once a day: what changed or came in past the services, prints of texts that are gone, and the common runs.

    Reads the whole index, about a minute for two million texts, and holds nobody up.
    """
    today = timezone.localdate()
    if Job.objects.filter(kind=TIDYING, started_at__date=today).exists() or _jobs(JobState.RUNNING).exists():
        return
    with run_job(kind=TIDYING) as run:
        run.counts = {"changed": _note_changed(), "orphans": _delete_orphans(), "common": find_common_runs()}
        _vacuum()
        if unknown := _count_unknown():
            run.counts["unknown"] = unknown
            start_indexing()


def find_common_runs(*, more_than: int = COMMON) -> int:
    """Find the runs that more than so many people wrote, so that they tell nothing; gives how many there are."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIND_COMMON, {"people": more_than})
        cursor.execute("SELECT count(*) FROM reviews_commonrun")
        return int(cursor.fetchone()[0])


def _jobs(*states: JobState) -> QuerySet[Job]:
    return Job.objects.filter(kind=INDEXING, state__in=states)


def _note_unknown() -> bool:
    """Make some more texts known that are not, for the job that runs; whether there may be more."""
    with transaction.atomic(), connection.cursor() as cursor:
        job = _jobs(JobState.RUNNING).select_for_update(no_key=True, of=("self",)).first()
        if job is None or job.parameters["stage"] == len(_SOURCES):
            return False
        source, after = _SOURCES[job.parameters["stage"]], job.parameters["after"]
        cursor.execute(_NEXT.format(source=source), [after, _STEP])
        (until,) = cursor.fetchone()
        if until is None:
            job.parameters.update(stage=job.parameters["stage"] + 1, after=0)
        else:
            cursor.execute(_NOTE.format(source=source, waiting=WAITING), {"after": after, "until": until})
            job.parameters["after"] = until
        job.save(update_fields=["parameters"])
    return True


def _finish() -> None:
    """End the job when nothing waits any more, with everything that asking needs to be quick."""
    with transaction.atomic(), connection.cursor() as cursor:
        job = _jobs(JobState.RUNNING).select_for_update(no_key=True, of=("self",)).first()
        if job is None or KnownText.objects.filter(algorithm=WAITING).exists():
            return
        cursor.execute(_BUILD_INDEX)
        _end(job, "everything")
    _vacuum()
    find_common_runs()


def _end(job: Job, why: str) -> None:
    job.state, job.finished_at, job.counts = JobState.DONE, timezone.now(), {"ended": why}
    job.save(update_fields=["state", "finished_at", "counts"])


def _vacuum() -> None:
    """Let look-ups read the index alone: for pages that the visibility map does not hold they would read rows, too."""
    if connection.in_atomic_block:
        return
    with connection.cursor() as cursor:
        try:
            cursor.execute("VACUUM (ANALYZE) reviews_fingerprint")
            cursor.execute("VACUUM (ANALYZE) reviews_knowntext")
        except OperationalError as error:
            # Only slower meanwhile; autovacuum comes by as well.
            log.warning("index not vacuumed", error=str(error).strip())


def _count_unknown() -> int:
    number = 0
    with connection.cursor() as cursor:
        for source in _SOURCES:
            cursor.execute("SELECT count(*)" + _NOT_KNOWN.format(source=source))
            number += cursor.fetchone()[0]
    return number


def _note_changed() -> int:
    """Let those wait for new fingerprints whose words were changed past `indexing.note_text`, by an import."""
    changed = 0
    with connection.cursor() as cursor:
        for source in _SOURCES:
            cursor.execute(_CHANGED.format(source=source, waiting=WAITING))
            changed += cursor.rowcount
    return changed


def _delete_orphans() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_ORPHANS)
        return int(cursor.rowcount)
