"""Making translations: what a worker does with the orders it has taken."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member, TranslationConsent
from filmsite.lib.text import escape_markdown
from filmsite.lib.waking import wake
from reviews.glossary import names_for
from reviews.models import Correction, Priority, Translation, TranslationStatus
from reviews.services import routing
from reviews.services.translating.claiming import Claim, claim, next_backfill
from reviews.services.translating.corrections import corrections_of
from reviews.services.translating.days import Work, count_work, next_day
from reviews.services.translating.health import QUOTA_WAIT, Wait, Way, Ways, note_failure, note_success
from reviews.services.translating.memory import SegmentMemory
from reviews.services.translating.settling import End, routes_tried, settle
from reviews.services.translating.wording import columns
from reviews.sources import Source, source_behind, with_sources
from reviews.tasks import make_translation
from reviews.translation.base import FailureKind
from reviews.translation.memory import PIPELINE_VERSION
from reviews.translation.pipeline import Status, TranslationOutcome, Words, translate_many

log = structlog.get_logger("reviews.translation")

DEADLINE_SECONDS: Final = 30.0
# A new text must not wait long behind a long one of a backfill; that one goes on where its time ended.
BACKFILL_DEADLINE_SECONDS: Final = 6.0
MOST_ATTEMPTS: Final = 8
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=6)
# The best way, and one other where the answers of the first are of no use.
MOST_WAYS: Final = 2
_READABLE: Final = (Status.DONE, Status.PARTIAL)
# Failures that say something of the engine or of the hour.
_ILL: Final = (FailureKind.RETRYABLE, FailureKind.BROKEN, FailureKind.REJECTED)


class _Consent:
    """Whether the authors of texts still let them go to engines of others; for one batch, whose texts go together."""

    def __init__(self, jobs: "Sequence[_Job]") -> None:
        self._authors = {job.source.author.pk for job in jobs if job.source.author is not None}
        self.is_withdrawn = False

    def stands(self) -> bool:
        """Ask again: somebody may have changed their mind since the batch was loaded. One query."""
        refused = ~Q(translation_consent=TranslationConsent.ANY)
        self.is_withdrawn = Member.objects.filter(refused, pk__in=self._authors).exists()
        return not self.is_withdrawn


@dataclass(slots=True)
class _Job:
    """One order in work: the row, the words, and what came of them."""

    row: Translation
    source: Source
    standing: dict[str, Correction] = field(default_factory=dict)
    way: Way | None = None
    body: TranslationOutcome | None = None
    headline: TranslationOutcome | None = None
    characters: int = 0
    # Whether the engine came further with the batch than the memory was before.
    has_progress: bool = False
    # Whether somebody in the batch wants their texts kept in the house since.
    is_called_off: bool = False
    wait: Wait | None = None
    # Longer than any of its engines may be sent in a day.
    is_too_long: bool = False
    keys: set[bytes] = field(default_factory=set)

    @property
    def length(self) -> int:
        return len(self.source.body) + len(self.source.headline)


def translate(pk: int) -> str:
    """Make an ordered translation and store it, with others that go along; answers what came of it, for the log.

    Called by a worker, any number of times for one order. Calls the engine, which takes seconds, outside of any
    transaction. Where more urgent orders wait they are made first, and this one is called for again ("made_way").
    """
    taken = claim(pk)
    if taken is None:
        return "not_due"
    ends = _work(taken)
    settle(taken, ends)
    for order, end in ends.items():
        if end.word == "continued":
            wake(make_translation, order)
    if taken.priority == Priority.BACKFILL and (following := next_backfill()) is not None:
        # Behind whatever was ordered meanwhile.
        wake(make_translation, following)
    if pk not in ends:
        wake(make_translation, pk)
        return "made_way"
    return ends[pk].word


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: by chance up to a time that doubles from 30 seconds to 6 hours."""
    longest = min(FIRST_RETRY * 2 ** max(attempts - 1, 0), LAST_RETRY)
    return longest * random.random()  # noqa: S311  (spreads the load; no secret)


