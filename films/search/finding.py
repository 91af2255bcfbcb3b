"""Which stored names answer a query, and how well: the only place that reads the search table.

From the surest to the vaguest: the whole name, its beginning, its words in any order, names that are alike, and names
of which a part is. What is sure is cheap, so the vaguer ways are gone only where the surer ones found little. Titles
and people have indexes of their own and are looked for apart.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import structlog
from django.db import OperationalError, connection

from films.search.judging import SLIPS, Found, Match, Query, judge
from films.search.normalising import is_whole_word, other_words
from filmsite.lib.time_limit import time_limit

log = structlog.get_logger("filmsite.search")

# Milliseconds after which PostgreSQL stops a statement; the search gives what it has found by then.
TYPING_TIMEOUT_MS: Final = 200
TIMEOUT_MS: Final = 800
# Parts of names that are like a few common letters can be half of all names.
PARTS_TIMEOUT_MS: Final = 200
# A word that has not been finished is looked for from three letters on: fewer begin a tenth of all words.
WORD_LETTERS: Final = 3
# Shorter queries share too many trigrams with everything for likeness to mean much.
SIMILAR_LETTERS: Final = 5
# Names that are alike are looked for where fewer than this were found by what was typed.
FEW: Final = 10
# How alike a part of a name must be (0 to 1): a slip takes up to three of the trigrams of what was typed, which are
# one more than its letters. Asking for less finds more and takes much longer.
PART_LIKENESS: Final = 0.5
# So many names with one beginning are sorted; of more, the most popular are picked by an index in their order.
SORTED: Final = 3000
# Of names that are alike, so many of titles and of people are looked at closely, and so many shown in all.
JUDGED: Final = 80
JUDGED_PARTS: Final = 60
SHOWN: Final = 20
# Several names of one title may match: more names than items are read.
NAMES_AN_ITEM: Final = 2


@dataclass
class Search:
    """One search: what is asked for, and what has been found so far, each item by its best name."""

    query: Query
    # Titles or people ("title", "person"), and which kinds of titles; None for all.
    of: Sequence[str]
    kinds: Collection[str] | None
    limit: int
    found: dict[tuple[str, int], Found] = field(default_factory=dict)

    def count(self, of: str) -> int:
        return sum(key[0] == of for key in self.found)

    def best(self) -> list[Found]:
        found = sorted(self.found.values(), key=lambda one: one.order)
        called = sum(one.match is not Match.SIMILAR for one in found)
        return found[: called + SHOWN]


def find(
    query: Query,
    *,
    of: Sequence[str],
    kinds: Collection[str] | None = None,
    limit: int,
    alike_below: int = FEW,
) -> list[Found]:
    """Titles and people (`of`) that are called like the query, best first, about `limit` of each or more.

    Names that are only alike are looked for where fewer than `alike_below` are called so: 0 for never. With less than
    `FEW` it is for every key that is pressed, and soon gives up. A handful of statements; one that takes too long
    counts as having found nothing.
    """
    search = Search(query, of, kinds, limit)
    if query.norm:
        timeout = TYPING_TIMEOUT_MS if alike_below < FEW else TIMEOUT_MS
        try:
            with time_limit(timeout):
                _by_beginning(search)
                _by_words(search)
                # Of titles or people that are called so already, none with a mistake in it is meant.
                parts_of = [of for of in search.of if not search.count(of)]
                vaguer = len(search.found) < alike_below and len(query.core) >= SIMILAR_LETTERS
                if vaguer:
                    _by_likeness(search)
            # Who all but named a title meant that, not somebody.
            if _is_title_near(search):
                parts_of = [of for of in parts_of if of == "title"]
            if vaguer and parts_of:
                with time_limit(min(timeout, PARTS_TIMEOUT_MS)):
                    _by_parts(search, parts_of)
        except OperationalError as error:
            log.warning("search cut short", query=query.norm, error=str(error))
    return search.best()


# --- The four ways ------------------------------------------------------------------------------------------

_ARM = (
    "SELECT id, {likeness} AS likeness FROM films_searchname WHERE {of}_id IS NOT NULL{kinds} AND {condition}"
)
_BY_POPULARITY = " ORDER BY popularity DESC LIMIT %(names)s"
# One or two letters begin so many names that an index holds them by popularity. Of longer beginnings, up to `SORTED`
# names are sorted; where there are more, walking down that index soon meets enough of them. OFFSET 0 keeps the planner,
# which knows nothing of their number, from collecting and sorting all of them first.
_HEAD = f"({_ARM}{_BY_POPULARITY})"
_BEGINNING = f"""
    (WITH few AS MATERIALIZED (
        SELECT id, popularity FROM films_searchname
        WHERE {{of}}_id IS NOT NULL{{kinds}} AND norm LIKE %({{name}}_like)s LIMIT {SORTED + 1}
    )
    (SELECT id, 0::real FROM few WHERE (SELECT count(*) FROM few) <= {SORTED}{_BY_POPULARITY})
    UNION ALL
    (SELECT id, 0::real
     FROM (
        SELECT id, norm FROM films_searchname
        WHERE {{of}}_id IS NOT NULL{{kinds}} AND left(norm, 2) = %({{name}}_head)s
            AND (SELECT count(*) FROM few) > {SORTED}
        ORDER BY popularity DESC OFFSET 0
     ) AS head
     WHERE starts_with(norm, %({{name}})s) LIMIT %(names)s))
