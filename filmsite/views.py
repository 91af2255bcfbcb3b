"""Pages of no app: home, about, the rules, health, errors."""

import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.encoding import escape_uri_path
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.static import serve

from accounts.access import KeptBack, Suspended
from accounts.permissions import Viewer
from films.models import Title, TitleKind
from films.rankings import attach_titles, best_of
from filmsite.lib.inputs import is_storable
from reviews.copydetect.allowed import FIRST_PARAGRAPH_WORDS, OWN_WORDS_BESIDE_A_PARAGRAPH, QUOTE_WORDS
from reviews.models import Review, ReviewState
from reviews.moderation.ladder import RUNGS
from reviews.moderation.rules import RULES, copied_numbers
from reviews.reading import Reader, attach_texts
from reviews.services.pacing import paces

# Where what is being discussed is looked for, and how much of each thing the home page shows.
NEWEST_MESSAGES = 100
DISCUSSED, OPINIONS, TOP, ADDED = 6, 4, 10, 10
# What is worth giving back of a form that expired: texts longer than a name, and not thousands of them.
SHORT_ENTRY, MOST_ENTRIES = 20, 40
# What forms send along to tell what they were made of.
_NOT_TYPED = frozenset({"seen", "original", "next", "back"})
# When a browser or a crawler that met a 503 should come again.
DATABASE_AWAY_SECONDS = "30"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What people talk about now, the newest opinions, the best, and what came in last: six queries, and two
    more when the list of the best is to be made.
    """
    newest = Review.objects.opinions().for_card(request.user).order_by("-created_at", "-id")
    discussed, opinions = _discussed(request.user), list(newest[:OPINIONS])
    attach_texts([*discussed, *opinions], Reader.from_request(request))
    return render(
        request,
        "home.html",
        {
            "discussed": discussed,
            "opinions": opinions,
            "top": attach_titles(best_of(TitleKind.FILM).places[:TOP]),
            "added": Title.objects.filter(kind=TitleKind.FILM).for_card().newest()[:ADDED],
        },
    )


def _discussed(viewer: Viewer) -> list[Review]:
    """The newest message of each of the titles and people that were written about last."""
    published = Review.objects.filter(state=ReviewState.PUBLISHED).order_by("-created_at", "-id")
    newest: dict[tuple[int | None, int | None], int] = {}
    for pk, title_id, person_id in published.values_list("pk", "title_id", "person_id")[:NEWEST_MESSAGES]:
        newest.setdefault((title_id, person_id), pk)
    chosen = list(newest.values())[:DISCUSSED]
    rows = published.filter(pk__in=chosen).for_card(viewer)
    return list(rows.select_related("title__totals", "person__totals"))


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "about.html")


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The rules with the numbers that the settings give them, the ladder, and what everybody can ask for."""
    context = {
        "rules": RULES,
        "copied": copied_numbers(),
        "quote_words": QUOTE_WORDS,
        "paragraph_words": FIRST_PARAGRAPH_WORDS,
        "own_words": OWN_WORDS_BESIDE_A_PARAGRAPH,
        "rungs": RUNGS,
        "paces": paces(),
        "new_days": settings.FILMSITE_NEW_MEMBER_DAYS,
        "appeal_days": settings.FILMSITE_APPEAL_DAYS,
        "answer_days": settings.FILMSITE_ANSWER_DAYS,
        "late_days": settings.FILMSITE_APPEAL_LATE_DAYS,
        "shown_days": settings.FILMSITE_APPEAL_SHOWN_DAYS,
    }
    return render(request, "rules.html", context)


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look for an icon without being told of one."""
    return redirect(static("img/favicon.svg"), permanent=True)


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse | HttpResponse:
    """A picture that somebody sent. In production the web server answers these addresses itself."""
    if not path.endswith(".webp"):
        raise Http404
    response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    response.headers["Content-Type"] = "image/webp"  # whatever this machine's table of endings says
    return response


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Asks nothing of any other part."""
    return HttpResponse("ok", content_type="text/plain")


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the site can do its work: 503 without the database; a missing cache is reported only."""
    parts = {"database": True, "cache": True}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        parts["database"] = False
    cache.set("readyz", "1", 10)
    parts["cache"] = cache.get("readyz") == "1"
    return JsonResponse({"ready": parts["database"], **parts}, status=200 if parts["database"] else 503)


def bad_request(
    request: HttpRequest, exception: Exception | None = None, *, refused: Sequence[str] = ()
) -> HttpResponse:
    """400. `refused` names the parts of the query string that cannot be read: the page says which, and leads to the
    same address without them.
    """
    rest = request.GET.copy()
    for name in refused:
        del rest[name]
    here = escape_leading_slashes(escape_uri_path(request.path))
    context = {
        "refused": [name for name in refused if is_storable(name)],
        "back": f"{here}?{rest.urlencode()}".rstrip("?") if refused else "",
    }
    return render(request, "400.html", context, status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"typed": _typed_in(request)}, status=403)


def expired_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its proof of origin, mostly since cookies were lost: what was typed is given back."""
    return render(request, "expired_form.html", {"typed": _typed_in(request)}, status=403)


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """What somebody sent who is no longer signed in, with the way to sign in; None if there is nothing to give back."""
    if not (typed := _typed_in(request)):
        return None
    came_from = request.headers.get("Referer", "")
    back = request.path
    if url_has_allowed_host_and_scheme(came_from, request.get_host(), require_https=request.is_secure()):
        back = urlsplit(came_from)._replace(scheme="", netloc="").geturl()
    context = {"typed": typed, "back": escape_leading_slashes(back)}
    return render(request, "signed_out.html", context, status=403)


def _typed_in(request: HttpRequest) -> list[str]:
    """The longer texts that came with a form that was refused."""
    typed = [
        value
        for name, values in request.POST.lists()
        for value in values
        if len(value) > SHORT_ENTRY
        and name not in _NOT_TYPED
        and not any(word in name for word in ("csrf", "password", "code", "credential"))
    ]
    return typed[:MOST_ENTRIES]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, KeptBack):
        context = {"member": exception.member, "audience": exception.audience}
        return render(request, "accounts/kept_back.html", context, status=404)
    if isinstance(exception, Suspended):
        context = {"member": exception.member, "typed": _typed_in(request)}
        return render(request, "accounts/suspended.html", context, status=404)
    return render(request, "404.html", {"typed": _typed_in(request)}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 while the database is away or too busy: then nothing here is broken, and later it works.

    Here and not in a middleware, since a middleware sees only what a view raises: the member of a request is loaded
    before there is a view.
    """
    # No context processors: whatever broke may break them too.
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(
            render_to_string("503.html"), status=503, headers={"Retry-After": DATABASE_AWAY_SECONDS}
        )
    return HttpResponse(render_to_string("500.html"), status=500)
