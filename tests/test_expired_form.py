"""A form whose proof of origin is gone gives back what was typed in it."""

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
