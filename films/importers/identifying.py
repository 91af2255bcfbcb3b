"""Which title a staged row is: one that the catalogue has, by the best of its ids, or a new one; or none, and why."""

from collections.abc import Mapping

from django.db.backends.utils import CursorWrapper

from films.importers.base import Report
from films.importers.staging import fill

# Whose facts are taken: of two rows that are one title here, the first.
_KEYS = "SELECT key, title_id, is_new FROM chunk_title WHERE is_second IS NULL"
_KNOW_IDS = """
    UPDATE chunk_id SET title_id = known.title_id
    FROM films_externalid AS known WHERE known.source = chunk_id.source AND known.value = chunk_id.value
"""
_FOLLOW_MERGES = """
    UPDATE {table} SET {column} = title.merged_into_id
    FROM films_title AS title WHERE title.id = {table}.{column} AND title.merged_into_id IS NOT NULL
"""
# The best id that the catalogue knows decides which title a row is. The id of a duplicate leads to the kept title.
_MATCH = """
    UPDATE chunk_title SET title_id = found.title_id, by_own_id = found.priority = 0
    FROM (
        SELECT DISTINCT ON (key) key, title_id, priority FROM chunk_id
        WHERE title_id IS NOT NULL ORDER BY key, priority
    ) AS found
    WHERE found.key = chunk_title.key;
"""
_REJECT_OTHER_KINDS = """
    DELETE FROM chunk_title USING films_title AS title
    WHERE title.id = chunk_title.title_id AND title.kind <> chunk_title.kind
    RETURNING line, 'the catalogue has this as a ' || title.kind || ' (title ' || title.id || ')'
"""
# Led to a title by somebody else's id, while another row is that title by the source's own: a title of its own then.
_UNMATCH = """
    UPDATE chunk_title SET title_id = NULL
    FROM (
        SELECT place, row_number() OVER (PARTITION BY title_id ORDER BY by_own_id DESC, place) AS number
        FROM chunk_title WHERE title_id IS NOT NULL
    ) AS claim
    WHERE claim.place = chunk_title.place AND number > 1 AND NOT by_own_id;
    UPDATE chunk_title SET title_id = NULL
    FROM import_title AS other WHERE other.title_id = chunk_title.title_id AND NOT by_own_id;
    UPDATE chunk_title SET title_id = NULL
    FROM chunk_id AS own JOIN films_externalid AS known USING (source)
    WHERE own.key = chunk_title.key AND own.priority = 0 AND known.title_id = chunk_title.title_id AND NOT by_own_id;
"""
# Two of the source's own ids lead to one title, since duplicates became one here: the first speaks for it.
_FIND_SECONDS = """
    UPDATE chunk_title SET is_second = true
    FROM (
        SELECT place, row_number() OVER (PARTITION BY title_id ORDER BY place) AS number
        FROM chunk_title WHERE title_id IS NOT NULL
    ) AS claim
    WHERE claim.place = chunk_title.place AND number > 1;
    UPDATE chunk_title SET is_second = true FROM import_title AS other WHERE other.title_id = chunk_title.title_id;
"""
_REJECT_TAKEN_IDS = """
    DELETE FROM chunk_id USING films_externalid AS known, chunk_title
    WHERE known.source = chunk_id.source AND known.value = chunk_id.value AND chunk_title.key = chunk_id.key
        AND coalesce(chunk_id.title_id, -known.person_id) IS DISTINCT FROM chunk_title.title_id
    RETURNING file, chunk_id.line, chunk_id.source || ' ' || chunk_id.value || ' belongs to another entry ('
        || coalesce('title ' || known.title_id, 'person ' || known.person_id) || ')'
"""
_REJECT_SECOND_IDS = """
    DELETE FROM chunk_id USING films_externalid AS known, chunk_title
    WHERE known.source = chunk_id.source AND known.title_id = chunk_title.title_id AND chunk_title.key = chunk_id.key
        AND known.value <> chunk_id.value AND chunk_id.title_id IS NULL AND priority > 0
    RETURNING file, chunk_id.line, 'title ' || known.title_id || ' has ' || known.source || ' ' || known.value
        || ' here, not ' || chunk_id.value
"""
_NUMBER_NEW = """
    UPDATE chunk_title SET title_id = fresh.title_id, is_new = true
    FROM (
        SELECT place, nextval(pg_get_serial_sequence('films_title', 'id')) AS title_id
        FROM (SELECT place FROM chunk_title WHERE title_id IS NULL AND {which} ORDER BY place) AS in_order
    ) AS fresh
    WHERE fresh.place = chunk_title.place
"""
# A season is found by its show and number, and goes by its show's name.
_SHOWS = """
    SELECT season.place, show.title_id AS show_id FROM chunk_title AS season
    JOIN (
        SELECT key, title_id FROM chunk_title WHERE kind = 'show' AND is_second IS NULL
        UNION SELECT key, title_id FROM import_title
        WHERE kind = 'show' AND title_id IS NOT NULL AND is_second IS NULL AND key IN (SELECT parent_key FROM chunk_title)
    ) AS show ON show.key = season.parent_key
    WHERE season.kind = 'season'
"""
_MATCH_SEASONS = """
    UPDATE chunk_title SET parent_id = show_id FROM chunk_show WHERE chunk_show.place = chunk_title.place;
    UPDATE chunk_title SET title_id = found.title_id
    FROM (
        SELECT DISTINCT ON (season.place) season.place, known.id AS title_id
        FROM chunk_title AS season
        JOIN films_title AS known USING (parent_id, season_number)
        WHERE season.kind = 'season' ORDER BY season.place, known.merged_into_id IS NOT NULL, known.id
    ) AS found
    WHERE found.place = chunk_title.place;
    UPDATE chunk_title SET name = show.name, sort_name = show.sort_name, slug = show.slug
    FROM (
        SELECT title_id AS id, name, sort_name, slug FROM chunk_title WHERE kind = 'show' AND is_new
        UNION ALL SELECT id, name, sort_name, slug FROM films_title
        WHERE id IN (SELECT parent_id FROM chunk_title WHERE parent_id IS NOT NULL)
    ) AS show
    WHERE show.id = chunk_title.parent_id;
"""
_REJECT_SHOWLESS = """
    DELETE FROM chunk_title WHERE kind = 'season' AND parent_id IS NULL
    RETURNING line, 'season ' || season_number || ' of ' || parent_key || ', which is not in the catalogue'
"""


