"""A member's life of films in numbers."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import Audience, Member, Part
from accounts.views import statistics as page_module
from films.models import Title, TitleKind
from reviews.filters import VoteFilter
from reviews.models import Vote
from reviews.services.voting import cast_vote
from reviews.statistics.activity import activity_of, dated_years
from reviews.statistics.votes import largest_changes, last_vote_at, member_statistics, people_means
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_credit,
    make_follow,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db

URL = "/members/alice/statistics/"


def page_of(client: Client, query: str = "") -> str:
    response = client.get(URL + query)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def numbers(member: Member) -> dict[str, dict[str, tuple[int, float]]]:
    """Votes and mean by kind and key."""
    member = Member.objects.for_card().get(pk=member.pk)
    last = last_vote_at(member)
    facets = member_statistics(member=member, last_vote_at=last).facets
    people = people_means(member=member, last_vote_at=last)
    return {
        kind: {row.key: (row.count, row.mean) for row in rows} for kind, rows in (facets | people).items()
    }


def five(member: Member, *values: int, **title: object) -> list[Title]:
    films = [make_title(**title) for _ in range(5)]
    for film, value in zip(films, values or (6, 7, 8, 9, 10), strict=True):
        make_vote(film, member, value)
    return films


# --- Means ----------------------------------------------------------------------------------------------


def test_means_are_told_by_genre_country_decade_language_director_and_actor(alice: Member) -> None:
    films = five(alice, genres=["Drama", "War"], countries=["FR"], year=1994, original_language="fr")
    director, actor = make_person(), make_person()
    for film in films:
        make_credit(film, director)
        make_credit(film, actor, role="actor")
    make_credit(films[0], actor, role="actor", character="Her twin")
    make_credit(films[0], actor, role="writer")
    assert numbers(alice) == {
        "genre": {"drama": (5, 4.0), "war": (5, 4.0)},
        "country": {"FR": (5, 4.0)},
        "decade": {"1990": (5, 4.0)},
        "language": {"fr": (5, 4.0)},
        "director": {str(director.pk): (5, 4.0)},
        "actor": {str(actor.pk): (5, 4.0)},
    }


def test_a_season_counts_for_its_show_where_it_has_nothing_of_its_own(alice: Member) -> None:
    show = make_title(kind=TitleKind.SHOW, genres=["Crime"], countries=["DK"], original_language="da")
    for number in range(1, 6):
        make_vote(make_season(show, number), alice, 8)
    own = make_season(show, 6, genres=["Comedy"], countries=["NL"], original_language="nl")
    make_vote(own, alice, 2)
    found = numbers(alice)
    assert found["genre"] == {"crime": (5, 4.0)}
    assert found["country"] == {"DK": (5, 4.0)}
    assert found["language"] == {"da": (5, 4.0)}


def test_votes_that_do_not_count_are_in_no_mean(alice: Member) -> None:
    film = five(alice, genres=["Drama"])[0]
    Vote.objects.filter(title=film).update(counted=False)
    assert numbers(alice)["genre"] == {}


def rows_of(page: str, kind: str) -> list[str]:
    table = page.partition(f'id="by-{kind}"')[2].partition("</table>")[0]
    return re.findall(r'<th scope="row">(?:<a [^>]*>)?([^<]+)', table)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("", ["Drama", "Comedy", "War"]),
        ("votes", ["Drama", "Comedy", "War"]),
        ("-votes", ["War", "Comedy", "Drama"]),
        ("name", ["Comedy", "Drama", "War"]),
        ("-name", ["War", "Drama", "Comedy"]),
        ("mean", ["War", "Drama", "Comedy"]),
        ("-mean", ["Comedy", "Drama", "War"]),
        ("spoons", ["Drama", "Comedy", "War"]),
    ],
)
def test_tables_are_sorted_by_any_column_both_ways(
    client: Client, alice: Member, sort: str, expected: list[str]
) -> None:
    five(alice, 6, 6, 6, 6, 6, genres=["Drama"])
    five(alice, 1, 1, 1, 1, 1, genres=["Comedy"])
    five(alice, 10, 10, 10, 10, 10, genres=["War"])
    make_vote(make_title(genres=["Drama"]), alice, 6)
    make_vote(make_title(genres=["Drama", "Comedy"]), alice, 6)
    page = page_of(client, f"?sort={sort}" if sort else "")
    assert rows_of(page, "genre") == expected


def test_the_sorted_column_says_so_and_its_link_turns_it_round(client: Client, alice: Member) -> None:
    five(alice, genres=["Drama"])
    head = page_of(client, "?sort=mean").partition('id="by-genre"')[2].partition("</thead>")[0]
    assert 'aria-sort="descending"><a href="?sort=-mean#by-genre">Mean</a>' in head
    assert head.count("aria-sort") == 1
    head = page_of(client, "?sort=-mean").partition('id="by-genre"')[2].partition("</thead>")[0]
    assert 'aria-sort="ascending"><a href="?sort=mean#by-genre">Mean</a>' in head


def test_a_long_table_shows_its_first_rows_and_has_a_page_of_its_own(
    client: Client, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_module, "ROWS_A_TABLE", 1)
    monkeypatch.setattr(page_module.table_of, "__kwdefaults__", {"sort": "", "most": 1})
    five(alice, genres=["Drama", "War"])
    page = page_of(client, "?sort=name")
    assert rows_of(page, "genre") == ["Drama"]
    assert '<a href="?sort=name&amp;table=genre">All 2 rows' in page
    assert rows_of(page_of(client, "?sort=name&table=genre"), "genre") == ["Drama", "War"]
    assert rows_of(page_of(client, "?table=nonsense"), "genre") == ["Drama"]


def test_directors_and_actors_come_after_the_page_and_at_once_when_they_are_kept(
    client: Client, alice: Member
) -> None:
    person = make_person("Agnès Varda")
    films = five(alice, genres=["Drama"])
    for film in films:
        make_credit(film, person)
    link = '<a rel="nofollow" href="?sort=mean&amp;people=1#means">'
    asks = 'id="people" hx-get="?sort=mean&amp;people=1" hx-trigger="load"'
    page = page_of(client, "?sort=mean")
    assert link in page
    assert asks in page
    assert rows_of(page, "director") == []
    assert client.get(URL)["Vary"].count("HX-Target") == 1

    part = client.get(
        f"{URL}?people=1", headers={"HX-Request": "true", "HX-Target": "people"}
    ).content.decode()
    assert rows_of(part, "director") == ["Agnès Varda"]
    assert "<h1" not in part
    assert 'id="by-genre"' not in part

    page = page_of(client)
    assert rows_of(page, "director") == ["Agnès Varda"]
    assert 'id="people"' not in page
    cast_vote(member=alice, title=films[0], value=1)
    assert rows_of(page_of(client), "director") == []
    # Without script the link leads to a page that has them.
    assert rows_of(page_of(client, "?people=1"), "director") == ["Agnès Varda"]


def test_tables_of_people_that_nobody_has_enough_votes_for_are_named(client: Client, alice: Member) -> None:
    person = make_person("Agnès Varda")
    for film in five(alice, genres=["Drama"]):
        make_credit(film, person)
    assert "votes on</p>" not in page_of(client)
    page = page_of(client, "?people=1")
    assert "By actor: from 5 votes on" in page
    assert "By director: from" not in page


def test_the_page_of_all_directors_needs_no_asking(client: Client, alice: Member) -> None:
    person = make_person("Agnès Varda")
    for film in five(alice):
        make_credit(film, person)
    assert rows_of(page_of(client, "?table=director"), "director") == ["Agnès Varda"]


# --- The votes behind a row -----------------------------------------------------------------------------


def titles_behind(client: Client, query: str) -> set[str]:
    page = client.get(f"/members/alice/votes/?{query}").content.decode()
    return set(re.findall(r'<div class="vote-row-title"><a [^>]*>([^<]*)</a>', page))


def test_every_row_leads_to_the_votes_it_is_made_of(client: Client, alice: Member) -> None:
    director = make_person("Agnès Varda")
    for number in range(5):
        film = make_title(
            f"In {number}", genres=["Drama"], countries=["FR"], year=1960 + number, original_language="fr"
        )
        make_credit(film, director)
        make_vote(film, alice)
    out = make_title("Out", genres=["War"], countries=["NL"], year=1970, original_language="nl")
    make_credit(out, director, role="actor")
    make_vote(out, alice)
    page = page_of(client, "?people=1")
    links = re.findall(r'<th scope="row"><a href="/members/alice/votes/\?([^"]+)">', page)
    assert len(links) == 5
    for query in links:
        assert titles_behind(client, query.replace("&amp;", "&")) == {f"In {number}" for number in range(5)}
    assert titles_behind(client, f"person={director.pk}") == {*(f"In {number}" for number in range(5)), "Out"}


def test_seasons_are_found_by_what_their_show_has(client: Client, alice: Member) -> None:
    show = make_title(
        "Riget", kind=TitleKind.SHOW, genres=["Crime"], countries=["DK"], original_language="da"
    )
    make_vote(make_season(show, 1), alice)
    make_vote(make_season(show, 2, genres=["Comedy"], countries=["NL"], original_language="nl"), alice)
    for query in ("genre=crime", "country=DK", "language=da"):
        assert titles_behind(client, query) == {"Riget, season 1"}, query
    for query in ("genre=comedy", "country=NL", "language=nl"):
        assert titles_behind(client, query) == {"Riget, season 2"}, query


@pytest.mark.parametrize("query", ["genre=crime", "country=DK"])
def test_what_a_title_has_is_looked_up_vote_by_vote_however_many_titles_have_it(
    alice: Member, query: str
) -> None:
    for _ in range(30):
        make_vote(make_title(genres=["Crime"], countries=["DK"]), alice)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE reviews_vote, films_titlegenre, films_title_countries, films_title")
    filters = VoteFilter(QueryDict(query), queryset=Vote.objects.filter(member=alice))
    assert filters.qs.count() == 30
    # A hashed plan reads the rows of all titles first.
    assert "hashed" not in filters.qs.explain()


def test_the_list_says_what_it_is_narrowed_to_and_the_way_back(client: Client, alice: Member) -> None:
    five(alice, 6, 6, 8, 8, 8, genres=["Drama"], countries=["FR"])
    make_vote(make_title(genres=["War"]), alice, 6)
    page = client.get("/members/alice/votes/?genre=drama&country=FR&stars=6&page=1").content.decode()
    assert '<h2 id="history">2 votes' in page
    assert '<a class="chip on" href="?country=FR&amp;stars=6">Drama' in page
    assert '<a class="chip on" href="?genre=drama&amp;stars=6">France' in page
    # The histogram is that of these titles, and stays with them.
    assert (
        'href="/members/alice/votes/?genre=drama&amp;country=FR&amp;stars=8" aria-label="4 of 5 stars: 3 votes"'
        in page
    )


def test_what_is_odd_in_the_address_narrows_nothing(client: Client, alice: Member) -> None:
    make_vote(make_title("Ordet"), alice)
    for query in (
        "genre=nonsense",
        "person=-1",
        "person=x",
        "decade=abc",
        "role=king",
    ):
        assert titles_behind(client, query) == {"Ordet"}, query
    for query in ("country=QQ", "language=xx", "decade=1800"):
        assert titles_behind(client, query) == set(), query


def test_narrowed_votes_ask_as_much_for_many_rows_as_for_few(client: Client, alice: Member) -> None:
    person = make_person()

    def make_rows() -> None:
        film = make_title(genres=["Drama"], countries=["FR"], original_language="fr")
        make_credit(film, person)
        make_vote(film, alice)

    query = f"genre=drama&country=FR&decade=1990&language=fr&person={person.pk}&role=director"
    make_rows()
    assert_flat_queries(client, make_rows, f"/members/alice/votes/?{query}", at_most=7)


# --- Against the others ---------------------------------------------------------------------------------


def test_generosity_is_the_mean_gap_to_the_others_where_there_are_enough_of_them(
    client: Client, alice: Member
) -> None:
    kind, strict, few = make_title("Kind"), make_title("Strict"), make_title("Few")
    make_votes(kind, {6: 5})
    make_votes(strict, {8: 5})
    make_votes(few, {1: 4})
    make_vote(kind, alice, 10)  # 5 stars against 3: two above
    make_vote(strict, alice, 7)  # 3½ against 4: half below
    make_vote(few, alice, 10)
    page = page_of(client)
    # (2 − ½) / 2, on two titles.
    assert "alice is <b>0.75 stars kinder</b> than the others." in page
    assert "over 2 titles with at least 5 votes of others" in page
    above, _, below = page.partition("Liked less than others do")
    assert "Kind</a>" in above
    assert "others <b>3.00</b>" in above
    assert "Strict</a>" in below
    assert "others <b>4.00</b>" in below
    assert "Few</a>" not in page


def test_gaps_name_no_titles_where_votes_are_private(client: Client, alice: Member) -> None:
    film = make_title("Kind")
    make_votes(film, {6: 5})
    make_vote(film, alice, 10)
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.ME)
    page = page_of(client)
    assert "<b>2.00 stars kinder</b>" in page
    assert "Kind</a>" not in page
    assert "/votes/" not in page


# --- Changes of mind, activity ---------------------------------------------------------------------------


def test_changed_minds_show_to_those_who_may_see_them(client: Client, alice: Member) -> None:
    little, much = make_title("Little"), make_title("Much")
    for film, values in ((little, (6, 8)), (much, (2, 5, 9, 9))):
        for value in values:
            cast_vote(member=alice, title=film, value=value)
    assert [(change.title.name, change.before, change.now) for change in largest_changes(alice)] == [
        ("Much", 2, 9),
        ("Little", 6, 8),
    ]
    assert "Minds changed most" not in page_of(client)
    Member.objects.filter(pk=alice.pk).update(history_for=Audience.EVERYONE)
    assert "Minds changed most" in page_of(client)
    Member.objects.filter(pk=alice.pk).update(votes_for=Audience.ME)
    assert "Minds changed most" not in page_of(client)


def test_every_day_of_a_year_is_there_and_each_act_on_its_day(alice: Member) -> None:
    today = date(2024, 5, 15)
    noon = datetime(2024, 5, 13, 12, tzinfo=UTC)
    make_vote(member=alice, changed_at=noon)
    make_vote(member=alice, changed_at=noon - timedelta(days=800))
    make_review(author=alice, created_at=noon)
    make_review(author=alice, created_at=noon, state="removed")
    make_viewing(alice, seen_on=date(2024, 5, 14))
    make_viewing(alice, seen_on=None)
    found = activity_of(alice, votes=True, viewings=True, today=today)
    assert found.days[0].day.weekday() == 0
    assert [day.day for day in found.days] == [
        found.days[0].day + timedelta(days=number) for number in range(len(found.days))
    ]
    assert found.days[-1].day == today
    assert found.busy_days == [(date(2024, 5, 14), 0, 0, 1), (date(2024, 5, 13), 1, 1, 0)]
    assert found.months == {date(2022, 3, 1): 1, date(2024, 5, 1): 1}
    assert [(year, total) for year, _counts, total in found.years] == [(2024, 1), (2023, 0), (2022, 1)]


def test_private_votes_and_viewings_are_on_no_day(alice: Member) -> None:
    make_vote(member=alice)
    make_viewing(alice)
    make_review(author=alice)
    found = activity_of(alice, votes=False, viewings=False)
    assert [day[1:] for day in found.busy_days] == [(0, 1, 0)]
    assert found.months == {}


def test_the_calendar_is_for_those_who_may_see_what_was_done_when(client: Client, alice: Member) -> None:
    make_vote(member=alice)
    assert "day by day" in page_of(client)
    Member.objects.filter(pk=alice.pk).update(activity_for=Audience.ME)
    page = page_of(client)
    assert "day by day" not in page
    assert "Votes by month" not in page


def test_years_are_those_with_votes_or_viewings(alice: Member) -> None:
    make_vote(member=alice, changed_at=datetime(2021, 2, 2, tzinfo=UTC))
    make_viewing(alice, seen_on=date(2021, 3, 3))
    make_viewing(alice, seen_on=date(2019, 3, 3))
    make_viewing(alice, seen_on=None)
    assert dated_years(alice, votes=True, viewings=True) == {2021: 2, 2019: 1}
    assert dated_years(alice, votes=True, viewings=False) == {2021: 1}
    assert dated_years(alice, votes=False, viewings=True) == {2021: 1, 2019: 1}


def test_years_of_a_private_diary_are_not_named(client: Client, alice: Member) -> None:
    make_vote(member=alice, changed_at=datetime(2021, 2, 2, tzinfo=UTC))
    for day in range(1, 11):
        make_viewing(alice, seen_on=date(2019, 3, day))
    told, pages = "/members/alice/year/2019/", (URL, "/members/alice/")
    assert all(told in client.get(page).text for page in pages)
    Member.objects.filter(pk=alice.pk).update(diary_for=Audience.ME)
    assert not any(told in client.get(page).text for page in pages)
    assert "/members/alice/year/2021/" in page_of(client)


# --- The page -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("votes/", Part.VOTES),
        ("statistics/", Part.STATISTICS),
        ("year/2024/", Part.STATISTICS),
        ("match/", Part.VOTES),
        ("match/", Part.STATISTICS),
    ],
)
@pytest.mark.parametrize(
    ("audience", "seen_by"),
    [
        (Audience.EVERYONE, {"stranger", "asked", "follower", "owner"}),
        (Audience.FOLLOWERS, {"follower", "owner"}),
        (Audience.ME, {"owner"}),
    ],
)
def test_a_page_is_found_by_those_for_whom_its_part_is(
    client: Client, alice: Member, bob: Member, path: str, part: Part, audience: Audience, seen_by: set[str]
) -> None:
    Member.objects.filter(pk=alice.pk).update(**{part.column: audience})
    stranger, asked = make_member("stranger"), make_member("asked")
    make_follow(bob, alice)
    make_follow(asked, alice, accepted=False)
    found = set()
    for kind, viewer in (("stranger", stranger), ("asked", asked), ("follower", bob), ("owner", alice)):
        client.force_login(viewer)
        status = client.get(f"/members/alice/{path}").status_code
        assert status in (200, 302, 404)
        if status != 404:
            found.add(kind)
    assert found == seen_by


def test_who_has_no_votes_is_told_where_numbers_come_from(client: Client, alice: Member) -> None:
    assert "No votes yet" in page_of(client)
    client.force_login(alice)
    assert "Numbers come with votes" in page_of(client)


def test_visitors_get_no_cookie(client: Client, alice: Member) -> None:
    make_vote(member=alice)
    assert not client.get(URL).cookies
    assert not client.get(f"/members/alice/year/{timezone.localdate().year}/").cookies


def test_the_page_asks_as_much_for_many_rows_as_for_few(client: Client, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(history_for=Audience.EVERYONE)

    def make_rows() -> None:
        film = make_title(genres=["Drama"], countries=["FR"], original_language="fr")
        make_credit(film)
        make_votes(film, {4: 5})
        cast_vote(member=alice, title=film, value=4)
        cast_vote(member=alice, title=film, value=9)
        make_viewing(alice, film)
        make_review(film, alice)

    assert_flat_queries(client, make_rows, f"{URL}?people=1", at_most=10)
