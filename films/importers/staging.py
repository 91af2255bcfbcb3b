"""Where an import stands: rows on their way in, and how far each step is, in tables that outlive the process.

The tables are unlogged: filling them costs little, and a crash of PostgreSQL empties rows and marks together, so that
the import begins anew. A process that is killed leaves them, and the next start with the same files goes on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.text import slugify

from films.importers.base import (
    CompanyRow,
    CreditRow,
    NameRow,
    PersonRow,
    ReleaseRow,
    Report,
    ScoreRow,
    TitleRow,
)
from films.models.title import sort_name_of
from filmsite.lib.bulk import copy_rows
from filmsite.lib.slugs import slug_for

BATCH: Final = 20_000
NAME_LENGTH: Final = 300

TITLE_COLUMNS: Final = {
    "line": "int",
    "key": "text",
    "kind": "text",
    "name": "text",
    "sort_name": "text",
    "slug": "text",
    "parent_key": "text",
    "season_number": "int",
    "original_name": "text",
    "original_language": "text",
    "year": "int",
    "end_year": "int",
    "minutes": "int",
    "episodes": "int",
    "released_on": "date",
    "tagline": "text",
    "plot": "text",
    "plot_language": "text",
    "plot_source": "text",
    "budget": "bigint",
    "budget_currency": "text",
    "gross": "bigint",
    "gross_currency": "text",
    "fetched_at": "timestamptz",
}
ROWS: Final[dict[str, dict[str, str]]] = {
    "import_title": TITLE_COLUMNS,
    "import_id": {
        "file": "text",
        "line": "int",
        "key": "text",
        "source": "text",
        "value": "text",
        "priority": "int",
    },
    "import_genre": {"key": "text", "name": "text", "slug": "text", "position": "int"},
    "import_country": {"key": "text", "code": "text"},
    "import_language": {"key": "text", "code": "text"},
    "import_name": {
        "line": "int",
        "key": "text",
        "name": "text",
        "kind": "text",
        "language": "text",
        "region": "text",
    },
    "import_person": {
        "line": "int",
        "key": "text",
        "source": "text",
        "name": "text",
        "sort_name": "text",
        "slug": "text",
        "born": "text",
        "died": "text",
    },
    "import_credit": {
        "file": "text",
        "line": "int",
        "key": "text",
        "person_key": "text",
        "role": "text",
        "position": "int",
        "character": "text",
        "is_voice": "bool",
        "note": "text",
    },
    "import_score": {
        "line": "int",
        "key": "text",
        "source": "text",
        "score": "numeric",
        "scale": "int",
        "votes": "int",
        "as_of": "date",
    },
    "import_release": {
        "line": "int",
        "key": "text",
        "country": "text",
        "kind": "text",
        "date": "text",
        "note": "text",
        "certificate": "text",
    },
    "import_company": {
        "line": "int",
        "key": "text",
        "name": "text",
        "slug": "text",
        "country": "text",
        "part": "text",
        "position": "int",
    },
    "import_episode": {"line": "int", "key": "text", "show_key": "text", "season": "int"},
    "import_episode_year": {"line": "int", "key": "text", "year": "int"},
}
# What merging adds to a staged row.
_ADDED: Final = {
    "import_title": "place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title_id bigint, is_new bool, is_second bool",
    "import_person": "place bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id bigint, is_merged bool",
}
_STATE: Final = {
    "import_run": "fingerprint text NOT NULL, job_id bigint NOT NULL, reports jsonb NOT NULL",
    "import_mark": "step text PRIMARY KEY, line bigint NOT NULL, is_done bool NOT NULL",
    # Titles and people whose search names and listing must follow.
    "import_touched_title": "id bigint PRIMARY KEY",
    "import_touched_person": "id bigint PRIMARY KEY",
}
TABLES: Final = (*ROWS, *_STATE)


class Staged(NamedTuple):
    """A title with the rows of other tables that came with it."""

    title: TitleRow
    names: Sequence[NameRow] = ()
    people: Sequence[PersonRow] = ()
    credits: Sequence[CreditRow] = ()
    scores: Sequence[ScoreRow] = ()
    releases: Sequence[ReleaseRow] = ()
    companies: Sequence[CompanyRow] = ()

    @property
    def line(self) -> int:
        return self.title.line


class HasLine(Protocol):
    @property
    def line(self) -> int: ...


Row = TypeVar("Row", bound=HasLine)


class Workspace:
    """The tables of one import. `resumed` says whether they were left by an earlier process on the same files."""

    def __init__(self, *, fingerprint: str, job_id: int, reports: Mapping[str, Report], keep: bool = True):
        """`keep=False` is for a rehearsal, which neither goes on from what is there nor leaves anything."""
        self.reports = reports
        self.resumed = keep and self._left_with(fingerprint)
        with transaction.atomic(), connection.cursor() as cursor:
            if not self.resumed:
                self.drop()
                for table, columns in ROWS.items():
                    parts = [f"{name} {kind}" for name, kind in columns.items()]
                    if table in _ADDED:
                        parts.append(_ADDED[table])
                    cursor.execute(f"CREATE UNLOGGED TABLE {table} ({', '.join(parts)})")
                for table, definition in _STATE.items():
                    cursor.execute(f"CREATE UNLOGGED TABLE {table} ({definition})")
                cursor.execute("INSERT INTO import_run VALUES (%s, %s, '{}')", [fingerprint, job_id])
            cursor.execute("UPDATE import_run SET job_id = %s RETURNING reports", [job_id])
            kept = cursor.fetchone()[0]
            for name, report in (json.loads(kept) if isinstance(kept, str) else kept).items():
                if name in reports:
                    reports[name].restore(report)
            cursor.execute("SELECT step, line, is_done FROM import_mark")
            self._marks = {step: (line, is_done) for step, line, is_done in cursor.fetchall()}

    @staticmethod
    def _left_with(fingerprint: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('import_run') IS NOT NULL")
            if not cursor.fetchone()[0]:
                return False
            cursor.execute("SELECT EXISTS (SELECT FROM import_run WHERE fingerprint = %s)", [fingerprint])
            return bool(cursor.fetchone()[0])

    def after(self, step: str) -> int:
        """The last line (or place) that the step is done with; 0 when it has not begun."""
        return self._marks.get(step, (0, False))[0]

    def is_done(self, step: str) -> bool:
        return self._marks.get(step, (0, False))[1]

    @contextmanager
    def batch(
        self, step: str, line: int | Callable[[], int], *, is_done: bool | Callable[[], bool] = False
    ) -> Iterator[CursorWrapper]:
        """A transaction in which the step comes as far as `line`: its work, its mark and its counts, or nothing.

        Where only the work tells how far it came, `line` and `is_done` are asked behind it.
        """
        with transaction.atomic(), connection.cursor() as cursor:
            yield cursor
            line = line if isinstance(line, int) else line()
            is_done = is_done if isinstance(is_done, bool) else is_done()
            cursor.execute(
                "INSERT INTO import_mark VALUES (%s, %s, %s) "
                "ON CONFLICT (step) DO UPDATE SET line = excluded.line, is_done = excluded.is_done",
                [step, line, is_done],
            )
            reports = {name: report.as_dict() for name, report in self.reports.items()}
            cursor.execute("UPDATE import_run SET reports = %s", [json.dumps(reports)])
        self._marks[step] = (line, is_done)

    def once(self, step: str, work: Callable[[CursorWrapper], None]) -> None:
        """Work that is done in one go, and not again."""
        if not self.is_done(step):
            with self.batch(step, 0, is_done=True) as cursor:
                work(cursor)

    def stage(
        self,
        step: str,
        rows: Callable[[int], Iterator[Row]],
        store: Callable[[CursorWrapper, Sequence[Row]], None],
        *,
        size: int = BATCH,
    ) -> None:
        """Store rows batch by batch; `rows` is asked for those behind a line, one for each line that it keeps."""
        if self.is_done(step):
            return
        iterator = rows(self.after(step))
        is_done = False
        while not is_done:
            batch = list(islice(iterator, size))
            # A short batch has seen the end of the file, and what is refused there is counted with it.
            is_done = len(batch) < size
            line = batch[-1].line if batch else self.after(step)
            with self.batch(step, line, is_done=is_done) as cursor:
                store(cursor, batch)

    @staticmethod
    def drop() -> None:
        """Forget rows and marks."""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {', '.join(TABLES)}")


def copy_staged(cursor: CursorWrapper, table: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows, whose values stand in the order of the table's columns."""
    copy_rows(cursor, table, list(ROWS[table]), rows)


