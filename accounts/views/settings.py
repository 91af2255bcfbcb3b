from django.http import HttpRequest, HttpResponse


def preferences(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("preferences")
