"""One decision about one case with all that follows, whatever it is about: measures, statements of reasons, answers to
reporters and rights-holders, steps of the case, a line of the log; and the same when it is taken back.

In which order several are carried out is `reviews.services.carrying_out`.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
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
from reviews.moderation.matters import last_decision
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import StaleCase
from reviews.services import measures, own_words
from reviews.services.answering_along import (
    answer_with,
    bring_back_to,
    close_others,
    let_wait_with,
    open_others,
    standing_of,
)
from reviews.services.looking_again import order_look_again
from reviews.services.matters.base import HeldMatter, overturned_by
from reviews.services.notifying import notify
from reviews.services.opening import move_case, step
from reviews.services.parting import let_go
from reviews.services.public_log import log_line
from reviews.services.reporting import answer_reports, reports_about
from reviews.services.serving_notices import tell_holders
from reviews.services.stating import forget_unheard, how_found, state_reasons, state_reasons_to


class Act:
    """A decision about a held case, or taking one back, with all that follows: first the content, then what follows, then
    the lines of the log (`carry_out`, `take_back`).
    """

    decision: Decision

    def __init__(self, case: Case, matter: HeldMatter, moderator: Member, same: Sequence[Case] = ()) -> None:
        self.case, self.matter, self.moderator = case, matter, moderator
        # Parts of the case in hand that are about the same as this part of it.
        self.same = same
        self.first = case.appeal.decision if case.kind == CaseKind.APPEAL else None
        self.imposed: Measure | None = None
        self.ended: list[Measure] = []
        self.begun: list[Measure] = []

    def decide(self, verdict: str, reason: str, rule: str) -> Decision:
        self.decision = Decision.objects.create(
            case=self.case,
            moderator=self.moderator,
            verdict=verdict,
            rule=rule,
            reason=reason,
            section=self.case.section,
        )
        self.matter.carry_out(self.decision)
        return self.decision

    def decide_along(self, verdict: str, reason: str, rule: str) -> bool:
        """Decide about something else that became one with the case in hand; on its own again where that cannot be, and
        closed where nothing is left to decide. Whether it was decided.
        """
        case = self.case
        case.state = CaseState.OPEN
        if verdict in possible_verdicts(case):
            case.state = CaseState.MERGED
            self.decide(verdict, reason, rule)
            self._remember(same=[answer_with(case, other) for other in self.same])
            return True
        for part in (case, *self.same):
            let_go(part, actor=self.moderator)
        return False

    def follow(self, measure: str = "", days: int | None = None) -> None:
        case, decision = self.case, self.decision
        was = standing_of(case)
        closed = close_others(case, decision, self.moderator) if decision.verdict == Verdict.REMOVE else []
        self._move_on(decision)
        decision.undo = {**decision.undo, "was": was, "closed": closed}
        if self.first is not None:
            decision.undo["first_left"] = self.first.case.state
        decision.save(update_fields=["undo"])
        step(case, CaseEvent.Kind.DECIDED, actor=self.moderator, text=decision.reason, detail=self._detail())
        self._impose(measure, days)
        self._tell(decision)

    def was_decided_along(self, decision: Decision) -> bool:
        """Whether what was decided along with this decision is its case's last word; an appeal against it is answered."""
        last = last_decision(self.case)
        if last is None or last.pk not in decision.undo["alike"] or self.case.state == CaseState.APPEALED:
            return False
        self.decision = last
        return True

    def undo(self) -> None:
        """Raises StaleCase where something came of the decision since."""
        if self.first is not None and self.case.matter != Matter.VOTES:
            now = Case.objects.select_for_update(no_key=True).get(pk=self.first.case_id)
            if now.state != self.decision.undo["first_left"]:
                raise StaleCase("state")
        self.matter.undo(self.decision)

    def follow_undo(self) -> None:
        case, decision = self.case, self.decision
        decision.undone_at = timezone.now()
        decision.save(update_fields=["undone_at"])
        bring_back_to(case, decision.undo["was"])
        if self.first is not None:
            of_votes = case.matter == Matter.VOTES
            move_case(self.first.case, CaseState.DECIDED if of_votes else CaseState.APPEALED)
        open_others(case, decision, self.moderator)
        self._take_answers_back()
        step(case, CaseEvent.Kind.UNDONE, actor=self.moderator, detail={"decision": decision.pk})
        self.ended = measures.take_back(decision=decision, by=self.moderator, reason=decision.reason)
        if "measures" in decision.undo:
            self.begun = measures.put_back(
                **decision.undo["measures"], by=self.moderator, reason=decision.reason
            )
        own_words.settle(case=case, decision=decision)
        order_look_again(decision)
        self._take_news_back(decision)
        tell_holders(decision=decision)

    def give_back(self, kept: Case) -> None:
        """Let what was answered along with this part be a part of the case in hand again."""
        said = {item["case"]: item for item in self.decision.undo.get("same", ())}
        for other in self.same:
            if other.pk in said:
                let_wait_with(kept, other, said[other.pk])

    def write_log(self) -> None:
        """The last locks of the transaction: nothing may be held after."""
        decision = self.decision
        for measure in self.ended:
            measures.log_end(measure, by=self.moderator, reason=decision.reason)
        for measure in self.begun:
            measures.log_begin(measure)
        if self.imposed is not None:
            measures.log_begin(self.imposed)
        is_undone = decision.undone_at is not None
        if self.imposed is not None and not is_undone and self.case.matter == Matter.CONDUCT:
            # What a member did neither stays nor goes: the line of the measure says all that was decided.
            return
        self._log("reviews.decision.undone" if is_undone else self.matter.verbs[Verdict(decision.verdict)])

    def _impose(self, measure: str, days: int | None) -> None:
        """What comes with it against the author; what came with a decision that is overturned ends."""
        decision = self.decision
        if decision.verdict == Verdict.RESTORE and self.case.matter != Matter.VOTES:
            overturned = overturned_by(decision)
            annulled = list(overturned.measures.filter(is_annulled=False).values_list("pk", flat=True))
            self.ended = measures.take_back(decision=overturned, by=self.moderator, reason=decision.reason)
            ended = [measure.pk for measure in self.ended]
            self._remember(measures={"annulled": annulled, "ended": ended})
        if measure and self.case.author is not None:
            self.imposed = measures.impose(
                member=self.case.author,
                kind=measure,
                decision=decision,
                reason=decision.reason,
                rule=decision.rule,
                by=self.moderator,
                days=days,
            )

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
        if is_pending and not possible_verdicts(appealed):
            # Shown for as long as nobody answered, it was taken back by its author.
            move_case(appealed, CaseState.CLOSED)

    def _tell(self, decision: Decision) -> None:
        case, imposed = self.case, self.imposed
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
        order_look_again(decision)
        tell_holders(decision=decision)

    def _answer_reports(self, decision: Decision, imposed: Measure | None) -> None:
        """Of what is hidden for now nothing can be said yet; what was overturned counts for nobody."""
        if decision.verdict in (Verdict.HIDE, Verdict.UPHOLD):
            return
        if decision.verdict == Verdict.RESTORE:
            answered = self.first.case if self.first else self.case
            self._remember(reports=list(reports_about(answered).values_list("pk", "outcome")))
            answer_reports(case=answered, outcome=Report.Outcome.MOOT, decision=decision)
            return
        was_right = decision.verdict != Verdict.KEEP or imposed is not None
        outcome = Report.Outcome.RIGHT if was_right else Report.Outcome.WRONG
        answer_reports(case=self.case, outcome=outcome, decision=decision)

    def _take_answers_back(self) -> None:
        """Reports wait again with their case; what was overturned and stands again was what they were answered by."""
        if self.decision.verdict != Verdict.RESTORE:
            reports_about(self.case).update(outcome=Report.Outcome.WAITING)
            return
        for pk, outcome in self.decision.undo["reports"]:
            Report.objects.filter(pk=pk).update(outcome=outcome)

    def _remember(self, **what: object) -> None:
        """What taking the decision back needs, besides what it did to the content."""
        self.decision.undo = {**self.decision.undo, **what}
        self.decision.save(update_fields=["undo"])

    def _take_news_back(self, decision: Decision) -> None:
        """Who has not heard of it yet never will; the others are told that it is taken back."""
        forget_unheard(decision)
        heard = decision.statements.select_related("recipient")
        notify(
            recipients=[statement.recipient for statement in heard],
            kind=NotificationKind.ACCOUNT,
            key=f"undone:{decision.pk}",
            review=self.case.review,
            title=self.case.title,
            person=self.case.person,
            detail=self._news_of_undo(),
        )
        Statement.objects.filter(decision=decision).update(appeal_until=None)

    def _news_of_undo(self) -> dict[str, object]:
        """Of an answer to an appeal, that the appeal waits again, and whether the text of it can be read meanwhile."""
        if self.first is None:
            return {"news": "decision_undone"}
        review = self.case.review
        return {"news": "answer_undone", "is_taken": review is not None and not review.is_published}

    def _detail(self) -> dict[str, object]:
        decision = self.decision
        return {"decision": decision.pk, "verdict": str(decision.verdict), "rule": decision.rule}

    def _log(self, verb: str) -> None:
        case, decision = self.case, self.decision
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
