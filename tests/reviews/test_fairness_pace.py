"""New members, and those whom a moderator slowed down, do so much within a day; nothing that they typed is lost."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from accounts.models import Member
from reviews.models import Draft, ImportRow, MemberImport, Review, Viewing, Vote
from reviews.services.pacing import TooMuchToday, check_pace, limit_of, links_in
from reviews.services.publishing import edit_review, publish_review
from reviews.services.voting import cast_vote, restore_vote, withdraw_vote
from tests.factories import make_member, make_review, make_title, make_vote

pytestmark = pytest.mark.django_db

ADDRESS = "See https://magazine.example/heat for more."


@pytest.fixture(autouse=True)
def _limits(settings: Settings) -> None:
    settings.FILMSITE_NEW_MEMBER_DAYS = 14
    settings.FILMSITE_NEW_MEMBER_MESSAGES_A_DAY = 3
    settings.FILMSITE_NEW_MEMBER_OPINIONS_A_DAY = 2
    settings.FILMSITE_NEW_MEMBER_LINKS_A_DAY = 1
    settings.FILMSITE_NEW_MEMBER_VOTES_A_DAY = 2


def publish(author: Member, body: str = "A word.", *, is_opinion: bool = False) -> Review:
    return publish_review(
        author=author, subject=make_title(), body=body, language="en", is_opinion=is_opinion
    )


def test_the_first_days_have_limits_and_later_ones_none(alice: Member) -> None:
    for _ in range(3):
        publish(alice)
    with pytest.raises(TooMuchToday) as refused:
        publish(alice)
    assert (refused.value.act, refused.value.limit, refused.value.is_slowed) == ("message", 3, False)
    assert Review.objects.count() == 3
    alice.date_joined = timezone.now() - timedelta(days=15)
    alice.save(update_fields=["date_joined"])
    publish(alice)


def test_opinions_and_links_have_limits_of_their_own(alice: Member) -> None:
    publish(alice, is_opinion=True)
    publish(alice, ADDRESS, is_opinion=True)
    with pytest.raises(TooMuchToday) as refused:
        publish(alice, is_opinion=True)
    assert refused.value.act == "opinion"
    with pytest.raises(TooMuchToday) as refused:
        publish(alice, f"Once more. {ADDRESS}")
    assert refused.value.act == "link"
    publish(alice, "Without a link.")


def test_an_edit_brings_in_no_links_and_no_opinion_that_were_too_many(alice: Member) -> None:
    texts = [publish(alice, is_opinion=True), publish(alice, is_opinion=True), publish(alice, ADDRESS)]
    last = texts[-1]
    for change in ({"body": f"{ADDRESS} And http://other.example."}, {"body": ADDRESS, "is_opinion": True}):
        with pytest.raises(TooMuchToday):
            edit_review(review=last, editor=alice, version=1, language="en", **change)
    assert edit_review(review=last, editor=alice, version=1, language="en", body=f"{ADDRESS} Yes.")


def test_the_time_when_it_goes_on_is_that_of_the_oldest_in_the_way(alice: Member) -> None:
    for hours in (20, 10, 1):
        make_review(author=alice, created_at=timezone.now() - timedelta(hours=hours))
    with pytest.raises(TooMuchToday) as refused:
        check_pace(alice, "message")
    assert timedelta(hours=3) < refused.value.until - timezone.now() < timedelta(hours=5)
    Review.objects.update(created_at=timezone.now() - timedelta(hours=25))
    check_pace(alice, "message")


def test_more_at_once_than_the_limit_has_room_for_is_refused_without_anything_before(alice: Member) -> None:
    with pytest.raises(TooMuchToday):
        publish(alice, "https://a.example https://b.example")
    assert links_in("https://a.example and HTTP://B.example") == 2


def test_links_to_this_site_are_none(settings: Settings) -> None:
    settings.FILMSITE_URL = "https://films.example"
    assert links_in("https://films.example/films/1/ and https://elsewhere.example") == 1
    assert links_in("(https://films.example), HTTPS://Films.example?page=2 and https://films.example.") == 0
    assert links_in("https://films.example.evil.example/x https://films.example@evil.example/ https://[") == 3


def test_a_vote_that_is_changed_or_given_back_is_no_new_one(alice: Member) -> None:
    first, second, third = (make_title() for _ in range(3))
    cast_vote(member=alice, title=first, value=7)
    cast_vote(member=alice, title=second, value=7)
    cast_vote(member=alice, title=second, value=3)
    withdraw_vote(member=alice, title=second)
    restore_vote(member=alice, title=second, value=3)
    with pytest.raises(TooMuchToday):
        cast_vote(member=alice, title=third, value=7)
    assert Vote.objects.filter(member=alice).count() == 2


def test_what_an_import_brought_is_not_counted(alice: Member) -> None:
    brought = MemberImport.objects.create(
        member=alice, source="own", state="done", committed_at=timezone.now()
    )
    for number in range(5):
        vote = make_vote(member=alice)
        ImportRow.objects.create(of=brought, number=number, kind="vote", title=vote.title, line=1)
    cast_vote(member=alice, title=make_title(), value=7)
    cast_vote(member=alice, title=make_title(), value=7)
    with pytest.raises(TooMuchToday):
        cast_vote(member=alice, title=make_title(), value=7)


def test_who_is_slowed_down_has_tighter_limits_however_long_they_are_here(
    alice: Member, settings: Settings
) -> None:
    settings.FILMSITE_SLOW_MESSAGES_A_DAY = 1
    alice.date_joined = timezone.now() - timedelta(days=900)
    alice.slowed_until = timezone.now() + timedelta(days=7)
    alice.save()
    publish(alice)
    with pytest.raises(TooMuchToday) as refused:
        publish(alice)
    assert refused.value.is_slowed
    alice.slowed_until = timezone.now() - timedelta(seconds=1)
    alice.save()
    publish(alice)


def test_members_without_a_limit_cost_no_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    member = make_member(date_joined=timezone.now() - timedelta(days=900))
    with django_assert_num_queries(0):
        for act in ("message", "opinion", "link", "vote"):
            assert limit_of(member, act) is None
            check_pace(member, act)


def test_a_refused_text_comes_back_in_the_form_and_stays_as_a_draft(alice: Member, client: Client) -> None:
    for _ in range(3):
        publish(alice)
    title = make_title()
    client.force_login(alice)
    response = client.post(
        f"/titles/{title.pk}/write/", {"body": "All that I typed.", "language": "en", "may_translate": "on"}
    )
    assert response.status_code == 429
    assert "All that I typed." in response.text
    assert "3 messages within 24 hours" in response.text
    assert "You can go on from" in response.text
    assert Draft.objects.get(member=alice, title=title).fields["body"] == "All that I typed."


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_refused_vote_says_why_with_script_and_without(
    alice: Member, client: Client, headers: dict[str, str]
) -> None:
    for _ in range(2):
        cast_vote(member=alice, title=make_title(), value=7)
    title = make_title()
    client.force_login(alice)
    response = client.post(f"/titles/{title.pk}/vote/", {"value": 7}, headers=headers)
    assert response.status_code == 429
    assert "2 votes within 24 hours" in response.text
    assert not Vote.objects.filter(title=title).exists()


def test_a_refused_vote_in_the_diary_stores_nothing_and_keeps_the_form(alice: Member, client: Client) -> None:
    for _ in range(2):
        cast_vote(member=alice, title=make_title(), value=7)
    title = make_title()
    client.force_login(alice)
    response = client.post(
        f"/titles/{title.pk}/diary/",
        {"when": "today", "seen_on": "2026-01-01", "value": 7, "as_vote": "on", "note": "With Bob."},
    )
    assert response.status_code == 422
    assert "With Bob." in response.text
    assert "2 votes within 24 hours" in response.text
    assert not Viewing.objects.exists()


def test_ones_own_page_names_the_limits_and_their_end(alice: Member, client: Client) -> None:
    client.force_login(alice)
    page = client.get("/moderation/mine/").text
    assert "How much I can do in a day" in page
    assert "links to other sites" in page
    alice.date_joined = timezone.now() - timedelta(days=900)
    alice.save(update_fields=["date_joined"])
    assert "How much I can do in a day" not in client.get("/moderation/mine/").text
