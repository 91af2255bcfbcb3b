"""The page of translation for those who run the site: what it says, and what can be told engines there."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Job, JobState, Member
from reviews import engine_figures
from reviews.backlog import Which
from reviews.engine_figures import Work
from reviews.models import (
    EVERY_PAIR,
    BadTranslation,
    Correction,
    EngineAct,
    EngineDay,
    EngineOffer,
    EngineState,
    Priority,
    Review,
    Segment,
    Translation,
    TranslationStatus,
)
from reviews.services.backfilling import start_backfill
from reviews.services.steering import steer_engine
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_review, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _engines(settings) -> None:
    settings.FILMSITE_TRANSLATION_ENGINES = ["dummy", "far=dummy?external=yes"]
    settings.FILMSITE_TRANSLATION_TARGETS = ["en", "nl"]
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def staff(client: Client, sofie: Member) -> Client:
    client.force_login(sofie)
    return client


def order(review: Review | None = None, **fields: object) -> Translation:
    return Translation.objects.create(
        review=review or make_review(body="Een mooie film.", language="nl"),
        source_hash="0" * 64,
        **{
            "source_language": "nl",
            "target": "en",
            "next_attempt_at": timezone.now(),
            "status": TranslationStatus.QUEUED,
            **fields,
        },
    )


def worked(**fields: object) -> EngineDay:
    return EngineDay.objects.create(
        **{"engine": "dummy", "source": "nl", "target": "en", "day": timezone.now().date(), **fields}
    )


def words(page: Any) -> str:
    """What the page says, without its marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def cell(page: Any, source: str, target: str) -> Any:
    return next(
        found
        for row in page.context["rows"]
        for found in row.cells
        if (found.source, found.target) == (source, target)
    )


def health(page: Any) -> list[tuple[str, str]]:
    return [(said.level, said.words) for said in page.context["health"]]


def test_all_is_well_where_nothing_waits_and_every_engine_works(staff: Client) -> None:
    assert health(staff.get("/engines/")) == [
        ("ok", "All is well: new texts are translated as they come in.")
    ]


def test_a_new_text_that_waits_for_long_stands_at_the_head(staff: Client) -> None:
    order(next_attempt_at=timezone.now() - timedelta(minutes=5), queued_at=timezone.now())
    ((level, said),) = health(staff.get("/engines/"))
    assert level == "error"
    assert said.startswith("1 new text is late: readers have waited for 5")


def test_texts_that_no_engine_serves_stand_at_the_head_with_the_way_out(staff: Client) -> None:
    for source in ("nl", "fa"):
        order(source_language=source, target="ja", status=TranslationStatus.UNSUPPORTED)
    ((level, said),) = health(staff.get("/engines/"))
    assert level == "warn"
    assert said.startswith("2 texts wait for an engine that has their languages.")
    assert "translation_models add" in said


def test_texts_that_have_just_begun_to_wait_are_told_instead_of_that_all_is_well(staff: Client) -> None:
    order()
    order(priority=Priority.EDIT)
    assert health(staff.get("/engines/")) == [("info", "Catching up: 2 texts wait for their turn.")]


def test_what_happened_a_moment_ago_is_no_matter_of_minutes(staff: Client, sofie: Member) -> None:
    steer_engine(by=sofie, act=EngineAct.PAUSE, engine="dummy")
    steer_engine(by=sofie, act=EngineAct.PAUSE, engine="dummy", source="nl", target="en")
    order(priority=Priority.EDIT)
    said = words(staff.get("/engines/")).replace("\xa0", " ")
    assert "dummy: Paused by staff less than a minute ago." in said
    assert "ready for less than a minute" in said
    assert "0 minutes" not in said


def test_the_log_of_an_engine_calls_pairs_by_their_languages(staff: Client, sofie: Member) -> None:
    steer_engine(by=sofie, act=EngineAct.PAUSE, engine="dummy")
    steer_engine(by=sofie, act=EngineAct.PAUSE, engine="dummy", source="nl", target="en")
    said = words(staff.get("/engines/"))
    assert "sofie paused dummy, all pairs" in said
    assert "sofie paused dummy, Dutch → English" in said


def test_an_old_backfill_that_waits_is_no_trouble(staff: Client) -> None:
    order(next_attempt_at=timezone.now() - timedelta(hours=5), priority=Priority.BACKFILL)
    assert health(staff.get("/engines/"))[0][0] == "ok"


