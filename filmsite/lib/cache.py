"""The cache that may vanish: every failure of Redis reads as a miss and is logged, never raised to a reader.

A server that hangs costs one wait of a quarter of a second; for some seconds after it everything is a miss at once.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from filmsite.lib.breaker import ServerIsAway, breaker_of

log = structlog.get_logger("filmsite.cache")

# A value from the cache that takes longer is not worth waiting for.
SECONDS_TO_WAIT = 0.25
# The server is asked for so many keys at a time when all are forgotten.
_KEYS_AT_ONCE = 1_000


def _forgiving(method: Callable[..., Any], when_down: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def call(self: "ForgivingRedisCache", *args: Any, **kwargs: Any) -> Any:
        try:
            return self.breaker.call(method, self, *args, **kwargs)
        except ServerIsAway:
            return when_down(*args, **kwargs)
        except (RedisError, OSError) as error:
            log.warning("cache unreachable", operation=method.__name__, error=str(error))
            return when_down(*args, **kwargs)

    return call


class _LastingClient(RedisCacheClient):
    """Keeps what asks the server: Django makes one for each call, and that takes longer than the call."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


def _forget_own(self: "ForgivingRedisCache") -> bool:
    """Only what the cache itself holds: the counts of limits lie in the same numbered database."""
    client = self._cache.get_client(write=True)
    position = None
    while position != 0:
        position, keys = client.scan(position or 0, match=f"{self.key_prefix}:*", count=_KEYS_AT_ONCE)
        if keys:
            client.unlink(*keys)
    return True


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache with misses instead of errors while the server is away."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", SECONDS_TO_WAIT)
        options.setdefault("socket_timeout", SECONDS_TO_WAIT)
        super().__init__(server, params)
        self._class = _LastingClient
        self.breaker = breaker_of(server)

    get = _forgiving(RedisCache.get, lambda key, default=None, version=None: default)
    get_many = _forgiving(RedisCache.get_many, lambda keys, version=None: {})
    set = _forgiving(RedisCache.set, lambda *a, **k: None)
    set_many = _forgiving(RedisCache.set_many, lambda data, *a, **k: list(data))
    add = _forgiving(RedisCache.add, lambda *a, **k: True)
    incr = _forgiving(RedisCache.incr, lambda key, delta=1, version=None: delta)
    touch = _forgiving(RedisCache.touch, lambda *a, **k: False)
    delete = _forgiving(RedisCache.delete, lambda *a, **k: False)
    delete_many = _forgiving(RedisCache.delete_many, lambda *a, **k: None)
    has_key = _forgiving(RedisCache.has_key, lambda *a, **k: False)
    clear = _forgiving(_forget_own, lambda *a, **k: False)
