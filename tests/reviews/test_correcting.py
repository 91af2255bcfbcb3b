"""Better words for sentences of translations: who suggests, who decides, what becomes of the translation."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import TitleKind
from reviews.correcting.permissions import can_decide_correction, can_see_correction, trusted_languages
from reviews.correcting.side_by_side import sentences_of
from reviews.models import Correction, LogEntry, Notification, Review, Translation, TranslationStatus
from reviews.services.correcting import (
    CorrectionError,
    decide_correction,
    suggest_correction,
    undo_decision,
    withdraw_correction,
)
from reviews.services.publishing import edit_review
from reviews.services.translating import requeue, translate
from reviews.sources import source_of, with_sources
from tests.factories import (
    make_correction,
    make_list,
    make_member,
    make_review,
    make_title,
    make_translation,
)

pytestmark = pytest.mark.django_db

PORTUGUESE = "Um filme muito bonito sobre duas crianças. Chorei no final.\n\nQuero ver outra vez."
ACCEPTED, DECLINED = Correction.State.ACCEPTED, Correction.State.DECLINED


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def review(alice: Member) -> Review:
    return make_review(make_title("Heat"), alice, PORTUGUESE, language="pt")


@pytest.fixture
def translation(review: Review) -> Translation:
    return make_translation(review)


def suggest(member: Member, translation: Translation, text: str = "I cried at the end.", number: int = 1):
    seen = sentences_of(translation.sentences)[number].seen
    return suggest_correction(member=member, translation=translation, number=number, seen=seen, text=text)


def trust(member: Member, language: str = "en", *, times: int = 10, **fields) -> None:
    """Let so many of a member's corrections have been accepted, by two authors in turn."""
    deciders = [make_member(), make_member()]
    for number in range(times):
        made = make_translation(make_review(body=PORTUGUESE, language="pt"), language)
        decided = timezone.now() - timedelta(days=times - number)
        values = {"state": ACCEPTED, "decided_by": deciders[number % 2], "decided_at": decided, **fields}
        make_correction(made, member, **values)


def now(translation: Translation) -> str:
    translation.refresh_from_db()
    return translation.body


# --- Who -------------------------------------------------------------------------------------------------


def test_a_members_words_wait_for_a_decision(bob: Member, translation: Translation):
    before = translation.body
    assert suggest(bob, translation).state == Correction.State.PROPOSED
    assert now(translation) == before


def test_the_authors_words_stand_at_once(alice: Member, translation: Translation):
    assert suggest(alice, translation).state == ACCEPTED
    assert "I cried at the end." in now(translation)
    assert "I cried at the end." in translation.html
    assert translation.corrected_by == alice
    assert [sentence["by"] for sentence in translation.sentences] == ["engine", "person", "engine"]
    assert translation.corrected_sentences == 1


def test_a_moderators_words_stand_at_once_and_the_log_says_so_without_names(
    mona: Member, translation: Translation
):
    suggest(mona, translation)
    assert "I cried" in now(translation)
    line = LogEntry.objects.get()
    assert (line.verb, line.review_number) == ("reviews.correction.made", translation.review_id)
    assert line.reason == ""


def test_a_moderator_of_another_section_only_suggests(translation: Translation):
    stranger = make_member(sections=["shows"])
    assert suggest(stranger, translation).state == Correction.State.PROPOSED


def test_a_suspended_member_suggests_nothing(sam: Member, translation: Translation):
    with pytest.raises(CorrectionError, match="rights"):
        suggest(sam, translation)


def test_ten_accepted_corrections_in_a_row_earn_trust_in_that_language_only(bob: Member):
    trust(bob, times=9)
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == frozenset()
    trust(bob, times=1)
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == {"en"}


def test_a_declined_one_begins_the_row_anew(bob: Member):
    trust(bob, times=10)
    trust(bob, times=1, state=DECLINED, decided_at=timezone.now())
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == frozenset()


def test_what_one_accepted_oneself_or_one_friend_did_earns_no_trust(bob: Member, alice: Member):
    trust(bob, times=12, decided_by=bob)
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == frozenset()
    Correction.objects.update(decided_by=alice)
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == frozenset()


