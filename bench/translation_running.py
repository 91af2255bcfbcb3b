"""Translations through a real worker, Valkey and PostgreSQL: how often an engine is called, and how long a new text waits."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from bench.harness import Options, Result, percentile
from films.models import Title
from filmsite.embedded import CHECKOUT
from reviews.models import EngineDay, Priority, Review, Segment, Translation, TranslationStatus
from reviews.reading import Reader, attach_texts
from reviews.services import translating
from reviews.services.publishing import edit_review, publish_review
from reviews.sources import source_of
from reviews.tasks import make_translation
from tests.factories import make_review

DELIVERIES = 50
TEXT_WORDS = 150
WAIT_SECONDS = 120


def running(lines: Sequence[str], options: Options, logs: Path) -> list[Result]:
    """Duplicate deliveries, edits, queries of a list, and the wait of new texts, idle and during a backfill.

    `lines` are sentences in Portuguese, enough for some hundred texts when they are put together anew. Needs a migrated,
    empty site.
    """
    # Somebody new may write twenty messages a day.
    long_ago = timezone.now() - timedelta(days=365)
    author = Member.objects.create_user("bench", email="bench@example.org", date_joined=long_ago)
    texts = _texts(lines)
    with _worker(logs):
        _wait(_publish(author, next(texts)))  # loads the model
        return [
            _duplicates(author, next(texts)),
            *_waits(author, texts, rounds=max(20, 4 * options.rounds)),
            _edit(author, next(texts)),
            _list_queries(author),
        ]


def _texts(lines: Sequence[str]) -> Iterator[str]:
    """Texts of about 150 words that no text before had: each sentence gets a word of its own."""
    number = 0
    while True:
        words: list[str] = []
        while len(words) < TEXT_WORDS:
            number += 1
            words += [f"Cena {number}:", *lines[number % len(lines)].split()]
        yield " ".join(words)


@contextmanager
def _worker(logs: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--app=filmsite", "worker", "--concurrency=2"]
    command += ["--queues=translation", "--without-gossip", "--without-mingle", "--loglevel=WARNING"]
    with (logs / "worker.log").open("wb") as output:
        process = subprocess.Popen(command, cwd=CHECKOUT, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


def _publish(author: Member, body: str) -> Review:
    return publish_review(
        author=author, subject=Title.objects.create(name="A", year=1997), body=body, language="pt"
    )


def _wait(review: Review) -> float:
    """The seconds until the text can be read in English."""
    began = time.perf_counter()
    rows = Translation.objects.filter(review=review, target="en", source_hash=review.source_hash)
    while not rows.filter(status=TranslationStatus.DONE).exists():
        if time.perf_counter() - began > WAIT_SECONDS:
            raise TimeoutError(f"review {review.pk} is not translated")
        time.sleep(0.005)
    return time.perf_counter() - began


def _duplicates(author: Member, body: str) -> Result:
    review = _publish(author, body)
    _wait(review)
    row = Translation.objects.get(review=review, target="en")
    calls = _calls()
    Segment.objects.all().delete()
    Translation.objects.filter(pk=row.pk).update(
        status=TranslationStatus.QUEUED, next_attempt_at=timezone.now()
    )

    def deliver(_: int) -> None:
        try:
            make_translation.apply_async(args=[row.pk])
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(deliver, range(DELIVERIES)))
    _wait(review)
    time.sleep(1.0)
    once = row.characters
    row.refresh_from_db()
    ratio = (row.characters - once) / once
    return Result(
        f"{DELIVERIES} deliveries of one order",
        "one delivery",
        "characters sent",
        row.characters - once,
        once,
        ratio,
        ratio,
        ratio,
        -1.0,
        f"{_calls() - calls} calls",
    )


def _calls() -> int:
    return EngineDay.objects.aggregate(calls=Sum("calls"))["calls"] or 0


def _waits(author: Member, texts: Iterator[str], *, rounds: int) -> list[Result]:
    time.sleep(2.0)
    idle = [_wait(_publish(author, next(texts))) for _ in range(rounds)]
    # From before anybody wished them translated.
    old = [make_review(author=author, body=next(texts), language="pt") for _ in range(8 * rounds)]
    with transaction.atomic():
        translating.store_orders(
            [(source, ["en"]) for review in old if (source := source_of(review))], priority=Priority.BACKFILL
        )
    busy: list[float] = []
    for _ in range(rounds):
        busy.append(_wait(_publish(author, next(texts))))
    left = Translation.objects.filter(status=TranslationStatus.QUEUED, priority=Priority.BACKFILL).count()
    # What comes next is measured alone.
    Translation.objects.filter(priority=Priority.BACKFILL, status=TranslationStatus.QUEUED).delete()
    time.sleep(5.0)
    found = []
    for share in (0.5, 0.95):
        value, base = percentile(busy, share), percentile(idle, share)
        found.append(
            Result(
                f"new text during a backfill, p{100 * share:.0f}",
                "an idle site",
                "ms until it can be read",
                1000 * value,
                1000 * base,
                value / base,
                value / base,
                value / base,
                -2.0 if share > 0.9 else None,
                f"{left} of the backfill left",
            )
        )
    return found


def _edit(author: Member, body: str) -> Result:
    review = _publish(author, body)
    _wait(review)
    sent = EngineDay.objects.aggregate(words=Sum("words"))["words"]
    changed = "Mas agora vi o filme outra vez e gostei um pouco mais."
    review = edit_review(review=review, editor=author, version=1, body=f"{body}\n\n{changed}", language="pt")
    rows = Translation.objects.filter(review=review, source_hash=review.source_hash)
    rows.update(next_attempt_at=timezone.now())
    make_translation.apply_async(args=[rows.get(target="en").pk])
    _wait(review)
    time.sleep(0.5)
    words = EngineDay.objects.aggregate(words=Sum("words"))["words"] - sent
    base = len(changed.split())
    return Result(
        "an edit of one sentence",
        "its words",
        "words sent",
        words,
        base,
        words / base,
        words / base,
        words / base,
        -1.1,
    )


def _list_queries(author: Member) -> Result:
    made = Translation.objects.filter(target="en", status=TranslationStatus.DONE).values("review")[:50]
    reviews = list(Review.objects.filter(pk__in=made).select_related("author", "title", "person"))
    with CaptureQueriesContext(connection) as asked:
        attach_texts(reviews, Reader(viewer=author, language="en", reads=frozenset({"en"})))
    number = len(asked)
    return Result(
        "translations of a list of 50", "one query", "queries", number, 1, number, number, number, -1.0
    )
