from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, ExtractMonth, ExtractYear, JSONObject

from films.fact_querysets import LINK
from films.models import Title

if TYPE_CHECKING:
    from reviews.models import ListEntry, TitleList, Viewing  # noqa: F401  (names the models in the base classes below)

# The posters on a list's card.
FIRST_TITLES: Final = 5
_LONG_TEXTS: Final = ("title__plot", "title__tagline", "title__plot_source")


class ViewingQuerySet(models.QuerySet["Viewing"]):
    def newest(self) -> ViewingQuerySet:
        """The last seen first; those without a day last."""
        return self.order_by(F("seen_on").desc(nulls_last=True), "-id")

    def for_diary(self) -> ViewingQuerySet:
        """With the title, without what became one with another and without the long texts that no diary shows."""
        return self.filter(title__merged_into=None).select_related("title").defer(*_LONG_TEXTS)

    def counted(self) -> dict[str, int]:
        """`total`, and how many `again` of what was seen before. One query."""
        return self.aggregate(total=Count("pk"), again=Count("pk", filter=Q(is_rewatch=True)))

    def by_month(self) -> list[tuple[int | None, int | None, int, int]]:
        """Year, month, viewings and how many of these were seen before; the newest first, no day last. One query."""
        rows = (
            self.order_by()
            .values_list(ExtractYear("seen_on"), ExtractMonth("seen_on"))
            .annotate(number=Count("pk"), again=Count("pk", filter=Q(is_rewatch=True)))
        )
        return sorted(rows, key=lambda row: (row[0] or 0, row[1] or 0), reverse=True)

    def tags(self, *, most: int) -> list[tuple[str, int]]:
        """The tags used most, each with how often. One query."""
        tag = models.Func(F("tags"), function="unnest", output_field=models.CharField())
        rows = self.order_by().annotate(tag=tag).values_list("tag").annotate(number=Count("pk"))
        return list(rows.order_by("-number", "tag")[:most])


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def standing(self) -> ListEntryQuerySet:
        """Without titles that became one with another."""
        return self.filter(title__merged_into=None)

    def for_page(self) -> ListEntryQuerySet:
        """In their order, with what a row shows of the title."""
        rows = self.standing().select_related("title__totals").defer(*_LONG_TEXTS)
        return rows.order_by("position", "id")


def attach_titles(lists: Sequence[TitleList]) -> Sequence[TitleList]:
    """Give each list `length`, its number of titles, and `first_titles`, as much of them as a poster needs. One query."""
    entry = apps.get_model("reviews", "ListEntry")
    entries = entry.objects.filter(list=OuterRef("pk"), title__merged_into=None)
    link: dict[str, Any] = {field: F(f"title__{field}") for field in LINK}
    first = entries.order_by("position", "id").values(row=JSONObject(**link))[:FIRST_TITLES]
    number = entries.order_by().values("list").annotate(number=Count("pk")).values("number")
    rows = apps.get_model("reviews", "TitleList").objects.filter(pk__in=[one.pk for one in lists])
    found = {
        pk: (length, [Title(**row) for row in titles])
        for pk, length, titles in rows.values_list("pk", Coalesce(Subquery(number), 0), ArraySubquery(first))
    }
    for one in lists:
        one.length, one.first_titles = found.get(one.pk, (0, []))
    return lists
