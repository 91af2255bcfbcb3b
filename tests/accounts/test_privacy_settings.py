"""For whom each part of a member's page is: choosing it."""

import re

import pytest
from django.test import Client

from accounts.models import Audience, Member, Part

pytestmark = pytest.mark.django_db
URL = "/settings/privacy/"


@pytest.fixture
def page(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def chosen(**changes: str) -> dict[str, str]:
    return {**{part.column: "everyone" for part in Part}, **changes}


def test_every_part_has_a_choice_and_says_what_it_means(page: Client) -> None:
    words = page.get(URL).text
    for part in Part:
        found = re.search(
            rf'<fieldset[^>]*aria-describedby="id_{part.column}_helptext">.*?</fieldset>', words, re.DOTALL
        )
        assert found, part
        assert re.findall(r'value="(\w+)"', found[0]) == Audience.values
        assert found[0].count("checked") == 1
        meaning = re.search(r'_helptext">([^<]+)<', found[0].split(">", 1)[1])
        assert meaning
        assert len(meaning[1]) > 15


def test_what_is_chosen_is_kept_and_said(page: Client, alice: Member) -> None:
    posted = chosen(votes_for="me", diary_for="followers", approves_followers="on")
    assert "Saved." in page.post(URL, posted, follow=True).text
    alice.refresh_from_db()
    assert {part: alice.audience_of(part) for part in Part} == {
        **dict.fromkeys(Part, Audience.EVERYONE),
        Part.VOTES: Audience.ME,
        Part.DIARY: Audience.FOLLOWERS,
    }
    assert alice.approves_followers
    page.post(URL, chosen())
    alice.refresh_from_db()
    assert not alice.approves_followers


@pytest.mark.parametrize("value", ["friends", "", "\x00", "9" * 500])
def test_a_choice_that_does_not_exist_changes_nothing_and_keeps_the_others(
    page: Client, alice: Member, value: str
) -> None:
    answer = page.post(URL, chosen(votes_for=value, diary_for="me"))
    assert answer.status_code in (400, 422)
    if answer.status_code == 422:
        diary = re.search(r'name="diary_for" value="me"[^>]*', answer.text)
        assert diary
        assert "checked" in diary[0]
    alice.refresh_from_db()
    assert (alice.votes_for, alice.diary_for) == (Audience.EVERYONE, Audience.EVERYONE)


def test_strangers_sign_in_first(client: Client) -> None:
    assert client.get(URL).status_code == 302


@pytest.mark.parametrize("path", ["votes", "diary", "watchlist", "statistics", "follows"])
def test_what_is_for_nobody_else_is_no_page_for_strangers(page: Client, alice: Member, path: str) -> None:
    address = f"/members/{alice.username}/{path}/"
    assert Client().get(address).status_code == 200
    page.post(URL, chosen(**{f"{path}_for": "me"}))
    assert Client().get(address).status_code == 404
    assert page.get(address).status_code == 200


def test_scores_are_hidden_on_request(page: Client, alice: Member) -> None:
    assert 'name="hides_scores"' in page.get("/settings/").text
    page.post("/settings/", {"hides_scores": "on"})
    alice.refresh_from_db()
    assert alice.hides_scores


@pytest.mark.parametrize(
    "path", ["/settings/", "/settings/picture/", URL, "/accounts/email/", "/accounts/sessions/"]
)
def test_every_page_of_settings_leads_to_the_others_and_marks_itself(page: Client, path: str) -> None:
    words = page.get(path).text
    for other in ("/settings/", "/settings/picture/", URL, "/accounts/email/", "/accounts/2fa/"):
        assert f'<a href="{other}"' in words
    assert f'<a href="{path}" aria-current="page">' in words
