"""The cast: Alice writes, Bob reads, Mona moderates films, Sam is suspended, Sofie is staff."""

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Member
from filmsite.lib.breaker import breaker_of
from tests.factories import make_member


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    """Each test begins without what another left in Valkey (counters, limits, pages), or let this process believe."""
    breaker_of(settings.REDIS_URL).forget()
    cache.clear()


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
