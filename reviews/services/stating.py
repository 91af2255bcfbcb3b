"""Statements of reasons: what a member is told about a decision that concerns them, on the site and by mail."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake_on_commit
from reviews.models import (
    Case,
    CaseEvent,
    CaseKind,
    Decision,
    Evidence,
    FoundBy,
    Measure,
    NoticeItem,
    Notification,
    NotificationKind,
    Report,
    Statement,
    Verdict,
)
from reviews.moderation.matters import said_about
from reviews.services.notifying import notify
from reviews.tasks import mail_statement

# Verdicts that take something from somebody, which can be appealed.
LIMITING: Final = frozenset({Verdict.TRIM, Verdict.QUOTE, Verdict.HIDE, Verdict.REMOVE, Verdict.EXCLUDE})
# More mails than this are left to the sweep.
_MOST_WOKEN: Final = 50


def state_reasons(
    *, decision: Decision, recipient: Member, text: str, measure: Measure | None = None
) -> Statement:
    """Tell somebody what was decided about what is theirs: `text` is their words as they stood, for them to keep.

    Part of the transaction that decides; the mail leaves once that is stored. A decision that takes nothing and comes
    without a measure cannot be appealed. Telling twice about one decision gives the first statement.
    """
    limits = measure is not None or decision.verdict in LIMITING
    statement, is_new = Statement.objects.get_or_create(
        decision=decision,
        recipient=recipient,
        defaults={
            "text": text,
            "measure": measure,
            "found_by": how_found(decision.case),
            "appeal_until": _appeal_until() if limits else None,
        },
    )
    if is_new:
        wake_on_commit(mail_statement, statement.pk)
        _note_on_site(decision, [recipient], {"statement": statement.pk})
    return statement


def state_reasons_to(*, decision: Decision, recipients: Iterable[Member]) -> None:
    """Tell each of these members about a decision that concerns them alike, such as votes set aside. Three statements of SQL."""
    found_by, limits = how_found(decision.case), decision.verdict in LIMITING
    statements = Statement.objects.bulk_create(
        Statement(
            decision=decision,
            recipient=recipient,
            found_by=found_by,
            appeal_until=_appeal_until() if limits else None,
        )
        for recipient in recipients
    )
    _note_on_site(decision, [statement.recipient for statement in statements], {})
    for statement in statements[:_MOST_WOKEN]:
        wake_on_commit(mail_statement, statement.pk)


def _note_on_site(decision: Decision, recipients: Iterable[Member], where: dict[str, int]) -> None:
    """News on the page of notifications; the statement has a mail of its own."""
    case = decision.case
    notify(
        recipients=recipients,
        kind=NotificationKind.ACCOUNT,
        key=_key_of_news(decision),
        review=case.review,
        title=case.title,
        person=case.person,
        detail={"news": "decided", "verdict": decision.verdict, **where},
        is_mailed_already=True,
    )


def mark_read(statement: Statement) -> None:
    """The member opened the statement, and with it the news of it. A second time changes nothing."""
    now = timezone.now()
    Statement.objects.filter(pk=statement.pk, read_at=None).update(read_at=now)
    news = Notification.objects.filter(recipient=statement.recipient_id, read_at=None)
    news.filter(key=_key_of_news(statement.decision)).update(read_at=now)


def forget_unheard(decision: Decision) -> None:
    """Take back the statements of a decision, with their news, of which nobody has heard yet."""
    unheard = decision.statements.filter(read_at=None, mailed_at=None)
    news = Notification.objects.filter(key=_key_of_news(decision), recipient__in=unheard.values("recipient"))
    news.delete()
    unheard.delete()


def _key_of_news(decision: Decision) -> str:
    return f"decided:{decision.pk}"


def how_found(case: Case) -> FoundBy:
    """How the case came to be; of an appeal, the case that it is about. What weighs most is named when it was several, but
    that it began with an automatic rule is not kept from anybody.
    """
    if case.kind == CaseKind.APPEAL:
        case = case.appeal.decision.case
    about = said_about(case)
    notices = NoticeItem.objects.filter(about, notice__confirmed_at__isnull=False)
    if notices.filter(notice__withdrawn_at=None).exists():
        return FoundBy.NOTICE
    if case.events.filter(kind=CaseEvent.Kind.OPENED, detail__found_by=FoundBy.RULE).exists():
        return FoundBy.RULE
    if Report.objects.filter(about).exists():
        return FoundBy.REPORT
    kinds = set(case.evidence.values_list("kind", flat=True))
    if Evidence.Kind.RULE in kinds:
        return FoundBy.RULE
    return FoundBy.MACHINE if kinds else FoundBy.MODERATOR


def _appeal_until() -> datetime:
    return timezone.now() + timedelta(days=settings.FILMSITE_APPEAL_DAYS)
