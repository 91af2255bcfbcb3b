"""From a stored text to a stored translation: orders, claims, engines that fail, edits that race."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import EngineState, Review, Segment, Translation, TranslationStatus
from reviews.services import routing, translating
from reviews.services.publishing import edit_review, publish_review, undo_withdrawal, withdraw_review
from reviews.tasks import translate_review
from reviews.translation.base import FailureKind
from reviews.translation.engines.dummy import DummyEngine
from reviews.translation.router import Router
from tests.factories import make_credit, make_member, make_person, make_review, make_title

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças e um par de sapatos. Chorei no final."


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[[DummyEngine], DummyEngine]:
    """Let an engine of the test's own do all the work."""

    def put(engine: DummyEngine) -> DummyEngine:
        monkeypatch.setattr(routing, "router", lambda: Router([engine]))
        return engine

    return put


def write(
    author: Member, title: Title | None = None, body: str = PORTUGUESE, language: str = "pt", **fields
) -> Review:
    return publish_review(
        author=author, subject=title or make_title(), body=body, language=language, **fields
    )


def order(review: Review, target: str = "en") -> Translation:
    return Translation.objects.get(review=review, target=target, source_hash=review.source_hash)


def edit(review: Review, body: str, **fields) -> Review:
    values = {
        "language": review.language,
        "version": review.revision_number,
        "editor": review.author,
        **fields,
    }
    return edit_review(review=review, body=body, **values)


def test_a_portuguese_text_is_translated_by_the_real_engine(alice: Member):
    title = make_title("Children of Heaven")
    review = write(
        alice,
        title,
        "Chorei no fim de Children of Heaven. É um filme **muito** bonito.\n\n||O menino ganha a corrida.||",
    )
    translate_review(order(review).pk)
    row = order(review)
    assert row.status == TranslationStatus.DONE, row.reason
    assert "Children of Heaven" in row.body
    assert "beautiful" in row.body
    assert '<details class="spoiler">' in row.html
    assert "race" in row.html.split("<details", 1)[1]
    assert row.engine == "fx"
    assert row.words > 5
    assert Segment.objects.count() > 0


def test_the_headline_of_an_opinion_is_translated_too(alice: Member):
    review = write(alice, is_opinion=True, headline="Um filme muito bonito", verdict=9)
    translate_review(order(review).pk)
    assert "beautiful" in order(review).headline.lower()


def test_orders_are_stored_with_the_text_for_every_other_language(alice: Member):
    review = write(alice)
    found = dict(Translation.objects.filter(review=review).values_list("target", "status"))
    assert found == {"en": TranslationStatus.QUEUED, "nl": TranslationStatus.UNSUPPORTED}


@pytest.mark.parametrize(("language", "may_translate"), [("und", True), ("pt", False)])
def test_nothing_is_ordered_for_an_unknown_language_or_against_the_authors_will(
    alice: Member, language: str, may_translate: bool
):
    review = write(alice, language=language, may_translate=may_translate)
    assert not Translation.objects.filter(review=review).exists()


def test_the_names_around_a_title_survive_and_a_known_name_is_used(alice: Member, use):
    engine = use(DummyEngine())
    title = make_title(
        "Central do Brasil", original_name="Central do Brasil", alternatives={"Central Station": "en"}
    )
    make_credit(title, make_person("Fernanda Montenegro"), role="actor")
    review = write(alice, title, "Fernanda Montenegro carrega Central do Brasil nas costas.")
    translating.translate(order(review).pk)
    asked = " ".join(text for call in engine.calls for text in call)
    assert "Montenegro" not in asked
    assert "Brasil" not in asked
    assert order(review).body == "(en) Fernanda Montenegro carrega Central Station nas costas."


def test_any_number_of_deliveries_makes_one_translation(alice: Member, use):
    engine = use(DummyEngine())
    review = write(alice)
    outcomes = [translating.translate(order(review).pk) for _ in range(5)]
    assert outcomes == ["done", "not_due", "not_due", "not_due", "not_due"]
    assert len(engine.calls) == 1


def test_a_sentence_is_translated_once_for_all_texts(alice: Member, bob: Member, use):
    engine = use(DummyEngine())
    first, second = write(alice), write(bob)
    for review in (first, second):
        translating.translate(order(review).pk)
    assert len(engine.calls) == 1
    assert order(second).status == TranslationStatus.DONE
    assert set(Segment.objects.values_list("hits", flat=True)) == {1}


