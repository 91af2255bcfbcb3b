"""A year of moderation in numbers, for everybody: one statement of SQL for each table, kept for some minutes.

Days are those of UTC. Merged cases count with the one that they went into. What could point at somebody (measures, appeals,
notices) is counted by year alone, and fewer than `FEW` of it are not told apart.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from reviews.models import Verdict

FEW: Final = 5
KEPT_SECONDS: Final = 600
AGAINST: Final = frozenset({Verdict.TRIM, Verdict.QUOTE, Verdict.HIDE, Verdict.REMOVE, Verdict.EXCLUDE})

_CASES: Final = """
    SELECT month, section, kind, found_by, count(*) FROM (
        SELECT date_trunc('month', opened_at AT TIME ZONE 'UTC')::date AS month, section, kind,
            coalesce(
                (
                    SELECT detail ->> 'found_by' FROM reviews_caseevent
                    WHERE case_id = reviews_case.id AND kind = 'opened' ORDER BY id LIMIT 1
                ),
                CASE
                    WHEN EXISTS (SELECT FROM reviews_noticeitem WHERE case_id = reviews_case.id) THEN 'notice'
                    WHEN EXISTS (SELECT FROM reviews_report WHERE case_id = reviews_case.id) THEN 'report'
                    WHEN EXISTS (SELECT FROM reviews_evidence WHERE case_id = reviews_case.id) THEN 'machine'
                    ELSE 'moderator'
                END
            ) AS found_by
        FROM reviews_case
        WHERE kind <> 'appeal' AND state <> 'merged' AND opened_at >= %(since)s AND opened_at < %(until)s
    ) opened
    GROUP BY month, section, kind, found_by
"""
_DECISIONS: Final = """
    SELECT date_trunc('month', decided_at AT TIME ZONE 'UTC')::date, reviews_case.section, verdict,
        reviews_case.kind = 'appeal',
        NOT EXISTS (
            SELECT FROM reviews_decision later
            WHERE later.case_id = reviews_case.id AND later.id > reviews_decision.id AND later.undone_at IS NULL
        ),
        EXISTS (
            SELECT FROM reviews_appeal JOIN reviews_decision answer ON answer.case_id = reviews_appeal.case_id
            WHERE decision_id = reviews_decision.id AND answer.verdict = 'restore' AND answer.undone_at IS NULL
        ),
        count(*)
    FROM reviews_decision JOIN reviews_case ON reviews_case.id = case_id
    WHERE undone_at IS NULL AND decided_at >= %(since)s AND decided_at < %(until)s
    GROUP BY 1, 2, 3, 4, 5, 6
"""
# How long cases waited for the first word about them; of a month, of a section, and of all (both null).
_WAITS: Final = """
    SELECT is_appeal, month, section, count(*),
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY seconds)
    FROM (
        SELECT reviews_case.kind = 'appeal' AS is_appeal, reviews_case.section,
            date_trunc('month', decided_at AT TIME ZONE 'UTC')::date AS month,
            extract(epoch FROM decided_at - opened_at) AS seconds
        FROM reviews_decision JOIN reviews_case ON reviews_case.id = case_id
        WHERE undone_at IS NULL AND decided_at >= %(since)s AND decided_at < %(until)s
            AND NOT EXISTS (
                SELECT FROM reviews_decision earlier
                WHERE earlier.case_id = reviews_case.id AND earlier.id < reviews_decision.id
                    AND earlier.undone_at IS NULL
            )
    ) first
    GROUP BY GROUPING SETS ((is_appeal, month), (is_appeal, section), (is_appeal))
"""
_APPEALS: Final = """
    SELECT
        (
            SELECT verdict FROM reviews_decision
            WHERE case_id = reviews_appeal.case_id AND undone_at IS NULL ORDER BY id DESC LIMIT 1
        ),
        count(*)
    FROM reviews_appeal WHERE filed_at >= %(since)s AND filed_at < %(until)s
    GROUP BY 1
