"""Whatever happens to a text and its orders, and in which order: readers get the translation of its present words, and no other."""

from contextlib import suppress

import hypothesis.strategies as st
import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import Member
from reviews.models import Priority, Review, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import edit_review, publish_review, undo_withdrawal, withdraw_review
from reviews.services.translating import claiming, settling, working
from reviews.sources import source_of
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_member, make_title

SENTENCES = ("Chorei muito no final.", "Os atores são ótimos.", "A música é linda.", "Não gostei da luz.")
TARGETS = ("en", "nl")

texts = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=4, unique=True).map(" ".join)


class Text(RuleBasedStateMachine):
    """One text, its author, and workers that hold what they have made for as long as it pleases."""

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()
        self.author = make_member()
        self.review: Review | None = None
        self.at_work: list[tuple[claiming.Claim, dict[int, settling.End]]] = []

    def teardown(self) -> None:
        try:
            self.let_all_be_done()
        finally:
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    def let_all_be_done(self) -> None:
        while self.at_work:
            self.finish()
        for _ in range(4):
            self.lose_the_leases()
            self.make_due()
            for pk in Translation.objects.values_list("pk", flat=True):
                translating.translate(pk)
        if self.review is None:
            return
        source = source_of(self.now())
        assert source is not None
        readable = [row for row in Translation.objects.all() if row.is_readable]
        if source.wants_translation:
            assert sorted(row.target for row in readable) == list(TARGETS)
            assert all(row.status == TranslationStatus.DONE and not row.is_earlier for row in readable)
            assert not Translation.objects.filter(status=TranslationStatus.QUEUED).exists()
        for row in readable:
            sentences = [f"({row.target}) {sentence}" for sentence in SENTENCES if sentence in source.body]
            assert all((sentence in row.body) or row.is_earlier for sentence in sentences)

    def make_due(self) -> None:
        Translation.objects.filter(status=TranslationStatus.QUEUED).update(next_attempt_at=timezone.now())

    def now(self) -> Review:
        assert self.review is not None
        return Review.objects.select_related("author", "title", "person").get(pk=self.review.pk)

    # --- What the author does -------------------------------------------------------------------------------

    @rule(body=texts)
    def publish(self, body: str) -> None:
        if self.review is None:
            self.review = publish_review(author=self.author, subject=make_title(), body=body, language="pt")

    @rule(body=texts, may_translate=st.sampled_from([True, True, True, False]))
    def edit(self, body: str, may_translate: bool) -> None:
        if self.review is not None:
            version = self.now().revision_number
            with suppress(PermissionDenied):
                edit_review(
                    review=self.now(),
                    editor=self.author,
                    version=version,
                    body=body,
                    language="pt",
                    may_translate=may_translate,
                )

    @rule()
    def withdraw(self) -> None:
        if self.review is not None:
            withdraw_review(review=self.now(), author=self.author)

    @rule()
    def restore(self) -> None:
        if self.review is not None:
            undo_withdrawal(review=self.now(), author=self.author)

    @rule(consent=st.sampled_from(["any", "any", "house", "none"]))
    def change_consent(self, consent: str) -> None:
        Member.objects.filter(pk=self.author.pk).update(translation_consent=consent)
        self.author.refresh_from_db()
        translating.apply_consent(member=self.author)
        if self.review is not None and consent != "none":
            # The next member who meets the text would have it ordered.
            for target in TARGETS:
                translating.store_orders([(source_of(self.now()), [target])], priority=Priority.EDIT)

    # --- What workers do ------------------------------------------------------------------------------------

    @rule(number=st.integers(0, 7), is_due=st.booleans())
    def take(self, number: int, is_due: bool) -> None:
        if is_due:
            self.make_due()
        pks = list(Translation.objects.order_by("-pk").values_list("pk", flat=True)[:8])
        taken = claiming.claim(pks[number % len(pks)]) if pks else None
        if taken is not None:
            self.at_work.append((taken, working._work(taken)))

    @rule()
    def finish(self) -> None:
        if self.at_work:
            settling.settle(*self.at_work.pop(0))

    @rule()
    def finish_out_of_turn(self) -> None:
        if self.at_work:
            settling.settle(*self.at_work.pop())

    @rule()
    def lose_the_leases(self) -> None:
        Translation.objects.filter(lease_until__isnull=False).update(
            lease_until=timezone.now() - claiming.LEASE
        )

    @rule()
    def die(self) -> None:
        if self.at_work:
            self.at_work.pop()

    # --- What holds at every moment -------------------------------------------------------------------------

    @invariant()
    def nothing_is_read_of_words_that_were_taken_back(self) -> None:
        if self.review is None:
            return
        review = self.now()
        gone = [sentence for sentence in SENTENCES if sentence not in review.body]
        for row in Translation.objects.all():
            if row.is_readable:
                assert row.source_hash == review.source_hash
                assert review.may_translate
                assert review.author.translation_consent != "none"
                assert not any(sentence in row.body for sentence in gone), row.body

    @invariant()
    def no_order_is_doubled(self) -> None:
        rows = Translation.objects.exclude(status=TranslationStatus.SUPERSEDED)
        places = list(rows.values_list("review_id", "target"))
        assert len(places) == len(set(places))


@pytest.mark.django_db
def test_readers_get_the_present_words_whatever_happened(monkeypatch: pytest.MonkeyPatch, use):
    use(DummyEngine())
    # Chance has no place in an order's story: attempts run out only when workers die.
    monkeypatch.setattr(working, "MOST_ATTEMPTS", 1_000)
    run_state_machine_as_test(
        Text,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
