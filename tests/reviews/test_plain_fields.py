"""Of words that stand elsewhere too, whoever writes a list, a note in it or about themselves is told while they write, and once
when they save.
"""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Audience, Member
from reviews import plain_fields
from reviews.models import Case, CaseFlag, DelayedScreening, KnownText, ListEntry, OwnWords, TitleList
from reviews.services.screening_later import screen_delayed
from tests.factories import make_known_message, make_list, make_member, make_title
from tests.reviews.copydetect.texts import BY_BOB, prose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("by_bob")]

# As much as a profile takes: forty-odd words.
ELSEWHERE = " ".join(BY_BOB.split()[:44])
BY_CARL = prose(80, 44)
TOLD = "Some of these words also stand elsewhere."


@pytest.fixture
def by_carl() -> KnownText:
    return make_known_message(make_member("carl"), BY_CARL)


@pytest.fixture
def mine(alice: Member) -> TitleList:
    return make_list(alice, make_title("Ran"), name="Mine")


def place_of(kind: str, mine: TitleList) -> tuple[str, str]:
    """Where a field is looked at while somebody writes in it, and what it is called."""
    return {
        "a new list": ("/compose/check/lists/", "description"),
        "a list": (f"/compose/check/lists/{mine.pk}/", "description"),
        "a note": (f"/compose/check/lists/{mine.pk}/entries/{mine.entries.get().pk}/", "note"),
        "a profile": ("/compose/check/about/", "about"),
    }[kind]


def check(client: Client, kind: str, mine: TitleList, words: str, **fields: str) -> HttpResponse:
    address, name = place_of(kind, mine)
    return client.post(address, {name: words, "audience": "everyone", **fields})


KINDS = pytest.mark.parametrize("kind", ["a new list", "a list", "a note", "a profile"])


def note_url(mine: TitleList) -> str:
    return f"/lists/{mine.pk}/entries/{mine.entries.get().pk}/"


def own(source: KnownText) -> dict[str, str]:
    """What the form sends when its author was asked about this source, and called the words their own."""
    return {"notice_about": str(source.pk), "notice_seen": "1", "own_words": "1"}


def said_of() -> set[int]:
    """The sources of which an author has said so, once a worker has looked at what waits."""
    for row in DelayedScreening.objects.all():
        screen_delayed(row.pk)
    return set(OwnWords.objects.values_list("source", flat=True))


# --- While it is written ----------------------------------------------------------------------------------


@KINDS
def test_the_passage_and_its_source_are_shown_with_what_can_be_done_in_plain_words(
    writing: Client, mine: TitleList, kind: str
) -> None:
    html = check(writing, kind, mine, f"Look. {ELSEWHERE}").content.decode()
    assert TOLD in html
    assert "a message by bob" in html
    assert 'value="1:quote"' in html
    assert 'value="1:remove"' in html
    assert 'value="1:first"' not in html, "no link stands in plain words"
    assert "own_words_url" not in html
    assert '-send">Save it as it is' in html


@KINDS
def test_what_was_said_to_be_their_own_is_thanked_for_and_what_is_gone_as_well(
    writing: Client, mine: TitleList, kind: str
) -> None:
    html = check(writing, kind, mine, ELSEWHERE).content.decode()
    about = html.partition('name="notice_about" value="')[2].partition('"')[0]
    own = check(writing, kind, mine, ELSEWHERE, notice_about=about, own_words="1").content.decode()
    assert "Noted: these are your own words." in own
    assert TOLD not in own
    gone = check(writing, kind, mine, "Look.", notice_about=about).content.decode()
    assert "What is left is allowed." in gone
    assert "Save it as it is" not in gone


@KINDS
def test_words_of_ones_own_raise_no_question(writing: Client, mine: TitleList, kind: str) -> None:
    answer = check(writing, kind, mine, prose(42, 43))
    assert (answer.status_code, answer.content) == (200, b"")


def test_what_stands_there_already_and_what_readers_do_not_see_is_not_asked_about(
    writing: Client, alice: Member, mine: TitleList
) -> None:
    mine.entries.update(note=ELSEWHERE)
    TitleList.objects.update(description=ELSEWHERE)
    Member.objects.filter(pk=alice.pk).update(about=ELSEWHERE)
    for kind in ("a list", "a note", "a profile"):
        assert check(writing, kind, mine, ELSEWHERE).content == b""
    assert check(writing, "a list", mine, f"{ELSEWHERE} More.", audience="me").content == b""
    TitleList.objects.update(audience=Audience.ME)
    assert check(writing, "a note", mine, f"{ELSEWHERE} More.").content == b""
    assert TOLD in check(writing, "a list", mine, ELSEWHERE).content.decode(), "it is shown to all now"


