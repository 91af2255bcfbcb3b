"""Looking again at all that an author wrote."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Audience, Job, JobState, Member
from accounts.services.jobs import MOST_FAILURES
from films.models import Change, Title, Trivia
from films.services.editing import write_facts
from reviews import copy_index
from reviews.models import Case, CaseKind, Evidence, KnownText, Matter, Review, TitleList
from reviews.services import scanning
from reviews.services.indexing import index_portion, note_text
from reviews.services.opening_found import open_cases_about
from reviews.services.own_words import say_own_words
from reviews.services.scanning import candidates_in, order_scan, run_scan, scan_of, sweep_scans
from tests.asserts import assert_flat_queries
from tests.factories import make_list, make_member, make_person, make_review, make_season, make_title
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

STOLEN = prose(120, 1)


def known(author: Member, body: str, *, days: float, **fields: object) -> Review:
    review = make_review(author=author, body=body, created_at=timezone.now() - timedelta(days=days), **fields)
    note_text(review)
    index_portion()
    return review


def scan(author: Member, moderator: Member) -> Job:
    job = order_scan(author=author, moderator=moderator)
    run_scan(job.pk)
    job.refresh_from_db()
    return job


def test_a_scan_finds_what_an_author_copied_and_acts_upon_nothing(
    alice: Member, bob: Member, mona: Member
) -> None:
    theirs = known(bob, STOLEN, days=30)
    film = make_title(plot=prose(90, 2))
    note_text(film)
    KnownText.objects.filter(title=film).update(written_at=timezone.now() - timedelta(days=40))
    index_portion()
    some = known(alice, f"{prose(60, 3)} {piece(STOLEN, 20, 45)}", days=3)
    all_of_it = known(
        alice, f"{film.plot} {prose(20, 4)}", days=2, title=make_season(make_title(kind="show"))
    )
    known(alice, prose(100, 5), days=1)
    job = scan(alice, mona)
    assert (job.state, job.done, job.total, job.counts["found"]) == (JobState.DONE, 3, 3, 2)
    first, second = candidates_in(job)
    assert (first["number"], first["words"], first["level"], first["section"]) == (
        all_of_it.pk,
        90,
        "case",
        "shows",
    )
    assert (second["number"], second["words"], second["level"], second["section"]) == (
        some.pk,
        45,
        "warn",
        "films",
    )
    assert second["sources"] == [
        {
            "known_text": theirs.known_text.pk,
            "kind": "review",
            "label": "bob",
            "url": theirs.get_absolute_url(),
            "words": 45,
        }
    ]
    assert not Case.objects.exists()
    assert scan_of(alice) == job


def test_a_scan_shows_what_the_author_called_their_own_words(
    alice: Member, bob: Member, mona: Member
) -> None:
    theirs = known(bob, STOLEN, days=30)
    mine = known(alice, STOLEN, days=3)
    say_own_words(author=alice, review=mine, sources=[theirs.known_text.pk])
    assert len(candidates_in(scan(alice, mona))) == 1


def test_copies_of_one_copy_excuse_each_other_in_no_scan(alice: Member, bob: Member, mona: Member) -> None:
    known(bob, STOLEN, days=30)
    copies = [known(alice, f"{prose(20, n)} {STOLEN}", days=n) for n in (2, 4)]
    found = candidates_in(scan(alice, mona))
    assert {candidate["number"] for candidate in found} == {copy.pk for copy in copies}


def test_a_scan_asks_less_than_an_hour_later_is_the_same(alice: Member, mona: Member, sofie: Member) -> None:
    job = scan(alice, mona)
    assert order_scan(author=alice, moderator=sofie) == job
    Job.objects.update(started_at=timezone.now() - timedelta(hours=2))
    assert order_scan(author=alice, moderator=sofie) != job


def test_a_scan_goes_on_where_a_worker_left_off_and_looks_at_no_text_twice(
    alice: Member, bob: Member, mona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "_PORTION", 2)
    known(bob, STOLEN, days=30)
    for n in range(5):
        known(alice, f"{prose(30, 60 + n)} {STOLEN}", days=n + 1)
    job = order_scan(author=alice, moderator=mona)
    assert scanning._scan_portion(job.pk)
    with patch("reviews.services.scanning.scan_later.apply_async") as woken:
        assert sweep_scans() == 1
    assert woken.called
    run_scan(job.pk)
    run_scan(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.counts["found"]) == (JobState.DONE, 5, 5)
    assert sweep_scans() == 0


def test_a_scan_is_bounded(alice: Member, mona: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "MOST_TEXTS", 3)
    for n in range(5):
        make_review(author=alice, body=prose(20, n))
    assert scan(alice, mona).done == 3


def test_what_the_index_has_no_time_for_is_named_as_not_compared(alice: Member, mona: Member) -> None:
    review = make_review(author=alice, body=STOLEN)
    with patch("reviews.comparing.copy_index.candidates_for", side_effect=copy_index.IndexTooSlow):
        [candidate] = candidates_in(scan(alice, mona))
    assert (candidate["number"], candidate["level"], candidate["sources"]) == (review.pk, "unread", [])


def test_a_scan_that_raises_again_and_again_ends_and_can_be_asked_for_anew(
    client: Client, alice: Member, mona: Member, address: str
) -> None:
    make_review(author=alice, body=STOLEN)
    job = order_scan(author=alice, moderator=mona)
    with patch.object(scanning, "load_targets", side_effect=ValueError("broken")):
        for _turn in range(MOST_FAILURES):
            assert sweep_scans() == 1
            with pytest.raises(ValueError, match="broken"):
                run_scan(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error, job.done) == (JobState.FAILED, "broken", 0)
    assert sweep_scans() == 0
    client.force_login(mona)
    shown = client.get(address).text
    assert "This broke off after 0 of 1." in shown
    assert "Look through all texts again</button>" in shown
    assert order_scan(author=alice, moderator=mona) != job


def test_failures_between_which_a_scan_went_on_end_it_not(
    alice: Member, mona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "_PORTION", 1)
    for n in range(MOST_FAILURES + 1):
        make_review(author=alice, body=prose(20, n))
    job = order_scan(author=alice, moderator=mona)
    for _turn in range(MOST_FAILURES):
        with (
            patch.object(scanning, "load_targets", side_effect=ValueError("broken")),
            pytest.raises(ValueError, match="broken"),
        ):
            run_scan(job.pk)
        scanning._scan_portion(job.pk)
    run_scan(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_scans_of_the_release_before_are_neither_gone_on_with_nor_shown(
    client: Client, alice: Member, mona: Member, address: str
) -> None:
    """A process of that release may order them, and another finish one, when the new one is at work already."""
    before = {"author": alice.pk, "reviews": [1]}
    running = Job.objects.create(kind=scanning.KIND, owner=mona, parameters=before, total=1)
    found = {"candidates": [{"review": 1, "section": "films", "words": 50}]}
    Job.objects.create(kind=scanning.KIND, parameters=before, counts=found, state=JobState.DONE)
    run_scan(running.pk)
    assert sweep_scans() == 0
    running.refresh_from_db()
    assert running.state == JobState.FAILED
    client.force_login(mona)
    assert client.get(address).status_code == 200
    assert order_scan(author=alice, moderator=mona).parameters["texts"] == []


# --- Whatever they wrote --------------------------------------------------------------------------------------------


def write_fact(item: object, author: Member, key: str, text: str) -> None:
    """A member's proposal that was accepted, past the pages."""
    value = {"text": text, "language": "en", "source": "a book"}
    if key == "trivia":
        write_facts(
            item, {key: [{**value, "author": author.pk, "is_spoiler": False}]}, actor=author,
            origin=Change.Origin.PROPOSAL,
        )  # fmt: skip
        return
    said = {**value, "author": author.pk} if key == "plot" else value
    write_facts(item, {key: said}, actor=author, origin=Change.Origin.PROPOSAL)


