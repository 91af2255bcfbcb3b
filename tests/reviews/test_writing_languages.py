"""The language of what somebody writes: asked while they type, never decided over their head."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member, TranslationConsent
from filmsite.lib.languages import Detection, detect
from reviews.models import Draft, EngineOffer, Review
from reviews.writing_languages import Fate, Settled, fate_of, languages_of, settle
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


@pytest.mark.parametrize(
    ("scores", "language"),
    [
        ({"sv": 0.7, "nl": 0.6, "en": 0.3}, "nl"),
        ({"sv": 0.7, "nl": 0.6, "en": 0.5}, "en"),
        ({"sv": 0.7, "pt": 0.6}, "pt-BR"),
        ({}, "en"),
    ],
)
def test_of_an_authors_languages_an_unsure_guess_takes_the_likeliest_and_rather_the_usual_one(
    scores: dict[str, float], language: str
) -> None:
    unsure = Detection("sv", reliable=False, words=2, scores=scores)
    settled = settle(chosen="", sure="", detected=unsure, own=("en", "nl", "pt-BR"))
    assert (settled.language, settled.candidates[0]) == (language, language)


@pytest.mark.parametrize(("own", "found"), [("nb", "no"), ("nn", "no"), ("ms", "id")])
def test_a_language_that_the_detector_takes_for_another_of_the_authors_is_as_likely(
    own: str, found: str
) -> None:
    same = Detection(found, reliable=False, words=2)
    assert settle(chosen="", sure="", detected=same, own=(own, "en")).candidates == ()
    other = Detection("sv", reliable=False, words=2, scores={"sv": 0.7, found: 0.6, "en": 0.3})
    assert settle(chosen="", sure="", detected=other, own=("en", own)).language == own


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
    answer = save(writing, body=PORTUGUESE, language="und")
    assert "We cannot translate that language: everybody reads your words." in answer


def test_who_wants_no_translation_reads_that_where_the_choice_would_stand(
    writing: Client, alice: Member
) -> None:
    Member.objects.filter(pk=alice.pk).update(translation_consent=TranslationConsent.NONE)
    page = writing.get(reverse("reviews:review-write", args=[make_title().pk])).content.decode()
    assert "Not translated: so your settings say" in page
    assert f'<a href="{reverse("accounts:settings-translations")}">change</a>' in page
    assert "May be shown in other languages" not in page


@pytest.mark.parametrize("body", ["😍😍👏", "10/10"])
def test_what_has_no_words_needs_no_language(writing: Client, body: str) -> None:
    answer = save(writing, body=body)
    assert ">no language needed</span>" in answer
    assert "No language needed: nothing to translate." in answer


@pytest.mark.parametrize("body", ["Mooi", "Obrigado", "Prachtig gedaan"])
def test_a_mere_guess_is_said_to_be_one_with_the_likely_languages_at_hand(
    writing: Client, alice: Member, body: str
) -> None:
    Member.objects.filter(pk=alice.pk).update(reads=["fr"])
    answer = save(writing, body=body)
    assert "Too short to tell: English?" in answer
    guessed = detect(body).language
    assert re.findall(r'data-composer-language="(\w+)"', answer) == ["en", "fr", guessed]
    assert "Too short" not in save(writing, body=body, language="en")
    assert "Too short" not in save(writing, body=body, may_translate="")


def test_words_that_look_like_no_language_are_hard_to_tell(writing: Client) -> None:
    assert "Hard to tell: English?" in save(writing, body="asdf qwer zxcv poiu lkjh")


def test_a_guess_that_agrees_with_the_habit_is_not_doubted(writing: Client) -> None:
    assert "Too short" not in save(writing, body="Great film")


def test_a_quotation_in_another_language_is_said_to_stay_in_it(writing: Client, bob: Member) -> None:
    def answering(language: str, query: str) -> str:
        review = make_review(author=bob, body=PORTUGUESE, language=language)
        url = reverse("reviews:review-reply", args=[review.pk])
        return writing.get(f"{url}{query}").content.decode()

    says = "a quotation is not translated"
    assert says in answering("pt", "?quote=1")
    assert says not in answering("pt", "")
    assert says not in answering("en", "?quote=1")


def test_who_keeps_texts_in_the_house_is_promised_nothing_of_other_machines(
    alice: Member, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_KEY", "made-up")
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "paid=deepl?key_env=DEEPL_KEY"]
    EngineOffer.objects.create(engine="paid", pairs=[["nl", "en"]], fetched_at=timezone.now())
    dutch = Settled("nl", words=4)
    assert fate_of(dutch, may_translate=True, author=alice) == Fate("translated", ("en", "pt"))
    alice.translation_consent = TranslationConsent.HOUSE
    assert fate_of(dutch, may_translate=True, author=alice) == Fate("no_engine")


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
        assert fate_of(Settled("pt", words=4), may_translate=True, author=alice).kind == "translated"
