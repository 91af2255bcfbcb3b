"""Milliseconds of lists under filters, against a sequential scan of the same rows; of deep pages, facets and tops.

Two hundred combinations are drawn of what the site has, so any site will do; an empty one is filled first.
"""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice

from django.db import connection
from django.http import QueryDict

from bench.data import Words, store_titles
from bench.harness import Options, Result, compare, percentile, take_turns
from films.facets import count_facets
from films.filters import SORTS, TitleFilter
from films.models import Country, TitleKind, TitleListing
from films.rankings import live_list
from films.services.listing import refresh_listings
from films.views.browse import PAGE_SIZE, list_page
from filmsite.lib.paging import capped_count, keyset_page

TITLES = 60_000
COMBINATIONS = 200
DEPTH = 150_000


def run(options: Options) -> list[Result]:
    if not TitleListing.objects.exists():
        store_titles(options.scaled(TITLES), Words(20_000))
        refresh_listings()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    filters = list(islice(_combinations(random.Random(7)), COMBINATIONS))
    pages = _each(filters, _page)
    scans = _each(filters, _scan)
    sides = {"page": lambda: percentile(pages(), 0.95), "scan": lambda: percentile(scans(), 0.95)}
    turns = take_turns(sides, options.rounds)
    films = TitleFilter.unfiltered(TitleKind.FILM)
    deep = _cursor_at(min(DEPTH, films.rows.count() - PAGE_SIZE - 1))
    depth = take_turns(
        {"first": _timed(lambda: _page(films)), "deep": _timed(lambda: _page(films, deep))}, options.rounds
    )
    for name, each in (
        ("page", pages()),
        ("page and its count", _each(filters, _page_and_count)()),
        ("facets", _each(filters, count_facets)()),
        ("ranked, 250 places", _each(filters, lambda one: live_list(one.rows))()),
        ("one by chance", _each(filters, lambda one: one.rows.any_one())()),
    ):
        print(f"{name}: p50 {percentile(each, 0.5):.1f} ms, p95 {percentile(each, 0.95):.1f} ms")
    print(
        f"All films: facets {_timed(lambda: count_facets(films))():.0f} ms, "
        f"top 250 {_timed(lambda: live_list(films.rows))():.0f} ms."
    )
    return [
        compare(
            f"p95 of {COMBINATIONS} lists",
            turns["page"],
            turns["scan"],
            against="p95 of a sequential scan",
            unit="ms",
            budget=-0.25,
        ),
        compare(
            "a page at the end",
            depth["deep"],
            depth["first"],
            against="the first page",
            unit="ms",
            budget=-1.5,
        ),
    ]


def _combinations(chance: random.Random) -> Iterator[TitleFilter]:
    """Lists as visitors ask for them: most by genre, half by country, half by years, some by votes."""
    whole = TitleFilter.unfiltered(TitleKind.FILM)
    used = set(
        TitleListing.objects.filter(countries__len__gt=0).values_list("countries__0", flat=True)[:50_000]
    )
    countries = sorted(used & set(Country.objects.values_list("pk", flat=True)))
    genres = whole.values_of("genre")
    while True:
        query = QueryDict(mutable=True)
        if genres and chance.random() < 0.7:
            query.setlist("genre", chance.sample(genres, min(len(genres), chance.choice([1, 1, 2]))))
        if countries and chance.random() < 0.5:
            query["country"] = chance.choice(countries)
        if chance.random() < 0.5:
            first = chance.randrange(1930, 2020)
            query.update({"year_from": str(first), "year_to": str(first + chance.randrange(1, 30))})
        if chance.random() < 0.5:
            query["votes_from"] = str(chance.randrange(500))
        query["sort"] = chance.choice(["rank", "rank", "rank", "votes", "year", "name"])
        yield TitleFilter(query, kind=TitleKind.FILM)


def _page(filters: TitleFilter, place: str = "") -> None:
    list_page(filters, QueryDict(place))


def _page_and_count(filters: TitleFilter) -> None:
    _page(filters)
    capped_count(filters.rows)


def _scan(filters: TitleFilter) -> None:
    """The same rows, found without an index; their titles are looked up with one, as for a page."""
    with _no_index():
        found = [row.pk for row in filters.rows.order_by(*SORTS[filters.sort_name].order)[: PAGE_SIZE + 1]]
    TitleListing.objects.for_card().in_bulk(found)


@contextmanager
def _no_index() -> Iterator[None]:
    ways = ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan")
    with connection.cursor() as cursor:
        for way in ways:
            cursor.execute(f"SET {way} = off")
        try:
            yield
        finally:
            for way in ways:
                cursor.execute(f"RESET {way}")


def _cursor_at(place: int) -> str:
    """The query string of the page that begins at a place of all films by rank."""
    films = TitleListing.objects.of_kind(TitleKind.FILM).order_by(*SORTS["rank"].order)
    before = films[place - 1 : place + PAGE_SIZE]
    page = keyset_page(
        TitleListing.objects.filter(pk__in=[row.pk for row in before]),
        order=SORTS["rank"].order,
        query=QueryDict(),
        size=1,
    )
    return (page.next_url or "").removeprefix("?")


def _each(filters: list[TitleFilter], do: Callable[[TitleFilter], object]) -> Callable[[], list[float]]:
    """The milliseconds that something takes for each list."""
    return lambda: [_timed(partial(do, one))() for one in filters]


def _timed(do: Callable[[], object]) -> Callable[[], float]:
    def turn() -> float:
        start = time.perf_counter()
        do()
        return (time.perf_counter() - start) * 1000

    return turn
