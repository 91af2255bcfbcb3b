"""Headers that no browser sends are answered with a page that says so, and never with an error of the site."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tests.factories import make_title

pytestmark = pytest.mark.django_db

# Encodings of Python that are none of text, refuse to replace what they cannot read, or make half characters.
CHARSETS = ["hex", "idna", "undefined", "raw_unicode_escape"]
ONE_FIELD = b'--x\r\nContent-Disposition: form-data; name="language"\r\n\r\nnl\r\n--x--\r\n'


@pytest.mark.parametrize("charset", ["idna", "raw_unicode_escape"])
def test_a_page_asked_for_in_another_encoding_is_a_bad_request(client: Client, charset: str) -> None:
    answer = client.get("/films/?sort=year", headers={"content-type": f"text/plain; charset={charset}"})
    assert answer.status_code == 400


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_form_in_another_encoding_is_a_bad_request(client: Client, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert client.generic("POST", "/language/", ONE_FIELD, content_type=kind).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8"])
def test_a_form_that_says_that_it_is_utf8_is_read(client: Client, settings: Settings, charset: str) -> None:
    kind = f"multipart/form-data; boundary=x; charset={charset}"
    assert (
        client.generic("POST", "/language/", ONE_FIELD, content_type=kind)
        .cookies[settings.LANGUAGE_COOKIE_NAME]
        .value
        == "nl"
    )


@pytest.mark.parametrize("came_from", ["http://[", "http://testserver:99999999/", "\x00", "//"])
def test_typed_words_come_back_whatever_page_they_are_said_to_come_from(
    client: Client, came_from: str
) -> None:
    typed = "It rains in every scene of this film. " * 5
    address = f"/titles/{make_title().pk}/write/"
    answer = client.post(address, {"body": typed}, headers={"referer": came_from})
    assert answer.status_code == 403
    assert typed.strip() in answer.text
    assert f"next={address}" in answer.text
