"""What every kind of content that a case can be about has in common, once a decision is to be carried out on it."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Member
from reviews.models import Case, CaseFlag, CaseKind, CaseState, Decision, Verdict

_STILL_HIDING: Final = (CaseState.OPEN, CaseState.WAITING, CaseState.APPEALED)


class HeldMatter(Protocol):
    """What a case is about, held (locked) by the transaction that decides it.

    `deciding` does what is the same for all: rights, the case's state, measures, reports, notices, the log line. Here is
    what the decision does to this kind of content, and who hears of it.
    """

    @property
    def verbs(self) -> Mapping[Verdict, str]:
        """The public log's name of each verdict."""
        ...

    def attach_to(self, case: Case) -> None:
        """Let the case show what is held, as it is now. Raises StaleCase where the case is about something else by now."""
        ...

    def carry_out(self, decision: Decision) -> None:
        """Do to the content what was decided, and put into `decision.undo` what taking it back needs.

        A RESTORE takes back the decision that `overturned_by` names. Raises StaleCase or NotAllowed where it cannot be
        done any more; then nothing is stored.
        """
        ...

    def undo(self, decision: Decision) -> None:
        """Take back what `carry_out` did, by `decision.undo`. Raises StaleCase where the content was changed since."""
        ...

    def concerned(self, decision: Decision) -> Sequence[Member]:
        """Who is told of the decision by a statement of reasons: nobody where nothing changed for them."""
        ...

    def log_numbers(self) -> dict[str, int | None]:
        """The columns of a log line that say what it is about. Whose it is stays out of the log."""
        ...


def overturned_by(decision: Decision) -> Decision:
    """The decision that a RESTORE takes back: the one that was appealed, or the last in its case that stands."""
    case = decision.case
    if case.kind == CaseKind.APPEAL:
        return case.appeal.decision
    standing = case.decisions.filter(undone_at=None).exclude(verdict__in=[Verdict.RESTORE, Verdict.KEEP])
    last = standing.exclude(pk=decision.pk).last()
    if last is None:
        raise ValueError(f"Decision {decision.pk} restores nothing.")
    return last


def taken_by_others(case: Case) -> set[str]:
    """Which of REMOVE and HIDE other cases decided about the same thing, and still stand: until they do not, nothing that is
    decided here shows it again. One query.
    """
    own = case.appeal.decision.case_id if case.kind == CaseKind.APPEAL else case.pk
    others = Case.objects.about_the_same(case).exclude(pk=own)
    return set(standing_takings().filter(case__in=others).values_list("verdict", flat=True))


def standing_takings() -> QuerySet[Decision]:
    """The decisions to remove or hide something that still keep it from readers."""
    later = Decision.objects.filter(case=OuterRef("case"), undone_at=None, pk__gt=OuterRef("pk"))
    granted = Decision.objects.filter(
        case__appeal__decision=OuterRef("pk"), verdict=Verdict.RESTORE, undone_at=None
    )
    shown = Case.objects.filter(
        appeal__decision=OuterRef("pk"), state=CaseState.OPEN, flags__contains=[CaseFlag.SHOWN]
    )
    # What was hidden for an answer, and answered by another case, hides nothing any more.
    undecided = Q(verdict=Verdict.HIDE, case__state__in=_STILL_HIDING)
    return Decision.objects.filter(
        ~Exists(later),
        ~Exists(granted),
        ~Exists(shown),
        Q(verdict=Verdict.REMOVE) | undecided,
        undone_at=None,
    )