@KINDS
def test_only_who_may_write_there_is_answered(
    client: Client, alice: Member, bob: Member, mine: TitleList, kind: str
) -> None:
    assert check(client, kind, mine, ELSEWHERE).status_code == 401
    client.force_login(bob)
    theirs = 200 if kind in ("a new list", "a profile") else 404
    assert check(client, kind, mine, ELSEWHERE).status_code == theirs
    client.force_login(alice)
    assert client.get(place_of(kind, mine)[0]).status_code == 405
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    assert check(client, kind, mine, ELSEWHERE).status_code == 401


@KINDS
@pytest.mark.parametrize(
    "fields",
    [
        {"notice_about": "9" * 5000, "own_words": "1"},
        {"notice_about": "question x -1", "mend": "9:quote", "cut": "\u202e"},
        {"audience": "nobody"},
    ],
)
def test_whatever_is_sent_there_is_an_answer(
    writing: Client, mine: TitleList, kind: str, fields: dict[str, str]
) -> None:
    for words in (ELSEWHERE + "x" * 50_000, f"\U0001f3ac\u202e{ELSEWHERE}", ""):
        assert check(writing, kind, mine, words, **fields).status_code == 200
    assert check(writing, kind, mine, f"\x00{ELSEWHERE}", **fields).status_code == 400


def test_lone_surrogates_and_huge_numbers_are_no_error_of_the_server(
    writing: Client, mine: TitleList
) -> None:
    form = "application/x-www-form-urlencoded"
    assert writing.post("/compose/check/about/", b"about=%ED%A0%80", content_type=form).status_code == 200
    huge = 10**30
    for address in (f"lists/{huge}/", f"lists/{mine.pk}/entries/{huge}/", f"lists/{huge}/entries/1/"):
        assert writing.post(f"/compose/check/{address}", {"note": ELSEWHERE}).status_code == 400


def test_a_note_is_looked_at_with_as_many_queries_in_a_long_list_as_in_a_short_one(
    writing: Client, mine: TitleList
) -> None:
    address, _name = place_of("a note", mine)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert TOLD in writing.post(address, {"note": ELSEWHERE}).content.decode()
        return len(captured)

    queries()
    few = queries()
    for position in range(2, 8):
        entry = ListEntry(list=mine, title=make_title(f"Film {position}"), position=position, note=ELSEWHERE)
        entry.save()
    assert queries() == few


# --- When it is saved -------------------------------------------------------------------------------------


def test_a_note_is_held_up_once_and_saved_with_what_was_said_of_it(
    writing: Client, mine: TitleList, by_bob: KnownText
) -> None:
    sent = {"act": "note", "note": ELSEWHERE}
    asked = writing.post(note_url(mine), sent)
    html = asked.content.decode()
    assert asked.status_code == 200
    assert TOLD in html
    assert f'value="{ELSEWHERE}" autofocus' in html
    assert f'name="notice_about" value="{by_bob.pk}"' in html
    assert mine.entries.get().note == ""
    writing.post(note_url(mine), sent | own(by_bob))
    assert mine.entries.get().note == ELSEWHERE
    assert said_of() == {by_bob.pk}


def test_a_word_about_a_note_says_nothing_of_what_else_stands_in_the_list(
    writing: Client, mine: TitleList, by_bob: KnownText, by_carl: KnownText
) -> None:
    form = {"name": "Mine", "description": BY_CARL, "audience": "everyone", "notice_seen": "1"}
    assert writing.post(f"/lists/{mine.pk}/edit/", form).status_code == 302
    writing.post(note_url(mine), {"act": "note", "note": ELSEWHERE} | own(by_bob))
    assert said_of() == {by_bob.pk}
    case = Case.objects.get()
    assert set(case.evidence.values_list("source", flat=True)) == {by_bob.pk, by_carl.pk}
    assert CaseFlag.DECLARED_OWN not in case.flags


def test_other_words_of_a_list_take_back_nothing_that_was_said_of_a_note(
    writing: Client, mine: TitleList, by_bob: KnownText
) -> None:
    writing.post(note_url(mine), {"act": "note", "note": ELSEWHERE} | own(by_bob))
    form = {"name": "Mine", "description": "What I saw.", "audience": "everyone"}
    assert writing.post(f"/lists/{mine.pk}/edit/", form).status_code == 302
    assert said_of() == {by_bob.pk}


def test_what_was_said_of_a_note_is_not_said_of_what_takes_its_place(
    writing: Client, mine: TitleList, by_bob: KnownText, by_carl: KnownText
) -> None:
    writing.post(note_url(mine), {"act": "note", "note": ELSEWHERE} | own(by_bob))
    writing.post(note_url(mine), {"act": "note", "note": BY_CARL, "notice_seen": "1"})
    assert said_of() == set()
    assert CaseFlag.DECLARED_OWN not in Case.objects.get().flags


