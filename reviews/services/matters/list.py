"""Lists: only their owner sees one that was removed, or hidden until they answer. Name, description and notes go as one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from accounts.models import Member
from reviews.models import Case, CaseFlag, Decision, Matter, TitleList, Verdict
from reviews.moderation.refusals import StaleCase
from reviews.services.making_lists import keep_from_readers
from reviews.services.matters.base import taken_by_others
from reviews.services.matters.content import HeldContent


class HeldList(HeldContent):
    """A list with its owner."""

    matter = Matter.LIST

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        found = (
            TitleList.objects.select_for_update(of=("self",), no_key=True)
            .select_related("owner")
            .filter(cases=case)
            .first()
        )
        if found is None:
            raise StaleCase("text")
        self.list = found

    def attach_to(self, case: Case) -> None:
        case.list = self.list

    @property
    def stands(self) -> bool:
        return not self.list.is_removed

    def take_away(self, decision: Decision) -> dict[str, Any]:
        keep_from_readers(of=self.list, is_removed=True)
        return {}

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        keep_from_readers(of=self.list, is_removed=False)

    def carry_out(self, decision: Decision) -> None:
        """What is hidden for an answer can be removed, or be shown again unless another case took it, as well as what stands."""
        before = self.list.is_removed
        match decision.verdict:
            case Verdict.HIDE | Verdict.REMOVE:
                keep_from_readers(of=self.list, is_removed=True)
            case Verdict.KEEP | Verdict.RESTORE:
                self.show(decision.case)
            case Verdict.UPHOLD if CaseFlag.SHOWN in decision.case.flags:
                # It was shown for as long as nobody answered.
                keep_from_readers(of=self.list, is_removed=True)
        decision.undo = {"hidden": before}

    def show(self, case: Case) -> bool:
        """Show it again, unless another case took it. Whether it can be read now."""
        is_taken = self.list.is_removed and bool(taken_by_others(case))
        keep_from_readers(of=self.list, is_removed=is_taken)
        return not is_taken

    def undo(self, decision: Decision) -> None:
        keep_from_readers(of=self.list, is_removed=decision.undo["hidden"])

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Who heard that their list is hidden hears as well that it is shown again."""
        was_fine = decision.verdict == Verdict.KEEP and not decision.undo["hidden"]
        return [] if was_fine else [self.list.owner]
