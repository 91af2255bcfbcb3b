"""A text that names a title as [[title]] is linked from that title's page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from films.models import AlternativeTitle, Title
from films.search.naming import titles_called
from films.services.search_names import refresh_search_names
from filmsite.lib.text import named_titles
from reviews.models import Review
from reviews.services.publishing import edit_review, publish_review, undo_withdrawal, withdraw_review
from reviews.standing import standing_of
from tests.factories import make_title, make_votes

pytestmark = pytest.mark.django_db


@pytest.fixture
def heat() -> Title:
    return make_title("Heat", year=1995)


@pytest.fixture
def thief() -> Title:
    return make_title("Thief", year=1981)


def mentions_of(title: Title) -> list[Review]:
    return standing_of(title, AnonymousUser()).mentions


def write(author: Member, about: Title, body: str) -> Review:
    refresh_search_names()
    return publish_review(author=author, subject=about, body=body, language="en")


def test_a_text_that_names_a_title_is_found_from_there(alice: Member, heat: Title, thief: Title) -> None:
    review = write(alice, heat, "As in [[Thief]], only colder. Like [[Thief]] at night.")
    assert mentions_of(thief) == [review]
    assert mentions_of(heat) == []


def test_naming_the_title_one_writes_about_is_no_mention(alice: Member, heat: Title) -> None:
    write(alice, heat, "[[Heat]] is long.")
    assert mentions_of(heat) == []


def test_what_a_spoiler_hides_is_not_told() -> None:
    assert named_titles("[[Heat]] and ||it is [[Thief]]|| and [[Ronin]]") == ["Heat", "Ronin"]
    assert named_titles("||\n\n[[Heat]]\n\n||\n\nSee [[Thief]].") == ["Thief"]


def test_an_edit_brings_mentions_and_takes_them_away(alice: Member, heat: Title, thief: Title) -> None:
    ronin = make_title("Ronin", year=1998)
    review = write(alice, heat, "As in [[Thief]].")
    edit_review(review=review, editor=alice, version=1, body="As in [[Ronin]].", language="en")
    assert mentions_of(thief) == []
    assert mentions_of(ronin) == [review]
    edit_review(review=review, editor=alice, version=2, body="As ever.", language="en")
    assert mentions_of(ronin) == []


def test_a_text_that_was_taken_back_is_not_named_until_it_returns(
    alice: Member, heat: Title, thief: Title
) -> None:
    review = write(alice, heat, "As in [[Thief]].")
    withdraw_review(review=review, author=alice)
    assert mentions_of(thief) == []
    undo_withdrawal(review=review, author=alice)
    assert mentions_of(thief) == [review]


def test_the_year_tells_two_films_of_one_name_apart(heat: Title) -> None:
    older = make_title("Heat", year=1986)
    make_votes(heat, {8: 3})
    refresh_search_names()
    assert titles_called(["Heat (1986)", "Heat", "heat 1995", "Heat (1990)", "???"]) == {
        "Heat (1986)": older.pk,
        "Heat": heat.pk,
        "heat 1995": heat.pk,
    }


def test_any_name_in_any_script_will_do(heat: Title) -> None:
    AlternativeTitle.objects.create(title=heat, name="مخمصه", language="fa")
    refresh_search_names()
    assert titles_called(["مخمصه"]) == {"مخمصه": heat.pk}


def test_many_names_cost_one_query(heat: Title, thief: Title) -> None:
    refresh_search_names()
    with CaptureQueriesContext(connection) as asked:
        found = titles_called(["Heat", "Thief", "Nothing of that name", "Heat (1995)"])
    assert len(asked) == 1
    assert set(found.values()) == {heat.pk, thief.pk}


def test_the_newest_mention_comes_first(alice: Member, bob: Member, heat: Title, thief: Title) -> None:
    first = write(alice, heat, "As in [[Thief]].")
    second = write(bob, heat, "Like [[Thief]], yes.")
    Review.objects.filter(pk=first.pk).update(created_at=timezone.now() - timedelta(days=1))
    assert mentions_of(thief) == [second, first]


def test_the_page_of_the_title_links_to_the_text(
    client: Client, alice: Member, heat: Title, thief: Title
) -> None:
    review = write(alice, heat, "As in [[Thief]].")
    page = client.get(thief.get_absolute_url()).content.decode()
    assert "Mentioned in" in page
    assert review.get_absolute_url() in page
    assert "Mentioned in" not in client.get(heat.get_absolute_url()).content.decode()


def test_the_link_in_a_text_leads_to_the_title_or_to_the_search(client: Client, heat: Title) -> None:
    refresh_search_names()
    assert client.get("/titles/called/", {"name": "Heat (1995)"}).url == heat.get_absolute_url()
    assert client.get("/titles/called/", {"name": "Heet"}).url == "/search/?q=Heet"
    assert client.get("/titles/called/").url == "/search/?q="
