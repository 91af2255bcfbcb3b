"""What authors were asked about pasted words, in numbers."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from reviews.models import PasteNoticeDay


@admin.register(PasteNoticeDay)
class PasteNoticeDayAdmin(ReadOnlyAdmin):
    list_display = ["day", "section", "kind", "shown", "changed", "declared", "posted"]
    list_filter = ["section", "kind"]
    date_hierarchy = "day"
    ordering = ["-day", "section", "kind"]
