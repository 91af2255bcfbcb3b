import threading

import pytest
from redis import exceptions

from filmsite.lib import breaker
from filmsite.lib.breaker import Breaker, ServerIsAway, breaker_of


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(breaker, "time", clock)
    return clock


def hang() -> str:
    raise exceptions.TimeoutError("nobody answers")


def answer() -> str:
    return "PONG"


@pytest.mark.parametrize(
    "error", [exceptions.TimeoutError, exceptions.ConnectionError, ConnectionRefusedError]
)
def test_a_server_that_failed_is_left_alone_for_some_seconds_and_then_tried(
    clock: Clock, error: type[Exception]
) -> None:
    calls: list[float] = []

    def fail() -> None:
        calls.append(clock.now)
        raise error("away")

    server = Breaker("cache", seconds=5)
    with pytest.raises(error):
        server.call(fail)
    for _ in range(3):
        with pytest.raises(ServerIsAway):
            server.call(fail)
    assert calls == [100.0]
    clock.now += 5
    with pytest.raises(error):
        server.call(fail)
    with pytest.raises(ServerIsAway):
        server.call(fail)
    assert calls == [100.0, 105.0]


def test_a_server_that_answers_again_is_asked_by_all(clock: Clock) -> None:
    server = Breaker("cache", seconds=5)
    with pytest.raises(exceptions.TimeoutError):
        server.call(hang)
    clock.now += 5
    assert [server.call(answer), server.call(answer)] == ["PONG", "PONG"]


def test_while_one_tries_the_server_the_others_go_without(clock: Clock) -> None:
    server = Breaker("cache", seconds=5)
    with pytest.raises(exceptions.TimeoutError):
        server.call(hang)
    clock.now += 5
    trying, go_on = threading.Event(), threading.Event()

    def slow() -> str:
        trying.set()
        go_on.wait(5)
        return "PONG"

    thread = threading.Thread(target=server.call, args=(slow,))
    thread.start()
    assert trying.wait(5)
    with pytest.raises(ServerIsAway):
        server.call(answer)
    go_on.set()
    thread.join()
    assert server.call(answer) == "PONG"


def test_an_answer_that_says_no_is_an_answer(clock: Clock) -> None:
    def refuse() -> None:
        raise exceptions.ResponseError("WRONGTYPE")

    server = Breaker("cache")
    for _ in range(2):
        with pytest.raises(exceptions.ResponseError):
            server.call(refuse)


def test_cache_and_queues_of_one_server_share_what_they_know() -> None:
    assert breaker_of("redis://:secret@cache:6379/0") is breaker_of("redis://cache/1")
    assert breaker_of("unix:///run/valkey.sock?db=2") is breaker_of(
        "redis+socket:///run/valkey.sock?virtual_host=3"
    )
    assert breaker_of("redis://cache:6379/0") is not breaker_of("redis://queues:6379/0")
    assert "secret" not in breaker_of("redis://:secret@cache:6379/0").server
