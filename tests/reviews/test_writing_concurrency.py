"""Many hands at once, each with a connection of its own: nothing doubled, nothing lost, nobody stuck."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Member
from films.models import PersonTotals
from reviews.models import Draft, Review, Revision, Translation, TranslationStatus
from reviews.services import translating
from reviews.services.publishing import StaleEdit, edit_review, publish_review, save_draft
from reviews.services.recounting import find_differences
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_member, make_person, make_title

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Um filme muito bonito sobre duas crianças e um par de sapatos."
HANDS = 8


def at_once(act: Callable[[int], object]) -> list[object]:
    """What each of eight hands got, an exception included."""

    def hand(number: int) -> object:
        try:
            return act(number)
        except Exception as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as pool:
        return list(pool.map(hand, range(HANDS)))


@pytest.fixture
def engine(use: Callable[..., DummyEngine]) -> DummyEngine:
    return use(DummyEngine(delay=0.2))


def test_one_order_delivered_to_many_workers_costs_one_translation(alice: Member, engine: DummyEngine):
    review = publish_review(author=alice, subject=make_title(), body=TEXT, language="pt")
    row = Translation.objects.get(review=review, target="en")
    outcomes = Counter(at_once(lambda _: translating.translate(row.pk)))
    assert outcomes == {"done": 1, "not_due": HANDS - 1}
    assert len(engine.calls) == 1


def test_first_messages_about_the_same_people_at_once_all_count():
    people = [make_person() for _ in range(3)]
    authors = [make_member() for _ in range(HANDS)]

    def write_about_all(number: int) -> int:
        # Each hand comes to the people in an order of its own, and all in one statement.
        about = people[number % 3 :] + people[: number % 3]
        rows = [
            Review(person=person, author=authors[number], body=TEXT, html=TEXT, created_at=timezone.now())
            for person in about
        ]
        return len(Review.objects.bulk_create(rows))

    assert at_once(write_about_all) == [3] * HANDS
    assert set(PersonTotals.objects.values_list("message_count", flat=True)) == {HANDS}
    assert find_differences() == []


def test_a_form_sent_many_times_at_once_leaves_one_text(alice: Member):
    title = make_title()
    found = at_once(lambda _: publish_review(author=alice, subject=title, body=TEXT, language="pt").pk)
    assert len(set(found)) == 1, found
    assert Review.objects.count() == 1


def test_of_many_edits_at_once_one_wins_and_the_others_hear_of_it(alice: Member):
    review = publish_review(author=alice, subject=make_title(), body=TEXT, language="pt")

    def change(number: int) -> int:
        body = f"{TEXT} {number}"
        return edit_review(review=review, editor=alice, version=1, body=body, language="pt").revision_number

    assert Counter(at_once(change)) == {2: 1, StaleEdit: HANDS - 1}
    assert Revision.objects.filter(review=review).count() == 2


def test_edits_and_translations_do_not_wait_for_each_other_for_ever(alice: Member, engine: DummyEngine):
    review = publish_review(author=alice, subject=make_title(), body=TEXT, language="pt")

    def act(number: int) -> object:
        if number % 2:
            row = Translation.objects.filter(review=review, target="en").latest("pk")
            return translating.translate(row.pk)
        current = Review.objects.get(pk=review.pk)
        version = current.revision_number
        return edit_review(
            review=current, editor=alice, version=version, body=f"{TEXT} {number}", language="pt"
        ).pk

    found = at_once(act)
    assert set(map(str, found)) <= {str(review.pk), "done", "not_due", "superseded", str(StaleEdit)}, found
    review.refresh_from_db()
    row = Translation.objects.get(review=review, target="en", source_hash=review.source_hash)
    assert row.status in {TranslationStatus.QUEUED, TranslationStatus.DONE}


def test_a_draft_saved_from_many_windows_is_one(alice: Member):
    title = make_title()
    found = at_once(
        lambda number: save_draft(member=alice, subject=title, fields={"body": f"Word {number}"}) is not None
    )
    assert found == [True] * HANDS
    assert Draft.objects.count() == 1
