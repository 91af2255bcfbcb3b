"""What a suspended member is told wherever they meet it: until when, under which rule, why, and where the statement stands."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OuterRef, Subquery
from django.urls import reverse

from accounts.models import Member
from reviews.models import Measure, MeasureKind, Statement
from reviews.moderation import rules
from reviews.moderation.rules import Rule


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension in force. `until` is None where it lasts until it is lifted; `url` leads to what the member was told."""

    until: datetime | None
    rule: Rule | None
    reason: str
    url: str


def suspension_of(member: Member) -> Suspension:
    """What a member who is suspended now is to know: of several suspensions the one that lasts longest. One query.

    One from the days before there were measures has neither rule nor reason.
    """
    told = Statement.objects.filter(measure=OuterRef("pk"), recipient=member)
    held = Measure.objects.filter(
        member=member, kind=MeasureKind.SUSPENSION, lifted_at=None, is_annulled=False
    )
    longest_first = held.order_by(F("ends_at").desc(nulls_first=True), "-pk")
    measure = longest_first.annotate(statement=Subquery(told.values("pk")[:1])).first()
    if measure is None:
        return Suspension(member.suspended_until, None, "", reverse("moderation:mine"))
    return Suspension(
        until=member.suspended_until,
        rule=rules.BY_SLUG.get(measure.rule),
        reason=measure.reason,
        url=reverse("moderation:statement", args=[measure.statement])
        if measure.statement
        else reverse("moderation:mine"),
    )
