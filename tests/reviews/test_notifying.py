from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Block, MailRhythm, Member, Mute
from accounts.services.closing import close_account
from reviews.models import Channel, Notification, NotificationKind, NotificationSetting
from reviews.services.notifying import notify
from tests.factories import make_member, make_review, make_title
from tests.reviews.fairness import decide

pytestmark = pytest.mark.django_db

FOLLOW, MENTION, TRANSFER = NotificationKind.FOLLOW, NotificationKind.MENTION, NotificationKind.TRANSFER


def told(member: Member) -> list[Notification]:
    return list(Notification.objects.filter(recipient=member))


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("remove", "A moderator removed what you wrote about Heat"),
        ("hide", "A moderator hid what you wrote about Heat until you have answered"),
    ],
)
def test_the_news_of_a_decision_says_what_became_of_the_text_and_not_that_it_is_gone(
    alice: Member, mona: Member, client: Client, settings: Settings, verdict: str, words: str
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    decide(make_review(make_title("Heat"), alice), mona, verdict)
    client.force_login(alice)
    page = client.get("/notifications/").text
    assert words in page
    assert "This text is gone." not in page


def test_a_notification_says_who_did_what_about_what(alice: Member, bob: Member) -> None:
    title = make_title("Heat")
    review = make_review(title, bob)
    notify(
        recipients=[alice],
        kind=MENTION,
        key="m1",
        actor=bob,
        review=review,
        title=title,
        detail={"count": 3},
    )
    [row] = told(alice)
    assert (row.kind, row.actor, row.review, row.title, row.person) == ("mention", bob, review, title, None)
    assert row.detail == {"count": 3}
    assert row.read_at is None
    assert row.mailed_at is None


def test_the_same_cause_told_again_adds_nothing(alice: Member, bob: Member) -> None:
    for _ in range(2):
        notify(recipients=[alice], kind=FOLLOW, key="follow:bob", actor=bob)
    notify(recipients=[alice], kind=FOLLOW, key="follow:carol", actor=bob)
    assert sorted(row.key for row in told(alice)) == ["follow:bob", "follow:carol"]


def test_nobody_is_told_of_what_they_did_themselves(alice: Member, bob: Member) -> None:
    notify(recipients=[alice, bob], kind=FOLLOW, key="k", actor=alice)
    assert not told(alice)
    assert told(bob)


@pytest.mark.parametrize(
    "away",
    [
        {"suspended_at": timezone.now()},
        {"is_active": False},
        {"closed_at": timezone.now()},
        {"is_placeholder": True, "email": None},
    ],
    ids=["suspended", "inactive", "closed", "placeholder"],
)
def test_members_who_are_away_are_told_nothing(away: dict[str, object], bob: Member) -> None:
    gone = make_member("gone", **away)
    notify(recipients=[gone, bob], kind=FOLLOW, key="k")
    assert not told(gone)
    assert told(bob)


def test_who_is_leaving_is_told_of_their_data_and_of_nothing_else(alice: Member) -> None:
    close_account(member=alice, keeps_texts=True)
    notify(recipients=[alice], kind=FOLLOW, key="k")
    notify(recipients=[alice], kind=TRANSFER, key="export:1", detail={"export": 1})
    [row] = told(alice)
    assert (row.kind, row.by_mail) == ("transfer", True)


def test_a_block_silences_both_and_a_mute_only_the_one_who_was_muted(
    alice: Member, bob: Member, mona: Member
) -> None:
    Block.objects.create(member=alice, other=bob)
    Mute.objects.create(member=alice, other=mona)
    notify(recipients=[alice], kind=FOLLOW, key="1", actor=bob)
    notify(recipients=[bob], kind=FOLLOW, key="2", actor=alice)
    notify(recipients=[alice], kind=FOLLOW, key="3", actor=mona)
    notify(recipients=[mona], kind=FOLLOW, key="4", actor=alice)
    assert [row.key for row in Notification.objects.all()] == ["4"]


def test_each_is_told_where_they_want_to_be(alice: Member, bob: Member, mona: Member) -> None:
    NotificationSetting.objects.create(member=alice, kind=FOLLOW, channel=Channel.MAIL)
    NotificationSetting.objects.create(member=bob, kind=FOLLOW, channel=Channel.NONE)
    NotificationSetting.objects.create(member=bob, kind=MENTION, channel=Channel.MAIL)
    notify(recipients=[alice, bob, mona], kind=FOLLOW, key="k")
    by_mail = dict(Notification.objects.values_list("recipient__username", "by_mail"))
    assert by_mail == {"alice": True, "mona": False}, "the default of this kind is the site alone"


def test_what_concerns_a_member_most_goes_by_mail_unless_they_say_otherwise(alice: Member) -> None:
    notify(recipients=[alice], kind=MENTION, key="k")
    assert told(alice)[0].by_mail


def test_without_an_address_there_is_no_mail(db: None) -> None:
    member = make_member("paper", email=None)
    notify(recipients=[member], kind=MENTION, key="k")
    assert not told(member)[0].by_mail


def test_one_statement_tells_any_number(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(12):
        make_member()
    with django_assert_num_queries(1):
        notify(recipients=Member.objects.all(), kind=FOLLOW, key="k")
    assert Notification.objects.count() == 12


def test_a_worker_is_woken_for_mails_that_go_out_as_they_come(
    alice: Member, bob: Member, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    Member.objects.filter(pk=alice.pk).update(mail_rhythm=MailRhythm.AT_ONCE)
    with patch("filmsite.lib.waking.wake") as wake:
        with django_capture_on_commit_callbacks(execute=True):
            notify(recipients=[alice, bob], kind=MENTION, key="k")
        [call] = wake.call_args_list
        assert call.args[1:] == (alice.pk,), "the other one gets a digest"
        wake.reset_mock()
        with django_capture_on_commit_callbacks(execute=True):
            notify(recipients=[alice, bob], kind=MENTION, key="k")
        assert not wake.called, "told before"
        with django_capture_on_commit_callbacks(execute=True):
            notify(recipients=[bob], kind=TRANSFER, key="t")
        assert wake.called, "nobody waits for a digest to hear that their export is ready"
