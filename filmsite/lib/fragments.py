"""Pieces of a page kept in the cache: all that a page has are fetched in one go, and those that lacked are stored in one.

The key of a piece says everything that it shows (`key_of`), so a change has another key and shows at once, and nobody
sees what was drawn for somebody else; what is no longer asked for expires. Without a cache every piece is drawn.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache as once
from hashlib import blake2b
from itertools import chain
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

_SECONDS_KEPT: Final = 24 * 3600
# What draws: another release of the site, or another translation of it, must not find what this one drew.
_DRAWING: Final = frozenset({".py", ".html", ".mo", ".css", ".js", ".svg"})
_FOLDERS: Final = ("accounts", "films", "filmsite", "reviews", "templates")


class Fragments:
    """The pieces of one page. The tag `{% fragment key %}` takes from here what is known and adds what it drew."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._found: dict[str, str] = cache.get_many([key for key in keys if key])
        self._new: dict[str, str] = {}

    def draw(self, key: str, drawing: Callable[[], str]) -> SafeString:
        """Give the piece of this key. An empty key is one that is drawn for this page alone."""
        if not key:
            return mark_safe(drawing())  # noqa: S308  (what a template has drawn)
        if key not in self._found:
            self._found[key] = self._new[key] = str(drawing())
        return mark_safe(self._found[key])  # noqa: S308  (what a template has drawn)

    def store(self) -> None:
        """Keep what was drawn anew."""
        if self._new:
            cache.set_many(self._new, _SECONDS_KEPT)


def key_of(kind: str, *shown: object) -> str:
    """The key of a piece in the language of the page, by everything that it shows: values with an exact `repr`."""
    said = repr((get_language(), _release(), shown)).encode(errors="surrogatepass")
    return f"fragment:{kind}:{blake2b(said, digest_size=20).hexdigest()}"


def render_in_fragments(
    request: HttpRequest, template: str, context: Mapping[str, Any], keys: Iterable[str]
) -> HttpResponse:
    """Render a page whose template has fragments of these keys."""
    fragments = Fragments(keys)
    response = render(request, template, {**context, "fragments": fragments})
    fragments.store()
    return response


@once
def _release() -> str:
    """Stands for what this process draws with: code, templates, translations and static files, by size and time."""
    files = chain.from_iterable((settings.BASE_DIR / folder).rglob("*") for folder in _FOLDERS)
    stats = sorted(
        (str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files if path.suffix in _DRAWING
    )
    said = repr((settings.STATIC_URL, settings.STATIC_MANIFEST, stats))
    return blake2b(said.encode(), digest_size=8).hexdigest()
