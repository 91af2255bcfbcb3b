"""Moderation in the admin: to look things up. Deciding happens on the moderators' own pages, with reason and log."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from reviews.models import Appeal, Case, Decision, Evidence, LogEntry, Statement


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    fields = ("kind", "words", "source_review", "source_title", "source_person", "detail")


class DecisionInline(ReadOnlyInline):
    model = Decision
    fields = ("verdict", "rule", "reason", "moderator", "decided_at")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "kind",
        "section",
        "state",
        "review",
        "title",
        "severity",
        "opened_at",
        "claimed_by",
    ]
    list_filter = ["state", "section", "kind"]
    list_select_related = ["review", "title", "claimed_by"]
    search_fields = ["=id", "=review__id", "=title__id", "review__author__username"]
    inlines = [EvidenceInline, DecisionInline]


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "case", "words", "source_review", "source_title", "source_person"]
    list_filter = ["kind"]
    list_select_related = ["case", "source_review", "source_title", "source_person"]
    search_fields = ["=id", "=case__id", "=source_review__id"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "verdict", "case", "moderator", "rule", "decided_at"]
    list_filter = ["verdict", "rule"]
    list_select_related = ["case", "moderator"]
    search_fields = ["=id", "=case__id", "moderator__username", "reason"]


@admin.register(Statement)
class StatementAdmin(ReadOnlyAdmin):
    list_display = ["id", "decision", "recipient", "sent_at", "read_at", "mailed_at"]
    list_select_related = ["decision", "recipient"]
    search_fields = ["=id", "=decision__id", "recipient__username"]


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    list_display = ["id", "decision", "author", "filed_at"]
    list_select_related = ["decision", "author"]
    search_fields = ["=id", "=decision__id", "author__username"]


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "verb", "section", "rule", "case_number", "review_number"]
    list_filter = ["verb", "section"]
    search_fields = ["=id", "=case_number", "=review_number", "reason"]
