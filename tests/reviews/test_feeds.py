"""Atom feeds: what a program that reads feeds gets of members' texts."""

from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from films.models import Title
from reviews.models import Review, ReviewState
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_person, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def entries_of(client: Client, address: str, **headers: str) -> list[ElementTree.Element]:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return ElementTree.fromstring(response.content).findall("a:entry", ATOM)  # noqa: S314  (our own)


def words(entry: ElementTree.Element) -> str:
    return entry.findtext("a:content", "", ATOM)


def portuguese(title: Title | None = None, author: Member | None = None, **fields: object) -> Review:
    review = make_review(title, author, "Chorei muito no final.", language="pt", **fields)
    make_translation(review, answers={review.body: "I cried a lot at the end."})
    return review


def test_a_text_comes_in_the_language_that_is_asked_for_and_says_what_it_was_translated_from(client: Client):
    review = portuguese()
    (english,) = entries_of(client, reverse("reviews:feed-title", args=[review.title_id]) + "?language=en")
    content = english.find("a:content", ATOM)
    assert content is not None
    assert content.get(LANGUAGE) == "en"
    assert "<p>I cried a lot at the end.</p>" in words(english)
    assert "Translated from Portuguese" in words(english)
    (original,) = entries_of(client, reverse("reviews:feed-title", args=[review.title_id]) + "?language=pt")
    content = original.find("a:content", ATOM)
    assert content is not None
    assert (content.get(LANGUAGE), words(original)) == ("pt", "<p>Chorei muito no final.</p>")


def test_without_a_wish_the_program_s_own_language_decides_and_the_answer_says_so(client: Client):
    portuguese()
    address = reverse("reviews:feed-messages")
    assert "I cried" in words(entries_of(client, address, accept_language="en")[0])
    assert "Chorei" in words(entries_of(client, address, accept_language="pt")[0])
    response = client.get(address)
    assert "Accept-Language" in response["Vary"]
    assert "Set-Cookie" not in response


@pytest.mark.parametrize("asked", ["xx", "\x7f", "e" * 400, "en-GB"])
def test_an_odd_wish_for_a_language_is_no_error(client: Client, asked: str):
    portuguese()
    assert len(entries_of(client, reverse("reviews:feed-messages") + f"?language={asked}")) == 1


def test_no_spoiler_and_no_headline_of_one_leaves_the_site_open(client: Client):
    title = make_title(name="Ran")
    make_review(title, body="Grand. ||The castle burns.||", language="en")
    make_review(
        title,
        body="He dies.",
        language="en",
        is_opinion=True,
        is_spoiler=True,
        headline="Why he had to die",
    )
    response = client.get(reverse("reviews:feed-title", args=[title.pk]))
    assert "castle" not in response.content.decode()
    assert "die" not in response.content.decode()
    assert "Grand." in response.content.decode()


def test_what_is_taken_back_or_removed_is_in_no_feed(client: Client):
    title = make_title()
    for state in (ReviewState.WITHDRAWN, ReviewState.REMOVED):
        make_review(title, body=f"Gone: {state}", state=state)
    assert entries_of(client, reverse("reviews:feed-title", args=[title.pk])) == []
    assert entries_of(client, reverse("reviews:feed-messages")) == []


def test_markup_and_control_characters_of_members_leave_the_feed_well_formed(client: Client):
    review = make_review(body="A ]]> <script>x</script> & *b* \x0b end", language="en")
    (entry,) = entries_of(client, reverse("reviews:feed-title", args=[review.title_id]))
    assert "<script>" not in words(entry)


def test_each_feed_holds_what_its_name_says(client: Client, alice: Member):
    person = make_person(name="Agnès Varda")
    about_person = make_review(author=alice, body="Her eye.", language="en", person=person)
    opinion = make_review(author=alice, body="Long.", language="en", is_opinion=True, headline="Yes")
    make_review(author=make_member("bob"), body="Of Bob.", language="en")

    def guids(address: str) -> list[str]:
        return [entry.findtext("a:id", "", ATOM) for entry in entries_of(client, address)]

    def guid(review: Review) -> str:
        return f"urn:filmsite:review:{review.pk}"

    mine = reverse("reviews:feed-member", args=["alice"])
    assert sorted(guids(mine)) == sorted([guid(about_person), guid(opinion)])
    assert guids(mine + "?opinions=1") == [guid(opinion)]
    assert guids(reverse("reviews:feed-person", args=[person.pk])) == [guid(about_person)]
    assert len(guids(reverse("reviews:feed-messages"))) == 3


@pytest.mark.parametrize(
    ("name", "argument"),
    [("feed-title", 99), ("feed-person", 99), ("feed-member", "nobody"), ("feed-member", "sam")],
)
def test_there_is_no_feed_of_what_a_stranger_cannot_see(
    client: Client, sam: Member, name: str, argument: object
):
    make_review(author=sam)
    assert client.get(reverse(f"reviews:{name}", args=[argument])).status_code == 404


def test_a_feed_asks_the_same_number_of_queries_whatever_it_holds(client: Client):
    title = make_title()
    address = reverse("reviews:feed-title", args=[title.pk]) + "?language=en"
    assert_flat_queries(client, lambda: portuguese(title, make_member()), address, at_most=3)


def test_pages_name_the_feed_of_what_they_show(client: Client, alice: Member):
    title, person = make_title(), make_person()
    for page, name, arguments in (
        ("/", "feed-messages", []),
        (title.get_absolute_url(), "feed-title", [title.pk]),
        (person.get_absolute_url(), "feed-person", [person.pk]),
        (alice.get_absolute_url(), "feed-member", ["alice"]),
    ):
        link = f'<link rel="alternate" type="application/atom+xml" href="{reverse(f"reviews:{name}", args=arguments)}"'
        assert link in client.get(page).content.decode()
