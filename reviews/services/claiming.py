"""Taking a case, so that nobody else works on it: for ten minutes, renewed while its page is open, given back or run out."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from typing import Final

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseState
from reviews.moderation.permissions import Action, allows
from reviews.moderation.querysets import attach_reporters
from reviews.moderation.targets import attach_rows

CLAIM_LASTS: Final = timedelta(minutes=10)
# Of so many that are gravest the first is looked for that the moderator may decide.
_LOOKED_THROUGH: Final = 50
_AT_A_TIME: Final = 5


def claim_case(*, case: Case, moderator: Member) -> bool:
    """Take the case for ten minutes, one statement, no lock held; False when somebody else has it or it is decided."""
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=now)
    return bool(
        Case.objects.filter(free, pk=case.pk, state__in=(CaseState.OPEN, CaseState.WAITING)).update(
            claimed_by=moderator, claimed_until=now + CLAIM_LASTS
        )
    )


def renew_claim(*, case: Case, moderator: Member) -> bool:
    """Ten minutes more for whoever has the case; False where they have it no longer."""
    now = timezone.now()
    return bool(
        Case.objects.filter(pk=case.pk, claimed_by=moderator, claimed_until__gt=now).update(
            claimed_until=now + CLAIM_LASTS
        )
    )


def release_claim(*, case: Case, moderator: Member) -> bool:
    """Give the case back before the time is over; False where somebody else has it."""
    return bool(
        Case.objects.filter(pk=case.pk, claimed_by=moderator).update(claimed_by=None, claimed_until=None)
    )


def claim_next(*, moderator: Member, sections: Collection[str], after: Case | None = None) -> Case | None:
    """Take the next case for this moderator: what was given to them, then the gravest, then the oldest; or None.

    `after` is the case that they just left, which is not given again. Leaves out what others have or were given and what
    is the moderator's own. Two who ask at once get two cases.
    """
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lte=now)
    waiting = Case.objects.in_sections(sections).filter(free, state=CaseState.OPEN)
    if after is not None:
        waiting = waiting.exclude(pk=after.pk)
    # Apart, so that either is a stretch of the index `case_waiting`, however many wait.
    for assigned_to in (moderator, None):
        for case in _gravest(waiting.filter(assigned_to=assigned_to)):
            if allows(moderator, Action.CLAIM, case) and claim_case(case=case, moderator=moderator):
                return case
    return None


def _gravest(waiting: QuerySet[Case]) -> Iterator[Case]:
    """The first cases of the queue, some at a time: mostly the first of them will do."""
    order = waiting.order_by(F("severity") * -1, "opened_at", "pk").values_list("pk", flat=True)
    pks = list(order[:_LOOKED_THROUGH])
    for begin in range(0, len(pks), _AT_A_TIME):
        rows = Case.objects.for_deciding_about().in_bulk(pks[begin : begin + _AT_A_TIME])
        found = [rows[pk] for pk in pks[begin : begin + _AT_A_TIME] if pk in rows]
        yield from attach_reporters(attach_rows(found))
