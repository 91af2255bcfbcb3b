"""A film is found among thousands of names that are made of the words of its own, and at once."""

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from films.models import Title
from films.search import matches, search
from films.services.search_names import refresh_search_names
from tests.factories import make_title


@pytest.fixture
def crowd(db: None) -> Title:
    """Children of Heaven among thousands of names made of the words of its own."""
    film = make_title(
        "Bacheha-ye Aseman",
        original_name="بچه‌های آسمان",
        original_language="fa",
        alternatives={"Children of Heaven": "en", "De Schoenen van Zahra": "nl"},
    )
    chance = random.Random(1)
    words = [
        "children",
        "child",
        "of",
        "heaven",
        "heavens",
        "the",
        "bacheha",
        "aseman",
        "asman",
        "ye",
        "schoenen",
        "van",
        "zahra",
        "sarah",
        "de",
        "shoes",
        "heavy",
        "men",
        "gate",
        "last",
        "seven",
        "summer",
        "night",
        "love",
        "chil",
        "hea",
        "بچه",
        "های",
        "آسمان",
        "زمین",
    ]
    names = {" ".join(chance.choices(words, k=chance.randint(1, 5))).title() for _ in range(6000)}
    Title.objects.bulk_create(
        [Title(name=name, year=1990, slug="x", sort_name=name) for name in sorted(names)]
    )
    refresh_search_names()
    return film


def test_it_is_found_among_thousands_of_similar_names(crowd: Title) -> None:
    for typed in (
        "bacheha ye aseman",
        "childern of heavn",
        "children of heavn",
        "children of heaven 1997",
        "de schoenen van zahra",
        "de schoennen van zarha",
        "بچه های آسمان",
        "بچه هاي آسمان",
        "بچه‌های آسمان",
    ):
        assert crowd in [hit.item for hit in search(typed)[:3]], typed


def test_a_key_press_costs_as_much_with_many_names_as_with_few(crowd: Title) -> None:
    with CaptureQueriesContext(connection) as captured:
        assert len(matches("c", limit=6, fuzzy=False)) == 6
    assert "head1" in _plan_of(captured, "left(norm, 1)")


def _plan_of(captured: CaptureQueriesContext, part: str) -> str:
    (statement,) = [query["sql"] for query in captured.captured_queries if part in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE films_searchname")
        cursor.execute(f"EXPLAIN {statement}")
        return "\n".join(line for (line,) in cursor.fetchall())
