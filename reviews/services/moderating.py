"""Cases, decisions, statements, appeals: every act has an actor, one target, a reason and a time.

`decide_case` is the only way a text is removed or comes back by somebody else's hand. It changes the text's state,
stores the decision, tells the author and writes the public log in one transaction.
"""

from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.waking import wake
from reviews.models import (
    Appeal,
    Case,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    LogEntry,
    Review,
    ReviewState,
    Revision,
    Statement,
    Verdict,
)
from reviews.moderation.permissions import can_decide, possible_verdicts
from reviews.subjects import forget_pages_about
from reviews.tasks import mail_statement

CLAIM_LASTS = timedelta(minutes=10)
APPEAL_WITHIN = timedelta(days=183)
REPORT_SEVERITY = 40
APPEAL_SEVERITY = 80


class ModerationError(Exception):
    """The act was refused; `str(error)` is a code that the page puts into words."""


class StaleCase(ModerationError):
    """Somebody changed the case since the page was made; nothing was overwritten."""


class NotAllowed(ModerationError):
    """This moderator may not do this: another section, their own text or report, or their own decision."""


def claim_case(*, case: Case, moderator: Member) -> bool:
    """Take the case for ten minutes, one statement, no lock held; False when somebody else has it."""
    now = timezone.now()
    free = Q(claimed_by=None) | Q(claimed_by=moderator) | Q(claimed_until__lt=now)
    return bool(
        Case.objects.filter(free, pk=case.pk, state=CaseState.OPEN).update(
            claimed_by=moderator, claimed_until=now + CLAIM_LASTS
        )
    )


@transaction.atomic
def report_review(*, review: Review, reporter: Member, text: str) -> Case:
    """Add a member's report to the open report case of this text, or open one. One report each.

    A moderator whose page was made before this report is told that the case has changed. Raises NotAllowed when the
    text was removed or taken back meanwhile.
    """
    review = _locked_review(review.pk)
    if not review.is_published:
        raise NotAllowed("text")
    case = _open_case(review, CaseKind.REPORT)
    if case is None:
        revision = review.revisions.filter(number=review.revision_number).first()
        case = Case.objects.create(
            review=review,
            kind=CaseKind.REPORT,
            section=review.subject.section,
            revision=revision,
            severity=REPORT_SEVERITY,
        )
    _evidence, is_new = Evidence.objects.get_or_create(
        case=case, kind=Evidence.Kind.REPORT, reporter=reporter, defaults={"detail": {"text": text}}
    )
    if is_new:
        Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return case


@transaction.atomic
def decide_case(
    *, case: Case, moderator: Member, verdict: str, reason: str, rule: str = "", version: int | None = None
) -> Decision:
    """Decide, carry it out, tell the author and log it. Raises StaleCase or NotAllowed and then changes nothing.

    `version` is the case's version as the moderator saw it. A decided removal can be decided once more, with
    RESTORE; an appeal takes UPHOLD or RESTORE from somebody who did not make the decision in question.
    """
    review = _locked_review(case.review_id)
    case = Case.objects.select_for_update().get(pk=case.pk)
    case.review = review
    if version is not None and version != case.version:
        raise StaleCase("version")
    if not can_decide(moderator, case):
        raise NotAllowed("rights")
    if verdict not in possible_verdicts(case):
        raise StaleCase("state")
    if case.state == CaseState.OPEN and case.is_claimed_by_other(moderator):
        raise StaleCase("claimed")

    text = case.revision.body if case.revision else review.body
    decision = Decision.objects.create(
        case=case, moderator=moderator, verdict=verdict, rule=rule, reason=reason
    )
    if verdict == Verdict.REMOVE:
        _set_review_state(review, {ReviewState.PUBLISHED}, ReviewState.REMOVED)
    elif verdict == Verdict.RESTORE:
        _set_review_state(review, {ReviewState.REMOVED}, ReviewState.PUBLISHED)
    is_appeal = case.kind == CaseKind.APPEAL
    _move(case, CaseState.CLOSED if is_appeal else CaseState.DECIDED)
    if is_appeal:
        _move(case.appeal.decision.case, CaseState.CLOSED)
    if verdict == Verdict.REMOVE:
        # What else waits about this text is answered with it.
        close_cases_of(review)
    if verdict != Verdict.KEEP:
        _tell_author(decision, review=review, text=text, found_by=_first_kind(case))
    _log(decision, case)
    return decision


