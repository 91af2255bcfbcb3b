"""Finding titles, people and members by any of their names, however they are spelled.

Every name is stored in one form (`normalise`) in one table, `SearchName`; what is typed is brought to the same form.
Another engine can stand behind `matches()` one day: nothing else reads that table to find something.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from accounts.models import Member
from accounts.usernames import skeleton
from films.models import Title, TitleKind
from films.search.finding import FEW, find
from films.search.judging import Found, Match, Query
from films.search.loading import Hit, load
from films.search.normalising import NORM_LENGTH, forms_of_person, forms_of_title, normalise, without_article

__all__ = [
    "KINDS",
    "NORM_LENGTH",
    "Found",
    "Hit",
    "Kind",
    "Match",
    "forms_of_person",
    "forms_of_title",
    "load",
    "matches",
    "normalise",
    "person_ids_like",
    "search",
    "title_ids_like",
    "without_article",
]

Kind = Literal["title", "film", "show", "person", "member"]
KINDS: Final[tuple[Kind, ...]] = ("title", "person", "member")

# "the wire season 2", "the wire s2", "the wire 2".
_SEASON: Final = re.compile(
    r"(?P<show>.+?) (?:(?:season|series|seizoen|saison|staffel|temporada|stagione|s) ?)?(?P<number>\d{1,2})"
)


def search(query: str, *, limit: int = 20, kinds: Sequence[Kind] = KINDS, fuzzy: bool = True) -> list[Hit]:
    """Find what is called like `query`, best first, at most `limit` of titles, of people and of members.

    Whole names come before beginnings, beginnings before words in any order, and names that are only alike last. In a
    year that is given ("heat 1995") before others; among equals, what most people voted on. `fuzzy=False` is for every
    key that is pressed: names that are only alike are then looked for where nothing else is found. A constant number
    of queries.
    """
    return load(matches(query, limit=limit, kinds=kinds, fuzzy=fuzzy))


def matches(query: str, *, limit: int, kinds: Sequence[Kind] = KINDS, fuzzy: bool = True) -> list[Found]:
    """What `search` finds, not loaded yet: for pages that show a part."""
    asked = Query(query)
    of = [of for of in ("title", "person") if of in kinds]
    titles: list[str] | None = None
    if of_titles := [kind for kind in kinds if kind in {"film", "show"}]:
        titles, of = list(of_titles), ["title", *of]
    found = find(asked, of=of, kinds=titles, limit=limit, alike_below=FEW if fuzzy else 1) if of else []
    if "title" in kinds or "show" in kinds:
        found += _seasons(asked)
    if "member" in kinds:
        found += _members(query, limit)
    counts: dict[str, int] = {}
    best = []
    for one in sorted(found, key=lambda one: one.order):
        counts[one.of] = counts.get(one.of, 0) + 1
        if counts[one.of] <= limit:
            best.append(one)
    return best


def title_ids_like(query: str, *, limit: int = 200) -> list[int]:
    """The ids of titles called like `query`, best first; of shows, and not of their seasons."""
    return [one.item for one in find(Query(query), of=["title"], limit=limit)][:limit]


def person_ids_like(query: str, *, limit: int = 200) -> list[int]:
    """The ids of people called like `query`, best first."""
    return [one.item for one in find(Query(query), of=["person"], limit=limit)][:limit]


def _seasons(query: Query) -> list[Found]:
    """The season that the query names by its number, of a show that is called so."""
    named = _SEASON.fullmatch(query.norm)
    if named is None:
        return []
    shows = find(Query(named["show"]), of=["title"], kinds=[TitleKind.SHOW], limit=5, alike_below=0)
    exact = [show.item for show in shows if show.match is Match.EXACT]
    seasons = Title.objects.filter(
        parent__in=exact, season_number=int(named["number"]), kind=TitleKind.SEASON, merged_into=None
    )
    order = {show: place for place, show in enumerate(exact)}
    # Behind what is called exactly like the query: "Toy Story 2".
    return [
        Found("title", key, Match.EXACT, "", "", (False, 0, Match.EXACT, 9, order[show]))
        for key, show in (seasons.values_list("pk", "parent_id") if exact else ())
    ]


def _members(query: str, limit: int) -> list[Found]:
    name = query.strip().removeprefix("@")
    if not 2 <= len(name) <= 30 or " " in name:
        return []
    begins = skeleton(name)
    members = (
        Member.objects.active()
        .filter(is_placeholder=False, username_skeleton__startswith=begins)
        .order_by("username_skeleton")
        .values_list("pk", "username_skeleton")[:limit]
    )
    return [
        Found("member", key, match, "", "", (False, 0, match, 8, len(found), place))
        for place, (key, found) in enumerate(members)
        for match in [Match.EXACT if found == begins else Match.PREFIX]
    ]
