"""Taking a case, so that nobody else works on it: for ten minutes, renewed while its page is open, given back or run out."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseState
from reviews.moderation.permissions import Action, allows

CLAIM_LASTS: Final = timedelta(minutes=10)
# Of so many that are gravest the first is looked for that the moderator may decide.
_LOOKED_THROUGH: Final = 50


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
    theirs = Q(assigned_to=None) | Q(assigned_to=moderator)
    waiting = Case.objects.in_sections(sections).filter(free, theirs, state=CaseState.OPEN)
    if after is not None:
        waiting = waiting.exclude(pk=after.pk)
    for case in waiting.for_claiming(moderator)[:_LOOKED_THROUGH]:
        if allows(moderator, Action.CLAIM, case) and claim_case(case=case, moderator=moderator):
            return case
    return None
