import re

import pytest
from django.core import mail
from django.test import Client

from accounts.models import Member
from accounts.usernames import skeleton

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
    client.post("/settings/", {"username": "queen", "about": "Front row, always.", "reads": ["nl"]})
    alice.refresh_from_db()
    assert (alice.username, alice.about, alice.reads) == ("alice", "Front row, always.", ["nl"])


@pytest.mark.django_db
def test_repeated_wrong_passwords_are_stopped(client: Client, alice: Member) -> None:
    alice.set_password("two-pairs-of-shoes-97")
    alice.save()
    for _ in range(6):
        answer = client.post("/accounts/login/", {"login": "alice", "password": "wrong"})
    answer = client.post("/accounts/login/", {"login": "alice", "password": "two-pairs-of-shoes-97"})
    assert not answer.wsgi_request.user.is_authenticated
