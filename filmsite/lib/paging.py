"""Pages of long lists: by keyset, so that the hundred-thousandth page costs what the first one does."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """The address names a place in a list that no page of ours could have named."""


@dataclass(frozen=True)
class KeysetPage(Generic[Row]):
    """Some rows of a list, and the query strings of its neighbours (None at an end)."""

    rows: list[Row]
    previous_url: str | None
    next_url: str | None

    def __bool__(self) -> bool:
        return bool(self.rows)


def keyset_page(rows: QuerySet[Row], *, order: Sequence[str], query: QueryDict, size: int) -> KeysetPage[Row]:
    """Give the page of `rows` that `?after=` or `?before=` asks for, in one query of size + 1 rows.

    `order` names columns that are never null and together unique, all of them ascending or all descending
    ("-weighted", "-title_id"), so that one index serves both directions. Raises BadCursor.
    """
    backwards = "before" in query
    cursor = query.get("before") or query.get("after") or ""
    descending = order[0].startswith("-")
    names = [name.removeprefix("-") for name in order]
    direction = "-" if descending != backwards else ""
    rows = rows.order_by(*(direction + name for name in names))
    if cursor:
        try:
            rows = rows.filter(_beyond(names, read_cursor(cursor, len(names)), "lt" if direction else "gt"))
            found = list(rows[: size + 1])
        except (TypeError, ValueError, ValidationError) as error:
            raise BadCursor(cursor) from error
    else:
        found = list(rows[: size + 1])
    is_more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    # Going back there is always a next page: the one we came from. Going on likewise.
    has_next, has_previous = (bool(cursor), is_more) if backwards else (is_more, bool(cursor))
    return KeysetPage(
        rows=found,
        previous_url=_url(query, "before", names, found[0]) if found and has_previous else None,
        next_url=_url(query, "after", names, found[-1]) if found and has_next else None,
    )


def capped_count(rows: QuerySet[Any], *, cap: int = 1000) -> tuple[int, bool]:
    """Count at most `cap` rows; the second value says whether there are more: "1000+" is honest and cheap."""
    counted = rows.order_by()[: cap + 1].count()
    return min(counted, cap), counted > cap


def _beyond(names: Sequence[str], values: Sequence[Any], lookup: str) -> Q:
    """Rows past the given one. The outermost condition is on the first column alone, for its index."""
    (name, *more), (value, *rest) = names, values
    if not more:
        return Q(**{f"{name}__{lookup}": value})
    return Q(**{f"{name}__{lookup}e": value}) & (
        Q(**{f"{name}__{lookup}": value}) | _beyond(more, rest, lookup)
    )


def read_cursor(cursor: str, length: int) -> list[str | int | float]:
    """The values by which `cursor_url` named a place. Raises BadCursor."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=="))
    except (binascii.Error, UnicodeError, ValueError, RecursionError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(values, list) or len(values) != length:
        raise BadCursor(cursor)
    for value in values:
        finite = not isinstance(value, float) or abs(value) < 1e15
        if not isinstance(value, str | int | float) or isinstance(value, bool) or not finite:
            raise BadCursor(cursor)
        if (isinstance(value, int) and abs(value) >= 2**63) or (isinstance(value, str) and "\x00" in value):
            raise BadCursor(cursor)
    return values


def _url(query: QueryDict, place: str, names: Sequence[str], row: Model) -> str:
    return cursor_url(query, place, [getattr(row, name) for name in names])


def cursor_url(query: QueryDict, place: str, values: Sequence[Any]) -> str:
    """The query string of the page that begins `place` ("after", "before") the row of these values."""
    # A day or a moment is written as ISO 8601, with its microseconds, which the column's own field reads.
    words = json.dumps(
        list(values), ensure_ascii=False, separators=(",", ":"), default=methodcaller("isoformat")
    )
    changed = query.copy()
    for name in ("after", "before", "page"):
        changed.pop(name, None)
    changed[place] = base64.urlsafe_b64encode(words.encode()).decode().rstrip("=")
    return f"?{changed.urlencode()}"
