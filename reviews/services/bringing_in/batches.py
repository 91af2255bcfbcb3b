"""Rows that are written title by title: some hundred titles a transaction, held so that nobody merges or votes meanwhile.

Locks are taken in the order in which everybody takes them: the advisory lock of each title, the member, then what the
statements themselves need (votes, totals of titles, totals of members), and last the import.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import Member
from accounts.permissions import can_post
from films.duplicates import merge_lock
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.models import ImportRow, Vote
from reviews.services.bringing_in.leasing import LEASE, Claim, Stopped

# Titles a transaction: less than a second of work, and no more than that is lost to a kill.
TITLES: Final = 300

_NEXT = """
    SELECT DISTINCT title_id FROM reviews_importrow
    WHERE of_id = %(of)s AND kind = %(kind)s AND outcome = '' AND title_id > %(after)s
    ORDER BY title_id LIMIT %(limit)s
"""
_HOLD = """
    SELECT pg_advisory_xact_lock_shared(%(base)s + id) FROM unnest(%(titles)s::bigint[]) AS id ORDER BY id
"""
# Titles that were merged since: their rows belong to what they became one with, whose turn comes.
_FOLLOW_MERGES = """
    UPDATE reviews_importrow AS row SET title_id = title.merged_into_id
    FROM films_title AS title
    WHERE row.of_id = %(of)s AND row.kind = %(kind)s AND row.outcome = '' AND row.title_id = ANY (%(titles)s)
        AND title.id = row.title_id AND title.merged_into_id IS NOT NULL
"""
# What the statement of a kind left over, since something else of the file said it already.
_REFUSE_LEFT = """
    UPDATE reviews_importrow SET outcome = 'refused', reason = 'twice'
    WHERE of_id = %(of)s AND kind = %(kind)s AND outcome = '' AND title_id = ANY (%(titles)s)
"""

Write = Callable[[CursorWrapper, dict[str, Any]], None]


def write_by_title(
    claimed: Claim, kind: ImportRow.Kind, write: Write, *, titles: int = TITLES, lease: timedelta = LEASE
) -> None:
    """Let `write` see to all rows of a kind, some titles a transaction; each that it leaves is refused.

    `write` gets a cursor and what its statements may name: of, member, kind, titles, conflicts, now, today. `lease` is
    longer than a batch can take.
    """
    after = 0
    claimed.extend(by=lease)
    while found := _next_titles(claimed, kind, after, titles):
        with transaction.atomic(), connection.cursor() as cursor:
            params = hold(cursor, claimed, found) | {"kind": kind.value}
            cursor.execute(_FOLLOW_MERGES, params)
            write(cursor, params)
            cursor.execute(_REFUSE_LEFT, params)
            claimed.extend(by=lease, done=claimed.row.done + len(found))
            forget_titles(found)
        after = found[-1]
        if len(found) < titles:
            # Once more from the start: rows may have followed a merge to a title that had its turn.
            after = 0


def hold(
    cursor: CursorWrapper, claimed: Claim, titles: Iterable[int], *, to_write: bool = True
) -> dict[str, Any]:
    """Hold these titles and the member until the transaction ends; gives what statements may name.

    `to_write` raises Stopped for a member who may not write now.
    """
    now = timezone.now()
    params: dict[str, Any] = {
        "base": merge_lock(0),
        "of": claimed.pk,
        "member": claimed.row.member_id,
        "titles": sorted(titles),
        "conflicts": claimed.row.conflicts,
        "now": now,
        "today": now.date(),
    }
    cursor.execute(_HOLD, params)
    member = Member.objects.select_for_update(no_key=True).get(pk=claimed.row.member_id)
    if to_write and not can_post(member):
        raise Stopped("suspended")
    # Their votes in the order in which a merge takes them.
    votes = Vote.objects.select_for_update().filter(member=member, title__in=params["titles"]).order_by("pk")
    list(votes.values_list("pk"))
    return params


def forget_titles(titles: Iterable[int]) -> None:
    """Build the pages of these titles, and of the shows of seasons, anew."""
    rows = Title.objects.filter(pk__in=titles).values_list("pk", "parent")
    forget_pages(title_ids={pk for row in rows for pk in row})


def _next_titles(claimed: Claim, kind: ImportRow.Kind, after: int, limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, {"of": claimed.pk, "kind": kind.value, "after": after, "limit": limit})
        return [pk for (pk,) in cursor.fetchall()]
