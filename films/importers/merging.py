"""Staged rows into the catalogue, some thousand titles a transaction, by statements about sets of rows.

A title is found by its ids, best first; what has no match is new. Which facts are written is decided for all of them
first (`chunk_write`), then everything is written at once. Whoever runs an import twice changes nothing by it, and rows
that a source no longer has delete nothing.
"""

from collections.abc import Mapping
from typing import Final

from django.db import OperationalError, connection, models, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import DeadlockDetected, LockNotAvailable

from films.importers.base import Report
from films.importers.fields import LISTS, PASSING, TITLE_COLUMNS, RowList, is_locked
from films.importers.identifying import identify, reject_found
from films.importers.people import find_people, write_people
from films.importers.staging import ROWS, Workspace, fill
from films.importers.writing import decide_columns, record_history, values_to_replace, write_columns
from films.models import Title
from filmsite.lib.bulk import default_columns

CHUNK: Final = 5_000
# Less than the second after which PostgreSQL ends one of two that wait for each other.
_PATIENCE_MS: Final = 300

# What is to be written, and what was touched otherwise.
_NOTES: Final = {
    "chunk_write": "title_id bigint, field text, is_new bool, was_empty bool",
    "chunk_person_write": "person_id bigint, field text, is_new bool, was_empty bool",
    "chunk_touched": "title_id bigint",
}
_REJECT_REPEATED = """
    DELETE FROM {table} USING (
        SELECT place, row_number() OVER (PARTITION BY key ORDER BY place) AS number FROM {table}
    ) AS numbered
    WHERE numbered.place = {table}.place AND number > 1 RETURNING line, key || ' came before in this file'
"""
_REJECT_REPEATED_IDS = """
    DELETE FROM import_id USING (
        SELECT ctid AS at, first_value(key) OVER same AS owner, row_number() OVER same AS number
        FROM import_id WINDOW same AS (PARTITION BY source, value ORDER BY priority, line)
    ) AS numbered
    WHERE import_id.ctid = numbered.at AND number > 1
    RETURNING file, line, source || ' ' || value || ' belongs to ' || owner || ' already', owner = import_id.key
"""
_TITLES = """
    SELECT import_title.*, false AS by_own_id, NULL::bigint AS parent_id FROM import_title
    WHERE place > %(first)s AND place <= %(last)s
"""
_IDS = (
    "SELECT import_id.*, NULL::bigint AS title_id FROM import_id WHERE key IN (SELECT key FROM chunk_title)"
)
# Titles and people whose ids the chunk has; duplicates, what they became one with, and seasons included.
_HOLD_CONCERNED = """
    WITH RECURSIVE concerned AS (
        SELECT known.title_id AS id FROM chunk_id JOIN films_externalid AS known USING (source, value)
        UNION
        SELECT title_id FROM import_title WHERE key IN (SELECT parent_key FROM chunk_title WHERE parent_key IS NOT NULL)
        UNION
        SELECT other.id FROM concerned JOIN films_title AS title ON title.id = concerned.id CROSS JOIN LATERAL (
            SELECT title.merged_into_id AS id UNION ALL SELECT season.id FROM films_title AS season WHERE parent_id = title.id
        ) AS other
    )
    SELECT FROM films_title WHERE id IN (SELECT id FROM concerned) ORDER BY id FOR NO KEY UPDATE
"""
_HOLD_CONCERNED_PEOPLE = """
    SELECT FROM films_person WHERE id IN (
        SELECT known.person_id FROM import_person AS staged
        JOIN films_externalid AS known ON known.source = staged.source AND known.value = staged.key
        WHERE staged.key IN (SELECT person_key FROM import_credit WHERE key IN (SELECT key FROM chunk_title))
    )
    ORDER BY id FOR NO KEY UPDATE
"""
# What came in between the two is little.
_HOLD_KNOWN = """
    SELECT FROM films_title WHERE id IN (SELECT title_id FROM chunk_title WHERE is_new IS NULL)
    ORDER BY id FOR NO KEY UPDATE
"""
_GENRES = """
    SELECT DISTINCT ON (staged.name) staged.name, genre.id AS genre_id
    FROM (SELECT DISTINCT name, slug FROM import_genre) AS staged
    JOIN films_genre AS genre ON genre.name = staged.name OR genre.slug = staged.slug
    ORDER BY staged.name, genre.name = staged.name DESC
"""
_COMPANIES = """
    SELECT name, min(id) AS company_id FROM films_company
    WHERE name IN (SELECT name FROM import_company JOIN chunk_key USING (key)) GROUP BY name
"""
_ADD_WHAT_IS_NAMED = """
    INSERT INTO films_genre (name, slug)
    SELECT name, min(slug) FROM import_genre JOIN chunk_key USING (key) GROUP BY name ORDER BY name
    ON CONFLICT DO NOTHING;
    INSERT INTO films_country (code)
    SELECT code FROM import_country JOIN chunk_key USING (key)
    UNION SELECT country FROM import_release JOIN chunk_key USING (key)
    UNION SELECT country FROM import_company JOIN chunk_key USING (key) WHERE country IS NOT NULL ORDER BY 1
    ON CONFLICT DO NOTHING;
    INSERT INTO films_language (code)
    SELECT DISTINCT code FROM import_language JOIN chunk_key USING (key) ORDER BY 1 ON CONFLICT DO NOTHING;
    INSERT INTO films_company (name, slug, country_id)
    SELECT DISTINCT ON (staged.name) staged.name, staged.slug, staged.country
    FROM import_company AS staged JOIN chunk_key USING (key)
    WHERE NOT EXISTS (SELECT FROM films_company AS known WHERE known.name = staged.name)
    ORDER BY staged.name, staged.country ON CONFLICT DO NOTHING;
"""
# What of the staged names the catalogue does not have; and of a title that goes by another name here, the source's.
_NEW_NAMES = f"""
    SELECT DISTINCT ON (staged.title_id, staged.name)
        staged.title_id, staged.name, staged.kind, staged.language, staged.region, staged.is_extra
    FROM (
        SELECT title_id, is_new, line, import_name.name, import_name.kind, language, region, false AS is_extra
        FROM import_name JOIN chunk_key USING (key)
        UNION ALL
        SELECT title_id, is_new, line, name, 'international', '', '', true FROM chunk_title
        WHERE is_new IS NULL AND is_second IS NULL AND kind <> 'season'
    ) AS staged
    LEFT JOIN films_title AS title ON title.id = staged.title_id AND staged.is_new IS NULL
    LEFT JOIN chunk_title AS chunk ON chunk.title_id = staged.title_id AND chunk.is_new
    WHERE staged.name NOT IN (coalesce(title.name, chunk.name), coalesce(title.original_name, chunk.original_name, ''))
        AND (staged.is_new OR (
            title.provenance ->> 'alternative_titles' IS DISTINCT FROM 'person'
            AND (
                title.provenance ->> 'alternative_titles' = %(source)s
                OR NOT EXISTS (SELECT FROM films_alternativetitle AS known WHERE known.title_id = title.id)
                OR NOT (title.provenance ->> 'alternative_titles' = ANY (%(passing)s) OR %(source)s = ANY (%(passing)s))
            )
            AND NOT EXISTS (
                SELECT FROM films_alternativetitle AS known
                WHERE known.title_id = title.id AND known.name = staged.name
            )
            AND NOT {is_locked("title.id", "title", "'alternative_titles'")}
        ))
    ORDER BY staged.title_id, staged.name, staged.is_extra, staged.language = '', staged.line
"""  # noqa: S608 (only names of our own)
# Names are added to what another importer gave, which makes them no less its own. Those of a source whose facts go when
# their time is over never stand beside others: the fact's provenance says whose all of them are.
_NOTE_NAMES = """
    INSERT INTO chunk_write SELECT DISTINCT title_id, 'alternative_titles', coalesce(chunk.is_new, false), true
    FROM chunk_name JOIN chunk_key AS chunk USING (title_id) LEFT JOIN films_title AS title ON title.id = title_id
    WHERE title.id IS NULL OR NOT EXISTS (SELECT FROM films_alternativetitle AS known WHERE known.title_id = title.id)
"""
_ADD_NAMES = """
    INSERT INTO films_alternativetitle (title_id, name, kind, language, region)
    SELECT title_id, name, kind, language, region FROM chunk_name ORDER BY title_id, is_extra
    ON CONFLICT DO NOTHING
"""
_ADD_IDS = f"""
    WITH added AS (
        INSERT INTO films_externalid (source, value, title_id)
        SELECT source, value, chunk_title.title_id FROM chunk_id JOIN chunk_title USING (key)
        WHERE chunk_id.title_id IS NULL AND (
            priority = 0 OR is_new OR NOT {is_locked("chunk_title.title_id", "title", "'external_ids'")}
        )
        ORDER BY source, value ON CONFLICT DO NOTHING RETURNING title_id
    ) INSERT INTO chunk_touched SELECT title_id FROM added
"""  # noqa: S608 (only names of our own)
_ADD_SCORES = f"""
    WITH stored AS (
        INSERT INTO films_externalscore AS score (title_id, source, score, scale, votes, as_of)
        SELECT DISTINCT ON (title_id, staged.source) title_id, staged.source, staged.score, staged.scale, staged.votes,
            staged.as_of
        FROM import_score AS staged JOIN chunk_key USING (key)
        WHERE (is_new OR NOT {is_locked("title_id", "title", "''")})
        ORDER BY title_id, staged.source, staged.line DESC
        ON CONFLICT (title_id, source) DO UPDATE
        SET score = excluded.score, scale = excluded.scale, votes = excluded.votes, as_of = excluded.as_of
        WHERE score.as_of <= excluded.as_of AND (score.score, score.scale, score.votes, score.as_of)
            IS DISTINCT FROM (excluded.score, excluded.scale, excluded.votes, excluded.as_of)
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new),
        (SELECT count(*) FROM import_score JOIN chunk_key USING (key))
    FROM stored
"""  # noqa: S608 (only names of our own)
_NAME_SEASONS = """
    UPDATE films_title AS season SET name = show.name, sort_name = show.sort_name, slug = show.slug
    FROM films_title AS show
    WHERE show.id = season.parent_id AND season.name <> show.name
        AND show.id IN (SELECT title_id FROM chunk_write WHERE field = 'name' AND NOT is_new)
"""
_NOTE_SOURCE = """
    INSERT INTO films_sourcerecord AS record (title_id, source, fetched_at)
    SELECT title_id, %s, max(fetched_at) FROM chunk_title WHERE fetched_at IS NOT NULL GROUP BY title_id
    ON CONFLICT (title_id, source) DO UPDATE SET fetched_at = excluded.fetched_at
    WHERE excluded.fetched_at > record.fetched_at
"""
_END = """
    INSERT INTO chunk_touched SELECT title_id FROM chunk_write;
    INSERT INTO import_touched_title SELECT DISTINCT title_id FROM chunk_touched ON CONFLICT DO NOTHING;
    UPDATE import_title SET title_id = chunk.title_id, is_new = chunk.is_new, is_second = chunk.is_second
    FROM chunk_title AS chunk WHERE chunk.place = import_title.place;
"""
_COUNT = """
    SELECT kind = 'season', count(*) FILTER (WHERE is_new),
        count(*) FILTER (WHERE is_new IS NULL AND title_id IN (SELECT title_id FROM chunk_touched)), count(*)
    FROM chunk_title GROUP BY kind = 'season'
"""
# What was staged for titles that did not come in, and people who are credited in nothing that was written.
_LEFT_OUT = """
    SELECT count(*) FROM {table} WHERE NOT EXISTS (
        SELECT FROM import_title WHERE import_title.key = {table}.key AND title_id IS NOT NULL AND is_second IS NULL
    )
"""


