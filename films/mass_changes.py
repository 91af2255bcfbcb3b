"""Changes that make sense for many titles at once, and what they come to for each of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from films.editing import FIELDS_OF_TITLE, locks_of_titles, why_locked
from films.editing.parts import Part, Words
from films.models import Title
from films.services.mass_editing import Edit


@dataclass(frozen=True)
class MassChange:
    """One change: the field it is of, the part that says how its value is typed, and old value + typed = new value."""

    key: str
    label: Words
    apply: Callable[[Any, str], Any]
    part_key: str = ""

    @property
    def part(self) -> Part:
        parts = FIELDS_OF_TITLE[self.key].parts
        return next((part for part in parts if part.key == self.part_key), parts[0])


def _add(values: list[str], value: str) -> list[str]:
    return values if value in values else [*values, value]


def _remove(values: list[str], value: str) -> list[str]:
    return [one for one in values if one != value]


def _in_language(plot: dict[str, Any] | None, language: str) -> dict[str, Any] | None:
    return {**plot, "language": language} if plot else None


CHANGES: Final[dict[str, MassChange]] = {
    "set-original-language": MassChange(
        "original_language", _("Set the original language"), lambda _before, language: language
    ),
    "set-plot-language": MassChange("plot", _("Set the language of the plot"), _in_language, "language"),
    "add-genre": MassChange("genres", _("Add a genre"), _add),
    "remove-genre": MassChange("genres", _("Remove a genre"), _remove),
    "add-country": MassChange("countries", _("Add a country"), _add),
    "remove-country": MassChange("countries", _("Remove a country"), _remove),
    "add-language": MassChange("languages", _("Add a language"), _add),
    "remove-language": MassChange("languages", _("Remove a language"), _remove),
}


@dataclass(frozen=True)
class Plan:
    """What a change would do: the edits, and by id the titles that a lock leaves as they are, with its reason."""

    edits: list[Edit]
    locked: dict[int, str]


def plan_change(change: MassChange, titles: QuerySet[Title], value: str) -> Plan:
    """The edits that bring these titles to it; those that are there already have none. Two queries."""
    field = FIELDS_OF_TITLE[change.key]
    locks = locks_of_titles(titles)
    rows: Iterable[tuple[int, Any]] = (
        Title.objects.filter(pk__in=titles.order_by().values("pk"), merged_into=None)
        .order_by("pk")
        .annotate(fact=field.store.expression())
        .values_list("pk", "fact")
    )
    plan = Plan([], {})
    for pk, raw in rows:
        before = field.store.value(raw)
        after = change.apply(before, value)
        if field.same(before, after):
            continue
        if locked := why_locked(locks.get(pk, {}), [change.key]):
            plan.locked[pk] = locked[change.key]
        else:
            plan.edits.append(Edit(pk, {change.key: before}, {change.key: after}))
    return plan
