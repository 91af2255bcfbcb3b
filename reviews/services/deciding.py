"""Deciding cases: every act has an actor, one target, a reason and a time.

`decide_case` is the only way in which anything is hidden, changed or removed by somebody else's hand, or comes back. What a
verdict does to each kind of content is `reviews.services.matters`; what else follows, the same for all, is
`reviews.services.acts`, and in which order `reviews.services.carrying_out`. Here is who may, and when it is too late.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import transaction

from accounts.models import Member
from reviews.models import Case, CaseKind, CaseState, Decision, FoundBy, Matter, Verdict
from reviews.moderation.dossier import made_together
from reviews.moderation.matters import last_decision
from reviews.moderation.permissions import (
    MEASURE_ACTIONS,
    TAKING,
    Action,
    allows,
    possible_verdicts,
    verdicts_for,
)
from reviews.moderation.refusals import ModerationError, NotAllowed, StaleCase
from reviews.moderation.targets import Target
from reviews.services.carrying_out import carry_out, hold_together, take_back
from reviews.services.opening import open_case

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
    reasons: Mapping[int, str] | None = None,
) -> Decision:
    """Decide, carry it out, tell whom it concerns and log it. Raises StaleCase or NotAllowed and then changes nothing.

    `version` is the case's version as the moderator saw it. What was taken can be given back in the same case by RESTORE;
    an appeal takes UPHOLD or RESTORE from somebody who did not make the decision in question. `measure` (`MeasureKind`)
    comes with it against the author, for `measure_days`, where something is taken from them or where the case is about their
    conduct. In a case about votes `members` says whose are set aside or
    restored. `reasons` are those that single ones of the cases which are decided here have in place of `reason`, by id.
    """
    moderator.refresh_from_db(fields=_POWERS)
    acts = hold_together(case, moderator, members)
    _refuse(acts[0].case, moderator, verdict, measure, version)
    if not all(allows(moderator, Action.DECIDE, act.case) for act in acts[1:]):
        raise NotAllowed("parts")
    return carry_out(
        acts,
        verdict=verdict,
        reason=reason,
        rule=rule,
        reasons=reasons or {},
        measure=measure,
        measure_days=measure_days,
    )


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
    """What became of many cases that were decided alike, or of taking that back: `left_out` are those with which it could not
    be done, each with its reason.
    """

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
    reasons: Mapping[int, str] | None = None,
) -> Together:
    """Decide alike about cases of one kind, of one author or with one source, each by a decision, a statement and a line of
    the log of its own. What changed meanwhile (`versions` are those that the moderator saw, by case) is left out. `reasons`
    are as in `decide_case`.

    Each knows the first of them, so that they can be taken back together (`undo_many`). Raises NotAllowed("apart") when they
    have nothing in common or are more than `MOST_AT_ONCE`.
    """
    if len(cases) > MOST_AT_ONCE or not belong_together(cases):
        raise NotAllowed("apart")
    outcome = Together()
    for case in cases:
        try:
            with transaction.atomic():
                decision = decide_case(
                    case=case,
                    moderator=moderator,
                    verdict=verdict,
                    reason=reason,
                    rule=rule,
                    version=(versions or {}).get(case.pk),
                    reasons=reasons,
                )
                first = outcome.decisions[0] if outcome.decisions else decision
                decision.undo = {**decision.undo, "together": first.pk}
                decision.save(update_fields=["undo"])
        except ModerationError as error:
            outcome.left_out.append((case, str(error)))
        else:
            outcome.decisions.append(decision)
    return outcome


def undo_many(*, decision: Decision, moderator: Member) -> Together:
    """Take back, the newest first, what was decided together with this decision and stands, each as `undo_decision` does. What
    something came of since is left out, and what was taken back before is not named again.
    """
    outcome = Together()
    for one in reversed(made_together(decision)):
        try:
            outcome.decisions.append(undo_decision(decision=one, moderator=moderator))
        except ModerationError as error:
            outcome.left_out.append((one.case, str(error)))
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

    Raises NotAllowed, or StaleCase when the time is over ("late"), its author has appealed ("appealed"), or something else
    came of it since.
    """
    moderator.refresh_from_db(fields=_POWERS)
    acts = hold_together(decision.case, moderator, alike=decision.undo.get("alike", ()))
    case = acts[0].case
    decision = Decision.objects.select_for_update(no_key=True).get(pk=decision.pk)
    decision.case = case
    if decision.moderator_id != moderator.pk:
        raise NotAllowed("rights")
    if last_decision(case) != decision:
        raise StaleCase("state")
    if case.state == CaseState.APPEALED:
        raise StaleCase("appealed")
    if not allows(moderator, Action.UNDO, case):
        raise StaleCase("late")
    if case.kind != CaseKind.APPEAL and Case.objects.twins_of(case).exists():
        raise StaleCase("twin")
    take_back(acts, decision)
    return decision


def _refuse(case: Case, moderator: Member, verdict: str, measure: str, version: int | None) -> None:
    if version is not None and version != case.version:
        raise StaleCase("version")
    if not allows(moderator, Action.DECIDE, case):
        raise NotAllowed("rights")
    if verdict not in possible_verdicts(case):
        raise StaleCase("state")
    if verdict not in verdicts_for(moderator, case):
        raise NotAllowed("measure")
    if measure:
        _refuse_measure(case, moderator, verdict, measure)
    if case.is_claimed_by_other(moderator):
        raise StaleCase("claimed")


def _refuse_measure(case: Case, moderator: Member, verdict: str, measure: str) -> None:
    action = MEASURE_ACTIONS.get(measure)
    if action is None or not allows(moderator, action, case):
        raise NotAllowed("measure")
    is_of_conduct = case.matter == Matter.CONDUCT and verdict == Verdict.KEEP
    if verdict not in TAKING and not is_of_conduct:
        raise NotAllowed("nothing")
    if case.author is None:
        raise NotAllowed("author")
