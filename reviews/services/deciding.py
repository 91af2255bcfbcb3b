"""Deciding cases: every act has an actor, one target, a reason and a time.

`decide_case` is the only way in which anything is hidden, changed or removed by somebody else's hand, or comes back. What a
verdict does to each kind of content is `reviews.services.matters`; what it means for those concerned is here, the same for
all: measures, statements of reasons, answers to reporters and rights-holders, steps of the case, one line of the log.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    FoundBy,
    Matter,
    Measure,
    NotificationKind,
    Report,
    Statement,
    Verdict,
)
from reviews.moderation.matters import last_decision
from reviews.moderation.permissions import MEASURE_ACTIONS, Action, allows, possible_verdicts
from reviews.moderation.refusals import ModerationError, NotAllowed, StaleCase
from reviews.moderation.targets import Target
from reviews.services import measures
from reviews.services.matters import held
from reviews.services.matters.base import HeldMatter
from reviews.services.notifying import notify
from reviews.services.opening import move_case, open_case, step
from reviews.services.public_log import log_line
from reviews.services.reporting import answer_reports
from reviews.services.serving_notices import tell_holders
from reviews.services.stating import how_found, state_reasons, state_reasons_to

# As many cases as anybody can have looked at before they decide all of them alike.
MOST_AT_ONCE: Final = 50


@transaction.atomic
def decide_case(
    *,
    case: Case,
    moderator: Member,
    verdict: str,
    reason: str,
    rule: str = "",
    measure: str = "",
    measure_days: int | None = None,
    members: Collection[int] = (),
    version: int | None = None,
) -> Decision:
    """Decide, carry it out, tell whom it concerns and log it. Raises StaleCase or NotAllowed and then changes nothing.

    `version` is the case's version as the moderator saw it. What was taken can be given back in the same case by RESTORE;
    an appeal takes UPHOLD or RESTORE from somebody who did not make the decision in question. `measure` (`MeasureKind`)
    comes with it against the author, for `measure_days`. In a case about votes `members` says whose are set aside or
    restored.
    """
    moderator.refresh_from_db(fields=_POWERS)
    matter = held(case, members)
    case = Case.objects.for_deciding().get(pk=case.pk)
    matter.attach_to(case)
    _refuse(case, moderator, verdict, measure, version)
    return _Act(case, matter, moderator).decide(verdict, reason, rule, measure, measure_days)


# What a moderator may have lost since their page was made.
_POWERS: Final = ("is_active", "suspended_at", "sections", "is_superuser", "is_staff")


def act_on(
    *,
    target: Target,
    moderator: Member,
    kind: str,
    verdict: str,
    reason: str,
    rule: str = "",
    measure: str = "",
    measure_days: int | None = None,
) -> Decision:
    """Open a case about something that a moderator came across, and decide it, in one go; or decide the one that waits.

    Raises as `decide_case` does, and then nothing was opened.
    """
    if not allows(moderator, Action.ACT, section=target.section):
        raise NotAllowed("rights")
    with transaction.atomic():
        case = open_case(target=target, kind=kind, found_by=FoundBy.MODERATOR)
        return decide_case(
            case=case,
            moderator=moderator,
            verdict=verdict,
            reason=reason,
            rule=rule,
            measure=measure,
            measure_days=measure_days,
        )


@dataclass
class Together:
    """What became of many cases that were decided alike: `left_out` are those that were not, each with its reason."""

    decisions: list[Decision] = field(default_factory=list)
    left_out: list[tuple[Case, str]] = field(default_factory=list)


def decide_many(
    *,
    cases: Sequence[Case],
    moderator: Member,
    verdict: str,
    reason: str,
    rule: str = "",
    versions: Mapping[int, int] | None = None,
) -> Together:
    """Decide alike about cases of one kind, of one author or with one source, each by a decision, a statement and a line of
    the log of its own. What changed meanwhile (`versions` are those that the moderator saw, by case) is left out.

    Raises NotAllowed("apart") when they have nothing in common or are more than `MOST_AT_ONCE`.
    """
    if len(cases) > MOST_AT_ONCE or not belong_together(cases):
        raise NotAllowed("apart")
    outcome = Together()
    for case in cases:
        try:
            outcome.decisions.append(
                decide_case(
                    case=case,
                    moderator=moderator,
                    verdict=verdict,
                    reason=reason,
                    rule=rule,
                    version=(versions or {}).get(case.pk),
                )
            )
        except ModerationError as error:
            outcome.left_out.append((case, str(error)))
    return outcome


def belong_together(cases: Iterable[Case]) -> bool:
    """Whether cases are of one kind, and of one author or with one source. Asks for their evidence."""
    cases = list(cases)
    if len({(case.kind, case.matter) for case in cases}) != 1:
        return False
    authors = {case.author_id for case in cases}
    if len(authors) == 1 and None not in authors:
        return True
    sources = [{item.source_id for item in case.evidence.all()} - {None} for case in cases]
    return bool(set.intersection(*sources))


@transaction.atomic
def undo_decision(*, decision: Decision, moderator: Member) -> Decision:
    """Take back one's own last decision of the last ten minutes: what it did, its measure and its news. It stays in the
    steps of the case and in the log, as does this.

    Raises NotAllowed, or StaleCase when the time is over ("late") or something came of it since.
    """
    moderator.refresh_from_db(fields=_POWERS)
    matter = held(decision.case)
    case = Case.objects.for_deciding().get(pk=decision.case_id)
    matter.attach_to(case)
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    decision.case = case
    if decision.moderator_id != moderator.pk:
        raise NotAllowed("rights")
    if last_decision(case) != decision:
        raise StaleCase("state")
    if not allows(moderator, Action.UNDO, case):
        raise StaleCase("late")
    _Act(case, matter, moderator).undo(decision)
    return decision


def _refuse(case: Case, moderator: Member, verdict: str, measure: str, version: int | None) -> None:
    if version is not None and version != case.version:
        raise StaleCase("version")
    if not allows(moderator, Action.DECIDE, case):
        raise NotAllowed("rights")
    if measure and not allows(moderator, MEASURE_ACTIONS[measure], case):
        raise NotAllowed("measure")
    if verdict not in possible_verdicts(case):
        raise StaleCase("state")
    if case.is_claimed_by_other(moderator):
        raise StaleCase("claimed")


class _Act:
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
        self._take_news_back(decision)
        self._log("reviews.decision.undone", decision)

    def _impose(self, decision: Decision, measure: str, days: int | None) -> Measure | None:
        """What comes with it against the author; what came with a decision that is overturned ends."""
        if decision.verdict == Verdict.RESTORE:
            overturned = self.first or decision
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
        columns = (
            "matter",
            "review_id",
            "title_id",
            "person_id",
            "trivia_id",
            "translation_id",
            "list_id",
            "member_id",
        )
        same = {column: getattr(case, column) for column in columns}
        others = Case.objects.for_deciding().undecided().filter(**same).exclude(pk=case.pk)
        closed = list(others.exclude(kind=CaseKind.APPEAL).order_by("pk"))
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
