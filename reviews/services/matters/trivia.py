"""Pieces of trivia: kept where they are and shown nowhere, until they come back with their translations."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Member
from films.models import Title, Trivia
from films.services.taking_away import bring_trivia_back, take_trivia_away
from reviews.models import Case, Decision, Matter
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.fact import HeldFact


class HeldTrivia(HeldFact):
    """A piece of trivia, and its title before it."""

    matter = Matter.TRIVIA

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        titles = Title.objects.filter(trivia__cases=case).order_by("pk")
        list(titles.select_for_update(of=("self",), no_key=True).values_list("pk"))
        trivia = (
            Trivia.objects.select_for_update(of=("self",), no_key=True)
            .select_related("title", "author")
            .filter(cases=case)
            .first()
        )
        if trivia is None:
            raise StaleCase("text")
        self.trivia = trivia

    def attach_to(self, case: Case) -> None:
        case.trivia = self.trivia

    @property
    def stands(self) -> bool:
        return not self.trivia.is_removed

    def take_away(self, decision: Decision) -> dict[str, Any]:
        return take_trivia_away(trivia=self.trivia, moderator=decision.moderator, reason=decision.reason)

    def put_back(self, taken: Mapping[str, Any], *, moderator: Member | None, reason: str) -> None:
        bring_trivia_back(trivia=self.trivia, taken=taken, moderator=moderator, reason=reason)

    def are_back(self, taken: Mapping[str, Any]) -> bool:
        return self.stands

    def log_numbers(self) -> dict[str, int | None]:
        return {"title_number": self.trivia.title_id}
