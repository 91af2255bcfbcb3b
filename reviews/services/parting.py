"""Parts of cases: what became one with another case, and how it is on its own again, with what was said about it."""

from functools import reduce
from operator import and_
from typing import Final

import structlog
from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts.models import Member
from reviews.models import Case, CaseEvent, CaseState, NoticeItem, Report, ReviewState
from reviews.moderation.matters import UNDECIDED, matter_of
from reviews.moderation.querysets import ABOUT_COLUMNS
from reviews.services.opening import (
    hold_what_they_are_about,
    leave_evidence,
    move_case,
    step,
    weigh,
)

log = structlog.get_logger()

_SWEPT_AT_ONCE: Final = 200
# Part of another case that nobody has decided yet.
WAITS_AS_PART: Final = Q(state=CaseState.MERGED, merged_into__state__in=UNDECIDED)
# About the very thing that the case which holds it is about, and so decided with that, without a decision of its own.
_IS_THE_SAME: Final = reduce(
    and_,
    (
        Q(**{column: F(f"merged_into__{column}")})
        | Q(**{f"{column}__isnull": True, f"merged_into__{column}__isnull": True})
        for column in ABOUT_COLUMNS
    ),
)


def let_go(part: Case, *, actor: Member | None = None) -> None:
    """Let a held case that became one with another be on its own again, with the reports and notices that it came with;
    closed where nothing is left to decide.
    """
    take_out(part)
    part.state = CaseState.OPEN
    is_over = not matter_of(part).possible_verdicts() or Case.objects.twins_of(part).exists()
    move_case(part, CaseState.CLOSED if is_over else CaseState.OPEN, merged_into=None)
    if not is_over:
        step(part, CaseEvent.Kind.REOPENED, actor=actor)
        weigh(part)
    elif part.review is not None and part.review.state == ReviewState.WITHDRAWN:
        step(part, CaseEvent.Kind.WITHDRAWN, actor=part.author)
    else:
        step(part, CaseEvent.Kind.CLOSED, actor=actor)


def hold_with_parts(cases: QuerySet[Case]) -> tuple[list[Case], list[Case]]:
    """Those of these cases that are so still, and the parts of them that are none of these; all held, with the cases that
    hold them, in the order of their numbers.
    """
    pks = set(cases.order_by().values_list("pk", flat=True))
    with_kept = Q(pk__in=pks) | Q(pk__in=Case.objects.filter(pk__in=pks).values("merged_into"))
    of_them = with_kept | Q(merged_into__in=pks, state=CaseState.MERGED)
    held = {case.pk: case for case in Case.objects.filter(of_them).held()}
    still = set(cases.filter(pk__in=held).values_list("pk", flat=True))
    parts = [
        case for case in held.values() if case.merged_into_id in still and case.state == CaseState.MERGED
    ]
    return [held[pk] for pk in sorted(still)], [part for part in parts if part.pk not in still]


def take_out(part: Case) -> None:
    """Bring the evidence about a held part, and what members and rights-holders said about it, from the case that held it. Of
    a member who spoke of both the word that stayed with the part counts again; one about the part that came after it is as
    any second report, no other.

    What such a member said of another part comes forward in its place: who reported anything in a case has no say in it.
    """
    if part.merged_into_id is None:
        return
    kept = Case.objects.get(pk=part.merged_into_id)
    Report.objects.filter(part=part, reporter__in=part.reports.values("reporter")).delete()
    Report.objects.filter(part=part).update(case=part, part=None)
    NoticeItem.objects.filter(part=part).update(case=part, part=None)
    bring_evidence_home(part, kept)
    # Said twice of the same, it had no answer of its own; those that were given stay.
    said_twice = Report.objects.filter(case=kept).values("reporter")
    part.reports.filter(outcome=Report.Outcome.MOOT, reporter__in=said_twice).update(
        outcome=Report.Outcome.WAITING
    )
    _bring_forward(kept, part)
    if kept.state in UNDECIDED:
        step(kept, CaseEvent.Kind.MERGED, detail={"parted": part.pk})
        weigh(kept)


def bring_evidence_home(part: Case, kept: Case) -> None:
    """Let a part have again the evidence that lies in the case about the same words that held it, with the words as that has
    them: positions are those of one state.
    """
    own = kept.evidence.filter(part=part)
    if not own.exists():
        return
    if part.snapshot_id != kept.snapshot_id:
        leave_evidence(part, part.evidence.all())
        part.snapshot = kept.snapshot
        Case.objects.filter(pk=part.pk).update(snapshot=kept.snapshot)
    own.update(case=part, part=None)


def _bring_forward(kept: Case, left: Case) -> None:
    waiting = Report.objects.filter(
        case__merged_into=kept, case__state=CaseState.MERGED, reporter__in=left.reports.values("reporter")
    )
    spoken: set[int | None] = set(kept.reports.values_list("reporter", flat=True))
    for item in waiting.exclude(case=left).order_by("pk"):
        if item.reporter_id not in spoken:
            spoken.add(item.reporter_id)
            is_moot = item.outcome == Report.Outcome.MOOT
            Report.objects.filter(pk=item.pk).update(
                case=kept,
                part=item.part_id or item.case_id,
                outcome=Report.Outcome.WAITING if is_moot else item.outcome,
            )


def free_stranded_parts() -> int:
    """Let the parts be on their own that a case holds which is decided, over or gone, though nothing was decided about them:
    nobody would ever look at them. Answers how many, at most 200; harmless when repeated.
    """
    freed = 0
    for pk in list(_stranded().order_by("pk").values_list("pk", flat=True)[:_SWEPT_AT_ONCE]):
        try:
            freed += _free(pk)
        except Exception:
            # One that cannot be freed must not hold up the others, and is tried again with the next sweep.
            log.exception("part of a case could not be freed", case=pk)
    return freed


@transaction.atomic
def _free(pk: int) -> bool:
    alone = Case.objects.filter(pk=pk)
    hold_what_they_are_about(alone)
    list(Case.objects.filter(Q(pk=pk) | Q(merged_cases=pk)).held())
    if not _stranded().filter(pk=pk).exists():
        return False
    let_go(alone.get())
    return True


def _stranded() -> QuerySet[Case]:
    waits = Q(merged_into__state__in=UNDECIDED)
    is_held = Q(merged_into__isnull=False) & (waits | _IS_THE_SAME)
    return Case.objects.filter(~is_held, state=CaseState.MERGED)
