"""From a stored order to a stored translation: claims, batches, engines that fail, what is dropped."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from celery import current_app
from django.test import override_settings
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.backlog import Which
from reviews.models import EngineDay, EngineState, Priority, Segment, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.backfilling import feed_backfills, start_backfill
from reviews.services.publishing import undo_withdrawal, withdraw_review
from reviews.services.translating import working
from reviews.sources import source_of
from reviews.tasks import make_translation
from reviews.translation.base import FailureKind
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_credit, make_list, make_member, make_person, make_title
from tests.reviews.orders import PORTUGUESE, edit, order, translate_now, write

pytestmark = pytest.mark.django_db

PT_EN = frozenset({("pt", "en")})


def test_a_portuguese_text_is_translated_by_the_real_engine(alice: Member):
    title = make_title("Children of Heaven")
    review = write(
        alice,
        title,
        "Chorei no fim de Children of Heaven. É um filme **muito** bonito.\n\n||O menino ganha a corrida.||",
    )
    make_translation(order(review).pk)
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
    make_translation(order(review).pk)
    assert "beautiful" in order(review).headline.lower()


def test_a_headline_that_could_not_be_translated_is_told_with_the_sentences(alice: Member, use):
    use(DummyEngine(pairs=PT_EN, garble=lambda text: "" if "lindo" in text else text))
    review = write(
        alice, is_opinion=True, headline="Que filme lindo", body="Chorei muito no fim.\n\nFilme lindo demais."
    )
    assert translate_now(order(review)) == "partial"
    row = order(review)
    assert (row.headline, row.left_sentences) == ("", 2)


def test_a_translation_keeps_its_sentences_and_what_it_cost(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, is_opinion=True, headline="Muito bonito", body="Chorei muito.\n\nAdorei o filme.")
    assert translating.translate(order(review).pk) == "done"
    row = order(review)
    assert row.sentences == [
        {"place": -1, "source": "Muito bonito", "text": "(en) Muito bonito", "by": "engine"},
        {"place": 0, "source": "Chorei muito.", "text": "(en) Chorei muito.", "by": "engine"},
        {"place": 1, "source": "Adorei o filme.", "text": "(en) Adorei o filme.", "by": "engine"},
    ]
    assert (row.content_hash, row.via, row.is_earlier) == (review.source_hash, "", False)
    assert row.characters == len("Muito bonitoChorei muito.Adorei o filme.")
    day = EngineDay.objects.get()
    assert (day.engine, day.source, day.target, day.day) == ("dummy", "pt", "en", timezone.now().date())
    assert (day.calls, day.sentences, day.remembered, day.characters) == (1, 3, 0, row.characters)


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
    assert "Fernanda Montenegro" in order(review).body
    assert "Central Station" in order(review).body


# --- Claims and batches ---------------------------------------------------------------------------------


def test_no_engine_sees_a_surname_that_stands_alone(alice: Member, use):
    title = make_title("Children of Heaven")
    make_credit(title, make_person("Majid Majidi"))
    engine = use(DummyEngine(pairs=PT_EN))
    review = write(alice, title, "O filme do Majidi me fez chorar.")
    translate_now(order(review))
    assert engine.calls == [["O filme do XQ0 me fez chorar."]]
    assert order(review).body == "(en) O filme do Majidi me fez chorar."


def test_made_anew_only_sentences_with_a_name_that_is_known_since_are_sent(alice: Member, sofie: Member, use):
    title = make_title("Children of Heaven")
    engine = use(DummyEngine(pairs=PT_EN))
    review = write(alice, title, "O filme do Majidi me fez chorar. Gostei muito dos sapatos.")
    translate_now(order(review))
    make_credit(title, make_person("Majid Majidi"))
    engine.calls.clear()
    start_backfill(owner=sofie, sources=["pt"], targets=["en"], kinds=["review"], which=Which.MADE)
    feed_backfills()
    assert translate_now(order(review)) == "done"
    assert engine.calls == [["O filme do XQ0 me fez chorar."]]


def test_any_number_of_deliveries_makes_one_translation(alice: Member, use):
    engine = use(DummyEngine())
    review = write(alice)
    outcomes = [translating.translate(order(review).pk) for _ in range(5)]
    assert outcomes == ["done", "not_due", "not_due", "not_due", "not_due"]
    assert len(engine.calls) == 1


def test_orders_of_one_pair_go_together_and_equal_sentences_once(alice: Member, bob: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    first, second = write(alice), write(bob, body=f"{PORTUGUESE} Recomendo.")
    assert translating.translate(order(first).pk) == "done"
    assert order(second).status == TranslationStatus.DONE
    assert [sorted(call) for call in engine.calls] == [
        sorted(
            [
                "Um filme muito bonito sobre duas crianças e um par de sapatos.",
                "Chorei no final.",
                "Recomendo.",
            ]
        )
    ]
    assert translating.translate(order(second).pk) == "not_due"


def test_a_sentence_that_is_known_is_not_asked_for_again(alice: Member, bob: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    for author in (alice, bob):
        translating.translate(order(write(author)).pk)
    assert len(engine.calls) == 1
    assert set(Segment.objects.values_list("hits", flat=True)) == {1}


@pytest.mark.parametrize("number", [1, 6])
def test_a_batch_asks_as_much_of_the_database_as_one_text(
    alice: Member, use, number: int, django_assert_max_num_queries
):
    use(DummyEngine(pairs=PT_EN))
    title = make_title()
    rows = [order(write(alice, title, f"Gostei da cena {place}.")) for place in range(number)]
    with django_assert_max_num_queries(31):
        assert translating.translate(rows[0].pk) == "done"
    assert Translation.objects.filter(status=TranslationStatus.DONE).count() == number


def test_a_batch_is_no_larger_than_a_call_of_the_engine(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    rows = [order(write(alice, body=f"Texto {n}. " + "Uma frase bem comum. " * 80)) for n in range(4)]
    assert translating.translate(rows[0].pk) == "done"
    assert Translation.objects.filter(status=TranslationStatus.DONE).count() == 2


def test_a_new_text_goes_before_what_a_worker_was_woken_for(alice: Member, bob: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    old = order(write(alice, body="Um texto antigo sobre o filme."))
    Translation.objects.filter(pk=old.pk).update(priority=Priority.BACKFILL)
    new = order(write(bob, body="Um texto novo sobre o filme."))
    assert translating.translate(old.pk) == "made_way"
    assert order(new.review).status == TranslationStatus.DONE
    assert order(old.review).status == TranslationStatus.QUEUED
    assert woken == [(old.pk,)]
    assert translating.translate(old.pk) == "done"


def test_one_worker_makes_backfills_and_hands_them_on_while_others_stand_ready(alice: Member, use, woken):
    use(DummyEngine(pairs=PT_EN))
    rows = [order(write(alice, body=f"Texto {n}. " + "Uma frase bem comum. " * 110)) for n in range(3)]
    Translation.objects.filter(pk__in=[row.pk for row in rows]).update(priority=Priority.BACKFILL)
    held = timezone.now() + timedelta(seconds=20)
    Translation.objects.filter(pk=rows[0].pk).update(lease_until=held)
    assert translating.translate(rows[1].pk) == "not_due"
    Translation.objects.filter(pk=rows[0].pk).update(lease_until=None)
    assert translating.translate(rows[1].pk) == "done"
    assert woken == [(rows[0].pk,)]


def test_texts_of_every_kind_are_translated(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    title = make_title(plot="Um menino perde os sapatos da irmã.", plot_language="pt")
    person = make_person(biography="Nasceu no Rio de Janeiro em 1929.", biography_language="pt")
    kept = make_list(alice, name="Filmes que me fizeram chorar muito no cinema da minha cidade")
    alice.about = "Gosto muito de filmes brasileiros antigos e de cinema de rua."
    alice.save()
    sources = [source_of(text) for text in (title, person, kept, alice)]
    translating.store_orders([(source, ["en"]) for source in sources], priority=Priority.NEW)
    for row in Translation.objects.all():
        translating.translate(row.pk)
    found = {row.kind: row for row in Translation.objects.all()}
    assert {row.status for row in found.values()} == {TranslationStatus.DONE}
    assert found["title"].body == "(en) Um menino perde os sapatos da irmã."
    assert found["list"].headline.startswith("(en) Filmes que")
    assert set(found) == {"title", "person", "list", "member"}


def test_a_plot_that_was_rewritten_meanwhile_is_ordered_anew(use):
    use(DummyEngine(pairs=PT_EN))
    title = make_title(plot="Um menino perde os sapatos.", plot_language="pt")
    translating.store_orders([(source_of(title), ["en"])], priority=Priority.BACKFILL)
    old = Translation.objects.get()
    Title.objects.filter(pk=title.pk).update(plot="Uma menina acha os sapatos.")
    assert translating.translate(old.pk) == "superseded"
    new = Translation.objects.exclude(pk=old.pk).get()
    assert translating.translate(new.pk) == "done"
    assert new.priority == Priority.BACKFILL
    old.refresh_from_db()
    assert (old.status, old.body) == (TranslationStatus.SUPERSEDED, "")


# --- Trouble --------------------------------------------------------------------------------------------


def test_a_failing_engine_is_tried_again_later_and_given_up_in_the_end(alice: Member, use):
    use(DummyEngine(fail=FailureKind.RETRYABLE))
    row = order(write(alice))
    longest = []
    for attempt in range(1, working.MOST_ATTEMPTS + 1):
        EngineState.objects.update(closed_until=None)
        translate_now(row)
        longest.append(max(working.backoff(attempt) for _ in range(300)))
        if row.status == TranslationStatus.QUEUED:
            assert row.next_attempt_at - timezone.now() <= working.FIRST_RETRY * 2 ** (attempt - 1)
    assert timedelta(seconds=20) < longest[0] < timedelta(seconds=30)
    assert longest[-1] > timedelta(minutes=50)
    assert max(working.backoff(20) for _ in range(300)) <= timedelta(hours=6)
    assert row.status == TranslationStatus.FAILED
    assert row.attempts == working.MOST_ATTEMPTS
    assert row.reason == "retryable"


def test_an_engine_that_says_when_to_come_back_is_taken_at_its_word(alice: Member, use):
    use(DummyEngine(fail=FailureKind.RETRYABLE, retry_after=3000))
    row = order(write(alice))
    assert translate_now(row) == "retry"
    assert row.next_attempt_at > timezone.now() + timedelta(minutes=49)


def test_answers_that_are_no_use_bring_in_one_other_engine(alice: Member, use):
    bad = DummyEngine(key="bad", pairs=PT_EN, garble=lambda text: "")
    good, idle = DummyEngine(key="good", pairs=PT_EN), DummyEngine(key="idle", pairs=PT_EN)
    use(bad, good, idle)
    row = order(write(alice))
    assert translate_now(row) == "done"
    assert (row.engine, row.body) == ("good", f"(en) {PORTUGUESE}".replace(" Chorei", " (en) Chorei"))
    assert idle.calls == []


def test_after_two_engines_without_a_usable_answer_the_original_stays(alice: Member, use):
    engines = [DummyEngine(key=f"bad{n}", pairs=PT_EN, garble=lambda text: "") for n in range(3)]
    use(*engines)
    row = order(write(alice))
    assert translate_now(row) == "failed"
    assert (row.status, row.reason, row.html) == (TranslationStatus.FAILED, "empty", "")
    assert [bool(engine.calls) for engine in engines] == [True, True, False]


def test_what_an_engine_rejects_is_not_sent_again(alice: Member, use):
    use(DummyEngine(fail=FailureKind.REJECTED))
    row = order(write(alice))
    assert translate_now(row) == "failed"
    assert row.reason == "rejected"


def test_a_quota_costs_no_attempt_and_the_order_waits_as_long_as_it_says(alice: Member, use):
    use(DummyEngine(fail=FailureKind.QUOTA, retry_after=900))
    row = order(write(alice))
    assert translate_now(row) == "quota"
    assert row.attempts == 0
    assert row.next_attempt_at > timezone.now() + timedelta(minutes=14)


def test_an_engine_that_raises_never_breaks_the_task(alice: Member, use):
    use(DummyEngine(raises=MemoryError("out of luck")))
    assert translating.translate(order(write(alice)).pk) == "retry"


def test_a_long_text_goes_on_where_time_ran_out(alice: Member, use, woken, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(working, "DEADLINE_SECONDS", 0.25)
    use(DummyEngine(delay=0.05, pairs=PT_EN))
    review = write(alice, body="\n\n".join(f"Esta é a frase de número {n} sobre o filme." for n in range(12)))
    outcomes = []
    while not outcomes or outcomes[-1] == "continued":
        outcomes.append(translating.translate(order(review).pk))
        assert len(outcomes) < 12
    assert outcomes[-1] == "done"
    assert outcomes.count("continued") >= 1
    assert order(review).attempts == 1
    assert not EngineState.objects.filter(failures__gt=0).exists()


def test_a_text_that_kills_its_workers_is_given_up_and_takes_nobody_along(alice: Member, bob: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    row, other = order(write(alice)), order(write(bob, body="Outro texto sobre o filme."))
    past = timezone.now() - timedelta(minutes=1)
    Translation.objects.filter(pk=row.pk).update(attempts=working.MOST_ATTEMPTS, lease_until=past)
    assert translating.translate(row.pk) == "failed"
    row.refresh_from_db()
    assert (row.status, row.reason) == (TranslationStatus.FAILED, "worker_lost")
    assert engine.calls == []
    other.refresh_from_db()
    assert (other.status, other.attempts) == (TranslationStatus.QUEUED, 0)


# --- What is dropped ------------------------------------------------------------------------------------


def test_a_late_result_of_a_lost_claim_is_dropped(alice: Member, use):
    row = order(write(alice))

    def meanwhile(answer: str) -> str:
        Translation.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
        return answer

    use(DummyEngine(garble=meanwhile, pairs=PT_EN))
    assert translating.translate(row.pk) == "superseded"
    row.refresh_from_db()
    assert row.body == ""


def once(act: Callable[[], object]) -> Callable[[str], str]:
    """An engine's answer, given after something happened meanwhile, the first time."""
    done = []

    def answer(text: str) -> str:
        if not done:
            done.append(True)
            act()
        return text

    return answer


