"""What members propose: corrections and titles to add, and what is decided about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from films.editing import Item, fields_of_kind, fingerprint, is_empty, owner_of, read_facts
from films.models import Change, ExternalId, Proposal, ProposedChange, Title, TitleKind
from films.permissions import can_decide_proposal
from films.search import normalise
from films.services.catalogue import refresh_catalogue
from films.services.editing import PERSON, FactsRefused, record_changes, write_facts

ACCEPTED, DECLINED = ProposedChange.State.ACCEPTED, ProposedChange.State.DECLINED
# Without these there is no title: who declines one of them declines the addition.
NEEDED_TO_ADD: Final = frozenset({"name", "season_number"})


class ProposalError(Exception):
    """Nothing was done; the message is a code: "state", "rights", "stale", "held", "needed"."""


class DuplicateTitle(ProposalError):
    """The title is here already, or waits to be added."""

    def __init__(self, *, title: Title | None = None, proposal: Proposal | None = None) -> None:
        super().__init__("duplicate")
        self.title = title
        self.proposal = proposal


@dataclass(frozen=True)
class Reason:
    """Where a proposal can be checked, and what its author says about it."""

    source: str
    note: str = ""
    # Asked about words that stand elsewhere, they said that they are their own.
    declared_own: bool = False


def propose_correction(
    *, author: Member, item: Item, changes: Mapping[str, tuple[Any, Any]], reason: Reason
) -> Proposal:
    """Put a correction into the queue: by key of the field what its author saw and what it should be."""
    with transaction.atomic():
        proposal = Proposal.objects.create(
            author=author, **owner_of(item), section=item.section, **_said(reason)
        )
        _store_changes(proposal, changes)
    return proposal


def propose_addition(
    *,
    author: Member,
    kind: TitleKind,
    values: Mapping[str, Any],
    ground: Proposal.Ground,
    reason: Reason,
    show: Title | None = None,
) -> Proposal:
    """Put a title to add into the queue: its facts by key of the field; of a season without a name, with its show.

    Raises `ProposalError("held")` while the author's first addition waits, and `DuplicateTitle` when another title
    or waiting proposal has the same id elsewhere, or is the same season.
    """
    with transaction.atomic():
        # One after the other, so that two windows cannot add what one may not.
        Member.objects.select_for_update(no_key=True).get(pk=author.pk)
        if Proposal.objects.holding_back(author).exists():
            raise ProposalError("held")
        if show is not None:
            _lock(show)
        title = same_title(values=values, show=show)
        waiting = None if title else same_waiting(kind=kind, values=values, show=show)
        if title or waiting:
            raise DuplicateTitle(title=title, proposal=waiting)
        name = show.name if show else values["name"]
        proposal = Proposal.objects.create(
            author=author,
            section="films" if kind == TitleKind.FILM else "shows",
            adds=kind,
            show=show,
            norm=normalise(name),
            year=values.get("year"),
            ground=ground,
            **_said(reason),
        )
        _store_changes(proposal, {key: (None, value) for key, value in values.items() if not is_empty(value)})
    return proposal


def same_title(*, values: Mapping[str, Any], show: Title | None) -> Title | None:
    """The title that is certainly this one: the same season, or the same id in another catalogue."""
    if show is not None:
        number = values["season_number"]
        if found := Title.objects.filter(parent=show, season_number=number, merged_into=None).first():
            return found
    for external in values.get("external_ids") or ():
        known = ExternalId.objects.filter(**external, title__isnull=False).select_related("title")
        if found_id := known.first():
            return found_id.title
    return None


def same_waiting(*, kind: TitleKind, values: Mapping[str, Any], show: Title | None) -> Proposal | None:
    """The waiting addition that is certainly this one."""
    waiting = Proposal.objects.waiting().filter(adds=kind)
    if show is not None:
        same = waiting.filter(show=show, changes__field="season_number", changes__new=values["season_number"])
        if found := same.first():
            return found
    for external in values.get("external_ids") or ():
        if found := waiting.filter(changes__field="external_ids", changes__new__contains=[external]).first():
            return found
    return None


def decide_proposal(
    *, proposal: Proposal, moderator: Member, accepted: Mapping[str, str], reply: str = ""
) -> Proposal:
    """Accept the named fields, decline the others, and tell the author why.

    `accepted` maps each accepted field to the `fingerprint` of today's value that the moderator saw: when it changed
    meanwhile, nothing is done. Raises `ProposalError` ("state", "rights", "stale", "needed"), `DuplicateTitle`, and
    what `write_facts` raises (a locked field, a value that cannot be stored).
    """
    with transaction.atomic():
        # The title before the proposal, as a merge locks them.
        about = Proposal.objects.select_related("title", "person", "show").get(pk=proposal.pk)
        if item := about.item or about.show:
            _lock(item)
        proposal = Proposal.objects.select_for_update(of=("self",), no_key=True).get(pk=proposal.pk)
        if proposal.state != Proposal.State.WAITING:
            raise ProposalError("state")
        if not can_decide_proposal(moderator, proposal):
            raise ProposalError("rights")
        if _about(proposal) != _about(about):
            # A merge made it one about another title, which the moderator did not see.
            raise ProposalError("stale")
        changes = list(proposal.changes.all())
        taken = {change.field: change.new for change in changes if change.field in accepted}
        if taken and proposal.is_addition:
            proposal.title = _add_title(proposal, taken)
        elif taken:
            _correct(proposal, taken, accepted)
        for change in changes:
            change.state = ACCEPTED if change.field in taken else DECLINED
        ProposedChange.objects.bulk_update(changes, ["state"])
        proposal.state = _state_after(len(taken), len(changes))
        proposal.reply = reply
        proposal.decided_by = moderator
        proposal.decided_at = timezone.now()
        proposal.save(update_fields=["state", "reply", "decided_by", "decided_at", "title"])
    return proposal


def withdraw_proposal(*, proposal: Proposal, author: Member) -> bool:
    """Take one's own proposal back; False when it is decided already."""
    return bool(
        Proposal.objects.filter(pk=proposal.pk, author=author)
        .waiting()
        .update(state=Proposal.State.WITHDRAWN)
    )


