"""The page of results, the suggestions while typing, and what a browser learns of the search."""

from xml.etree import ElementTree

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import TitleKind
from films.services.search_names import refresh_search_names
from films.views.search import MESSAGES_COUNTED, MOST, PAGE
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_member, make_person, make_review, make_title, make_vote

pytestmark = pytest.mark.django_db

SUGGEST = "/search/suggest/"


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages are counted on however busy a machine."""
    monkeypatch.setattr("reviews.search.COUNT_TIMEOUT_MS", 60_000)


def hits_of(client: Client, **query: str) -> str:
    response = client.get("/search/", query)
    assert response.status_code == 200
    return response.content.decode()


def test_results_say_by_which_other_name_and_in_which_language(client: Client) -> None:
    make_title("Bacheha-ye Aseman", alternatives={"بچه‌های آسمان": "fa"})
    refresh_search_names()
    page = hits_of(client, q="بچه هاي")
    assert 'also called <span class="orig" lang="fa" dir="rtl"><mark>بچه' in page
    assert "Persian" in page


def test_names_that_are_only_alike_stand_apart_and_say_so(client: Client) -> None:
    make_title("Children of Heaven")
    refresh_search_names()
    assert "Nothing is called" not in hits_of(client, q="children")
    page = hits_of(client, q="childern of heavn")
    assert "Nothing is called “childern of heavn”. These names are like it." in page
    assert page.index("Similar names") < page.index(
        "Children</mark>" if "Children</mark>" in page else "Children"
    )


@pytest.mark.usefixtures("unhurried")
def test_a_word_that_no_name_has_leads_to_the_messages_that_have_it(client: Client) -> None:
    make_title("Children of Heaven")
    refresh_search_names()
    assert "search-messages" not in hits_of(client, q="handkerchief")
    make_review(body="Some films lend you a handkerchief.")
    page = hits_of(client, q="handkerchief")
    assert "Nothing is called like that." in page
    assert '?q=handkerchief">1 message with “handkerchief”</a>' in page
    for _ in range(MESSAGES_COUNTED):
        make_review(body="Another handkerchief.")
    assert f">More than {MESSAGES_COUNTED} messages with “handkerchief”</a>" in hits_of(
        client, q="handkerchief"
    )
    make_review(body="What children!")
    assert "search-messages" not in hits_of(client, q="children")


@pytest.mark.usefixtures("unhurried")
def test_members_find_what_no_name_has_as_well(client: Client, alice: Member) -> None:
    make_review(body="Some films lend you a handkerchief.")
    client.force_login(alice)
    assert "1 message with “handkerchief”" in hits_of(client, q="handkerchief")
    assert "Nothing is called like that." in hits_of(client, q="umbrella")


@pytest.mark.usefixtures("unhurried")
def test_messages_with_a_word_are_counted_in_as_many_queries_for_many_as_for_few(client: Client) -> None:
    assert_flat_queries(
        client,
        lambda: make_review(body="A handkerchief."),
        "/search/?q=handkerchief",
        at_most=22,
    )


@pytest.mark.usefixtures("unhurried")
def test_who_has_searched_too_often_still_finds_names(client: Client, settings: Settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "search_count": "1/hour"}
    make_review(body="A handkerchief.")
    assert "search-messages" in hits_of(client, q="handkerchief")
    assert "search-messages" not in hits_of(client, q="handkerchief")


def test_the_results_do_not_wait_for_messages_that_take_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_review(body="A handkerchief.")
    monkeypatch.setattr(
        "reviews.search._FOUND", "SELECT pg_sleep(5) FROM ({arms}) AS found -- {beyond} {first} {direction}"
    )
    monkeypatch.setattr("reviews.search.COUNT_TIMEOUT_MS", 20)
    page = hits_of(client, q="handkerchief")
    assert "Nothing is called like that." in page
    assert "search-messages" not in page


def test_a_kind_narrows_the_results(client: Client) -> None:
    make_member("nightowl")
    make_title("Night Film")
    make_title("Night Show", kind=TitleKind.SHOW)
    make_person("Night Shyamalan")
    refresh_search_names()
    names = {"film": "Film", "show": "Show", "person": "Shyamalan", "member": "owl"}
    for kind in ("", *names):
        page = hits_of(client, q="night", kind=kind)
        shown = {key for key, name in names.items() if f"</mark> {name}" in page or f"</mark>{name}" in page}
        assert shown == ({kind} if kind else set(names)), kind
    assert "Night" in hits_of(client, q="night", kind="nonsense")


def test_pages_of_results_follow_one_another_and_the_last_says_that_there_may_be_more(client: Client) -> None:
    for number in range(MOST + 5):
        make_title(f"Night {number:03}")
    refresh_search_names()
    seen = set()
    for number in range(1, MOST // PAGE + 1):
        response = client.get("/search/", {"q": "night", "page": str(number)})
        seen |= {hit.item.pk for hit in response.context["called"]}
    assert len(seen) == MOST
    assert f"These are the best {MOST}; there may be more." in hits_of(client, q="night", page="9999")
    assert "there may be more" not in hits_of(client, q="night 001")


def test_nothing_found_leads_on(client: Client) -> None:
    page = hits_of(client, q="xqzzv")
    assert "Nothing is called like that." in page
    assert 'href="/add/"' in page


def test_results_and_suggestions_ask_as_much_for_many_as_for_few(client: Client, alice: Member) -> None:
    def make_rows() -> None:
        title = make_title("Night Train", alternatives={f"Night {title_number()}": "en"})
        make_credit(title, make_person(f"Night Person {title_number()}"))
        make_vote(title)
        make_member(f"night{title_number()}")
        refresh_search_names()

    def title_number() -> int:
        return Member.objects.count()

    for _ in range(4):  # with fewer, names that are alike are looked for as well
        make_rows()
    assert_flat_queries(client, make_rows, "/search/?q=night", at_most=12)
    assert_flat_queries(client, make_rows, f"{SUGGEST}?q=night", at_most=10)


def test_suggestions_come_by_kind_the_best_first_and_nobody_is_crowded_out(client: Client) -> None:
    for number in range(12):
        make_title(f"Majid {number}")
    person = make_person("Majid Majidi")
    make_credit(make_title("Baran"), person)
    refresh_search_names()
    response = client.get(SUGGEST, {"q": "majid"})
    assert [(kind, len(hits)) for kind, hits in response.context["groups"]] == [("title", 6), ("person", 1)]
    fragment = response.content.decode()
    assert 'role="listbox"' in fragment
    assert fragment.count('role="option"') == 8
    assert 'data-status="7 suggestions"' in fragment
    assert "director, Baran" in fragment
    assert 'href="/search/?q=majid"' in fragment


def test_similar_names_are_suggested_when_asked_for_where_something_is_called_so(client: Client) -> None:
    make_title("Long Night")
    make_title("Knight")
    refresh_search_names()
    first = client.get(SUGGEST, {"q": "night"}).content.decode()
    assert "Knight" not in first
    assert "data-few" in first
    second = client.get(SUGGEST, {"q": "night", "similar": "1"}).content.decode()
    assert "Knight" in second
    assert "data-few" not in second


def test_what_was_typed_is_marked_and_never_markup(client: Client) -> None:
    make_title("Amélie <b>")
    refresh_search_names()
    fragment = client.get(SUGGEST, {"q": "amel <b>"}).content.decode()
    assert "<mark>Amél</mark>ie &lt;<mark>b</mark>&gt;" in fragment
    assert "All results for “amel &lt;b&gt;”" in fragment


@pytest.mark.parametrize("path", ["/search/?q=heaven", f"{SUGGEST}?q=heaven", "/opensearch.xml"])
def test_searching_sets_no_cookie(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert not response.cookies
    assert "csrfmiddlewaretoken" not in response.content.decode()


def test_suggestions_may_be_kept_for_a_minute(client: Client) -> None:
    response = client.get(SUGGEST, {"q": "heaven"})
    assert set(response["Cache-Control"].split(", ")) == {"max-age=60", "private"}
    assert "Accept-Language" in response["Vary"]


def test_broken_input_is_refused(client: Client) -> None:
    assert client.get("/search/?q=%00").status_code == 400
    assert client.get(f"{SUGGEST}?q=%ed%a0%80").status_code in {200, 400}


def test_a_database_that_stops_a_search_leaves_a_page(client: Client) -> None:
    make_title("Heat")
    refresh_search_names()

    def too_slow(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "films_searchname" in sql:
            raise OperationalError("canceling statement due to statement timeout")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(too_slow):
        assert "Nothing is called like that." in hits_of(client, q="heat")


def test_a_browser_learns_how_to_search(client: Client, settings: Settings) -> None:
    settings.FILMSITE_URL = "https://films.example"
    assert '<link rel="search" href="/opensearch.xml"' in client.get("/search/").content.decode()
    response = client.get("/opensearch.xml")
    assert response["Content-Type"] == "application/opensearchdescription+xml"
    found = ElementTree.fromstring(response.content)  # noqa: S314  (our own answer)
    (address,) = [url.get("template") for url in found if url.get("type") == "text/html"]
    assert address == "https://films.example/search/?q={searchTerms}"
