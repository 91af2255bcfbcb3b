"""Cases about votes: what a decision does to them. A vote that is set aside stays its member's own and counts nowhere."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import Member
from films.duplicates import merge_lock
from films.models import Title
from reviews.models import (
    Case,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    Matter,
    NotificationKind,
    SetAsideVote,
    Verdict,
)
from reviews.moderation.vote_signals import Signal, severity_of
from reviews.services.moderating import NotAllowed, StaleCase, move_case
from reviews.services.notifying import notify
from reviews.subjects import forget_pages_about

# A page with more votes to choose from helps nobody; what comes above waits for the next case.
MOST_MEMBERS: Final = 2000


class HeldVotes:
    """The votes that a case is about, of these members: they are set aside or count again (`deciding.Held`).

    Whether they count follows by trigger, and the totals with it. Locks are taken as a voter takes them: the one shared
    with merges, members by id, votes, totals.
    """

    verbs: Final[Mapping[Verdict, str]] = {
        Verdict.KEEP: "reviews.votes.kept",
        Verdict.EXCLUDE: "reviews.votes.set_aside",
        Verdict.RESTORE: "reviews.votes.restored",
    }

    def __init__(self, case: Case, members: Collection[int]) -> None:
        self.title = _held_title(case.subject.pk)
        self.chosen = set(members)

    def attach_to(self, case: Case) -> None:
        """Raises StaleCase when the title became one with another meanwhile, and the case went there."""
        if case.title_id != self.title.pk:
            raise StaleCase("version")
        case.title = self.title

    def carry_out(self, decision: Decision) -> None:
        """Raises NotAllowed when none of the members has a vote in question."""
        case = decision.case
        if decision.verdict == Verdict.EXCLUDE:
            self._set_aside(decision)
        elif decision.verdict == Verdict.RESTORE:
            self._restore(decision)
        is_over = decision.verdict == Verdict.RESTORE and not case.set_aside.exists()
        move_case(case, CaseState.CLOSED if is_over else CaseState.DECIDED)
        forget_pages_about(self.title)

    def log_numbers(self) -> dict[str, int | None]:
        """Whose votes they are stays out of the log."""
        return {"title_number": self.title.pk}

    def _set_aside(self, decision: Decision) -> None:
        """What another case has set aside stays with that."""
        case = decision.case
        in_question = {pk for item in case.evidence.all() for pk in item.detail.get("members", ())}
        members = _held_members(self.chosen & in_question)
        there = SetAsideVote.objects.filter(title=self.title, member__in=members)
        already = set(there.values_list("member_id", flat=True))
        concerned = [member for member in members if member.pk not in already]
        if not concerned:
            raise NotAllowed("nobody")
        SetAsideVote.objects.bulk_create(
            SetAsideVote(case=case, title=self.title, member=member) for member in concerned
        )
        self._tell(concerned, decision, "votes_set_aside")

    def _restore(self, decision: Decision) -> None:
        rows = SetAsideVote.objects.filter(case=decision.case, member__in=self.chosen)
        members = _held_members({row.member_id for row in rows})
        if not members:
            raise NotAllowed("nobody")
        rows.delete()
        self._tell(members, decision, "votes_restored")

    def _tell(self, members: list[Member], decision: Decision, news: str) -> None:
        """A notification each: a `Statement` is about one text and has one recipient."""
        notify(
            recipients=members,
            kind=NotificationKind.ACCOUNT,
            key=f"{news}:{decision.pk}",
            title=self.title,
            detail={"news": news, "reason": decision.reason},
        )


@transaction.atomic
def open_votes_case(*, title_id: int, signals: Sequence[Signal], since: datetime, until: datetime) -> bool:
    """Open a case about votes on a title that came between two moments, or add to the one that waits.

    A case that a moderator is working on is left as it is. Answers whether anything was opened or added.
    """
    title = _held_title(title_id)
    if title.merged_into_id is not None:
        return False
    about = {"title": title, "kind": CaseKind.VOTES, "matter": Matter.VOTES, "state": CaseState.OPEN}
    case = Case.objects.select_for_update().filter(**about).first()
    if case is None:
        # Of two workers the second finds the case that the first has just made.
        case, _is_new = Case.objects.get_or_create(**about, defaults={"section": title.section})
    elif case.claimed_until is not None and case.claimed_until > timezone.now():
        return False
    changed = [_add_evidence(case, signal, since, until) for signal in signals]
    if any(changed):
        Case.objects.filter(pk=case.pk).update(
            severity=Greatest("severity", severity_of(signals)), version=F("version") + 1
        )
        forget_pages_about(title)
    return any(changed)


def _add_evidence(case: Case, signal: Signal, since: datetime, until: datetime) -> bool:
    """Whether there is anything new: more members than were known. Of two states the graver numbers stay."""
    known = case.evidence.filter(kind=signal.kind).first()
    before = known.detail if known else {}
    members = sorted({*before.get("members", ()), *signal.members})
    if len(members) == len(before.get("members", ())):
        return False
    numbers = signal.detail if signal.severity >= before.get("severity", 0) else before
    detail = {
        **numbers,
        "severity": max(signal.severity, before.get("severity", 0)),
        "from": before.get("from", since.isoformat()),
        "until": until.isoformat(),
        "members": members[:MOST_MEMBERS],
    }
    if known is None:
        Evidence.objects.create(case=case, kind=signal.kind, detail=detail)
    else:
        Evidence.objects.filter(pk=known.pk).update(detail=detail)
    return True


def _held_title(pk: int) -> Title:
    """The title, from which no merge moves votes while this transaction runs."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [merge_lock(pk)])
    return Title.objects.get(pk=pk)


def _held_members(pks: Collection[int]) -> list[Member]:
    """These members, in the order of their ids; nobody of them votes, and nobody is suspended, until this is done."""
    return list(Member.objects.select_for_update(no_key=True).filter(pk__in=list(pks)).order_by("pk"))
