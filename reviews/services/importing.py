"""Votes from any source into the site, each under a placeholder member who can never sign in."""

from collections.abc import Iterable
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import Member
from accounts.usernames import skeleton
from films.importers.base import FAILURES_KEPT, Rejected, Report, VoteRow
from filmsite.lib.bulk import Progress, copy_rows, default_columns

_TABLES: Final = {
    "import_vote": "line int, member_key text, title_key text, value smallint, cast_at bigint, title_id bigint",
    "import_member": "key text, username text, skeleton text, password text, joined bigint, member_id bigint",
    "import_refused": "line int, reason text",
}

_REFUSE_UNKNOWN_TITLES = """
    UPDATE import_vote SET title_id = known.title_id
    FROM films_externalid AS known JOIN films_title AS title ON title.id = known.title_id
    WHERE known.source = %(source)s AND known.value = import_vote.title_key AND title.kind <> 'show';
    WITH gone AS (DELETE FROM import_vote WHERE title_id IS NULL RETURNING line, title_key)
    INSERT INTO import_refused SELECT line, 'no film or season here has the id ' || title_key FROM gone;
"""
_REFUSE_SECOND_VOTES = """
    WITH gone AS (
        DELETE FROM import_vote USING (
            SELECT ctid AS place, row_number() OVER votes AS number, first_value(line) OVER votes AS first
            FROM import_vote WINDOW votes AS (PARTITION BY member_key, title_id ORDER BY line)
        ) AS numbered
        WHERE import_vote.ctid = numbered.place AND number > 1 RETURNING line, first
    ) INSERT INTO import_refused SELECT line, 'a second vote of this member for this title; the first is in line ' || first
    FROM gone;
"""
_KNOW_MEMBERS = """
    UPDATE import_member SET member_id = member.id
    FROM accounts_member AS member WHERE member.username = import_member.username AND member.is_placeholder
"""
_REFUSE_TAKEN_NAMES = """
    DELETE FROM import_member USING accounts_member AS member
    WHERE member_id IS NULL AND member.username_skeleton = import_member.skeleton;
    WITH gone AS (
        DELETE FROM import_vote WHERE NOT EXISTS (SELECT FROM import_member WHERE key = member_key)
        RETURNING line, member_key
    ) INSERT INTO import_refused SELECT line, 'a real member has the name for user ' || member_key FROM gone;
"""
_MERGE = """
    WITH merged AS (
        INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
        SELECT member.id, title.id, import_vote.value,
            member.suspended_at IS NULL AND coalesce(title.released_on, '-infinity') <= %(today)s,
            to_timestamp(import_vote.cast_at), to_timestamp(import_vote.cast_at)
        FROM import_vote
        JOIN import_member ON key = member_key
        JOIN accounts_member AS member ON member.id = import_member.member_id
        JOIN films_title AS title ON title.id = import_vote.title_id
        ORDER BY member.id, title.id
        ON CONFLICT (member_id, title_id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
        WHERE vote.value <> excluded.value AND excluded.changed_at >= vote.changed_at
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM import_vote)
    FROM merged
"""


def stage_votes(rows: Iterable[VoteRow], *, progress: Progress | None = None) -> None:
    """COPY the rows into a temporary table. Follow with `merge_votes`."""
    drop_staging()
    with connection.cursor() as cursor:
        for table, columns in _TABLES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
        copy_rows(
            cursor,
            "import_vote",
            ["line", "member_key", "title_key", "value", "cast_at"],
            ((row.line, row.member_key, row.title_key, row.value, row.cast_at) for row in rows),
            progress=progress,
        )
        cursor.execute("ANALYZE import_vote")


def merge_votes(*, source: str, member_prefix: str, file: str, votes: Report, members: Report) -> None:
    """Bring the staged votes in: titles are found by their id at `source`, members are named prefix + their key.

    A vote that is here already changes only when the file has another value of a later time. Totals follow by
    trigger. Stands in a transaction of the caller.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFUSE_UNKNOWN_TITLES, {"source": source})
        cursor.execute("ANALYZE import_vote")
        cursor.execute(_REFUSE_SECOND_VOTES)
        _merge_members(cursor, member_prefix, members)
        cursor.execute(_MERGE, {"today": timezone.now().date()})
        created, changed, staged = cursor.fetchone()
        votes.created += created
        votes.changed += changed
        votes.unchanged += staged - created - changed
        _report_refused(cursor, file, votes)


def drop_staging() -> None:
    """Forget the staged votes."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")


def _merge_members(cursor: CursorWrapper, prefix: str, members: Report) -> None:
    cursor.execute("SELECT member_key, min(cast_at) FROM import_vote GROUP BY member_key")
    found = cursor.fetchall()
    copy_rows(
        cursor,
        "import_member",
        ["key", "username", "skeleton", "password", "joined"],
        (
            (key, f"{prefix}{key}", skeleton(f"{prefix}{key}"), make_password(None), joined)
            for key, joined in found
        ),
    )
    cursor.execute(_KNOW_MEMBERS)
    cursor.execute(_REFUSE_TAKEN_NAMES)
    cursor.execute("SELECT count(*) FROM import_member")
    kept = cursor.fetchone()[0]
    given = ["username", "username_skeleton", "password", "is_placeholder", "date_joined"]
    defaults = default_columns(Member, given)
    cursor.execute(
        f"""
        INSERT INTO accounts_member ({", ".join([*given, *defaults])})
        SELECT username, skeleton, password, true, to_timestamp(joined){", %s" * len(defaults)}
        FROM import_member WHERE member_id IS NULL ORDER BY length(key), key
        """,  # noqa: S608 (only names of our own)
        list(defaults.values()),
    )
    members.read += len(found)
    members.created += cursor.rowcount
    members.unchanged += kept - cursor.rowcount
    members.rejected += len(found) - kept
    cursor.execute(_KNOW_MEMBERS)


def _report_refused(cursor: CursorWrapper, file: str, votes: Report) -> None:
    cursor.execute("SELECT count(*) FROM import_refused")
    votes.rejected += cursor.fetchone()[0]
    cursor.execute("SELECT line, reason FROM import_refused ORDER BY line LIMIT %s", [FAILURES_KEPT])
    votes.failures += [Rejected(file, line, reason) for line, reason in cursor.fetchall()]
