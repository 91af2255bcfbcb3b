"""The one way in which this site asks another machine for something: briefly and in small amounts.

`fetch` is for addresses on the internet, whoever named them; `ask_service` for a service that the operator chose.
"""

import io
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

USER_AGENT: Final = "Filmsite"
_CHUNK: Final = 1 << 16


class Unanswered(Exception):
    """No answer that can be used: not asked, not reached, too slow or too long. The message says which."""


class TooLong(Unanswered):
    """An answer of more bytes than were asked for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and body. A redirect is an answer like others: nothing follows it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    seconds: float = 20.0,
    max_bytes: int = 8 << 20,
) -> Answer:
    """GET an https address and give its answer within `seconds`, however slowly it comes, or any part of it.

    Raises Unanswered, also for an answer that breaks off, and for addresses of a private network, whatever name leads
    there. The address that was checked is the one that is spoken to. Only the name server has limits of its own.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unanswered(f"{url[:200]} is no address") from error
    if parts.scheme != "https" or not host or port not in (None, 443) or parts.username is not None:
        raise Unanswered(f"{url[:200]}: only plain https addresses are asked")
    deadline = monotonic() + seconds
    connection = _PinnedConnection(host, _public_address(host), deadline)
    return _exchange(connection, "GET", _target(url), None, headers or {}, deadline, max_bytes)


def ask_service(
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    deadline: float,
    max_bytes: int = 1 << 20,
) -> Answer:
    """GET an http or https address of the operator's choosing, or POST `body` to it; it may be in a private network.

    Never for an address that a member wrote. `deadline` is on the `time.monotonic` clock and bounds everything but the
    name server. Raises Unanswered, and TooLong for an answer of more than `max_bytes`.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unanswered("what is set is no address") from error
    if parts.scheme not in ("http", "https") or not host or parts.username is not None:
        raise Unanswered("only http and https addresses without a password are asked")
    kind = _ServiceConnection if parts.scheme == "http" else _SecureServiceConnection
    method = "GET" if body is None else "POST"
    return _exchange(
        kind(host, port, deadline), method, _target(url), body, headers or {}, deadline, max_bytes
    )


def _target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"


def _exchange(
    connection: HTTPConnection,
    method: str,
    target: str,
    body: bytes | None,
    headers: Mapping[str, str],
    deadline: float,
    max_bytes: int,
) -> Answer:
    host = connection.host
    try:
        connection.request(method, target, body=body, headers={"User-Agent": USER_AGENT, **headers})
        response = connection.getresponse()
        answer = _read(host, response, deadline, max_bytes)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{host} did not answer: {str(error) or type(error).__name__}") from error
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, answer)


class _TimedConnection(HTTPConnection):
    """A connection that ends at the deadline, however slowly the answer comes, its head as well as its body."""

    _deadline: float

    def response_class(  # type: ignore[override]  # a class there; it is called only
        self, sock: socket.socket, *args: Any, **kwargs: Any
    ) -> HTTPResponse:
        response = HTTPResponse(sock, *args, **kwargs)
        response.fp = io.BufferedReader(_Until(response.fp.detach(), sock, self._deadline))
        return response


class _PinnedConnection(_TimedConnection, HTTPSConnection):
    """A connection to an address that was checked; the certificate is that of the name."""

    def __init__(self, host: str, address: str, deadline: float) -> None:
        context = ssl.create_default_context()
        super().__init__(host, context=context)
        self._address, self._deadline, self._tls = address, deadline, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), _left(self._deadline))
        self.sock = _secured(plain, self._tls, self.host, self._deadline)


class _ServiceConnection(_TimedConnection):
    """A connection to wherever the name leads, one address after the other, all before the deadline."""

    def __init__(self, host: str, port: int | None, deadline: float) -> None:
        super().__init__(host, port)
        self._deadline = deadline

    def connect(self) -> None:
        self.sock = self._reach()
        self.sock.settimeout(_left(self._deadline))

    def _reach(self) -> socket.socket:
        failure: OSError | None = None
        for row in socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            try:
                return socket.create_connection((str(row[4][0]), self.port), _left(self._deadline))
            except OSError as error:
                failure = error
        raise failure or OSError("the name leads nowhere")


class _SecureServiceConnection(_ServiceConnection):
    """The same with TLS."""

    default_port = HTTPSConnection.default_port

    def connect(self) -> None:
        self.sock = _secured(self._reach(), ssl.create_default_context(), self.host, self._deadline)


def _secured(plain: socket.socket, context: ssl.SSLContext, name: str, deadline: float) -> ssl.SSLSocket:
    plain.settimeout(_left(deadline))
    secured = context.wrap_socket(plain, server_hostname=name)
    secured.settimeout(_left(deadline))
    return secured


class _Until(io.RawIOBase):
    """Bytes of a socket until a moment: its own limit is for each read, and a thousand reads may follow."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, deadline: float) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(_left(self._deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def _left(deadline: float) -> float:
    """Seconds until then; TimeoutError when there are none."""
    if (left := deadline - monotonic()) <= 0:
        raise TimeoutError("it took too long")
    return left


def _public_address(host: str) -> str:
    """The first address of the name; Unanswered when any of them is not public."""
    try:
        found = [str(row[4][0]) for row in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise Unanswered(f"{host} is not known") from error
    if not found or any(not is_public(address) for address in found):
        raise Unanswered(f"{host} is in a private network")
    return found[0]


def is_public(address: str) -> bool:
    """Whether anybody on the internet may mean the same machine by this address."""
    ip = ip_address(address.split("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not ip.is_multicast


def _read(host: str, response: HTTPResponse, deadline: float, max_bytes: int) -> bytes:
    body, length = bytearray(), response.length
    while _left(deadline) and (chunk := response.read1(_CHUNK)):
        body += chunk
        if len(body) > max_bytes:
            raise TooLong(f"{host} answers with more than {max_bytes} bytes")
    # An answer in chunks says itself where it ends.
    if length is not None and len(body) < length:
        raise Unanswered(f"{host} broke off after {len(body)} of {length} bytes")
    return bytes(body)
