from django.http import HttpRequest, HttpResponse


def write(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("write")


def detail(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("detail")


def edit(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("edit")


def reply(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("reply")


def remove(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("remove")


def revisions(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("revisions")
