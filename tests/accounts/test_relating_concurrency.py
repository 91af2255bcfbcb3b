"""Real connections and real commits: who blocks is not followed, and who is erased leaves nothing that came meanwhile."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.models import Block, Follow, Member
from accounts.services.closing import erase_account
from accounts.services.relating import block, follow
from accounts.signals import account_erased
from films.models import Title
from reviews.models import Vote
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote
from tests.factories import make_follow, make_member, make_title, make_vote
from tests.reviews.test_voting_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def unless_refused(act: Callable[..., object], **words: object) -> Callable[[], None]:
    def job() -> None:
        with suppress(PermissionDenied):
            act(**words)

    return job


def test_a_block_and_follows_at_the_same_moment_leave_only_the_block() -> None:
    for _ in range(10):
        one, other = make_member(), make_member()
        at_once(
            unless_refused(follow, follower=one, followed=other),
            unless_refused(follow, follower=other, followed=one),
            unless_refused(block, member=one, other=other),
            unless_refused(follow, follower=other, followed=one),
        )
        assert Block.objects.filter(member=one, other=other).exists()
    assert not Follow.objects.exists()


def leaving(votes: list[Title]) -> Member:
    """A member whose time is over, with a vote on each of the titles."""
    member = make_member(closing_at=timezone.now() - timedelta(seconds=1))
    for title in votes:
        make_vote(title, member)
    return member


@pytest.mark.parametrize("voted_before", [True, False], ids=["on a title they voted on", "on another title"])
def test_a_vote_in_the_midst_of_an_erasure_is_refused_and_keeps_it_from_nothing(voted_before: bool) -> None:
    title = make_title()
    member = leaving([title] if voted_before else [])
    found: list[object] = []

    def vote() -> None:
        try:
            found.append(cast_vote(member=member, title=title, value=3))
        except PermissionDenied as refused:
            found.append(refused)
        finally:
            connection.close()

    voter = Thread(target=vote)

    def vote_meanwhile(**_kwargs: object) -> None:
        """After the votes are gone, and before the member is held."""
        voter.start()
        voter.join(timeout=0.5)

    account_erased.connect(vote_meanwhile)
    try:
        erase_account(member_pk=member.pk)
    finally:
        account_erased.disconnect(vote_meanwhile)
    voter.join()
    assert [type(one) for one in found] == [PermissionDenied]
    assert not Vote.objects.exists()


def test_votes_and_follows_that_meet_an_erasure_leave_nothing_of_the_member() -> None:
    voted, others = [make_title() for _ in range(3)], [make_title() for _ in range(3)]
    friend = make_member()
    for title in voted:
        make_vote(title, friend)
    for _ in range(6):
        member = leaving(voted)
        make_follow(friend, member)
        at_once(
            lambda member=member: erase_account(member_pk=member.pk),
            *(unless_refused(cast_vote, member=member, title=title, value=3) for title in (*voted, *others)),
            unless_refused(follow, follower=member, followed=friend),
            unless_refused(follow, follower=friend, followed=member),
        )
        member.refresh_from_db()
        assert member.closed_at is not None
    assert set(Vote.objects.values_list("member", flat=True)) == {friend.pk}
    assert not Follow.objects.exists()
    assert find_differences() == []