def test_the_matrix_says_what_serves_each_pair(staff: Client, settings) -> None:
    page = staff.get("/engines/")
    assert (cell(page, "pt", "en").serving, cell(page, "pt", "en").engine) == ("open", "dummy")
    assert cell(page, "en", "en").serving == "same"
    settings.FILMSITE_TRANSLATION_TARGETS = ["en", "ja"]
    order(target="ja", status=TranslationStatus.UNSUPPORTED, reason="no_pair")
    page = staff.get("/engines/")
    assert cell(page, "nl", "ja").serving == "none"
    assert "Dutch → Japanese 1 text waits" in words(page)


def test_a_language_that_readers_wish_is_a_column_of_its_own(staff: Client) -> None:
    order(target="ja", status=TranslationStatus.UNSUPPORTED)
    assert staff.get("/engines/").context["targets"] == ["en", "nl", "ja"]


def test_another_engine_stands_in_for_one_that_rests(staff: Client, settings) -> None:
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    state = EngineState.objects.create(
        engine="dummy",
        source="nl",
        target="en",
        closed_until=timezone.now() + timedelta(minutes=4),
        failures=5,
    )
    found = cell(staff.get("/engines/"), "nl", "en")
    assert (found.serving, found.engine, found.instead_of) == ("open", "far", "dummy")
    EngineState.objects.filter(pk=state.pk).update(closed_until=timezone.now() - timedelta(seconds=1))
    assert cell(staff.get("/engines/"), "nl", "en").engine == "dummy"


def test_a_closed_engine_says_for_how_long_and_why(staff: Client) -> None:
    EngineState.objects.create(
        engine="dummy",
        source="nl",
        target="en",
        failures=5,
        closed_until=timezone.now() + timedelta(minutes=4, seconds=30),
        last_error="retryable: no answer",
    )
    page = staff.get("/engines/")
    assert "Closed for 4 minutes more after 5 failures: out of time or out of reach: no answer." in words(
        page
    ).replace("\xa0", " ")
    assert cell(page, "nl", "en").serving == "closed"
    assert health(page)[0] == ("error", "dummy: Closed for Dutch → English.")


def test_an_engine_that_sends_texts_out_is_off_until_the_site_allows_it(staff: Client, settings) -> None:
    assert "Off: it sends texts out of the house" in words(staff.get("/engines/"))
    settings.FILMSITE_TRANSLATION_EXTERNAL = True
    assert "outside: texts leave the house" in words(staff.get("/engines/"))


def test_a_silent_engine_says_since_when(staff: Client) -> None:
    EngineOffer.objects.create(
        engine="dummy", pairs=[], failed_at=timezone.now() - timedelta(hours=3), error="Connection refused"
    )
    said = words(staff.get("/engines/")).replace("\xa0", " ")
    assert "Silent for 3 hours" in said
    assert "Connection refused" in said


def test_throughput_adds_the_days_up(staff: Client, settings) -> None:
    settings.FILMSITE_TRANSLATION_CHARACTERS_A_DAY = {"dummy": 10_000}
    today = timezone.now().date()
    worked(sentences=80, remembered=20, words=600, characters=4_000, milliseconds=1_200, failures={"loop": 2})
    worked(sentences=20, remembered=20, day=today - timedelta(days=3), failures={"loop": 1, "echo": 1})
    worked(sentences=999, day=today - timedelta(days=45))
    page = staff.get("/engines/")
    work: Work = page.context["work"]
    assert (work.sentences, work.words, work.hit_rate, work.milliseconds_a_word) == (100, 600, 40, 2)
    assert page.context["failures"] == [("the same words over and over", 3), ("given back untranslated", 1)]
    seen = page.context["engines"][0]["engine"]
    assert (seen.today.characters, seen.budget) == (4_000, 10_000)
    assert "4,000 of 10,000" in words(page)
    assert [day for day, _work in page.context["days"]] == [today, today - timedelta(days=3)]


def test_the_queue_is_told_by_priority_with_the_age_of_the_oldest(staff: Client) -> None:
    now = timezone.now()
    order(priority=Priority.EDIT, next_attempt_at=now - timedelta(minutes=10))
    order(priority=Priority.EDIT, next_attempt_at=now + timedelta(minutes=10))
    order(priority=Priority.BACKFILL, lease_until=now + timedelta(seconds=30))
    new, edit, backfill = staff.get("/engines/").context["queue"]
    assert (new["number"], new["oldest"]) == (0, None)
    assert (edit["number"], edit["due"], edit["oldest"]) == (2, 1, now - timedelta(minutes=10))
    assert (backfill["number"], backfill["due"], backfill["held"]) == (1, 0, 1)


