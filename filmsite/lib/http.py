"""The one way in which this site asks another machine for something: briefly, in small amounts, and only in public."""

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from time import monotonic
from typing import Final
from urllib.parse import urlsplit

USER_AGENT: Final = "Filmsite"
_CHUNK: Final = 1 << 16


class Unanswered(Exception):
    """No answer that can be used: not asked, not reached, too slow or too long. The message says which."""


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
    """GET an https address and give its answer within `seconds`, however slowly it comes.

    Raises Unanswered, also for addresses of a private network, whatever name leads there. The address that was checked is
    the one that is spoken to.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Unanswered(f"{url[:200]} is no address") from error
    if parts.scheme != "https" or not host or port not in (None, 443) or parts.username is not None:
        raise Unanswered(f"{url[:200]}: only plain https addresses are asked")
    deadline = monotonic() + seconds
    connection = _PinnedConnection(host, _public_address(host), seconds)
    target = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
    try:
        connection.request("GET", target, headers={"User-Agent": USER_AGENT, **(headers or {})})
        response = connection.getresponse()
        body = _read(connection, response, deadline, max_bytes)
    except (OSError, HTTPException) as error:
        raise Unanswered(f"{host} did not answer: {str(error) or type(error).__name__}") from error
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


class _PinnedConnection(HTTPSConnection):
    """A connection to an address that was checked; the certificate is that of the name."""

    def __init__(self, host: str, address: str, seconds: float) -> None:
        context = ssl.create_default_context()
        super().__init__(host, timeout=seconds, context=context)
        self._address, self._tls = address, context

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


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


def _read(connection: HTTPSConnection, response: HTTPResponse, deadline: float, max_bytes: int) -> bytes:
    body = bytearray()
    while True:
        left = deadline - monotonic()
        if left <= 0:
            raise Unanswered(f"{connection.host} took too long")
        if connection.sock:
            connection.sock.settimeout(left)
        chunk = response.read1(_CHUNK)
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > max_bytes:
            raise Unanswered(f"{connection.host} answers with more than {max_bytes} bytes")
