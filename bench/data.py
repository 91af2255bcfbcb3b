"""Made-up rows for the benches: a small whole site, or members, titles, people and votes alone."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from io import StringIO
from itertools import accumulate

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from accounts.models import Member
from accounts.usernames import skeleton
from bench.harness import Options
from films.models import Person, Title
from filmsite.lib.bulk import copy_rows, default_columns
from filmsite.lib.slugs import slug_for
from reviews.models import Vote

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeio"]
# Of the full size: two thousand titles and as many members, 90,000 votes, 20,000 reviews.
SMALL_SITE = 0.01


class Words:
    """A vocabulary with few frequent and many rare words, as names have."""

    def __init__(self, number: int, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.words = [
            "".join(self.random.choices(_SYLLABLES, k=self.random.randint(2, 4))).capitalize()
            for _ in range(number)
        ]
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(number)))

    def name(self, least: int, most: int) -> str:
        length = self.random.randint(least, most)
        return " ".join(self.random.choices(self.words, cum_weights=self.weights, k=length))


def store(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY rows into a model's table, other columns at their defaults; then set its sequence behind them."""
    defaults = default_columns(model, columns)
    filled = ((*row, *defaults.values()) for row in rows)
    with connection.cursor() as cursor:
        copy_rows(cursor, model._meta.db_table, [*columns, *defaults], filled)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def store_members(number: int) -> None:
    names = [f"member-{key}" for key in range(1, number + 1)]
    store(
        Member,
        ["id", "username", "username_skeleton", "password", "date_joined", "email"],
        (
            (key, name, skeleton(name), "!", NOW, f"{name}@example.org")
            for key, name in enumerate(names, start=1)
        ),
    )


def store_titles(number: int, words: Words) -> list[str]:
    """Films with the ids from 1 on; gives their names."""
    names = [words.name(1, 5) for _ in range(number)]
    columns = [
        "id",
        "kind",
        "name",
        "sort_name",
        "slug",
        "year",
        "released_on",
        "minutes",
        "plot",
        "plot_language",
    ]
    store(
        Title,
        [*columns, "created_at", "updated_at"],
        (
            (
                key,
                "film",
                name,
                name,
                slug_for(name),
                year,
                date(year, 6, 1),
                80 + key % 60,
                f"{name}.",
                "en",
                NOW,
                NOW,
            )
            for key, (name, year) in enumerate(
                ((name, 1930 + key % 90) for key, name in enumerate(names)), start=1
            )
        ),
    )
    return names


def store_people(number: int, words: Words) -> list[str]:
    names = [words.name(2, 3) for _ in range(number)]
    store(
        Person,
        ["id", "name", "sort_name", "slug", "created_at"],
        ((key, name, name, slug_for(name), NOW) for key, name in enumerate(names, start=1)),
    )
    return names


def draw_votes(*, members: int, titles: int, number: int, chance: random.Random) -> list[tuple[int, int]]:
    """At most `number` pairs (member, title) in order, none of them twice; few titles have many, most have few."""
    weights = list(accumulate(1 / (rank + 10) for rank in range(titles)))
    of_title = chance.choices(range(1, titles + 1), cum_weights=weights, k=number)
    return sorted({(chance.randint(1, members), title) for title in of_title})


def store_votes(*, members: int, titles: int, number: int) -> None:
    chance = random.Random(2)
    drawn = draw_votes(members=members, titles=titles, number=number, chance=chance)
    store(
        Vote,
        ["member_id", "title_id", "value", "cast_at", "changed_at"],
        ((member, title, chance.randint(1, 10), NOW, NOW) for member, title in drawn),
    )


def ensure_community(options: Options) -> None:
    """A small whole site with everything a page shows, unless the full-scale one is there."""
    if not options.full:
        call_command("generate_catalogue", scale=SMALL_SITE * options.scale, stdout=StringIO())
