"""What members say of themselves: blanked, and put back."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Member
from accounts.signals import about_changed
from reviews.models import Decision, Matter
from reviews.services.matters.of_member import HeldOfMember


class HeldAbout(HeldOfMember):
    """What a member says of themselves."""

    matter = Matter.ABOUT

    def take_away(self, decision: Decision) -> dict[str, Any]:
        taken = self.keep_snapshot(decision)
        self._say("")
        return taken

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        if not self.member.about:
            self._say(self.snapshot_in(taken).text)

    def _say(self, words: str) -> None:
        self.member.about = words
        self.member.save(update_fields=["about"])
        about_changed.send(Member, member=self.member)
