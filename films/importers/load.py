"""Titles from any source into the catalogue: COPY into temporary tables, then a few set-based statements.

An import fills gaps and never overwrites: what the catalogue says already was perhaps corrected by a person. Running
it twice therefore changes nothing.
"""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.text import slugify

from films.importers.base import Report, TitleRow
from films.models import Title, TitleKind
from filmsite.lib.bulk import Progress, copy_rows, default_columns
from filmsite.lib.slugs import slug_for

_TABLES: Final = {
    "import_title": "line int, key text, name text, sort_name text, slug text, year int, title_id bigint, is_new bool",
    "import_id": "line int, key text, source text, value text, priority int",
    "import_genre": "key text, name text, slug text, position int",
    "import_name": "key text, name text, kind text",
    "import_touched": "title_id bigint",
}

# The best id that the catalogue knows decides which film a row is.
_MATCH = """
    UPDATE import_title SET title_id = found.title_id
    FROM (
        SELECT DISTINCT ON (key) key, known.title_id
        FROM import_id JOIN films_externalid AS known USING (source, value)
        WHERE known.title_id IS NOT NULL ORDER BY key, priority
    ) AS found
    WHERE found.key = import_title.key
"""
_REJECT_OTHER_KINDS = """
    DELETE FROM import_title USING films_title AS title
    WHERE title.id = import_title.title_id AND title.kind <> %(film)s
    RETURNING line, 'the catalogue has this as a ' || title.kind || ' (title ' || title.id || ')'
"""
# Two rows that are one film here: the second becomes a film of its own, without the id that led to the first.
_UNMATCH_SECOND = """
    UPDATE import_title SET title_id = NULL
    FROM (SELECT key, row_number() OVER (PARTITION BY title_id ORDER BY line) AS place FROM import_title
          WHERE title_id IS NOT NULL) AS claim
    WHERE claim.key = import_title.key AND place > 1
"""
_REJECT_TAKEN_IDS = """
    DELETE FROM import_id USING films_externalid AS known, import_title
    WHERE known.source = import_id.source AND known.value = import_id.value AND import_title.key = import_id.key
        AND known.title_id IS DISTINCT FROM import_title.title_id
    RETURNING import_title.line, import_id.source || ' ' || import_id.value || ' belongs to another entry ('
        || coalesce('title ' || known.title_id, 'person ' || known.person_id) || ')'
"""
_NUMBER_NEW = """
    UPDATE import_title SET title_id = fresh.title_id, is_new = true
    FROM (
        SELECT key, nextval(pg_get_serial_sequence('films_title', 'id')) AS title_id
        FROM (SELECT key FROM import_title WHERE title_id IS NULL ORDER BY line) AS in_order
    ) AS fresh
    WHERE fresh.key = import_title.key
"""
_FILL_YEAR = """
    INSERT INTO import_touched SELECT title_id FROM import_title JOIN films_title AS title ON title.id = title_id
    WHERE title.year IS NULL AND import_title.year IS NOT NULL;
    UPDATE films_title SET year = import_title.year, updated_at = now()
    FROM import_title
    WHERE films_title.id = import_title.title_id AND films_title.year IS NULL AND import_title.year IS NOT NULL;
"""
_ADD_GENRES = """
    INSERT INTO films_genre (name, slug)
    SELECT name, min(slug) FROM import_genre GROUP BY name ORDER BY name ON CONFLICT DO NOTHING;
    WITH added AS (
        INSERT INTO films_titlegenre (title_id, genre_id, position)
        SELECT title_id, genre.id, position
        FROM import_genre JOIN import_title USING (key)
        CROSS JOIN LATERAL (
            SELECT id FROM films_genre
            WHERE films_genre.name = import_genre.name OR films_genre.slug = import_genre.slug
            ORDER BY films_genre.name = import_genre.name DESC LIMIT 1
        ) AS genre
        WHERE NOT EXISTS (SELECT FROM films_titlegenre AS has WHERE has.title_id = import_title.title_id)
        ORDER BY title_id, position ON CONFLICT DO NOTHING RETURNING title_id
    ) INSERT INTO import_touched SELECT title_id FROM added;
"""
# A film that goes by another name here keeps it, and can be found by the source's name as well.
_ADD_NAMES = """
    INSERT INTO import_name
    SELECT key, import_title.name, 'international' FROM import_title JOIN films_title AS title ON title.id = title_id
    WHERE title.name <> import_title.name;
    WITH added AS (
        INSERT INTO films_alternativetitle (title_id, name, kind, language, region)
        SELECT DISTINCT ON (title_id, import_name.name) title_id, import_name.name, import_name.kind, '', ''
        FROM import_name JOIN import_title USING (key) JOIN films_title AS title ON title.id = title_id
        WHERE import_name.name NOT IN (title.name, title.original_name) AND NOT EXISTS (
            SELECT FROM films_alternativetitle AS known
            WHERE known.title_id = import_title.title_id AND known.name = import_name.name
        )
        ORDER BY title_id, import_name.name, import_name.kind ON CONFLICT DO NOTHING RETURNING title_id
    ) INSERT INTO import_touched SELECT title_id FROM added;
"""
_ADD_IDS = """
    WITH added AS (
        INSERT INTO films_externalid (source, value, title_id)
        SELECT source, value, title_id FROM import_id JOIN import_title USING (key)
        ORDER BY source, value ON CONFLICT DO NOTHING RETURNING title_id
    ) INSERT INTO import_touched SELECT title_id FROM added;
"""


