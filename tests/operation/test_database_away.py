"""What a visitor meets while the database is away, and that other faults are not taken for that."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from accounts.models import Member

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


def test_a_mistake_of_ours_is_not_blamed_on_the_database(
    visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("filmsite.views._discussed", lambda: 1 / 0)
    answer = visitor.get("/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers
