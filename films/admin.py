"""The catalogue for staff: everything is found by any name or any id, and what is derived can only be looked at."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnly
from films.models import (
    AlternativeTitle,
    Country,
    Credit,
    ExternalId,
    Genre,
    Language,
    Person,
    Relation,
    Release,
    SearchName,
    SiteCounter,
    Title,
    TitleGenre,
    TitleKind,
    TitleListing,
    TitleTotals,
)
from films.search import person_ids_like, title_ids_like
from films.services.catalogue import refresh_catalogue


def _external_ids(term: str) -> list[str]:
    """The ways in which somebody may write an id: tt0118849, 0118849, 118849, or the address of a page."""
    word = term.strip().rstrip("/").rsplit("/", 1)[-1]
    digits = word.removeprefix("tt").removeprefix("nm")
    if not digits.isascii() or not digits.isdecimal():
        return [word]
    return [word, digits, digits.lstrip("0"), *(f"{prefix}{digits.zfill(7)}" for prefix in ("tt", "nm"))]


def _own_id(term: str) -> int | None:
    """A primary key, where the term is one."""
    term = term.strip()
    return int(term) if term.isascii() and term.isdecimal() and len(term) < 19 else None


class QuickList(admin.ModelAdmin):
    """A list that never counts the whole table."""

    show_full_result_count = False
    list_per_page = 50


class Derived(ReadOnly, QuickList):
    """Rows that are derived from others: kept by triggers and tasks."""


# --- Titles ---------------------------------------------------------------------------------------------


class GenreInline(admin.TabularInline):
    model = TitleGenre
    extra = 0
    autocomplete_fields = ["genre"]


class AlternativeTitleInline(admin.TabularInline):
    model = AlternativeTitle
    extra = 0


class CreditInline(admin.TabularInline):
    model = Credit
    extra = 0
    autocomplete_fields = ["person"]
    ordering = ["role", "position", "id"]


class ReleaseInline(admin.TabularInline):
    model = Release
    extra = 0
    autocomplete_fields = ["country"]


class TitleIdInline(admin.TabularInline):
    model = ExternalId
    fk_name = "title"
    fields = ["source", "value"]
    extra = 0


class RelationInline(admin.TabularInline):
    model = Relation
    fk_name = "title"
    extra = 0
    autocomplete_fields = ["other"]


@admin.register(Title)
class TitleAdmin(QuickList):
    list_display = ["display_name", "kind", "year", "votes", "mean", "updated_at"]
    list_filter = ["kind", "genres"]
    list_select_related = ["totals"]
    ordering = ["-id"]
    search_fields = ["name"]
    search_help_text = _("Any name, a year after it, or an id: ours, IMDb (tt…), TMDB, Wikidata, MovieLens")
    autocomplete_fields = ["parent", "countries", "languages"]
    readonly_fields = ["slug", "created_at", "updated_at"]
    inlines = [
        GenreInline,
        AlternativeTitleInline,
        CreditInline,
        ReleaseInline,
        RelationInline,
        TitleIdInline,
    ]
    fieldsets = [
        (None, {"fields": ["kind", ("name", "sort_name"), ("original_name", "original_language"), "slug"]}),
        (_("Season"), {"fields": [("parent", "season_number", "episodes")]}),
        (_("Facts"), {"fields": [("year", "end_year", "released_on", "minutes"), "countries", "languages"]}),
        (_("Plot"), {"fields": ["tagline", "plot", ("plot_language", "plot_source")]}),
        (_("Money"), {"fields": [("budget", "budget_currency"), ("gross", "gross_currency")]}),
        (_("History"), {"fields": [("created_at", "updated_at")]}),
    ]

    @admin.display(description=_("votes"), ordering="totals__vote_count")
    def votes(self, title: Title) -> int:
        return title.totals.vote_count

    @admin.display(description=_("mean"))
    def mean(self, title: Title) -> str:
        return "–" if title.totals.mean is None else f"{title.totals.mean:.2f}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Title], search_term: str
    ) -> tuple[QuerySet[Title], bool]:
        """By name through the search table, by any id through its index; seasons are found by their show."""
        if not search_term.strip():
            return queryset, False
        named = set(title_ids_like(search_term))
        with_id = ExternalId.objects.filter(value__in=_external_ids(search_term)).values("title")
        found = Q(pk__in=named) | Q(parent__in=named) | Q(pk__in=with_id)
        if (own := _own_id(search_term)) is not None:
            found |= Q(pk=own)
        return queryset.filter(found), False

    def save_model(self, request: HttpRequest, obj: Title, form: BaseModelForm, change: bool) -> None:
        if obj.kind == TitleKind.SEASON and obj.parent:
            obj.name, obj.sort_name = obj.parent.name, obj.parent.sort_name
        super().save_model(request, obj, form, change)

    def save_related(
        self, request: HttpRequest, form: BaseModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        refresh_catalogue(title_ids=[form.instance.pk])


# --- People ---------------------------------------------------------------------------------------------


class PersonIdInline(admin.TabularInline):
    model = ExternalId
    fk_name = "person"
    fields = ["source", "value"]
    extra = 0


@admin.register(Person)
class PersonAdmin(QuickList):
    list_display = ["name", "born", "died", "country"]
    list_select_related = ["country"]
    ordering = ["-id"]
    search_fields = ["name"]
    search_help_text = _("A name, or an id: ours, IMDb (nm…), TMDB, Wikidata")
    autocomplete_fields = ["country"]
    readonly_fields = ["slug", "created_at"]
    inlines = [PersonIdInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        if not search_term.strip():
            return queryset, False
        with_id = ExternalId.objects.filter(value__in=_external_ids(search_term)).values("person")
        found = Q(pk__in=person_ids_like(search_term)) | Q(pk__in=with_id)
        if (own := _own_id(search_term)) is not None:
            found |= Q(pk=own)
        return queryset.filter(found), False

    def save_related(
        self, request: HttpRequest, form: BaseModelForm, formsets: list[Any], change: bool
    ) -> None:
        super().save_related(request, form, formsets, change)
        refresh_catalogue(person_ids=[form.instance.pk])


# --- Lists of words -------------------------------------------------------------------------------------


@admin.register(Genre)
class GenreAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "titles"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Genre]:
        return super().get_queryset(request).annotate(title_count=Count("titlegenre"))

    @admin.display(description=_("titles"), ordering="title_count")
    def titles(self, genre: Genre) -> int:
        return genre.title_count  # type: ignore[attr-defined]  # annotated just above


@admin.register(Country)
class CountryAdmin(admin.ModelAdmin):
    list_display = ["code", "__str__"]
    search_fields = ["code"]


@admin.register(Language)
class LanguageAdmin(admin.ModelAdmin):
    list_display = ["code", "__str__"]
    search_fields = ["code"]


# --- Rows of titles, for the few cases in which one is looked for by itself -------------------------------


@admin.register(ExternalId)
class ExternalIdAdmin(QuickList):
    list_display = ["source", "value", "title", "person"]
    list_filter = ["source"]
    list_select_related = ["title", "person"]
    ordering = ["-id"]
    search_fields = ["=value"]
    search_help_text = _("The whole id")
    autocomplete_fields = ["title", "person"]


@admin.register(AlternativeTitle)
class AlternativeTitleAdmin(QuickList):
    list_display = ["name", "language", "region", "kind", "title"]
    list_filter = ["kind"]
    list_select_related = ["title"]
    ordering = ["-id"]
    search_fields = ["name"]
    autocomplete_fields = ["title"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AlternativeTitle], search_term: str
    ) -> tuple[QuerySet[AlternativeTitle], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(title__in=title_ids_like(search_term)), False

    def save_model(
        self, request: HttpRequest, obj: AlternativeTitle, form: BaseModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        refresh_catalogue(title_ids=[obj.title_id])


@admin.register(Credit)
class CreditAdmin(QuickList):
    list_display = ["person", "role", "character", "title"]
    list_filter = ["role"]
    list_select_related = ["person", "title"]
    ordering = ["-id"]
    search_fields = ["person__name"]
    search_help_text = _("A person's name")
    autocomplete_fields = ["person", "title"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Credit], search_term: str
    ) -> tuple[QuerySet[Credit], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(person__in=person_ids_like(search_term)), False


@admin.register(Release)
class ReleaseAdmin(QuickList):
    list_display = ["date", "kind", "country", "title"]
    list_filter = ["kind"]
    list_select_related = ["title", "country"]
    ordering = ["-id"]
    autocomplete_fields = ["title", "country"]


@admin.register(Relation)
class RelationAdmin(QuickList):
    list_display = ["title", "kind", "other"]
    list_filter = ["kind"]
    list_select_related = ["title", "other"]
    ordering = ["-id"]
    autocomplete_fields = ["title", "other"]


# --- Derived --------------------------------------------------------------------------------------------


@admin.register(TitleTotals)
class TitleTotalsAdmin(Derived):
    list_display = ["title", "vote_count", "mean", "message_count", "last_message_at"]
    list_select_related = ["title"]
    ordering = ["-title_id"]
    search_fields = ["=title__id"]


@admin.register(TitleListing)
class TitleListingAdmin(Derived):
    list_display = ["title", "kind", "year", "vote_count", "mean", "weighted"]
    list_filter = ["kind"]
    list_select_related = ["title"]
    ordering = ["-title_id"]
    search_fields = ["=title__id"]


@admin.register(SearchName)
class SearchNameAdmin(Derived):
    list_display = ["norm", "title", "person", "popularity"]
    list_select_related = ["title", "person"]
    ordering = ["-id"]
    search_fields = ["^norm"]


@admin.register(SiteCounter)
class SiteCounterAdmin(Derived):
    list_display = ["name", "slot", "value"]
    list_filter = ["name"]
