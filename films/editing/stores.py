"""Where the facts are: columns of a title or person, codes of a relation, rows of a table of their own.

A store knows how to read its fact as a value that JSON holds, in the same query as all others (`expression`), and how
to write such a value. Empty is None, or an empty list.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, QuerySet
from django.db.models.expressions import Combinable, Expression
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from accounts.models import Member
from films.editing.parts import NOT_TEXT, REFERENCES, Part, PartKind, Words, identity, is_empty
from films.models import Award, Company, Country, Genre, Language, Person, SearchName, Title, TitleGenre
from films.search import normalise

Item = Title | Person


class CannotStore(ValueError):
    """A value that the catalogue cannot take, with the reason in the reader's language."""


@dataclass
class Writing:
    """What one round of writing has in common: a new person named twice is one person."""

    new_people: dict[str, Person] = field(default_factory=dict)
    # People whose search rows count their credits.
    touched_people: set[int] = field(default_factory=set)


class Store(Protocol):
    @property
    def parts(self) -> tuple[Part, ...]: ...
    @property
    def is_list(self) -> bool: ...
    def expression(self) -> Combinable | Expression: ...
    def value(self, raw: Any) -> Any: ...
    def write(self, item: Item, value: Any, writing: Writing) -> None: ...
    def show(self, value: Any) -> list[str]: ...
    def same(self, first: Any, second: Any) -> bool: ...


@dataclass(frozen=True)
class Column:
    """One column; the value is a text, a number or a date as text."""

    part: Part
    is_list = False

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.part,)

    def expression(self) -> F:
        return F(f"{self.part.source}_id" if self.part.kind is PartKind.COUNTRY else self.part.source)

    def value(self, raw: Any) -> Any:
        return raw.isoformat() if isinstance(raw, date) else (None if raw == "" else raw)

    def write(self, item: Item, value: Any, writing: Writing) -> None:
        _set(item, self.part, value)
        item.save(update_fields=_columns_of(item, self.parts))

    def show(self, value: Any) -> list[str]:
        return [] if is_empty(value) else self.part.show(value).splitlines()

    def same(self, first: Any, second: Any) -> bool:
        return first == second


@dataclass(frozen=True)
class Columns:
    """Some columns that are one fact: an amount with its currency. Without the first of them there is nothing."""

    parts: tuple[Part, ...]
    is_list = False

    def expression(self) -> JSONObject:
        sources = {
            part.key: F(f"{part.source}_id" if part.kind is PartKind.AUTHOR else part.source)
            for part in self.parts
        }
        return JSONObject(**sources)

    def value(self, raw: Any) -> Any:
        return None if is_empty(raw[self.parts[0].key]) else raw

    def write(self, item: Item, value: Any, writing: Writing) -> None:
        for part in self.parts:
            _set(item, part, (value or {}).get(part.key))
        item.save(update_fields=_columns_of(item, self.parts))

    def show(self, value: Any) -> list[str]:
        if is_empty(value):
            return []
        if self.parts[0].kind is PartKind.TEXT:
            text, *rest = self.parts
            return [
                *text.show(value[text.key]).splitlines(),
                *(line for line in [_joined(rest, value)] if line),
            ]
        return [_joined(self.parts, value)]

    def same(self, first: Any, second: Any) -> bool:
        return identity(first) == identity(second)


@dataclass(frozen=True)
class Codes:
    """Countries or languages, of which a title has some; the value is their codes in order."""

    relation: str
    part: Part
    is_list = True

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.part,)

    @property
    def _of(self) -> type[Country] | type[Language]:
        return Country if self.part.kind is PartKind.COUNTRY else Language

    def expression(self) -> ArraySubquery:
        column = f"{self._of.__name__.lower()}_id"
        through = apps.get_model("films", f"Title_{self.relation}")
        return ArraySubquery(through.objects.filter(title=OuterRef("pk")).order_by(column).values(column))

    def value(self, raw: Any) -> Any:
        return list(raw)

    def write(self, item: Item, value: Any, writing: Writing) -> None:
        rows: list[Any] = [self._of(code=code) for code in value]
        self._of.objects.bulk_create(rows, ignore_conflicts=True)
        getattr(item, self.relation).set(value)

    def show(self, value: Any) -> list[str]:
        return [self.part.show(code) for code in value or ()]

    def same(self, first: Any, second: Any) -> bool:
        return sorted(first or ()) == sorted(second or ())


