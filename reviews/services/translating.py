"""Translations: ordered with the text, made by a worker, shown only while they are of the words that stand.

A `Translation` row is the order and the result. Whoever claims it holds a lease; a worker that dies loses the lease
with time, and a sweep wakes another. A result is stored only if the lease is still held and the review still says
what was translated, so that any number of deliveries, an edit or a removal meanwhile do no harm.
"""

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Member
from films.models import AlternativeTitle, Credit, Person, PersonName, Title
from filmsite.lib.languages import UNKNOWN, WRITING_LANGUAGES, primary, same_language
from filmsite.lib.text import escape_markdown, plain_text, render_review
from filmsite.lib.waking import wake, wake_on_commit
from reviews.models import EngineState, Review, ReviewState, Segment, Translation, TranslationStatus
from reviews.services.routing import router
from reviews.subjects import Subject
from reviews.tasks import translate_review
from reviews.translation.base import FailureKind
from reviews.translation.masking import Name
from reviews.translation.pipeline import PIPELINE_VERSION, Status, TranslationOutcome, translate_source
from reviews.translation.router import Route

log = structlog.get_logger("reviews.translation")

# Longer than the deadline and everything round it, and shorter than the broker waits before it hands a task of a
# dead worker to the next one. What is ready by the deadline is in the memory, and the next turn goes on from there.
LEASE = timedelta(seconds=45)
DEADLINE_SECONDS = 30.0
MOST_ATTEMPTS = 8
FIRST_RETRY, LAST_RETRY = timedelta(seconds=30), timedelta(hours=6)
FAILURES_TO_CLOSE = 5
FIRST_CLOSING, LAST_CLOSING = timedelta(seconds=30), timedelta(minutes=30)
QUOTA_WAIT = timedelta(hours=1)
SWEEP_AT_ONCE = 200
# A row younger than this is most likely on its way by its own wake-up.
SWEEP_AFTER = timedelta(seconds=30)
# More names than this are extras; each one costs a little in every sentence.
MOST_NAMES = 200
# What one page may order of older texts; a reader who stays gets the rest page by page.
MOST_ORDERS_A_PAGE = 50
CHOSEN_LANGUAGES_KEPT_SECONDS = 600


# --- Orders ---------------------------------------------------------------------------------------------


def order_translations(*, review: Review) -> None:
    """Store the orders that this text calls for, drop those of earlier words, wake workers on commit.

    Call it in the transaction that changes the text. A pair that no engine offers is stored as unsupported, so that
    readers are told; the sweep arms it again when the engines can do more.
    """
    targets = targets_of(review)
    orders = Translation.objects.filter(review=review)
    stale = orders.exclude(source_hash=review.source_hash, target__in=targets)
    stale.filter(status__in=_UNFINISHED).update(status=TranslationStatus.SUPERSEDED, lease_until=None)
    rows = {row.target: row for row in orders.filter(source_hash=review.source_hash).order_by("pk")}
    now = timezone.now()
    queued: list[int] = []
    for target in targets:
        row = rows.get(target)
        if row is not None and row.status != TranslationStatus.SUPERSEDED:
            continue
        row = row or Translation(review=review, source_hash=review.source_hash, target=target)
        row.source_language = review.language
        row.status = _first_status(review.language, target)
        row.attempts, row.queued_at, row.next_attempt_at, row.lease_until = 0, now, now, None
        row.save()
        if row.status == TranslationStatus.QUEUED:
            queued.append(row.pk)
    if queued:
        wake_on_commit(translate_review, *queued)


_UNFINISHED = (TranslationStatus.QUEUED, TranslationStatus.FAILED, TranslationStatus.UNSUPPORTED)


def targets_of(review: Review) -> list[str]:
    """The languages a text should be read in: none where its language is unknown or its author said no."""
    if not review.may_translate or primary(review.language) == UNKNOWN:
        return []
    return [target for target in _all_targets() if not same_language(target, review.language)]


def _all_targets() -> list[str]:
    """The languages of the settings and those that members read the site in. Asks for these at most every ten minutes.

    A language picked since is missing from a new text for that long, and `order_for_reader` makes up for it.
    """
    chosen = cache.get(_CHOSEN_LANGUAGES)
    if chosen is None:
        rows = (
            Member.objects.active().order_by().values_list("translate_into", "interface_language").distinct()
        )
        chosen = sorted({primary(into or site) for into, site in rows} - {""})
        cache.set(_CHOSEN_LANGUAGES, chosen, CHOSEN_LANGUAGES_KEPT_SECONDS)
    targets = list(settings.FILMSITE_TRANSLATION_TARGETS)
    return targets + [code for code in chosen if not any(same_language(code, target) for target in targets)]


