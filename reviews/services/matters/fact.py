"""What plots, biographies and trivia have in common: words of the catalogue, in the place of which others may write something."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from accounts.models import Member
from reviews.models import Case, CaseFlag, Decision, Verdict
from reviews.services.matters.base import taken_by_others
from reviews.services.matters.content import HeldContent


class HeldFact(HeldContent):
    """Words of the catalogue, held. They come back by themselves where nobody answered an appeal in time and nothing stands
    in their place; whatever is decided then about them concerns no words but these.
    """

    @abstractmethod
    def put_back(self, taken: Mapping[str, Any], *, moderator: Member | None, reason: str) -> None:
        """Let the words stand where they stood before `take_away`."""

    @abstractmethod
    def are_back(self, taken: Mapping[str, Any]) -> bool:
        """Whether the very words that `take_away` took stand again."""

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        self.put_back(taken, moderator=decision.moderator, reason=decision.reason)

    def show(self, case: Case) -> bool:
        """Show again what the decision that an appeal is against took away, unless another case took it too or something else
        stands there. Whether it can be read now.
        """
        if self.stands or taken_by_others(case):
            return False
        self.put_back(case.appeal.decision.undo, moderator=None, reason="")
        return True

    def carry_out(self, decision: Decision) -> None:
        """Of what was shown while nobody answered an appeal the same words go again, and what others wrote since stays."""
        if CaseFlag.SHOWN not in decision.case.flags:
            super().carry_out(decision)
        elif decision.verdict == Verdict.UPHOLD and self.are_back(decision.case.appeal.decision.undo):
            decision.undo = self.take_away(decision)
        elif decision.verdict == Verdict.RESTORE and self.stands:
            decision.undo = {"stood": True}
        else:
            super().carry_out(decision)

    def undo(self, decision: Decision) -> None:
        if decision.verdict == Verdict.UPHOLD and "change" in decision.undo:
            self.bring_back(decision.undo, decision)
        elif "stood" not in decision.undo:
            super().undo(decision)