def _work(taken: Claim) -> dict[int, End]:
    """What becomes of each row. Twelve queries or so for all of them together, and two for each call of the engine, three where it is on
    another machine.
    """
    ends: dict[int, End] = {}
    jobs: list[_Job] = []
    rows = with_sources(Translation.objects.filter(pk__in=taken.pks))
    # In the order in which they were taken: what does not fit into a day's budget is what came last.
    for row in sorted(rows, key=lambda row: taken.pks.index(row.pk)):
        source = source_behind(row)
        if row.attempts > MOST_ATTEMPTS:
            # The attempts before this one ended without a word: whatever the text does to the engine, it stops here.
            ends[row.pk] = _failure(row, "worker_lost")
        elif source is None or source.source_hash != row.source_hash or not source.wants_translation:
            ends[row.pk] = End("superseded")
        else:
            jobs.append(_Job(row, source))
    corrections = corrections_of([job.source for job in jobs])
    groups: dict[tuple[bool, tuple[str, ...]], list[_Job]] = defaultdict(list)
    for job in jobs:
        job.standing = corrections[job.source.kind, job.source.pk, job.row.target]
        groups[job.source.may_leave, tuple(job.row.avoid)].append(job)
    is_backfill = taken.priority == Priority.BACKFILL
    deadline = time.monotonic() + (BACKFILL_DEADLINE_SECONDS if is_backfill else DEADLINE_SECONDS)
    for group in groups.values():
        _translate_group(group, deadline)
    for job in jobs:
        ends[job.row.pk] = _end_of(job)
        ends[job.row.pk].keys = job.keys
    return ends


def _translate_group(jobs: Sequence[_Job], deadline: float) -> None:
    """Have texts of one pair translated that may go the same ways, by the best one that is open."""
    one = jobs[0]
    ways = Ways(_routes(one))
    for job in jobs:
        job.is_too_long = not ways.can_ever_take(job.length)
    tried: list[str] = []
    waiting = [job for job in jobs if not job.is_too_long]
    while waiting and len(tried) < MOST_WAYS:
        way = ways.open(characters=min(job.length for job in waiting), without=tried)
        if not isinstance(way, Way):
            for job in waiting:
                job.wait = way or job.wait
            return
        tried.append(way.route.engine.key)
        _ask(way, _within_budget(way, waiting), deadline)
        waiting = [job for job in waiting if job.way is not way or _wants_another_way(job)]


def _within_budget(way: Way, jobs: Sequence[_Job]) -> list[_Job]:
    """Those that the way may be sent today; the others wait for tomorrow, unless another way takes them."""
    if way.room is None:
        return list(jobs)
    room, within = way.room, []
    for job in jobs:
        if job.length <= room:
            room -= job.length
            within.append(job)
        else:
            job.wait = Wait(next_day(), "budget")
    return within


def _routes(job: _Job) -> list[Any]:
    return routing.router().routes(
        job.row.source_language, job.row.target, external=job.source.may_leave, avoid=job.row.avoid
    )


def _ask(way: Way, jobs: Sequence[_Job], deadline: float) -> None:
    memory = SegmentMemory()
    engine, placeholder = way.route.prepared(way.placeholders, memory)
    row = jobs[0].row
    names = names_for([job.source for job in jobs], src=row.source_language, dst=row.target)
    texts: list[Words] = []
    for job, known in zip(jobs, names, strict=True):
        corrections = {sentence: correction.text for sentence, correction in job.standing.items()}
        texts.append(Words(job.source.body, known, corrections))
        if job.source.headline:
            texts.append(Words(escape_markdown(job.source.headline), known, corrections, links=False))
    consent = _Consent(jobs) if engine.capabilities().external else None
    outcomes = translate_many(
        texts,
        src=row.source_language,
        dst=row.target,
        engine=engine,
        memory=memory,
        deadline=deadline,
        placeholder=placeholder,
        may_ask=consent.stands if consent else None,
    )
    memory.note_use()
    has_progress = any(outcome.fresh for outcome in outcomes)
    # Which text a sentence of the language in between belongs to is not known: it goes with any of them.
    between = memory.touched.difference(*(outcome.keys for outcome in outcomes))
    given = iter(outcomes)
    for job in jobs:
        job.way, job.body = way, next(given)
        job.headline = next(given) if job.source.headline else None
        made = [outcome for outcome in (job.body, job.headline) if outcome]
        job.characters += sum(outcome.characters for outcome in made)
        job.keys.update(between, *(outcome.keys for outcome in made))
        job.has_progress = has_progress
        job.is_called_off = consent is not None and consent.is_withdrawn
    _note(way, outcomes, has_progress=has_progress)


