"""Cases that wait for too long: for an answer by an author, or for a moderator to answer an appeal. Sweeps, harmless when repeated."""

from datetime import timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone

from films.models import Change, Trivia
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Matter,
    Measure,
    MeasureKind,
    NoticeItem,
    NotificationKind,
    ReviewState,
    Verdict,
)
from reviews.moderation import severity
from reviews.moderation.matters import said_about
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.querysets import CaseQuerySet
from reviews.moderation.queue import is_free
from reviews.moderation.refusals import StaleCase
from reviews.services.matters import held
from reviews.services.matters.base import standing_takings
from reviews.services.matters.fact import HeldFact
from reviews.services.matters.list import HeldList
from reviews.services.matters.review import HeldReview
from reviews.services.notifying import notify
from reviews.services.opening import move_case, raise_flag, step
from reviews.services.public_log import log_line

log = structlog.get_logger()

_SWEPT_AT_ONCE: Final = 200
# What can be shown again by itself. A picture or a name came to the place of another, and a translation to an engine's.
_SHOWN: Final = (Matter.REVIEW, Matter.LIST, Matter.PLOT, Matter.BIOGRAPHY, Matter.TRIVIA)


def note_late_appeals() -> int:
    """Bring appeals that nobody has answered in time to the head of the queue, each once; answers how many.

    Whoever had them to themselves has not got to it: they are free for anybody again, and for moderators of members too.
    """
    if not settings.FILMSITE_APPEAL_LATE_DAYS:
        return 0
    late = _unanswered_for(settings.FILMSITE_APPEAL_LATE_DAYS).exclude(flags__contains=[CaseFlag.LATE])
    return sum(_escalate(pk) for pk in list(late.values_list("pk", flat=True)[:_SWEPT_AT_ONCE]))


def show_unanswered() -> int:
    """Show texts and lists again whose authors' appeals nobody has answered for far too long; answers how many.

    Nothing is decided by that: the appeal waits as before, and measures stay. What stays away whatever the delay: what a
    rights-holder gave notice of, what may be against the law, what came with a suspension, what another case took, and
    words of the catalogue in the place of which somebody wrote since. An appeal that a moderator has in hand is left to them.
    """
    if not settings.FILMSITE_APPEAL_SHOWN_DAYS:
        return 0
    over = _unanswered_for(settings.FILMSITE_APPEAL_SHOWN_DAYS).exclude(flags__contains=[CaseFlag.SHOWN])
    due = _may_be_shown(over).order_by("appeal__filed_at", "pk").values_list("pk", flat=True)
    shown = 0
    for pk in list(due[:_SWEPT_AT_ONCE]):
        try:
            shown += _show(pk)
        except Exception:
            # One that cannot be shown must not hold up the others, and is tried again with the next sweep.
            log.exception("text of an appeal could not be shown", case=pk)
    return shown


def note_overdue_answers() -> int:
    """Open the cases again whose authors let the time for an answer go by; a moderator decides. Answers how many."""
    over = Case.objects.filter(state=CaseState.WAITING, answer_until__lt=timezone.now())
    return sum(_open_overdue(pk) for pk in list(over.values_list("pk", flat=True)[:_SWEPT_AT_ONCE]))


def _unanswered_for(days: int) -> CaseQuerySet:
    since = timezone.now() - timedelta(days=days)
    return Case.objects.filter(kind=CaseKind.APPEAL, state=CaseState.OPEN, appeal__filed_at__lt=since)


def _may_be_shown(appeals: CaseQuerySet) -> CaseQuerySet:
    # With the decision itself, or with that about the case that what it is about was part of.
    along = Func(OuterRef("appeal__decision"), function="to_jsonb")
    came_with = Q(decision=OuterRef("appeal__decision")) | Q(decision__undo__alike__contains=along)
    suspension = Measure.objects.filter(came_with, kind=MeasureKind.SUSPENSION, lifted_at=None)
    notice = NoticeItem.objects.filter(said_about(OuterRef("appeal__decision__case")))
    is_same = (
        Q(case__review=OuterRef("review"))
        | Q(case__list=OuterRef("list"))
        | Q(case__trivia=OuterRef("trivia"))
    )
    is_same |= Q(case__matter=Matter.PLOT, case__title=OuterRef("title")) | Q(case__person=OuterRef("person"))
    taken = standing_takings().filter(is_same, ~Q(case=OuterRef("appeal__decision__case")))
    change = Func(F("appeal__decision__undo"), Value("change"), function="jsonb_extract_path_text")
    is_away = Q(review__state__in=[ReviewState.HIDDEN, ReviewState.REMOVED]) | Q(list__is_removed=True)
    return (
        appeals.annotate(taken_by=Cast(change, BigIntegerField()))
        .filter(
            is_free(timezone.now()),
            is_away | _is_place_free(),
            ~Exists(suspension),
            ~Exists(notice),
            ~Exists(taken),
            matter__in=_SHOWN,
            appeal__decision__verdict__in=[Verdict.HIDE, Verdict.REMOVE],
            appeal__decision__undone_at=None,
        )
        .exclude(flags__contains=[CaseFlag.NOTICE])
        .exclude(appeal__decision__case__kind=CaseKind.UNLAWFUL)
    )


