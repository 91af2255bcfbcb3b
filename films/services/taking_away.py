"""Words of the catalogue that a moderator's decision takes away and brings back: a plot, a biography, a piece of trivia.

The history keeps who did it and why; its values up to then are shown to the section's moderators only
(`films.withholding`). What was taken away no importer brings back; anybody may write something new in its place.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from accounts.models import Member
from films.duplicates import standing_title_id
from films.editing import Item, fields_of, read_facts
from films.models import Change, Title, Trivia
from films.services.editing import MODERATION, record_changes, write_facts
from films.signals import facts_changed
from filmsite.lib.kept import forget_pages

_ORIGIN: Final = Change.Origin.MODERATION
_REASON_LENGTH: Final = Change._meta.get_field("reason").max_length


def take_words_away(*, item: Item, key: str, moderator: Member | None, reason: str) -> dict[str, Any]:
    """Empty a text of a title or person; nothing of it stays but in the history.

    Gives what `bring_words_back` needs: the change, and where the words came from. An empty dict where there were none.
    """
    with transaction.atomic():
        source = item.provenance.get(key)
        changes = write_facts(
            item, {key: None}, actor=moderator, origin=_ORIGIN, source=MODERATION, reason=_short(reason)
        )
    return {"change": changes[0].pk, "source": source} if changes else {}


def bring_words_back(*, item: Item, taken: Mapping[str, Any], moderator: Member | None, reason: str) -> None:
    """Put the words where they stood, with their author and where they came from.

    What somebody wrote in their place meanwhile stays in the history, from where it can be brought back.
    """
    change = Change.objects.get(pk=taken["change"])
    with transaction.atomic():
        write_facts(
            item,
            {change.field: change.old},
            actor=moderator,
            origin=_ORIGIN,
            source=taken["source"],
            reverts=change,
            reason=_short(reason),
        )


def is_as_before(*, item: Item, taken: Mapping[str, Any]) -> bool:
    """Whether the very words that were taken away stand there again. Asks for the change, and nothing of an empty `taken`."""
    if not taken:
        return False
    change = Change.objects.get(pk=taken["change"])
    return fields_of(item)[change.field].same(read_facts(item, [change.field])[change.field], change.old)


def take_trivia_away(*, trivia: Trivia, moderator: Member | None, reason: str) -> dict[str, Any]:
    """Show a piece of trivia nowhere any more. Gives what `bring_trivia_back` needs."""
    changes = _show(trivia, is_removed=True, moderator=moderator, reason=reason)
    return {"change": changes[0].pk}


def bring_trivia_back(
    *, trivia: Trivia, taken: Mapping[str, Any], moderator: Member | None, reason: str
) -> None:
    """Show a piece of trivia again, in its place; where its title became one with another, there."""
    _show(trivia, is_removed=False, moderator=moderator, reason=reason, reverts=taken["change"])


@transaction.atomic
def _show(
    trivia: Trivia, *, is_removed: bool, moderator: Member | None, reason: str, reverts: int | None = None
) -> list[Change]:
    standing = standing_title_id(trivia.title_id) or trivia.title_id
    title = Title.objects.select_for_update(no_key=True).get(pk=standing)
    before = read_facts(title, ["trivia"])
    trivia.title, trivia.is_removed = title, is_removed
    trivia.save(update_fields=["title", "is_removed"])
    changes = record_changes(
        title,
        before=before,
        after=read_facts(title, ["trivia"]),
        actor=moderator,
        origin=_ORIGIN,
        reverts=None if reverts is None else Change.objects.get(pk=reverts),
        reason=_short(reason),
    )
    facts_changed.send(sender=Title, item=title, keys={"trivia"})
    forget_pages(title_ids=[title.pk, title.parent_id])
    return changes


def _short(reason: str) -> str:
    return reason[:_REASON_LENGTH]
