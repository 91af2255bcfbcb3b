"""What is looked at when a text is written and stored, what the author is told, and what becomes a case."""

import json
from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from filmsite.lib.text import render_review
from reviews import copy_index
from reviews.copydetect.paste_signal import Origin, PasteSignal, parse_signal
from reviews.copydetect.rules import KnownText as Known
from reviews.copydetect.rules import Level
from reviews.models import (
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    DelayedScreening,
    Evidence,
    KnownKind,
    KnownText,
    Licence,
    OwnWords,
    Review,
    Verdict,
)
from reviews.services import delayed_looks, screening, screening_later
from reviews.services.deciding import decide_case
from reviews.services.indexing import index_portion, note_text
from reviews.services.publishing import edit_review, publish_review
from reviews.services.screening import Notice, notice_for
from reviews.services.screening_later import screen_delayed, sweep_screenings
from tests.factories import give_second_factor, make_member, make_person, make_review, make_season, make_title
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

# Seventy-three words of our own, long enough to be a case.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third. "
    "Nobody at home may ever know."
)
LONG = prose(200, 7)
WEB = PasteSignal(5_000, Origin.WEB)


@pytest.fixture
def film() -> Title:
    return make_title("Two Shoes", plot=PASSAGE)


@pytest.fixture
def index_away() -> Iterator[None]:
    """The index gives no answer in time."""
    with patch("reviews.comparing.copy_index.candidates_for", side_effect=copy_index.IndexTooSlow):
        yield


def write(client: Client, film: Title, body: str, **fields: str):
    return client.post(f"/titles/{film.pk}/write/", {"body": body, "language": "en", **fields})


def old_review(title: Title, author: Member, body: str, *, days: int = 9, **fields: object) -> Review:
    """A message that was there before, as the index knows it."""
    review = make_review(title, author, body, created_at=timezone.now() - timedelta(days=days), **fields)
    note_text(review)
    index_portion()
    return review


def register(text: str, **fields: object) -> KnownText:
    """A text that stands elsewhere, of which the words are kept."""
    known = KnownText.objects.create(
        kind=fields.pop("kind", KnownKind.REGISTERED),
        text=text,
        label="An old magazine",
        url="https://magazine.example/shoes",
        algorithm=0,
        written_at=timezone.now() - timedelta(days=900),
        **fields,
    )
    index_portion([known.pk])
    return known


def publish(author: Member, title: Title, body: str, **fields: object) -> Review:
    return publish_review(author=author, subject=title, body=body, language="en", **fields)


def notice(author: Member, title: Title, body: str, **fields: object) -> Notice | None:
    return notice_for(subject=title, author=author, body=body, paste=fields.pop("paste", None), **fields)


# --- What is compared -----------------------------------------------------------------------------------------------


