"""Rows of titles and people, for the few cases in which one is looked for by itself.

They are changed on the form of their title or person, where the change enters the history.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from films.admin.lists import Derived
from films.models import (
    AlternativeTitle,
    Credit,
    ExternalId,
    ExternalScore,
    FilmingLocation,
    Image,
    Link,
    Nomination,
    PersonName,
    Relation,
    Release,
    TitleCompany,
    Trivia,
    Video,
)
from films.search import person_ids_like, title_ids_like


class RowAdmin(Derived):
    """A list of rows that is searched by the name of the title or person that they belong to."""

    ordering = ["-id"]
    list_display_links = None
    # Which of the two a row has, the first of them to be searched by name.
    owners: tuple[str, ...] = ("title",)
    search_fields = ["title__name"]
    search_help_text = _("The name of a title")

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        related = super().get_list_select_related(request)
        return [*self.owners, *(related if isinstance(related, list) else ())]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        find = person_ids_like if self.owners[0] == "person" else title_ids_like
        return queryset.filter(**{f"{self.owners[0]}__in": find(search_term)}), False

    @admin.display(description=_("of"))
    def owner(self, row: Any) -> str:
        """The title or person, with the way to its form."""
        item: Model | None = next(found for name in self.owners if (found := getattr(row, name)))
        assert item is not None  # noqa: S101  (each row has one, by a constraint)
        address = reverse(f"admin:films_{item._meta.model_name}_change", args=[item.pk])
        return format_html('<a href="{}">{}</a>', address, item)


@admin.register(ExternalId)
class ExternalIdAdmin(RowAdmin):
    list_display = ["source", "value", "owner"]
    list_filter = ["source"]
    owners = ("title", "person")
    search_help_text = _("The whole id")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ExternalId], search_term: str
    ) -> tuple[QuerySet[ExternalId], bool]:
        term = search_term.strip()
        return (queryset.filter(value=term) if term else queryset), False


@admin.register(AlternativeTitle)
class AlternativeTitleAdmin(RowAdmin):
    list_display = ["name", "language", "region", "kind", "owner"]
    list_filter = ["kind"]


@admin.register(PersonName)
class PersonNameAdmin(RowAdmin):
    list_display = ["name", "language", "owner"]
    owners = ("person",)
    search_help_text = _("A person's name")


@admin.register(Credit)
class CreditAdmin(RowAdmin):
    list_display = ["person", "role", "character", "credited_as", "owner"]
    list_filter = ["role"]
    list_select_related = ["person"]
    owners = ("title",)
    search_help_text = _("A person's name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Credit], search_term: str
    ) -> tuple[QuerySet[Credit], bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(person__in=person_ids_like(search_term)), False


@admin.register(Release)
class ReleaseAdmin(RowAdmin):
    list_display = ["date", "kind", "country", "certificate", "owner"]
    list_filter = ["kind"]
    list_select_related = ["country"]


@admin.register(Relation)
class RelationAdmin(RowAdmin):
    list_display = ["owner", "kind", "other"]
    list_filter = ["kind"]
    list_select_related = ["other"]


@admin.register(TitleCompany)
class TitleCompanyAdmin(RowAdmin):
    list_display = ["company", "part", "country", "owner"]
    list_filter = ["part"]
    list_select_related = ["company", "country"]


@admin.register(FilmingLocation)
class FilmingLocationAdmin(RowAdmin):
    list_display = ["place", "country", "note", "owner"]
    list_select_related = ["country"]


@admin.register(Nomination)
class NominationAdmin(RowAdmin):
    list_display = ["award", "year", "category", "won", "owner"]
    list_filter = ["won"]
    list_select_related = ["award"]


@admin.register(Trivia)
class TriviaAdmin(RowAdmin):
    list_display = ["__str__", "language", "is_spoiler", "is_removed", "owner"]
    list_filter = ["is_removed"]
    readonly_fields = ["is_removed"]


@admin.register(Link)
class LinkAdmin(RowAdmin):
    list_display = ["kind", "__str__", "owner"]
    list_filter = ["kind"]
    owners = ("title", "person")


@admin.register(Video)
class VideoAdmin(RowAdmin):
    list_display = ["name", "kind", "provider", "key", "owner"]
    list_filter = ["provider", "kind"]


@admin.register(Image)
class ImageAdmin(RowAdmin):
    list_display = ["__str__", "kind", "licence", "source", "owner"]
    list_filter = ["kind"]
    owners = ("title", "person")


@admin.register(ExternalScore)
class ExternalScoreAdmin(RowAdmin):
    list_display = ["source", "score", "votes", "as_of", "owner"]
    list_filter = ["source"]