def fill(cursor: CursorWrapper, table: str, query: str, params: Any = None) -> None:
    """Let a temporary table hold what the query gives, and nothing else; names and query are of our own.

    The table is made once a session: one for each chunk would take more locks than there are in a rehearsal, which is
    one transaction.
    """
    cursor.execute(f"CREATE TEMPORARY TABLE IF NOT EXISTS {table} AS {query} WITH NO DATA", params)
    cursor.execute(f"TRUNCATE {table}")
    cursor.execute(f"INSERT INTO {table} {query}", params)
    cursor.execute(f"ANALYZE {table}")


def store_titles(file: str) -> Callable[[CursorWrapper, Sequence[Staged]], None]:
    """What stores titles with everything that came with them; `file` is where their ids stood."""

    def store(cursor: CursorWrapper, batch: Sequence[Staged]) -> None:
        titles = [staged.title for staged in batch]
        copy_staged(cursor, "import_title", map(_columns_of, titles))
        copy_staged(
            cursor,
            "import_id",
            (
                (file, title.line, title.key, source, value, place)
                for title in titles
                for place, (source, value) in enumerate(title.ids)
            ),
        )
        copy_staged(
            cursor,
            "import_genre",
            (
                (title.key, name, slugify(name), place)
                for title in titles
                for place, name in enumerate(title.genres)
            ),
        )
        copy_staged(
            cursor, "import_country", ((title.key, code) for title in titles for code in title.countries)
        )
        copy_staged(
            cursor, "import_language", ((title.key, code) for title in titles for code in title.languages)
        )
        copy_staged(cursor, "import_name", (row for staged in batch for row in staged.names))
        copy_staged(cursor, "import_person", (row for staged in batch for row in staged.people))
        copy_staged(cursor, "import_credit", (row for staged in batch for row in staged.credits))
        copy_staged(cursor, "import_score", (row for staged in batch for row in staged.scores))
        copy_staged(cursor, "import_release", (row for staged in batch for row in staged.releases))
        copy_staged(cursor, "import_company", (row for staged in batch for row in staged.companies))

    return store


def _columns_of(title: TitleRow) -> tuple[Any, ...]:
    sort_name = title.sort_name or sort_name_of(title.name)
    derived = {"sort_name": sort_name[:NAME_LENGTH], "slug": slug_for(title.name)}
    return tuple(derived.get(column) or getattr(title, column) for column in TITLE_COLUMNS)
