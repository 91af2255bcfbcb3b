"""Yes or no about a member and the catalogue. Pure predicates but for the second factor (`accounts.permissions`)."""

from accounts.models import Member
from accounts.permissions import Viewer, can_post, is_moderator
from films.editing import Item
from films.models import Proposal


def can_propose(viewer: Viewer) -> bool:
    """Whoever may write here may also propose what is right."""
    return can_post(viewer)


def can_edit(viewer: Viewer, item: Item) -> bool:
    """Whether the viewer changes, locks and reverts facts of this item themselves: its section's moderators."""
    return is_moderator(viewer, item.section)


def can_see_proposal(viewer: Viewer, proposal: Proposal) -> bool:
    return is_moderator(viewer, proposal.section)


def can_decide_proposal(viewer: Viewer, proposal: Proposal) -> bool:
    """In one's section, while it waits, and never one's own."""
    waits = proposal.state == Proposal.State.WAITING
    return waits and can_see_proposal(viewer, proposal) and not is_own_proposal(viewer, proposal)


def is_own_proposal(viewer: Viewer, proposal: Proposal) -> bool:
    return isinstance(viewer, Member) and viewer.pk == proposal.author_id