def write_everywhere(author: Member) -> dict[Matter, int]:
    """One text of each kind by the author, all with the stolen words; the number of the row of each."""
    film, show, person = make_title(), make_title(kind="show"), make_person()
    write_fact(film, author, "plot", f"{prose(20, 70)} {STOLEN}")
    write_fact(show, author, "trivia", f"{prose(20, 71)} {piece(STOLEN, 0, 100)}")
    write_fact(person, author, "biography", f"{prose(20, 72)} {piece(STOLEN, 0, 90)}")
    mine = make_list(author, film, description=piece(STOLEN, 0, 40))
    mine.entries.update(note=piece(STOLEN, 50, 40))
    author.about = piece(STOLEN, 0, 42)
    author.save()
    message = known(author, f"{prose(20, 75)} {piece(STOLEN, 0, 60)}", days=3)
    return {
        Matter.PLOT: film.pk,
        Matter.TRIVIA: Trivia.objects.get(author=author).pk,
        Matter.BIOGRAPHY: person.pk,
        Matter.LIST: mine.pk,
        Matter.ABOUT: author.pk,
        Matter.REVIEW: message.pk,
    }


def found_in(job: Job) -> dict[str, int]:
    return {candidate["matter"]: candidate["number"] for candidate in candidates_in(job)}


