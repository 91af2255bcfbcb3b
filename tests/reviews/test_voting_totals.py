"""The totals equal a recount, whatever path writes the votes and reviews."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError, Sum
from django.utils import timezone

from accounts.models import Member
from films.models import SiteCounter, Title, TitleKind, TitleTotals
from reviews.models import LogEntry, Review, ReviewState, Vote
from tests.factories import make_member, make_person, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


def totals_of(title: Title) -> tuple[int, int, list[int]]:
    totals = TitleTotals.objects.get(title=title)
    return totals.vote_count, totals.vote_sum, totals.histogram


def counted(name: str) -> int:
    return SiteCounter.objects.filter(name=name).aggregate(sum=Sum("value"))["sum"] or 0


def histogram(**counts: int) -> list[int]:
    return [counts.get(f"h{n}", 0) for n in range(1, 11)]


def test_a_vote_reaches_the_title_the_member_and_the_banner() -> None:
    vote = make_vote(value=7)
    assert totals_of(vote.title) == (1, 7, histogram(h7=1))
    totals = Member.objects.select_related("totals").get(pk=vote.member_id).totals
    assert (totals.vote_count, totals.vote_sum) == (1, 7)
    assert counted("votes") == 1


def test_a_changed_value_moves_between_the_bars() -> None:
    vote = make_vote(value=7)
    Vote.objects.filter(pk=vote.pk).update(value=2)
    assert totals_of(vote.title) == (1, 2, histogram(h2=1))


def test_a_vote_that_does_not_count_is_in_no_number() -> None:
    vote = make_vote(counted=False)
    assert totals_of(vote.title) == (0, 0, histogram())
    assert counted("votes") == 0
    Vote.objects.filter(pk=vote.pk).update(counted=True)
    assert totals_of(vote.title) == (1, 7, histogram(h7=1))
    assert counted("votes") == 1
    Vote.objects.filter(pk=vote.pk).update(counted=False)
    assert totals_of(vote.title) == (0, 0, histogram())


def test_a_vote_that_moves_to_another_title_and_member_takes_its_numbers_along() -> None:
    vote, other, member = make_vote(value=9), make_title(), make_member()
    Vote.objects.filter(pk=vote.pk).update(title=other, member=member)
    assert totals_of(vote.title) == (0, 0, histogram())
    assert totals_of(other) == (1, 9, histogram(h9=1))
    assert Member.objects.get(pk=member.pk).totals.vote_sum == 9
    assert Member.objects.get(pk=vote.member_id).totals.vote_sum == 0


def test_a_bulk_statement_over_titles_and_members_counts_each_once() -> None:
    titles, members = [make_title() for _ in range(3)], [make_member() for _ in range(4)]
    now = timezone.now()
    Vote.objects.bulk_create(
        Vote(title=title, member=member, value=n + m + 1, cast_at=now, changed_at=now)
        for n, title in enumerate(titles)
        for m, member in enumerate(members)
    )
    assert totals_of(titles[0]) == (4, 10, histogram(h1=1, h2=1, h3=1, h4=1))
    assert totals_of(titles[2]) == (4, 18, histogram(h3=1, h4=1, h5=1, h6=1))
    Vote.objects.filter(member=members[0]).delete()
    assert totals_of(titles[0]) == (3, 9, histogram(h2=1, h3=1, h4=1))
    assert counted("votes") == 9


def test_a_vote_on_a_season_counts_for_its_show() -> None:
    show = make_title(kind=TitleKind.SHOW)
    first, second = make_season(show, 1), make_season(show, 2)
    member = make_member()
    make_vote(first, member, 8)
    vote = make_vote(second, member, 4)
    assert totals_of(first) == (1, 8, histogram(h8=1))
    assert totals_of(show) == (2, 12, histogram(h4=1, h8=1))
    vote.delete()
    assert totals_of(show) == (1, 8, histogram(h8=1))


def test_a_season_that_moves_to_another_show_takes_its_votes_along() -> None:
    show, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    season = make_season(show)
    make_vote(season, value=8)
    Title.objects.filter(pk=season.pk).update(parent=other)
    assert totals_of(season) == totals_of(other) == (1, 8, histogram(h8=1))
    assert totals_of(show) == (0, 0, histogram())


def test_a_title_with_votes_or_messages_is_not_deleted_and_nothing_is_lost() -> None:
    show = make_title(kind=TitleKind.SHOW)
    make_vote(make_season(show))
    review = make_review()
    for held in (show, review.title):
        with pytest.raises(ProtectedError):
            held.delete()
    assert (Vote.objects.count(), Review.objects.get()) == (1, review)
    assert totals_of(show) == (1, 7, histogram(h7=1))


def test_votes_that_go_with_a_season_go_from_its_show() -> None:
    show = make_title(kind=TitleKind.SHOW)
    season = make_season(show)
    make_vote(season)
    Vote.objects.all().delete()
    season.delete()
    assert totals_of(show) == (0, 0, histogram())


def test_a_deleted_member_takes_their_votes_and_messages_out_of_every_total() -> None:
    vote = make_vote()
    make_review(vote.title, vote.member)
    vote.member.delete()
    totals = TitleTotals.objects.get(title=vote.title_id)
    assert (totals.vote_count, totals.message_count, totals.last_message_at) == (0, 0, None)


def test_the_votes_of_a_suspended_member_stop_counting_and_come_back() -> None:
    member = make_member()
    vote = make_vote(member=member)
    waiting = make_vote(make_title(released_on=date(2999, 1, 1)), member, counted=False)
    Member.objects.filter(pk=member.pk).update(suspended_at=timezone.now())
    assert totals_of(vote.title) == (0, 0, histogram())
    Member.objects.filter(pk=member.pk).update(suspended_at=None)
    assert totals_of(vote.title) == (1, 7, histogram(h7=1))
    assert totals_of(waiting.title) == (0, 0, histogram())


def test_a_corrected_date_of_first_showing_reaches_the_votes() -> None:
    vote = make_vote()
    Title.objects.filter(pk=vote.title_id).update(released_on=date(2999, 1, 1))
    assert totals_of(vote.title) == (0, 0, histogram())
    Title.objects.filter(pk=vote.title_id).update(released_on=date(1997, 1, 1))
    assert totals_of(vote.title) == (1, 7, histogram(h7=1))


def test_messages_count_while_published_and_the_newest_is_known() -> None:
    title, author = make_title(), make_member()
    early, late = datetime(2020, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)
    make_review(title, author, created_at=early)
    newest = make_review(title, author, created_at=late)
    totals = TitleTotals.objects.get(title=title)
    assert (totals.message_count, totals.last_message_at) == (2, late)
    Review.objects.filter(pk=newest.pk).update(state=ReviewState.REMOVED)
    totals.refresh_from_db()
    assert (totals.message_count, totals.last_message_at) == (1, early)
    assert Member.objects.get(pk=author.pk).totals.message_count == 1
    Review.objects.filter(pk=newest.pk).update(state=ReviewState.PUBLISHED)
    totals.refresh_from_db()
    assert (totals.message_count, totals.last_message_at) == (2, late)
    Review.objects.all().delete()
    totals.refresh_from_db()
    assert (totals.message_count, totals.last_message_at) == (0, None)


def test_a_message_under_a_season_is_not_one_under_its_show() -> None:
    show = make_title(kind=TitleKind.SHOW)
    make_review(make_season(show))
    assert TitleTotals.objects.get(title=show).message_count == 0


def test_the_banner_follows_titles_and_people() -> None:
    show = make_title(kind=TitleKind.SHOW)
    make_season(show)
    film = make_title()
    make_person()
    assert [counted(name) for name in ("films", "shows", "seasons", "people")] == [1, 1, 1, 1]
    film.delete()
    assert counted("films") == 0


def test_a_log_line_can_be_neither_changed_nor_deleted() -> None:
    entry = LogEntry.objects.create(verb="reviews.review.removed", section="films")
    for change in (lambda: LogEntry.objects.update(reason="other"), entry.delete):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()
    assert LogEntry.objects.get() == entry


def test_a_revision_cannot_be_changed_but_goes_with_its_review() -> None:
    review = make_review()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        review.revisions.update(body="Something else")
    review.delete()
    assert not review.revisions.model.objects.exists()


def test_a_title_saved_again_keeps_its_totals() -> None:
    vote = make_vote()
    vote.title.save()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE films_title SET id = id")
    assert totals_of(vote.title) == (1, 7, histogram(h7=1))
