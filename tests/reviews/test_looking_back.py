"""Texts that stood before one was registered: the newest of them are compared with it, whatever they are."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Audience, Job, JobState, Member
from accounts.services.jobs import MOST_FAILURES
from films.models import Change, Person, Title, Trivia
from films.services.editing import write_facts
from reviews.models import (
    Case,
    CaseKind,
    CaseState,
    DelayedScreening,
    Evidence,
    KnownKind,
    KnownText,
    Matter,
    Notice,
    NoticeItem,
    Review,
    TitleList,
)
from reviews.services import looking_back
from reviews.services.delayed_looks import MOST_ATTEMPTS
from reviews.services.indexing import index_portion, note_text
from reviews.services.looking_back import order_look_back, run_look_back, sweep_look_backs
from reviews.services.registering import register_text
from reviews.services.screening_later import screen_delayed
from reviews.services.serving_notices import register_work
from tests.factories import make_list, make_person, make_review, make_title
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

STOLEN = prose(120, 1)


def known(author: Member, body: str, *, days: float) -> Review:
    review = make_review(author=author, body=body, created_at=timezone.now() - timedelta(days=days))
    note_text(review)
    index_portion()
    return review


def write_fact(item: Title | Person, author: Member, key: str, text: str) -> None:
    """A member's proposal that was accepted, and compared with what was known then."""
    said = {"text": text, "language": "en", "source": "a book"}
    if key == "plot":
        said["author"] = author.pk
    value = [{**said, "author": author.pk, "is_spoiler": False}] if key == "trivia" else said
    write_facts(item, {key: value}, actor=author, origin=Change.Origin.PROPOSAL)
    index_portion()
    DelayedScreening.objects.all().delete()


def look_back() -> int:
    """How many texts share words with what was registered since the last time."""
    job = order_look_back()
    return 0 if job is None else run_look_back(job.pk)


def forget_marks() -> None:
    KnownText.objects.update(looked_back_at=None)


def screen() -> dict[str, str]:
    """What comes of each text that waits, by its matter."""
    waiting = DelayedScreening.objects.values_list("pk", "matter")
    return {matter: screen_delayed(pk) for pk, matter in list(waiting)}


def test_the_messages_of_the_last_days_are_compared_with_what_was_registered_after_them(
    alice: Member, bob: Member
) -> None:
    fresh = known(alice, f"{prose(20, 3)} {STOLEN}", days=5)
    known(bob, piece(STOLEN, 0, 60), days=40)
    known(bob, prose(100, 5), days=5)
    assert look_back() == 0
    # As one whose words came with a notice, of no known day.
    source = register_text(text=STOLEN, label="An old magazine").known
    KnownText.objects.filter(pk=source.pk).update(written_at=timezone.now())
    assert look_back() == 1
    assert look_back() == 0
    assert screen_delayed(DelayedScreening.objects.get(review=fresh).pk) == "case"
    evidence = Evidence.objects.get(source=source)
    assert evidence.case.kind == CaseKind.COPIED
    assert evidence.detail["at_once"] is True
    # What a moderator has before them, or had, is not brought again.
    Case.objects.update(state=CaseState.DECIDED)
    forget_marks()
    assert look_back() == 0


def test_what_was_gone_through_is_not_again_and_what_no_night_came_to_is(alice: Member) -> None:
    known(alice, STOLEN, days=5)
    register_text(text=STOLEN, label="An old magazine")
    KnownText.objects.filter(kind=KnownKind.REGISTERED).update(indexed_at=timezone.now() - timedelta(days=3))
    assert look_back() == 1
    DelayedScreening.objects.all().delete()
    assert order_look_back() is None


def test_a_message_that_no_worker_tries_any_more_is_compared_with_what_is_registered_later(
    alice: Member,
) -> None:
    given_up = known(alice, STOLEN, days=5)
    long_ago = timezone.now() - timedelta(days=4)
    said = {"own_words": True}
    DelayedScreening.objects.create(review=given_up, attempts=MOST_ATTEMPTS, due_at=long_ago, said=said)
    register_text(text=STOLEN, label="An old magazine")
    assert look_back() == 1
    waiting = DelayedScreening.objects.get()
    assert (waiting.attempts, waiting.said) == (0, said)
    assert waiting.due_at > long_ago


def test_a_look_back_goes_on_where_a_worker_left_off(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_back, "_STEP", 2)
    texts = [known(alice, f"{prose(20, 60 + n)} {STOLEN}", days=5) for n in range(5)]
    register_text(text=STOLEN, label="An old magazine")
    job = order_look_back()
    assert order_look_back() == job, "one at a time"
    of_two = looking_back._load(job.parameters["known"])
    assert looking_back._look_back_portion(job.pk, of_two)
    assert DelayedScreening.objects.count() == 2
    DelayedScreening.objects.all().delete()
    with patch("reviews.services.looking_back.look_back_later.apply_async") as woken:
        assert sweep_look_backs() == 1
    assert woken.called
    assert run_look_back(job.pk) == 5
    waiting = DelayedScreening.objects.order_by("review").values_list("review", flat=True)
    assert list(waiting) == [text.pk for text in texts[2:]]
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert run_look_back(job.pk) == 0
    assert sweep_look_backs() == 0


