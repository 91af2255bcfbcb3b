from django.http import HttpRequest, HttpResponse


def results(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("results")


def suggestions(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("suggestions")
