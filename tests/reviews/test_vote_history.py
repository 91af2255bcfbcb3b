"""How one's votes on a title changed: told to oneself, and to those for whom one means it."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Audience, Member
from films.models import Title
from reviews.services.voting import cast_vote, withdraw_vote
from reviews.vote_story import vote_story
from tests.asserts import assert_flat_queries
from tests.factories import make_follow, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Heat")


@pytest.fixture
def _changed(alice: Member, film: Title) -> None:
    for value in (7, 2, 2, 9):
        cast_vote(member=alice, title=film, value=value)


def address(title: Title, of: str = "") -> str:
    return reverse("reviews:vote-history", args=[title.pk]) + (f"?of={of}" if of else "")


@pytest.mark.usefixtures("_changed")
def test_a_story_has_every_vote_from_the_first_to_the_one_that_stands(alice: Member, film: Title) -> None:
    make_vote(film)
    make_vote(make_title(), alice)
    story = vote_story(alice, film)
    assert [step.value for step in story] == [7, 2, 9]
    assert [step.until for step in story] == [story[1].since, story[2].since, None]
    withdraw_vote(member=alice, title=film)
    assert [(step.value, step.withdrawn) for step in vote_story(alice, film)] == [
        (7, False),
        (2, False),
        (9, True),
    ]


@pytest.mark.usefixtures("_changed")
def test_one_reads_ones_own_story_and_for_whom_it_is(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    page = client.get(address(film)).content.decode()
    assert page.index("3½ of 5 stars") < page.index('aria-label="1 of 5 stars') < page.index("4½ of 5 stars")
    assert "stands today" in page
    assert "<b>only me</b>" in page


def test_a_stranger_signs_in_first(client: Client, film: Title) -> None:
    assert client.get(address(film)).status_code == 302


@pytest.mark.usefixtures("_changed")
@pytest.mark.parametrize(
    ("history", "votes", "is_shown"),
    [
        (Audience.ME, Audience.EVERYONE, False),
        (Audience.FOLLOWERS, Audience.EVERYONE, False),
        (Audience.EVERYONE, Audience.EVERYONE, True),
        # Who hides their votes hides how they changed.
        (Audience.EVERYONE, Audience.ME, False),
    ],
)
def test_another_member_reads_it_where_it_is_shown(
    client: Client, alice: Member, bob: Member, film: Title, history: str, votes: str, is_shown: bool
) -> None:
    Member.objects.filter(pk=alice.pk).update(history_for=history, votes_for=votes)
    client.force_login(bob)
    response = client.get(address(film, "alice"))
    assert response.status_code == (200 if is_shown else 404)
    if is_shown:
        page = response.content.decode()
        assert "alice's votes on Heat" in page
        assert "Who may see this" not in page


@pytest.mark.usefixtures("_changed")
def test_followers_read_what_is_for_followers(
    client: Client, alice: Member, bob: Member, film: Title
) -> None:
    Member.objects.filter(pk=alice.pk).update(history_for=Audience.FOLLOWERS)
    make_follow(bob, alice)
    client.force_login(bob)
    assert client.get(address(film, "alice")).status_code == 200


def test_nobody_of_that_name_is_not_found(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    assert client.get(address(film, "nobody")).status_code == 404


def test_without_votes_the_page_says_so(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    assert "No votes yet" in client.get(address(film)).content.decode()


def test_the_old_address_of_a_duplicate_leads_on(client: Client, alice: Member, film: Title) -> None:
    copy = make_title("Heat again")
    Title.objects.filter(pk=copy.pk).update(merged_into=film)
    client.force_login(alice)
    assert client.get(address(copy))["Location"] == address(film)


def test_a_long_story_costs_as_many_queries_as_a_short_one(
    client: Client, alice: Member, film: Title
) -> None:
    values = iter([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    client.force_login(alice)
    assert_flat_queries(
        client, lambda: cast_vote(member=alice, title=film, value=next(values)), address(film), at_most=7
    )
