from django.http import HttpRequest, HttpResponse


def person(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("person")