def prepare_merging(
    cursor: CursorWrapper, *, reports: Mapping[str, Report], file: str, people_file: str = ""
) -> None:
    """Refuse keys and ids that come twice, and index what was staged. To be done once, after staging.

    A source without a `people_file` tells of people wherever they are credited: nothing is wrong when it does so twice.
    """
    for table, columns in ROWS.items():
        if "key" in columns:
            cursor.execute(f"CREATE INDEX ON {table} (key)")
            cursor.execute(f"ANALYZE {table}")
    cursor.execute("CREATE INDEX ON import_title (title_id) WHERE title_id IS NOT NULL")
    cursor.execute(_REJECT_REPEATED.format(table="import_title"))
    reject_found(cursor, reports["titles"], file)
    if "people" in reports:
        cursor.execute(_REJECT_REPEATED.format(table="import_person"))
        if people_file:
            reject_found(cursor, reports["people"], people_file)
        else:
            reports["people"].skipped += cursor.rowcount
    cursor.execute(_REJECT_REPEATED_IDS)
    for id_file, line, reason, is_repetition in sorted(cursor.fetchall()):
        if not is_repetition:
            reports["titles"].reject(id_file, line, reason)


def merge_titles(workspace: Workspace, *, source: str, file: str) -> None:
    """Bring the staged rows into the catalogue, chunk by chunk."""
    step = "merge titles"
    with connection.cursor() as cursor:
        for table, columns in _NOTES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({columns})")
    while not workspace.is_done(step):
        first = workspace.after(step)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(place) FROM (SELECT place FROM import_title WHERE place > %s ORDER BY place LIMIT %s) AS next",
                [first, CHUNK],
            )
            last = cursor.fetchone()[0]
        with workspace.batch(step, first if last is None else last, is_done=last is None) as cursor:
            if last is None:
                _count_left_out(cursor, workspace.reports)
            else:
                _merge_chunk(cursor, workspace.reports, source, file, first, last)


