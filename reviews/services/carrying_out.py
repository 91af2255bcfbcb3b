"""Carrying out a decision about a case and all that became one with it, and taking it back: what is held, and the order.

Who may decide what is `reviews.services.deciding`; what follows from one decision is `reviews.services.acts`; what it does to
the content is `reviews.services.matters`.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from accounts.models import Member
from reviews.models import MATTER_COLUMNS, Case, CaseState, Decision, Matter
from reviews.moderation.refusals import StaleCase
from reviews.services.acts import Act
from reviews.services.matters import held


def hold_together(
    case: Case, moderator: Member, members: Collection[int] = (), alike: Collection[int] | None = None
) -> list[Act]:
    """The case, held with what it is about; behind it those that became one with it and are about something else, one for
    each thing: the others about it are decided with that one, as they are with the case itself.

    To take a decision back they are those of the decisions that were made `alike`, whatever state they are in by now. All
    that they are about first, by id, then the cases by theirs.
    """
    column = MATTER_COLUMNS[Matter(case.matter)] + "_id"
    if alike is None:
        # Of what went without a word nothing is left to hold; a sweep closes it.
        merged = Case.objects.filter(merged_into=case, state=CaseState.MERGED).exclude(**{column: None})
    else:
        merged = Case.objects.filter(decisions__in=alike)
    things = {getattr(case, column): case}
    # The one of the reason that is decided about, if any: that is what it became one with the case for.
    for part in sorted(merged, key=lambda part: (part.kind != case.kind, part.pk)):
        things.setdefault(getattr(part, column), part)
    parts = sorted(things.values(), key=lambda part: (getattr(part, column) or 0, part.pk))
    matters = {part.pk: held(part, members) for part in parts}
    of_them = Q(pk__in=matters) | Q(merged_into__in=matters, state=CaseState.MERGED)
    rows = {row.pk: row for row in Case.objects.for_deciding().filter(of_them)}
    if set(merged.values_list("pk", flat=True)) != {part.pk for part in merged}:
        # Another became one with it just now, or left it, and nobody here has seen it.
        raise StaleCase("version")
    acts = []
    for pk in [case.pk, *(pk for pk in rows if pk in matters and pk != case.pk)]:
        matters[pk].attach_to(rows[pk])
        about = getattr(rows[pk], column)
        same = [row for row in rows.values() if row.pk not in matters and getattr(row, column) == about]
        acts.append(Act(rows[pk], matters[pk], moderator, same if pk != case.pk else ()))
    return acts


def carry_out(
    acts: Sequence[Act],
    *,
    verdict: str,
    reason: str,
    rule: str,
    reasons: Mapping[int, str],
    measure: str = "",
    measure_days: int | None = None,
) -> Decision:
    """Decide about the first of these, with the measure, and about the others alike; gives the decision about the first.
    `reasons` are those of single cases, by id, in place of `reason`.

    In the order in which locks are taken: what all of them are about with its totals, cases, measures, and the public log
    at the very end, whose lock is one for everybody.
    """
    first, *others = acts
    decision = first.decide(verdict, reasons.get(first.case.pk, reason), rule)
    alike = [
        other
        for other in others
        if other.decide_along(verdict, reasons.get(other.case.pk, first.decision.reason), rule)
    ]
    decision.undo = {**decision.undo, "alike": [other.decision.pk for other in alike]}
    first.follow(measure, measure_days)
    for other in alike:
        other.follow()
    for act in (first, *alike):
        act.write_log()
    return decision


def take_back(acts: Sequence[Act], decision: Decision) -> None:
    """Undo the decision about the first of these, and what was decided alike about the others; locks as in `carry_out`."""
    first, *others = acts
    first.decision = decision
    undone = [first, *(other for other in others if other.was_decided_along(decision))]
    for act in undone:
        act.undo()
    for act in undone:
        act.follow_undo()
    for act in undone[1:]:
        act.give_back(first.case)
    for act in undone:
        act.write_log()
