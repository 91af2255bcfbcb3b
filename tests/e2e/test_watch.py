"""The strictness that every journey relies on: a page that does any of this fails its test."""

import pytest

from tests.e2e.conftest import OpenPage, Watch

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "document.body.append(Object.assign(document.createElement('style'), {textContent: 'a {}'}))",
            "style-src",
        ),
        ("new Image().src = 'http://elsewhere.example/pixel'", "img-src"),
        ("setTimeout(() => { throw new Error('thrown') })", "exception: thrown"),
        ("fetch('/no-such-page/')", "404"),
        ("setTimeout(() => { location = 'http://elsewhere.example/' })", "request to another place"),
    ],
    ids=["a style within the page", "a picture from elsewhere", "an exception", "a missing page", "leaving"],
)
def test_what_no_page_may_do_is_noticed(open_page: OpenPage, watch: Watch, script: str, said: str) -> None:
    page = open_page()
    page.goto("/rules/")
    assert watch.problems == []
    page.evaluate(f"() => {{ {script} }}")
    for _ in range(50):
        if watch.problems:
            break
        page.wait_for_timeout(50)
    assert any(said in problem for problem in watch.problems), watch.problems
    watch.problems.clear()
