"""Mails about notifications: one for all that waits for a member, as they come or as a digest."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import MailRhythm, Member
from filmsite.lib.mailing import send_each
from reviews.language_notes import note_of
from reviews.models import Notification, NotificationKind
from reviews.notices import (
    AT_ONCE_KINDS,
    KINDS_WHILE_SUSPENDED,
    is_gone,
    is_moot,
    reason_of,
    target_of,
    words_of,
)
from reviews.reading import Reader, attach_texts
from reviews.stop_links import stop_token

# News that are younger than this are still on their way by their own task.
SWEEP_AFTER: Final = timedelta(minutes=2)
SWEEP_AT_ONCE: Final = 500
PERIODS: Final = {MailRhythm.DAILY: timedelta(days=1), MailRhythm.WEEKLY: timedelta(days=7)}
# A digest names so many; the others are on the site.
NAMED_IN_A_MAIL: Final = 40
EXCERPT: Final = 280


def mail_news(member_pk: int) -> None:
    """Mail the member what waits for them, in one mail and their language, at least once.

    What was mailed is not mailed again, unless a worker dies between sending and noting it: the second mail then has the
    Message-ID of the first, by which mail programs know it.


    Who gets a digest gets it now if the last one is old enough; what cannot wait goes out at any time. What they have
    read on the site meanwhile, what was taken back, and what comes of somebody they blocked or muted since, is left out.
    A mail server that fails leaves everything for the sweep.
    """
    with transaction.atomic():
        if not _is_alone_with(member_pk):
            return
        member = Member.objects.filter(pk=member_pk).first()
        if member is None:
            return
        now = timezone.now()
        is_digest_due = _is_digest_due(member, now)
        rows = Notification.objects.filter(recipient=member, by_mail=True, mailed_at=None)
        if not is_digest_due:
            rows = rows.filter(kind__in=AT_ONCE_KINDS)
        claimed = list(rows.select_for_update(of=("self",)).for_page().order_by("-id"))
        if not claimed:
            return
        heard = set(rows.heard_by(member).values_list("pk", flat=True))
        news = [row for row in claimed if row.read_at is None and row.pk in heard and not is_moot(row)]
        if member.is_suspended:
            news = [row for row in news if row.kind in KINDS_WHILE_SUSPENDED]
        if news and member.email and member.is_active:
            _send(member, member.email, news)
        Notification.objects.filter(pk__in=[row.pk for row in claimed]).update(mailed_at=now)
        if is_digest_due:
            Member.objects.filter(pk=member_pk).update(digest_sent_at=now)


def mail_missed_news() -> None:
    """Send the digests whose time has come, and the mails whose wake-up was lost or whose mail server failed."""
    now = timezone.now()
    waiting = Notification.objects.filter(recipient=OuterRef("pk"), by_mail=True, mailed_at=None)
    late = waiting.filter(made_at__lt=now - SWEEP_AFTER)
    due = Q(Exists(late.filter(kind__in=AT_ONCE_KINDS))) | Q(Exists(late), mail_rhythm=MailRhythm.AT_ONCE)
    for rhythm, period in PERIODS.items():
        is_time = Q(digest_sent_at=None) | Q(digest_sent_at__lte=now - period)
        due |= is_time & Q(Exists(waiting), mail_rhythm=rhythm)
    send_each(Member.objects.filter(due), mail_news, at_once=SWEEP_AT_ONCE)


def _is_alone_with(member_pk: int) -> bool:
    """Whether no other worker is about to mail this member, until the transaction ends. Their own row stays free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('mail news'), %s)", [member_pk])
        return bool(cursor.fetchone()[0])


def _is_digest_due(member: Member, now: datetime) -> bool:
    period = PERIODS.get(MailRhythm(member.mail_rhythm))
    return period is None or member.digest_sent_at is None or member.digest_sent_at <= now - period


def _send(member: Member, address: str, news: Sequence[Notification]) -> None:
    kinds = {NotificationKind(row.kind) for row in news}
    # What a mail speaks of is what its link stops: one kind, or all of them.
    kind = kinds.pop() if len(kinds) == 1 else None
    stop_url = settings.FILMSITE_URL + reverse("reviews:notifications-stop", args=[stop_token(member, kind)])
    with override(member.interface_language or settings.LANGUAGE_CODE):
        shown = news[:NAMED_IN_A_MAIL]
        attach_texts([row.review for row in shown if row.review], Reader.by_mail(member))
        context = {
            "member": member,
            "items": [_item(row) for row in shown],
            "number": len(news),
            "more": len(news) - len(shown),
            "kind": kind,
            "site_name": settings.FILMSITE_NAME,
            "url": settings.FILMSITE_URL + reverse("reviews:notifications"),
            "objections_address": settings.FILMSITE_OBJECTIONS_ADDRESS,
            "settings_url": settings.FILMSITE_URL + reverse("accounts:settings-notifications"),
            "stop_url": stop_url,
        }
        subject = " ".join(render_to_string("emails/notifications/subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject,
            render_to_string("emails/notifications/body.txt", context),
            to=[address],
            headers={
                "Message-ID": _message_id(member, news),
                "List-Unsubscribe": f"<{stop_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(render_to_string("emails/notifications/body.html", context), "text/html")
        mail.send()


def _message_id(member: Member, news: Sequence[Notification]) -> str:
    """The same for the same news, whenever and by whomever it is mailed."""
    digest = sha256(" ".join(str(row.pk) for row in news).encode()).hexdigest()[:32]
    return f"<news.{member.pk}.{digest}@{urlsplit(settings.FILMSITE_URL).hostname}>"


def _item(row: Notification) -> dict[str, Any]:
    """A piece of news for the templates. A text that gives away the plot is only pointed to, and a spoiler is left out."""
    review = None if is_gone(row) else row.review
    return {
        "words": words_of(row),
        "reason": reason_of(row),
        "text": review.text.excerpt(EXCERPT) if review and not review.is_spoiler else "",
        "shown": review.text.shown if review else None,
        "note": note_of(review.text) if review and not review.is_spoiler else "",
        "is_spoiler": bool(review and review.is_spoiler),
        "url": settings.FILMSITE_URL + target_of(row),
    }
