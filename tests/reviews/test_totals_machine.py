"""Whatever happens to votes, and in whatever order, every total equals a recount and every vote counts where it should.

Hypothesis makes up the stories and shortens one that goes wrong to its few steps. The same stories on every run.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any

import hypothesis
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pytest_django.fixtures import Settings

from accounts.models import Member
from accounts.services.closing import erase_account
from films.duplicates import standing_title_id
from films.models import Merge, Title, TitleKind
from films.services.merging import MergeRefused, merge_titles, undo_merge
from reviews.counting import counts
from reviews.models import (
    Case,
    CaseKind,
    CaseState,
    Evidence,
    ImportRow,
    ImportSource,
    ImportState,
    Matter,
    MemberImport,
    SetAsideVote,
    Verdict,
    Vote,
)
from reviews.moderation.refusals import NotAllowed
from reviews.services.bringing_in import commit_import, order_commit, order_undo, undo_import
from reviews.services.deciding import decide_case
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, count_released_votes, restore_vote, withdraw_vote
from tests import suspensions
from tests.factories import make_member, make_season, make_title

MEMBERS, FILMS, SHOWS, SEASONS = 3, 3, 2, 2
TAKING_VOTES = FILMS + SHOWS * SEASONS

members = st.integers(0, MEMBERS - 1)
voted = st.integers(0, TAKING_VOTES - 1)
titles = st.integers(0, TAKING_VOTES + SHOWS - 1)
values = st.integers(1, 10)
# A film with a film, a season with a season, a show with a show.
_KINDS = (range(FILMS), range(FILMS, TAKING_VOTES), range(TAKING_VOTES, TAKING_VOTES + SHOWS))
pairs = st.sampled_from(
    [(kept, other) for kind in _KINDS for kept in kind for other in kind if kept != other]
)
# Never shown, long ago, today (UTC, as everything of this), and in a time to come.
days = st.sampled_from([None, date(1997, 1, 1), "today", date(2999, 1, 1)])

# Votes that do not count and should, that count and should not, or that a merge left behind.
_WRONGLY_COUNTED = """
    SELECT vote.id FROM reviews_vote AS vote
    JOIN accounts_member AS member ON member.id = vote.member_id
    JOIN films_title AS title ON title.id = vote.title_id
    LEFT JOIN reviews_setasidevote AS aside ON aside.title_id = title.id AND aside.member_id = member.id
    WHERE title.merged_into_id IS NOT NULL OR vote.counted <> (
        member.suspended_at IS NULL AND aside.id IS NULL
        AND (title.released_on IS NULL OR title.released_on <= %s)
    )
