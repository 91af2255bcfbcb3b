"""What a visitor meets while the database is away, and that other faults are not taken for that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from accounts.models import Member
from accounts.sessions import SessionStore
from reviews.models import Review
from tests.factories import make_title

pytestmark = pytest.mark.django_db


@contextmanager
def database_that_raises(fault: Exception) -> Iterator[None]:
    def fail(execute: Callable, sql: str, params: object, many: bool, context: object) -> None:
        raise fault

    with connection.execute_wrapper(fail):
        yield


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("fault", [OperationalError("connection refused"), InterfaceError("closed")])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_page_says_that_it_will_be_back(
    visitor: Client, alice: Member, signed_in: bool, fault: Exception
) -> None:
    if signed_in:
        visitor.force_login(alice)  # whom a middleware loads, before any view
    with database_that_raises(fault):
        answer = visitor.get("/", headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "Back in a moment" in answer.text
    assert visitor.get("/").status_code == 200


def test_the_request_is_not_blamed_when_the_database_goes_away_while_the_session_is_stored(
    visitor: Client, alice: Member
) -> None:
    visitor.force_login(alice)

    def fail(execute: Callable, sql: str, params: object, many: bool, context: object) -> object:
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("the connection is closed")
        return execute(sql, params, many, context)

    words = {"body": "Two children share one pair of shoes.", "language": "en"}
    address = f"/titles/{make_title().pk}/write/"
    with connection.execute_wrapper(fail):
        answer = visitor.post(address, words)
    assert answer.status_code == 503
    assert "Back in a moment" in answer.text
    # The text was stored before that, and whoever sends it again is shown it and stores it once.
    assert visitor.post(address, words).status_code == 303
    assert Review.objects.count() == 1


def test_a_session_that_ended_meanwhile_is_no_fault_of_the_database() -> None:
    store = SessionStore("a" * 32)
    store._session_cache = {"changed": True}
    with pytest.raises(UpdateError):
        store.save()


def test_a_mistake_of_ours_is_not_blamed_on_the_database(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filmsite.views._discussed", lambda: 1 / 0)
    answer = visitor.get("/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
