"""One memory, in each process, of which Redis servers are away, so that a hung server costs one wait and not one a use.

The cache, the limits and the wake-ups each have a way to go on without Redis, but finding out that a server hangs
takes a timeout. The first use that fails tells the others, which then go their other way at once.
"""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

import structlog
from kombu.exceptions import OperationalError
from redis import exceptions

log = structlog.get_logger("filmsite.redis")

P = ParamSpec("P")
R = TypeVar("R")

# How long a server that failed is left alone. Then one use tries it, while the others still go without.
SECONDS_LEFT_ALONE: Final = 5.0

# What says that the server is away. An answer that says no (a wrong type, no memory left) is an answer.
_SIGNS_OF_ABSENCE: Final = (exceptions.ConnectionError, exceptions.TimeoutError, OperationalError, OSError)


class ServerIsAway(exceptions.ConnectionError):
    """The server was not asked, because it failed a moment ago."""


class Breaker:
    """Stands before one server. `seconds` is how long the server is left alone after a failure."""

    def __init__(self, server: str, *, seconds: float = SECONDS_LEFT_ALONE) -> None:
        self.server, self.seconds = server, seconds
        self._lock = threading.Lock()
        self._asked_again_at: float | None = None

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Give what the function gives. Raises ServerIsAway, without calling it, while the server is left alone."""
        if not self._lets_through():
            raise ServerIsAway(f"{self.server} is left alone for a few seconds")
        try:
            result = function(*args, **kwargs)
        except _SIGNS_OF_ABSENCE as error:
            self._leave_alone(error)
            raise
        self.forget()
        return result

    def forget(self) -> None:
        """Ask the server again at once, whatever it did before."""
        self._asked_again_at = None

    def _lets_through(self) -> bool:
        if self._asked_again_at is None:
            return True
        with self._lock:
            now = time.monotonic()
            if self._asked_again_at is None or self._asked_again_at > now:
                return self._asked_again_at is None
            # This caller tries the server; whoever comes while it waits goes without.
            self._asked_again_at = now + self.seconds
            return True

    def _leave_alone(self, error: Exception) -> None:
        with self._lock:
            self._asked_again_at = time.monotonic() + self.seconds
        log.warning("redis is away", server=self.server, seconds=self.seconds, error=str(error))


def breaker_of(url: str) -> Breaker:
    """The one breaker of the server that the address is of: its numbered databases and its queues share it."""
    parts = urlsplit(url)
    # By host or socket only: not the password, for the name is logged.
    return _breaker(f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path)


@cache
def _breaker(server: str) -> Breaker:
    return Breaker(server)
