"""What can be asked of the catalogue in an address: every combination is one, to be shared and kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django_filters import ChoiceFilter, FilterSet, MultipleChoiceFilter, NumberFilter
from django_filters.filters import Filter

from films.models import Country, Genre, TitleListing
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR

FIRST_DECADE, LAST_DECADE = 1880, 2030
MOST_VOTES: Final = 10_000_000


@dataclass(frozen=True)
class Sort:
    """An order of the list: columns that one index serves, and what it leaves out because it cannot be placed."""

    words: str | Promise
    order: tuple[str, ...]
    only: Mapping[str, Any] | None = None


SORTS: Final = {
    "rank": Sort(_("best first"), ("-weighted", "-title_id")),
    "mean": Sort(
        _("highest mean"),
        ("-mean", "-title_id"),
        {"mean__isnull": False, "vote_count__gte": settings.FILMSITE_MEAN_MINIMUM_VOTES},
    ),
    "votes": Sort(_("most votes"), ("-vote_count", "-title_id")),
    "year": Sort(_("newest first"), ("-year", "-title_id"), {"year__isnull": False}),
    "name": Sort(_("by name"), ("sort_key", "title_id")),
}
DEFAULT_SORT: Final = "rank"


class GenreFilter(MultipleChoiceFilter):
    """Titles that have every one of the chosen genres."""

    def filter(self, qs: QuerySet[TitleListing], value: Sequence[str]) -> QuerySet[TitleListing]:
        by_slug = {genre.slug: genre.pk for genre in self.parent.genres}
        return qs.filter(genres__contains=[by_slug[slug] for slug in value]) if value else qs


class SortFilter(ChoiceFilter):
    """Leaves out what the chosen order cannot place; the page itself does the ordering."""

    def filter(self, qs: QuerySet[TitleListing], value: str) -> QuerySet[TitleListing]:
        only = SORTS[value or DEFAULT_SORT].only
        return qs.filter(**only) if only else qs


def _year_filter(label: str | Promise, lookup: str) -> Filter:
    return NumberFilter(
        field_name="year",
        lookup_expr=lookup,
        label=label,
        min_value=FIRST_FILM_YEAR,
        max_value=LAST_FILM_YEAR,
        decimal_places=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1}),
    )


class TitleFilter(FilterSet):
    """Genre, country, years, votes and order of a list of titles. Two queries for the choices it offers."""

    genre = GenreFilter(label=_("Genre"), choices=(), widget=forms.CheckboxSelectMultiple)
    country = ChoiceFilter(
        label=_("Country"), choices=(), empty_label=_("Any country"), method="filter_country"
    )
    year_from = _year_filter(_("From year"), "gte")
    year_to = _year_filter(_("To year"), "lte")
    decade = ChoiceFilter(
        label=_("Decade"),
        choices=(),
        empty_label=_("Any decade"),
        method="filter_decade",
    )
    votes = NumberFilter(
        field_name="vote_count",
        lookup_expr="gte",
        label=_("At least so many votes"),
        min_value=0,
        max_value=MOST_VOTES,
        decimal_places=0,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "step": 1}),
    )
    sort = SortFilter(
        label=_("Order"),
        choices=[(name, sort.words) for name, sort in SORTS.items()],
        empty_label=None,
    )

    class Meta:
        model = TitleListing
        fields: list[str] = []

    def __init__(self, data: QueryDict, **kwargs: Any) -> None:
        data = data.copy()
        data.setlist("genre", [slug for slug in data.getlist("genre") if slug])
        super().__init__(data, **kwargs)
        self.genres = sorted(Genre.objects.all(), key=str)
        countries = sorted(Country.objects.all(), key=str)
        self.filters["genre"].extra["choices"] = [(genre.slug, str(genre)) for genre in self.genres]
        self.filters["country"].extra["choices"] = [(country.code, str(country)) for country in countries]
        self.filters["decade"].extra["choices"] = [
            (str(year), pgettext("decade", "%(year)ss") % {"year": year})
            for year in range(LAST_DECADE, FIRST_DECADE - 1, -10)
        ]
        self.filters["sort"].extra["required"] = False

    def filter_country(self, rows: QuerySet[TitleListing], name: str, value: str) -> QuerySet[TitleListing]:
        return rows.filter(countries__contains=[value])

    def filter_decade(self, rows: QuerySet[TitleListing], name: str, value: str) -> QuerySet[TitleListing]:
        return rows.filter(year__gte=int(value), year__lte=int(value) + 9)

    @property
    def sort_name(self) -> str:
        """The chosen order, or the usual one; the usual one too when something in the address is wrong."""
        return self.form.cleaned_data.get("sort") or DEFAULT_SORT if self.is_valid() else DEFAULT_SORT

    @property
    def active_count(self) -> int:
        """How many things are asked for, the order aside."""
        return sum(
            len(self.data.getlist(name)) for name in self.filters if name != "sort" and self.data.get(name)
        )
