"""Changing the facts of a title or person: the values, where they come from, the history, and what follows."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from films.editing import (
    CannotStore,
    Field,
    Item,
    Writing,
    fields_of,
    fingerprint,
    is_empty,
    locked_fields,
    owner_of,
    read_facts,
    why_locked,
)
from films.models import Change, Lock, Proposal, Title
from films.models.people import sort_name_of_person
from films.models.title import sort_name_of
from films.services.catalogue import refresh_catalogue
from films.signals import facts_changed
from filmsite.lib.kept import forget_pages

# What a person said of a fact stays, whatever an importer finds.
PERSON: Final = "person"
# What a moderator took away: no importer brings it back (`films.importers.writing`).
MODERATION: Final = "moderation"
# A lock holds back members and importers here; staff and moderators are held back by whatever asks for the change: the
# form that shows it, `films.services.mass_editing`, `films.services.merging`.
_HELD_BACK: Final = frozenset({Change.Origin.PROPOSAL, Change.Origin.IMPORT})


class FactsRefused(Exception):
    """Nothing was changed. `reasons` says by key of the field why, in the reader's language."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = dict(reasons)


class FactsLocked(FactsRefused):
    """The fields, or the whole item, are locked; the reasons are those of the locks."""


class StaleFacts(Exception):
    """Facts (`keys`) are not any more what somebody saw who asked to change them. Nothing was changed."""

    def __init__(self, keys: Iterable[str]) -> None:
        self.keys = list(keys)
        super().__init__(", ".join(self.keys))


def write_facts(
    item: Item,
    values: Mapping[str, Any],
    *,
    actor: Member | None,
    origin: Change.Origin,
    proposal: Proposal | None = None,
    source: str | None = PERSON,
    reverts: Change | None = None,
    reason: str = "",
    seen: Mapping[str, Any] | None = None,
) -> list[Change]:
    """Give the item these facts (values by key of `films.editing`), and record what really changed.

    Locks the item's row; all or nothing. `source` goes into the provenance of every field that changed, and so into
    what importers may overwrite; None leaves nothing there, as of facts that nobody noted. `reason` stands in the history.
    `seen` are the values that the actor saw, by key: where one is another by now,
    `StaleFacts` is raised. Raises `FactsLocked` when a proposal or an import meets a lock, and `FactsRefused` when
    the catalogue cannot hold a value (an id that another title has, a relation to what is gone).
    """
    fields = fields_of(item)
    with transaction.atomic():
        # Read anew under the lock: the caller's copy may be old, and `save` would write it back.
        locked = type(item)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        if origin in _HELD_BACK:
            _refuse_locked(locked, values)
        before = read_facts(locked, values)
        if seen is not None:
            _refuse_stale(fields, seen, before)
        changing = {key: value for key, value in values.items() if not fields[key].same(before[key], value)}
        if not changing:
            return []
        writing = Writing()
        _write(locked, fields, changing, writing)
        noted = {**locked.provenance, **dict.fromkeys(changing, source)}
        locked.provenance = {key: known for key, known in noted.items() if known is not None}
        locked.save(update_fields=["provenance"])
        changes = record_changes(
            locked,
            before={key: before[key] for key in changing},
            after=read_facts(locked, changing),
            actor=actor,
            origin=origin,
            proposal=proposal,
            reverts=reverts,
            reason=reason,
        )
        if origin != Change.Origin.IMPORT:
            facts_changed.send(sender=type(locked), item=locked, keys=set(changing))
        if isinstance(locked, Title):
            refresh_catalogue(title_ids=[locked.pk], person_ids=writing.touched_people)
            forget_pages(title_ids=[locked.pk, locked.parent_id], person_ids=writing.touched_people)
        else:
            refresh_catalogue(person_ids=[locked.pk])
            forget_pages(person_ids=[locked.pk])
    return changes


def record_changes(
    item: Item,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    actor: Member | None,
    origin: Change.Origin,
    proposal: Proposal | None = None,
    reverts: Change | None = None,
    reason: str = "",
) -> list[Change]:
    """Add a line to the item's history for every field whose value differs; the values are by key, as read."""
    fields = fields_of(item)
    return Change.objects.bulk_create(
        [
            Change(
                **owner_of(item),
                field=key,
                old=before.get(key),
                new=value,
                actor=actor,
                origin=origin,
                proposal=proposal,
                reverts=reverts,
                reason=reason,
            )
            for key, value in after.items()
            if not fields[key].same(before.get(key), value)
        ]
    )


def revert_change(*, change: Change, moderator: Member, agreed: str = "") -> list[Change]:
    """Give a fact back the value that it had before this change; the history keeps both.

    When the fact was changed again since, `StaleFacts` is raised, unless `agreed` is the `fingerprint` of today's
    value: then the moderator saw it. Raises `FactsRefused` when the catalogue cannot hold the old value any more.
    """
    item = change.title or change.person
    if item is None or change.field not in fields_of(item):
        raise StaleFacts([change.field])
    field = fields_of(item)[change.field]
    with transaction.atomic():
        locked = type(item)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
        today = field.read(locked)
        if not field.same(today, change.new) and fingerprint(today) != agreed:
            raise StaleFacts([change.field])
        return write_facts(
            locked,
            {change.field: change.old},
            actor=moderator,
            origin=Change.Origin.REVERT,
            reverts=change,
        )


def lock_field(*, item: Item, field: str, reason: str, moderator: Member) -> Lock:
    """Hold back members and importers from a field, with "" from the whole item; a second lock gives a new reason."""
    lock, _created = Lock.objects.update_or_create(
        **owner_of(item), field=field, defaults={"reason": reason, "set_by": moderator}
    )
    return lock


def unlock_field(*, item: Item, field: str) -> bool:
    """Take the lock away; False when there was none."""
    return bool(Lock.objects.filter(**owner_of(item), field=field).delete()[0])


def _refuse_locked(item: Item, keys: Iterable[str]) -> None:
    if reasons := why_locked(locked_fields(item), keys):
        raise FactsLocked(reasons)


def _refuse_stale(fields: Mapping[str, Field], seen: Mapping[str, Any], today: Mapping[str, Any]) -> None:
    if stale := [key for key, value in today.items() if not fields[key].same(seen[key], value)]:
        raise StaleFacts(stale)


def _derived_sort_name(item: Item) -> str:
    return sort_name_of(item.name) if isinstance(item, Title) else sort_name_of_person(item.name)


def _write(
    item: Item,
    fields: Mapping[str, Field],
    values: Mapping[str, Any],
    writing: Writing,
) -> None:
    """Store each value, each in a savepoint of its own so that every refusal is known, not only the first."""
    reasons: dict[str, str] = {}
    for key, value in values.items():
        if key == "name" and item.sort_name == _derived_sort_name(item):
            item.sort_name = ""  # `save` derives it from the new name
        try:
            if fields[key].is_needed and is_empty(value):
                raise CannotStore(_("This cannot be empty."))
            with transaction.atomic():
                fields[key].write(item, value, writing)
        except CannotStore as error:
            reasons[key] = str(error)
        except DatabaseError:
            reasons[key] = _("The catalogue cannot take this: something like it is there already.")
    if reasons:
        raise FactsRefused(reasons)
