from django.http import HttpRequest, HttpResponse


def log(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("log")
