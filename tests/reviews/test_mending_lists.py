"""What stands elsewhere too in the words of a list is put right with one click, saves nothing by itself, and loses no word."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from reviews.models import TitleList
from reviews.services.indexing import index_portion, note_text
from tests.factories import make_list, make_review, make_title
from tests.reviews.copydetect.texts import prose

pytestmark = pytest.mark.django_db

ELSEWHERE = prose(80, 41)
OWN = prose(30, 42)
FORM = {"name": "Mine", "description": f"{OWN}\n\n{ELSEWHERE}", "audience": "everyone"}


@pytest.fixture(autouse=True)
def by_bob(bob: Member) -> None:
    written_at = timezone.now() - timedelta(days=3)
    note_text(make_review(make_title("Heat"), bob, ELSEWHERE, created_at=written_at))
    index_portion()


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def field(answer: HttpResponse, name: str) -> str:
    """What stands in a field of several lines."""
    found = re.search(
        rf'<textarea name="{name}"[^>]*>\n?(.*?)</textarea>', answer.content.decode(), re.DOTALL
    )
    return unescape(found[1]).strip() if found else ""


def test_the_passage_is_taken_out_and_kept_beside_the_form(writing: Client) -> None:
    asked = writing.post("/lists/new/", FORM)
    assert 'id="list-send">Save it as it is' in asked.content.decode()
    answer = writing.post("/lists/new/", FORM | {"notice_seen": "1", "mend": "1:remove"})
    assert answer.status_code == 200
    assert "The passage is out of your text. Nothing is saved yet." in answer.content.decode()
    assert field(answer, "description") == OWN
    assert field(answer, "cut") == ELSEWHERE
    assert not TitleList.objects.exists()
    sent = {"name": "Mine", "description": field(answer, "description"), "audience": "everyone"}
    assert writing.post("/lists/new/", sent | {"cut": field(answer, "cut")}).status_code == 302
    assert TitleList.objects.get().description == OWN


def test_a_quotation_of_a_list_is_plain_words_between_marks_and_raises_no_question(
    writing: Client, alice: Member
) -> None:
    made = make_list(alice, name="Mine", description=OWN)
    address = f"/lists/{made.pk}/edit/"
    asked = writing.post(address, FORM).content.decode()
    assert ">Make it a quote</button>" in asked
    assert 'value="1:first"' not in asked, "no link stands in plain words"
    answer = writing.post(address, FORM | {"mend": "1:quote"})
    quoted = field(answer, "description")
    first = " ".join(ELSEWHERE.split()[:25])
    assert quoted == f"{OWN}\n\n“{first.rstrip(',')}…” (bob)"
    assert "It is a quotation now, with its source." in answer.content.decode()
    made.refresh_from_db()
    assert made.description == OWN
    assert writing.post(address, FORM | {"description": quoted}).status_code == 302
    made.refresh_from_db()
    assert made.description == quoted


def test_a_button_that_is_not_there_saves_nothing_and_changes_nothing(writing: Client) -> None:
    for verb in ("9:remove", "remove", "1:burn"):
        answer = writing.post("/lists/new/", FORM | {"notice_seen": "1", "mend": verb})
        assert field(answer, "description") == FORM["description"]
    assert not TitleList.objects.exists()


def test_words_are_mended_while_something_else_is_wrong_with_the_form(writing: Client) -> None:
    answer = writing.post("/lists/new/", FORM | {"name": "", "mend": "1:remove", "cut": "Cut before."})
    assert field(answer, "description") == OWN
    assert field(answer, "cut") == f"Cut before.\n\n{ELSEWHERE}"
