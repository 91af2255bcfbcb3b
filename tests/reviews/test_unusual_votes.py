"""Votes that come in an unusual way open a case for a person; what that person decides changes every number, and nothing
else does.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title, TitleKind
from films.services.merging import merge_titles
from reviews.models import (
    Case,
    CaseKind,
    CaseState,
    Decision,
    Evidence,
    ImportRow,
    LogEntry,
    MemberImport,
    SetAsideVote,
    Statement,
    Vote,
)
from reviews.moderation.permissions import possible_verdicts
from reviews.moderation.refusals import NotAllowed, StaleCase
from reviews.moderation.vote_signals import NewVote, Ordinary, brigade, same_few_titles, severity_of, velocity
from reviews.services.appealing import file_appeal
from reviews.services.deciding import decide_case, undo_decision
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote
from reviews.services.watching_votes import watch_votes
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import make_member, make_season, make_title, make_vote, make_votes, make_votes_case

NOW = timezone.now()
QUIET = Ordinary(rate=0.1, rate_found_fine=0, busyness=1, odd_share=0)


@pytest.fixture(autouse=True)
def _small_numbers(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    settings.FILMSITE_VELOCITY_LEAST_VOTES = 10
    settings.FILMSITE_VELOCITY_TIMES = 5
    settings.FILMSITE_BRIGADE_LEAST_VOTES = 4
    settings.FILMSITE_BRIGADE_YOUNG_DAYS = 7
    settings.FILMSITE_BRIGADE_FEW_VOTES = 2


def new_votes(number: int, value: int = 1, age: int = 0, of_each: int = 1) -> list[NewVote]:
    return [NewVote(pk, value, NOW, age, of_each) for pk in range(1, number + 1)]


# --- The signals ----------------------------------------------------------------------------------------


def test_many_times_the_ordinary_rate_is_a_signal_and_graver_the_more() -> None:
    some, many = velocity(new_votes(10), QUIET), velocity(new_votes(100), QUIET)
    assert some is not None
    assert many is not None
    assert some.detail == {"votes": 10, "minutes": 60, "expected": 1.0}
    assert some.severity < many.severity <= 50


@pytest.mark.parametrize(
    "ordinary",
    [
        Ordinary(rate=3, rate_found_fine=0, busyness=1, odd_share=0),
        Ordinary(rate=1, rate_found_fine=0, busyness=3, odd_share=0),
        Ordinary(rate=0, rate_found_fine=8, busyness=1, odd_share=0),
    ],
    ids=["a title that is voted on much", "an evening on which the whole site is busy", "a moderator's word"],
)
def test_what_is_ordinary_for_the_title_and_the_hour_is_none(ordinary: Ordinary) -> None:
    assert velocity(new_votes(12), QUIET)
    assert velocity(new_votes(12), ordinary) is None


def test_a_few_votes_are_no_signal_however_rare_they_are() -> None:
    assert velocity(new_votes(9), QUIET) is None
    assert brigade(new_votes(3), QUIET) is None


def test_alike_extreme_votes_of_young_or_narrow_accounts_are_a_brigade() -> None:
    votes = [
        *new_votes(2, value=1, age=0, of_each=90),
        *new_votes(3, value=2, age=900, of_each=1),
        *new_votes(5, value=7),
        *new_votes(1, value=10),
        *new_votes(4, value=1, age=900, of_each=90),
    ]
    found = brigade(votes, QUIET)
    assert found is not None
    assert (found.detail["alike"], found.detail["end"], found.detail["votes"]) == (5, "low", 15)
    assert (found.detail["young"], found.detail["narrow"]) == (2, 3)


def test_on_a_young_site_where_everybody_is_new_being_new_is_no_signal() -> None:
    votes = [*new_votes(4, value=10), *new_votes(6, value=6)]
    assert brigade(votes, QUIET)
    everybody_is_new = Ordinary(rate=0, rate_found_fine=0, busyness=1, odd_share=0.4)
    assert brigade(votes, everybody_is_new) is None


def test_accounts_with_the_same_few_titles_are_graver_and_signals_add_up() -> None:
    found = brigade(new_votes(6), QUIET)
    assert found is not None
    graver = same_few_titles(found, 1)
    assert graver.severity > found.severity
    assert same_few_titles(found, 40) == found
    assert severity_of([graver, found]) == min(100, graver.severity + found.severity)
    assert severity_of([graver] * 5) == 100


# --- Looking --------------------------------------------------------------------------------------------


@pytest.fixture
def heat(db: None) -> Title:
    """A film with ten votes from before, of members who know more films."""
    title = make_title("Heat")
    others = [make_title() for _ in range(3)]
    for _ in range(10):
        member = make_member(date_joined=NOW - timedelta(days=900))
        for voted in (title, *others):
            make_vote(voted, member, 8, cast_at=NOW - timedelta(days=90), changed_at=NOW - timedelta(days=90))
    return title


def brigade_on(
    title: Title, number: int = 6, value: int = 1, minutes_ago: float = 5, besides: Iterable[Title] = ()
) -> list[Vote]:
    """Votes of accounts that were made for them."""
    moment = timezone.now() - timedelta(minutes=minutes_ago)
    votes = []
    for _ in range(number):
        member = make_member(date_joined=moment - timedelta(hours=1))
        for voted in (title, *besides):
            votes.append(make_vote(voted, member, value, cast_at=moment, changed_at=moment))
    return [vote for vote in votes if vote.title_id == title.pk]


def evidence_of(title: Title, kind: Evidence.Kind) -> Evidence:
    return Evidence.objects.get(case__title=title, kind=kind)


@pytest.mark.django_db
def test_a_brigade_opens_a_case_with_its_evidence(heat: Title) -> None:
    votes = brigade_on(heat, besides=[make_title(), make_title()])
    assert watch_votes() == 3, "the film and the two that the same accounts voted on"
    case = Case.objects.get(title=heat)
    assert (case.kind, case.section, case.state) == (CaseKind.VOTES, "films", CaseState.OPEN)
    found = evidence_of(heat, Evidence.Kind.BRIGADE)
    assert found.detail["members"] == sorted(vote.member_id for vote in votes)
    assert (found.detail["alike"], found.detail["other_titles"]) == (6, 2)
    assert case.severity == found.detail["severity"]


def test_a_kept_page_of_votes_says_at_once_that_moderators_look(
    heat: Title,
    client: Client,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    settings.FILMSITE_KEPT_SECONDS = 60
    brigade_on(heat)
    url = f"/titles/{heat.pk}/votes/"
    assert "are looking at" not in client.get(url).text
    with django_capture_on_commit_callbacks(execute=True):
        watch_votes()
    assert "Moderators are looking at 6 votes" in client.get(url).text


@pytest.mark.django_db
def test_a_rush_of_settled_members_is_a_rush_and_no_brigade(heat: Title) -> None:
    for member in Member.objects.all():
        Vote.objects.filter(member=member, title=heat).update(changed_at=timezone.now(), value=9)
    watch_votes()
    assert [item.kind for item in Evidence.objects.all()] == [Evidence.Kind.VELOCITY]
    assert evidence_of(heat, Evidence.Kind.VELOCITY).detail["votes"] == 10


LONG_AGO = datetime(2015, 3, 4, tzinfo=UTC)


def bring_in(member: Member, *titles: Title, value: int = 1, minutes_ago: float = 5) -> None:
    """Votes as an import leaves them, which says that they are old."""
    taken_over = MemberImport.objects.create(
        member=member, state="done", committed_at=timezone.now() - timedelta(minutes=minutes_ago)
    )
    for number, title in enumerate(titles):
        vote = make_vote(title, member, value, cast_at=LONG_AGO, changed_at=LONG_AGO)
        ImportRow.objects.create(
            of=taken_over,
            number=number,
            kind="vote",
            line=1,
            data={"value": value},
            title=title,
            outcome="created",
            made=vote.pk,
        )


@pytest.mark.django_db
def test_new_accounts_that_import_one_old_vote_each_are_a_brigade_and_a_rush(
    heat: Title, mona: Member, client: Client
) -> None:
    for _ in range(12):
        bring_in(make_member(), heat)
    assert watch_votes() == 1
    assert evidence_of(heat, Evidence.Kind.BRIGADE).detail["narrow"] == 12
    assert evidence_of(heat, Evidence.Kind.VELOCITY).detail["votes"] == 12
    assert watch_votes() == 0, "they are known"
    client.force_login(mona)
    page = client.get(Case.objects.get().get_absolute_url())
    assert "imported" in page.text
    assert sum(hour.votes for hour in page.context["chart"].hours) == 12
    assert {vote.age_in_days for vote in page.context["votes"]} == {0}


@pytest.mark.django_db
def test_newcomers_who_bring_their_history_along_are_no_alarm(heat: Title) -> None:
    history = [make_title() for _ in range(8)]
    for _ in range(9):
        bring_in(make_member(), heat, *history, value=10)
    assert watch_votes() == 0


@pytest.mark.django_db
def test_a_large_import_makes_no_rush_look_small(heat: Title) -> None:
    bring_in(make_member(), *[make_title() for _ in range(40)], value=10)
    make_votes(make_title(), {6: 10})
    Vote.objects.filter(changed_at__gt=NOW - timedelta(hours=1)).update(changed_at=NOW - timedelta(hours=6))
    brigade_on(heat, 12)
    assert watch_votes() == 1
    assert evidence_of(heat, Evidence.Kind.VELOCITY).detail["expected"] == 1


@pytest.mark.django_db
def test_an_ordinary_day_opens_nothing_and_asks_one_thing(heat: Title) -> None:
    make_votes(heat, {7: 3, 8: 2})
    with CaptureQueriesContext(connection) as captured:
        assert watch_votes() == 0
    assert len(captured) == 1


@pytest.mark.django_db
def test_looking_again_at_the_same_votes_changes_nothing_and_more_of_them_add_to_the_case(
    heat: Title,
) -> None:
    brigade_on(heat)
    assert watch_votes() == 1
    before = Case.objects.get()
    assert watch_votes() == 0
    assert Case.objects.get().version == before.version
    brigade_on(heat, 3)
    assert watch_votes() == 1
    after = Case.objects.get()
    assert (after.version, after.severity) > (before.version, before.severity)
    assert len(evidence_of(heat, Evidence.Kind.BRIGADE).detail["members"]) == 9


@pytest.mark.django_db
def test_a_case_in_a_moderators_hands_is_left_as_they_read_it(heat: Title, mona: Member) -> None:
    brigade_on(heat)
    watch_votes()
    Case.objects.update(claimed_by=mona, claimed_until=timezone.now() + timedelta(minutes=9))
    brigade_on(heat, 3)
    assert watch_votes() == 0
    assert len(evidence_of(heat, Evidence.Kind.BRIGADE).detail["members"]) == 6


@pytest.mark.django_db
def test_what_was_found_fine_is_not_asked_about_again_but_what_comes_after_is(
    heat: Title, mona: Member
) -> None:
    brigade_on(heat)
    watch_votes()
    decide_case(case=Case.objects.get(), moderator=mona, verdict="keep", reason="A film club.")
    assert watch_votes() == 0
    brigade_on(heat, 5, minutes_ago=0)
    assert watch_votes() == 1
    assert Case.objects.filter(state=CaseState.OPEN).count() == 1


@pytest.mark.django_db
def test_a_rate_that_was_found_fine_is_ordinary_from_then_on(heat: Title, mona: Member) -> None:
    def rush(when: datetime) -> None:
        for _ in range(10):
            member = make_member(date_joined=NOW - timedelta(days=900))
            make_vote(heat, member, 6, cast_at=when, changed_at=when)

    rush(timezone.now() - timedelta(minutes=5))
    assert watch_votes() == 1
    decide_case(case=Case.objects.get(), moderator=mona, verdict="keep", reason="It was on television.")
    rush(timezone.now())
    assert watch_votes() == 0


@pytest.mark.django_db
def test_votes_on_a_season_are_a_case_for_the_moderators_of_shows(mona: Member) -> None:
    season = make_season(make_title(kind=TitleKind.SHOW))
    brigade_on(season)
    watch_votes()
    case = Case.objects.get()
    assert case.section == "shows"
    with pytest.raises(NotAllowed):
        decide_case(case=case, moderator=mona, verdict="keep", reason="Fine.")


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_open_one_case(heat: Title) -> None:
    brigade_on(heat)

    def look(_number: int) -> int:
        try:
            return watch_votes()
        finally:
            connection.close()

    for _ in range(4):
        Case.objects.all().delete()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(look, range(2)))
        assert Case.objects.count() == 1
        assert Evidence.objects.count() == 1


# --- Deciding -------------------------------------------------------------------------------------------


@pytest.fixture
def case(heat: Title) -> Case:
    brigade_on(heat)
    watch_votes()
    return Case.objects.get()


def members_of(case: Case) -> list[int]:
    return case.evidence.get().detail["members"]


def decide(case: Case, moderator: Member, verdict: str, members: Iterable[int] | None = None) -> Decision:
    chosen = members_of(case) if members is None else members
    return decide_case(
        case=case, moderator=moderator, verdict=verdict, reason="One hand.", members=list(chosen)
    )


def numbers_of(title: Title) -> tuple[int, int]:
    title.totals.refresh_from_db()
    return title.totals.vote_count, title.totals.vote_sum


@pytest.mark.django_db
def test_votes_that_are_set_aside_are_in_no_number_and_come_back_on_a_second_look(
    case: Case, heat: Title, mona: Member
) -> None:
    assert numbers_of(heat) == (16, 86)
    decide(case, mona, "exclude")
    assert numbers_of(heat) == (10, 80)
    assert find_differences() == []
    case = Case.objects.get()
    assert (case.state, possible_verdicts(case)) == (CaseState.DECIDED, ["restore"])

    decide(case, mona, "restore", members_of(case)[:2])
    assert numbers_of(heat) == (12, 82)
    assert Case.objects.get().state == CaseState.DECIDED
    decide(case, mona, "restore", members_of(case)[2:])
    assert numbers_of(heat) == (16, 86)
    assert Case.objects.get().state == CaseState.CLOSED
    assert possible_verdicts(Case.objects.get()) == []
    assert find_differences() == []


@pytest.mark.django_db
def test_a_vote_that_is_set_aside_stays_so_whatever_its_member_votes(
    case: Case, heat: Title, mona: Member
) -> None:
    decide(case, mona, "exclude")
    member = Member.objects.get(pk=members_of(case)[0])
    assert not cast_vote(member=member, title=heat, value=9).counted
    assert numbers_of(heat) == (10, 80)


@pytest.mark.django_db
def test_everybody_concerned_is_told_why_and_the_log_has_one_line(
    case: Case, heat: Title, mona: Member, client: Client
) -> None:
    chosen = members_of(case)[:4]
    decide(case, mona, "exclude", chosen)
    told = Statement.objects.select_related("decision")
    assert sorted(told.values_list("recipient_id", flat=True)) == chosen
    assert {statement.decision.reason for statement in told} == {"One hand."}
    assert [(line.verb, line.title_number) for line in LogEntry.objects.all()] == [
        ("reviews.votes.set_aside", heat.pk)
    ]
    log = client.get("/moderation/log/").content.decode()
    assert "Votes were set aside" in log
    assert Member.objects.get(pk=chosen[0]).username not in log


@pytest.mark.django_db
def test_votes_that_were_set_aside_by_mistake_count_again_when_that_is_taken_back(
    case: Case, heat: Title, mona: Member
) -> None:
    decision = decide(case, mona, "exclude")
    undo_decision(decision=decision, moderator=mona)
    assert numbers_of(heat) == (16, 86)
    assert (Case.objects.get().state, SetAsideVote.objects.count()) == (CaseState.OPEN, 0)
    decide(case, mona, "exclude")
    undo_decision(decision=decide(case, mona, "restore", members_of(case)[:2]), moderator=mona)
    assert numbers_of(heat) == (10, 80)
    assert find_differences() == []


@pytest.mark.django_db
def test_whoever_appeals_gets_their_own_vote_back_and_no_other(
    case: Case, heat: Title, mona: Member, sofie: Member
) -> None:
    decision = decide(case, mona, "exclude")
    heard, unheard = decision.statements.order_by("recipient")[:2]
    appeals = [file_appeal(statement=statement, text="I am one person.") for statement in (heard, unheard)]
    decide_case(case=appeals[0].case, moderator=sofie, verdict="restore", reason="So it is.")
    assert numbers_of(heat) == (11, 81)
    upheld = decide_case(case=appeals[1].case, moderator=sofie, verdict="uphold", reason="It is not.")
    assert [statement.recipient for statement in upheld.statements.all()] == [unheard.recipient]
    assert numbers_of(heat) == (11, 81)
    assert Case.objects.get(pk=case.pk).state == CaseState.DECIDED, "the others may still appeal"


@pytest.mark.django_db
def test_nobody_decides_about_their_own_vote(case: Case, heat: Title, mona: Member) -> None:
    item = case.evidence.get()
    Evidence.objects.update(detail={**item.detail, "members": [*item.detail["members"], mona.pk]})
    for verdict in ("keep", "exclude"):
        with pytest.raises(NotAllowed):
            decide(case, mona, verdict)
    assert not SetAsideVote.objects.exists()


@pytest.mark.django_db
def test_only_votes_in_question_can_be_set_aside(case: Case, heat: Title, mona: Member) -> None:
    innocent = Vote.objects.filter(title=heat).exclude(member__in=members_of(case)).first()
    with pytest.raises(NotAllowed):
        decide(case, mona, "exclude", [innocent.member_id])
    decide(case, mona, "exclude", [innocent.member_id, members_of(case)[0]])
    assert SetAsideVote.objects.get().member_id == members_of(case)[0]


@pytest.mark.django_db
def test_a_second_case_leaves_alone_what_the_first_set_aside(case: Case, heat: Title, mona: Member) -> None:
    decide(case, mona, "exclude")
    second = make_votes_case(heat)
    more = brigade_on(heat, 1)[0].member_id
    Evidence.objects.create(
        case=second, kind="brigade", detail={"members": [*case.evidence.get().detail["members"], more]}
    )
    decide_case(
        case=second, moderator=mona, verdict="exclude", reason="Again.", members=[*members_of(case), more]
    )
    assert list(second.set_aside.values_list("member_id", flat=True)) == [more]
    assert case.set_aside.count() == 6


@pytest.mark.django_db
def test_a_case_follows_its_title_into_a_merge(case: Case, heat: Title, mona: Member, sofie: Member) -> None:
    decide(case, mona, "exclude", members_of(case)[:3])
    kept = make_title("Heat", year=heat.year)
    merge_titles(kept=kept, duplicate=heat, by=sofie, reason="Twice.")
    assert set(SetAsideVote.objects.values_list("title_id", flat=True)) == {kept.pk}
    assert numbers_of(kept) == (13, 83)
    assert find_differences() == []


@pytest.mark.django_db
def test_a_stale_page_sets_nothing_aside(case: Case, mona: Member) -> None:
    with pytest.raises(StaleCase):
        decide_case(
            case=case,
            moderator=mona,
            verdict="exclude",
            reason="x",
            members=members_of(case),
            version=case.version + 1,
        )
    assert not SetAsideVote.objects.exists()


# --- The pages ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_moderators_find_the_case_see_its_votes_and_choose(
    case: Case, heat: Title, mona: Member, client: Client
) -> None:
    client.force_login(mona)
    assert "Heat" in client.get("/moderation/").content.decode()
    page = client.get(case.get_absolute_url()).content.decode()
    for words in ("6 votes that belong together", "They voted on nothing else.", "Hour by hour", "<svg"):
        assert words in page
    members = members_of(case)
    assert page.count('type="checkbox" form="decide" name="members"') == page.count(" checked") == 6
    for pk in members:
        assert Member.objects.get(pk=pk).username in page
    posted = {
        "verdict": "exclude",
        "reason": "One hand.",
        "members": members[:5],
        "version": Case.objects.get().version,
    }
    assert client.post(f"/moderation/cases/{case.pk}/decide/", posted).status_code == 302
    assert numbers_of(heat) == (11, 81)
    page = client.get(case.get_absolute_url()).content.decode()
    assert "Let the chosen votes count again" in page
    assert page.count('type="checkbox" form="decide" name="members"') == 5


@pytest.mark.django_db
def test_a_decision_without_a_vote_or_a_reason_is_asked_for_both_and_keeps_the_choice(
    case: Case, mona: Member, client: Client
) -> None:
    client.force_login(mona)
    url = f"/moderation/cases/{case.pk}/decide/"
    version = Case.objects.get().version
    answer = client.post(url, {"verdict": "exclude", "reason": "", "version": version})
    assert (answer.status_code, set(answer.context["form"].errors)) == (422, {"reason", "members"})
    one = members_of(case)[0]
    answer = client.post(url, {"verdict": "exclude", "reason": "", "members": [one], "version": version})
    assert answer.content.decode().count(" checked") == 2, "the vote and the verdict"
    answer = client.post(
        url, {"verdict": "exclude", "reason": "x", "members": ["9" * 30], "version": version}
    )
    assert answer.status_code == 422


@pytest.mark.django_db
def test_the_case_shows_a_vote_that_was_taken_back(case: Case, mona: Member, client: Client) -> None:
    Vote.objects.filter(member=members_of(case)[0]).delete()
    client.force_login(mona)
    assert "taken back" in client.get(case.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_the_page_of_a_case_asks_as_much_for_many_votes_as_for_few(
    heat: Title, mona: Member, client: Client
) -> None:
    brigade_on(heat, 4)
    watch_votes()
    client.force_login(mona)
    url = Case.objects.get().get_absolute_url()
    client.get(url)
    few = count_queries(client, url)
    brigade_on(heat, 20)
    watch_votes()
    assert len(count_queries(client, url)) == len(few)


@pytest.mark.django_db
def test_the_queue_asks_as_much_for_many_cases_about_votes_as_for_few(mona: Member, client: Client) -> None:
    client.force_login(mona)
    assert_flat_queries(
        client,
        make_votes_case,
        "/moderation/",
        at_most=16,
    )


@pytest.mark.django_db
def test_others_cannot_open_the_case(case: Case, alice: Member, client: Client) -> None:
    client.force_login(alice)
    assert client.get(case.get_absolute_url()).status_code == 404
