"""Engines of a test's own, and what would have been sent to workers."""

from collections.abc import Callable

import pytest

from reviews.services import routing
from reviews.tasks import make_translation
from reviews.translation.base import Engine
from reviews.translation.router import Router


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Engine]:
    """Let engines of the test's own do all the work, the first one before the others; gives the first.

    Whoever took `router` by name gets them too.
    """

    def put(*engines: Engine) -> Engine:
        site = routing._Site(Router(engines), remote=())
        monkeypatch.setattr(routing, "_site", lambda: site)
        return engines[0]

    return put


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The ids of each message to the workers that translate, in the order in which they were sent."""
    sent: list[tuple[int, ...]] = []
    monkeypatch.setattr(make_translation, "apply_async", lambda args, **options: sent.append(tuple(args)))
    return sent
