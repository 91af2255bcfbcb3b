"""What can be asked of the catalogue in an address: every combination is one, to be shared and kept."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Self

from django import forms
from django.conf import settings
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _
from django_filters import BooleanFilter, ChoiceFilter, FilterSet, ModelChoiceFilter, NumberFilter
from django_filters.filters import Filter, MultipleChoiceFilter

from accounts.permissions import Viewer
from films.models import (
    Company,
    Country,
    Credit,
    Genre,
    Language,
    Person,
    Role,
    Title,
    TitleKind,
    TitleListing,
)
from films.models.title import FIRST_FILM_YEAR, LAST_FILM_YEAR
from films.querysets import TitleListingQuerySet
from filmsite.lib.languages import country_name, language_name

FIRST_DECADE, LAST_DECADE = FIRST_FILM_YEAR // 10 * 10, LAST_FILM_YEAR // 10 * 10
MOST_VOTES: Final = 10_000_000
MOST_MINUTES: Final = 10_000
HIGHEST_MEAN: Final = 5


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
    "active": Sort(_("talked about last"), ("-active_at", "-title_id"), {"active_at__isnull": False}),
    "divisive": Sort(
        _("most divisive"),
        ("-deviation", "-title_id"),
        {"deviation__isnull": False, "vote_count__gte": settings.FILMSITE_RANKING_MINIMUM_VOTES},
    ),
    "added": Sort(_("added last"), ("-title_id",)),
}
DEFAULT_SORT: Final = "rank"

_Rows = TitleListingQuerySet


class GenreFilter(MultipleChoiceFilter):
    """Titles that have every one of the chosen genres, or with `?genres=any` at least one."""

    def filter(self, qs: _Rows, value: Sequence[str]) -> _Rows:
        if not value:
            return qs
        lookup = "overlap" if self.parent.any_genre else "contains"
        by_slug = {genre.slug: genre.pk for genre in self.parent.genres}
        return qs.filter(**{f"genres__{lookup}": [by_slug[slug] for slug in value]})


class CodeFilter(MultipleChoiceFilter):
    """Titles that have at least one of the chosen countries or languages."""

    def filter(self, qs: _Rows, value: Sequence[str]) -> _Rows:
        return qs.filter(**{f"{self.field_name}__overlap": list(value)}) if value else qs


class SortFilter(ChoiceFilter):
    """Leaves out what the chosen order cannot place; the page itself does the ordering."""

    def filter(self, qs: _Rows, value: str) -> _Rows:
        only = SORTS[value or DEFAULT_SORT].only
        return qs.filter(**only) if only else qs


class _Bound(NumberFilter):
    """An end of a range. Its own limits are enough: one message for whatever is beyond them."""

    def get_max_validator(self) -> None:
        return None


_WRONG_NUMBERS: Final = ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places")


def _number(field: str, lookup: str, label: Promise, *, least: int, most: int, decimals: int = 0) -> Filter:
    step = "0.1" if decimals else 1
    meant = (
        _("a number from {least} to {most} is meant")
        if decimals
        else _("a whole number from {least} to {most} is meant")
    )
    words = format_lazy(meant, least=least, most=most)
    return _Bound(
        field_name=field,
        lookup_expr=lookup,
        label=label,
        min_value=least,
        max_value=most,
        decimal_places=decimals,
        error_messages=dict.fromkeys(_WRONG_NUMBERS, words),
        widget=forms.NumberInput(attrs={"inputmode": "decimal" if decimals else "numeric", "step": step}),
    )


def _unknown(words: Promise) -> dict[str, Promise]:
    return {"invalid_choice": words}


def _item(model: type[Model], label: Promise, unknown: Promise) -> ModelChoiceFilter:
    """Somebody or something by its number; nobody chooses among all of them in a form, a page links here."""
    return ModelChoiceFilter(
        label=label,
        queryset=model._default_manager.all(),
        method="filter_item",
        widget=forms.HiddenInput,
        error_messages=_unknown(unknown),
    )


def _yes(label: Promise, method: str) -> BooleanFilter:
    return BooleanFilter(label=label, method=method, widget=forms.CheckboxInput)


@dataclass(frozen=True)
class Chip:
    """One thing that is asked for, in words, and the query string that asks for all but it."""

    words: str
    without: str


class RangesForm(forms.Form):
    """Refuses a range whose ends are swapped: it would hold nothing, and nobody means that."""

    def clean(self) -> None:
        for name in ("year", "minutes", "mean", "votes"):
            low, high = self.cleaned_data.get(f"{name}_from"), self.cleaned_data.get(f"{name}_to")
            if low is not None and high is not None and low > high:
                words = gettext("this is more than “%(other)s”; the two may be swapped")
                self.add_error(f"{name}_from", words % {"other": self.fields[f"{name}_to"].label})


class TitleFilter(FilterSet):
    """Everything a list of titles of one kind can be narrowed and ordered by.

    Three queries for the choices it knows, one more for each person or company named. `viewer` is who asks: only for
    members "not seen by me" and "on my watchlist" mean something. Where the rows are ranked or drawn by chance, the
    order is not `sortable` and the address's is not heard.
    """

    genre = GenreFilter(label=_("Genre"), choices=(), error_messages=_unknown(_("There is no such genre.")))
    genres = ChoiceFilter(
        label=_("Titles with"),
        choices=[("all", _("all of these genres")), ("any", _("any of these genres"))],
        empty_label=None,
        method="filter_nothing",
        error_messages=_unknown(_("There is no such choice.")),
    )
    country = CodeFilter(
        label=_("Country"),
        field_name="countries",
        choices=(),
        error_messages=_unknown(_("There is no such country.")),
    )
    language = CodeFilter(
        label=_("Language"),
        field_name="languages",
        choices=(),
        error_messages=_unknown(_("There is no such language.")),
    )
    decade = ChoiceFilter(
        label=_("Decade"),
        choices=(),
        method="filter_decade",
        error_messages=_unknown(_("There is no such decade.")),
    )
    year_from = _number("year", "gte", _("From year"), least=FIRST_FILM_YEAR, most=LAST_FILM_YEAR)
    year_to = _number("year", "lte", _("To year"), least=FIRST_FILM_YEAR, most=LAST_FILM_YEAR)
    minutes_from = _number("minutes", "gte", _("At least so many minutes"), least=0, most=MOST_MINUTES)
    minutes_to = _number("minutes", "lte", _("At most so many minutes"), least=0, most=MOST_MINUTES)
    mean_from = _number("mean", "gte", _("Mean at least"), least=0, most=HIGHEST_MEAN, decimals=2)
    mean_to = _number("mean", "lte", _("Mean at most"), least=0, most=HIGHEST_MEAN, decimals=2)
    votes_from = _number("vote_count", "gte", _("At least so many votes"), least=0, most=MOST_VOTES)
    votes_to = _number("vote_count", "lte", _("At most so many votes"), least=0, most=MOST_VOTES)
    recent = _yes(
        format_lazy(_("Released in the last {months} months"), months=settings.FILMSITE_RECENT_MONTHS),
        "filter_recent",
    )
    unseen = _yes(_("Without a vote of mine"), "filter_unseen")
    watchlist = _yes(_("On my watchlist"), "filter_watchlist")
    person = _item(Person, _("With"), _("There is no such person."))
    director = _item(Person, _("Directed by"), _("There is no such person."))
    company = _item(Company, _("Company"), _("There is no such company."))
    sort = SortFilter(
        label=_("Order"),
        choices=[(name, sort.words) for name, sort in SORTS.items()],
        empty_label=None,
        error_messages=_unknown(_("There is no such order.")),
    )

    class Meta:
        model = TitleListing
        fields: list[str] = []
        form = RangesForm

    def __init__(
        self, data: QueryDict, *, kind: str, viewer: Viewer | None = None, sortable: bool = True
    ) -> None:
        # A form also sends the fields left empty; what nobody asked for is not in the state of a list.
        self.query = QueryDict(mutable=True)
        for name in self.base_filters:
            if said := [value for value in data.getlist(name) if value.strip()]:
                self.query.setlist(name, said)
        if not sortable or self.query.get("sort") == DEFAULT_SORT:
            self.query.pop("sort", None)
        super().__init__(self.query, queryset=TitleListing.objects.of_kind(kind))
        self.kind = kind
        self.member = viewer if viewer is not None and viewer.is_authenticated else None
        self.genres = sorted(Genre.objects.all(), key=str)
        self._values = {
            "genre": [genre.slug for genre in self.genres],
            "country": list(Country.objects.values_list("pk", flat=True)),
            "language": list(Language.objects.values_list("pk", flat=True)),
            "decade": [str(year) for year in range(LAST_DECADE, FIRST_DECADE - 1, -10)],
        }
        for name, values in self._values.items():
            self.filters[name].extra["choices"] = [(value, value) for value in values]
        self.filters["sort"].extra["required"] = False

    @classmethod
    def unfiltered(cls, kind: str) -> Self:
        """Every title of a kind."""
        return cls(QueryDict(), kind=kind)

    def values_of(self, name: str) -> list[str]:
        """Every value that a facet knows: genres by slug and in order of name, countries, languages, decades."""
        return self._values[name]

    # --- What each keeps of the list ---

    def filter_queryset(self, queryset: _Rows, *, without: str = "") -> _Rows:
        """The rows that fit everything asked for, or everything but one filter."""
        for name, value in self.form.cleaned_data.items():
            if name != without:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def rows_without(self, name: str) -> _Rows:
        """The list as it would be if this one filter asked for nothing."""
        return self.filter_queryset(self.queryset.all(), without=name) if self.is_valid() else self.rows

    def filter_nothing(self, rows: _Rows, name: str, value: str) -> _Rows:
        return rows

    def filter_decade(self, rows: _Rows, name: str, value: str) -> _Rows:
        return rows.filter(year__gte=int(value), year__lte=int(value) + 9)

    def filter_recent(self, rows: _Rows, name: str, value: bool) -> _Rows:
        """Of a title whose day is not known, the whole year must lie within the months."""
        if not value:
            return rows
        today, since = timezone.localdate(), recent_since()
        dated = Q(released_on__gte=since, released_on__lte=today)
        return rows.filter(
            dated | Q(released_on__isnull=True, year__gt=since.year, year__lte=today.year),
            year__gte=since.year,
        )

    def filter_unseen(self, rows: _Rows, name: str, value: bool) -> _Rows:
        if not value or self.member is None:
            return rows
        voted = Title.objects.filter(votes__member=self.member)
        if self.kind == TitleKind.SHOW:
            return rows.exclude(title__in=voted.filter(parent__isnull=False).values("parent"))
        return rows.exclude(title__in=voted.values("pk"))

    def filter_watchlist(self, rows: _Rows, name: str, value: bool) -> _Rows:
        return rows.filter(title__watchers__member=self.member) if value and self.member else rows

    def filter_item(self, rows: _Rows, name: str, value: Person | Company) -> _Rows:
        if isinstance(value, Company):
            return self._of_titles(rows, Title.objects.filter(title_companies__company=value).values("pk"))
        credits = Credit.objects.filter(person=value)
        if name == "director":
            credits = credits.filter(role__in=(Role.DIRECTOR, Role.CREATOR))
        return self._of_titles(rows, credits.values("title"))

    def _of_titles(self, rows: _Rows, titles: QuerySet[Any]) -> _Rows:
        """Rows of these titles. What is known of a show holds for its seasons, and a show has the people of each."""
        if self.kind == TitleKind.SEASON:
            titles = titles.union(Title.objects.filter(parent__in=titles).values("pk"))
        elif self.kind == TitleKind.SHOW:
            titles = titles.union(Title.objects.filter(pk__in=titles, parent__isnull=False).values("parent"))
        return rows.filter(title__in=titles)

    # --- What is asked for, in words and as an address ---

    @property
    def any_genre(self) -> bool:
        return self.data.get("genres") == "any"

    @property
    def sort_name(self) -> str:
        """The chosen order, or the usual one; the usual one too when something in the address is wrong."""
        return self.form.cleaned_data.get("sort") or DEFAULT_SORT if self.is_valid() else DEFAULT_SORT

    @property
    def rows(self) -> _Rows:
        """What fits; nothing when something in the address is wrong, rather than a guess."""
        return self.qs if self.is_valid() else TitleListing.objects.none()

    @property
    def needs_member(self) -> bool:
        """Somebody without an account asks for what only a member's own votes or watchlist can tell."""
        return self.member is None and any(self.data.get(name) for name in ("unseen", "watchlist"))

    @property
    def state(self) -> str:
        """Everything that decides which rows there are, in one order: equal lists have equal states."""
        asked = {(name, value) for name, values in self.query.lists() for value in values}
        if not SORTS[self.sort_name].only:
            asked = {(name, value) for name, value in asked if name != "sort"}
        mine = f"@{self.member.pk}" if self.member and {"unseen", "watchlist"} & set(self.query) else ""
        return f"{self.kind}{mine}?" + "&".join(f"{name}={value}" for name, value in sorted(asked))

    @property
    def asked_for(self) -> list[tuple[str, str]]:
        """Names and values of what narrows the list: the order is none, nor is the way to join one genre."""
        names = [name for name in self.query if name not in ("sort", "genres")]
        return [(name, value) for name in names for value in self.query.getlist(name)]

    @cached_property
    def chips(self) -> list[Chip]:
        """What is asked for, each to be taken away. A wrong address has none: its form says what is wrong."""
        if not self.is_valid():
            return []
        chips = [
            Chip(words, self._without(name, value))
            for name, value in self.asked_for
            if (words := self._words(name, value))
        ]
        if self.any_genre and len(self.query.getlist("genre")) > 1:
            chips.append(Chip(gettext("any of these genres"), self._without("genres", "any")))
        return chips

    def _without(self, name: str, value: str) -> str:
        rest = self.query.copy()
        rest.setlist(name, [other for other in rest.getlist(name) if other != value])
        return f"?{rest.urlencode()}"

    def _words(self, name: str, value: str) -> str:
        if name in ("unseen", "watchlist", "recent"):
            is_meant = self.form.cleaned_data[name] and (name == "recent" or self.member is not None)
            return str(self.filters[name].label) if is_meant else ""
        if name in ("person", "director", "company"):
            return f"{self.filters[name].label} {self.form.cleaned_data[name]}"
        return self.words_of(name, value)

    def words_of(self, name: str, value: str) -> str:
        """One value of a filter as a reader says it."""
        if name in self._values:
            return value_in_words(name, value, self.genres)
        return _bound_in_words(name, self.form.cleaned_data[name])


