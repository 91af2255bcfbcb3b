from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Block, Follow, Member, Mute
from accounts.relations import Relation, relation_of
from accounts.services.relating import (
    accept,
    block,
    follow,
    mute,
    refuse,
    remove_follower,
    unblock,
    unfollow,
    unmute,
)
from tests.factories import make_follow, make_member

pytestmark = pytest.mark.django_db


def test_following_is_done_once_however_often_one_presses(alice: Member, bob: Member) -> None:
    first = follow(follower=alice, followed=bob)
    assert follow(follower=alice, followed=bob) == first
    assert first.accepted_at is not None
    assert relation_of(alice, bob) == Relation(follows=True)
    assert relation_of(bob, alice) == Relation(is_followed=True)
    unfollow(follower=alice, followed=bob)
    unfollow(follower=alice, followed=bob)
    assert relation_of(alice, bob) == Relation()


def test_a_member_who_wants_to_be_asked_decides(alice: Member) -> None:
    shy = make_member("shy", approves_followers=True)
    assert follow(follower=alice, followed=shy).accepted_at is None
    assert relation_of(alice, shy) == Relation(asks=True)
    assert relation_of(shy, alice) == Relation(is_asked=True)
    refuse(member=shy, follower=alice)
    assert relation_of(alice, shy) == Relation()
    follow(follower=alice, followed=shy)
    accept(member=shy, follower=alice)
    accept(member=shy, follower=alice)
    refuse(member=shy, follower=alice)
    assert relation_of(alice, shy) == Relation(follows=True), "what was accepted is no longer refused"
    remove_follower(member=shy, follower=alice)
    assert relation_of(alice, shy) == Relation()


def test_who_did_not_ask_is_not_accepted(alice: Member, bob: Member) -> None:
    accept(member=bob, follower=alice)
    assert not Follow.objects.exists()


@pytest.mark.parametrize(
    "away",
    [
        {"suspended_at": timezone.now()},
        {"is_active": False},
        {"closed_at": timezone.now()},
        {"is_placeholder": True, "email": None},
    ],
    ids=["suspended", "inactive", "closed", "placeholder"],
)
def test_nobody_follows_a_member_who_is_not_there(away: dict[str, object], alice: Member) -> None:
    with pytest.raises(PermissionDenied):
        follow(follower=alice, followed=make_member("away", **away))


def test_a_suspended_member_follows_nobody_and_nobody_themselves(sam: Member, alice: Member) -> None:
    with pytest.raises(PermissionDenied):
        follow(follower=sam, followed=alice)
    with pytest.raises(PermissionDenied):
        follow(follower=alice, followed=alice)


def test_a_block_ends_what_there_was_and_forbids_it_both_ways(alice: Member, bob: Member) -> None:
    make_follow(alice, bob)
    make_follow(bob, alice, accepted=False)
    block(member=alice, other=bob)
    block(member=alice, other=bob)
    assert not Follow.objects.exists()
    for follower, followed in ((alice, bob), (bob, alice)):
        with pytest.raises(PermissionDenied):
            follow(follower=follower, followed=followed)
    assert relation_of(alice, bob) == Relation(blocks=True)
    assert relation_of(bob, alice) == Relation(), "the other one is not told"


def test_each_ends_only_their_own_block(alice: Member, bob: Member) -> None:
    block(member=alice, other=bob)
    unblock(member=bob, other=alice)
    assert Block.objects.exists()
    unblock(member=alice, other=bob)
    assert not Block.objects.exists()
    assert follow(follower=bob, followed=alice).accepted_at


def test_a_mute_leaves_everything_else_as_it_is(alice: Member, bob: Member) -> None:
    make_follow(alice, bob)
    mute(member=alice, other=bob)
    mute(member=alice, other=bob)
    assert relation_of(alice, bob) == Relation(follows=True, mutes=True)
    unmute(member=alice, other=bob)
    assert not Mute.objects.exists()


def test_news_of_a_follow_go_upward_once(alice: Member) -> None:
    shy = make_member("shy", approves_followers=True)
    with patch("accounts.services.relating.member_followed.send") as followed:
        follow(follower=alice, followed=shy)
        follow(follower=alice, followed=shy)
    assert followed.call_count == 1
    with patch("accounts.services.relating.follower_accepted.send") as accepted:
        accept(member=shy, follower=alice)
        accept(member=shy, follower=alice)
    assert accepted.call_count == 1
