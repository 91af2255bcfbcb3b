"""The sum behind every ranked list, by hand and by the database: docs and lists must never say different things."""

import random

import pytest
from pytest_django.fixtures import Settings

from films.models import TitleKind, TitleListing
from films.rankings import live_list
from films.weighting import RANKED_LENGTH, Constants, Voted, constants_of, rank, weighted_rating
from tests.factories import make_title

LEAST = 3


@pytest.fixture(autouse=True)
def _few_votes_are_enough(settings: Settings) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = LEAST


@pytest.mark.parametrize(
    ("mean", "votes", "weighted"), [(3.69, 126, 3.4732), (4.50, 3, 3.2379), (4.20, 4000, 4.1756)]
)
def test_the_formula_gives_the_published_numbers(mean: float, votes: int, weighted: float) -> None:
    assert round(weighted_rating(mean, votes, 100, 3.20), 4) == weighted


def test_at_m_votes_a_title_weighs_as_much_as_its_pool() -> None:
    assert weighted_rating(5.0, 40, 40, 3.0) == 4.0


@pytest.mark.parametrize(("mean", "votes"), [(None, 0), (4.5, 0), (None, 3)])
def test_without_votes_the_pool_says_it_all(mean: float | None, votes: int) -> None:
    assert weighted_rating(mean, votes, 100, 3.2) == 3.2


def test_an_empty_pool_has_constants_and_no_places() -> None:
    assert rank([]) == (Constants(LEAST, 0.0), [])


def test_one_title_is_first_with_its_own_mean() -> None:
    constants, [place] = rank([Voted(title_id=7, vote_count=4, vote_sum=33)])
    assert constants == Constants(LEAST, 4.12)
    # Thirty-three half stars: C is rounded to what is shown, and the rating is made with it.
    assert (place.rank, place.title_id, place.mean, place.weighted) == (1, 7, 4.125, 4.1229)


def test_a_mean_that_no_decimal_number_is_equal_to_is_weighed_in_full() -> None:
    _constants, [place, _other] = rank([Voted(1, 3, 20), Voted(2, 3, 10)])
    assert place.mean == 20 / 3 / 2
    assert place.weighted == 2.9167
    assert place.stars == 10.0


def test_equals_go_by_votes_and_then_by_age() -> None:
    # All at the mean of all, so that every number of votes weighs the same.
    places = rank([Voted(3, 5, 40), Voted(1, 5, 40), Voted(9, 8, 64)])[1]
    assert [place.title_id for place in places] == [9, 1, 3]


def test_too_few_votes_have_no_place_and_still_count_for_the_pool() -> None:
    constants, places = rank([Voted(1, LEAST, 30), Voted(2, LEAST - 1, 4)])
    assert [place.title_id for place in places] == [1]
    assert constants.c == round(34 / 5 / 2, 2)


def test_m_is_what_a_quarter_of_a_large_pool_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = [Voted(number, number, 6 * number) for number in range(1, 21)]
    assert rank(pool)[0].m == LEAST
    monkeypatch.setattr("films.weighting.RANKED_LENGTH", 4)
    assert rank(pool)[0].m == 16
    monkeypatch.setattr("films.weighting.RANKED_LENGTH", 10)
    assert rank(pool)[0].m == 11


@pytest.mark.django_db
def test_a_pool_at_hand_and_a_pool_in_the_database_are_ranked_alike() -> None:
    chance = random.Random(4)
    pool = []
    for _ in range(RANKED_LENGTH // 5):
        votes = chance.randint(1, 12)
        voted = Voted(make_title().pk, votes, sum(chance.randint(1, 10) for _ in range(votes)))
        pool.append(voted)
        TitleListing.objects.update_or_create(
            title_id=voted.title_id,
            defaults={"kind": TitleKind.FILM, "sort_key": "", "vote_count": votes, "mean": voted.mean},
        )
    constants, places = rank(pool)
    assert constants == constants_of(TitleListing.objects.all())
    assert places == live_list(TitleListing.objects.all()).places