def _is_place_free() -> Q:
    """Of words of the catalogue: whether nothing stands, or stood since, where the decision took them away. For appeals with
    the number of the change as `taken_by`.
    """
    since = Change.objects.filter(pk__gt=OuterRef("taken_by"))
    no_plot = Q(matter=Matter.PLOT, title__plot="", title__merged_into=None)
    no_newer_plot = Q(~Exists(since.filter(title=OuterRef("title"), field="plot")))
    no_biography = Q(matter=Matter.BIOGRAPHY, person__biography="")
    no_newer_biography = Q(~Exists(since.filter(person=OuterRef("person"), field="biography")))
    removed = Q(matter=Matter.TRIVIA, trivia__is_removed=True, trivia__title__merged_into=None)
    same = Trivia.objects.filter(
        title=OuterRef("trivia__title"), text=OuterRef("trivia__text"), is_removed=False
    )
    is_free = no_plot & no_newer_plot | no_biography & no_newer_biography | removed & Q(~Exists(same))
    return Q(taken_by__isnull=False) & is_free


@transaction.atomic
def _escalate(pk: int) -> bool:
    case = _held_if_free(pk, state=CaseState.OPEN)
    if case is None or CaseFlag.LATE in case.flags:
        return False
    raise_flag(case, CaseFlag.LATE)
    move_case(case, CaseState.OPEN, assigned_to=None, severity=severity.GRAVEST)
    step(case, CaseEvent.Kind.OVERDUE)
    return True


@transaction.atomic
def _show(pk: int) -> bool:
    """Locks what it is about, then both cases by id, and the log last, as whoever decides."""
    appealed = Case.objects.select_related("appeal__decision").get(pk=pk)
    try:
        matter = held(appealed)
    except StaleCase:
        # The list is gone.
        return False
    both = Case.objects.for_deciding().filter(pk__in=[pk, appealed.appeal.decision.case_id])
    first, case = both.order_by("pk")
    matter.attach_to(case)
    is_due = _may_be_shown(Case.objects.filter(pk=pk, state=CaseState.OPEN)).exists()
    if not is_due or CaseFlag.SHOWN in case.flags or not possible_verdicts(case):
        return False
    if not isinstance(matter, HeldReview | HeldList | HeldFact) or not matter.show(case):
        return False
    raise_flag(case, CaseFlag.SHOWN)
    step(case, CaseEvent.Kind.SHOWN)
    step(first, CaseEvent.Kind.SHOWN, detail={"appeal": pk})
    _tell(case)
    log_line(
        verb=f"reviews.{case.matter}.shown",
        section=case.section,
        reason="",
        by=None,
        rule=case.appeal.decision.rule,
        case=case,
        numbers=matter.log_numbers(),
    )
    return True


def _tell(case: Case) -> None:
    """Tell its author that the delay is ours; by mail as well, as all that concerns their account."""
    notify(
        recipients=[case.appeal.author],
        kind=NotificationKind.ACCOUNT,
        key=f"shown_meanwhile:{case.pk}",
        review=case.review,
        title=case.trivia.title if case.trivia else case.title,
        person=case.person,
        detail={"news": "shown_meanwhile", "statement": case.appeal.statement_id},
    )


@transaction.atomic
def _open_overdue(pk: int) -> bool:
    case = _held_if_free(pk, state=CaseState.WAITING)
    if case is None or case.answer_until is None or case.answer_until >= timezone.now():
        return False
    raise_flag(case, CaseFlag.OVERDUE)
    move_case(case, CaseState.OPEN)
    step(case, CaseEvent.Kind.OVERDUE)
    return True


def _held_if_free(pk: int, *, state: str) -> Case | None:
    """The case, unless somebody has it in hand or brought it into another state; the next sweep looks again."""
    return Case.objects.filter(pk=pk, state=state).held(skip_locked=True).first()
