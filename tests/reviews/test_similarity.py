"""Titles that the same members like."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from films.models import SimilarTitle, Title, TitleListing
from films.services.listing import refresh_listings
from reviews.services.similarity import refresh_similar_titles, refresh_stale_similar_titles
from reviews.services.voting import cast_vote
from tests.factories import make_member, make_season, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def fans() -> list[Member]:
    return [make_member(f"fan-{letter}") for letter in "abcde"]


def like(members: list[Member], *titles: Title, value: int = 9) -> None:
    for member in members:
        for title in titles:
            cast_vote(member=member, title=title, value=value)


def similar_to(title: Title) -> list[tuple[str, int]]:
    refresh_listings()
    refresh_similar_titles(title_id=title.pk)
    rows = SimilarTitle.objects.filter(title=title).select_related("other")
    return [(row.other.name, row.shared) for row in rows]


def test_those_who_like_one_like_the_other(fans: list[Member]) -> None:
    heat, thief, other = make_title("Heat"), make_title("Thief"), make_title("Other")
    like(fans[:4], heat, thief)
    like(fans[:2], other)
    assert similar_to(heat) == [("Thief", 4)]


def test_what_everybody_likes_is_less_alike_than_what_only_they_like(fans: list[Member]) -> None:
    heat, thief, famous = make_title("Heat"), make_title("Thief"), make_title("Famous")
    like(fans, heat, famous)
    like(fans[:4], thief)
    like([make_member(f"other-{number}") for number in range(12)], famous)
    assert similar_to(heat) == [("Thief", 4), ("Famous", 5)]


def test_a_low_vote_is_no_sign_of_liking(fans: list[Member]) -> None:
    heat, bad = make_title("Heat"), make_title("Bad")
    like(fans, heat)
    like(fans, bad, value=7)
    assert similar_to(heat) == []


def test_votes_that_do_not_count_say_nothing(fans: list[Member]) -> None:
    heat, thief = make_title("Heat"), make_title("Thief")
    like(fans[:3], heat, thief)
    fans[0].suspended_at = timezone.now()
    fans[0].save()
    assert similar_to(heat) == []


def test_seasons_of_one_show_and_duplicates_are_not_named(fans: list[Member]) -> None:
    show = make_title("The Wire", kind="show")
    first, second = make_season(show, 1), make_season(show, 2)
    heat, copy = make_title("Heat"), make_title("Heat again")
    like(fans, first, second, heat, copy)
    Title.objects.filter(pk=copy.pk).update(merged_into=heat)
    assert similar_to(first) == [("Heat", 5)]


def test_looking_again_replaces_what_was_found(fans: list[Member]) -> None:
    heat, thief, ronin = make_title("Heat"), make_title("Thief"), make_title("Ronin")
    like(fans[:3], heat, thief)
    assert similar_to(heat) == [("Thief", 3)]
    like(fans[:3], ronin)
    like(fans[:3], thief, value=2)
    assert similar_to(heat) == [("Ronin", 3)]


def test_the_sweep_takes_what_was_never_looked_at_first_and_then_rests(fans: list[Member]) -> None:
    heat, thief, unseen = make_title("Heat"), make_title("Thief"), make_title("Unseen")
    like(fans, heat, thief)
    refresh_listings()
    TitleListing.objects.filter(pk=heat.pk).update(similar_at=timezone.now() - timedelta(days=8))
    assert refresh_stale_similar_titles(most=1) == 1
    assert TitleListing.objects.get(pk=thief.pk).similar_at is not None
    assert refresh_stale_similar_titles() == 1
    assert refresh_stale_similar_titles() == 0
    assert TitleListing.objects.get(pk=unseen.pk).similar_at is None


def test_a_title_with_many_likes_costs_as_many_queries_as_one_with_few(fans: list[Member]) -> None:
    heat, thief = make_title("Heat"), make_title("Thief")
    like(fans[:3], heat, thief)
    refresh_listings()
    with CaptureQueriesContext(connection) as few:
        refresh_similar_titles(title_id=heat.pk)
    like(fans, *[make_title(f"Film {number}") for number in range(6)], heat)
    refresh_listings()
    with CaptureQueriesContext(connection) as many:
        refresh_similar_titles(title_id=heat.pk)
    assert len(many) == len(few)
