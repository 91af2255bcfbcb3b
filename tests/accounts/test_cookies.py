"""What a cookie may hold, and when one is given."""

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import Member

NUL = r'"\000aaaaaaaaaaaa"'


def cookie_header(name: str, value: str) -> dict[str, str]:
    return {"cookie": f"{name}={value}"}


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/films/", "/accounts/login/"])
def test_a_session_cookie_with_a_nul_is_a_bad_request_and_is_taken_away(client: Client, address: str) -> None:
    answer = client.get(address, headers=cookie_header(settings.SESSION_COOKIE_NAME, NUL))
    assert answer.status_code == 400
    taken = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (taken.value, taken["max-age"]) == ("", 0)
    assert list(answer.cookies) == [settings.SESSION_COOKIE_NAME]


@pytest.mark.django_db
@pytest.mark.parametrize("name", [settings.LANGUAGE_COOKIE_NAME, settings.CSRF_COOKIE_NAME])
def test_no_other_cookie_of_ours_with_a_nul_breaks_a_page(client: Client, name: str) -> None:
    answer = client.get("/", headers=cookie_header(name, NUL))
    assert answer.status_code == 400
    assert answer.cookies[name]["max-age"] == 0


@pytest.mark.django_db
def test_a_cookie_that_is_not_ours_locks_nobody_out(client: Client) -> None:
    assert client.get("/", headers=cookie_header("somebody-elses", NUL)).status_code == 200


# --- The language ---------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_looking_at_the_languages_gives_no_cookie_and_choosing_gives_one() -> None:
    client = Client(enforce_csrf_checks=True)
    page = client.get("/language/?next=/about/")
    assert page.status_code == 200
    assert not page.cookies
    answer = client.post(
        "/language/", {"language": "nl", "next": "/about/"}, headers={"origin": "http://testserver"}
    )
    assert answer["Location"] == "/about/"
    assert list(answer.cookies) == [settings.LANGUAGE_COOKIE_NAME]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
        {"origin": "http://testserver:81"},
        {"origin": "http://testserver", "sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_cannot_choose_the_language_of_a_member(alice: Member, headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    answer = client.post("/language/", {"language": "nl"}, headers=headers)
    assert answer.status_code == 403
    assert settings.LANGUAGE_COOKIE_NAME not in answer.cookies
    alice.refresh_from_db()
    assert alice.interface_language == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "same-origin"}, {"origin": "http://testserver", "sec-fetch-site": "same-origin"}, {}],
)
def test_a_member_chooses_on_our_own_page(alice: Member, headers: dict[str, str]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/language/", {"language": "nl"}, headers=headers).status_code == 302
    alice.refresh_from_db()
    assert alice.interface_language == "nl"
