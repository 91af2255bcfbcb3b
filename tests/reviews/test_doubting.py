"""Reports of bad translations: from whom they count, what comes of them, how they are taken back."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import Member, TranslationConsent
from reviews.correcting.side_by_side import sentences_of
from reviews.models import BadTranslation, LogEntry, Review, Translation, TranslationStatus
from reviews.services.correcting import CorrectionError, suggest_correction
from reviews.services.doubting import Effect, report_bad_translation, settle_doubt, take_back_report
from reviews.translation.engines.dummy import DummyEngine
from tests.factories import make_member, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças. Chorei no final."


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, PORTUGUESE, language="pt")


@pytest.fixture
def translation(review: Review) -> Translation:
    return make_translation(review, engine="first")


@pytest.fixture(autouse=True)
def _one_engine(use: Callable[..., DummyEngine]) -> None:
    use(DummyEngine(key="first"))


@pytest.fixture
def two_engines(use: Callable[..., DummyEngine]) -> None:
    """Two engines that know the pair; the second sends texts to another machine."""
    use(DummyEngine(key="first"), DummyEngine(key="second", external=True))


def say(member: Member, translation: Translation, reason: str = "meaning") -> Effect:
    return report_bad_translation(translation=translation, member=member, reason=reason)


def test_one_reader_alone_changes_nothing(bob: Member, translation: Translation):
    assert say(bob, translation) == Effect.NOTED
    assert say(bob, translation, "names") == Effect.NOTED
    assert BadTranslation.objects.get().reason == "names"
    translation.refresh_from_db()
    assert (translation.doubted_at, translation.status) == (None, TranslationStatus.DONE)


def test_what_offends_counts_from_the_first_reader_on(bob: Member, translation: Translation):
    assert say(bob, translation, "offensive") == Effect.DOUBTED


def test_a_moderator_settles_the_report_of_one_reader(bob: Member, mona: Member, translation: Translation):
    say(bob, translation)
    settle_doubt(translation=translation, member=mona)
    assert BadTranslation.objects.get().settled_at is not None


@pytest.mark.usefixtures("two_engines")
def test_two_readers_send_the_text_to_another_engine(bob: Member, translation: Translation):
    say(make_member(), translation)
    assert say(bob, translation) == Effect.REQUEUED
    translation.refresh_from_db()
    assert translation.status == TranslationStatus.QUEUED
    assert translation.avoid == ["first"]
    assert translation.is_readable
    assert not BadTranslation.objects.filter(settled_at=None).exists()


@pytest.mark.usefixtures("two_engines")
def test_a_text_whose_author_keeps_it_in_the_house_is_doubted_rather_than_sent_out(
    alice: Member, translation: Translation
):
    Member.objects.filter(pk=alice.pk).update(translation_consent=TranslationConsent.HOUSE)
    assert say(alice, translation) == Effect.DOUBTED


def test_without_another_engine_the_page_says_that_readers_doubt_it(bob: Member, translation: Translation):
    say(make_member(), translation)
    assert say(bob, translation) == Effect.DOUBTED
    translation.refresh_from_db()
    assert translation.doubted_at is not None
    assert translation.status == TranslationStatus.DONE


@pytest.mark.parametrize(
    ("who", "counts"),
    [("author", True), ("moderator", True), ("moderator of another section", False), ("staff", True)],
)
def test_whose_word_counts_at_once(
    who: str, counts: bool, alice: Member, mona: Member, sofie: Member, translation: Translation
):
    shows = make_member(sections=["shows"])
    member = {"author": alice, "moderator": mona, "moderator of another section": shows, "staff": sofie}[who]
    assert say(member, translation) == (Effect.DOUBTED if counts else Effect.NOTED)


def test_a_suspended_member_reports_nothing(sam: Member, translation: Translation):
    with pytest.raises(CorrectionError, match="rights"):
        say(sam, translation)


def test_reports_of_an_earlier_result_do_not_count_against_a_new_one(bob: Member, translation: Translation):
    say(make_member(), translation)
    Translation.objects.filter(pk=translation.pk).update(engine="second")
    assert say(bob, translation) == Effect.NOTED


@pytest.mark.usefixtures("two_engines")
def test_what_is_on_its_way_to_another_engine_is_not_ordered_again(
    alice: Member, bob: Member, translation: Translation
):
    say(alice, translation)
    Translation.objects.update(attempts=3)
    assert say(bob, translation) == Effect.REQUEUED
    translation.refresh_from_db()
    assert translation.attempts == 3


@pytest.mark.usefixtures("two_engines")
def test_a_translation_in_peoples_words_alone_waits_for_people(alice: Member, bob: Member):
    review = make_review(make_title(), alice, "Chorei no final.", language="pt")
    row = make_translation(review, engine="first")
    seen = sentences_of(row.sentences)[0].seen
    suggest_correction(member=alice, translation=row, number=0, seen=seen, text="I cried at the end.")
    say(make_member(), row)
    assert say(bob, row) == Effect.DOUBTED
    row.refresh_from_db()
    assert row.body == "I cried at the end."


def test_a_report_taken_back_takes_the_doubt_with_it(bob: Member, translation: Translation):
    say(make_member(), translation)
    say(bob, translation)
    assert take_back_report(translation=translation, member=bob)
    translation.refresh_from_db()
    assert translation.doubted_at is None
    assert not take_back_report(translation=translation, member=bob)


def test_a_doubt_of_three_outlives_one_of_them(bob: Member, translation: Translation):
    for member in (make_member(), make_member(), bob):
        say(member, translation)
    take_back_report(translation=translation, member=bob)
    translation.refresh_from_db()
    assert translation.doubted_at is not None


@pytest.mark.parametrize("decider", ["alice", "mona"])
def test_a_doubt_of_somebody_who_decides_alone_outlives_a_reader_s(
    bob: Member, translation: Translation, request: pytest.FixtureRequest, decider: str
):
    member = request.getfixturevalue(decider)
    assert say(member, translation) == Effect.DOUBTED
    say(bob, translation)
    take_back_report(translation=translation, member=bob)
    translation.refresh_from_db()
    assert translation.doubted_at is not None
    take_back_report(translation=translation, member=member)
    translation.refresh_from_db()
    assert translation.doubted_at is None


def test_a_moderator_settles_a_doubt_and_the_log_says_so(bob: Member, mona: Member, translation: Translation):
    say(make_member(), translation)
    say(bob, translation)
    with pytest.raises(CorrectionError, match="rights"):
        settle_doubt(translation=translation, member=bob)
    settle_doubt(translation=translation, member=mona)
    translation.refresh_from_db()
    assert translation.doubted_at is None
    assert not BadTranslation.objects.filter(settled_at=None).exists()
    assert LogEntry.objects.get().verb == "reviews.translation.kept"
    with pytest.raises(CorrectionError, match="state"):
        settle_doubt(translation=translation, member=mona)


def test_settled_reports_do_not_add_up_with_new_ones(bob: Member, mona: Member, translation: Translation):
    say(make_member(), translation)
    BadTranslation.objects.update(settled_at=timezone.now())
    assert say(bob, translation) == Effect.NOTED