def _merge_chunk(
    cursor: CursorWrapper,
    reports: Mapping[str, Report],
    source: str,
    file: str,
    first: int,
    last: int,
) -> None:
    with_history = source not in PASSING
    fill(cursor, "chunk_title", _TITLES, {"first": first, "last": last})
    fill(cursor, "chunk_id", _IDS)
    cursor.execute(f"TRUNCATE {', '.join(_NOTES)}")
    _hold_concerned(cursor)
    identify(cursor, reports, file)
    # What a person says of them meanwhile waits as well, and is not decided about from what was read before.
    cursor.execute(_HOLD_KNOWN)
    cursor.execute(_ADD_WHAT_IS_NAMED)
    fill(cursor, "chunk_genre", _GENRES)
    fill(cursor, "chunk_company", _COMPANIES)
    find_people(cursor, reports.get("credits"))
    cursor.execute("SELECT EXISTS (SELECT FROM chunk_title WHERE is_new IS NULL AND is_second IS NULL)")
    has_known = cursor.fetchone()[0]
    _decide_columns(cursor, source, has_known)
    for rows in LISTS:
        _decide_rows(cursor, rows, source, has_known)
    fill(cursor, "chunk_name", _NEW_NAMES, {"source": source, "passing": list(PASSING)})
    cursor.execute(_NOTE_NAMES)
    before = values_to_replace(cursor, Title, "chunk_write") if has_known and with_history else {}
    write_people(cursor, reports, source, with_history)
    _write_titles(cursor, source, has_known)
    for rows in LISTS:
        _write_rows(cursor, rows, has_known)
    _write_names(cursor, reports.get("names"))
    cursor.execute(_ADD_IDS)
    _write_scores(cursor, reports.get("scores"))
    cursor.execute(_NOTE_SOURCE, [source])
    record_history(Title, before)
    cursor.execute(_END)
    cursor.execute(_COUNT)
    for is_season, created, changed, number in cursor.fetchall():
        report = reports["seasons" if is_season else "titles"]
        report.created += created
        report.changed += changed
        report.unchanged += number - created - changed


