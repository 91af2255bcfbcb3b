"""How the cases ended that came of the staff's rules: whether a rule finds what it should."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from reviews.models import Decision, Evidence, FlagRule, Verdict

_FINE = Q(verdict__in=[Verdict.KEEP, Verdict.RESTORE]) | Q(is_overturned=True)


def with_outcomes(rules: QuerySet[FlagRule]) -> QuerySet[FlagRule]:
    """The rules with `hits`, how many cases each had a part in, and of those how many were `right` and `wrong`, by what was
    decided last and stands. What waits, or ended without a decision, is neither.
    """
    return rules.annotate(
        hits=_cases(Q()), right=_cases(Q(verdict__isnull=False), ~_FINE), wrong=_cases(_FINE)
    )


def _cases(*fits: Q) -> Coalesce:
    of_case = Evidence.objects.filter(rule=OuterRef("pk")).annotate(
        # Evidence that was left with a decision is of its case all the same.
        of=Coalesce("case", "decision__case"),
    )
    judged = of_case.annotate(
        # A case that became one with another about the same text was decided with it.
        verdict=Coalesce(_last(case=OuterRef("of")), _last(case__merged_cases=OuterRef("of"))),
        is_overturned=Exists(_standing(case__appeal__decision__case=OuterRef("of"), verdict=Verdict.RESTORE)),
    )
    number = judged.filter(*fits).order_by().values("rule").annotate(number=Count("of", distinct=True))
    return Coalesce(Subquery(number.values("number")), 0)


def _last(**of: Any) -> Subquery:
    return Subquery(_standing(**of).order_by("-pk").values("verdict")[:1])


def _standing(**of: Any) -> QuerySet[Decision]:
    return Decision.objects.filter(undone_at=None, **of)
