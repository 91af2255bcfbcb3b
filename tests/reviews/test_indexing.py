from collections.abc import Sequence

import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Job, JobState, Member
from films.models import Change, Title
from films.services.editing import write_facts
from filmsite.lib.text import render_review
from reviews import copy_index
from reviews.copy_index import Found, IndexTooSlow, candidates_for, load_known
from reviews.copydetect.fingerprint import fingerprints_in_order, run_hashes
from reviews.copydetect.normalise import folded
from reviews.models import (
    Case,
    CaseKind,
    Evidence,
    KnownKind,
    KnownText,
    OwnWords,
    Review,
    ReviewState,
    Revision,
)
from reviews.services import index_upkeep
from reviews.services.index_upkeep import (
    find_common_runs,
    pause_indexing,
    resume_indexing,
    start_indexing,
    sweep_index,
    tidy_index,
)
from reviews.services.indexing import WAITING, Indexed, forget_text, hash_of, index_text, note_text
from tests.factories import make_person, make_review, make_title
from tests.reviews.copydetect.texts import piece, prose

pytestmark = pytest.mark.django_db

TEXT = prose(200, 1)
OTHER = prose(200, 2)


def known(row: Indexed) -> KnownText:
    """The text as the index knows it, fingerprints and all."""
    noted = note_text(row)
    assert noted is not None
    index_text(noted.pk)
    return KnownText.objects.get(pk=noted.pk)


def change_words(review: Review, body: str) -> None:
    """What an edit stores, past the rest of publishing."""
    review.body, review.html, review.source_hash = body, render_review(body), hash_of(body)
    review.revision_number += 1
    review.save()
    Revision.objects.create(
        review=review,
        number=review.revision_number,
        body=body,
        language=review.language,
        source_hash=review.source_hash,
        created_at=review.created_at,
    )


def found(
    text: str, *, author: Member | None = None, every_run: bool = False, exclude: Review | None = None
) -> list[int]:
    return [hit.known_id for hit in ask(text, author=author, every_run=every_run, exclude=exclude)]


def ask(
    text: str, *, author: Member | None = None, every_run: bool = False, exclude: Review | None = None
) -> Sequence[Found]:
    return candidates_for(
        folded(text),
        author_id=author and author.pk,
        every_run=every_run,
        exclude_review=exclude and exclude.pk,
    )


def prints_of(text: KnownText) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM reviews_fingerprint WHERE known_id = %s", [text.pk])
        return int(cursor.fetchone()[0])


# --- Noting and finding -----------------------------------------------------------------------------------------


