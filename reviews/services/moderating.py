"""Cases about texts: how they come and go, appeals, and what a decision does to a text (`deciding.decide_case`)."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
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
    FoundBy,
    Report,
    Review,
    ReviewState,
    Revision,
    Snapshot,
    Statement,
    Verdict,
)
from reviews.subjects import forget_pages_about
from reviews.tasks import mail_statement

APPEAL_WITHIN = timedelta(days=183)
REPORT_SEVERITY = 40
APPEAL_SEVERITY = 80


class ModerationError(Exception):
    """The act was refused; `str(error)` is a code that the page puts into words."""


class StaleCase(ModerationError):
    """Somebody changed the case since the page was made; nothing was overwritten."""


class NotAllowed(ModerationError):
    """This moderator may not do this: another section, their own text, vote or report, or their own decision."""


@transaction.atomic
def report_review(*, review: Review, reporter: Member, text: str) -> Case:
    """Add a member's report to the open report case of this text, or open one. One report each.

    A moderator whose page was made before this report is told that the case has changed. Raises NotAllowed when the
    text was removed or taken back meanwhile.
    """
    review = _locked_review(review.pk)
    if not review.is_published:
        raise NotAllowed("text")
    case = _open_case(review, CaseKind.OTHER)
    if case is None:
        case = Case.objects.create(
            review=review,
            kind=CaseKind.OTHER,
            section=review.subject.section,
            author=review.author,
            snapshot=snapshot_of(review.revisions.get(number=review.revision_number)),
            severity=REPORT_SEVERITY,
        )
    _report, is_new = Report.objects.get_or_create(
        case=case, reporter=reporter, defaults={"text": text, "snapshot": case.snapshot}
    )
    if is_new:
        Case.objects.filter(pk=case.pk).update(version=F("version") + 1)
    return case


@transaction.atomic
def file_appeal(*, statement: Statement, text: str) -> Appeal:
    """Object to a removal, once and in time; the answer comes from somebody else. Raises NotAllowed."""
    decision = Decision.objects.select_related("case__review").get(pk=statement.decision_id)
    review = _locked_review(decision.case.text.pk)
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
        matter=first.matter,
        author=first.author,
        snapshot=first.snapshot,
        severity=APPEAL_SEVERITY,
    )
    move_case(first, CaseState.APPEALED)
    return Appeal.objects.create(
        statement=statement, decision=decision, case=case, author=statement.recipient, text=text
    )


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
_CAUSES = (CaseKind.COPIED, CaseKind.OTHER)


@transaction.atomic
def open_paste_case(*, review: Review, revision: Revision, severity: int, evidence: list[Evidence]) -> Case:
    """Open the paste case of a text, or bring the one that waits up to the newest words.

    Runs in the transaction that holds the review. What a decided case rested on is never touched.
    """
    case = _open_case(review, CaseKind.COPIED)
    if case is None:
        case = Case(review=review, kind=CaseKind.COPIED, section=review.subject.section, author=review.author)
    else:
        # Positions are those of one revision: evidence about earlier words would point at the wrong ones.
        case.evidence.all().delete()
        case.version += 1
    case.snapshot, case.severity = snapshot_of(revision), severity
    case.save()
    for item in evidence:
        item.case = case
    Evidence.objects.bulk_create(evidence)
    return case


def snapshot_of(revision: Revision) -> Snapshot:
    """The words of a revision, kept for a case."""
    found = Snapshot.objects.filter(revision=revision).first()
    return found or Snapshot.objects.create(
        text=revision.body,
        headline=revision.headline,
        language=revision.language,
        revision=revision,
        digest=revision.source_hash,
    )


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


class HeldText:
    """The text that a case is about, held: it is removed or comes back, and its author is told (`deciding.Held`)."""

    verbs: Final[Mapping[Verdict, str]] = {
        Verdict.KEEP: "reviews.case.kept",
        Verdict.REMOVE: "reviews.review.removed",
        Verdict.RESTORE: "reviews.review.restored",
        Verdict.UPHOLD: "reviews.appeal.upheld",
    }

    def __init__(self, case: Case) -> None:
        self.review = _locked_review(case.text.pk)

    def attach_to(self, case: Case) -> None:
        case.review = self.review

    def carry_out(self, decision: Decision) -> None:
        """Raises StaleCase when the text was taken back or restored meanwhile."""
        case, text = decision.case, self._judged_words(decision.case)
        if decision.verdict == Verdict.REMOVE:
            self._bring_from(ReviewState.PUBLISHED, ReviewState.REMOVED)
        elif decision.verdict == Verdict.RESTORE:
            self._bring_from(ReviewState.REMOVED, ReviewState.PUBLISHED)
        is_appeal = case.kind == CaseKind.APPEAL
        move_case(case, CaseState.CLOSED if is_appeal else CaseState.DECIDED)
        if is_appeal:
            move_case(case.appeal.decision.case, CaseState.CLOSED)
        if decision.verdict == Verdict.REMOVE:
            # What else waits about this text is answered with it.
            close_cases_of(self.review)
        if decision.verdict != Verdict.KEEP:
            self._tell_author(decision, text)

    def log_numbers(self) -> dict[str, int | None]:
        """The text itself and its author's name stay out of the log."""
        review = self.review
        return {
            "review_number": review.pk,
            "title_number": review.title_id,
            "person_number": review.person_id,
        }

    def _judged_words(self, case: Case) -> str:
        return case.snapshot.text if case.snapshot else self.review.body

    def _bring_from(self, state: str, to: str) -> None:
        if not Review.objects.filter(pk=self.review.pk, state=state).update(state=to):
            raise StaleCase("text")
        self.review.state = to
        forget_pages_about(self.review.subject)

    def _tell_author(self, decision: Decision, text: str) -> None:
        case, may_appeal = decision.case, decision.verdict == Verdict.REMOVE
        first = case.appeal.decision.case if case.kind == CaseKind.APPEAL else case
        statement = Statement.objects.create(
            decision=decision,
            recipient=self.review.author,
            text=text,
            found_by=FoundBy.REPORT if first.reports.exists() else FoundBy.MACHINE,
            appeal_until=timezone.now() + APPEAL_WITHIN if may_appeal else None,
        )
        transaction.on_commit(partial(wake, mail_statement, statement.pk))


def move_case(case: Case, state: str) -> None:
    """Bring a case that this transaction holds into a state; nobody's claim outlives that."""
    Case.objects.filter(pk=case.pk).update(
        state=state, claimed_by=None, claimed_until=None, version=F("version") + 1
    )
