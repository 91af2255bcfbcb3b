"""What is typed is kept: while typing, on leaving, until it is sent."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from films.models import Title
from reviews.models import Draft, Review, ReviewState
from reviews.services.publishing import publish_review
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

DUTCH = "Een prachtige film over twee kinderen die samen één paar schoenen delen."


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, title: Title, **fields: object):
    return client.post(reverse("reviews:draft-save", args=[title.pk]), fields)


def write_page(client: Client, title: Title) -> str:
    return client.get(reverse("reviews:review-write", args=[title.pk])).content.decode()


def test_a_draft_is_there_again_when_the_page_is_opened(writing: Client):
    title = make_title()
    answer = save(
        writing, title, body=DUTCH, headline="Schoenen", is_opinion="on", language="nl", verdict="8"
    )
    assert "Draft saved" in answer.content.decode()
    page = write_page(writing, title)
    assert f"{DUTCH}</textarea>" in page
    assert 'value="Schoenen"' in page
    assert '<option value="nl" selected>' in page
    assert '<option value="8" selected>' in page


def test_a_box_that_was_off_stays_off(writing: Client):
    title = make_title()
    save(writing, title, body=DUTCH)
    page = write_page(writing, title)
    assert 'name="may_translate" id="write-may_translate"' in page
    assert not Draft.objects.get().fields.get("may_translate")


def test_saving_tells_which_language_it_seems_to_be(writing: Client):
    title = make_title()
    assert "Dutch (automatic)" in save(writing, title, body=DUTCH).content.decode()


def test_each_place_has_a_draft_of_its_own(writing: Client, alice: Member, bob: Member):
    title = make_title()
    theirs, mine = make_review(title, bob), make_review(title, alice)
    save(writing, title, body="To the title.")
    save(writing, title, body="To the message.", parent=theirs.pk)
    save(writing, title, body="To my own text.", review=mine.pk, version="1")
    assert Draft.objects.count() == 3
    assert (
        "To the message.</textarea>"
        in writing.get(reverse("reviews:review-reply", args=[theirs.pk])).content.decode()
    )
    assert (
        "To my own text.</textarea>"
        in writing.get(reverse("reviews:review-edit", args=[mine.pk])).content.decode()
    )


def test_a_draft_of_a_text_that_changed_says_so(writing: Client, alice: Member):
    mine = make_review(author=alice)
    save(writing, mine.title, body="My draft.", review=mine.pk, version="1")
    Review.objects.filter(pk=mine.pk).update(revision_number=2, body="Changed elsewhere.")
    page = writing.get(reverse("reviews:review-edit", args=[mine.pk])).content.decode()
    assert "This text was changed elsewhere meanwhile." in page
    assert "My draft.</textarea>" in page


def test_a_quotation_is_added_to_a_draft_and_replaces_nothing(writing: Client, bob: Member):
    review = make_review(author=bob, body="Their words.")
    save(writing, review.title, body="My answer so far.", parent=review.pk)
    page = writing.get(reverse("reviews:review-reply", args=[review.pk]) + "?quote=1").content.decode()
    assert "&gt; Their words.\n\nMy answer so far.</textarea>" in page


def test_an_emptied_form_is_no_draft(writing: Client):
    title = make_title()
    save(writing, title, body=DUTCH)
    save(writing, title, body="  ")
    assert not Draft.objects.exists()


def test_a_save_that_arrives_after_the_text_was_sent_leaves_no_draft(writing: Client, alice: Member):
    title = make_title()
    publish_review(author=alice, subject=title, body=DUTCH, language="nl")
    assert "Draft saved" not in save(writing, title, body=DUTCH).content.decode()
    assert not Draft.objects.exists()


def test_a_draft_may_be_too_long_to_send(writing: Client):
    title = make_title()
    save(writing, title, body="x" * 30_000)
    assert len(Draft.objects.get().fields["body"]) == 30_000


def test_drafts_are_nobody_elses(client: Client, alice: Member, bob: Member, sam: Member):
    title = make_title()
    Draft.objects.create(member=alice, title=title, fields={"body": DUTCH})
    client.force_login(bob)
    assert DUTCH not in write_page(client, title)
    hidden = make_review(title, alice, state=ReviewState.REMOVED)
    assert save(client, title, body="x", parent=hidden.pk).status_code == 404
    assert save(client, title, body="x", review=hidden.pk).status_code == 404
    assert save(client, make_title(), body="x", parent=make_review(title).pk).status_code == 404
    assert save(client, title, body="x", parent="nine").status_code == 200
    client.force_login(sam)
    assert save(client, title, body="x").status_code == 401
    client.logout()
    assert save(client, title, body="x").status_code == 401


def test_a_preview_shows_the_text_in_its_language(writing: Client):
    answer = writing.post(
        reverse("reviews:review-preview"),
        {"body": "## Kop\n\n" + DUTCH, "is_opinion": "on", "headline": "Schoenen"},
    )
    page = answer.content.decode()
    assert "<h3>Kop</h3>" in page
    assert "Preview · Dutch" in page
    assert 'lang="nl"' in page
    assert "Schoenen" in page


def test_a_preview_of_nothing_is_no_error(writing: Client):
    assert writing.post(reverse("reviews:review-preview"), {}).status_code == 200
