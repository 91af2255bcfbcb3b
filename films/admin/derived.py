"""What is computed from the catalogue and the votes."""

from django.contrib import admin

from films.admin.lists import Derived
from films.models import (
    PersonTotals,
    RankedList,
    RankedTitle,
    SearchName,
    SimilarTitle,
    SiteCounter,
    SourceRecord,
    TitleListing,
    TitleTotals,
)


@admin.register(TitleTotals)
class TitleTotalsAdmin(Derived):
    list_display = ["title", "vote_count", "mean", "message_count", "last_message_at"]
    list_select_related = ["title"]
    ordering = ["-title_id"]
    search_fields = ["=title__id"]


@admin.register(PersonTotals)
class PersonTotalsAdmin(Derived):
    list_display = ["person", "message_count", "last_message_at"]
    list_select_related = ["person"]
    ordering = ["-person_id"]
    search_fields = ["=person__id"]


@admin.register(TitleListing)
class TitleListingAdmin(Derived):
    list_display = ["title", "kind", "year", "vote_count", "mean", "weighted"]
    list_filter = ["kind"]
    list_select_related = ["title"]
    ordering = ["-title_id"]
    search_fields = ["=title__id"]


@admin.register(SearchName)
class SearchNameAdmin(Derived):
    list_display = ["norm", "title", "person", "popularity"]
    list_select_related = ["title", "person"]
    ordering = ["-id"]
    search_fields = ["norm__startswith"]


@admin.register(SimilarTitle)
class SimilarTitleAdmin(Derived):
    list_display = ["title", "position", "other", "shared"]
    list_select_related = ["title", "other"]
    ordering = ["-id"]
    search_fields = ["=title__id"]


@admin.register(RankedList)
class RankedListAdmin(Derived):
    list_display = ["key", "day", "m", "c"]
    ordering = ["-id"]
    search_fields = ["=key"]


@admin.register(RankedTitle)
class RankedTitleAdmin(Derived):
    list_display = ["ranked_list", "rank", "title", "vote_count", "mean", "weighted"]
    list_select_related = ["ranked_list", "title"]
    ordering = ["-id"]
    search_fields = ["=title__id"]


@admin.register(SiteCounter)
class SiteCounterAdmin(Derived):
    list_display = ["name", "slot", "value"]
    list_filter = ["name"]


@admin.register(SourceRecord)
class SourceRecordAdmin(Derived):
    list_display = ["title", "source", "fetched_at"]
    list_select_related = ["title"]
    ordering = ["-id"]
    search_fields = ["=title__id"]
