"""Plots, biographies, trivia, lists and what members say of themselves are looked at like messages, by a worker."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Audience, Member
from films.editing import Item, fingerprint, read_facts
from films.models import Change, Person, Title, Trivia
from films.services.editing import write_facts
from films.services.proposals import Reason, decide_proposal, propose_correction
from reviews import copy_index
from reviews.models import (
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    DelayedScreening,
    Evidence,
    KnownKind,
    KnownText,
    Matter,
    OwnWords,
    Review,
    TitleList,
    Verdict,
)
from reviews.moderation.permissions import possible_verdicts
from reviews.services import delayed_looks, screening_later
from reviews.services.deciding import decide_case
from reviews.services.indexing import index_portion, note_text
from reviews.services.making_lists import add_to_list, change_list, make_list, note_entry
from reviews.services.publishing import publish_review
from reviews.services.screening_later import screen_delayed, sweep_screenings
from tests.factories import make_member, make_person, make_review, make_title
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

ELSEWHERE = prose(80, 41)
OWN = prose(80, 42)


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def elsewhere() -> KnownText:
    """A text of another site, registered, of which the words are kept."""
    known = KnownText.objects.create(
        kind=KnownKind.REGISTERED,
        text=ELSEWHERE,
        label="An old magazine",
        url="https://magazine.example/shoes",
        algorithm=0,
        written_at=timezone.now() - timedelta(days=900),
    )
    index_portion([known.pk])
    return known


def screen() -> list[str]:
    """What comes of all the texts that wait, in the order in which they came."""
    index_portion()
    waiting = list(DelayedScreening.objects.order_by("pk").values_list("pk", flat=True))
    return [screen_delayed(pk) for pk in waiting]


def said(text: str, author: Member) -> dict[str, Any]:
    return {"text": text, "language": "en", "source": "", "author": author.pk}


def accept(item: Item, author: Member, key: str, value: Any, *, declared_own: bool = False) -> None:
    """A member proposes a fact, and a moderator accepts it."""
    today = read_facts(item, [key])[key]
    reason = Reason("the film itself", declared_own=declared_own)
    proposal = propose_correction(author=author, item=item, changes={key: (today, value)}, reason=reason)
    moderator = make_member(sections=["films", "shows"])
    decide_proposal(proposal=proposal, moderator=moderator, accepted={key: fingerprint(today)})


def old_review(author: Member, body: str) -> Review:
    review = make_review(make_title(), author, body, created_at=timezone.now() - timedelta(days=9))
    note_text(review)
    index_portion()
    return review


# --- What is found ----------------------------------------------------------------------------------------


def test_a_plot_from_another_site_is_a_case_with_its_source_and_spans(
    alice: Member, elsewhere: KnownText
) -> None:
    film = make_title()
    text = f"{piece(OWN, 0, 30)} {ELSEWHERE}"
    accept(film, alice, "plot", said(text, alice))
    film.refresh_from_db()
    assert film.plot == text, "nothing waits for the comparison"
    assert not Case.objects.exists()
    assert screen() == ["case"]
    case, evidence = Case.objects.get(), Evidence.objects.get()
    assert (case.kind, case.matter, case.title, case.author) == (CaseKind.COPIED, Matter.PLOT, film, alice)
    assert (case.section, case.snapshot.text) == ("films", text)
    assert (evidence.source, evidence.words) == (elsewhere, 80)
    assert ELSEWHERE.startswith(case.snapshot.text[evidence.start : evidence.end])
    assert possible_verdicts(case) == [Verdict.KEEP, Verdict.REMOVE]
    assert not DelayedScreening.objects.exists()


def test_a_plot_copied_from_a_message_has_the_message_as_its_source_and_not_itself(
    alice: Member, bob: Member
) -> None:
    review = old_review(bob, f"Once more: {OWN}")
    film = make_title()
    accept(film, alice, "plot", said(OWN, alice))
    assert screen() == ["case"]
    assert Evidence.objects.get().source_review == review


def test_a_message_copied_from_a_plot_of_a_member_is_found(alice: Member, bob: Member) -> None:
    film = make_title()
    accept(film, alice, "plot", said(OWN, alice))
    KnownText.objects.update(written_at=timezone.now() - timedelta(days=1))
    assert screen() == ["nothing found"], "the index knows it, and it is no copy of itself"
    publish_review(author=bob, subject=make_title(), body=OWN, language="en")
    assert Evidence.objects.get().source_title == film


def test_a_plot_is_no_copy_of_itself_before_the_index_knows_it(alice: Member) -> None:
    film = make_title(plot=OWN)
    write_facts(film, {"plot": said(f"{OWN} More.", alice)}, actor=alice, origin=Change.Origin.PROPOSAL)
    KnownText.objects.all().delete()
    assert screen_delayed(DelayedScreening.objects.get().pk) == "nothing found"


def test_a_biography_is_looked_at(alice: Member, elsewhere: KnownText) -> None:
    person = make_person()
    accept(person, alice, "biography", {"text": ELSEWHERE, "language": "en", "source": ""})
    assert screen() == ["case"]
    case = Case.objects.get()
    assert (case.matter, case.person, case.author) == (Matter.BIOGRAPHY, person, alice)


@pytest.mark.parametrize("is_indexed", [True, False])
def test_a_biography_is_no_copy_of_itself(alice: Member, is_indexed: bool) -> None:
    """Of a biography the index knows no author to whom its words belong."""
    accept(make_person(), alice, "biography", {"text": OWN, "language": "en", "source": ""})
    if not is_indexed:
        KnownText.objects.all().delete()
    assert screen() == ["nothing found"]


def test_of_the_trivia_of_a_title_those_that_are_new_are_looked_at(
    alice: Member, bob: Member, elsewhere: KnownText
) -> None:
    film = make_title()
    old = Trivia.objects.create(title=film, text=f"{ELSEWHERE} Old.", source="a book", author=bob)
    new = {**said(ELSEWHERE, alice), "source": "a book", "is_spoiler": False}
    accept(film, alice, "trivia", [*read_facts(film, ["trivia"])["trivia"], new])
    assert screen() == ["case"]
    case = Case.objects.get()
    assert case.trivia == Trivia.objects.exclude(pk=old.pk).get()
    assert (case.matter, case.author) == (Matter.TRIVIA, alice)


def test_a_list_is_looked_at_with_its_notes_and_marked_where_they_stand(
    alice: Member, elsewhere: KnownText
) -> None:
    made = make_list(owner=alice, name="Mine", description=piece(OWN, 0, 50))
    add_to_list(to=made, title=make_title("Heat"))
    note_entry(entry=made.entries.get(), note=piece(ELSEWHERE, 0, 70)[:500])
    assert screen() == ["case"]
    case, evidence = Case.objects.get(), Evidence.objects.get()
    assert (case.matter, case.list, case.section) == (Matter.LIST, made, "members")
    assert ELSEWHERE.startswith(case.snapshot.text[evidence.start : evidence.end])


def test_a_description_is_looked_at_when_the_list_is_made_and_when_it_is_changed(
    alice: Member, elsewhere: KnownText
) -> None:
    said_of_it = {"name": "Mine", "tags": [], "is_ranked": False, "audience": Audience.EVERYONE}
    made = make_list(owner=alice, name="Mine", description=ELSEWHERE)
    assert screen() == ["case"]
    change_list(of=made, **said_of_it, description="In my own words.")
    assert screen() == ["nothing found"]
    change_list(of=made, **said_of_it | {"name": "Another name"}, description="In my own words.")
    assert not DelayedScreening.objects.exists(), "the words are as they were"


def test_whoever_describes_a_list_is_told_once_and_loses_nothing(
    client: Client, alice: Member, elsewhere: KnownText
) -> None:
    client.force_login(alice)
    form = {"name": "Mine", "description": ELSEWHERE, "audience": "everyone"}
    answer = client.post("/lists/new/", form)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert ELSEWHERE in html
    assert "80 words here also stand in" in html
    assert not TitleList.objects.exists()
    said_so = {"notice_seen": "1", "notice_about": str(elsewhere.pk), "own_words": "1"}
    client.post("/lists/new/", form | said_so)
    assert screen() == ["case"]
    assert CaseFlag.DECLARED_OWN in Case.objects.get().flags
    made = TitleList.objects.get()
    assert client.post(f"/lists/{made.pk}/edit/", form | {"name": "Another"}).status_code == 302
    other = form | {"description": f"{ELSEWHERE} More."}
    assert client.post(f"/lists/{made.pk}/edit/", other).status_code == 302, "they said that they are theirs"
    OwnWords.objects.all().delete()
    again = client.post(f"/lists/{made.pk}/edit/", other | {"description": f"{ELSEWHERE} And more."})
    assert (again.status_code, "also stand elsewhere" in again.content.decode()) == (200, True)


def test_whoever_describes_a_list_for_themselves_is_told_when_they_show_it(
    client: Client, alice: Member, elsewhere: KnownText
) -> None:
    client.force_login(alice)
    form = {"name": "Mine", "description": ELSEWHERE, "audience": "me"}
    assert client.post("/lists/new/", form).status_code == 302
    shown = client.post(f"/lists/{TitleList.objects.get().pk}/edit/", form | {"audience": "everyone"})
    assert (shown.status_code, "also stand elsewhere" in shown.content.decode()) == (200, True)


def test_a_list_for_nobody_else_is_not_looked_at_before_others_may_see_it(
    alice: Member, elsewhere: KnownText
) -> None:
    about = {"name": "Mine", "description": ELSEWHERE, "tags": [], "is_ranked": False}
    made = make_list(owner=alice, **about, audience=Audience.ME)
    assert screen() == ["gone"]
    change_list(of=made, **about, audience=Audience.EVERYONE)
    assert screen() == ["case"]


def test_what_a_member_says_about_themselves_is_looked_at(
    client: Client, alice: Member, elsewhere: KnownText
) -> None:
    client.force_login(alice)
    words = piece(ELSEWHERE, 0, 45)[:300]
    client.post("/settings/", {"about": words, "interface_language": "en", "notice_seen": "1"})
    assert screen() == ["case"]
    case = Case.objects.get()
    assert (case.matter, case.member, case.snapshot.text) == (Matter.ABOUT, alice, words)


# --- What is not ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("origin", [Change.Origin.IMPORT, Change.Origin.STAFF, Change.Origin.REVERT])
def test_what_no_member_wrote_is_not_looked_at(
    sofie: Member, alice: Member, elsewhere: KnownText, origin: Change.Origin
) -> None:
    write_facts(make_title(), {"plot": said(ELSEWHERE, alice)}, actor=sofie, origin=origin)
    assert not DelayedScreening.objects.exists()


def test_a_moderator_who_need_not_propose_is_looked_at_too(mona: Member, elsewhere: KnownText) -> None:
    write_facts(make_title(), {"plot": said(ELSEWHERE, mona)}, actor=mona, origin=Change.Origin.STAFF)
    assert screen() == ["case"]
    assert Case.objects.get().author == mona


def test_own_earlier_words_are_fine_in_a_plot(alice: Member) -> None:
    old_review(alice, OWN)
    accept(make_title(), alice, "plot", said(OWN, alice))
    assert screen() == ["nothing found"]


def test_a_plot_that_is_in_question_does_not_excuse_a_message(alice: Member, elsewhere: KnownText) -> None:
    accept(make_title(), alice, "plot", said(ELSEWHERE, alice))
    index_portion()
    publish_review(author=alice, subject=make_title(), body=ELSEWHERE, language="en")
    assert Case.objects.get().matter == Matter.REVIEW, "before the plot was looked at"
    assert screen() == ["case"]
    publish_review(author=alice, subject=make_title(), body=ELSEWHERE, language="en")
    assert Case.objects.filter(matter=Matter.REVIEW).count() == 2


def test_whoever_corrects_a_word_of_an_old_plot_did_not_copy_it_from_those_who_quoted_it_since(
    alice: Member, bob: Member
) -> None:
    film = make_title(plot=OWN)
    Title.objects.update(created_at=timezone.now() - timedelta(days=90))
    old_review(bob, OWN)
    accept(film, alice, "plot", said(f"{OWN} It is set in Tehran.", alice))
    assert screen() == ["nothing found"]


def test_whoever_adds_to_an_old_list_is_not_said_to_have_copied_it_from_those_who_quoted_it_since(
    alice: Member, bob: Member
) -> None:
    made = make_list(owner=alice, name="Mine", description=OWN)
    TitleList.objects.update(created_at=timezone.now() - timedelta(days=60))
    assert screen() == ["nothing found"]
    old_review(bob, OWN)
    add_to_list(to=made, title=make_title("Heat"), note="Lovely.")
    assert screen() == ["case"], "the words of today may be new: a moderator sees both"
    assert Evidence.objects.get().detail == {"at_once": True}


def test_what_a_member_says_about_themselves_may_be_older_than_what_holds_the_same_words(
    client: Client, alice: Member, bob: Member
) -> None:
    words = piece(OWN, 0, 45)[:280]
    Member.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=60))
    old_review(bob, OWN)
    client.force_login(alice)
    client.post("/settings/", {"about": f"{words} Hello.", "interface_language": "en", "notice_seen": "1"})
    assert screen() == ["case"]
    assert Evidence.objects.get().detail == {"at_once": True}


def test_words_that_stood_elsewhere_before_there_was_the_list_are_held_against_its_owner(
    alice: Member, bob: Member
) -> None:
    old_review(bob, OWN)
    make_list(owner=alice, name="Mine", description=OWN)
    assert screen() == ["case"]
    assert Evidence.objects.get().detail == {}


# --- What its author says, and what was decided -----------------------------------------------------------


def test_what_was_said_of_a_description_stands_when_a_note_comes_before_the_worker(
    alice: Member, elsewhere: KnownText
) -> None:
    made = make_list(owner=alice, name="Mine", description=ELSEWHERE, own_sources=[elsewhere.pk])
    add_to_list(to=made, title=make_title("Heat"), note="Lovely.")
    note_entry(entry=made.entries.get(), note="Most lovely.")
    change_list(
        of=made, name="Mine", description=ELSEWHERE, tags=[], is_ranked=False, audience=Audience.FOLLOWERS
    )
    TitleList.objects.update(audience=Audience.EVERYONE)
    assert screen() == ["case"]
    assert CaseFlag.DECLARED_OWN in Case.objects.get().flags


def test_what_was_said_of_a_description_is_not_said_of_another(alice: Member, elsewhere: KnownText) -> None:
    about = {"name": "Mine", "tags": [], "is_ranked": False, "audience": Audience.EVERYONE}
    said = [elsewhere.pk]
    made = make_list(owner=alice, **about, description=f"{ELSEWHERE} It is mine.", own_sources=said)
    change_list(of=made, **about, description=ELSEWHERE)
    assert screen() == ["case"]
    assert CaseFlag.DECLARED_OWN not in Case.objects.get().flags


def test_what_was_said_of_a_note_stands_when_the_same_note_is_saved_again(
    alice: Member, elsewhere: KnownText
) -> None:
    made = make_list(owner=alice, name="Mine")
    add_to_list(to=made, title=make_title("Heat"))
    entry, note = made.entries.get(), piece(ELSEWHERE, 0, 70)[:500]
    note_entry(entry=entry, note=note, own_sources=[elsewhere.pk])
    note_entry(entry=entry, note=note)
    assert screen() == ["case"]
    assert CaseFlag.DECLARED_OWN in Case.objects.get().flags


def test_what_was_said_of_a_note_is_not_said_of_another(alice: Member, elsewhere: KnownText) -> None:
    made = make_list(owner=alice, name="Mine")
    add_to_list(to=made, title=make_title("Heat"))
    entry, note = made.entries.get(), piece(ELSEWHERE, 0, 70)[:490]
    note_entry(entry=entry, note=f"{note} Mine.", own_sources=[elsewhere.pk])
    note_entry(entry=entry, note=note)
    assert screen() == ["case"]
    assert CaseFlag.DECLARED_OWN not in Case.objects.get().flags


def test_words_that_a_list_may_have_had_first_can_be_declared_own(alice: Member, bob: Member) -> None:
    made = make_list(owner=alice, name="Mine")
    TitleList.objects.update(created_at=timezone.now() - timedelta(days=60))
    review = old_review(bob, OWN)
    about = {"name": "Mine", "tags": [], "is_ranked": False, "audience": Audience.EVERYONE}
    change_list(of=made, **about, description=OWN, own_sources=[review.known_text.pk])
    assert screen() == ["case"]
    assert OwnWords.objects.get().source.review == review


def test_words_declared_own_in_a_proposal_are_noted_and_the_case_says_so(alice: Member, bob: Member) -> None:
    review = old_review(bob, OWN)
    accept(make_title(), alice, "plot", said(OWN, alice), declared_own=True)
    assert screen() == ["case"]
    case, row = Case.objects.get(), OwnWords.objects.get()
    assert CaseFlag.DECLARED_OWN in case.flags
    assert (row.author, row.source.review, row.review) == (alice, review, None)
    asked = OwnWords.objects.create(author=alice, source=None)
    moderator = make_member(sections=["films"])
    decide_case(case=case, moderator=moderator, verdict=Verdict.KEEP, reason="They wrote it in 2019.")
    row.refresh_from_db()
    asked.refresh_from_db()
    assert (row.state, asked.state) == (OwnWords.State.CONFIRMED, OwnWords.State.SAID)


def test_what_was_found_fine_in_a_plot_is_no_case_again(alice: Member, elsewhere: KnownText) -> None:
    film = make_title()
    accept(film, alice, "plot", said(ELSEWHERE, alice))
    screen()
    moderator = make_member(sections=["films"])
    decide_case(case=Case.objects.get(), moderator=moderator, verdict=Verdict.KEEP, reason="With consent.")
    accept(film, alice, "plot", said(f"{ELSEWHERE} And more.", alice))
    assert screen() == ["nothing found"]
    assert Case.objects.count() == 1


def test_other_words_close_the_case_and_more_of_the_same_bring_it_up_to_them(
    alice: Member, elsewhere: KnownText
) -> None:
    film = make_title()
    for text in (ELSEWHERE, f"{ELSEWHERE} And more."):
        accept(film, alice, "plot", said(text, alice))
        assert screen() == ["case"]
    case = Case.objects.get()
    assert (case.snapshot.text, case.evidence.count()) == (f"{ELSEWHERE} And more.", 1)
    accept(film, alice, "plot", said("My own few words.", alice))
    assert screen() == ["nothing found"]
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED


def test_words_that_were_taken_out_altogether_close_the_case(
    client: Client, alice: Member, elsewhere: KnownText
) -> None:
    client.force_login(alice)
    for words in (piece(ELSEWHERE, 0, 45)[:300], ""):
        client.post("/settings/", {"about": words, "interface_language": "en", "notice_seen": "1"})
        screen()
    assert Case.objects.get().state == CaseState.CLOSED


def test_a_moderator_removes_a_copied_plot(alice: Member, elsewhere: KnownText) -> None:
    film = make_title()
    accept(film, alice, "plot", said(ELSEWHERE, alice))
    screen()
    moderator = make_member(sections=["films"])
    decide_case(case=Case.objects.get(), moderator=moderator, verdict=Verdict.REMOVE, reason="It is copied.")
    film.refresh_from_db()
    assert film.plot == ""
    assert not DelayedScreening.objects.exists()


def test_the_page_of_the_case_marks_the_passage(client: Client, alice: Member, elsewhere: KnownText) -> None:
    accept(make_title(), alice, "plot", said(f"{piece(OWN, 0, 30)} {ELSEWHERE}", alice))
    screen()
    moderator = make_member(sections=["films"])
    client.force_login(moderator)
    page = client.get(Case.objects.get().get_absolute_url()).content.decode()
    assert '<mark class="span-1" id="span-1">' in page
    assert "An old magazine" in page


# --- Nothing is blocked, and nothing is lost --------------------------------------------------------------


def test_what_could_not_be_compared_in_time_waits_and_is_found_later(
    alice: Member, elsewhere: KnownText
) -> None:
    accept(make_title(), alice, "plot", said(ELSEWHERE, alice))
    with patch("reviews.comparing.copy_index.candidates_for", side_effect=copy_index.IndexTooSlow):
        assert screen() == ["too slow"]
    row = DelayedScreening.objects.get()
    assert (row.attempts, row.due_at > timezone.now()) == (1, True)
    DelayedScreening.objects.update(due_at=timezone.now())
    assert sweep_screenings() == 1
    assert screen() == ["case"]


def test_a_text_that_is_gone_or_another_meanwhile_is_not_compared(
    alice: Member, sofie: Member, elsewhere: KnownText
) -> None:
    made = make_list(owner=alice, name="Mine", description=ELSEWHERE)
    film = make_title()
    accept(film, alice, "plot", said(ELSEWHERE, alice))
    made.delete()
    write_facts(film, {"plot": said(f"{ELSEWHERE} Again.", alice)}, actor=sofie, origin=Change.Origin.STAFF)
    assert screen() == ["gone", "gone"]
    assert not DelayedScreening.objects.exists()
    assert not Case.objects.exists()


def test_whoever_writes_many_has_some_cases_at_a_time(
    alice: Member, elsewhere: KnownText, monkeypatch
) -> None:
    monkeypatch.setattr(delayed_looks, "MOST_CASES_OF_ONE", 2)
    for _ in range(3):
        make_list(owner=alice, name="Mine", description=ELSEWHERE)
    assert screen() == ["case", "case", "later"]


def test_ordering_the_same_text_twice_makes_one_row(alice: Member) -> None:
    person = Person.objects.create(name="Somebody")
    for _ in range(2):
        screening_later.order_text_screening(Matter.BIOGRAPHY, person.pk)
    assert DelayedScreening.objects.count() == 1
