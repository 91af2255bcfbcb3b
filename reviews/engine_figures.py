"""What translation did and what waits, in numbers, for those who run the site.

Each function asks one query (`doubts` three), whatever the number of texts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection
from django.db.models import Count, Min, Q
from django.utils import timezone

from reviews.models import BadTranslation, Correction, EngineDay, Priority, Translation, TranslationStatus

DAYS: Final = 30
# A reader should not wait longer for a new text: one that has keeps everything else back.
PATIENCE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Work:
    """What was done in some time: sentences that texts called for, how many the memory had, what was sent to engines."""

    calls: int = 0
    sentences: int = 0
    remembered: int = 0
    words: int = 0
    characters: int = 0
    milliseconds: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(*(getattr(self, name) + getattr(other, name) for name in _SUMS))

    @property
    def hit_rate(self) -> float | None:
        """Per cent of the sentences that were known already; None without any."""
        return 100 * self.remembered / self.sentences if self.sentences else None

    @property
    def milliseconds_a_word(self) -> float | None:
        return self.milliseconds / self.words if self.words else None


_SUMS: Final = ("calls", "sentences", "remembered", "words", "characters", "milliseconds")


@dataclass(frozen=True, slots=True)
class Worked:
    """What an engine did for a pair on a day."""

    day: date
    engine: str
    source: str
    target: str
    work: Work


@dataclass(frozen=True, slots=True)
class Queued:
    """Orders that wait, of one priority and pair.

    `due` of them may be made now and `held` are being made; the others wait for an engine or a retry. `oldest` is since
    when the first of the due ones might have been made.
    """

    priority: Priority
    source: str
    target: str
    number: int
    due: int
    held: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Ended:
    """Orders that came to nothing, for one reason and pair; `status` is "failed" or "unsupported"."""

    status: str
    reason: str
    source: str
    target: str
    number: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """What people have to look at."""

    doubted: int
    bad_reports: int
    corrections: int

    @property
    def total(self) -> int:
        return self.doubted + self.bad_reports + self.corrections


def days_worked(now: datetime) -> list[Worked]:
    """What engines did on the last `DAYS` days and in this month, by day, engine and pair."""
    since = min(now.date() - timedelta(days=DAYS - 1), now.date().replace(day=1))
    rows = EngineDay.objects.filter(day__gte=since).order_by("day", "engine", "source", "target")
    columns = rows.values_list("day", "engine", "source", "target", *_SUMS)
    return [
        Worked(day, engine, source, target, Work(*sums)) for day, engine, source, target, *sums in columns
    ]


def total(worked: Iterable[Worked], *, since: date) -> Work:
    """All of it together, from a day on. Of a way through two engines each counts its own."""
    return sum((row.work for row in worked if row.day >= since), Work())


def failures_by_engine(now: datetime) -> dict[str, Counter[str]]:
    """How often calls failed (by `FailureKind`) and answers were refused (by `gates.Fault`) in the last `DAYS` days."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT engine, kind, sum(number::bigint)
            FROM reviews_engineday CROSS JOIN jsonb_each_text(failures) AS of_day(kind, number)
            WHERE day > %s GROUP BY engine, kind
            """,
            [now.date() - timedelta(days=DAYS)],
        )
        for engine, kind, number in cursor.fetchall():
            found[engine][kind] = int(number)
    return found


def queued() -> list[Queued]:
    """What waits, by priority and pair."""
    now = timezone.now()
    is_held = Q(lease_until__gte=now)
    # Their texts would have to be joined to leave out the hidden ones, which workers put off when they meet them.
    is_due = Q(next_attempt_at__lte=now) & (Q(lease_until=None) | Q(lease_until__lt=now))
    rows = (
        Translation.objects.filter(status=TranslationStatus.QUEUED)
        .order_by()
        .values_list("priority", "source_language", "target")
        .annotate(
            number=Count("pk"),
            due=Count("pk", filter=is_due),
            held=Count("pk", filter=is_held),
            oldest=Min("next_attempt_at", filter=is_due),
        )
    )
    return [Queued(Priority(priority), *others) for priority, *others in rows]


def ended_badly() -> list[Ended]:
    """What failed and what no engine can do, the most first."""
    rows = (
        Translation.objects.filter(status__in=[TranslationStatus.FAILED, TranslationStatus.UNSUPPORTED])
        .order_by()
        .values_list("status", "reason", "source_language", "target")
        .annotate(number=Count("pk"))
    )
    return sorted((Ended(*row) for row in rows), key=lambda row: -row.number)


def doubts() -> Doubts:
    """What waits for people: translations that no engine can do better, open reports, suggestions."""
    return Doubts(
        doubted=Translation.objects.filter(doubted_at__isnull=False).count(),
        bad_reports=BadTranslation.objects.filter(settled_at=None).count(),
        corrections=Correction.objects.filter(state=Correction.State.PROPOSED).count(),
    )
