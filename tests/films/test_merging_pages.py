"""Moderators see the merges of their sections and can part what should not have been made one."""

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Award, Company, Merge, Title, TitleKind
from films.services.catalogue import refresh_catalogue
from films.services.merging import merge_titles
from reviews.models import WatchlistEntry
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_person, make_review, make_season, make_title, make_vote

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


def test_a_duplicate_is_shown_on_no_page(
    client: Client, sofie: Member, alice: Member, django_capture_on_commit_callbacks
) -> None:
    kept, double = make_title("Children of Heaven"), make_title("Bacheha-ye Aseman", genres=["Drama"])
    person, company = make_person("Majid Majidi"), Company.objects.create(name="Kanoon")
    award = Award.objects.create(name="Golden Plum")
    for title in (kept, double):
        make_credit(title, person)
        title.title_companies.create(company=company)
        title.nominations.create(award=award, year=1997)
        make_vote(title, alice)
        WatchlistEntry.objects.create(member=alice, title=title)
    review = make_review(make_title("Another"))
    review.mentions.create(title=double)
    with django_capture_on_commit_callbacks(execute=True):
        refresh_catalogue(title_ids=[kept.pk, double.pk], person_ids=[person.pk])
        merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same")
    client.force_login(alice)
    for address in (
        *("/", "/films/", "/films/?genre=drama", "/top/", "/discover/", "/search/?q=majidi"),
        *(person.get_absolute_url(), company.get_absolute_url(), award.get_absolute_url()),
        *(
            "/members/alice/",
            "/members/alice/votes/",
            "/members/alice/watchlist/",
            review.title.get_absolute_url(),
        ),
    ):
        page = client.get(address, follow=True)
        assert page.status_code == 200, address
        assert double.get_absolute_url() not in page.content.decode(), address
    found = client.get("/search/", {"q": "bacheha"}).content.decode()
    assert kept.get_absolute_url() in found
    assert double.get_absolute_url() not in found
