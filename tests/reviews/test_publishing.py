"""Writing, answering, changing, taking back: through the pages."""

import time
from datetime import timedelta

import kombu.pools
import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, MemberTotals
from films.models import Title, TitleTotals
from filmsite.celery import app
from reviews.models import Draft, Review, ReviewState, Revision
from reviews.permissions import can_read_text
from reviews.services.publishing import publish_review, undo_withdrawal, withdraw_review
from tests.factories import make_member, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db

ENGLISH = "A quiet film about two children who share one pair of shoes, and I loved all of it."


def send(client: Client, url: str, **fields: object) -> HttpResponse:
    return client.post(url, {"body": ENGLISH, "language": "", "may_translate": "on", **fields})


def write_url(title: Title) -> str:
    return reverse("reviews:review-write", args=[title.pk])


def url(name: str, review: Review) -> str:
    return reverse(f"reviews:review-{name}", args=[review.pk])


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


# --- Writing --------------------------------------------------------------------------------------------


def test_a_member_writes_and_finds_the_text_under_the_title(writing: Client):
    title = make_title()
    answer = send(writing, write_url(title), body="A *fine* film, all in all.")
    review = Review.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"{title.get_absolute_url()}#review-{review.pk}"
    assert review.html == "<p>A <em>fine</em> film, all in all.</p>"
    assert review.language == "en"
    assert review.revisions.get().number == 1
    assert TitleTotals.objects.get(title=title).message_count == 1


def test_an_opinion_keeps_its_headline_verdict_and_sections(writing: Client):
    body = "## The shoes\n\nThey are lost on page one, and nothing else matters after that."
    send(writing, write_url(make_title()), body=body, is_opinion="on", headline="  Two  shoes ", verdict="9")
    review = Review.objects.get()
    assert (review.is_opinion, review.headline, review.verdict) == (True, "Two shoes", 9)
    assert "<h3>The shoes</h3>" in review.html


