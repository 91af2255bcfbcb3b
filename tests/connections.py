"""Several connections at the same moment, for the tests of who waits for whom."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import sleep
from typing import Any

from django.db import connection


def in_another_connection(threads: ThreadPoolExecutor, act: Callable[[], Any]) -> Future[Any]:
    def closing() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(closing)


def wait_for_waiters(number: int) -> None:
    """Until so many connections wait for a lock that the caller holds."""

    def waiting() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            return int(cursor.fetchone()[0])

    # Within its own transaction the caller would see the activity of its first look for ever.
    with ThreadPoolExecutor(1) as threads:
        for _ in range(100):
            if in_another_connection(threads, waiting).result() >= number:
                return
            sleep(0.1)
    raise TimeoutError
