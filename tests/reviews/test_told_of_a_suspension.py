"""What a suspended member meets: on every page until when and why, in each refusal the way to the reasons, and no dead buttons."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from reviews.models import Matter, Statement
from reviews.moderation.own_suspension import suspension_of
from reviews.moderation.targets import target_of
from reviews.services.deciding import act_on
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_person, make_review, make_title
from tests.reviews.fairness import follow_orders
from tests.suspensions import suspend

pytestmark = pytest.mark.django_db

WHY = "Ten shops in an hour."


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def film() -> Title:
    return make_title("Children of Heaven", year=1997)


@pytest.fixture
def told(client: Client, alice: Member, sofie: Member) -> Statement:
    """What alice was told, who is suspended for a week and signed in."""
    decision = act_on(
        target=target_of(Matter.CONDUCT, alice),
        moderator=sofie,
        kind="advertising",
        verdict="keep",
        reason=WHY,
        rule="advertising",
        measure="suspension",
        measure_days=7,
    )
    follow_orders()
    alice.refresh_from_db()
    client.force_login(alice)
    return decision.statements.get()


def page_of(client: Client, url: str, status: int = 200) -> str:
    response = client.get(url)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("url", ["/", "/settings/", "/members/alice/", "/moderation/mine/", "/rules/"])
def test_every_page_says_that_they_are_suspended_and_where_the_reasons_are(
    client: Client, told: Statement, url: str
) -> None:
    page = page_of(client, url)
    assert "Your account is suspended until" in page
    assert f'<a href="{told.get_absolute_url()}">Why, and what you can do</a>' in page


def test_nobody_else_sees_that_line(client: Client, told: Statement, bob: Member) -> None:
    client.force_login(bob)
    assert "Your account is suspended" not in page_of(client, "/")
    client.logout()
    assert "Your account is suspended" not in page_of(client, "/")


@pytest.mark.parametrize(
    "refused",
    [
        "/titles/{film}/edit/",
        "/lists/new/",
        "/titles/{film}/diary/",
        "/reviews/{review}/report/",
        "/add/film/",
    ],
)
def test_each_refusal_says_until_when_why_and_how_to_appeal(
    client: Client, told: Statement, film: Title, bob: Member, refused: str
) -> None:
    review = make_review(film, bob)
    page = page_of(client, refused.format(film=film.pk, review=review.pk), 403)
    assert "Not while your account is suspended" in page
    assert "It is suspended until" in page
    assert WHY in page
    assert '<a href="/rules/#advertising">' in page
    assert f'<a class="btn main" href="{told.get_absolute_url()}">' in page
    assert "for somebody else to do" not in page


def test_what_was_typed_into_a_refused_form_stands_on_the_refusal(client: Client, told: Statement) -> None:
    typed = "Films in which nobody says a word <b>at all</b>."
    response = client.post("/lists/new/", {"name": "Silence", "description": typed})
    assert response.status_code == 403
    assert "Films in which nobody says a word &lt;b&gt;at all&lt;/b&gt;." in response.content.decode()


def test_a_refusal_for_another_reason_speaks_of_no_suspension(client: Client, alice: Member) -> None:
    review = make_review(make_title("Heat"), alice)
    review.state = "withdrawn"
    review.save()
    client.force_login(alice)
    page = page_of(client, f"/reviews/{review.pk}/edit/", 403)
    assert "suspended" not in page
    assert "for somebody else to do" in page


def test_on_the_page_of_a_film_words_stand_where_buttons_would_do_nothing(
    client: Client, told: Statement, film: Title
) -> None:
    page = page_of(client, film.get_absolute_url())
    for gone in (
        "Correct or add something",
        "Add a title",
        "I saw this",
        "Add to a list",
        "Follow these texts",
        'name="value"',
    ):
        assert gone not in page
    for said in (
        "Correcting and adding are not for suspended accounts.",
        "Diary and lists wait until your account is no longer suspended.",
        "While your account is suspended you cannot vote",
        "Your account is suspended: you can read, but not write.",
    ):
        assert said in page


def test_the_kept_page_of_a_film_keeps_its_buttons_for_all_others(
    client: Client, told: Statement, film: Title, bob: Member
) -> None:
    page_of(client, film.get_absolute_url())
    client.force_login(bob)
    assert "Correct or add something" in page_of(client, film.get_absolute_url())


def test_nothing_can_be_corrected_from_the_page_of_a_person_or_a_history(
    client: Client, told: Statement, film: Title
) -> None:
    person = make_person("Majid Majidi")
    for url in (person.get_absolute_url(), f"/titles/{film.pk}/history/"):
        assert "Correct or add something" not in page_of(client, url)


def test_a_vote_from_a_page_opened_before_is_answered_in_its_place(
    client: Client, told: Statement, film: Title, alice: Member
) -> None:
    response = client.post(f"/titles/{film.pk}/vote/", {"value": 8}, HTTP_HX_REQUEST="true")
    assert response.status_code == 422
    page = response.content.decode()
    assert "Your vote was not cast." in page
    assert "While your account is suspended you cannot vote" in page
    assert client.post(f"/titles/{film.pk}/vote/", {"value": 8}).status_code == 403
    assert not film.votes.exists()


def test_the_suspension_that_lasts_longest_is_the_one_told(alice: Member, sofie: Member) -> None:
    suspend(alice, sofie, "A month of it", days=30)
    suspend(alice, sofie, "A week of it", days=7)
    found = suspension_of(alice)
    assert found.reason == "A month of it"
    assert found.until == alice.suspended_until
    assert found.url == "/moderation/mine/"
    suspend(alice, sofie, "For good", days=None)
    found = suspension_of(alice)
    assert (found.reason, found.until) == ("For good", None)


def test_an_old_suspension_without_a_measure_has_a_way_on_too(client: Client) -> None:
    sam = make_member("sam", suspended_at=timezone.now(), suspended_until=timezone.now() + timedelta(days=3))
    client.force_login(sam)
    page = page_of(client, "/lists/new/", 403)
    assert "It is suspended until" in page
    assert '<a class="btn main" href="/moderation/mine/">' in page


def test_the_line_costs_one_query_whatever_there_was_before(
    client: Client, told: Statement, alice: Member, sofie: Member
) -> None:
    assert_flat_queries(client, lambda: suspend(alice, sofie, "Again", days=3), "/rules/")
