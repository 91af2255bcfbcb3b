"""Two at once: acceptances of one proposal, proposals about one fact, additions by one member."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Member
from films.editing import fingerprint, read_facts
from films.models import Change, Proposal, ProposedChange, Title, TitleKind
from films.services.editing import write_facts
from films.services.proposals import (
    ProposalError,
    Reason,
    decide_proposal,
    propose_addition,
    withdraw_proposal,
)
from tests.connections import in_another_connection, wait_for_waiters
from tests.factories import make_member, make_season, make_title
from tests.films.test_proposals import fields_on

pytestmark = pytest.mark.django_db(transaction=True)

AT_ONCE = 6


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


def at_once(act: Callable[[int], object], times: int = AT_ONCE) -> list[object]:
    """What each of so many threads got, an error included."""

    def attempt(number: int) -> object:
        try:
            return act(number)
        except (ProposalError, AssertionError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(attempt, range(times)))


def year_proposal(film: Title, author: Member, year: int) -> Proposal:
    proposal = Proposal.objects.create(title=film, section="films", author=author, source="x")
    ProposedChange.objects.create(proposal=proposal, field="year", old=film.year, new=year)
    return proposal


def moderators() -> list[Member]:
    return [make_member(sections=["films"]) for _ in range(AT_ONCE)]


def test_of_many_acceptances_of_one_proposal_one_counts(alice: Member) -> None:
    film, staff = make_title(year=1997), moderators()
    proposal = year_proposal(film, alice, 1998)
    seen = {"year": fingerprint(1997)}
    results = at_once(lambda n: decide_proposal(proposal=proposal, moderator=staff[n], accepted=seen))
    assert [str(error) for error in results if isinstance(error, ProposalError)] == ["state"] * (AT_ONCE - 1)
    assert Change.objects.count() == 1


def test_of_many_proposals_about_one_fact_one_is_taken_unseen(alice: Member) -> None:
    film, staff = make_title(year=1997), moderators()
    proposals = [year_proposal(film, alice, 2000 + number) for number in range(AT_ONCE)]
    seen = {"year": fingerprint(1997)}
    results = at_once(lambda n: decide_proposal(proposal=proposals[n], moderator=staff[n], accepted=seen))
    assert [str(error) for error in results if isinstance(error, ProposalError)] == ["stale"] * (AT_ONCE - 1)
    assert Proposal.objects.waiting().count() == AT_ONCE - 1
    change = Change.objects.get()
    assert (change.old, change.new) == (1997, read_facts(film, ["year"])["year"])


def test_a_proposal_is_taken_back_or_decided_but_never_both(alice: Member) -> None:
    film, staff = make_title(year=1997), moderators()
    proposal = year_proposal(film, alice, 1998)

    def act(number: int) -> object:
        if number % 2:
            return withdraw_proposal(proposal=proposal, author=alice)
        return decide_proposal(
            proposal=proposal, moderator=staff[number], accepted={"year": fingerprint(1997)}
        )

    at_once(act)
    proposal.refresh_from_db()
    assert (proposal.state == "accepted") == Change.objects.exists()


def test_a_new_member_adds_one_title_however_many_windows_are_open(alice: Member) -> None:
    def add(number: int) -> object:
        return propose_addition(
            author=alice,
            kind=TitleKind.FILM,
            values={"name": f"Film {number}", "year": 2000},
            ground=Proposal.Ground.CINEMA,
            reason=Reason("x"),
        )

    at_once(add)
    assert Proposal.objects.count() == 1


def test_one_season_waits_once_however_many_propose_it() -> None:
    show, authors = make_title(kind=TitleKind.SHOW), [make_member() for _ in range(AT_ONCE)]

    def add(number: int) -> object:
        return propose_addition(
            author=authors[number],
            kind=TitleKind.SEASON,
            values={"season_number": 2},
            ground=Proposal.Ground.TV,
            reason=Reason("x"),
            show=show,
        )

    at_once(add)
    assert Proposal.objects.count() == 1


def test_every_change_of_many_at_once_is_in_the_history(alice: Member) -> None:
    film = make_title(year=1997, minutes=1)
    at_once(lambda n: write_facts(film, {"minutes": 100 + n}, actor=alice, origin=Change.Origin.STAFF))
    changes = list(Change.objects.order_by("pk"))
    assert len(changes) == AT_ONCE
    # Each began with what the one before it left.
    assert [change.old for change in changes] == [1, *(change.new for change in changes[:-1])]


def test_whoever_saves_second_is_asked_even_if_both_saved_at_the_same_moment(
    client: Client, mona: Member
) -> None:
    film = make_title("Children of Heaven", year=1997, minutes=88)
    url = f"/titles/{film.pk}/edit/?part=facts"
    client.force_login(mona)
    typed = {**fields_on(client, url), "action": "save"}

    def save(minutes: int) -> int:
        window = Client()
        window.force_login(mona)
        return window.post(url, {**typed, "minutes-minutes": str(minutes)}).status_code

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            Title.objects.select_for_update(no_key=True, of=("self",)).get(pk=film.pk)
            saves = [in_another_connection(threads, lambda to=to: save(to)) for to in (90, 91)]
            wait_for_waiters(2)
        assert sorted(found.result() for found in saves) == [302, 409]
    assert Change.objects.count() == 1


def test_a_merge_and_a_decision_about_the_same_title_wait_for_each_other_in_one_order(
    alice: Member,
) -> None:
    film, kept, (moderator, *_) = make_title(year=1997), make_title(year=1997), moderators()
    proposal = year_proposal(film, alice, 1998)

    def decide() -> object:
        try:
            return decide_proposal(
                proposal=proposal, moderator=moderator, accepted={"year": fingerprint(1997)}
            )
        except ProposalError as error:
            return str(error)

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            # As `films.services.merging` does: the titles, then the proposals that follow.
            list(Title.objects.select_for_update(no_key=True, of=("self",)).order_by("pk"))
            decision = in_another_connection(threads, decide)
            wait_for_waiters(1)
            Proposal.objects.filter(pk=proposal.pk).update(title=kept)
        # What the moderator saw was another title.
        assert decision.result() == "stale"
    assert not Change.objects.exists()


@pytest.mark.parametrize("what", ["a correction", "a season proposed", "a season added"])
def test_whoever_votes_or_writes_does_not_wait_for_what_is_proposed_or_decided(
    alice: Member, what: str
) -> None:
    show, (moderator, *_) = make_title(kind=TitleKind.SHOW, year=1997), [make_member(sections=["shows"])]
    make_season(show, 1)

    def propose() -> Proposal:
        return propose_addition(
            author=alice,
            kind=TitleKind.SEASON,
            values={"season_number": 2},
            ground=Proposal.Ground.TV,
            reason=Reason("x"),
            show=show,
        )

    def point_at() -> int:
        """What the database does for a row that names the title and its author."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM films_title WHERE id = %s FOR KEY SHARE NOWAIT", [show.pk])
            cursor.execute("SELECT 1 FROM accounts_member WHERE id = %s FOR KEY SHARE NOWAIT", [alice.pk])
        return show.pk

    correction = Proposal.objects.create(title=show, section="shows", author=alice, source="x")
    ProposedChange.objects.create(proposal=correction, field="year", old=1997, new=1998)
    addition = propose() if what == "a season added" else None
    with ThreadPoolExecutor(1) as threads, transaction.atomic():
        if what == "a season proposed":
            propose()
        elif addition is not None:
            decide_proposal(proposal=addition, moderator=moderator, accepted={"season_number": ""})
        else:
            decide_proposal(proposal=correction, moderator=moderator, accepted={"year": fingerprint(1997)})
        assert in_another_connection(threads, point_at).result() == show.pk
