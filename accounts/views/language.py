from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.forms import LanguageForm
from accounts.models import Member

ONE_YEAR = 365 * 24 * 3600


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Choose the site's language; this choice is the only thing that gives an anonymous reader a cookie.

    A CSRF token would be a cookie for looking, so the browser's own word on where the form was is taken instead.
    """
    if request.method == "POST" and not _is_sent_by_us(request):
        raise PermissionDenied
    here = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(
        here, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        here = "/"
    form = LanguageForm(request.POST or None, initial={"language": translation.get_language()})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        response = redirect(here)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=ONE_YEAR,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
        if request.user.is_authenticated:
            Member.objects.filter(pk=request.user.pk).update(interface_language=language)
        return response
    return render(request, "accounts/language.html", {"form": form, "next": here})


def _is_sent_by_us(request: HttpRequest) -> bool:
    """True unless the browser says that the form was on another site. Who says nothing is no browser that a stranger
    could misuse: all of them have named the origin of a POST since 2020.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is None or origin == f"{request.scheme}://{request.get_host()}"
