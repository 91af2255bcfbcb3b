"""Votes: set aside or counted again. A vote that is set aside stays its member's own and counts nowhere."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from accounts.models import Member
from reviews.models import Case, CaseKind, Decision, SetAsideVote, Verdict
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.services.matters.base import overturned_by
from reviews.services.setting_aside import held_members, held_title
from reviews.subjects import forget_pages_about


class HeldVotes:
    """The votes that a case is about, of these members: they are set aside or count again.

    Whether they count follows by trigger, and the totals with it. Locks are taken as a voter takes them: the one shared
    with merges, members by id, votes, totals.
    """

    verbs: Final[Mapping[Verdict, str]] = {
        Verdict.KEEP: "reviews.votes.kept",
        Verdict.EXCLUDE: "reviews.votes.set_aside",
        Verdict.RESTORE: "reviews.votes.restored",
        Verdict.UPHOLD: "reviews.appeal.upheld",
    }

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        self.title = held_title(case.subject.pk)
        self.chosen = set(members)
        # Whose votes the decision in hand has moved.
        self.moved: list[Member] = []

    def attach_to(self, case: Case) -> None:
        """Raises StaleCase when the title became one with another meanwhile, and the case went there."""
        if case.title_id != self.title.pk:
            raise StaleCase("version")
        case.title = self.title

    def carry_out(self, decision: Decision) -> None:
        """Raises NotAllowed when none of the members has a vote in question."""
        if decision.verdict == Verdict.EXCLUDE:
            self._set_aside(decision)
        elif decision.verdict == Verdict.RESTORE:
            self._restore(decision)
        decision.undo = {"members": [member.pk for member in self.moved]}
        forget_pages_about(self.title)

    def undo(self, decision: Decision) -> None:
        moved = decision.undo["members"]
        if decision.verdict == Verdict.EXCLUDE:
            members = held_members(moved)
            SetAsideVote.objects.filter(case=decision.case, member__in=members).delete()
        elif decision.verdict == Verdict.RESTORE:
            self._put_aside(_case_of(decision), moved)
        forget_pages_about(self.title)

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Whose votes were moved, and whose appeal was answered."""
        return [decision.case.appeal.author] if decision.verdict == Verdict.UPHOLD else self.moved

    def log_numbers(self) -> dict[str, int | None]:
        return {"title_number": self.title.pk}

    def _set_aside(self, decision: Decision) -> None:
        case = decision.case
        in_question = {pk for item in case.evidence.all() for pk in item.detail.get("members", ())}
        self.moved = self._put_aside(case, self.chosen & in_question)
        if not self.moved:
            raise NotAllowed("nobody")

    def _put_aside(self, case: Case, chosen: Collection[int]) -> list[Member]:
        """What another case has set aside stays with that."""
        members = held_members(chosen)
        there = SetAsideVote.objects.filter(title=self.title, member__in=members)
        already = set(there.values_list("member_id", flat=True))
        concerned = [member for member in members if member.pk not in already]
        SetAsideVote.objects.bulk_create(
            SetAsideVote(case=case, title=self.title, member=member) for member in concerned
        )
        return concerned

    def _restore(self, decision: Decision) -> None:
        """Of an appeal the vote of whoever appealed."""
        chosen = {decision.case.appeal.author_id} if decision.case.kind == CaseKind.APPEAL else self.chosen
        rows = SetAsideVote.objects.filter(case=_case_of(decision), member__in=chosen)
        self.moved = held_members({row.member_id for row in rows})
        if not self.moved:
            raise NotAllowed("nobody")
        rows.delete()


def _case_of(decision: Decision) -> Case:
    """The case that set the votes aside which a RESTORE gives back."""
    return overturned_by(decision).case