def test_a_trusted_members_words_stand_at_once(bob: Member, translation: Translation):
    trust(bob)
    assert suggest(bob, translation).state == ACCEPTED
    assert "I cried" in now(translation)
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("stranger", False),
        ("suggester", False),
        ("suspended moderator", False),
        ("author", True),
        ("suspended author", False),
        ("trusted", True),
        ("trusted in another language", False),
        ("moderator", True),
        ("moderator of another section", False),
        ("staff", True),
    ],
)
def test_who_decides_about_a_suggestion(
    who: str,
    may: bool,
    bob: Member,
    mona: Member,
    sofie: Member,
    review: Review,
    translation: Translation,
):
    made = make_correction(translation, bob)
    match who:
        case "suspended moderator":
            member = make_member(sections=["films"], suspended_at=timezone.now())
        case "suspended author":
            Member.objects.filter(pk=review.author_id).update(suspended_at=timezone.now())
            member = review.author
        case "trusted":
            trust(member := make_member())
        case "trusted in another language":
            trust(member := make_member(), "nl")
        case "moderator of another section":
            member = make_member(sections=["shows", "members"])
        case _:
            member = {
                "stranger": make_member(),
                "suggester": bob,
                "author": review.author,
                "moderator": mona,
                "staff": sofie,
            }[who]
    member = Member.objects.get(pk=member.pk)
    made = with_sources(Correction.objects.select_related("by")).get(pk=made.pk)
    assert can_decide_correction(member, made) == may
    assert can_see_correction(member, made) == (may or who == "suggester")
    if may:
        assert decide_correction(correction=made, member=member, accept=True).state == ACCEPTED
    else:
        with pytest.raises(CorrectionError, match="rights"):
            decide_correction(correction=made, member=member, accept=True)


def test_nobody_decides_about_what_they_suggested_before_they_had_a_say(
    mona: Member, translation: Translation
):
    made = with_sources(Correction.objects.all()).get(pk=make_correction(translation, mona).pk)
    assert not can_decide_correction(mona, made)
    assert can_see_correction(mona, made)
    with pytest.raises(CorrectionError, match="rights"):
        decide_correction(correction=made, member=mona, accept=True)


def test_nobody_decides_about_a_text_that_they_may_not_read(
    bob: Member, mona: Member, review: Review, translation: Translation
):
    made = make_correction(translation, bob)
    Review.objects.filter(pk=review.pk).update(state="withdrawn")
    made = with_sources(Correction.objects.all()).get(pk=made.pk)
    assert not can_decide_correction(mona, made)


def test_texts_of_shows_and_lists_belong_to_their_own_sections(bob: Member, mona: Member):
    show = make_review(make_title(kind=TitleKind.SHOW), body=PORTUGUESE, language="pt")
    made = make_correction(make_translation(show), bob)
    owner = make_member()
    of_list = Correction.objects.create(
        list=make_list(owner, description=PORTUGUESE),
        source_language="pt",
        target="en",
        sentence="Chorei no final.",
        text="I cried.",
        by=bob,
        made_at=timezone.now(),
    )
    found = {row.pk: row for row in with_sources(Correction.objects.all())}
    assert not can_decide_correction(mona, found[made.pk])
    assert can_decide_correction(make_member(sections=["shows"]), found[made.pk])
    assert not can_decide_correction(mona, found[of_list.pk])
    assert can_decide_correction(make_member(sections=["members"]), found[of_list.pk])
    assert can_decide_correction(owner, found[of_list.pk])
    waits = Correction.objects.to_decide(sections=["films"], trusted=[])
    assert not waits.exists()
    assert set(Correction.objects.to_decide(sections=["shows", "members"], trusted=[])) == {made, of_list}


# --- What becomes of it ----------------------------------------------------------------------------------


def test_accepted_words_show_at_once_and_their_author_is_told(
    alice: Member, bob: Member, translation: Translation
):
    made = suggest(bob, translation)
    decide_correction(correction=made, member=alice, accept=True)
    assert "I cried at the end." in now(translation)
    assert translation.corrected_by == bob
    news = Notification.objects.get(recipient=bob)
    assert news.detail["news"] == "accepted"
    assert news.actor == alice


