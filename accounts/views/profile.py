from django.http import HttpRequest, HttpResponse


def member(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("member")


def opinions(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("opinions")
