"""What can be asked in an address of a diary, of lists and of a watchlist. What is odd there is ignored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Self

from django.conf import settings
from django.db.models import Case, F, QuerySet, When
from django.db.models.expressions import Combinable
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from filmsite.lib.inputs import clean_line, number_in
from filmsite.lib.tags import tags_in
from reviews.keeping_querysets import ViewingQuerySet
from reviews.models import WatchlistEntry
from reviews.models.lists import TAG_LENGTH

_NAME_LENGTH: Final = 120
_LISTING: Final = "title__listing"
# Of few votes no mean is shown, and none decides a place.
_MEAN: Final = Case(
    When(
        **{f"{_LISTING}__vote_count__gte": settings.FILMSITE_MEAN_MINIMUM_VOTES}, then=F(f"{_LISTING}__mean")
    )
)
# Each ends with a column that decides between equals, so that no page repeats a row of the one before.
WATCHLIST_SORTS: Final[Mapping[str, tuple[str | Promise, Sequence[str | Combinable]]]] = {
    "added": (_("Added last"), ("-added_at", "-id")),
    "year": (_("Year"), (F("title__year").desc(nulls_last=True), "-id")),
    "mean": (_("Highest mean"), (_MEAN.desc(nulls_last=True), "-id")),
    "minutes": (_("Shortest"), (F("title__minutes").asc(nulls_last=True), "-id")),
}
DEFAULT_SORT: Final = "added"


def sort_watchlist(
    rows: QuerySet[WatchlistEntry], query: QueryDict
) -> tuple[QuerySet[WatchlistEntry], list[tuple[str | None, str | Promise, bool]]]:
    """The rows in the order of `?sort=`, and the orders on offer: value (None for the usual one), words, chosen or not."""
    asked = query.get("sort", "")
    chosen = asked if asked in WATCHLIST_SORTS else DEFAULT_SORT
    offers = [
        (None if name == DEFAULT_SORT else name, words, name == chosen)
        for name, (words, _order) in WATCHLIST_SORTS.items()
    ]
    return rows.order_by(*WATCHLIST_SORTS[chosen][1]), offers


def name_in(query: QueryDict) -> str:
    """The part of a name that `?q=` asks for."""
    return clean_line(query.get("q", ""))[:_NAME_LENGTH]


def tag_in(query: QueryDict) -> str:
    """The tag that `?tag=` asks for, as tags are stored; empty for none."""
    return next(iter(tags_in(query.get("tag", ""))), "")[:TAG_LENGTH]


@dataclass(frozen=True)
class DiaryFilter:
    """A year, a month of it, or what has no day; with a tag; only what was seen before."""

    year: int | None
    month: int | None
    undated: bool
    tag: str
    again: bool

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        year = _number(query.get("year", ""), date.min.year, date.max.year - 1)
        month = _number(query.get("month", ""), 1, 12) if year else None
        undated = year is None and query.get("day") == "unknown"
        return cls(year, month, undated, tag_in(query), "again" in query)

    def narrow(self, viewings: ViewingQuerySet) -> ViewingQuerySet:
        """Those that fit. Without a year: everything with a day, or everything without one."""
        asked: dict[str, Any] = {"seen_on__isnull": self.undated}
        if self.year:
            first = date(self.year, self.month or 1, 1)
            ends = (
                date(self.year + 1, 1, 1) if self.month in (None, 12) else date(self.year, self.month + 1, 1)
            )
            asked |= {"seen_on__gte": first, "seen_on__lt": ends}
        if self.tag:
            asked["tags__contains"] = [self.tag]
        if self.again:
            asked["is_rewatch"] = True
        return viewings.filter(**asked)


def _number(text: str, least: int, most: int) -> int | None:
    number = number_in(text, digits=4)
    return number if number is not None and least <= number <= most else None
