"""The pages of imports: sending, looking, choosing, taking over, undoing; and nobody else's."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import get_language, override
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from films.services.search_names import refresh_search_names
from reviews.models import ImportRow, ImportState, MemberImport, Vote
from reviews.services import bringing_in
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_title, make_vote
from tests.reviews.bringing_files import RATINGS, letterboxd_list, table

pytestmark = pytest.mark.django_db

HEAT = ["2020-01-02", "Heat", "1995", "u", "3.5"]
SLIP = ["2020-01-02", "Heat", "1996", "u", "3.5"]
NOWHERE = ["2020-01-02", "=Nowhere at all", "1996", "u", "3.5"]


@pytest.fixture
def heat(db: None) -> Title:
    heat = make_title("Heat", year=1995)
    refresh_search_names(title_ids=[heat.pk])
    return heat


@pytest.fixture
def signed_in(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def send(client: Client, content: bytes, name: str = "ratings.csv") -> Any:
    return client.post("/imports/", {"file": SimpleUploadedFile(name, content)})


def sent(client: Client, *rows: list[str]) -> MemberImport:
    """An import that was sent and read."""
    response = send(client, table(RATINGS, *rows))
    assert response.status_code == 302, response.content.decode()
    row = MemberImport.objects.latest("pk")
    assert response["Location"] == f"/imports/{row.pk}/"
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    return row


def taken_over(client: Client, *rows: list[str]) -> MemberImport:
    """An import that was sent, read, ordered and written."""
    row = sent(client, *rows)
    client.post(f"/imports/{row.pk}/commit/")
    bringing_in.commit_import(row.pk)
    return row


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_a_file_is_sent_looked_at_taken_over_and_undone(signed_in: Client, heat: Title) -> None:
    send(signed_in, table(RATINGS, HEAT, NOWHERE))
    row = MemberImport.objects.get()
    waiting = page(signed_in, f"/imports/{row.pk}/")
    assert "is being read" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    bringing_in.read_import(row.pk)
    preview = page(signed_in, f"/imports/{row.pk}/")
    assert "1 row has its title" in preview
    assert "<td>3.5</td>" in preview
    assert "3½" in preview
    assert 'aria-current="page">Not found <small>1</small>' in preview
    assert signed_in.post(f"/imports/{row.pk}/commit/").status_code == 302
    assert "is being taken over" in page(signed_in, f"/imports/{row.pk}/")
    bringing_in.commit_import(row.pk)
    report = page(signed_in, f"/imports/{row.pk}/")
    assert "What was taken over" in report
    assert "This title is not in the catalogue" in report
    assert Vote.objects.get().value == 7
    lines = b"".join(signed_in.get(f"/imports/{row.pk}/left-out.csv")).decode()
    # A spreadsheet must not take it for a formula; it is stored as it came.
    assert "ratings.csv,3,vote,'=Nowhere at all (1996)" in lines
    assert ImportRow.objects.get(outcome="refused").named["name"] == "=Nowhere at all"
    signed_in.post(f"/imports/{row.pk}/undo/")
    bringing_in.undo_import(row.pk)
    assert "What the undo did" in page(signed_in, f"/imports/{row.pk}/")
    assert not Vote.objects.exists()


def test_what_was_left_out_is_said_in_the_readers_language(
    client: Client, alice: Member, heat: Title
) -> None:
    alice.interface_language = "nl"
    alice.save()
    client.force_login(alice)
    row = taken_over(client, NOWHERE)
    response = client.get(f"/imports/{row.pk}/left-out.csv")
    with override("en"):
        heading = b"".join(response).decode().split("\r\n")[0]
        assert get_language() == "en"
    assert heading == "\ufeffBestand,Regel,Wat,Titel,Waarom"


def test_a_work_that_is_not_certain_is_chosen_or_left_out(signed_in: Client, heat: Title) -> None:
    row = sent(signed_in, SLIP)
    assert "Heat (1995)" in page(signed_in, f"/imports/{row.pk}/")
    assert signed_in.post(f"/imports/{row.pk}/works/1/", {"title": heat.pk}).status_code == 302
    assert ImportRow.objects.get().title == heat
    signed_in.post(f"/imports/{row.pk}/works/1/", {"leave_out": "on"})
    assert ImportRow.objects.get().match == "skipped"
    response = signed_in.post(f"/imports/{row.pk}/works/1/", {"title": 10**9})
    assert response.status_code == 422
    assert response.content.decode().count('role="alert"') >= 1


def test_a_work_that_is_missing_is_looked_for(signed_in: Client, heat: Title) -> None:
    row = sent(signed_in, NOWHERE)
    assert "Nothing is called like that here" in page(signed_in, f"/imports/{row.pk}/works/1/")
    assert f'name="title" value="{heat.pk}"' in page(signed_in, f"/imports/{row.pk}/works/1/?q=heat")


def test_the_first_candidates_are_taken_with_one_button(signed_in: Client, heat: Title) -> None:
    row = sent(signed_in, SLIP)
    response = signed_in.post(f"/imports/{row.pk}/first/", follow=True)
    assert "1 row has its title now." in response.content.decode()


def test_other_stars_here_are_asked_about_once(signed_in: Client, alice: Member, heat: Title) -> None:
    make_vote(heat, alice, 2)
    row = sent(signed_in, HEAT)
    asked = page(signed_in, f"/imports/{row.pk}/")
    assert "1 title has other stars from you here." in asked
    assert "What has no date in the file is never the newer one." in asked
    assert signed_in.post(f"/imports/{row.pk}/commit/", {"conflicts": "nonsense"}).status_code == 422
    signed_in.post(f"/imports/{row.pk}/commit/", {"conflicts": "file"})
    bringing_in.commit_import(row.pk)
    assert Vote.objects.get().value == 7


def test_the_same_file_is_recognised(signed_in: Client, heat: Title) -> None:
    taken_over(signed_in, HEAT)
    assert "You took this very file over" in page(signed_in, f"/imports/{sent(signed_in, HEAT).pk}/")


def test_what_is_left_of_a_list_is_said(signed_in: Client, heat: Title) -> None:
    content = letterboxd_list("Cool", ["1", "Heat", "1995", "u", "x"], description="x" * 2_001)
    send(signed_in, content.replace(b"2020-02-03", b"yesterday"), "cool.csv")
    row = MemberImport.objects.get()
    bringing_in.read_import(row.pk)
    preview = page(signed_in, f"/imports/{row.pk}/")
    assert "cool.csv: the day of the list “Cool”, for “yesterday” is none" in preview
    assert "what the description of the list “Cool” says behind its first 2,000 characters" in preview


def test_an_import_is_thrown_away(signed_in: Client, heat: Title) -> None:
    row = sent(signed_in, HEAT)
    assert signed_in.post(f"/imports/{row.pk}/discard/").headers["Location"] == "/imports/"
    assert not MemberImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "The file is empty."),
        (b"   \n", "a.csv", "The file is empty."),
        (b"a,b\n1,2\n", "a.csv", "looks like an export"),
        (b"\x1f\x8b\x08\x00", "a.csv.gz", "packed with gzip"),
        (b"PK\x03\x04 and no more", "a.zip", "damaged or was cut off"),
        (b"\x89PNG\r\n\x1a\n", "ratings.csv", "no export that we know"),
        (b"%PDF-1.7", "a.pdf", "no export that we know"),
    ],
)
def test_what_is_no_export_is_said_at_once(signed_in: Client, content: bytes, name: str, said: str) -> None:
    response = send(signed_in, content, name)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not MemberImport.objects.exists()


def test_a_file_that_is_too_large_is_said_at_once(signed_in: Client, settings: Settings) -> None:
    settings.FILMSITE_BRING_MAX_BYTES = 1 << 20
    response = send(signed_in, b"x" * ((1 << 20) + 1))
    assert "larger than 1 MB" in response.content.decode()


def test_who_has_three_imports_open_is_told_so(signed_in: Client, heat: Title) -> None:
    for _ in range(3):
        sent(signed_in, HEAT)
    response = send(signed_in, table(RATINGS, HEAT))
    assert response.status_code == 422
    assert "You have 3 imports that are not finished." in response.content.decode()


def test_a_form_without_a_file_asks_for_one(signed_in: Client) -> None:
    assert "Choose a file first." in signed_in.post("/imports/").content.decode()


PATHS = ["", "commit/", "first/", "discard/", "undo/", "works/1/", "left-out.csv"]


@pytest.mark.parametrize("path", PATHS)
def test_imports_of_others_are_not_there(signed_in: Client, client: Client, heat: Title, path: str) -> None:
    row = sent(signed_in, SLIP)
    client.force_login(make_member("mallory"))
    method = client.get if path in {"", "works/1/", "left-out.csv"} else client.post
    assert method(f"/imports/{row.pk}/{path}").status_code == 404
    row.refresh_from_db()
    assert row.state == ImportState.PREVIEW


@pytest.mark.parametrize("path", ["/imports/", "/imports/1/", "/imports/1/left-out.csv"])
def test_nobody_sees_imports_without_signing_in(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 302


def test_a_suspended_member_sends_nothing_but_may_undo(client: Client, heat: Title) -> None:
    sam = make_member("sam")
    client.force_login(sam)
    row = taken_over(client, HEAT)
    sam.suspended_at = sam.date_joined
    sam.save()
    assert "Your account is suspended" in page(client, "/imports/")
    send(client, table(RATINGS, HEAT))
    assert MemberImport.objects.count() == 1
    client.post(f"/imports/{row.pk}/undo/")
    bringing_in.undo_import(row.pk)
    assert not Vote.objects.exists()


def test_the_preview_asks_as_much_for_one_work_as_for_many(
    signed_in: Client, alice: Member, heat: Title
) -> None:
    row = sent(signed_in, SLIP)
    number = iter(range(10, 100))

    def more() -> None:
        for match in ("unsure", "missing", "sure"):
            place = next(number)
            ImportRow.objects.create(
                of=row,
                number=place,
                kind="vote",
                file="a",
                line=place,
                named={"name": f"Film {place}"},
                work=f"film {place}",
                data={"value": 3},
                match=match,
                title=make_title() if match == "sure" else None,
                candidates=[make_title().pk] if match == "unsure" else [],
            )

    for tab in ("unsure", "missing", "found"):
        assert_flat_queries(signed_in, more, f"/imports/{row.pk}/?show={tab}", at_most=14)


@pytest.mark.parametrize("path", ["/imports/", "/imports/{pk}/", "/settings/data/"])
def test_no_page_loads_all_that_an_import_says_of_lists(signed_in: Client, heat: Title, path: str) -> None:
    row = sent(signed_in, HEAT)
    with CaptureQueriesContext(connection) as asked:
        page(signed_in, path.format(pk=row.pk))
    assert not [query["sql"] for query in asked if '"reviews_memberimport"."lists"' in query["sql"]]


def test_the_list_of_imports_asks_as_much_for_one_as_for_many(signed_in: Client, alice: Member) -> None:
    assert_flat_queries(
        signed_in,
        lambda: MemberImport.objects.create(member=alice, source="imdb", file_name="a", file_hash="b"),
        "/imports/",
        at_most=8,
    )
