from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import F, Q

from accounts.models import Member

if TYPE_CHECKING:
    from reviews.models import Case

# What a case is about: of these one is set, as its matter says.
ABOUT_COLUMNS: Final = (
    "matter",
    "review_id",
    "title_id",
    "person_id",
    "trivia_id",
    "translation_id",
    "list_id",
    "member_id",
)
# What a case is about, whichever it is, with what its name and its address need.
_ABOUT: Final = (
    "review__title",
    "review__person",
    "review__author__totals",
    "title__plot_author",
    "title__parent",
    "person",
    "trivia__title",
    "trivia__author",
    "translation__corrected_by",
    "translation__review__title",
    "translation__review__person",
    "list__owner",
    "member",
    "author__totals",
)
_APPEAL: Final = ("appeal__decision__moderator", "appeal__decision__case", "appeal__author")
_EVIDENCE: Final = (
    "evidence__source",
    "evidence__source_review__author",
    "evidence__source_title",
    "evidence__source_person",
)


class CaseQuerySet(models.QuerySet["Case"]):
    def in_sections(self, sections: Collection[str]) -> CaseQuerySet:
        return self.filter(section__in=sections)

    def undecided(self) -> CaseQuerySet:
        """What somebody has yet to look at, or to look at again."""
        return self.filter(state__in=["open", "waiting"])

    def about_the_same(self, case: Case) -> CaseQuerySet:
        """Other cases about what this one is about."""
        same = {column: getattr(case, column) for column in ABOUT_COLUMNS}
        return self.filter(**same).exclude(pk=case.pk)

    def twins_of(self, case: Case) -> CaseQuerySet:
        """The undecided case, other than this one, for the same cause: there is never more than one."""
        return self.undecided().about_the_same(case).filter(kind=case.kind)

    def for_queue(self) -> CaseQuerySet:
        """With what a row of the queue shows, the gravest and then the oldest first."""
        return self.select_related(*_ABOUT, *_APPEAL, "claimed_by", "assigned_to").order_by(
            F("severity") * -1, "opened_at", "pk"
        )

    def for_claiming(self, moderator: Member) -> CaseQuerySet:
        """As in the queue, what was given to this moderator first, with what says whether they may decide it."""
        given = models.Case(models.When(assigned_to=moderator, then=0), default=1)
        rows = self.select_related(*_ABOUT, *_APPEAL).prefetch_related(
            "evidence", "reports", "appeal__decision__case__reports", "appeal__decision__case__evidence"
        )
        return rows.order_by(given, F("severity") * -1, "opened_at", "pk")

    def for_page(self) -> CaseQuerySet:
        """With what the case's own page shows: the judged words, the evidence and its sources, what was decided."""
        return self.select_related(
            *_ABOUT, *_APPEAL, "snapshot__revision", "claimed_by", "assigned_to", "merged_into"
        ).prefetch_related(
            *_EVIDENCE,
            "reports__reporter",
            "decisions__moderator",
            "set_aside",
            *(f"appeal__decision__case__{related}" for related in (*_EVIDENCE, "reports__reporter")),
        )

    def for_deciding(self) -> CaseQuerySet:
        """Held, and with the appeal that it may be: what is held itself comes from `reviews.services.matters`."""
        return self.select_for_update(of=("self",), no_key=True).select_related(
            "author", "appeal__decision__case", "snapshot"
        )

    def counts_by_state(self) -> dict[str, int]:
        """How many cases there are in each state."""
        return dict(self.order_by().values_list("state").annotate(n=models.Count("pk")))

    def oldest_open(self) -> Case | None:
        return self.filter(state="open").order_by(F("opened_at").asc()).first()

    def overdue(self, now: object) -> CaseQuerySet:
        """Hidden things whose authors have not answered in time."""
        return self.filter(Q(answer_until__lte=now), state="waiting")