def test_whoever_shows_a_list_to_everybody_is_told_that_its_notes_are_compared(
    writing: Client, mine: TitleList, by_carl: KnownText
) -> None:
    told = "is compared with texts that stand elsewhere: what it is, and the notes in it."
    assert told not in writing.get(f"/lists/{mine.pk}/edit/").content.decode()
    mine.entries.update(note=BY_CARL)
    for audience in (Audience.ME, Audience.FOLLOWERS):
        TitleList.objects.update(audience=audience)
        assert told in writing.get(f"/lists/{mine.pk}/edit/").content.decode()
    sent = {"name": "Mine", "description": "", "audience": Audience.EVERYONE}
    assert writing.post(f"/lists/{mine.pk}/edit/", sent).status_code == 302
    assert said_of() == set()
    assert Case.objects.get().evidence.get().source == by_carl


def test_what_is_said_about_oneself_is_held_up_once_and_saved_with_what_was_said_of_it(
    writing: Client, alice: Member, by_bob: KnownText
) -> None:
    sent = {"about": ELSEWHERE, "interface_language": ""}
    asked = writing.post("/settings/", sent)
    assert (asked.status_code, TOLD in asked.content.decode()) == (200, True)
    assert ELSEWHERE in asked.content.decode()
    alice.refresh_from_db()
    assert alice.about == ""
    writing.post("/settings/", sent | own(by_bob))
    alice.refresh_from_db()
    assert alice.about == ELSEWHERE
    other = {"about": f"{ELSEWHERE[:280]} Now.", "notice_seen": "1"}
    writing.post("/settings/", other)
    assert said_of() == set(), "that was said of other words"
    writing.post("/settings/", sent | own(by_bob))
    assert said_of() == {by_bob.pk}


def test_other_settings_are_saved_without_a_question_about_an_old_line(
    writing: Client, alice: Member
) -> None:
    Member.objects.filter(pk=alice.pk).update(about=ELSEWHERE)
    answer = writing.post("/settings/", {"about": ELSEWHERE, "interface_language": "", "hides_scores": "on"})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert alice.hides_scores


def test_a_button_without_script_puts_a_line_right_and_saves_nothing(writing: Client, alice: Member) -> None:
    answer = writing.post("/settings/", {"about": f"Look. {ELSEWHERE}", "mend": "1:quote"})
    html = answer.content.decode()
    first = " ".join(ELSEWHERE.split()[:25]).rstrip(",")
    assert f'value="Look. “{first}…” (bob)"' in html, "a line has no paragraphs"
    assert "It is a quotation now, with its source. Nothing is saved yet." in html
    assert f'autocomplete="off">\n{ELSEWHERE}</textarea>' in html
    alice.refresh_from_db()
    assert alice.about == ""


def test_a_quotation_without_script_leaves_the_words_of_a_note_apart_from_each_other(
    writing: Client, mine: TitleList
) -> None:
    sent = {"act": "note", "note": f"Look.\n\n{ELSEWHERE}\n\nIt is so.", "mend": "1:quote"}
    html = writing.post(note_url(mine), sent).content.decode()
    first = " ".join(ELSEWHERE.split()[:25]).rstrip(",")
    assert f'value="Look. “{first}…” (bob) It is so." autofocus' in html, (
        "a field of one line has no paragraphs"
    )
    writing.post(note_url(mine), {"act": "note", "note": "Look.\nIt is so."})
    assert mine.entries.get().note == "Look. It is so."


def test_settings_are_compared_with_nothing_where_they_cannot_be_read_or_stored(
    writing: Client, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []
    monkeypatch.setattr(plain_fields, "notice_for", lambda *, body, **about: looks.append(body))
    writing.post("/settings/", {"about": ELSEWHERE + "x" * 20_000, "interface_language": ""})
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    writing.post("/settings/", {"about": ELSEWHERE, "interface_language": ""})
    assert looks == []
    alice.refresh_from_db()
    assert alice.about == ELSEWHERE


def test_settings_are_saved_so_often_and_no_more(writing: Client, settings: Settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "settings": "1/minute"}
    sent = {"about": "I like trains.", "interface_language": ""}
    answers = [writing.post("/settings/", sent).status_code for _ in range(2)]
    assert [*answers, writing.get("/settings/").status_code] == [302, 429, 200]


def test_a_button_without_script_puts_a_note_right_and_no_other(writing: Client, mine: TitleList) -> None:
    other = ListEntry.objects.create(list=mine, title=make_title("Dune"), position=2, note="Sand.")
    entry = mine.entries.exclude(pk=other.pk).get()
    sent = {"act": "note", "note": f"Look. {ELSEWHERE}", "mend": "1:remove"}
    html = writing.post(f"/lists/{mine.pk}/entries/{entry.pk}/", sent).content.decode()
    assert 'maxlength="1000" value="Look." autofocus' in html
    assert 'maxlength="1000" value="Sand."' in html
    assert html.count(ELSEWHERE) == 1, "it stands below its note, as what was cut"
    entry.refresh_from_db()
    assert entry.note == ""