def test_a_failing_engine_is_tried_again_later_and_given_up_in_the_end(alice: Member, use):
    use(DummyEngine(fail=FailureKind.RETRYABLE))
    review = write(alice)
    row = order(review)
    waits = []
    for _ in range(translating.MOST_ATTEMPTS):
        EngineState.objects.update(closed_until=None)
        Translation.objects.filter(pk=row.pk).update(next_attempt_at=timezone.now())
        translating.translate(row.pk)
        row.refresh_from_db()
        waits.append(row.next_attempt_at - timezone.now())
    assert timedelta(seconds=14) < waits[0] < timedelta(seconds=31)
    assert waits[5] > waits[0]
    assert row.status == TranslationStatus.FAILED
    assert row.attempts == translating.MOST_ATTEMPTS
    assert row.reason == "retryable"


def test_after_five_failures_nobody_calls_the_engine_until_it_had_its_rest(alice: Member, use):
    engine = use(DummyEngine(fail=FailureKind.RETRYABLE))
    orders = [order(write(alice, body=f"Um texto número {number} sobre o filme.")) for number in range(7)]
    outcomes = [translating.translate(row.pk) for row in orders]
    assert outcomes == ["retry"] * 5 + ["engine_closed"] * 2
    assert len(engine.calls) == 5
    orders[6].refresh_from_db()
    assert orders[6].attempts == 0, "waiting for the engine is no attempt"

    state = EngineState.objects.get()
    assert state.closed_until > timezone.now() + timedelta(seconds=25)
    EngineState.objects.update(closed_until=timezone.now())
    Translation.objects.update(next_attempt_at=timezone.now())
    use(DummyEngine())
    assert translating.translate(orders[6].pk) == "done"
    state.refresh_from_db()
    assert (state.failures, state.closed_until) == (0, None)


def test_one_caller_tries_a_rested_engine_and_the_others_wait(alice: Member, use):
    engine = use(DummyEngine())
    EngineState.objects.create(
        engine=engine.key,
        source="pt",
        target="en",
        failures=5,
        closed_until=timezone.now() - timedelta(seconds=1),
    )
    first = EngineState.objects.get()
    second = EngineState.objects.get()
    assert translating._closed_for(first) is None
    assert translating._closed_for(second) is not None


def test_a_quota_costs_no_attempt_and_closes_the_engine_for_as_long_as_it_says(alice: Member, use):
    use(DummyEngine(fail=FailureKind.QUOTA, retry_after=900))
    row = order(write(alice))
    assert translating.translate(row.pk) == "quota"
    row.refresh_from_db()
    assert row.attempts == 0
    assert row.next_attempt_at > timezone.now() + timedelta(minutes=14)
    assert EngineState.objects.get().closed_until > timezone.now() + timedelta(minutes=14)


def test_an_engine_that_raises_never_breaks_the_task(alice: Member, use):
    use(DummyEngine(raises=MemoryError("out of luck")))
    row = order(write(alice))
    assert translating.translate(row.pk) == "retry"


def test_an_edit_while_the_engine_works_wins(alice: Member, use):
    review = write(alice)
    old = order(review)
    done = []

    def meanwhile(answer: str) -> str:
        if not done:
            done.append(edit(review, "Mudei de ideia: não gostei do filme."))
        return answer

    use(DummyEngine(garble=meanwhile))
    assert translating.translate(old.pk) == "superseded"
    old.refresh_from_db()
    assert (old.status, old.body) == (TranslationStatus.SUPERSEDED, "")
    assert order(done[0]).status == TranslationStatus.QUEUED


def test_nothing_of_a_text_that_is_taken_back_meanwhile_is_stored(alice: Member, use):
    review = write(alice)

    def meanwhile(answer: str) -> str:
        withdraw_review(review=review, author=alice)
        return answer

    use(DummyEngine(garble=meanwhile))
    assert translating.translate(order(review).pk) == "superseded"
    row = order(review)
    assert (row.status, row.body, row.lease_until) == (TranslationStatus.QUEUED, "", None)
    assert translating.translate(row.pk) == "not_due"

    use(DummyEngine())
    undo_withdrawal(review=review, author=alice)
    assert translating.translate(row.pk) == "done"


def test_an_edit_drops_the_orders_for_earlier_words_and_a_way_back_finds_its_translation(alice: Member, use):
    engine = use(DummyEngine())
    review = write(alice)
    translating.translate(order(review).pk)
    changed = edit(review, "Outra coisa, muito diferente, sobre o filme.")
    queued = order(changed)
    back = edit(changed, PORTUGUESE)
    queued.refresh_from_db()
    assert queued.status == TranslationStatus.SUPERSEDED
    assert order(back).status == TranslationStatus.DONE
    assert len(engine.calls) == 1


