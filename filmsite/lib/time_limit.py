"""Statements that may take long and are not worth waiting for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def time_limit(milliseconds: int) -> Iterator[None]:
    """A block whose statements PostgreSQL stops after so long; what is stopped raises OperationalError."""
    outlives = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(milliseconds)])
        yield
        # Inside a longer transaction the limit would outlive this block.
        if outlives:
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
