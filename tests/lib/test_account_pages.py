"""Sign-in and account pages wear the site's frame, though django-allauth makes them."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

ENTRANCES = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "mfa_signup_webauthn",
]
PASSWORD = "a long enough one"
MANAGED = [
    "account_reauthenticate",
    "account_email",
    "account_change_password",
    "account_logout",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "usersessions_list",
]


def assert_ours(page: str) -> None:
    assert '<html lang="en" dir="ltr">' in page
    assert len(re.findall(r"<h1[\s>]", page)) == 1
    assert page.count("<main ") == 1
    assert re.search(r"<title>\s*[^\s·]", page)
    for tag in re.findall(r"<button\b[^>]*>", page):
        assert "class=" in tag or "data-theme-choice" in tag or 'type="submit"' in tag
    for control in re.findall(r"<input\b[^>]*>", page):
        name = re.search(r'\bid="([^"]+)"', control)
        if 'type="hidden"' not in control:
            assert name
            assert f'for="{name[1]}"' in page, f"No label for {control}"


@pytest.mark.parametrize("name", ENTRANCES)
def test_the_way_in_looks_like_the_site(client, db, name):
    answer = client.get(reverse(name), follow=True)
    assert answer.status_code == 200
    assert_ours(answer.text)


@pytest.mark.parametrize("name", MANAGED)
def test_pages_about_an_account_look_like_the_site(client, alice, name):
    alice.set_password(PASSWORD)
    alice.save()
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert_ours(answer.text)
    assert f'href="{alice.get_absolute_url()}"' in answer.text


def test_signing_up_marks_what_is_required_and_says_that_a_name_is_for_ever(client, db):
    page = client.get(reverse("account_signup")).text
    assert page.count('class="req"') >= 5
    assert "can never be changed" in page


def test_a_wrong_form_comes_back_with_what_was_typed(client, db):
    answer = client.post(reverse("account_signup"), {"email": "not an address", "username": "dana"})
    assert 'value="not an address"' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'id="id_email_error"' in answer.text
    assert 'role="alert"' in answer.text


@pytest.mark.parametrize(
    ("name", "typed", "lost"),
    [
        ("account_signup", {"email": "zahra@example.org", "username": "zahra"}, True),
        ("account_reset_password", {"email": "no address"}, False),
    ],
)
def test_a_mistake_says_truly_what_must_be_typed_again(client, db, name, typed, lost):
    page = client.post(reverse(name), typed).text
    assert ("Only the passwords must be typed again." in page) is lost
    assert ("Nothing you typed is lost." in page) is not lost
    assert all(f'value="{value}"' in page for value in typed.values())
