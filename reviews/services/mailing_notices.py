"""Mails to rights-holders, in the language of the form: the receipt, and what was decided.

A receipt goes to an address that nobody has confirmed yet: it repeats nothing that was typed, or the form would send
anybody's words to anybody.
"""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from filmsite.lib.mailing import send_each
from reviews.emails import send_in
from reviews.models import Notice
from reviews.moderation.notice_states import CASES, stories_of
from reviews.notice_links import key_of
from reviews.services.serving_notices import items_with_news

# What is younger is still on its way by its own task.
SWEEP_AFTER: Final = timedelta(minutes=2)
SWEEP_AT_ONCE: Final = 200


def send_receipt(notice_pk: int) -> None:
    """Mail the receipt with the link that confirms the notice, once."""
    with transaction.atomic():
        notice = _claimed(notice_pk)
        if notice is None or notice.mailed_at is not None:
            return
        confirm = reverse("notice-confirm", args=[notice.token, key_of(notice)])
        urls = [settings.FILMSITE_URL + url for url in notice.items.values_list("url", flat=True)]
        _send("notice_receipt", notice, confirm_url=settings.FILMSITE_URL + confirm, urls=urls)
        notice.mailed_at = timezone.now()
        notice.save(update_fields=["mailed_at"])


def send_news(notice_pk: int) -> None:
    """Mail what was decided about the addresses of a notice since the last mail, all of it in one."""
    with transaction.atomic():
        notice = _claimed(notice_pk)
        if notice is None:
            return
        items = items_with_news().filter(notice=notice).select_related(*CASES).order_by("pk")
        if stories := stories_of(notice, items):
            _send("notice_news", notice, stories=stories)
        for story in stories:
            # What came meanwhile is newer than this, and goes out with the next mail.
            notice.items.filter(pk=story.item.pk).update(told_at=story.item.news_at)


def send_missed_mails() -> None:
    """Send the receipts and the news whose wake-up was lost or whose mail server failed."""
    before = timezone.now() - SWEEP_AFTER
    receipts = Notice.objects.filter(mailed_at=None, received_at__lt=before, erased_at=None)
    send_each(receipts, send_receipt, at_once=SWEEP_AT_ONCE)
    news = items_with_news().filter(news_at__lt=before).values("notice")
    send_each(Notice.objects.filter(pk__in=news), send_news, at_once=SWEEP_AT_ONCE)


def _claimed(notice_pk: int) -> Notice | None:
    """The notice, held, or None where somebody else is at it or nobody is left to write to."""
    held = Notice.objects.select_for_update(of=("self",), skip_locked=True)
    return held.filter(pk=notice_pk, erased_at=None).first()


def _send(name: str, notice: Notice, **context: Any) -> None:
    send_in(
        notice.language,
        name,
        {
            "notice": notice,
            "url": settings.FILMSITE_URL + notice.get_absolute_url(),
            "days": settings.FILMSITE_NOTICE_CONFIRM_DAYS,
            "site_name": settings.FILMSITE_NAME,
            **context,
        },
        notice.email,
    )