@transaction.atomic
def file_appeal(*, statement: Statement, text: str) -> Appeal:
    """Object to a removal, once and in time; the answer comes from somebody else. Raises NotAllowed."""
    decision = Decision.objects.select_related("case").get(pk=statement.decision_id)
    review = _locked_review(decision.case.review_id)
    first = Case.objects.select_for_update().get(pk=decision.case_id)
    if statement.appeal_until is None or statement.appeal_until < timezone.now():
        raise NotAllowed("too late")
    is_what_stands = decision.verdict == Verdict.REMOVE and first.decisions.last() == decision
    if not is_what_stands or first.state != CaseState.DECIDED or review.state != ReviewState.REMOVED:
        raise NotAllowed("appealed")
    case = Case.objects.create(
        kind=CaseKind.APPEAL,
        section=first.section,
        review=review,
        revision=first.revision,
        severity=APPEAL_SEVERITY,
    )
    _move(first, CaseState.APPEALED)
    return Appeal.objects.create(decision=decision, case=case, author=statement.recipient, text=text)


def close_cases_of(review: Review) -> int:
    """Close what waits about a text that its author took back; nothing was decided. Returns how many."""
    return _undecided(review, CaseState.OPEN).update(state=CaseState.CLOSED, version=F("version") + 1)


def reopen_cases_of(review: Review) -> int:
    """Open again what was closed because the author took the text back. Returns how many."""
    return _undecided(review, CaseState.CLOSED).update(state=CaseState.OPEN, version=F("version") + 1)


def _undecided(review: Review, state: str) -> QuerySet[Case]:
    decided = Decision.objects.filter(case=OuterRef("pk"))
    return Case.objects.filter(~Exists(decided), review=review, kind__in=_CAUSES, state=state)


# What opens a case about a text; an appeal is about a decision and waits whatever its author does.
_CAUSES = (CaseKind.PASTE, CaseKind.REPORT)


@transaction.atomic
def open_paste_case(*, review: Review, revision: Revision, severity: int, evidence: list[Evidence]) -> Case:
    """Open the paste case of a text, or bring the one that waits up to the newest words.

    Runs in the transaction that holds the review. What a decided case rested on is never touched.
    """
    case = _open_case(review, CaseKind.PASTE)
    if case is None:
        case = Case(review=review, kind=CaseKind.PASTE, section=review.subject.section)
    else:
        # Positions are those of one revision: evidence about earlier words would point at the wrong ones.
        case.evidence.exclude(kind=Evidence.Kind.REPORT).delete()
        case.version += 1
    case.revision, case.severity = revision, severity
    case.save()
    for item in evidence:
        item.case = case
    Evidence.objects.bulk_create(evidence)
    return case


def _locked_review(pk: int) -> Review:
    """The text, held: whoever touches a text and its cases takes the text first, so that nobody waits in a circle."""
    return (
        Review.objects.select_for_update(of=("self",), no_key=True)
        .with_subject()
        .select_related("author")
        .get(pk=pk)
    )


def _open_case(review: Review, kind: str) -> Case | None:
    """The case of that kind that waits about a held text, held as well."""
    return Case.objects.select_for_update().filter(review=review, kind=kind, state=CaseState.OPEN).first()


def _set_review_state(review: Review, from_states: set[str], to: str) -> None:
    if not Review.objects.filter(pk=review.pk, state__in=from_states).update(state=to):
        raise StaleCase("text")
    review.state = to
    forget_pages_about(review.subject)


def _move(case: Case, state: str) -> None:
    Case.objects.filter(pk=case.pk).update(
        state=state, claimed_by=None, claimed_until=None, version=F("version") + 1
    )


def _first_kind(case: Case) -> str:
    return case.appeal.decision.case.kind if case.kind == CaseKind.APPEAL else case.kind


def _tell_author(decision: Decision, *, review: Review, text: str, found_by: str) -> None:
    may_appeal = decision.verdict == Verdict.REMOVE
    statement = Statement.objects.create(
        decision=decision,
        recipient=review.author,
        text=text,
        found_by=found_by,
        appeal_until=timezone.now() + APPEAL_WITHIN if may_appeal else None,
    )
    transaction.on_commit(partial(wake, mail_statement, statement.pk))


_VERBS = {
    Verdict.KEEP: "reviews.case.kept",
    Verdict.REMOVE: "reviews.review.removed",
    Verdict.RESTORE: "reviews.review.restored",
    Verdict.UPHOLD: "reviews.appeal.upheld",
}


def _log(decision: Decision, case: Case) -> None:
    """One public line. The reason is the moderator's own; the text and its author's name stay out."""
    LogEntry.objects.create(
        verb=_VERBS[Verdict(decision.verdict)],
        section=case.section,
        rule=decision.rule,
        reason=decision.reason,
        case_number=case.pk,
        review_number=case.review_id,
        title_number=case.review.title_id,
        person_number=case.review.person_id,
        moderator_number=decision.moderator_id,
    )