_CHOSEN_LANGUAGES = "chosen-languages"


def reading_languages() -> dict[str, bool]:
    """The languages that a member may choose to read in, and whether an engine of this site translates into each."""
    offered = {primary(target) for _source, target in router().matrix()}
    wished = {primary(target) for target in settings.FILMSITE_TRANSLATION_TARGETS}
    return {code: code in offered for code in WRITING_LANGUAGES if code in offered | wished}


def order_for_reader(*, reviews: Sequence[Review], language: str) -> None:
    """Order translations of texts that are older than the wish to read them in this language.

    For texts of which a page found none: of the first `MOST_ORDERS_A_PAGE` that an engine can translate. Stores the
    orders and wakes a worker, once, when the surrounding transaction is stored; an error in that is logged and costs
    the page nothing.
    """
    target = next(
        (target for target in settings.FILMSITE_TRANSLATION_TARGETS if same_language(target, language)),
        language,
    )
    routed = {source: router().supports(source, target) for source in {review.language for review in reviews}}
    pks = [review.pk for review in reviews if routed[review.language]][:MOST_ORDERS_A_PAGE]

    def order() -> None:
        _order_missing(pks, target)

    if pks:
        transaction.on_commit(order, robust=True)


@transaction.atomic
def _order_missing(pks: Sequence[int], target: str) -> None:
    # A text that somebody holds is about to change, or is being ordered by another reader: it is for the next page.
    reviews = Review.objects.select_for_update(skip_locked=True, no_key=True).filter(
        pk__in=pks, state=ReviewState.PUBLISHED, may_translate=True
    )
    current = {(review.pk, review.source_hash): review for review in reviews.order_by("pk")}
    now = timezone.now()
    woken: list[int] = []
    for row in Translation.objects.filter(review__in={pk for pk, _hash in current}, target=target):
        if current.pop((row.review_id, row.source_hash), None) and row.status == TranslationStatus.SUPERSEDED:
            row.status, row.attempts, row.next_attempt_at, row.lease_until = (
                TranslationStatus.QUEUED,
                0,
                now,
                None,
            )
            row.save(update_fields=["status", "attempts", "next_attempt_at", "lease_until"])
            woken.append(row.pk)
    created = Translation.objects.bulk_create(
        Translation(
            review=review,
            source_hash=review.source_hash,
            source_language=review.language,
            target=target,
            next_attempt_at=now,
        )
        for review in current.values()
    )
    woken += [row.pk for row in created]
    if woken:
        wake_on_commit(translate_review, *woken)


def _first_status(source: str, target: str) -> TranslationStatus:
    supported = router().supports(source, target)
    return TranslationStatus.QUEUED if supported else TranslationStatus.UNSUPPORTED


def requeue(*, translations: Iterable[Translation]) -> int:
    """Order translations again from the start, finished ones too; answers how many. For operators."""
    now = timezone.now()
    pks = [row.pk for row in translations]
    changed = Translation.objects.filter(pk__in=pks).exclude(status=TranslationStatus.SUPERSEDED)
    number = changed.update(
        status=TranslationStatus.QUEUED, attempts=0, next_attempt_at=now, lease_until=None, reason=""
    )
    if pks:
        wake_on_commit(translate_review, *pks)
    return number


def sweep_translations() -> int:
    """Wake workers for orders that nobody took, and arm unsupported ones that an engine can do now.

    Answers how many were woken. Safe to run twice or together: a wake-up is only a hint.
    """
    now = timezone.now()
    _arm_supported(now)
    due = (
        Translation.objects.filter(
            Q(lease_until=None) | Q(lease_until__lt=now),
            status=TranslationStatus.QUEUED,
            next_attempt_at__lte=now - SWEEP_AFTER,
            review__state=ReviewState.PUBLISHED,
        )
        .order_by("next_attempt_at")
        .values_list("pk", flat=True)[:SWEEP_AT_ONCE]
    )
    for pk in due:
        wake(translate_review, pk)
    return len(due)


def _arm_supported(now: datetime) -> None:
    unsupported = Translation.objects.filter(status=TranslationStatus.UNSUPPORTED)
    pairs = unsupported.order_by().values_list("source_language", "target").distinct()
    for source, target in pairs:
        if router().supports(source, target):
            # At once past due, so that this very sweep wakes them.
            unsupported.filter(source_language=source, target=target).update(
                status=TranslationStatus.QUEUED, attempts=0, next_attempt_at=now - SWEEP_AFTER, reason=""
            )


