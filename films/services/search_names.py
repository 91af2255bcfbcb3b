"""Keeping the names by which titles and people are found in step with the catalogue. Running twice changes nothing."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import QuerySet

from films.models import Person, SearchName, Title, TitleKind
from films.search.normalising import forms_of_person, forms_of_title
from filmsite.lib.bulk import copy_rows

# Titles or people at a time: some megabytes.
CHUNK: Final = 10_000
# From so many names on, filling an empty table and building its indexes afterwards is worth its lock.
BULK: Final = 50_000
# So many names get another place in the order at once: each is written to every index, and after an import of votes
# there are hundreds of thousands.
MOST_AT_ONCE: Final = 20_000

_REST: Final = ("kind", "is_core", "other_name", "language", "year", "popularity", "known_for")

# See SearchName.popularity. Of a person: a tenth of the votes on what they worked on, so that somebody known stands
# among the titles that made them so, and does not hide them.
_POPULARITY = "round(20 * ln(1 + coalesce({votes}, 0)))::smallint"
_POPULARITY_OF_TITLE = _POPULARITY.format(votes="totals.vote_count")

_TITLES = f"""
    SELECT title.id, title.kind, title.year, {_POPULARITY_OF_TITLE}, NULL, title.name,
        coalesce((
            SELECT jsonb_agg(jsonb_build_array(other.name, other.language) ORDER BY other.place, other.id)
            FROM (
                SELECT 0 AS place, 0 AS id, title.original_name AS name, title.original_language AS language
                WHERE title.original_name <> ''
                UNION ALL
                SELECT 1, id, name, language FROM films_alternativetitle WHERE title_id = title.id
            ) AS other
        ), '[]')::text
    FROM films_title AS title LEFT JOIN films_titletotals AS totals ON totals.title_id = title.id
    WHERE title.id = ANY (%s)
"""  # noqa: S608  (no value is put in but our own SQL)
_PEOPLE = f"""
    SELECT person.id, 'person', NULL, {_POPULARITY.format(votes="known.votes / 10")}, known.best, person.name,
        coalesce((
            SELECT jsonb_agg(jsonb_build_array(name, language) ORDER BY id)
            FROM films_personname WHERE person_id = person.id
        ), '[]')::text
    FROM films_person AS person LEFT JOIN (
        SELECT credit.person_id, sum(totals.vote_count) AS votes,
            (array_agg(credit.id ORDER BY totals.vote_count DESC, credit.id))[1] AS best
        FROM films_credit AS credit JOIN films_titletotals AS totals USING (title_id)
        WHERE credit.person_id = ANY (%s) GROUP BY credit.person_id
    ) AS known ON known.person_id = person.id
    WHERE person.id = ANY (%s)
"""  # noqa: S608  (no value is put in but our own SQL)

_STAGED: Final = ("item_id", "norm", *_REST)
_STAGE = """
    CREATE TEMPORARY TABLE search_staged (
        item_id bigint, norm varchar(320), kind varchar(6), is_core boolean, other_name varchar(300),
        language varchar(8), year smallint, popularity smallint, known_for bigint
    ) ON COMMIT DROP
"""
# What is stored and no longer so, of everything or of what was asked for; what is otherwise; what is new.
_FORGET = """
    DELETE FROM films_searchname AS stored
    WHERE {column} IS NOT NULL AND (%(ids)s::bigint[] IS NULL OR {column} = ANY (%(ids)s))
        AND NOT EXISTS (SELECT FROM search_staged WHERE item_id = stored.{column} AND norm = stored.norm)
"""
_CORRECT = f"""
    UPDATE films_searchname AS stored SET ({", ".join(_REST)}) = ROW ({", ".join(f"staged.{c}" for c in _REST)})
    FROM search_staged AS staged
    WHERE stored.{{column}} = item_id AND stored.norm = staged.norm
        AND ({", ".join(f"stored.{c}" for c in _REST)}) IS DISTINCT FROM ({", ".join(f"staged.{c}" for c in _REST)})
"""  # noqa: S608  (no value is put in but our own SQL)
# Another refresh may have been quicker.
_ADD = f"""
    INSERT INTO films_searchname ({{column}}, norm, {", ".join(_REST)})
    SELECT item_id, norm, {", ".join(_REST)} FROM search_staged AS staged
    WHERE NOT EXISTS (SELECT FROM films_searchname WHERE {{column}} = item_id AND norm = staged.norm)
    ORDER BY item_id
    ON CONFLICT DO NOTHING
"""  # noqa: S608  (no value is put in but our own SQL)
_REFRESH_POPULARITY = f"""
    UPDATE films_searchname AS stored SET popularity = now.popularity
    FROM (
        SELECT name.id, {_POPULARITY_OF_TITLE} AS popularity
        FROM films_searchname AS name JOIN films_titletotals AS totals USING (title_id)
        WHERE name.popularity <> {_POPULARITY_OF_TITLE}
        LIMIT {MOST_AT_ONCE}
    ) AS now
    WHERE now.id = stored.id