"""  # noqa: S608  (no value is put in but our own SQL)
# What a link to a title or a person shows comes along, so that a key press costs one statement.
LINK: Final = ("id", "kind", "name", "slug", "year", "parent_id", "season_number")
_DETAILS = f"""
    SELECT name.title_id, name.person_id, name.norm, name.other_name, name.language, name.year, name.popularity,
        found.likeness, person.name, person.slug, credit.id, credit.role,
        {", ".join(f"title.{field}" for field in LINK)}
    FROM ({{arms}}) AS found JOIN films_searchname AS name USING (id)
    LEFT JOIN films_person AS person ON person.id = name.person_id
    LEFT JOIN films_credit AS credit ON credit.id = name.known_for
    LEFT JOIN films_title AS title ON title.id = coalesce(name.title_id, credit.title_id)
    WHERE title.merged_into_id IS NULL
"""  # noqa: S608  (no value is put in but our own SQL)
_WORDS = (
    "array_to_tsvector(string_to_array(norm || coalesce(' ' || year::text, ''), ' ')) @@ %(words)s::tsquery"
)


def _by_beginning(search: Search) -> None:
    """By whole names and their beginnings; with a year, by the names without it as well."""
    arms: list[str] = []
    values: dict[str, Any] = {}
    readings = [*search.query.readings]
    if search.query.year:
        readings += search.query.readings_of_rest
    values["readings"] = [reading.rstrip() for reading in readings]
    for of in search.of:
        arms.append(_HEAD.format(**_of(search, of), condition="norm = ANY (%(readings)s)"))
        for place, reading in enumerate(readings):
            letters, name = len(reading), f"reading{place}"
            values[name] = reading
            if letters <= 2:
                arms.append(_HEAD.format(**_of(search, of), condition=f"left(norm, {letters}) = %({name})s"))
            else:
                values |= {f"{name}_like": f"{reading}%", f"{name}_head": reading[:2]}
                arms.append(_BEGINNING.format(**_of(search, of), name=name))
    _take(search, arms, values, Match.PREFIX)


def _by_words(search: Search) -> None:
    """By words in any order, the last one perhaps unfinished; where beginnings found little, or a year is given."""
    words = _as_words(search.query)
    wanting = [of for of in search.of if search.query.year or search.count(of) < search.limit]
    if words and wanting:
        arms = [_HEAD.format(**_of(search, of, core=True), condition=_WORDS) for of in wanting]
        _take(search, arms, {"words": words}, Match.WORDS)


def _by_likeness(search: Search) -> None:
    """By trigrams in common, the most alike first; the year, which may be the mistake, only orders them."""
    core = search.query.core
    _set_threshold("similarity", least_likeness(core))
    arms = []
    for of in search.of:
        parts = _of(search, of, core=True) | {"likeness": "similarity(norm, %(core)s)"}
        arm = _ARM.format(**parts, condition="norm %% %(core)s")
        arms.append(f"({arm} ORDER BY likeness DESC, popularity DESC LIMIT {JUDGED})")
    _take(search, arms, {"core": core}, Match.SIMILAR)


def _by_parts(search: Search, of: Sequence[str]) -> None:
    """By trigrams in common with a part of the name: "harry poter", "star wras" of names that go on much longer.

    Only what is a few slips from what was typed is taken.
    """
    _set_threshold("word_similarity", PART_LIKENESS)
    arms = []
    for of_these in of:
        parts = _of(search, of_these, core=True) | {"likeness": "word_similarity(%(core)s, norm)"}
        arm = _ARM.format(**parts, condition="%(core)s <%% norm")
        arms.append(f"({arm} ORDER BY likeness DESC, popularity DESC LIMIT {JUDGED_PARTS})")
    _take(search, arms, {"core": search.query.core}, Match.SIMILAR, only_near=True)


def _is_title_near(search: Search) -> bool:
    return any(
        of == "title" and found.order[SLIPS] <= search.query.most_slips
        for (of, _), found in search.found.items()
    )


def _set_threshold(name: str, likeness: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [f"pg_trgm.{name}_threshold", str(likeness)])


def least_likeness(core: str) -> float:
    """How alike (0 to 1) a name must be: what one slip, or two in a longer name, leave in common of its trigrams.

    A slip costs up to five of them. The more may be asked for, the sooner it is answered.
    """
    trigrams = len(core) + 1
    lost = 5 if trigrams < 15 else 10
    return min(0.45, max(0.3, (trigrams - lost) / (trigrams + lost)))


# --- Words and arms of a statement ---------------------------------------------------------------------------


def _as_words(query: Query) -> str:
    """The query as a tsquery: every word, whole or (from four letters, or as the last) its beginning.

    Empty where there is too little to look for. A year may be one off.
    """
    words = query.norm.split(" ")
    if len(words) == 1 and len(words[0]) < WORD_LETTERS and not is_whole_word(words[0]):
        return ""
    terms = []
    for place, word in enumerate(words, start=1):
        is_last = place == len(words)
        if query.year and word == str(query.year):
            ways = [str(year) for year in (query.year - 1, query.year, query.year + 1)]
        elif len(word) > WORD_LETTERS or (is_last and len(word) > 1):
            ways = [f"'{word}':*"]
        else:
            ways = [f"'{word}'"]
        ways += [f"'{other}'" for other in other_words(word)]
        terms.append(f"({' | '.join(ways)})")
    return " & ".join(terms)


def _of(search: Search, of: str, *, core: bool = False) -> dict[str, str]:
    kinds = " AND is_core" if core else ""
    if search.kinds is not None and of == "title":
        kinds += " AND kind = ANY (%(kinds)s)"
    return {"of": of, "kinds": kinds, "likeness": "0::real"}


def _take(
    search: Search, arms: list[str], values: dict[str, Any], match: Match, *, only_near: bool = False
) -> None:
    values |= {"names": search.limit * NAMES_AN_ITEM}
    if search.kinds is not None:
        values["kinds"] = list(search.kinds)
    with connection.cursor() as cursor:
        cursor.execute(_DETAILS.format(arms=" UNION ALL ".join(arms)), values)
        for row in cursor.fetchall():
            found = judge(search.query, match, *row[:8])._replace(shown=row[8:])
            if only_near and found.match is Match.SIMILAR and found.order[SLIPS] > search.query.most_slips:
                continue
            known = search.found.get((found.of, found.item))
            if known is None or found.order < known.order:
                search.found[found.of, found.item] = found
