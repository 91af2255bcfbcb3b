"""Which titles are like which: liked by the same members. Kept in `SimilarTitle`, looked for anew now and then."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from films.models import SimilarTitle, TitleListing
from filmsite.lib.kept import forget_pages

# Four stars or more says that somebody likes a title.
LIKED: Final = 8
# Fewer members than this say nothing about two titles.
SHARED_LEAST: Final = 3
KEPT: Final = 8
# The newest of those who like a title are enough to find candidates; how many like both is then counted for all.
_FANS_ASKED: Final = 500
_CANDIDATES: Final = 24
_GOOD_FOR: Final = timedelta(days=7)

# What many members like everywhere says little: the shared ones are weighed against all who like the other title.
_CANDIDATES_OF = f"""
    WITH fan AS (
        SELECT member_id FROM reviews_vote WHERE title_id = %(title)s AND value >= {LIKED} AND counted
        ORDER BY changed_at DESC LIMIT {_FANS_ASKED}
    ), shared AS (
        SELECT vote.title_id, count(*) AS members
        FROM fan JOIN reviews_vote AS vote USING (member_id)
        WHERE vote.value >= {LIKED} AND vote.counted AND vote.title_id <> %(title)s
        GROUP BY vote.title_id HAVING count(*) >= {SHARED_LEAST}
    )
    SELECT shared.title_id
    FROM shared JOIN films_titletotals AS totals USING (title_id)
        JOIN films_title AS other ON other.id = shared.title_id
        JOIN films_title AS title ON title.id = %(title)s
    WHERE other.merged_into_id IS NULL AND other.parent_id IS DISTINCT FROM coalesce(title.parent_id, 0)
    ORDER BY shared.members / sqrt(totals.h8 + totals.h9 + totals.h10) DESC, shared.title_id
    LIMIT {_CANDIDATES}
"""  # noqa: S608  (no value is put in but our own constants)

# Asked from the side of the title: its votes by index, and for each member one look at the other title's.
_SHARED_OF = f"""
    SELECT other.title_id, count(*), count(*) / sqrt(min(totals.h8 + totals.h9 + totals.h10)) AS likeness
    FROM reviews_vote AS vote
        JOIN reviews_vote AS other ON other.member_id = vote.member_id AND other.title_id = ANY (%(others)s)
        JOIN films_titletotals AS totals ON totals.title_id = other.title_id
    WHERE vote.title_id = %(title)s AND vote.value >= {LIKED} AND vote.counted
        AND other.value >= {LIKED} AND other.counted
    GROUP BY other.title_id ORDER BY likeness DESC, other.title_id LIMIT {KEPT}
"""  # noqa: S608  (no value is put in but our own constants)


def refresh_similar_titles(*, title_id: int) -> int:
    """Look for the titles that those who like this one like as well; gives how many there are. Twice is as once."""
    found = _similar_to(title_id)
    with transaction.atomic():
        listed = TitleListing.objects.select_for_update().filter(pk=title_id)
        if not listed:
            return 0
        SimilarTitle.objects.filter(title_id=title_id).delete()
        SimilarTitle.objects.bulk_create(
            SimilarTitle(title_id=title_id, other_id=other, shared=shared, position=position)
            for position, (other, shared) in enumerate(found)
        )
        TitleListing.objects.filter(pk=title_id).update(similar_at=timezone.now())
        forget_pages(title_ids=[title_id])
    return len(found)


def refresh_stale_similar_titles(*, most: int = 100, seconds: float = 20) -> int:
    """Do so for those that wait the longest, never looked for first; gives how many titles it got to."""
    stale = (
        TitleListing.objects.filter(vote_count__gte=SHARED_LEAST)
        .exclude(similar_at__gt=timezone.now() - _GOOD_FOR)
        .order_by(F("similar_at").asc(nulls_first=True), "-vote_count")
        .values_list("pk", flat=True)[:most]
    )
    end, done = monotonic() + seconds, 0
    for title_id in list(stale):
        refresh_similar_titles(title_id=title_id)
        done += 1
        if monotonic() > end:
            break
    return done


def _similar_to(title_id: int) -> Sequence[tuple[int, int]]:
    """(title, members who like both), most alike first."""
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES_OF, {"title": title_id})
        others = [row[0] for row in cursor.fetchall()]
        if not others:
            return []
        cursor.execute(_SHARED_OF, {"title": title_id, "others": others})
        return [(other, shared) for other, shared, _likeness in cursor.fetchall()]
