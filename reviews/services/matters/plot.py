"""Plots: taken out of the catalogue and put back by its editing, with history."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Member
from films.models import Title
from films.services.taking_away import bring_words_back, is_as_before, take_words_away
from reviews.models import Case, Decision, Matter
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.fact import HeldFact


class HeldPlot(HeldFact):
    """The plot of a title."""

    matter = Matter.PLOT

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        title = Title.objects.select_for_update(of=("self",), no_key=True).filter(cases=case).first()
        if title is None:
            raise StaleCase("text")
        self.title = title

    def attach_to(self, case: Case) -> None:
        case.title = self.title

    @property
    def stands(self) -> bool:
        return bool(self.title.plot)

    def take_away(self, decision: Decision) -> dict[str, Any]:
        return take_words_away(
            item=self.title, key="plot", moderator=decision.moderator, reason=decision.reason
        )

    def put_back(self, taken: Mapping[str, Any], *, moderator: Member | None, reason: str) -> None:
        bring_words_back(item=self.title, taken=taken, moderator=moderator, reason=reason)

    def are_back(self, taken: Mapping[str, Any]) -> bool:
        return is_as_before(item=self.title, taken=taken)

    def log_numbers(self) -> dict[str, int | None]:
        return {"title_number": self.title.pk}