def _note(way: Way, outcomes: Sequence[TranslationOutcome], *, has_progress: bool) -> None:
    """Keep how the engine fared: once for the batch, and never because of one text that it does not like."""
    work = Work()
    for outcome in outcomes:
        work.add(outcome)
    count_work(way.route, work)
    quota = next((outcome for outcome in outcomes if outcome.reason == FailureKind.QUOTA), None)
    failed = next((outcome for outcome in outcomes if outcome.reason in _ILL), None)
    if quota is not None:
        note_failure(way, kind=quota.reason, retry_after=quota.retry_after)
    elif failed is not None and work.calls and (failed.retry_after or not has_progress):
        note_failure(way, kind=failed.reason, retry_after=failed.retry_after)
    else:
        note_success(way, asked=has_progress)


def _wants_another_way(job: _Job) -> bool:
    """Whether another engine may do better at once: this one's answers were of no use, or it takes no more today."""
    assert job.body is not None  # noqa: S101  (it was asked)
    return job.body.status not in _READABLE and job.body.reason != FailureKind.RETRYABLE


def _end_of(job: _Job) -> End:
    outcome, row = job.body, job.row
    if outcome is None:
        if job.is_too_long:
            return _failure(row, "over_budget")
        if job.wait is None:
            return _nobody(job)
        return _later(job, job.wait.until - timezone.now(), job.wait.reason, counts=False)
    if outcome.reason == FailureKind.QUOTA:
        waits = [timedelta(seconds=outcome.retry_after) if outcome.retry_after else QUOTA_WAIT]
        waits += [job.wait.until - timezone.now()] if job.wait else []
        return _later(job, min(waits), "quota", counts=False)
    if outcome.reason == FailureKind.RETRYABLE and (job.has_progress or job.is_called_off):
        # Out of time, but further than before, or in company that must not leave: go on in a new turn.
        return _later(job, timedelta(0), "continued", counts=False)
    may_retry = outcome.retry_after is not None or outcome.reason == FailureKind.BROKEN
    if may_retry and outcome.status != Status.DONE and row.attempts < MOST_ATTEMPTS:
        wait = max(timedelta(seconds=outcome.retry_after or 0), backoff(row.attempts))
        return _later(job, wait, outcome.reason, word="retry")
    if outcome.status not in _READABLE:
        return _failure(row, outcome.reason, characters=job.characters)
    return _result(job, outcome)


def _nobody(job: _Job) -> End:
    """No engine has the pair for this text: unsupported, or, where readers found all there are bad, a matter for people."""
    if job.row.avoid and routing.router().supports(
        job.row.source_language, job.row.target, external=job.source.may_leave
    ):
        return _failure(job.row, "avoided")
    return End("unsupported", {"status": TranslationStatus.UNSUPPORTED, "reason": "no_pair"})


def _later(job: _Job, wait: timedelta, reason: str, *, counts: bool = True, word: str = "") -> End:
    """Give the order back for later; a wait that is not the text's fault is no attempt."""
    values = {
        "next_attempt_at": timezone.now() + max(wait, timedelta(0)),
        "reason": reason[:200],
        "attempts": job.row.attempts - (0 if counts else 1),
        "characters": job.row.characters + job.characters,
    }
    return End(word or reason, values)


def _failure(row: Translation, reason: str, *, characters: int = 0) -> End:
    values: dict[str, Any] = {
        "status": TranslationStatus.FAILED,
        "reason": reason[:200],
        "finished_at": timezone.now(),
        "characters": row.characters + characters,
    }
    if row.content_hash != row.source_hash:
        values["fingerprint"] = routes_tried(row.source_language, row.target)
    if row.avoid:
        values["doubted_at"] = timezone.now()
    return End("failed", values)


def _result(job: _Job, outcome: TranslationOutcome) -> End:
    headline = job.headline if job.headline and job.headline.status == Status.DONE else None
    assert job.way is not None  # noqa: S101  (an outcome came by a way)
    values = columns(
        job.source,
        target=job.row.target,
        markdown=outcome.source,
        pairs=outcome.pairs,
        headline=headline.source if headline else "",
        headline_pairs=job.headline.pairs if job.headline else (),
        standing=job.standing,
    )
    values |= {
        "status": TranslationStatus(outcome.status.value),
        "reason": outcome.reason,
        "content_hash": job.row.source_hash,
        "engine": outcome.engine,
        "fingerprint": outcome.fingerprint,
        "pipeline_version": PIPELINE_VERSION,
        "via": job.way.route.via,
        "words": outcome.words,
        "characters": job.row.characters + job.characters,
        "finished_at": timezone.now(),
    }
    log.info("translated", translation=job.row.pk, words=outcome.words, engine_words=outcome.engine_words)
    texts = {sentence: correction.text for sentence, correction in job.standing.items()}
    return End(outcome.status.value, values, corrections=texts)
