"""The map of the site and two pages that do nothing: what they cost is the server's and the middleware's part."""

from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from filmsite.urls import handler400, handler403, handler404, handler500
from filmsite.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


def finished(request: HttpRequest, name: str) -> HttpResponse:
    """The bytes of a page that `bench.pages` stored."""
    return HttpResponse(_bytes_of(name))


@cache
def _bytes_of(name: str) -> bytes:
    return (settings.DATA_DIR / "bench-bytes" / name).read_bytes()


urlpatterns = [path("bench/empty", empty), path("bench/bytes/<str:name>", finished), *of_the_site]
