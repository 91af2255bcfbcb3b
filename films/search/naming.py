"""Which title a name means, where somebody wrote a name and no more."""

from collections.abc import Collection

from films.models import SearchName
from films.search.judging import Query


def titles_called(names: Collection[str]) -> dict[str, int]:
    """The title that each of these names means: "Heat", "Heat (1995)", an alternative title in any script.

    It is called exactly so; in the year that is given, if one is; of equals the one that most people voted on. Names
    of nothing are left out. One query.
    """
    asked = {name: Query(name) for name in names}
    norms = {form for query in asked.values() for form in (query.norm, query.rest) if form}
    if not norms:
        return {}
    by_norm: dict[str, list[tuple[int, int | None]]] = {}
    rows = SearchName.objects.filter(title__isnull=False, norm__in=norms)
    for norm, title_id, year in rows.order_by("-popularity", "title_id").values_list(
        "norm", "title_id", "year"
    ):
        by_norm.setdefault(norm, []).append((title_id, year))
    return {name: found for name, query in asked.items() if (found := _meant(query, by_norm)) is not None}


def _meant(query: Query, by_norm: dict[str, list[tuple[int, int | None]]]) -> int | None:
    whole = [title_id for title_id, _year in by_norm.get(query.norm, ())]
    of_year = [
        title_id for title_id, year in by_norm.get(query.rest, ()) if query.year and year == query.year
    ]
    return next(iter(whole or of_year), None)
