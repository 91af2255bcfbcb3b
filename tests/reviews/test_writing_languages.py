"""The language of what somebody writes: asked while they type, never decided over their head."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member, TranslationConsent
from filmsite.lib.languages import Detection, detect
from reviews.models import Draft, EngineOffer, Review
from reviews.writing_languages import Fate, fate_of, languages_of, settle
from tests.asserts import count_queries
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

DUTCH = "Een prachtige film over twee kinderen die samen één paar schoenen delen."
PORTUGUESE = "Um filme lindo sobre duas crianças que dividem um único par de sapatos."
ASKS = "This looks like Portuguese."


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def save(client: Client, title=None, **fields: str) -> str:
    """What the composer hears while somebody types."""
    fields.setdefault("may_translate", "on")
    return client.post(
        reverse("reviews:draft-save", args=[(title or make_title()).pk]), fields
    ).content.decode()


def send(client: Client, **fields: str) -> str:
    url = reverse("reviews:review-write", args=[make_title().pk])
    return client.post(url, {"may_translate": "on", **fields}).content.decode()


# --- Which language it is -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "sure", "words", "language", "asks"),
    [
        ("", "", PORTUGUESE, "pt", False),
        ("en", "", PORTUGUESE, "en", True),
        ("en", "en", PORTUGUESE, "en", False),
        ("en", "pt", PORTUGUESE, "en", True),
        ("pt", "", PORTUGUESE, "pt", False),
        ("pt-BR", "", PORTUGUESE, "pt-BR", False),
        ("und", "", PORTUGUESE, "und", False),
        ("en", "", "Lindo filme!", "en", False),
        ("", "", "Lindo filme!", "nl", False),
        ("", "", "Beautiful.", "en", False),
        ("", "", "9/10 👍", "und", False),
    ],
)
def test_the_author_decides_and_a_sure_guess_only_asks(
    chosen: str, sure: str, words: str, language: str, asks: bool
) -> None:
    settled = settle(chosen=chosen, sure=sure, detected=detect(words), own=("nl", "en"))
    assert (settled.language, bool(settled.question)) == (language, asks)


def test_an_unsure_guess_of_a_language_that_the_author_uses_is_taken() -> None:
    unsure = Detection("en", reliable=False, words=2)
    assert settle(chosen="", sure="", detected=unsure, own=("nl", "en")).language == "en"
    assert settle(chosen="", sure="", detected=unsure, own=("nl",)).language == "nl"


def test_the_likeliest_language_is_what_a_member_mostly_writes_then_that_of_the_page(alice: Member) -> None:
    alice.reads = ["fr"]
    assert languages_of(alice, ["nl", "und", "pt", "nl"]) == ("nl", "pt", "en", "fr")
    assert languages_of(alice, []) == ("en", "fr")


def test_an_empty_composer_says_the_language_of_the_habit(writing: Client, alice: Member) -> None:
    for language in ("nl", "nl", "en"):
        make_review(author=alice, language=language)
    page = writing.get(reverse("reviews:review-write", args=[make_title().pk])).content.decode()
    assert '<option value="" selected>Dutch (automatic)</option>' in page
    send(writing, body="Saai.")
    assert Review.objects.latest("pk").language == "nl"


def test_the_habit_costs_the_composer_no_query(writing: Client, alice: Member) -> None:
    url = reverse("reviews:review-write", args=[make_title().pk])
    few = count_queries(writing, url)
    for _ in range(12):
        make_review(author=alice, language="nl")
    assert len(count_queries(writing, url)) == len(few)


# --- While typing ---------------------------------------------------------------------------------------


def test_a_sure_guess_is_asked_about_while_typing_with_both_answers(writing: Client) -> None:
    answer = save(writing, body=PORTUGUESE, language="en")
    assert ASKS in answer
    assert 'data-composer-language="pt"' in answer
    assert 'data-composer-language="en"' in answer


def test_the_answer_is_remembered_with_the_text(writing: Client) -> None:
    title = make_title()
    assert ASKS not in save(writing, title, body=PORTUGUESE, language="en", language_sure="en")
    assert Draft.objects.get().fields["language_sure"] == "en"
    page = writing.get(reverse("reviews:review-write", args=[title.pk])).content.decode()
    assert '<input type="hidden" name="language_sure" value="en"' in page
    assert send(writing, body=PORTUGUESE, language="en", language_sure="en") == ""
    assert Review.objects.get().language == "en"


def test_an_answer_outlives_another_error_of_the_form(writing: Client) -> None:
    page = send(
        writing, body=PORTUGUESE, language="en", language_answer="pt", headline="x" * 151, is_opinion="on"
    )
    assert not Review.objects.exists()
    assert '<option value="pt" selected>' in page
    assert 'name="language_sure" value="pt"' in page


@pytest.mark.parametrize(
    "not_prose",
    [
        f"> {PORTUGUESE}",
        f"`{PORTUGUESE}`",
        "https://exemplo.pt/um/filme/lindo/sobre/duas/criancas/que/dividem/um/par/de/sapatos",
        "@um_filme @lindo_sobre @duas_criancas @que_dividem",
        "Um filme lindo sobre duas crianças que dividem sapatos",
    ],
)
def test_words_that_are_not_the_authors_say_nothing_about_the_language(
    writing: Client, not_prose: str
) -> None:
    title = make_title("Um filme lindo sobre duas crianças que dividem sapatos")
    assert ASKS not in save(writing, title, body=f"Nice.\n\n{not_prose}", language="en")


def test_an_unknown_code_in_the_form_is_an_error_and_no_language(writing: Client) -> None:
    answer = save(writing, body=PORTUGUESE, language="klingon")
    assert "klingon" not in answer
    assert "Portuguese (automatic)" in answer


# --- What becomes of it ---------------------------------------------------------------------------------


def test_the_author_is_told_who_gets_a_translation(writing: Client) -> None:
    assert "Readers of English will get a translation." in save(writing, body=PORTUGUESE, language="pt")


def test_the_author_is_told_where_no_engine_knows_the_language(writing: Client) -> None:
    answer = save(writing, body=DUTCH, language="nl")
    assert "No engine of this site knows Dutch yet: readers see your words." in answer


def test_the_author_is_told_that_a_text_of_theirs_stays_as_it_is(writing: Client, alice: Member) -> None:
    assert "Everybody reads this as you write it." in save(writing, body=PORTUGUESE, may_translate="")
    assert "Without a language" in save(writing, body=PORTUGUESE, language="und")
    Member.objects.filter(pk=alice.pk).update(translation_consent=TranslationConsent.NONE)
    assert "Everybody reads you as you write" in save(writing, body=PORTUGUESE)


def test_who_keeps_texts_in_the_house_is_promised_nothing_of_other_machines(
    alice: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_KEY", "made-up")
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "paid=deepl?key_env=DEEPL_KEY"]
    EngineOffer.objects.create(engine="paid", pairs=[["nl", "en"]], fetched_at=timezone.now())
    assert fate_of("nl", may_translate=True, author=alice) == Fate("translated", ("en", "pt"))
    alice.translation_consent = TranslationConsent.HOUSE
    assert fate_of("nl", may_translate=True, author=alice) == Fate("no_engine")


def test_many_languages_are_counted_after_the_first_few() -> None:
    assert Fate("translated", ("en", "pt")).names == "English and Portuguese"
    assert Fate("translated", ("en", "pt", "nl", "de")).names == "English, Portuguese, Dutch, and German"
    assert Fate("translated", ("en", "pt", "nl", "de", "fr")).names == (
        "English, Portuguese, Dutch, and 2 other languages"
    )


def test_what_becomes_of_a_text_is_told_without_asking_the_database(
    alice: Member, django_assert_num_queries
) -> None:
    with django_assert_num_queries(0):
        assert fate_of("pt", may_translate=True, author=alice).kind == "translated"
