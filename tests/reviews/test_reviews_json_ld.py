"""The texts of a thread as search engines read them."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Title
from reviews.services.publishing import edit_review, publish_review, withdraw_review
from tests.factories import make_title

pytestmark = pytest.mark.django_db


def reviews_of(client: Client, title: Title) -> list[dict[str, Any]]:
    page = client.get(title.get_absolute_url()).content.decode()
    found = [
        json.loads(data)
        for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    ]
    return next((data["@graph"] for data in found if "@graph" in data), [])


def test_a_review_says_author_language_and_verdict_about_the_title(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    publish_review(
        author=alice, subject=heat, body="Two men and **a city**.", language="en", is_opinion=True, verdict=9
    )
    (review,) = reviews_of(client, heat)
    assert review["author"]["name"] == "alice"
    assert review["reviewBody"] == "Two men and a city."
    assert review["inLanguage"] == "en"
    assert review["reviewRating"]["ratingValue"] == 4.5
    assert review["itemReviewed"]["@id"].endswith(heat.get_absolute_url())


def test_what_gives_the_plot_away_or_is_gone_is_not_told(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    publish_review(author=alice, subject=heat, body="He leaves her.", language="en", is_spoiler=True)
    gone = publish_review(author=alice, subject=heat, body="Never mind this.", language="en")
    withdraw_review(review=gone, author=alice)
    publish_review(author=alice, subject=heat, body="Long, ||and he dies||, good.", language="en")
    (review,) = reviews_of(client, heat)
    assert "dies" not in review["reviewBody"]


def test_an_edit_shows_at_once(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    review = publish_review(author=alice, subject=heat, body="First words.", language="en")
    assert reviews_of(client, heat)[0]["reviewBody"] == "First words."
    edit_review(review=review, editor=alice, version=1, body="Second thoughts.", language="en")
    assert reviews_of(client, heat)[0]["reviewBody"] == "Second thoughts."


def test_markup_cannot_end_the_script(client: Client, alice: Member) -> None:
    heat = make_title("Heat")
    publish_review(author=alice, subject=heat, body="</script><script>alert(1)</script>", language="en")
    page = client.get(heat.get_absolute_url()).content.decode()
    assert "<script>alert" not in page


def test_a_title_without_texts_says_nothing(client: Client) -> None:
    assert reviews_of(client, make_title("Heat")) == []
