"""A member's year in review."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Audience, Member
from films.models import TitleKind
from reviews.statistics.years import year_of
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_credit,
    make_person,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
)

pytestmark = pytest.mark.django_db

URL = "/members/alice/year/2023/"
NEW_YEAR = datetime(2023, 1, 1, 12, tzinfo=UTC)


def page_of(client: Client, url: str = URL) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_diary_tells_the_year(alice: Member) -> None:
    varda = make_person("Agnès Varda")
    film = make_title("Cléo", genres=["Drama"], countries=["FR"], minutes=90)
    make_credit(film, varda)
    other = make_title("Vagabond", genres=["Drama"], minutes=105)
    make_credit(other, varda)
    make_credit(other, varda, role="actor")
    unmeasured = make_title("Lost", genres=["War"], minutes=None)
    for number in range(8):
        make_viewing(alice, film, seen_on=date(2023, 2, 1) + timedelta(days=number), is_rewatch=number > 0)
    make_viewing(alice, other, seen_on=date(2023, 1, 2))
    make_viewing(alice, unmeasured, seen_on=date(2023, 12, 30))
    make_viewing(alice, seen_on=date(2022, 12, 31))
    make_viewing(alice, seen_on=date(2024, 1, 1))
    make_vote(film, alice, 10, changed_at=datetime(2023, 2, 3, tzinfo=UTC))
    make_vote(other, alice, 4, changed_at=datetime(2023, 2, 4, tzinfo=UTC))
    make_vote(member=alice, value=1, changed_at=datetime(2022, 2, 4, tzinfo=UTC))
    make_review(film, alice, created_at=datetime(2023, 6, 1, tzinfo=UTC))
    told = year_of(alice, 2023, votes=True, viewings=True)
    assert (told.source, told.seen, told.titles, told.rewatches, told.messages) == ("diary", 10, 3, 7, 1)
    # 8 × 90 + 105, and one film nobody measured.
    assert (told.minutes, told.hours, told.unmeasured) == (825, 14, 1)
    assert told.first is not None
    assert told.last is not None
    assert (told.first[0].name, told.last[0].name) == ("Vagabond", "Lost")
    assert [(row.name, row.titles) for row in told.most["genre"]] == [("Drama", 2), ("War", 1)]
    assert [(row.name, row.titles) for row in told.most["director"]] == [("Agnès Varda", 2)]
    assert "actor" not in told.most
    assert [(row.key, row.titles) for row in told.most["country"]] == [("FR", 1)]
    assert [(row.title.name, row.number) for row in told.again] == [("Cléo", 8)]
    assert [(row.title.name, row.number) for row in told.highest] == [("Cléo", 10), ("Vagabond", 4)]
    assert [(row.title.name, row.number) for row in told.lowest] == [("Vagabond", 4), ("Cléo", 10)]
    assert [month.seen for month in told.months] == [1, 8, *[0] * 9, 1]
    assert (told.months[1].votes, told.months[1].mean, told.months[0].mean) == (2, 3.5, None)
    assert (told.votes, told.mean) == (2, 3.5)


def test_a_season_lasts_as_long_as_its_episodes_and_is_of_its_show_s_genre(alice: Member) -> None:
    show = make_title(kind=TitleKind.SHOW, genres=["Crime"])
    season = make_season(show, minutes=50, episodes=8)
    for day in range(1, 11):
        make_viewing(alice, season, seen_on=date(2023, 1, day))
    told = year_of(alice, 2023, votes=True, viewings=True)
    assert told.minutes == 10 * 8 * 50
    assert [(row.name, row.titles) for row in told.most["genre"]] == [("Crime", 1)]


def ten_votes(member: Member) -> None:
    for number in range(10):
        make_vote(
            make_title(f"Film {number}"), member, number + 1, changed_at=NEW_YEAR + timedelta(days=number)
        )


def test_votes_tell_the_year_where_the_diary_does_not(client: Client, alice: Member) -> None:
    ten_votes(alice)
    make_viewing(alice, make_title("In the diary"), seen_on=date(2023, 1, 1))
    page = page_of(client)
    assert "by the votes cast in it" in page
    assert "In the diary" not in page
    assert "First of the year" in page
    assert page.index("Film 0</a>") < page.index("Film 9</a>")


def test_nine_dated_things_are_too_few(client: Client, alice: Member) -> None:
    for day in range(1, 10):
        make_viewing(alice, seen_on=date(2023, 1, day))
    page = page_of(client)
    assert "Too little of this year to look back on" in page
    assert "First of the year" not in page
    make_viewing(alice, seen_on=date(2023, 1, 10))
    assert "First of the year" in page_of(client)


def test_a_private_diary_tells_no_year(client: Client, alice: Member) -> None:
    for day in range(1, 11):
        make_viewing(alice, make_title(f"Seen {day}", genres=["Drama"]), seen_on=date(2023, 1, day))
    make_vote(make_title("Voted"), alice, 9, changed_at=NEW_YEAR)
    assert "Seen 1</a>" in page_of(client)
    Member.objects.filter(pk=alice.pk).update(diary_for=Audience.ME)
    assert "Too little of this year to look back on" in page_of(client)
    ten_votes(alice)
    page = page_of(client)
    assert "by the votes cast in it" in page
    assert "Voted</a>" in page
    assert "Drama" not in page
    client.force_login(alice)
    assert "Seen 1</a>" in page_of(client)


def test_private_votes_tell_no_year(client: Client, alice: Member) -> None:
    ten_votes(alice)
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.ME)
    for day in range(1, 10):
        make_viewing(alice, make_title(f"Seen {day}"), seen_on=date(2023, 1, day))
    assert "Too little of this year to look back on" in page_of(client)
    make_viewing(alice, make_title("Seen 10"), seen_on=date(2023, 1, 10))
    page = page_of(client)
    assert "Seen 1</a>" in page
    assert "Film 9</a>" not in page
    assert "mean vote" not in page
    assert ">Votes</th>" not in page


def test_a_year_without_a_source_for_the_viewer_is_not_found(client: Client, alice: Member) -> None:
    ten_votes(alice)
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.ME, diary_for=Audience.ME)
    assert client.get(URL).status_code == 404
    client.force_login(alice)
    assert "Film 9</a>" in page_of(client)


def test_months_are_for_those_who_may_see_what_was_done_when(client: Client, alice: Member) -> None:
    ten_votes(alice)
    assert "Month by month" in page_of(client)
    Member.objects.filter(pk=alice.pk).update(activity_for=Audience.ME)
    page = page_of(client)
    assert "Month by month" not in page
    assert "First of the year" in page


def test_other_years_are_one_click_away(client: Client, alice: Member) -> None:
    ten_votes(alice)
    make_vote(member=alice, changed_at=datetime(2020, 5, 5, tzinfo=UTC))
    make_viewing(alice, seen_on=date(2024, 5, 5))
    page = page_of(client)
    assert 'href="/members/alice/year/2020/" rel="prev"' in page
    assert 'href="/members/alice/year/2024/" rel="next"' in page
    # Years with too little to tell are not offered elsewhere.
    overview = page_of(client, "/members/alice/")
    assert 'href="/members/alice/year/2023/"' in overview
    assert 'href="/members/alice/year/2020/"' not in overview


@pytest.mark.parametrize(("year", "status"), [("0", 404), ("1894", 404), ("9999", 404), ("9" * 20, 400)])
def test_years_without_film_are_not_found(client: Client, alice: Member, year: str, status: int) -> None:
    assert client.get(f"/members/alice/year/{year}/").status_code == status


def test_the_page_asks_as_much_for_many_rows_as_for_few(client: Client, alice: Member) -> None:
    ten_votes(alice)
    for day in range(1, 11):
        make_viewing(alice, seen_on=date(2023, 3, day))

    def make_rows() -> None:
        film = make_title(genres=["Drama"], countries=["FR"])
        make_credit(film)
        make_vote(film, alice, changed_at=NEW_YEAR)
        make_viewing(alice, film, seen_on=date(2023, 1, 5))

    assert_flat_queries(client, make_rows, URL, at_most=6)
