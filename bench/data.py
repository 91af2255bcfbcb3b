"""Made-up titles, people, members, votes and reviews, by COPY. The same numbers give the same rows."""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from accounts.models import Member
from accounts.usernames import skeleton
from films.models import Credit, Genre, Person, SearchName, Title, TitleGenre
from films.search import forms_of
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from filmsite.lib.bulk import copy_rows, default_columns
from filmsite.lib.slugs import slug_for
from filmsite.lib.text import render_review
from reviews.models import Review, Revision, Vote

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeio"]
_GENRES = ["Drama", "Comedy", "Thriller", "Romance", "Horror", "Animation", "Documentary", "War"]


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


def store_community(*, titles: int, members: int, votes: int, reviews: int) -> None:
    """A small site with everything a page shows: genres, credits, votes, reviews, browse table and search names."""
    words, chance = Words(3000), random.Random(3)
    store_members(members)
    store_titles(titles, words)
    people = len(store_people(titles * 2, words))
    genres = [
        Genre.objects.get_or_create(name=name, defaults={"slug": name.lower()})[0].pk for name in _GENRES
    ]
    store(
        TitleGenre,
        ["title_id", "genre_id", "position"],
        (
            (title, genre, place)
            for title in range(1, titles + 1)
            for place, genre in enumerate(chance.sample(genres, 2))
        ),
    )
    store(
        Credit,
        ["title_id", "person_id", "role", "position", "character"],
        (
            (
                title,
                person,
                "director" if place == 0 else "actor",
                place,
                "" if place == 0 else words.name(1, 2),
            )
            for title in range(1, titles + 1)
            for place, person in enumerate(chance.sample(range(1, people + 1), 12))
        ),
    )
    store_votes(members=members, titles=titles, number=votes)
    _store_reviews(titles=titles, members=members, number=reviews, words=words)
    refresh_listings()
    refresh_search_names()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _store_reviews(*, titles: int, members: int, number: int, words: Words) -> None:
    chance = random.Random(4)
    weights = list(accumulate(1 / (rank + 10) for rank in range(titles)))
    of_title = chance.choices(range(1, titles + 1), cum_weights=weights, k=number)
    texts = [". ".join(words.name(6, 14).capitalize() for _ in range(5)) + "." for _ in range(50)]
    htmls = [render_review(text) for text in texts]
    common = ["body", "language", "source_hash", "created_at"]
    rows = [
        (key, title, chance.randint(1, members), key % len(texts), NOW - timedelta(minutes=key))
        for key, title in enumerate(of_title, start=1)
    ]
    store(
        Review,
        ["id", "title_id", "author_id", "html", *common],
        (
            (key, title, author, htmls[text], texts[text], "en", "0" * 64, at)
            for key, title, author, text, at in rows
        ),
    )
    store(
        Revision,
        ["review_id", "number", *common],
        ((key, 1, texts[text], "en", "0" * 64, at) for key, _, _, text, at in rows),
    )


def store_search_names(column: str, names: list[str], words: Words) -> None:
    """Search rows of titles or people (`column`) with the ids from 1 on, each with some popularity."""
    store(
        SearchName,
        [column, "norm", "popularity"],
        (
            (key, form, int(words.random.paretovariate(0.8)))
            for key, name in enumerate(names, start=1)
            for form in forms_of([name])
        ),
    )
