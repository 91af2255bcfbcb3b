"""Engines that fail, rest, are paused or cost too much; what the sweep finds; what is remembered and forgotten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from reviews.engine_wording import reason_in_words
from reviews.models import (
    EVERY_PAIR,
    EngineDay,
    EngineState,
    Priority,
    Review,
    ReviewState,
    Segment,
    Translation,
    TranslationStatus,
)
from reviews.services import routing, translating
from reviews.services.publishing import withdraw_review
from reviews.services.translating import health, sweeping
from reviews.services.translating.claiming import claim, next_backfill
from reviews.services.translating.health import Wait, Way, Ways
from reviews.sources import source_of
from reviews.translation.base import FailureKind
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_member, make_title
from tests.reviews.orders import order, translate_now, write

pytestmark = pytest.mark.django_db

PT_EN = frozenset({("pt", "en")})


def texts(author: Member, number: int) -> list[Translation]:
    return [order(write(author, body=f"Um texto número {place} sobre o filme.")) for place in range(number)]


def way(characters: int = 100) -> Way | Wait | None:
    return Ways(routing.router().routes("pt", "en")).open(characters=characters)


def rest_is_over() -> None:
    EngineState.objects.update(closed_until=timezone.now() - timedelta(seconds=1))


# --- The breaker ----------------------------------------------------------------------------------------


def test_after_five_failures_nobody_calls_the_engine_until_it_had_its_rest(alice: Member, use):
    engine = use(DummyEngine(fail=FailureKind.RETRYABLE, pairs=PT_EN))
    rows = texts(alice, 7)
    assert [translate_now(row) for row in rows] == ["retry"] * 5 + ["engine_closed"] * 2
    assert len(engine.calls) == 5
    assert rows[6].attempts == 0, "waiting for the engine is no attempt"

    state = EngineState.objects.get()
    assert timedelta(seconds=25) < state.closed_until - timezone.now() <= timedelta(seconds=30)
    assert abs(rows[6].next_attempt_at - state.closed_until) < timedelta(seconds=1)
    rest_is_over()
    use(DummyEngine(pairs=PT_EN))
    assert translate_now(rows[6]) == "done"
    state.refresh_from_db()
    assert (state.failures, state.first_failure_at, state.closed_until) == (0, None, None)


def test_each_rest_is_twice_as_long_as_the_one_before_up_to_half_an_hour(alice: Member, use):
    use(DummyEngine(fail=FailureKind.BROKEN, pairs=PT_EN))
    rows = texts(alice, 14)
    for row in rows[:5]:
        translate_now(row)
    rests = []
    for row in rows[5:]:
        rest_is_over()
        translate_now(row)
        rests.append((EngineState.objects.get().closed_until - timezone.now()).total_seconds())
    assert [round(rest, -1) for rest in rests] == [60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]


def test_failures_that_lie_far_apart_close_nothing(alice: Member, use):
    use(DummyEngine(fail=FailureKind.RETRYABLE, pairs=PT_EN))
    for row in texts(alice, 7):
        translate_now(row)
        EngineState.objects.filter(failures__gte=4).update(
            first_failure_at=timezone.now() - timedelta(seconds=61)
        )
    assert EngineState.objects.get().closed_until is None


def test_a_text_that_no_engine_likes_is_no_fault_of_the_engine(alice: Member, use):
    use(DummyEngine(fail=FailureKind.TOO_LARGE, pairs=PT_EN))
    for row in texts(alice, 6):
        assert translate_now(row) == "failed"
    assert not EngineState.objects.filter(failures__gt=0).exists()


def test_an_engine_that_says_when_to_come_back_is_left_alone_until_then(alice: Member, use):
    engine = use(DummyEngine(pairs=PT_EN, fail=FailureKind.RETRYABLE, retry_after=3000))
    rows = texts(alice, 3)
    assert [translate_now(row) for row in rows] == ["retry", "engine_closed", "engine_closed"]
    assert len(engine.calls) == 1
    state = EngineState.objects.get()
    assert timedelta(minutes=49) < state.closed_until - timezone.now() <= timedelta(minutes=50)
    assert rows[2].attempts == 0


def test_it_is_left_alone_too_where_it_gave_something_first(alice: Member, use):
    use(
        DummyEngine(
            pairs=PT_EN,
            fail=FailureKind.RETRYABLE,
            retry_after=3000,
            fail_when=lambda text: "segunda" in text,
        )
    )
    row = order(write(alice, body="Esta frase é a primeira. Esta frase é a segunda."))
    translate_now(row)
    assert translate_now(row) == "engine_closed"


def test_one_caller_tries_a_rested_engine_and_the_others_wait(use):
    engine = use(DummyEngine(pairs=PT_EN))
    past = timezone.now() - timedelta(seconds=1)
    EngineState.objects.create(engine=engine.key, source="pt", target="en", failures=5, closed_until=past)
    first, second = (Ways(routing.router().routes("pt", "en")) for _ in range(2))
    assert isinstance(first.open(characters=1), Way)
    assert isinstance(second.open(characters=1), Wait)


def test_what_the_memory_knows_leaves_the_trial_of_a_rested_engine_to_the_next(
    alice: Member, bob: Member, use
):
    use(DummyEngine(pairs=PT_EN))
    translate_now(order(write(alice)))
    EngineState.objects.create(
        engine="dummy", source="pt", target="en", failures=5, closed_until=timezone.now()
    )
    assert translate_now(order(write(bob))) == "done"
    assert isinstance(way(), Way)


def test_while_one_engine_rests_the_next_one_works(alice: Member, use):
    ill, well = DummyEngine(key="ill", pairs=PT_EN), DummyEngine(key="well", pairs=PT_EN)
    use(ill, well)
    later = timezone.now() + timedelta(minutes=5)
    EngineState.objects.create(engine="ill", source="pt", target="en", failures=5, closed_until=later)
    row = texts(alice, 1)[0]
    assert translate_now(row) == "done"
    assert (row.engine, ill.calls) == ("well", [])


def test_a_pivot_rests_on_an_account_of_its_own(alice: Member, use):
    first = DummyEngine(key="first", pairs=PT_EN)
    second = DummyEngine(key="second", pairs=frozenset({("en", "nl")}), fail=FailureKind.RETRYABLE)
    use(first, second)
    rows = [
        Translation.objects.get(review=write(alice, body=f"Um texto número {n} sobre isso."), target="nl")
        for n in range(6)
    ]
    assert [translate_now(row) for row in rows] == ["retry"] * 5 + ["engine_closed"]
    assert EngineState.objects.get(closed_until__isnull=False).engine == "first+second"
    assert isinstance(way(), Way), "its first engine still translates into English"


def test_answers_that_the_gates_refuse_half_way_are_no_fault_of_the_pivot(alice: Member, use):
    first = DummyEngine(key="first", pairs=PT_EN, garble=lambda text: "")
    use(first, DummyEngine(key="second", pairs=frozenset({("en", "nl")})))
    rows = [
        Translation.objects.get(review=write(alice, body=f"Um texto {word} sobre isso."), target="nl")
        for word in ("bom", "mau", "claro", "longo", "curto", "velho")
    ]
    assert [translate_now(row) for row in rows] == ["failed"] * 6
    assert {row.reason for row in rows} == {"empty"}
    assert not EngineState.objects.filter(failures__gt=0).exists()
    assert set(EngineDay.objects.get(engine="first").failures) == {"empty"}


def test_a_pivot_says_by_way_of_which_language_it_went_and_counts_for_both(alice: Member, use):
    use(
        DummyEngine(key="first", pairs=PT_EN),
        DummyEngine(key="second", pairs=frozenset({("en", "nl")})),
    )
    row = Translation.objects.get(review=write(alice), target="nl")
    assert translate_now(row) == "done"
    assert (row.engine, row.via) == ("first+second", "en")
    assert {(day.engine, day.source, day.target) for day in EngineDay.objects.all()} == {
        ("first", "pt", "en"),
        ("second", "en", "nl"),
    }


# --- Quotas, budgets, pauses ----------------------------------------------------------------------------


def test_a_quota_closes_the_whole_engine_and_the_next_one_takes_over(alice: Member, use):
    paid = DummyEngine(key="paid", billed=True, pairs=PT_EN, fail=FailureKind.QUOTA, retry_after=900)
    use(paid, DummyEngine(key="free", pairs=PT_EN))
    first, second = texts(alice, 2)
    assert translate_now(first) == "done"
    assert first.engine == "free"
    state = EngineState.objects.get(engine="paid")
    assert (state.source, state.target) == (EVERY_PAIR, EVERY_PAIR)
    assert state.closed_until > timezone.now() + timedelta(minutes=14)
    assert translate_now(second) == "done"
    assert len(paid.calls) == 1


def test_an_engine_is_sent_no_more_than_its_budget_of_the_day(alice: Member, use, settings):
    settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY = {"paid": 40}
    paid = DummyEngine(key="paid", billed=True, pairs=PT_EN)
    use(paid)
    first, second = texts(alice, 2)
    assert translate_now(first) == "done"
    queued = second.queued_at
    assert translate_now(second) == "budget"
    assert (second.attempts, second.queued_at) == (0, queued)
    tomorrow = (timezone.now() + timedelta(days=1)).date()
    assert (second.next_attempt_at.date(), second.next_attempt_at.hour) == (tomorrow, 0)
    EngineDay.objects.update(day=timezone.now().date() - timedelta(days=1))
    assert translate_now(second) == "done"
    assert len(paid.calls) == 2


def test_what_is_left_of_a_budget_is_used_and_the_rest_waits(alice: Member, use, settings):
    settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY = {"paid": 80}
    use(DummyEngine(key="paid", billed=True, pairs=PT_EN))
    rows = texts(alice, 4)
    translating.translate(rows[0].pk)
    found = Translation.objects.filter(target="en").order_by("pk")
    assert [(row.status, row.reason) for row in found] == [("done", "")] * 2 + [("queued", "budget")] * 2
    assert {row.attempts for row in found[2:]} == {0}


def test_what_does_not_fit_into_one_budget_takes_the_next_way(alice: Member, use, settings):
    settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY = {"paid": 80}
    use(DummyEngine(key="paid", billed=True, pairs=PT_EN), DummyEngine(key="free", pairs=PT_EN))
    rows = texts(alice, 4)
    translating.translate(rows[0].pk)
    found = Translation.objects.filter(target="en").order_by("pk")
    assert [row.engine for row in found] == ["paid", "paid", "free", "free"]


def test_a_text_that_no_days_budget_can_hold_fails_and_says_why(alice: Member, use, settings):
    settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY = {"paid": 100}
    use(DummyEngine(key="paid", billed=True, pairs=PT_EN))
    row = order(write(alice, body="Um texto muito longo sobre o filme. " * 4))
    assert translate_now(row) == "failed"
    assert row.reason == "over_budget"
    assert reason_in_words(row.reason) != row.reason


def test_a_paused_engine_gets_nothing_until_it_goes_on(alice: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    row = texts(alice, 1)[0]
    translating.pause_engine(engine="dummy")
    translating.pause_engine(engine="dummy", source="pt", target="en")
    assert translate_now(row) == "engine_paused"
    assert (row.attempts, engine.calls) == (0, [])
    translating.resume_engine(engine="dummy")
    assert translate_now(row) == "engine_paused"
    translating.resume_engine(engine="dummy", source="pt", target="en")
    row.refresh_from_db()
    assert translating.translate(row.pk) == "done", "what waits for engines is due again"


def test_a_reset_opens_an_engine_and_takes_up_what_it_rejected(alice: Member, use):
    use(DummyEngine(pairs=PT_EN, fail=FailureKind.REJECTED))
    rejected, waiting = texts(alice, 2)
    assert translate_now(rejected) == "failed"
    EngineState.objects.update(failures=9, closed_until=timezone.now() + timedelta(minutes=20))
    assert translate_now(waiting) == "engine_closed"
    use(DummyEngine(pairs=PT_EN))
    assert translating.reset_engines(states=EngineState.objects.all()) == EngineState.objects.count()
    assert translating.translate(waiting.pk) == "done"
    assert translating.translate(rejected.pk) == "done"
    assert set(Translation.objects.filter(target="en").values_list("status", flat=True)) == {"done"}


def test_what_was_rejected_goes_behind_new_texts_after_a_reset(
    alice: Member, use, woken, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(health, "MOST_CALLED", 2)
    use(DummyEngine(pairs=PT_EN, fail=FailureKind.REJECTED))
    for row in (rows := texts(alice, 3)):
        translate_now(row)
    before = timezone.now()
    with django_capture_on_commit_callbacks(execute=True):
        translating.reset_engines(states=EngineState.objects.all())
    again = Translation.objects.filter(pk__in=[row.pk for row in rows], status=TranslationStatus.QUEUED)
    assert len(again) == 2, "no more than a portion at once"
    assert {(row.priority, row.reason, row.queued_at > before) for row in again} == {
        (Priority.BACKFILL, "", True)
    }
    assert {pk for message in woken for pk in message} <= {row.pk for row in again}
    assert woken


def test_what_engines_do_adds_up_by_day(alice: Member, bob: Member, use):
    use(DummyEngine(pairs=PT_EN, fail=FailureKind.BROKEN, fail_when=lambda text: "mau" in text))
    for author in (alice, bob):
        for body in ("Um filme bom. Um filme mau.", "Um filme mau."):
            translate_now(order(write(author, body=body)))
    day = EngineDay.objects.get()
    assert day.sentences == 6
    assert day.remembered == 1
    assert day.failures["broken"] >= 4
    assert day.characters == sum(row.characters for row in Translation.objects.filter(target="en"))


# --- The sweep ------------------------------------------------------------------------------------------


def make_past_due(row: Translation) -> None:
    past = timezone.now() - timedelta(minutes=5)
    Translation.objects.filter(pk=row.pk).update(next_attempt_at=past)


def test_a_worker_that_died_loses_its_claim_and_the_sweep_finds_the_order(alice: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    row = order(write(alice))
    past = timezone.now() - timedelta(minutes=5)
    make_past_due(row)
    Translation.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(seconds=20))
    assert translating.sweep_translations() == 0, "somebody holds it"
    Translation.objects.filter(pk=row.pk).update(lease_until=past)
    assert translating.sweep_translations() == 1
    assert woken == [(row.pk,)]
    assert translating.translate(row.pk) == "done"


def test_the_sweep_wakes_for_what_is_urgent_first(alice: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    rows = texts(alice, 3)
    for row, priority in zip(rows, (Priority.BACKFILL, Priority.EDIT, Priority.NEW), strict=True):
        make_past_due(row)
        Translation.objects.filter(pk=row.pk).update(priority=priority)
    translating.sweep_translations()
    assert woken == [tuple(row.pk for row in reversed(rows))]


def test_an_engine_that_learns_a_pair_gets_the_orders_that_waited_for_it(alice: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    row = order(write(alice), "nl")
    assert row.status == TranslationStatus.UNSUPPORTED
    assert translating.sweep_translations() == 0
    use(DummyEngine())
    translating.sweep_translations()
    assert row.pk in woken[-1]
    assert translate_now(row) == "done"


def test_a_pair_learnt_by_another_machine_is_for_those_who_let_their_texts_leave(alice: Member, use):
    use(DummyEngine(pairs=frozenset()))
    shy = make_member(translation_consent="house")
    mine, hers = order(write(alice)), order(write(shy))
    plot = {"plot": "Um menino perde os sapatos.", "plot_language": "pt"}
    signed, unsigned = make_title(**plot, plot_author=alice), make_title(**plot)
    translating.store_orders(
        [(source_of(title), ["en"]) for title in (signed, unsigned)], priority=Priority.NEW
    )
    use(DummyEngine(external=True, pairs=PT_EN))
    for _ in range(2):
        translating.sweep_translations()
    found = dict(Translation.objects.filter(target="en").values_list("pk", "status"))
    assert (found[mine.pk], found[hers.pk]) == ("queued", "unsupported")
    plots = dict(Translation.objects.filter(target="en").values_list("title", "status"))
    assert (plots[signed.pk], plots[unsigned.pk]) == ("queued", "unsupported")


def test_what_failed_is_tried_again_when_there_is_another_model(alice: Member, use):
    use(DummyEngine(pairs=PT_EN, garble=lambda text: ""))
    row = order(write(alice))
    assert translate_now(row) == "failed"
    for _ in range(2):
        translating.sweep_translations()
    row.refresh_from_db()
    assert row.status == TranslationStatus.FAILED
    use(DummyEngine(pairs=PT_EN, version="2"))
    translating.sweep_translations()
    assert translating.translate(row.pk) == "done"


def test_an_empty_cache_makes_the_sweep_look_again_and_arm_nothing_twice(alice: Member, use):
    from django.core.cache import cache

    use(DummyEngine(pairs=PT_EN, garble=lambda text: ""))
    row = order(write(alice))
    translate_now(row)
    for _ in range(2):
        cache.clear()
        translating.sweep_translations()
    row.refresh_from_db()
    assert row.status == TranslationStatus.FAILED


def test_what_an_engine_can_do_now_is_armed_in_portions(alice: Member, use, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST_ARMED", 2)
    use(DummyEngine(pairs=frozenset()))
    rows = texts(alice, 5)
    use(DummyEngine(pairs=PT_EN))
    armed = []
    for _ in range(4):
        translating.sweep_translations()
        queued = Translation.objects.filter(status=TranslationStatus.QUEUED)
        armed.append(queued.filter(priority=Priority.BACKFILL).count())
        queued.update(status=TranslationStatus.DONE)
    assert armed == [2, 2, 1, 0]
    assert not Translation.objects.filter(pk__in=[row.pk for row in rows], status="unsupported").exists()


def test_no_more_is_armed_while_workers_have_a_portion_to_do(alice: Member, use, monkeypatch):
    monkeypatch.setattr(sweeping, "MOST_ARMED", 2)
    use(DummyEngine(pairs=frozenset()))
    texts(alice, 3)
    use(DummyEngine(pairs=PT_EN))
    for _ in range(2):
        translating.sweep_translations()
    assert Translation.objects.filter(status=TranslationStatus.QUEUED).count() == 2


def test_nothing_is_armed_of_texts_that_are_gone(alice: Member, use):
    use(DummyEngine(pairs=frozenset()))
    row = texts(alice, 1)[0]
    withdraw_review(review=row.review, author=alice)
    use(DummyEngine(pairs=PT_EN))
    translating.sweep_translations()
    row.refresh_from_db()
    assert row.status != TranslationStatus.QUEUED


def test_machines_with_different_models_do_not_make_each_other_go_through_everything(
    use, monkeypatch: pytest.MonkeyPatch
):
    looked: list[str] = []
    monkeypatch.setattr(sweeping, "_supported", lambda: looked.append("once") or [])
    for pairs in (PT_EN, frozenset(), PT_EN, frozenset()):
        use(DummyEngine(pairs=pairs))
        translating.sweep_translations()
    assert len(looked) == 2


def test_orders_of_hidden_texts_stand_in_nobodys_way(alice: Member, bob: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    hidden, shown = texts(alice, 3), order(write(bob))
    Review.objects.filter(author=alice).update(state=ReviewState.REMOVED)
    Translation.objects.update(priority=Priority.BACKFILL)
    for row in (*hidden, shown):
        make_past_due(row)
    assert next_backfill() == shown.pk
    put_off = Translation.objects.filter(next_attempt_at__gt=timezone.now())
    assert {row.pk for row in put_off} == {row.pk for row in hidden}
    assert translating.sweep_translations() == 1


def test_a_claim_reads_no_more_of_a_long_queue_than_it_takes(alice: Member, bob: Member, use):
    use(DummyEngine(pairs=PT_EN))
    first, *_others = texts(alice, 25)
    with CaptureQueriesContext(connection) as asked:
        claim(first.pk)
    rows = [query["sql"] for query in asked if "FOR NO KEY UPDATE" in query["sql"]]
    assert rows
    with connection.cursor() as cursor:
        # A small table is read whole; what matters is that nothing has to be sorted or joined.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        for sql in rows[1:]:
            cursor.execute(f"EXPLAIN {sql}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "translation_queue" in plan
            assert "Sort" not in plan
            assert "Join" not in plan


# --- The memory -----------------------------------------------------------------------------------------


def test_sentences_that_no_text_called_for_in_a_long_time_are_forgotten(alice: Member, use, settings):
    settings.FILMSITE_TRANSLATION_MEMORY_DAYS = 30
    use(DummyEngine(pairs=PT_EN))
    old, new = texts(alice, 2)
    translate_now(old)
    Segment.objects.update(last_used=timezone.now().date() - timedelta(days=31))
    translate_now(new)
    assert translating.trim_memory() == 1
    assert "número 1" in Segment.objects.get().text


def test_a_sentence_that_is_used_again_stays_in_memory(alice: Member, bob: Member, use, settings):
    settings.FILMSITE_TRANSLATION_MEMORY_DAYS = 30
    use(DummyEngine(pairs=PT_EN))
    translate_now(order(write(alice)))
    Segment.objects.update(last_used=timezone.now().date() - timedelta(days=31))
    translate_now(order(write(bob)))
    assert translating.trim_memory() == 0
