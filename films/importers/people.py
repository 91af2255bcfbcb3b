"""The people of a chunk of titles: found by their ids, or by their name among those credited already; else new.

Only those come in whose part in a title is written.
"""

from collections.abc import Mapping
from typing import Final

from django.db.backends.utils import CursorWrapper

from films.importers.base import Report
from films.importers.fields import PERSON_COLUMNS
from films.importers.staging import fill
from films.importers.writing import decide_columns, record_history, values_to_replace, write_columns
from films.models import Person
from filmsite.lib.bulk import default_columns

_PEOPLE = """
    SELECT import_person.*, NULL::bool AS is_new FROM import_person
    WHERE key IN (SELECT person_key FROM import_credit WHERE key IN (SELECT key FROM chunk_key))
"""
_FIND = """
    UPDATE chunk_person SET person_id = known.person_id
    FROM films_externalid AS known
    WHERE chunk_person.person_id IS NULL AND known.source = chunk_person.source AND known.value = chunk_person.key
        AND known.person_id IS NOT NULL;
    UPDATE chunk_person SET person_id = found.person_id
    FROM (
        SELECT staged.person_key, person.name, min(person.id) AS person_id
        FROM chunk_key JOIN import_credit AS staged USING (key)
        JOIN films_credit AS credit ON credit.title_id = chunk_key.title_id
        JOIN films_person AS person ON person.id = credit.person_id
        WHERE chunk_key.is_new IS NULL GROUP BY 1, 2
    ) AS found
    WHERE chunk_person.person_id IS NULL AND found.person_key = chunk_person.key AND found.name = chunk_person.name
        AND NOT EXISTS (SELECT FROM films_externalid AS other
            WHERE other.person_id = found.person_id AND other.source = chunk_person.source)
"""
# In the order of their ids, as for titles.
_HOLD = """
    SELECT FROM films_person WHERE id IN (SELECT person_id FROM chunk_person WHERE person_id IS NOT NULL)
    ORDER BY id FOR NO KEY UPDATE
"""
_PARTS = """
    SELECT title_id, staged.*, person.person_id
    FROM import_credit AS staged JOIN chunk_key USING (key) JOIN chunk_person AS person ON person.key = staged.person_key
"""
_NOBODY = """
    SELECT file, line, 'nobody of this import has the id ' || person_key FROM import_credit
    WHERE key IN (SELECT key FROM chunk_key) AND person_key NOT IN (SELECT key FROM chunk_person)
"""
_NUMBER_NEW = """
    UPDATE chunk_person SET person_id = fresh.person_id, is_new = true
    FROM (
        SELECT place, nextval(pg_get_serial_sequence('films_person', 'id')) AS person_id
        FROM (
            SELECT place FROM chunk_person WHERE person_id IS NULL AND key IN (
                SELECT person_key FROM chunk_credit JOIN chunk_write USING (title_id, field)
            ) ORDER BY place
        ) AS in_order
    ) AS fresh
    WHERE fresh.place = chunk_person.place;
    UPDATE chunk_credit SET person_id = chunk_person.person_id
    FROM chunk_person WHERE chunk_credit.person_id IS NULL AND chunk_person.key = person_key;
"""
_ADD_IDS = """
    INSERT INTO films_externalid (source, value, person_id)
    SELECT source, key, person_id FROM chunk_person
    WHERE person_id IS NOT NULL AND is_merged IS NULL ORDER BY source, key ON CONFLICT DO NOTHING
"""
_END = """
    INSERT INTO import_touched_person
    SELECT person_id FROM chunk_credit JOIN chunk_write USING (title_id, field) WHERE person_id IS NOT NULL
    UNION SELECT person_id FROM chunk_person_write
    ON CONFLICT DO NOTHING;
    UPDATE import_person SET person_id = chunk.person_id, is_merged = true
    FROM chunk_person AS chunk WHERE chunk.place = import_person.place AND chunk.person_id IS NOT NULL;
"""
_COUNT = """
    SELECT count(*) FILTER (WHERE is_new AND is_merged IS NULL),
        count(*) FILTER (WHERE is_new IS NULL AND is_merged IS NULL AND person_id IN (
            SELECT person_id FROM chunk_person_write)),
        count(*) FILTER (WHERE person_id IS NOT NULL AND is_merged IS NULL)
    FROM chunk_person
"""
_COUNT_CREDITS = """
    SELECT count(*) FILTER (WHERE noted.was_empty), count(*) FILTER (WHERE NOT noted.was_empty), count(*)
    FROM (SELECT part.title_id, credit.field FROM chunk_part AS part
        JOIN (SELECT DISTINCT role, field FROM chunk_credit) AS credit USING (role)) AS staged
    LEFT JOIN chunk_write AS noted USING (title_id, field)
"""
WRITE: Final = "chunk_person_write"


def find_people(cursor: CursorWrapper, credits: Report | None) -> None:
    """Find out who the credited people of the chunk are, and hold them; credits of nobody are refused."""
    fill(cursor, "chunk_person", _PEOPLE)
    cursor.execute(_FIND)
    cursor.execute(_HOLD)
    fill(cursor, "chunk_part", _PARTS)
    if credits:
        cursor.execute(_NOBODY)
        for file, line, reason in sorted(cursor.fetchall()):
            credits.reject(file, line, reason)


def write_people(
    cursor: CursorWrapper, reports: Mapping[str, Report], source: str, with_history: bool
) -> None:
    """Store those who are new and refresh those who are known, once it is decided which credits are written."""
    cursor.execute("SELECT EXISTS (SELECT FROM chunk_person)")
    if not cursor.fetchone()[0]:
        return
    cursor.execute(_NUMBER_NEW)
    _insert_new(cursor, source)
    decide_columns(
        cursor,
        PERSON_COLUMNS,
        source,
        owner="person",
        chunk="chunk_person",
        write=WRITE,
        which="is_new IS NULL AND is_merged IS NULL",
    )
    before = values_to_replace(cursor, Person, WRITE) if with_history else {}
    write_columns(cursor, PERSON_COLUMNS, source, owner="person", chunk="chunk_person", write=WRITE)
    record_history(Person, before)
    cursor.execute(_ADD_IDS)
    if "people" in reports:
        cursor.execute(_COUNT)
        created, changed, found = cursor.fetchone()
        reports["people"].created += created
        reports["people"].changed += changed
        reports["people"].unchanged += found - created - changed
    if "credits" in reports:
        cursor.execute(_COUNT_CREDITS)
        created, changed, found = cursor.fetchone()
        reports["credits"].created += created
        reports["credits"].changed += changed
        reports["credits"].unchanged += found - created - changed
    cursor.execute(_END)


def _insert_new(cursor: CursorWrapper, source: str) -> None:
    given = ["id", "name", "sort_name", "slug", "born", "died", "provenance", "created_at"]
    defaults = default_columns(Person, given)
    cursor.execute(
        f"""
        INSERT INTO films_person ({", ".join([*given, *defaults])})
        SELECT person_id, name, sort_name, slug, born, died, jsonb_strip_nulls(jsonb_build_object(
            'name', %s::text, 'born', CASE WHEN born <> '' THEN %s::text END, 'died', CASE WHEN died <> '' THEN %s::text END
        )), now(){", %s" * len(defaults)}
        FROM chunk_person WHERE is_new ORDER BY person_id
        """,  # noqa: S608 (only names of our own)
        [source, source, source, *defaults.values()],
    )
