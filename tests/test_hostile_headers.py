"""Headers that no browser sends are answered with a page that says so, and never with an error of the site."""

from http import HTTPStatus
from io import BytesIO
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import Client

from filmsite.handler import Handler
from tests.factories import make_title

pytestmark = pytest.mark.django_db

# Encodings of Python that are none of text, refuse to replace what they cannot read, or make half characters.
CHARSETS = ["hex", "idna", "undefined", "raw_unicode_escape", "windows-1252"]
UTF8 = ["utf-8", "UTF-8", "utf8", "utf_8", "us-ascii"]
FORMS = {
    "multipart/form-data; boundary=x": b'--x\r\nContent-Disposition: form-data; name="language"\r\n\r\nnl\r\n--x--\r\n',
    "application/x-www-form-urlencoded": b"language=nl",
}
FORM = pytest.mark.parametrize("kind", FORMS)


def ask(address: str, content_type: str, body: bytes | None = None) -> HttpResponseBase:
    """What the site answers to a request of this type, the way that servers ask it. With a body it is a form that is sent."""
    path, _, query = address.partition("?")
    environ = {
        "REQUEST_METHOD": "GET" if body is None else "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "testserver",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(len(body or b"")),
        "wsgi.input": BytesIO(body or b""),
    }
    setup_testing_defaults(environ)
    # The connection is the test's: a server would begin with one of its own.
    request_started.disconnect(close_old_connections)
    try:
        answer = Handler()(environ, lambda status, headers: None)
    finally:
        request_started.connect(close_old_connections)
    assert isinstance(answer, HttpResponseBase)
    return answer


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_page_asked_for_in_another_encoding_is_read_as_utf8(charset: str) -> None:
    answer = ask("/films/?sort=year&q=caf%C3%A9", f"text/plain; charset={charset}")
    assert answer.status_code == HTTPStatus.OK


@pytest.mark.parametrize("parameter", ["charset*=utf-8''a%00b", "charset*=nosuch''x"])
def test_a_content_type_that_cannot_be_read_is_none(parameter: str) -> None:
    assert ask("/films/?sort=year", f"text/plain; {parameter}").status_code == HTTPStatus.OK


@FORM
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_form_in_another_encoding_is_a_bad_request(kind: str, charset: str) -> None:
    answer = ask("/language/?next=1", f"{kind}; charset={charset}", FORMS[kind])
    assert answer.status_code == HTTPStatus.BAD_REQUEST


@FORM
@pytest.mark.parametrize("charset", UTF8)
def test_a_form_that_says_that_it_is_utf8_is_read(kind: str, charset: str) -> None:
    answer = ask("/language/", f"{kind}; charset={charset}", FORMS[kind])
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "nl"


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