def _hold_concerned(cursor: CursorWrapper) -> None:
    """Let others write neither of the titles and people of the chunk nor external ids until it is in, so that no title
    comes in twice and nobody's correction is taken back.

    Whoever corrects a title holds it before its ids, and a merge holds the ids before its titles: this one takes rows
    and then ids, and gives the rows back where that would be waiting for each other.
    """
    while True:
        try:
            with transaction.atomic():
                cursor.execute(_HOLD_CONCERNED)
                cursor.execute(_HOLD_CONCERNED_PEOPLE)
                cursor.execute(f"SET LOCAL lock_timeout = {_PATIENCE_MS}")
                cursor.execute("LOCK TABLE films_externalid IN SHARE ROW EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                raise
        else:
            return


def _count_left_out(cursor: CursorWrapper, reports: Mapping[str, Report]) -> None:
    for name, table in (("names", "import_name"), ("credits", "import_credit"), ("scores", "import_score")):
        if name in reports:
            cursor.execute(_LEFT_OUT.format(table=table))
            reports[name].skipped += cursor.fetchone()[0]
    if "people" in reports:
        cursor.execute("SELECT count(*) FROM import_person WHERE is_merged IS NULL")
        reports["people"].skipped += cursor.fetchone()[0]


def _decide_columns(cursor: CursorWrapper, source: str, has_known: bool) -> None:
    given = ", ".join(f"('{field}', chunk.{columns[0]}::text)" for field, columns in TITLE_COLUMNS.items())
    cursor.execute(
        f"""
        INSERT INTO chunk_write SELECT title_id, field, true, true
        FROM chunk_title AS chunk CROSS JOIN LATERAL (VALUES {given}) AS fact (field, given)
        WHERE is_new AND given <> '' AND (kind <> 'season' OR field <> 'name')
        """  # noqa: S608 (only names of our own)
    )
    if has_known:
        decide_columns(
            cursor,
            TITLE_COLUMNS,
            source,
            owner="title",
            chunk="chunk_title",
            write="chunk_write",
            which="is_new IS NULL AND is_second IS NULL AND (chunk.kind <> 'season' OR field <> 'name')",
        )


def _decide_rows(cursor: CursorWrapper, rows: RowList, source: str, has_known: bool) -> None:
    fill(cursor, rows.staged, rows.rows)
    cursor.execute(
        f"""
        INSERT INTO chunk_write SELECT DISTINCT title_id, field, true, true
        FROM {rows.staged} JOIN chunk_title USING (title_id) WHERE is_new
        """  # noqa: S608 (only names of our own)
    )
    if not has_known:
        return
    row = f"ROW({rows.names})::text"
    cursor.execute(
        f"""
        INSERT INTO chunk_write SELECT title_id, staged.field, false, stored.rows IS NULL
        FROM (
            SELECT title_id, field, array_agg({row} ORDER BY {row}) AS rows FROM {rows.staged}
            WHERE title_id IN (SELECT title_id FROM chunk_title WHERE is_new IS NULL AND is_second IS NULL)
            GROUP BY title_id, field
        ) AS staged
        JOIN films_title AS title ON title.id = title_id
        LEFT JOIN (
            SELECT title_id, {rows.field} AS field, array_agg({row} ORDER BY {row}) AS rows FROM {rows.table}
            WHERE title_id IN (SELECT title_id FROM chunk_title WHERE is_new IS NULL AND is_second IS NULL)
            GROUP BY 1, 2
        ) AS stored USING (title_id, field)
        WHERE stored.rows IS DISTINCT FROM staged.rows
            AND (stored.rows IS NULL OR title.provenance ->> staged.field = %s)
            AND NOT {is_locked("title.id", "title", "staged.field")}
        """,  # noqa: S608 (only names of our own)
        [source],
    )


def _write_titles(cursor: CursorWrapper, source: str, has_known: bool) -> None:
    copied = ["kind", "parent_id", "season_number", "name", "sort_name", "slug"]
    copied += [column for field, columns in TITLE_COLUMNS.items() if field != "name" for column in columns]
    texts = {
        field.column
        for field in Title._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    }
    given = ["id", *copied, "provenance", "created_at", "updated_at"]
    defaults = default_columns(Title, given)
    values = ", ".join(f"coalesce({column}, '')" if column in texts else column for column in copied)
    cursor.execute(
        f"""
        INSERT INTO films_title ({", ".join([*given, *defaults])})
        SELECT title_id, {values}, coalesce(noted.provenance, '{{}}'), now(), now(){", %s" * len(defaults)}
        FROM chunk_title LEFT JOIN (
            SELECT title_id, jsonb_object_agg(field, %s::text) AS provenance FROM chunk_write WHERE is_new GROUP BY 1
        ) AS noted USING (title_id)
        WHERE is_new ORDER BY title_id
        """,  # noqa: S608 (only names of our own)
        [*defaults.values(), source],
    )
    if has_known:
        write_columns(
            cursor,
            TITLE_COLUMNS,
            source,
            owner="title",
            chunk="chunk_title",
            write="chunk_write",
            also=", updated_at = now()",
        )
        cursor.execute(_NAME_SEASONS)


def _write_rows(cursor: CursorWrapper, rows: RowList, has_known: bool) -> None:
    if has_known:
        cursor.execute(
            f"""
            DELETE FROM {rows.table} USING chunk_write AS noted
            WHERE {rows.table}.title_id = noted.title_id AND {rows.field} = noted.field AND NOT noted.is_new
            """  # noqa: S608 (only names of our own)
        )
    cursor.execute(
        f"""
        INSERT INTO {rows.table} (title_id, {rows.names})
        SELECT title_id, {rows.names} FROM {rows.staged} JOIN chunk_write USING (title_id, field)
        ORDER BY title_id, {rows.names} ON CONFLICT DO NOTHING
        """  # noqa: S608 (only names of our own)
    )


def _write_names(cursor: CursorWrapper, report: Report | None) -> None:
    cursor.execute(_ADD_NAMES)
    cursor.execute("INSERT INTO chunk_touched SELECT title_id FROM chunk_name")
    if report:
        cursor.execute(
            """
            SELECT (SELECT count(*) FROM chunk_name WHERE NOT is_extra),
                (SELECT count(*) FROM import_name WHERE key IN (SELECT key FROM chunk_key))
            """
        )
        added, staged = cursor.fetchone()
        report.created += added
        report.unchanged += staged - added


def _write_scores(cursor: CursorWrapper, report: Report | None) -> None:
    cursor.execute(_ADD_SCORES)
    created, changed, staged = cursor.fetchone()
    if report:
        report.created += created
        report.changed += changed
        report.unchanged += staged - created - changed
