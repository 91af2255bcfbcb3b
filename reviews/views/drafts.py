from django.http import HttpRequest, HttpResponse


def save(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("save")


def preview(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("preview")


def check(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("check")