"""  # noqa: S608  (no value is put in but our own SQL)
# Of the oldest titles, how many have no name in the table and how many there are: a table that was emptied lacks most of
# them, whatever edits have brought back since.
_OLDEST_WITHOUT = """
    SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM films_searchname WHERE title_id = oldest.id)), count(*)
    FROM (SELECT id FROM films_title WHERE kind <> 'season' AND merged_into_id IS NULL ORDER BY id LIMIT 100) AS oldest
"""
# Whoever renews everything holds this until the end.
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('films_searchname'))"


def refresh_search_names(
    *, title_ids: Collection[int] | None = None, person_ids: Collection[int] | None = None
) -> int:
    """Store every name of these titles and people (of all when neither is given); give the rows that changed.

    Seasons are found through their show, and duplicates through the title they became. Whatever number is asked for
    is read in chunks and merged at once. Asked for everything while somebody else is at it, it leaves that to them.
    """
    everything = title_ids is None and person_ids is None
    changed = 0
    if everything or title_ids is not None:
        titles = Title.objects.exclude(kind=TitleKind.SEASON).filter(merged_into=None)
        changed += _refresh("title", titles, title_ids, _names_of_titles)
    if everything or person_ids is not None:
        changed += _refresh("person", Person.objects.all(), person_ids, _names_of_people)
    return changed


def refresh_changed_names() -> None:
    """Bring the order of titles with equal names in step with the votes, the first `MOST_AT_ONCE` that differ.

    Where most names are missing, as after an upgrade that empties the table, all are made.
    """
    with connection.cursor() as cursor:
        cursor.execute(_OLDEST_WITHOUT)
        without, oldest = cursor.fetchone()
        if 2 * without > oldest:
            refresh_search_names()
        else:
            cursor.execute(_REFRESH_POPULARITY)


def _refresh(
    of: str,
    items: QuerySet,
    asked: Collection[int] | None,
    names_of: Callable[[CursorWrapper, list[int]], Iterator[tuple[Any, ...]]],
) -> int:
    ids = None if asked is None else list(asked)
    if ids is not None:
        items = items.filter(pk__in=ids)
    with transaction.atomic(), connection.cursor() as cursor:
        if ids is None:
            cursor.execute(_LOCK)
            if not cursor.fetchone()[0]:
                return 0
        cursor.execute(_STAGE)
        staged = 0
        for chunk in _chunks(items):
            staged += copy_rows(cursor, "search_staged", _STAGED, names_of(cursor, chunk))
        cursor.execute("CREATE INDEX ON search_staged (item_id); ANALYZE search_staged")
        changed = 0
        with _quick_filling(of, staged):
            for statement in (_FORGET, _CORRECT, _ADD):
                cursor.execute(statement.format(column=f"{of}_id"), {"ids": ids})
                changed += cursor.rowcount
        cursor.execute("DROP TABLE search_staged")
    return changed


def _chunks(items: QuerySet) -> Iterator[list[int]]:
    """The ids of the rows, some thousands at a time, in their order."""
    last = 0
    while ids := list(items.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        yield ids
        last = ids[-1]


def _names_of_titles(cursor: CursorWrapper, ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cursor.execute(_TITLES, [ids])
    return _rows(cursor.fetchall(), forms_of_title)


def _names_of_people(cursor: CursorWrapper, ids: list[int]) -> Iterator[tuple[Any, ...]]:
    cursor.execute(_PEOPLE, [ids, ids])
    return _rows(cursor.fetchall(), forms_of_person)


def _rows(
    items: Iterable[tuple[Any, ...]], forms_of: Callable[[str], list[str]]
) -> Iterator[tuple[Any, ...]]:
    """Rows to stage. Of several names with one form the first wins, the own name before all others."""
    for key, kind, year, popularity, known_for, name, others in items:
        forms: dict[str, tuple[bool, str, str]] = {}
        for written, language in [(name, ""), *json.loads(others)]:
            for place, form in enumerate(forms_of(written)):
                known = forms.get(form)
                if known is None:
                    forms[form] = (place == 0, "" if written == name else written, language)
                elif place == 0 and not known[0]:
                    forms[form] = (True, *known[1:])
        for form, (is_core, other_name, language) in forms.items():
            yield key, form, kind, is_core, other_name, language, year, popularity, known_for


@contextmanager
def _quick_filling(of: str, rows: int) -> Iterator[None]:
    """Where there are none yet and many come, build the indexes behind them: nobody can find anything meanwhile."""
    if rows < BULK or SearchName.objects.filter(**{f"{of}__isnull": False}).exists():
        yield
        return
    indexes = [index for index in SearchName._meta.indexes if index.name.startswith(f"search_{of}_")]
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(SearchName, index)
    yield
    with connection.schema_editor() as editor:
        # The checks of foreign keys that wait for the commit, for an index is built after them only.
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for index in indexes:
            editor.add_index(SearchName, index)
