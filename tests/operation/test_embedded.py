"""The rules of filmsite/embedded.py that need no server; test_killing.py runs the whole."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from filmsite import embedded
from filmsite.embedded import (
    CHECKOUT,
    EmbeddedError,
    Lock,
    Ownership,
    needs_servers,
    private_folder,
    secret_key,
)


@pytest.fixture
def without_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "FILMSITE_ENV"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("command", "needed"),
    [
        ("migrate", True),
        ("shell -c 1", True),
        ("makemigrations --check", True),
        ("migrate --help", False),
        ("check", False),
        ("dev --port 1", False),
        ("compilemessages", False),
        ("--version", False),
        ("", False),
    ],
)
def test_only_commands_that_ask_the_database_get_servers(
    command: str, needed: bool, without_servers: None
) -> None:
    assert needs_servers(["manage.py", *command.split()]) is needed


def test_nothing_is_started_when_the_environment_names_both(
    without_servers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres:///elsewhere")
    assert needs_servers(["manage.py", "migrate"])
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere")
    assert not needs_servers(["manage.py", "migrate"])


def test_nothing_is_started_in_production(without_servers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSITE_ENV", "production")
    assert not needs_servers(["manage.py", "migrate"])


def test_a_data_folder_keeps_one_secret_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert secret_key(tmp_path) == key
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_link_in_place_of_the_socket_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EmbeddedError, match="Find out who made it"):
        private_folder(tmp_path / "run")


@pytest.mark.parametrize("make", [private_folder, embedded.prepare_data_folder])
def test_a_folder_of_somebody_else_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(EmbeddedError, match="user 12345"):
        make(tmp_path)


def test_a_full_disk_is_named_before_anything_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LEAST_FREE_BYTES", 1 << 62)
    with pytest.raises(EmbeddedError, match="Make room"):
        embedded.prepare_data_folder(tmp_path)


def test_a_missing_wheel_is_named_with_the_way_out() -> None:
    with pytest.raises(EmbeddedError, match="no_such_wheel is not installed"):
        embedded.package_folder("no_such_wheel")


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    first, second = Ownership(tmp_path), Ownership(tmp_path)
    assert first.take()
    assert not second.take()
    assert second.who()[0] == str(os.getpid())
    first.release()
    assert Ownership(tmp_path).take()


def test_addresses_of_an_owner_that_is_gone_are_not_believed(tmp_path: Path) -> None:
    first = Ownership(tmp_path)
    assert first.take()
    first.publish({"REDIS_URL": "unix:///x"})
    assert first.published() == {"REDIS_URL": "unix:///x"}
    (tmp_path / "owner.lock").write_text("1 somebody else")
    assert first.published() is None


def test_children_keep_the_family_lock_after_their_owner(tmp_path: Path) -> None:
    family = Lock(tmp_path / "family.lock")
    assert family.take()
    with subprocess.Popen(["sleep", "60"], pass_fds=[family.file.fileno()]) as child:
        family.release()
        assert not Lock(tmp_path / "family.lock").take()
        child.kill()
    assert Lock(tmp_path / "family.lock").take()


@pytest.mark.operation
def test_two_commands_at_once_share_servers_and_leave_none(tmp_path: Path, without_servers: None) -> None:
    data = tmp_path / "a folder with spaces and a name too long for a socket" / ("x" * 60)
    data.parent.mkdir()
    environment = os.environ | {"FILMSITE_DATA": str(data)}
    ask = [sys.executable, "manage.py", "shell", "--no-imports", "-c"]
    code = "import time; from django.db import connection; connection.ensure_connection(); time.sleep({}); print('asked')"
    first, second = (
        subprocess.Popen(
            [*ask, code.format(pause)], cwd=CHECKOUT, env=environment, stdout=subprocess.PIPE, text=True
        )
        for pause in (0, 2)
    )
    assert first.communicate(timeout=60)[0] == second.communicate(timeout=60)[0] == "asked\n"
    assert Lock(data / "family.lock").take()
