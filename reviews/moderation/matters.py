"""What a case is about, and what follows from that: whose it is, and what can be decided as it stands.

What a decision then does to it is `reviews.services.moderating.HeldText` and `reviews.services.setting_aside.HeldVotes`.
"""

from dataclasses import dataclass
from typing import Protocol

from accounts.models import Member
from reviews.models import Case, CaseKind, CaseState, ReviewState, Verdict


class Matter(Protocol):
    def is_of(self, member: Member) -> bool:
        """Whether it is the member's own, so that they have no say in it."""
        ...

    def possible_verdicts(self) -> list[Verdict]:
        """What can be decided; empty when nothing is left to decide."""
        ...


@dataclass(frozen=True)
class TextMatter:
    """A text that was reported, pasted, or taken down."""

    case: Case

    def is_of(self, member: Member) -> bool:
        return self.case.text.author_id == member.pk

    def possible_verdicts(self) -> list[Verdict]:
        """A removal can be undone in the case that made it, unless its author has appealed: then somebody else answers.

        Asks for the case's decisions, once.
        """
        case, removed = self.case, self.case.text.state == ReviewState.REMOVED
        if case.state == CaseState.OPEN and case.kind == CaseKind.APPEAL:
            return [Verdict.UPHOLD, Verdict.RESTORE] if removed else []
        if case.state == CaseState.OPEN:
            return [Verdict.KEEP, Verdict.REMOVE] if case.text.is_published else []
        decisions = list(case.decisions.all())
        if (
            case.state == CaseState.DECIDED
            and removed
            and decisions
            and decisions[-1].verdict == Verdict.REMOVE
        ):
            return [Verdict.RESTORE]
        return []


@dataclass(frozen=True)
class VotesMatter:
    """Votes on a title that came in an unusual way."""

    case: Case

    def is_of(self, member: Member) -> bool:
        """Whether the member's own vote is among those in question. Asks for the case's evidence, once."""
        return any(member.pk in item.detail.get("members", ()) for item in self.case.evidence.all())

    def possible_verdicts(self) -> list[Verdict]:
        """What was set aside can be looked at again for as long as it is. Asks for what the case set aside, once."""
        if self.case.state == CaseState.OPEN:
            return [Verdict.KEEP, Verdict.EXCLUDE]
        return [Verdict.RESTORE] if self.case.set_aside.all() else []


def matter_of(case: Case) -> Matter:
    return VotesMatter(case) if case.kind == CaseKind.VOTES else TextMatter(case)
