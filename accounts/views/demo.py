from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.models import DemoMail

SHOWN = 50


@never_cache
@require_safe
def mail(request: HttpRequest) -> HttpResponse:
    """The messages that the demo would have sent. Outside demo mode there is no such page."""
    if not settings.FILMSITE_DEMO:
        raise Http404
    return render(request, "accounts/demo_mail.html", {"mails": list(DemoMail.objects.all()[:SHOWN])})
