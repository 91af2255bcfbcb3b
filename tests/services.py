"""Pytest plugin (`-p tests.services`): real PostgreSQL and Valkey for a test run, thrown away after it.

It is a plugin and no conftest, because pytest-django reads the settings, and so the addresses, before any conftest.
The addresses of the environment are replaced on purpose: a test run must never touch the data of a running site.
To test against another PostgreSQL, name it in TEST_DATABASE_URL (the tests make databases of their own in it).

Under xdist the controller starts PostgreSQL, where each worker has a database of its own name; each worker starts a
Valkey of its own (a few megabytes), because keys, queues and channels could not be told apart in one.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from filmsite.embedded import EmbeddedError, Servers

_running: list[Servers] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    try:
        _start_servers()
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error


def _start_servers() -> None:
    folder = Path(tempfile.mkdtemp(prefix="filmsite-test-"))
    folder.chmod(0o711)
    servers = Servers(folder, durable=False)
    _running.append(servers)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or servers.start_postgres()
    os.environ["REDIS_URL"] = servers.start_valkey()
    os.environ["FILMSITE_DATA"] = str(folder)
    os.environ["STATIC_MANIFEST"] = "0"
    (folder / "static").mkdir()


def pytest_unconfigure() -> None:
    while _running:
        servers = _running.pop()
        servers.stop()
        shutil.rmtree(servers.data, ignore_errors=True)
