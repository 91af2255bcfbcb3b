"""Every kind of page, asked for in this process: its queries, and its milliseconds in the database, in templates, in all.

Kept pages are left out. The ratio is what the database takes of the whole; a page that takes more than `SLOW`
milliseconds is told of with its slowest statement.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.template.backends.django import Template
from django.test import Client, override_settings

from accounts.models import Member
from bench.addresses import Address, every_kind_of_page, heaviest_member
from bench.data import ensure_community
from bench.harness import Options, Result
from filmsite.management.commands.prepare import collect_static_files

SERVER = "one process, no web server, nothing kept"
SLOW = 100.0


@dataclass
class Visit:
    """What one page took, in milliseconds."""

    status: int = 0
    total: float = 0.0
    # Of this process: what is left when others keep the cores busy.
    processor: float = 0.0
    render: float = 0.0
    statements: list[tuple[float, str]] = field(default_factory=list)

    @property
    def database(self) -> float:
        return sum(took for took, _ in self.statements)


def run(options: Options) -> list[Result]:
    ensure_community(options)
    collect_static_files()
    readers = sign_in_readers()
    results = []
    for address in every_kind_of_page():
        visits = [visit(readers[address.reader], address) for _ in range(options.rounds + 1)][1:]
        total, base = median(v.total for v in visits), median(v.database for v in visits)
        shares = sorted(v.database / v.total for v in visits)
        last = visits[-1]
        slowest = max(last.statements, default=(0.0, ""))
        note = (
            f"{last.status}, {len(last.statements)} queries; processor {median(v.processor for v in visits):.0f} ms, "
            f"templates {median(v.render for v in visits):.0f} ms"
        )
        if total > SLOW:
            note += f"; slowest statement {slowest[0]:.0f} ms: …{' '.join(slowest[1].partition(' FROM ')[2].split())[:200]}"
        results.append(
            Result(
                address.name,
                "its part in the database",
                "ms",
                total,
                base,
                median(shares),
                shares[0],
                shares[-1],
                note=note,
            )
        )
    return results


def sign_in_readers() -> dict[str, Client]:
    """A client for each kind of reader: nobody, the member with most votes, somebody with every right."""
    staff = Member.objects.filter(is_superuser=True).first() or Member.objects.create_superuser(
        "bench-staff", "staff@members.example", None, sections=["films", "shows"]
    )
    clients = {"": Client(SERVER_NAME="localhost"), "member": Client(SERVER_NAME="localhost")}
    clients["staff"] = Client(SERVER_NAME="localhost")
    clients["member"].force_login(heaviest_member(), backend="django.contrib.auth.backends.ModelBackend")
    clients["staff"].force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return clients


def visit(client: Client, address: Address) -> Visit:
    """Ask for a page as its reader, and measure."""
    seen = Visit()

    def statement(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            seen.statements.append(((time.perf_counter() - start) * 1000, sql))

    def render(template: Template, *args: Any, **kwargs: Any) -> Any:
        start, database = time.perf_counter(), seen.database
        try:
            return original(template, *args, **kwargs)
        finally:
            seen.render += (time.perf_counter() - start) * 1000 - (seen.database - database)

    original = Template.render
    with ExitStack() as stack:
        stack.enter_context(override_settings(FILMSITE_KEPT_SECONDS=0, FILMSITE_STAFF_NEEDS_MFA=False))
        stack.enter_context(connection.execute_wrapper(statement))
        stack.enter_context(patch.object(Template, "render", render))
        start, processor = time.perf_counter(), time.process_time()
        answer = client.get(address.path)
        seen.total = (time.perf_counter() - start) * 1000
        seen.processor = (time.process_time() - processor) * 1000
    seen.status = answer.status_code
    return seen
