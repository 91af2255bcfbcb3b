"""Engines of a test's own, what would have been sent to workers, who writes what stands elsewhere, and cases that became one."""

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import Case, KnownText, Review
from reviews.services import routing
from reviews.services.steps import merge_cases
from reviews.tasks import make_translation
from reviews.translation.base import Engine
from reviews.translation.router import Router
from tests.factories import make_known_message, make_member, make_report, make_review
from tests.reviews.copydetect.texts import BY_BOB


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


@pytest.fixture
def no_second_factor(settings: Settings) -> None:
    """Moderators and staff need no second factor."""
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def by_bob(bob: Member) -> KnownText:
    """A message of Bob's that says `BY_BOB`, as the index knows it."""
    return make_known_message(bob, BY_BOB)


@pytest.fixture
def writing(client: Client, alice: Member) -> Client:
    """Alice, signed in."""
    client.force_login(alice)
    return client


@pytest.fixture
def theo(db: None) -> Member:
    """A second moderator, who answers appeals against decisions of the first."""
    return make_member("theo", sections=["films"])


@pytest.fixture
def texts(alice: Member) -> list[Review]:
    """Two messages of one author."""
    return [make_review(author=alice, body=f"Buy it at stall {number}.") for number in range(2)]


@pytest.fixture
def both(texts: list[Review], mona: Member) -> tuple[Case, Case]:
    """Two texts of one author, each reported by somebody, in one case: the second is part of the first."""
    kept, part = (make_report(text, kind="advertising", text="It sells.") for text in texts)
    merge_cases(into=kept, others=[part], moderator=mona)
    return kept, part
