"""Leaving: announced, undone with one click for two weeks, and then for good.

While an account is closing its page is hidden and its texts stand there as those of a former member; nothing is lost.
`erase_account` is one transaction for one member: it happens or it does not, and a sweep repeats what a killed worker
left. What is left of an erased account is a row that is nobody.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Block, DemoMail, Follow, FormerName, Job, Member, Mute, SignUpBar
from accounts.services.pictures import erase_picture
from accounts.signals import account_erased
from accounts.tasks import mail_closing
from accounts.usernames import FORMER, digest_of
from filmsite.lib.waking import wake_on_commit

log = structlog.get_logger("filmsite.closing")

# Columns of a member that outlive them; every other one, and any that comes later, goes back to its default.
_STAYS: Final = frozenset({"id", "is_placeholder"})


class LastSuperuser(Exception):
    """Nobody would be left with all rights."""


class NotDue(Exception):
    """The member has changed their mind, or is erased already."""


@transaction.atomic
def close_account(*, member: Member, keeps_texts: bool) -> datetime:
    """Announce the end of an account and answer when that is; again only changes what becomes of the texts.

    Raises LastSuperuser.
    """
    if member.is_superuser:
        # All of them, so that two cannot leave at once.
        others = [
            other
            for other in Member.objects.select_for_update(no_key=True)
            .filter(is_superuser=True, is_active=True)
            .order_by("pk")
            if other.pk != member.pk and not other.is_closing
        ]
        if not others:
            raise LastSuperuser
    locked = Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    if locked.closing_at is None:
        locked.closing_at = timezone.now() + timedelta(days=settings.FILMSITE_CLOSING_DAYS)
        wake_on_commit(mail_closing, member.pk)
    locked.closing_keeps_texts = keeps_texts
    locked.save(update_fields=["closing_at", "closing_keeps_texts"])
    log.info("account closing", member=member.pk)
    return locked.closing_at


@transaction.atomic
def keep_account(*, member: Member) -> bool:
    """Change one's mind: everything is as it was. Whether there was something to change."""
    kept = Member.objects.filter(pk=member.pk, closing_at__isnull=False, closed_at=None).update(
        closing_at=None, closing_keeps_texts=False, closing_mailed_at=None
    )
    if kept:
        log.info("account kept", member=member.pk)
    return bool(kept)


def erase_due_accounts() -> int:
    """Erase whoever's time is over; answers how many were. One that fails waits for the next sweep and holds up no other."""
    due = Member.objects.filter(closing_at__lte=timezone.now()).order_by("pk").values_list("pk", flat=True)
    erased = 0
    try:
        for pk in due:
            try:
                erase_account(member_pk=pk)
            except NotDue:
                continue
            except Exception as error:
                # Whatever it is that cannot be erased, the others have a right to go.
                log.error("account not erased", member=pk, error=type(error).__name__)
            else:
                erased += 1
    finally:
        if due:
            # What was drawn of their texts would lie there for a day; the cache holds nothing that is missed.
            cache.clear()
    return erased


@transaction.atomic
def erase_account(*, member_pk: int) -> None:
    """Erase what there is of a member whose time is over. Raises NotDue, and then nothing has changed."""
    member = Member.objects.filter(pk=member_pk, closing_at__lte=timezone.now()).first()
    if member is None:
        raise NotDue
    account_erased.send(sender=Member, member=member, keeps_texts=member.closing_keeps_texts)
    # Held from here on, after all else: until now they could still change their mind.
    locked = Member.objects.select_for_update().filter(pk=member_pk, closing_at__lte=timezone.now()).first()
    if locked is None or locked.closing_keeps_texts != member.closing_keeps_texts:
        raise NotDue
    for forget in _FORGOTTEN:
        forget(locked)
    _leave_nobody(locked)
    log.info("account erased", member=member_pk)


def _forget_relations(member: Member) -> None:
    Follow.objects.filter(Q(follower=member) | Q(followed=member)).delete()
    Block.objects.filter(Q(member=member) | Q(other=member)).delete()
    Mute.objects.filter(Q(member=member) | Q(other=member)).delete()
    member.groups.clear()
    member.user_permissions.clear()


def _forget_ways_in(member: Member) -> None:
    """Sessions, addresses, second factors, and mails that a demo kept."""
    sessions = UserSession.objects.filter(user=member)
    Session.objects.filter(pk__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()
    Authenticator.objects.filter(user=member).delete()
    addresses = EmailAddress.objects.filter(user=member)
    for address in {member.email, *addresses.values_list("email", flat=True)} - {None}:
        DemoMail.objects.filter(recipients__icontains=address).delete()
    addresses.delete()


def _forget_in_administration(member: Member) -> None:
    """What the staff did stays, without the names: theirs, and the member's in what was done to them."""
    Job.objects.filter(owner=member).update(owner=None)
    SignUpBar.objects.filter(made_by=member).update(made_by=None)
    about = ContentType.objects.get_for_model(Member)
    LogEntry.objects.filter(content_type=about, object_id=str(member.pk)).update(
        object_repr=_name_of_nobody(member), change_message=""
    )
    addresses = ContentType.objects.get_for_model(EmailAddress)
    LogEntry.objects.filter(content_type=addresses, object_repr__icontains=member.username).update(
        object_repr=""
    )
    if member.email:
        LogEntry.objects.filter(object_repr__icontains=member.email).update(object_repr="")


_FORGOTTEN: Final[tuple[Callable[[Member], object], ...]] = (
    _forget_relations,
    _forget_in_administration,
    _forget_ways_in,
    lambda member: erase_picture(member=member),
)


def _leave_nobody(member: Member) -> None:
    """Turn the row into one of nobody, which holds the texts that stay, and keep others from the name it had."""
    FormerName.objects.filter(member=member).update(member=None)
    FormerName.objects.get_or_create(digest=digest_of(member.username))
    for field in member._meta.concrete_fields:
        if field.name not in _STAYS:
            setattr(member, field.attname, field.get_default())
    member.username = _name_of_nobody(member)
    member.is_active = False
    member.closed_at = timezone.now()
    member.set_unusable_password()
    member.save()


def _name_of_nobody(member: Member) -> str:
    return f"{FORMER}{member.pk}"
