from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from django.db import connection, models

from accounts.models import Section

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
_APPEAL: Final = ("appeal__decision__moderator", "appeal__decision__case", "appeal__author")
_EVIDENCE: Final = (
    "evidence__source",
    "evidence__source_review__author",
    "evidence__source_title",
    "evidence__source_person",
)
# Cases become one with a case that becomes one with a third, and what was said of one may lie with any of them.
_REPORTERS: Final = """
    WITH RECURSIVE begun (asked, id) AS (
        SELECT asked.id, COALESCE(decision.case_id, asked.id)
        FROM reviews_case AS asked
        LEFT JOIN reviews_appeal AS appeal ON appeal.case_id = asked.id
        LEFT JOIN reviews_decision AS decision ON decision.id = appeal.decision_id
        WHERE asked.id = ANY(%s)
    ), together (asked, id, merged_into_id) AS (
        SELECT begun.asked, one.id, one.merged_into_id FROM begun JOIN reviews_case AS one ON one.id = begun.id
        UNION
        SELECT together.asked, other.id, other.merged_into_id
        FROM together
        JOIN reviews_case AS other ON other.merged_into_id = together.id OR other.id = together.merged_into_id
    )
    SELECT DISTINCT together.asked, report.reporter_id
    FROM together
    JOIN reviews_report AS report ON report.case_id = together.id OR report.part_id = together.id
    WHERE report.reporter_id IS NOT NULL
"""


def reporters_of(cases: Iterable[int]) -> defaultdict[int, set[int]]:
    """Who reported these cases, by their ids, or anything that is one with them by merging, however many steps away; of an
    appeal who reported what it is against. One query.
    """
    found: defaultdict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(_REPORTERS, [list(cases)])
        for case, reporter in cursor:
            found[case].add(reporter)
    return found


def attach_reporters(cases: Sequence[Case]) -> Sequence[Case]:
    """Give many cases their `reporters` with one query."""
    found = reporters_of(case.pk for case in cases)
    for case in cases:
        case.reporters = found[case.pk]
    return cases


class CaseQuerySet(models.QuerySet["Case"]):
    def in_sections(self, sections: Collection[str]) -> CaseQuerySet:
        """Cases of these sections; whoever has members has the appeals that wait too long, of whatever section."""
        theirs = models.Q(section__in=sections)
        if Section.MEMBERS in sections:
            theirs |= models.Q(kind="appeal", flags__contains=["late"])
        return self.filter(theirs)

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

    def for_deciding_about(self) -> CaseQuerySet:
        """With what says who may decide it and how, but for what it is about (`targets.attach_rows`)."""
        return self.select_related(
            "author", "snapshot", "merged_into", "appeal__decision__case__merged_into"
        ).prefetch_related(
            "evidence",
            "decisions__measures",
            "merged_into__decisions__measures",
            "appeal__decision__measures",
            "appeal__decision__case__merged_into__decisions__measures",
            "appeal__decision__case__evidence",
        )

    def for_page(self) -> CaseQuerySet:
        """With what the case's own page shows: the judged words, the evidence and its sources, what was decided. What it is
        about comes with `targets.attach_rows`: all of it in one query takes the planner longer than the rest of the page.
        """
        return self.select_related(
            *_APPEAL, "author__totals", "snapshot__revision", "claimed_by", "assigned_to", "merged_into"
        ).prefetch_related(
            *_EVIDENCE,
            "decisions__moderator",
            "decisions__measures",
            "appeal__decision__measures",
            "appeal__decision__case__merged_into__decisions__measures",
            "merged_into__decisions__measures",
            "set_aside",
            *(f"appeal__decision__case__{related}" for related in _EVIDENCE),
        )

    def held(self, *, skip_locked: bool = False) -> CaseQuerySet:
        """For this transaction alone, in the order of their numbers, in which everybody takes them."""
        return self.select_for_update(of=("self",), no_key=True, skip_locked=skip_locked).order_by("pk")

    def for_deciding(self) -> CaseQuerySet:
        """Held, and with the appeal that it may be: what is held itself comes from `reviews.services.matters`."""
        return self.held().select_related("author", "appeal__decision__case", "snapshot")
