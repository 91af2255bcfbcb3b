"""Charts of what happened when, as SVG made on the server: columns of months or days, and the squares of a year's days.

A page that shows one says the same in a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import get_language

from filmsite.lib.languages import primary

_WIDTH: Final = 720
_HEIGHT: Final = 96
# Wider columns than this look like blocks.
_WIDEST: Final = 60
# Words under the columns stand at least so far apart; half of the first one, a month with its year, is so wide.
_WORD: Final = 44
_HALF_A_MONTH: Final = 28
_SQUARE: Final = 12
_STEP: Final = 14
_MARGIN: Final = 30
_HEAD: Final = 16
LEVELS: Final = 4


@dataclass(frozen=True, slots=True)
class Column:
    """A month or a day (`start` is its first one) with its number, in units of the chart's viewBox. One with anything in it
    can be seen.
    """

    start: date
    number: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Word:
    """Something written beside a chart, at a place in it."""

    words: str
    x: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Months or days as columns, drawn in a box of width by height units plus the line of words below."""

    columns: tuple[Column, ...]
    words: tuple[Word, ...]
    width: int
    height: int
    highest: int


def month_columns(counts: Mapping[date, int], *, width: int = _WIDTH) -> Columns:
    """Every month from the first to the last of these (by their first day), with the first and the years below; all of
    them by name within one year.

    The words are the larger on the page the narrower the box is: `width` is in units of it.

    Raises ValueError when there are none.
    """
    months = _months_between(min(counts), max(counts)) if counts else []
    if not months:
        raise ValueError("A chart of months needs at least one.")
    columns = _columns(months, counts, width)
    return Columns(columns, _words_below(columns), width, _HEIGHT, max(max(counts.values()), 1))


def day_columns(counts: Mapping[date, int], *, until: date, days: int, width: int = _WIDTH) -> Columns:
    """So many days up to one, with every Monday below. There is at least one day."""
    shown = [until - timedelta(days=back) for back in reversed(range(days))]
    columns = _columns(shown, counts, width)
    mondays = [column for column in columns if column.start.weekday() == 0]
    words = tuple(
        Word(f"{column.start.day} {short_month(column.start)}", round(column.x + column.width / 2, 2))
        for column in mondays
        if _HALF_A_MONTH / 2 <= column.x <= width - _HALF_A_MONTH
    )
    return Columns(columns, words, width, _HEIGHT, max(column.number for column in columns))


def short_month(day: date) -> str:
    """The month of a day in about three letters: "Oct" in English, "okt" in Dutch. Django's "M" has a capital in any language."""
    month = date_format(day, "b")
    return month.capitalize() if primary(get_language() or "en") == "en" else month


def _columns(starts: Sequence[date], counts: Mapping[date, int], width: int) -> tuple[Column, ...]:
    highest = max(max(counts.get(start, 0) for start in starts), 1)
    step = min(width / len(starts), _WIDEST)
    gap = min(4, step / 4)
    columns = []
    for place, start in enumerate(starts):
        number = counts.get(start, 0)
        height = round(max(1.5, number / highest * _HEIGHT), 2) if number else 0
        columns.append(
            Column(
                start,
                number,
                round(place * step + gap / 2, 2),
                round(_HEIGHT - height, 2),
                round(step - gap, 2),
                height,
            )
        )
    return tuple(columns)


def _months_between(first: date, last: date) -> list[date]:
    span = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in span]


def _words_below(columns: Sequence[Column]) -> tuple[Word, ...]:
    """The first month and the year at each January, or every month within one year; what would run into another is left
    out.
    """
    if len(columns) > 12:
        named = [(column, str(column.start.year)) for column in columns if column.start.month == 1]
    else:
        named = [(column, short_month(column.start)) for column in columns]
    kept: list[Word] = []
    for column, words in named:
        x = round(column.x + column.width / 2, 2)
        if not kept or x - kept[-1].x >= (_WORD if len(columns) > 12 else 0):
            kept.append(Word(words, x))
    # More than twelve months have a January.
    if len(columns) > 12 and kept[0].x >= _HALF_A_MONTH + _WORD:
        first = columns[0].start
        kept.insert(0, Word(f"{short_month(first)} {first.year}", _HALF_A_MONTH))
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class Square:
    """A day: `level` is 0 without anything, else 1 to `LEVELS`, the quarter of the busy days that it is among."""

    day: date
    number: int
    level: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days as squares: a column for each week, from Monday down to Sunday, the months above."""

    squares: tuple[Square, ...]
    months: tuple[Word, ...]
    weekdays: tuple[tuple[str, int], ...]
    square: int
    width: int
    height: int


def day_squares(days: Sequence[tuple[date, int]]) -> Calendar:
    """Lay out days without a gap, oldest first, with how much was done on each. Raises ValueError when there are none."""
    if not days:
        raise ValueError("A calendar needs at least one day.")
    busy = sorted(number for _, number in days if number)
    quarters = [busy[len(busy) * quarter // LEVELS] for quarter in range(1, LEVELS)] if busy else []
    lead = days[0][0].weekday()
    squares = []
    months: list[Word] = []
    for place, (day, number) in enumerate(days, lead):
        x = _MARGIN + place // 7 * _STEP
        level = 1 + sum(number > quarter for quarter in quarters) if number else 0
        squares.append(Square(day, number, level, x, _HEAD + day.weekday() * _STEP))
        if day.day == 1 and (not months or x - months[-1].x >= 2 * _STEP):
            months.append(Word(short_month(day), x))
    return Calendar(
        squares=tuple(squares),
        months=tuple(months),
        weekdays=tuple(
            (date_format(date(2024, 1, 1 + weekday), "D"), _HEAD + weekday * _STEP + 10)
            for weekday in (0, 2, 4)
        ),
        square=_SQUARE,
        width=squares[-1].x + _STEP,
        height=_HEAD + 7 * _STEP,
    )
