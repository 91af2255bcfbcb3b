"""The picture of a member: sent, shown everywhere, exchanged, taken off and put back."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from accounts.services.pictures import delete_orphans, erase_picture, set_picture
from accounts.tasks import delete_orphaned_pictures
from filmsite.lib.images import Rendition
from filmsite.templatetags.filmsite import avatar
from tests.factories import make_review, make_title
from tests.lib.pictures import opened, picture

pytestmark = pytest.mark.django_db
URL = "/settings/picture/"


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path / "media")
    return tmp_path / "media"


@pytest.fixture
def page(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def upload(data: BytesIO | None = None, name: str = "me.jpg") -> dict[str, SimpleUploadedFile]:
    return {"upload": SimpleUploadedFile(name, (data or picture()).getvalue(), content_type="text/html")}


def files(media: Path) -> list[str]:
    return sorted(path.name for path in media.rglob("*.webp"))


def test_a_picture_that_was_sent_is_kept_as_squares_under_a_name_that_says_nothing(
    page: Client, alice: Member, media: Path
) -> None:
    answer = page.post(URL, upload(name="../../alice.php"), follow=True)
    assert "This is your picture now." in answer.text
    alice.refresh_from_db()
    assert re.fullmatch(r"members/[0-9a-f]{32}-256\.webp", alice.avatar)
    kept = {opened(path.read_bytes()).size for path in media.rglob("*.*")}
    assert kept == {(48, 48), (96, 96), (256, 256)}
    assert f'src="/media/{alice.avatar.replace("256", "96")}"' in answer.text


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (BytesIO(b"<script>alert(1)</script>"), "me.png", "not a JPEG, PNG, WebP or GIF"),
        (BytesIO(b""), "me.png", "empty"),
        (picture(size=(95, 300)), "me.jpg", "at least 96 pixels"),
        (BytesIO(picture().getvalue()[:900]), "me.jpg", "damaged"),
    ],
    ids=["script", "empty", "small", "cut"],
)
def test_what_cannot_be_a_picture_comes_back_with_the_reason(
    page: Client, alice: Member, media: Path, data: BytesIO, name: str, said: str
) -> None:
    answer = page.post(URL, upload(data, name))
    assert (answer.status_code, said in answer.text) == (422, True)
    assert 'id="id_upload_error"' in answer.text
    alice.refresh_from_db()
    assert (alice.avatar, files(media)) == ("", [])


def test_no_file_at_all_is_said_too(page: Client) -> None:
    assert page.post(URL).status_code == 422


def test_another_picture_takes_the_place_of_the_first_whose_files_go(
    page: Client,
    alice: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        page.post(URL, upload())
    first = files(media)
    with django_capture_on_commit_callbacks(execute=True):
        page.post(URL, upload(picture("GIF", size=(150, 150))))
    alice.refresh_from_db()
    assert alice.avatar.endswith("-150.webp")
    assert len(files(media)) == 3
    assert not set(files(media)) & set(first)


def test_a_picture_taken_off_can_be_put_back(page: Client, alice: Member) -> None:
    page.post(URL, upload())
    alice.refresh_from_db()
    name = alice.avatar
    answer = page.post(f"{URL}remove/", follow=True)
    assert "Put it back" in answer.text
    alice.refresh_from_db()
    assert alice.avatar == ""
    assert "Your picture is back." in page.post(f"{URL}restore/", follow=True).text
    alice.refresh_from_db()
    assert alice.avatar == name
    assert "That picture is gone." in page.post(f"{URL}restore/", follow=True).text


def test_what_was_taken_off_is_gone_once_its_files_are_or_another_picture_came(
    page: Client, alice: Member, media: Path
) -> None:
    page.post(URL, upload())
    page.post(f"{URL}remove/")
    other = Client()
    other.force_login(alice)
    assert "Put it back" not in other.get(URL).text  # only where it was taken off
    page.post(URL, upload(picture(size=(200, 200))))
    assert len(files(media)) == 3
    page.post(f"{URL}remove/")
    for path in media.rglob("*.webp"):
        path.unlink()
    assert "That picture is gone." in page.post(f"{URL}restore/", follow=True).text
    alice.refresh_from_db()
    assert alice.avatar == ""


def test_who_is_suspended_takes_their_picture_off_and_shows_no_other(client: Client, sam: Member) -> None:
    set_picture(member=sam, made=[Rendition(width, width, b"RIFF") for width in (48, 96, 256)])
    client.force_login(sam)
    assert 'type="file"' not in client.get(URL).text
    assert client.post(URL, upload()).status_code == 403
    client.post(f"{URL}remove/")
    sam.refresh_from_db()
    assert sam.avatar == ""
    client.post(f"{URL}restore/")
    sam.refresh_from_db()
    assert sam.avatar == ""


def test_pictures_are_sent_at_a_measured_pace(page: Client, settings: Settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "picture": "1/hour"}
    page.post(URL, upload())
    answer = page.post(URL, upload())
    assert (answer.status_code, "Retry-After" in answer.headers) == (429, True)
    assert page.get(URL).status_code == 200


@pytest.mark.parametrize("path", ["", "remove/", "restore/"])
def test_strangers_sign_in_first(client: Client, path: str) -> None:
    assert client.post(URL + path).status_code == 302


def test_files_that_nobody_names_are_deleted_and_new_ones_are_spared(alice: Member, media: Path) -> None:
    assert delete_orphans() == 0  # no folder yet
    set_picture(member=alice, made=[Rendition(width, width, b"RIFF") for width in (48, 96, 256)])
    orphan = default_storage.save("members/0123456789abcdef-96.webp", ContentFile(b"RIFF"))
    assert delete_orphans() == 0
    later = timezone.now() + timedelta(hours=2)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        delete_orphaned_pictures()
    assert not default_storage.exists(orphan)
    assert len(files(media)) == 3


def test_a_picture_is_erased_with_all_its_files(
    alice: Member, media: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    set_picture(member=alice, made=[Rendition(width, width, b"RIFF") for width in (48, 96, 200)])
    with django_capture_on_commit_callbacks(execute=True):
        erase_picture(member=alice)
    assert (alice.avatar, files(media)) == ("", [])


# --- How it is shown ------------------------------------------------------------------------------------------------


def test_a_picture_comes_as_a_picture_and_as_nothing_else(
    page: Client, alice: Member, client: Client, media: Path
) -> None:
    page.post(URL, upload())
    alice.refresh_from_db()
    answer = Client().get(f"/media/{alice.avatar}")
    assert (answer.headers["Content-Type"], answer.headers["X-Content-Type-Options"]) == (
        "image/webp",
        "nosniff",
    )
    (media / "page.html").write_text("<script>alert(1)</script>")
    assert Client().get("/media/page.html").status_code == 404
    assert Client().get("/media/../settings.py").status_code == 404


def test_an_avatar_is_the_picture_in_the_size_that_is_needed() -> None:
    member = SimpleNamespace(username="alice", avatar="members/ab-256.webp")
    assert avatar(member) == (
        '<img class="avatar" src="/media/members/ab-48.webp" srcset="/media/members/ab-96.webp 2x"'
        ' alt="" width="40" height="40" loading="lazy">'
    )
    assert 'src="/media/members/ab-96.webp" srcset="/media/members/ab-256.webp 2x"' in avatar(member, "large")
    assert 'width="28"' in avatar(member, "small")
    member.avatar = ""
    assert ">AL<" not in avatar(member)
    assert ">A<" in avatar(member)


def test_a_kept_message_shows_the_picture_that_its_author_has_now(alice: Member) -> None:
    film = make_title()
    make_review(film, author=alice)
    reader = Client()
    assert '<img class="avatar' not in reader.get(film.get_absolute_url()).text
    Member.objects.filter(pk=alice.pk).update(avatar="members/ab-256.webp")
    assert "members/ab-48.webp" in reader.get(film.get_absolute_url()).text
    Member.objects.filter(pk=alice.pk).update(avatar="members/cd-256.webp")
    shown = reader.get(film.get_absolute_url()).text
    assert "members/cd-48.webp" in shown
    assert "members/ab-48.webp" not in shown


def test_who_leaves_keeps_their_own_picture_in_the_head_of_the_page(client: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(
        closing_at=timezone.now() + timedelta(days=3), avatar="members/a-256.webp"
    )
    client.force_login(alice)
    head = client.get("/about/").text.partition("<main")[0]
    assert "members/a-" in head
    alice.refresh_from_db()
    assert "members/a-" not in avatar(alice)
