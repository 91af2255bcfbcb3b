"""Translating what was written before: in portions, behind everything else, within its limits, and never twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Job, JobState, Member
from films.models import Trivia
from reviews.backlog import Scale, Which
from reviews.models import TEXT_KINDS, Priority, Review, ReviewState, Translation, TranslationStatus
from reviews.services import backfilling
from reviews.services.backfilling import (
    feed_backfills,
    measure_backfill,
    pause_backfill,
    resume_backfill,
    start_backfill,
    stop_backfill,
)
from tests.factories import make_list, make_member, make_person, make_review, make_title, make_viewing

pytestmark = pytest.mark.django_db

DUTCH = "Een prachtige film over twee kinderen en een paar schoenen."


@pytest.fixture(autouse=True)
def _an_engine_for_every_pair(settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["dummy"]


@pytest.fixture
def begin(sofie: Member) -> Callable[..., Job]:
    """A backfill of Dutch reviews into English, unless told otherwise."""

    def start(**wishes: Any) -> Job:
        return start_backfill(
            owner=sofie,
            **{
                "sources": ["nl"],
                "targets": ["en"],
                "kinds": ["review"],
                "which": Which.MISSING,
                **wishes,
            },
        )

    return start


def order_of(review: Review, **fields: Any) -> Translation:
    """An order of a backfill for a text."""
    return Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language=review.language,
        target="en",
        priority=Priority.BACKFILL,
        **fields,
    )


def fresh(job: Job) -> Job:
    job.refresh_from_db()
    return job


def ended(job: Job) -> str:
    """Why a backfill ended, once everything that it released is made."""
    for _ in range(20):
        feed_backfills()
        Translation.objects.filter(status=TranslationStatus.QUEUED).update(status=TranslationStatus.DONE)
        if fresh(job).state == JobState.DONE:
            return job.counts["ended"]
    raise AssertionError(f"{job.state} {job.counts}")


def write_dutch(number: int = 1, **fields: Any) -> list[Any]:
    title, author = make_title(), make_member()
    return [make_review(title, author, DUTCH, language="nl", **fields) for _ in range(number)]


def translate_by_hand(review: Any, **fields: Any) -> Translation:
    return Translation.objects.create(
        review=review,
        source_language="nl",
        target="en",
        **{
            "source_hash": review.source_hash,
            "next_attempt_at": timezone.now(),
            "status": TranslationStatus.DONE,
            **fields,
        },
    )


def test_texts_without_a_translation_are_ordered_behind_all_else(begin) -> None:
    lacking, done = write_dutch(2)
    translate_by_hand(done)
    make_review(body="In English already.", language="en")
    job = begin()
    assert (job.total, job.state) == (1, JobState.RUNNING)
    assert feed_backfills() == 1
    row = Translation.objects.get(review=lacking)
    assert (row.status, row.priority, row.target) == (TranslationStatus.QUEUED, Priority.BACKFILL, "en")
    assert ended(job) == "everything"
    assert (job.done, job.counts["ordered"], job.counts["characters"]) == (1, 1, len(DUTCH))
    assert job.finished_at is not None


def test_every_kind_of_text_is_gone_through_into_every_language(begin) -> None:
    author = make_member(about="Filmliefhebber uit Utrecht, al dertig jaar lang met veel plezier.")
    (review,) = write_dutch()
    title = make_title(plot=DUTCH, plot_language="nl")
    trivia = Trivia.objects.create(title=title, text=DUTCH, language="nl", source="The credits")
    person = make_person(biography=DUTCH, biography_language="nl")
    listed = make_list(author, title, name="Mijn mooiste films", description=DUTCH)
    listed.entries.update(note=DUTCH)
    viewing = make_viewing(author, title, note=DUTCH)
    job = begin(kinds=TEXT_KINDS, targets=["en", "pt"])
    assert ended(job) == "everything"
    found = {(row.kind, getattr(row, f"{row.kind}_id"), row.target) for row in Translation.objects.all()}
    texts = [
        *(("review", review.pk), ("title", title.pk), ("trivia", trivia.pk)),
        *(("person", person.pk), ("list", listed.pk), ("member", author.pk)),
        *(("viewing", viewing.pk), ("entry", listed.entries.get().pk)),
    ]
    assert found == {(kind, pk, target) for kind, pk in texts for target in ("en", "pt")}


@pytest.mark.parametrize(
    "fields",
    [{"state": "withdrawn"}, {"may_translate": False}, {"language": "und"}],
    ids=["taken back", "declined", "of no known language"],
)
def test_what_may_not_be_translated_is_left_alone(begin, fields: dict[str, Any]) -> None:
    make_review(body=DUTCH, **{"language": "nl", **fields})
    assert ended(begin(sources=[])) == "everything"
    assert not Translation.objects.exists()


def test_texts_of_who_wants_no_translation_are_left_alone(begin) -> None:
    make_review(author=make_member(translation_consent="none"), body=DUTCH, language="nl")
    begin()
    assert feed_backfills() == 0


def test_a_portion_waits_until_the_one_before_is_made(begin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfilling, "MOST_WAITING", 2)
    write_dutch(5)
    begin()
    assert [feed_backfills(), feed_backfills()] == [2, 0]
    Translation.objects.update(status=TranslationStatus.DONE)
    assert feed_backfills() == 2


def test_orders_that_no_worker_can_make_now_hold_up_no_portion(
    begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfilling, "MOST_WAITING", 1)
    hidden, unpaid, *others = [make_review(body=DUTCH, language="nl") for _ in range(4)]
    begin()
    now = timezone.now()
    for review, when in ((hidden, now), (unpaid, now + timedelta(hours=9))):
        order_of(review, next_attempt_at=when)
    Review.objects.filter(pk=hidden.pk).update(state=ReviewState.WITHDRAWN)
    assert feed_backfills() == 1
    assert Translation.objects.filter(review__in=others).count() == 1


def test_no_more_is_released_while_very_much_waits_for_an_engine(
    begin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfilling, "MOST_PUT_OFF", 2)
    reviews = [make_review(body=DUTCH, language="nl") for _ in range(3)]
    begin()
    for review in reviews[:2]:
        order_of(review, next_attempt_at=timezone.now() + timedelta(hours=9))
    assert feed_backfills() == 0


def test_nothing_is_released_while_a_new_text_waits(begin) -> None:
    waits, _other = write_dutch(2)
    order = translate_by_hand(
        waits,
        status=TranslationStatus.QUEUED,
        priority=Priority.NEW,
        next_attempt_at=timezone.now() - timedelta(seconds=90),
    )
    begin()
    assert feed_backfills() == 0
    # Nobody would ever take this one: that is no reason to stand still for ever.
    Translation.objects.filter(pk=order.pk).update(next_attempt_at=timezone.now() - timedelta(hours=3))
    assert feed_backfills() == 1


def test_the_budget_is_never_exceeded(begin) -> None:
    write_dutch(5)
    job = begin(budget_characters=2 * len(DUTCH) + 10)
    assert ended(job) == "budget"
    assert Translation.objects.count() == 2
    assert job.counts["characters"] == 2 * len(DUTCH)


def test_an_hour_has_its_share_and_the_next_one_another(begin, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dutch(3)
    job = begin(characters_an_hour=2 * len(DUTCH))
    assert [feed_backfills(), feed_backfills()] == [2, 0]
    assert fresh(job).state == JobState.RUNNING
    later = timezone.now() + timedelta(hours=1)
    monkeypatch.setattr(backfilling.timezone, "now", lambda: later)
    assert feed_backfills() == 1


def test_a_text_longer_than_an_hours_share_has_an_hour_of_its_own(begin) -> None:
    write_dutch(2)
    begin(characters_an_hour=10)
    assert [feed_backfills(), feed_backfills()] == [1, 0]


def test_no_more_texts_than_wanted_are_ordered(begin) -> None:
    write_dutch(5)
    job = begin(most_texts=3)
    assert job.total == 3
    assert ended(job) == "most_texts"
    assert Translation.objects.count() == 3


def test_only_what_was_written_since_a_day_is_gone_through(begin) -> None:
    now = timezone.now()
    write_dutch(created_at=now - timedelta(days=30))
    write_dutch(created_at=now - timedelta(days=2))
    make_title(plot=DUTCH, plot_language="nl")
    job = begin(kinds=TEXT_KINDS, since=(now - timedelta(days=7)).date())
    assert ended(job) == "everything"
    assert Translation.objects.count() == 1


def test_what_another_engine_or_version_made_is_made_again_and_what_is_new_is_not(begin) -> None:
    old_engine, old_model, old_way, current = write_dutch(4)
    today = {"engine": "dummy", "fingerprint": "dummy-1", "pipeline_version": backfilling.PIPELINE_VERSION}
    older = [
        translate_by_hand(old_engine, **{**today, "engine": "fx"}),
        translate_by_hand(old_model, **{**today, "fingerprint": "dummy-0"}),
        translate_by_hand(old_way, **{**today, "pipeline_version": 0}),
    ]
    translate_by_hand(current, **today)
    job = begin(which=Which.OLDER)
    assert job.total == 3
    assert feed_backfills() == 3
    queued = Translation.objects.filter(status=TranslationStatus.QUEUED, priority=Priority.BACKFILL)
    assert set(queued) == set(older)


def test_what_failed_is_tried_again(begin) -> None:
    failed, done = write_dutch(2)
    row = translate_by_hand(failed, status=TranslationStatus.FAILED, reason="loop", attempts=8)
    translate_by_hand(done)
    begin(which=Which.FAILED)
    assert feed_backfills() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts, row.priority) == (TranslationStatus.QUEUED, 0, Priority.BACKFILL)


def test_what_holds_certain_words_is_made_again_whoever_made_it(begin) -> None:
    held, other = write_dutch(2)
    type(held).objects.filter(pk=held.pk).update(body="Een Echte CULTFILM van het eerste uur.")
    today = {"engine": "dummy", "fingerprint": "dummy-1", "pipeline_version": backfilling.PIPELINE_VERSION}
    row = translate_by_hand(held, **today)
    translate_by_hand(other, **today)
    begin(which=Which.MADE, holding="cultfilm")
    assert feed_backfills() == 1
    row.refresh_from_db()
    assert row.status == TranslationStatus.QUEUED


def test_a_text_that_an_edit_left_without_a_current_translation_is_ordered(begin) -> None:
    (review,) = write_dutch()
    translate_by_hand(review, source_hash="e" * 64)
    begin()
    assert feed_backfills() == 1
    assert Translation.objects.filter(review=review, source_hash=review.source_hash).exists()


def test_a_pause_holds_it_until_it_is_resumed_and_a_stop_for_good(begin, monkeypatch) -> None:
    monkeypatch.setattr(backfilling, "MOST_WAITING", 1)
    write_dutch(3)
    job = begin()
    assert feed_backfills() == 1
    Translation.objects.update(status=TranslationStatus.DONE)
    assert pause_backfill(job=job)
    assert not pause_backfill(job=job)
    assert feed_backfills() == 0
    assert resume_backfill(job=fresh(job))
    assert not resume_backfill(job=job)
    assert feed_backfills() == 1
    Translation.objects.update(status=TranslationStatus.DONE)
    assert stop_backfill(job=job)
    assert feed_backfills() == 0
    assert (fresh(job).state, job.counts["ended"]) == (JobState.DONE, "stopped")
    assert not stop_backfill(job=job)


def test_a_turn_that_dies_is_as_if_it_had_not_been(begin, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dutch(3)
    job = begin()

    def die(*_args: object, **_kwargs: object) -> int:
        raise RuntimeError("The power went out.")

    with monkeypatch.context() as broken:
        broken.setattr(backfilling, "store_orders", die)
        assert feed_backfills() == 0
    assert (fresh(job).done, job.counts, job.state) == (0, {}, JobState.RUNNING)
    assert "The power went out." in job.error
    assert ended(job) == "everything"
    assert (Translation.objects.count(), job.error) == (3, "")


def test_one_that_cannot_go_on_holds_up_no_other(begin) -> None:
    write_dutch(1)
    broken, job = begin(), begin()
    Job.objects.filter(pk=broken.pk).update(parameters={})
    assert feed_backfills() == 1
    assert fresh(broken).error
    assert not fresh(job).error


def test_long_ways_without_anything_to_order_are_walked_in_steps(begin, monkeypatch) -> None:
    monkeypatch.setattr(backfilling, "_STEP", 2)
    for review in write_dutch(7):
        translate_by_hand(review)
    write_dutch(1)
    job = begin()
    assert ended(job) == "everything"
    assert Translation.objects.filter(priority=Priority.BACKFILL).count() == 1


def test_measuring_says_how_much_it_would_be_and_changes_nothing() -> None:
    write_dutch(2)
    make_title(plot=DUTCH, plot_language="nl")
    scale = measure_backfill(sources=[], targets=["en", "pt"], kinds=["review", "title"], which=Which.MISSING)
    assert scale == Scale(texts=6, characters=6 * len(DUTCH))
    assert not Job.objects.exists()
    assert not Translation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_order_everything_once(begin) -> None:
    write_dutch(30)
    job = begin()

    def beat() -> int:
        try:
            return feed_backfills()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ordered = sum(pool.map(lambda _: beat(), range(4)))
    assert ordered == Translation.objects.count() == 30
    assert fresh(job).counts["ordered"] == 30


def test_the_command_says_how_much_and_starts(capsys, sofie: Member) -> None:
    write_dutch(2)
    call_command("translate_backlog", "en", "--from", "nl", "--dry-run")
    assert f"At most 2 texts with {2 * len(DUTCH)} characters." in capsys.readouterr().out
    assert not Job.objects.exists()
    call_command("translate_backlog", "en", "--characters", "100")
    job = Job.objects.get()
    assert (job.owner, job.total, job.parameters["budget_characters"]) == (sofie, 2, 100)
    with pytest.raises(CommandError):
        call_command("translate_backlog", "en", "--owner", "nobody")
