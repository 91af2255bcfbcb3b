"""A form whose proof of origin is gone gives back what was typed in it."""

import re
from urllib.parse import unquote

import pytest
from django.test import Client

from accounts.models import Member
from tests.factories import make_title

pytestmark = pytest.mark.django_db


def test_the_text_comes_back_with_a_way_on_and_no_password(alice: Member) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    heat = make_title("Heat")
    text = "A long evening in Los Angeles, and <b>two</b> men."
    response = strict.post(
        f"/titles/{heat.pk}/write/", {"body": text, "password": "correct horse battery staple"}
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "A long evening in Los Angeles, and &lt;b&gt;two&lt;/b&gt; men." in page
    assert "correct horse" not in page
    assert f'href="/titles/{heat.pk}/write/"' in page


def test_without_anything_typed_it_only_says_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/accounts/logout/")
    page = response.content.decode()
    assert response.status_code == 403
    assert "This form has expired" in page
    assert "What you had written" not in page


def test_what_was_written_to_something_that_is_gone_comes_back_without_what_the_form_sent_along(
    alice: Member,
) -> None:
    client = Client()
    client.force_login(alice)
    hidden = {
        "seen": "0123456789abcdef0123456789abcdef",
        "original": "A sentence of the author's, as it was.",
    }
    response = client.post(
        "/translations/404/sentences/1/", {"text": "A much better sentence, <i>mine</i>.", **hidden}
    )
    page = response.content.decode()
    assert response.status_code == 404
    assert "A much better sentence, &lt;i&gt;mine&lt;/i&gt;." in page
    assert hidden["seen"] not in page
    assert hidden["original"] not in page
    noted = client.post("/translations/404/report/", {"note": "It says the opposite of what she wrote."})
    assert "It says the opposite of what she wrote." in noted.content.decode()


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"a=1&" * 3000, "application/x-www-form-urlencoded"),
        (b"x" * 4_000_000, "application/x-www-form-urlencoded"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data"),
        (b"text=%00%ff" + b"a" * 30, "application/x-www-form-urlencoded"),
    ],
)
def test_a_broken_form_for_nothing_breaks_nothing(body: bytes, content_type: str) -> None:
    client = Client(raise_request_exception=False)
    assert client.post("/nothing/here/", body, content_type=content_type).status_code in (400, 404, 413)


def test_whoever_was_signed_out_while_writing_gets_the_words_back_and_a_way_to_where_they_were(
    client: Client,
) -> None:
    heat = make_title("Heat")
    text = "A long evening in Los Angeles, and <b>two</b> men."
    title_page = heat.get_absolute_url()
    response = client.post(
        f"/titles/{heat.pk}/write/",
        {"body": text, "language": "en"},
        headers={"referer": f"http://testserver{title_page}?page=2"},
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "You are signed out" in page
    assert "A long evening in Los Angeles, and &lt;b&gt;two&lt;/b&gt; men." in page
    assert f"/accounts/login/?next={title_page}%3Fpage%3D2" in page


@pytest.mark.parametrize(
    "came_from", ["", "https://elsewhere.example/", "http://testserver//elsewhere.example/"]
)
def test_the_way_back_leads_nowhere_else(client: Client, came_from: str) -> None:
    heat = make_title("Heat")
    headers = {"referer": came_from} if came_from else {}
    response = client.post(
        f"/titles/{heat.pk}/write/", {"body": "A long evening in Los Angeles."}, headers=headers
    )
    assert response.status_code == 403
    found = re.search(r'href="/accounts/login/\?next=([^"]*)"', response.content.decode())
    assert found
    assert re.match(r"/(?!/)", unquote(found[1]))


def test_a_form_without_words_and_a_fragment_lead_to_signing_in_as_ever(client: Client) -> None:
    heat = make_title("Heat")
    address = f"/titles/{heat.pk}/write/"
    assert client.post(address, {"body": "Short."}).status_code == 302
    words = {"body": "A long evening in Los Angeles."}
    assert client.post(address, words, headers={"hx-request": "true"}).status_code == 302
    login = {"login": "somebody with a long name", "password": "correct horse battery staple"}
    assert client.post("/accounts/login/", login).status_code == 200


def test_the_pages_of_signing_in_say_what_they_have_to_say_themselves(client: Client) -> None:
    address = {"email": "somebody.with.a.long.name@example.org", "action_add": ""}
    response = client.post("/accounts/email/", address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
