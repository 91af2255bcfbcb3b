"""Dates of which only the year, or year and month, may be known: "1910", "1910-03", "1910-03-23"."""

from calendar import monthrange
from datetime import date


def bounds_of(value: str) -> tuple[date, date] | None:
    """The first and the last day that a partial date can mean, or None for one that no calendar has (1999-02-31)."""
    try:
        year, month, day = (int(part) for part in f"{value}-0-0".split("-")[:3])
        if day:
            return date(year, month, day), date(year, month, day)
        if month:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        return None


def ages_between(born: str, until: str) -> tuple[int, int] | None:
    """The least and the greatest age in whole years that somebody born then can have had, or None if neither is known.

    The two are equal where enough is known, else one apart.
    """
    birth, end = bounds_of(born), bounds_of(until)
    if birth is None or end is None:
        return None
    least, most = _age(birth[1], end[0]), _age(birth[0], end[1])
    return (max(least, 0), most) if most >= 0 else None


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