def test_a_moderators_name_is_not_told_with_a_decision_and_the_reason_is(
    bob: Member, mona: Member, translation: Translation
):
    made = suggest(bob, translation)
    decide_correction(correction=made, member=mona, accept=False, reason="It says something else.")
    news = Notification.objects.get(recipient=bob)
    assert news.actor is None
    assert news.detail["reason"] == "It says something else."
    line = LogEntry.objects.get()
    assert (line.verb, line.reason) == ("reviews.correction.declined", "It says something else.")


def test_the_author_is_told_once_a_day_for_a_text_however_many_suggest(
    alice: Member, bob: Member, translation: Translation
):
    suggest(bob, translation)
    suggest(make_member(), translation)
    assert Notification.objects.filter(recipient=alice).count() == 1


def test_the_author_is_told_of_words_that_stand_without_their_doing(
    alice: Member, bob: Member, mona: Member, translation: Translation
):
    suggest(mona, translation)
    assert {row.detail["news"] for row in Notification.objects.filter(recipient=alice)} == {"changed"}
    translation.refresh_from_db()
    waiting = suggest(bob, translation, "I wept at the end.")
    decide_correction(correction=waiting, member=alice, accept=True)
    told = Notification.objects.filter(recipient=alice)
    assert sorted(row.detail["news"] for row in told) == ["changed", "proposed"]


def test_a_second_suggestion_of_a_member_takes_the_place_of_the_first(bob: Member, translation: Translation):
    suggest(bob, translation, "I wept.")
    suggest(bob, translation, "I wept at the end.")
    assert Correction.objects.get().text == "I wept at the end."


def test_a_persons_words_are_replaced_only_when_a_later_suggestion_is_accepted(
    alice: Member, bob: Member, translation: Translation
):
    first = suggest(alice, translation, "I cried at the end.")
    translation.refresh_from_db()
    second = suggest(bob, translation, "I wept at the end.")
    assert "I cried at the end." in now(translation)
    decide_correction(correction=second, member=alice, accept=True)
    assert "I wept at the end." in now(translation)
    first.refresh_from_db()
    assert first.state == Correction.State.REPLACED


def test_what_was_decided_meanwhile_is_not_decided_again(
    alice: Member, bob: Member, mona: Member, translation: Translation
):
    made = suggest(bob, translation)
    decide_correction(correction=made, member=alice, accept=True)
    with pytest.raises(CorrectionError, match="state"):
        decide_correction(correction=made, member=mona, accept=True)
    with pytest.raises(CorrectionError, match="state"):
        withdraw_correction(correction=made, member=bob)


def test_a_suggestion_is_taken_back_by_who_made_it_alone(
    alice: Member, bob: Member, translation: Translation
):
    made = suggest(bob, translation)
    with pytest.raises(CorrectionError):
        withdraw_correction(correction=made, member=alice)
    assert withdraw_correction(correction=made, member=bob).state == Correction.State.WITHDRAWN


def test_a_moderator_declines_what_stands_and_the_words_before_come_back(
    bob: Member, mona: Member, translation: Translation
):
    trust(bob)
    before = translation.body
    made = suggest(bob, translation, "Rubbish.")
    assert "Rubbish." in now(translation)
    decide_correction(correction=made, member=mona, accept=False, reason="Not what it says.")
    assert now(translation) == before
    assert translation.corrected_by is None
    assert trusted_languages(Member.objects.get(pk=bob.pk)) == frozenset()


def test_a_trusted_member_does_not_overrule_what_stands(alice: Member, bob: Member, translation: Translation):
    trust(bob)
    made = suggest(alice, translation)
    with pytest.raises(CorrectionError, match="rights"):
        decide_correction(correction=made, member=bob, accept=False, reason="No.")


def test_an_undone_decision_lets_the_suggestion_wait_again_and_the_earlier_words_stand(
    alice: Member, bob: Member, translation: Translation
):
    suggest(alice, translation, "I cried at the end.")
    translation.refresh_from_db()
    second = suggest(bob, translation, "I wept at the end.")
    decide_correction(correction=second, member=alice, accept=True)
    undo_decision(correction=second, member=alice)
    second.refresh_from_db()
    assert second.state == Correction.State.PROPOSED
    assert "I cried at the end." in now(translation)
    assert not Notification.objects.filter(recipient=bob).exists()


