"""Finding messages by their words and by those of their translations."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Block, Member, Mute
from filmsite.lib.languages import language_codes
from reviews.models import Review, ReviewState, Translation, TranslationStatus
from reviews.search import LANGUAGES, PAGE
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_person, make_review, make_title

pytestmark = pytest.mark.django_db

SEARCH = "/search/messages/"


def translate(review: Review, body: str, target: str = "en", **fields: object) -> Translation:
    """A translation as a worker leaves it."""
    now = timezone.now()
    return Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language=review.language,
        target=target,
        body=body,
        **{
            "html": f"<p>{body}</p>",
            "status": TranslationStatus.DONE,
            "next_attempt_at": now,
            "finished_at": now,
            **fields,
        },
    )


def search(client: Client, words: str, **more: object) -> str:
    answer = client.get(SEARCH, {"q": words, **more})
    assert answer.status_code == 200
    return answer.content.decode()


def found(client: Client, words: str, **more: object) -> list[int]:
    """The numbers of the messages on the page, in order."""
    return [
        int(pk)
        for pk in re.findall(r'<a href="/reviews/(\d+)/"><span class="vh">', search(client, words, **more))
    ]


# --- Words ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "body", "words"),
    [
        ("en", "They run races in borrowed shoes.", "running race"),
        ("nl", "De schoenen waren versleten.", "schoen"),
        ("pt", "Uma emoção que não se esquece.", "emocao"),
        ("pt-BR", "Crianças correndo.", "criança"),
        ("de", "Ein schönes Märchen.", "marchen schone"),
        ("fr", "Des scènes inoubliables.", "scene"),
        ("fa", "فیلمی زیبا درباره کودکان", "کودکان"),
        ("pl", "Zażółć gęślą jaźń", "zazolc"),
        ("und", "Hakuna matata", "MATATA"),
    ],
)
def test_words_are_found_as_their_language_bends_them(
    client: Client, language: str, body: str, words: str
) -> None:
    review = make_review(body=body, language=language)
    make_review(body="Something else.", language=language)
    assert found(client, words) == [review.pk]


def test_a_phrase_stays_together_and_a_minus_leaves_out(client: Client) -> None:
    near = make_review(body="A slow burn until the end.")
    far = make_review(body="It burns, but slow.")
    assert found(client, "slow burn") == [far.pk, near.pk]
    assert found(client, '"slow burn"') == [near.pk]
    assert found(client, "burn -end") == [far.pk]


def test_the_headline_of_an_opinion_is_found_and_marked(client: Client) -> None:
    review = make_review(body="And so on.", is_opinion=True, headline="Shoes & <b>races</b>")
    page = search(client, "shoe")
    assert found(client, "shoe") == [review.pk]
    assert "<mark>Shoes</mark> &amp; &lt;b&gt;" in page


@pytest.mark.parametrize(
    "words",
    [
        "the",
        "-shoes",
        "shoes or -boots",
        "!!",
        "'",
        '"',
        "a:*b & | ! <->",
        "((",
        "\\",
        "%s %(x)s {0}",
        "x" * 5000,
        "👟",
    ],
)
def test_whatever_is_typed_is_answered(client: Client, words: str) -> None:
    make_review(body="Shoes.")
    assert client.get(SEARCH, {"q": words}).status_code == 200


@pytest.mark.parametrize(
    "more",
    [
        {"title": "x"},
        {"title": "9" * 30},
        {"person": "-1"},
        {"member": "<script>"},
        {"language": "klingon"},
        {"sort": "worst"},
        {"opinions": "perhaps"},
    ],
)
def test_odd_filters_are_answered(client: Client, more: dict[str, str]) -> None:
    make_review(body="Shoes.")
    assert client.get(SEARCH, {"q": "shoes", **more}).status_code in (200, 400)


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "WyIyMDIwIiwieCJd", "bnVsbA", "W251bGwsbnVsbF0"])
@pytest.mark.parametrize("sort", ["newest", "best"])
def test_a_made_up_place_is_not_found(client: Client, cursor: str, sort: str) -> None:
    answer = client.get(SEARCH, {"q": "shoes", "sort": sort, "after": cursor})
    assert answer.status_code in (200, 404)


def test_words_that_say_nothing_are_told_so(client: Client) -> None:
    make_review(body="Shoes.")
    assert "nearly every message" in search(client, "-shoes")
    assert "No message has these words" in search(client, "gloves")


def test_an_excerpt_says_where_it_leaves_words_out(client: Client) -> None:
    filler = "Many other words stand here and say little. " * 6
    make_review(body=f"{filler}In between there are shoes. {filler}")
    page = search(client, "shoes")
    assert re.search(r"<p[^>]*>… [^<]*<mark>shoes</mark>[^<]* …</p>", page)
    make_review(body="Only shoes.")
    assert ">Only <mark>shoes</mark>.</p>" in search(client, "shoes")


# --- Translations ---------------------------------------------------------------------------------------


def test_a_message_is_found_by_its_translation_and_shown_in_it(client: Client) -> None:
    review = make_review(body="Duas crianças dividem os sapatos.", language="pt")
    translate(review, "Two children share their shoes.")
    page = search(client, "shoe")
    assert "share their <mark>shoes</mark>" in page
    assert "Translated from Portuguese" in page
    assert found(client, "shoe") == [review.pk]


def test_a_message_that_is_found_by_its_original_is_shown_as_it_was_written(client: Client) -> None:
    review = make_review(body="Duas crianças dividem os sapatos.", language="pt")
    translate(review, "Two children share their shoes.")
    page = search(client, "sapato")
    assert "dividem os <mark>sapatos</mark>" in page
    assert "Written in Portuguese" in page


def test_a_message_with_the_words_in_both_is_there_once_and_as_the_reader_prefers(
    client: Client, alice: Member
) -> None:
    review = make_review(body="Kiarostami, sempre.", language="pt")
    translate(review, "Kiarostami, always.")
    assert found(client, "kiarostami") == [review.pk]
    assert "always" in search(client, "kiarostami")
    alice.always_original = True
    alice.save()
    client.force_login(alice)
    assert "sempre" in search(client, "kiarostami")


@pytest.mark.parametrize(
    "fields",
    [
        {"target": "fr"},
        {"status": TranslationStatus.SUPERSEDED},
        {"source_hash": "1" * 64},
        {"html": ""},
    ],
)
def test_a_translation_that_the_reader_cannot_read_finds_nothing(
    client: Client, fields: dict[str, str]
) -> None:
    review = make_review(body="Duas crianças.", language="pt")
    row = translate(review, "Two shoes.")
    Translation.objects.filter(pk=row.pk).update(**fields)
    assert found(client, "shoe") == []


def test_a_text_that_may_not_be_translated_is_found_by_its_own_words_alone(client: Client) -> None:
    review = make_review(body="Duas crianças.", language="pt", may_translate=False)
    translate(review, "Two shoes.")
    assert found(client, "shoe") == []
    assert found(client, "crianças") == [review.pk]


# --- What is not to be found ----------------------------------------------------------------------------


def test_spoilers_are_not_found_by_what_they_hide(client: Client) -> None:
    make_review(body="They win ||the third prize|| in the end.\n\n||And ||more|| shoes||")
    review = make_review(body="Crianças ||e sapatos|| juntas.", language="pt")
    translate(
        review,
        "Children",
        html='<p>Children <details class="spoiler"><summary>Spoiler</summary>prize</details></p>',
    )
    for words in ("prize", "shoes", "sapatos", "spoiler"):
        assert found(client, words) == []
    assert "third" not in search(client, "win")


def test_words_are_shown_without_spoilers_within_spoilers() -> None:
    deep = "a " + "<details>x " * 5 + "y" + "</details>" * 5 + " b"
    nested = "a <details>x <details>y</details> z</details> b"
    with connection.cursor() as cursor:
        cursor.execute("SELECT reviews_words_shown(%s), reviews_words_shown(%s)", [deep, nested])
        cut, whole = cursor.fetchone()
    assert cut.split() == ["a"]
    assert whole.split() == ["a", "b"]


def test_a_text_that_gives_the_plot_away_is_found_by_its_headline_and_stays_covered(client: Client) -> None:
    review = make_review(
        body="He loses the race on purpose.", headline="Cruel ending", is_opinion=True, is_spoiler=True
    )
    page = search(client, "cruel")
    assert found(client, "cruel") == [review.pk]
    assert "loses the race" not in page
    assert "ending</a>" not in page
    assert "Gives away the plot." in page


def test_a_text_that_gives_the_plot_away_is_found_by_what_it_says_by_its_author_alone(
    client: Client, alice: Member, bob: Member
) -> None:
    review = make_review(author=alice, body="Ele perde de propósito.", language="pt", is_spoiler=True)
    translate(review, "He loses on purpose.")
    for words in ("propósito", "purpose"):
        client.logout()
        assert found(client, words) == []
        client.force_login(bob)
        assert found(client, words) == []
        client.force_login(alice)
        assert found(client, words) == [review.pk]
        assert "<mark>" not in search(client, words)


@pytest.mark.parametrize("state", [ReviewState.WITHDRAWN, ReviewState.REMOVED])
def test_what_was_taken_away_is_never_found(client: Client, state: str, mona: Member) -> None:
    review = make_review(author=mona, body="Shoes.", state=state)
    translate(review, "Shoes.")
    client.force_login(mona)
    assert found(client, "shoes") == []


def test_those_who_are_blocked_or_muted_are_never_found(client: Client, alice: Member, bob: Member) -> None:
    make_review(author=bob, body="Shoes.")
    client.force_login(alice)
    assert len(found(client, "shoes")) == 1
    for silence in (
        Block(member=alice, other=bob),
        Block(member=bob, other=alice),
        Mute(member=alice, other=bob),
    ):
        silence.save()
        assert found(client, "shoes") == []
        silence.delete()


def test_words_are_marked_and_nothing_else_is_believed(client: Client) -> None:
    review = make_review(body="`<img src=x onerror=alert(1)>` shoes \ue000evil\ue001", language="en")
    translated = make_review(body="sapatos", language="pt")
    translate(
        translated, "shoes &lt;script&gt; `<script>alert(1)</script>`", html="<p>shoes &lt;script&gt;</p>"
    )
    page = search(client, "shoes")
    assert {review.pk, translated.pk} == set(found(client, "shoes"))
    assert "<mark>shoes</mark>" in page
    assert "<img src=x" not in page
    assert "<script>alert" not in page
    assert "<mark>evil" not in page


# --- Narrowing and order --------------------------------------------------------------------------------


def test_a_search_is_narrowed(client: Client, alice: Member, bob: Member) -> None:
    film, person = make_title("Heat"), make_person("Mann")
    about_film = make_review(film, alice, body="Blue shoes.", is_opinion=True)
    about_person = make_review(person=person, author=bob, body="Blue shoes.")
    dutch = make_review(author=bob, body="Blue shoes, schoenen.", language="nl")
    everything = [dutch.pk, about_person.pk, about_film.pk]
    assert found(client, "blue") == everything
    assert found(client, "blue", title=film.pk) == [about_film.pk]
    assert found(client, "blue", person=person.pk) == [about_person.pk]
    assert found(client, "blue", member="@BOB") == [dutch.pk, about_person.pk]
    assert found(client, "blue", language="nl") == [dutch.pk]
    assert found(client, "blue", opinions="on") == [about_film.pk]
    assert "Only about Heat" in search(client, "blue", title=film.pk)
    assert "There is nobody" in search(client, "blue", member="nobody")


def test_the_best_match_comes_first_where_that_is_asked(client: Client) -> None:
    best = make_review(body="Shoes and shoes and shoes.")
    passing = make_review(
        body="A long text about many things, of which shoes are only one, and not much is said."
    )
    assert found(client, "shoes") == [passing.pk, best.pk]
    assert found(client, "shoes", sort="best") == [best.pk, passing.pk]


@pytest.mark.parametrize("sort", ["newest", "best"])
def test_pages_follow_one_another_without_losing_a_message(client: Client, sort: str) -> None:
    made = [make_review(body="Shoes.") for _ in range(2 * PAGE + 3)]
    seen: list[int] = []
    url, pages = f"{SEARCH}?q=shoes&sort={sort}", []
    while url:
        words = client.get(url).content.decode()
        pages.append([int(pk) for pk in re.findall(r'<a href="/reviews/(\d+)/"><span class="vh">', words)])
        seen += pages[-1]
        following = re.search(r'rel="next" href="([^"]*)"', words)
        before = re.search(r'rel="prev" href="([^"]*)"', words)
        url = SEARCH + html.unescape(following[1]) if following else ""
    assert seen == [review.pk for review in reversed(made)]
    assert before is not None
    back = client.get(SEARCH + html.unescape(before[1])).content.decode()
    assert [int(pk) for pk in re.findall(r'<a href="/reviews/(\d+)/"><span class="vh">', back)] == pages[-2]


def test_the_page_asks_the_same_for_one_message_and_for_many(client: Client, alice: Member) -> None:
    def more() -> None:
        review = make_review(body="Sapatos.", language="pt")
        translate(review, "Shoes.")
        make_review(review.title, make_member(), body="Shoes.", parent=review)

    assert_flat_queries(client, more, f"{SEARCH}?q=shoes", at_most=10)
    client.force_login(alice)
    # Three of them only because a test is one long transaction: a savepoint, its end, and the end of the time limit.
    assert_flat_queries(client, more, f"{SEARCH}?q=shoes", at_most=14)


def test_a_search_that_takes_too_long_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_review(body="Shoes.")
    monkeypatch.setattr(
        "reviews.search._FOUND", "SELECT pg_sleep(5) FROM ({arms}) AS found -- {beyond} {first} {direction}"
    )
    monkeypatch.setattr("reviews.search.TIMEOUT_MS", 20)
    assert "Too many messages have these words" in search(client, "shoes")


# --- The rest of the site -------------------------------------------------------------------------------


def test_the_search_of_names_leads_to_that_of_messages_and_back(client: Client) -> None:
    assert "/search/messages/?q=blue%20%26%20cool" in client.get("/search/?q=blue+%26+cool").content.decode()
    assert "/search/?q=blue%20%26%20cool" in search(client, "blue & cool")


def test_a_thread_leads_to_the_search_in_it(client: Client) -> None:
    review = make_review()
    page = client.get(review.title.get_absolute_url()).content.decode()
    assert f"/search/messages/?title={review.title.pk}" in page


def test_each_language_is_read_by_its_own_rules_as_the_search_believes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code FROM unnest(%s::text[]) AS code WHERE reviews_words_rules(code)::text <> 'filmsite_simple'",
            [[*language_codes(), "nb-NO"]],
        )
        ruled = {code.split("-")[0] for (code,) in cursor.fetchall()}
    assert ruled == set(LANGUAGES)


def test_who_wrote_a_message_is_not_asked_for_like_who_wrote_a_film(client: Client) -> None:
    page = client.get(SEARCH, {"q": "shoes"}, headers={"accept-language": "nl"}).content.decode()
    label = page.split('<label class="field-label" for="search-member">')[1].split("</label>")[0]
    assert label in ("Written by", "Geschreven door")


def test_searches_are_limited(client: Client, alice: Member, settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "search": "2/hour"}
    for _ in range(2):
        search(client, "shoes")
    answer = client.get(SEARCH, {"q": "shoes"})
    assert (answer.status_code, answer.templates[0].name) == (429, "429.html")
    assert int(answer["Retry-After"]) > 0
    assert client.get(SEARCH).status_code == 200
    client.force_login(alice)
    search(client, "shoes")
