from django.http import HttpRequest, HttpResponse


def film(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("film")


def show(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("show")


def season(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("season")
