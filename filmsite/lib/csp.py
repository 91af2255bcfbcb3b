"""The one exception to the content security policy: a page that frames somebody else's player."""

from collections.abc import Callable
from typing import Any

import django
from django.conf import settings

if django.VERSION >= (6, 0):
    from django.views.decorators.csp import csp_override
else:
    from csp.decorators import csp_update

View = Callable[..., Any]


def frames_from(origin: str) -> Callable[[View], View]:
    """Decorate a view, or `render` itself, so that its page may hold frames of this origin, and of no other."""
    if django.VERSION >= (6, 0):
        return csp_override({**settings.SECURE_CSP, "frame-src": [origin]})
    return csp_update({"frame-src": [origin]})
