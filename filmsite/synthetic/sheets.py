"""Rows on their way into tables."""

from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from filmsite.lib.bulk import copy_rows, default_columns


class Sheets:
    """Rows collected by table, so that one pass over the titles can fill a dozen tables; `flush` COPIES them.

    The first row of a table names its columns; those that a row does not give get the model's defaults.
    """

    def __init__(self) -> None:
        self.columns: dict[type[Model], tuple[str, ...]] = {}
        self.defaults: dict[type[Model], dict[str, Any]] = {}
        self.rows: dict[type[Model], list[tuple[Any, ...]]] = {}
        self.counts: dict[type[Model], int] = {}

    def table(self, model: type[Model], *columns: str) -> list[tuple[Any, ...]]:
        """The list to which rows of these columns are appended until the next `flush`."""
        if model not in self.columns:
            self.columns[model] = columns
            self.defaults[model] = default_columns(model, columns)
        return self.rows.setdefault(model, [])

    def flush(self) -> None:
        with connection.cursor() as cursor:
            for model, rows in self.rows.items():
                if not rows:
                    continue
                defaults = self.defaults[model]
                columns = [*self.columns[model], *defaults]
                constant = tuple(defaults.values())
                filled = ((*row, *constant) for row in rows) if constant else rows
                copied = copy_rows(cursor, model._meta.db_table, columns, filled)
                self.counts[model] = self.counts.get(model, 0) + copied
                rows.clear()

    def end(self) -> None:
        """Flush, and set the sequences behind the numbers given by hand."""
        self.flush()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), list(self.columns)):
                cursor.execute(statement)
