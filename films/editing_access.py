"""Fetching what is corrected, proposed or undone for somebody, or 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import Member
from accounts.permissions import Viewer
from films.editing import Item
from films.models import Change, Person, Proposal, Title
from films.permissions import can_edit, can_see_proposal, is_own_proposal


def get_item(kind: type[Item], pk: int) -> Item:
    """The title or person that has facts of its own, or 404: a duplicate has none that anybody sees."""
    if kind is Title:
        return get_object_or_404(Title.objects.select_related("parent"), pk=pk, merged_into=None)
    return get_object_or_404(Person, pk=pk)


def get_editable_item_for(viewer: Viewer, kind: type[Item], pk: int) -> Item:
    """The item for one of its section's moderators; for anybody else the page does not exist."""
    item = get_item(kind, pk)
    if not can_edit(viewer, item):
        raise Http404
    return item


def get_proposal_for(moderator: Member, pk: int) -> Proposal:
    """The proposal with what its page shows, or 404 outside the moderator's sections."""
    proposal = get_object_or_404(Proposal.objects.for_row(), pk=pk)
    if not can_see_proposal(moderator, proposal):
        raise Http404
    return proposal


def get_own_proposal_for(member: Member, pk: int) -> Proposal:
    """The member's own proposal whatever its state, or 404."""
    proposal = get_object_or_404(Proposal, pk=pk)
    if not is_own_proposal(member, proposal):
        raise Http404
    return proposal


def get_revertible_change_for(viewer: Viewer, pk: int) -> tuple[Change, Item]:
    """A line of history and what it is about, for those who may undo it, or 404."""
    change = get_object_or_404(Change.objects.select_related("title", "person", "actor"), pk=pk)
    item = change.title or change.person
    if item is None or not can_edit(viewer, item):
        raise Http404
    return change, item