def test_posting_copied_words_publishes_the_text_and_opens_a_case_with_its_source(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    assert write(client, film, PASSAGE, notice_seen="1").status_code == 303
    case = Case.objects.get()
    evidence = case.evidence.get()
    assert Review.objects.get().is_published
    assert (case.kind, case.section, evidence.source_title) == (CaseKind.COPIED, "films", film)
    assert evidence.source.title == film
    assert (evidence.words, evidence.share) == (73, 1)
    assert evidence.source_excerpt[evidence.excerpt_start : evidence.excerpt_end] == PASSAGE[:-1]


def test_the_words_round_a_passage_say_where_they_are_cut(client: Client, alice: Member) -> None:
    film = make_title("Two Shoes", plot=f"{prose(90, 31)} {PASSAGE} {prose(90, 32)}")
    client.force_login(alice)
    write(client, film, PASSAGE, notice_seen="1")
    evidence = Case.objects.get().evidence.get()
    excerpt = evidence.source_excerpt
    assert (excerpt[0], excerpt[-1]) == ("…", "…")
    assert PASSAGE[:-1] in excerpt[evidence.excerpt_start : evidence.excerpt_end]


def test_words_of_the_plot_are_pointed_out_before_posting_and_nothing_is_lost(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    body = f"I loved it. {PASSAGE} And so on."
    answer = write(client, film, body)
    assert answer.status_code == 200
    assert body in answer.content.decode().replace("&#x27;", "'")
    assert not Review.objects.exists()


def test_the_words_of_a_message_in_any_thread_are_a_source(alice: Member, bob: Member) -> None:
    old_review(make_title(), bob, f"Once more: {PASSAGE}")
    publish(alice, make_title(), f"Indeed. {PASSAGE}")
    evidence = Evidence.objects.get()
    assert evidence.source_review.author == bob
    assert (evidence.source_label, evidence.source_url) == ("bob", evidence.source_review.get_absolute_url())


def test_the_newest_of_the_thread_is_known_before_the_index_knows_it(alice: Member, bob: Member) -> None:
    film = make_title()
    fresh = make_review(film, bob, PASSAGE, created_at=timezone.now() - timedelta(minutes=30))
    publish(alice, film, f"Indeed. {PASSAGE}")
    evidence = Evidence.objects.get()
    assert (evidence.source_review, evidence.source.review) == (fresh, fresh)


def test_a_season_has_its_case_in_the_section_of_shows(alice: Member) -> None:
    show = make_title("Two Streets", kind="show")
    publish(alice, make_season(show, plot=PASSAGE), PASSAGE)
    assert Case.objects.get().section == "shows"


def test_the_plot_of_the_show_is_known_at_a_season_and_a_seasons_at_the_show(alice: Member) -> None:
    show = make_title("Two Streets", kind="show", plot=PASSAGE)
    season = make_season(show, plot=LONG)
    publish(alice, season, f"At last. {PASSAGE}")
    publish(alice, show, f"In short: {LONG}")
    sources = Evidence.objects.order_by("id").values_list("source_title", flat=True)
    assert list(sources) == [show.pk, season.pk]


def test_a_biography_is_a_source(alice: Member) -> None:
    person = make_person("Somebody", biography=PASSAGE)
    publish(alice, person, f"In short: {PASSAGE}")
    assert Evidence.objects.get().source_person == person


def test_a_registered_text_is_a_source_wherever_it_is_posted(alice: Member) -> None:
    known = register(PASSAGE)
    publish(alice, make_title(), f"I think: {PASSAGE}")
    evidence = Evidence.objects.get()
    assert (evidence.source, evidence.source_label) == (known, "An old magazine")
    assert evidence.source_url == "https://magazine.example/shoes"


def test_text_of_three_sources_adds_up(alice: Member) -> None:
    sources = [prose(200, n) for n in range(3)]
    for text in sources:
        old_review(make_title(), make_member(), text)
    film = make_title()
    body = " ".join(f"{piece(text, 50, 25)} {prose(20, 90 + n)}" for n, text in enumerate(sources))
    found = notice(alice, film, body)
    assert (found.words, len(found.passages), found.level) == (75, 3, Level.CASE)
    assert found.share == pytest.approx(75 / 135)
    publish(alice, film, body)
    assert Case.objects.get().evidence.count() == 3


def test_words_that_nobody_can_read_any_more_are_no_source(alice: Member, bob: Member) -> None:
    old = old_review(make_title(), bob, PASSAGE)
    Review.objects.filter(pk=old.pk).update(state="removed")
    assert notice(alice, make_title(), PASSAGE) is None


# --- What is allowed ------------------------------------------------------------------------------------------------


def test_own_earlier_words_are_fine_anywhere_on_the_site(alice: Member, bob: Member) -> None:
    old_review(make_title(), alice, f"Long ago: {PASSAGE}", days=20)
    old_review(make_title(), bob, PASSAGE, days=30)
    film = make_title()
    assert notice(alice, film, PASSAGE) is None
    publish(alice, film, PASSAGE)
    assert not Case.objects.exists()


def test_what_was_posted_in_spite_of_a_case_does_not_excuse_the_next_copy(alice: Member, bob: Member) -> None:
    old_review(make_title(), bob, PASSAGE)
    first = publish(alice, make_title(), PASSAGE)
    index_portion()
    publish(alice, make_title(), PASSAGE)
    assert Case.objects.count() == 2
    # As soon as a moderator finds nothing wrong with it, the words are hers.
    Case.objects.filter(review=first).update(state=CaseState.DECIDED)
    publish(alice, make_title(), PASSAGE)
    assert Case.objects.count() == 2


@pytest.mark.parametrize("free", [{"kind": KnownKind.FORMULA}, {"licence": Licence.FREE}])
def test_free_words_are_free_whoever_else_used_them(alice: Member, bob: Member, free: dict[str, str]) -> None:
    old_review(make_title(), bob, PASSAGE)
    register(PASSAGE, **free)
    publish(alice, make_title(), PASSAGE)
    assert not Case.objects.exists()


def test_a_short_quotation_is_welcome(alice: Member, film: Title) -> None:
    publish(alice, film, f"> {piece(PASSAGE, 0, 30)}\n\nThat is the whole film.")
    assert not Case.objects.exists()


def test_an_answer_may_quote_all_of_what_it_answers_and_of_what_began_it(alice: Member, bob: Member) -> None:
    film = make_title()
    first = old_review(film, bob, PASSAGE)
    second = old_review(
        film, make_member(), f"> {PASSAGE}\n\nIndeed, and this: {LONG}", parent=first, root=first
    )
    body = f">> {PASSAGE}\n> {LONG}\n\nI agree."
    assert notice(alice, film, body, parent=second) is None
    assert notice(alice, film, body) is not None
    reply = publish(alice, film, body, parent=second)
    assert not Case.objects.exists()
    edit_review(review=reply, editor=alice, version=1, body=f"{body} Still.", language="en")
    assert not Case.objects.exists()


def test_the_first_paragraph_with_a_link_is_fine(alice: Member, film: Title) -> None:
    own = prose(20, 3)
    assert notice(alice, film, f"{PASSAGE} [Two Shoes]({film.get_absolute_url()}) {own}") is None
    assert notice(alice, film, f"{PASSAGE} [Two Shoes](https://elsewhere.example/) {own}") is not None


def test_a_phrase_of_everybody_is_nobodys(alice: Member) -> None:
    phrase = piece(PASSAGE, 0, 12)
    for n in range(6):
        old_review(make_title(), make_member(), f"{prose(60, 40 + n)} {phrase} {prose(60, 50 + n)}")
    assert notice(alice, make_title(), f"{phrase} {prose(60, 3)} {phrase}") is None


def test_the_limits_are_those_of_the_section(alice: Member, film: Title, settings: Settings) -> None:
    body = f"{piece(PASSAGE, 0, 30)} {prose(100, 3)}"
    assert notice(alice, film, body) is None
    settings.FILMSITE_COPY_WARN_WORDS = {"default": 40, "films": 25}
    assert notice(alice, film, body).level is Level.WARN
    settings.FILMSITE_COPY_CASE_WORDS = {"default": 60, "films": 30}
    assert notice(alice, film, body).level is Level.CASE
    settings.FILMSITE_COPY_CASE_WORDS = {"default": 60, "shows": 30}
    settings.FILMSITE_COPY_CASE_SHARE = {"default": 0.2}
    assert notice(alice, film, body).level is Level.CASE
    publish(alice, film, body)
    assert Case.objects.exists()


def test_a_warning_is_no_case(alice: Member, film: Title) -> None:
    body = f"{piece(PASSAGE, 0, 45)} {prose(60, 3)}"
    assert notice(alice, film, body).level is Level.WARN
    publish(alice, film, body)
    assert not Case.objects.exists()


# --- Which came first -----------------------------------------------------------------------------------------------


def test_within_five_minutes_nobody_is_accused_and_a_moderator_sees_both(
    alice: Member, bob: Member, mona: Member, client: Client, settings: Settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    film = make_title()
    make_review(film, bob, PASSAGE, created_at=timezone.now() - timedelta(minutes=1))
    assert notice(alice, film, PASSAGE) is None
    publish(alice, film, PASSAGE)
    assert Evidence.objects.get().detail["at_once"] is True
    client.force_login(mona)
    page = client.get(Case.objects.get().get_absolute_url()).content.decode()
    assert "nobody knows which of the two is older" in page


def test_a_text_is_no_copy_of_what_came_later(alice: Member, bob: Member) -> None:
    film = make_title()
    first = old_review(film, alice, PASSAGE, days=9)
    old_review(film, bob, PASSAGE, days=3)
    body = f"{PASSAGE} Corrected."
    assert notice(alice, film, body, review=first) is None
    edit_review(review=first, editor=alice, version=1, body=body, language="en")
    assert not Case.objects.exists()


def test_what_is_put_into_an_old_text_later_is_as_new_as_the_edit(alice: Member, bob: Member) -> None:
    film = make_title()
    mine = old_review(film, alice, "I liked it.", days=9)
    old_review(film, bob, PASSAGE, days=3)
    assert notice(alice, film, PASSAGE, review=mine) is not None
    edit_review(review=mine, editor=alice, version=1, body=PASSAGE, language="en")
    assert Case.objects.get().evidence.get().source_review.author == bob


# --- Edits ----------------------------------------------------------------------------------------------------------


def test_an_edit_that_adds_copied_words_opens_or_renews_the_case(alice: Member, film: Title) -> None:
    review = publish(alice, film, "I liked it well enough.")
    edit_review(review=review, editor=alice, version=1, body=PASSAGE, language="en")
    assert Case.objects.get().snapshot.revision.number == 2
    edit_review(review=review, editor=alice, version=2, body=f"{PASSAGE} {prose(30, 3)}", language="en")
    case = Case.objects.get()
    assert case.snapshot.revision.number == 3
    assert case.evidence.get().share == pytest.approx(73 / 103, abs=1e-4)


def test_an_edit_that_takes_the_words_out_closes_the_case(alice: Member, film: Title) -> None:
    review = publish(alice, film, PASSAGE)
    edit_review(review=review, editor=alice, version=1, body="I liked it well enough.", language="en")
    assert Case.objects.get().state == CaseState.CLOSED


def test_what_a_moderator_found_fine_is_no_case_again_at_the_next_edit(
    alice: Member, mona: Member, film: Title
) -> None:
    review = publish(alice, film, f"{PASSAGE} {LONG}")
    give_second_factor(mona)
    decide_case(case=Case.objects.get(), moderator=mona, verdict=Verdict.KEEP, reason="Quoted with consent.")
    edit_review(review=review, editor=alice, version=1, body=f"{PASSAGE} {LONG} More.", language="en")
    assert Case.objects.count() == 1
    other = make_title(plot=prose(100, 33))
    note_text(other)
    index_portion()
    body = f"{PASSAGE} {LONG} {other.plot}"
    edit_review(review=review, editor=alice, version=2, body=body, language="en")
    [evidence] = Evidence.objects.filter(case__state=CaseState.OPEN)
    assert evidence.source_title == other


# --- Own words ------------------------------------------------------------------------------------------------------


def test_words_declared_own_are_recorded_looked_at_once_and_never_asked_about_again(
    client: Client, alice: Member, bob: Member
) -> None:
    client.force_login(alice)
    source = old_review(make_title(), bob, PASSAGE)
    film = make_title()
    said = {"notice_seen": "1", "own_words": "1", "own_words_url": "https://alice.example/shoes"}
    assert write(client, film, PASSAGE, notice_about=str(source.known_text.pk), **said).status_code == 303
    [row] = OwnWords.objects.all()
    assert (row.author, row.source.review, row.url) == (alice, source, "https://alice.example/shoes")
    case = Case.objects.get()
    assert CaseFlag.DECLARED_OWN in case.flags
    # Neither at the next text, nor when this one is changed.
    other = make_title()
    assert notice(alice, other, PASSAGE) is None
    publish(alice, other, PASSAGE)
    assert notice(alice, film, f"{PASSAGE} More.", review=case.review) is None
    edit_review(review=case.review, editor=alice, version=1, body=f"{PASSAGE} More.", language="en")
    assert [found.pk for found in Case.objects.filter(state=CaseState.OPEN)] == [case.pk]


def test_what_was_said_without_a_case_is_looked_at_when_there_is_one(alice: Member, bob: Member) -> None:
    old_review(make_title(), bob, f"{PASSAGE} {LONG}")
    publish(alice, make_title(), f"{piece(PASSAGE, 0, 45)} {prose(90, 3)}", declared_own=True)
    assert not Case.objects.exists()
    assert OwnWords.objects.count() == 1
    publish(alice, make_title(), f"{PASSAGE} {LONG}")
    assert Case.objects.count() == 1


def remove_as_copied(case: Case, moderator: Member) -> None:
    decide_case(
        case=case,
        moderator=give_second_factor(moderator),
        verdict=Verdict.REMOVE,
        reason="I compared them.",
        rule="copied-text",
    )


def test_words_that_were_found_copied_are_not_their_own_by_saying_so_afterwards(
    alice: Member, bob: Member, mona: Member
) -> None:
    old_review(make_title(), bob, PASSAGE)
    remove_as_copied(publish(alice, make_title(), PASSAGE).cases.get(), mona)
    assert not OwnWords.objects.exists()
    second = publish(alice, make_title(), PASSAGE, declared_own=True)
    assert CaseFlag.DECLARED_OWN in second.cases.get().flags
    assert notice(alice, make_title(), PASSAGE) is not None
    assert publish(alice, make_title(), PASSAGE).cases.exists()


def test_what_was_said_excuses_nothing_once_its_case_closed_without_an_answer(
    alice: Member, bob: Member
) -> None:
    old_review(make_title(), bob, PASSAGE)
    first = publish(alice, make_title(), PASSAGE, declared_own=True)
    edit_review(review=first, editor=alice, version=1, body=LONG, language="en")
    assert first.cases.get().state == CaseState.CLOSED
    assert publish(alice, make_title(), PASSAGE).cases.get().state == CaseState.OPEN


def test_a_forged_declaration_about_nothing_is_not_kept(alice: Member) -> None:
    publish(alice, make_title(), LONG, declared_own=True)
    assert not OwnWords.objects.exists()


def test_a_newcomer_who_pastes_a_web_page_is_asked_once_a_text_and_not_when_believed(alice: Member) -> None:
    assert notice(alice, make_title(), LONG, paste=WEB) == Notice([], question=True)
    for _ in range(3):
        publish(alice, make_title(), LONG, paste=WEB, declared_own=True)
    assert OwnWords.objects.filter(source=None).count() == 3
    assert notice(alice, make_title(), LONG, paste=WEB) is None
    assert not Case.objects.exists()


def test_whoever_wrote_much_is_not_asked_about_a_paste(alice: Member) -> None:
    for _ in range(10):
        make_review(author=alice)
    assert notice(alice, make_title(), LONG, paste=WEB) is None


def test_what_the_browser_said_of_a_paste_stands_beside_the_evidence(alice: Member, film: Title) -> None:
    signal = parse_signal(json.dumps({"characters": 1430, "origin": "web", "pastes": 2, "own": "\x00"}))
    publish(alice, film, PASSAGE, paste=signal)
    context = Evidence.objects.get(kind=Evidence.Kind.LONG_PASTE)
    assert context.detail == {"characters": 1430, "origin": "web", "count": 2}


@pytest.mark.parametrize("origin", ["web", "plain", "office", "unknown"])
def test_a_long_paste_alone_is_no_case(alice: Member, origin: str) -> None:
    publish(alice, make_title(), LONG, paste=PasteSignal(5_000, Origin(origin)))
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "signal", ["", "{", "[" * 2000, '{"characters": -1}', '{"x": "\\u0000"}', '"\\ud800"']
)
def test_nonsense_from_the_browser_is_no_paste(client: Client, alice: Member, signal: str) -> None:
    client.force_login(alice)
    assert write(client, make_title(), LONG, paste_signal=signal).status_code == 303


# --- The notice -----------------------------------------------------------------------------------------------------


def test_the_notice_has_an_entry_a_source_and_each_button_answers_it(alice: Member, film: Title) -> None:
    body = f"I loved it. {PASSAGE} {prose(20, 3)}"
    [passage] = notice(alice, film, body).passages
    assert (passage.number, passage.words, passage.label, passage.kind) == (1, 73, "Two Shoes (1997)", "plot")
    assert passage.url == film.get_absolute_url()
    assert body[passage.start : passage.end] == PASSAGE[:-1]
    assert passage.stretches == ((passage.start, passage.end),)
    for change in (passage.keeps_first, passage.as_quote, passage.remove):
        assert notice(alice, film, change.applied_to(body)) is None
    html = render_review(passage.keeps_first.applied_to(body))
    assert "<blockquote>" in html
    assert f'href="{film.get_absolute_url()}"' in html


def test_of_what_only_some_may_read_the_author_is_not_told_where_it_stands(
    alice: Member, film: Title
) -> None:
    note_text(film)
    index_portion()
    with patch("reviews.copy_index.known_of", side_effect=_private):
        [passage] = notice(alice, film, PASSAGE).passages
    assert (passage.label, passage.url, passage.kind, passage.keeps_first) == ("", "", "", None)
    assert "Two Shoes" not in passage.as_quote.text


def _private(row: KnownText) -> Known:
    return Known(row.pk, "plot", PASSAGE, label="Two Shoes", url="/secret/", first_words=70, is_public=False)


def test_the_check_is_for_members(client: Client, film: Title) -> None:
    assert client.post(f"/compose/check/{film.pk}/", {"body": PASSAGE}).status_code == 401


def test_the_check_is_about_ones_own_text_and_this_title(client: Client, alice: Member, bob: Member) -> None:
    client.force_login(alice)
    film = make_title()
    theirs, elsewhere = make_review(film, bob), make_review(make_title(), alice)
    for review in (theirs, elsewhere):
        answer = client.post(f"/compose/check/{film.pk}/", {"body": PASSAGE, "review": review.pk})
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "", "x", "word " * 4_000, "a\u0301" * 9_000, "\u202e" * 500 + PASSAGE, "映画館で見た" * 3_000, "😀" * 5_000,
        "Это просто отзыв о фильме. " * 50, "&amp;" * 4_000, ">" * 20_000, '"' * 20_000, f'"{PASSAGE}', "[" * 20_000,
    ],
)  # fmt: skip
def test_no_text_breaks_the_check(client: Client, alice: Member, film: Title, body: str) -> None:
    client.force_login(alice)
    assert client.post(f"/compose/check/{film.pk}/", {"body": body, "language": "en"}).status_code == 200


