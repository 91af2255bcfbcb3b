"""The read API: what it says of a text, in which language, and what it keeps to itself."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from reviews.models import Review, ReviewState, TranslationStatus
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_person, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

LIST = "/api/v1/reviews/"


def portuguese(**fields: object) -> Review:
    review = make_review(body="Chorei no final. ||Ele morre.||", language="pt", **fields)
    answers = {"Chorei no final.": "I cried at the end.", "Ele morre.": "He dies."}
    make_translation(review, answers=answers, status=TranslationStatus.PARTIAL, left_sentences=1)
    return review


def test_a_text_comes_translated_with_the_author_s_own_words_and_how_it_was_made(client: Client):
    review = portuguese()
    answer = client.get(f"{LIST}{review.pk}/?language=en").json()
    assert answer["words"]["language"] == "en"
    assert answer["words"]["text"].startswith("I cried at the end.")
    assert answer["original"]["language"] == "pt"
    assert "Chorei no final." in answer["original"]["html"]
    assert answer["translation"] == {
        "machine_translated": True,
        "machine": "",
        "is_partial": True,
        "is_of_earlier_version": False,
        "by_way_of": "",
    }


def test_the_plain_text_holds_no_spoiler(client: Client):
    answer = client.get(f"{LIST}{portuguese().pk}/?language=en").json()
    assert "dies" not in answer["words"]["text"]
    assert "morre" not in answer["original"]["text"]


def test_a_headline_says_its_own_language_where_only_the_text_was_translated(client: Client):
    headline = "فیلمی که باید دید"
    review = make_review(body="Chorei no final.", language="fa", is_opinion=True, headline=headline)
    make_translation(review, source_language="fa")
    words = client.get(f"{LIST}{review.pk}/?language=en").json()["words"]
    assert (words["language"], words["headline"], words["headline_language"]) == ("en", headline, "fa")
    words = client.get(f"{LIST}{review.pk}/?language=fa").json()["words"]
    assert words["headline_language"] == "fa"
    words = client.get(f"{LIST}{portuguese().pk}/?language=en").json()["words"]
    assert words["headline_language"] == ""


def test_who_reads_the_author_s_language_gets_the_author_s_words(client: Client):
    answer = client.get(f"{LIST}{portuguese().pk}/", headers={"accept-language": "pt"}).json()
    assert (answer["words"]["language"], answer["translation"]) == ("pt", None)


def test_a_page_of_the_list_leads_to_the_next_and_no_text_is_lost_or_told_twice(client: Client):
    title = make_title()
    written = {make_review(title).pk for _ in range(60)}
    seen: list[int] = []
    address = LIST
    while address:
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert sorted(seen) == sorted(written)
    assert seen == sorted(seen, reverse=True)


def test_the_list_can_be_of_a_title_a_person_a_member_or_of_opinions(client: Client, alice: Member):
    person = make_person()
    about_person = make_review(author=alice, person=person)
    opinion = make_review(is_opinion=True, headline="Yes")

    def ids(query: str) -> list[int]:
        return [row["id"] for row in client.get(f"{LIST}?{query}").json()["results"]]

    assert ids(f"person={person.pk}") == [about_person.pk]
    assert ids(f"title={opinion.title_id}") == [opinion.pk]
    assert ids("member=alice") == [about_person.pk]
    assert ids("opinions=1") == [opinion.pk]
    assert ids("title=999999999") == []


@pytest.mark.parametrize(
    "query",
    [
        "title=%00",
        "title=99999999999999999999",
        "title=x",
        "person=-1",
        "cursor=%ff%fe",
        "cursor=bm9uc2Vuc2U=",
    ],
)
def test_odd_queries_are_no_error_of_ours(client: Client, query: str):
    assert client.get(f"{LIST}?{query}").status_code in (200, 400, 404)


def test_what_is_gone_or_of_somebody_hidden_is_not_told(client: Client, sam: Member):
    gone = make_review(state=ReviewState.REMOVED)
    assert client.get(f"{LIST}{gone.pk}/").status_code == 404
    assert client.get(LIST).json()["results"] == []
    assert client.get(f"{LIST}?member=sam").status_code == 404


def test_nothing_that_only_somebody_may_know_is_in_an_answer(client: Client, alice: Member):
    make_review(author=alice)
    text = client.get(LIST).content.decode()
    assert alice.email is not None
    assert alice.email not in text
    assert "source_hash" not in text


def test_an_answer_that_is_the_same_is_not_sent_again(client: Client):
    portuguese()
    first = client.get(LIST)
    again = client.get(LIST, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first["Access-Control-Allow-Origin"] == "*"
    assert "Accept-Language" in first["Vary"]


def test_too_many_requests_are_told_when_to_come_back(client: Client, settings):
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "api": "2/minute"}
    assert [client.get(LIST).status_code for _ in range(3)] == [200, 200, 429]
    assert int(client.get(LIST)["Retry-After"]) > 0


def test_nobody_writes_through_it(client: Client):
    address = f"{LIST}{make_review().pk}/"
    for method in (client.post, client.put, client.patch, client.delete):
        assert method(address, json.dumps({}), content_type="application/json").status_code == 405


def test_the_description_names_every_address_and_parameter(client: Client):
    response = client.get(reverse("api-schema") + "?format=json")
    paths = response.json()["paths"]
    assert set(paths) == {"/api/v1/reviews/", "/api/v1/reviews/{id}/"}
    asked = {parameter["name"] for parameter in paths["/api/v1/reviews/"]["get"]["parameters"]}
    assert {"language", "title", "person", "member", "opinions", "cursor"} <= asked


def test_the_list_asks_the_same_number_of_queries_whatever_it_holds(client: Client):
    assert_flat_queries(client, lambda: portuguese(author=make_member()), f"{LIST}?language=en", at_most=2)
