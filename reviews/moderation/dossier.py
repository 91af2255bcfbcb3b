"""What a moderator should know beside the words themselves: about their author, and what was decided before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from django.db.models import Case as Case_
from django.db.models import Count, Prefetch, Q, QuerySet, When
from django.utils import timezone

from accounts.models import Member
from reviews.models import Case, Decision, Evidence, Measure, Review, Verdict
from reviews.moderation.ladder import Rung, next_rung
from reviews.moderation.matters import UNDECIDED, last_decision
from reviews.moderation.permissions import UNDO_WITHIN, may_still_undo
from reviews.moderation.queue import DECIDED_STATES
from reviews.moderation.stated import measure_words

EARLIER_CASES: Final = 5
EARLIER_DECISIONS: Final = 5
MEASURES: Final = 5
# More than anybody decides in ten minutes.
_LOOKED_AT: Final = 500


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


@dataclass(frozen=True)
class LastDecision:
    """What a moderator decided last, about one case or about many together: decisions that they can still take back, and
    those that something came of since. The newest first.
    """

    possible: list[Decision]
    settled: list[Decision]

    @property
    def decision(self) -> Decision:
        return self.possible[0]

    @property
    def measures(self) -> list[str]:
        """What came with it for the member, in words."""
        return [measure_words(measure) for measure in self.decision.measures.all()]

    @property
    def is_of_many(self) -> bool:
        return len(self.possible) + len(self.settled) > 1

    def about(self, case: Case) -> Decision | None:
        """That about this case, if it can be taken back."""
        return next((row for row in self.possible if row.case_id == case.pk), None)


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


def last_decision_of(moderator: Member) -> LastDecision | None:
    """Their last decision with those made together with it, as long as they can take one of them back. At most seven queries."""
    own = _own(moderator)
    newest = own.first()
    if newest is None or timezone.now() - newest.decided_at >= UNDO_WITHIN:
        return None
    if newest.case.merged_into_id is not None:
        # What became one with a case is decided, and taken back, along with it.
        holder = own.filter(case=newest.case.merged_into_id, pk__lt=newest.pk).first()
        newest = holder if holder is not None and newest.pk in holder.undo.get("alike", ()) else newest
    return _to_take_back(moderator, newest)


def last_made_together_of(moderator: Member) -> LastDecision | None:
    """The same of what they decided together last, whatever they decided by itself since. At most seven queries."""
    looked_at = moderator.decisions.order_by("-pk").values("pk")[:_LOOKED_AT]
    together = _own(moderator).filter(pk__in=looked_at, undone_at=None, undo__has_key="together")
    newest = together.filter(decided_at__gt=timezone.now() - UNDO_WITHIN).first()
    return None if newest is None else _to_take_back(moderator, newest)


def _own(moderator: Member) -> QuerySet[Decision]:
    own = moderator.decisions.select_related("case__author").prefetch_related("case__decisions", "measures")
    return own.order_by("-pk")


def _to_take_back(moderator: Member, decision: Decision) -> LastDecision | None:
    standing = made_together(decision)[::-1]
    possible = [row for row in standing if may_still_undo(moderator, row) and last_decision(row.case) == row]
    return LastDecision(possible, [row for row in standing if row not in possible]) if possible else None


def made_together(decision: Decision) -> list[Decision]:
    """Of the decisions that were made together with this one those that stand, it among them, the first one first; each with
    its case, the author and all decisions of that. Two queries; one made by itself alone.
    """
    if (first := decision.undo.get("together")) is None:
        return [decision] if decision.undone_at is None else []
    alike = Decision.objects.filter(pk__gte=first, moderator=decision.moderator_id, undo__together=first)
    rows = alike.filter(undone_at=None).select_related("case__author").prefetch_related("case__decisions")
    return list(rows.order_by("pk"))
