"""How cases end without a decision, and how they come back: what they are about was edited, taken back, or is gone.

What became one with a case that ends, and is about something else, is on its own again.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

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
from reviews.moderation.matters import UNDECIDED, said_about
from reviews.moderation.querysets import CaseQuerySet
from reviews.moderation.targets import Target, target_of
from reviews.permissions import UNDO_WITHIN
from reviews.services.opening import move_case, step
from reviews.services.parting import WAITS_AS_PART, hold_with_parts, let_go, take_out
from reviews.services.reporting import answer_reports, reports_about

_SWEPT_AT_ONCE: Final = 200
_UNFINISHED: Final = (*UNDECIDED, CaseState.APPEALED)
# Steps after which a case is in the state that it was in.
_WITHOUT_A_MOVE: Final = (CaseEvent.Kind.NOTE, CaseEvent.Kind.SIGNAL)


def note_edit(*, review: Review) -> None:
    """Tell those who judge a message that its words are others now. Runs in the transaction that holds the review."""
    waiting = _of_message(review).filter(state__in=UNDECIDED)
    holding = Case.objects.filter(pk__in=_of_message(review).filter(WAITS_AS_PART).values("merged_into"))
    for case in (waiting | holding).held():
        step(case, CaseEvent.Kind.EDITED, actor=review.author, detail={"revision": review.revision_number})


def close_fixed_case(*, review: Review) -> bool:
    """Close the case about copied words in a message once an edit took them out; answers whether there was one."""
    return close_fixed_case_about(target_of(Matter.REVIEW, review))


def close_fixed_case_about(target: Target, *, kind: str = CaseKind.COPIED) -> bool:
    """The same about anything with words and for any reason, unless somebody waits for the decision: a member who reported
    it, a rights-holder, or the moderator who opened it. Where no word is changed a case that is in a moderator's hands stays
    too. Runs in the transaction that holds what it is about.
    """
    waits = Q(state=CaseState.OPEN) | WAITS_AS_PART
    cases, parts = hold_with_parts(Case.objects.filter(waits, **target.filter, kind=kind))
    if not cases:
        return False
    case = cases[0]
    is_unchanged = case.snapshot is not None and case.snapshot.text == target.words.text
    if is_waited_for(case) or _is_opened_by_moderator(case) or (is_unchanged and _is_claimed(case)):
        return False
    for part in parts:
        let_go(part)
    take_out(case)
    move_case(case, CaseState.CLOSED, merged_into=None)
    if is_unchanged:
        # Its words are its author's own after all.
        step(case, CaseEvent.Kind.CLOSED)
    else:
        step(case, CaseEvent.Kind.EDITED, actor=target.author, detail={"fixed": True})
    return True


def is_waited_for(case: Case) -> bool:
    """Whether somebody is to hear how it ends: what they said is there, or in the case that holds it."""
    return reports_about(case).exists() or NoticeItem.objects.filter(said_about(case)).exists()


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
        take_out(case)
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
    for case in closed.held():
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
        take_out(case)
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
    asked = Report.objects.filter(outcome=Report.Outcome.WAITING)
    near = Q(pk__in=asked.values("case")) | Q(pk__in=asked.exclude(part=None).values("part"))
    about_it = Exists(asked.filter(said_about(OuterRef("pk"))))
    over = Case.objects.filter(near, about_it, state=CaseState.CLOSED).exclude(can_return)
    held = list(over.held(skip_locked=True)[:_SWEPT_AT_ONCE])
    for case in held:
        answer_reports(case=case, outcome=Report.Outcome.MOOT)
    return len(held)


def _is_opened_by_moderator(case: Case) -> bool:
    """Whether a moderator asked for the case, or opened it again, whatever a machine found."""
    kinds = (CaseEvent.Kind.OPENED, CaseEvent.Kind.SIGNAL, CaseEvent.Kind.REOPENED)
    opened = case.events.filter(kind__in=kinds, actor__isnull=False)
    return opened.exclude(actor=case.author_id).exists()


def _is_claimed(case: Case) -> bool:
    """Whether a moderator has it, or the case that holds it, in hands now."""
    holding = Case.objects.filter(pk=case.merged_into_id or case.pk)
    return holding.filter(claimed_by__isnull=False, claimed_until__gt=timezone.now()).exists()


def _of_message(review: Review) -> CaseQuerySet:
    """Cases about a message; an appeal is about a decision and waits whatever its author does."""
    return Case.objects.filter(review=review).exclude(kind=CaseKind.APPEAL)
