"""Cases about votes that came in an unusual way. What a decision does to them is `reviews.services.matters.votes`."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import Member
from films.duplicates import merge_lock
from films.models import Title
from reviews.models import Case, CaseEvent, CaseKind, CaseState, Evidence, FoundBy, Matter
from reviews.moderation.vote_signals import Signal, severity_of
from reviews.services.opening import step
from reviews.subjects import forget_pages_about

# A page with more votes to choose from helps nobody; what comes above waits for the next case.
MOST_MEMBERS: Final = 2000


@transaction.atomic
def open_votes_case(*, title_id: int, signals: Sequence[Signal], since: datetime, until: datetime) -> bool:
    """Open a case about votes on a title that came between two moments, or add to the one that waits.

    A case that a moderator is working on is left as it is. Answers whether anything was opened or added.
    """
    title = held_title(title_id)
    if title.merged_into_id is not None:
        return False
    about = {"title": title, "kind": CaseKind.VOTES, "matter": Matter.VOTES, "state": CaseState.OPEN}
    case, is_new = Case.objects.select_for_update().filter(**about).first(), False
    if case is None:
        # Of two workers the second finds the case that the first has just made.
        case, is_new = Case.objects.get_or_create(**about, defaults={"section": title.section})
    elif case.claimed_until is not None and case.claimed_until > timezone.now():
        return False
    changed = [_add_evidence(case, signal, since, until) for signal in signals]
    if any(changed):
        Case.objects.filter(pk=case.pk).update(severity=Greatest("severity", severity_of(signals)))
        kind = CaseEvent.Kind.OPENED if is_new else CaseEvent.Kind.SIGNAL
        step(case, kind, detail={"found_by": FoundBy.MACHINE})
        forget_pages_about(title)
    return any(changed)


def _add_evidence(case: Case, signal: Signal, since: datetime, until: datetime) -> bool:
    """Whether there is anything new: more members than were known. Of two states the graver numbers stay."""
    known = case.evidence.filter(kind=signal.kind).first()
    before = known.detail if known else {}
    members = sorted({*before.get("members", ()), *signal.members})
    if len(members) == len(before.get("members", ())):
        return False
    numbers = signal.detail if signal.severity >= before.get("severity", 0) else before
    detail = {
        **numbers,
        "severity": max(signal.severity, before.get("severity", 0)),
        "from": before.get("from", since.isoformat()),
        "until": until.isoformat(),
        "members": members[:MOST_MEMBERS],
    }
    if known is None:
        Evidence.objects.create(case=case, kind=signal.kind, detail=detail)
    else:
        Evidence.objects.filter(pk=known.pk).update(detail=detail)
    return True


def held_title(pk: int) -> Title:
    """The title, from which no merge moves votes while this transaction runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [merge_lock(pk)])
    return Title.objects.get(pk=pk)


def held_members(pks: Collection[int]) -> list[Member]:
    """These members, in the order of their ids; nobody of them votes, and nobody is suspended, until this is done."""
    return list(Member.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk"))