def test_an_edit_while_the_engine_works_wins(alice: Member, use):
    review = write(alice)
    old = order(review)
    use(DummyEngine(pairs=PT_EN, garble=once(lambda: edit(review, "Mudei de ideia: não gostei."))))
    assert translating.translate(old.pk) == "superseded"
    old.refresh_from_db()
    assert (old.status, old.body) == (TranslationStatus.SUPERSEDED, "")
    assert order(review).status == TranslationStatus.QUEUED


def test_nothing_of_a_text_that_is_taken_back_meanwhile_is_stored(alice: Member, use):
    review = write(alice)
    use(DummyEngine(pairs=PT_EN, garble=once(lambda: withdraw_review(review=review, author=alice))))
    assert translating.translate(order(review).pk) == "superseded"
    row = order(review)
    assert (row.status, row.body, row.lease_until) == (TranslationStatus.QUEUED, "", None)
    assert translating.translate(row.pk) == "not_due"

    use(DummyEngine(pairs=PT_EN))
    undo_withdrawal(review=review, author=alice)
    assert translating.translate(row.pk) == "done"


@pytest.mark.parametrize("consent", ["none", "house"])
def test_who_says_no_while_another_machine_works_gets_no_result_of_it(alice: Member, use, consent: str):
    row = order(write(alice))

    def say_no() -> None:
        Member.objects.filter(pk=alice.pk).update(translation_consent=consent)
        translating.apply_consent(member=alice)

    use(DummyEngine(external=True, pairs=PT_EN, garble=once(say_no)))
    assert translating.translate(row.pk) == "superseded"
    row.refresh_from_db()
    assert (row.body, row.lease_until) == ("", None)
    assert row.status == (TranslationStatus.SUPERSEDED if consent == "none" else TranslationStatus.QUEUED)
    if consent == "house":
        assert translate_now(row) == "unsupported"


