"""A title's votes are accounted for in the open: those that make its mean, and why the others do not."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import Title, TitleKind
from reviews.integrity import Reason, Tally, account_of
from reviews.models import Case, Decision, Evidence, SetAsideVote, Vote
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_season, make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db


def set_aside(vote: Vote) -> Vote:
    """As a moderator's decision of today does, past the service."""
    case = Case.objects.filter(title=vote.title).first()
    if case is None:
        case = Case.objects.create(
            kind="votes", matter="votes", section="films", title=vote.title, state="decided"
        )
        Decision.objects.create(case=case, verdict="exclude", reason="One hand.")
    SetAsideVote.objects.create(case=case, title=vote.title, member=vote.member)
    return vote


@pytest.fixture
def heat() -> Title:
    """Six votes that count with a mean of 4, one of a suspended member, and two that were set aside."""
    title = make_title("Heat")
    make_votes(title, {8: 6})
    make_vote(title, make_member(suspended_at=timezone.now()), 2, counted=False)
    for _ in range(2):
        set_aside(make_vote(title, value=1))
    return title


def test_all_votes_are_those_that_count_and_those_that_do_not(heat: Title) -> None:
    account = account_of(heat)
    assert (account.raw, account.counted) == (Tally(9, 52), Tally(6, 48))
    assert (account.raw.mean, account.counted.mean) == (52 / 9 / 2, 4)
    assert [(part.reason, part.decided_on, part.votes) for part in account.not_counted] == [
        (Reason.SET_ASIDE, timezone.localdate(), Tally(2, 2)),
        (Reason.SUSPENDED, None, Tally(1, 2)),
    ]
    assert account.set_aside == 2


def test_a_vote_is_missing_for_one_reason_only(heat: Title) -> None:
    for aside in SetAsideVote.objects.all():
        Member.objects.filter(pk=aside.member_id).update(suspended_at=timezone.now())
    assert [part.votes.vote_count for part in account_of(heat).not_counted] == [2, 1]


def test_votes_before_the_first_showing_wait_for_it() -> None:
    title = make_title(released_on=date(2999, 1, 1))
    make_vote(title, value=10, counted=False)
    account = account_of(title)
    assert (account.counted, account.counted.mean) == (Tally(0, 0), None)
    assert [(part.reason, part.votes) for part in account.not_counted] == [(Reason.EARLY, Tally(1, 10))]


def test_a_show_has_the_account_of_its_seasons() -> None:
    show = make_title(kind=TitleKind.SHOW)
    first, second = make_season(show, 1), make_season(show, 2)
    make_vote(first, value=6)
    set_aside(make_vote(second, value=10))
    account = account_of(show)
    assert (account.raw, account.counted) == (Tally(2, 16), Tally(1, 6))
    assert account_of(first).not_counted == []


def test_the_page_says_it_in_numbers_and_names_nobody(heat: Title, client: Client) -> None:
    page = client.get(f"/titles/{heat.pk}/votes/account/").content.decode()
    for words in ("2.89", "4.00", "of members who are suspended now", "set aside by a moderator on"):
        assert words in page
    assert "Moderators have set 2 votes on this title aside" in page
    assert not [name for name in Member.objects.values_list("username", flat=True) if name in page]


def test_a_title_on_which_every_vote_counts_has_no_notice(client: Client) -> None:
    title = make_title()
    make_votes(title, {8: 6})
    page = client.get(f"/titles/{title.pk}/votes/account/").content.decode()
    assert 'class="notice' not in page
    assert "4.00" in page


def test_too_few_votes_have_no_mean_here_either(client: Client) -> None:
    vote = make_vote(value=10)
    assert "5.00" not in client.get(f"/titles/{vote.title_id}/votes/account/").content.decode()


def test_the_account_asks_as_little_of_many_votes_as_of_few(heat: Title, client: Client) -> None:
    # The title, its account, the banner.
    assert_flat_queries(
        client, lambda: set_aside(make_vote(heat)), f"/titles/{heat.pk}/votes/account/", at_most=3
    )


