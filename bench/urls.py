"""The map of the site and one page that does nothing: what it costs is the server's and the middleware's part."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from filmsite.urls import handler400, handler403, handler404, handler500
from filmsite.urls import urlpatterns as of_the_site

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [path("bench/empty", empty), *of_the_site]
