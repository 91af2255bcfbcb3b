import pytest
from django.core.management import CommandError, call_command

from accounts.models import MemberTotals
from films.models import SiteCounter, TitleKind, TitleTotals
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
    make_vote(film, value=1, counted=False)
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
