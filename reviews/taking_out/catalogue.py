"""Titles and people as an export names them, fetched some hundred at a time: a file of any length needs no more memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, islice
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

from films.models import Credit, ExternalId, Person, Role, Title, TitleGenre, TitleKind
from reviews.taking_out.schema import Who, Work

AT_ONCE: Final = 500
# More than this are forgotten and fetched again when they come up.
_MOST_KNOWN: Final = 5_000
_TMDB: Final = {
    TitleKind.FILM: ExternalId.Source.TMDB_MOVIE,
    TitleKind.SHOW: ExternalId.Source.TMDB_TV,
    TitleKind.SEASON: ExternalId.Source.TMDB_TV,
}
Row = TypeVar("Row")


@dataclass(slots=True)
class Named:
    """A title with what other sites' files say beside its ids. `name` is the one to show: a season's has its number."""

    work: Work
    name: str
    minutes: int | None
    released_on: date | None
    directors: list[str] = field(default_factory=list)
    genres: list[str] = field(default_factory=list)


class Catalogue:
    """What is known of the titles and people that an export is about."""

    def __init__(self) -> None:
        self._titles: dict[int, Named] = {}
        self._people: dict[int, Who] = {}

    def title(self, pk: int) -> Named:
        """The title, which `load` has fetched."""
        return self._titles[pk]

    def work(self, pk: int | None) -> Work | None:
        return self._titles[pk].work if pk is not None else None

    def person(self, pk: int | None) -> Who | None:
        return self._people[pk] if pk is not None else None

    def load(self, title_ids: Iterable[int | None], person_ids: Iterable[int | None] = ()) -> None:
        """Fetch what is not known yet. At most six queries, whatever the number; each id is of a row that exists."""
        titles = {pk for pk in title_ids if pk is not None}
        people = {pk for pk in person_ids if pk is not None}
        if len(self._titles) + len(self._people) > _MOST_KNOWN:
            self._titles.clear()
            self._people.clear()
        if missing := titles - self._titles.keys():
            self._load_titles(missing)
        if missing := people - self._people.keys():
            self._load_people(missing)

    def _load_titles(self, pks: set[int]) -> None:
        rows = list(Title.objects.filter(pk__in=pks).select_related("parent").only(*_COLUMNS))
        shows = {row.parent_id for row in rows if row.parent_id is not None}
        ids = _ids_of(ExternalId.objects.filter(title__in=pks | shows), "title_id")
        directors, genres = defaultdict(list), defaultdict(list)
        credits = Credit.objects.filter(title__in=pks, role=Role.DIRECTOR).order_by("position", "id")
        for pk, name in credits.values_list("title_id", "person__name"):
            directors[pk].append(name)
        for pk, name in (
            TitleGenre.objects.filter(title__in=pks)
            .order_by("position")
            .values_list("title_id", "genre__name")
        ):
            genres[pk].append(name)
        for row in rows:
            work = _work(row, ids)
            if row.parent is not None and row.season_number is not None:
                work["season"] = row.season_number
                work["show"] = _work(row.parent, ids)
            self._titles[row.pk] = Named(
                work, row.display_name, row.minutes, row.released_on, directors[row.pk], genres[row.pk]
            )

    def _load_people(self, pks: set[int]) -> None:
        ids = _ids_of(ExternalId.objects.filter(person__in=pks), "person_id")
        for pk, name in Person.objects.filter(pk__in=pks).values_list("pk", "name"):
            known = ids[pk]
            self._people[pk] = {
                "id": pk,
                "name": name,
                "imdb": known.get(ExternalId.Source.IMDB),
                "tmdb": known.get(ExternalId.Source.TMDB_PERSON),
                "wikidata": known.get(ExternalId.Source.WIKIDATA),
            }


_OF_TITLE: Final = ("kind", "name", "original_name", "year", "season_number")
_COLUMNS: Final = (*_OF_TITLE, "minutes", "released_on", *(f"parent__{name}" for name in _OF_TITLE))


def _work(row: Title, ids: dict[int, dict[str, str]]) -> Work:
    known = ids[row.pk]
    return {
        "id": row.pk,
        "kind": row.kind,
        "name": row.name,
        "original_name": row.original_name,
        "year": row.year,
        "imdb": known.get(ExternalId.Source.IMDB),
        "tmdb": known.get(_TMDB[TitleKind(row.kind)]),
        "wikidata": known.get(ExternalId.Source.WIKIDATA),
    }


def _ids_of(rows: QuerySet[ExternalId], of: str) -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for pk, source, value in rows.order_by("-id").values_list(of, "source", "value"):
        found[pk][source] = value
    return found


def in_batches(rows: Iterable[Row], size: int = AT_ONCE) -> Iterator[list[Row]]:
    """The rows, so many at a time."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


def with_titles(rows: Iterable[Row], catalogue: Catalogue) -> Iterator[Row]:
    """The rows, each with its title (`title_id`) and person (`person_id`) in the catalogue by then."""

    def known(batch: list[Any]) -> list[Any]:
        catalogue.load((row.title_id for row in batch), (getattr(row, "person_id", None) for row in batch))
        return batch

    return chain.from_iterable(known(batch) for batch in in_batches(rows))
