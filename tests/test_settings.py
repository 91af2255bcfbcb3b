"""What an operator meets before the first page: settings that are right, or a sentence that says what is wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GOOD = {
    "FILMSITE_ENV": "production",
    "SECRET_KEY": "k3Yq8vT0sWz1xB7nR5mJ2hG9dF4aP6uLcE-production-test-only-value-0123456789",
    "ALLOWED_HOSTS": "films.example.org",
    "DATABASE_URL": "postgres://filmsite:secret@db.example.org/filmsite",
    "REDIS_URL": "redis://cache.example.org:6379/0",
    "FILMSITE_URL": "https://films.example.org",
    "EMAIL_URL": "smtp+tls://name:password@mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "Films <noreply@films.example.org>",
    "STATIC_MANIFEST": "0",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "FILMSITE_DATA"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_production_settings_pass_djangos_deployment_check() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **GOOD)
    assert done.returncode == 0, done.stderr


REQUIRED = [name for name in GOOD if name not in {"FILMSITE_ENV", "STATIC_MANIFEST"}]


@pytest.mark.parametrize("missing", REQUIRED)
def test_production_names_what_is_missing_instead_of_starting(missing: str) -> None:
    done = manage("check", **{name: value for name, value in GOOD.items() if name != missing})
    assert done.returncode != 0
    assert missing in done.stderr


@pytest.mark.parametrize(
    "unsafe",
    [
        {"DEBUG": "1"},
        {"FILMSITE_DEMO": "1"},
        {"ALLOWED_HOSTS": "*"},
        {"SECRET_KEY": "short"},
        {"EMAIL_URL": "consolemail://"},
        {"EMAIL_URL": "dummymail://"},
        {"EMAIL_URL": "memorymail://"},
        {"EMAIL_URL": "filemail:///tmp/mail"},
    ],
)
def test_production_refuses_what_is_unsafe(unsafe: dict[str, str]) -> None:
    done = manage("check", **(GOOD | unsafe))
    assert done.returncode != 0
    assert next(iter(unsafe)) in done.stderr


def test_the_example_of_an_environment_and_the_manual_name_what_is_required() -> None:
    # As the manual tells an operator to read it.
    said = subprocess.run(
        ["/bin/sh", "-ec", "set -a; . ./.env.example; exec env -0"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert said.returncode == 0, said.stderr
    example = dict(entry.split("=", 1) for entry in said.stdout.split("\0") if entry)
    assert set(REQUIRED) <= set(example)
    done = manage("check", **(GOOD | {name: value for name, value in example.items() if value}))
    assert done.returncode == 0, done.stderr
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    table = [line.split("`")[1] for line in manual.splitlines() if line.startswith("| `")]
    first = table[table.index("FILMSITE_ENV") :][: len(REQUIRED) + 1]
    assert set(first) == {"FILMSITE_ENV", *REQUIRED}


def test_production_never_runs_on_the_embedded_servers(tmp_path: Path) -> None:
    done = manage("dev", **(GOOD | {"FILMSITE_DATA": str(tmp_path)}))
    assert done.returncode != 0
    assert "production" in (done.stderr + done.stdout).lower()
    assert not (tmp_path / "postgres").exists()
