"""What a member chooses for themselves."""

import re

import pytest
from django.test import Client

from accounts.models import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def options_of(page: Client) -> dict[str, str]:
    """The languages to get translations in, by code."""
    words = page.get("/settings/").content.decode()
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
    answer = page.post(
        "/settings/", {"interface_language": "nl", "translate_into": "pt", "reads": ["de", "fr"]}
    )
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.interface_language, alice.translate_into, alice.reads) == ("nl", "pt", ["de", "fr"])


@pytest.mark.parametrize("code", ["xx", "hu", "'"])
def test_a_language_that_is_not_offered_is_refused(page: Client, alice: Member, code: str) -> None:
    answer = page.post("/settings/", {"about": "Kept words", "translate_into": code})
    assert "Kept words" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.translate_into == ""


def test_a_choice_outlives_its_engine(page: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(translate_into="es")
    assert options_of(page)["es"] == "Spanish: no translations yet"
    page.post("/settings/", {"about": "Hello", "translate_into": "es"})
    alice.refresh_from_db()
    assert (alice.about, alice.translate_into) == ("Hello", "es")
