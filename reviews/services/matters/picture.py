"""Pictures of members: taken off with their files, of which a snapshot keeps copies, and shown again by the same name."""

from collections.abc import Mapping
from typing import Any

from accounts.services.pictures import erase_picture
from reviews.models import Decision, Matter
from reviews.services.case_pictures import show_picture_again
from reviews.services.matters.of_member import HeldOfMember
from reviews.services.translating import forget_pages_with


class HeldPicture(HeldOfMember):
    """The picture of a member."""

    matter = Matter.PICTURE

    def take_away(self, decision: Decision) -> dict[str, Any]:
        taken = {**self.keep_snapshot(decision), "picture": self.member.avatar}
        erase_picture(member=self.member)
        forget_pages_with(self.member)
        return taken

    def bring_back(self, taken: Mapping[str, Any], decision: Decision) -> None:
        if self.member.avatar:
            return
        copy = self.snapshot_in(taken).picture
        show_picture_again(member=self.member, name=taken["picture"], copy=copy)
        forget_pages_with(self.member)
