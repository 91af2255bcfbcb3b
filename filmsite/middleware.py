"""What happens to every request before a view sees it."""

import codecs
import re
from collections.abc import Callable
from hashlib import sha256
from itertools import chain
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts.access import second_factor_missing
from films.filters import TitleFilter
from filmsite import views
from filmsite.lib.inputs import is_oversize_integer, is_storable
from filmsite.lib.kept import mark_of
from filmsite.lib.languages import primary
from reviews.reading import language_of_visitor

GetResponse = Callable[[HttpRequest], HttpResponse]


class KeptPages:
    """Answers readers who are not signed in from finished pages, before anything else is asked (`filmsite.lib.kept`).

    It stands first, so that a kept page carries every header of the one it repeats. What it varies on is in its key:
    host and scheme, address, the language of the page and the one that texts are read in. Nothing is kept that sets a
    cookie, says that it is private, or is not a plain page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _may_be_kept(request):
            return self.get_response(request)
        mark, key = mark_of(request.path_info), _key_of(request)
        found = cache.get_many([mark, key])
        now = found.get(mark)
        if (kept := found.get(key)) is not None:
            begun_at, headers, content = kept
            if begun_at == now:
                return HttpResponse(content, headers=headers)
        response = self.get_response(request)
        if _is_plain_page(response):
            cache.set(key, (now, dict(response.items()), response.content), settings.FILMSITE_KEPT_SECONDS)
        return response


# What a reader without a name mostly asks for, and what costs the most to build.
_KEPT_PATH = re.compile(r"/|/(films|shows|people|top|discover)/.*|/about/|/rules/")
_LONGEST_QUERY = 300
_KEPT_PARAMETERS = frozenset(
    {*TitleFilter.base_filters, "after", "before", "page", "opinions", "by", "voice", "all"}
)
_LARGEST_PAGE = 500_000


def _may_be_kept(request: HttpRequest) -> bool:
    return (
        settings.FILMSITE_KEPT_SECONDS > 0
        and request.method == "GET"
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "HX-Request" not in request.headers
        and len(request.META.get("QUERY_STRING", "")) <= _LONGEST_QUERY
        # Words of nobody's would fill the cache with copies of one page.
        and request.GET.keys() <= _KEPT_PARAMETERS
        and _KEPT_PATH.fullmatch(request.path_info) is not None
    )


def _key_of(request: HttpRequest) -> str:
    language = translation.get_language_from_request(request)
    parts = (
        request.scheme or "",
        request.META.get("HTTP_HOST", ""),
        request.get_full_path(),
        language,
        language_of_visitor(request, of_page=primary(language)),
    )
    return "kept:" + sha256("\n".join(parts).encode(errors="surrogatepass")).hexdigest()


def _is_plain_page(response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "Cache-Control" not in response.headers
        and len(response.content) <= _LARGEST_PAGE
    )


class RefuseBrokenInput:
    """Answer 400 to text that no field can hold (NUL, lone surrogates), to whole numbers too big for a key, and to
    forms in another encoding than UTF-8.

    One layer for every form, filter, address and cookie of ours, because each of these would be a 500 from the
    database. Bodies that are not forms (uploads, JSON) are read by the view that wants them.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if broken := [name for name in _our_cookies() if not is_storable(request.COOKIES.get(name, ""))]:
            return _without_cookies(views.bad_request(request), broken)
        if not is_storable(request.path) or any(
            is_oversize_integer(part) for part in _numbers_in(request.path)
        ):
            return views.bad_request(request)
        refused = [
            key
            for key, found in request.GET.lists()
            if any(not is_storable(value) or is_oversize_integer(value) for value in (key, *found))
        ]
        if refused:
            return views.bad_request(request, refused=refused)
        if request.method == "POST" and request.content_type in _FORM_TYPES:
            if not _is_utf8((request.content_params or {}).get("charset", "utf-8")):
                return views.bad_request(request)
            posted = chain.from_iterable(chain([key], found) for key, found in request.POST.lists())
            if any(not is_storable(value) for value in posted):
                return views.bad_request(request)
        return self.get_response(request)


_FORM_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


def _is_utf8(charset: str) -> bool:
    """Whether this is a name of UTF-8 or of a part of it; names that nobody knows say nothing."""
    try:
        return codecs.lookup(charset).name in {"utf-8", "ascii"}
    except LookupError:
        return True


def _our_cookies() -> tuple[str, ...]:
    # Cookies that others set for our address are never read, so what they hold breaks nothing.
    return settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME


def _without_cookies(response: HttpResponse, names: list[str]) -> HttpResponse:
    """Take the cookies away, or each later page would be refused for them too."""
    for name in names:
        response.delete_cookie(name, samesite="Lax")
    return response


def _numbers_in(path: str) -> list[str]:
    return [part.split("-", 1)[0] for part in path.split("/") if part[:1].isdigit()]


class InterfaceLanguage:
    """The language of the page: the member's choice, a cookie set only by choosing, or Accept-Language.

    Unlike Django's LocaleMiddleware this touches no session for an anonymous reader, so their pages set no
    cookie; the answer says in Vary what it depends on.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        chosen = ""
        if has_session and request.user.is_authenticated:
            chosen = request.user.interface_language
        if chosen not in dict(settings.LANGUAGES):
            chosen = translation.get_language_from_request(request)
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", chosen)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        return response


class GiveTypedWordsBack:
    """Whoever was signed out while they wrote gets their words back with the way to sign in, instead of that way alone.

    The views know nothing of it: what they answer to a form of a stranger, being sent to sign in, is looked at here. A
    fragment that a script asked for keeps its answer, for its page still shows what was typed.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            request.method == "POST"
            and isinstance(response, HttpResponseRedirectBase)
            and urlsplit(response.url).path == resolve_url(settings.LOGIN_URL)
            # The pages of signing in lead to each other, and nobody writes there.
            and not request.path_info.startswith("/accounts/")
            and "HX-Request" not in request.headers
            and (page := views.signed_out(request)) is not None
        ):
            return page
        return response


class GuardAdmin:
    """The admin is for staff with a second factor: everybody else is sent to sign in, or sees no such page.

    It goes by `path_info`, which is what the address map goes by: `path` begins with whatever prefix the server
    was told of.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/admin/") and request.user.is_authenticated:
            if not request.user.is_staff:
                return views.not_found(request)
            if (answer := second_factor_missing(request)) is not None:
                return answer
        return self.get_response(request)
