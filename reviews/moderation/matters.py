"""What a case is about, and what follows from that: whose it is, and what can be decided as it stands.

Pure, over a case fetched with what it is about. What a decision then does is `reviews.services.matters`.
"""

from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.db.models import F, OuterRef, Q

from accounts.models import Member
from reviews.copydetect.mending import has_words_beside
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    Matter,
    Review,
    ReviewState,
    Verdict,
)
from reviews.moderation.querysets import ABOUT_COLUMNS
from reviews.moderation.targets import Target
from reviews.permissions import may_come_back

# Undecided: somebody has yet to look, or to look again.
UNDECIDED: Final = (CaseState.OPEN, CaseState.WAITING)
# Kinds of content that can be kept from readers while their author thinks of an answer.
_CAN_HIDE: Final = (Matter.REVIEW, Matter.LIST)
# Kinds of which something else may stand in the same place since, by the same hand or another.
_REPLACEABLE: Final = (Matter.PLOT, Matter.BIOGRAPHY, Matter.TRANSLATION, Matter.ABOUT, Matter.PICTURE)
_SECOND_LOOK: Final = [Verdict.UPHOLD, Verdict.RESTORE]


def said_about(case: Case | OuterRef) -> Q:
    """Which reports or notices are about the very thing that a case is about: also those that lie with the case that it
    became one with, and none of what else became one with it.
    """
    is_same_thing = Q()
    for column in dict.fromkeys(MATTER_COLUMNS.values()):
        is_same_thing |= Q(**{f"part__{column}": F(f"case__{column}")})
    return Q(part=case) | Q(case=case) & (Q(part=None) | is_same_thing)


def judged_with(case: Case) -> Q:
    """Which reports or notices a decision about a case answers as it stands: those about the very thing, and those about what
    became one with it and is not decided yet.
    """
    is_merged = CaseState.MERGED
    of_parts = Q(part__merged_into=case, part__state=is_merged)
    return said_about(case) | of_parts | Q(case__merged_into=case, case__state=is_merged)


def are_about_the_same(one: Case, other: Case) -> bool:
    """Whether two cases are about the very same thing."""
    return all(getattr(one, column) == getattr(other, column) for column in ABOUT_COLUMNS)


class MatterOfCase(Protocol):
    def is_of(self, member: Member) -> bool:
        """Whether it is the member's own, so that they have no say in it."""
        ...

    def possible_verdicts(self) -> list[Verdict]:
        """What can be decided; empty when nothing is left to decide."""
        ...