"""
_MEASURES: Final = """
    SELECT kind, count(*) FROM reviews_measure
    WHERE starts_at >= %(since)s AND starts_at < %(until)s AND NOT is_annulled
    GROUP BY kind
"""
_NOTICES: Final = """
    SELECT count(DISTINCT reviews_notice.id), count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM reviews_decision
        WHERE case_id = reviews_noticeitem.case_id AND undone_at IS NULL AND verdict = ANY (%(against)s)
    )), count(*) FILTER (WHERE (
        SELECT detail ->> 'found_by' FROM reviews_caseevent
        WHERE case_id = reviews_noticeitem.case_id AND kind = 'opened' ORDER BY id LIMIT 1
    ) <> 'notice')
    FROM reviews_notice JOIN reviews_noticeitem ON notice_id = reviews_notice.id
    WHERE confirmed_at >= %(since)s AND confirmed_at < %(until)s
"""
_PASTED: Final = """
    SELECT date_trunc('month', day)::date, sum(shown), sum(changed), sum(declared), sum(posted)
    FROM reviews_pastenoticeday WHERE day >= %(since)s::date AND day < %(until)s::date
    GROUP BY 1
"""
_WAITING: Final = """
    SELECT section, count(*), min(opened_at) FROM reviews_case WHERE state IN ('open', 'waiting') GROUP BY section
