"""What the catalogue holds of a member who leaves: the facts they gave stay, who gave them does not."""

from typing import Final

from django.db import models

from accounts.models import Member
from films.models import Change, Lock, Merge, Proposal, ProposedChange, Title, Trivia
from filmsite.lib.kept import forget_pages

# Everywhere that somebody is named for what they did, by table and column.
_NAMED: Final[tuple[tuple[type[models.Model], str], ...]] = (
    (Proposal, "author"),
    (Proposal, "decided_by"),
    (Title, "plot_author"),
    (Trivia, "author"),
    (Change, "actor"),
    (Lock, "set_by"),
    (Merge, "merged_by"),
    (Merge, "undone_by"),
)
_TAKEN: Final = (Proposal.State.ACCEPTED, Proposal.State.PARTLY)


def forget_member(*, member: Member) -> None:
    """Part of the transaction that erases the member: proposals that were not taken go with every word in them."""
    shown = set(Title.objects.filter(plot_author=member).values_list("pk", flat=True))
    shown |= set(Trivia.objects.filter(author=member).values_list("title_id", flat=True))
    own = Proposal.objects.filter(author=member)
    # Held, so that none is accepted while it goes.
    list(own.select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
    own.exclude(state__in=_TAKEN).delete()
    ProposedChange.objects.filter(proposal__author=member).exclude(
        state=ProposedChange.State.ACCEPTED
    ).delete()
    own.update(note="", reply="")
    for model, column in _NAMED:
        model._default_manager.filter(**{column: member}).update(**{column: None})
    forget_pages(title_ids=shown)