def test_a_scan_finds_copied_words_in_everything_that_a_member_writes(
    alice: Member, bob: Member, mona: Member
) -> None:
    theirs = known(bob, STOLEN, days=30)
    written = write_everywhere(alice)
    job = scan(alice, mona)
    assert (job.done, job.total, job.counts["found"]) == (6, 6, 6)
    assert found_in(job) == written
    assert [
        (found["matter"], found["section"], found["words"], found["sources"][0]["known_text"])
        for found in candidates_in(job)
    ] == [
        ("plot", "films", 120, theirs.known_text.pk),
        ("trivia", "shows", 100, theirs.known_text.pk),
        ("biography", "films", 90, theirs.known_text.pk),
        ("list", "members", 80, theirs.known_text.pk),
        ("review", "films", 60, theirs.known_text.pk),
        ("about", "members", 42, theirs.known_text.pk),
    ]
    assert not Case.objects.exists()


def test_a_scan_believes_nobody_about_a_plot_either(alice: Member, bob: Member, mona: Member) -> None:
    theirs = known(bob, STOLEN, days=30)
    write_fact(make_title(), alice, "plot", STOLEN)
    [said] = say_own_words(author=alice, review=None, sources=[theirs.known_text.pk])
    said.state = said.State.CONFIRMED
    said.save()
    assert [found["matter"] for found in candidates_in(scan(alice, mona))] == ["plot"]


def test_a_scan_looks_at_nothing_that_readers_do_not_see_or_that_is_not_the_authors_any_more(
    alice: Member, bob: Member, mona: Member
) -> None:
    known(bob, STOLEN, days=30)
    make_list(alice, description=STOLEN, audience=Audience.ME)
    make_list(alice, description=STOLEN, is_removed=True)
    film, person = make_title(), make_person()
    write_fact(film, alice, "trivia", STOLEN)
    Trivia.objects.update(is_removed=True)
    write_fact(person, alice, "biography", prose(20, 7))
    write_fact(person, make_member(), "biography", STOLEN)
    # An import brought it, with a source of its own.
    make_title(plot=STOLEN, plot_author=alice)
    assert candidates_in(scan(alice, mona)) == []


def test_of_everything_together_the_newest_are_looked_at(
    alice: Member, mona: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "MOST_TEXTS", 3)
    now = timezone.now()
    old = known(alice, prose(20, 1), days=40)
    made = make_list(alice, changed_at=now - timedelta(days=20))
    newer = known(alice, prose(20, 2), days=10)
    film = make_title()
    write_fact(film, alice, "plot", prose(20, 3))
    job = order_scan(author=alice, moderator=mona)
    assert job.parameters["texts"] == [("plot", film.pk), ("review", newer.pk), ("list", made.pk)]
    assert old.pk not in [pk for _matter, pk in job.parameters["texts"]]


