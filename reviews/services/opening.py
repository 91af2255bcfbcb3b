"""How cases begin and grow: one for each cause, however many signals, reports and notices there are."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Member, MemberTotals
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    FoundBy,
    Matter,
    Review,
    Revision,
    Snapshot,
    Verdict,
)
from reviews.moderation import severity
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.targets import Target, attach_rows, target_about, target_of
from reviews.services.case_pictures import copy_picture

# For so long a decision counts against its author.
REMEMBERED: Final = timedelta(days=365)
# So long a member is new to whoever looks at their texts.
NEW_FOR: Final = timedelta(days=30)


@transaction.atomic
def open_case(
    *,
    target: Target,
    kind: str,
    found_by: str,
    severity: int | None = None,
    evidence: Sequence[Evidence] = (),
    flags: Collection[str] = (),
    opened_by: Member | None = None,
) -> Case:
    """Open a case about this for this reason, or add to the one that waits; answers it, held.

    Locks what it is about before the case. `severity` is the least that it gets; the rest follows from what is known
    (`reviews.moderation.severity`). Of two that come at once the second finds the case of the first. `opened_by` is the
    moderator who asked for it.
    """
    hold(target)
    case = find_open(target, kind)
    is_new = case is None
    if case is None:
        author = target.author
        case, is_new = _create_once(target, kind, author, [*flags, *_flags_of(author)])
    if evidence:
        _add_evidence(part_about(case, target, kind), target, kind, evidence)
    _raise_flags(case, flags)
    weigh(case, at_least=severity or 0)
    kind_of_step = CaseEvent.Kind.OPENED if is_new else CaseEvent.Kind.SIGNAL
    step(case, kind_of_step, actor=opened_by, detail={"found_by": found_by})
    return case


@transaction.atomic
def open_copied_case(
    *,
    review: Review,
    revision: Revision,
    evidence: Sequence[Evidence],
    severity: int | None = None,
    flags: Collection[str] = (),
    opened_by: Member | None = None,
) -> Case:
    """Open the case about copied words in a message, or bring the one that waits up to its newest words.

    Runs in the transaction that holds the review. What a decided case rested on is never touched.
    """
    return open_copied_case_about(
        target=target_of(Matter.REVIEW, review),
        evidence=evidence,
        severity=severity,
        flags=flags,
        snapshot=_snapshot_of_revision(revision),
        opened_by=opened_by,
    )


@transaction.atomic
def open_copied_case_about(
    *,
    target: Target,
    evidence: Sequence[Evidence],
    severity: int | None = None,
    flags: Collection[str] = (),
    snapshot: Snapshot | None = None,
    opened_by: Member | None = None,
) -> Case:
    """The same about anything with words, as the `snapshot` has them or as they stand; in the transaction that holds it."""
    case = find_open(target, CaseKind.COPIED)
    if case is not None:
        judged = part_about(case, target, CaseKind.COPIED)
        leave_evidence(judged, evidence_for(judged, target, CaseKind.COPIED))
        show_newer_words(judged, snapshot or take_snapshot(target))
    return open_case(
        target=target,
        kind=CaseKind.COPIED,
        found_by=FoundBy.MACHINE,
        severity=severity,
        evidence=evidence,
        flags=flags,
        opened_by=opened_by,
    )


def take_snapshot(target: Target) -> Snapshot:
    """What is judged, as it stands now, kept for a case. The same words of the same thing are kept once."""
    words = target.words
    if words.revision is not None:
        return _snapshot_of_revision(words.revision)
    held = "\0".join((words.text, words.headline, words.picture))
    digest = sha256(held.encode()).hexdigest()
    known = Snapshot.objects.filter(cases__in=Case.objects.filter(**target.filter), digest=digest)
    return known.first() or Snapshot.objects.create(
        text=words.text,
        headline=words.headline,
        language=words.language,
        picture=copy_picture(words.picture),
        digest=digest,
    )


def find_open(target: Target, kind: str) -> Case | None:
    """The case about this for this reason that nobody has decided yet, held; where it became one with another, that one."""
    of_cause = Case.objects.filter(**target.filter, kind=kind)
    waiting = Case.objects.select_for_update(of=("self",), no_key=True).filter(state__in=UNDECIDED)
    merged = of_cause.filter(state=CaseState.MERGED)
    own = waiting.filter(pk__in=of_cause.values("pk")).first()
    return own or waiting.filter(pk__in=merged.values("merged_into")).first()


def part_about(case: Case, target: Target, kind: str) -> Case:
    """Where several cases became one: the one that has the words of this and the evidence about them. Else the case."""
    parts = Case.objects.filter(**target.filter, kind=kind, state=CaseState.MERGED, merged_into=case)
    is_about_it = Case.objects.filter(**target.filter, pk=case.pk).exists()
    return case if is_about_it else parts.first() or case


def hold(target: Target) -> None:
    """Lock what a case is about: whoever touches a text and its cases takes the text first, so that nobody waits in a circle."""
    rows: QuerySet[Any] = type(target.row)._default_manager.filter(pk=target.row.pk)
    list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))


def hold_what_they_are_about(cases: QuerySet[Case]) -> None:
    """Lock what these cases are about, in the order in which a decision about all of them takes it, and like there before
    the cases.
    """
    about = ((case.pk, target_about(case)) for case in attach_rows(list(cases)))
    rows = [(target.row.pk, pk, target) for pk, target in about if target is not None]
    for _row, _case, target in sorted(rows, key=lambda row: row[:2]):
        hold(target)


def move_case(case: Case, state: str, **fields: object) -> None:
    """Bring a case that this transaction holds into a state; nobody's claim outlives that."""
    case.state, case.claimed_by, case.claimed_until = state, None, None
    for name, value in fields.items():
        setattr(case, name, value)
    Case.objects.filter(pk=case.pk).update(state=state, claimed_by=None, claimed_until=None, **fields)


