"""The lists of words and names that titles are described with."""

from collections import Counter

from django.contrib import admin
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from films.admin.lists import QuickList
from films.facets import counts_of
from films.filters import TitleFilter
from films.models import Award, Company, Country, Genre, Language, TitleKind


@admin.register(Genre)
class GenreAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "titles"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Genre]:
        """With the numbers that readers see, which are at hand: counting would read the genres of every title."""
        counts: Counter[str] = Counter()
        for kind in (TitleKind.FILM, TitleKind.SHOW):
            counts.update((counts_of(TitleFilter.unfiltered(kind)) or {}).get("genre", {}))
        known = [When(slug=slug, then=Value(number)) for slug, number in counts.items()]
        number = Case(*known, default=Value(0), output_field=IntegerField())
        return super().get_queryset(request).annotate(title_count=number)

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
