from django.http import HttpRequest, HttpResponse


def statement_list(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("statement_list")


def statement(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("statement")


def appeal(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("appeal")
