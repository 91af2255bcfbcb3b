import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts.models import Block, MailRhythm, Member
from reviews.models import Channel, Notification, NotificationKind, NotificationSetting, Review
from reviews.services.channels import channels_of
from reviews.services.mailing import SWEEP_AFTER, mail_missed_news, mail_news
from reviews.services.notifying import notify
from reviews.stop_links import stop_token
from tests.factories import make_member, make_review, make_title

pytestmark = pytest.mark.django_db

MENTION, OPINION, TRANSFER = NotificationKind.MENTION, NotificationKind.OPINION, NotificationKind.TRANSFER


def tell(member: Member, kind: NotificationKind = MENTION, body: str = "", **words: object) -> Notification:
    """News of a text under a title called Heat, to be mailed."""
    NotificationSetting.objects.get_or_create(member=member, kind=kind, defaults={"channel": "mail"})
    number = Notification.objects.count()
    author = make_member(f"writer{number}")
    review = make_review(make_title("Heat"), author, body or f"Look at this, number {number}.", **words)
    notify(recipients=[member], kind=kind, key=f"k{number}", actor=author, review=review, title=review.title)
    return Notification.objects.get(key=f"k{number}")


def late() -> None:
    """Let so much time pass that the sweep looks after what waits."""
    Notification.objects.update(made_at=timezone.now() - SWEEP_AFTER * 2)


def rhythm(member: Member, chosen: MailRhythm, *, sent: timedelta | None = None) -> None:
    at = timezone.now() - sent if sent else None
    Member.objects.filter(pk=member.pk).update(mail_rhythm=chosen, digest_sent_at=at)


def test_a_mail_says_what_happened_and_where_once(alice: Member) -> None:
    rhythm(alice, MailRhythm.AT_ONCE)
    row = tell(alice)
    mail_news(alice.pk)
    mail_news(alice.pk)
    [sent] = mail.outbox
    assert sent.to == ["alice@example.org"]
    assert sent.subject == "writer0 named you in a message about Heat"
    assert "Look at this, number 0." in sent.body
    assert f"/reviews/{row.review_id}/" in sent.body
    [(html, _type)] = sent.alternatives
    assert "Look at this, number 0." in html
    row.refresh_from_db()
    assert row.mailed_at


def test_a_mail_that_is_sent_twice_is_known_by_its_id(alice: Member) -> None:
    rhythm(alice, MailRhythm.AT_ONCE)
    tell(alice)
    mail_news(alice.pk)
    Notification.objects.update(mailed_at=None)
    mail_news(alice.pk)
    tell(alice)
    mail_news(alice.pk)
    first, again, other = (sent.message()["Message-ID"] for sent in mail.outbox)
    assert first == again != other
    assert first.startswith("<")


