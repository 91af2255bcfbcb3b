"""The second top: the votes of members who are still here, so that a list does not show for ever what members who left liked.

Active is who voted or wrote within FILMSITE_ACTIVE_MONTHS. Every list has an m and a C of its own, as `films.weighting` says:
of fewer votes fewer are needed for a place.
"""

from collections import defaultdict
from datetime import datetime
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from films.models import TitleKind
from films.rankings import SECONDS_KEPT, TopList, active_key, kept_list
from films.statistics import site_numbers
from films.weighting import Voted, rank

# A site with more votes waits for its first night: making the list while a reader waits would take too long.
MOST_VOTES_LIVE: Final = 200_000

_POOLS: Final = """
    WITH span AS (
        SELECT %(moment)s::timestamptz - make_interval(months => %(months)s) AS since
    ), active AS MATERIALIZED (
        SELECT member_id FROM reviews_vote, span WHERE changed_at > since AND cast_at <= %(moment)s
        UNION
        SELECT author_id FROM reviews_review, span
        WHERE created_at > since AND created_at <= %(moment)s AND state = 'published'
    ), of_title AS (
        SELECT vote.title_id, count(*) AS votes, sum(vote.value) AS half_stars
        FROM reviews_vote AS vote JOIN active USING (member_id)
        WHERE vote.counted AND vote.cast_at <= %(moment)s
        GROUP BY vote.title_id
    )
    SELECT title.kind, title.id, of_title.votes, of_title.half_stars
    FROM of_title JOIN films_title AS title ON title.id = of_title.title_id
    WHERE title.merged_into_id IS NULL
    UNION ALL
    SELECT show.kind, show.id, sum(of_title.votes)::bigint, sum(of_title.half_stars)::bigint
    FROM of_title
    JOIN films_title AS season ON season.id = of_title.title_id
    JOIN films_title AS show ON show.id = season.parent_id
    WHERE show.merged_into_id IS NULL
    GROUP BY show.kind, show.id
"""


def active_top(kind: TitleKind) -> TopList | None:
    """Last night's list, or on a small site one made now and kept for minutes; None where the first night is to come."""
    name = f"top:{active_key(kind)}:{timezone.localdate()}"
    found = cache.get(name)
    if found is None:
        found = kept_list(active_key(kind)) or _live_list(kind)
        cache.set(name, found, SECONDS_KEPT)
    return found


def active_lists(moment: datetime | None = None) -> dict[TitleKind, TopList]:
    """The best films, shows and seasons by the votes there were of members active before that moment (now).

    One statement over all votes: some seconds at millions of them.
    """
    moment = moment or timezone.now()
    pools: dict[str, list[Voted]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_POOLS, {"moment": moment, "months": settings.FILMSITE_ACTIVE_MONTHS})
        for kind, *voted in cursor.fetchall():
            pools[kind].append(Voted(*voted))
    day = timezone.localdate(moment)
    return {kind: TopList(day, *rank(pools[kind])) for kind in TitleKind}


def _live_list(kind: TitleKind) -> TopList | None:
    numbers = site_numbers()
    if numbers is None or numbers["votes"] > MOST_VOTES_LIVE:
        return None
    return active_lists()[kind]
