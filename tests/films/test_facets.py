"""Every choice of a filter says how many titles it would leave, and says the truth."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films import facets, tasks
from films.facets import count_facets, facets_for
from films.filters import TitleFilter
from films.models import Country, Genre, Language, TitleKind, TitleListing
from films.services.listing import refresh_listings
from tests.asserts import count_queries
from tests.factories import (
    make_credit,
    make_genre,
    make_person,
    make_season,
    make_title,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db

GENRES, COUNTRIES, LANGUAGES = ["Crime", "Drama", "War"], ["FR", "IR", "NL"], ["fa", "fr", "nl"]


@pytest.fixture
def catalogue(db: None) -> list[TitleListing]:
    """Forty films and some shows with whatever the dice say; the same each time."""
    chance = random.Random(3)
    by_name = {name: make_genre(name).pk for name in GENRES}
    for code in COUNTRIES:
        Country.objects.get_or_create(code=code)
    for code in LANGUAGES:
        Language.objects.get_or_create(code=code)
    rows = []
    for number in range(50):
        kind = TitleKind.FILM if number < 40 else TitleKind.SHOW
        genres = chance.sample(GENRES, chance.randint(0, 3))
        rows.append(
            TitleListing(
                title=make_title(kind=kind),
                kind=kind,
                sort_key="",
                genres=sorted(by_name[name] for name in genres),
                countries=chance.sample(COUNTRIES, chance.randint(0, 2)),
                languages=chance.sample(LANGUAGES, chance.randint(0, 2)),
                year=chance.choice([None, 1959, 1960, 1969, 1970, 2001]),
                vote_count=chance.randint(0, 9),
                mean=3,
                minutes=chance.randint(60, 200),
            )
        )
    return list(TitleListing.objects.bulk_create(rows))


def filters_of(query: str = "", kind: str = TitleKind.FILM) -> TitleFilter:
    return TitleFilter(QueryDict(query), kind=kind)


def fits(row: TitleListing, query: QueryDict, slugs: dict[int, str], without: str = "") -> bool:
    """The filters once more, in the plainest words."""
    asked = {name: query.getlist(name) for name in query if name != without}
    genres = {slugs[pk] for pk in row.genres}
    how = any if query.get("genres") == "any" else all
    if "genre" in asked and not how(slug in genres for slug in asked["genre"]):
        return False
    if "country" in asked and not set(asked["country"]) & set(row.countries):
        return False
    if "language" in asked and not set(asked["language"]) & set(row.languages):
        return False
    if "decade" in asked and (row.year is None or row.year // 10 * 10 != int(asked["decade"][0])):
        return False
    return "votes_from" not in asked or row.vote_count >= int(asked["votes_from"][0])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "genre=drama",
        "genre=drama&genre=war",
        "genre=drama&genre=war&genres=any",
        "country=NL",
        "country=NL&country=FR&genre=crime",
        "language=fa&votes_from=4",
        "decade=1960",
        "decade=1960&genre=drama&country=IR&language=fa&votes_from=2",
        "genre=crime&genres=any&decade=1970",
    ],
)
def test_counts_equal_a_plain_count_of_every_row(catalogue: list[TitleListing], query: str) -> None:
    asked, slugs = QueryDict(query), dict(Genre.objects.values_list("pk", "slug"))
    films = [row for row in catalogue if row.kind == TitleKind.FILM]
    widens = {"genre": asked.get("genres") == "any", "country": True, "language": True, "decade": True}

    def count(name: str, values_of) -> dict[str, int]:
        without = name if widens[name] else ""
        kept = [row for row in films if fits(row, asked, slugs, without)]
        titles = Counter(value for row in kept for value in values_of(row))
        if name == "decade" or not without or name not in asked:
            return dict(titles)
        # Another choice here widens the list: its number is that of the titles it would add.
        chosen = set(asked.getlist(name))
        added = Counter(value for row in kept if not chosen & set(values_of(row)) for value in values_of(row))
        return {value: titles[value] if value in chosen else added[value] for value in titles}

    assert count_facets(filters_of(query)) == {
        "genre": count("genre", lambda row: [slugs[pk] for pk in row.genres]),
        "country": count("country", lambda row: row.countries),
        "language": count("language", lambda row: row.languages),
        "decade": count("decade", lambda row: [str(row.year // 10 * 10)] if row.year else []),
    }
    assert {row.pk for row in filters_of(query).rows} == {row.pk for row in films if fits(row, asked, slugs)}


@pytest.mark.parametrize("query", ["country=NL&genre=drama", "genre=drama&genre=war&genres=any"])
def test_a_number_with_a_plus_is_what_choosing_it_adds(
    client: Client, catalogue: list[TitleListing], query: str
) -> None:
    name = query.partition("=")[0]
    now = filters_of(query).rows.count()
    facet = next(found for found in facets_for(filters_of(query), count=True).each if found.name == name)
    others = [choice for choice in facet.choices if choice.adds]
    assert others == [choice for choice in facet.choices if not choice.is_chosen]
    assert any(choice.titles for choice in others)
    for choice in others:
        assert filters_of(f"{query}&{name}={choice.value}").rows.count() == now + choice.titles
    page = client.get(f"/films/?{query}&counts=1").content.decode()
    assert f'id="n-{name}-{others[0].value}">+{others[0].titles}<' in page
    assert 'id="n-decade-1960">+' not in page


def test_what_is_chosen_stands_first_in_every_facet(catalogue: list[TitleListing]) -> None:
    query = "genre=war&country=NL&language=nl&decade=1950"
    for facet in facets_for(filters_of(query)).each:
        assert [choice.is_chosen for choice in facet.choices[:2]] == [True, False], facet.name
    words = [choice.words for choice in facets_for(filters_of("genre=war")).each[0].choices]
    assert words[1:] == sorted(words[1:])


def test_no_decade_that_has_not_begun_is_offered_nor_refused(catalogue: list[TitleListing]) -> None:
    this_year = timezone.localdate().year
    offered = [int(choice.value) for choice in facets_for(filters_of()).each[3].choices]
    assert max(offered) == this_year // 10 * 10
    # A title that was announced for later has a page, which leads to its decade.
    assert filters_of(f"decade={max(offered) + 10}").is_valid()


def test_a_number_is_what_choosing_it_leaves(catalogue: list[TitleListing]) -> None:
    counts = count_facets(filters_of("genre=drama"))
    for value, titles in counts["genre"].items():
        more = "genre=drama" if value == "drama" else f"genre=drama&genre={value}"
        assert filters_of(more).rows.count() == titles
    for value, titles in counts["decade"].items():
        assert filters_of(f"genre=drama&decade={value}").rows.count() == titles


# --- The page -------------------------------------------------------------------------------------------


def test_a_page_comes_without_counts_and_says_where_they_are(
    client: Client, catalogue: list[TitleListing]
) -> None:
    page = client.get("/films/?genre=drama").content.decode()
    assert 'href="?genre=drama&amp;counts=1"' in page
    assert '<span class="num" id="n-genre-war"></span>' in page
    counted = client.get("/films/?genre=drama&counts=1").content.decode()
    expected = count_facets(filters_of("genre=drama"))["genre"]["war"]
    assert f'<span class="num" id="n-genre-war">{expected}</span>' in counted
    assert "counts=1" not in counted
    # They are at hand now, for this list and whichever way it is asked for.
    assert f'id="n-genre-war">{expected}<' in client.get("/films/?genre=drama&country=").content.decode()


def test_htmx_fetches_the_counts_alone(client: Client, catalogue: list[TitleListing]) -> None:
    answer = client.get("/films/?counts=1", headers={"HX-Request": "true", "HX-Target": "count"})
    page = answer.content.decode()
    assert 'id="n-country-NL" hx-swap-oob="true"' in page
    assert "<h1" not in page
    assert 'class="card"' not in page


def test_counts_that_take_too_long_leave_the_page_without(
    client: Client, catalogue: list[TitleListing], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(filters: TitleFilter) -> None:
        raise OperationalError("canceling statement due to statement timeout")

    monkeypatch.setattr(facets, "count_facets", slow)
    answer = client.get("/films/?counts=1")
    assert answer.status_code == 200
    assert '<span class="num" id="n-genre-war"></span>' in answer.content.decode()


def test_a_statement_past_its_time_is_stopped(
    catalogue: list[TitleListing], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "LIMIT_MS", 20)
    slow = TitleListing.objects.extra(where=["pg_sleep(0.02) IS NOT NULL"])
    monkeypatch.setattr(facets, "_rows_for", lambda filters, name: slow)
    with pytest.raises(OperationalError):
        count_facets(filters_of())


def test_choices_without_a_title_do_not_show_once_everything_is_counted(
    client: Client, catalogue: list[TitleListing]
) -> None:
    make_genre("Western")
    assert 'value="western"' in client.get("/films/").content.decode()
    tasks.recount_facets()
    assert 'value="western"' not in client.get("/films/").content.decode()
    assert 'value="western" checked' in client.get("/films/?genre=western").content.decode()


def test_countries_stand_by_their_number_of_titles_after_the_chosen_ones(
    catalogue: list[TitleListing],
) -> None:
    tasks.recount_facets()
    order = sorted(
        count_facets(filters_of())["country"].items(), key=lambda item: (-item[1], COUNTRIES.index(item[0]))
    )
    codes = [code for code, _ in order]
    for query, expected in (
        ("", codes),
        ("genre=drama", codes),
        (f"country={codes[2]}", [codes[2], *codes[:2]]),
    ):
        facet = next(found for found in facets_for(filters_of(query)).each if found.name == "country")
        assert [choice.value for choice in facet.choices] == expected


def test_a_long_facet_shows_its_first_and_its_chosen(
    catalogue: list[TitleListing], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.recount_facets()
    monkeypatch.setattr(facets, "MOST_CHOICES", 1)
    last = facets_for(filters_of()).each[1]
    assert last.left_out
    assert len(last.choices) == 1
    others = [code for code in COUNTRIES if code != last.choices[0].value]
    shown = facets_for(filters_of(f"country={others[0]}&country={others[1]}")).each[1]
    assert {choice.value for choice in shown.choices} == set(others)


def test_counts_at_hand_cost_no_query(client: Client, catalogue: list[TitleListing]) -> None:
    without = count_queries(client, "/films/?genre=drama")
    tasks.recount_facets()
    filters = filters_of("genre=drama")
    facets.recount(filters)
    client.get("/films/?genre=drama")
    assert not [sql for sql in without if "unnest" in sql]
    # Four statements, and what bounds their time.
    counted = count_queries(client, "/films/?genre=drama&counts=1")
    assert len([sql for sql in counted if "unnest" in sql or "/ 10" in sql]) == 4


# --- What only members can ask --------------------------------------------------------------------------


def test_what_a_member_has_not_voted_on(client: Client, alice: Member) -> None:
    seen, unseen = make_title("Seen"), make_title("Unseen")
    make_vote(seen, alice)
    make_vote(unseen)
    refresh_listings()
    rows = TitleFilter(QueryDict("unseen=1"), kind=TitleKind.FILM, viewer=alice).rows
    assert [row.title for row in rows] == [unseen]
    client.force_login(alice)
    page = client.get("/films/?unseen=1").content.decode()
    assert "Unseen</span>" in page
    assert ">Seen</span>" not in page


def test_a_show_is_seen_with_any_of_its_seasons(alice: Member) -> None:
    seen, unseen = make_title("Seen", kind=TitleKind.SHOW), make_title("Unseen", kind=TitleKind.SHOW)
    make_vote(make_season(seen, 1), alice)
    make_season(seen, 2)
    make_season(unseen, 1)
    refresh_listings()
    for kind, left in ((TitleKind.SHOW, 1), (TitleKind.SEASON, 2)):
        assert TitleFilter(QueryDict("unseen=1"), kind=kind, viewer=alice).rows.count() == left


def test_what_stands_on_my_watchlist(alice: Member, bob: Member) -> None:
    wanted, other = make_title(), make_title()
    alice.watchlist.create(title=wanted)
    bob.watchlist.create(title=other)
    refresh_listings()
    rows = TitleFilter(QueryDict("watchlist=1"), kind=TitleKind.FILM, viewer=alice).rows
    assert [row.title for row in rows] == [wanted]


@pytest.mark.parametrize("name", ["unseen", "watchlist"])
def test_a_visitor_is_told_that_it_takes_an_account(
    client: Client, catalogue: list[TitleListing], name: str
) -> None:
    page = client.get(f"/films/?{name}=1")
    assert "once you are signed in" in page.content.decode()
    assert page.context["count"] == 40
    assert not page.cookies
    assert not page.context["filters"].chips


def test_what_one_member_counts_is_not_shown_to_another(
    catalogue: list[TitleListing], alice: Member, bob: Member
) -> None:
    states = {
        TitleFilter(QueryDict("unseen=1"), kind=TitleKind.FILM, viewer=viewer).state
        for viewer in (alice, bob, AnonymousUser())
    }
    assert len(states) == 3


# --- Every other filter ---------------------------------------------------------------------------------


def test_people_by_any_credit_or_as_director(client: Client) -> None:
    person = make_person("Abbas Kiarostami")
    directed, played, other = make_title("Directed"), make_title("Played"), make_title("Other")
    make_credit(directed, person)
    make_credit(played, person, "actor")
    make_credit(other)
    refresh_listings()
    found = {row.title for row in filters_of(f"person={person.pk}").rows}
    assert found == {directed, played}
    assert [row.title for row in filters_of(f"director={person.pk}").rows] == [directed]
    page = client.get(f"/films/?person={person.pk}&genre=").content.decode()
    assert "With Abbas Kiarostami" in page
    assert f'<input type="hidden" name="person" value="{person.pk}"' in page


def test_a_credit_of_a_show_counts_for_its_seasons_and_the_other_way_round() -> None:
    person, guest = make_person(), make_person()
    show = make_title(kind=TitleKind.SHOW)
    first, second = make_season(show, 1), make_season(show, 2)
    make_credit(show, person)
    make_credit(second, guest, "actor")
    refresh_listings()
    assert {row.title for row in filters_of(f"person={person.pk}", TitleKind.SEASON).rows} == {first, second}
    assert [row.title for row in filters_of(f"person={guest.pk}", TitleKind.SEASON).rows] == [second]
    assert [row.title for row in filters_of(f"person={guest.pk}", TitleKind.SHOW).rows] == [show]


def test_a_season_has_the_genres_and_countries_of_its_show() -> None:
    show = make_title(kind=TitleKind.SHOW, genres=["Drama"], countries=["NL"])
    season = make_season(show, 1)
    own = make_season(show, 2, genres=["War"])
    refresh_listings(title_ids=[show.pk])
    assert [row.title for row in filters_of("genre=drama&country=NL", TitleKind.SEASON).rows] == [season]
    assert [row.title for row in filters_of("genre=war", TitleKind.SEASON).rows] == [own]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("minutes_from=90", {"Long"}),
        ("minutes_to=89", {"Short"}),
        ("mean_from=4", {"Short"}),
        ("mean_to=3.99", {"Long"}),
        ("votes_from=2", {"Long"}),
        ("votes_to=1", {"Short", "Bare"}),
        ("recent=1", {"Bare"}),
        ("language=fa", {"Short"}),
        ("language=fa&language=nl", {"Short", "Long"}),
    ],
)
def test_ranges_and_the_rest(query: str, found: set[str]) -> None:
    short, long = make_title("Short", minutes=80), make_title("Long", minutes=90)
    today = timezone.localdate()
    make_title("Bare", released_on=today - timedelta(days=10), year=today.year)
    short.languages.add(Language.objects.get_or_create(code="fa")[0])
    long.languages.add(Language.objects.get_or_create(code="nl")[0])
    make_votes(short, {10: 1})
    make_votes(long, {4: 2})
    refresh_listings()
    assert {row.title.name for row in filters_of(query).rows} == found


def test_each_thing_asked_for_is_a_chip_that_takes_it_away(
    client: Client, catalogue: list[TitleListing]
) -> None:
    query = "genre=drama&genre=war&genres=any&country=NL&decade=1960&mean_from=3.5&votes_from=1000&sort=name"
    chips = {chip.words: chip.without for chip in filters_of(query).chips}
    assert set(chips) == {
        "Drama",
        "War",
        "Netherlands",
        "1960s",
        "at least 1,000 votes",
        "mean at least 3.5",
        "any of these genres",
    }
    assert (
        chips["Drama"]
        == "?genre=war&genres=any&country=NL&decade=1960&mean_from=3.5&votes_from=1000&sort=name"
    )
    assert "Clear all" in client.get(f"/films/?{query}").content.decode()


def test_the_state_of_a_list_is_the_same_however_it_is_written() -> None:
    assert filters_of("genre=a&country=").state == filters_of("country=&genre=a&sort=rank&page=3").state
    assert filters_of("sort=name").state == filters_of("").state
    assert filters_of("sort=divisive").state != filters_of("").state


@pytest.mark.parametrize(
    "query",
    [
        "person=abc",
        "person=0",
        "director=9223372036854775807",
        "company=-1",
        "language=xx",
        "genres=some",
        "minutes_from=-1",
        "mean_from=6",
        "votes_to=1e9",
        "recent=perhaps&year_from=1",
        "watchlist=%F0%9F%98%80&decade=x",
        "country=NL&country=%27%3B--",
    ],
)
@pytest.mark.parametrize("path", ["/films/", "/shows/seasons/", "/top/"])
def test_hostile_addresses_are_answered_and_nothing_guessed(
    client: Client, catalogue: list[TitleListing], path: str, query: str
) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code == 200
    assert "This list cannot be made" in answer.content.decode()