def step(
    case: Case,
    kind: CaseEvent.Kind,
    *,
    actor: Member | None = None,
    text: str = "",
    detail: dict[str, object] | None = None,
) -> CaseEvent:
    """Note a step in the life of a case: pages that were made before are stale, and it has news."""
    Case.objects.filter(pk=case.pk).update(version=F("version") + 1, touched_at=timezone.now())
    case.version += 1
    return CaseEvent.objects.create(case=case, kind=kind, actor=actor, text=text, detail=detail or {})


def evidence_for(judged: Case, target: Target, kind: str) -> QuerySet[Evidence]:
    """The evidence about this for this reason, in the case that has its words (`part_about`); not that for other reasons."""
    return judged.evidence.filter(part=_reason_in(judged, target, kind))


def _reason_in(judged: Case, target: Target, kind: str) -> Case | None:
    """Which of those that became one with a case about the same is for this reason; None where it is the case itself."""
    if judged.kind == kind:
        return None
    merged = Case.objects.filter(**target.filter, kind=kind, state=CaseState.MERGED, merged_into=judged)
    return merged.last()


def _add_evidence(judged: Case, target: Target, kind: str, evidence: Sequence[Evidence]) -> None:
    reason = _reason_in(judged, target, kind)
    for item in evidence:
        item.case, item.part = judged, reason
    Evidence.objects.bulk_create(evidence)


def weigh(case: Case, *, at_least: int = 0) -> None:
    """Set how grave the case is by all that is known of it now. Four small queries."""
    evidence = list(case.evidence.all())
    copied = [item for item in evidence if item.kind == Evidence.Kind.OVERLAP and not item.is_quoted]
    flagged = [item for item in evidence if item.kind == Evidence.Kind.RULE]
    known = severity.Circumstances(
        kind=case.kind,
        copied_words=sum(item.words for item in copied),
        share=sum(item.share for item in copied),
        is_external=any(_is_external(item) for item in copied),
        has_flagged_words=bool(flagged),
        has_flagged_site=any(item.detail.get("is_site") for item in flagged),
        report_weights=list(case.reports.values_list("weight", flat=True)),
        flags=case.flags,
        **_standing_of(case.author),
    )
    case.severity = max(at_least, severity.severity_of(known))
    Case.objects.filter(pk=case.pk).update(severity=case.severity)


