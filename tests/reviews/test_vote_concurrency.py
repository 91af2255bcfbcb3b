"""Real connections and real commits: a vote that meets its own undo, a decision about votes, or the end of its member."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Member, Section
from films.models import Title, TitleTotals
from films.services.merging import merge_titles, undo_merge
from reviews.models import Case, CaseKind, PastVote, SetAsideVote, Vote
from reviews.services.moving import gather_strays
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, restore_vote, withdraw_vote
from tests.factories import make_member, make_title, make_vote
from tests.reviews.test_voting_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def posting(member: Member, title: Title, **sent: str) -> Callable[[], object]:
    """A tab of the member: signed in once, it sends when it is called."""
    client = Client()
    client.force_login(member)

    def send() -> None:
        assert client.post(f"/titles/{title.pk}/vote/", sent).status_code == 303

    return send


def set_aside(title: Title, *members: Member) -> None:
    """As a moderator's decision does: the members are held first, in order."""
    with transaction.atomic():
        case, _ = Case.objects.get_or_create(title=title, kind=CaseKind.VOTES, section=Section.FILMS)
        ids = sorted(member.pk for member in members)
        held = Member.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        SetAsideVote.objects.bulk_create(SetAsideVote(case=case, title=title, member=m) for m in held)


def test_the_same_form_sent_again_after_a_lost_reply_changes_nothing() -> None:
    film, member = make_title(), make_member()
    send = posting(member, film, value="7")
    send()
    before = Vote.objects.values().get()
    send()
    send()
    assert Vote.objects.values().get() == before
    assert not PastVote.objects.exists()
    assert find_differences() == []


def test_taking_a_vote_back_twice_takes_one_back() -> None:
    film, member = make_title(), make_member()
    make_vote(film, member)
    at_once(*[posting(member, film, withdraw="1") for _ in range(4)])
    assert not Vote.objects.exists()
    assert PastVote.objects.get().withdrawn
    assert find_differences() == []


def test_voting_and_taking_back_in_two_tabs_at_once_leave_one_vote_or_none() -> None:
    film, member = make_title(), make_member()
    at_once(
        *[posting(member, film, value=str(value)) for value in (2, 5, 9)],
        *[posting(member, film, withdraw="1") for _ in range(3)],
    )
    votes = list(Vote.objects.values_list("value", flat=True))
    assert len(votes) <= 1
    totals = TitleTotals.objects.get(title=film)
    assert (totals.vote_count, totals.vote_sum) == (len(votes), sum(votes))
    assert find_differences() == []


def test_two_undos_at_once_bring_the_vote_back_once_with_its_dates() -> None:
    film, member = make_title(), make_member()
    before = cast_vote(member=member, title=film, value=7)
    withdraw_vote(member=member, title=film)
    at_once(*[lambda: restore_vote(member=member, title=film, value=7)] * 4)
    after = Vote.objects.get()
    assert (after.value, after.cast_at, after.changed_at) == (7, before.cast_at, before.changed_at)
    assert not PastVote.objects.exists()
    assert find_differences() == []


def test_an_undo_that_meets_another_vote_loses_nothing_of_the_history() -> None:
    film, member = make_title(), make_member()
    cast_vote(member=member, title=film, value=7)
    withdraw_vote(member=member, title=film)
    at_once(
        lambda: restore_vote(member=member, title=film, value=7),
        lambda: cast_vote(member=member, title=film, value=2),
    )
    assert Vote.objects.get().value in {2, 7}
    values = [*PastVote.objects.values_list("value", flat=True), Vote.objects.get().value]
    assert 7 in values
    assert 2 in values
    assert find_differences() == []


def test_votes_that_are_set_aside_while_they_are_cast_do_not_count() -> None:
    film, other = make_title(), make_title()
    members = [make_member() for _ in range(6)]

    def vote_often(member: Member) -> None:
        for value in range(1, 11):
            cast_vote(member=member, title=film, value=value)
            cast_vote(member=member, title=other, value=value)

    at_once(
        lambda: set_aside(film, *members[:3]),
        lambda: set_aside(other, *members[3:]),
        *[lambda member=member: vote_often(member) for member in members],
    )
    assert TitleTotals.objects.get(title=film).vote_count == 3
    assert TitleTotals.objects.get(title=other).vote_count == 3
    assert find_differences() == []


def test_deciding_about_votes_while_their_titles_merge_and_part_stays_exact(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(6)]
    for member in members:
        make_vote(double, member)

    def merge_and_part() -> None:
        merge = merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
        undo_merge(merge=merge, by=sofie)

    def change_their_minds(member: Member) -> None:
        for value in (3, 8):
            cast_vote(member=member, title=double, value=value)
            withdraw_vote(member=member, title=double)
            restore_vote(member=member, title=double, value=value)

    at_once(
        merge_and_part,
        lambda: set_aside(double, *members[:2]),
        *[lambda member=member: change_their_minds(member) for member in members[2:]],
    )
    gather_strays()
    assert Vote.objects.count() == 6
    assert find_differences() == []


def test_a_member_who_is_suspended_while_they_undo_has_no_vote_that_counts() -> None:
    film, member = make_title(), make_member()
    cast_vote(member=member, title=film, value=7)
    withdraw_vote(member=member, title=film)

    def undo() -> None:
        with suppress(PermissionDenied):
            restore_vote(member=member, title=film, value=7)

    at_once(undo, lambda: Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now()))
    assert not Vote.objects.filter(counted=True).exists()
    assert find_differences() == []
