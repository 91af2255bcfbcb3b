from pathlib import Path
from time import process_time

import pytest

from films.importers.base import Report
from films.importers.movielens import MovieLens, article_first, genres_of, half_stars, split_title


@pytest.mark.parametrize(
    ("text", "name", "sort_name", "year", "others"),
    [
        ("Toy Story (1995)", "Toy Story", "Toy Story", 1995, {}),
        ("Usual Suspects, The (1995)", "The Usual Suspects", "Usual Suspects, The", 1995, {}),
        (
            "City of Lost Children, The (Cité des enfants perdus, La) (1995)",
            "The City of Lost Children",
            "City of Lost Children, The",
            1995,
            {"La Cité des enfants perdus": "original"},
        ),
        (
            "Bicycle Thieves (a.k.a. The Bicycle Thief) (aka Bike Thieves) (Ladri di biciclette) (1948)",
            "Bicycle Thieves",
            "Bicycle Thieves",
            1948,
            {
                "The Bicycle Thief": "international",
                "Bike Thieves": "international",
                "Ladri di biciclette": "original",
            },
        ),
        ("(500) Days of Summer (2009)", "(500) Days of Summer", "(500) Days of Summer", 2009, {}),
        ("Star Maker, The (Uomo delle stelle, L') (1995)", "The Star Maker", "Star Maker, The", 1995,
         {"L'Uomo delle stelle": "original"}),
        ("Big Bang Theory, The (2007-)", "The Big Bang Theory", "Big Bang Theory, The", 2007, {}),
        ("Fawlty Towers (1975-1979)", "Fawlty Towers", "Fawlty Towers", 1975, {}),
        ("The Players Club (1998)", "The Players Club", "Players Club, The", 1998, {}),
        ("Li'l Quinquin", "Li'l Quinquin", "Li'l Quinquin", None, {}),
        ("Corrina, Corrina (1994)", "Corrina, Corrina", "Corrina, Corrina", 1994, {}),
        ("2001 (2001) ", "2001", "2001", 2001, {}),
        ("Hate (Haine, La) (Hate) (1995)", "Hate", "Hate", 1995, {"La Haine": "original"}),
        ("(1999)", "", "", 1999, {}),
    ],
)  # fmt: skip
def test_a_title_is_taken_apart(
    text: str, name: str, sort_name: str, year: int | None, others: dict[str, str]
) -> None:
    assert split_title(text) == (name, sort_name, year, tuple(others.items()))


@pytest.mark.parametrize(
    ("inverted", "name"),
    [("Haine, La", "La Haine"), ("Thing, The", "The Thing"), ("Oh, God!", "Oh, God!"), (", The", ", The")],
)
def test_an_article_comes_first(inverted: str, name: str) -> None:
    assert article_first(inverted) == name


def test_genres_are_ours() -> None:
    assert genres_of("Children|Sci-Fi|Film-Noir|IMAX|Drama|Drama") == (
        "Family",
        "Science Fiction",
        "Noir",
        "Drama",
    )
    assert genres_of("(no genres listed)") == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 1), ("5", 10), ("3.50", 7), (" 4.0 ", 8), ("0", None), ("5.5", None), ("3.3", None),
     ("NaN", None), ("sNaN", None), ("inf", None), ("", None), ("four", None), ("1e0", 2)],
)  # fmt: skip
def test_stars_become_half_stars_or_nothing(text: str, value: int | None) -> None:
    assert half_stars(text) == value


@pytest.mark.parametrize(
    "title",
    [" " * 200_000 + "x", "(1995)" * 50_000 + "x", "a" + "(b)" * 60_000, "(1995" + " " * 200_000 + "x"],
    ids=["spaces", "years", "parentheses", "open"],
)
def test_a_hostile_title_is_refused_as_quickly_as_a_long_one(tmp_path: Path, title: str) -> None:
    for name, text in (
        ("movies.csv", f"movieId,title,genres\n1,{title},{title}\n"),
        ("links.csv", "movieId,imdbId,tmdbId\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n"),
    ):
        (tmp_path / name).write_text(text)
    began, report = process_time(), Report()
    assert list(MovieLens(tmp_path).titles(report)) == []
    assert process_time() - began < 15
    assert (report.read, report.rejected) == (1, 1)
