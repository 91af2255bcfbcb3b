"""Workers, authors and staff at the same moment, each with a connection of their own."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from reviews.models import Correction, EngineDay, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import withdraw_review
from reviews.services.translating.claiming import claim
from reviews.services.translating.settling import End, settle
from reviews.translation.engines.dummy import DummyEngine
from tests.connections import in_another_connection, wait_for_waiters
from tests.factories import make_member
from tests.reviews.orders import PORTUGUESE, edit, order, write

pytestmark = pytest.mark.django_db(transaction=True)

PT_EN = frozenset({("pt", "en")})
DELIVERIES = 50
SECONDS = 10


def at_once(*acts: Callable[[], object]) -> list[object]:
    def hand(act: Callable[[], object]) -> object:
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(hand, act) for act in acts]]


class Meeting:
    """An engine that stops in the middle of its work until something else has happened."""

    def __init__(self) -> None:
        self.at_work, self.happened = threading.Event(), threading.Event()

    def answer(self, text: str) -> str:
        self.at_work.set()
        assert self.happened.wait(SECONDS)
        return text

    def meanwhile(self, act: Callable[[], object]) -> None:
        assert self.at_work.wait(SECONDS)
        act()
        self.happened.set()


def test_fifty_deliveries_of_one_order_at_once_cost_one_call(alice: Member, use):
    engine = use(DummyEngine(pairs=PT_EN, delay=0.1))
    row = order(write(alice))
    outcomes = Counter(at_once(*[lambda: translating.translate(row.pk)] * DELIVERIES))
    assert outcomes == {"done": 1, "not_due": DELIVERIES - 1}
    assert len(engine.calls) == 1
    assert EngineDay.objects.get().calls == 1


def test_many_workers_share_many_orders_and_make_each_once(use):
    engine = use(DummyEngine(pairs=PT_EN, delay=0.01))
    authors = [make_member() for _ in range(4)]
    rows = [order(write(authors[n % 4], body=f"Frase {'muito ' * n}boa.")) for n in range(24)]

    def work() -> list[str]:
        return [translating.translate(row.pk) for row in rows]

    at_once(*[work] * 4)
    assert set(Translation.objects.filter(target="en").values_list("status", "attempts")) == {("done", 1)}
    asked = Counter(text for call in engine.calls for text in call)
    assert set(asked.values()) == {1}


@pytest.mark.parametrize(
    ("act", "status"),
    [
        ("edit", TranslationStatus.SUPERSEDED),
        ("withdraw", TranslationStatus.QUEUED),
        ("opt_out", TranslationStatus.SUPERSEDED),
        ("consent", TranslationStatus.SUPERSEDED),
    ],
)
def test_what_the_author_does_while_a_worker_is_at_it_wins(alice: Member, use, act: str, status: str):
    review = write(alice)
    row = order(review)

    def say_no() -> None:
        Member.objects.filter(pk=alice.pk).update(translation_consent="none")
        translating.apply_consent(member=alice)

    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: edit(review, "Mudei de ideia sobre tudo."),
        "withdraw": lambda: withdraw_review(review=review, author=alice),
        "opt_out": lambda: edit(review, PORTUGUESE, may_translate=False),
        "consent": say_no,
    }
    meeting = Meeting()
    use(DummyEngine(pairs=PT_EN, garble=meeting.answer))
    outcome, _ = at_once(lambda: translating.translate(row.pk), lambda: meeting.meanwhile(acts[act]))
    assert outcome == "superseded"
    row.refresh_from_db()
    assert (row.status, row.html, row.lease_until) == (status, "", None)


def test_a_correction_and_a_result_at_the_same_moment_leave_the_persons_words(alice: Member, use):
    review = write(alice)
    use(DummyEngine(pairs=PT_EN))
    translating.translate(order(review).pk)
    row = order(review)
    translating.requeue(translations=[row])
    meeting = Meeting()
    use(DummyEngine(pairs=PT_EN, version="2", garble=meeting.answer))

    def accept() -> None:
        now = timezone.now()
        Correction.objects.create(
            review=review,
            source_language="pt",
            target="en",
            sentence="Chorei no final.",
            text="I wept at the end.",
            by=alice,
            state=Correction.State.ACCEPTED,
            made_at=now,
            decided_at=now,
        )
        translating.recompose(translation=row)

    at_once(lambda: translating.translate(row.pk), lambda: meeting.meanwhile(accept))
    assert "I wept at the end." in order(review).body
    translating.translate(row.pk)
    found = order(review)
    assert (found.status, found.fingerprint) == (TranslationStatus.DONE, "dummy-2")
    assert "I wept at the end." in found.body


@pytest.mark.parametrize("other", ["a result", "consent"])
def test_ordering_many_again_waits_for_nobody_in_a_circle(alice: Member, use, woken, other: str):
    use(DummyEngine(pairs=PT_EN))
    reviews = [write(alice, body=f"{PORTUGUESE} {n}") for n in range(5)]
    # The oldest texts have the newest orders, as those that readers came late to.
    Translation.objects.all().delete()
    for review in reversed(reviews):
        review.refresh_from_db()
        with transaction.atomic():
            translating.order_translations(review=review)
    rows = list(Translation.objects.filter(target="en").order_by("pk"))
    taken = claim(rows[0].pk)
    assert taken is not None
    assert set(taken.pks) == {row.pk for row in rows}
    # Stored anew, the first row comes last in the table.
    for row in reversed(rows):
        Translation.objects.filter(pk=row.pk).update(words=0)
    acts = {
        "a result": lambda: settle(taken, {pk: End("done") for pk in taken.pks}),
        "consent": lambda: translating.apply_consent(member=alice),
    }
    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            Translation.objects.select_for_update(no_key=True).get(pk=rows[2].pk)
            first = in_another_connection(threads, acts[other])
            wait_for_waiters(1)
            second = in_another_connection(threads, lambda: translating.requeue(translations=rows))
            wait_for_waiters(2)
        first.result()
        assert second.result() == len(rows)
