"""The lists of words and names that titles are described with."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from films.admin.lists import QuickList
from films.models import Award, Company, Country, Genre, Language


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


@admin.register(Company)
class CompanyAdmin(QuickList):
    list_display = ["name", "country"]
    list_select_related = ["country"]
    # The order of the unique key's index.
    ordering = ["name", "country"]
    search_fields = ["name__istartswith"]
    search_help_text = _("The beginning of a name")
    autocomplete_fields = ["country"]


@admin.register(Award)
class AwardAdmin(QuickList):
    list_display = ["name"]
    ordering = ["name"]
    search_fields = ["name"]
