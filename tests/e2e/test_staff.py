"""A duplicate found, compared, merged and parted again, by staff and a moderator in their browsers."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from films.models import Title
from films.services.search_names import refresh_search_names
from reviews.models import Vote
from reviews.services.recounting import find_differences
from tests.e2e.conftest import OpenPage
from tests.factories import make_member, make_title, make_vote

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def pair(transactional_db: None) -> tuple[Title, Title]:
    kept, double = make_title("Children of Heaven"), make_title("Children of Heaven", minutes=89)
    member = make_member()
    make_vote(kept, member, 4, changed_at=timezone.now() - timedelta(days=3))
    make_vote(double, member, 9)
    refresh_search_names()
    return kept, double


def test_staff_merge_two_titles_and_a_moderator_parts_them_again(
    open_page: OpenPage, pair: tuple[Title, Title]
) -> None:
    kept, double = pair
    sofie = make_member("sofie", is_staff=True, is_superuser=True)
    page = open_page(sofie)
    page.goto("/admin/films/title/?q=children")
    page.get_by_label("Select all objects on this page for an action").check()
    page.get_by_label("Action:").select_option(label="Merge the two selected titles…")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("1 member voted on both")).to_be_visible()
    page.get_by_label("Why they are the same").fill("One film, entered twice")
    page.get_by_role("button", name="Merge").click()
    expect(page.get_by_text("The two are one now.")).to_be_visible()
    assert list(Vote.objects.values_list("title", "value")) == [(kept.pk, 9)]
    assert find_differences() == []

    desk = open_page(make_member("mona", sections=["films"]))
    desk.goto(double.get_absolute_url())
    expect(desk).to_have_url(f"{desk.url.split('/films/')[0]}{kept.get_absolute_url()}")
    desk.goto("/moderation/merges/")
    desk.locator("main details summary").click()
    desk.get_by_role("button", name="Undo this merge").click()
    expect(desk.get_by_text("The two stand apart again.")).to_be_visible()
    assert set(Vote.objects.values_list("title", "value")) == {(kept.pk, 4), (double.pk, 9)}
    assert find_differences() == []
