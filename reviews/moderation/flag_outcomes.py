"""How the cases ended that came of the staff's rules: whether a rule finds what it should."""

from collections.abc import Collection
from functools import partial
from typing import Any, NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reviews.models import Decision, Evidence, Verdict

_FINE = Q(verdict__in=[Verdict.KEEP, Verdict.RESTORE]) | Q(is_overturned=True)


class Outcomes(NamedTuple):
    """How many cases a rule had a part in, and of those how many were `right` and `wrong`, by what was decided last and
    stands. What waits, or ended without a decision, is neither.
    """

    hits: int = 0
    right: int = 0
    wrong: int = 0


def outcomes_of(rules: Collection[int]) -> dict[int, Outcomes]:
    """The outcomes of these rules, by their numbers; a rule of which no case came is not among them. One query."""
    of_case = Evidence.objects.filter(rule__in=rules).annotate(
        # Evidence that was left with a decision is of its case all the same.
        of=Coalesce("case", "decision__case"),
    )
    judged = of_case.annotate(
        # A case that became one with another about the same text was decided with it.
        verdict=Coalesce(_last(case=OuterRef("of")), _last(case__merged_cases=OuterRef("of"))),
        is_overturned=Exists(_standing(case__appeal__decision__case=OuterRef("of"), verdict=Verdict.RESTORE)),
    )
    cases = partial(Count, "of", distinct=True)
    counted = (
        judged.order_by()
        .values("rule")
        .annotate(
            hits=cases(), right=cases(filter=Q(verdict__isnull=False) & ~_FINE), wrong=cases(filter=_FINE)
        )
    )
    return {
        rule: Outcomes(hits, right, wrong)
        for rule, hits, right, wrong in counted.values_list("rule", "hits", "right", "wrong")
    }


def _last(**of: Any) -> Subquery:
    return Subquery(_standing(**of).order_by("-pk").values("verdict")[:1])


def _standing(**of: Any) -> QuerySet[Decision]:
    return Decision.objects.filter(undone_at=None, **of)