def test_texts_that_must_stay_in_the_house_take_another_way_than_those_beside_them(alice: Member, use):
    away, home = DummyEngine(key="away", external=True, pairs=PT_EN), DummyEngine(key="home", pairs=PT_EN)
    use(away, home)
    shy = make_member("shy", translation_consent="house")
    open_row, shy_row = order(write(alice)), order(write(shy, body="Um segredo meu sobre o filme."))
    assert translating.translate(open_row.pk) == "done"
    assert order(shy_row.review).engine == "home"
    assert order(open_row.review).engine == "away"
    assert all("segredo" not in text for call in away.calls for text in call)


@override_settings(FILMSITE_TRANSLATION_ENGINES=["dummy"])
def test_engines_come_from_the_settings_by_name(alice: Member):
    review = write(alice)
    assert translating.translate(order(review, "nl").pk) == "done"
    assert order(review, "nl").engine == "dummy"


@pytest.mark.parametrize("consent", ["none", "house"])
def test_who_says_no_while_another_machine_works_sends_it_nothing_more(alice: Member, use, consent: str):
    body = " ".join(f"Chorei muito na cena {number}." for number in range(80))
    row = order(write(alice, body=body))
    say_no = once(lambda: Member.objects.filter(pk=alice.pk).update(translation_consent=consent))
    engine = use(DummyEngine(external=True, pairs=PT_EN, garble=say_no))
    translating.translate(row.pk)
    assert len(engine.calls) == 1


