"""What a case about a member's own page holds: their row, of which something is taken away and kept in a snapshot."""

from collections.abc import Collection, Mapping
from typing import Any

from accounts.models import Member
from reviews.models import Case, Decision, Snapshot
from reviews.moderation.refusals import StaleCase
from reviews.moderation.targets import target_of
from reviews.services.matters.content import HeldContent
from reviews.services.opening import take_snapshot


class HeldOfMember(HeldContent):
    """A member's row, held."""

    def __init__(self, case: Case, members: Collection[int] = ()) -> None:
        member = Member.objects.select_for_update(of=("self",), no_key=True).filter(cases=case).first()
        if member is None or member.closed_at is not None:
            raise StaleCase("text")
        self.member = member

    def attach_to(self, case: Case) -> None:
        case.member = self.member

    @property
    def stands(self) -> bool:
        return target_of(self.matter, self.member).stands

    def keep_snapshot(self, decision: Decision) -> dict[str, Any]:
        """Keep what is taken away now: the member may have changed it since the case was opened."""
        snapshot = take_snapshot(target_of(self.matter, self.member))
        case = decision.case
        if case.snapshot_id != snapshot.pk:
            case.snapshot = snapshot
            Case.objects.filter(pk=case.pk).update(snapshot=snapshot)
        return {"snapshot": snapshot.pk}

    def snapshot_in(self, taken: Mapping[str, Any]) -> Snapshot:
        """What was kept. Raises StaleCase("text") where it was blanked since, for nobody could appeal any more."""
        snapshot = Snapshot.objects.filter(pk=taken["snapshot"]).first()
        if snapshot is None or not (snapshot.text or snapshot.headline or snapshot.picture):
            raise StaleCase("text")
        return snapshot
