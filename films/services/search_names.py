"""Keeping the names by which titles and people are found in step with the catalogue. Running twice changes nothing."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final

from django.db import connection, transaction
from django.db.models import Count, QuerySet

from films.models import AlternativeTitle, Person, SearchName, Title, TitleKind
from films.search import NORM_LENGTH, forms_of

CHUNK: Final = 2000

_REFRESH_POPULARITY = """
    UPDATE films_searchname AS name SET popularity = totals.vote_count
    FROM films_titletotals AS totals
    WHERE totals.title_id = name.title_id AND name.popularity <> totals.vote_count
"""


def refresh_search_names(
    *, title_ids: Collection[int] | None = None, person_ids: Collection[int] | None = None
) -> int:
    """Store every name of these titles and people (of all when neither is given); give the rows that changed.

    Seasons are found through their show. Reads and writes in chunks: a full run takes minutes at full scale.
    """
    everything = title_ids is None and person_ids is None
    changed = 0
    titles = Title.objects.exclude(kind=TitleKind.SEASON)
    if everything or title_ids is not None:
        for chunk in _chunks(titles if title_ids is None else titles.filter(pk__in=title_ids)):
            changed += _store("title_id", chunk, _names_of_titles(chunk))
    if everything or person_ids is not None:
        for chunk in _chunks(
            Person.objects.all() if person_ids is None else Person.objects.filter(pk__in=person_ids)
        ):
            changed += _store("person_id", chunk, _names_of_people(chunk))
    return changed


def refresh_popularity() -> None:
    """Bring the order of equal names in step with the votes."""
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH_POPULARITY)


def _chunks(rows: QuerySet) -> Iterator[list[int]]:
    """The ids of the rows, some thousands at a time."""
    ids = rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    while chunk := list(islice(ids, CHUNK)):
        yield chunk


def _names_of_titles(ids: list[int]) -> Iterator[tuple[int, int, list[str]]]:
    """Id, popularity and every name of each title."""
    others: dict[int, list[str]] = {}
    for key, name in AlternativeTitle.objects.filter(title__in=ids).values_list("title_id", "name"):
        others.setdefault(key, []).append(name)
    rows = Title.objects.filter(pk__in=ids).values_list("pk", "totals__vote_count", "name", "original_name")
    for key, votes, name, original_name in rows:
        yield key, votes or 0, [name, original_name, *others.get(key, ())]


def _names_of_people(ids: list[int]) -> Iterator[tuple[int, int, list[str]]]:
    rows = Person.objects.filter(pk__in=ids).annotate(parts=Count("credits"))
    for key, parts, name in rows.values_list("pk", "parts", "name"):
        # "Kar-wai Wong" is also looked for as "Wong Kar-wai".
        yield key, parts, [name, " ".join(name.rsplit(" ", 1)[::-1])]


def _store(column: str, ids: list[int], named: Iterable[tuple[int, int, list[str]]]) -> int:
    """Make the stored names of some titles or people equal to what they should be."""
    wanted = {
        (key, form[:NORM_LENGTH]): popularity for key, popularity, names in named for form in forms_of(names)
    }
    with transaction.atomic():
        stored = {
            (row[0], row[1]): row[2:]
            for row in SearchName.objects.filter(**{f"{column}__in": ids})
            .select_for_update()
            .values_list(column, "norm", "pk", "popularity")
        }
        stale = [pk for place, (pk, _) in stored.items() if place not in wanted]
        moved = [
            SearchName(pk=pk, popularity=wanted[place])
            for place, (pk, popularity) in stored.items()
            if place in wanted and popularity != wanted[place]
        ]
        fresh = [
            SearchName(**{column: key, "norm": norm, "popularity": popularity})
            for (key, norm), popularity in wanted.items()
            if (key, norm) not in stored
        ]
        SearchName.objects.filter(pk__in=stale).delete()
        SearchName.objects.bulk_update(moved, ["popularity"], batch_size=CHUNK)
        SearchName.objects.bulk_create(fresh, batch_size=CHUNK, ignore_conflicts=True)
    return len(stale) + len(moved) + len(fresh)
