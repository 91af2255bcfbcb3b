"""Pytest plugin (`-p tests.services`): real PostgreSQL and Valkey for a test run, thrown away after it.

It is a plugin and no conftest, because pytest-django reads the settings, and so the addresses, before any conftest.
The addresses of the environment are replaced on purpose: a test run must never touch the data of a running site.
To test against another PostgreSQL, name it in TEST_DATABASE_URL (the tests make databases of their own in it).

Under xdist the controller starts PostgreSQL, where each worker has a database of its own name; each worker starts a
Valkey of its own (a few megabytes), because keys, queues and channels could not be told apart in one.
"""

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import pytest

from filmsite.embedded import EmbeddedError, Lock, Servers

PREFIX = "filmsite-test-"
_running: list[Servers] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    try:
        start_servers()
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error


def start_servers() -> None:
    """Start what this process needs and put the addresses into the environment."""
    remove_abandoned_folders()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o711)  # root's PostgreSQL runs as another user
    family = Lock(folder / "family.lock")
    family.take()
    servers = Servers(folder, durable=False, family=family)
    _running.append(servers)
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL") or servers.start_postgres()
    os.environ["REDIS_URL"] = servers.start_valkey()
    os.environ["FILMSITE_DATA"] = str(folder)
    os.environ["STATIC_MANIFEST"] = "0"  # no collectstatic before a test run
    (folder / "static").mkdir()


def remove_abandoned_folders() -> None:
    """Remove what runs left that were killed: their servers ended with them, their files did not."""
    for lock in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/family.lock"):
        with contextlib.suppress(OSError, EmbeddedError):  # another run may remove the same one
            found = lock.stat()
            abandoned = found.st_uid == os.geteuid() and found.st_mtime < time.time() - 60
            if abandoned and Lock(lock).take():
                shutil.rmtree(lock.parent)


def pytest_unconfigure() -> None:
    while _running:
        servers = _running.pop()
        servers.stop()
        shutil.rmtree(servers.data, ignore_errors=True)
