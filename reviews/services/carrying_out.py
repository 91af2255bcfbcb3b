"""What follows from a decision about a case, and from taking one back, whatever it is about: measures, statements of reasons,
answers to reporters and rights-holders, steps of the case, one line of the log.

Who may decide what is `reviews.services.deciding`; what it does to the content is `reviews.services.matters`.
"""

from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    MATTER_COLUMNS,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    Matter,
    Measure,
    NotificationKind,
    Report,
    Statement,
    Verdict,
)
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import StaleCase
from reviews.services import measures, own_words
from reviews.services.matters import held
from reviews.services.matters.base import HeldMatter, overturned_by
from reviews.services.notifying import notify
from reviews.services.opening import move_case, step
from reviews.services.public_log import log_line
from reviews.services.reporting import answer_reports
from reviews.services.serving_notices import tell_holders
from reviews.services.stating import how_found, state_reasons, state_reasons_to


def hold(case: Case, moderator: Member, members: Collection[int] = ()) -> "list[Act]":
    """The case, held with what it is about; behind it those that became one with it and are about something else.

    All that they are about first, by id, then the cases by theirs.
    """
    column = MATTER_COLUMNS[Matter(case.matter)] + "_id"
    merged = Case.objects.filter(merged_into=case, state__in=[CaseState.MERGED, CaseState.DECIDED])
    parts = [case, *(part for part in merged if getattr(part, column) != getattr(case, column))]
    parts.sort(key=lambda part: (getattr(part, column) or 0, part.pk))
    matters = {part.pk: held(part, members) for part in parts}
    rows = {row.pk: row for row in Case.objects.for_deciding().filter(pk__in=matters).order_by("pk")}
    for pk, row in rows.items():
        matters[pk].attach_to(row)
    if set(merged.values_list("pk", flat=True)) - {part.pk for part in merged}:
        # Another became one with it just now, and nobody here has seen it.
        raise StaleCase("version")
    return [Act(rows.pop(case.pk), matters[case.pk], moderator)] + [
        Act(row, matters[pk], moderator) for pk, row in rows.items()
    ]


