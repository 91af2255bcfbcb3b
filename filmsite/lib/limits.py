"""How often one member may do something: `FILMSITE_LIMITS = {"vote": "120/minute"}` and `@limited("vote")`.

The counts live in Redis, so that all processes share them. While Redis is away each process counts for itself: a
limit then holds a few times over, which is better than pages that fail or no limit at all.
"""

from collections.abc import Callable
from functools import cache, wraps
from math import ceil
from time import time

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from filmsite.lib.breaker import ServerIsAway, breaker_of

log = structlog.get_logger("filmsite.limits")

View = Callable[..., HttpResponse]

SECONDS_TO_WAIT = 0.5


def seconds_over_limit(kind: str, who: object) -> int:
    """Count one use of `kind` (a key of FILMSITE_LIMITS) by `who`; 0 when allowed, else the seconds to wait."""
    item = _parsed(settings.FILMSITE_LIMITS[kind])
    try:
        shared = _shared_limiter(settings.REDIS_URL)
        return breaker_of(settings.REDIS_URL).call(_count, shared, item, kind, str(who))
    except ServerIsAway:
        pass
    except (RedisError, OSError) as error:
        log.warning("limits counted in this process only", kind=kind, error=str(error))
    return _count(_own_limiter(), item, kind, str(who))


def limited(kind: str) -> Callable[[View], View]:
    """Answer 429 with Retry-After to a member, or an address when nobody is signed in, who does `kind` too often.

    Only requests that change something count: GET and HEAD pass.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method in {"GET", "HEAD"}:
                return view(request, *args, **kwargs)
            who = request.user.pk or request.META.get("REMOTE_ADDR", "")
            seconds = seconds_over_limit(kind, who)
            return too_many(request, seconds) if seconds else view(request, *args, **kwargs)

        return guarded

    return decorate


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """The page of status 429, or for htmx a notice that is put into its target without replacing what is there."""
    fragment = bool(getattr(request, "htmx", False))
    template = "components/_too_many.html" if fragment else "429.html"
    response = render(request, template, {"seconds": seconds}, status=429)
    response.headers["Retry-After"] = str(seconds)
    if fragment:
        response.headers["HX-Reswap"] = "afterbegin"
    return response


def _count(limiter: FixedWindowRateLimiter, item: RateLimitItem, kind: str, who: str) -> int:
    if limiter.hit(item, kind, who):
        return 0
    return max(1, ceil(limiter.get_window_stats(item, kind, who).reset_time - time()))


@cache
def _parsed(words: str) -> RateLimitItem:
    return parse(words)


@cache
def _shared_limiter(url: str) -> FixedWindowRateLimiter:
    address = url.replace("unix://", "redis+unix://", 1) if url.startswith("unix://") else url
    return FixedWindowRateLimiter(
        storage_from_string(address, socket_timeout=SECONDS_TO_WAIT, socket_connect_timeout=SECONDS_TO_WAIT)
    )


@cache
def _own_limiter() -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(MemoryStorage())
