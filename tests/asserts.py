"""Assertions about whole pages."""

from collections.abc import Callable

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def count_queries(client: Client, url: str, **headers: str) -> list[str]:
    """The SQL of one successful GET with an empty cache."""
    cache.clear()
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url, headers=headers)
    assert response.status_code == 200, f"{url} answered {response.status_code}"
    return [query["sql"] for query in captured.captured_queries]


def assert_flat_queries(
    client: Client, make_rows: Callable[[], object], url: str, *, at_most: int | None = None
) -> None:
    """The page asks as much with one set of rows as with six; `at_most` is its budget of queries."""
    make_rows()
    client.get(url)  # what a process looks up once in its life (content types, the site) is not the page's
    few = count_queries(client, url)
    for _ in range(5):
        make_rows()
    many = count_queries(client, url)
    listing = "\n".join(f"{number}. {sql[:300]}" for number, sql in enumerate(many, 1))
    assert len(many) == len(few), f"{len(few)} queries with few rows, {len(many)} with many:\n{listing}"
    assert at_most is None or len(many) <= at_most, f"{len(many)} queries, at most {at_most}:\n{listing}"
