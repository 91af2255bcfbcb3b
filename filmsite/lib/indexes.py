"""Doing without indexes and foreign keys while a table that is all but empty takes millions of rows.

Building them afterwards takes a fraction of keeping them up row by row. What is taken away is written down in the same
transaction, so that whoever comes after a crash can bring it back. Unique keys and triggers stay: no row can come in
twice and no total can go wrong meanwhile, only pages are slower.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from django.db import DatabaseError, IntegrityError, connection, transaction

log = structlog.get_logger("filmsite.indexes")

# A table with more rows is in use, and keeps what it has.
FEW_ROWS: Final = 10_000
_LOCK_TIMEOUT: Final = "3s"
_NOTES: Final = "suspended_definition"

_FOREIGN_KEYS: Final = """
    SELECT conname, pg_get_constraintdef(pg_constraint.oid), attname, confrelid::regclass::text
    FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE conrelid = %s::regclass AND contype = 'f' ORDER BY conname
"""
_INDEXES: Final = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = %s::regclass AND NOT indisunique ORDER BY indexrelid
"""


def suspend(tables: Sequence[str]) -> list[str]:
    """Take foreign keys and plain indexes away from those tables that hold few rows; gives their names.

    Waits three seconds for whoever uses a table and then leaves it as it is. `restore` brings everything back. Names
    of tables are trusted.
    """
    return [table for table in tables if _holds_few_rows(table) and _suspend(table)]


def is_suspended() -> bool:
    """Whether something waits for `restore`."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_NOTES])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute(f"SELECT EXISTS (SELECT FROM {_NOTES})")  # noqa: S608 (a name of our own)
        return bool(cursor.fetchone()[0])


def restore() -> int:
    """Bring back what `suspend` took away, each in a transaction of its own; gives the number.

    Readers are never held up, writers of a table while its indexes are built. Rows whose foreign key leads nowhere,
    since what it led to was deleted meanwhile, are deleted as they would have been.
    """
    if not is_suspended():
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, table_name, name, definition, column_name, target FROM {_NOTES} ORDER BY column_name <> '', id"  # noqa: S608 (a name of our own)
        )
        notes = cursor.fetchall()
    for key, table, name, definition, column, target in notes:
        if column:
            _restore_foreign_key(table, name, definition, column, target)
        with transaction.atomic(), connection.cursor() as cursor:
            if not column:
                cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
                cursor.execute("SELECT to_regclass(%s) IS NULL", [name])
                if cursor.fetchone()[0]:
                    cursor.execute(definition)
            cursor.execute(f"DELETE FROM {_NOTES} WHERE id = %s", [key])  # noqa: S608 (a name of our own)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_NOTES}")
    return len(notes)


def _holds_few_rows(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM (SELECT FROM {table} LIMIT %s) AS found", [FEW_ROWS + 1])  # noqa: S608 (names are trusted)
        return int(cursor.fetchone()[0]) <= FEW_ROWS


def _suspend(table: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}'")
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {_NOTES} (id bigint GENERATED ALWAYS AS IDENTITY, table_name text, "
                "name text, definition text, column_name text, target text)"
            )
            cursor.execute(_FOREIGN_KEYS, [table])
            foreign_keys = cursor.fetchall()
            cursor.execute(_INDEXES, [table])
            indexes = cursor.fetchall()
            cursor.executemany(
                f"INSERT INTO {_NOTES} (table_name, name, definition, column_name, target) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608 (a name of our own)
                [(table, *found) for found in foreign_keys] + [(table, *found, "", "") for found in indexes],
            )
            for name, *_ in foreign_keys:
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
            for name, _ in indexes:
                cursor.execute(f"DROP INDEX {name}")
    except DatabaseError as error:
        log.warning("table in use, it keeps its indexes", table=table, error=str(error).strip())
        return False
    return True


def _restore_foreign_key(table: str, name: str, definition: str, column: str, target: str) -> None:
    """Add it unchecked, which takes a moment, then check it, which disturbs nobody."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s)",
            [table, name],
        )
        if not cursor.fetchone()[0]:
            cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition} NOT VALID')
    validate = f'ALTER TABLE {table} VALIDATE CONSTRAINT "{name}"'
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(validate)
    except IntegrityError:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {table} WHERE {column} IS NOT NULL "  # noqa: S608 (names from the catalogue of the database)
                f"AND NOT EXISTS (SELECT FROM {target} AS target WHERE target.id = {table}.{column})"
            )
            log.warning("rows that led nowhere deleted", table=table, rows=cursor.rowcount)
            cursor.execute(validate)
