"""What gunicorn is told: workers that share what is loaded, and headers that clients cannot steer with."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http.parser import RequestParser
from gunicorn.http.wsgi import create

from filmsite import gunicorn_conf

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def config() -> Config:
    config = Config()
    for name, value in vars(gunicorn_conf).items():
        if name in config.settings:
            config.set(name, value)
    return config


class Socket:
    """The part of a socket that the parser looks at: a peer on this machine, as a proxy is."""

    def getsockname(self) -> tuple[str, int]:
        return ("127.0.0.1", 8000)


def environ_of(request: bytes, config: Config) -> dict[str, Any]:
    source: Any = iter([request])
    parsed = next(RequestParser(config, source, ("127.0.0.1", 50000)))
    return create(parsed, Socket(), ("127.0.0.1", 50000), ("127.0.0.1", 8000), config)[1]


@pytest.mark.parametrize("header", ["SCRIPT_NAME", "Script-Name", "PATH_INFO"])
def test_no_header_moves_the_site_or_the_page(config: Config, header: str) -> None:
    request = f"GET /films/ HTTP/1.1\r\nHost: films.example.org\r\n{header}: /films\r\n\r\n".encode()
    environ = environ_of(request, config)
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("", "/films/")


def test_the_proxy_still_says_that_tls_was_used(config: Config) -> None:
    request = b"GET / HTTP/1.1\r\nHost: films.example.org\r\nX-Forwarded-Proto: https\r\n\r\n"
    assert environ_of(request, config)["wsgi.url_scheme"] == "https"


PRELOADED = """
import sys
import filmsite.wsgi
print(*sorted(name for name in sys.modules if name.startswith(("accounts", "films", "reviews"))))
"""


def import_the_application(**environment: str) -> subprocess.CompletedProcess[str]:
    # Nobody answers at these addresses: nothing may be connected to before the workers part.
    nowhere = {"DATABASE_URL": "postgres://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    return subprocess.run(
        [sys.executable, "-c", PRELOADED],
        cwd=ROOT,
        env=os.environ | nowhere | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_application_comes_with_all_that_its_pages_need() -> None:
    done = import_the_application()
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert {"accounts.views.profile", "films.urls", "reviews.urls", "reviews.templatetags.reviews"} <= loaded


def test_a_mistake_in_a_page_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "broken_settings.py").write_text(
        "from filmsite.settings import *\nROOT_URLCONF = 'broken_urls'\n", encoding="utf-8"
    )
    (tmp_path / "broken_urls.py").write_text("import a_page_that_is_not_there\n", encoding="utf-8")
    done = import_the_application(DJANGO_SETTINGS_MODULE="broken_settings", PYTHONPATH=str(tmp_path))
    assert done.returncode != 0
    assert "a_page_that_is_not_there" in done.stderr
