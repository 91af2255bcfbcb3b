"""Special rights are in force with a second factor only: on the moderators' pages, and wherever else they widen."""

import pytest
from django.test import Client

from accounts.models import Member
from reviews.models import Review, ReviewState, Revision
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import give_second_factor, make_member, make_review, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def removed(alice: Member) -> Review:
    review = make_review(author=alice, body="Taken down words.", state=ReviewState.REMOVED, revision_number=2)
    Revision.objects.create(
        review=review,
        number=2,
        body="Taken down words.",
        language="en",
        source_hash="0" * 64,
        created_at=review.created_at,
    )
    return review


@pytest.fixture(params=["moderator", "superuser"])
def powerful(request: pytest.FixtureRequest, mona: Member, sofie: Member) -> Member:
    return mona if request.param == "moderator" else sofie


def test_without_a_second_factor_a_moderator_reads_what_everybody_reads(
    client: Client, powerful: Member, removed: Review, sam: Member
) -> None:
    client.force_login(powerful)
    assert "Taken down words." not in client.get(removed.get_absolute_url()).content.decode()
    assert "Taken down words." not in client.get(removed.title.get_absolute_url()).content.decode()
    assert removed not in Review.objects.visible_to(powerful)
    assert client.get(f"/reviews/{removed.pk}/revisions/").status_code == 404
    assert client.get(sam.get_absolute_url()).status_code == 404


def test_the_second_factor_opens_it(client: Client, powerful: Member, removed: Review, sam: Member) -> None:
    give_second_factor(powerful)
    client.force_login(powerful)
    assert "Taken down words." in client.get(removed.get_absolute_url()).content.decode()
    assert removed in Review.objects.visible_to(powerful)
    assert client.get(f"/reviews/{removed.pk}/revisions/").status_code == 200
    assert client.get(sam.get_absolute_url()).status_code == 200
    assert client.get("/moderation/").status_code == 200


def test_a_moderator_without_a_second_factor_is_shown_the_way_to_one(client: Client, mona: Member) -> None:
    client.force_login(mona)
    assert 'href="/moderation/"' in client.get("/").content.decode()
    answer = client.get("/moderation/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_a_page_costs_a_moderator_the_same_whatever_was_removed(client: Client, mona: Member) -> None:
    title = make_title()

    def add() -> None:
        make_review(title, make_member(), state=ReviewState.REMOVED, revision_number=2)

    give_second_factor(mona)
    client.force_login(mona)
    assert_flat_queries(client, add, title.get_absolute_url(), at_most=12)


def test_nobody_without_rights_is_asked_for_a_second_factor(bob: Member, django_assert_num_queries) -> None:
    review = make_review(state=ReviewState.REMOVED)
    with django_assert_num_queries(1):
        list(Review.objects.visible_to(bob).filter(pk=review.pk))


def test_a_second_factor_is_looked_for_once_a_page(client: Client, mona: Member, bob: Member) -> None:
    title = make_title()
    for _ in range(2):
        make_review(title, state=ReviewState.REMOVED, revision_number=2)
    for member, times in ((mona, 1), (bob, 0)):
        client.force_login(member)
        asked = count_queries(client, title.get_absolute_url())
        assert sum('FROM "mfa_authenticator"' in sql for sql in asked) == times
