"""Texts for staff. Members' words are looked at here, never changed.

A text is removed on the moderators' pages, with a reason and a line in the log.
"""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyInline
from filmsite.lib.languages import WRITING_LANGUAGES, language_name
from reviews.admin.base import Choices, FoundByPeopleAndTitles
from reviews.models import (
    Draft,
    MemberMention,
    Mention,
    Review,
    Revision,
    Translation,
)
from reviews.services.routing import router


class LanguageFilter(Choices):
    title = _("language")
    parameter_name = "language"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """Those that are known, and the unknown."""
        known = sorted(known_languages())
        return [*((code, language_name(code)) for code in known), ("und", gettext("unknown"))]


def known_languages() -> set[str]:
    """The codes that members write in, readers want and engines know."""
    of_engines = {code for pair in router().matrix() for code in pair}
    return {*WRITING_LANGUAGES, *settings.FILMSITE_TRANSLATION_TARGETS, *of_engines}


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
