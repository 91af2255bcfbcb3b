import pytest
from django.contrib.auth.models import Permission
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import DemoMail, Member
from reviews.urls_engines import urlpatterns as staff_urls
from reviews.urls_moderation import urlpatterns as moderation_urls
from tests.factories import make_member

OPEN_TO_MEMBERS = {
    "log",
    "log-feed",
    "statistics",
    "statistics-csv",
    "statements",
    "statement",
    "statement-text",
    "statement-about",
    "statement-answer",
    "appeal",
    "question",
    "mine",
}


@pytest.mark.parametrize("pattern", moderation_urls, ids=lambda pattern: pattern.name)
def test_every_moderation_page_passes_the_door_unless_it_is_meant_for_members(pattern) -> None:
    guarded = getattr(pattern.callback, "is_guarded_for_moderators", False)
    assert guarded == (pattern.name not in OPEN_TO_MEMBERS), pattern.name


@pytest.mark.parametrize("pattern", staff_urls, ids=lambda pattern: pattern.name)
def test_every_page_of_the_staff_passes_the_door(pattern) -> None:
    assert getattr(pattern.callback, "is_guarded_for_staff", False), pattern.name


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/engines/", "/engines/backfills/"])
def test_the_page_of_the_engines_is_for_staff_with_a_second_factor(
    client: Client, alice: Member, mona: Member, sofie: Member, address: str
) -> None:
    assert client.get(address)["Location"].startswith("/accounts/login/")
    for member in (alice, mona):
        client.force_login(member)
        assert client.get(address).status_code == 404
    client.force_login(sofie)
    assert client.get(address)["Location"] == reverse("mfa_index")
    with override_settings(FILMSITE_STAFF_NEEDS_MFA=False):
        assert client.get(address).status_code == 200
        Member.objects.filter(pk=sofie.pk).update(suspended_at=timezone.now())
        assert client.get(address).status_code == 404


@pytest.mark.django_db
def test_a_stranger_sees_no_queue(client: Client, alice: Member) -> None:
    assert client.get("/moderation/").status_code == 302
    client.force_login(alice)
    assert client.get("/moderation/").status_code == 404


@pytest.mark.django_db
def test_a_moderator_without_a_second_factor_is_asked_for_one(client: Client, mona: Member) -> None:
    client.force_login(mona)
    assert client.get("/moderation/")["Location"] == reverse("mfa_index")
    with override_settings(FILMSITE_STAFF_NEEDS_MFA=False):
        assert client.get("/moderation/").status_code == 200


@pytest.mark.django_db
def test_the_admin_is_for_staff_with_a_second_factor(client: Client, alice: Member, sofie: Member) -> None:
    assert client.get("/admin/")["Location"].startswith("/admin/login/")
    assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")
    client.force_login(alice)
    assert client.get("/admin/").status_code == 404
    client.force_login(sofie)
    assert client.get("/admin/")["Location"] == reverse("mfa_index")
    with override_settings(FILMSITE_STAFF_NEEDS_MFA=False):
        assert client.get("/admin/").status_code == 200


@pytest.mark.django_db
def test_mail_of_the_demo_is_read_on_a_page_that_exists_in_the_demo_only(client: Client) -> None:
    DemoMail.objects.create(recipients="a@example.org", subject="Your code", body="K7P2QX")
    assert client.get("/demo/mail/").status_code == 404
    with override_settings(FILMSITE_DEMO=True):
        assert "K7P2QX" in client.get("/demo/mail/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/films/?year=\x00",
        "/films/?year=99999999999999999999999",
        "/films/99999999999999999999999-x/",
        "/search/?q=a%00b",
        "/members/a%00b/",
    ],
)
def test_broken_input_is_a_bad_request_and_never_an_error(client: Client, address: str) -> None:
    assert client.get(address).status_code == 400


@pytest.mark.django_db
def test_a_nul_in_a_form_is_a_bad_request(client: Client) -> None:
    assert client.post("/accounts/login/", {"login": "a\x00b", "password": "x"}).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/films/",
        "/shows/",
        "/top/",
        "/search/?q=heat",
        "/about/",
        "/rules/",
        "/moderation/log/",
        "/moderation/log/feed/",
        "/moderation/statistics/",
        "/moderation/statistics/figures.csv",
        "/notice/",
        "/healthz",
    ],
)
def test_anonymous_pages_set_no_cookie_and_say_what_they_vary_on(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert not answer.cookies
    assert "Accept-Language" in answer["Vary"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


@pytest.mark.django_db
def test_choosing_a_language_sets_the_only_cookie_and_leads_back(client: Client) -> None:
    assert client.get("/about/", headers={"accept-language": "nl"})["Content-Language"] == "nl"
    answer = client.post("/language/", {"language": "nl", "next": "/about/"})
    assert answer["Location"] == "/about/"
    assert client.get("/about/")["Content-Language"] == "nl"
    assert (
        client.post("/language/", {"language": "nl", "next": "https://elsewhere.example/"})["Location"] == "/"
    )


@pytest.mark.django_db
def test_health_pages_answer(client: Client) -> None:
    assert client.get("/healthz").content == b"ok"
    assert client.get("/readyz").json() == {"ready": True, "database": True, "cache": True}


@pytest.mark.django_db
def test_a_prefix_that_a_server_was_told_of_opens_no_side_door(client: Client, sofie: Member) -> None:
    client.force_login(sofie)
    answer = client.get("/admin/", SCRIPT_NAME="/x")
    assert answer.status_code == 302
    assert "2fa" in answer["Location"] or "mfa" in answer["Location"]


@pytest.mark.django_db
def test_a_clerk_gives_no_rights_and_takes_over_no_account(
    client: Client, alice: Member, sofie: Member, mona: Member, settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    clerk = make_member("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_member", "change_member"]))
    client.force_login(clerk)
    for member in (sofie, mona, clerk):
        url = f"/admin/accounts/member/{member.pk}/change/"
        assert client.post(url, {"email": "evil@example.org", "sections": "films"}).status_code == 403
    page = client.get(f"/admin/accounts/member/{alice.pk}/change/").content.decode()
    for field in ("email", "sections", "is_staff", "is_superuser", "username"):
        assert f'name="{field}"' not in page
    client.post(
        f"/admin/accounts/member/{alice.pk}/change/", {"email": "evil@example.org", "is_active": "on"}
    )
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


@pytest.mark.django_db
def test_a_superuser_grants_a_section(client: Client, alice: Member, sofie: Member, settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    answer = client.post(
        f"/admin/accounts/member/{alice.pk}/change/", {"sections": "films", "reads": "", "is_active": "on"}
    )
    assert answer.status_code == 302, answer.context["errors"]
    alice.refresh_from_db()
    assert alice.sections == ["films"]