def identify(cursor: CursorWrapper, reports: Mapping[str, Report], file: str) -> None:
    """Decide for each row of the chunk which title it is, and refuse those that can be none."""
    titles = reports["titles"]
    cursor.execute(_KNOW_IDS)
    _follow_merges(cursor, "chunk_id", "title_id")
    cursor.execute(_MATCH)
    cursor.execute(_REJECT_OTHER_KINDS)
    reject_found(cursor, titles, file)
    cursor.execute(_UNMATCH)
    cursor.execute(_FIND_SECONDS)
    for statement in (_REJECT_TAKEN_IDS, _REJECT_SECOND_IDS):
        cursor.execute(statement)
        for id_file, line, reason in sorted(set(cursor.fetchall())):
            titles.reject(id_file, line, reason)
    cursor.execute(_NUMBER_NEW.format(which="kind <> 'season'"))
    cursor.execute("SELECT EXISTS (SELECT FROM chunk_title WHERE kind = 'season')")
    if cursor.fetchone()[0]:
        fill(cursor, "chunk_show", _SHOWS)
        _follow_merges(cursor, "chunk_show", "show_id")
        cursor.execute(_MATCH_SEASONS)
        _follow_merges(cursor, "chunk_title", "title_id")
        cursor.execute(_REJECT_SHOWLESS)
        reject_found(cursor, reports["seasons"], file)
        cursor.execute(_NUMBER_NEW.format(which="kind = 'season'"))
    cursor.execute("ANALYZE chunk_title")
    fill(cursor, "chunk_key", _KEYS)


def _follow_merges(cursor: CursorWrapper, table: str, column: str) -> None:
    """Lead from duplicates to what they became one with, however often that was merged itself."""
    cursor.execute(_FOLLOW_MERGES.format(table=table, column=column))
    while cursor.rowcount:
        cursor.execute(_FOLLOW_MERGES.format(table=table, column=column))


def reject_found(cursor: CursorWrapper, report: Report, file: str) -> None:
    """Refuse the rows, (line, reason) each, that the last statement gave."""
    for line, reason in sorted(cursor.fetchall()):
        report.reject(file, line, reason)
