"""The votes of two members side by side, for the arithmetic of `reviews.taste`."""

from dataclasses import dataclass
from typing import Final, NamedTuple

from django.db import connection

from accounts.models import Member
from films.models import Title
from reviews.taste import WIDEST, TasteMatch, match_of

# From four stars on a member loves a film; from a star and a half between them two members disagree. In half stars.
LOVED: Final = 8
APART: Final = 3
SHOWN: Final = 12

# Both sides come out of an index that holds the votes whole.
_SHARED: Final = """
    SELECT mine.title_id, mine.value AS mine, theirs.value AS theirs
    FROM reviews_vote AS mine JOIN reviews_vote AS theirs ON theirs.title_id = mine.title_id
    WHERE mine.member_id = %(viewer)s AND mine.counted AND theirs.member_id = %(member)s AND theirs.counted
"""
_DIFFERENCES: Final = f"""
    SELECT abs(mine - theirs), count(*) FROM ({_SHARED}) AS shared GROUP BY 1
"""  # noqa: S608  (our own SQL, values apart)
_SIDE_BY_SIDE: Final = f"""
    WITH shared AS MATERIALIZED ({_SHARED}), picked AS (
        (
            SELECT 'loved' AS kind, title_id, mine, theirs, mine + theirs AS weight
            FROM shared WHERE mine >= %(loved)s AND theirs >= %(loved)s
            ORDER BY weight DESC, title_id LIMIT %(shown)s
        )
        UNION ALL
        (
            SELECT 'apart', title_id, mine, theirs, abs(mine - theirs) AS weight
            FROM shared WHERE abs(mine - theirs) >= %(apart)s
            ORDER BY weight DESC, title_id LIMIT %(shown)s
        )
    )
    SELECT picked.kind, mine, theirs, title.id, title.kind, title.name, title.slug, title.year, title.parent_id,
        title.season_number
    FROM picked JOIN films_title AS title ON title.id = picked.title_id
    UNION ALL
    SELECT 'differences', abs(mine - theirs), count(*), NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM shared GROUP BY 2
"""  # noqa: S608  (our own SQL, values apart)


class Shared(NamedTuple):
    """A title that both voted on, with both votes in half stars."""

    title: Title
    mine: int
    theirs: int

    @property
    def apart(self) -> int:
        return abs(self.mine - self.theirs)


@dataclass(frozen=True, slots=True)
class SideBySide:
    """How two members vote: the match (None with too few shared titles), how many titles they share, what both love,
    and where they are furthest apart. The titles know only what a card shows.
    """

    match: TasteMatch | None
    titles: int
    loved: list[Shared]
    apart: list[Shared]


def taste_match(viewer: Member, member: Member) -> TasteMatch | None:
    """The match of two members' counted votes, or None where they share too few titles. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, {"viewer": viewer.pk, "member": member.pk})
        return match_of(_counts(dict(cursor.fetchall())))


def side_by_side(viewer: Member, member: Member) -> SideBySide:
    """Two members' counted votes beside each other. One query."""
    asked = {"viewer": viewer.pk, "member": member.pk, "loved": LOVED, "apart": APART, "shown": SHOWN}
    with connection.cursor() as cursor:
        cursor.execute(_SIDE_BY_SIDE, asked)
        rows = cursor.fetchall()
    counts = _counts({row[1]: row[2] for row in rows if row[0] == "differences"})
    loved, apart = (
        [_shared(row) for row in rows if row[0] == "loved"],
        [_shared(row) for row in rows if row[0] == "apart"],
    )
    loved.sort(key=lambda pair: (-pair.mine - pair.theirs, pair.title.pk))
    apart.sort(key=lambda pair: (-pair.apart, pair.title.pk))
    return SideBySide(match_of(counts), sum(counts), loved, apart)


def _counts(found: dict[int, int]) -> list[int]:
    return [found.get(distance, 0) for distance in range(WIDEST + 1)]


def _shared(row: tuple) -> Shared:
    _kind, mine, theirs, pk, kind, name, slug, year, parent, number = row
    title = Title(pk=pk, kind=kind, name=name, slug=slug, year=year, parent_id=parent, season_number=number)
    return Shared(title, mine, theirs)
