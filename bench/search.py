"""Milliseconds of a search while typing (prefix) and of one with a mistake in it (likeness), and what both find.

Each takes turns with a look-up of one title by its key, through the same layers, so the ratio is what finding costs more
than knowing. The whole of a search is timed, from the words to the titles and people that a page shows.
"""

import random
import time
from collections.abc import Callable, Sequence

from django.db import connection

from bench.data import Words, store_people, store_titles
from bench.harness import Options, Result, compare, percentile, take_turns
from films.models import SearchName, Title
from films.search import Hit, load, matches, search
from films.services.search_names import refresh_search_names

TITLES, PEOPLE = 60_000, 40_000
# Names are drawn from the most popular ones, as people look for what they know.
KNOWN = 60_000
TYPOS = 500
SUGGESTED, FOUND_IN = 6, 10
# A turn: so many names typed letter by letter, or so many searches.
NAMES, SEARCHES = 15, 40
LONGEST_TYPED = 25
# Shorter parts are in too many names for ten to tell anything.
LEAST_PART = 9


def run(options: Options) -> list[Result]:
    if not options.full:
        words = Words(20_000)
        store_titles(options.scaled(TITLES), words)
        store_people(options.scaled(PEOPLE), words)
        refresh_search_names()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE films_searchname")
    chance = random.Random(6)
    names = known_names()
    ids = [key for key, _ in names]
    typos = [(name, misspell(name, chance)) for _, name in chance.choices(_to_misspell(names), k=TYPOS)]
    _print_recall(names, typos, chance)
    parts = [part for _, part in _parts(names, chance)]
    took: dict[str, list[float]] = {"typed": [], "one letter": [], "alike": [], "part": [], "known": []}

    def typed() -> None:
        for _ in range(NAMES):
            name = chance.choice(names)[1]
            for letters in range(1, min(len(name), LONGEST_TYPED) + 1):
                beginning = name[:letters]
                timed("typed", lambda beginning=beginning: suggest(beginning))

    def timed(what: str, work: Callable[[], object]) -> None:
        start = time.perf_counter()
        work()
        took[what].append((time.perf_counter() - start) * 1000)

    def one_letter() -> None:
        for _ in range(SEARCHES):
            letter = chance.choice(names)[1][0]
            timed("one letter", lambda letter=letter: suggest(letter))

    def alike() -> None:
        for _ in range(SEARCHES):
            typo = chance.choice(typos)[1]
            timed("alike", lambda typo=typo: search(typo, limit=FOUND_IN))

    def part() -> None:
        for _ in range(SEARCHES):
            typo = chance.choice(parts)
            timed("part", lambda typo=typo: search(typo, limit=FOUND_IN))

    def known() -> None:
        for _ in range(SEARCHES):
            key = chance.choice(ids)
            timed("known", lambda key=key: Title.objects.for_card().get(pk=key))

    turns = {"typed": typed, "one letter": one_letter, "alike": alike, "part": part, "known": known}

    def turn(name: str) -> float:
        before = len(took[name])
        turns[name]()
        return percentile(took[name][before:], 0.95)

    p95 = take_turns({name: lambda name=name: turn(name) for name in turns}, options.rounds)
    budgets = {
        "typed": "p95 ≤ 5 ms",
        "one letter": "p95 ≤ 5 ms",
        "alike": "p95 ≤ 60 ms",
        "part": "p95 ≤ 60 ms",
    }
    return [
        compare(
            {
                "typed": "a key press, whole names typed",
                "one letter": "the first letter",
                "alike": "a mistake in the name",
                "part": "a mistake in a part of the name",
            }[name],
            p95[name],
            p95["known"],
            against="a title by its key",
            unit="ms, p95",
            note=f"p50 {percentile(took[name], 0.5):.1f} ms, p95 {percentile(took[name], 0.95):.1f} ms of "
            f"{len(took[name])}; goal {goal}",
        )
        for name, goal in budgets.items()
    ]


def suggest(typed: str) -> list[Hit]:
    """What a key press asks for."""
    return load(matches(typed, limit=SUGGESTED, fuzzy=False), for_links=True)


def known_names() -> list[tuple[int, str]]:
    """Ids of the most popular titles, each with one of its names in normal form, without article."""
    rows = SearchName.objects.filter(title__isnull=False, is_core=True).order_by("-popularity", "id")
    return list(rows.values_list("title_id", "norm")[:KNOWN])


def _to_misspell(names: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    return [(key, name) for key, name in names if 6 <= len(name) <= 40 and name.isascii()]


def misspell(name: str, chance: random.Random) -> str:
    """The name with a letter left out, added, changed, or swapped with the next; twice in a name of 14 letters or more."""
    for _ in range(1 if len(name) < 14 else 2):
        place = chance.randrange(1, len(name) - 1)
        before, letter, following, after = name[:place], name[place], name[place + 1], name[place + 2 :]
        other = chance.choice("abcdefghijklmnopqrstuvwxyz")
        mistakes = [following, letter + other + following, other + following, following + letter]
        name = before + chance.choice(mistakes) + after
    return name


def _parts(names: Sequence[tuple[int, str]], chance: random.Random) -> list[tuple[str, str]]:
    """Two words that follow one another in a name of three or more, as they are and misspelt; half the time the first."""
    long = [name for _, name in _to_misspell(names) if name.count(" ") >= 2]
    parts = []
    for number, name in enumerate(chance.choices(long, k=TYPOS)):
        words = name.split()
        start = chance.randrange(len(words) - 1) if number % 2 else 0
        part = " ".join(words[start : start + 2])
        if len(part) >= LEAST_PART:
            parts.append((part, misspell(part, chance)))
    return parts


def _print_recall(
    names: Sequence[tuple[int, str]], typos: Sequence[tuple[str, str]], chance: random.Random
) -> None:
    """How often a title of the name that is meant is among the first ten."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(*) FILTER (WHERE is_core) FROM films_searchname")
        forms, stored = cursor.fetchone()
    print(f"{stored:,} names in {forms:,} forms.")
    known = [name for _, name in names]
    long = [name for name in known if name.count(" ") >= 2]
    other = [name for name in known if not name.isascii()]
    for what, asked in {
        "mistakes": typos,
        "beginnings": [(name, name[: max(4, len(name) * 7 // 10)]) for name in chance.choices(known, k=150)],
        "words in any order": [(name, _shuffled(name, chance)) for name in chance.choices(long, k=150)],
        "other scripts": [(name, name) for name in chance.choices(other, k=150)] if other else [],
    }.items():
        if asked:
            good = sum(_is_found(name, query) for name, query in asked)
            print(f"recall@{FOUND_IN}, {what}: {100 * good / len(asked):.1f} % of {len(asked)}")
    # Hundreds of made-up names may have a part in common: any of them will do.
    parts = _parts(names, chance)
    good = sum(_is_part_found(part, query) for part, query in parts)
    print(
        f"a name with the part among {FOUND_IN}, mistakes in a part: {100 * good / len(parts):.1f} % of {len(parts)}"
    )


def _shuffled(name: str, chance: random.Random) -> str:
    words = name.split()
    return " ".join(chance.sample(words, len(words)))


def _is_found(name: str, query: str) -> bool:
    found = [one.item for one in matches(query, limit=FOUND_IN, kinds=["title"])[:FOUND_IN]]
    return SearchName.objects.filter(title__in=found, norm=name).exists()


def _is_part_found(part: str, query: str) -> bool:
    found = [one.item for one in matches(query, limit=FOUND_IN, kinds=["title"])[:FOUND_IN]]
    return SearchName.objects.filter(title__in=found, norm__contains=part).exists()
