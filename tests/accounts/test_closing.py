"""Leaving: announced and undone, hidden meanwhile, and then for good."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.emails import send_closing, send_missed_closings
from accounts.models import FormerName, Member
from accounts.services import closing
from accounts.services.closing import (
    LastSuperuser,
    NotDue,
    close_account,
    erase_account,
    erase_due_accounts,
    keep_account,
)
from films.models import Proposal
from reviews.models import Case, CaseState, Report, Review, ReviewState, Revision, Translation, Vote
from reviews.services.recounting import find_differences
from tests.factories import make_list, make_review, make_season, make_title, make_viewing, make_vote

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture
def signed_in(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def erase(member: Member, *, keeps_texts: bool = False) -> Member:
    """Close the account, let the two weeks pass, and run the sweep."""
    close_account(member=member, keeps_texts=keeps_texts)
    Member.objects.filter(pk=member.pk).update(closing_at=timezone.now() - timedelta(seconds=1))
    assert erase_due_accounts() == 1
    return Member.objects.get(pk=member.pk)


# --- Announced ----------------------------------------------------------------------------------------------


def test_the_page_says_what_goes_and_what_stays_before_anything_is_chosen(
    signed_in: Client, alice: Member
) -> None:
    make_vote(member=alice)
    words = signed_in.get("/settings/close/").content.decode()
    assert "What goes" in words
    assert "your 1 vote" in words
    assert "What stays" in words
    assert " checked" not in words


def test_nothing_is_closed_before_the_fate_of_the_texts_is_chosen(signed_in: Client, alice: Member) -> None:
    assert signed_in.post("/settings/close/", {}).status_code == 422
    alice.refresh_from_db()
    assert not alice.is_closing


def test_closing_asks_once_more_who_it_is(client: Client, alice: Member) -> None:
    alice.set_password(PASSWORD)
    alice.save()
    client.force_login(alice)
    asked = client.post("/settings/close/", {"texts": "keep"})
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    alice.refresh_from_db()
    assert not alice.is_closing
    client.post(asked.headers["Location"], {"password": PASSWORD})
    alice.refresh_from_db()
    assert alice.is_closing
    assert alice.closing_keeps_texts


def test_a_closing_account_is_hidden_and_its_texts_are_a_former_members(
    signed_in: Client, alice: Member, bob: Member
) -> None:
    title = make_title("Heat")
    review = make_review(title, alice, "Words that stand.")
    make_vote(title, alice)
    made = make_list(alice, title, name="Nights")
    signed_in.post("/settings/close/", {"texts": "keep"})
    reader = Client()
    assert reader.get("/members/alice/").status_code == 404
    thread = reader.get(title.get_absolute_url()).content.decode()
    assert "Words that stand." in thread
    assert "former member" in thread
    assert "alice" not in thread
    assert "alice" not in reader.get(review.get_absolute_url()).content.decode()
    assert "alice" not in reader.get(f"/titles/{title.pk}/votes/").content.decode()
    assert reader.get(made.get_absolute_url()).status_code == 404
    assert signed_in.get("/members/alice/").status_code == 200


def test_who_is_leaving_cannot_write_and_can_stay_with_one_click_on_every_page(
    signed_in: Client, alice: Member
) -> None:
    title = make_title()
    signed_in.post("/settings/close/", {"texts": "delete"})
    assert signed_in.post(f"/titles/{title.pk}/vote/", {"value": "8"}).status_code == 403
    assert 'action="/settings/close/keep/"' in signed_in.get("/").content.decode()
    assert "Welcome back" in signed_in.post("/settings/close/keep/", follow=True).content.decode()
    alice.refresh_from_db()
    assert not alice.is_closing
    assert 'action="/settings/close/keep/"' not in signed_in.get("/").content.decode()
    assert Client().get("/members/alice/").status_code == 200
    assert signed_in.post(f"/titles/{title.pk}/vote/", {"value": "8"}).status_code == 303


def test_closing_twice_does_not_put_it_off(alice: Member) -> None:
    first = close_account(member=alice, keeps_texts=False)
    assert close_account(member=alice, keeps_texts=True) == first


def test_a_mail_says_when_once(alice: Member) -> None:
    alice.interface_language = "nl"
    alice.save()
    at = close_account(member=alice, keeps_texts=True)
    send_closing(alice.pk)
    send_closing(alice.pk)
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.org"]
    assert str(at.day) in sent.subject
    assert "/settings/close/" in sent.body


def test_a_mail_that_was_missed_is_sent_by_the_sweep(alice: Member) -> None:
    at = close_account(member=alice, keeps_texts=True)
    send_missed_closings()
    assert not mail.outbox, "its own task is still on its way"
    Member.objects.update(closing_at=at - timedelta(minutes=5))
    send_missed_closings()
    assert len(mail.outbox) == 1


def test_a_suspended_member_can_leave(client: Client, sam: Member) -> None:
    client.force_login(sam)
    client.post("/settings/close/", {"texts": "delete"})
    sam.refresh_from_db()
    assert sam.is_closing


def test_the_last_one_with_all_rights_cannot_leave(client: Client, sofie: Member) -> None:
    client.force_login(sofie)
    answer = client.post("/settings/close/", {"texts": "delete"})
    assert answer.status_code == 422
    assert "the only one with all rights" in answer.content.decode()
    Member.objects.create_superuser("second", "second@example.org")
    client.post("/settings/close/", {"texts": "delete"})
    sofie.refresh_from_db()
    assert sofie.is_closing


def test_of_two_with_all_rights_only_one_can_be_leaving(sofie: Member) -> None:
    second = Member.objects.create_superuser("second", "second@example.org")
    close_account(member=sofie, keeps_texts=False)
    with pytest.raises(LastSuperuser):
        close_account(member=second, keeps_texts=False)


# --- For good -----------------------------------------------------------------------------------------------


def test_nobody_is_erased_before_their_time_or_after_they_stayed(alice: Member) -> None:
    close_account(member=alice, keeps_texts=False)
    assert erase_due_accounts() == 0
    Member.objects.update(closing_at=timezone.now() - timedelta(seconds=1))
    keep_account(member=alice)
    assert erase_due_accounts() == 0
    with pytest.raises(NotDue):
        erase_account(member_pk=alice.pk)
    assert Member.objects.get(pk=alice.pk).username == "alice"


def test_votes_go_and_every_total_is_exact(alice: Member, bob: Member) -> None:
    show = make_title(kind="show")
    titles = [make_title(), make_season(show, 1)]
    for title in titles:
        make_vote(title, alice, 9)
        make_vote(title, bob, 5)
        make_review(title, alice)
    vote = Vote.objects.filter(member=alice).first()
    assert vote
    vote.value = 3
    vote.save()
    gone = erase(alice)
    assert find_differences() == []
    assert set(Vote.objects.values_list("member", flat=True)) == {bob.pk}
    assert gone.past_votes.count() == 0
    for title in titles:
        title.totals.refresh_from_db()
        assert (title.totals.vote_count, title.totals.vote_sum, title.totals.message_count) == (1, 5, 0)


def test_a_text_that_nobody_answered_goes_and_one_that_was_answered_leaves_its_place(
    alice: Member, bob: Member
) -> None:
    title = make_title()
    alone = make_review(title, alice, "Nobody answered this.")
    answered = make_review(
        title, alice, "Bob answered this.", headline="A headline", is_opinion=True, verdict=8
    )
    answer = make_review(title, bob, "An answer.", parent=answered, root=answered)
    own_answer = make_review(title, alice, "Mine again.", parent=answer, root=answered)
    erase(alice)
    assert set(Review.objects.values_list("pk", flat=True)) == {answered.pk, answer.pk}
    assert not Revision.objects.filter(review__in=[alone.pk, answered.pk, own_answer.pk]).exists()
    answered.refresh_from_db()
    assert (answered.body, answered.html, answered.headline, answered.state) == ("", "", "", "withdrawn")
    thread = Client().get(title.get_absolute_url()).content.decode()
    assert "An answer." in thread
    assert "former member" in thread


def test_an_exchange_of_ones_own_goes_whole(alice: Member) -> None:
    title = make_title()
    first = make_review(title, alice)
    second = make_review(title, alice, "More.", parent=first, root=first)
    make_review(title, alice, "And more.", parent=second, root=first)
    erase(alice)
    assert not Review.objects.exists()


def test_texts_that_stay_are_a_former_members_in_their_last_state(alice: Member) -> None:
    title = make_title()
    stays = make_review(title, alice, "These words stay.")
    Revision.objects.create(
        review=stays, number=2, body="Newer.", language="en", source_hash="1" * 64, created_at=timezone.now()
    )
    Review.objects.filter(pk=stays.pk).update(body="Newer.", source_hash="1" * 64, revision_number=2)
    for source_hash in ("0" * 64, "1" * 64):
        Translation.objects.create(
            review=stays,
            source_hash=source_hash,
            source_language="en",
            target="nl",
            next_attempt_at=timezone.now(),
        )
    make_review(title, alice, "Taken back.", state=ReviewState.WITHDRAWN)
    gone = erase(alice, keeps_texts=True)
    (left,) = Review.objects.all()
    assert (left.pk, left.body, left.author_id) == (stays.pk, "Newer.", gone.pk)
    assert [revision.body for revision in left.revisions.all()] == ["Newer."]
    assert [made.source_hash for made in left.translations.all()] == ["1" * 64]
    assert gone.totals.message_count == 1
    assert find_differences() == []


def test_what_is_left_is_nobody(alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(
        about="About me",
        sections=["films"],
        is_staff=True,
        reads=["de"],
        votes_for="me",
        suspended_at=timezone.now(),
    )
    gone = erase(alice)
    assert gone.username == f"former-member-{gone.pk}"
    assert (gone.email, gone.about, gone.sections, gone.reads, gone.avatar) == (None, "", [], [], "")
    assert not (gone.is_active)
    assert not (gone.is_staff)
    assert not (gone.is_superuser)
    assert not (gone.has_usable_password())
    assert gone.closed_at is not None
    assert gone.closing_at is None


def test_nobody_can_have_the_name_again_or_one_like_what_is_left(client: Client, alice: Member) -> None:
    erase(alice)
    assert "alice" not in FormerName.objects.get().digest
    for name in ("alice", "ALICE", "a1ice", "former-member-7", "Former.Member"):
        answer = client.post(
            "/accounts/signup/",
            {"email": "new@example.org", "username": name, "password1": PASSWORD, "password2": PASSWORD},
        )
        assert answer.status_code == 200, name
    assert not Member.objects.filter(email="new@example.org").exists()


def test_facts_and_acts_stay_without_the_person(alice: Member, bob: Member) -> None:
    title = make_title(plot="A plot that was taken.", plot_author=alice)
    taken = Proposal.objects.create(
        author=alice, title=title, section="films", source="The credits", note="Hi!", state="accepted"
    )
    taken.changes.create(field="plot", new={"text": "A plot that was taken."}, state="accepted")
    Proposal.objects.create(author=alice, title=title, section="films", source="Mine", state="waiting")
    reported = make_review(title, bob)
    case = Case.objects.create(kind="other", section="films", review=reported, author=bob)
    Report.objects.create(case=case, reporter=alice, text="Rude", source_url="https://a.example")
    erase(alice)
    title.refresh_from_db()
    assert (title.plot, title.plot_author) == ("A plot that was taken.", None)
    (left,) = Proposal.objects.all()
    assert (left.pk, left.author, left.note, left.source) == (taken.pk, None, "", "The credits")
    report = Report.objects.get()
    assert (report.reporter, report.text, report.source_url) == (None, "", "")
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_one_who_cannot_be_erased_holds_up_no_other(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    for member in (alice, bob):
        make_vote(member=member)
        close_account(member=member, keeps_texts=False)
    Member.objects.update(closing_at=timezone.now() - timedelta(seconds=1))
    leave_nobody = closing._leave_nobody

    def fail_for_alice(member: Member) -> None:
        if member.pk == alice.pk:
            raise OperationalError("canceled")
        leave_nobody(member)

    monkeypatch.setattr(closing, "_leave_nobody", fail_for_alice)
    assert erase_due_accounts() == 1
    assert list(Vote.objects.values_list("member", flat=True)) == [alice.pk], "all of a member, or nothing"
    monkeypatch.undo()
    assert erase_due_accounts() == 1
    assert not Vote.objects.exists()
    assert erase_due_accounts() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("store", ["", "members/ab-256.webp"], ids=["any error", "a file store that is away"])
def test_whatever_fails_the_others_are_erased_and_nothing_drawn_stays(
    alice: Member, bob: Member, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise OSError("The store is away.")

    monkeypatch.setattr(default_storage, "delete", fail)
    if not store:
        monkeypatch.setattr(closing, "digest_of", lambda name: fail() if name == "alice" else name)
    Member.objects.filter(pk=alice.pk).update(avatar=store)
    for member in (alice, bob):
        close_account(member=member, keeps_texts=False)
    Member.objects.update(closing_at=timezone.now() - timedelta(seconds=1))
    cache.set("drawn", "Words of Alice")
    assert erase_due_accounts() == (2 if store else 1)
    bob.refresh_from_db()
    assert bob.closed_at is not None
    assert cache.get("drawn") is None


def test_a_diary_goes(alice: Member) -> None:
    make_viewing(alice, note="With Bob")
    erase(alice)
    assert not alice.viewings.exists()
