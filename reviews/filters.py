"""What can be asked of a member's votes in an address."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import F, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet

from reviews.models import Vote
from reviews.models.vote import HIGHEST, LOWEST

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


class _SortFilter(ChoiceFilter):
    def filter(self, qs: QuerySet[Vote], value: str) -> QuerySet[Vote]:
        return qs.order_by(*_SORTS[value][1]) if value else qs


class VoteFilter(FilterSet):
    """Votes of so many half stars (`stars`, 1 to 10) in some order (`sort`). What is odd in the address is ignored."""

    stars = ChoiceFilter(field_name="value", choices=[(value, value) for value in range(LOWEST, HIGHEST + 1)])
    sort = _SortFilter(choices=[(name, words) for name, (words, _order) in _SORTS.items()])

    class Meta:
        model = Vote
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Vote]) -> QuerySet[Vote]:
        """As the base class does, in the usual order where none or none of ours is asked for."""
        return super().filter_queryset(queryset.order_by(*_SORTS[DEFAULT_SORT][1]))

    @property
    def chosen_stars(self) -> int | None:
        """The half stars asked for, or None for all votes."""
        return int(self._cleaned("stars") or 0) or None

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
