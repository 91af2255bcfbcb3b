"""How the words of a text that is no message came to stand: whose they are, since when, and what stood there before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from films.editing import Item, owner_of
from films.models import Change
from reviews.copydetect.rules import KnownText
from reviews.models import KnownKind, Matter
from reviews.moderation.targets import Target
from reviews.sources import source_of

# The facts of the catalogue that are somebody's words, and what each is to a moderator.
WORDS_OF_FACTS: Final = {"plot": Matter.PLOT, "trivia": Matter.TRIVIA, "biography": Matter.BIOGRAPHY}
# Of the history of a fact so many changes are looked through, the newest.
_CHANGES: Final = 20


@dataclass(frozen=True, slots=True)
class Written:
    """When the words were written, whether their author said that they are their own, and what stood there earlier.

    Where only the newest change is dated, some words may be older than `at`, but none is older than `earliest`.
    """

    at: datetime
    earliest: datetime | None = None
    declared_own: bool = False
    earlier: tuple[KnownText, ...] = ()


def how_written(target: Target) -> Written | None:
    """What is known of words that a member wrote; None of those of an import, of staff, or of a moderator's decision.

    Asks for the history of a fact. What a list or a member said before is kept nowhere.
    """
    match target.matter:
        case Matter.PLOT:
            return _of_fact(target.row, "plot", target.row.plot)
        case Matter.BIOGRAPHY:
            return _of_fact(target.row, "biography", target.row.biography)
        case Matter.TRIVIA:
            return _of_fact(target.row.title, "trivia", target.row.text)
        case Matter.LIST:
            return Written(target.row.changed_at, earliest=target.row.created_at)
    return Written(timezone.now(), earliest=target.row.date_joined)


def written_by_member(target: Target) -> Written | None:
    """How words came to stand that are to be compared: those of a member, which readers see. None of all others. The target
    is loaded by `load_target`; asks whose it is, and as `how_written` does.
    """
    source = source_of(target.row)
    if not target.stands or source is None or not source.is_public or target.author is None:
        return None
    return how_written(target)


def is_by_member(change: Change) -> bool:
    """Whether a member wrote what a change brought: in a proposal, or as a moderator, who need not propose. Needs `actor`."""
    is_own = change.origin == Change.Origin.STAFF and change.actor is not None and not change.actor.is_staff
    return change.origin == Change.Origin.PROPOSAL or is_own


def texts_in(value: Any) -> list[str]:
    """The texts of a fact as the history has it: one of a plot or a biography, any number of trivia."""
    rows = value if isinstance(value, list) else [value]
    return [row["text"] for row in rows if row and row.get("text")]


def _of_fact(item: Item, key: str, text: str) -> Written | None:
    history = Change.objects.filter(**owner_of(item), field=key).select_related("actor", "proposal")
    changes = list(history.order_by("-id")[:_CHANGES])
    for place, change in enumerate(changes):
        if text in texts_in(change.new) and text not in texts_in(change.old):
            if not is_by_member(change):
                return None
            proposal = change.proposal
            return Written(
                at=proposal.created_at if proposal else change.at,
                declared_own=bool(proposal and proposal.declared_own),
                earlier=tuple(_earlier(item, changes[place:])),
            )
    return None


def _earlier(item: Item, changes: list[Change]) -> Iterator[KnownText]:
    """What stood there before the first of these changes, each with the day on which it was there as far as is known."""
    since = [*(change.at for change in changes[1:]), item.created_at]
    for change, at in zip(changes, since, strict=True):
        for text in texts_in(change.old):
            yield KnownText(0, KnownKind.PLOT, text, written_at=at)
