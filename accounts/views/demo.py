from django.http import HttpRequest, HttpResponse


def mail(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    return HttpResponse("mail")
