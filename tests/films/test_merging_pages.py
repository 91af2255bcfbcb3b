"""Moderators see the merges of their sections and can part what should not have been made one."""

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Merge, Title, TitleKind
from films.services.merging import merge_titles
from tests.asserts import assert_flat_queries
from tests.factories import make_season, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def moderator(client: Client, mona: Member, settings) -> Client:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(mona)
    return client


def merged(by: Member, kind: str = TitleKind.FILM) -> Merge:
    return merge_titles(kept=make_title(kind=kind), duplicate=make_title(kind=kind), by=by, reason="The same")


def test_a_moderator_undoes_a_merge_of_their_section(moderator: Client, mona: Member, sofie: Member) -> None:
    merge = merged(sofie)
    assert [row["merge"] for row in moderator.get("/moderation/merges/").context["rows"]] == [merge]
    answer = moderator.post(f"/moderation/merges/{merge.pk}/undo/", follow=True)
    assert "The two stand apart again." in answer.content.decode()
    merge.refresh_from_db()
    assert merge.undone_by == mona
    assert not Title.objects.exclude(merged_into=None).exists()
    again = moderator.post(f"/moderation/merges/{merge.pk}/undo/", follow=True)
    assert "undone already" in again.content.decode()


def test_merges_of_other_sections_are_not_there(moderator: Client, sofie: Member) -> None:
    merge = merged(sofie, TitleKind.SHOW)
    assert moderator.get("/moderation/merges/").context["rows"] == []
    assert moderator.post(f"/moderation/merges/{merge.pk}/undo/").status_code == 404


def test_the_merge_of_two_shows_is_one_line(client: Client, sofie: Member, settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    for show in (one, other):
        make_season(show, 1)
    merge = merge_titles(kept=one, duplicate=other, by=sofie, reason="The same")
    assert [row["merge"] for row in client.get("/moderation/merges/").context["rows"]] == [merge]


def test_the_list_asks_the_same_for_few_and_for_many(moderator: Client, sofie: Member) -> None:
    assert_flat_queries(moderator, lambda: merged(sofie), "/moderation/merges/")


def test_a_member_sees_no_merges(client: Client, alice: Member) -> None:
    client.force_login(alice)
    assert client.get("/moderation/merges/").status_code == 404
