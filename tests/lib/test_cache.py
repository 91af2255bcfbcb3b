from django.core.cache import cache
from pytest_django.fixtures import Settings

from filmsite.lib.limits import seconds_over_limit


def test_what_asks_the_server_is_made_once() -> None:
    assert cache._cache.get_client("one") is cache._cache.get_client("other")


def test_a_cleared_cache_is_empty_and_spares_the_counts_of_limits(settings: Settings) -> None:
    settings.FILMSITE_LIMITS = {"vote": "1/minute"}
    cache.set_many({f"drawn:{number}": "words" for number in range(2_500)})
    assert seconds_over_limit("vote", "alice") == 0
    cache.clear()
    assert cache.get_many([f"drawn:{number}" for number in range(2_500)]) == {}
    assert seconds_over_limit("vote", "alice") > 0
