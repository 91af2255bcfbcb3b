"""Charts as SVG made on the server, each with a table or a sentence that says the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

# What the ten columns of a histogram stand for, in stars.
HALF_STARS: Final = ("½", "1", "1½", "2", "2½", "3", "3½", "4", "4½", "5")

_WIDTH: Final = 260
_HEIGHT: Final = 84
_STEP: Final = _WIDTH / len(HALF_STARS)
_GAP: Final = 2.5
_LINE_WIDTH: Final = 240
_LINE_HEIGHT: Final = 40


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a histogram; x, y, width and height are in units of its viewBox, share is 0 to 1."""

    label: str
    count: int
    share: float
    x: float
    y: float
    width: float
    height: float
    middle: float
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Histogram:
    """Ten columns of votes, drawn in a box of width by height units plus the line of labels below."""

    columns: tuple[Column, ...]
    total: int
    width: int
    height: int


def histogram(counts: Sequence[int], *, mine: int | None = None) -> Histogram:
    """Lay out votes per half star (the count of ½ first, of 5 last); `mine` is the viewer's vote, 1 to 10.

    A column with a vote is never so low that it cannot be seen. Raises ValueError unless there are ten
    counts.
    """
    if len(counts) != len(HALF_STARS):
        raise ValueError(f"A histogram of votes has {len(HALF_STARS)} columns, not {len(counts)}.")
    total, highest = sum(counts), max(counts)
    columns = []
    for index, (label, count) in enumerate(zip(HALF_STARS, counts, strict=True)):
        height = max(1.5, count / highest * _HEIGHT) if count else 0
        columns.append(
            Column(
                label=label,
                count=count,
                share=count / total if total else 0,
                x=round(index * _STEP + _GAP / 2, 2),
                y=round(_HEIGHT - height, 2),
                width=round(_STEP - _GAP, 2),
                height=round(height, 2),
                middle=round((index + 0.5) * _STEP, 2),
                is_mine=mine == index + 1,
            )
        )
    return Histogram(columns=tuple(columns), total=total, width=_WIDTH, height=_HEIGHT)


def bar_width(value: float, maximum: float, *, width: float = 100) -> float:
    """Give the length of a bar of `value` on a scale of 0 to `maximum`, never outside the scale."""
    if maximum <= 0:
        return 0
    return round(min(max(value / maximum, 0), 1) * width, 2)


@dataclass(frozen=True, slots=True)
class RankLine:
    """Places over time in a box of width by height units, the best place on top: the points of an SVG polyline."""

    points: str
    last_x: float
    last_y: float
    best: int
    worst: int
    width: int
    height: int


def rank_line(places: Sequence[tuple[date, int]]) -> RankLine:
    """Lay out places by day, oldest first. Raises ValueError when there are none."""
    if not places:
        raise ValueError("A line needs at least one place.")
    best, worst = min(rank for _, rank in places), max(rank for _, rank in places)
    days = (places[-1][0] - places[0][0]).days
    drawn = [
        (
            round((day - places[0][0]).days / days * _LINE_WIDTH, 1) if days else _LINE_WIDTH / 2,
            round((rank - best) / (worst - best) * _LINE_HEIGHT, 1) if worst > best else _LINE_HEIGHT / 2,
        )
        for day, rank in places
    ]
    return RankLine(
        points=" ".join(f"{x},{y}" for x, y in drawn),
        last_x=drawn[-1][0],
        last_y=drawn[-1][1],
        best=best,
        worst=worst,
        width=_LINE_WIDTH,
        height=_LINE_HEIGHT,
    )