# --- When there is no time ------------------------------------------------------------------------------------------


def test_a_text_is_stored_at_once_and_compared_later_when_the_index_is_away(
    alice: Member, bob: Member, film: Title, index_away: None
) -> None:
    assert notice(alice, film, PASSAGE) is None
    review = publish(alice, film, PASSAGE, paste=WEB, declared_own=True, own_words_url="https://a.example/")
    assert review.is_published
    assert not Case.objects.exists()
    row = DelayedScreening.objects.get()
    assert screen_delayed(row.pk) == "too slow"
    row.refresh_from_db()
    assert row.attempts == 1
    assert row.due_at > timezone.now()


def test_the_comparison_that_was_put_off_finds_what_it_would_have_found(alice: Member, film: Title) -> None:
    with patch("reviews.comparing.copy_index.candidates_for", side_effect=copy_index.IndexTooSlow):
        publish(alice, film, PASSAGE, paste=WEB, declared_own=True, own_words_url="https://a.example/")
    with patch("reviews.services.screening_later.screen_later.apply_async") as woken:
        assert sweep_screenings() == 1
    assert woken.call_args.kwargs["args"] == (DelayedScreening.objects.get().pk,)
    assert screen_delayed(DelayedScreening.objects.get().pk) == "case"
    case = Case.objects.get()
    assert CaseFlag.DECLARED_OWN in case.flags
    assert case.evidence.get(kind=Evidence.Kind.LONG_PASTE).detail["origin"] == "web"
    assert OwnWords.objects.get().url == "https://a.example/"
    assert not DelayedScreening.objects.exists()
    assert screen_delayed(1) == "nothing"


