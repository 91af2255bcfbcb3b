"""Texts, translations and votes for staff. Members' words are looked at here, never changed.

A text is removed on the moderators' pages, with a reason and a line in the log; what staff do here is to order
translations again and to open an engine that has been closed.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin, ReadOnlyInline
from accounts.models import Member
from films.search import person_ids_like, title_ids_like
from filmsite.lib.languages import language_name
from reviews.models import (
    Draft,
    EngineState,
    ListEntry,
    MemberImport,
    Mention,
    MovedReview,
    MovedVote,
    PastVote,
    Review,
    Revision,
    Segment,
    TitleList,
    Translation,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.models.vote import HIGHEST, LOWEST
from reviews.moderation import admin as moderation_admin  # noqa: F401  (registers the models of moderation)
from reviews.services.translating import requeue, reset_engines

# More members or titles than this share a beginning: the term says too little to be worth a long look.
_MOST_FOUND = 200


class FoundByPeopleAndTitles(ReadOnlyAdmin):
    """Lists of millions, found through the indexes of members and titles and never by reading the list.

    `member_path`, `title_path` and `person_path` lead from a row to its member's, its title's and its person's key.
    """

    member_path = "author"
    title_path = "title"
    # Votes are on titles only.
    person_path: str | None = "person"
    search_fields = ["=id"]
    search_help_text = _("An id, the beginning of a username, or the name of a title or a person")
    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        members = Member.objects.filter(username__istartswith=term).values_list("pk", flat=True)[:_MOST_FOUND]
        found = Q(**{f"{self.member_path}__in": list(members)}) | Q(
            **{f"{self.title_path}__in": title_ids_like(term)[:_MOST_FOUND]}
        )
        if self.person_path:
            found |= Q(**{f"{self.person_path}__in": person_ids_like(term)[:_MOST_FOUND]})
        if term.isascii() and term.isdecimal() and len(term) < 19:
            found |= Q(pk=int(term))
        return queryset.filter(found), False


class _Choices(admin.SimpleListFilter):
    """A filter whose choices are known: Django's own would read a table of millions to learn them.

    The column is the parameter's name.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset.filter(**{str(self.parameter_name): value}) if value else queryset


class StarsFilter(_Choices):
    title = _("stars")
    parameter_name = "value"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [(str(value), number_format(value / 2)) for value in range(LOWEST, HIGHEST + 1)]


class LanguageFilter(_Choices):
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


class EngineFilter(_Choices):
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


@admin.register(Vote)
class VoteAdmin(FoundByPeopleAndTitles):
    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "value", "counted", "changed_at"]
    list_filter = ["counted", StarsFilter]
    list_select_related = ["member", "title"]
    ordering = ["-id"]


@admin.register(PastVote)
class PastVoteAdmin(FoundByPeopleAndTitles):
    """Votes that were changed or taken back. Triggers write them; nobody else does."""

    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "value", "given_at", "ended_at", "withdrawn"]
    list_filter = ["withdrawn"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]


@admin.register(Viewing)
class ViewingAdmin(FoundByPeopleAndTitles):
    """Lines of diaries, without what their members noted: for whom a diary is, they say themselves."""

    member_path, person_path = "member", None
    list_display = ["id", "member", "title", "seen_on", "is_rewatch", "logged_at"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]
    exclude = ["place", "tags", "note"]


@admin.register(TitleList)
class TitleListAdmin(FoundByPeopleAndTitles):
    """What lists are called and for whom they are. What stands in one is found among the places, by its owner."""

    member_path, title_path, person_path = "owner", "entries__title", None
    list_display = ["id", "name", "owner", "kind", "audience", "changed_at"]
    list_filter = ["kind", "audience"]
    list_select_related = ["owner"]
    ordering = ["-id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A list may hold several titles of that name, and is found once."""
        return super().get_search_results(request, queryset, search_term)[0], True


@admin.register(ListEntry)
class ListEntryAdmin(FoundByPeopleAndTitles):
    member_path, person_path = "list__owner", None
    list_display = ["id", "list", "position", "title", "added_at"]
    list_select_related = ["list", "title"]
    ordering = ["-id"]


@admin.register(WatchlistEntry)
class WatchlistEntryAdmin(FoundByPeopleAndTitles):
    member_path = "member"
    list_display = ["id", "member", "title", "added_at"]
    list_select_related = ["member", "title"]
    ordering = ["-id"]


@admin.register(Mention)
class MentionAdmin(FoundByPeopleAndTitles):
    member_path = "review__author"
    list_display = ["id", "review", "title"]
    list_select_related = ["review", "title"]
    ordering = ["-id"]


@admin.register(MovedVote)
class MovedVoteAdmin(FoundByPeopleAndTitles):
    """What merges did to votes. A merge is undone on its own page, never here."""

    member_path = "member"
    list_display = ["id", "merge", "member", "title", "value", "gave_way", "changed_at"]
    list_filter = ["gave_way"]
    list_select_related = ["merge", "member", "title"]
    ordering = ["-id"]


@admin.register(MovedReview)
class MovedReviewAdmin(FoundByPeopleAndTitles):
    member_path, title_path = "review__author", "review__title"
    list_display = ["id", "merge", "review"]
    list_select_related = ["merge", "review"]
    ordering = ["-id"]


@admin.register(MemberImport)
class MemberImportAdmin(ReadOnlyAdmin):
    """What members brought in, as far as it helps to find out what went wrong: no file, and none of its rows."""

    list_display = ["id", "member", "source", "state", "total", "uploaded_at", "committed_at", "error"]
    list_filter = ["state", "source"]
    list_select_related = ["member"]
    search_fields = ["=id", "member__username__istartswith"]
    search_help_text = _("An id, or the beginning of a username")
    ordering = ["-id"]
    fields = [
        *("member", "source", "state", "done", "total", "conflicts", "error", "uploaded_at", "committed_at"),
        *("undone_at", "leased_until"),
    ]
