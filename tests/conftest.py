"""The cast: Alice writes, Bob reads, Mona moderates films, Sam is suspended, Sofie is staff."""

from collections.abc import Iterator

import pytest
from django.conf import settings as site_settings
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker
from pytest_django.fixtures import Settings

from accounts.models import Member
from filmsite.lib.breaker import breaker_of
from tests.factories import make_member

# The same examples in every run, so that main does not turn red by chance. CONTRIBUTING tells how to hunt with others.
hypothesis_settings.register_profile("same", derandomize=True, deadline=None, print_blob=True)
hypothesis_settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a failed test that drives a browser, or kills processes, once more: what runs beside it on the machine can
    slow it down. The summary names it (RERUN), so that somebody mends it all the same; no other test is tried twice.
    """
    for item in items:
        if any(item.iter_markers("e2e")) or any(item.iter_markers("operation")):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Tests that commit empty the database behind them, which the public log refuses wherever it is not switched off."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE reviews_logentry DISABLE TRIGGER reviews_logentry_never_emptied")


@pytest.fixture(autouse=True)
def _no_fingerprints_left(
    request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Django empties the tables of models behind a test that commits, and these two are of none."""
    yield
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction")
    if commits or {"transactional_db", "live_server"} & set(request.fixturenames):
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM reviews_fingerprint; DELETE FROM reviews_commonrun")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Each test begins without what another left in Valkey (counters, limits, pages), or let this process believe."""
    breaker_of(site_settings.REDIS_URL).forget()
    cache._cache.get_client(write=True).flushdb()


@pytest.fixture(autouse=True)
def _no_kept_pages(settings: Settings) -> None:
    """A test that changes a row and looks again sees the page as it is; those of `KeptPages` say that they keep."""
    settings.FILMSITE_KEPT_SECONDS = 0


@pytest.fixture(autouse=True)
def _nobody_is_new(settings: Settings) -> None:
    """Members of tests joined this minute; those of the limits of new members say from when on somebody is not."""
    settings.FILMSITE_NEW_MEMBER_DAYS = 0


@pytest.fixture
def alice(db: None) -> Member:
    return make_member("alice")


@pytest.fixture
def bob(db: None) -> Member:
    return make_member("bob")


@pytest.fixture
def mona(db: None) -> Member:
    return make_member("mona", sections=["films"])


@pytest.fixture
def sam(db: None) -> Member:
    return make_member("sam", suspended_at=timezone.now())


@pytest.fixture
def sofie(db: None) -> Member:
    return make_member("sofie", is_staff=True, is_superuser=True)
