"""The ladder of measures, as the rules show it: what follows when a member breaks the rules again.

Nothing climbs by itself: `next_rung` proposes, a moderator decides and may differ, with a reason.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from reviews.models import Decision, Measure, MeasureKind, Statement, Verdict

# What is longer ago counts no more.
REMEMBERED: Final = timedelta(days=730)
# Decisions that were made together are one rung: a series of texts found in one go is one offence.
TOGETHER: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: `measure` is empty for a decision without one, `days` None for what has no end of its own."""

    number: int
    measure: str
    days: int | None
    name: str | Promise


RUNGS: Final = (
    Rung(1, "", None, _("a note: the decision and its reason, nothing more")),
    Rung(2, MeasureKind.WARNING, None, _("a warning")),
    Rung(3, MeasureKind.SLOW, 7, _("a slower pace for 7 days")),
    Rung(4, MeasureKind.SUSPENSION, 7, _("a suspension of 7 days")),
    Rung(5, MeasureKind.SUSPENSION, 30, _("a suspension of 30 days")),
    Rung(6, MeasureKind.SUSPENSION, None, _("a suspension until it is lifted")),
)


def rung_after(imposed: Sequence[datetime], *, noted: bool, highest: int = 0) -> Rung:
    """What follows on measures imposed at these moments, or on a decision without one (`noted`). `highest` is the number of
    the highest rung among them: whoever began further up goes on from there.
    """
    occasions, last = 0, None
    for moment in sorted(imposed):
        if last is None or moment - last > TOGETHER:
            occasions += 1
        last = moment
    if not occasions:
        return RUNGS[1 if noted else 0]
    return RUNGS[min(max(occasions + 1, highest), len(RUNGS) - 1)]


def rung_of(kind: str, days: int | None) -> int:
    """The number of the highest rung that goes no further than such a measure; `days` None for what has no end of its own."""
    lengths = [(rung.number, rung.days) for rung in RUNGS if rung.measure == kind]
    reached = [
        number for number, length in lengths if days is None or (length is not None and length <= days)
    ]
    return max(reached, default=lengths[0][0] - 1)


def within(rung: Rung, measures: Collection[str]) -> Rung:
    """The rung itself where its measure is among these, which somebody may impose, or else the highest one below it whose
    measure is.
    """
    return next(one for one in reversed(RUNGS[: rung.number]) if not one.measure or one.measure in measures)


def next_rung(member: Member) -> Rung:
    """The rung that the ladder proposes for the member now. One query.

    It counts what was decided in the last two years and stands: no measure that was annulled, no decision that was
    taken back or overturned on appeal.
    """
    since = timezone.now() - REMEMBERED
    measures = Measure.objects.filter(
        member=OuterRef("pk"), starts_at__gte=since, starts_at__lte=timezone.now(), is_annulled=False
    )
    found = (
        Member.objects.filter(pk=member.pk)
        .values(
            imposed=ArraySubquery(measures.order_by("pk").values("starts_at")),
            ends=ArraySubquery(measures.order_by("pk").values("ends_at")),
            kinds=ArraySubquery(measures.order_by("pk").values("kind")),
            noted=Exists(_standing_decisions().filter(recipient=OuterRef("pk"), sent_at__gte=since)),
        )
        .get()
    )
    given = [
        rung_of(kind, ends and (ends - starts).days)
        for kind, starts, ends in zip(found["kinds"], found["imposed"], found["ends"], strict=True)
    ]
    return rung_after(found["imposed"], noted=found["noted"], highest=max(given, default=0))


def _standing_decisions() -> QuerySet[Statement]:
    """Statements of decisions against their recipient (these alone can be appealed) that nobody has overturned."""
    overturned = Decision.objects.filter(
        Q(case=OuterRef("decision__case")) | Q(case__appeal__decision=OuterRef("decision")),
        verdict=Verdict.RESTORE,
        undone_at=None,
        pk__gt=OuterRef("decision"),
    )
    return Statement.objects.filter(~Exists(overturned), appeal_until__isnull=False, decision__undone_at=None)
