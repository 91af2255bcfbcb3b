"""What a decision takes from a member's own page, and what the member does meanwhile."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import FormerName, Member
from accounts.services.naming import is_taken
from accounts.services.pictures import delete_orphans, set_picture
from films.models import Trivia
from filmsite.lib.images import Rendition
from reviews.models import Case, Decision, Matter, MemberMention, Notification, Report, Snapshot
from reviews.moderation.matters import matter_of
from reviews.moderation.targets import target_of
from reviews.services.case_pictures import delete_unnamed_copies
from reviews.services.deciding import act_on, decide_case
from reviews.services.ending import close_cases_of_nothing
from reviews.services.erasing import erase_member
from reviews.services.making_lists import remove_list
from reviews.services.publishing import edit_review, publish_review
from reviews.services.reporting import report
from tests.factories import make_list, make_member, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _powers_without_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


@pytest.fixture
def warden() -> Member:
    return make_member("warden", sections=["members"])


def remove(member: Member, matter: Matter, warden: Member) -> Decision:
    return act_on(
        target=target_of(matter, member),
        moderator=warden,
        kind="personal-attack",
        verdict="remove",
        rule="personal-attack",
        reason="It shames somebody.",
    )


def restore(decision: Decision, warden: Member) -> None:
    case = Case.objects.get(pk=decision.case_id)
    decide_case(case=case, moderator=warden, verdict="restore", reason="It was fine.")


def give_picture(member: Member, mark: bytes) -> None:
    set_picture(member=member, made=[Rendition(width, width, mark) for width in (48, 96, 256)])


def files(media: Path, folder: str) -> list[bytes]:
    return sorted({file.read_bytes() for file in (media / folder).glob("*.webp")})


def test_a_member_whose_name_was_taken_signs_on_and_is_told_the_new_one(
    alice: Member, warden: Member, client: Client
) -> None:
    client.force_login(alice)
    remove(alice, Matter.NAME, warden)
    alice.refresh_from_db()
    assert alice.username == f"member-{alice.pk}"
    assert client.get("/settings/").status_code == 200, "the session stays"
    assert alice.username in client.get("/notifications/").text
    assert "alice" not in Client().get("/moderation/log/").text


def test_nobody_else_can_have_a_name_that_was_taken(alice: Member, warden: Member) -> None:
    decision = remove(alice, Matter.NAME, warden)
    assert is_taken("A1ice"), "nor one that looks like it"
    restore(decision, warden)
    assert Member.objects.get(pk=alice.pk).username == "alice"
    assert not FormerName.objects.exists()


def test_the_name_that_is_given_is_free(alice: Member, warden: Member) -> None:
    make_member(f"member-{alice.pk}")
    make_member(f"Member.{alice.pk}.2")
    remove(alice, Matter.NAME, warden)
    alice.refresh_from_db()
    assert alice.username == f"member-{alice.pk}-3"


def test_texts_that_call_a_member_by_the_name_they_had_still_lead_to_them(
    alice: Member, bob: Member, warden: Member, client: Client
) -> None:
    review = publish_review(author=bob, subject=make_title(), body="As @alice says.", language="en")
    remove(alice, Matter.NAME, warden)
    page = client.get("/members/alice/")
    assert page.status_code == 200
    assert f"member-{alice.pk}" in page.text
    edit_review(review=review, editor=bob, version=1, body="As @alice always says.", language="en")
    assert MemberMention.objects.get(review=review).member == alice


def test_a_name_that_is_given_is_nothing_to_take_away(alice: Member, bob: Member, warden: Member) -> None:
    remove(alice, Matter.NAME, warden)
    client = Client()
    client.force_login(bob)
    assert client.get(f"/reports/name/{alice.pk}/").status_code == 404


def test_a_removed_picture_is_gone_from_where_it_stood_and_kept_for_who_judges_it(
    alice: Member,
    warden: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    give_picture(alice, b"first")
    address = default_storage.url(alice.avatar)
    with django_capture_on_commit_callbacks(execute=True):
        decision = remove(alice, Matter.PICTURE, warden)
    assert files(media, "members") == []
    assert files(media, "cases") == [b"first"]
    copy = decision.case.snapshot
    assert copy is not None
    assert default_storage.exists(copy.picture)
    assert copy.picture not in address
    assert delete_orphans() == 0
    Snapshot.objects.filter(pk=copy.pk).update(picture="")
    assert delete_unnamed_copies() == 0, "what is new may be about to be named"
    for path in media.rglob("cases/*"):
        stamp = (timezone.now() - timedelta(hours=2)).timestamp()
        os.utime(path, (stamp, stamp))
    assert delete_unnamed_copies() == 3
    assert files(media, "cases") == []


def test_the_picture_that_was_reported_is_kept_although_its_owner_changes_it(
    alice: Member,
    bob: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    give_picture(alice, b"first")
    case = report(target=target_of(Matter.PICTURE, alice), reporter=bob, kind="unlawful", text="").case
    with django_capture_on_commit_callbacks(execute=True):
        give_picture(alice, b"second")
    assert files(media, "members") == [b"second"]
    assert case.snapshot is not None
    with default_storage.open(case.snapshot.picture) as kept:
        assert kept.read() == b"first"


def test_whoever_put_another_picture_up_keeps_it_when_the_first_is_found_fine(
    alice: Member,
    warden: Member,
    media: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    give_picture(alice, b"first")
    with django_capture_on_commit_callbacks(execute=True):
        decision = remove(alice, Matter.PICTURE, warden)
        alice.refresh_from_db()
        give_picture(alice, b"second")
    with django_capture_on_commit_callbacks(execute=True):
        restore(decision, warden)
    assert files(media, "members") == [b"second"]


def test_words_that_a_member_wrote_since_stay_when_the_first_are_found_fine(
    alice: Member, warden: Member
) -> None:
    alice.about = "My first words."
    alice.save()
    decision = remove(alice, Matter.ABOUT, warden)
    alice.refresh_from_db()
    assert alice.about == ""
    alice.about = "My second words."
    alice.save()
    restore(decision, warden)
    alice.refresh_from_db()
    assert alice.about == "My second words."


def test_what_was_changed_after_the_report_comes_back_as_it_was_when_it_was_taken(
    alice: Member, bob: Member, warden: Member
) -> None:
    alice.about = "Reported words."
    alice.save()
    case = report(target=target_of(Matter.ABOUT, alice), reporter=bob, kind="advertising", text="").case
    alice.about = "Other words, as bad."
    alice.save()
    decide_case(case=case, moderator=warden, verdict="remove", rule="advertising", reason="It sells.")
    case.refresh_from_db()
    decide_case(case=case, moderator=warden, verdict="restore", reason="It does not sell.")
    alice.refresh_from_db()
    assert alice.about == "Other words, as bad."


def test_a_case_about_what_its_member_took_away_can_still_be_closed(
    alice: Member, bob: Member, warden: Member
) -> None:
    alice.about = "Reported words."
    alice.save()
    case = report(target=target_of(Matter.ABOUT, alice), reporter=bob, kind="advertising", text="").case
    Member.objects.filter(pk=alice.pk).update(about="")
    case = Case.objects.get(pk=case.pk)
    assert matter_of(case).possible_verdicts() == ["keep"]
    decide_case(case=case, moderator=warden, verdict="keep", reason="Gone already.")
    assert not Notification.objects.filter(recipient=alice).exists()


@pytest.mark.parametrize("leaves", [False, True])
def test_reported_lists_can_go_and_nobody_waits_for_what_is_decided_about_them(
    alice: Member, bob: Member, leaves: bool
) -> None:
    lists = [make_list(alice, name=name) for name in ("One", "Two")]
    for made in lists:
        report(target=target_of(Matter.LIST, made), reporter=bob, kind="advertising", text="")
    if leaves:
        erase_member(member=alice, keeps_texts=False)
    else:
        for made in lists:
            remove_list(of=made)
        assert set(Report.objects.values_list("outcome", "case__state")) == {("moot", "closed")}
    assert not Case.objects.filter(state="open").exists()


def test_cases_about_what_went_with_something_else_are_closed(alice: Member, bob: Member) -> None:
    title = make_title()
    for text in ("One fact.", "Another fact."):
        fact = Trivia.objects.create(title=title, text=text, source="a book", author=alice)
        report(target=target_of(Matter.TRIVIA, fact), reporter=bob, kind="advertising", text="")
    Trivia.objects.all().delete()
    assert close_cases_of_nothing() == 2
    assert set(Report.objects.values_list("outcome", "case__state")) == {("moot", "closed")}
    assert close_cases_of_nothing() == 0


def test_nobody_takes_away_what_is_their_own(warden: Member) -> None:
    client = Client()
    client.force_login(warden)
    assert client.get(f"/moderation/act/name/{warden.pk}/").status_code == 404
