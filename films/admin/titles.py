from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from films.admin import bulk, exchange, merging
from films.admin.inlines import (
    AlternativeTitleInline,
    CompanyInline,
    CreditInline,
    GenreInline,
    LocationInline,
    NominationInline,
    RelationInline,
    ReleaseInline,
    ScoreInline,
    TitleIdInline,
    TitleImageInline,
    TitleLinkInline,
    TitleLockInline,
    TriviaInline,
    VideoInline,
)
from films.admin.lists import ids_of_items
from films.admin.recording import RecordedAdmin
from films.editing import Item
from films.models import Title, TitleKind
from films.search import title_ids_like
from reviews.models import Review, Vote


class StandingFilter(admin.SimpleListFilter):
    """Without being asked the list leaves out what has been merged."""

    title = gettext_lazy("merged")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", _("Merged into another")), ("all", _("All"))]

    def choices(self, changelist: Any) -> Any:
        standing, *others = super().choices(changelist)
        return [{**standing, "display": _("Standing")}, *others]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Title]) -> QuerySet[Title]:
        if self.value() == "all":
            return queryset
        return queryset.filter(merged_into__isnull=self.value() != "yes")


@admin.register(Title)
class TitleAdmin(RecordedAdmin):
    change_list_template = "admin/films/title/list.html"
    change_form_template = "admin/films/title/form.html"
    list_display = ["display_name", "kind", "year", "votes", "mean", "messages_count", "changed"]
    list_filter = ["kind", "genres", StandingFilter]
    list_select_related = ["totals"]
    ordering = ["-id"]
    search_fields = ["name"]
    search_help_text = gettext_lazy(
        "Any name, a year after it, or an id: ours, IMDb (tt…), TMDB, Wikidata, MovieLens"
    )
    autocomplete_fields = ["parent", "countries", "languages"]
    readonly_fields = ["slug", "plot_author", "created_at", "updated_at"]
    actions = [
        bulk.change_selected,
        merging.merge_selected,
        exchange.export_as_csv,
        exchange.export_as_json,
    ]
    inlines = [
        GenreInline,
        AlternativeTitleInline,
        CreditInline,
        TitleIdInline,
        ReleaseInline,
        CompanyInline,
        LocationInline,
        NominationInline,
        TriviaInline,
        VideoInline,
        TitleImageInline,
        TitleLinkInline,
        ScoreInline,
        RelationInline,
        TitleLockInline,
    ]
    fieldsets = [
        (None, {"fields": ["kind", ("name", "sort_name"), ("original_name", "original_language"), "slug"]}),
        (gettext_lazy("Season"), {"fields": [("parent", "season_number", "episodes")]}),
        (
            gettext_lazy("Facts"),
            {
                "fields": [
                    ("year", "end_year", "released_on", "minutes"),
                    "countries",
                    "languages",
                    "based_on",
                ]
            },
        ),
        (
            gettext_lazy("Plot"),
            {"fields": ["tagline", "plot", ("plot_language", "plot_source", "plot_author")]},
        ),
        (
            gettext_lazy("Money"),
            {
                "fields": [
                    ("budget", "budget_currency"),
                    ("opening", "opening_currency", "opening_date"),
                    ("gross", "gross_currency", "gross_date"),
                ]
            },
        ),
        (gettext_lazy("History"), {"fields": [("created_at", "updated_at")]}),
    ]

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "merge": merging.merge_page,
            "duplicates": merging.duplicates_page,
            "import": exchange.import_page,
        }
        own = [
            path(
                f"{name}/",
                self.admin_site.admin_view(page),
                {"model_admin": self},
                name=f"films_title_{name}",
            )
            for name, page in pages.items()
        ]
        return own + super().get_urls()

    @admin.display(description=gettext_lazy("title"))
    def display_name(self, title: Title) -> str:
        return title.display_name

    @admin.display(description=gettext_lazy("votes"))
    def votes(self, title: Title) -> int:
        return title.totals.vote_count

    @admin.display(description=gettext_lazy("mean"))
    def mean(self, title: Title) -> str:
        return "–" if title.totals.mean is None else number_format(title.totals.mean, 2)

    @admin.display(description=gettext_lazy("messages"))
    def messages_count(self, title: Title) -> int:
        return title.totals.message_count

    @admin.display(description=gettext_lazy("changed"))
    def changed(self, title: Title) -> str:
        return date_format(title.updated_at, "SHORT_DATE_FORMAT")

    def get_readonly_fields(self, request: HttpRequest, obj: Title | None = None) -> list[str]:
        """What a title is stays: votes and an address hang on it."""
        fields = list(super().get_readonly_fields(request, obj))
        return fields if obj is None else [*fields, "kind"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Title], search_term: str
    ) -> tuple[QuerySet[Title], bool]:
        """By name through the search table, by any id through its index; seasons are found by their show."""
        if request.resolver_match and request.resolver_match.url_name == "autocomplete":
            queryset = queryset.filter(merged_into=None)
        if not search_term.strip():
            return queryset, False
        # Keys, and no conditions joined by "or": those would read the whole table, for the list and for its number.
        found = set(title_ids_like(search_term))
        found.update(Title.objects.filter(parent__in=found).values_list("pk", flat=True))
        found.update(ids_of_items(search_term, "title"))
        return queryset.filter(pk__in=found), False

    def save_model(self, request: HttpRequest, obj: Item, form: BaseModelForm, change: bool) -> None:
        if isinstance(obj, Title) and obj.kind == TitleKind.SEASON and obj.parent:
            obj.name, obj.sort_name = obj.parent.name, obj.parent.sort_name
        super().save_model(request, obj, form, change)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = self.get_object(request, object_id)
        if request.method == "GET" and title is not None and title.merged_into_id:
            messages.warning(request, _("This title was merged into another one and is shown nowhere."))
        return super().change_view(request, object_id, form_url, extra_context)

    def why_not_delete(self, obj: Model) -> str:
        """Votes and messages go with no title; a title that others were merged into holds theirs."""
        concerned = Q(title=obj.pk) | Q(title__parent=obj.pk)
        if Vote.objects.filter(concerned).exists() or Review.objects.filter(concerned).exists():
            return _(
                "This title has votes or messages of members, which are never deleted with it. If it is in the "
                "catalogue twice, select both in the list and merge them: votes and messages go along."
            )
        if Title.objects.filter(Q(merged_into=obj.pk) | Q(merged_into__parent=obj.pk)).exists():
            return _("Other titles were merged into this one, and their addresses lead to it.")
        return ""
