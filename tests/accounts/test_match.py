"""The votes of two members beside each other."""

import pytest
from django.test import Client

from accounts.models import Audience, Member
from films.models import Title, TitleKind
from reviews.statistics.matching import side_by_side, taste_match
from reviews.taste import Confidence
from tests.asserts import assert_flat_queries
from tests.factories import make_season, make_title, make_vote

pytestmark = pytest.mark.django_db

URL = "/members/alice/match/"


def both(alice: Member, bob: Member, pairs: list[tuple[int, int]], name: str = "Film") -> list[Title]:
    films = [make_title(f"{name} {number}") for number in range(len(pairs))]
    for film, (hers, his) in zip(films, pairs, strict=True):
        make_vote(film, alice, hers)
        make_vote(film, bob, his)
    return films


def test_only_titles_that_both_voted_on_are_compared(alice: Member, bob: Member) -> None:
    both(alice, bob, [(8, 8)] * 10)
    make_vote(member=alice, value=1)
    make_vote(member=bob, value=10)
    found = taste_match(bob, alice)
    assert found is not None
    assert (found.titles, found.agreement, found.confidence) == (10, 1.0, Confidence.LOW)
    assert taste_match(alice, bob) == found


def test_votes_that_do_not_count_are_not_compared(alice: Member, bob: Member) -> None:
    films = both(alice, bob, [(8, 8)] * 10)
    films[0].votes.filter(member=alice).update(counted=False)
    assert taste_match(bob, alice) is None


def test_what_both_love_and_what_parts_them(alice: Member, bob: Member) -> None:
    both(alice, bob, [(8, 9), (10, 10), (7, 10), (10, 1), (5, 8), (5, 7)])
    show = make_title("Riget", kind=TitleKind.SHOW)
    season = make_season(show, 2)
    make_vote(season, alice, 9)
    make_vote(season, bob, 9)
    found = side_by_side(bob, alice)
    assert [(pair.title.display_name, pair.mine, pair.theirs) for pair in found.loved] == [
        ("Film 1", 10, 10),
        ("Riget, season 2", 9, 9),
        ("Film 0", 9, 8),
    ]
    assert found.loved[1].title.get_absolute_url() == season.get_absolute_url()
    assert [(pair.title.name, pair.apart) for pair in found.apart] == [
        ("Film 3", 9),
        ("Film 2", 3),
        ("Film 4", 3),
    ]
    assert (found.titles, found.match) == (7, None)


def test_the_page_tells_the_match_and_how_sure_it_is(client: Client, alice: Member, bob: Member) -> None:
    both(alice, bob, [(8, 8)] * 9 + [(10, 2)])
    client.force_login(bob)
    page = " ".join(client.get(URL).content.decode().split())
    # 9 + 1/9 agreed: (9.111 + 7.75) / 20 = 0.843.
    assert '<span class="score-mean nowrap">84 %</span>' in page
    assert "10 titles that both voted on" in page
    assert "A first impression" in page
    # Four stars apart on one of ten.
    assert "0.40 stars apart on average" in page
    assert "77.5 %" in page


def test_too_few_films_give_no_number(client: Client, alice: Member, bob: Member) -> None:
    both(alice, bob, [(8, 8)] * 9)
    client.force_login(bob)
    page = client.get(URL).content.decode()
    assert "Too few films in common" in page
    assert "score-mean" not in page
    assert "Loved by both" in page


def test_one_is_not_compared_with_oneself_nor_a_visitor_with_anybody(client: Client, alice: Member) -> None:
    assert client.get(URL).url.startswith("/accounts/login/")
    client.force_login(alice)
    assert client.get(URL).url == "/members/alice/"


def test_private_votes_are_compared_with_nobody(client: Client, alice: Member, bob: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.FOLLOWERS)
    client.force_login(bob)
    assert client.get(URL).status_code == 404


def test_the_page_asks_as_much_for_many_titles_as_for_few(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(bob)
    assert_flat_queries(client, lambda: both(alice, bob, [(9, 9), (1, 9)]), URL, at_most=6)