# --- Work -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Claim:
    """A row that is this worker's until `lease`, which nobody else's claim can equal."""

    pk: int
    lease: datetime
    attempts: int


# An order whose text has changed, or may not be translated any more, is never claimed; one whose text is hidden
# waits, for it may come back.
_CLAIM = """
    UPDATE reviews_translation AS translation
    SET lease_until = %(lease)s, attempts = attempts + 1
    FROM reviews_review AS review
    WHERE translation.id = %(pk)s AND review.id = translation.review_id
        AND translation.status = 'queued' AND translation.next_attempt_at <= %(now)s
        AND (translation.lease_until IS NULL OR translation.lease_until < %(now)s)
        AND review.state = 'published' AND review.may_translate
        AND review.source_hash = translation.source_hash
    RETURNING translation.attempts
"""


def translate(translation_id: int) -> str:
    """Make one ordered translation and store it; answers what came of it, for the log.

    Called by a worker, any number of times for one order. Calls the engine, which takes seconds, outside of any
    transaction.
    """
    claim = _claim(translation_id)
    if claim is None:
        return "not_due"
    if claim.attempts > MOST_ATTEMPTS:
        # The attempts before this one ended without a word: whatever the text does to the engine, it stops here.
        _finish(claim, status=TranslationStatus.FAILED, reason="worker_lost")
        return "failed"
    row = Translation.objects.select_related("review__title", "review__person").get(pk=claim.pk)
    route = router().route(row.source_language, row.target)
    if route is None:
        _finish(claim, status=TranslationStatus.UNSUPPORTED, reason="no_pair")
        return "unsupported"
    hop = route
    state = _engine_state(hop)
    if (wait := _closed_for(state)) is not None:
        _put_back(claim, after=wait, reason="engine_closed", counts=False)
        return "engine_closed"

    memory = SegmentMemory()
    outcome, headline = _translate_words(row, hop, state, memory)
    memory.note_use()
    _note_health(state, outcome)
    if outcome.reason == FailureKind.QUOTA:
        _put_back(claim, after=_seconds(outcome.retry_after) or QUOTA_WAIT, reason="quota", counts=False)
        return "quota"
    if outcome.reason == FailureKind.RETRYABLE and outcome.fresh:
        # Out of time, but further than before: go on in a new turn.
        _put_back(claim, after=timedelta(0), reason="continued", counts=False)
        wake(translate_review, claim.pk)
        return "continued"
    may_retry = outcome.retry_after is not None or outcome.reason == FailureKind.BROKEN
    if may_retry and outcome.status != Status.DONE and claim.attempts < MOST_ATTEMPTS:
        wait = max(_seconds(outcome.retry_after) or timedelta(0), backoff(claim.attempts))
        _put_back(claim, after=wait, reason=outcome.reason)
        return "retry"
    return _store(claim, row, outcome, headline)


def _claim(pk: int) -> _Claim | None:
    now = timezone.now()
    # Microseconds of chance make the lease a token: two claims of one row never hold the same.
    lease = now + LEASE + timedelta(microseconds=random.randrange(1_000_000))  # noqa: S311  (no secret)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, {"pk": pk, "now": now, "lease": lease})
        row = cursor.fetchone()
    return _Claim(pk, lease, row[0]) if row else None


def _translate_words(
    row: Translation, hop: Route, state: EngineState, memory: "SegmentMemory"
) -> tuple[TranslationOutcome, str]:
    names, renamed = names_around(row.review.subject, target=row.target)
    deadline = time.monotonic() + DEADLINE_SECONDS

    def ask(source: str) -> TranslationOutcome:
        return translate_source(
            source,
            src=row.source_language,
            dst=row.target,
            engine=hop.engine,
            names=[Name(name, renamed.get(name, "")) for name in names],
            memory=memory,
            deadline=deadline,
            placeholder=state.placeholder,
        )

    outcome = ask(row.review.body)
    if not row.review.headline or outcome.status not in (Status.DONE, Status.PARTIAL):
        return outcome, ""
    headline = ask(escape_markdown(row.review.headline))
    return outcome, plain_text(headline.source)[:200] if headline.status == Status.DONE else ""


def names_around(subject: Subject, *, target: str) -> tuple[list[str], dict[str, str]]:
    """Names that must survive a translation, and those of the subject that are known in the target language.

    Two queries. A season is known by the names of its show.
    """
    return (
        _names_of_title(subject, target) if isinstance(subject, Title) else _names_of_person(subject, target)
    )


