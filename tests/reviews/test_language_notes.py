"""The line beside a text: in which language it was written, and the whole truth about its translation."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from accounts.models import Member
from reviews.language_notes import note_of, note_on_original
from reviews.machines import machine_of
from reviews.models import Review, Translation, TranslationStatus
from reviews.reading import Reader, attach_texts
from reviews.templatetags.reviews import lang_of
from reviews.wordings import Making, ShownText, Wording
from tests.factories import make_member, make_review, make_title

PORTUGUESE = Wording("pt", "<p>Chorei.</p>", "Chorei.", "")
ENGLISH = Wording("en", "<p>I cried.</p>", "I cried.", "")
TRANSLATED = ShownText(
    "review",
    7,
    PORTUGUESE,
    translation=ENGLISH,
    making=Making(1),
    shows_translation=True,
    note="translated",
    into="en",
)


@pytest.mark.parametrize(
    ("made", "note"),
    [
        ({}, "Translated from Portuguese"),
        (
            {"left_sentences": 1},
            "Translated from Portuguese: one sentence could not be translated",
        ),
        (
            {"left_sentences": 2, "machine": "DeepL"},
            "Translated from Portuguese, by DeepL: 2 sentences could not be translated",
        ),
        (
            {"is_earlier": True},
            "Translated from an earlier version: changed sentences stand in Portuguese",
        ),
        ({"via": "es"}, "Translated from Portuguese, by way of Spanish"),
        ({"machine": "DeepL"}, "Translated from Portuguese, by DeepL"),
        ({"corrected_by": "bea"}, "Translated from Portuguese, corrected by bea"),
        (
            {"corrected_by": "bea", "corrected_sentences": 1},
            "Translated from Portuguese, one sentence corrected by bea",
        ),
        (
            {"corrected_by": "bea", "corrected_sentences": 3},
            "Translated from Portuguese, 3 sentences corrected by bea",
        ),
        (
            {"is_earlier": True, "is_coming": True},
            "Translated from an earlier version: changed sentences stand in Portuguese and follow within minutes",
        ),
        ({"is_doubted": True}, "Translated from Portuguese, doubted by readers"),
        (
            {"is_earlier": True, "left_sentences": 2, "via": "en", "machine": "DeepL", "corrected_by": "bea"},
            "Translated from an earlier version, by DeepL, by way of English, corrected by bea: "
            "changed sentences stand in Portuguese",
        ),
    ],
)
def test_a_translation_says_how_it_was_made(made: dict[str, object], note: str) -> None:
    assert note_of(replace(TRANSLATED, making=Making(1, **made))) == note


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("queued", "Written in Portuguese. A translation is on its way."),
        ("paused", "Written in Portuguese. A translation waits: translation is paused just now."),
        ("absent", "Written in Portuguese. No translation into English yet."),
        ("unsupported", "No translation from Portuguese yet: this is the original."),
        ("failed", "The translation from Portuguese did not succeed: this is the original."),
        ("declined", "Written in Portuguese. The author wants it read as it is."),
        ("foreign", "Written in Portuguese"),
        ("", ""),
    ],
)
def test_an_original_says_why_it_is_not_translated(kind: str, note: str) -> None:
    assert note_of(ShownText("review", 7, PORTUGUESE, note=kind, into="en")) == note


def test_an_original_that_was_asked_for_says_only_its_language() -> None:
    assert note_of(replace(TRANSLATED, shows_translation=False)) == "Written in Portuguese"
    with translation.override("nl"):
        assert note_on_original(TRANSLATED) == "Geschreven in het Portugees"


@pytest.mark.parametrize(
    ("language", "attributes"),
    [("fa", ' lang="fa" dir="rtl"'), ("pt-BR", ' lang="pt-BR" dir="ltr"'), ("und", ' dir="auto"')],
)
def test_words_carry_their_language_and_direction(language: str, attributes: str) -> None:
    assert lang_of(replace(PORTUGUESE, language=language)) == attributes


# --- From the stored row --------------------------------------------------------------------------------


def made_of(review: Review, *, viewer: object = None, **fields: object) -> ShownText:
    values = {"content_hash": review.source_hash, "status": TranslationStatus.DONE, **fields}
    Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language=review.language,
        target="en",
        body="I cried.",
        html="<p>I cried.</p>",
        next_attempt_at=timezone.now(),
        **values,
    )
    return text_of(review, viewer)


def text_of(review: Review, viewer: object = None) -> ShownText:
    request = RequestFactory().get("/")
    request.user = viewer or AnonymousUser()
    found = Review.objects.for_card(AnonymousUser()).get(pk=review.pk)
    attach_texts([found], Reader.from_request(request))
    return found.text


@pytest.fixture
def review(db: None) -> Review:
    return make_review(body="Chorei.", language="pt")


def test_words_that_were_carried_over_say_so(review: Review) -> None:
    text = made_of(review, content_hash="0" * 63 + "1", status=TranslationStatus.QUEUED)
    assert text.shows_translation
    assert note_of(text).startswith("Translated from an earlier version")


def test_who_corrected_is_named_unless_they_left(review: Review) -> None:
    bea = make_member("bea")
    assert note_of(made_of(review, corrected_by=bea)).endswith("corrected by bea")
    Member.objects.filter(pk=bea.pk).update(closed_at=timezone.now())
    assert note_of(text_of(review)).endswith("corrected by former member")


def test_a_translation_is_said_to_wait_while_its_engine_is_paused(review: Review) -> None:
    waiting = {"source_hash": review.source_hash, "source_language": "pt", "target": "en"}
    row = Translation.objects.create(review=review, next_attempt_at=timezone.now(), **waiting)
    assert text_of(review).note == "queued"
    Translation.objects.filter(pk=row.pk).update(reason="engine_paused")
    assert text_of(review).note == "paused"


def test_a_language_in_between_and_doubts_are_told(review: Review) -> None:
    text = made_of(review, via="es", doubted_at=timezone.now())
    assert note_of(text) == "Translated from Portuguese, by way of Spanish, doubted by readers"


def test_sentences_in_the_author_s_words_are_told_while_the_text_is_made_anew_too(review: Review) -> None:
    text = made_of(review, left_sentences=2, status=TranslationStatus.QUEUED)
    assert note_of(text) == "Translated from Portuguese: 2 sentences could not be translated"


def test_a_text_of_which_nothing_became_other_words_has_no_button_that_brings_the_same(
    client: Client, db: None
) -> None:
    review = make_review(body="I cried.", language="pt")
    text = made_of(review)
    assert (text.note, text.translation, text.shown.html) == ("", None, review.html)
    page = client.get(review.title.get_absolute_url()).content.decode()
    assert "I cried." in page
    assert "View original" not in page


def test_a_headline_alone_in_other_words_is_a_translation(db: None) -> None:
    review = make_review(body="I cried.", language="pt", headline="Chorei")
    assert made_of(review).note == ""
    Translation.objects.update(headline="I cried")
    assert text_of(review).note == "translated"


@pytest.fixture
def engines(settings) -> None:
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    settings.FILMSITE_TRANSLATION_ENGINES = [
        "fx",
        "deepl?url=http://127.0.0.1:9/",
        "ours=libretranslate?url=http://127.0.0.1:9/&external=no",
        "theirs=libretranslate?url=https://example.org/&external=yes",
        "away=dummy?external=yes",
    ]


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("fx", ""),
        ("ours", ""),
        ("fx+ours", ""),
        ("deepl", "DeepL"),
        ("theirs", "LibreTranslate"),
        ("fx+theirs", "LibreTranslate"),
        ("away", "away"),
        ("", ""),
        ("forgotten", ""),
    ],
)
def test_only_engines_outside_of_the_house_are_named(engines: None, db: None, key: str, name: str) -> None:
    assert machine_of(key) == name


def test_an_engine_that_is_switched_off_is_still_named(settings, db: None) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx"]
    assert machine_of("fx+deepl") == "DeepL"


# --- Said once ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_what_holds_for_a_whole_language_is_said_once_on_a_page(client: Client) -> None:
    title = make_title()
    for language in ("fi", "fi", "hu", "fi"):
        review = make_review(title, body="Jotain.", language=language)
        Translation.objects.create(
            review=review,
            source_hash=review.source_hash,
            source_language=language,
            target="en",
            status=TranslationStatus.UNSUPPORTED,
            next_attempt_at=timezone.now(),
        )
    page = client.get(title.get_absolute_url()).content.decode()
    assert page.count("No translation from Finnish yet") == 1
    assert page.count("Written in Finnish") == 2
    assert page.count("No translation from Hungarian yet") == 1


# --- In the page ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_words_that_read_from_the_right_do_so_in_both_wordings(client: Client) -> None:
    review = make_review(body="خیلی گریه کردم.", language="fa")
    made_of(review)
    page = client.get(review.get_absolute_url()).content.decode()
    assert 'data-wording lang="en" dir="ltr"><p>I cried.' in page
    assert 'data-wording lang="fa" dir="rtl" hidden><p>خیلی' in page


@pytest.mark.django_db
def test_names_of_titles_and_members_are_left_alone_by_browsers(client: Client) -> None:
    heat = make_title("Heat")
    make_review(heat, body='@anna saw [[Heat]], not " class="mention".')
    page = client.get(heat.get_absolute_url()).content.decode()
    assert 'class="mention" translate="no" dir="auto"' in page
    assert 'class="title-link" translate="no" dir="auto"' in page
    # These and the heading.
    assert page.count('translate="no"') == 3


@pytest.mark.django_db
def test_a_link_leads_to_both_wordings_side_by_side(client: Client, review: Review) -> None:
    text = made_of(review)
    page = client.get(review.get_absolute_url()).content.decode()
    assert f'<a href="/translations/{text.translation_pk}/" rel="nofollow">Side by side</a>' in page
