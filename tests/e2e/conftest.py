"""Journeys in a real browser, on a live server, with a real Celery worker beside it.

Without a Chromium every test here is skipped, by name. FILMSITE_BROWSER names one in an unusual place.

A page here is a strict one: whatever leaves the site, breaks the Content Security Policy, throws, or is written to the
console as an error fails the test at its end, though nothing was asserted about it (`Watch`).

Playwright's event loop runs in this thread from the first page on, and Django then takes every query for one made in
async code. Both ends of that are kept to this package: playwright's fixtures are made anew with its scope, and so is
the variable that tells Django otherwise. Tests that follow in the same process see neither.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings as site_settings
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client, TransactionTestCase
from playwright.sync_api import (
    Browser,
    BrowserContext,
    BrowserType,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from playwright.sync_api import Request as BrowserRequest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Member
from filmsite.celery import app as celery_app
from filmsite.embedded import die_with_parent

HERE = Path(__file__).parent
BROWSERS = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
# The sandbox cannot be had by root in a container; the rest keeps the browser from talking to its maker. Any name that
# is not this machine's own does not exist for it, so that nothing can leave even before `Watch` sees it.
LAUNCH = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
)
# How long an expectation waits for the page, in milliseconds: two cores may be shared with the rest of the suite.
PATIENCE = 15_000
expect.set_options(timeout=PATIENCE)
WORKER_STOP_SECONDS = 15
WORKER_REST_SECONDS = 20
REST_SECONDS = 10
EMPTYINGS = 4

OpenPage = Callable[..., Page]


def press(page: Page, key: str) -> None:
    """Press a key, as somebody does who has seen the page: when its scripts have run, and not within the half second in
    which a page of the moderators takes none. What a test presses goes through here, or through a locator.
    """
    page.wait_for_load_state()
    page.locator("html:not([data-keyboard=waits])").wait_for(state="attached")
    page.keyboard.press(key)


def find_browser() -> str | None:
    """The browser to drive: the one that FILMSITE_BROWSER names, or else the first that is installed."""
    named = os.environ.get("FILMSITE_BROWSER")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what stands in this folder, and put it last: the browser and the worker then start once a process."""
    browser = find_browser()
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.e2e)
        if browser is None:
            # With its name in the reason, since pytest's summary folds skips that have the same.
            reason = f"{item.name}: no Chromium found (install one, or name it in FILMSITE_BROWSER)"
            item.add_marker(pytest.mark.skip(reason=reason))
    items.sort(key=lambda item: HERE in item.path.parents)


# --- The browser: pytest-playwright's fixtures, as long as this package -----------------------------------------


@pytest.fixture(scope="package")
def playwright(_pw_api_request_contexts: object) -> Iterator[Playwright]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        driver = sync_playwright().start()
        yield driver
        driver.stop()


@pytest.fixture(scope="package")
def browser_type(playwright: Playwright) -> BrowserType:
    return playwright.chromium


@pytest.fixture(scope="package")
def browser(browser_type: BrowserType, browser_type_launch_args: dict) -> Iterator[Browser]:
    browser = browser_type.launch(
        **{"executable_path": find_browser(), "args": list(LAUNCH), **browser_type_launch_args}
    )
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def browser_context_args() -> dict:
    return {}


@pytest.fixture(scope="package", autouse=True)
def _acts_on_loaded_pages() -> Iterator[None]:
    """On a full machine a page can be seen, and clicked, long before its scripts have run: a test of what they do would
    then see what the page does without them. Playwright waits for the element only.
    """

    def when_loaded(act: Callable[..., object]) -> Callable[..., object]:
        @wraps(act)
        def wait_and_act(locator: Locator, *args: object, **options: object) -> object:
            locator.page.wait_for_load_state()
            return act(locator, *args, **options)

        return wait_and_act

    with pytest.MonkeyPatch.context() as patch:
        for name in ("click", "fill", "press", "check", "uncheck", "select_option"):
            patch.setattr(Locator, name, when_loaded(getattr(Locator, name)))
        yield


