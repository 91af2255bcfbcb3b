"""What members bring in and take out, as far as staff may see it."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from reviews.models import (
    ImportRow,
    MemberExport,
    MemberImport,
)


@admin.register(MemberImport)
class MemberImportAdmin(ReadOnlyAdmin):
    """What members brought in, as far as it helps to find out what went wrong: no file, and none of its rows."""

    list_display = [
        *("id", "member", "source", "state", "total", "texts", "uploaded_at", "committed_at", "error"),
    ]
    list_filter = ["state", "source"]
    list_select_related = ["member"]
    search_fields = ["=id", "member__username__istartswith"]
    search_help_text = _("An id, or the beginning of a username")
    ordering = ["-id"]
    fields = [
        *("member", "source", "state", "done", "total", "conflicts", "error", "uploaded_at", "committed_at"),
        *("undone_at", "leased_until", "attempts"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MemberImport]:
        return super().get_queryset(request).defer("lists")

    @admin.display(description=_("texts"))
    def texts(self, row: MemberImport) -> str:
        """How many it brought, with a way to the member's texts by the order in which they came."""
        number = (
            row.counts.get("written", {}).get(ImportRow.Kind.REVIEW, {}).get(ImportRow.Outcome.CREATED, 0)
        )
        if not number:
            return ""
        url = f"{reverse('admin:reviews_review_changelist')}?author__id__exact={row.member_id}&o=-0"
        return format_html('<a href="{}">{}</a>', url, number)


@admin.register(MemberExport)
class MemberExportAdmin(ReadOnlyAdmin):
    """What members take out: how far it is and how large. Never the file."""

    list_display = ["id", "member", "state", "size", "ordered_at", "ready_at", "expires_at", "error"]
    list_filter = ["state"]
    list_select_related = ["member"]
    search_fields = ["=id", "member__username__istartswith"]
    search_help_text = _("An id, or the beginning of a username")
    ordering = ["-id"]
    fields = ["member", "state", "size", "error", "ordered_at", "ready_at", "expires_at", "leased_until"]
