"""Which translations are ordered, when, and what readers have until they are made."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title
from reviews.models import Correction, Priority, Review, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.translating import ordering
from reviews.sources import source_of
from reviews.tasks import make_translation
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_member, make_person, make_review, make_title
from tests.reviews.orders import PORTUGUESE, edit, order, translate_now, write

pytestmark = pytest.mark.django_db

PT_EN = frozenset({("pt", "en")})


def minutes_until(row: Translation) -> float:
    return (row.next_attempt_at - timezone.now()).total_seconds() / 60


# --- With a new text ------------------------------------------------------------------------------------


def test_orders_are_stored_with_the_text_for_every_other_language(alice: Member):
    review = write(alice)
    found = dict(Translation.objects.filter(review=review).values_list("target", "status"))
    assert found == {"en": TranslationStatus.QUEUED, "nl": TranslationStatus.UNSUPPORTED}
    row = order(review)
    assert (row.priority, row.queued_at) == (Priority.NEW, row.next_attempt_at)


@pytest.mark.parametrize(("language", "may_translate"), [("und", True), ("pt", False)])
def test_nothing_is_ordered_for_an_unknown_language_or_against_the_authors_will(
    alice: Member, language: str, may_translate: bool
):
    review = write(alice, language=language, may_translate=may_translate)
    assert not Translation.objects.filter(review=review).exists()


def test_nothing_is_ordered_of_who_wants_no_translation_of_anything(use):
    use(DummyEngine())
    write(make_member(translation_consent="none"))
    assert not Translation.objects.exists()


def test_a_pair_that_only_other_machines_have_is_none_for_who_stays_in_the_house(use):
    use(DummyEngine(external=True, pairs=PT_EN))
    review = write(make_member(translation_consent="house"))
    assert order(review).status == TranslationStatus.UNSUPPORTED


@pytest.mark.parametrize("is_known", [True, False])
def test_a_text_whose_author_nobody_knows_stays_in_the_house(alice: Member, use, is_known):
    away = use(DummyEngine(external=True, pairs=PT_EN))
    words = {"plot": PORTUGUESE, "plot_language": "pt"}
    plot = make_title(**words, plot_author=alice if is_known else None)
    life = make_person(biography=PORTUGUESE, biography_language="pt")
    translating.store_orders([(source_of(text), ["en"]) for text in (plot, life)], priority=Priority.NEW)
    for row in Translation.objects.all():
        translating.translate(row.pk)
    assert Translation.objects.get(title=plot).status == ("done" if is_known else "unsupported")
    assert Translation.objects.get(person=life).status == "unsupported"
    assert bool(away.calls) is is_known


def test_publishing_wakes_a_worker_once_the_text_is_stored(
    alice: Member, woken, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
        assert woken == []
    assert woken == [(order(review).pk,)]


def test_all_orders_of_a_text_go_in_one_message_which_the_worker_shares_out(
    alice: Member, use, woken, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
    first, second = review.translations.order_by("pk")
    assert woken == [(first.pk, second.pk)]
    make_translation(*woken.pop())
    assert woken == [(second.pk,)]
    make_translation(*woken.pop())
    assert {row.status for row in review.translations.all()} == {TranslationStatus.DONE}


def test_a_broker_that_is_away_costs_nothing_but_time(
    alice: Member, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    from kombu.exceptions import OperationalError

    def refuse(args, **options):
        raise OperationalError("connection refused")

    monkeypatch.setattr(make_translation, "apply_async", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        review = write(alice)
    assert order(review).status == TranslationStatus.QUEUED


# --- After an edit --------------------------------------------------------------------------------------

THREE = "Chorei muito no final. Os atores são ótimos. A música é linda."


def test_an_edit_keeps_what_stands_at_once_and_sends_only_what_changed(alice: Member, use):
    engine = use(DummyEngine(pairs=PT_EN))
    review = write(alice, body=THREE, is_opinion=True, headline="Um filme lindo", verdict=8)
    translate_now(order(review))
    old = order(review)
    edit(
        review,
        THREE.replace("Os atores são ótimos.", "Não gostei dos atores."),
        is_opinion=True,
        headline="Um filme lindo",
        verdict=8,
    )
    row = order(review)
    assert row.body == "(en) Chorei muito no final. Não gostei dos atores. (en) A música é linda."
    assert "ótimos" not in row.html
    assert row.headline == "(en) Um filme lindo"
    assert (row.status, row.is_readable, row.is_earlier) == (TranslationStatus.QUEUED, True, True)
    assert (row.content_hash, row.engine) == (old.source_hash, "dummy")
    old.refresh_from_db()
    assert not old.is_readable

    engine.calls.clear()
    assert translate_now(row) == "done"
    assert engine.calls == [["Não gostei dos atores."]]
    assert row.body == "(en) Chorei muito no final. (en) Não gostei dos atores. (en) A música é linda."
    assert not row.is_earlier


def test_where_most_was_rewritten_nothing_is_carried_over(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, body=THREE)
    translate_now(order(review))
    edit(review, "A música é linda. Mas hoje vi de novo e mudei de ideia sobre quase tudo neste filme.")
    row = order(review)
    assert (row.body, row.html, row.content_hash, row.status) == ("", "", "", TranslationStatus.QUEUED)


def test_a_persons_words_for_a_sentence_come_along_and_hold_again(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, body=THREE)
    translate_now(order(review))
    Correction.objects.create(
        review=review,
        source_language="pt",
        target="en",
        sentence="Os atores são ótimos.",
        text="The cast shines.",
        by=alice,
        state=Correction.State.ACCEPTED,
        made_at=timezone.now(),
        decided_at=timezone.now(),
    )
    edit(review, THREE.replace("Os atores são ótimos. ", ""))
    assert order(review).corrected_by is None
    edit(review, f"{THREE} Recomendo.")
    row = order(review)
    assert "The cast shines." in row.body
    assert row.corrected_by == alice


def test_an_edit_waits_for_the_next_one_and_not_for_ever(alice: Member, use, settings):
    use(DummyEngine(pairs=PT_EN))
    settings.FILMSITE_TRANSLATION_EDIT_SECONDS = 60
    settings.FILMSITE_TRANSLATION_EDIT_MOST_SECONDS = 600
    review = write(alice, body=THREE)
    translate_now(order(review))
    edit(review, f"{THREE} Recomendo.")
    row = order(review)
    assert row.priority == Priority.EDIT
    assert 0.9 < minutes_until(row) <= 1
    began = timezone.now() - timedelta(minutes=9, seconds=30)
    Translation.objects.filter(pk=row.pk).update(queued_at=began)
    edit(review, f"{THREE} Recomendo muito.")
    row = order(review)
    assert row.queued_at == began
    assert 0.4 < minutes_until(row) <= 0.5
    Translation.objects.filter(pk=row.pk).update(queued_at=began - timedelta(minutes=5))
    edit(review, f"{THREE} Recomendo muito mesmo.")
    assert minutes_until(order(review)) <= 0


def test_a_worker_is_woken_when_the_edit_has_rested(
    alice: Member, use, settings, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    settings.FILMSITE_TRANSLATION_EDIT_SECONDS = 20
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, body=THREE)
    translate_now(order(review))
    sent: list[object] = []
    monkeypatch.setattr(make_translation, "apply_async", lambda args, **options: sent.append(options))
    with django_capture_on_commit_callbacks(execute=True):
        edit(review, f"{THREE} Recomendo.")
    assert [message["countdown"] for message in sent] == [20]


def test_no_message_waits_so_long_that_the_broker_hands_it_out_twice(
    alice: Member, use, settings, woken, django_capture_on_commit_callbacks
):
    settings.FILMSITE_TRANSLATION_EDIT_SECONDS = 60
    use(DummyEngine(pairs=PT_EN))
    review = write(alice, body=THREE)
    translate_now(order(review))
    woken.clear()
    with django_capture_on_commit_callbacks(execute=True):
        edit(review, f"{THREE} Recomendo.")
    assert woken == []
    Translation.objects.filter(pk=order(review).pk).update(
        next_attempt_at=timezone.now() - timedelta(minutes=1)
    )
    translating.sweep_translations()
    assert woken == [(order(review).pk,)]


def test_a_text_that_nobody_has_read_translated_is_not_put_off_by_edits(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice)
    first = order(review)
    edit(review, f"{PORTUGUESE} Recomendo.")
    row = order(review)
    assert (row.priority, row.queued_at) == (Priority.NEW, first.queued_at)
    assert minutes_until(row) <= 0
    assert translating.translate(row.pk) == "done"


def test_an_edit_drops_the_orders_for_earlier_words_and_a_way_back_shows_their_translation(
    alice: Member, use
):
    engine = use(DummyEngine(pairs=PT_EN))
    review = write(alice)
    translate_now(order(review))
    edit(review, "Outra coisa, muito diferente, sobre o filme.")
    queued = order(review)
    edit(review, PORTUGUESE)
    queued.refresh_from_db()
    assert queued.status == TranslationStatus.SUPERSEDED
    row = order(review)
    assert row.is_readable
    assert not row.is_earlier
    assert translate_now(row) == "done"
    assert len(engine.calls) == 1


def test_a_spoiler_mark_set_later_orders_nothing_again(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice)
    translate_now(order(review))
    edit(review, PORTUGUESE, is_spoiler=True)
    assert Translation.objects.filter(review=review, target="en").count() == 1
    assert order(review).status == TranslationStatus.DONE


def test_an_author_who_says_no_for_a_text_has_no_translation_of_it_left(alice: Member, use):
    use(DummyEngine(pairs=PT_EN))
    review = write(alice)
    translate_now(order(review))
    edit(review, PORTUGUESE, may_translate=False)
    assert not any(row.is_readable for row in Translation.objects.all())
    edit(review, PORTUGUESE, may_translate=True)
    assert order(review).is_readable


def test_a_text_told_to_be_in_another_language_is_translated_from_that(alice: Member, use):
    use(DummyEngine())
    review = write(alice)
    translate_now(order(review))
    edit(review, PORTUGUESE, language="es")
    row = order(review)
    assert (row.source_language, row.body) == ("es", "")


# --- Consent --------------------------------------------------------------------------------------------


def give_consent(member: Member, consent: str) -> int:
    Member.objects.filter(pk=member.pk).update(translation_consent=consent)
    member.refresh_from_db()
    return translating.apply_consent(member=member)


def test_who_says_no_has_all_translations_gone_at_once_and_back_with_a_yes(alice: Member, bob: Member, use):
    use(DummyEngine(pairs=PT_EN))
    title = make_title(plot="Um menino perde os sapatos.", plot_language="pt", plot_author=alice)
    translating.store_orders([(source_of(title), ["en"])], priority=Priority.NEW)
    mine, waiting, others = write(alice), write(alice, body="Outro texto meu."), write(bob)
    for row in Translation.objects.filter(target="en").exclude(review=waiting):
        translate_now(row)
    give_consent(alice, "none")
    assert {row.review_id for row in Translation.objects.all() if row.is_readable} == {others.pk}
    assert translating.translate(order(waiting).pk) == "not_due"

    give_consent(alice, "any")
    readable = [row for row in Translation.objects.all() if row.is_readable]
    assert {(row.review_id, row.title_id) for row in readable} == {
        (others.pk, None),
        (mine.pk, None),
        (None, title.pk),
    }
    assert order(mine).status == TranslationStatus.DONE, "the words are the same: nothing is made anew"
    assert order(waiting).priority == Priority.BACKFILL
    assert translating.translate(order(waiting).pk) == "done"


def test_consent_is_applied_by_a_handful_of_statements(alice: Member, use, django_assert_max_num_queries):
    use(DummyEngine())
    for number in range(5):
        write(alice, body=f"Texto de número {number}.")
    Member.objects.filter(pk=alice.pk).update(translation_consent="none")
    with django_assert_max_num_queries(9):
        assert translating.apply_consent(member=alice) == 10


# --- When a reader misses one ---------------------------------------------------------------------------


def read(client: Client, review: Review) -> str:
    return client.get(review.get_absolute_url()).content.decode()


def miss(*texts: object, language: str = "es") -> None:
    translating.order_for_reader(sources=[source_of(text) for text in texts], language=language)


def test_an_english_text_is_read_in_portuguese_by_who_chose_that(client: Client, alice: Member):
    client.force_login(make_member("ines", translate_into="pt"))
    review = write(alice, body="This is a very beautiful film about two children.", language="en")
    make_translation(order(review, "pt").pk)
    assert order(review, "pt").status == TranslationStatus.DONE
    page = read(client, review)
    assert '<html lang="en"' in page
    assert re.search(r'lang="pt" dir="ltr"[^>]*><p>[^<]*filme[^<]*crianças', page)


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
    source = source_of(review)
    with django_assert_num_queries(0):
        assert translating.targets_of(source) == ["en", "nl", "es"]


def test_a_language_of_the_site_that_members_use_needs_no_setting(alice: Member, settings):
    settings.FILMSITE_TRANSLATION_TARGETS = ["en"]
    make_member(interface_language="nl")
    assert translating.targets_of(source_of(write(alice))) == ["en", "nl"]


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
        read(client, first)
    found = Translation.objects.filter(status=TranslationStatus.QUEUED).order_by("pk")
    assert [(row.review_id, row.target) for row in found] == [
        (review.pk, "es") for review in (first, *answers)
    ]
    assert woken == [tuple(row.pk for row in found)]
    assert engine.calls == []

    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        read(client, first)
    assert (callbacks, len(woken)) == ([], 1)
    assert translating.translate(found[0].pk) == "done"
    assert "(es) Um filme" in read(client, first)


def test_a_page_orders_no_more_than_its_share(
    use, woken, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    monkeypatch.setattr(ordering, "MOST_ORDERS_A_PAGE", 2)
    reviews = [make_review(language="pt") for _ in range(3)]
    for ordered in (2, 3):
        lacking = [review for review in reviews if not review.translations.exists()]
        with django_capture_on_commit_callbacks(execute=True):
            miss(*lacking)
        assert Translation.objects.count() == ordered
    assert [len(message) for message in woken] == [2, 1]


def test_two_readers_order_the_same_text_once(use, woken, django_capture_on_commit_callbacks):
    use(DummyEngine())
    review = make_review(language="pt")
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            miss(review)
    assert Translation.objects.get().target == "es"
    assert len(woken) == 1


def test_a_rewritten_plot_keeps_its_sentences_when_the_next_reader_meets_it(
    use, woken, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    title = make_title(plot="Um menino perde os sapatos. A irmã chora muito.", plot_language="pt")
    with django_capture_on_commit_callbacks(execute=True):
        miss(title)
    translate_now(Translation.objects.get())
    Title.objects.filter(pk=title.pk).update(plot="Um menino perde os sapatos. A irmã ri.")
    title.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        miss(title)
    old, new = Translation.objects.order_by("pk")
    assert old.status == TranslationStatus.SUPERSEDED
    assert new.body == "(es) Um menino perde os sapatos. A irmã ri."
    assert len(woken) == 1, "an edit rests, and the sweep calls for it"


def test_a_reader_of_an_older_page_drops_no_translation_of_the_words_that_stand(
    use, woken, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    title = make_title(plot="Um menino perde os sapatos.", plot_language="pt")
    before = source_of(title)
    title.plot = "Um menino perde os sapatos. A irmã chora muito."
    title.save()
    with django_capture_on_commit_callbacks(execute=True):
        miss(title)
    row = Translation.objects.get()
    translate_now(row)
    with django_capture_on_commit_callbacks(execute=True):
        translating.order_for_reader(sources=[before], language="es")
    row.refresh_from_db()
    assert (row.status, Translation.objects.count()) == (TranslationStatus.DONE, 1)


def test_lacking_texts_of_all_kinds_cost_a_constant_number_of_queries(
    use, django_assert_max_num_queries, django_capture_on_commit_callbacks
):
    use(DummyEngine())
    author = make_member()
    texts = [make_title(plot=f"Um menino perde {n} sapatos.", plot_language="pt") for n in range(8)]
    texts += [make_review(language="pt", author=author) for _ in range(8)]
    with django_capture_on_commit_callbacks(execute=True):
        miss(*texts[:1], *texts[8:9])
    with django_assert_max_num_queries(7), django_capture_on_commit_callbacks(execute=True):
        miss(*texts)
    assert Translation.objects.count() == 16


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
        miss(review)
    row.refresh_from_db()
    assert (row.status, row.attempts) == (TranslationStatus.QUEUED, 0)
    assert woken == [(row.pk,)]


# --- Again ----------------------------------------------------------------------------------------------


def test_what_is_ordered_again_stays_readable_and_is_made_by_the_model_of_today(alice: Member, use):
    use(DummyEngine(version="1", pairs=PT_EN))
    row = order(write(alice))
    translate_now(row)
    use(DummyEngine(version="2", pairs=PT_EN))
    assert translating.requeue(translations=[row]) == 1
    row.refresh_from_db()
    assert row.is_readable
    assert translate_now(row) == "done"
    assert row.fingerprint == "dummy-2"


def test_a_translation_that_readers_found_bad_goes_to_another_engine_or_to_a_person(alice: Member, use):
    first, second = DummyEngine(key="first", pairs=PT_EN), DummyEngine(key="second", pairs=PT_EN)
    use(first, second)
    row = order(write(alice))
    translate_now(row)
    assert translating.requeue(translations=[row], avoid=row.engine) == 1
    assert translate_now(row) == "done"
    assert (row.engine, row.avoid, row.doubted_at) == ("second", ["first"], None)

    assert translating.requeue(translations=[row], avoid=row.engine) == 0
    row.refresh_from_db()
    assert row.doubted_at is not None
    assert (row.status, row.avoid, row.is_readable) == (TranslationStatus.DONE, ["first", "second"], True)


def test_no_order_is_made_for_an_engine_that_may_not_have_the_text(alice: Member, use):
    use(DummyEngine(key="home", pairs=PT_EN), DummyEngine(key="away", external=True, pairs=PT_EN))
    row = order(write(alice))
    translate_now(row)
    Member.objects.filter(pk=alice.pk).update(translation_consent="house")
    assert translating.requeue(translations=[row], avoid="home") == 0
    row.refresh_from_db()
    assert row.status == TranslationStatus.DONE
    assert row.doubted_at is not None
