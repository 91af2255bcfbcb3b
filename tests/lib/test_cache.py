from django.core.cache import cache


def test_what_asks_the_server_is_made_once() -> None:
    assert cache._cache.get_client("one") is cache._cache.get_client("other")
