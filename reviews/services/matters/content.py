"""What all content has in common that either stands or is taken away, and comes back as it was."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

from accounts.models import Member
from reviews.models import Case, Decision, Matter, Verdict
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.base import overturned_by


class HeldContent(ABC):
    """Content of one kind, held. A kind says how it is held, what taking it away is, and how it comes back."""

    matter: ClassVar[Matter]

    @abstractmethod
    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        """Hold it. Raises StaleCase("text") where nothing is left of it."""

    @property
    @abstractmethod
    def stands(self) -> bool:
        """Whether readers can see it."""

    @abstractmethod
    def take_away(self, decision: Decision) -> dict[str, Any]:
        """Let nobody see it any more; gives what `bring_back` needs."""

    @abstractmethod
    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        """Let it be as it was before `take_away`. What its author made in its place since stays theirs."""

    @property
    def verbs(self) -> Mapping[Verdict, str]:
        return {
            Verdict.KEEP: "reviews.case.kept",
            Verdict.HIDE: f"reviews.{self.matter}.hidden",
            Verdict.REMOVE: f"reviews.{self.matter}.removed",
            Verdict.RESTORE: f"reviews.{self.matter}.restored",
            Verdict.UPHOLD: "reviews.appeal.upheld",
        }

    def carry_out(self, decision: Decision) -> None:
        """Raises StaleCase("text") where there is nothing left to take away."""
        match decision.verdict:
            case Verdict.REMOVE:
                if not self.stands:
                    raise StaleCase("text")
                decision.undo = self.take_away(decision)
            case Verdict.RESTORE:
                self.bring_back(overturned_by(decision).undo, decision)

    def undo(self, decision: Decision) -> None:
        if decision.verdict == Verdict.REMOVE:
            self.bring_back(decision.undo, decision)
        elif decision.verdict == Verdict.RESTORE and self.stands:
            # Taken away anew: whoever restores it later takes this back.
            first = overturned_by(decision)
            first.undo = {**first.undo, **self.take_away(decision)}
            first.save(update_fields=["undo"])

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Of what was fine all along its author hears nothing."""
        author = decision.case.author
        return [] if author is None or decision.verdict == Verdict.KEEP else [author]

    def log_numbers(self) -> dict[str, int | None]:
        return {}
