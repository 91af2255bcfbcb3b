"""The mail about an answer to a proposal: three small files under templates/emails/proposal/."""

from typing import Final

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from films.editing_querysets import ANSWERED
from films.models import Proposal
from filmsite.lib.mailing import send_each

AT_ONCE: Final = 200


def send_answers() -> None:
    """Mail every answer that was not mailed yet. A sweep sends all of them: nobody waits for these by the second."""
    waiting = Proposal.objects.filter(state__in=ANSWERED, mailed_at=None, author__isnull=False)
    send_each(waiting, send_answer, at_once=AT_ONCE)


def send_answer(proposal_pk: int) -> None:
    """Mail the answer to its author in their language, once.

    Who has no address, or has seen the answer on the site, gets no mail. The row is claimed first, so a second
    delivery sends nothing; a mail server that fails leaves the row for the next sweep.
    """
    with transaction.atomic():
        proposal = (
            Proposal.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("author", "title", "person", "show")
            .filter(pk=proposal_pk, state__in=ANSWERED, mailed_at=None)
            .first()
        )
        if proposal is None:
            return
        address = proposal.author.email if proposal.author is not None else None
        if address and not proposal.answer_seen:
            _send(proposal, address)
        proposal.mailed_at = timezone.now()
        proposal.save(update_fields=["mailed_at"])


def _send(proposal: Proposal, address: str) -> None:
    author, item = proposal.author, proposal.item
    with override((author and author.interface_language) or settings.LANGUAGE_CODE):
        context = {
            "proposal": proposal,
            "name": proposal.name,
            "site_name": settings.FILMSITE_NAME,
            "url": settings.FILMSITE_URL + reverse("films:my-proposals"),
            "item_url": settings.FILMSITE_URL + item.get_absolute_url() if item else "",
        }
        subject = " ".join(render_to_string("emails/proposal/subject.txt", context).split())
        mail = EmailMultiAlternatives(
            subject, render_to_string("emails/proposal/body.txt", context), to=[address]
        )
        mail.attach_alternative(render_to_string("emails/proposal/body.html", context), "text/html")
        mail.send()
