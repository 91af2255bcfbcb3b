"""Fetching a list or a line of a diary for somebody, or 404: nobody learns that there is one they may not see."""

from django.shortcuts import get_object_or_404

from accounts.models import Member
from accounts.permissions import Viewer
from reviews.models import ListEntry, TitleList, Viewing


def get_list_for(viewer: Viewer, pk: int) -> TitleList:
    """A list that the viewer may see, with its owner as a card shows them."""
    return get_object_or_404(TitleList.objects.visible_to(viewer).select_related("owner__totals"), pk=pk)


def get_own_list(member: Member, pk: int) -> TitleList:
    """A list of the member's own."""
    return get_object_or_404(TitleList.objects.select_related("owner"), pk=pk, owner=member)


def get_own_entry(member: Member, list_pk: int, pk: int) -> ListEntry:
    """An entry of a list of the member's own, with its list and title."""
    entries = ListEntry.objects.select_related("list__owner", "title")
    return get_object_or_404(entries, pk=pk, list=list_pk, list__owner=member)


def get_own_viewing(member: Member, pk: int) -> Viewing:
    """A line of the member's own diary, with its title."""
    return get_object_or_404(Viewing.objects.select_related("title", "member"), pk=pk, member=member)