def _names_of_title(title: Title, target: str) -> tuple[list[str], dict[str, str]]:
    titles = [title.pk, *([title.parent_id] if title.parent_id else [])]
    others = list(AlternativeTitle.objects.filter(title__in=titles).values_list("name", "language"))
    own = [title.name, title.original_name, *(name for name, _language in others)]
    known = next((name for name, language in others if language and same_language(language, target)), None)
    if known is None and title.original_name and same_language(title.original_language, target):
        known = title.original_name
    renamed = {name: known for name in own if known and name and name != known}
    people = Credit.objects.filter(title__in=titles).order_by("position", "id")
    cast: list[str] = []
    for name, character in people.values_list("person__name", "character")[:MOST_NAMES]:
        cast += [name, *([character] if " " in character else [])]
    return [name for name in dict.fromkeys([*own, *cast]) if name], renamed


def _names_of_person(person: Person, target: str) -> tuple[list[str], dict[str, str]]:
    """What somebody is called in another script is used in it; of their work the original names survive."""
    others = list(PersonName.objects.filter(person=person).values_list("name", "language"))
    own = [person.name, *(name for name, _language in others)]
    known = next((name for name, language in others if language and same_language(language, target)), None)
    renamed = {name: known for name in own if known and name != known}
    work = Credit.objects.filter(person=person).order_by("-title__totals__vote_count", "id")
    titles: list[str] = []
    for name, original, character in work.values_list("title__name", "title__original_name", "character")[
        :MOST_NAMES
    ]:
        titles += [name, original, *([character] if " " in character else [])]
    return [name for name in dict.fromkeys([*own, *titles]) if name], renamed


def _store(claim: _Claim, row: Translation, outcome: TranslationOutcome, headline: str) -> str:
    if outcome.status in (Status.FAILED, Status.UNSUPPORTED):
        _finish(claim, status=TranslationStatus(outcome.status.value), reason=outcome.reason)
        return outcome.status.value
    stored = _finish(
        claim,
        status=TranslationStatus(outcome.status.value),
        reason=outcome.reason,
        body=outcome.source,
        html=render_review(outcome.source, headings=row.review.is_opinion),
        headline=headline,
        content_hash=row.source_hash,
        engine=outcome.engine,
        fingerprint=outcome.fingerprint,
        pipeline_version=PIPELINE_VERSION,
        words=outcome.words,
    )
    if not stored:
        log.info("translation came too late", translation=claim.pk)
        return "superseded"
    log.info("translated", translation=claim.pk, words=outcome.words, engine_words=outcome.engine_words)
    return outcome.status.value


def _finish(claim: _Claim, **values: object) -> bool:
    """Store the end of a claim, unless the lease was lost or the words have changed or gone; then nothing is kept."""
    held = Translation.objects.filter(pk=claim.pk, lease_until=claim.lease, status=TranslationStatus.QUEUED)
    with transaction.atomic():
        # The review's row is held first, as an edit holds it: the two cannot cross.
        review = Review.objects.select_for_update(no_key=True).filter(translations=claim.pk).first()
        if review is None:
            return False
        current = held.filter(source_hash=review.source_hash)
        if review.is_published and review.may_translate and current.exists():
            return bool(current.update(lease_until=None, finished_at=timezone.now(), **values))
        if not review.is_published:
            # Hidden for now: the order stays and waits.
            held.update(lease_until=None)
        else:
            held.update(lease_until=None, status=TranslationStatus.SUPERSEDED)
    return False


