"""Names of members: one that says nothing is given instead, and the old one comes back while nobody else can have it."""

from collections.abc import Mapping
from typing import Any

from accounts.services.naming import give_name_back, take_name_away
from reviews.models import Decision, Matter, NotificationKind
from reviews.services.matters.of_member import HeldOfMember
from reviews.services.notifying import notify
from reviews.services.translating import forget_pages_with


class HeldName(HeldOfMember):
    """The name of a member, by which they sign in as well: they are told the new one."""

    matter = Matter.NAME

    def take_away(self, decision: Decision) -> dict[str, Any]:
        taken = self.keep_snapshot(decision)
        take_name_away(member=self.member)
        self._tell("name_taken", decision)
        return taken

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        if give_name_back(member=self.member, name=self.snapshot_in(taken).headline):
            self._tell("name_given_back", decision)

    def _tell(self, news: str, decision: Decision) -> None:
        forget_pages_with(self.member)
        notify(
            recipients=[self.member],
            kind=NotificationKind.ACCOUNT,
            key=f"{news}:{decision.pk}:{self.member.username}",
            detail={"news": news, "name": self.member.username, "reason": decision.reason},
        )