def stage_titles(
    rows: Iterable[TitleRow], *, file: str, report: Report, progress: Progress | None = None
) -> None:
    """COPY the rows into temporary tables; a key that comes twice is rejected. Follow with `merge_titles`."""
    drop_staging()
    keys: set[str] = set()
    with connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
        batch: list[TitleRow] = []
        for row in rows:
            if row.key in keys:
                report.reject(file, row.line, f"{row.key} came before in this file")
                continue
            keys.add(row.key)
            batch.append(row)
            if len(batch) == 5_000:
                _stage(cursor, batch, progress)
                batch = []
        _stage(cursor, batch, progress)
        for table in _TABLES:
            cursor.execute(f"CREATE INDEX ON {table} ({'title_id' if table == 'import_touched' else 'key'})")
            cursor.execute(f"ANALYZE {table}")


def merge_titles(*, file: str, report: Report) -> list[int]:
    """Bring the staged rows into the catalogue; answers the ids of titles that are new or changed.

    Stands in a transaction of the caller. Other writers of external ids wait until it ends, so that no film comes in
    twice.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE films_externalid IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(_MATCH)
        _reject(cursor, _REJECT_OTHER_KINDS, file, report)
        cursor.execute(_UNMATCH_SECOND)
        _reject(cursor, _REJECT_TAKEN_IDS, file, report)
        cursor.execute(_NUMBER_NEW)
        _insert_new(cursor)
        for statement in (_FILL_YEAR, _ADD_GENRES, _ADD_NAMES, _ADD_IDS):
            cursor.execute(statement)
        cursor.execute("SELECT is_new, count(*) FROM import_title GROUP BY is_new")
        numbers: dict[bool | None, int] = dict(cursor.fetchall())
        cursor.execute(
            """
            SELECT title_id, is_new IS NOT NULL FROM import_title
            WHERE is_new OR EXISTS (SELECT FROM import_touched WHERE import_touched.title_id = import_title.title_id)
            ORDER BY title_id
            """
        )
        touched = cursor.fetchall()
    created = numbers.get(True, 0)
    report.created += created
    report.changed += len(touched) - created
    report.unchanged += numbers.get(None, 0) - (len(touched) - created)
    return [title_id for title_id, _ in touched]


def drop_staging() -> None:
    """Forget the staged rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")


def _stage(cursor: CursorWrapper, batch: list[TitleRow], progress: Progress | None) -> None:
    copy_rows(
        cursor,
        "import_title",
        ["line", "key", "name", "sort_name", "slug", "year"],
        ((row.line, row.key, row.name, row.sort_name, slug_for(row.name), row.year) for row in batch),
        progress=progress,
    )
    copy_rows(
        cursor,
        "import_id",
        ["line", "key", "source", "value", "priority"],
        (
            (row.line, row.key, source, value, place)
            for row in batch
            for place, (source, value) in enumerate(row.ids)
        ),
    )
    copy_rows(
        cursor,
        "import_genre",
        ["key", "name", "slug", "position"],
        ((row.key, name, slugify(name), place) for row in batch for place, name in enumerate(row.genres)),
    )
    copy_rows(
        cursor,
        "import_name",
        ["key", "name", "kind"],
        ((row.key, name, kind) for row in batch for name, kind in row.alternatives),
    )


def _insert_new(cursor: CursorWrapper) -> None:
    given = ["id", "kind", "name", "sort_name", "slug", "year", "created_at", "updated_at"]
    defaults: dict[str, Any] = default_columns(Title, given)
    cursor.execute(
        f"""
        INSERT INTO films_title ({", ".join([*given, *defaults])})
        SELECT title_id, %s, name, sort_name, slug, year, now(), now(){", %s" * len(defaults)}
        FROM import_title WHERE is_new ORDER BY title_id
        """,  # noqa: S608 (only names of our own)
        [TitleKind.FILM, *defaults.values()],
    )


def _reject(cursor: CursorWrapper, statement: str, file: str, report: Report) -> None:
    cursor.execute(statement, {"film": TitleKind.FILM})
    for line, reason in sorted(cursor.fetchall()):
        report.reject(file, line, reason)
