"""What staff change in a form of many rows: the form stores it, and this says in the history what is different now."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import Member
from films.editing import Item, fields_of, read_facts
from films.models import Change, Credit, Title
from films.services.catalogue import refresh_catalogue
from films.services.editing import PERSON, record_changes
from films.signals import facts_changed
from filmsite.lib.kept import forget_pages


@transaction.atomic
def record_staff_edit(*, item: Item, before: Mapping[str, Any], editor: Member) -> list[Change]:
    """Record how the facts of an item differ from `before` (values by key; none for an item that is new), note that a
    person said so, and let browsing, search and kept pages follow.
    """
    fields, after = fields_of(item), read_facts(item)
    empty: dict[str, Any] = {key: [] if field.is_list else None for key, field in fields.items()}
    changes = record_changes(
        item, before={**empty, **before}, after=after, actor=editor, origin=Change.Origin.STAFF
    )
    if changes:
        item.refresh_from_db(fields=["provenance"])
        item.provenance = {**item.provenance, **{change.field: PERSON for change in changes}}
        type(item)._default_manager.filter(pk=item.pk).update(provenance=item.provenance)
        facts_changed.send(sender=type(item), item=item, keys={change.field for change in changes})
    people = _people_in(before, after)
    if isinstance(item, Title):
        refresh_catalogue(title_ids=[item.pk], person_ids=people)
        forget_pages(title_ids=[item.pk, item.parent_id], person_ids=people)
    else:
        refresh_catalogue(person_ids=[item.pk])
        forget_pages(person_ids=[item.pk])
    return changes


def follow_deletion(item: Item) -> None:
    """Let search and kept pages follow once this title or person is gone; to be called before, in one transaction."""
    if isinstance(item, Title):
        cast = Credit.objects.filter(Q(title=item.pk) | Q(title__parent=item.pk))
        people = set(cast.values_list("person", flat=True))
        refresh_catalogue(person_ids=people)
        forget_pages(title_ids=[item.pk, item.parent_id], person_ids=people)
    else:
        titles = Credit.objects.filter(person=item.pk).values_list("title", "title__parent")
        forget_pages(title_ids={pk for row in titles for pk in row}, person_ids=[item.pk])


def _people_in(*facts: Mapping[str, Any]) -> set[int]:
    """Whoever is credited on one side and not on the other: search counts their credits."""
    sides = [
        {
            row["person"]["id"]
            for value in side.values()
            if isinstance(value, list)
            for row in value
            if isinstance(row, dict) and row.get("person")
        }
        for side in facts
    ]
    return sides[0] ^ sides[1]