def test_a_comparison_that_never_succeeds_is_given_up_until_the_text_changes(
    alice: Member, film: Title, index_away: None, caplog: pytest.LogCaptureFixture
) -> None:
    review = publish(alice, film, PASSAGE)
    DelayedScreening.objects.update(attempts=delayed_looks.MOST_ATTEMPTS - 1)
    assert sweep_screenings() == 1
    assert screen_delayed(DelayedScreening.objects.get().pk) == "given up"
    assert "a text is never compared" in caplog.text
    DelayedScreening.objects.update(due_at=timezone.now())
    assert sweep_screenings() == 0
    screening_later.order_screening(review)
    assert sweep_screenings() == 1


def test_a_message_that_is_gone_meanwhile_is_not_compared(alice: Member, film: Title) -> None:
    review = publish(alice, film, "I liked it.")
    Review.objects.filter(pk=review.pk).update(state="withdrawn")
    screening_later.order_screening(review)
    assert screen_delayed(DelayedScreening.objects.get().pk) == "gone"
    assert not DelayedScreening.objects.exists()


def test_a_missing_index_stops_nobody_from_writing(alice: Member, film: Title) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_fingerprint RENAME TO elsewhere")
    review = make_review(film, alice, PASSAGE)
    assert screening.screen_review(review, review.revisions.get()) is None
    assert DelayedScreening.objects.filter(review=review).exists()
    assert notice(alice, film, f"{PASSAGE} More.") is None


