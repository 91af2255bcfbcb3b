from django.http import HttpRequest, HttpResponse


def choose(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("choose")
