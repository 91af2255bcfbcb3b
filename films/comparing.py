"""Two titles side by side, fact by fact: for whoever decides whether they are the same."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from films.editing import fields_of, is_empty, read_facts
from films.editing.parts import Words
from films.models import ExternalId, Relation, Title
from films.services.merging import facts_to_take

# A cast of hundreds is not compared line by line.
_LINES: Final = 8
# The same film has come out a year apart in two catalogues.
YEARS_APART: Final = 1


@dataclass(frozen=True)
class ComparedFact:
    """A fact of two titles as lines of text; `taken` are the lines that the first would take over from the second."""

    label: Words
    kept: list[str]
    duplicate: list[str]
    taken: list[str]
    is_same: bool


def compare_titles(kept: Title, duplicate: Title) -> list[ComparedFact]:
    """Every fact that one of the two has, in the order of a title's form. Four queries."""
    mine, theirs, wanted = read_facts(kept), read_facts(duplicate), facts_to_take(kept, duplicate)
    compared = []
    for key, field in fields_of(kept).items():
        if is_empty(mine[key]) and is_empty(theirs[key]):
            continue
        before, other = field.show(mine[key]), field.show(theirs[key])
        after = field.show(wanted[key]) if key in wanted else before
        compared.append(
            ComparedFact(
                label=field.label,
                kept=_first(before),
                duplicate=_first(other),
                taken=_first([line for line in after if line not in before]),
                is_same=field.same(mine[key], theirs[key]),
            )
        )
    return compared


def doubts_about(kept: Title, duplicate: Title) -> list[str]:
    """What speaks against the two being the same, in the reader's language. Two queries."""
    doubts = []
    if kept.year and duplicate.year and abs(kept.year - duplicate.year) > YEARS_APART:
        doubts.append(
            _("They are of different years: %(kept)s and %(duplicate)s.")
            % {"kept": kept.year, "duplicate": duplicate.year}
        )
    ids: dict[str, dict[int | None, list[str]]] = {}
    for external in ExternalId.objects.filter(title__in=[kept, duplicate]).order_by("pk"):
        of_source = ids.setdefault(str(external.get_source_display()), {})
        of_source.setdefault(external.title_id, []).append(external.value)
    for source, values in ids.items():
        if len(values) == 2:
            doubts.append(
                _("%(source)s knows both, under different ids: %(kept)s and %(duplicate)s.")
                % {
                    "source": source,
                    "kept": ", ".join(values[kept.pk]),
                    "duplicate": ", ".join(values[duplicate.pk]),
                }
            )
    between = Q(title=kept, other=duplicate) | Q(title=duplicate, other=kept)
    for relation in Relation.objects.filter(between).select_related("title", "other"):
        doubts.append(
            _("Here it says: %(title)s, %(relation)s %(other)s.")
            % {"title": relation.title, "relation": relation.get_kind_display(), "other": relation.other}
        )
    return doubts


def _first(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _LINES else [*lines[:_LINES], f"… (+{len(lines) - _LINES})"]