def test_mails_are_in_the_language_of_who_gets_them(alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(interface_language="nl", mail_rhythm=MailRhythm.AT_ONCE)
    tell(alice)
    mail_news(alice.pk)
    [sent] = mail.outbox
    assert '<html lang="nl">' in sent.alternatives[0][0]


def test_no_mail_gives_the_plot_away(alice: Member) -> None:
    tell(alice, body="It was ||the butler||.")
    tell(alice, body="The gardener did it.", is_spoiler=True, is_opinion=True, headline="The gardener")
    mail_news(alice.pk)
    [sent] = mail.outbox
    for part in (sent.subject, sent.body, sent.alternatives[0][0]):
        assert "butler" not in part
        assert "gardener" not in part
    assert "gives away the plot" in sent.body


def test_what_was_taken_back_or_read_or_came_of_a_blocked_member_is_not_mailed(alice: Member) -> None:
    removed, read, blocked = (tell(alice) for _ in range(3))
    Review.objects.filter(pk=removed.review_id).update(state="removed")
    Notification.objects.filter(pk=read.pk).update(read_at=timezone.now())
    Block.objects.create(member=alice, other=blocked.actor)
    mail_news(alice.pk)
    assert not mail.outbox
    assert not Notification.objects.filter(mailed_at=None).exists(), "and never asked about again"


@pytest.mark.parametrize("away", [{"suspended_at": timezone.now()}, {"is_active": False}, {"email": None}])
def test_who_left_meanwhile_gets_no_mail(away: dict[str, object], alice: Member) -> None:
    tell(alice)
    Member.objects.filter(pk=alice.pk).update(**away)
    mail_news(alice.pk)
    assert not mail.outbox


def test_a_digest_is_one_mail_with_all_of_it(alice: Member) -> None:
    for _ in range(3):
        tell(alice)
    tell(alice, OPINION)
    mail_missed_news()
    [sent] = mail.outbox
    assert sent.subject.startswith("4 pieces of news on ")
    assert sent.body.count("/reviews/") == 4


@pytest.mark.parametrize(
    ("chosen", "sent", "is_due"),
    [
        (MailRhythm.DAILY, None, True),
        (MailRhythm.DAILY, timedelta(hours=23), False),
        (MailRhythm.DAILY, timedelta(hours=25), True),
        (MailRhythm.WEEKLY, timedelta(days=6), False),
        (MailRhythm.WEEKLY, timedelta(days=8), True),
    ],
)
def test_a_digest_goes_out_when_the_last_one_is_old_enough(
    chosen: MailRhythm, sent: timedelta | None, *, is_due: bool, alice: Member
) -> None:
    rhythm(alice, chosen, sent=sent)
    tell(alice)
    late()
    mail_missed_news()
    assert bool(mail.outbox) is is_due
    mail_missed_news()
    assert len(mail.outbox) == is_due


def test_after_a_digest_the_next_one_waits(alice: Member) -> None:
    tell(alice)
    mail_missed_news()
    tell(alice)
    late()
    mail_missed_news()
    assert len(mail.outbox) == 1


def test_what_somebody_waits_for_does_not_wait_for_the_digest(alice: Member) -> None:
    rhythm(alice, MailRhythm.WEEKLY, sent=timedelta(hours=1))
    tell(alice)
    notify(recipients=[alice], kind=TRANSFER, key="export", detail={"export": 1})
    mail_news(alice.pk)
    [sent] = mail.outbox
    assert sent.subject == "Your data is ready for you to take along"
    assert Notification.objects.filter(mailed_at=None).count() == 1


def test_the_sweep_leaves_what_is_still_on_its_way(alice: Member) -> None:
    rhythm(alice, MailRhythm.AT_ONCE)
    tell(alice)
    mail_missed_news()
    assert not mail.outbox
    late()
    mail_missed_news()
    assert len(mail.outbox) == 1


def test_one_failing_mailbox_holds_up_nobody(alice: Member, bob: Member) -> None:
    for member in (alice, bob):
        tell(member)
    Member.objects.filter(pk=alice.pk).update(email="broken@example.org")

    def fail(message: object) -> int:
        if message.to == ["broken@example.org"]:
            raise OSError("mailbox unavailable")
        return send(message)

    send = mail.EmailMultiAlternatives.send
    with patch.object(mail.EmailMultiAlternatives, "send", fail):
        mail_missed_news()
    assert [sent.to for sent in mail.outbox] == [["bob@example.org"]]
    mail_missed_news()
    assert [sent.to for sent in mail.outbox] == [["bob@example.org"], ["broken@example.org"]]


# --- Stopping -------------------------------------------------------------------------------------------


def stop_link(sent: mail.EmailMessage) -> str:
    return re.fullmatch(r"<https?://[^/]+(/notifications/stop/.+/)>", sent.extra_headers["List-Unsubscribe"])[
        1
    ]


def test_a_mail_program_stops_mails_with_one_click(alice: Member) -> None:
    tell(alice)
    mail_news(alice.pk)
    [sent] = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = stop_link(sent)
    assert link in sent.body
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not answer.cookies
    channels = channels_of(alice)
    assert channels[MENTION] == Channel.SITE
    assert channels[NotificationKind.REPLY] == Channel.MAIL, "the mail was of one kind, and so is its link"


def test_the_link_of_a_digest_stops_all_of_it(alice: Member) -> None:
    tell(alice)
    tell(alice, OPINION)
    mail_news(alice.pk)
    Client().post(stop_link(mail.outbox[0]), {"List-Unsubscribe": "One-Click"})
    assert Channel.MAIL not in channels_of(alice).values()


def test_looking_at_the_link_stops_nothing(client: Client, alice: Member) -> None:
    link = f"/notifications/stop/{stop_token(alice, MENTION)}/"
    page = client.get(link).content.decode()
    assert "Stop these mails" in page
    assert "alice" not in page
    assert "csrfmiddlewaretoken" not in page
    assert client.head(link).status_code == 200
    assert channels_of(alice)[MENTION] == Channel.MAIL


def test_stopping_is_undone(client: Client, alice: Member) -> None:
    link = f"/notifications/stop/{stop_token(alice, MENTION)}/"
    NotificationSetting.objects.create(member=alice, kind=NotificationKind.REPLY, channel=Channel.SITE)
    before = channels_of(alice)
    page = client.post(link, {"all": "1"}).content.decode()
    assert Channel.MAIL not in channels_of(alice).values()
    undo = page.split('name="undo" value="')[1].split('"')[0]
    assert "come again" in client.post(link, {"undo": undo}).content.decode()
    assert channels_of(alice) == before


def test_an_undo_is_for_nobody_else(client: Client, alice: Member, bob: Member) -> None:
    page = client.post(f"/notifications/stop/{stop_token(alice, None)}/").content.decode()
    undo = page.split('name="undo" value="')[1].split('"')[0]
    client.post(f"/notifications/stop/{stop_token(bob, None)}/")
    for token in (undo, "nonsense", "x:y:z"):
        client.post(f"/notifications/stop/{stop_token(bob, None)}/", {"undo": token})
    assert Channel.MAIL not in channels_of(bob).values()


@pytest.mark.parametrize("token", ["nonsense", "WzEsIiJd:1abc:forged", "é"])
def test_a_link_that_nobody_signed_leads_nowhere(client: Client, token: str, alice: Member) -> None:
    assert client.get(f"/notifications/stop/{token}/").status_code == 404
    assert client.post(f"/notifications/stop/{token}/").status_code == 404
