"""What moderation has to do with one member, as they see it themselves: decisions, measures, questions, reports, own words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import Member
from reviews.models import (
    Appeal,
    Case,
    CaseEvent,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    Matter,
    Measure,
    MeasureKind,
    OwnWords,
    Report,
    Snapshot,
    Statement,
    Verdict,
)
from reviews.moderation import stated
from reviews.moderation.ladder import Rung, next_rung
from reviews.moderation.later_words import LaterWord, later_words
from reviews.moderation.reporting_forms import REASONS
from reviews.moderation.targets import Target

STATEMENTS: Final = 10
MEASURES: Final = 20
REPORTS: Final = 20
OWN_WORDS: Final = 20
QUESTIONS: Final = 50

_ABOUT: Final = ("review__title", "review__person", "title", "person", "trivia__title", "list__owner")


@dataclass(frozen=True, slots=True)
class Line:
    """A statement in a list: what was decided in one line, how an appeal against it stands ("" without one), and why it
    holds no more ("" while it does).
    """

    statement: Statement
    headline: str
    appeal: str
    end: str


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """A measure, in words; `state` is "running", "over", "lifted" or "annulled"."""

    measure: Measure
    words: str
    state: str


@dataclass(frozen=True, slots=True)
class Question:
    """Something of the member's about which the moderators wait for their word."""

    case: Case
    what: str


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A report of the member's and how it ended; `what` says what it is about, or of one thing for which reason."""

    report: Report
    what: str


@dataclass(frozen=True)
class OwnRecord:
    """All of it. `right` and `wrong` count decided reports, of which the rest of moderation knows how far to trust one."""

    statements: list[Line]
    measures: list[MeasureLine]
    rung: Rung
    questions: list[Question]
    reports: list[ReportLine]
    right: int
    wrong: int
    own_words: list[OwnWords]

    @property
    def percent(self) -> int | None:
        """Of the decided reports those that led to something, in percent; None without any."""
        decided = self.right + self.wrong
        return round(100 * self.right / decided) if decided else None


def record_of(member: Member) -> OwnRecord:
    """The member's record. Nine queries."""
    reports = Report.objects.filter(reporter=member)
    outcomes = reports.aggregate(
        right=Count("pk", filter=Q(outcome=Report.Outcome.RIGHT)),
        wrong=Count("pk", filter=Q(outcome=Report.Outcome.WRONG)),
    )
    about = [f"{case}__{path}" for case in ("case", "part") for path in _ABOUT]
    newest = reports.select_related(*about).order_by("-pk")[:REPORTS]
    own_words = OwnWords.objects.filter(author=member).select_related(
        "review__title", "review__person", "source__title", "source__person"
    )
    return OwnRecord(
        statements=lines_of(Statement.objects.of_member(member).for_words()[:STATEMENTS]),
        measures=[
            _measure_line(row) for row in Measure.objects.filter(member=member).order_by("-pk")[:MEASURES]
        ],
        rung=next_rung(member),
        questions=[Question(case, stated.what_of(case)) for case in _asked(member)],
        reports=[ReportLine(report, capfirst(thing_of(report.part or report.case))) for report in newest],
        right=outcomes["right"],
        wrong=outcomes["wrong"],
        own_words=list(own_words.order_by("-pk")[:OWN_WORDS]),
    )


def own_reports_about(member: Member, target: Target) -> list[ReportLine]:
    """What the member reported about this before, the newest first, each for one reason. One query."""
    about = Q(**{f"case__{name}": value for name, value in target.filter.items()})
    # Of a case that became one with another about something else of its author's.
    about |= Q(**{f"part__{name}": value for name, value in target.filter.items()})
    found = Report.objects.filter(about, reporter=member).select_related("case", "part").order_by("-pk")
    return [
        ReportLine(row, str(REASONS.get(CaseKind((row.part or row.case).kind), "")))
        for row in found[:REPORTS]
    ]


