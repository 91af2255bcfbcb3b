"""What a member has seen: what they voted on, and what stands in their diary."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db import connection

from accounts.permissions import Viewer

# A show counts when one of its seasons does.
_SEEN: Final = """
    WITH family AS (
        SELECT id, id AS asked FROM unnest(%(titles)s::bigint[]) AS id
        UNION ALL
        SELECT id, parent_id FROM films_title WHERE parent_id = ANY (%(titles)s::bigint[])
    )
    SELECT DISTINCT asked FROM family
    WHERE EXISTS (SELECT FROM reviews_vote WHERE member_id = %(member)s AND title_id = family.id)
        OR EXISTS (SELECT FROM reviews_viewing WHERE member_id = %(member)s AND title_id = family.id)
"""


@dataclass(frozen=True)
class Progress:
    """How much of a list its reader has seen: the ids of what they did, and how many titles it has."""

    seen: frozenset[int]
    total: int


def seen_among(viewer: Viewer, title_ids: Collection[int]) -> frozenset[int]:
    """Which of these titles the viewer has seen. One query, however many; none for who is not signed in."""
    if viewer.pk is None or not title_ids:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"titles": list(title_ids), "member": viewer.pk})
        return frozenset(pk for (pk,) in cursor.fetchall())


def progress_of(viewer: Viewer, title_ids: Collection[int]) -> Progress | None:
    """How far the viewer is with a list of these titles; None for who is not signed in, and of an empty list."""
    if viewer.pk is None or not title_ids:
        return None
    return Progress(seen_among(viewer, title_ids), len(title_ids))
