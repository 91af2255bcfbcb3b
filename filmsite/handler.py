"""How requests come in from a server."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Utf8Request(WSGIRequest):
    """A request that is read as UTF-8, whatever encoding its sender names (`middleware.RefuseBrokenInput` refuses forms
    in another).

    Django would read the query string in the named one, before any middleware could refuse it, and some of Python's
    encodings are none of text. A Content-Type that cannot be read counts as none.
    """

    def __init__(self, environ: dict[str, Any]) -> None:
        try:
            super().__init__(environ)
        except ValueError:
            super().__init__(environ | {"CONTENT_TYPE": ""})

    @property
    def encoding(self) -> None:
        return None

    @encoding.setter
    def encoding(self, named: str | None) -> None:
        pass


class Handler(WSGIHandler):
    request_class = Utf8Request