"""


class Judged(NamedTuple):
    """What is counted of a decision; whether it is the last about its case, and was overturned on an appeal."""

    month: date
    section: str
    verdict: str
    is_appeal: bool
    is_last: bool
    is_overturned: bool


@dataclass(frozen=True)
class Wait:
    """How long so many cases waited: half of them no longer than the median, nineteen of twenty no longer than `p95`."""

    number: int
    median: timedelta
    p95: timedelta


@dataclass(frozen=True)
class Pasted:
    """What the composer asked authors about pasted words, and what became of it."""

    shown: int = 0
    changed: int = 0
    declared: int = 0
    posted: int = 0

    def __add__(self, other: "Pasted") -> "Pasted":
        return Pasted(
            self.shown + other.shown,
            self.changed + other.changed,
            self.declared + other.declared,
            self.posted + other.posted,
        )


@dataclass(frozen=True)
class Figures:
    """Rows as the tables hold them, and what the page makes of them."""

    year: int
    made_at: datetime
    # (month, section, kind, how found): how many were opened.
    cases: Counter[tuple[date, str, str, str]]
    # How many decisions, by what there is to know of one.
    decisions: Counter[Judged]
    # (whether of appeals, month, section); the last two are null where it is about all.
    waits: dict[tuple[bool, date | None, str | None], Wait]
    # Of what was filed in the year, by the verdict that answered it.
    appeals: Counter[str | None]
    measures: Counter[str]
    notices: int
    addresses: int
    addresses_against: int
    # What a notice named and moderators had before them already, found in another way.
    addresses_joined: int
    pasted: dict[date, Pasted]
    # Now: how many wait in each section, and since when the oldest does.
    waiting: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    @property
    def months(self) -> list[date]:
        """Those of the year that have begun."""
        last = self.made_at.month if self.made_at.year == self.year else 12
        return [date(self.year, month, 1) for month in range(1, last + 1)]

    def opened(
        self, *, month: date | None = None, section: str = "", kind: str = "", found_by: str = ""
    ) -> int:
        asked = (month, section, kind, found_by)
        return sum(number for key, number in self.cases.items() if _fits(key, asked))

    def decided(self, *, month: date | None = None, section: str = "") -> int:
        """Decisions on cases, those on appeals apart."""
        return self._number(lambda row: not row.is_appeal, month, section)

    def against(self, *, month: date | None = None, section: str = "") -> int:
        """Cases in which something was wrong, by what was decided last and stands."""
        return self._number(_stands_against, month, section)

    def judged(self, *, section: str = "") -> int:
        """Cases about which something was decided, each once."""
        return self._number(lambda row: row.is_last and not row.is_appeal, None, section)

    def precision(self, *, section: str = "") -> float | None:
        """Of the cases that were judged the share in which something was wrong, 0 to 1; None of too few."""
        judged = self.judged(section=section)
        return self.against(section=section) / judged if judged >= FEW else None

    def restored(self, *, month: date | None = None, section: str = "") -> int:
        """What was put back, on an appeal or not."""
        return self._number(lambda row: row.verdict == Verdict.RESTORE, month, section)

    @property
    def verdicts(self) -> Counter[str]:
        """Decisions on cases by verdict."""
        found: Counter[str] = Counter()
        for row, number in self.decisions.items():
            if not row.is_appeal:
                found[row.verdict] += number
        return found

    def _number(self, counts: Callable[[Judged], bool], month: date | None, section: str) -> int:
        return sum(
            number
            for row, number in self.decisions.items()
            if counts(row) and _fits((row.month, row.section), (month, section))
        )

    @property
    def appeals_filed(self) -> int:
        return self.appeals.total()

    @property
    def appeals_answered(self) -> int:
        return self.appeals.total() - self.appeals[None]

    @property
    def overturned_share(self) -> float | None:
        """Of the appeals that were answered, 0 to 1; None of too few."""
        answered = self.appeals_answered
        return self.appeals[Verdict.RESTORE] / answered if answered >= FEW else None

    @property
    def appeal_wait(self) -> Wait | None:
        """How long appeals waited for their answer; None of too few."""
        wait = self.waits.get((True, None, None))
        return wait if wait and wait.number >= FEW else None

    @property
    def pasted_in_all(self) -> Pasted:
        return sum(self.pasted.values(), Pasted())


def _stands_against(row: Judged) -> bool:
    return row.verdict in AGAINST and row.is_last and not row.is_overturned and not row.is_appeal


def _fits(key: tuple[Any, ...], asked: tuple[Any, ...]) -> bool:
    return all(not wanted or wanted == value for value, wanted in zip(key, asked, strict=True))


def figures_of(year: int) -> Figures:
    """The figures of a year, at most some minutes old."""
    # With a new number where what is kept has other parts than before.
    key = f"moderation-figures:2:{year}"
    found = cache.get(key)
    if found is None:
        found = count_figures(year)
        cache.set(key, found, KEPT_SECONDS)
    return found


def count_figures(year: int) -> Figures:
    """Eight statements of SQL, whatever there is to count."""
    now = timezone.now()
    span: dict[str, Any] = {
        "since": datetime(year, 1, 1, tzinfo=UTC),
        "until": datetime(year + 1, 1, 1, tzinfo=UTC),
        "against": [str(verdict) for verdict in AGAINST],
    }
    notices, addresses, against, joined = next(_rows(_NOTICES, span))
    return Figures(
        year=year,
        made_at=now,
        cases=_counted(_rows(_CASES, span)),
        decisions=_counted(_rows(_DECISIONS, span), key=lambda row: Judged(*row[:-1])),
        waits={
            (is_appeal, month, section): Wait(number, timedelta(seconds=median), timedelta(seconds=p95))
            for is_appeal, month, section, number, (median, p95) in _rows(_WAITS, span)
        },
        appeals=_counted(_rows(_APPEALS, span), key=lambda row: row[0]),
        measures=_counted(_rows(_MEASURES, span), key=lambda row: row[0]),
        notices=notices,
        addresses=addresses,
        addresses_against=against,
        addresses_joined=joined,
        pasted={month: Pasted(*map(int, numbers)) for month, *numbers in _rows(_PASTED, span)},
        waiting={section: (number, oldest) for section, number, oldest in _rows(_WAITING, {})},
    )


def _counted(
    rows: Iterable[tuple[Any, ...]], key: Callable[[tuple[Any, ...]], Any] | None = None
) -> Counter[Any]:
    """Rows of which the last column says how many there are, by the others."""
    return Counter({key(row) if key else row[:-1]: row[-1] for row in rows})


def _rows(sql: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        yield from cursor.fetchall()
