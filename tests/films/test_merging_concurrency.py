"""Real connections and real commits: whoever votes, writes or is suspended while titles merge, nothing is lost or double."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from time import sleep

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Member
from films.models import Merge, Title, TitleKind
from films.services import merging
from films.services.merging import MergeRefused, merge_titles, undo_merge
from reviews.models import Review, Vote
from reviews.services.moving import gather_strays
from reviews.services.publishing import publish_review
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, withdraw_vote
from tests.factories import make_member, make_season, make_title, make_vote
from tests.reviews.test_voting_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def _merge(kept: Title, double: Title, by: Member) -> Callable[[], object]:
    return lambda: merge_titles(kept=kept, duplicate=double, by=by, reason="The same film twice")


def test_votes_on_either_title_during_a_merge_are_neither_lost_nor_double(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(24)]
    for member in members[:12]:
        make_vote(double, member, 3)
    at_once(
        _merge(kept, double, sofie),
        *(
            lambda member=member, title=title: cast_vote(member=member, title=title, value=9)
            for number, member in enumerate(members)
            for title in [(kept, double)[number % 2]]
        ),
    )
    gather_strays()
    assert set(Vote.objects.values_list("title_id", flat=True)) == {kept.pk}
    assert Vote.objects.count() == 24
    assert set(Vote.objects.values_list("value", flat=True)) == {9}
    assert find_differences() == []


def test_a_vote_that_meets_a_merge_waits_for_it_and_lands_on_the_kept_title(sofie: Member) -> None:
    kept, double, member = make_title(), make_title(), make_member()

    def vote() -> int:
        try:
            return cast_vote(member=member, title=double, value=9).title_id
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _merge(kept, double, sofie)()
            landing = pool.submit(vote)
            sleep(0.5)
            assert not landing.done()
        assert landing.result(timeout=30) == kept.pk
    assert find_differences() == []


def test_whoever_votes_on_both_at_once_during_a_merge_has_one_vote(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(10)]
    at_once(
        _merge(kept, double, sofie),
        *(
            lambda member=member, title=title: cast_vote(member=member, title=title, value=4)
            for member in members
            for title in (kept, double)
        ),
    )
    gather_strays()
    assert Vote.objects.filter(title=kept).count() == Vote.objects.count() == 10
    assert find_differences() == []


def test_votes_taken_back_and_members_suspended_during_a_merge_end_in_no_deadlock(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(16)]
    for member in members:
        make_vote(kept, member, 3)
        make_vote(double, member, 8)

    def suspend(member: Member) -> None:
        Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now())

    at_once(
        _merge(kept, double, sofie),
        *(lambda member=member: withdraw_vote(member=member, title=double) for member in members[:5]),
        *(lambda member=member: withdraw_vote(member=member, title=kept) for member in members[5:10]),
        *(lambda member=member: suspend(member) for member in members[10:]),
    )
    assert not Vote.objects.filter(title=double).exists()
    assert Vote.objects.filter(counted=True, member__in=members[10:]).count() == 0
    assert find_differences() == []


def test_messages_written_during_a_merge_arrive_at_the_kept_title(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(12)]
    at_once(
        _merge(kept, double, sofie),
        *(
            lambda member=member, title=title: publish_review(
                author=member, subject=title, body="A race for a pair of shoes.", language="en"
            )
            for number, member in enumerate(members)
            for title in [(kept, double)[number % 2]]
        ),
    )
    gather_strays()
    assert Review.objects.filter(title=kept).count() == 12
    assert find_differences() == []


def test_merging_and_parting_while_people_vote_stays_exact(sofie: Member) -> None:
    kept, double = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    seasons = [make_season(kept, 1), make_season(double, 1), make_season(double, 2)]
    members = [make_member() for _ in range(9)]
    for number, member in enumerate(members):
        make_vote(seasons[number % 3], member, 5)

    def merge_and_part() -> None:
        for _ in range(3):
            merge = merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same show twice")
            undo_merge(merge=merge, by=sofie)

    def vote(member: Member) -> None:
        for value in range(1, 9):
            cast_vote(member=member, title=seasons[value % 3], value=value)

    at_once(merge_and_part, *(lambda member=member: vote(member) for member in members))
    # The last vote that each cast on the first season, 7, stands with one of the two: with the kept one where it was cast
    # while they were one title.
    for member in members:
        own = dict(Vote.objects.filter(member=member).values_list("title", "value"))
        assert 7 in (own.get(seasons[0].pk), own.get(seasons[1].pk))
        assert own[seasons[2].pk] == 8
    assert find_differences() == []


def test_two_merges_of_one_title_at_once_follow_each_other(sofie: Member) -> None:
    kept, one, two = make_title(), make_title(), make_title()
    member = make_member()
    for title, value in ((kept, 1), (one, 2), (two, 3)):
        make_vote(title, member, value)
    at_once(_merge(kept, one, sofie), _merge(kept, two, sofie))
    assert Merge.objects.count() == 2
    assert Vote.objects.get().value == 3
    assert find_differences() == []


def test_a_merge_during_an_import_says_so_and_changes_nothing(
    sofie: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_PATIENCE_SECONDS", 0.3)
    kept, double = make_title(), make_title()

    def merge() -> str:
        try:
            _merge(kept, double, sofie)()
        except MergeRefused as refused:
            return str(refused)
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE films_externalid IN SHARE ROW EXCLUSIVE MODE")
        assert "imported right now" in pool.submit(merge).result(timeout=30)
    assert not Merge.objects.exists()


def test_a_message_that_meets_a_merge_waits_for_it_and_lands_on_the_kept_title(sofie: Member) -> None:
    kept, double, member = make_title(), make_title(), make_member()

    def write() -> int | None:
        try:
            message = publish_review(author=member, subject=double, body="A race for shoes.", language="en")
            return message.title_id
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            _merge(kept, double, sofie)()
            landing = pool.submit(write)
            sleep(0.5)
            assert not landing.done()
        assert landing.result(timeout=30) == kept.pk
    assert find_differences() == []


def test_answers_written_while_titles_merge_and_part_end_in_no_deadlock(sofie: Member) -> None:
    kept, double = make_title(), make_title()
    members = [make_member() for _ in range(8)]
    asked = publish_review(author=members[0], subject=double, body="Who runs?", language="en")

    def merge_and_part() -> None:
        for _ in range(3):
            undo_merge(
                merge=merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice"),
                by=sofie,
            )

    def answer(member: Member) -> None:
        for number in range(4):
            # Refused when the message moved between the two questions.
            with suppress(PermissionDenied):
                publish_review(
                    author=member,
                    subject=double,
                    parent=asked,
                    body=f"Everybody, says {number}.",
                    language="en",
                )
            cast_vote(member=member, title=double, value=number + 1)

    at_once(merge_and_part, *(lambda member=member: answer(member) for member in members))
    assert set(Review.objects.values_list("title_id", flat=True)) == {double.pk}
    assert find_differences() == []