def _put_back(claim: _Claim, *, after: timedelta, reason: str, counts: bool = True) -> None:
    """Give the claim back for later; a wait that is not the text's fault does not count as an attempt."""
    held = Translation.objects.filter(pk=claim.pk, lease_until=claim.lease)
    held.update(
        lease_until=None,
        next_attempt_at=timezone.now() + after,
        reason=reason[:200],
        attempts=F("attempts") if counts else F("attempts") - 1,
    )


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts: doubling from 30 seconds to 6 hours, half of it chance."""
    longest = min(FIRST_RETRY * 2 ** max(attempts - 1, 0), LAST_RETRY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311  (spreads the load; no secret)


def _seconds(value: float | None) -> timedelta | None:
    return timedelta(seconds=value) if value else None


# --- The engine's health --------------------------------------------------------------------------------


def _engine_state(hop: Route) -> EngineState:
    return EngineState.objects.get_or_create(engine=hop.engine.key, source=hop.src, target=hop.dst)[0]


def _closed_for(state: EngineState) -> timedelta | None:
    """How long nobody may call this engine, or None. When the time is up, one caller alone tries it first."""
    if state.closed_until is None:
        return None
    now = timezone.now()
    if state.closed_until > now:
        return state.closed_until - now
    probe = EngineState.objects.filter(pk=state.pk, closed_until=state.closed_until)
    if probe.update(closed_until=now + FIRST_CLOSING):
        return None
    return FIRST_CLOSING


def _note_health(state: EngineState, outcome: TranslationOutcome) -> None:
    """Count what the engine did. Five failures in a row close it: 30 seconds at first, twice as long each time."""
    row = EngineState.objects.filter(pk=state.pk)
    reason = outcome.reason
    if reason not in (FailureKind.RETRYABLE, FailureKind.QUOTA, FailureKind.BROKEN, FailureKind.REJECTED):
        if outcome.engine_words and (state.failures or state.closed_until):
            row.update(failures=0, closed_until=None, last_error="")
        elif not outcome.engine_words and state.closed_until:
            # All came from memory: nobody tried the engine, so the next one may.
            row.update(closed_until=timezone.now())
        return
    if reason == FailureKind.RETRYABLE and outcome.fresh:
        return
    row.update(failures=F("failures") + 1, last_error=reason)
    state.refresh_from_db(fields=["failures"])
    closing = _seconds(outcome.retry_after) if reason == FailureKind.QUOTA else None
    if closing is None and state.failures >= FAILURES_TO_CLOSE:
        closing = min(FIRST_CLOSING * 2 ** min(state.failures - FAILURES_TO_CLOSE, 10), LAST_CLOSING)
    if closing is not None:
        row.update(closed_until=timezone.now() + closing)
        log.warning(
            "engine closed", engine=state.engine, pair=f"{state.source}-{state.target}", reason=reason
        )


def reset_engines(*, states: Iterable[EngineState]) -> int:
    """Open engines at once and forget their failures. For operators."""
    pks = [state.pk for state in states]
    return EngineState.objects.filter(pk__in=pks).update(failures=0, closed_until=None, last_error="")


# --- The memory -----------------------------------------------------------------------------------------


class SegmentMemory:
    """The translation memory in the database, one query a call. Each batch is stored at once: a crash repays one."""

    def __init__(self) -> None:
        self._used: set[bytes] = set()

    def get_many(self, keys: Sequence[bytes]) -> Mapping[bytes, str]:
        found = {
            bytes(key): text for key, text in Segment.objects.filter(key__in=keys).values_list("key", "text")
        }
        self._used.update(found)
        return found

    def put_many(self, items: Sequence[tuple[bytes, str]]) -> None:
        today = timezone.now().date()
        rows = [Segment(key=key, text=text, last_used=today) for key, text in items]
        Segment.objects.bulk_create(rows, ignore_conflicts=True)

    def forget_used(self) -> int:
        """Delete what was asked for and known; answers how many sentences that were."""
        return Segment.objects.filter(key__in=self._used).delete()[0]

    def note_use(self) -> None:
        """Count the hits, once a translation."""
        if self._used:
            Segment.objects.filter(key__in=self._used).update(
                hits=F("hits") + 1, last_used=timezone.now().date()
            )


def forget_sentences(*, review_ids: Sequence[int]) -> int:
    """Delete from the memory the sentences of these texts, in all their states; answers how many there were.

    The memory does not know whose a sentence is: each text is cut up once more, and what the engines of today have
    answered is found by its key. Takes some milliseconds a text and calls no engine.
    """
    memory = SegmentMemory()
    rows = Translation.objects.filter(review__in=review_ids).exclude(attempts=0, body="")
    for row in rows.select_related("review__title", "review__person").prefetch_related("review__revisions"):
        route = router().route(row.source_language, row.target)
        if route is None:
            continue
        hop = route
        placeholder = _engine_state(hop).placeholder
        names, renamed = names_around(row.review.subject, target=row.target)
        states = {(row.review.body, row.review.headline)}
        states |= {(state.body, state.headline) for state in row.review.revisions.all()}
        for words in {words for body, headline in states for words in (body, escape_markdown(headline))}:
            # With its time over before it begins: only the memory is asked.
            translate_source(
                words,
                src=row.source_language,
                dst=row.target,
                engine=hop.engine,
                names=[Name(name, renamed.get(name, "")) for name in names],
                memory=memory,
                deadline=0.0,
                placeholder=placeholder,
            )
    return memory.forget_used()