def test_a_spoiler_mark_set_later_orders_nothing_again(alice: Member, use):
    use(DummyEngine())
    review = write(alice)
    translating.translate(order(review).pk)
    edit(review, PORTUGUESE, is_spoiler=True)
    assert Translation.objects.filter(review=review, target="en").count() == 1


def test_a_worker_that_died_loses_its_claim_and_the_sweep_finds_the_order(
    alice: Member, use, monkeypatch: pytest.MonkeyPatch
):
    use(DummyEngine())
    row = order(write(alice))
    woken: list[int] = []
    monkeypatch.setattr(translating, "wake", lambda task, pk: woken.append(pk))
    assert translating._claim(row.pk) is not None
    past = timezone.now() - timedelta(minutes=5)
    Translation.objects.filter(pk=row.pk).update(next_attempt_at=past)
    assert translating.sweep_translations() == 0, "somebody holds it"
    Translation.objects.filter(pk=row.pk).update(lease_until=past)
    assert translating.sweep_translations() == 1
    assert woken == [row.pk]
    assert translating.translate(row.pk) == "done"


def test_a_text_that_kills_its_workers_is_given_up(alice: Member, use):
    engine = use(DummyEngine())
    row = order(write(alice))
    Translation.objects.filter(pk=row.pk).update(attempts=translating.MOST_ATTEMPTS)
    assert translating.translate(row.pk) == "failed"
    row.refresh_from_db()
    assert (row.status, row.reason) == (TranslationStatus.FAILED, "worker_lost")
    assert engine.calls == []


def test_a_late_result_of_a_lost_claim_is_dropped(alice: Member, use):
    row = order(write(alice))

    def meanwhile(answer: str) -> str:
        Translation.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
        return answer

    use(DummyEngine(garble=meanwhile))
    assert translating.translate(row.pk) == "superseded"
    row.refresh_from_db()
    assert row.body == ""


def test_an_engine_that_learns_a_pair_gets_the_orders_that_waited_for_it(
    alice: Member, use, monkeypatch: pytest.MonkeyPatch
):
    use(DummyEngine(pairs=frozenset({("pt", "en")})))
    review = write(alice)
    assert order(review, "nl").status == TranslationStatus.UNSUPPORTED
    use(DummyEngine())
    woken: list[int] = []
    monkeypatch.setattr(translating, "wake", lambda task, pk: woken.append(pk))
    translating.sweep_translations()
    assert order(review, "nl").pk in woken
    assert translating.translate(order(review, "nl").pk) == "done"


