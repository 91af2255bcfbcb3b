from django.http import HttpRequest, HttpResponse


def films(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("films")


def shows(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("shows")


def top(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("top")