def is_newcomer(member: Member) -> bool:
    """Whether moderators are told that the member is new."""
    return timezone.now() - member.date_joined < NEW_FOR


def raise_flag(case: Case, flag: str) -> None:
    """Let the case carry a flag. Raising it twice changes nothing."""
    _raise_flags(case, [flag])


def leave_evidence(case: Case, left: QuerySet[Evidence]) -> None:
    """Make room in a case for newer evidence in the place of this. What a decision rested on stays with it, and what goes on
    in the case is kept with it too.
    """
    decision = case.decisions.filter(undone_at=None).last()
    if decision is None or decision.snapshot_id is not None or case.snapshot_id is None:
        left.delete()
        return
    left.update(case=None, decision=decision)
    rested_on = list(case.evidence.all())
    for item in rested_on:
        item.pk, item.case, item.decision = None, None, decision
    Evidence.objects.bulk_create(rested_on)
    Decision.objects.filter(pk=decision.pk).update(snapshot=case.snapshot_id)


def show_newer_words(case: Case, snapshot: Snapshot) -> None:
    """Let a case be about newer words. Evidence that goes on in it has its place as long as the same words stand there."""
    before, case.snapshot = case.snapshot, snapshot
    Case.objects.filter(pk=case.pk).update(snapshot=snapshot)
    if before is not None and before != snapshot:
        moved = [
            item.pk
            for item in case.evidence.exclude(start=None)
            if before.text[item.start : item.end] != snapshot.text[item.start : item.end]
        ]
        Evidence.objects.filter(pk__in=moved).update(start=None, end=None)


def _raise_flags(case: Case, flags: Collection[str]) -> None:
    if new := [flag for flag in dict.fromkeys(flags) if flag not in case.flags]:
        case.flags = [*case.flags, *new]
        Case.objects.filter(pk=case.pk).update(flags=case.flags)


def _create_once(
    target: Target, kind: str, author: Member | None, flags: Collection[str]
) -> tuple[Case, bool]:
    """The new case, or that of whoever was faster; and whether it is new."""
    try:
        with transaction.atomic():
            made = Case.objects.create(
                **target.filter,
                kind=kind,
                section=target.section,
                author=author,
                snapshot=take_snapshot(target),
                flags=list(dict.fromkeys(flags)),
            )
            return made, True
    except IntegrityError:
        case = find_open(target, kind)
        if case is None:
            raise
        return case, False


def _flags_of(author: Member | None) -> list[str]:
    if author is None:
        return []
    flags = []
    if is_newcomer(author):
        flags.append(CaseFlag.NEW_MEMBER.value)
    if _decided_against(author):
        flags.append(CaseFlag.REPEAT.value)
    return flags


def _standing_of(author: Member | None) -> dict[str, Any]:
    if author is None:
        return {}
    totals = MemberTotals.objects.filter(member=author).first()
    return {
        "earlier": _decided_against(author),
        "author_years": (timezone.now() - author.date_joined) / timedelta(days=365),
        "author_messages": totals.message_count if totals else 0,
    }


def _decided_against(author: Member) -> int:
    """How many decisions of the last year took something from this member and stand."""
    against = Decision.objects.filter(
        case__author=author,
        undone_at=None,
        decided_at__gt=timezone.now() - REMEMBERED,
        verdict__in=[Verdict.TRIM, Verdict.QUOTE, Verdict.REMOVE],
    )
    overturned = Decision.objects.filter(
        case__appeal__decision=OuterRef("pk"), verdict=Verdict.RESTORE, undone_at=None
    )
    return against.filter(~Exists(overturned)).count()


def _is_external(item: Evidence) -> bool:
    return item.source is not None and item.source.kind == "registered"


def _snapshot_of_revision(revision: Revision) -> Snapshot:
    found = Snapshot.objects.filter(revision=revision).first()
    return found or Snapshot.objects.create(
        text=revision.body,
        headline=revision.headline,
        language=revision.language,
        revision=revision,
        digest=revision.source_hash,
    )
