"""What members keep: diaries, lists, watchlists."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from reviews.admin.base import FoundByPeopleAndTitles
from reviews.models import (
    ListEntry,
    TitleList,
    Viewing,
    WatchlistEntry,
)


@admin.register(Viewing)
class ViewingAdmin(FoundByPeopleAndTitles):
    """Lines of diaries, without what their members noted: for whom a diary is, they say themselves."""

    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "seen_on", "is_rewatch", "logged_at"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]
    exclude = ["place", "tags", "note"]


@admin.register(TitleList)
class TitleListAdmin(FoundByPeopleAndTitles):
    """What lists are called and for whom they are. What stands in one is found among the places, by its owner."""

    member_path, title_path, person_path = "owner", "entries__title", None
    list_display = ["id", "name", "owner", "kind", "audience", "is_removed", "changed_at"]
    list_filter = ["kind", "audience", "is_removed"]
    list_select_related = ["owner"]
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A list may hold several titles of that name, and is found once."""
        return super().get_search_results(request, queryset, search_term)[0], True


@admin.register(ListEntry)
class ListEntryAdmin(FoundByPeopleAndTitles):
    member_path, person_path = "list__owner", None
    list_display = ["id", "list", "position", "title", "added_at"]
    list_select_related = ["list", "title"]
    ordering = ["-id"]


@admin.register(WatchlistEntry)
class WatchlistEntryAdmin(FoundByPeopleAndTitles):
    member_path = "member"
    list_display = ["id", "member", "title", "added_at"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]
