"""Pages a second through gunicorn with the whole middleware, against a page that does nothing on the same server."""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from itertools import cycle

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from bench.data import store_community
from bench.harness import Crew, Options, Result, compare, percentile, take_turns
from films.models import Title
from filmsite.embedded import CHECKOUT, Children

TITLES, MEMBERS, VOTES, REVIEWS = 2_000, 1_000, 50_000, 4_000
CLIENTS = 8
SERVER = "gunicorn gthread, 2 workers × 4 threads"
POPULAR = 20


def run(options: Options) -> list[Result]:
    store_community(
        titles=options.scaled(TITLES),
        members=options.scaled(MEMBERS),
        votes=options.scaled(VOTES),
        reviews=options.scaled(REVIEWS),
    )
    call_command("collectstatic", verbosity=0, interactive=False)
    titles = [title.get_absolute_url() for title in Title.objects.order_by("-totals__vote_count")[:POPULAR]]
    cookie = sign_in(Member.objects.get(pk=1))
    pages = {
        "home, anonymous": (["/"], ""),
        "browse, anonymous": (["/films/", "/films/?sort=votes", "/films/?year_min=1990"], ""),
        "title, anonymous": (titles, ""),
        "title, signed in": (titles, cookie),
    }
    queries = {name: count_queries(paths[0], cookie) for name, (paths, cookie) in pages.items()}
    connections.close_all()
    port = free_port()
    web = start_web(port)

    def tools(number: int) -> Mapping[str, Callable[[], object]]:
        line = Line(port)
        asked = {
            name: cycle([request(path, port, cookie) for path in paths])
            for name, (paths, cookie) in pages.items()
        }
        asked["empty"] = cycle([request("/bench/empty", port, "")])
        return {name: lambda wanted=wanted: line.get(next(wanted)) for name, wanted in asked.items()}

    took: dict[str, list[float]] = {name: [] for name in ["empty", *pages]}

    with Crew(CLIENTS, tools) as crew:

        def turn(name: str) -> float:
            rate, seconds = crew.turn(name, options.seconds)
            took[name] += seconds
            return rate

        rates = take_turns({name: lambda name=name: turn(name) for name in took}, options.rounds)
    web.stop({"web": signal.SIGTERM})
    return [
        compare(
            name,
            rates[name],
            rates["empty"],
            against="an empty page",
            unit="pages/s",
            # Nothing keeps finished pages yet (docs/scaling.md), so the budget is the one of an uncached page.
            budget=0.06 if name.startswith("title") else None,
            note=f"{queries[name]} queries; p50 {percentile(took[name], 0.5) * 1000:.0f} ms, "
            f"p95 {percentile(took[name], 0.95) * 1000:.0f} ms with {CLIENTS} clients",
        )
        for name in pages
    ]


def sign_in(member: Member) -> str:
    """Give the Cookie header of a member who is signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(member)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def count_queries(path: str, cookie: str) -> int:
    client = Client(SERVER_NAME="localhost", headers={"cookie": cookie} if cookie else None)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}, not 200.")
    return len(captured)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_web(port: int) -> Children:
    """Start gunicorn as `make run` does, with the one empty page added, and wait until it answers."""
    web = Children(settings.DATA_DIR)
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config=python:filmsite.gunicorn_conf",
        f"--bind=127.0.0.1:{port}",
    ]
    environment = {**os.environ, "DB_POOL": "1"}
    web.start("web", command, signal.SIGKILL, env=environment, cwd=CHECKOUT)

    def answers() -> bool:
        try:
            Line(port).get(request("/healthz", port, ""))
        except OSError:
            return False
        return True

    web.wait_until("web", answers)
    return web


def request(path: str, port: int, cookie: str) -> bytes:
    headers = [f"GET {path} HTTP/1.1", f"Host: localhost:{port}", "Accept-Language: en", "Accept: text/html"]
    return "\r\n".join([*headers, *([f"Cookie: {cookie}"] if cookie else []), "\r\n"]).encode()


class Line:
    """One kept-alive connection that reads answers and nothing more: a client that costs next to nothing."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket: socket.socket | None = None

    def get(self, asked: bytes) -> None:
        """Ask and read the whole answer; raise unless it is a 200."""
        try:
            answer = self._ask(asked)
        except ConnectionError:
            # The server closes what was idle for some seconds, between two turns.
            self.socket = None
            answer = self._ask(asked)
        if not answer.startswith(b"HTTP/1.1 200"):
            raise OSError(f"{asked.splitlines()[0]!r} was answered {answer[:200]!r}")

    def _ask(self, asked: bytes) -> bytes:
        if self.socket is None:
            self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.socket.sendall(asked)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._receive()
        found = re.search(rb"(?i)\r\ncontent-length: *(\d+)", answer[: end + 2])
        if found is None:
            raise OSError("The answer names no length.")
        while len(answer) < end + 4 + int(found[1]):
            answer += self._receive()
        return answer

    def _receive(self) -> bytes:
        assert self.socket is not None
        received = self.socket.recv(1 << 16)
        if not received:
            raise ConnectionResetError
        return received
