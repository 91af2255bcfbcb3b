"""What happens to a case between its opening and its end: notes, messages, answers, another section, a colleague, one case of
several, and looking again. Each is a step that stays.
"""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from accounts.models import Member, Section
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    NoticeItem,
    NotificationKind,
    Report,
)
from reviews.moderation.matters import UNDECIDED, ContentMatter, are_about_the_same, matter_of
from reviews.moderation.permissions import Action, allows, carries_suspension
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.services.matters import held
from reviews.services.notifying import notify
from reviews.services.opening import hold_what_they_are_about, move_case, raise_flag, step, weigh
from reviews.services.parting import bring_evidence_home, hold_with_parts
from reviews.services.reporting import reports_about


@transaction.atomic
def add_note(*, case: Case, moderator: Member, text: str) -> CaseEvent:
    """Write something down for the other moderators. Raises NotAllowed."""
    case = _held_for(case, moderator, Action.NOTE)
    return step(case, CaseEvent.Kind.NOTE, actor=moderator, text=text)


@transaction.atomic
def message_author(*, case: Case, moderator: Member, text: str) -> CaseEvent:
    """Ask or tell the author something; they hear of it on the site and can answer there. Raises NotAllowed ("nobody" where
    there is no author to ask), StaleCase when the case is decided.
    """
    case = _held_for(case, moderator, Action.MESSAGE)
    if case.author is None:
        raise NotAllowed("nobody")
    if case.state not in UNDECIDED:
        raise StaleCase("state")
    event = step(case, CaseEvent.Kind.MESSAGE, actor=moderator, text=text)
    notify(
        recipients=[case.author],
        kind=NotificationKind.ACCOUNT,
        key=f"case_message:{event.pk}",
        review=case.review,
        title=case.title,
        person=case.person,
        detail={"news": "case_message", "case": case.pk},
    )
    return event


@transaction.atomic
def answer_case(*, case: Case, author: Member, text: str) -> CaseEvent:
    """The author's word in a case that waits for it, or in which they were asked; it is open again with it.

    Raises NotAllowed for anybody else, and StaleCase when there is nothing to answer any more.
    """
    case = Case.objects.for_deciding().get(pk=case.pk)
    if not allows(author, Action.ANSWER, case):
        raise NotAllowed("rights")
    if not may_answer(case):
        raise StaleCase("state")
    if case.state == CaseState.WAITING:
        move_case(case, CaseState.OPEN, answer_until=None)
    raise_flag(case, CaseFlag.ANSWERED)
    return step(case, CaseEvent.Kind.ANSWER, actor=author, text=text)


def may_answer(case: Case) -> bool:
    """Whether the author can say something now: while it is hidden for their answer, or after a message. One query."""
    if case.state == CaseState.WAITING:
        return True
    if case.state != CaseState.OPEN:
        return False
    words = case.events.filter(kind__in=[CaseEvent.Kind.MESSAGE, CaseEvent.Kind.ANSWER])
    last = words.values_list("kind", flat=True).last()
    return last == CaseEvent.Kind.MESSAGE


@transaction.atomic
def move_case_to(*, case: Case, moderator: Member, section: str, reason: str) -> None:
    """Hand the case, with what became one with it, to the moderators of another section. Raises NotAllowed ("measure" for an
    appeal against a suspension, which moderators of members answer), or StaleCase when it is decided or somebody else is at
    work on it.
    """
    _, parts = hold_with_parts(Case.objects.filter(pk=case.pk))
    case = _held_undecided_for(case, moderator, Action.MOVE)
    if section not in Section.values:
        raise StaleCase("state")
    if section == case.section:
        return
    if case.kind == CaseKind.APPEAL and section != Section.MEMBERS and carries_suspension(case):
        raise NotAllowed("measure")
    detail: dict[str, object] = {"from": case.section, "to": section}
    move_case(case, case.state, section=section, assigned_to=None)
    for part in parts:
        move_case(part, part.state, section=section)
    step(case, CaseEvent.Kind.MOVED, actor=moderator, text=reason, detail=detail)


@transaction.atomic
def assign_case(*, case: Case, moderator: Member, colleague: Member | None) -> None:
    """Give the case to a colleague who may decide it, or to nobody in particular. Raises NotAllowed ("colleague" where they
    may not), or StaleCase when it is decided or somebody else is at work on it.
    """
    case = _held_undecided_for(case, moderator, Action.ASSIGN)
    if colleague is not None and not allows(colleague, Action.DECIDE, case):
        raise NotAllowed("colleague")
    move_case(case, case.state, assigned_to=colleague)
    to = colleague.pk if colleague else None
    step(case, CaseEvent.Kind.ASSIGNED, actor=moderator, detail={"to": to})


