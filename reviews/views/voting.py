from django.http import HttpRequest, HttpResponse


def vote(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("vote")
