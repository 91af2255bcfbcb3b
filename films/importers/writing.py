"""Writing facts that are columns of a title or person, and the history of those that replace others."""

from collections.abc import Iterable
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

from films.editing import FIELDS_OF_PERSON, FIELDS_OF_TITLE
from films.importers.fields import is_locked
from films.models import Change, Person, Title
from films.services.editing import MODERATION

# Rows of one UPDATE: what the trigger on titles takes grows with their square.
_ROWS: Final = 250


def decide_columns(
    cursor: CursorWrapper,
    fields: dict[str, tuple[str, ...]],
    source: str,
    *,
    owner: str,
    chunk: str,
    write: str,
    which: str,
) -> None:
    """Note in `write` which facts of rows that the catalogue has are to be written from the rows of `chunk`."""
    facts = ", ".join(
        f"('{field}', chunk.{columns[0]}::text, known.{columns[0]}::text)"
        for field, columns in fields.items()
    )
    cursor.execute(
        f"""
        INSERT INTO {write} SELECT {owner}_id, field, false, coalesce(stored, '') = ''
        FROM {chunk} AS chunk JOIN films_{owner} AS known ON known.id = {owner}_id
        CROSS JOIN LATERAL (VALUES {facts}) AS fact (field, given, stored)
        WHERE {which} AND given <> '' AND coalesce(stored, '') <> given
            AND (
                coalesce(stored, '') = '' AND known.provenance ->> field IS DISTINCT FROM '{MODERATION}'
                OR known.provenance ->> field = %s
            )
            AND NOT {is_locked("known.id", owner, "fact.field")}
        """,  # noqa: S608 (only names of our own)
        [source],
    )


def write_columns(
    cursor: CursorWrapper,
    fields: dict[str, tuple[str, ...]],
    source: str,
    *,
    owner: str,
    chunk: str,
    write: str,
    also: str = "",
) -> None:
    """Write the facts that `decide_columns` noted, and whose they now are (of facts in rows as well)."""
    sets = ", ".join(
        # A sort name that a person gave stays with whatever name there is.
        f"{column} = CASE WHEN '{field}' = ANY (noted.fields)"
        + (" AND known.provenance ->> 'sort_name' IS DISTINCT FROM 'person'" if column == "sort_name" else "")
        + f" THEN coalesce(chunk.{column}, known.{column}) ELSE known.{column} END"
        for field, columns in fields.items()
        for column in columns
    )
    cursor.execute(f"SELECT DISTINCT {owner}_id FROM {write} WHERE NOT is_new ORDER BY 1")  # noqa: S608 (only names of our own)
    ids = [row[0] for row in cursor.fetchall()]
    for first in range(0, len(ids), _ROWS):
        cursor.execute(
            f"""
            UPDATE films_{owner} AS known SET {sets}{also},
                provenance = known.provenance
                    || (SELECT jsonb_object_agg(field, %s::text) FROM unnest(noted.fields) AS field)
            FROM {chunk} AS chunk
            JOIN (
                SELECT {owner}_id, array_agg(DISTINCT field) AS fields FROM {write}
                WHERE {owner}_id = ANY (%s) GROUP BY 1
            ) AS noted USING ({owner}_id)
            WHERE known.id = {owner}_id{" AND chunk.is_second IS NULL" if owner == "title" else ""}
            """,  # noqa: S608 (only names of our own)
            [source, ids[first : first + _ROWS]],
        )


def values_to_replace(
    cursor: CursorWrapper, model: type[Title] | type[Person], write: str
) -> dict[tuple[str, int], Any]:
    """The values, by field and id, that are about to be replaced by others. What was empty leaves no history."""
    key = "title_id" if model is Title else "person_id"
    cursor.execute(
        f"SELECT field, array_agg({key}) FROM {write} WHERE NOT is_new AND NOT was_empty GROUP BY field"  # noqa: S608 (only names of our own)
    )
    return dict(_values(model, cursor.fetchall()))


def record_history(model: type[Title] | type[Person], before: dict[tuple[str, int], Any]) -> None:
    """Add a line of history for each value that was replaced."""
    ids: dict[str, list[int]] = {}
    for field, key in before:
        ids.setdefault(field, []).append(key)
    owner = "title_id" if model is Title else "person_id"
    Change.objects.bulk_create(
        [
            Change(
                **{owner: key}, field=field, old=before[field, key], new=value, origin=Change.Origin.IMPORT
            )
            for (field, key), value in _values(model, ids.items())
        ],
        batch_size=1000,
    )


def _values(
    model: type[Title] | type[Person], wanted: Iterable[tuple[str, list[int]]]
) -> Iterable[tuple[tuple[str, int], Any]]:
    fields = FIELDS_OF_TITLE if model is Title else FIELDS_OF_PERSON
    for key, ids in wanted:
        store = fields[key].store
        rows = (
            model._default_manager.filter(pk__in=ids)
            .annotate(fact=store.expression())
            .values_list("pk", "fact")
        )
        for item, raw in rows:
            yield (key, item), store.value(raw)
