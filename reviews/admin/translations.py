"""Translations for staff, of every kind of text: looked at here, ordered again, and never rewritten by hand.

Better words are suggested and decided beside the text itself, where both languages stand.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from filmsite.lib.inputs import number_in
from reviews import authors
from reviews.admin.base import Choices, FoundByPeopleAndTitles
from reviews.admin.texts import LanguageFilter
from reviews.backlog import KIND_NAMES
from reviews.engine_wording import reason_in_words
from reviews.models import (
    TEXT_KINDS,
    BadTranslation,
    Correction,
    EngineState,
    OfText,
    Priority,
    Segment,
    Translation,
)
from reviews.services.translating import requeue
from reviews.sources import source_behind, with_sources


class TargetFilter(LanguageFilter):
    title = _("into")
    parameter_name = "target"


class SourceFilter(LanguageFilter):
    title = _("from")
    parameter_name = "source_language"


class EngineFilter(Choices):
    title = _("engine")
    parameter_name = "engine"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        engines = EngineState.objects.order_by("engine").values_list("engine", flat=True).distinct()
        return [(engine, engine) for engine in engines]


class KindFilter(admin.SimpleListFilter):
    title = _("kind of text")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, Any]]:
        return [(kind, KIND_NAMES[kind]) for kind in TEXT_KINDS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        kind = self.value()
        return queryset.filter(**{f"{kind}__isnull": False}) if kind in TEXT_KINDS else queryset


class OfTextAdmin(FoundByPeopleAndTitles):
    """Rows that belong to texts of every kind, found by the author or the title of any of them."""

    ordering = ["-id"]
    list_per_page = 50
    AUTHORS: tuple[str, ...] = authors.AUTHORS
    TITLES = ("review__title", "title", "trivia__title", "viewing__title", "entry__title")
    PEOPLE = ("review__person", "person")

    def found(self, term: str) -> Q:
        members, titles, people = self.keys_like(term)
        found = Q(pk=number_in(term)) if number_in(term) is not None else Q(pk__in=[])
        for paths, keys in ((self.AUTHORS, members), (self.TITLES, titles), (self.PEOPLE, people)):
            for path in paths:
                found |= Q(**{f"{path}__in": keys})
        return found

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_sources(super().get_queryset(request))

    @admin.display(description=_("text"))
    def of(self, row: OfText) -> str:
        """What sort of text, about what and by whom; its number where nothing else tells it from others."""
        source = source_behind(row)
        author = source.author.username if source and source.author else ""
        known = [str(part) for part in (source and source.subject, author) if part]
        return f"{KIND_NAMES[row.kind]}: {' · '.join(known) or getattr(row, f'{row.kind}_id')}"

    @admin.display(description=_("languages"), ordering="target")
    def pair(self, row: Translation | Correction) -> str:
        return f"{row.source_language} → {row.target}"


class BadReportInline(ReadOnlyInline):
    model = BadTranslation
    fields = ["member", "reason", "note", "engine", "made_at", "settled_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BadTranslation]:
        return super().get_queryset(request).select_related("member")


@admin.register(Translation)
class TranslationAdmin(OfTextAdmin):
    list_display = ["id", "of", "pair", "how", "priority", "ordered", "doubted"]
    list_filter = [
        *("status", KindFilter, "priority", ("doubted_at", admin.EmptyFieldListFilter)),
        *(TargetFilter, SourceFilter, EngineFilter),
    ]
    exclude = ["html", "sentences"]
    inlines = [BadReportInline]
    actions = ["order_again"]

    @admin.display(description=_("status"), ordering="status")
    def how(self, row: Translation) -> str:
        return ": ".join(filter(None, (row.get_status_display(), reason_in_words(row.reason))))

    @admin.display(description=_("ordered"), ordering="queued_at")
    def ordered(self, row: Translation) -> str:
        return date_format(localtime(row.queued_at), "SHORT_DATETIME_FORMAT") if row.queued_at else "–"

    @admin.display(description=_("doubted"), ordering="doubted_at")
    def doubted(self, row: Translation) -> str:
        return date_format(localtime(row.doubted_at), "SHORT_DATE_FORMAT") if row.doubted_at else "–"

    @admin.action(description=_("Translate the selected again"))
    def order_again(self, request: HttpRequest, queryset: QuerySet[Translation]) -> None:
        number = requeue(translations=queryset, priority=Priority.BACKFILL)
        self.message_user(
            request,
            ngettext("%(n)d translation is ordered.", "%(n)d translations are ordered.", number)
            % {"n": number},
            messages.SUCCESS,
        )


@admin.register(Correction)
class CorrectionAdmin(OfTextAdmin):
    AUTHORS = (*authors.AUTHORS, "by")
    list_display = ["id", "of", "pair", "text", "state", "by", "decided_by", "made_at"]
    list_filter = ["state", KindFilter, TargetFilter, SourceFilter]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Correction]:
        return super().get_queryset(request).select_related("by", "decided_by")


@admin.register(BadTranslation)
class BadTranslationAdmin(ReadOnlyAdmin):
    list_display = ["id", "translation", "reason", "engine", "member", "made_at", "settled_at"]
    list_filter = ["reason", ("settled_at", admin.EmptyFieldListFilter)]
    list_select_related = ["translation", "member"]
    search_fields = ["=id", "=translation__id", "member__username__istartswith"]
    search_help_text = _("An id, or the beginning of a username")
    ordering = ["-id"]
    list_per_page = 50


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin):
    list_display = ["text", "hits", "last_used"]
    list_per_page = 50
    # Without an order Django would sort the whole memory by key for each page.
    ordering = ["pk"]
