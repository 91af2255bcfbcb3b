"""How cases end without a decision, and how they come back: what they are about was edited, taken back, or is gone.

What became one with a case that ends, and is about something else, is on its own again.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Matter,
    NoticeItem,
    Report,
    Review,
    ReviewState,
)
from reviews.moderation.matters import UNDECIDED, matter_of
from reviews.moderation.targets import Target, target_of
from reviews.permissions import UNDO_WITHIN
from reviews.services.opening import move_case, step, weigh
from reviews.services.reporting import answer_reports

_SWEPT_AT_ONCE: Final = 200
_UNFINISHED: Final = (*UNDECIDED, CaseState.APPEALED)
# Steps after which a case is in the state that it was in.
_WITHOUT_A_MOVE: Final = (CaseEvent.Kind.NOTE, CaseEvent.Kind.SIGNAL)
# Part of another case that nobody has decided yet.
WAITS_AS_PART: Final = Q(state=CaseState.MERGED, merged_into__state__in=UNDECIDED)


def note_edit(*, review: Review) -> None:
    """Tell those who judge a message that its words are others now. Runs in the transaction that holds the review."""
    waiting = _of_message(review).filter(state__in=UNDECIDED)
    judged_with = Case.objects.filter(pk__in=_of_message(review).filter(WAITS_AS_PART).values("merged_into"))
    for case in _held(waiting | judged_with):
        step(case, CaseEvent.Kind.EDITED, actor=review.author, detail={"revision": review.revision_number})


def close_fixed_case(*, review: Review) -> bool:
    """Close the case about copied words in a message once an edit took them out; answers whether there was one."""
    return close_fixed_case_about(target_of(Matter.REVIEW, review))


def close_fixed_case_about(target: Target) -> bool:
    """The same about anything with words, unless somebody waits for the decision: a member who reported it, or a
    rights-holder. Runs in the transaction that holds what it is about.
    """
    waits = Q(state=CaseState.OPEN) | WAITS_AS_PART
    cases, parts = hold_with_parts(Case.objects.filter(waits, **target.filter, kind=CaseKind.COPIED))
    if not cases or _is_waited_for(cases[0]):
        return False
    for part in parts:
        let_go(part)
    _take_out(cases[0])
    move_case(cases[0], CaseState.CLOSED, merged_into=None)
    step(cases[0], CaseEvent.Kind.EDITED, actor=target.author, detail={"fixed": True})
    return True


def _is_waited_for(case: Case) -> bool:
    """Whether somebody is to hear how it ends: what they said is there, or in the case that holds it."""
    of_case = Q(case=case) | Q(part=case)
    return Report.objects.filter(of_case).exists() or NoticeItem.objects.filter(of_case).exists()


def close_cases_of(review: Review) -> int:
    """Close what waits about a message that its author took back, part of another case or not; nothing was decided. Runs in
    the transaction that holds the review; returns how many were closed.
    """
    waits = Q(state=CaseState.OPEN) | WAITS_AS_PART & ~Q(merged_into__review=review)
    closed, parts = hold_with_parts(_of_message(review).filter(waits))
    for part in parts:
        # What is about the same message comes back with the case that holds it.
        if part.review_id != review.pk:
            let_go(part)
    for case in closed:
        _take_out(case)
        move_case(case, CaseState.CLOSED, merged_into=None)
        step(case, CaseEvent.Kind.WITHDRAWN, actor=review.author)
    return len(closed)


def reopen_cases_of(review: Review) -> int:
    """Open again what was closed because its author took the message back. Returns how many."""
    steps = CaseEvent.objects.filter(case=OuterRef("pk")).exclude(kind__in=_WITHOUT_A_MOVE)
    last = Subquery(steps.order_by("-pk").values("kind")[:1])
    closed = (
        _of_message(review).alias(last=last).filter(state=CaseState.CLOSED, last=CaseEvent.Kind.WITHDRAWN)
    )
    reopened = 0
    for case in _held(closed):
        if not Case.objects.twins_of(case).exists():
            move_case(case, CaseState.OPEN)
            step(case, CaseEvent.Kind.REOPENED, actor=review.author)
            reopened += 1
    return reopened


def close_what_goes(cases: QuerySet[Case]) -> int:
    """Close the unfinished among these cases, appeals and parts of others too: what they are about goes or is gone, and
    nothing is left to decide. Part of the transaction that takes it away. Answers how many.
    """
    closed, parts = hold_with_parts(cases.filter(Q(state__in=_UNFINISHED) | WAITS_AS_PART))
    for part in parts:
        let_go(part)
    for case in closed:
        _take_out(case)
    for case in closed:
        move_case(case, CaseState.CLOSED, merged_into=None)
        step(case, CaseEvent.Kind.WITHDRAWN)
        answer_reports(case=case, outcome=Report.Outcome.MOOT)
    return len(closed)


@transaction.atomic
def close_cases_of_nothing() -> int:
    """Close the cases about facts, translations and lists that went with something else. Answers how many, at most 200."""
    unfinished = Q(state__in=_UNFINISHED) | WAITS_AS_PART
    waiting = Case.objects.filter(unfinished, **dict.fromkeys(MATTER_COLUMNS.values()))
    return close_what_goes(
        Case.objects.filter(pk__in=list(waiting.values_list("pk", flat=True)[:_SWEPT_AT_ONCE]))
    )


@transaction.atomic
def answer_moot_reports() -> int:
    """Answer the reports of what was closed undecided, once its author can no longer put it back. Answers those of how many
    cases, at most 200.
    """
    # An hour longer, so that an undo in the last second finds its case as it was.
    since = timezone.now() - UNDO_WITHIN - timedelta(hours=1)
    can_return = Q(review__state=ReviewState.WITHDRAWN, review__withdrawn_at__gt=since)
    asked = Report.objects.filter(outcome=Report.Outcome.WAITING).values("case")
    over = Case.objects.filter(state=CaseState.CLOSED, pk__in=asked).exclude(can_return).order_by("pk")
    held = list(over.select_for_update(of=("self",), no_key=True, skip_locked=True)[:_SWEPT_AT_ONCE])
    for case in held:
        answer_reports(case=case, outcome=Report.Outcome.MOOT)
    return len(held)


def let_go(part: Case, *, actor: Member | None = None) -> None:
    """Let a held case that became one with another be on its own again, with the reports and notices that it came with;
    closed where nothing is left to decide.
    """
    _take_out(part)
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
    held = {case.pk: case for case in _held(Case.objects.filter(of_them))}
    still = set(cases.filter(pk__in=held).values_list("pk", flat=True))
    parts = [
        case for case in held.values() if case.merged_into_id in still and case.state == CaseState.MERGED
    ]
    return [held[pk] for pk in sorted(still)], [part for part in parts if part.pk not in still]


def _take_out(part: Case) -> None:
    """Bring what members and rights-holders said about a part from the case that held it. Of a member who spoke of both the
    word that stayed with the part counts again; one about the part that came after it is as any second report, no other.
    """
    if part.merged_into_id is None:
        return
    kept = Case.objects.get(pk=part.merged_into_id)
    Report.objects.filter(part=part, reporter__in=part.reports.values("reporter")).delete()
    Report.objects.filter(part=part).update(case=part, part=None)
    NoticeItem.objects.filter(part=part).update(case=part, part=None)
    part.reports.update(outcome=Report.Outcome.WAITING)
    if kept.state in UNDECIDED:
        step(kept, CaseEvent.Kind.MERGED, detail={"parted": part.pk})
        weigh(kept)


def _of_message(review: Review) -> QuerySet[Case]:
    """Cases about a message; an appeal is about a decision and waits whatever its author does."""
    return Case.objects.filter(review=review).exclude(kind=CaseKind.APPEAL)


def _held(cases: QuerySet[Case]) -> QuerySet[Case]:
    return cases.select_for_update(of=("self",), no_key=True).order_by("pk")
