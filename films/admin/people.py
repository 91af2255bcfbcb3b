from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from films.admin.inlines import (
    PersonIdInline,
    PersonImageInline,
    PersonLinkInline,
    PersonLockInline,
    PersonNameInline,
)
from films.admin.lists import ids_of_items
from films.admin.recording import RecordedAdmin
from films.models import Person
from films.search import person_ids_like
from reviews.models import Review


@admin.register(Person)
class PersonAdmin(RecordedAdmin):
    list_display = ["name", "born", "died", "country"]
    list_select_related = ["country"]
    ordering = ["-id"]
    search_fields = ["name"]
    search_help_text = gettext_lazy("A name, or an id: ours, IMDb (nm…), TMDB, Wikidata")
    autocomplete_fields = ["country"]
    readonly_fields = ["slug", "created_at"]
    inlines = [PersonNameInline, PersonIdInline, PersonLinkInline, PersonImageInline, PersonLockInline]
    fieldsets = [
        (None, {"fields": [("name", "sort_name"), "slug"]}),
        (
            gettext_lazy("Life"),
            {"fields": [("born", "birthplace"), ("died", "deathplace"), "country"]},
        ),
        (
            gettext_lazy("Biography"),
            {"fields": ["biography", ("biography_language", "biography_source")]},
        ),
        (gettext_lazy("History"), {"fields": ["created_at"]}),
    ]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        if not search_term.strip():
            return queryset, False
        found = {*person_ids_like(search_term), *ids_of_items(search_term, "person")}
        return queryset.filter(pk__in=found), False

    def why_not_delete(self, obj: Model) -> str:
        if Review.objects.filter(person=obj.pk).exists():
            return _("This person has messages of members, which are never deleted with them.")
        return ""
