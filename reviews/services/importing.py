"""Votes from any source into the site, each under a placeholder member who can never sign in.

They come in member after member, some hundred thousand votes a transaction with the mark of how far it came, so that
a file of any size takes the same memory, and a killed import goes on where it was.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import Member
from accounts.usernames import skeleton
from films.importers.base import Report, VoteRow
from films.importers.staging import Workspace, fill
from filmsite.lib.bulk import copy_rows, default_columns

# Votes a transaction: some seconds of work, and no more than that is lost to a kill.
BATCH: Final = 500_000
# A batch ends where a member's votes do, unless somebody has more than these.
LONGEST: Final = 2 * BATCH
STEP: Final = "votes"

_TABLES: Final = {
    "chunk_vote": "line int, member_key text, title_key text, value smallint, cast_at bigint",
    "chunk_member": "key text, username text, skeleton text, password text, joined bigint, member_id bigint, "
    "is_suspended bool",
}
# Titles by their id at the source; votes for a duplicate go to the title that it became one with.
_KNOWN_TITLES: Final = """
    WITH RECURSIVE found AS (
        SELECT value, title.id, merged_into_id, kind, released_on
        FROM films_externalid JOIN films_title AS title ON title.id = title_id WHERE source = %(source)s
        UNION ALL
        SELECT value, kept.id, kept.merged_into_id, kept.kind, kept.released_on
        FROM found JOIN films_title AS kept ON kept.id = found.merged_into_id
    )
    SELECT value AS key, id AS title_id, coalesce(released_on, '-infinity') <= %(today)s AS is_shown
    FROM found WHERE merged_into_id IS NULL AND kind <> 'show'
"""
_REFUSE_UNKNOWN_TITLES = """
    DELETE FROM chunk_vote WHERE NOT EXISTS (SELECT FROM known_title WHERE key = title_key)
    RETURNING line, 'no film or season here has the id ' || title_key
"""
# Whoever suspends one of them, or sets their votes aside, waits; what they did before is seen by the statements to come.
_HOLD_MEMBERS = """
    SELECT FROM accounts_member AS member
    WHERE member.username IN (SELECT username FROM chunk_member) AND member.is_placeholder
    ORDER BY member.id FOR SHARE
"""
_KNOW_MEMBERS = """
    UPDATE chunk_member SET member_id = member.id, is_suspended = suspended_at IS NOT NULL
    FROM accounts_member AS member WHERE member.username = chunk_member.username AND member.is_placeholder
"""
_REFUSE_TAKEN_NAMES = """
    DELETE FROM chunk_member USING accounts_member AS member
    WHERE member_id IS NULL AND member.username_skeleton = chunk_member.skeleton
"""
_REFUSE_THEIR_VOTES = """
    DELETE FROM chunk_vote WHERE NOT EXISTS (SELECT FROM chunk_member WHERE key = member_key)
    RETURNING line, 'a real member has the name for user ' || member_key
"""
# Several ids that lead to one title, since duplicates became one.
_HAS_TWINS = "SELECT count(*) > count(DISTINCT title_id) FROM known_title"
_REFUSE_SECOND_VOTES = """
    DELETE FROM chunk_vote USING (
        SELECT line, row_number() OVER votes AS number, first_value(line) OVER votes AS first
        FROM chunk_vote JOIN known_title ON known_title.key = title_key
        WINDOW votes AS (PARTITION BY member_key, title_id ORDER BY line)
    ) AS numbered
    WHERE numbered.line = chunk_vote.line AND number > 1
    RETURNING chunk_vote.line, 'a second vote of this member for this title; the first is in line ' || first
"""
_ROWS = """
    INSERT INTO reviews_vote AS vote (member_id, title_id, value, counted, cast_at, changed_at)
    SELECT member_id, title_id, value,
        is_shown AND NOT is_suspended AND NOT EXISTS (
            SELECT FROM reviews_setasidevote AS aside
            WHERE aside.title_id = known_title.title_id AND aside.member_id = chunk_member.member_id
        ),
        to_timestamp(cast_at), to_timestamp(cast_at)
    FROM chunk_vote JOIN known_title ON known_title.key = title_key
    JOIN chunk_member ON chunk_member.key = member_key
    ORDER BY member_id, title_id
"""
_MERGE = f"""
    WITH merged AS (
        {_ROWS}
        ON CONFLICT (member_id, title_id) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at
        WHERE vote.value <> excluded.value AND excluded.changed_at >= vote.changed_at
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new), (SELECT count(*) FROM chunk_vote)
    FROM merged
"""  # noqa: S608 (only SQL of our own)


class _Batch:
    """Rows up to where a member's end, as they come; behind them `following` is the first of the next batch."""

    def __init__(self, first: VoteRow, rows: Iterator[VoteRow]) -> None:
        self.first, self.rows, self.last = first, rows, first
        self.following: VoteRow | None = None
        # Whether a member may have voted twice for a title: a title came twice, or the member did, apart from itself.
        self.may_repeat = False

    def __iter__(self) -> Iterator[VoteRow]:
        yield self.first
        member, titles, members = self.first.member_key, {self.first.title_key}, set()
        for number, row in enumerate(self.rows, 1):
            if row.member_key != member:
                if number >= BATCH:
                    self.following = row
                    return
                members.add(member)
                member, titles = row.member_key, set()
                self.may_repeat = self.may_repeat or member in members
            elif number >= LONGEST:
                self.following = row
                return
            self.may_repeat = self.may_repeat or row.title_key in titles
            titles.add(row.title_key)
            self.last = row
            yield row

    def is_last(self) -> bool:
        return self.following is None

    def end(self) -> int:
        """The last line that the batch is done with, refused lines behind its last vote included."""
        return self.following.line - 1 if self.following else self.last.line


