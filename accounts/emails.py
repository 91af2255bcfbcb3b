"""Mails about an account: three small files each under templates/emails/."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Member
from filmsite.lib.mailing import send_each

# A mail that is younger than this is still on its way by its own task.
SWEEP_AFTER = timedelta(minutes=2)
SWEEP_AT_ONCE = 200


def send_closing(member_pk: int) -> None:
    """Tell a member, in their language and once, that their account will be erased, when, and how to keep it.

    The row is claimed first, so a second delivery sends nothing; a mail server that fails leaves it for the sweep.
    """
    with transaction.atomic():
        member = (
            Member.objects.select_for_update(no_key=True, skip_locked=True)
            .filter(pk=member_pk, closing_at__isnull=False, closing_mailed_at=None)
            .first()
        )
        if member is None:
            return
        if member.email:
            _send(member, member.email)
        member.closing_mailed_at = timezone.now()
        member.save(update_fields=["closing_mailed_at"])


def send_missed_closings() -> None:
    """Send the mails whose wake-up was lost or whose mail server failed."""
    announced = timezone.now() - SWEEP_AFTER + timedelta(days=settings.FILMSITE_CLOSING_DAYS)
    waiting = Member.objects.filter(closing_mailed_at=None, closing_at__lt=announced)
    send_each(waiting, send_closing, at_once=SWEEP_AT_ONCE)


def _send(member: Member, address: str) -> None:
    context = {
        "member": member,
        "site_name": settings.FILMSITE_NAME,
        "url": settings.FILMSITE_URL + reverse("accounts:settings-close"),
    }
    with override(member.interface_language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string("emails/closing/subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string("emails/closing/body.txt", context), to=[address]
        )
        mail.attach_alternative(render_to_string("emails/closing/body.html", context), "text/html")
        mail.send()
