"""Texts near a new one that are in no index yet: they are sources all the same, and cost nothing where there are none."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from films.models import Person, Title
from reviews import comparing
from reviews.comparing import compare
from reviews.models import KnownText, Review, ReviewState
from reviews.services.indexing import index_portion, note_text
from reviews.subjects import Subject
from tests.factories import make_member, make_person, make_review, make_season, make_title
from tests.reviews.copydetect.texts import prose

pytestmark = pytest.mark.django_db

TEXT = prose(80, 1)


def sources_of(
    text: str, subject: Subject, *, review: Review | None = None, standing: Title | Person | None = None
) -> list[tuple[str, str]]:
    """The kind and the name of each source, as somebody new is told."""
    found = compare(
        text,
        subject=subject,
        author_id=make_member().pk,
        written_at=timezone.now() + timedelta(hours=1),
        own_words=None,
        review=review,
        standing=standing,
    )
    return [(finding.source.kind, finding.source.label) for finding in found.findings]


def index(*rows: Review | Title | Person) -> None:
    for row in rows:
        note_text(row)
    index_portion()


def asked_of(text: str, subject: Subject) -> Sequence[str]:
    """The statements that read texts or what is known of them, past the index."""
    with CaptureQueriesContext(connection) as captured:
        assert sources_of(text, subject) == []
    statements = (query["sql"] for query in captured.captured_queries)
    return [sql for sql in statements if "reviews_knowntext" in sql and "reviews_fingerprint" not in sql]


@pytest.mark.parametrize("is_noted", [False, True])
def test_a_message_without_fingerprints_is_a_source_in_its_own_thread_only(
    alice: Member, is_noted: bool
) -> None:
    film = make_title()
    message = make_review(film, alice, TEXT)
    if is_noted:
        note_text(message)
    assert sources_of(TEXT, film) == [("review", "alice")]
    assert sources_of(TEXT, make_title()) == []
    assert sources_of(TEXT, film, review=message) == []


def test_a_message_in_the_thread_of_a_person_is_one_too(alice: Member) -> None:
    person = make_person()
    make_review(person=person, author=alice, body=TEXT)
    assert sources_of(TEXT, person) == [("review", "alice")]


def test_the_words_of_today_count_where_the_index_has_earlier_ones(alice: Member) -> None:
    film = make_title()
    message = make_review(film, alice, prose(80, 2))
    index(message)
    Review.objects.filter(pk=message.pk).update(body=TEXT)
    assert sources_of(TEXT, film) == []
    KnownText.objects.filter(review=message).update(algorithm=0)
    assert sources_of(TEXT, film) == [("review", "alice")]


def test_what_nobody_can_read_now_is_none(alice: Member) -> None:
    film = make_title()
    make_review(film, alice, TEXT, state=ReviewState.WITHDRAWN)
    assert sources_of(TEXT, film) == []


def test_of_a_thread_the_newest_are_looked_through(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "NEWEST", 2)
    film = make_title()
    for day, text in enumerate([prose(80, 3), TEXT, prose(80, 4)]):
        make_review(film, alice, text, created_at=timezone.now() + timedelta(minutes=day))
    assert sources_of(TEXT, film) == [("review", "alice")]
    assert sources_of(prose(80, 3), film) == []


def test_the_plots_of_the_family_and_a_biography_are_sources_but_not_of_themselves() -> None:
    show = make_title("Two Streets", kind="show", plot=TEXT)
    season, person = make_season(show), make_person("Somebody", biography=TEXT)
    assert sources_of(TEXT, season) == sources_of(TEXT, show) == [("plot", str(show))]
    assert sources_of(TEXT, show, standing=show) == []
    assert sources_of(TEXT, person) == [("biography", "Somebody")]
    assert sources_of(TEXT, person, standing=person) == []


def test_where_everything_near_is_indexed_one_statement_says_so_and_no_text_is_loaded(alice: Member) -> None:
    show = make_title("Two Streets", kind="show", plot=prose(80, 5))
    season, person = make_season(show, plot=prose(80, 6)), make_person(biography=prose(80, 7))
    message = make_review(show, alice, prose(80, 8))
    index(message, make_review(person=person, author=alice, body=prose(80, 9)))
    index(show, season, person)
    for subject in (show, season, person):
        [statement] = asked_of(TEXT, subject)
        assert "body" not in statement
    make_review(show, alice, prose(80, 11))
    assert len(asked_of(TEXT, show)) == 2


def test_known_texts_are_looked_up_one_by_one_whatever_the_planner_believes() -> None:
    """Its statistics lag behind a load: here they know of no row at all, and to read all would look cheap."""
    values = {"title": 1, "root": 1, "person": None, "review": None, "standing": None, "newest": 100}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {comparing._FRESH}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "reviews_knowntext_review_id_key" in plan
    assert "Seq Scan on reviews_knowntext" not in plan
    assert "Join" not in plan