@dataclass(frozen=True)
class ContentMatter:
    """Something that a member made: a text, a list, a picture, a name."""

    case: Case

    @property
    def row(self) -> Any:
        """What it is about; None where that is gone."""
        return getattr(self.case, MATTER_COLUMNS[Matter(self.case.matter)])

    @property
    def stands(self) -> bool:
        """Whether readers can see it."""
        return self.row is not None and Target(Matter(self.case.matter), self.row).stands

    def is_of(self, member: Member) -> bool:
        own = {self.case.author_id, self.case.member_id}
        if isinstance(self.row, Review):
            own.add(self.row.author_id)
        return member.pk in own

    def possible_verdicts(self) -> list[Verdict]:
        """What was taken can be given back in the case that took it, unless its author has appealed: then somebody else
        answers. Asks for the case's decisions and evidence, once each.
        """
        case, last = self.case, last_decision(self.case)
        if self.row is None:
            return []
        if case.kind == CaseKind.APPEAL:
            # What its author took back meanwhile is not lost with it: a measure may hang on the answer.
            is_shown = CaseFlag.SHOWN in case.flags and not self._may_come_back()
            is_pending = is_shown or self._is_in_force(case.appeal.decision)
            return _SECOND_LOOK if case.state == CaseState.OPEN and is_pending else []
        if case.state in UNDECIDED:
            return self._first_look(last)
        is_taken = last is not None and last.verdict in (Verdict.TRIM, Verdict.QUOTE, Verdict.REMOVE)
        if case.state == CaseState.DECIDED and is_taken and self._is_in_force(last):
            return [Verdict.RESTORE]
        return []

    def _first_look(self, last: Decision | None) -> list[Verdict]:
        mending = self._mending()
        if self.stands:
            hiding = [Verdict.HIDE] if self.case.matter in _CAN_HIDE else []
            return [Verdict.KEEP, *mending, *hiding, Verdict.REMOVE]
        if last is not None and last.verdict == Verdict.HIDE and not self._is_gone():
            return [Verdict.KEEP, *mending, Verdict.REMOVE]
        if isinstance(self.row, Review):
            # Hidden by another case: nothing is shown again before that is decided.
            return [Verdict.REMOVE] if self.row.state == ReviewState.HIDDEN else []
        if self.case.matter == Matter.LIST:
            return [Verdict.REMOVE]
        # Nobody sees it any more: whoever made it took it back, or wrote something else.
        return [Verdict.KEEP]

    def _is_in_force(self, decision: Decision | None) -> bool:
        if decision is None or decision.verdict in (Verdict.REMOVE, Verdict.HIDE):
            return (self.case.matter in _REPLACEABLE or not self.stands) and not self._is_gone()
        return True

    def _is_gone(self) -> bool:
        """Whether its author took it back."""
        return isinstance(self.row, Review) and self.row.state == ReviewState.WITHDRAWN

    def _may_come_back(self) -> bool:
        """Whether its author took it back and may still change their mind."""
        return isinstance(self.row, Review) and may_come_back(self.row)

    def _mending(self) -> list[Verdict]:
        """What may be left of a text of which copied passages are known, as it stands: a first paragraph only beside enough
        words of its author's own.
        """
        case = self.case
        if not isinstance(self.row, Review) or case.snapshot is None:
            return []
        if case.snapshot.digest != self.row.source_hash:
            return []
        passages = [
            (item.start, item.end)
            for item in case.evidence.all()
            if item.kind == Evidence.Kind.OVERLAP and item.start is not None and item.end is not None
        ]
        if not passages:
            return []
        may_trim = has_words_beside(case.snapshot.text, passages)
        return [Verdict.TRIM, Verdict.QUOTE] if may_trim else [Verdict.QUOTE]


@dataclass(frozen=True)
class ConductMatter:
    """What a member did, whatever it was done with: there is nothing to remove."""

    case: Case

    def is_of(self, member: Member) -> bool:
        return member.pk in (self.case.author_id, self.case.member_id)

    def possible_verdicts(self) -> list[Verdict]:
        if self.case.state not in UNDECIDED:
            return []
        return _SECOND_LOOK if self.case.kind == CaseKind.APPEAL else [Verdict.KEEP]


@dataclass(frozen=True)
class VotesMatter:
    """Votes on a title that came in an unusual way."""

    case: Case

    def is_of(self, member: Member) -> bool:
        """Whether the member's own vote is among those in question. Asks for the case's evidence, once."""
        case = self.case.appeal.decision.case if self.case.kind == CaseKind.APPEAL else self.case
        return self.case.author_id == member.pk or any(
            member.pk in item.detail.get("members", ()) for item in case.evidence.all()
        )

    def possible_verdicts(self) -> list[Verdict]:
        """What was set aside can be looked at again for as long as it is. Asks for what the case set aside, once."""
        case = self.case
        if case.kind == CaseKind.APPEAL:
            return _SECOND_LOOK if case.state == CaseState.OPEN else []
        if case.state == CaseState.OPEN:
            return [Verdict.KEEP, Verdict.EXCLUDE]
        # Votes of many members: of some the appeal waits, of the others the case can be looked at again.
        return [Verdict.RESTORE] if case.set_aside.all() else []


def matter_of(case: Case) -> MatterOfCase:
    if case.matter == Matter.VOTES:
        return VotesMatter(case)
    return ConductMatter(case) if case.matter == Matter.CONDUCT else ContentMatter(case)


def last_decision(case: Case) -> Decision | None:
    """The newest decision of the case that was not taken back. Asks for the case's decisions, once."""
    standing = [decision for decision in case.decisions.all() if decision.undone_at is None]
    return standing[-1] if standing else None
