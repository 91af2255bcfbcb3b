"""Lists of any length, and how things are found in them."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from accounts.admin import ReadOnly
from films.models import ExternalId
from filmsite.lib.estimates import EstimatingPaginator
from filmsite.lib.inputs import number_in


class QuickList(admin.ModelAdmin):
    """A list that never counts or sorts a whole table: columns are sorted by only where an index has their order."""

    show_full_result_count = False
    paginator = EstimatingPaginator
    list_per_page = 50
    list_max_show_all = 0
    sortable_by = ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list; its "select all" says a number only where that is known."""
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            count = response.context_data["cl"].paginator.shown_count
            response.context_data["selection_note_all"] = _("All %(count)s selected") % {"count": count}
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Keys (`=…id`) are compared as the numbers that they are, which an index finds; the others are contained."""
        fields = [str(field) for field in self.get_search_fields(request)]
        keys = [field.removeprefix("=") for field in fields if field.startswith("=") and field.endswith("id")]
        if not keys or not search_term.strip():
            return super().get_search_results(request, queryset, search_term)
        found = Q(pk__in=[])
        if (number := own_id(search_term)) is not None:
            found |= Q.create([(key, number) for key in keys], connector=Q.OR)
        for field in fields:
            if field.removeprefix("=") not in keys:
                found |= Q((f"{field}__icontains", search_term.strip()))
        return queryset.filter(found), False


class Derived(ReadOnly, QuickList):
    """Rows that are made from others, or kept for the record: to be looked at, never edited by hand."""


def external_ids(term: str) -> list[str]:
    """The ways in which somebody may write an id: tt0118849, 0118849, 118849, or the address of a page."""
    word = term.strip().rstrip("/").rsplit("/", 1)[-1]
    digits = word.removeprefix("tt").removeprefix("nm")
    if not digits.isascii() or not digits.isdecimal():
        return [word]
    return [word, digits, digits.lstrip("0"), *(f"{prefix}{digits.zfill(7)}" for prefix in ("tt", "nm"))]


def ids_of_items(term: str, owner: str) -> set[int]:
    """The keys of the titles or people (`owner`) that have this id, ours or another catalogue's. One query."""
    rows = ExternalId.objects.filter(value__in=external_ids(term), **{f"{owner}__isnull": False})
    own = own_id(term)
    return {*rows.values_list(f"{owner}_id", flat=True), *([] if own is None else [own])}


def own_id(term: str) -> int | None:
    """A primary key, where the term is one."""
    return number_in(term.strip())
