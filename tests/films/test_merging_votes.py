"""What members said goes along with a merge and comes back with its undo; every total equals a recount at each step."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from films.models import Merge, Title, TitleKind
from films.services.merging import merge_titles, undo_merge
from filmsite.lib.kept import mark_of
from reviews.models import Draft, Mention, MovedVote, Vote, WatchlistEntry
from reviews.services.moving import gather_strays
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, withdraw_vote
from tests.factories import make_member, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _every_total_equals_a_recount() -> Iterator[None]:
    yield
    assert find_differences() == []


@pytest.fixture
def kept() -> Title:
    return make_title("Children of Heaven")


@pytest.fixture
def double() -> Title:
    return make_title("Bacheha-ye Aseman")


def merged(kept: Title, double: Title, by: Member) -> Merge:
    merge = merge_titles(kept=kept, duplicate=double, by=by, reason="The same film twice")
    assert find_differences() == []
    return merge


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def vote(title: Title, member: Member, value: int, days: int) -> Vote:
    return make_vote(title, member, value, cast_at=days_ago(days + 100), changed_at=days_ago(days))


def votes_of(member: Member) -> dict[int, int]:
    return dict(Vote.objects.filter(member=member).values_list("title_id", "value"))


def test_a_vote_on_the_duplicate_becomes_one_on_the_kept_title_and_goes_back(
    kept: Title, double: Title, alice: Member, sofie: Member
) -> None:
    before = vote(double, alice, 9, days=3)
    merge = merged(kept, double, sofie)
    assert votes_of(alice) == {kept.pk: 9}
    undo_merge(merge=merge, by=sofie)
    after = Vote.objects.get(member=alice)
    assert (after.title_id, after.value) == (double.pk, 9)
    assert (after.cast_at, after.changed_at) == (before.cast_at, before.changed_at)


@pytest.mark.parametrize(("age_on_kept", "age_on_double", "stands"), [(5, 2, 3), (2, 5, 8), (4, 4, 8)])
def test_of_two_votes_of_a_member_the_newest_stands_and_both_come_back(
    kept: Title,
    double: Title,
    alice: Member,
    sofie: Member,
    age_on_kept: int,
    age_on_double: int,
    stands: int,
) -> None:
    moment = timezone.now()
    for title, value, age in ((kept, 8, age_on_kept), (double, 3, age_on_double)):
        at = moment - timedelta(days=age)
        make_vote(title, alice, value, cast_at=at, changed_at=at)
    merge = merged(kept, double, sofie)
    assert votes_of(alice) == {kept.pk: stands}
    undo_merge(merge=merge, by=sofie)
    assert votes_of(alice) == {kept.pk: 8, double.pk: 3}


@pytest.mark.parametrize("voted_on_both", [False, True])
def test_a_vote_that_was_changed_since_stays_with_the_kept_title_and_the_duplicate_has_its_old_one_back(
    kept: Title, double: Title, alice: Member, sofie: Member, voted_on_both: bool
) -> None:
    vote(double, alice, 9, days=2)
    if voted_on_both:
        vote(kept, alice, 5, days=4)
    merge = merged(kept, double, sofie)
    cast_vote(member=alice, title=kept, value=2)
    undo_merge(merge=merge, by=sofie)
    assert votes_of(alice) == {kept.pk: 2, double.pk: 9}


@pytest.mark.parametrize("voted_on_both", [False, True])
def test_a_vote_that_was_taken_back_since_comes_back_nowhere(
    kept: Title, double: Title, alice: Member, sofie: Member, voted_on_both: bool
) -> None:
    vote(double, alice, 9, days=2)
    if voted_on_both:
        vote(kept, alice, 5, days=4)
    merge = merged(kept, double, sofie)
    withdraw_vote(member=alice, title=kept)
    undo_merge(merge=merge, by=sofie)
    assert votes_of(alice) == {}


def test_votes_that_others_cast_on_the_kept_title_stay(
    kept: Title, double: Title, alice: Member, bob: Member, sofie: Member
) -> None:
    vote(kept, alice, 6, days=9)
    merge = merged(kept, double, sofie)
    cast_vote(member=bob, title=kept, value=4)
    undo_merge(merge=merge, by=sofie)
    assert (votes_of(alice), votes_of(bob)) == ({kept.pk: 6}, {kept.pk: 4})


def test_a_vote_counts_as_the_title_that_it_stands_with_says(
    kept: Title, double: Title, alice: Member, sofie: Member, sam: Member
) -> None:
    Title.objects.filter(pk=double.pk).update(released_on=timezone.now().date() + timedelta(days=9))
    Title.objects.filter(pk=kept.pk).update(released_on=timezone.now().date() - timedelta(days=9))
    vote(double, alice, 9, days=2)
    vote(double, sam, 1, days=2)
    Vote.objects.update(counted=False)
    merge = merged(kept, double, sofie)
    assert dict(Vote.objects.values_list("member__username", "counted")) == {"alice": True, "sam": False}
    undo_merge(merge=merge, by=sofie)
    assert not Vote.objects.filter(counted=True).exists()


def test_messages_move_and_go_back_with_the_replies_they_got_since(
    kept: Title, double: Title, alice: Member, sofie: Member
) -> None:
    there, here = make_review(double), make_review(kept)
    reply = make_review(double, parent=there, root=there)
    merge = merged(kept, double, sofie)
    for review in (there, reply):
        review.refresh_from_db()
        assert review.title_id == kept.pk
    late = make_review(kept, parent=reply, root=there)
    new = make_review(kept)
    undo_merge(merge=merge, by=sofie)
    for review, title in ((there, double), (reply, double), (late, double), (here, kept), (new, kept)):
        review.refresh_from_db()
        assert review.title_id == title.pk


def test_what_members_keep_and_write_follows_and_goes_back(
    kept: Title, double: Title, alice: Member, bob: Member, sofie: Member
) -> None:
    review, elsewhere = make_review(double), make_review()
    entries = [WatchlistEntry.objects.create(member=member, title=double) for member in (alice, bob)]
    WatchlistEntry.objects.create(member=bob, title=kept)
    mention = Mention.objects.create(review=elsewhere, title=double)
    draft = Draft.objects.create(member=alice, title=double, parent=review, fields={"body": "Well"})
    rows = [*entries, mention, draft]

    def titles() -> list[int]:
        for row in rows:
            row.refresh_from_db()
        return [row.title_id for row in rows]

    merge = merged(kept, double, sofie)
    assert titles() == [kept.pk, double.pk, kept.pk, kept.pk]
    late = Draft.objects.create(member=bob, title=kept, parent=review, fields={"body": "Hm"})
    rows.append(late)
    undo_merge(merge=merge, by=sofie)
    assert titles() == [double.pk] * 5


def test_a_vote_for_the_duplicate_lands_on_the_title_it_became_one_with(
    kept: Title, double: Title, alice: Member, bob: Member, sofie: Member
) -> None:
    vote(double, bob, 7, days=1)
    above = make_title()
    merged(kept, double, sofie)
    merged(above, kept, sofie)
    assert cast_vote(member=alice, title=double, value=6).title_id == above.pk
    assert votes_of(alice) == {above.pk: 6}
    assert withdraw_vote(member=bob, title=double) == 7
    assert votes_of(bob) == {}


def test_what_came_for_the_duplicate_all_the_same_follows(
    kept: Title, double: Title, alice: Member, bob: Member, sofie: Member
) -> None:
    vote(kept, bob, 5, days=4)
    vote(double, bob, 9, days=2)
    merge = merged(kept, double, sofie)
    vote(double, alice, 4, days=0)
    vote(double, bob, 1, days=0)
    review = make_review(double)
    assert gather_strays() == 1
    review.refresh_from_db()
    assert review.title_id == kept.pk
    assert (votes_of(alice), votes_of(bob)) == ({kept.pk: 4}, {kept.pk: 1})
    assert find_differences() == []
    assert gather_strays() == 0
    undo_merge(merge=merge, by=sofie)
    assert votes_of(alice) == {double.pk: 4}


def test_seasons_take_their_votes_along_and_the_shows_count_them_once(sofie: Member, alice: Member) -> None:
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    own, same, more = make_season(one, 1), make_season(other, 1), make_season(other, 2)
    vote(own, alice, 8, days=4)
    vote(same, alice, 6, days=2)
    vote(more, alice, 2, days=2)
    merge = merged(one, other, sofie)
    assert votes_of(alice) == {own.pk: 6, more.pk: 2}
    one.totals.refresh_from_db()
    assert (one.totals.vote_count, one.totals.vote_sum) == (2, 8)
    undo_merge(merge=merge, by=sofie)
    assert votes_of(alice) == {own.pk: 8, same.pk: 6, more.pk: 2}


def test_a_merge_asks_the_same_for_few_votes_and_for_many(sofie: Member) -> None:
    def queries(votes: int) -> int:
        kept, double = make_title(), make_title()
        for _ in range(votes):
            member = make_member()
            vote(double, member, 7, days=1)
            vote(kept, member, 5, days=3)
            make_review(double, member)
        with CaptureQueriesContext(connection) as merging:
            merge = merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same")
        with CaptureQueriesContext(connection) as parting:
            undo_merge(merge=merge, by=sofie)
        return len(merging) + len(parting)

    assert queries(1) == queries(12)
    assert MovedVote.objects.filter(gave_way=True).count() == 13


def test_a_vote_that_went_elsewhere_is_told_on_the_page_it_went_to(
    alice: Member, sofie: Member, django_capture_on_commit_callbacks
) -> None:
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    kept, duplicate = make_season(one, 1), make_season(other, 1)
    merged(kept, duplicate, sofie)

    def mark() -> str | None:
        return cache.get(mark_of(f"/shows/{one.pk}-"))

    marks = [mark()]
    with django_capture_on_commit_callbacks(execute=True):
        cast_vote(member=alice, title=duplicate, value=6)
    marks.append(mark())
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_vote(member=alice, title=duplicate)
    marks.append(mark())
    vote(duplicate, alice, 4, days=0)
    with django_capture_on_commit_callbacks(execute=True):
        gather_strays()
    marks.append(mark())
    assert len(set(marks)) == 4
