"""Biographies: taken out of the catalogue and put back by its editing, with history."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Member
from films.models import Person
from films.services.taking_away import bring_words_back, is_as_before, take_words_away
from reviews.models import Case, Decision, Matter
from reviews.moderation.refusals import StaleCase
from reviews.services.matters.fact import HeldFact


class HeldBiography(HeldFact):
    """The biography of a person."""

    matter = Matter.BIOGRAPHY

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        person = Person.objects.select_for_update(of=("self",), no_key=True).filter(cases=case).first()
        if person is None:
            raise StaleCase("text")
        self.person = person

    def attach_to(self, case: Case) -> None:
        case.person = self.person

    @property
    def stands(self) -> bool:
        return bool(self.person.biography)

    def take_away(self, decision: Decision) -> dict[str, Any]:
        return take_words_away(
            item=self.person, key="biography", moderator=decision.moderator, reason=decision.reason
        )

    def put_back(self, taken: Mapping[str, Any], *, moderator: Member | None, reason: str) -> None:
        bring_words_back(item=self.person, taken=taken, moderator=moderator, reason=reason)

    def are_back(self, taken: Mapping[str, Any]) -> bool:
        return is_as_before(item=self.person, taken=taken)

    def log_numbers(self) -> dict[str, int | None]:
        return {"person_number": self.person.pk}
