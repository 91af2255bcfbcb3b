"""What a member chooses for themselves."""

import html
import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member, TranslationConsent
from reviews.models import Translation, TranslationStatus
from reviews.services.publishing import publish_review
from tests.factories import make_review, make_title

pytestmark = pytest.mark.django_db

PAGE = "/settings/translations/"
ANY = {"translation_consent": "any"}


@pytest.fixture
def page(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def options_of(page: Client) -> dict[str, str]:
    """The languages to get translations in, by code."""
    words = page.get(PAGE).content.decode()
    found = re.search(r'<select name="translate_into".*?</select>', words, re.DOTALL)
    assert found
    return dict(re.findall(r'<option value="([^"]*)"[^>]*>([^<]*)</option>', found[0]))


def test_the_languages_to_read_in_say_which_nobody_can_make_yet(page: Client) -> None:
    assert options_of(page) == {
        "": "The language of the site",
        "nl": "Dutch: no translations yet",
        "en": "English",
        "pt": "Portuguese",
    }


def test_a_language_to_read_in_is_chosen_apart_from_that_of_the_site(page: Client, alice: Member) -> None:
    page.post("/settings/", {"interface_language": "nl"})
    answer = page.post(PAGE, {**ANY, "translate_into": "pt", "reads": ["de", "fr"]})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.interface_language, alice.translate_into, alice.reads) == ("nl", "pt", ["de", "fr"])


@pytest.mark.parametrize("code", ["xx", "hu", "'"])
def test_a_language_that_is_not_offered_is_refused(page: Client, alice: Member, code: str) -> None:
    answer = page.post(PAGE, {**ANY, "reads": ["fr"], "translate_into": code})
    assert answer.status_code == 422
    assert re.search(r'value="fr"[^>]*checked', answer.content.decode())
    alice.refresh_from_db()
    assert alice.translate_into == ""


def test_a_choice_outlives_its_engine(page: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(translate_into="es")
    assert options_of(page)["es"] == "Spanish: no translations yet"
    page.post(PAGE, {**ANY, "always_original": "on", "translate_into": "es"})
    alice.refresh_from_db()
    assert (alice.always_original, alice.translate_into) == (True, "es")


def test_the_languages_that_a_member_probably_reads_come_first(page: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(reads=["tr"])
    make_review(author=alice, language="nl")
    words = page.get(PAGE).content.decode()
    assert re.findall(r'name="reads" value="(\w+)"', words)[:4] == ["nl", "en", "tr", "ar"]


# --- May my texts be translated? ------------------------------------------------------------------------


def test_a_member_says_who_may_translate_their_texts(page: Client, alice: Member) -> None:
    for consent in TranslationConsent.values:
        page.post(PAGE, {"translation_consent": consent})
        alice.refresh_from_db()
        assert alice.translation_consent == consent
    assert page.post(PAGE, {"translation_consent": "some"}).status_code == 422
    alice.refresh_from_db()
    assert alice.translation_consent == TranslationConsent.NONE


def test_a_no_holds_at_once_for_what_stands_already(page: Client, alice: Member) -> None:
    review = publish_review(author=alice, subject=make_title(), body="Um filme muito bonito.", language="pt")
    waiting = Translation.objects.filter(review=review, status=TranslationStatus.QUEUED)
    assert waiting.exists()
    page.post(PAGE, {"translation_consent": "none"})
    assert not waiting.exists()
    page.post(PAGE, {"translation_consent": "any"})
    assert waiting.exists()


def test_the_page_names_the_engines_on_other_peoples_machines(
    page: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEEPL_KEY", "made-up")
    assert "no text is sent to anybody else" in page.get(PAGE).content.decode()
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    settings.FILMSITE_TRANSLATION_ENGINES = ["fx", "deepl?key_env=DEEPL_KEY"]
    words = page.get(PAGE).content.decode()
    assert "One engine of this site is on other people's machines: deepl." in html.unescape(words)
