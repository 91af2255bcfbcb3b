"""Taking a case and deciding it: every act has an actor, one target, a reason and a time.

`decide_case` is the only way a text is removed, votes are set aside, or either comes back by somebody else's hand. What a
verdict does to what the case is about lives with that: `moderating.HeldText`, `setting_aside.HeldVotes`.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final, Protocol

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, CaseKind, CaseState, Decision, LogEntry, Verdict
from reviews.moderation.permissions import can_decide, possible_verdicts
from reviews.services.moderating import HeldText, NotAllowed, StaleCase
from reviews.services.setting_aside import HeldVotes

CLAIM_LASTS: Final = timedelta(minutes=10)


class Held(Protocol):
    """What a case is about, held by the transaction that decides it."""

    @property
    def verbs(self) -> Mapping[Verdict, str]:
        """The public log's name of each verdict."""
        ...

    def attach_to(self, case: Case) -> None:
        """Let the case show what is held, as it is now."""
        ...

    def carry_out(self, decision: Decision) -> None:
        """Do what was decided, move the case on, and tell those whom it concerns."""
        ...

    def log_numbers(self) -> dict[str, int | None]:
        """The columns of a log line that say what it is about."""
        ...


def claim_case(*, case: Case, moderator: Member) -> bool:
    """Take the case for ten minutes, one statement, no lock held; False when somebody else has it."""
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lt=now)
    return bool(
        Case.objects.filter(free, pk=case.pk, state=CaseState.OPEN).update(
            claimed_by=moderator, claimed_until=now + CLAIM_LASTS
        )
    )


@transaction.atomic
def decide_case(
    *,
    case: Case,
    moderator: Member,
    verdict: str,
    reason: str,
    rule: str = "",
    members: Collection[int] = (),
    version: int | None = None,
) -> Decision:
    """Decide, carry it out, tell whom it concerns and log it. Raises StaleCase or NotAllowed and then changes nothing.

    `version` is the case's version as the moderator saw it. A decided removal can be decided once more, with
    RESTORE; an appeal takes UPHOLD or RESTORE from somebody who did not make the decision in question. In a case about
    votes `members` says whose are set aside or restored.
    """
    held: Held = HeldVotes(case, members) if case.kind == CaseKind.VOTES else HeldText(case)
    case = Case.objects.select_for_update().get(pk=case.pk)
    held.attach_to(case)
    if version is not None and version != case.version:
        raise StaleCase("version")
    if not can_decide(moderator, case):
        raise NotAllowed("rights")
    if verdict not in possible_verdicts(case):
        raise StaleCase("state")
    if case.state == CaseState.OPEN and case.is_claimed_by_other(moderator):
        raise StaleCase("claimed")
    decision = Decision.objects.create(
        case=case, moderator=moderator, verdict=verdict, rule=rule, reason=reason
    )
    held.carry_out(decision)
    LogEntry.objects.create(
        verb=held.verbs[Verdict(verdict)],
        section=case.section,
        rule=rule,
        reason=reason,
        case_number=case.pk,
        moderator_number=moderator.pk,
        **held.log_numbers(),
    )
    return decision
