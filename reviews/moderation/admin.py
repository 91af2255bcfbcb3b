"""Moderation in the admin: to look things up. Deciding happens on the moderators' own pages, with reason and log."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from reviews.models import Appeal, Case, CaseEvent, Decision, Evidence, LogEntry, Report, Snapshot, Statement


class EvidenceInline(ReadOnlyInline):
    model = Evidence
    fk_name = "case"
    fields = ("kind", "words", "share", "source_label", "source", "source_review", "rule", "detail")


class ReportInline(ReadOnlyInline):
    model = Report
    fk_name = "case"
    fields = ("reporter", "text", "source_url", "weight", "outcome", "made_at")


class DecisionInline(ReadOnlyInline):
    model = Decision
    fields = ("verdict", "rule", "reason", "moderator", "decided_at", "undone_at")


class CaseEventInline(ReadOnlyInline):
    model = CaseEvent
    fields = ("at", "kind", "actor", "text", "detail")


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "kind",
        "matter",
        "section",
        "state",
        "author",
        "severity",
        "opened_at",
        "claimed_by",
        "assigned_to",
    ]
    list_filter = ["state", "section", "kind", "matter"]
    list_select_related = ["author", "claimed_by", "assigned_to"]
    search_fields = ["=id", "=review__id", "=title__id", "author__username"]
    inlines = [ReportInline, EvidenceInline, DecisionInline, CaseEventInline]


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ["id", "kind", "case", "words", "share", "source", "source_label"]
    list_filter = ["kind"]
    list_select_related = ["case", "source"]
    search_fields = ["=id", "=case__id", "=source_review__id", "=rule__id"]


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ["id", "case", "reporter", "weight", "outcome", "made_at"]
    list_filter = ["outcome"]
    list_select_related = ["case", "reporter"]
    search_fields = ["=id", "=case__id", "reporter__username"]


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    list_display = ["id", "headline", "language", "revision", "taken_at"]
    list_select_related = ["revision"]
    search_fields = ["=id", "=digest", "=cases__id"]


@admin.register(CaseEvent)
class CaseEventAdmin(ReadOnlyAdmin):
    list_display = ["id", "case", "kind", "actor", "at"]
    list_filter = ["kind"]
    list_select_related = ["case", "actor"]
    search_fields = ["=id", "=case__id", "actor__username"]


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["id", "verdict", "case", "moderator", "section", "rule", "decided_at", "undone_at"]
    list_filter = ["verdict", "section", "rule"]
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
    list_display = ["at", "verb", "section", "kind", "rule", "case_number", "review_number"]
    list_filter = ["verb", "section", "kind"]
    search_fields = ["=id", "=case_number", "=review_number", "reason"]
