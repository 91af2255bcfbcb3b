"""What stands elsewhere too in the words of a list is put right with one click, saves nothing by itself, and loses no word."""

import re
from html import unescape

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import Member
from reviews.models import TitleList
from tests.factories import make_list
from tests.reviews.copydetect.texts import BY_BOB, prose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_bob")]

ELSEWHERE = BY_BOB
OWN = prose(30, 42)
FORM = {"name": "Mine", "description": f"{OWN}\n\n{ELSEWHERE}", "audience": "everyone"}


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
