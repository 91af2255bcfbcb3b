"""Mails about reviews: three small files each under templates/emails/."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from accounts.models import Job, JobState, Member
from filmsite.lib.mailing import send_each
from reviews.models import Statement
from reviews.moderation import rules

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
            Statement.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related(
                "decision", "recipient", "decision__case__review__title", "decision__case__review__person"
            )
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
    context = {
        "statement": statement,
        "decision": statement.decision,
        "rule": rules.BY_SLUG.get(statement.decision.rule),
        "about": statement.decision.case.subject,
        "site_name": settings.FILMSITE_NAME,
        "url": settings.FILMSITE_URL + statement.get_absolute_url(),
    }
    _mail("statement", context, statement.recipient, address)


def send_suspension(job_pk: int) -> None:
    """Mail somebody that they are suspended and why, once: `told` in the job's counts is the claim.

    One without an address, or whose suspension was lifted before the mail went out, gets none.
    """
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=job_pk, state=JobState.DONE, counts__told=False)
            .first()
        )
        if job is None:
            return
        member = Member.objects.filter(pk=job.parameters["member"], suspended_at__isnull=False).first()
        if member is not None and (address := member.email):
            context = {
                "member": member,
                "reason": job.parameters["reason"],
                "objections_address": settings.FILMSITE_OBJECTIONS_ADDRESS,
                "site_name": settings.FILMSITE_NAME,
                "url": settings.FILMSITE_URL,
            }
            _mail("suspension", context, member, address, reply_to=[settings.FILMSITE_OBJECTIONS_ADDRESS])
        job.counts["told"] = True
        job.save(update_fields=["counts"])


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