def test_a_text_that_is_gone_when_its_turn_comes_holds_up_no_scan(
    alice: Member, bob: Member, mona: Member
) -> None:
    known(bob, STOLEN, days=30)
    written = write_everywhere(alice)
    job = order_scan(author=alice, moderator=mona)
    Trivia.objects.all().delete()
    Review.objects.filter(pk=written[Matter.REVIEW]).update(state="withdrawn")
    run_scan(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.DONE, 6)
    assert set(found_in(job)) == {"plot", "biography", "list", "about"}


# --- What a moderator does with it ----------------------------------------------------------------------------------


@pytest.fixture
def address(alice: Member, settings: Settings) -> str:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    return f"/moderation/members/{alice.username}/"


def test_a_list_that_was_made_private_is_shown_to_no_moderator_any_more(
    client: Client, alice: Member, bob: Member, address: str
) -> None:
    known(bob, STOLEN, days=30)
    of_members = make_member(sections=["members"])
    made = make_list(alice, description=STOLEN)
    scan(alice, of_members)
    client.force_login(of_members)
    assert f'value="list-{made.pk}"' in client.get(address).text
    TitleList.objects.update(audience=Audience.ME)
    assert f"list-{made.pk}" not in client.get(address).text
    client.post(f"{address}open/", {"found": f"list-{made.pk}"})
    assert not Case.objects.exists()


def test_each_moderator_sees_and_opens_what_their_sections_look_after(
    client: Client, alice: Member, bob: Member, mona: Member, address: str
) -> None:
    known(bob, STOLEN, days=30)
    written = write_everywhere(alice)
    scan(alice, mona)
    of_members = make_member(sections=["members"])
    everything = [f"{matter}-{pk}" for matter, pk in written.items()]
    client.force_login(mona)
    shown = client.get(address).text
    assert f'value="plot-{written[Matter.PLOT]}"' in shown
    assert f"/films/{written[Matter.PLOT]}" in shown
    assert "#plot" in shown
    assert "The plot of" in shown
    assert "list-" not in shown
    assert "trivia-" not in shown
    client.post(f"{address}open/", {"found": [*everything, "plot-x", "votes-1"]})
    assert set(Case.objects.values_list("matter", flat=True)) == {"review", "plot", "biography"}
    case = Case.objects.get(matter=Matter.PLOT)
    assert (case.kind, case.author, case.title_id) == (CaseKind.COPIED, alice, written[Matter.PLOT])
    assert Evidence.objects.get(case=case).words == 120
    assert f"Case {case.pk}" in client.get(address).text
    client.force_login(of_members)
    client.post(f"{address}open/", {"found": everything})
    assert set(Case.objects.filter(section="members").values_list("matter", flat=True)) == {"list", "about"}
    client.post(f"{address}open/", {"found": everything})
    assert Case.objects.count() == 5, "none is opened twice"


def test_nothing_is_opened_about_what_became_somebody_elses_or_went_to_another_section(
    alice: Member, bob: Member, mona: Member
) -> None:
    known(bob, STOLEN, days=30)
    written = write_everywhere(alice)
    Title.objects.filter(pk=written[Matter.PLOT]).update(plot_author=bob)
    texts = [(Matter.PLOT, written[Matter.PLOT]), (Matter.LIST, written[Matter.LIST])]
    assert open_cases_about(texts=texts, author=alice, moderator=mona) == []
    assert not Case.objects.exists()


def test_the_page_asks_as_much_for_many_candidates_as_for_few(
    client: Client, alice: Member, bob: Member, address: str
) -> None:
    known(bob, STOLEN, days=30)
    admin = make_member(sections=["films", "shows", "members"])
    client.force_login(admin)

    def find_more() -> None:
        write_fact(make_title(), alice, "plot", STOLEN)
        write_fact(make_season(make_title(kind="show")), alice, "trivia", STOLEN[:900])
        write_fact(make_person(), alice, "biography", STOLEN)
        make_list(alice, description=STOLEN)
        known(alice, STOLEN, days=2)
        Job.objects.update(started_at=timezone.now() - timedelta(hours=2))
        assert set(found_in(scan(alice, admin))) == {"plot", "trivia", "biography", "list", "review"}

    assert_flat_queries(client, find_more, address)
