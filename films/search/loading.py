"""From what was found to what a page shows of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from django.db.models import Model

from accounts.models import Member
from films.models import Credit, Person, Title
from films.search.finding import LINK
from films.search.judging import Found, Match

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Hit:
    """Something found. `matched` is the other name that led to it, empty when its own name did."""

    kind: Literal["title", "person", "member"]
    item: Title | Person | Member
    match: Match = Match.EXACT
    matched: str = ""
    matched_language: str = ""
    # For a person: their best-known work.
    known_for: Credit | None = None


def load(found: Iterable[Found], *, for_links: bool = False) -> list[Hit]:
    """The titles, people and members that were found, in their order; two queries at most.

    `for_links` leaves out what a link does not show, such as a title's totals, and asks nothing but for members.
    """
    found = list(found)
    asked = [one.item for one in found if one.of == "title" and not (for_links and one.shown)]
    standing = Title.objects.filter(merged_into=None)
    titles = (standing.for_link() if for_links else standing.for_card()).in_bulk(asked) if asked else {}
    named = [one.item for one in found if one.of == "member"]
    members = Member.objects.for_card().in_bulk(named) if named else {}
    hits = []
    for one in found:
        item: Title | Person | Member | None
        known_for = None
        if one.of == "person":
            item, known_for = _person(one)
        elif one.of == "member":
            item = members.get(one.item)
        else:
            item = titles.get(one.item) or (_title(one.shown) if for_links and one.shown else None)
        if item is not None:
            hits.append(Hit(one.of, item, one.match, one.other_name, one.language, known_for))
    return hits


def _title(shown: tuple[Any, ...]) -> Title:
    return _made_of(Title, dict(zip(LINK, shown[4:], strict=True)))


def _person(one: Found) -> tuple[Person, Credit | None]:
    name, slug, credit, role, title, *_ = one.shown
    person = _made_of(Person, {"id": one.item, "name": name, "slug": slug})
    if title is None:  # never credited, or not any more
        return person, None
    values = {"id": credit, "role": role, "person_id": one.item, "title_id": title}
    known_for = _made_of(Credit, values)
    known_for.person, known_for.title = person, _title(one.shown)
    return person, known_for


def _made_of(model: type[Row], values: dict[str, Any]) -> Row:
    """A row with these columns, the others deferred."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(None, names, [values[name] for name in names])
