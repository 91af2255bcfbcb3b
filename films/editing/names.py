"""Who or what a typed name means: somebody in the catalogue, somebody new, or a question to ask back."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import Q

from films.editing.parts import PartKind
from films.models import Award, Company, Credit, Person, SearchName, Title
from films.search import normalise

Reference = dict[str, Any]

# An address of a title, as a reader copies it.
_ADDRESS: Final = re.compile(r"/(?:films|shows|titles)/(\d{1,18})\b[^/]*(?:/season-(\d{1,4}))?")
_WITH_YEAR: Final = re.compile(r"(?P<name>.*\S)\s*\((?P<year>\d{4})\)")
MOST_CANDIDATES: Final = 12
# What a reference to a title is made of.
_COLUMNS: Final = ("pk", "name", "year", "season_number")


def candidates(kind: PartKind, names: Collection[str]) -> dict[str, list[Reference]]:
    """For each name everything in the catalogue that is called so. A few queries, however many names."""
    if not names:
        return {}
    finders = {
        PartKind.PERSON: _people,
        PartKind.TITLE: _titles,
        PartKind.COMPANY: lambda wanted: _exact(Company, wanted),
        PartKind.AWARD: lambda wanted: _exact(Award, wanted),
    }
    return finders[kind](names)


def words_for(kind: PartKind, references: Iterable[Reference]) -> list[tuple[str, str]]:
    """Id and words of each candidate, for the question which of them is meant."""
    references = list(references)
    known_for = _known_for(references) if kind is PartKind.PERSON else {}
    return [
        (str(found["id"]), " · ".join(filter(None, [found["name"], known_for.get(found["id"], "")])))
        for found in references
    ]


def _people(names: Collection[str]) -> dict[str, list[Reference]]:
    by_norm: dict[str, list[Reference]] = {}
    rows = SearchName.objects.filter(title=None, norm__in={normalise(name) for name in names})
    for norm, pk, name in rows.order_by("-popularity", "person_id").values_list(
        "norm", "person_id", "person__name"
    ):
        by_norm.setdefault(norm, []).append({"id": pk, "name": name})
    found: dict[str, list[Reference]] = {}
    for name in names:
        called = by_norm.get(normalise(name), [])
        # "Wong Kar-wai" is also found as "Kar-wai Wong"; who has the name as it is typed comes before.
        exact = [person for person in called if person["name"].casefold() == name.casefold()]
        found[name] = (exact or called)[:MOST_CANDIDATES]
    return found


def _exact(model: type[Company] | type[Award], names: Collection[str]) -> dict[str, list[Reference]]:
    """What has the name to the letter; of several companies of one name the oldest, for a name is all one types."""
    found: dict[str, list[Reference]] = {}
    for pk, name in model._default_manager.filter(name__in=names).order_by("pk").values_list("pk", "name"):
        found.setdefault(name, [{"id": pk, "name": name}])
    return found


def _titles(names: Collection[str]) -> dict[str, list[Reference]]:
    """By their address, or by their name with or without the year; who has most votes comes first."""
    addresses = {name: match for name in names if (match := _ADDRESS.search(name))}
    dated = {name: match for name in names if (match := _WITH_YEAR.fullmatch(name)) and name not in addresses}
    norms = {
        name: normalise(dated[name]["name"] if name in dated else name)
        for name in names
        if name not in addresses
    }
    at_address = _titles_at(addresses.values())
    by_norm = _titles_called(set(norms.values()))
    found: dict[str, list[Reference]] = {}
    for name in names:
        if name in addresses:
            called = at_address.get(addresses[name].groups(), [])
        else:
            called = by_norm.get(norms[name], [])
        if name in dated:
            called = [title for title in called if title["year"] == int(dated[name]["year"])]
        found[name] = called[:MOST_CANDIDATES]
    return found


def _titles_at(addresses: Collection[re.Match[str]]) -> dict[tuple[str | None, ...], list[Reference]]:
    """The title or season at each address, by the groups of `_ADDRESS`."""
    wanted = Q()
    for address in addresses:
        season = {"parent": int(address[1]), "season_number": int(address[2])} if address[2] else {}
        wanted |= Q(**season) if season else Q(pk=int(address[1]))
    if not wanted:
        return {}
    rows = list(Title.objects.filter(wanted, merged_into=None).values_list("parent", *_COLUMNS))
    by_id = {pk: _reference(pk, *more) for _parent, pk, *more in rows}
    by_number = {(show, row[-1]): _reference(*row) for show, *row in rows}
    found = {
        address.groups(): by_number.get((int(address[1]), int(address[2])))
        if address[2]
        else by_id.get(int(address[1]))
        for address in addresses
    }
    return {groups: [title] for groups, title in found.items() if title}


def _titles_called(norms: Collection[str]) -> dict[str, list[Reference]]:
    if not norms:
        return {}
    called: dict[str, list[Reference]] = {}
    rows = SearchName.objects.filter(title__isnull=False, title__merged_into=None, norm__in=norms)
    for norm, *row in rows.order_by("-title__totals__vote_count", "title_id").values_list(
        "norm", *(f"title__{column}" for column in _COLUMNS)
    ):
        called.setdefault(norm, []).append(_reference(*row))
    return called


def _reference(pk: int, name: str, year: int | None, season: int | None) -> Reference:
    return {"id": pk, "name": name, "year": year, "season": season}


def _known_for(people: Iterable[Reference]) -> dict[int, str]:
    """One title of each person, and when they were born: what tells two of a name apart."""
    ids = [person["id"] for person in people]
    best = {
        credit.person_id: credit
        for credit in Credit.objects.filter(person__in=ids)
        .select_related("title")
        .order_by("person", "-title__totals__vote_count", "id")
        .distinct("person")
    }
    born = dict(Person.objects.filter(pk__in=ids).values_list("pk", "born"))
    return {
        pk: ", ".join(filter(None, [born.get(pk, "")[:4], str(best[pk].title) if pk in best else ""]))
        for pk in ids
    }
