"""Real connections and real commits: whoever votes at the same moment, the totals equal a recount."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from films.models import SiteCounter, Title, TitleKind, TitleTotals
from reviews.models import Vote
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, withdraw_vote
from tests.factories import make_member, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*jobs: Callable[[], object]) -> None:
    """Run every job in a thread with a connection of its own, all starting together; raises what any of them raises."""
    barrier = Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            barrier.wait(timeout=30)
            job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for future in [pool.submit(run, job) for job in jobs]:
            future.result(timeout=60)


def test_32_voters_on_one_title_leave_32_exact_votes() -> None:
    film = make_title()
    members = [make_member() for _ in range(32)]
    at_once(
        *(
            lambda member=member, value=number % 10 + 1: cast_vote(member=member, title=film, value=value)
            for number, member in enumerate(members)
        )
    )
    assert TitleTotals.objects.get(title=film).vote_count == 32
    assert sum(SiteCounter.objects.filter(name="votes").values_list("value", flat=True)) == 32
    assert find_differences() == []


def test_one_member_who_clicks_16_times_at_once_leaves_one_vote() -> None:
    film, member = make_title(), make_member()
    at_once(
        *(
            lambda value=value: cast_vote(member=member, title=film, value=value % 10 + 1)
            for value in range(16)
        )
    )
    vote = Vote.objects.get()
    totals = TitleTotals.objects.get(title=film)
    assert (totals.vote_count, totals.vote_sum) == (1, vote.value)
    assert find_differences() == []


def test_casting_changing_and_taking_back_in_any_order_stays_exact() -> None:
    show = make_title(kind=TitleKind.SHOW)
    titles = [make_title(), make_title(), make_season(show, 1), make_season(show, 2)]
    members = [make_member() for _ in range(4)]

    def act(seed: int) -> None:
        random = Random(seed)
        for _ in range(15):
            member, title = random.choice(members), random.choice(titles)
            if random.random() < 0.3:
                withdraw_vote(member=member, title=title)
            else:
                cast_vote(member=member, title=title, value=random.randint(1, 10))

    at_once(*(lambda seed=seed: act(seed) for seed in range(8)))
    assert find_differences() == []


def test_bulk_statements_that_touch_the_same_titles_do_not_wait_for_each_other_forever() -> None:
    titles = [make_title() for _ in range(20)]
    members = [make_member() for _ in range(8)]
    now = timezone.now()

    def vote_for_all(member: Member, order: list[Title]) -> None:
        Vote.objects.bulk_create(
            Vote(member=member, title=title, value=5, cast_at=now, changed_at=now) for title in order
        )

    at_once(
        *(
            lambda member=member, order=titles[:: 1 if number % 2 else -1]: vote_for_all(member, order)
            for number, member in enumerate(members)
        )
    )
    assert set(TitleTotals.objects.values_list("vote_count", flat=True)) == {8}
    assert find_differences() == []


def test_a_season_may_move_while_people_vote_for_it() -> None:
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    season = make_season(one)
    members = [make_member() for _ in range(8)]

    def move() -> None:
        for show in (other, one, other):
            with transaction.atomic():
                Title.objects.filter(pk=season.pk).update(parent=show)

    at_once(
        move,
        *(lambda member=member: cast_vote(member=member, title=season, value=8) for member in members),
    )
    assert TitleTotals.objects.get(title=other).vote_count == 8
    assert find_differences() == []


def test_a_vote_cast_during_a_suspension_does_not_slip_through() -> None:
    member, film = make_member(), make_title()
    make_vote(make_title(), member)

    def suspend() -> None:
        Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now())

    def vote() -> None:
        for value in range(1, 11):
            with suppress(PermissionDenied):
                cast_vote(member=member, title=film, value=value)

    at_once(vote, suspend)
    assert not Vote.objects.filter(counted=True).exists()
    assert find_differences() == []