def test_headline_and_verdict_of_a_mere_message_are_dropped(writing: Client):
    send(writing, write_url(make_title()), headline="Two shoes", verdict="9")
    review = Review.objects.get()
    assert (review.headline, review.verdict) == ("", None)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"body": "   \n "}, "Write something first"),
        ({"body": "x" * 20_001}, "This is 1 character too long"),
        ({"is_opinion": "on", "headline": "h" * 151}, "at most 150 characters"),
        ({"verdict": "11"}, "Select a valid choice"),
        ({"language": "klingon"}, "Select a valid choice"),
    ],
)
def test_wrong_input_says_what_is_wrong_and_loses_nothing(writing: Client, fields: dict, words: str):
    answer = send(writing, write_url(make_title()), is_spoiler="on", **fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert (fields.get("body") or ENGLISH).strip()[:40] in page
    assert not Review.objects.exists()


def test_line_breaks_count_once(writing: Client):
    send(writing, write_url(make_title()), body="a\r\n" * 9_998 + "end", language="und")
    assert len(Review.objects.get().body) == 2 * 9_998 + 3


def test_a_language_that_does_not_fit_is_asked_about_and_never_overruled(writing: Client):
    title = make_title()
    answer = send(writing, write_url(title), language="nl")
    assert answer.status_code == 422
    assert "This looks like English, and you chose Dutch. Which is it?" in answer.content.decode()
    send(writing, write_url(title), language="nl", language_answer="nl")
    assert Review.objects.get().language == "nl"


def test_the_other_answer_takes_the_detected_language(writing: Client):
    send(writing, write_url(make_title()), language="nl", language_answer="en")
    assert Review.objects.get().language == "en"


def test_a_short_text_is_in_the_language_its_author_reads(writing: Client, alice: Member):
    Member.objects.filter(pk=alice.pk).update(reads=["nl"])
    send(writing, write_url(make_title()), body="Saai.")
    assert Review.objects.get().language == "nl"


def test_a_form_sent_twice_leaves_one_text(writing: Client):
    title = make_title()
    first, second = send(writing, write_url(title)), send(writing, write_url(title))
    assert Review.objects.count() == 1
    assert first["Location"] == second["Location"]


def test_a_preview_without_script_shows_the_text_and_keeps_the_form(writing: Client):
    answer = send(writing, write_url(make_title()), body="Some **bold** words", action="preview")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<strong>bold</strong>" in page
    assert "Some **bold** words</textarea>" in page
    assert not Review.objects.exists()


def test_what_a_member_writes_is_shown_and_never_run(writing: Client):
    send(
        writing,
        write_url(make_title()),
        body="<script>alert(1)</script> [x](javascript:alert(1))",
        language_answer="en",
    )
    page = writing.get(Review.objects.get().get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in page
    assert 'href="javascript' not in page


def test_a_stranger_is_sent_to_sign_in_and_keeps_the_words(client: Client):
    address = write_url(make_title())
    answer = send(client, address)
    assert answer.status_code == 403
    page = answer.content.decode()
    assert f'href="{reverse("account_login")}?next={address}"' in page
    assert "What you had written" in page
    assert not Review.objects.exists()


def test_a_suspended_member_writes_nothing(client: Client, sam: Member):
    title = make_title()
    client.force_login(sam)
    assert send(client, write_url(title)).status_code == 403
    with pytest.raises(PermissionDenied):
        publish_review(author=sam, subject=title, body=ENGLISH, language="en")
    assert not Review.objects.exists()


def test_too_many_texts_an_hour_are_kept_in_the_form(writing: Client, settings):
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "review": "1/hour"}
    title = make_title()
    send(writing, write_url(title))
    answer = send(writing, write_url(title), body="And one more thing about the shoes.", language_answer="en")
    assert answer.status_code == 422
    assert "And one more thing about the shoes." in answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_publishing_works_at_once_while_the_broker_is_away(writing: Client):
    title = make_title()
    url, app.conf.broker_url = app.conf.broker_url, "redis+socket:///nonexistent/valkey.sock"
    _forget_connections()
    try:
        start = time.monotonic()
        answer = send(writing, write_url(title))
        assert answer.status_code == 303
        assert time.monotonic() - start < 10
    finally:
        app.conf.broker_url = url
        _forget_connections()


def _forget_connections() -> None:
    kombu.pools.reset()
    app._pool = app.amqp._producer_pool = None


# --- Answers --------------------------------------------------------------------------------------------


def test_an_answer_stands_below_the_message_that_opened_the_exchange(writing: Client, bob: Member):
    first = make_review(author=bob)
    answer = publish_review(
        author=bob, subject=first.title, body="Myself again.", language="en", parent=first
    )
    send(writing, url("reply", answer), body="I think so too, very much so.", is_opinion="on")
    reply = Review.objects.latest("pk")
    assert (reply.parent, reply.root, reply.is_opinion) == (answer, first, False)


def test_a_quotation_names_its_author_and_keeps_the_plot_hidden(writing: Client, bob: Member):
    review = make_review(author=bob, body="He dies.\n\nReally.", is_spoiler=True)
    page = writing.get(url("reply", review) + "?quote=1").content.decode()
    assert f"&gt; [@bob]({review.get_absolute_url()}):\n&gt;\n&gt; ||He dies.\n&gt;\n&gt; Really.||" in page


def test_a_text_that_is_gone_cannot_be_answered(writing: Client, bob: Member):
    review = make_review(author=bob)
    withdraw_review(review=review, author=bob)
    assert send(writing, url("reply", review)).status_code == 404
    removed = make_review(author=bob, state=ReviewState.REMOVED)
    assert send(writing, url("reply", removed)).status_code == 404


def test_what_was_typed_is_given_back_where_writing_is_refused_meanwhile(
    writing: Client, alice: Member, bob: Member, mine: Review
):
    words = "\n  Words of <mine>\nthat took an hour."
    kept = 'readonly dir="auto">\n\n  Words of &lt;mine&gt;\nthat took an hour.</textarea>'
    removed = make_review(author=bob, state=ReviewState.REMOVED)
    Review.objects.filter(pk=mine.pk).update(state=ReviewState.REMOVED)
    refused = [
        (url("reply", removed), 404, "What you were writing about is not there any more."),
        (url("edit", mine), 403, "You cannot write here at the moment"),
        (write_url(removed.title), 403, "Your account is suspended"),
    ]
    for address, status, reason in refused:
        if "suspended" in reason:
            Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
        answer = send(writing, address, body=words, headline="My <view>", version="1")
        page = answer.content.decode()
        assert (answer.status_code, reason in page) == (status, True)
        assert kept in page
        assert 'value="My &lt;view&gt;" readonly' in page
    assert "Here is your text" not in send(writing, write_url(removed.title), body=" ").content.decode()


# --- Changing -------------------------------------------------------------------------------------------


@pytest.fixture
def mine(alice: Member) -> Review:
    return publish_review(author=alice, subject=make_title(), body=ENGLISH, language="en")


def test_an_edit_adds_a_revision_and_marks_the_text(writing: Client, mine: Review):
    answer = send(writing, url("edit", mine), body=ENGLISH + " Twice.", version="1")
    mine.refresh_from_db()
    assert answer["Location"] == mine.get_absolute_url()
    assert mine.revision_number == 2
    assert mine.edited_at is not None
    assert [r.body for r in mine.revisions.all()] == [ENGLISH, ENGLISH + " Twice."]
    assert "edited" in writing.get(mine.get_absolute_url()).content.decode()


def test_the_form_shows_the_text_as_it_stands(writing: Client, mine: Review):
    page = writing.get(url("edit", mine)).content.decode()
    assert f"{ENGLISH}</textarea>" in page
    assert 'name="version" value="1"' in page


def test_an_edit_of_an_older_version_keeps_both_in_sight(writing: Client, mine: Review):
    send(writing, url("edit", mine), body="Written on my phone, all of this.", version="1")
    answer = send(writing, url("edit", mine), body="Written at my desk, all of this.", version="1")
    page = answer.content.decode()
    mine.refresh_from_db()
    assert answer.status_code == 409
    assert mine.body == "Written on my phone, all of this."
    assert "Written on my phone" in page
    assert "Written at my desk, all of this.</textarea>" in page
    assert 'name="version" value="2"' in page
    assert (
        send(writing, url("edit", mine), body="Written at my desk, all of this.", version="2").status_code
        == 303
    )


def test_an_edit_sent_twice_is_no_conflict(writing: Client, mine: Review):
    for _ in range(2):
        assert (
            send(
                writing, url("edit", mine), body="Written on my phone, all of this.", version="1"
            ).status_code
            == 303
        )
    mine.refresh_from_db()
    assert mine.revision_number == 2


def test_only_the_author_changes_a_text(client: Client, bob: Member, sofie: Member, mine: Review):
    for member in (bob, sofie):
        client.force_login(member)
        assert send(client, url("edit", mine), version="1").status_code == 404
        assert client.post(url("remove", mine)).status_code == 404


def test_a_removed_text_cannot_be_edited_back_to_life(writing: Client, mine: Review):
    Review.objects.filter(pk=mine.pk).update(state=ReviewState.REMOVED)
    assert send(writing, url("edit", mine), version="1").status_code == 403
    assert writing.post(url("remove", mine)).status_code == 403
    assert writing.post(url("remove", mine), {"undo": "1"}).status_code == 403
    mine.refresh_from_db()
    assert mine.state == ReviewState.REMOVED


def test_revisions_are_never_changed(mine: Review):
    with pytest.raises(DatabaseError), transaction.atomic():
        Revision.objects.filter(review=mine).update(body="I never said that.")


def test_versions_are_for_the_author_and_the_moderators_of_the_section(
    client: Client, alice: Member, bob: Member, mona: Member, mine: Review, settings
):
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    for member, status in ((alice, 200), (mona, 200), (bob, 404)):
        client.force_login(member)
        assert client.get(url("revisions", mine)).status_code == status
    shown = publish_review(
        author=alice, subject=make_season(make_title(kind="show")), body="Fine.", language="en"
    )
    client.force_login(mona)
    assert client.get(url("revisions", shown)).status_code == 404


# --- Taking back ----------------------------------------------------------------------------------------


def test_a_text_taken_back_leaves_its_place_and_no_word(
    writing: Client, client: Client, mine: Review, bob: Member
):
    publish_review(author=bob, subject=mine.title, body="So true, Alice.", language="en", parent=mine)
    assert writing.post(url("remove", mine)).status_code == 303
    assert ENGLISH in writing.get(mine.get_absolute_url()).content.decode(), "the author still sees it"
    page = Client().get(mine.get_absolute_url()).content.decode()
    assert ENGLISH not in page
    assert "The author has taken this text back." in page
    assert "So true, Alice." in page
    assert MemberTotals.objects.get(member=mine.author).message_count == 0


def test_taking_back_can_be_undone_for_a_day(writing: Client, mine: Review):
    writing.post(url("remove", mine))
    writing.post(url("remove", mine), {"undo": "1"})
    mine.refresh_from_db()
    assert mine.is_published
    writing.post(url("remove", mine))
    Review.objects.filter(pk=mine.pk).update(withdrawn_at=timezone.now() - timedelta(hours=25))
    assert writing.post(url("remove", mine), {"undo": "1"}).status_code == 403


def test_a_suspended_member_may_take_back_but_not_put_back(alice: Member, mine: Review):
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    alice.refresh_from_db()
    withdraw_review(review=mine, author=alice)
    with pytest.raises(PermissionDenied):
        undo_withdrawal(review=mine, author=alice)


@pytest.fixture
def texts(alice: Member) -> list[Review]:
    """One text in each state, under a film and under a season."""
    titles = [make_title(), make_season(make_title(kind="show"))]
    return [make_review(title, alice, state=state) for title in titles for state in ReviewState.values]


def test_picking_visible_texts_and_judging_one_agree(
    texts: list[Review], alice: Member, bob: Member, mona: Member, sofie: Member, sam: Member
):
    from django.contrib.auth.models import AnonymousUser

    shows = make_member("sheila", sections=["shows"])
    for viewer in (AnonymousUser(), alice, bob, mona, sofie, sam, shows):
        picked = set(Review.objects.visible_to(viewer).values_list("pk", flat=True))
        judged = {r.pk for r in Review.objects.select_related("title") if can_read_text(viewer, r)}
        assert picked == judged, viewer


def test_draft_is_gone_once_the_text_stands(writing: Client, alice: Member):
    title = make_title()
    Draft.objects.create(member=alice, title=title, fields={"body": ENGLISH})
    send(writing, write_url(title))
    assert not Draft.objects.exists()


def test_the_verdict_of_an_opinion_begins_as_the_members_vote(writing: Client, alice: Member):
    title = make_title()
    make_vote(title, alice, 9)
    assert '<option value="9" selected>' in writing.get(write_url(title)).content.decode()