def see_answers(*, author: Member) -> None:
    """From now on the answers so far are no news."""
    Proposal.objects.new_answers_for(author).update(answer_seen=True)


def _said(reason: Reason) -> dict[str, Any]:
    return {"source": reason.source, "note": reason.note, "declared_own": reason.declared_own}


def _store_changes(proposal: Proposal, changes: Mapping[str, tuple[Any, Any]]) -> None:
    ProposedChange.objects.bulk_create(
        ProposedChange(proposal=proposal, field=key, old=old, new=new) for key, (old, new) in changes.items()
    )


def _state_after(taken: int, proposed: int) -> Proposal.State:
    if not taken:
        return Proposal.State.DECLINED
    return Proposal.State.ACCEPTED if taken == proposed else Proposal.State.PARTLY


def _lock(item: Item) -> None:
    """Let nobody else correct or merge the item until the transaction ends; votes and messages do not wait."""
    type(item)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=item.pk)


def _about(proposal: Proposal) -> tuple[int | None, ...]:
    return proposal.title_id, proposal.person_id, proposal.show_id


def _correct(proposal: Proposal, taken: Mapping[str, Any], seen: Mapping[str, str]) -> None:
    item = proposal.item
    if item is None:
        raise ProposalError("state")
    # Its row is locked, so nothing changes between this look and the change.
    today = read_facts(item, taken)
    if any(fingerprint(today[key]) != seen[key] for key in taken):
        raise ProposalError("stale")
    write_facts(item, taken, actor=proposal.author, origin=Change.Origin.PROPOSAL, proposal=proposal)


def _add_title(proposal: Proposal, taken: Mapping[str, Any]) -> Title:
    """Make the title with its accepted facts. A season has its show's name."""
    kind = TitleKind(proposal.adds)
    fields = fields_of_kind(kind)
    if any(key in fields and key not in taken for key in NEEDED_TO_ADD):
        raise ProposalError("needed")
    show = proposal.show
    if duplicate := same_title(values=taken, show=show):
        raise DuplicateTitle(title=duplicate)
    first = {key: taken[key] for key in NEEDED_TO_ADD if key in taken}
    title = Title.objects.create(
        kind=kind,
        parent=show,
        provenance=dict.fromkeys(first, PERSON),
        **{"name": show.name if show else "", **first},
    )
    history: dict[str, Any] = {
        "actor": proposal.author,
        "origin": Change.Origin.PROPOSAL,
        "proposal": proposal,
    }
    record_changes(title, before={}, after=first, **history)
    write_facts(title, {key: value for key, value in taken.items() if key not in first}, **history)
    refresh_catalogue(title_ids=[title.pk])
    return title


def explain(error: ProposalError | FactsRefused) -> str:
    """The error in the reader's language."""
    if isinstance(error, FactsRefused):
        return " ".join(error.reasons.values())
    return {
        "state": _("This proposal has been decided or taken back meanwhile. Nothing was overwritten."),
        "rights": _("This one is for somebody else: nobody decides about their own proposal."),
        "stale": _("What stands there today changed while you were reading. Look again before you decide."),
        "needed": _("Without its name or number a title cannot be added: decline the whole instead."),
        "duplicate": _("This title is here already."),
        "held": _("Your first addition still waits for an answer. You can add more once it has one."),
    }[str(error)]