class Watch:
    """What went wrong on the pages of a test beside what the test looks at."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.problems: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._saw_request)
        context.on("console", self._saw_console)
        context.on("weberror", lambda error: self.problems.append(f"exception: {error.error}"))

    def _saw_request(self, request: BrowserRequest) -> None:
        if not request.url.startswith((f"{self.site}/", "data:", "blob:")):
            self.problems.append(f"request to another place: {request.url}")

    def _saw_console(self, message: ConsoleMessage) -> None:
        # What breaks the Content Security Policy and what a page cannot load is said here as well.
        if message.type in {"error", "warning"}:
            self.problems.append(
                f"console {message.type}: {message.text} ({message.location.get('url', '')})"
            )


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    watch = Watch(live_server.url)
    yield watch
    assert watch.problems == []


@pytest.fixture
def demo(settings: Settings) -> None:
    """The site in demo mode: mail is shown on a page, and nobody needs a second factor."""
    settings.FILMSITE_DEMO = True
    settings.EMAIL_BACKEND = "accounts.mail.DemoMailBackend"
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def settled(live_server: LiveServer, transactional_db: None) -> Iterator[None]:
    """A page that closes still sends its draft: the tables are emptied when the server has dealt with it."""
    yield
    quiet, deadline = 0, time.monotonic() + REST_SECONDS
    while quiet < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
            )
            quiet = 0 if cursor.fetchone()[0] else quiet + 1


@pytest.fixture(scope="package", autouse=True)
def _emptied_with_patience() -> Iterator[None]:
    """On a full machine a request may come when the tables are already being emptied: of the two that wait for each
    other the database ends one, and if that is the emptying it is done again.
    """
    empty_once = TransactionTestCase._fixture_teardown

    def empty(test: TransactionTestCase) -> None:
        for _ in range(EMPTYINGS - 1):
            try:
                return empty_once(test)
            except CommandError:
                time.sleep(1)
        return empty_once(test)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        yield


@pytest.fixture
def open_page(
    live_server: LiveServer,
    settled: None,
    demo: None,
    watch: Watch,
    new_context: Callable[..., BrowserContext],
) -> OpenPage:
    """Open a page in a browser profile of its own: `open_page(member, java_script_enabled=False)`.

    With a member it is signed in, past the form, since hashing a password is slow. Other arguments are playwright's.
    """

    def open_page(member: Member | None = None, **options: object) -> Page:
        options = {"locale": "en-GB", "reduced_motion": "reduce", **options}
        context = new_context(base_url=live_server.url, **options)
        context.set_default_timeout(PATIENCE)
        watch.over(context)
        if member:
            client = Client()
            client.force_login(member)
            session = client.cookies[site_settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        return context.new_page()

    return open_page


# --- The worker ----------------------------------------------------------------------------------------------------


class Worker:
    """A Celery worker as `manage.py dev` starts it, on the tests' database and broker."""

    QUEUES = ("default", "translation")

    def __init__(self, log: Path) -> None:
        self.log = log
        self.channel = celery_app.connection_for_write().default_channel
        self._drop_waiting()  # what earlier tests ordered
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "--app=filmsite", "worker", "--loglevel=INFO"),
                    *("--pool=prefork", "--concurrency=1", f"--queues={','.join(self.QUEUES)}"),
                    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
                ],
                cwd=site_settings.BASE_DIR,
                env={**os.environ, "DATABASE_URL": database_url(), "FILMSITE_DEMO": "1"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )

    def rest(self) -> None:
        """Drop what waits and let it end what it does: emptying the tables needs them to itself."""
        self._drop_waiting()
        deadline = time.monotonic() + WORKER_REST_SECONDS
        while self.channel.client.hlen(self.channel.unacked_key) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert self.process.poll() is None, f"the worker ended by itself:\n{self.log.read_text()[-3000:]}"

    def stop(self) -> None:
        """End it; waits until it has, so that the test database can be dropped."""
        self.process.terminate()
        try:
            self.process.wait(WORKER_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.channel.connection.client.close()

    def _drop_waiting(self) -> None:
        for queue in self.QUEUES:
            self.channel.queue_purge(queue)


def database_url() -> str:
    """The address of the test database, whose name pytest-django chose, in the form that the settings read."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))


@pytest.fixture(scope="package")
def running_worker(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    worker = Worker(tmp_path_factory.mktemp("worker") / "worker.log")
    yield worker
    worker.stop()


@pytest.fixture
def worker(running_worker: Worker, transactional_db: None) -> Iterator[Worker]:
    """The real worker. A test that orders something from it asks for it."""
    yield running_worker
    running_worker.rest()
