"""Mails about reviews: three small files each under templates/emails/."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Member
from filmsite.lib.mailing import send_each
from reviews.models import CaseState, Statement
from reviews.moderation import stated

# A statement that is younger than this is still on its way by its own task.
SWEEP_AFTER = timedelta(minutes=2)
SWEEP_AT_ONCE = 200


def send_statement(statement_pk: int) -> None:
    """Mail a statement of reasons in its recipient's language, once.

    A member without an address reads it on the site. The row is claimed first, so a second delivery sends
    nothing; a mail server that fails leaves the row for the sweep.
    """
    with transaction.atomic():
        statement = (
            Statement.objects.for_page()
            .select_for_update(of=("self",), skip_locked=True)
            .filter(pk=statement_pk, mailed_at=None)
            .first()
        )
        if statement is None:
            return
        if address := statement.recipient.email:
            _send(statement, address)
        statement.mailed_at = timezone.now()
        statement.save(update_fields=["mailed_at"])


def send_missed_statements() -> None:
    """Send the statements whose wake-up was lost or whose mail server failed."""
    waiting = Statement.objects.filter(mailed_at=None, sent_at__lt=timezone.now() - SWEEP_AFTER)
    send_each(waiting, send_statement, at_once=SWEEP_AT_ONCE)


def _send(statement: Statement, address: str) -> None:
    with override(statement.recipient.interface_language or settings.LANGUAGE_CODE):
        context = {
            "statement": statement,
            "decision": statement.decision,
            "headline": stated.headline_of(statement),
            "rule": stated.rule_of(statement.decision),
            "meaning": stated.meaning_of(statement),
            "found": stated.found_words(statement),
            "decided_by": stated.decided_by(statement.decision),
            "answer_until": _answer_until(statement),
            "site_name": settings.FILMSITE_NAME,
            "url": settings.FILMSITE_URL + statement.get_absolute_url(),
            "objections_address": settings.FILMSITE_OBJECTIONS_ADDRESS,
        }
    reply_to = [settings.FILMSITE_OBJECTIONS_ADDRESS] if settings.FILMSITE_OBJECTIONS_ADDRESS else []
    _mail("statement", context, statement.recipient, address, reply_to=reply_to)


def _answer_until(statement: Statement) -> datetime | None:
    """Until when the site waits for the author's answer, where it does."""
    case = statement.decision.case
    return case.answer_until if case.state == CaseState.WAITING else None


def _mail(
    name: str,
    context: dict[str, Any],
    recipient: Member,
    address: str,
    *,
    reply_to: Sequence[str] = (),
) -> None:
    """Send the mail of this name in its recipient's language."""
    send_in(recipient.interface_language, name, context, address, reply_to=reply_to)


def send_in(
    language: str, name: str, context: dict[str, Any], address: str, *, reply_to: Sequence[str] = ()
) -> None:
    """Send the mail of this name, three files in templates/emails, in a language of the site."""
    with override(language or settings.LANGUAGE_CODE):
        subject = " ".join(render_to_string(f"emails/{name}/subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string(f"emails/{name}/body.txt", context), to=[address], reply_to=reply_to
        )
        mail.attach_alternative(render_to_string(f"emails/{name}/body.html", context), "text/html")
        mail.send()
