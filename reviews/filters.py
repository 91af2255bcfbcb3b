"""What can be asked of a member's votes in an address."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import BooleanField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, FilterSet, ModelChoiceFilter, NumberFilter

from films.models import Credit, Genre, Person, Role, Title, TitleGenre
from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST
from reviews.querysets import VoteQuerySet
from reviews.statistics.wording import facet_words

Order = Sequence[str | Combinable]

# A title that was made this minute has no listing yet.
_NAME: Final = Coalesce("title__listing__sort_key", Lower("title__sort_name"))
# Each ends with a column that decides between equals, so that no page repeats a row of the one before.
_SORTS: Final[Mapping[str, tuple[str | Promise, Order]]] = {
    "newest": (_("Newest"), ("-changed_at", "-id")),
    "highest": (_("Highest"), ("-value", "-changed_at", "-id")),
    "lowest": (_("Lowest"), ("value", "-changed_at", "-id")),
    "title": (_("Title"), (_NAME, "title__season_number", "title_id")),
    "year": (_("Year"), (F("title__year").desc(nulls_last=True), _NAME, "title_id")),
}
DEFAULT_SORT: Final = "newest"
# What is asked of the titles voted on; `role` says what `person` did there.
_OF_TITLES: Final = ("genre", "country", "decade", "language", "person", "role")


class _SortFilter(ChoiceFilter):
    def filter(self, qs: QuerySet[Vote], value: str) -> QuerySet[Vote]:
        return qs.order_by(*_SORTS[value][1]) if value else qs


class VoteFilter(FilterSet):
    """Votes of so many half stars (`stars`, 1 to 10), on titles of a genre, country, decade, language or person, in some
    order (`sort`). What is odd in the address is ignored.

    The rows behind a row of `reviews.statistics.votes`: a season has the genres, countries and language of its show
    where it has none of its own.
    """

    stars = ChoiceFilter(field_name="value", choices=[(value, value) for value in range(LOWEST, HIGHEST + 1)])
    genre = ModelChoiceFilter(queryset=Genre.objects.all(), to_field_name="slug", method="of_genre")
    country = CharFilter(max_length=8, method="of_country")
    decade = NumberFilter(min_value=1800, max_value=2200, decimal_places=0, method="of_decade")
    language = CharFilter(max_length=8, method="of_language")
    person = ModelChoiceFilter(queryset=Person.objects.all(), method="of_person")
    role = ChoiceFilter(choices=Role.choices, method="with_person")
    sort = _SortFilter(choices=[(name, words) for name, (words, _order) in _SORTS.items()])

    class Meta:
        model = Vote
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Vote]) -> QuerySet[Vote]:
        """As the base class does, in the usual order where none or none of ours is asked for."""
        return super().filter_queryset(queryset.order_by(*_SORTS[DEFAULT_SORT][1]))

    def of_genre(self, queryset: QuerySet[Vote], _name: str, genre: Genre) -> QuerySet[Vote]:
        return queryset.filter(_own_or_of_show(TitleGenre.objects.all(), genre=genre))

    def of_country(self, queryset: QuerySet[Vote], _name: str, code: str) -> QuerySet[Vote]:
        return queryset.filter(_own_or_of_show(Title.countries.through.objects.all(), country=code))

    def of_decade(self, queryset: QuerySet[Vote], _name: str, year: Decimal) -> QuerySet[Vote]:
        first = _decade(year)
        return queryset.filter(title__year__gte=first, title__year__lt=first + 10)

    def of_language(self, queryset: QuerySet[Vote], _name: str, code: str) -> QuerySet[Vote]:
        of_show = Q(title__original_language="", title__parent__original_language=code)
        return queryset.filter(Q(title__original_language=code) | of_show)

    def of_person(self, queryset: QuerySet[Vote], _name: str, person: Person) -> QuerySet[Vote]:
        parts = Credit.objects.filter(person=person)
        if role := self._cleaned("role"):
            parts = parts.filter(role=role)
        return queryset.filter(title__in=parts.values("title"))

    def with_person(self, queryset: QuerySet[Vote], _name: str, _role: str) -> QuerySet[Vote]:
        return queryset

    @property
    def chosen_stars(self) -> int | None:
        """The half stars asked for, or None for all votes."""
        return int(self._cleaned("stars") or 0) or None

    @property
    def of_any_stars(self) -> VoteQuerySet:
        """The votes on the titles asked for, whatever their stars."""
        self.form.is_valid()
        queryset = self.queryset
        for name in self._asked_of_titles:
            queryset = self.filters[name].filter(queryset, self.form.cleaned_data[name])
        return queryset

    @property
    def kept_query(self) -> str:
        """What is asked of the titles, as the beginning of a query string: "genre=drama&"; empty when nothing is."""
        asked = {name: self.data[name] for name in self._asked_of_titles}
        return f"{urlencode(asked)}&" if asked else ""

    @property
    def _asked_of_titles(self) -> list[str]:
        return [name for name in _OF_TITLES if self._cleaned(name)]

    @property
    def narrowed_to(self) -> list[tuple[str, str]]:
        """What is asked of the titles, in words, each with the query string that asks it no more. No further query."""
        words: list[tuple[str, tuple[str, ...]]] = []
        if genre := self._cleaned("genre"):
            words.append((str(genre), ("genre",)))
        if decade := self._cleaned("decade"):
            words.append((facet_words("decade", str(_decade(decade)), ""), ("decade",)))
        words += [
            (facet_words(name, code, ""), (name,))
            for name in ("country", "language")
            if (code := self._cleaned(name))
        ]
        if person := self._cleaned("person"):
            words.append((_part(person, self._cleaned("role")), ("person", "role")))
        return [(words, self._without(*names)) for words, names in words]

    def _without(self, *names: str) -> str:
        kept = [(name, value) for name, value in self.data.items() if name not in (*names, "page")]
        return f"?{urlencode(kept)}"

    @property
    def sorts(self) -> list[tuple[str | None, str | Promise, bool]]:
        """The orders on offer: value in the address (None for the usual one), words, whether it is the chosen one."""
        chosen = self._cleaned("sort") or DEFAULT_SORT
        return [
            (None if name == DEFAULT_SORT else name, words, name == chosen)
            for name, (words, _order) in _SORTS.items()
        ]

    def _cleaned(self, name: str) -> Any:
        self.form.is_valid()
        return self.form.cleaned_data.get(name)


def _own_or_of_show(rows: QuerySet[Any], **wanted: object) -> Q:
    """The condition that a title has such a row of its own or, having none at all, one of its show's.

    One look-up by key for each vote. Two conditions with EXISTS would say the same, but of a heavy member's votes the
    planner answers those by reading the rows of all titles.
    """

    def has_wanted(place: str) -> Subquery:
        """Whether one of a title's rows is wanted; nothing for a title without any."""
        of_title = rows.filter(**{place: OuterRef("title")}).order_by().values(place)
        return Subquery(of_title.annotate(found=BoolOr(Q(**wanted))).values("found"))

    return Q(Coalesce(has_wanted("title"), has_wanted("title__seasons"), output_field=BooleanField()))


def _decade(year: Decimal) -> int:
    return int(year) // 10 * 10


def _part(person: Person, role: str) -> str:
    """A person, and what they did where that is asked: "Agnès Varda (director)"."""
    return f"{person.name} ({Role(role).label})" if role else person.name
