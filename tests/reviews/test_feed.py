from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Audience, Block, Follow, Member, Mute
from filmsite.lib.paging import BadCursor
from reviews.feed import ACTS_A_PAGE, Act, Feed, feed_of, places_of
from reviews.models import Vote
from reviews.reading import Reader
from tests.factories import (
    make_follow,
    make_list,
    make_member,
    make_person,
    make_review,
    make_title,
    make_viewing,
    make_vote,
)

pytestmark = pytest.mark.django_db


def feed(member: Member, query: str = "") -> Feed:
    return feed_of(Reader(member, "en"), member, QueryDict(query))


def acts_in(page: Feed) -> list[tuple[str, str]]:
    return [(item.act, item.member.username) for _, items in page.days for item in items]


def ago(**time: float) -> object:
    return timezone.now() - timedelta(**time)


@pytest.fixture
def followed(alice: Member) -> Member:
    """Somebody whom Alice follows and who has done one thing of each kind, the vote last."""
    bob = make_member("bob")
    make_follow(alice, bob)
    make_list(bob, make_title(), changed_at=ago(minutes=5))
    make_viewing(bob, logged_at=ago(minutes=4))
    make_review(author=bob, created_at=ago(minutes=3), is_opinion=True)
    make_review(title=None, person=make_person(), author=bob, created_at=ago(minutes=2))
    make_vote(member=bob, changed_at=ago(minutes=1))
    return bob


def test_the_feed_has_every_kind_of_act_of_followed_members_the_newest_first(
    alice: Member, followed: Member
) -> None:
    make_vote(member=make_member())
    make_vote(member=alice)
    make_follow(alice, asked := make_member("asked"), accepted=False)
    make_vote(member=asked)
    found = acts_in(feed(alice))
    assert found == [(act, "bob") for act in ("vote", "message", "opinion", "viewing", "list")]


@pytest.mark.parametrize("act", Act)
def test_each_kind_can_be_switched_off(act: Act, alice: Member, followed: Member) -> None:
    alice.feed_hides = [act]
    assert {found for found, _ in acts_in(feed(alice))} == set(Act) - {act}


def test_with_everything_switched_off_nothing_is_asked(alice: Member, followed: Member) -> None:
    alice.feed_hides = list(Act)
    assert feed(alice).days == []


PRIVATE: dict[str, set[str]] = {
    "votes_for": {"vote"},
    "diary_for": {"viewing"},
    "activity_for": {"vote", "viewing", "list"},
    "watchlist_for": set(),
}


@pytest.mark.parametrize("column", PRIVATE)
def test_what_is_for_nobody_else_is_in_no_feed_and_what_is_for_followers_is(
    column: str, alice: Member, followed: Member
) -> None:
    setattr(followed, column, Audience.FOLLOWERS)
    followed.save()
    assert len(acts_in(feed(alice))) == 5
    setattr(followed, column, Audience.ME)
    followed.save()
    assert set(Act) - {act for act, _ in acts_in(feed(alice))} == PRIVATE[column]


def test_lists_keep_their_own_audience_and_empty_ones_are_no_news(alice: Member) -> None:
    bob = make_member("bob")
    make_follow(alice, bob)
    make_list(bob, name="Empty")
    make_list(bob, make_title(), name="Mine", audience=Audience.ME)
    for_followers = make_list(bob, make_title(), name="Ours", audience=Audience.FOLLOWERS)
    [(_day, [item])] = feed(alice).days
    assert item.row == for_followers
    assert item.row.length == 1


@pytest.mark.parametrize("act", [Block, Mute])
def test_who_was_blocked_or_muted_is_left_out(
    act: type[Block] | type[Mute], alice: Member, followed: Member
) -> None:
    act.objects.create(member=alice, other=followed)
    assert not acts_in(feed(alice))


@pytest.mark.parametrize("away", ["is_active", "suspended_at", "closing_at"])
def test_members_who_are_away_are_left_out(away: str, alice: Member, followed: Member) -> None:
    Member.objects.filter(pk=followed.pk).update(**{away: False if away == "is_active" else timezone.now()})
    assert not acts_in(feed(alice))


def test_a_diary_that_was_brought_in_fills_nobodys_feed(alice: Member) -> None:
    bob = make_member("bob")
    make_follow(alice, bob)
    make_viewing(bob, seen_on=(timezone.now() - timedelta(days=400)).date())
    make_viewing(bob, seen_on=None)
    assert not acts_in(feed(alice))


def test_removed_texts_are_gone(alice: Member, followed: Member) -> None:
    for review in followed.reviews.all():
        review.state = "removed"
        review.save()
    assert {act for act, _ in acts_in(feed(alice))} == {"vote", "viewing", "list"}


def test_votes_in_a_row_are_one_line_a_day(alice: Member) -> None:
    bob, mona = make_member("bob"), make_member("mona")
    make_follow(alice, bob)
    make_follow(alice, mona)
    noon = timezone.localtime().replace(hour=12, minute=0)
    for minutes, member in enumerate([bob, bob, mona, bob]):
        make_vote(member=member, changed_at=noon - timedelta(minutes=minutes))
    make_vote(member=bob, changed_at=noon - timedelta(days=1))
    shown = [[(item.member.username, len(item.rows)) for item in items] for _, items in feed(alice).days]
    assert shown == [[("bob", 2), ("mona", 1), ("bob", 1)], [("bob", 1)]]


