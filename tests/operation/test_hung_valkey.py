"""A Valkey that neither answers nor ends (a full disk, a stopped machine): the site goes on, a little slower."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import structlog
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from redis import Redis

from accounts.models import Member
from filmsite.lib.breaker import breaker_of
from filmsite.lib.waking import wake
from reviews.tasks import make_translation
from tests.factories import make_title

LEFT_ALONE, FOR_THE_WHOLE_TEST = 2.0, 600.0
# Without a time limit nobody would ever come back from a server that hangs.
LONGEST_WAIT = 20.0


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[signal.Signals], None]]:
    """Send a signal to the Valkey of this test process: SIGSTOP to let it hang, SIGCONT to let it go on."""
    with Redis.from_url(settings.REDIS_URL) as valkey:
        pid = int(valkey.info("server")["process_id"])
    monkeypatch.setattr(breaker_of(settings.REDIS_URL), "seconds", LEFT_ALONE)
    yield lambda sign: os.kill(pid, sign)
    os.kill(pid, signal.SIGCONT)
    assert cache_comes_back()


def cache_comes_back() -> bool:
    deadline = time.monotonic() + LEFT_ALONE + 3
    while time.monotonic() < deadline:
        cache.set("back", "yes")
        if cache.get("back") == "yes":
            return True
        time.sleep(0.1)
    return False


@contextmanager
def waits_once() -> Iterator[None]:
    """What is done here meets the server that hangs once, and comes back from it.

    Counted and not timed: the second use may stand in a queue for a processor as long as the first waits for Valkey.
    """
    breaker = breaker_of(settings.REDIS_URL)
    breaker.seconds = FOR_THE_WHOLE_TEST
    began = time.monotonic()
    try:
        with structlog.testing.capture_logs() as said:
            yield
    finally:
        breaker.seconds = LEFT_ALONE
        breaker.forget()
    assert [line["event"] for line in said].count("redis is away") == 1
    assert time.monotonic() - began < LONGEST_WAIT


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/top/", "/members/alice/"])
def test_a_page_waits_for_a_hung_valkey_once(
    client: Client, alice: Member, hang: Callable[[signal.Signals], None], address: str
) -> None:
    assert client.get(address).status_code == 200  # so that no first import is measured
    hang(signal.SIGSTOP)
    with waits_once():
        client.get(address)
        client.get(address)
    hang(signal.SIGCONT)
    assert cache_comes_back()


@pytest.mark.django_db
def test_posting_a_review_waits_for_a_hung_valkey_once(
    client: Client,
    alice: Member,
    hang: Callable[[signal.Signals], None],
    django_capture_on_commit_callbacks: Callable,
) -> None:
    client.force_login(alice)

    def post() -> None:
        fields = {"language": "pt", "may_translate": "on", "body": "Uma frase sobre este filme. " * 20}
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(f"/titles/{make_title().pk}/write/", fields)
        assert answer.status_code == 303

    post()
    hang(signal.SIGSTOP)
    with waits_once():
        post()
        post()
    hang(signal.SIGCONT)
    assert cache_comes_back()
    with Redis.from_url(
        settings.CELERY_BROKER_URL.replace("redis+socket", "unix").split("?")[0], db=1
    ) as broker:
        before = broker.llen("translation")
        post()
        assert broker.llen("translation") == before + 1


@pytest.mark.django_db
def test_a_wake_up_alone_waits_for_a_hung_valkey_once(
    alice: Member, hang: Callable[[signal.Signals], None]
) -> None:
    wake(make_translation, 0)
    hang(signal.SIGSTOP)
    with waits_once():
        wake(make_translation, 0)
        wake(make_translation, 0)
