"""Notices and measures in the admin: to look things up, and nothing else."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from reviews.models import Measure, Notice, NoticeItem


class NoticeItemInline(ReadOnlyInline):
    model = NoticeItem
    fields = ("url", "case", "news_at", "told_at")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    list_display = ["id", "name", "on_behalf_of", "received_at", "confirmed_at", "withdrawn_at", "erased_at"]
    list_filter = ["received_at"]
    search_fields = ["=id", "name", "on_behalf_of", "email", "items__url"]
    # Who has the token can confirm nothing, but take the notice back.
    exclude = ["token"]
    inlines = [NoticeItemInline]


@admin.register(NoticeItem)
class NoticeItemAdmin(ReadOnlyAdmin):
    list_display = ["id", "notice", "url", "case", "news_at", "told_at"]
    list_select_related = ["notice", "case"]
    search_fields = ["=notice__id", "=case__id", "url"]


@admin.register(Measure)
class MeasureAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "member", "rule", "starts_at", "ends_at", "lifted_at", "is_annulled"]
    list_filter = ["kind", "rule"]
    list_select_related = ["member"]
    search_fields = ["=id", "member__username", "=decision__case__id"]