def test_whoever_brings_in_many_texts_has_some_cases_at_a_time(alice: Member) -> None:
    plots = [prose(100, 200 + n) for n in range(delayed_looks.MOST_CASES_OF_ONE + 3)]
    reviews = [make_review(make_title(plot=plot), alice, plot) for plot in plots]
    for review in reviews:
        screening_later.order_screening(review, is_urgent=False)
    outcomes = [screen_delayed(pk) for pk in DelayedScreening.objects.values_list("pk", flat=True)]
    assert outcomes == ["case"] * delayed_looks.MOST_CASES_OF_ONE + ["later"] * 3
    assert DelayedScreening.objects.filter(due_at__gt=timezone.now()).count() == 3
    Case.objects.update(state=CaseState.DECIDED)
    assert screen_delayed(DelayedScreening.objects.first().pk) == "case"


def test_two_copies_that_wait_for_their_comparison_do_not_excuse_each_other(
    alice: Member, film: Title
) -> None:
    note_text(film)
    for review in [make_review(make_title(), alice, PASSAGE), make_review(make_title(), alice, PASSAGE)]:
        note_text(review)
        screening_later.order_screening(review, is_urgent=False)
    index_portion()
    assert [screen_delayed(pk) for pk in DelayedScreening.objects.values_list("pk", flat=True)] == [
        "case"
    ] * 2


# --- Cost -----------------------------------------------------------------------------------------------------------


def test_an_honest_text_costs_few_queries_however_long_the_thread(
    alice: Member, film: Title, django_assert_max_num_queries
) -> None:
    note_text(film)
    for _ in range(20):
        note_text(make_review(film))
    index_portion()
    with django_assert_max_num_queries(8) as queries:
        notice(alice, film, LONG)
    assert not any('"html"' in query["sql"] for query in queries)


def test_a_short_text_costs_no_query(alice: Member, film: Title, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        assert notice(alice, film, "I ran home after it.") is None
