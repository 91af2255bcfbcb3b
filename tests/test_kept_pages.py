"""Pages kept for readers who are not signed in: quick, never stale about their subject, never somebody else's."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title
from filmsite.lib.kept import forget_pages
from reviews.services.voting import cast_vote, withdraw_vote
from tests.factories import make_season, make_title, make_votes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept_pages(_no_kept_pages: None, settings: Settings) -> None:
    settings.FILMSITE_KEPT_SECONDS = 60


@pytest.fixture
def heat() -> Title:
    return make_title("Heat", year=1995)


def read(title: Title, **headers: str) -> str:
    response = Client().get(title.get_absolute_url(), headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_second_reader_costs_no_query_and_sees_the_same(
    heat: Title, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = Client().get(heat.get_absolute_url())
    with django_assert_num_queries(0):
        second = Client().get(heat.get_absolute_url())
    assert second.content == first.content
    assert dict(second.items()) == dict(first.items())
    assert not second.cookies


def test_a_vote_shows_at_once(
    heat: Title, alice: Member, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_votes(heat, {8: 4})
    before = read(heat)
    with django_capture_on_commit_callbacks(execute=True):
        cast_vote(member=alice, title=heat, value=9)
    after = read(heat)
    assert "4 votes" in before
    assert "5 votes" in after
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_vote(member=alice, title=heat)
    assert "4 votes" in read(heat)


def test_a_vote_on_a_season_shows_on_its_show(
    alice: Member, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    show = make_title("The Wire", kind="show")
    season = make_season(show, 1)
    make_votes(season, {8: 4})
    assert "4 votes" in read(show)
    with django_capture_on_commit_callbacks(execute=True):
        cast_vote(member=alice, title=season, value=9)
    assert "5 votes" in read(show)
    assert "5 votes" in read(season)


def test_readers_of_another_language_get_a_page_of_their_own(heat: Title) -> None:
    english, dutch = read(heat), read(heat, accept_language="nl")
    assert 'lang="en"' in english
    assert 'lang="nl"' in dutch
    assert read(heat, accept_language="nl") == dutch
    assert read(heat) == english


def test_readers_of_texts_in_another_language_get_a_page_of_their_own(heat: Title) -> None:
    read(heat, accept_language="en")
    with CaptureQueriesContext(connection) as asked:
        read(heat, accept_language="pt, en;q=0.5")
    assert len(asked) > 0


def test_a_member_gets_no_kept_page_and_leaves_none(heat: Title, alice: Member, client: Client) -> None:
    read(heat)
    client.force_login(alice)
    assert "alice" in client.get(heat.get_absolute_url()).content.decode()
    cache.clear()
    client.get(heat.get_absolute_url())
    assert "alice" not in read(heat)


def test_a_host_or_query_that_is_refused_is_not_answered_from_a_kept_page(heat: Title) -> None:
    read(heat)
    assert Client().get(heat.get_absolute_url(), headers={"host": "evil.example"}).status_code == 400
    assert Client().get(heat.get_absolute_url(), {"q": "\x00"}).status_code == 400


def test_what_was_begun_before_a_change_is_not_kept_after_it(
    heat: Title,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """The page is being built while the title changes: its reader may have it, the next one may not."""
    from films.views import title as view  # the page that is made to wait

    render = view.render_in_fragments

    def render_while_it_changes(*args: object, **kwargs: object) -> object:
        response = render(*args, **kwargs)
        Title.objects.filter(pk=heat.pk).update(name="Heat again")
        with django_capture_on_commit_callbacks(execute=True):
            forget_pages(title_ids=[heat.pk])
        return response

    monkeypatch.setattr(view, "render_in_fragments", render_while_it_changes)
    assert "Heat again" not in read(heat)
    monkeypatch.setattr(view, "render_in_fragments", render)
    assert "Heat again" in read(heat)


def test_not_found_and_moved_are_not_kept(
    heat: Title, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert Client().get("/films/99999999-nothing/").status_code == 404
    moved = f"/films/{heat.pk}-wrong/"
    assert Client().get(moved).status_code == 301
    with pytest.raises(pytest.fail.Exception), django_assert_num_queries(0):
        Client().get(moved)
