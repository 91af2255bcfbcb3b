"""What authors were asked about pasted words, in numbers, what waits to be compared, and whether anything is found."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from reviews.models import CanaryAlarm, CanaryTrial, DelayedScreening, PasteNoticeDay


@admin.register(PasteNoticeDay)
class PasteNoticeDayAdmin(ReadOnlyAdmin):
    list_display = ["day", "section", "kind", "shown", "changed", "declared", "posted"]
    list_filter = ["section", "kind"]
    date_hierarchy = "day"
    ordering = ["-day", "section", "kind"]


@admin.register(DelayedScreening)
class DelayedScreeningAdmin(ReadOnlyAdmin):
    list_display = ["review", "matter", "number", "attempts", "due_at"]
    list_select_related = ["review"]
    # The most tries first: from `delayed_looks.MOST_ATTEMPTS` on nobody tries of itself.
    ordering = ["-attempts", "due_at"]


@admin.register(CanaryTrial)
class CanaryTrialAdmin(ReadOnlyAdmin):
    list_display = ["at", "while_writing", "when_stored"]
    list_filter = ["while_writing", "when_stored"]
    ordering = ["-pk"]


@admin.register(CanaryAlarm)
class CanaryAlarmAdmin(ReadOnlyAdmin):
    list_display = ["since", "misses", "over_at"]
    ordering = ["-pk"]
