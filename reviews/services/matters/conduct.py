"""What a member does: nothing is removed or comes back, a measure may come with the decision."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from accounts.models import Member
from reviews.models import Case, Decision, Verdict
from reviews.moderation.refusals import StaleCase


class HeldConduct:
    """The member whom a case is about. What a decision does to them is the measure that comes with it."""

    verbs: Final[Mapping[Verdict, str]] = {
        Verdict.KEEP: "reviews.case.kept",
        Verdict.RESTORE: "reviews.appeal.granted",
        Verdict.UPHOLD: "reviews.appeal.upheld",
    }

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        member = Member.objects.filter(pk=case.member_id).first()
        if member is None:
            raise StaleCase("text")
        self.member = member

    def attach_to(self, case: Case) -> None:
        case.member = self.member

    def carry_out(self, decision: Decision) -> None:
        """Nothing but the measure."""

    def undo(self, decision: Decision) -> None:
        """Nothing but the measure."""

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Who did nothing wrong hears nothing; whoever is told of a measure is told by `deciding`."""
        return [self.member] if decision.verdict != Verdict.KEEP or decision.measures.exists() else []

    def log_numbers(self) -> dict[str, int | None]:
        return {}