def everything(member: Member) -> list[tuple[str, int]]:
    """All acts of the feed, page by page."""
    found: list[tuple[str, int]] = []
    query: str | None = ""
    while query is not None:
        page = feed(member, query)
        found += [(item.act, row.pk) for _, items in page.days for item in items for row in item.rows]
        query = page.next_url.removeprefix("?") if page.next_url else None
    return found


def test_what_somebody_did_with_one_title_in_a_day_is_one_item(alice: Member) -> None:
    bob, film = make_member("bob"), make_title()
    make_follow(alice, bob)
    noon = timezone.localtime().replace(hour=12) - timedelta(days=1)
    make_vote(film, bob, changed_at=noon)
    make_vote(member=bob, changed_at=noon - timedelta(days=1))
    make_viewing(bob, film, logged_at=noon + timedelta(minutes=1), seen_on=noon.date())
    make_review(film, bob, created_at=noon + timedelta(minutes=2))
    make_review(film, bob, created_at=noon + timedelta(minutes=3))
    first, second, earlier = [item for _, items in feed(alice).days for item in items]
    assert (first.act, [other.act for other in first.beside]) == (Act.MESSAGE, [Act.VIEWING, Act.VOTE])
    assert (second.act, second.beside) == (Act.MESSAGE, [])
    assert (earlier.act, earlier.beside) == (Act.VOTE, [])


def test_pages_give_every_act_once_even_of_the_same_moment(alice: Member) -> None:
    moment = timezone.now()
    made = []
    for number in range(4):
        member = make_member(f"busy{number}")
        make_follow(alice, member)
        for minutes in range(ACTS_A_PAGE // 2):
            # Half of all at one moment, as an import leaves them.
            at = moment - timedelta(minutes=minutes % 2 * number)
            made.append(("vote", make_vote(member=member, changed_at=at).pk))
            made.append(("message", make_review(author=member, created_at=at).pk))
    found = everything(alice)
    assert len(found) == len(set(found)) == len(made)
    assert set(found) == set(made)


@pytest.mark.parametrize("act", Act)
def test_a_page_goes_on_after_any_kind_of_act(act: Act, alice: Member, followed: Member) -> None:
    all_of_them = places_of(alice, list(Act), after=None, wanted=10)
    [position] = [number for number, place in enumerate(all_of_them) if place.act == act]
    assert places_of(alice, list(Act), after=all_of_them[position], wanted=10) == all_of_them[position + 1 :]


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "WzEsMiwzXQ",
        "WyJub3ciLCJ2b3RlIiwxXQ",
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwia2lsbCIsMV0",
        "WyIyMDI2LTEzLTAxVDAwOjAwOjAwKzAwOjAwIiwidm90ZSIsMV0",
        "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwidm90ZSIsMV0",
    ],
)
def test_a_place_that_no_page_named_is_refused(after: str, alice: Member) -> None:
    with pytest.raises(BadCursor):
        feed(alice, f"after={after}")


def test_the_acts_of_a_thousand_members_are_found_by_index(alice: Member) -> None:
    """Ten thousand votes and a thousand follows: only the newest act of each member is read, and those of a page."""
    plan = explain_feed_of_many(alice)
    votes = [node for node in plan if node.get("Relation Name") == "reviews_vote"]
    assert votes
    assert all(node["Index Name"] == "vote_of_member_newest" for node in votes), votes
    read = sum(node["Actual Rows"] * node["Actual Loops"] for node in votes)
    assert read <= 1_000 + (ACTS_A_PAGE + 1) ** 2


def explain_feed_of_many(reader: Member) -> list[dict[str, object]]:
    """Every node of the plan of the first page."""
    members = Member.objects.bulk_create(
        Member(
            username=f"m{number}",
            username_skeleton=f"m{number}",
            email=f"m{number}@example.org",
            password="!",
        )
        for number in range(1_000)
    )
    Follow.objects.bulk_create(
        Follow(follower=reader, followed=member, accepted_at=timezone.now()) for member in members
    )
    titles = [make_title() for _ in range(10)]
    now = timezone.now()
    Vote.objects.bulk_create(
        Vote(member=member, title=title, value=7, cast_at=now, changed_at=now - timedelta(minutes=number))
        for number, (member, title) in enumerate((member, title) for member in members for title in titles)
    )
    asked: list[tuple[str, object]] = []

    def note(execute: Callable[..., object], sql: str, params: object, *args: object) -> object:
        asked.append((sql, params))
        return execute(sql, params, *args)

    with connection.execute_wrapper(note):
        places_of(reader, list(Act), after=None, wanted=ACTS_A_PAGE + 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_vote, accounts_follow, accounts_member")
        [(sql, params)] = asked
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        [root] = cursor.fetchone()[0]
    return list(nodes_of(root["Plan"]))


def nodes_of(node: dict) -> list[dict]:
    return [node, *(found for child in node.get("Plans", []) for found in nodes_of(child))]