def test_a_look_back_that_raises_again_and_again_ends_and_its_texts_wait_for_the_next(alice: Member) -> None:
    known(alice, STOLEN, days=5)
    register_text(text=STOLEN, label="An old magazine")
    job = order_look_back()
    with patch.object(looking_back, "grams_of", side_effect=ValueError("broken")):
        for _turn in range(MOST_FAILURES):
            with pytest.raises(ValueError, match="broken"):
                run_look_back(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.FAILED, "broken")
    assert sweep_look_backs() == 0
    assert look_back() == 1


def test_more_than_one_takes_is_gone_through_by_the_next(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking_back, "MOST_WORDS", 100)
    for n in range(3):
        register_text(text=prose(60, 100 + n), label=f"Sheet {n}")
        make_list(alice, description=prose(60, 100 + n))
    assert look_back() == 1
    following = Job.objects.get(kind=looking_back.KIND, state=JobState.RUNNING)
    assert run_look_back(following.pk) == 1
    assert look_back() == 1
    assert DelayedScreening.objects.count() == 3
    assert order_look_back() is None


def write_all(author: Member) -> None:
    film, person = make_title(), make_person()
    write_fact(film, author, "plot", f"{prose(20, 70)} {STOLEN}")
    write_fact(film, author, "trivia", f"{prose(20, 71)} {piece(STOLEN, 0, 100)}")
    write_fact(person, author, "biography", f"{prose(20, 72)} {piece(STOLEN, 0, 90)}")
    made = make_list(author, film, description=piece(STOLEN, 0, 40))
    made.entries.update(note=piece(STOLEN, 50, 40))
    author.about = piece(STOLEN, 0, 42)
    author.save()


def test_everything_that_members_wrote_lately_is_compared_with_what_was_registered_after_it(
    alice: Member, tmp_path: Path
) -> None:
    write_all(alice)
    (tmp_path / "press.txt").write_text(STOLEN)
    call_command("known_texts", "add", tmp_path / "press.txt")
    assert look_back() == 5
    forget_marks()
    assert look_back() == 5
    assert DelayedScreening.objects.count() == 5, "each waits once"
    assert set(screen().values()) == {"case"}
    cases = Case.objects.annotate(words=Sum("evidence__words"))
    assert set(cases.values_list("matter", "author", "evidence__source__label", "words")) == {
        ("plot", alice.pk, "press", 120),
        ("trivia", alice.pk, "press", 100),
        ("biography", alice.pk, "press", 90),
        ("list", alice.pk, "press", 80),
        ("about", alice.pk, "press", 42),
    }
    forget_marks()
    assert look_back() == 0, "moderators have it before them"


def test_the_work_of_a_notice_is_looked_for_like_any_registered_text(alice: Member, sofie: Member) -> None:
    write_all(alice)
    notice = Notice.objects.create(
        name="P. Ublisher",
        email="rights@example.org",
        work=STOLEN,
        language="en",
        confirmed_at=timezone.now(),
    )
    item = NoticeItem.objects.create(notice=notice, url="https://example.org/")
    register_work(item=item, moderator=sofie)
    register_work(item=item, moderator=sofie)
    assert look_back() == 5


def test_what_no_member_wrote_what_is_old_and_what_nobody_sees_is_left_alone(alice: Member) -> None:
    write_all(alice)
    imported = make_title()
    write_facts(
        imported,
        {"plot": {"text": STOLEN, "language": "en", "source": "tmdb", "author": None}},
        actor=None,
        origin=Change.Origin.IMPORT,
    )
    index_portion()
    make_list(alice, description=STOLEN, audience=Audience.ME)
    Trivia.objects.update(is_removed=True)
    old = timezone.now() - timedelta(days=looking_back.NEWEST_DAYS + 1)
    Change.objects.filter(field__in=["plot", "biography"]).update(at=old)
    alice.lists.filter(audience=Audience.EVERYONE).update(changed_at=old)
    register_text(text=STOLEN, label="An old magazine")
    assert look_back() == 1
    assert DelayedScreening.objects.get().matter == Matter.ABOUT, "of that nobody knows since when it stands"


def test_a_few_common_words_call_for_no_comparison(alice: Member) -> None:
    make_list(alice, description=f"{piece(STOLEN, 0, 11)} {prose(60, 9)}")
    register_text(text=STOLEN, label="An old magazine")
    assert look_back() == 0
    make_list(alice, description=f"{piece(STOLEN, 0, 12)} {prose(60, 9)}")
    forget_marks()
    assert look_back() == 1


def test_a_portion_of_many_lists_asks_no_more_than_one_of_few(alice: Member) -> None:
    register_text(text=STOLEN, label="An old magazine")

    def cost_of(lists: int) -> int:
        for _n in range(lists):
            made = make_list(alice, make_title(), description=piece(STOLEN, 0, 40))
            made.entries.update(note=piece(STOLEN, 50, 40))
        forget_marks()
        with CaptureQueriesContext(connection) as asked:
            assert look_back() == TitleList.objects.count()
        return len(asked)

    assert cost_of(1) == cost_of(9)
