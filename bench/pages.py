"""Pages a second through gunicorn, against an empty page with the same middleware and against the page's own bytes.

A kept page is one that was asked for a moment ago; a page that is not kept gets a query of its own each time, so that
it is looked for in vain, built and stored, which is what the first reader after a change pays.
"""

import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count, cycle
from statistics import median
from urllib.parse import quote

from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from bench.addresses import busiest_person, heaviest_member, known_titles, typical_titles
from bench.data import ensure_community
from bench.harness import PARTS, Crew, Options, Result, compare, percentile, processor_seconds, take_turns
from films.models import TitleKind
from filmsite.embedded import CHECKOUT, Children
from filmsite.management.commands.prepare import collect_static_files

CLIENTS = 8
SERVER = "gunicorn gthread, 2 workers × 4 threads"
# So many addresses take turns in one line of the table.
EACH = 20
# From docs/performance.md, against the empty page.
BUDGETS = {"kept": 0.7, "signed in": 0.25, "not kept": 0.06}
MOST_QUERIES = 12


@dataclass(frozen=True)
class Side:
    """A line of the table: what is asked for in turn, and how."""

    paths: list[str]
    cookie: str = ""
    kept: bool = False
    budget: float | None = None


def run(options: Options) -> list[Result]:
    ensure_community(options)
    collect_static_files()
    sides = _sides()
    queries = {name: count_queries(side.paths[0], side.cookie) for name, side in sides.items()}
    write_bytes({name: side for name, side in sides.items() if not side.cookie})
    connections.close_all()
    port = free_port()
    web = start_web(port)
    line = Line(port)
    for side in sides.values():
        if side.kept:
            for path in side.paths:
                line.get(request(path, port, ""))

    def tools(number: int) -> Mapping[str, Callable[[], object]]:
        line = Line(port)
        asked = {name: requests(side, port, number) for name, side in sides.items()}
        asked["empty"] = cycle([request("/bench/empty", port, "")])
        asked |= {
            f"bytes of {name}": cycle([request(f"/bench/bytes/{quote(name)}", port, "")])
            for name in _with_bytes(sides)
        }
        return {name: lambda wanted=wanted: line.get(next(wanted)) for name, wanted in asked.items()}

    took: dict[str, list[float]] = {
        name: [] for name in ["empty", *sides, *(f"bytes of {name}" for name in _with_bytes(sides))]
    }
    cost: dict[tuple[str, str], list[float]] = {(name, part): [] for name in took for part in PARTS}
    with Crew(CLIENTS, tools) as crew:

        def turn(name: str) -> float:
            before = processor_seconds()
            rate, seconds = crew.turn(name, options.seconds)
            took[name] += seconds
            spent = processor_seconds()
            for part in PARTS:
                cost[name, part].append(1000 * (spent[part] - before[part]) / len(seconds))
            return rate

        rates = take_turns({name: lambda name=name: turn(name) for name in took}, options.rounds)
    web.stop({"web": signal.SIGTERM})
    # The first turn of each does not count.
    of_processor = {key: median(each[1:]) for key, each in cost.items()}
    empty = sum(of_processor["empty", part] for part in PARTS)
    results = []
    for name, side in sides.items():
        parts = ", ".join(f"{part} {of_processor[name, part]:.1f}" for part in PARTS)
        whole = sum(of_processor[name, part] for part in PARTS)
        note = (
            f"{whole:.1f} ms of processor ({parts}), an empty page {empty:.1f}: {empty / whole:.3f}; "
            f"{queries[name]} queries{' (over budget)' if queries[name] > MOST_QUERIES else ''}; "
            f"p50 {percentile(took[name], 0.5) * 1000:.0f} ms, p95 {percentile(took[name], 0.95) * 1000:.0f} ms "
            f"with {CLIENTS} clients"
        )
        results.append(
            compare(
                name,
                rates[name],
                rates["empty"],
                against="an empty page",
                unit="pages/s",
                budget=side.budget,
                note=note,
            )
        )
        if name in _with_bytes(sides):
            results.append(
                compare(
                    name,
                    rates[name],
                    rates[f"bytes of {name}"],
                    against="its bytes from memory",
                    unit="pages/s",
                )
            )
    return results


def _sides() -> dict[str, Side]:
    known = [title.get_absolute_url() for title in known_titles(TitleKind.FILM, EACH)]
    typical = [title.get_absolute_url() for title in typical_titles(EACH)]
    member = heaviest_member()
    cookie = sign_in(member)
    person = [busiest_person().get_absolute_url()]
    browse = ["/films/", "/films/?sort=votes", "/films/?year_min=1990"]
    found = [f"/search/?q={quote(title.name)}" for title in known_titles(TitleKind.FILM, EACH)]
    return {
        "known title, kept": Side(known, kept=True, budget=BUDGETS["kept"]),
        "known title, not kept": Side(known, budget=BUDGETS["not kept"]),
        "known title, signed in": Side(known, cookie, budget=BUDGETS["signed in"]),
        "typical title, not kept": Side(typical, budget=BUDGETS["not kept"]),
        "typical title, signed in": Side(typical, cookie, budget=BUDGETS["signed in"]),
        "busiest person, not kept": Side(person),
        "home, not kept": Side(["/"]),
        "top 250, not kept": Side(["/top/"]),
        "browse, not kept": Side(browse),
        "search": Side(found),
        "heaviest member": Side([member.get_absolute_url()]),
    }


def _with_bytes(sides: Mapping[str, Side]) -> list[str]:
    return [name for name in sides if name.startswith("known title") and not sides[name].cookie]


def write_bytes(sides: Mapping[str, Side]) -> None:
    """Store the first page of each side where `bench.urls` finds it."""
    folder = settings.DATA_DIR / "bench-bytes"
    folder.mkdir(exist_ok=True)
    client = Client(SERVER_NAME="localhost")
    for name in _with_bytes(sides):
        (folder / name).write_bytes(client.get(sides[name].paths[0]).content)


def requests(side: Side, port: int, number: int) -> Iterator[bytes]:
    """The requests of one client without end; those that must not be kept differ from all before."""
    if side.kept or side.cookie:
        yield from cycle([request(path, port, side.cookie) for path in side.paths])
    for path, turn in zip(cycle(side.paths), count(), strict=False):
        yield request(f"{path}{'&' if '?' in path else '?'}bench={number}-{os.getpid()}-{turn}", port, "")


def sign_in(member: Member) -> str:
    """Give the Cookie header of a member who is signed in."""
    client = Client(SERVER_NAME="localhost")
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def count_queries(path: str, cookie: str) -> int:
    client = Client(SERVER_NAME="localhost", headers={"cookie": cookie} if cookie else None)
    client.get(path)  # what a process asks for once
    with CaptureQueriesContext(connection) as captured, override_settings(FILMSITE_KEPT_SECONDS=0):
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
    # Kept for longer than the site keeps a page, so that none ends within a turn.
    environment = {**os.environ, "DB_POOL": "1", "FILMSITE_KEPT_SECONDS": "3600"}
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
