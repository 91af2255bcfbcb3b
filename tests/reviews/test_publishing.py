"""Writing, changing, taking back: through the pages."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from reviews.models import Draft, Review, ReviewState, Translation
from reviews.services.publishing import publish_review
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças e um par de sapatos. Chorei no final."


def post(client: Client, url: str, **fields: object):
    return client.post(url, {"body": "", "language": "", "may_translate": "on", **fields})


def test_a_member_writes_and_finds_the_text_under_the_title(client: Client, alice: Member):
    title = make_title()
    client.force_login(alice)
    answer = post(client, reverse("reviews:review-write", args=[title.pk]), body="A *fine* film, all in all.")
    review = Review.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"{title.get_absolute_url()}#review-{review.pk}"
    assert review.html == "<p>A <em>fine</em> film, all in all.</p>"
    assert review.language == "en"
    assert review.revisions.get().number == 1