def test_the_queue_is_counted_without_a_look_at_its_texts() -> None:
    row = order(next_attempt_at=timezone.now() - timedelta(minutes=5))
    with CaptureQueriesContext(connection) as asked:
        assert [(found.number, found.due) for found in engine_figures.queued()] == [(1, 1)]
    assert row.review._meta.db_table not in asked[0]["sql"]


def test_what_waits_for_people_is_counted(staff: Client, alice: Member) -> None:
    row = order(status=TranslationStatus.DONE, doubted_at=timezone.now())
    BadTranslation.objects.create(translation=row, member=alice, reason="names", made_at=timezone.now())
    Correction.objects.create(
        review=row.review,
        by=alice,
        source_language="nl",
        target="en",
        sentence="a",
        text="b",
        made_at=timezone.now(),
    )
    doubts = staff.get("/engines/").context["doubts"]
    assert (doubts.doubted, doubts.bad_reports, doubts.corrections) == (1, 1, 1)


def test_the_page_asks_as_much_with_many_rows(staff: Client, alice: Member, sofie: Member) -> None:
    def more() -> None:
        row = order(status=TranslationStatus.FAILED, reason=f"reason {Translation.objects.count()}")
        order(target="pt", source_language="fr")
        worked(engine=f"gone-{row.pk}", sentences=3, failures={"echo": 1})
        EngineState.objects.create(engine=f"gone-{row.pk}", source="nl", target="en", failures=1)
        BadTranslation.objects.create(translation=row, member=alice, reason="names", made_at=timezone.now())
        steer_engine(by=sofie, act=EngineAct.PAUSE, engine=f"gone-{row.pk}")

    assert_flat_queries(staff, more, "/engines/", at_most=20)


def test_an_engine_is_paused_and_goes_on_and_the_log_says_who(staff: Client, sofie: Member) -> None:
    answer = staff.post("/engines/act/", {"act": "pause", "engine": "dummy"}, follow=True)
    state = EngineState.objects.get(engine="dummy", source=EVERY_PAIR, target=EVERY_PAIR)
    assert state.paused_at is not None
    assert "dummy is paused" in words(answer)
    assert cell(answer, "nl", "en").serving == "paused"
    assert answer.context["undo"]["act"] == "resume"
    assert "sofie paused dummy" in words(answer)
    entry = LogEntry.objects.get()
    assert (entry.user, entry.change_message) == (sofie, "pause")
    answer = staff.post("/engines/act/", {**answer.context["undo"]}, follow=True)
    state.refresh_from_db()
    assert state.paused_at is None
    assert "dummy goes on" in words(answer)


def test_a_pair_is_paused_alone(staff: Client) -> None:
    page = staff.post(
        "/engines/act/", {"act": "pause", "engine": "dummy", "source": "nl", "target": "en"}, follow=True
    )
    assert cell(page, "nl", "en").serving == "paused"
    assert cell(page, "pt", "en").serving == "open"


def test_a_reset_opens_an_engine_with_all_its_pairs(staff: Client) -> None:
    for target in ("en", "pt"):
        EngineState.objects.create(
            engine="dummy",
            source="nl",
            target=target,
            failures=7,
            closed_until=timezone.now() + timedelta(hours=1),
        )
    page = staff.post("/engines/act/", {"act": "reset", "engine": "dummy"}, follow=True)
    assert cell(page, "nl", "en").serving == "open"
    assert not EngineState.objects.exclude(failures=0, closed_until=None).exists()
    assert page.context["undo"] is None


@pytest.mark.parametrize(
    "values",
    [
        {"act": "explode", "engine": "dummy"},
        {"act": "pause", "engine": "nobody"},
        {"act": "pause", "engine": "x" * 200},
        {"act": "pause", "engine": "dummy", "source": "nl"},
        {},
    ],
)
def test_what_cannot_be_told_an_engine_is_no_page(staff: Client, values: dict[str, str]) -> None:
    assert staff.post("/engines/act/", values).status_code == 404
    assert not EngineState.objects.exists()


def test_what_failed_for_a_reason_is_ordered_again(staff: Client) -> None:
    failed = order(status=TranslationStatus.FAILED, reason="loop", attempts=8)
    other = order(status=TranslationStatus.FAILED, reason="echo")
    page = staff.post("/engines/requeue/", {"reason": "loop", "source": "nl", "target": "en"}, follow=True)
    assert "1 translation is ordered." in words(page)
    failed.refresh_from_db()
    other.refresh_from_db()
    assert (failed.status, failed.priority, failed.attempts) == (
        TranslationStatus.QUEUED,
        Priority.BACKFILL,
        0,
    )
    assert other.status == TranslationStatus.FAILED