def import_votes(
    workspace: Workspace,
    rows: Callable[[int], Iterator[VoteRow]],
    *,
    source: str,
    member_prefix: str,
    file: str,
) -> None:
    """Bring the votes in: titles are found by their id at `source`, members are named prefix + their key.

    `rows` is asked for the votes behind a line. A vote that is here already changes only when the file has another
    value of a later time. Totals follow by trigger. Reports of the workspace: votes, members.
    """
    if workspace.is_done(STEP):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_TABLES)}")
        for table, columns in _TABLES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns})")
    votes = workspace.reports["votes"]
    iterator = rows(workspace.after(STEP))
    first, last_member = next(iterator, None), ""
    while first is not None:
        batch = _Batch(first, iterator)
        # The first row of the next batch has been read, and is read again by whoever goes on from here.
        votes.read += 1 if last_member else 0
        with workspace.batch(STEP, batch.end, is_done=batch.is_last) as cursor:
            _merge(cursor, batch, workspace.reports, source, member_prefix, file, last_member)
            votes.read -= not batch.is_last()
        first, last_member = batch.following, batch.last.member_key
    if not workspace.is_done(STEP):
        with workspace.batch(STEP, workspace.after(STEP), is_done=True):
            pass


def _merge(
    cursor: CursorWrapper,
    batch: _Batch,
    reports: Mapping[str, Report],
    source: str,
    prefix: str,
    file: str,
    last_member: str,
) -> None:
    votes = reports["votes"]
    cursor.execute("SET LOCAL work_mem = '64MB'; SET LOCAL default_statistics_target = 10")
    cursor.execute(f"TRUNCATE {', '.join(_TABLES)}")
    copy_rows(cursor, "chunk_vote", VoteRow._fields, batch)
    cursor.execute("ANALYZE chunk_vote")
    # Anew for each batch: titles are merged and parted meanwhile. What a merge within the batch leaves on its duplicate,
    # `gather_strays` moves.
    fill(cursor, "known_title", _KNOWN_TITLES, {"source": source, "today": timezone.now().date()})
    _refuse(cursor, _REFUSE_UNKNOWN_TITLES, file, votes)
    refused, are_new = _merge_members(cursor, prefix, reports["members"], last_member)
    if refused:
        _refuse(cursor, _REFUSE_THEIR_VOTES, file, votes)
    cursor.execute(_HAS_TWINS)
    if cursor.fetchone()[0] or batch.may_repeat:
        _refuse(cursor, _REFUSE_SECOND_VOTES, file, votes)
    if are_new:
        # Members made in this very transaction: nobody can have voted for them.
        cursor.execute(_ROWS)
        votes.created += cursor.rowcount
        return
    cursor.execute(_MERGE)
    created, changed, found = cursor.fetchone()
    votes.created += created
    votes.changed += changed
    votes.unchanged += found - created - changed


def _merge_members(cursor: CursorWrapper, prefix: str, members: Report, last_member: str) -> tuple[int, bool]:
    """Find or make the members; gives how many were refused, and whether all others are new."""
    cursor.execute("SELECT member_key, min(cast_at) FROM chunk_vote GROUP BY member_key")
    found = cursor.fetchall()
    copy_rows(
        cursor,
        "chunk_member",
        ["key", "username", "skeleton", "password", "joined"],
        (
            (key, f"{prefix}{key}", skeleton(f"{prefix}{key}"), make_password(None), joined)
            for key, joined in found
        ),
    )
    cursor.execute("ANALYZE chunk_member")
    cursor.execute(_HOLD_MEMBERS)
    cursor.execute(_KNOW_MEMBERS)
    cursor.execute(_REFUSE_TAKEN_NAMES)
    refused = cursor.rowcount
    # Somebody with very many votes is in two batches and one member.
    cursor.execute("SELECT count(*) FROM chunk_member WHERE key <> %s", [last_member])
    kept = cursor.fetchone()[0]
    given = ["username", "username_skeleton", "password", "is_placeholder", "date_joined"]
    defaults = default_columns(Member, given)
    cursor.execute(
        f"""
        INSERT INTO accounts_member ({", ".join([*given, *defaults])})
        SELECT username, skeleton, password, true, to_timestamp(joined){", %s" * len(defaults)}
        FROM chunk_member WHERE member_id IS NULL ORDER BY length(key), key
        """,  # noqa: S608 (only names of our own)
        list(defaults.values()),
    )
    read, created = sum(key != last_member for key, _ in found), cursor.rowcount
    members.read += read
    members.created += created
    members.unchanged += kept - created
    members.rejected += read - kept
    cursor.execute(_KNOW_MEMBERS)
    return refused, created == len(found) - refused


def _refuse(cursor: CursorWrapper, statement: str, file: str, report: Report) -> None:
    cursor.execute(statement)
    for line, reason in sorted(cursor.fetchall()):
        report.reject(file, line, reason)
