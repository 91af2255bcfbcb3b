import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Member, MemberTotals
from films.models import SiteCounter, Title, TitleKind, TitleTotals
from reviews.models import Case, SetAsideVote, Vote
from reviews.services.recounting import find_differences, recount
from reviews.tasks import check_totals
from tests.factories import make_member, make_person, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def _some_of_everything() -> None:
    show, member = make_title(kind=TitleKind.SHOW), make_member()
    for number in (1, 2):
        make_vote(make_season(show, number), member, number * 3)
    film = make_title()
    make_vote(film, member, 10)
    make_vote(film, make_member(suspended_at=timezone.now()), value=1, counted=False)
    make_review(film, member)
    make_review(film, state="removed")
    make_person()


@pytest.mark.usefixtures("_some_of_everything")
def test_totals_kept_by_trigger_equal_a_recount() -> None:
    assert find_differences() == []


@pytest.mark.usefixtures("_some_of_everything")
def test_a_recount_finds_and_repairs_every_wrong_number() -> None:
    film = TitleTotals.objects.get(vote_count=1, title__kind=TitleKind.FILM)
    TitleTotals.objects.filter(pk=film.pk).update(h10=0, h9=1)
    MemberTotals.objects.filter(vote_count=3).update(message_count=7)
    SiteCounter.objects.filter(name="votes").delete()
    TitleTotals.objects.filter(title__kind=TitleKind.SHOW).delete()
    found = recount(check=True)
    assert [difference.table for difference in found] == [
        "films_titletotals",
        "films_titletotals",
        "accounts_membertotals",
        "films_sitecounter",
    ]
    assert found[0].stored is None
    assert recount() == found
    assert find_differences() == []
    film.refresh_from_db()
    assert film.histogram == [0] * 9 + [1]


@pytest.fixture
def wrongly_counted() -> list[Vote]:
    """Votes whose `counted` a restored backup or a hand in the database left wrong, past every trigger."""
    votes = [make_vote(value=value) for value in (2, 4, 6, 8, 10)]
    suspended, unreleased, aside, left_out, late = votes
    case = Case.objects.create(kind="votes", matter="votes", section="films", title=aside.title)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
        Member.objects.filter(pk=suspended.member_id).update(suspended_at=timezone.now())
        Title.objects.filter(pk=unreleased.title_id).update(released_on="2999-01-01")
        Title.objects.filter(pk=late.title_id).update(released_on=timezone.now().date())
        SetAsideVote.objects.create(case=case, member=aside.member, title=aside.title)
        Vote.objects.filter(pk=left_out.pk).update(counted=False)
        cursor.execute("SET LOCAL session_replication_role = 'origin'")
    Vote.objects.filter(pk=late.pk).update(counted=False)
    return [suspended, unreleased, aside, left_out]


def test_a_vote_that_counts_against_its_reasons_is_a_difference_of_its_own(
    wrongly_counted: list[Vote],
) -> None:
    found = [difference for difference in find_differences() if difference.table == "reviews_vote"]
    assert [(difference.key, difference.stored, difference.counted) for difference in found] == [
        (wrong.pk, (wrong != wrongly_counted[3],), (wrong == wrongly_counted[3],))
        for wrong in wrongly_counted
    ]


def test_a_recount_lets_every_vote_count_that_should_and_the_totals_with_it(
    wrongly_counted: list[Vote],
) -> None:
    recount()
    assert find_differences() == []
    assert [Vote.objects.get(pk=vote.pk).counted for vote in wrongly_counted] == [False, False, False, True]
    assert TitleTotals.objects.get(pk=wrongly_counted[0].title_id).vote_count == 0
    assert TitleTotals.objects.get(pk=wrongly_counted[3].title_id).vote_sum == 8


@pytest.mark.usefixtures("_some_of_everything")
def test_a_recount_from_empty_tables_gives_what_the_triggers_gave() -> None:
    before = list(TitleTotals.objects.order_by("pk").values_list())
    for model in (TitleTotals, MemberTotals, SiteCounter):
        model.objects.all().delete()
    recount()
    assert list(TitleTotals.objects.order_by("pk").values_list()) == before


def test_the_command_says_so_and_fails_only_when_asked_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    vote = make_vote()
    call_command("recount", "--check")
    TitleTotals.objects.filter(pk=vote.title_id).update(vote_count=9)
    with pytest.raises(CommandError, match="1 totals differ") as raised:
        call_command("recount", "--check")
    assert raised.value.returncode == 1
    assert TitleTotals.objects.get(pk=vote.title_id).vote_count == 9
    call_command("recount")
    assert TitleTotals.objects.get(pk=vote.title_id).vote_count == 1
    assert "Corrected 1 total" in capsys.readouterr().out


def test_the_nightly_check_logs_an_error_and_corrects_nothing(caplog: pytest.LogCaptureFixture) -> None:
    vote = make_vote()
    check_totals()
    assert not caplog.records
    TitleTotals.objects.filter(pk=vote.title_id).update(vote_count=9)
    check_totals()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert TitleTotals.objects.get(pk=vote.title_id).vote_count == 9