def test_a_message_is_noted_at_once_and_found_after_its_task(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    review = make_review(body=TEXT)
    with django_capture_on_commit_callbacks() as callbacks:
        noted = note_text(review)
    assert noted is not None
    assert (noted.kind, noted.author_id, noted.written_at) == ("review", review.author_id, review.created_at)
    assert noted.algorithm == WAITING
    assert len(callbacks) == 1
    assert found(piece(TEXT, 50, 60)) == []
    assert index_text(noted.pk)
    assert found(piece(TEXT, 50, 60)) == [noted.pk]
    noted.refresh_from_db()
    assert (noted.words, noted.first_words, noted.source_hash) == (200, 200, review.source_hash)


def test_a_passage_of_25_words_is_found_in_the_middle_of_other_words() -> None:
    source = known(make_review(body=TEXT))
    known(make_review(body=OTHER))
    assert found(f"{prose(60, 9)} {piece(TEXT, 80, 25)} {prose(60, 8)}") == [source.pk]


def test_indexing_twice_is_as_once() -> None:
    text = known(make_review(body=TEXT))
    before = prints_of(text)
    assert not index_text(text.pk)
    KnownText.objects.update(algorithm=WAITING)
    assert index_text(text.pk)
    assert prints_of(text) == before > 30


def test_the_same_words_again_wake_nobody(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    review = make_review(body=TEXT)
    known(review)
    with django_capture_on_commit_callbacks() as callbacks:
        note_text(review)
    assert callbacks == []


def test_after_an_edit_only_the_new_words_are_found() -> None:
    review = make_review(body=TEXT)
    text = known(review)
    change_words(review, OTHER)
    assert known(review).pk == text.pk
    assert found(TEXT) == []
    assert found(OTHER) == [text.pk]


def test_an_edit_before_the_task_leaves_no_earlier_words_behind() -> None:
    review = make_review(body=TEXT)
    text = known(review)
    for body in (OTHER, prose(200, 3)):
        change_words(review, body)
        note_text(review)
    index_text(text.pk)
    assert found(TEXT) == found(OTHER) == []
    assert found(prose(200, 3)) == [text.pk]


def test_where_the_earlier_words_are_gone_the_text_begins_anew_with_all_that_leads_to_it(
    alice: Member,
) -> None:
    review = make_review(body=TEXT)
    text = known(review)
    OwnWords.objects.create(author=alice, source=text)
    case = Case.objects.create(review=review, kind=CaseKind.COPIED)
    Evidence.objects.create(case=case, kind=Evidence.Kind.OVERLAP, words=50, source=text)
    Review.objects.filter(pk=review.pk).update(body=OTHER, source_hash=hash_of(OTHER))
    KnownText.objects.filter(pk=text.pk).update(source_hash="f" * 64)
    review.refresh_from_db()
    noted = note_text(review)
    assert noted is not None
    index_text(noted.pk)
    anew = KnownText.objects.get(review=review)
    assert anew.pk != text.pk
    assert OwnWords.objects.get().source_id == Evidence.objects.get().source_id == anew.pk
    assert found(TEXT) == []
    assert found(OTHER) == [anew.pk]


def test_a_message_without_words_is_not_known() -> None:
    review = make_review(body=TEXT)
    text = known(review)
    Review.objects.filter(pk=review.pk).update(body="")
    review.refresh_from_db()
    assert note_text(review) is None
    assert not KnownText.objects.exists()
    assert prints_of(text) == 0


def test_a_forgotten_text_leaves_no_fingerprint() -> None:
    review = make_review(body=TEXT)
    text = known(review)
    forget_text(review)
    assert prints_of(text) == 0
    assert found(TEXT) == []


@pytest.mark.parametrize("state", [ReviewState.WITHDRAWN, ReviewState.HIDDEN, ReviewState.REMOVED])
def test_what_nobody_can_read_is_no_source_and_is_one_again_once_restored(state: ReviewState) -> None:
    review = make_review(body=TEXT)
    text = known(review)
    Review.objects.update(state=state)
    assert found(TEXT) == []
    Review.objects.update(state=ReviewState.PUBLISHED)
    assert found(TEXT) == [text.pk]


# --- The catalogue ----------------------------------------------------------------------------------------------


def test_a_plot_is_known_as_soon_as_somebody_writes_it(alice: Member) -> None:
    title = make_title()
    write_facts(title, {"plot": plot(TEXT)}, actor=alice, origin=Change.Origin.STAFF)
    text = KnownText.objects.get(title=title)
    index_text(text.pk)
    assert found(TEXT) == [text.pk]
    write_facts(title, {"plot": plot(OTHER)}, actor=alice, origin=Change.Origin.STAFF)
    index_text(text.pk)
    assert found(TEXT) == []
    assert found(OTHER) == [text.pk] == list(KnownText.objects.values_list("pk", flat=True))


def test_a_biography_is_known_as_soon_as_somebody_writes_it(alice: Member) -> None:
    person = make_person()
    write_facts(person, {"biography": plot(TEXT)}, actor=alice, origin=Change.Origin.STAFF)
    text = KnownText.objects.get(person=person)
    index_text(text.pk)
    assert text.kind == KnownKind.BIOGRAPHY
    assert found(TEXT) == [text.pk]


def plot(text: str) -> dict[str, object]:
    return {"text": text, "language": "en", "source": "", "author": None}


# --- Asking -----------------------------------------------------------------------------------------------------


def test_the_likeliest_comes_first_and_of_equals_the_oldest() -> None:
    later = known(make_review(body=TEXT))
    first = known(make_title(plot=TEXT))
    KnownText.objects.filter(pk=first.pk).update(written_at=later.written_at.replace(year=2001))
    part = known(make_review(body=f"{OTHER} {piece(TEXT, 0, 60)}"))
    assert found(TEXT) == [first.pk, later.pk, part.pk]


def test_a_message_is_not_its_own_source() -> None:
    review = make_review(body=TEXT)
    known(review)
    assert found(TEXT, exclude=review) == []


def test_texts_of_the_author_take_no_place_from_the_sources(alice: Member) -> None:
    mine = [known(make_review(author=alice, body=f"{TEXT} {n}")).pk for n in range(10)]
    theirs = [known(make_review(body=f"{n} {piece(TEXT, 0, 150)}")).pk for n in range(10)]
    hits = set(found(TEXT, author=alice))
    assert len(hits & set(mine)) == 4
    assert len(hits & set(theirs)) == 8
    assert len(set(found(TEXT)) & set(mine)) == 8


def test_one_shared_run_is_chance() -> None:
    text = known(make_review(body=TEXT))
    runs = run_hashes(folded(TEXT))
    kept = runs.index(fingerprints_in_order(folded(TEXT))[10])
    one = f"{prose(40, 5)} {piece(TEXT, kept, 5)} {prose(40, 6)}"
    assert found(one, every_run=True) == []
    again = runs.index(fingerprints_in_order(folded(TEXT))[20])
    assert found(f"{one} {piece(TEXT, again, 5)}", every_run=True) == [text.pk]


def test_a_passage_of_one_text_comes_before_a_longer_phrase_of_many() -> None:
    phrase = piece(OTHER, 20, 48)
    many = [known(make_review(body=f"{prose(30, 100 + n)} {phrase}")).pk for n in range(10)]
    source = known(make_review(body=TEXT))
    text = f"{prose(40, 5)} {phrase} {prose(40, 6)} {piece(TEXT, 50, 20)}"
    first, *others = ask(text, every_run=True)
    assert (first.known_id, {hit.known_id for hit in others}) == (source.pk, set(many[:7]))
    assert first.shared < others[0].shared


def test_two_runs_lead_nowhere_where_more_than_twenty_texts_hold_them() -> None:
    phrases = (piece(OTHER, first, 16) for first in range(100))
    phrase = next(words for words in phrases if len(fingerprints_in_order(folded(words))) == 2)
    many = [make_review(body=phrase) for _ in range(21)]
    for review in many:
        known(review)
    text = f"{prose(40, 5)} {phrase} {prose(40, 6)}"
    assert found(text, every_run=True) == []
    forget_text(many[0])
    assert len(found(text, every_run=True)) == 8


def test_every_run_finds_what_was_edited_more() -> None:
    source = known(make_review(body=TEXT))
    edited = piece(TEXT, 0, 120).split()
    for place in range(0, 120, 6):
        edited[place] = "something"
    assert found(" ".join(edited), every_run=True) == [source.pk]
    (hit,) = ask(TEXT, every_run=True)
    (winnowed,) = ask(TEXT)
    assert hit.shared > 0.9 * winnowed.shared


@pytest.mark.parametrize("text", ["", "one", "one two three four", "🙂" * 50, "\x00\ud800", "ha " * 3000])
def test_odd_words_find_nothing_and_break_nothing(text: str) -> None:
    known(make_review(body=TEXT))
    assert found(text) == found(text, every_run=True) == []


def test_an_index_that_is_not_there_says_so_and_leaves_the_transaction_alone() -> None:
    known(make_review(body=TEXT))
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_fingerprint RENAME TO gone")
        with pytest.raises(IndexTooSlow):
            ask(TEXT)
        cursor.execute("ALTER TABLE gone RENAME TO reviews_fingerprint")
    assert len(ask(TEXT)) == 1


def test_asking_leaves_no_setting_behind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 7000")
        known(make_review(body=TEXT))
        ask(TEXT)
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('enable_seqscan')")
        assert cursor.fetchone() == ("7s", "on")


def test_known_texts_are_loaded_in_order_with_what_their_readers_may_know(alice: Member) -> None:
    review = make_review(author=alice, body=TEXT)
    title = make_title("Nosferatu", plot=OTHER)
    first, second = known(title), known(review)
    of_title, of_review = load_known([first.pk, second.pk])
    assert (of_title.text, of_title.label, of_title.url) == (OTHER, str(title), title.get_absolute_url())
    assert (of_review.text, of_review.label, of_review.author_id) == (TEXT, "alice", alice.pk)
    assert of_review.is_public
    Review.objects.update(state=ReviewState.HIDDEN)
    assert not load_known([second.pk])[0].is_public
    assert load_known([-1]) == []


# --- Common runs ------------------------------------------------------------------------------------------------

PHRASE = "one of the worst movies i have ever seen in my whole life"


@pytest.fixture
def everybody_says_so() -> int:
    """A phrase that more than twenty people use, for whom two hundred would take a while; gives how many common runs it has."""
    for n in range(22):
        known(make_review(body=f"{prose(30, 100 + n)} {PHRASE} {prose(30, 200 + n)}"))
    return find_common_runs(more_than=20)


def test_what_everybody_says_leads_nowhere(everybody_says_so: int) -> None:
    assert everybody_says_so > 0
    assert found(f"{prose(50, 5)} {PHRASE} {prose(50, 6)}") == []


def test_a_phrase_that_one_member_repeats_is_not_what_everybody_says(alice: Member) -> None:
    for n in range(22):
        known(make_review(author=alice, body=f"{prose(30, 100 + n)} {PHRASE} {prose(30, 200 + n)}"))
    assert find_common_runs(more_than=20) == 0


@pytest.mark.parametrize("every_run", [False, True])
def test_a_long_text_that_many_have_copied_is_found_all_the_same(every_run: bool) -> None:
    famous = prose(80, 7)
    for n in range(22):
        known(make_review(body=f"{prose(30, 100 + n)} {famous}"))
    assert find_common_runs(more_than=20) > 5
    assert len(found(f"{prose(60, 8)} {famous} {prose(60, 9)}", every_run=every_run)) == 8


def test_common_runs_follow_what_people_write(everybody_says_so: int) -> None:
    for review in Review.objects.all()[:5]:
        forget_text(review)
    assert find_common_runs(more_than=20) == 0


# --- The whole index --------------------------------------------------------------------------------------------


def test_the_sweep_makes_the_index_of_a_site_that_never_had_one() -> None:
    review, title = make_review(body=TEXT), make_title(plot=OTHER)
    make_title()
    assert sweep_index() == 2
    assert found(TEXT) == [KnownText.objects.get(review=review).pk]
    assert found(OTHER) == [KnownText.objects.get(title=title).pk]
    job = Job.objects.get(kind=index_upkeep.INDEXING)
    assert (job.state, job.done, job.total) == (JobState.DONE, 2, 2)


def test_the_sweep_indexes_what_no_task_reached() -> None:
    sweep_index()
    note_text(make_review(body=TEXT))
    assert sweep_index() == 1
    assert len(ask(TEXT)) == 1


def test_a_paused_job_rests_until_it_goes_on() -> None:
    make_review(body=TEXT)
    start_indexing()
    assert pause_indexing()
    assert sweep_index() == 0
    assert resume_indexing()
    assert sweep_index() == 1


def test_starting_twice_is_one_job() -> None:
    assert start_indexing() == start_indexing()


def test_a_job_goes_on_where_it_was_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(5):
        make_review(body=prose(50, 300 + n))
    start_indexing()
    monkeypatch.setattr(index_upkeep, "_STEP", 2)
    assert index_upkeep.work_on_index(seconds=0) == 0
    index_upkeep._note_unknown()
    assert KnownText.objects.count() == 2
    assert index_upkeep.work_on_index(seconds=10) == 5


def test_a_large_first_load_builds_its_index_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_upkeep, "_MANY", 1)
    make_review(body=TEXT)
    start_indexing()
    assert not has_index()
    sweep_index()
    assert has_index()
    start_indexing()
    assert has_index()


def test_made_anew_the_index_is_as_before() -> None:
    texts = [known(make_review(body=TEXT)), known(make_title(plot=OTHER))]
    before = [prints_of(text) for text in texts]
    start_indexing(anew=True)
    assert [prints_of(text) for text in texts] == [0, 0]
    sweep_index()
    assert [prints_of(text) for text in texts] == before


def test_the_night_finds_what_came_past_the_services() -> None:
    sweep_index()
    title = make_title(plot=TEXT)
    known(title)
    orphan = known(make_review(body=prose(200, 3)))
    KnownText.objects.filter(pk=orphan.pk).delete()
    Review.objects.all().delete()
    Title.objects.filter(pk=title.pk).update(plot=OTHER)
    make_review(body=prose(200, 4))
    tidy_index()
    assert prints_of(orphan) == 0
    assert Job.objects.get(kind=index_upkeep.TIDYING).counts["changed"] == 1
    assert sweep_index() == 2
    assert found(TEXT) == []
    assert len(ask(OTHER)) == len(ask(prose(200, 4))) == 1
    tidy_index()
    assert Job.objects.filter(kind=index_upkeep.TIDYING).count() == 1


def has_index() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('reviews_fingerprint_hash') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def test_whatever_the_planner_believes_only_indexes_are_read() -> None:
    """Its statistics lag behind a load: here they know of no row at all, and a scan would look cheap."""
    values = {
        "hashes": [1, 2, 3],
        "weight": 1000,
        "most_holders": 200,
        "most_looked_at": 200,
        "least": 2,
        "least_weight": 447,
        "author": 1,
        "review": None,
        "title": None,
        "person": None,
        "most_own": 4,
        "most_sources": 8,
    }
    with copy_index._by_index() as cursor:
        cursor.execute(f"EXPLAIN {copy_index._HOLDERS}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute(f"EXPLAIN {copy_index._COMMON}", [[1, 2, 3]])
        plan += "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using reviews_fingerprint_hash" in plan
    assert "Index Only Scan using reviews_commonrun_pkey" in plan
    assert "Seq Scan" not in plan