"""


class Votes(RuleBasedStateMachine):
    """Few members and titles, so that stories meet: films, and shows with seasons of the same numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()
        self.staff = make_member(sections=["films", "shows"])
        self.members = [make_member() for _ in range(MEMBERS)]
        films = [make_title() for _ in range(FILMS)]
        shows = [make_title(kind=TitleKind.SHOW) for _ in range(SHOWS)]
        seasons = [make_season(show, number) for show in shows for number in range(1, SEASONS + 1)]
        self.titles = [*films, *seasons, *shows]
        self.taken_back: dict[tuple[int, int], int] = {}
        self.is_merged = False
        for number in range(MEMBERS):
            self.write_many(number, range(TAKING_VOTES), 2 * number + 3)

    def teardown(self) -> None:
        # The hourly task finds nothing left to do.
        assert count_released_votes() == 0
        with connection.cursor() as cursor:
            # What a commit would check.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    def title(self, number: int) -> Title:
        return Title.objects.get(pk=self.titles[number].pk)

    def value_of(self, member: int, title: int) -> int | None:
        """The member's vote on the title, or on the one that it became one with."""
        standing = standing_title_id(self.titles[title].pk)
        votes = Vote.objects.filter(member=self.members[member], title=standing)
        return votes.values_list("value", flat=True).first()

    # --- What a member does ---------------------------------------------------------------------------------

    @rule(member=members, title=voted, value=values)
    def vote(self, member: int, title: int, value: int) -> None:
        with suppress(PermissionDenied):
            cast_vote(member=self.members[member], title=self.title(title), value=value)
            assert self.value_of(member, title) == value

    @rule(member=members, title=voted)
    def withdraw(self, member: int, title: int) -> None:
        had = self.value_of(member, title)
        assert withdraw_vote(member=self.members[member], title=self.title(title)) == had
        assert self.value_of(member, title) is None
        if had:
            self.taken_back[member, title] = had

    @precondition(lambda self: self.taken_back)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        (member, title), value = data.draw(st.sampled_from(sorted(self.taken_back.items())))
        with suppress(PermissionDenied):
            restore_vote(member=self.members[member], title=self.title(title), value=value)
            assert self.value_of(member, title) == value

    @rule(member=members)
    def lose_all_votes(self, member: int) -> None:
        Vote.objects.filter(member=self.members[member]).delete()

    @rule(member=members)
    def leave(self, member: int) -> None:
        """The time of an account is over: it is erased, and somebody new comes."""
        pk = self.members[member].pk
        Member.objects.filter(pk=pk).update(closing_at=timezone.now())
        erase_account(member_pk=pk)
        keep_history_again()
        assert not Vote.objects.filter(member=pk).exists()
        self.members[member] = make_member()

    @rule(member=members, chosen=st.sets(voted, min_size=1), value=values)
    def write_many(self, member: int, chosen: Iterable[int], value: int) -> None:
        """One statement over many titles, as imports write."""
        now = timezone.now()
        written = Title.objects.filter(pk__in=[self.titles[n].pk for n in chosen], merged_into=None)
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                INSERT INTO reviews_vote (member_id, title_id, value, counted, cast_at, changed_at)
                SELECT member.id, title.id, %(value)s, {counts(member="member", title="title")}, %(now)s, %(now)s
                FROM accounts_member AS member, films_title AS title
                WHERE member.id = %(member)s AND title.id = ANY (%(titles)s)
                ON CONFLICT (member_id, title_id) DO UPDATE
                SET value = excluded.value, counted = excluded.counted, changed_at = excluded.changed_at
                """,  # noqa: S608  (only SQL of our own)
                {
                    "member": self.members[member].pk,
                    "titles": list(written.values_list("pk", flat=True)),
                    "value": value,
                    "now": now,
                    "today": now.date(),
                },
            )

    @rule(member=members, chosen=st.sets(voted, min_size=1), value=values, is_newer=st.booleans())
    def bring_in(self, member: int, chosen: set[int], value: int, is_newer: bool) -> None:
        at = timezone.now() if is_newer else datetime(2001, 1, 1, tzinfo=UTC)
        brought = MemberImport.objects.create(
            member=self.members[member],
            source=ImportSource.LETTERBOXD,
            state=ImportState.PREVIEW,
            file_name="x",
        )
        ImportRow.objects.bulk_create(
            ImportRow(
                of=brought,
                number=number,
                kind=ImportRow.Kind.VOTE,
                file="ratings.csv",
                line=number,
                work=str(number),
                data={"value": value, "at": at.isoformat()},
                match=ImportRow.Match.SURE,
                title=self.titles[number],
            )
            for number in chosen
        )
        order_commit(brought)
        commit_import(brought.pk)
        brought = MemberImport.objects.select_related("member").get(pk=brought.pk)
        assert brought.state == (ImportState.FAILED if brought.member.is_suspended else ImportState.DONE)
        keep_history_again()

    @precondition(lambda self: MemberImport.objects.filter(state=ImportState.DONE).exists())
    @rule(data=st.data())
    def undo_bringing_in(self, data: st.DataObject) -> None:
        done = list(MemberImport.objects.filter(state=ImportState.DONE).order_by("pk"))
        brought = done[data.draw(st.sampled_from(range(len(done))))]
        order_undo(brought)
        undo_import(brought.pk)
        brought.refresh_from_db()
        assert brought.state == ImportState.UNDONE
        keep_history_again()

    # --- What moderators and librarians do --------------------------------------------------------------------

    @rule(member=members)
    def suspend(self, member: int) -> None:
        suspensions.suspend(self.members[member], self.staff)

    @rule(member=members)
    def lift(self, member: int) -> None:
        suspensions.lift_suspension(self.members[member], self.staff)

    @rule(chosen=st.sets(members, min_size=1), title=voted)
    def set_aside(self, chosen: set[int], title: int) -> None:
        standing = Title.objects.get(pk=standing_title_id(self.titles[title].pk))
        case, _ = Case.objects.get_or_create(
            title=standing,
            kind=CaseKind.VOTES,
            matter=Matter.VOTES,
            state=CaseState.OPEN,
            section=standing.section,
        )
        pks = [self.members[n].pk for n in chosen]
        Evidence.objects.update_or_create(
            case=case, kind=Evidence.Kind.VELOCITY, defaults={"detail": {"members": pks}}
        )
        # Nobody's, where another case has set all of them aside.
        with suppress(NotAllowed):
            self.decide(case, Verdict.EXCLUDE, pks)
        aside = SetAsideVote.objects.filter(title=standing, member__in=pks)
        assert aside.count() == len(pks)

    @precondition(lambda self: SetAsideVote.objects.exists())
    @rule(data=st.data())
    def count_again(self, data: st.DataObject) -> None:
        asides = list(SetAsideVote.objects.select_related("case").order_by("pk"))
        aside = asides[data.draw(st.sampled_from(range(len(asides))))]
        self.decide(aside.case, Verdict.RESTORE, [aside.member_id])
        assert not SetAsideVote.objects.filter(pk=aside.pk).exists()

    def decide(self, case: Case, verdict: Verdict, members: list[int]) -> None:
        decide_case(
            case=case,
            moderator=self.staff,
            verdict=verdict,
            reason="One hand in all of them",
            members=members,
        )

    @rule(title=titles, day=days)
    def date(self, title: int, day: Any) -> None:
        released = timezone.now().date() if day == "today" else day
        Title.objects.filter(pk=self.titles[title].pk).update(released_on=released)

    @rule(
        season=st.integers(FILMS, TAKING_VOTES - 1), show=st.integers(TAKING_VOTES, TAKING_VOTES + SHOWS - 1)
    )
    def move_season(self, season: int, show: int) -> None:
        with suppress(IntegrityError), transaction.atomic():
            Title.objects.filter(pk=self.titles[season].pk, merged_into=None).update(parent=self.titles[show])

    @rule(pair=pairs)
    def merge(self, pair: tuple[int, int]) -> None:
        kept, duplicate = pair
        with suppress(MergeRefused), transaction.atomic():
            merge_titles(kept=self.title(kept), duplicate=self.title(duplicate), by=self.staff, reason="Same")
            self.is_merged = True
        keep_history_again()

    @precondition(lambda self: self.is_merged)
    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        merges = Merge.objects.filter(undone_at=None, part_of=None).order_by("pk")
        if found := list(merges):
            merge = data.draw(st.sampled_from(range(len(found))))
            with suppress(MergeRefused), transaction.atomic():
                undo_merge(merge=found[merge], by=self.staff)
            keep_history_again()

    # --- What must be true at every moment ------------------------------------------------------------------------

    @invariant()
    def every_total_equals_a_recount(self) -> None:
        assert find_differences() == []

    @invariant()
    def every_vote_counts_where_it_should(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_WRONGLY_COUNTED, [timezone.now().date()])
            assert cursor.fetchall() == []


def keep_history_again() -> None:
    """A merge, and what takes an import back, say SET LOCAL, which here lasts as long as the story."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL filmsite.history = 'on'")


@pytest.mark.django_db
def test_totals_are_exact_after_any_story(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    run_state_machine_as_test(
        Votes,
        settings=hypothesis.settings(
            max_examples=30,
            stateful_step_count=12,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