class Act:
    """A decision about a held case, or taking one back, with all that follows."""

    def __init__(self, case: Case, matter: HeldMatter, moderator: Member) -> None:
        self.case, self.matter, self.moderator = case, matter, moderator
        self.first = case.appeal.decision if case.kind == CaseKind.APPEAL else None

    def decide(self, verdict: str, reason: str, rule: str, measure: str, days: int | None) -> Decision:
        case, was = self.case, self.case.state
        decision = Decision.objects.create(
            case=case,
            moderator=self.moderator,
            verdict=verdict,
            rule=rule,
            reason=reason,
            section=case.section,
        )
        self.matter.carry_out(decision)
        imposed = self._impose(decision, measure, days)
        closed = self._close_others(decision)
        decision.undo = {**decision.undo, "was": was, "closed": closed}
        decision.save(update_fields=["undo"])
        self._move_on(decision)
        step(case, CaseEvent.Kind.DECIDED, actor=self.moderator, text=reason, detail=self._detail(decision))
        self._tell(decision, imposed)
        self._log(self.matter.verbs[Verdict(verdict)], decision)
        return decision

    def decide_along(self, verdict: str, reason: str, rule: str) -> Decision | None:
        """Decide about something else that became one with the case in hand; on its own again where that cannot be."""
        if self.case.state != CaseState.MERGED:
            return None
        self.case.state = CaseState.OPEN
        if verdict not in possible_verdicts(self.case):
            is_known = Case.objects.twins_of(self.case).exists()
            move_case(self.case, CaseState.CLOSED if is_known else CaseState.OPEN, merged_into=None)
            step(self.case, CaseEvent.Kind.REOPENED, actor=self.moderator)
            return None
        self.case.state = CaseState.MERGED
        return self.decide(verdict, reason, rule, "", None)

    def undo(self, decision: Decision) -> None:
        case = self.case
        self.matter.undo(decision)
        decision.undone_at = timezone.now()
        decision.save(update_fields=["undone_at"])
        measures.take_back(decision=decision, by=self.moderator, reason=decision.reason)
        move_case(case, decision.undo["was"], answer_until=None)
        if self.first is not None:
            of_votes = case.matter == Matter.VOTES
            move_case(self.first.case, CaseState.DECIDED if of_votes else CaseState.APPEALED)
        for other in Case.objects.for_deciding().filter(pk__in=decision.undo["closed"]).order_by("pk"):
            move_case(other, CaseState.OPEN)
            step(other, CaseEvent.Kind.REOPENED, actor=self.moderator)
            other.reports.update(outcome=Report.Outcome.WAITING)
        case.reports.update(outcome=Report.Outcome.WAITING)
        step(case, CaseEvent.Kind.UNDONE, actor=self.moderator, detail={"decision": decision.pk})
        own_words.settle(case=case, decision=decision)
        self._take_news_back(decision)
        tell_holders(decision=decision)
        self._log("reviews.decision.undone", decision)

    def _impose(self, decision: Decision, measure: str, days: int | None) -> Measure | None:
        """What comes with it against the author; what came with a decision that is overturned ends."""
        if decision.verdict == Verdict.RESTORE and self.case.matter != Matter.VOTES:
            overturned = overturned_by(decision)
            measures.take_back(decision=overturned, by=self.moderator, reason=decision.reason)
        if not measure or self.case.author is None:
            return None
        return measures.impose(
            member=self.case.author,
            kind=measure,
            decision=decision,
            reason=decision.reason,
            rule=decision.rule,
            by=self.moderator,
            days=days,
        )

    def _close_others(self, decision: Decision) -> list[int]:
        """What else waits about something that was removed is answered with it."""
        if decision.verdict != Verdict.REMOVE:
            return []
        case = self.case
        others = Case.objects.for_deciding().undecided().about_the_same(case).exclude(kind=CaseKind.APPEAL)
        closed = list(others.order_by("pk"))
        for other in closed:
            move_case(other, CaseState.CLOSED)
            step(other, CaseEvent.Kind.CLOSED, actor=self.moderator, detail={"answered_by": case.pk})
            answer_reports(case=other, outcome=Report.Outcome.RIGHT, decision=decision)
        return [other.pk for other in closed]

    def _move_on(self, decision: Decision) -> None:
        case = self.case
        if decision.verdict == Verdict.HIDE:
            until = timezone.now() + timedelta(days=settings.FILMSITE_ANSWER_DAYS)
            move_case(case, CaseState.WAITING, answer_until=until)
            return
        move_case(case, CaseState.DECIDED, answer_until=None)
        is_over = decision.verdict == Verdict.RESTORE and not possible_verdicts(case)
        if is_over or self.first is not None:
            move_case(case, CaseState.CLOSED)
        if self.first is not None:
            self._move_appealed_on(decision, self.first)

    def _move_appealed_on(self, decision: Decision, first: Decision) -> None:
        """What was hidden for an answer has one with the appeal, and is yet to be decided; votes of others stay set aside."""
        appealed = first.case
        if appealed.matter == Matter.VOTES and appealed.set_aside.exists():
            return
        is_pending = decision.verdict == Verdict.UPHOLD and first.verdict == Verdict.HIDE
        move_case(appealed, CaseState.OPEN if is_pending else CaseState.CLOSED, answer_until=None)

    def _tell(self, decision: Decision, imposed: Measure | None) -> None:
        case = self.case
        concerned = list(self.matter.concerned(decision))
        if imposed is not None and imposed.member not in concerned:
            concerned.append(imposed.member)
        if case.matter == Matter.VOTES:
            state_reasons_to(decision=decision, recipients=concerned)
        else:
            text = case.snapshot.text if case.snapshot else ""
            for member in concerned:
                state_reasons(decision=decision, recipient=member, text=text, measure=imposed)
        self._answer_reports(decision, imposed)
        own_words.settle(case=case, decision=decision)
        tell_holders(decision=decision)

    def _answer_reports(self, decision: Decision, imposed: Measure | None) -> None:
        """Of what is hidden for now nothing can be said yet; what was overturned counts for nobody."""
        if decision.verdict in (Verdict.HIDE, Verdict.UPHOLD):
            return
        if decision.verdict == Verdict.RESTORE:
            answered = self.first.case if self.first else self.case
            answer_reports(case=answered, outcome=Report.Outcome.MOOT, decision=decision)
            return
        was_right = decision.verdict != Verdict.KEEP or imposed is not None
        outcome = Report.Outcome.RIGHT if was_right else Report.Outcome.WRONG
        answer_reports(case=self.case, outcome=outcome, decision=decision)

    def _take_news_back(self, decision: Decision) -> None:
        """Who has not heard of it yet never will; the others are told that it is taken back."""
        unheard = decision.statements.filter(read_at=None, mailed_at=None)
        unheard.delete()
        heard = decision.statements.select_related("recipient")
        notify(
            recipients=[statement.recipient for statement in heard],
            kind=NotificationKind.ACCOUNT,
            key=f"undone:{decision.pk}",
            review=self.case.review,
            title=self.case.title,
            person=self.case.person,
            detail={"news": "decision_undone"},
        )
        Statement.objects.filter(decision=decision).update(appeal_until=None)

    def _detail(self, decision: Decision) -> dict[str, object]:
        return {"decision": decision.pk, "verdict": str(decision.verdict), "rule": decision.rule}

    def _log(self, verb: str, decision: Decision) -> None:
        case = self.case
        log_line(
            verb=verb,
            section=case.section,
            reason=decision.reason,
            by=self.moderator,
            rule=decision.rule,
            found_by=how_found(case),
            case=case,
            numbers=self.matter.log_numbers(),
        )
