"""Sentences that could not be translated keep the language of their author, wherever the translation is read."""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Member
from films.models import Title
from reviews.correcting.side_by_side import sentences_of
from reviews.models import Review, Translation
from reviews.services.correcting import suggest_correction
from reviews.services.making_lists import make_list
from reviews.translation.engines.dummy import DummyEngine
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_title, make_translation
from tests.reviews.orders import edit, order, translate_now, write

pytestmark = pytest.mark.django_db

LEFT = "پایان آن غمگین است."
DONE = "فیلم خیلی زیبایی بود که دوست داشتم."
SPAN = f'<span lang="fa" dir="rtl">{LEFT}</span>'
WHOLE = f'<p lang="fa" dir="rtl">{LEFT}</p>'


@pytest.fixture(autouse=True)
def _engine(use) -> None:
    """Persian into English, but for what is said of the end."""
    pairs = frozenset({("fa", "en")})
    use(DummyEngine(pairs=pairs, garble=lambda text: "" if "پایان" in text else f"Said. {text}"))


def written(author: Member, body: str, title: Title | None = None, **fields) -> Translation:
    review = write(author, title, body, language="fa", **fields)
    translate_now(order(review))
    return order(review)


def page(client: Client, address: str) -> str:
    cache.clear()
    answer = client.get(address)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_it_is_marked_in_its_paragraph_beside_the_translated_ones(alice: Member) -> None:
    row = written(alice, f"{DONE} {LEFT} {DONE}\n\n{DONE}\n\n{LEFT}")
    assert row.left_sentences == 2
    first, second, third = row.html.splitlines()
    assert SPAN in first
    assert first.count("lang=") == 1
    assert "lang=" not in second
    assert third == WHOLE


def test_in_a_spoiler_it_stays_hidden_and_a_quotation_speaks_for_itself(alice: Member) -> None:
    row = written(
        alice, f"> This is what somebody else wrote about the film.\n\n> {DONE}\n\n{DONE} ||{LEFT}||"
    )
    assert row.html.count("<blockquote>") == 1
    assert '<blockquote lang="fa" dir="rtl">' in row.html
    assert re.search(
        rf"<details class=\"spoiler\"><summary>Spoiler</summary>{re.escape(SPAN)}</details>", row.html
    )


def test_the_page_of_the_title_the_member_and_the_message_show_it(client: Client, alice: Member) -> None:
    row = written(alice, f"{DONE} {LEFT}")
    assert row.review is not None
    for address in (
        row.review.subject.get_absolute_url(),
        f"/members/{alice.username}/messages/",
        row.review.get_absolute_url(),
    ):
        assert SPAN in page(client, address), address


def test_programs_get_it_too(client: Client, alice: Member) -> None:
    row = written(alice, f"{DONE} {LEFT}")
    said = client.get(f"/api/v1/reviews/{row.review_id}/?language=en").json()
    assert SPAN in said["words"]["html"]
    assert "lang=" not in said["original"]["html"]


def test_the_description_of_a_list_shows_it(client: Client, alice: Member) -> None:
    found = make_list(owner=alice, name="فیلم‌های زیبایی که دوست دارم", description=f"{DONE} {LEFT}")
    assert found is not None
    translate_now(Translation.objects.get(list=found, target="en"))
    assert SPAN in page(client, found.get_absolute_url())


def test_side_by_side_it_is_marked_in_the_translation_alone(client: Client, alice: Member) -> None:
    row = written(alice, f"{DONE} {LEFT}\n\n{LEFT}\n\n||{DONE}\n\n{DONE} {LEFT}||")
    text = page(client, f"/translations/{row.pk}/")
    sides = re.findall(r'<div class="text" lang="(\w+)" dir="\w+">(.*?)</div>', text, re.DOTALL)
    for language, html in sides:
        assert ("<span lang=" in html or "<p lang=" in html) == (language == "en" and LEFT in html), html
    assert sum(SPAN in html for language, html in sides if language == "en") == 2


def test_who_translates_it_starts_with_an_empty_field(client: Client, alice: Member) -> None:
    row = written(alice, f"{DONE} {LEFT}")
    client.force_login(alice)
    fields = [
        re.search(
            r"<textarea[^>]*>(.*?)</textarea>",
            page(client, f"/translations/{row.pk}/sentences/{number}/"),
            re.DOTALL,
        )
        for number in range(2)
    ]
    assert [bool(field and DONE in field[1]) for field in fields] == [True, False]
    assert [bool(field and field[1].strip()) for field in fields] == [True, False]


def test_an_older_translation_is_shown_as_it_was_stored(client: Client, alice: Member) -> None:
    review = write(alice, make_title(), f"{DONE} {LEFT}", language="fa")
    Translation.objects.all().delete()
    make_translation(review, answers={LEFT: ""}, source_language="fa", left_sentences=1, status="partial")
    text = page(client, review.get_absolute_url())
    assert LEFT in text
    assert SPAN not in text


def test_an_edit_marks_what_changed_and_a_person_s_words_take_the_mark_away(alice: Member) -> None:
    row = written(alice, f"{DONE} {DONE}")
    review = row.review
    assert review is not None
    edit(review, f"{DONE} {DONE} {LEFT}", language="fa")
    now = order(review)
    assert SPAN in now.html
    assert translate_now(now) == "partial"
    now = order(review)
    number = next(number for number, pair in enumerate(now.sentences) if pair["by"] == "author")
    seen = sentences_of(now.sentences)[number].seen
    suggest_correction(member=alice, translation=now, number=number, seen=seen, text="The end is sad.")
    now.refresh_from_db()
    assert "The end is sad." in now.html
    assert "lang=" not in now.html


def test_a_headline_that_stayed_has_its_own_language(client: Client, alice: Member) -> None:
    row = written(alice, DONE, is_opinion=True, headline="پایان غمگین", verdict=8)
    assert row.headline == ""
    assert row.review is not None
    for address in (row.review.get_absolute_url(), f"/members/{alice.username}/opinions/", "/"):
        text = page(client, address)
        element = re.search(r'<[^<>]*lang="(\w+)" dir="(\w+)"[^<>]*>(?:<a [^>]*>)?\s*پایان غمگین', text)
        assert element, address
        assert element.groups() == ("fa", "rtl"), address


def test_a_thread_of_them_costs_what_a_thread_costs(client: Client, alice: Member) -> None:
    title = make_title()

    def one_more() -> None:
        written(make_member(), f"{DONE} {LEFT}", title)

    assert_flat_queries(client, one_more, title.get_absolute_url(), at_most=40)
    assert Review.objects.filter(translations__html__contains=SPAN).exists()
