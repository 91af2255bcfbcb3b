"""Threads of people: the whole life of a message about a person goes the way of one about a title."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Member
from films.models import Person, PersonTotals, TitleTotals
from films.services.search_names import refresh_search_names
from filmsite.lib.text import plain_text
from reviews.emails import send_statement
from reviews.models import Case, Draft, Evidence, LogEntry, Review, ReviewState, Statement, Translation
from reviews.permissions import can_read_text
from reviews.services import translating
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case
from reviews.services.publishing import publish_review
from reviews.services.recounting import find_differences, recount
from reviews.services.screening import notice_for
from reviews.translation.engines.dummy import DummyEngine
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_credit,
    make_member,
    make_person,
    make_report,
    make_review,
    make_title,
    make_vote,
)

pytestmark = pytest.mark.django_db

ENGLISH = "She looks at people as if each of them had a whole film in their pocket, and mostly they have."
BIOGRAPHY = (
    "Born above a bakery in a harbour town, she painted shop signs until a travelling projectionist left her his camera; "
    "the first reel she shot with it, of the tide coming in over the market square, is kept in the town hall to this day."
)


@pytest.fixture(autouse=True)
def _no_second_factor(settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def varda() -> Person:
    return make_person("Agnès Varda", biography=BIOGRAPHY)


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def write_url(person: Person) -> str:
    return reverse("reviews:person-write", args=[person.pk])


def send(client: Client, url: str, **fields: object):
    return client.post(url, {"body": ENGLISH, "language": "", "may_translate": "on", **fields})


def messages_of(person: Person) -> int:
    return PersonTotals.objects.get(person=person).message_count


# --- Writing ----------------------------------------------------------------------------------------------


def test_a_member_writes_about_a_person_and_finds_the_text_on_their_page(
    writing: Client, varda: Person, alice: Member
) -> None:
    page = writing.get(varda.get_absolute_url()).content.decode()
    assert f'action="{write_url(varda)}"' in page
    assert "What do you think of their work?" in page
    answer = send(writing, write_url(varda))
    review = Review.objects.get()
    assert answer["Location"] == f"{varda.get_absolute_url()}#review-{review.pk}"
    assert (review.person, review.title, review.subject) == (varda, None, varda)
    assert ENGLISH in writing.get(varda.get_absolute_url()).content.decode()
    alice.totals.refresh_from_db()
    assert (messages_of(varda), alice.totals.message_count) == (1, 1)
    assert "Agnès Varda" in writing.get(review.get_absolute_url()).content.decode()


def test_an_opinion_on_a_person_has_no_verdict_and_is_filed_under_their_name(
    writing: Client, varda: Person, alice: Member
) -> None:
    film = make_title("Zorba")
    make_review(film, alice, is_opinion=True, headline="On Zorba")
    page = writing.get(write_url(varda)).content.decode()
    assert 'name="is_opinion"' in page
    assert 'name="verdict"' not in page
    send(writing, write_url(varda), is_opinion="on", headline="The gleaner", verdict="9")
    review = Review.objects.get(person=varda)
    assert (review.is_opinion, review.headline, review.verdict) == (True, "The gleaner", None)
    opinions = writing.get(f"/members/{alice.username}/opinions/").content.decode()
    # By sort name: Varda, Agnès stands before Zorba.
    assert opinions.index("The gleaner") < opinions.index("On Zorba")
    assert varda.get_absolute_url() in opinions
    article = writing.get(review.get_absolute_url()).content.decode()
    assert "The gleaner" in article
    assert varda.get_absolute_url() in article


def test_a_text_is_about_one_thing_and_nobody_votes_on_people(varda: Person, alice: Member) -> None:
    for wrong in (
        {"title": make_title(), "person": varda},
        {"title": None, "person": None},
        {"title": None, "person": varda, "verdict": 8},
    ):
        review = make_review(author=alice)
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(member=alice)
    published = publish_review(
        author=alice, subject=varda, body=ENGLISH, language="en", is_opinion=True, verdict=8
    )
    assert published.verdict is None


def test_an_answer_stays_in_the_thread_of_its_person(
    writing: Client, varda: Person, bob: Member, alice: Member
) -> None:
    first = make_review(person=varda, author=bob)
    answer = send(
        writing, reverse("reviews:review-reply", args=[first.pk]), body="I see it the other way round."
    )
    reply = Review.objects.get(parent=first)
    assert answer["Location"] == f"{varda.get_absolute_url()}#review-{reply.pk}"
    assert (reply.person, reply.root, messages_of(varda)) == (varda, first, 2)
    page = writing.get(varda.get_absolute_url()).content.decode()
    assert page.index(f'id="review-{first.pk}"') < page.index(f'id="review-{reply.pk}"')
    # A title and a person of the same number are not the same place.
    film = make_title(pk=varda.pk)
    fields = {"body": ENGLISH, "parent": first.pk}
    assert writing.post(reverse("reviews:draft-save", args=[film.pk]), fields).status_code == 404
    assert writing.post(reverse("reviews:person-draft-save", args=[varda.pk]), fields).status_code == 200


def test_a_draft_waits_on_its_own_person(writing: Client, varda: Person) -> None:
    other, film = make_person(), make_title(pk=varda.pk)
    saved = writing.post(reverse("reviews:person-draft-save", args=[varda.pk]), {"body": "Half a thought"})
    assert "Draft saved" in saved.content.decode()
    assert "Half a thought" in writing.get(varda.get_absolute_url()).content.decode()
    for elsewhere in (other, film):
        assert "Half a thought" not in writing.get(elsewhere.get_absolute_url()).content.decode()
    send(writing, write_url(varda), body="Half a thought")
    assert not Draft.objects.exists()


def test_a_changed_text_keeps_its_place_and_its_versions(
    writing: Client, varda: Person, alice: Member
) -> None:
    mine = publish_review(author=alice, subject=varda, body=ENGLISH, language="en")
    answer = send(
        writing,
        reverse("reviews:review-edit", args=[mine.pk]),
        body=f"{ENGLISH} And more.",
        version=1,
        language="en",
    )
    assert answer.status_code == 303
    mine.refresh_from_db()
    assert (mine.revision_number, mine.person) == (2, varda)
    versions = writing.get(reverse("reviews:review-revisions", args=[mine.pk])).content.decode()
    assert "And more." in versions
    assert "Agnès Varda" in versions


def test_a_text_taken_back_leaves_the_totals_and_comes_back_to_them(
    writing: Client, varda: Person, alice: Member
) -> None:
    mine = publish_review(author=alice, subject=varda, body=ENGLISH, language="en")
    remove_url = reverse("reviews:review-remove", args=[mine.pk])
    assert "Agnès Varda" in writing.get(remove_url).content.decode()
    writing.post(remove_url)
    assert messages_of(varda) == 0
    writing.post(remove_url, {"undo": "1"})
    assert messages_of(varda) == 1


def test_the_composer_previews_and_checks_words_of_a_biography(
    writing: Client, varda: Person, alice: Member, bob: Member
) -> None:
    body = f"Everybody knows this. {BIOGRAPHY}"
    assert "Everybody" in writing.post(reverse("reviews:review-preview"), {"body": body}).content.decode()
    notice = writing.post(
        reverse("reviews:person-compose-check", args=[varda.pk]), {"body": body}
    ).content.decode()
    assert varda.get_absolute_url() in notice
    assert send(writing, write_url(varda), body=body).status_code == 200
    assert not Review.objects.exists()
    send(writing, write_url(varda), body=body, notice_seen="1")
    evidence = Evidence.objects.get()
    assert (evidence.source_person, evidence.source_title, evidence.case.section) == (varda, None, "films")
    # The thread is looked through as well.
    found = notice_for(subject=varda, author=bob, body=f"I say: {ENGLISH}", paste=None)
    assert found is None
    an_hour_ago = timezone.now() - timedelta(hours=1)
    make_review(person=varda, author=alice, body=BIOGRAPHY.upper(), created_at=an_hour_ago)
    Person.objects.filter(pk=varda.pk).update(biography="")
    varda.refresh_from_db()
    found = notice_for(subject=varda, author=bob, body=BIOGRAPHY, paste=None)
    assert found is not None
    assert found.passages[0].label == "alice"


# --- Moderation -------------------------------------------------------------------------------------------


def test_a_report_becomes_a_case_a_decision_a_statement_and_a_line_in_the_log(
    varda: Person, alice: Member, bob: Member, mona: Member, client: Client, mailoutbox
) -> None:
    review = publish_review(author=alice, subject=varda, body=ENGLISH, language="en")
    client.force_login(bob)
    report_url = reverse("reviews:review-report", args=[review.pk])
    assert "Agnès Varda" in client.get(report_url).content.decode()
    answer = client.post(report_url, {"kind": "off-topic", "text": "Not about her."})
    case = Case.objects.get()
    assert answer["Location"] == reverse("reviews:report-sent", args=[case.reports.get().pk])
    shows_moderator = make_member("sal", sections=["shows"])
    client.force_login(shows_moderator)
    assert client.get(case.get_absolute_url()).status_code == 404
    client.force_login(mona)
    assert "Agnès Varda" in client.get("/moderation/").content.decode()
    assert "Not about her." in client.get(case.get_absolute_url()).content.decode()
    fields = {"verdict": "remove", "rule": "off-topic", "reason": "About somebody else."}
    fields |= {"version": case.version}
    assert client.post(reverse("moderation:case-decide", args=[case.pk]), fields).status_code == 302
    review.refresh_from_db()
    assert (review.state, messages_of(varda)) == (ReviewState.REMOVED, 0)
    line = LogEntry.objects.get()
    assert (line.person_number, line.title_number) == (varda.pk, None)
    assert varda.get_absolute_url() in client.get("/moderation/log/").content.decode()
    statement = Statement.objects.get()
    send_statement(statement.pk)
    assert mailoutbox[-1].subject == "Your message about Agnès Varda: removed"
    client.force_login(alice)
    assert "Agnès Varda" in client.get("/moderation/statements/").content.decode()
    assert "About somebody else." in client.get(statement.get_absolute_url()).text
    # Somebody else answers the appeal.
    appeal = file_appeal(statement=statement, text="It was about her.")
    decide_case(
        case=appeal.case, moderator=make_member(sections=["films"]), verdict="restore", reason="It was."
    )
    assert messages_of(varda) == 1


def test_moderators_of_films_and_nobody_else_read_what_was_removed(
    varda: Person, mona: Member, bob: Member
) -> None:
    removed = make_review(person=varda, state=ReviewState.REMOVED)
    readers = {"films": mona, "shows": make_member(sections=["shows"]), "nobody": bob}
    seen = {name for name, reader in readers.items() if can_read_text(reader, removed)}
    picked = {name for name, reader in readers.items() if removed in Review.objects.visible_to(reader)}
    assert seen == picked == {"films"}


def test_staff_find_texts_by_the_person_they_are_about(varda: Person, sofie: Member, client: Client) -> None:
    make_review(person=varda)
    make_review(make_title("Vagabond"))
    refresh_search_names(person_ids=[varda.pk])
    client.force_login(sofie)
    found = client.get("/admin/reviews/review/", {"q": "varda"}).context["cl"].queryset
    assert [review.subject for review in found] == [varda]


# --- Translation ------------------------------------------------------------------------------------------


def test_names_of_a_person_survive_and_the_one_of_the_readers_script_is_used(
    alice: Member, use: Callable[..., DummyEngine]
) -> None:
    engine = use(DummyEngine())
    person = make_person("Abbas Kiarostami")
    person.names.create(name="Abbas Kiarostamy", language="en")
    make_credit(make_title("Close-Up Long Shot"), person)
    review = publish_review(
        author=alice,
        subject=person,
        body="O mestre Abbas Kiarostami fez Close-Up Long Shot com paciência e com as crianças da rua.",
        language="pt",
    )
    order = Translation.objects.get(review=review, target="en")
    translating.translate(order.pk)
    asked = " ".join(text for call in engine.calls for text in call)
    assert "Kiarostami" not in asked
    assert "Close-Up" not in asked
    order.refresh_from_db()
    assert "(en) O mestre Abbas Kiarostamy fez Close-Up Long Shot" in plain_text(order.body)


# --- Totals -----------------------------------------------------------------------------------------------


def test_totals_of_people_follow_every_statement_and_leave_those_of_titles_alone(varda: Person) -> None:
    other, film, author = make_person(), make_title(), make_member()
    assert not PersonTotals.objects.exists()
    for subject in ({"person": varda}, {"person": varda}, {"person": other}, {"title": film}):
        make_review(author=author, **subject)
    assert [messages_of(varda), messages_of(other)] == [2, 1]
    assert TitleTotals.objects.get(title=film).message_count == 1
    Review.objects.update(state=ReviewState.REMOVED)
    assert [messages_of(varda), messages_of(other)] == [0, 0]
    assert PersonTotals.objects.get(person=varda).last_message_at is None
    Review.objects.update(state=ReviewState.PUBLISHED)
    assert [messages_of(varda), messages_of(other)] == [2, 1]
    # A message that moves from one subject to another, as a merge moves it.
    Review.objects.filter(person=other).update(person=None, title=film)
    assert (messages_of(other), TitleTotals.objects.get(title=film).message_count) == (0, 2)
    assert find_differences() == []
    author.delete()
    assert messages_of(varda) == 0
    assert find_differences() == []


def test_copies_in_bulk_count_and_the_newest_is_known(varda: Person) -> None:
    first = make_review(person=varda)
    Review.objects.bulk_create(
        Review(
            person=varda,
            author=first.author,
            body="x",
            html="x",
            source_hash="0",
            created_at=first.created_at,
        )
        for _ in range(3)
    )
    totals = PersonTotals.objects.get(person=varda)
    assert (totals.message_count, totals.last_message_at) == (4, first.created_at)
    Review.objects.filter(person=varda).delete()
    totals.refresh_from_db()
    assert (totals.message_count, totals.last_message_at) == (0, None)
    assert find_differences() == []


def test_a_deleted_person_is_no_difference_and_a_missing_row_is_one(varda: Person) -> None:
    make_review(person=varda)
    Review.objects.all().delete()
    varda.delete()
    assert find_differences() == []
    person = make_review(person=make_person()).subject
    PersonTotals.objects.update(message_count=9)
    wrong = make_review(person=make_person()).subject
    PersonTotals.objects.filter(person=wrong).delete()
    found = {
        (difference.table, difference.key, difference.stored and difference.stored[0])
        for difference in recount()
    }
    assert found == {("films_persontotals", person.pk, 9), ("films_persontotals", wrong.pk, None)}
    assert find_differences() == []


# --- Where texts are shown --------------------------------------------------------------------------------


def test_the_home_page_and_a_members_pages_name_the_person(
    varda: Person, alice: Member, client: Client
) -> None:
    film = make_title("Cléo")
    publish_review(author=alice, subject=varda, body=ENGLISH, language="en")
    publish_review(author=alice, subject=varda, body="A second thought.", language="en")
    publish_review(
        author=alice, subject=varda, body=ENGLISH, language="en", is_opinion=True, headline="Gleaner"
    )
    make_review(film, alice)
    home = client.get("/").content.decode()
    discussed = home[home.index('id="discussed"') : home.index('id="opinions"')]
    assert discussed.count(varda.get_absolute_url()) == 1
    assert "3 messages" in discussed
    assert varda.get_absolute_url() in home[home.index('id="opinions"') :]
    for address in ("", "messages/"):
        assert varda.get_absolute_url() in client.get(f"/members/alice/{address}").content.decode()


def test_lists_of_texts_ask_the_same_whether_they_are_about_titles_or_people(
    client: Client, alice: Member
) -> None:
    def more() -> None:
        for subject in ({"person": make_person()}, {"title": make_title()}):
            make_review(author=alice, language="nl", **subject)
            make_review(author=alice, language="nl", is_opinion=True, headline="Headline", **subject)

    for address in ("/", "/members/alice/", "/members/alice/messages/", "/members/alice/opinions/"):
        assert_flat_queries(client, more, address)


def test_the_queue_and_the_log_ask_the_same_for_few_and_for_many(client: Client, mona: Member) -> None:
    client.force_login(mona)

    def more() -> None:
        for subject in ({"person": make_person()}, {"title": make_title()}):
            make_report(make_review(**subject))
            case = make_report(make_review(**subject))
            decide_case(case=case, moderator=mona, verdict="keep", reason="Fine.")

    for address in ("/moderation/", "/moderation/log/"):
        assert_flat_queries(client, more, address)


def test_a_page_kept_for_visitors_shows_a_new_message_at_once(
    varda: Person,
    alice: Member,
    settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.FILMSITE_KEPT_SECONDS = 60
    assert ENGLISH not in Client().get(varda.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        publish_review(author=alice, subject=varda, body=ENGLISH, language="en")
    assert ENGLISH in Client().get(varda.get_absolute_url()).content.decode()


def test_a_vote_of_the_author_is_shown_beside_texts_about_titles_only(client: Client, varda: Person) -> None:
    review = make_review(person=varda)
    make_vote(make_title(pk=varda.pk), review.author, 8)
    assert "of 5 stars" not in client.get(varda.get_absolute_url()).content.decode()
