import re
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.adapters import AccountAdapter
from accounts.models import Member
from accounts.usernames import skeleton
from tests.factories import make_member

GOOD = {
    "email": "zahra@example.org",
    "username": "zahra.k",
    "password1": "two-pairs-of-shoes-97",
    "password2": "two-pairs-of-shoes-97",
}


@pytest.mark.django_db
def test_the_form_says_before_submit_that_the_username_is_for_ever(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    assert "a username can never be changed" in page
    assert page.count('class="req"') >= 4


@pytest.mark.django_db
def test_signing_up_and_entering_the_code_makes_a_member(client: Client) -> None:
    answer = client.post("/accounts/signup/", GOOD)
    assert answer.status_code == 302
    code = re.search(r"^\s*([A-Z0-9-]{6,12})\s*$", mail.outbox[0].body, re.MULTILINE)
    assert code, mail.outbox[0].body
    answer = client.post(answer["Location"], {"code": code.group(1)}, follow=True)
    assert answer.context["user"].username == "zahra.k"
    assert Member.objects.get(username="zahra.k").emailaddress_set.get().verified


@pytest.mark.django_db
@pytest.mark.parametrize(
    "username", ["zahra k", "-zahra", "захра", "ｚahra", "z\u200bahra", "admin", "Adm1n", "staff"]
)
def test_names_that_could_mislead_are_refused_with_a_reason(client: Client, username: str) -> None:
    answer = client.post("/accounts/signup/", {**GOOD, "username": username})
    assert answer.status_code == 200
    assert answer.context["form"].errors["username"]
    assert answer.context["form"]["email"].value() == GOOD["email"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Zahra", "zahra"), ("zahra.k", "zahrak"), ("b0b", "bob"), ("al1ce", "alice"), ("rnona", "mona")],
)
def test_names_that_look_alike_share_a_skeleton(first: str, second: str) -> None:
    assert skeleton(first) == skeleton(second)


@pytest.mark.django_db
def test_a_name_that_looks_like_a_member_is_taken(client: Client, alice: Member) -> None:
    answer = client.post("/accounts/signup/", {**GOOD, "username": "A1ice"})
    assert answer.context["form"].errors["username"]


@pytest.mark.django_db
def test_no_form_changes_a_username(client: Client, alice: Member) -> None:
    client.force_login(alice)
    client.post("/settings/", {"username": "queen", "about": "Front row, always."})
    alice.refresh_from_db()
    assert (alice.username, alice.about) == ("alice", "Front row, always.")


@pytest.mark.django_db
def test_repeated_wrong_passwords_are_stopped(client: Client, alice: Member) -> None:
    alice.set_password("two-pairs-of-shoes-97")
    alice.save()
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": "alice", "password": "two-pairs-of-shoes-97"})
    assert not answer.wsgi_request.user.is_authenticated


@pytest.mark.django_db
def test_who_signs_up_twice_in_a_minute_is_told_to_wait(client: Client, alice: Member) -> None:
    fields = {**GOOD, "email": alice.email}
    assert client.post("/accounts/signup/", fields).status_code == 302
    answer = Client().post("/accounts/signup/", fields)
    assert answer.status_code == 429
    assert "wait a moment" in answer.content.decode()


# --- Two at once ----------------------------------------------------------------------------------------


def sign_up_just_after(
    client: Client, monkeypatch: pytest.MonkeyPatch, fields: dict[str, str], other: dict[str, str]
) -> HttpResponse:
    """Sign up while somebody else's row is stored between the check of the form and the storing."""
    save_user = AccountAdapter.save_user
    others = [other]

    def second(self: AccountAdapter, *args: Any, **kwargs: Any) -> Any:
        if others:
            make_member(**others.pop())
        return save_user(self, *args, **kwargs)

    monkeypatch.setattr(AccountAdapter, "save_user", second)
    return client.post("/accounts/signup/", fields)


@pytest.mark.django_db
@pytest.mark.parametrize("taken", ["zahra.k", "Zahra-K", "zahrak"])
def test_who_comes_a_moment_too_late_for_a_name_is_told_and_keeps_what_was_typed(
    client: Client, monkeypatch: pytest.MonkeyPatch, taken: str
) -> None:
    answer = sign_up_just_after(client, monkeypatch, GOOD, {"username": taken})
    assert answer.status_code == 200
    form = answer.context["form"]
    usual = client.post("/accounts/signup/", GOOD).context["form"]
    assert form.errors["username"] == usual.errors["username"]
    assert (form["email"].value(), form["username"].value()) == (GOOD["email"], GOOD["username"])
    assert not Member.objects.filter(email=GOOD["email"]).exists()


@pytest.mark.django_db
def test_who_comes_a_moment_too_late_for_an_address_learns_nothing_of_the_account(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = sign_up_just_after(client, monkeypatch, GOOD, {"username": "somebody", "email": GOOD["email"]})
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_email_verification_sent"))
    assert Member.objects.get(email=GOOD["email"]).username == "somebody"


@pytest.mark.django_db
def test_an_error_that_no_taken_name_explains_is_not_hidden(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError("something else")

    monkeypatch.setattr(Member, "save", refuse)
    with pytest.raises(IntegrityError):
        client.post("/accounts/signup/", GOOD)