def test_the_account_of_a_title_that_was_merged_leads_to_the_one_that_stands(
    heat: Title, client: Client
) -> None:
    duplicate = make_title(merged_into=heat)
    answer = client.get(f"/titles/{duplicate.pk}/votes/account/")
    assert answer["Location"] == f"/titles/{heat.pk}/votes/account/"
    assert client.get("/titles/999999/votes/account/").status_code == 404


def test_the_page_of_votes_never_leaves_unsaid_that_some_were_set_aside(heat: Title, client: Client) -> None:
    page = client.get(f"/titles/{heat.pk}/votes/").content.decode()
    assert "Moderators have set 2 votes on this title aside" in page
    assert "6 of 9 votes count." in page
    assert f"/titles/{heat.pk}/votes/account/" in page


def test_so_it_is_where_no_vote_is_left_to_count(client: Client) -> None:
    vote = set_aside(make_vote(value=10))
    page = client.get(f"/titles/{vote.title_id}/votes/").content.decode()
    assert "A moderator has set 1 vote on this title aside" in page


@pytest.fixture
def in_question() -> Case:
    """Six votes on Ordet that came within twenty minutes, and an ordinary one a week before."""
    now, ordet = timezone.now(), make_title("Ordet")
    make_vote(ordet, make_member("ordinary"), 8, changed_at=now - timedelta(days=7))
    votes = [make_vote(ordet, value=1, changed_at=now - timedelta(minutes=4 * ago)) for ago in range(6)]
    case = Case.objects.create(kind="votes", matter="votes", section="films", title=ordet)
    members = [vote.member_id for vote in votes]
    for kind, of in (("velocity", members), ("brigade", members[:4])):
        Evidence.objects.create(case=case, kind=kind, detail={"members": of, "until": now.isoformat()})
    return case


def pages_of_votes(client: Client, case: Case) -> list[str]:
    """The title's page of votes, and the account of them."""
    pages = [
        client.get(f"/titles/{case.title_id}/votes/{path}").content.decode() for path in ("", "account/")
    ]
    return [" ".join(page.split()) for page in pages]


def test_while_moderators_look_at_votes_the_page_says_so_in_numbers(
    client: Client, in_question: Case
) -> None:
    for page in pages_of_votes(client, in_question):
        assert "Moderators are looking at 6 votes that came within 20 minutes." in page
        assert "decided on" not in page
    names = Member.objects.values_list("username", flat=True)
    assert not [name for name in names if name in pages_of_votes(client, in_question)[1]]


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("keep", "nothing is wrong with them, and they count."),
        ("exclude", "those of one hand are set aside."),
        ("restore", "votes that had been set aside count again."),
    ],
)
def test_what_was_decided_about_them_stays_there(
    client: Client, in_question: Case, verdict: str, words: str
) -> None:
    Case.objects.update(state="decided")
    Decision.objects.create(case=in_question, verdict=verdict, reason="As it is.")
    for page in pages_of_votes(client, in_question):
        assert "are looking at" not in page
        assert "Moderators looked at 6 votes that came within 20 minutes, and decided on" in page
        assert words in page


def test_a_vote_that_was_changed_since_does_not_stretch_the_time_in_which_they_came(
    in_question: Case,
) -> None:
    late = in_question.evidence.all()[0].detail["members"][0]
    Vote.objects.filter(member=late).update(changed_at=timezone.now() + timedelta(hours=3))
    [look] = account_of(in_question.title).open_looks
    assert look.votes == 6
    assert look.span == "16 minutes"


def test_a_show_tells_of_the_looks_at_its_seasons(in_question: Case) -> None:
    show = make_title(kind=TitleKind.SHOW)
    Case.objects.update(title=make_season(show, 1))
    assert [look.votes for look in account_of(show).open_looks] == [6]
