"""Looking again at messages that stand: those of one author, and new ones when a text is registered."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from accounts.models import Job, JobState, Member
from reviews import copy_index
from reviews.models import Case, CaseKind, CaseState, DelayedScreening, Evidence, KnownKind, KnownText, Review
from reviews.services import scanning
from reviews.services.indexing import index_portion, note_text
from reviews.services.own_words import say_own_words
from reviews.services.scanning import (
    candidates_in,
    compare_newest_again,
    order_scan,
    run_scan,
    scan_of,
    sweep_scans,
)
from reviews.services.screening_later import screen_delayed
from tests.factories import make_review, make_season, make_title
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


# --- Scans of an author ---------------------------------------------------------------------------------------------


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
    assert (first["review"], first["words"], first["level"], first["section"]) == (
        all_of_it.pk,
        90,
        "case",
        "shows",
    )
    assert (second["review"], second["words"], second["level"], second["section"]) == (
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
    assert {candidate["review"] for candidate in found} == {copy.pk for copy in copies}


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
    assert (candidate["review"], candidate["level"], candidate["sources"]) == (review.pk, "unread", [])


# --- Texts that are registered later --------------------------------------------------------------------------------


def register(text: str) -> KnownText:
    row = KnownText.objects.create(
        kind=KnownKind.REGISTERED,
        text=text,
        label="An old magazine",
        algorithm=0,
        written_at=timezone.now(),
    )
    index_portion([row.pk])
    return row


def test_the_messages_of_the_last_days_are_compared_with_what_was_registered_after_them(
    alice: Member, bob: Member
) -> None:
    fresh = known(alice, f"{prose(20, 3)} {STOLEN}", days=5)
    known(bob, piece(STOLEN, 0, 60), days=40)
    known(bob, prose(100, 5), days=5)
    assert compare_newest_again() == 0
    source = register(STOLEN)
    assert compare_newest_again() == 1
    assert compare_newest_again() == 0
    assert screen_delayed(DelayedScreening.objects.get(review=fresh).pk) == "case"
    evidence = Evidence.objects.get(source=source)
    assert evidence.case.kind == CaseKind.COPIED
    assert evidence.detail["at_once"] is True
    # What a moderator has before them, or had, is not brought again.
    Case.objects.update(state=CaseState.DECIDED)
    assert compare_newest_again() == 0


def test_what_was_registered_long_ago_is_not_compared_every_night(alice: Member) -> None:
    known(alice, STOLEN, days=5)
    register(STOLEN)
    KnownText.objects.filter(kind=KnownKind.REGISTERED).update(indexed_at=timezone.now() - timedelta(days=3))
    assert compare_newest_again() == 0
