"""Getting many rows into PostgreSQL: COPY into a temporary table, from where set-based statements take them."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Final

from django.db import connection, models
from django.db.backends.utils import CursorWrapper
from django.db.models.fields import NOT_PROVIDED

# Rows a COPY: large enough to cost nothing, small enough for progress to be seen.
BATCH: Final = 20_000

Progress = Callable[[int], None]


def copy_rows(
    cursor: CursorWrapper,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    progress: Progress | None = None,
) -> int:
    """COPY rows into a table of ours and answer their number; `progress` hears of each batch. Names are trusted."""
    iterator, copied = iter(rows), 0
    while batch := list(islice(iterator, BATCH)):
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in batch:
                copy.write_row(row)
        copied += len(batch)
        if progress:
            progress(len(batch))
    return copied


def default_columns(model: type[models.Model], given: Sequence[str]) -> dict[str, Any]:
    """Columns that an INSERT written by hand must fill beside the given ones, with the model's default values.

    Columns that the database fills itself (keys, db_default) or that may be null are left out.
    """
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        filled_by_database = field.primary_key or field.db_default is not NOT_PROVIDED or field.null
        if field.column and field.column not in given and not filled_by_database:
            values[field.column] = field.get_db_prep_save(field.get_default(), connection)
    return values
