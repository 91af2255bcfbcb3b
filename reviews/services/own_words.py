"""What authors say about words that stand elsewhere too: "these are my own". It holds until a moderator finds otherwise."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Member
from reviews.copied_evidence import finds_copied
from reviews.models import (
    Case,
    CaseKind,
    Decision,
    Evidence,
    KnownText,
    OwnWords,
    Review,
    Verdict,
)
from reviews.moderation.matters import UNDECIDED

# Whoever said so often that a paste was theirs, and never wrongly, is not asked again.
BELIEVED_AFTER: Final = 3
_FOR: Final = (Verdict.KEEP, Verdict.RESTORE)


@transaction.atomic
def say_own_words(
    *, author: Member, review: Review | None, sources: Iterable[int | KnownText], url: str = ""
) -> list[OwnWords]:
    """Record that the words which a message, or with None another text, shares with these known texts (or their ids) are
    its author's own.

    Without a source it is the answer to a question about a paste. `url` is where the author published them before. Said
    once a source: again, it changes nothing but the address, and least of all what a moderator found.
    """
    ids = [source.pk if isinstance(source, KnownText) else source for source in sources]
    if not ids:
        return [
            OwnWords.objects.get_or_create(author=author, review=review, source=None, defaults={"url": url})[
                0
            ]
        ]
    said = []
    for pk in ids:
        row, is_new = OwnWords.objects.get_or_create(
            author=author, source_id=pk, defaults={"review": review, "url": url}
        )
        if not is_new and url and row.url != url:
            row.url = url
            row.save(update_fields=["url"])
        said.append(row)
    return said


def settle(*, case: Case, decision: Decision) -> None:
    """Let what the author said about the words of this case be confirmed or refuted by its decision, or be as it was when
    that was taken back. Part of the deciding transaction; what settles nothing (hidden, upheld, removed for another reason)
    changes nothing.
    """
    if decision.undone_at is not None:
        _unsettle(decision)
        return
    state = None
    if decision.verdict in _FOR:
        state = OwnWords.State.CONFIRMED
    elif finds_copied(decision.verdict, decision.rule):
        state = OwnWords.State.REFUTED
    said = list(_about(case).values_list("pk", "state", "settled_at")) if state else []
    if said:
        now = timezone.now()
        OwnWords.objects.filter(pk__in=[pk for pk, _state, _at in said]).update(state=state, settled_at=now)
        before = [[pk, was, at and at.isoformat()] for pk, was, at in said]
        decision.undo = {**decision.undo, "own_words": {"settled": now.isoformat(), "before": before}}
        decision.save(update_fields=["undo"])


def _unsettle(decision: Decision) -> None:
    """What another decision found before stands again; what one found since stays."""
    done = decision.undo.get("own_words")
    if done is None:
        return
    settled = OwnWords.objects.filter(settled_at=datetime.fromisoformat(done["settled"]))
    for pk, was, at in done["before"]:
        settled.filter(pk=pk).update(state=was, settled_at=at and datetime.fromisoformat(at))


def is_believed(author: Member) -> bool:
    """Whether the author said of pastes often enough, and never wrongly, that they are theirs. Two small queries."""
    said = OwnWords.objects.filter(author=author, source=None).exclude(state=OwnWords.State.REFUTED)
    if said.count() < BELIEVED_AFTER:
        return False
    decided = Decision.objects.filter(case__author=author, case__kind=CaseKind.COPIED, undone_at=None)
    overturned = Decision.objects.filter(
        case__appeal__decision=OuterRef("pk"), verdict=Verdict.RESTORE, undone_at=None
    )
    standing = decided.filter(~Exists(overturned)).values_list("verdict", "rule")
    return not any(finds_copied(verdict, rule) for verdict, rule in standing)


def honoured(author_id: int, sources: Iterable[int]) -> set[int]:
    """Of these known texts those whose words the author may use because they said that they are theirs, and nobody found
    otherwise: nobody asks them again.
    """
    return set(_not_refuted(author_id, sources).values_list("source_id", flat=True))


def looked_at(author_id: int, sources: Iterable[int], *, other_than: int | None) -> set[int]:
    """Like `honoured`, for whether there is a case: only where a moderator confirmed it, or has yet to answer the question
    about another message than `other_than` (None of what is no message).
    """
    has_case = Case.objects.filter(kind=CaseKind.COPIED, state__in=UNDECIDED, review=OuterRef("review"))
    confirmed = Q(state=OwnWords.State.CONFIRMED)
    waiting = Exists(has_case) & ~Q(review=other_than)
    return set(
        _not_refuted(author_id, sources).filter(confirmed | waiting).values_list("source_id", flat=True)
    )


def _not_refuted(author_id: int, sources: Iterable[int]) -> QuerySet[OwnWords]:
    said = OwnWords.objects.filter(author_id=author_id, source__in=list(sources))
    return said.exclude(state=OwnWords.State.REFUTED)


def _about(case: Case) -> QuerySet[OwnWords]:
    """What its author said about this text, and about the sources that are its evidence (an appeal's: the first case's)."""
    first = case.appeal.decision.case if case.kind == CaseKind.APPEAL else case
    sources = Evidence.objects.filter(case=first, source__isnull=False).values("source")
    if first.kind != CaseKind.COPIED or first.author_id is None:
        return OwnWords.objects.none()
    # By id: an update cannot name two tables.
    about = Q(source__in=sources)
    if first.review_id is not None:
        about |= Q(review=first.review_id)
    mine = OwnWords.objects.filter(about, author=first.author_id)
    return OwnWords.objects.filter(pk__in=list(mine.values_list("pk", flat=True)))