def test_a_long_text_goes_on_where_time_ran_out(alice: Member, use, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(translating, "DEADLINE_SECONDS", 0.25)
    use(DummyEngine(delay=0.05))
    review = write(alice, body="\n\n".join(f"Esta é a frase de número {n} sobre o filme." for n in range(12)))
    outcomes = []
    while not outcomes or outcomes[-1] == "continued":
        outcomes.append(translating.translate(order(review).pk))
        assert len(outcomes) < 12
    assert outcomes[-1] == "done"
    assert outcomes.count("continued") >= 1
    assert EngineState.objects.get().failures == 0


def test_an_operator_orders_again(alice: Member, use):
    use(DummyEngine(version="1"))
    row = order(write(alice))
    translating.translate(row.pk)
    use(DummyEngine(version="2"))
    assert translating.requeue(translations=[row]) == 1
    assert translating.translate(row.pk) == "done"
    row.refresh_from_db()
    assert row.fingerprint == "dummy-2"


def test_publishing_wakes_a_worker_once_the_text_is_stored(
    alice: Member, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    sent: list[tuple] = []
    monkeypatch.setattr(translate_review, "apply_async", lambda args, **options: sent.append(tuple(args)))
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
        assert sent == []
    assert sent == [(order(review).pk,)]


def test_all_orders_of_a_text_go_in_one_message_which_the_worker_shares_out(
    alice: Member, use, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    sent: list[tuple] = []
    monkeypatch.setattr(translate_review, "apply_async", lambda args, **options: sent.append(tuple(args)))
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
    first, second = review.translations.order_by("pk")
    assert sent == [(first.pk, second.pk)]
    translate_review(*sent.pop())
    assert sent == [(second.pk,)]
    translate_review(*sent.pop())
    assert {row.status for row in review.translations.all()} == {TranslationStatus.DONE}


def test_a_broker_that_is_away_costs_nothing_but_time(
    alice: Member, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    from kombu.exceptions import OperationalError

    def refuse(args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(translate_review, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
    assert order(review).status == TranslationStatus.QUEUED


@override_settings(FILMSITE_TRANSLATION_ENGINES=["reviews.translation.engines.dummy.DummyEngine"])
def test_engines_come_from_the_settings_by_name(alice: Member):
    review = write(alice)
    assert translating.translate(order(review, "nl").pk) == "done"
    assert order(review, "nl").engine == "dummy"


# --- Whose language it is -------------------------------------------------------------------------------


def read(client: Client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def test_an_english_text_is_read_in_portuguese_by_who_chose_that(client: Client, alice: Member):
    client.force_login(make_member("ines", translate_into="pt"))
    review = write(alice, body="This is a very beautiful film about two children.", language="en")
    assert "A translation is on its way." in read(client, review)
    translate_review(order(review, "pt").pk)
    assert order(review, "pt").status == TranslationStatus.DONE
    page = read(client, review)
    assert '<html lang="en"' in page
    assert re.search(r'data-wording lang="pt" dir="ltr"><p>[^<]*filme[^<]*crianças', page)


def test_new_texts_are_ordered_in_the_languages_that_members_read_in(
    alice: Member, use, django_assert_num_queries
):
    use(DummyEngine())
    make_member("eva", translate_into="es", interface_language="nl")
    make_member("tom", interface_language="en")
    make_member("bo", translate_into="sv", is_active=False)
    make_member("br", translate_into="pt-BR")
    review = write(alice)
    assert set(Translation.objects.filter(review=review).values_list("target", flat=True)) == {
        "en",
        "nl",
        "es",
    }
    with django_assert_num_queries(0):
        assert translating.targets_of(review) == ["en", "nl", "es"]


def test_a_language_of_the_site_that_members_use_needs_no_setting(alice: Member, settings):
    settings.FILMSITE_TRANSLATION_TARGETS = ["en"]
    make_member(interface_language="nl")
    assert translating.targets_of(write(alice)) == ["en", "nl"]


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    sent: list[tuple] = []
    monkeypatch.setattr(translate_review, "apply_async", lambda args, **options: sent.append(tuple(args)))
    return sent


def test_older_texts_are_ordered_when_a_member_first_meets_them(
    client: Client, use, woken, django_capture_on_commit_callbacks
):
    engine = use(DummyEngine())
    first = make_review(body=PORTUGUESE, language="pt")
    answers = [make_review(first.title, parent=first, root=first, language="pt") for _ in range(2)]
    make_review(first.title, parent=first, root=first, language="pt", may_translate=False)
    make_review(first.title, parent=first, root=first, language="pt", state="withdrawn")
    make_review(first.title, parent=first, root=first, language="hu")
    with django_capture_on_commit_callbacks(execute=True):
        read(client, first)
    assert not Translation.objects.exists(), "a visitor orders nothing"

    client.force_login(make_member("eva", translate_into="es"))
    with django_capture_on_commit_callbacks(execute=True):
        page = read(client, first)
        assert "No translation into Spanish yet." in page
    found = Translation.objects.filter(status=TranslationStatus.QUEUED).order_by("pk")
    assert [(row.review_id, row.target) for row in found] == [
        (review.pk, "es") for review in (first, *answers)
    ]
    assert woken == [tuple(row.pk for row in found)]
    assert engine.calls == []

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert "A translation is on its way." in read(client, first)
    assert (callbacks, len(woken)) == ([], 1)
    assert translating.translate(found[0].pk) == "done"
    assert "(es) Um filme" in read(client, first)


def test_a_page_orders_no_more_than_its_share(
    use, woken, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    monkeypatch.setattr(translating, "MOST_ORDERS_A_PAGE", 2)
    reviews = [make_review(language="pt") for _ in range(3)]
    for ordered in (2, 3):
        lacking = [review for review in reviews if not review.translations.exists()]
        with django_capture_on_commit_callbacks(execute=True):
            translating.order_for_reader(reviews=lacking, language="es")
        assert Translation.objects.count() == ordered
    assert [len(message) for message in woken] == [2, 1]


def test_two_readers_order_the_same_text_once(use, woken, django_capture_on_commit_callbacks):
    use(DummyEngine())
    review = make_review(language="pt")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            translating.order_for_reader(reviews=[review], language="es")
    assert Translation.objects.get().target == "es"
    assert len(woken) == 1


def test_an_order_that_was_dropped_is_taken_up_again(use, woken, django_capture_on_commit_callbacks):
    use(DummyEngine())
    review = make_review(language="pt")
    row = Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language="pt",
        target="es",
        status=TranslationStatus.SUPERSEDED,
        attempts=5,
        next_attempt_at=timezone.now(),
    )
    with django_capture_on_commit_callbacks(execute=True):
        translating.order_for_reader(reviews=[review], language="es")
    row.refresh_from_db()
    assert (row.status, row.attempts) == (TranslationStatus.QUEUED, 0)
    assert woken == [(row.pk,)]
