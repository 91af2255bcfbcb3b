"""Rows that point at a title, taken along when it becomes one with another, and brought back when they part again.

A row that would stand twice with the title that is kept (a place in a list that has one already) stays with the
duplicate, unseen, and is there again after an undo.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Model

from films.models import Image, Merge, Proposal, RankedTitle, Relation, SimilarTitle, SourceRecord


@dataclass(frozen=True, kw_only=True)
class Pointer:
    """A column of a table that names a title.

    `alone` are the columns that together with the title name one row; `other` is a second title of the row, which must
    not be the same; `condition` narrows to some rows.
    """

    model: type[Model]
    column: str = "title_id"
    alone: tuple[str, ...] | None = None
    other: str = ""
    condition: str = "true"

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> str:
        """Under which `Merge.followed` keeps the ids of the rows."""
        return f"{self.table}.{self.column}"


# The rest of the catalogue's tables hold facts, which `films.services.merging` takes over one by one, or the
# duplicate's own history. What others say of it follows:
POINTERS: Final = (
    Pointer(model=Relation, column="other_id", alone=("title_id", "kind"), other="title_id"),
    Pointer(model=SimilarTitle, column="other_id", alone=("title_id",), other="title_id"),
    Pointer(model=RankedTitle, alone=("ranked_list_id",)),
    Pointer(model=Proposal, condition="row.state = 'waiting'"),
    Pointer(model=Proposal, column="show_id", condition="row.state = 'waiting'"),
    Pointer(model=SourceRecord, alone=("source",)),
    Pointer(model=Image, alone=("kind",)),
)


def rows_follow(merges: Sequence[Merge], pointers: Collection[Pointer]) -> None:
    """Let these rows point at the kept titles, and note in `Merge.followed` which did; the caller saves the merges."""
    by_id = {merge.pk: merge for merge in merges}
    with connection.cursor() as cursor:
        for pointer in pointers:
            cursor.execute(_follow(pointer), {"merges": list(by_id)})
            for merge_id, row_id in cursor.fetchall():
                by_id[merge_id].followed.setdefault(pointer.key, []).append(row_id)


def rows_return(merges: Sequence[Merge], pointers: Collection[Pointer]) -> None:
    """Let the rows that followed point at the duplicates again, unless somebody took them elsewhere."""
    with connection.cursor() as cursor:
        for pointer in pointers:
            for merge in merges:
                if rows := merge.followed.get(pointer.key):
                    cursor.execute(
                        _return(pointer),
                        {"kept": merge.kept_id, "duplicate": merge.duplicate_id, "rows": rows},
                    )


def _follow(pointer: Pointer) -> str:
    return f"""
        UPDATE {pointer.table} AS row SET {pointer.column} = merge.kept_id
        FROM films_merge AS merge
        WHERE merge.id = ANY (%(merges)s) AND row.{pointer.column} = merge.duplicate_id AND {pointer.condition}
            AND {_may_stand(pointer, "merge.kept_id")}
        RETURNING merge.id, row.id
    """  # noqa: S608  (only names of our own)


def _return(pointer: Pointer) -> str:
    return f"""
        UPDATE {pointer.table} AS row SET {pointer.column} = %(duplicate)s
        WHERE row.id = ANY (%(rows)s) AND row.{pointer.column} = %(kept)s
            AND {_may_stand(pointer, "%(duplicate)s")}
    """  # noqa: S608  (only names of our own)


def _may_stand(pointer: Pointer, title: str) -> str:
    """Whether no row like this one stands with that title, and it would not name one title twice."""
    conditions = ["true"]
    if pointer.other:
        conditions.append(f"row.{pointer.other} <> {title}")
    if pointer.alone is not None:
        same = " AND ".join(f"twin.{column} IS NOT DISTINCT FROM row.{column}" for column in pointer.alone)
        conditions.append(
            f"NOT EXISTS (SELECT FROM {pointer.table} AS twin WHERE twin.{pointer.column} = {title} AND {same})"
        )
    return " AND ".join(conditions)
