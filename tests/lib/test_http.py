import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest

from filmsite.lib import http
from filmsite.lib.http import Unanswered, fetch, is_public


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 (refused, not listened on)
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
    ],
)
def test_only_addresses_that_mean_the_same_everywhere_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://example.org:8443/",
        "https://user@example.org/",
        "https:///path",
        "https://[::1",
        "file:///etc/passwd",
    ],
)
def test_only_plain_https_addresses_are_asked(url: str) -> None:
    with pytest.raises(Unanswered):
        fetch(url)


def resolving_to(*addresses: str) -> Any:
    return lambda *args, **kwargs: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 443)) for a in addresses]


def test_a_name_that_leads_into_a_private_network_is_refused_whatever_else_it_leads_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34", "192.168.0.1"))
    monkeypatch.setattr(socket, "create_connection", lambda *a, **k: pytest.fail("it was asked"))
    with pytest.raises(Unanswered, match="private network"):
        fetch("https://example.org/")


class Silent:
    """A connection whose answer is a body of some bytes."""

    def __init__(self, chunks: list[bytes]) -> None:
        self.chunks, self.sock, self.host = chunks, None, "example.org"
        self.status, self.length = 200, None

    def request(self, *args: Any, **kwargs: Any) -> None: ...
    def close(self) -> None: ...

    def getresponse(self) -> "Silent":
        return self

    def getheaders(self) -> list[tuple[str, str]]:
        return [("Retry-After", "5")]

    def read1(self, size: int) -> bytes:
        return self.chunks.pop(0) if self.chunks else b""


@pytest.fixture
def public_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to("93.184.216.34"))


@pytest.mark.usefixtures("public_name")
def test_an_answer_has_its_body_and_headers_in_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PinnedConnection", lambda *a: Silent([b"ab", b"c"]))
    answer = fetch("https://example.org/x?y=1")
    assert (answer.status, answer.headers, answer.body) == (200, {"retry-after": "5"}, b"abc")


@pytest.mark.usefixtures("public_name")
def test_an_answer_that_is_too_long_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_PinnedConnection", lambda *a: Silent([b"x" * 100] * 100))
    with pytest.raises(Unanswered, match="more than 1000 bytes"):
        fetch("https://example.org/", max_bytes=1000)


@pytest.mark.usefixtures("public_name")
def test_an_answer_that_drips_is_left_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(0, 1000, 6))
    monkeypatch.setattr(http, "monotonic", lambda: float(next(times)))
    monkeypatch.setattr(http, "_PinnedConnection", lambda *a: Silent([b"x"] * 100))
    with pytest.raises(Unanswered, match="took too long"):
        fetch("https://example.org/", seconds=20)


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, answer: Callable[[socket.socket], None]) -> Iterator[None]:
    """A server on this machine without TLS that does as `answer` says; the connection is led to it."""

    def serve() -> None:
        client, _ = server.accept()
        with client:
            client.recv(1 << 16)
            try:
                answer(client)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        address = server.getsockname()
        monkeypatch.setattr(
            http._PinnedConnection,
            "connect",
            lambda self: setattr(self, "sock", socket.socket()) or self.sock.connect(address),
        )
        thread = Thread(target=serve)
        thread.start()
        yield
        thread.join()


@pytest.mark.usefixtures("public_name")
@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_an_answer_that_comes_byte_by_byte_is_left_at_the_deadline(
    monkeypatch: pytest.MonkeyPatch, start: bytes
) -> None:
    def drip(client: socket.socket) -> None:
        client.sendall(start)
        for byte in b"HTTP/1.1 200 OK and so on" + b", and on" * 25 + b"\r\n":
            client.sendall(bytes([byte]))
            sleep(0.1)

    with serving(monkeypatch, drip):
        began = monotonic()
        with pytest.raises(Unanswered, match=r"took too long|timed out"):
            fetch("https://example.org/", seconds=0.5)
        assert monotonic() - began < 15


@pytest.mark.usefixtures("public_name")
def test_an_answer_that_breaks_off_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 40)

    with serving(monkeypatch, cut), pytest.raises(Unanswered, match="broke off after 40 of 100 bytes"):
        fetch("https://example.org/")


@pytest.mark.usefixtures("public_name")
def test_an_answer_of_the_length_it_names_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    def whole(client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc")

    with serving(monkeypatch, whole):
        assert fetch("https://example.org/").body == b"abc"


# --- Services of the operator's choosing ------------------------------------------------------------------


@contextmanager
def service(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """The address of a server on this machine that does once as `answer` says."""

    def serve() -> None:
        client, _ = server.accept()
        with client:
            try:
                answer(client)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = Thread(target=serve)
        thread.start()
        yield f"http://localhost:{server.getsockname()[1]}"
        thread.join()


def ask(url: str, seconds: float = 5.0, **options: Any) -> http.Answer:
    return http.ask_service(url, deadline=monotonic() + seconds, **options)


def test_a_service_of_the_house_is_asked_by_name_with_a_body() -> None:
    asked: list[bytes] = []

    def echo(client: socket.socket) -> None:
        while not b"".join(asked).endswith(b'{"q": 1}'):
            asked.append(client.recv(1 << 16))
        client.sendall(b"HTTP/1.1 403 No\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno")

    with service(echo) as url:
        answer = ask(f"{url}/a?b=c", body=b'{"q": 1}', headers={"X-Kind": "json"})
    assert (answer.status, answer.headers["retry-after"], answer.body) == (403, "7", b"no")
    head = b"".join(asked).split(b"\r\n\r\n")[0]
    assert head.startswith(b"POST /a?b=c HTTP/1.1\r\n")
    assert b"X-Kind: json" in head


@pytest.mark.parametrize("start", [b"", b"HTTP/1.1 200 OK\r\n\r\n"], ids=["head", "body"])
def test_a_service_that_drips_is_left_at_the_deadline(start: bytes) -> None:
    def drip(client: socket.socket) -> None:
        client.recv(1 << 16)
        client.sendall(start)
        for byte in b"HTTP/1.1 200 OK and so on" + b", and on" * 25 + b"\r\n":
            client.sendall(bytes([byte]))
            sleep(0.1)

    with service(drip) as url:
        began = monotonic()
        with pytest.raises(Unanswered, match=r"took too long|timed out"):
            ask(url, 0.5)
        assert monotonic() - began < 15


def test_a_service_that_floods_is_left_and_told_apart() -> None:
    def flood(client: socket.socket) -> None:
        client.recv(1 << 16)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(1000):
            client.sendall(b"x" * 10_000)

    with service(flood) as url, pytest.raises(http.TooLong):
        ask(url, max_bytes=50_000)


@pytest.mark.parametrize(
    "url", ["ftp://house/", "http:///x", "http://me:secret@house/", "http://[::1", "file:///etc/passwd"]
)
def test_what_is_no_address_of_a_service_is_not_asked_and_not_shown(url: str) -> None:
    with pytest.raises(Unanswered) as caught:
        ask(url)
    assert "secret" not in str(caught.value)
