"""Texts and their translations for staff. Members' words are looked at here, never changed.

A text is removed on the moderators' pages, with a reason and a line in the log; what staff do here is to order
translations again and to open an engine that has been closed.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from filmsite.lib.languages import language_name
from reviews.admin.base import Choices, FoundByPeopleAndTitles
from reviews.models import (
    Draft,
    EngineState,
    MemberMention,
    Mention,
    Review,
    Revision,
    Segment,
    Translation,
)
from reviews.services.translating import requeue, reset_engines


class LanguageFilter(Choices):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The languages that engines know, which is more than anybody writes in, and the unknown."""
        known = {*settings.FILMSITE_TRANSLATION_TARGETS, *_languages_of_engines()}
        return [*((code, language_name(code)) for code in sorted(known)), ("und", gettext("unknown"))]


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


def _languages_of_engines() -> set[str]:
    pairs = EngineState.objects.values_list("source", "target")
    return {code for pair in pairs for code in pair}


class RevisionInline(ReadOnlyInline):
    model = Revision
    show_change_link = True
    fields = ["number", "language", "created_at", "body"]


class TranslationInline(ReadOnlyInline):
    model = Translation
    show_change_link = True
    fields = ["source_language", "target", "status", "reason", "attempts", "next_attempt_at", "engine"]


@admin.register(Review)
class ReviewAdmin(FoundByPeopleAndTitles):
    list_display = [
        "id",
        "subject",
        "author",
        "state",
        "is_opinion",
        "language",
        "revision_number",
        "created_at",
    ]
    list_filter = ["state", "is_opinion", "is_spoiler", LanguageFilter]
    list_select_related = ["title", "person", "author"]
    ordering = ["-created_at", "-id"]
    exclude = ["html"]
    inlines = [RevisionInline, TranslationInline]


@admin.register(Revision)
class RevisionAdmin(FoundByPeopleAndTitles):
    member_path, title_path, person_path = "review__author", "review__title", "review__person"
    list_display = ["id", "review", "number", "language", "created_at"]
    list_select_related = ["review"]
    ordering = ["-id"]


@admin.register(Draft)
class DraftAdmin(FoundByPeopleAndTitles):
    """Whose drafts there are, not what they say: an unsent text is nobody else's to read."""

    member_path = "member"
    list_display = ["id", "member", "title", "person", "parent", "review", "saved_at"]
    list_select_related = ["member", "title", "person", "parent", "review"]
    ordering = ["-id"]
    exclude = ["fields"]


@admin.register(Translation)
class TranslationAdmin(FoundByPeopleAndTitles):
    member_path, title_path, person_path = "review__author", "review__title", "review__person"
    list_display = [
        "id",
        "review",
        "source_language",
        "target",
        "status",
        "reason",
        "attempts",
        "next_attempt_at",
    ]
    list_filter = ["status", TargetFilter, SourceFilter, EngineFilter]
    list_select_related = ["review"]
    ordering = ["-id"]
    exclude = ["html"]
    actions = ["order_again"]

    @admin.action(description=_("Translate the selected again"))
    def order_again(self, request: HttpRequest, queryset: QuerySet[Translation]) -> None:
        number = requeue(translations=queryset)
        self.message_user(
            request,
            ngettext("%(n)d translation is ordered.", "%(n)d translations are ordered.", number)
            % {"n": number},
            messages.SUCCESS,
        )


@admin.register(Segment)
class SegmentAdmin(ReadOnlyAdmin):
    list_display = ["text", "hits", "last_used"]
    list_per_page = 50
    # Without an order Django would sort the whole memory by key for each page.
    ordering = ["pk"]


@admin.register(EngineState)
class EngineStateAdmin(ReadOnlyAdmin):
    list_display = ["engine", "source", "target", "placeholder", "failures", "closed_until", "last_error"]
    list_filter = ["engine"]
    actions = ["open_again"]

    @admin.action(description=_("Open the selected engines and forget their failures"))
    def open_again(self, request: HttpRequest, queryset: QuerySet[EngineState]) -> None:
        number = reset_engines(states=queryset)
        self.message_user(
            request,
            ngettext("%(n)d engine is open again.", "%(n)d engines are open again.", number) % {"n": number},
            messages.SUCCESS,
        )


@admin.register(Mention)
class MentionAdmin(FoundByPeopleAndTitles):
    member_path = "review__author"
    list_display = ["id", "review", "title"]
    list_select_related = ["review", "title"]
    ordering = ["-id"]


@admin.register(MemberMention)
class MemberMentionAdmin(FoundByPeopleAndTitles):
    """Members whom a text names. Found by them, or by what the text is about."""

    member_path, title_path, person_path = "member", "review__title", "review__person"
    list_display = ["id", "review", "member"]
    list_select_related = ["review", "member"]
    ordering = ["-id"]
