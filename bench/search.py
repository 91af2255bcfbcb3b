"""Milliseconds of a search while typing (prefix) and of one with a mistake in it (likeness), and what it finds.

The two take turns; the ratio of their p95 says how much a key press is cheaper than a whole search.
"""

import random
import time

from django.db import connection

from bench.data import Words, store_people, store_search_names, store_titles
from bench.harness import Options, Result, compare, percentile, take_turns
from films.search import search

TITLES, PEOPLE = 60_000, 40_000
QUERIES = 30
FOUND_IN = 10


def run(options: Options) -> list[Result]:
    words = Words(20_000)
    titles = store_titles(options.scaled(TITLES), words)
    people = store_people(options.scaled(PEOPLE), words)
    store_search_names("title_id", titles, words)
    store_search_names("person_id", people, words)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    chance = random.Random(6)
    took: dict[str, list[float]] = {"prefix": [], "likeness": []}
    found: list[bool] = []

    def prefix() -> None:
        name = chance.choice(titles)
        search(
            name[: chance.randint(2, max(2, len(name) * 2 // 3))],
            limit=6,
            kinds=["title", "person"],
            fuzzy=False,
        )

    def likeness() -> None:
        name = chance.choice([name for name in chance.choices(titles, k=50) if len(name) > 7])
        hits = search(misspell(name, chance), limit=FOUND_IN, kinds=["title", "person"])
        found.append(any(hit.kind == "title" and hit.item.name == name for hit in hits))

    def turn(name: str) -> float:
        each = []
        for _ in range(QUERIES):
            start = time.perf_counter()
            {"prefix": prefix, "likeness": likeness}[name]()
            each.append((time.perf_counter() - start) * 1000)
        took[name] += each
        return percentile(each, 0.95)

    p95 = take_turns({name: lambda name=name: turn(name) for name in took}, options.rounds)
    for name, each in took.items():
        print(
            f"{name}: p50 {percentile(each, 0.5):.1f} ms, p95 {percentile(each, 0.95):.1f} ms, {len(each)} queries"
        )
    print(
        f"A name with one mistake is among the first {FOUND_IN} in {100 * sum(found) / len(found):.1f} % of searches."
    )
    return [
        compare(
            "p95 while typing",
            p95["prefix"],
            p95["likeness"],
            against="p95 with a mistake",
            unit="ms",
            budget=-0.1,
        )
    ]


def misspell(name: str, chance: random.Random) -> str:
    """The name with one letter left out, doubled, changed, or swapped with the next."""
    place = chance.randrange(1, len(name) - 1)
    before, letter, following, after = name[:place], name[place], name[place + 1], name[place + 2 :]
    mistakes = [following, letter * 2 + following, chance.choice("aeiost") + following, following + letter]
    return before + chance.choice(mistakes) + after
