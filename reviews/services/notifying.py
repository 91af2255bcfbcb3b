"""Telling members something: rows for their page of notifications, of which some go out by mail as well.

Whoever causes the news calls `notify` in the transaction that makes it true. `key` names the cause, so that telling it
again adds nothing.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import connection
from django.db.models import BooleanField, Case, CharField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import MailRhythm, Member
from films.models import Person, Title
from filmsite.lib.waking import wake_on_commit
from reviews.models import Channel, Notification, NotificationKind, NotificationSetting, Review
from reviews.notices import AT_ONCE_KINDS, KINDS_WHILE_SUSPENDED, default_channel
from reviews.tasks import mail_notifications

# More mails than this are left to the sweep: one message to a worker must stay a small one.
_MOST_WOKEN: Final = 500

# Who was told already keeps the row they have. In order of the members, so that two who tell the same people of the
# same thing never wait for each other in a circle.
_TELL: Final = """
    WITH heard AS MATERIALIZED ({heard}),
    told AS (
        INSERT INTO reviews_notification
            (recipient_id, by_mail, kind, key, actor_id, review_id, title_id, person_id, detail, made_at)
        SELECT id, by_mail, %s, %s, %s, %s, %s, %s, %s::jsonb, %s FROM heard ORDER BY id
        ON CONFLICT (recipient_id, key) DO NOTHING
        RETURNING recipient_id
    )
    SELECT heard.id FROM told JOIN heard ON heard.id = told.recipient_id
    WHERE heard.by_mail AND heard.at_once LIMIT %s
"""


def notify(
    *,
    recipients: Iterable[Member] | QuerySet[Member],
    kind: NotificationKind,
    key: str,
    actor: Member | None = None,
    review: Review | None = None,
    title: Title | None = None,
    person: Person | None = None,
    detail: Mapping[str, Any] | None = None,
    is_mailed_already: bool = False,
) -> None:
    """Tell these members, each once for a `key` (at most 80 characters), where they want to be told of the kind.

    Left out are the actor, who blocked or muted the actor or was blocked by them, and members who are closed or were
    never there. Who is closing their account is told only of what cannot wait, and who is suspended of what moderation has
    to do with them. A queryset of members is never read here: one statement tells any number. Part of the caller's
    transaction; mails that go out as they come leave once that is stored, and none where the news `is_mailed_already`.
    """
    if not isinstance(recipients, QuerySet):
        recipients = list(recipients)
        if not recipients:
            return
    with connection.cursor() as cursor:
        heard, params = _hearing(
            recipients, kind, actor, may_mail=not is_mailed_already
        ).query.sql_with_params()
        cursor.execute(
            _TELL.format(heard=heard),
            [
                *params,
                kind,
                key,
                *(row.pk if row else None for row in (actor, review, title, person)),
                json.dumps(dict(detail or {})),
                timezone.now(),
                _MOST_WOKEN,
            ],
        )
        if woken := [pk for (pk,) in cursor.fetchall()]:
            wake_on_commit(mail_notifications, *woken)


def _hearing(
    recipients: Iterable[Member] | QuerySet[Member],
    kind: NotificationKind,
    actor: Member | None,
    *,
    may_mail: bool,
) -> QuerySet[Member, Any]:
    """Those of the recipients who are told: `id`, `by_mail`, and whether the mail leaves `at_once`."""
    if isinstance(recipients, QuerySet):
        members = Member.objects.filter(pk__in=recipients.order_by().values("pk"))
    else:
        members = Member.objects.filter(pk__in=[member.pk for member in recipients])
    members = members.filter(is_active=True, closed_at=None, is_placeholder=False)
    if kind not in KINDS_WHILE_SUSPENDED:
        members = members.filter(suspended_at=None)
    if kind not in AT_ONCE_KINDS:
        # Who is leaving still waits for their data, and must know what concerns their account; the rest is over.
        members = members.filter(closing_at=None)
    if actor is not None:
        members = members.exclude(pk=actor.pk).hearing_of(actor)
    chosen = NotificationSetting.objects.filter(member=OuterRef("pk"), kind=kind).values("channel")
    members = members.annotate(
        channel=Coalesce(Subquery(chosen), Value(default_channel(kind)), output_field=CharField(max_length=4))
    ).exclude(channel=Channel.NONE)
    urgent = Q(pk__isnull=False) if kind in AT_ONCE_KINDS else Q(mail_rhythm=MailRhythm.AT_ONCE)
    return members.annotate(
        by_mail=_is_true(Q(channel=Channel.MAIL, email__isnull=False) if may_mail else Q(pk__in=[])),
        at_once=_is_true(urgent),
    ).values("id", "by_mail", "at_once")


def _is_true(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def mark_read(notification: Notification) -> None:
    """The member opened the news. A second time changes nothing."""
    Notification.objects.filter(pk=notification.pk, read_at=None).update(read_at=timezone.now())


def mark_all_read(*, member: Member, up_to: int) -> None:
    """The member has read everything up to the notification of this id, which they saw."""
    unread = Notification.objects.filter(recipient=member, read_at=None, pk__lte=up_to)
    unread.update(read_at=timezone.now())