@dataclass(frozen=True)
class Genres:
    """The genres of a title by slug, the main one first."""

    part: Part
    is_list = True

    @property
    def parts(self) -> tuple[Part, ...]:
        return (self.part,)

    def expression(self) -> ArraySubquery:
        rows = TitleGenre.objects.filter(title=OuterRef("pk")).order_by("position", "id")
        return ArraySubquery(rows.values("genre__slug"))

    def value(self, raw: Any) -> Any:
        return list(raw)

    def write(self, item: Item, value: Any, writing: Writing) -> None:
        genres = {genre.slug: genre for genre in Genre.objects.filter(slug__in=value)}
        if missing := [slug for slug in value if slug not in genres]:
            raise CannotStore(_("There is no genre “%(genre)s”.") % {"genre": missing[0]})
        TitleGenre.objects.filter(title_id=item.pk).exclude(genre__slug__in=value).delete()
        TitleGenre.objects.bulk_create(
            [
                TitleGenre(title_id=item.pk, genre=genres[slug], position=position)
                for position, slug in enumerate(value)
            ],
            update_conflicts=True,
            unique_fields=["title", "genre"],
            update_fields=["position"],
        )

    def show(self, value: Any) -> list[str]:
        return [self.part.show(slug) for slug in value or ()]

    def same(self, first: Any, second: Any) -> bool:
        return list(first or ()) == list(second or ())


