from django.http import HttpRequest, HttpResponse


def queue(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("queue")


def case(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("case")


def claim(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("claim")


def decide(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("decide")
