"""The language of a text put right: by its author with an edit, by a moderator of its section."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Member
from reviews.models import LogEntry, Notification, Review, Translation, TranslationStatus
from reviews.notices import words_of
from reviews.services.correcting_language import correct_language
from reviews.services.publishing import edit_review, publish_review, withdraw_review
from tests.factories import give_second_factor, make_person, make_title

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme lindo sobre duas crianças que dividem um único par de sapatos."


@pytest.fixture
def text(alice: Member) -> Review:
    """Portuguese words of which their author said that they are English."""
    return publish_review(author=alice, subject=make_title("Children"), body=PORTUGUESE, language="en")


@pytest.fixture
def moderating(client: Client, mona: Member) -> Client:
    give_second_factor(mona)
    client.force_login(mona)
    return client


def url_of(review: Review) -> str:
    return reverse("moderation:text-language", args=[review.pk])


def orders_of(review: Review) -> dict[str, str]:
    """The languages that a text is ordered in as it stands, each with the language that it is ordered from."""
    rows = Translation.objects.filter(review=review).exclude(status=TranslationStatus.SUPERSEDED)
    return dict(rows.values_list("target", "source_language"))


def test_an_author_changes_the_language_alone(client: Client, alice: Member, text: Review) -> None:
    client.force_login(alice)
    url = reverse("reviews:review-edit", args=[text.pk])
    fields = {"body": PORTUGUESE, "language": "pt", "version": 1, "may_translate": "on"}
    assert client.post(url, fields).status_code == 303
    text.refresh_from_db()
    assert (text.language, text.body, text.revision_number) == ("pt", PORTUGUESE, 2)
    assert orders_of(text) == {"en": "pt", "nl": "pt"}


def test_a_moderator_corrects_the_language(moderating: Client, text: Review, alice: Member) -> None:
    page = moderating.get(url_of(text)).content.decode()
    assert "The author says English; the words look like Portuguese." in page
    assert '<option value="pt" selected>' in page
    assert moderating.post(url_of(text), {"language": "pt"}).status_code == 302

    text.refresh_from_db()
    assert (text.language, text.body, text.edited_at) == ("pt", PORTUGUESE, None)
    assert [(state.number, state.language) for state in text.revisions.all()] == [(1, "en"), (2, "pt")]
    assert orders_of(text) == {"en": "pt", "nl": "pt"}
    line = LogEntry.objects.get()
    assert (line.verb, line.reason, line.review_number) == (
        "reviews.review.language_corrected",
        "en → pt",
        text.pk,
    )
    assert "The language of a text was corrected" in moderating.get("/moderation/log/").content.decode()
    news = Notification.objects.select_related("actor", "title", "person").get(recipient=alice)
    assert words_of(news) == "A moderator noted that your text about Children is in Portuguese"
    with translation.override("nl"):
        assert "Portugees" in words_of(news)


def test_saying_the_same_language_again_changes_nothing(mona: Member, text: Review) -> None:
    give_second_factor(mona)
    correct_language(review=text, by=mona, language="en")
    assert text.revisions.count() == 1
    assert not LogEntry.objects.exists()


def test_an_edit_that_was_under_way_meets_the_correction(mona: Member, alice: Member, text: Review) -> None:
    give_second_factor(mona)
    correct_language(review=text, by=mona, language="pt")
    edited = edit_review(review=text, editor=alice, version=2, body=f"{PORTUGUESE} Chorei.", language="pt")
    assert edited.revision_number == 3


def test_a_language_without_a_name_of_its_own_ends_the_orders(
    mona: Member, text: Review, alice: Member
) -> None:
    give_second_factor(mona)
    correct_language(review=text, by=mona, language="und")
    assert orders_of(text) == {}
    news = Notification.objects.select_related("actor", "title", "person").get(recipient=alice)
    assert words_of(news) == "A moderator corrected the language of your text about Children"


def test_only_moderators_of_the_section_correct_and_never_their_own_text(
    client: Client, alice: Member, bob: Member, mona: Member, text: Review
) -> None:
    give_second_factor(mona)
    for member in (alice, bob):
        client.force_login(member)
        assert client.get(url_of(text)).status_code == 404
        with pytest.raises(PermissionDenied):
            correct_language(review=text, by=member, language="pt")
    client.force_login(mona)
    assert client.get(url_of(text)).status_code == 200
    own = publish_review(author=mona, subject=make_title(), body=PORTUGUESE, language="en")
    of_show = publish_review(author=bob, subject=make_title(kind="show"), body=PORTUGUESE, language="en")
    withdrawn = withdraw_review(
        review=publish_review(author=bob, subject=make_person(), body=PORTUGUESE, language="en"), author=bob
    )
    for review in (own, of_show, withdrawn):
        assert client.post(url_of(review), {"language": "pt"}).status_code == 404
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("language", ["", "klingon", "\x00", "e" * 9])
def test_only_a_language_is_a_language(moderating: Client, text: Review, language: str) -> None:
    assert moderating.post(url_of(text), {"language": language}).status_code in (400, 422)
    text.refresh_from_db()
    assert text.language == "en"
