"""Members' words to the moderators: gathered in one case for each cause, weighed by how right their authors were before,
and answered. Reports never act alone.
"""

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from reviews.models import (
    Case,
    CaseEvent,
    CaseFlag,
    CaseState,
    Decision,
    FoundBy,
    NotificationKind,
    Report,
    Snapshot,
)
from reviews.moderation.matters import said_about
from reviews.moderation.permissions import Action, allows
from reviews.moderation.refusals import AlreadyDecided, NotAllowed
from reviews.moderation.severity import REST_DAYS, WRONG_IN_A_ROW, must_rest, weight_of_report
from reviews.moderation.targets import Target, load_target
from reviews.services.notifying import notify
from reviews.services.opening import (
    hold,
    open_case,
    part_about,
    raise_flag,
    step,
    take_snapshot,
    weigh,
)

# So many reports within an hour are a flood, whoever sends them.
FLOOD: Final = 5
FLOOD_WITHIN: Final = timedelta(hours=1)
# For so long the outcomes of a member's reports are remembered.
REMEMBERED: Final = timedelta(days=365)


@transaction.atomic
def report(*, target: Target, reporter: Member, kind: str, text: str, source_url: str = "") -> Report:
    """Tell the moderators about something, for one reason; a second report by the same member of the same case changes
    nothing and gives the first.

    Raises NotAllowed for one's own things ("own"), for what does not stand any more ("text"), and for members who are
    suspended or whose reports were all wrong lately ("rights", "paused"); AlreadyDecided when these very words were judged
    for that reason.
    """
    hold(target)
    fresh = load_target(target.matter, target.row.pk)
    if fresh is None or not fresh.stands:
        raise NotAllowed("text")
    _refuse_reporter(reporter, fresh)
    snapshot = take_snapshot(fresh)
    if (decision := decided_before(fresh, kind, snapshot)) is not None:
        raise AlreadyDecided(decision)
    case = open_case(target=fresh, kind=kind, found_by=FoundBy.REPORT)
    part = part_about(case, fresh, kind)
    if (earlier := reports_about(part).filter(reporter=reporter).first()) is not None:
        return earlier
    # Of another part of the case its reporter may have spoken before: one of the two stays with what it is about.
    spoken = case.reports.filter(reporter=reporter).first()
    if spoken is not None and part == case:
        case.reports.filter(pk=spoken.pk).update(case=spoken.part, part=None)
    stays = spoken is not None and part != case
    made = Report.objects.create(
        case=part if stays else case,
        part=None if part == case or stays else part,
        reporter=reporter,
        text=text,
        source_url=source_url,
        snapshot=snapshot,
        weight=weight_of(reporter),
        made_at=timezone.now(),
    )
    _note_flood(case)
    weigh(case)
    step(case, CaseEvent.Kind.REPORTED, detail={"report": made.pk})
    return made


def decided_before(target: Target, kind: str, snapshot: Snapshot) -> Decision | None:
    """What was decided, last, about these very words of this thing for that reason."""
    reported = Report.objects.filter(said_about(OuterRef("case")), snapshot__digest=snapshot.digest)
    judged = Q(case__snapshot__digest=snapshot.digest) | Exists(reported)
    about = {f"case__{column}": value for column, value in target.filter.items()}
    decided = [CaseState.DECIDED, CaseState.APPEALED, CaseState.CLOSED]
    found = Decision.objects.filter(judged, **about, case__kind=kind, case__state__in=decided, undone_at=None)
    return found.select_related("case").last()


def weight_of(reporter: Member) -> int:
    """What a report by this member weighs now, in percent."""
    ended = Report.objects.filter(reporter=reporter, made_at__gt=timezone.now() - REMEMBERED)
    numbers = ended.aggregate(
        right=Count("pk", filter=Q(outcome=Report.Outcome.RIGHT)),
        wrong=Count("pk", filter=Q(outcome=Report.Outcome.WRONG)),
    )
    return weight_of_report(numbers["right"], numbers["wrong"])


def reports_about(case: Case) -> QuerySet[Report]:
    """The reports of the very thing that a case is about, wherever they lie: what is decided about it answers them."""
    return Report.objects.filter(said_about(case))


def answer_reports(*, case: Case, outcome: Report.Outcome, decision: Decision | None = None) -> None:
    """Say of every report of what the case is about how it ended, and tell those who made them; not by whom it was decided.
    What was reported of something else that became one with it is answered with that. Without a decision those that were
    answered before are left as they are.
    """
    of_it = reports_about(case) if decision else reports_about(case).filter(outcome=Report.Outcome.WAITING)
    reports = list(of_it.select_related("reporter"))
    Report.objects.filter(pk__in=[item.pk for item in reports]).update(outcome=outcome)
    for item in reports:
        if item.reporter is not None:
            notify(
                recipients=[item.reporter],
                kind=NotificationKind.REPORT,
                key=f"report:{item.pk}:{decision.pk if decision else outcome}",
                review=case.review,
                title=case.title,
                person=case.person,
                detail={"news": "report", "outcome": str(outcome), "matter": case.matter},
            )


def _refuse_reporter(reporter: Member, target: Target) -> None:
    if not allows(reporter, Action.REPORT):
        raise NotAllowed("rights")
    own = target.author.pk if target.author else None
    if reporter.pk == own or (isinstance(target.row, Member) and target.row.pk == reporter.pk):
        raise NotAllowed("own")
    if is_resting(reporter):
        raise NotAllowed("paused")


def is_resting(reporter: Member) -> bool:
    """Whether this member may report nothing for now, since all of their last reports were wrong."""
    ended = Report.objects.filter(
        reporter=reporter,
        outcome__in=[Report.Outcome.RIGHT, Report.Outcome.WRONG],
        made_at__gt=timezone.now() - timedelta(days=REST_DAYS),
    )
    newest = ended.order_by("-pk").values_list("outcome", flat=True)[:WRONG_IN_A_ROW]
    return must_rest([outcome == Report.Outcome.RIGHT for outcome in newest])


def _note_flood(case: Case) -> None:
    recent = Report.objects.filter(case=case, made_at__gt=timezone.now() - FLOOD_WITHIN)
    if recent.count() >= FLOOD:
        raise_flag(case, CaseFlag.FLOOD)