def value_in_words(name: str, value: str, genres: Iterable[Genre]) -> str:
    """A value of a facet as a reader says it: a genre by its slug, a country or language by its code, a decade."""
    match name:
        case "genre":
            return next((str(genre) for genre in genres if genre.slug == value), value)
        case "country":
            return country_name(value)
        case "language":
            return language_name(value)
    return pgettext("decade", "%(year)ss") % {"year": value}


def _bound_in_words(name: str, number: Decimal) -> str:
    """An end of a range, in words."""
    field, side = name.split("_")
    at_least, count = side == "from", int(number)
    if field == "year":
        words = gettext("from %(number)s") if at_least else gettext("up to %(number)s")
        return words % {"number": count}
    if field == "mean":
        words = gettext("mean at least %(number)s") if at_least else gettext("mean at most %(number)s")
        return words % {"number": number_format(number)}
    if field == "minutes":
        words = (
            ngettext("at least %(number)s minute", "at least %(number)s minutes", count)
            if at_least
            else ngettext("at most %(number)s minute", "at most %(number)s minutes", count)
        )
    else:
        words = (
            ngettext("at least %(number)s vote", "at least %(number)s votes", count)
            if at_least
            else ngettext("at most %(number)s vote", "at most %(number)s votes", count)
        )
    return words % {"number": number_format(count, force_grouping=True)}


def recent_since() -> date:
    """The first day that still counts as recent: FILMSITE_RECENT_MONTHS before today."""
    today = timezone.localdate()
    year, month = divmod(today.year * 12 + today.month - 1 - settings.FILMSITE_RECENT_MONTHS, 12)
    return date(year, month + 1, min(today.day, 28))
