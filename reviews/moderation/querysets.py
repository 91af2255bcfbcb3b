from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F

if TYPE_CHECKING:
    from reviews.models import Case


class CaseQuerySet(models.QuerySet["Case"]):
    def in_sections(self, sections: Collection[str]) -> CaseQuerySet:
        return self.filter(section__in=sections)

    def for_queue(self) -> CaseQuerySet:
        """With what a row of the queue shows, the gravest and then the oldest first."""
        return self.select_related(
            "review__title",
            "review__person",
            "review__author__totals",
            "title",
            "claimed_by",
            "appeal__decision__moderator",
        ).order_by("-severity", "opened_at", "pk")

    def for_page(self) -> CaseQuerySet:
        """With what the case's own page shows: the judged words, the evidence and its sources, what was decided."""
        return self.select_related(
            "review__title",
            "review__person",
            "review__author__totals",
            "title",
            "snapshot__revision",
            "claimed_by",
            "appeal__decision__moderator",
            "appeal__decision__case",
        ).prefetch_related(
            "evidence__source_review__author",
            "evidence__source_title",
            "evidence__source_person",
            "reports__reporter",
            "decisions__moderator",
            "set_aside",
            "appeal__decision__case__evidence__source_review__author",
            "appeal__decision__case__evidence__source_title",
            "appeal__decision__case__evidence__source_person",
            "appeal__decision__case__reports__reporter",
        )

    def counts_by_state(self) -> dict[str, int]:
        """How many cases there are in each state."""
        return dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))

    def oldest_open(self) -> Case | None:
        return self.filter(state="open").order_by(F("opened_at").asc()).first()
