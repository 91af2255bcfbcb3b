"""The figures of moderation as tables with words, and as rows for a spreadsheet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import ngettext

from accounts.models import Section
from filmsite.lib.time_charts import Columns, month_columns
from reviews.models import CaseKind, FoundBy, MeasureKind, Verdict
from reviews.moderation.figures import FEW, Figures, Wait

# As in the spreadsheet.
_FEWER: Final = f"<{FEW}"
_CHART_WIDTH: Final = 480
_HOUR: Final = 3600


@dataclass(frozen=True)
class People:
    """A number of what concerns few people: below `FEW` it is not told."""

    number: int

    @property
    def is_few(self) -> bool:
        return 0 < self.number < FEW

    def __str__(self) -> str:
        return _FEWER if self.is_few else str(self.number)


@dataclass(frozen=True)
class Period:
    """A month or a section: what came, what was decided, and how long that took."""

    name: date | str | Promise
    opened: int
    decided: int
    against: int
    restored: int
    wait: Wait | None
    judged: int = 0
    precision: float | None = None
    waiting: int = 0
    oldest: datetime | None = None

    @property
    def median(self) -> str:
        return spoken(self.wait.median) if self.wait else ""

    @property
    def p95(self) -> str:
        return spoken(self.wait.p95) if self.wait else ""


def months_of(figures: Figures) -> list[Period]:
    return [
        Period(
            month,
            figures.opened(month=month),
            figures.decided(month=month),
            figures.against(month=month),
            figures.restored(month=month),
            figures.waits.get((False, month, None)),
        )
        for month in figures.months
    ]


def sections_of(figures: Figures) -> list[Period]:
    return [
        Period(
            Section(section).label,
            figures.opened(section=section),
            figures.decided(section=section),
            figures.against(section=section),
            figures.restored(section=section),
            figures.waits.get((False, None, section)),
            figures.judged(section=section),
            figures.precision(section=section),
            *figures.waiting.get(section, (0, None)),
        )
        for section in Section.values
    ]


def kinds_of(figures: Figures) -> list[tuple[str | Promise, list[int], int]]:
    """Each kind of case that there was, with how many were found in each way (`FoundBy`), and in all."""
    rows: list[tuple[str | Promise, list[int], int]] = []
    for kind in CaseKind:
        numbers = [figures.opened(kind=kind, found_by=way) for way in FoundBy]
        if sum(numbers):
            rows.append((kind.label, numbers, sum(numbers)))
    return rows


def verdicts_of(figures: Figures) -> list[tuple[str | Promise, int]]:
    return [(verdict.label, figures.verdicts[verdict]) for verdict in Verdict if figures.verdicts[verdict]]


def measures_of(figures: Figures) -> list[tuple[str | Promise, People]]:
    return [(kind.label, People(figures.measures[kind])) for kind in MeasureKind]


def chart_of(figures: Figures) -> Columns:
    """Cases by the month in which they were opened."""
    counts = {month: figures.opened(month=month) for month in figures.months}
    return month_columns(counts, width=_CHART_WIDTH)


def spoken(wait: timedelta) -> str:
    """A length of time in one unit, rounded: "20 minutes", "5 hours", "3 days"."""
    seconds = wait.total_seconds()
    if seconds < _HOUR:
        number = max(1, round(seconds / 60))
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    if seconds < 48 * _HOUR:
        number = round(seconds / _HOUR)
        return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
    number = round(seconds / (24 * _HOUR))
    return ngettext("%(number)d day", "%(number)d days", number) % {"number": number}


CSV_HEAD: Final = ("period", "section", "figure", "of", "number")


def csv_rows(figures: Figures) -> Iterator[tuple[str, str, str, str, str]]:
    """Everything in long form: of a month ("2026-03") or of the year, of a section or of all, what is counted and how much.

    Waits are in hours, shares from 0 to 1; what concerns fewer than five people says so.
    """
    for (month, section, kind, found_by), number in sorted(figures.cases.items()):
        yield f"{month:%Y-%m}", section, "cases", f"{kind}/{found_by}", str(number)
    acts: Counter[tuple[date, str, str, bool]] = Counter()
    for row, number in figures.decisions.items():
        acts[row.month, row.section, row.verdict, row.is_appeal] += number
    for (month, section, verdict, is_appeal), number in sorted(acts.items()):
        yield (
            f"{month:%Y-%m}",
            section,
            "answers to appeals" if is_appeal else "decisions",
            verdict,
            str(number),
        )
    for (is_appeal, when, where), wait in figures.waits.items():
        if is_appeal and wait.number < FEW:
            continue
        period, of = f"{when:%Y-%m}" if when else str(figures.year), "appeals" if is_appeal else "cases"
        yield period, where or "", "median hours", of, f"{wait.median.total_seconds() / _HOUR:.2f}"
        yield period, where or "", "p95 hours", of, f"{wait.p95.total_seconds() / _HOUR:.2f}"
    for month, pasted in sorted(figures.pasted.items()):
        for what in ("shown", "changed", "declared", "posted"):
            yield f"{month:%Y-%m}", "", "notices while writing", what, str(getattr(pasted, what))
    yield from _of_people(figures)


def _of_people(figures: Figures) -> Iterator[tuple[str, str, str, str, str]]:
    year = str(figures.year)
    for kind in MeasureKind:
        yield year, "", "measures", kind.value, str(People(figures.measures[kind]))
    yield year, "", "appeals", "filed", str(People(figures.appeals_filed))
    yield year, "", "appeals", "answered", str(People(figures.appeals_answered))
    for name, share in (("overturned", figures.overturned_share), ("against", figures.precision())):
        if share is not None:
            yield year, "", "shares", name, f"{share:.3f}"
    for name, number in (
        ("notices", figures.notices),
        ("addresses", figures.addresses),
        ("addresses decided against", figures.addresses_against),
        ("addresses in cases that were open", figures.addresses_joined),
    ):
        yield year, "", "rights-holders", name, str(People(number))