@transaction.atomic
def reopen_case(*, case: Case, moderator: Member, reason: str) -> Case:
    """Look again at something that stands, for a reason. Raises NotAllowed; StaleCase when it is open, when an appeal waits,
    when a newer case about the same cause is open, or when there is nothing to look at.
    """
    matter = held(case)
    case = Case.objects.for_deciding().get(pk=case.pk)
    matter.attach_to(case)
    if not allows(moderator, Action.SEE, case):
        raise NotAllowed("rights")
    if case.kind == CaseKind.APPEAL or case.state not in (CaseState.DECIDED, CaseState.CLOSED):
        raise StaleCase("state")
    if not allows(moderator, Action.REOPEN, case):
        raise NotAllowed("rights")
    of_content = matter_of(case)
    if isinstance(of_content, ContentMatter) and not of_content.stands:
        raise StaleCase("text")
    if Case.objects.twins_of(case).exists():
        raise StaleCase("twin")
    move_case(case, CaseState.OPEN)
    step(case, CaseEvent.Kind.REOPENED, actor=moderator, text=reason)
    return case


@transaction.atomic
def merge_cases(*, into: Case, others: Sequence[Case], moderator: Member) -> Case:
    """Let one case hold what several did: reports, evidence about the same words, notices. They must be undecided, and of
    one section, and of one author and kind or about the same thing.

    What the others are about is decided with it (`deciding.decide_case`). Raises NotAllowed ("sections" where theirs differ,
    "apart" where they have nothing in common), or StaleCase.
    """
    pks = {into.pk, *(case.pk for case in others)}
    # The parts of the others are moved along.
    with_parts = Q(pk__in=pks) | Q(merged_into__in=pks, state=CaseState.MERGED)
    hold_what_they_are_about(Case.objects.filter(with_parts))
    rows = {case.pk: case for case in Case.objects.for_deciding().filter(with_parts)}
    rows = {pk: case for pk, case in rows.items() if pk in pks}
    kept = rows.pop(into.pk)
    for case in (kept, *rows.values()):
        if not allows(moderator, Action.MERGE, case):
            raise NotAllowed("rights")
        if (
            case.state != CaseState.OPEN
            or case.kind == CaseKind.APPEAL
            or case.is_claimed_by_other(moderator)
        ):
            raise StaleCase("state")
    for case in rows.values():
        if case.section != kept.section:
            raise NotAllowed("sections")
        if not _belong_together(kept, case):
            raise NotAllowed("apart")
        _merge(kept, case, moderator)
    weigh(kept)
    return kept


def _held_for(case: Case, moderator: Member, action: Action) -> Case:
    case = Case.objects.for_deciding().get(pk=case.pk)
    if not allows(moderator, action, case):
        raise NotAllowed("rights")
    return case


def _held_undecided_for(case: Case, moderator: Member, action: Action) -> Case:
    case = _held_for(case, moderator, action)
    if case.state not in UNDECIDED:
        raise StaleCase("state")
    if case.is_claimed_by_other(moderator):
        raise StaleCase("claimed")
    return case


def _belong_together(kept: Case, other: Case) -> bool:
    is_same_author = kept.author_id is not None and kept.author_id == other.author_id
    return are_about_the_same(kept, other) or (
        is_same_author and kept.kind == other.kind and kept.matter == other.matter
    )


def _merge(kept: Case, other: Case, moderator: Member) -> None:
    if other.snapshot_id == kept.snapshot_id:
        other.evidence.filter(part=None).update(part=other)
        other.evidence.update(case=kept)
    else:
        for part in other.merged_cases.filter(state=CaseState.MERGED):
            bring_evidence_home(part, other)
    is_undecided = Q(part=None) | Q(part__state=CaseState.MERGED)
    # What was decided along with it before has its answer, and stays.
    reports = other.reports.filter(is_undecided)
    twice = reports.filter(reporter__in=kept.reports.values("reporter"))
    if are_about_the_same(kept, other):
        twice.filter(part=None, outcome=Report.Outcome.WAITING).update(outcome=Report.Outcome.MOOT)
    moving = set(reports.exclude(pk__in=twice.values("pk")).values_list("pk", flat=True))
    # What it held of others keeps its place.
    Report.objects.filter(pk__in=moving, part=None).update(part=other)
    Report.objects.filter(pk__in=moving).update(case=kept)
    _bring_home(other)
    notices = set(other.notices.filter(is_undecided).values_list("pk", flat=True))
    NoticeItem.objects.filter(pk__in=notices, part=None).update(part=other)
    NoticeItem.objects.filter(pk__in=notices).update(case=kept)
    move_case(other, CaseState.MERGED, merged_into=kept, assigned_to=None)
    other.merged_cases.filter(state=CaseState.MERGED).update(merged_into=kept)
    step(other, CaseEvent.Kind.MERGED, actor=moderator, detail={"into": kept.pk})
    for flag in other.flags:
        raise_flag(kept, flag)
    step(kept, CaseEvent.Kind.MERGED, actor=moderator, detail={"from": other.pk})


def _bring_home(case: Case) -> None:
    """Of what a case holds about others that stays behind: back to where it was made, for its reporters may yet speak of the
    thing that the case itself is about, and have one place in it.
    """
    of_others = case.reports.exclude(pk__in=reports_about(case).values("pk"))
    is_taken = Exists(Report.objects.filter(case=OuterRef("part"), reporter=OuterRef("reporter")))
    of_others.exclude(is_taken).update(case=F("part"), part=None)
