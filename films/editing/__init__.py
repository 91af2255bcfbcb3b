"""What can be corrected in the catalogue: every fact of a title and of a person, read, shown and compared alike.

Proposals, history, merges and importers name a fact by its key here and keep its value as JSON. Changing a fact, with
history and everything that follows, is `films.services.editing.write_facts`.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet

from films.editing.fields import CREDIT_FIELDS, FIELDS_OF_PERSON, FIELDS_OF_TITLE, SECTIONS, Field
from films.editing.parts import Part, PartKind, fingerprint, is_empty
from films.editing.stores import CannotStore, Item, Writing
from films.models import Lock, Title, TitleKind

__all__ = [
    "CREDIT_FIELDS",
    "FIELDS_OF_PERSON",
    "FIELDS_OF_TITLE",
    "SECTIONS",
    "CannotStore",
    "Field",
    "Item",
    "Part",
    "PartKind",
    "Writing",
    "fields_of",
    "fields_of_kind",
    "fingerprint",
    "is_empty",
    "locked_fields",
    "locks_of_titles",
    "owner_of",
    "read_facts",
    "why_locked",
]


def fields_of(item: Item) -> dict[str, Field]:
    """The facts that this title (a season has no name of its own) or person may have, by key."""
    return fields_of_kind(TitleKind(item.kind)) if isinstance(item, Title) else FIELDS_OF_PERSON


def fields_of_kind(kind: TitleKind) -> dict[str, Field]:
    return {key: field for key, field in FIELDS_OF_TITLE.items() if kind in field.kinds}


def read_facts(item: Item, keys: Iterable[str] | None = None) -> dict[str, Any]:
    """The facts of an item as the database has them now, by key; all that it may have, or those named. One query."""
    fields = fields_of(item)
    wanted = fields if keys is None else {key: fields[key] for key in keys}
    if not wanted:
        return {}
    row: Any = (
        type(item)
        ._default_manager.filter(pk=item.pk)
        .values(**{f"fact_{key}": field.store.expression() for key, field in wanted.items()})
        .get()
    )
    return {key: field.store.value(row[f"fact_{key}"]) for key, field in wanted.items()}


def locked_fields(item: Item) -> dict[str, str]:
    """The reason of every lock by key of the field; the key "" locks the whole title or person."""
    return dict(Lock.objects.filter(**owner_of(item)).values_list("field", "reason"))


def locks_of_titles(titles: QuerySet[Title]) -> dict[int, dict[str, str]]:
    """What `locked_fields` says of each of these titles that has a lock, by its id. One query."""
    locks: dict[int, dict[str, str]] = {}
    rows = Lock.objects.filter(title__in=titles.order_by().values("pk"))
    for pk, key, reason in rows.values_list("title_id", "field", "reason"):
        locks.setdefault(pk, {})[key] = reason
    return locks


def why_locked(locks: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """Of these fields those that are locked, each with the reason of its own lock or of that of the whole item."""
    return {key: locks.get(key, locks.get("", "")) for key in keys if key in locks or "" in locks}


def owner_of(item: Item) -> dict[str, Any]:
    """The item as the one of two columns that a row about a title or a person fills."""
    return {"title" if isinstance(item, Title) else "person": item}