@dataclass(frozen=True)
class Rows:
    """Rows of a table of their own; the value is a list of dicts, one for each row, with every part in it.

    `only` narrows to some rows of the table (the credits of one role). Where the table has positions, the order is
    part of the value.
    """

    model: str
    parts: tuple[Part, ...]
    order: tuple[str, ...] = ("id",)
    only: tuple[tuple[str, str | bool], ...] = ()
    has_positions: bool = False
    separator: str = " · "
    is_list = True

    def expression(self) -> ArraySubquery:
        rows = self._rows().filter(**{self._owner: OuterRef("pk")})
        return ArraySubquery(rows.values(row=JSONObject(**self._sources())))

    def value(self, raw: Any) -> Any:
        return [self._row(row) for row in raw]

    def write(self, item: Item, value: Any, writing: Writing) -> None:
        """Keep the rows that stay, so that their ids do; delete those that go and add what is new."""
        owned = self._rows().filter(**{self._owner_of(item): item})
        left: dict[str, list[int]] = {}
        for row in owned.values("pk", row=JSONObject(**self._sources())):
            left.setdefault(_key(self._row(row["row"])), []).append(row["pk"])
        kept: dict[int, int] = {}
        fresh: list[tuple[int, dict[str, Any]]] = []
        for position, row in enumerate(value):
            if pks := left.get(_key(row)):
                kept[pks.pop(0)] = position
            else:
                fresh.append((position, row))
        going = self._rows().filter(pk__in=[pk for pks in left.values() for pk in pks])
        self._touch(going, writing)
        going.delete()
        if self.has_positions:
            for pk, position in kept.items():
                self._rows().filter(pk=pk).exclude(position=position).update(position=position)
        added = [self._create(item, row, position, writing).pk for position, row in fresh]
        self._touch(self._rows().filter(pk__in=added), writing)

    def show(self, value: Any) -> list[str]:
        return [_joined(self.parts, row, self.separator) for row in value or ()]

    def same(self, first: Any, second: Any) -> bool:
        keys = [[_key(row) for row in value or ()] for value in (first, second)]
        return keys[0] == keys[1] if self.has_positions else sorted(keys[0]) == sorted(keys[1])

    @property
    def _owner(self) -> str:
        return "person" if self.model == "PersonName" else "title"

    def _owner_of(self, item: Item) -> str:
        return "title" if isinstance(item, Title) else "person"

    def _rows(self) -> QuerySet:
        return apps.get_model("films", self.model).objects.filter(**dict(self.only)).order_by(*self.order)

    def _sources(self) -> dict[str, Any]:
        return {part.key: _source(part) for part in self.parts}

    def _row(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Of a row as the database gives it, the references without an id are nothing at all."""
        return {
            part.key: None
            if part.kind in REFERENCES and (raw[part.key] or {}).get("id") is None
            else raw[part.key]
            for part in self.parts
        }

    def _create(self, item: Item, row: dict[str, Any], position: int, writing: Writing) -> Any:
        created = apps.get_model("films", self.model)(**{self._owner_of(item): item, **dict(self.only)})
        if self.has_positions:
            created.position = position
        for part in self.parts:
            if part.kind in REFERENCES:
                setattr(created, part.source, resolve(part, row.get(part.key), writing))
            else:
                _set(created, part, row.get(part.key))
        created.save()
        return created

    def _touch(self, rows: QuerySet, writing: Writing) -> None:
        if self.model == "Credit":
            writing.touched_people.update(rows.values_list("person_id", flat=True))


@dataclass(frozen=True)
class RowsOfPerson(Rows):
    """Rows of a table that titles and people share, here a person's."""

    @property
    def _owner(self) -> str:
        return "person"


def resolve(part: Part, reference: dict[str, Any] | None, writing: Writing) -> Any:
    """The row that a reference means, made now if it names somebody new; None for no reference.

    A title or an id that is gone raises `CannotStore`.
    """
    if not reference:
        return None
    if reference.get("id") is not None:
        return _by_id(part, reference)
    makers: dict[PartKind, Callable[[str], Any]] = {
        PartKind.COMPANY: lambda name: _company(name),
        PartKind.AWARD: lambda name: Award.objects.get_or_create(name=name)[0],
        PartKind.PERSON: lambda name: _person(name, bool(reference.get("new")), writing),
    }
    if part.kind not in makers:
        raise CannotStore(_("There is no title “%(name)s” here.") % {"name": reference["name"]})
    return makers[part.kind](reference["name"])


def _by_id(part: Part, reference: dict[str, Any]) -> Any:
    models: dict[PartKind, type[Person | Company | Award | Title]] = {
        PartKind.PERSON: Person,
        PartKind.COMPANY: Company,
        PartKind.AWARD: Award,
        PartKind.TITLE: Title,
    }
    found = models[part.kind]._default_manager.filter(pk=reference["id"]).first()
    if found is None:
        raise CannotStore(_("“%(name)s” is not in the catalogue any more.") % {"name": reference["name"]})
    return found


def _company(name: str) -> Company:
    return Company.objects.filter(name=name).order_by("pk").first() or Company.objects.create(name=name)


def _person(name: str, is_new: bool, writing: Writing) -> Person:
    """Whoever has this name; somebody new if nobody has it, several have it, or the reference says so."""
    if name not in writing.new_people:
        called = SearchName.objects.filter(title=None, norm=normalise(name), person__name=name)
        found = [] if is_new else list(called.select_related("person")[:2])
        if len(found) == 1 and found[0].person is not None:
            return found[0].person
        writing.new_people[name] = Person.objects.create(name=name)
    return writing.new_people[name]


def _source(part: Part) -> Any:
    if part.kind not in REFERENCES:
        return F(f"{part.source}_id" if part.kind in (PartKind.COUNTRY, PartKind.AUTHOR) else part.source)
    columns = {"id": F(f"{part.source}_id"), "name": F(f"{part.source}__name")}
    if part.kind is PartKind.TITLE:
        columns |= {"year": F(f"{part.source}__year"), "season": F(f"{part.source}__season_number")}
    return JSONObject(**columns)


def _set(row: Any, part: Part, value: Any) -> None:
    """Put a part into its column: empty text is "", an unknown number or country is null."""
    if part.kind is PartKind.COUNTRY:
        if value:
            Country.objects.get_or_create(code=value)
        setattr(row, f"{part.source}_id", value or None)
    elif part.kind is PartKind.AUTHOR:
        # A member who left takes their name with them.
        known = value is not None and Member.objects.filter(pk=value).exists()
        setattr(row, f"{part.source}_id", value if known else None)
    elif part.kind is PartKind.FLAG:
        setattr(row, part.source, bool(value))
    elif part.kind in NOT_TEXT or part.kind is PartKind.DATE:
        setattr(row, part.source, None if value == "" else value)
    else:
        setattr(row, part.source, value or "")


def _columns_of(item: Item, parts: Iterable[Part]) -> list[str]:
    """What `save` writes: these columns, and those that the model derives from a name."""
    derived = ["slug", "sort_name"] if any(part.source in ("name", "sort_name") for part in parts) else []
    stamped = ["updated_at"] if isinstance(item, Title) else []
    return [*{*(part.source for part in parts), *derived}, *stamped]


def _joined(parts: Iterable[Part], row: dict[str, Any], separator: str = " · ") -> str:
    return separator.join(words for part in parts if (words := part.show(row.get(part.key))))


def _key(row: dict[str, Any]) -> str:
    """A row as a text that sorts and compares."""
    return json.dumps(identity(row), sort_keys=True, ensure_ascii=False)


def words_of(choices: Iterable[tuple[Any, Words]]) -> tuple[tuple[str, Words], ...]:
    """The choices of an enumeration, as a part keeps them."""
    return tuple((str(value), label) for value, label in choices)
