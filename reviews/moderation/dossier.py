"""What a moderator should know beside the words themselves: about their author, and what was decided before."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Case as Case_
from django.db.models import Count, Prefetch, Q, QuerySet, When
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, Decision, Evidence, Measure, Review, Verdict
from reviews.moderation.ladder import Rung, next_rung
from reviews.moderation.matters import UNDECIDED
from reviews.moderation.permissions import may_still_undo
from reviews.moderation.queue import DECIDED_STATES

EARLIER_CASES: Final = 5
EARLIER_DECISIONS: Final = 5
MEASURES: Final = 5


@dataclass(frozen=True)
class AuthorRecord:
    """What is known of the author of what is judged. Asked for with five queries."""

    member: Member
    # Cases about other things of theirs, the newest first, each with the last decision that stands.
    earlier: list[Case]
    # How many decisions there were of each verdict, in the words of the verdicts.
    verdicts: list[tuple[str, int]]
    in_force: list[Measure]
    rung: Rung
    # Cases of theirs that wait beside this one.
    waiting: int


def record_of(member: Member, *, sections: Collection[str], beside: Case | None = None) -> AuthorRecord:
    """The author's record, its cases those of these sections; `beside` is the case on whose page it stands and which is
    none of it. Five queries.
    """
    others = Case.objects.in_sections(sections).filter(author=member)
    if beside is not None:
        others = others.exclude(pk=beside.pk)
    now = timezone.now()
    counts = (
        Decision.objects.filter(case__in=others, undone_at=None)
        .order_by()
        .values_list("verdict")
        .annotate(number=Count("pk"))
    )
    labels = dict(Verdict.choices)
    running = Q(lifted_at=None, is_annulled=False) & (Q(ends_at=None) | Q(ends_at__gt=now))
    return AuthorRecord(
        member=member,
        earlier=list(with_verdicts(others.filter(state__in=DECIDED_STATES))[:EARLIER_CASES]),
        verdicts=sorted(((str(labels[verdict]), number) for verdict, number in counts), key=lambda x: -x[1]),
        in_force=list(member.measures.filter(running).order_by("-starts_at")[:MEASURES]),
        rung=next_rung(member),
        waiting=others.filter(state__in=UNDECIDED).count(),
    )


def with_verdicts(cases: QuerySet[Case]) -> QuerySet[Case]:
    """The newest first, each with the decisions that stand in `standing_decisions`."""
    standing = Decision.objects.filter(undone_at=None).select_related("moderator").order_by("pk")
    return cases.order_by("-opened_at", "-pk").prefetch_related(
        Prefetch("decisions", standing, to_attr="standing_decisions")
    )


def decisions_about(
    sources: Collection[int], *, but: Case, viewer: Member, sections: Collection[str]
) -> list[Decision]:
    """What moderators decided last about words of the same known texts in these sections, the viewer's own first. One query."""
    if not sources:
        return []
    others = Evidence.objects.filter(source__in=sources).exclude(case=but).values("case")
    decided = Decision.objects.filter(case__in=others, case__section__in=sections, undone_at=None)
    own_first = Case_(When(moderator=viewer, then=0), default=1)
    return list(
        decided.select_related("moderator", "case__author").order_by(own_first, "-pk")[:EARLIER_DECISIONS]
    )


def decision_that_wrote(review: Review) -> Decision | None:
    """The decision whose words the message has now: a moderator shortened it, or made a quotation. One query."""
    changing = Decision.objects.filter(verdict__in=(Verdict.TRIM, Verdict.QUOTE), undone_at=None)
    return changing.filter(case__review=review, undo__made=review.revision_number).order_by("-pk").first()


def last_decision_of(moderator: Member) -> Decision | None:
    """Their last decision, as long as they can take it back. One query."""
    last = moderator.decisions.select_related("case__author").order_by("-pk").first()
    return last if last is not None and may_still_undo(moderator, last) else None
