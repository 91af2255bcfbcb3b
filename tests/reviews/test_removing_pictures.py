"""A moderator of members removes a picture: with a reason, in the open, and told to the member."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from accounts.services.pictures import set_picture
from filmsite.lib.images import Rendition
from reviews.models import LogEntry, Notification
from reviews.services.removing_pictures import remove_picture
from tests.factories import make_member

pytestmark = pytest.mark.django_db
URL = "/moderation/pictures/alice/"
REASON = "A picture that shames somebody."


@pytest.fixture
def warden(settings: Settings) -> Member:
    """A moderator of members whose powers are in force."""
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    return make_member("warden", sections=["members"])


@pytest.fixture
def media(settings: Settings, tmp_path: Path, alice: Member) -> Path:
    """Where Alice's picture lies."""
    settings.MEDIA_ROOT = str(tmp_path)
    set_picture(member=alice, made=[Rendition(width, width, b"RIFF") for width in (48, 96, 256)])
    return tmp_path


def test_a_picture_is_removed_with_a_reason_that_everybody_can_read(
    client: Client,
    warden: Member,
    alice: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client.force_login(warden)
    assert f'href="{URL}"' in client.get(alice.get_absolute_url()).text
    assert client.post(URL, {"reason": " "}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(URL, {"reason": REASON}).status_code == 302
    alice.refresh_from_db()
    assert (alice.avatar, list(media.rglob("*.webp"))) == ("", [])
    log = Client().get("/moderation/log/").text
    assert "A member&#x27;s picture was removed" in log or "A member's picture was removed" in log
    assert REASON in log
    assert alice.username not in log
    client.force_login(alice)
    news = client.get("/notifications/").text
    assert "A moderator removed your picture" in news
    assert REASON in news


def test_removing_it_twice_is_said_and_logged_once(warden: Member, alice: Member, media: Path) -> None:
    assert remove_picture(member=alice, moderator=warden, reason=REASON)
    assert not remove_picture(member=alice, moderator=warden, reason=REASON)
    assert LogEntry.objects.filter(verb="reviews.member.picture_removed").count() == 1
    assert Notification.objects.filter(recipient=alice).count() == 1


def test_moderators_of_other_sections_and_members_find_no_such_page(
    client: Client, warden: Member, alice: Member, mona: Member, media: Path
) -> None:
    for somebody in (mona, alice):
        client.force_login(somebody)
        assert client.post(URL, {"reason": REASON}).status_code == 404
        assert f'href="{URL}"' not in client.get(alice.get_absolute_url()).text
        with pytest.raises(PermissionDenied):
            remove_picture(member=alice, moderator=somebody, reason=REASON)
    client.force_login(warden)
    assert client.post("/moderation/pictures/warden/", {"reason": REASON}).status_code == 404
    alice.refresh_from_db()
    assert alice.avatar