def test_members_cannot_tell_engines_anything(client: Client, mona: Member) -> None:
    client.force_login(mona)
    for address in ("/engines/act/", "/engines/requeue/", "/engines/backfills/", "/engines/backfills/1/"):
        assert client.post(address, {"act": "pause", "engine": "dummy"}).status_code == 404
    assert not EngineState.objects.exists()


# --- Older texts ------------------------------------------------------------------------------------------

WISH = {"which": "missing", "targets": ["en"], "kinds": ["review"]}


def test_measuring_says_how_much_and_starting_starts(staff: Client) -> None:
    title = make_title()
    for _ in range(3):
        make_review(title, make_member(), "Een mooie film.", language="nl")
    page = staff.post("/engines/backfills/", {**WISH, "measure": "1"})
    assert "At most 3 texts with 45 characters" in words(page)
    assert not Job.objects.exists()
    page = staff.post("/engines/backfills/", {**WISH, "budget_characters": "30", "start": "1"}, follow=True)
    job = Job.objects.get()
    assert (job.total, job.parameters["budget_characters"], job.state) == (3, 30, JobState.RUNNING)
    assert "0 of 3 looked at" in words(page)
    assert 'hx-trigger="every 5s"' in page.content.decode()


def test_the_estimate_tells_each_kind_of_text_and_all_kinds_are_chosen_at_first(staff: Client) -> None:
    make_review(make_title(plot="Twee kinderen delen een paar schoenen.", plot_language="nl"), language="nl")
    first = staff.get("/engines/backfills/").context["form"]
    page = staff.post(
        "/engines/backfills/",
        {"which": "missing", "targets": ["en"], "kinds": first["kinds"].value(), "measure": "1"},
    )
    assert page.context["scale"].texts == 2
    said = words(page)
    assert "messages and opinions 1" in said
    assert "plots 1" in said
    assert "biographies 0" in said


@pytest.mark.parametrize(
    "wrong",
    [
        {"targets": ["xx"]},
        {"kinds": []},
        {"budget_characters": "0"},
        {"most_texts": "9" * 30},
        {"kinds": ["title"], "since": "2026-01-01"},
    ],
    ids=lambda wrong: ", ".join(wrong),
)
def test_a_wish_that_cannot_be_is_told_and_nothing_typed_is_lost(staff: Client, wrong: dict) -> None:
    page = staff.post("/engines/backfills/", {**WISH, "characters_an_hour": "1234", **wrong, "start": "1"})
    assert page.status_code == 422
    assert 'value="1234"' in page.content.decode()
    assert not Job.objects.exists()


def test_a_backfill_is_paused_resumed_and_stopped(staff: Client, sofie: Member) -> None:
    make_review(body="Een mooie film.", language="nl")
    staff.post("/engines/backfills/", {**WISH, "start": "1"})
    job = Job.objects.get()
    for act, state in (("pause", JobState.PAUSED), ("resume", JobState.RUNNING), ("stop", JobState.DONE)):
        staff.post(f"/engines/backfills/{job.pk}/", {"act": act})
        job.refresh_from_db()
        assert job.state == state
    page = staff.post(f"/engines/backfills/{job.pk}/", {"act": "pause"}, follow=True)
    assert "That is not how it stands any more" in words(page)
    assert 'hx-trigger="every 5s"' not in page.content.decode()
    assert staff.post(f"/engines/backfills/{job.pk}/", {"act": "burn"}).status_code == 404
    other = Job.objects.create(kind="catalogue.export", owner=sofie)
    assert staff.post(f"/engines/backfills/{other.pk}/", {"act": "stop"}).status_code == 404


def test_the_page_of_older_texts_asks_as_much_with_many(staff: Client, sofie: Member) -> None:
    def more() -> None:
        start_backfill(owner=sofie, sources=[], targets=["en"], kinds=["review"], which=Which.MISSING)

    assert_flat_queries(staff, more, "/engines/backfills/", at_most=10)


def test_the_page_counts_a_memory_that_the_database_never_looked_at(staff: Client) -> None:
    assert "The memory knows" not in words(staff.get("/engines/"))
    for number in range(3):
        Segment.objects.create(key=bytes([number] * 32), text="Mooi.")
    assert "The memory knows about 3 sentences." in words(staff.get("/engines/"))