def test_a_decision_is_undone_by_who_made_it_and_only_for_a_while(
    alice: Member, bob: Member, mona: Member, translation: Translation
):
    made = suggest(bob, translation)
    decide_correction(correction=made, member=alice, accept=True)
    with pytest.raises(CorrectionError, match="late"):
        undo_decision(correction=made, member=mona)
    Correction.objects.update(decided_at=timezone.now() - timedelta(minutes=16))
    with pytest.raises(CorrectionError, match="late"):
        undo_decision(correction=made, member=alice)


def test_one_own_words_that_stood_at_once_are_gone_when_undone(alice: Member, translation: Translation):
    before = translation.body
    made = suggest(alice, translation)
    undo_decision(correction=made, member=alice)
    made.refresh_from_db()
    assert made.state == Correction.State.WITHDRAWN
    assert now(translation) == before


def test_words_for_a_sentence_that_changed_meanwhile_are_refused(
    alice: Member, bob: Member, translation: Translation
):
    seen = sentences_of(translation.sentences)[1].seen
    suggest(alice, translation, "I cried at the end.")
    with pytest.raises(CorrectionError, match="stale"):
        suggest_correction(member=bob, translation=translation, number=1, seen=seen, text="Late words.")
    with pytest.raises(CorrectionError, match="stale"):
        suggest_correction(member=bob, translation=translation, number=99, seen=seen, text="Late words.")


def test_words_for_a_text_that_was_edited_meanwhile_are_refused(
    alice: Member, bob: Member, review: Review, translation: Translation
):
    edit_review(review=review, editor=alice, version=1, body="Outro texto. Muito curto.", language="pt")
    with pytest.raises(CorrectionError, match="stale"):
        suggest(bob, translation)


def test_the_same_words_are_no_suggestion(bob: Member, translation: Translation):
    with pytest.raises(CorrectionError, match="same"):
        suggest(bob, translation, translation.sentences[1]["text"])


def test_a_persons_words_survive_a_new_translation_by_an_engine(
    alice: Member, review: Review, translation: Translation
):
    suggest(alice, translation, "I cried at the end.")
    requeue(translations=[translation])
    translate(translation.pk)
    translation.refresh_from_db()
    assert translation.status == TranslationStatus.DONE
    assert "I cried at the end." in translation.body
    assert "(en)" not in translation.body


def test_a_persons_words_survive_an_edit_of_other_sentences(
    alice: Member, review: Review, translation: Translation
):
    suggest(alice, translation, "I cried at the end.")
    edited = edit_review(
        review=review, editor=alice, version=1, body=PORTUGUESE + " Sem falta.", language="pt"
    )
    row = Translation.objects.get(review=review, target="en", source_hash=edited.source_hash)
    assert "I cried at the end." in row.body


def test_a_plot_is_corrected_like_a_review(bob: Member, mona: Member):
    title = make_title("Heat", plot="Um homem foge. Outro procura.", plot_language="pt", plot_author=bob)
    source = source_of(title)
    assert source is not None
    row = Translation.objects.create(
        title=title,
        source_hash=source.source_hash,
        content_hash=source.source_hash,
        source_language="pt",
        target="en",
        body="A man escapes. Another seeks.",
        html="<p>A man escapes. Another seeks.</p>",
        engine="fx",
        status="done",
        next_attempt_at=timezone.now(),
        sentences=[
            {"place": 0, "source": "Um homem foge.", "text": "A man escapes.", "by": "engine"},
            {"place": 0, "source": "Outro procura.", "text": "Another seeks.", "by": "engine"},
        ],
    )
    made = suggest(make_member(), row, "Another is searching.")
    decide_correction(correction=made, member=mona, accept=True)
    assert now(row) == "A man escapes. Another is searching."
    assert LogEntry.objects.get().title_number == title.pk


def test_the_public_log_puts_decisions_about_words_into_words(
    bob: Member, mona: Member, translation: Translation, client: Client
):
    decide_correction(correction=suggest(bob, translation), member=mona, accept=True)
    assert "Better words for a translation were accepted" in client.get("/moderation/log/").content.decode()