def lines_of(statements: Iterable[Statement]) -> list[Line]:
    """Statements, fetched with `for_words`, as lines of a list. Two queries."""
    rows = list(statements)
    granted = Decision.objects.filter(
        case__appeal__statement__in=rows, verdict=Verdict.RESTORE, undone_at=None
    )
    put_back = set(granted.values_list("case__appeal__statement", flat=True))
    later = later_words(rows)
    return [
        Line(row, stated.headline_of(row), _state_of_appeal(row), _end_of(row, put_back, later.get(row.pk)))
        for row in rows
    ]


def first_case_of(case: Case) -> Case:
    """The case itself; of an appeal, the one in which the decision was made that it is against."""
    return case.appeal.decision.case if case.kind == CaseKind.APPEAL else case


def grounds_of(decision: Decision) -> tuple[Snapshot | None, list[Evidence]]:
    """The words that were judged and what the decision rested on, for the member concerned; of an answer to an appeal those
    of the first decision. Two queries, or three.

    With what `evidence.compare` needs to withhold words that nobody may read now.
    """
    if decision.case.kind == CaseKind.APPEAL:
        decision = decision.case.appeal.decision
    # A case that looks at newer words now left the earlier ones with the last decision about them.
    since = Decision.objects.filter(case=decision.case_id, pk__gte=decision.pk, snapshot__isnull=False)
    about = since.select_related("snapshot").first()
    evidence = about.evidence if about else decision.case.evidence
    behind = ("source_review__author", "source_title", "source_person")
    known = ("source__author", "source__review", "source__title", "source__person")
    snapshot = about.snapshot if about else decision.case.snapshot
    return snapshot, list(evidence.select_related(*behind, *known))


def answer_to(appeal: Appeal) -> Statement | None:
    """What the member was told in answer to their appeal, if that was decided and stands. One query."""
    answers = Statement.objects.of_member(appeal.author).for_words()
    return answers.filter(decision__case=appeal.case_id, decision__undone_at=None).first()


def thing_of(case: Case) -> str:
    """What a case is about, said to somebody whose it is not. Whose it is stays out."""
    match Matter(case.matter):
        case Matter.REVIEW if case.review:
            return _("a message about %(about)s") % {"about": case.review.subject.display_name}
        case Matter.PLOT if case.title:
            return _("the plot of %(about)s") % {"about": case.title.display_name}
        case Matter.TRIVIA if case.trivia:
            return _("a fact about %(about)s") % {"about": case.trivia.title.display_name}
        case Matter.BIOGRAPHY if case.person:
            return _("the biography of %(about)s") % {"about": case.person.display_name}
        case Matter.LIST if case.list:
            return _("the list “%(name)s”") % {"name": case.list.display_name}
    return str(Matter(case.matter).label)


def _end_of(statement: Statement, put_back: set[int], later: LaterWord | None) -> str:
    if statement.decision.undone_at:
        return _("decision taken back")
    if statement.pk in put_back:
        return _("put back")
    return later.in_short if later else ""


def _state_of_appeal(statement: Statement) -> str:
    appeal = getattr(statement, "appeal", None)
    if appeal is None:
        return ""
    if appeal.case.state != CaseState.OPEN:
        return _("appeal answered")
    return _("appeal waits, longer than promised") if stated.is_late(appeal) else _("appeal waits")


def _measure_line(measure: Measure) -> MeasureLine:
    now = timezone.now()
    if measure.is_annulled:
        state = "annulled"
    elif measure.lifted_at is not None:
        state = "lifted"
    elif measure.kind != MeasureKind.WARNING and (measure.ends_at is None or measure.ends_at > now):
        state = "running"
    else:
        state = "over"
    return MeasureLine(measure, capfirst(stated.measure_words(measure)), state)


def _asked(member: Member) -> list[Case]:
    """Cases about things of the member's in which the moderators wait for a word of theirs."""
    said = CaseEvent.objects.filter(
        case=OuterRef("pk"), kind__in=[CaseEvent.Kind.MESSAGE, CaseEvent.Kind.ANSWER]
    )
    last = Subquery(said.order_by("-pk").values("kind")[:1])
    waiting = Q(state=CaseState.WAITING) | Q(state=CaseState.OPEN, last_word=CaseEvent.Kind.MESSAGE)
    cases = Case.objects.annotate(last_word=last).filter(waiting, author=member).select_related(*_ABOUT)
    return list(cases.order_by("-touched_at")[:QUESTIONS])
