"""Tables without what slows a large load down: foreign keys, triggers, and every index but the primary key's."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection

# What goes, each with the statement that takes it away and the one that brings it back.
_CONSTRAINTS: Final = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype = %(kind)s AND conrelid = ANY (%(tables)s::regclass[])
    ORDER BY conrelid::regclass::text, conname
"""
_INDEXES: Final = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY (%(tables)s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY indrelid::regclass::text, indexrelid::regclass::text
"""


@contextmanager
def bare_tables(tables: Collection[str]) -> Iterator[None]:
    """A block in which these tables have no foreign key, no trigger and no index but that of their primary key.

    Stands in a transaction of the caller, in which everything comes back when the block ends: a load that is killed
    leaves the tables as they were. Until then nobody else can read or write them. Building the indexes checks what is
    unique and adding the foreign keys checks every reference; what triggers keep is left to the caller.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("bare_tables() needs a transaction, or a crash would leave the tables bare.")
    names = sorted(tables)
    with connection.cursor() as cursor:
        # What is still to be checked at the end would keep a table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        taken: list[tuple[str, str]] = []
        for statement, kind in ((_CONSTRAINTS, "f"), (_CONSTRAINTS, "u"), (_INDEXES, "")):
            cursor.execute(statement, {"tables": names, "kind": kind})
            taken += cursor.fetchall()
        for table in names:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for drop, _ in taken:
            cursor.execute(drop)
    yield
    with connection.cursor() as cursor:
        for _, restore in reversed(taken):
            cursor.execute(restore)
        for table in names:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