@pytest.mark.parametrize("consent", ["none", "house"])
def test_who_says_no_while_one_machine_works_sends_nothing_to_the_next(alice: Member, use, consent: str):
    row = order(write(alice))
    say_no = once(lambda: Member.objects.filter(pk=alice.pk).update(translation_consent=consent))
    first = DummyEngine(
        key="first", external=True, pairs=PT_EN, garble=lambda answer: say_no(answer) and "", version="x"
    )
    second = DummyEngine(key="second", external=True, pairs=PT_EN)
    use(first, second)
    translating.translate(row.pk)
    assert (len(first.calls), second.calls) == (1, [])


def test_who_says_no_costs_the_texts_beside_theirs_a_turn_and_no_attempt(alice: Member, use, woken):
    mine = order(write(alice))
    wary = make_member("wary")
    order(write(wary, body="Um segredo meu."))
    say_no = once(lambda: Member.objects.filter(pk=wary.pk).update(translation_consent="house"))
    # Asked for both at once it fails as a whole, and would be asked for each.
    engine = use(DummyEngine(external=True, pairs=PT_EN, fail=FailureKind.TOO_LARGE, fail_when=say_no))
    assert translating.translate(mine.pk) == "continued"
    assert len(engine.calls) == 1
    mine.refresh_from_db()
    assert (mine.status, mine.attempts) == (TranslationStatus.QUEUED, 0)
    use(DummyEngine(external=True, pairs=PT_EN))
    assert translating.translate(mine.pk) == "done"


def test_a_message_of_before_the_task_had_its_name_is_worked(alice: Member):
    row = order(write(alice))
    current_app.tasks["reviews.tasks.translate_review"](row.pk)
    row.refresh_from_db()
    assert row.status == TranslationStatus.DONE
