"""The facts of a title's page: each shows where it is known, and takes no room where it is not."""

import json
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import (
    AlternativeTitle,
    Award,
    Company,
    Country,
    ExternalScore,
    FilmingLocation,
    Language,
    Link,
    Nomination,
    Relation,
    RelationKind,
    Release,
    Role,
    SimilarTitle,
    Title,
    TitleCompany,
    TitleKind,
    Trivia,
    Video,
)
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_person, make_season, make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db

WHEN = date(2026, 1, 2)


def page_of(client: Client, title: Title, **headers: str) -> str:
    return client.get(title.get_absolute_url(), headers=headers).content.decode()


def words(page: str) -> str:
    """The page as it is read: without tags, white space made even."""
    page = re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("&#x27;", "'").replace("&amp;", "&").split())


def section(page: str, anchor: str) -> str:
    """What stands under the heading with this id, in words; empty without that section."""
    found = re.search(rf'<section aria-labelledby="{anchor}">(.*?)</section>', page, re.DOTALL)
    return words(found[1]) if found else ""


def fact(page: str, term: str) -> str:
    """What the list of facts says of a term, in words; empty where it says nothing."""
    facts = page.split('<dl class="facts">')[1].split("</dl>")[0]
    found = re.search(rf"<dt>{term}</dt><dd[^>]*>(.*?)</dd></div>", facts, re.DOTALL)
    return words(found[1]) if found else ""


def country(code: str) -> Country:
    return Country.objects.get_or_create(code=code)[0]


def nominate(title: Title, award: str, year: int, category: str = "", **fields: object) -> Nomination:
    prize = Award.objects.get_or_create(name=award)[0]
    return Nomination.objects.create(title=title, award=prize, year=year, category=category, **fields)


@pytest.fixture
def film() -> Title:
    return make_title("Casablanca", year=1942, original_language="en", genres=["Drama", "War"])


def test_nothing_of_what_is_not_known_shows(client: Client) -> None:
    page = page_of(client, make_title("Bare", year=None))
    for anchor in (
        "cast", "releases", "awards", "places", "money", "trivia", "media", "relations", "similar", "mentions"
    ):  # fmt: skip
        assert f'id="{anchor}"' not in page, anchor
    assert "<dt>" not in page.split('<dl class="facts">')[1].split("</dl>")[0]
    assert "None" not in words(page)
    # Two headings need no way around.
    assert 'class="page-nav"' not in page


def test_the_original_name_stands_in_the_heading_in_its_own_script(client: Client) -> None:
    page = page_of(client, make_title("Rashomon", original_name="羅生門", original_language="ja"))
    heading = page.split("<h1 ")[1].split("</h1>")[0]
    assert '<span class="orig" lang="ja" dir="ltr">羅生門</span>' in heading
    assert "Rashomon" in heading


def test_other_names_say_their_language_or_country(client: Client, film: Title) -> None:
    AlternativeTitle.objects.create(title=film, name="כסבלנקה", language="he")
    AlternativeTitle.objects.create(title=film, name="Kazablanka", language="tr", region="TR")
    AlternativeTitle.objects.create(title=film, name="Everybody Comes", kind="working")
    page = page_of(client, film)
    assert fact(page, "Also known as") == (
        "כסבלנקה Hebrew Kazablanka Türkiye Everybody Comes · working title"
    )
    assert '<span lang="he" dir="rtl">כסבלנקה</span>' in page


def test_many_names_are_folded(client: Client, film: Title) -> None:
    for number in range(7):
        AlternativeTitle.objects.create(title=film, name=f"Name {number}")
    page = page_of(client, film)
    assert "<summary>2 more names</summary>" in page
    assert "Name 6" in page


def test_everybody_behind_the_camera_is_named_with_what_they_did(client: Client, film: Title) -> None:
    for role in (Role.DIRECTOR, Role.MUSIC, Role.CINEMATOGRAPHY, Role.EDITING, Role.PRODUCTION_DESIGN):
        make_credit(film, make_person(f"Ann {role.value}"), role)
    make_credit(film, make_person("Mario Puzo"), Role.WRITER, note="novel")
    make_credit(film, make_person("Ida Lupino"), Role.PRODUCER, credited_as="I. Lupino")
    page = page_of(client, film)
    assert fact(page, "Directed by") == "Ann director"
    assert fact(page, "Written by") == "Mario Puzo (novel)"
    assert fact(page, "Produced by") == "Ida Lupino (as I. Lupino)"
    assert fact(page, "Editing") == "Ann editing"
    assert fact(page, "Production design") == "Ann design"


def test_the_first_billed_are_the_stars_and_a_long_crew_is_cut(client: Client, film: Title) -> None:
    for number in range(6):
        make_credit(film, make_person(f"Star {number}"), Role.ACTOR, position=number)
        make_credit(film, make_person(f"Producer {number}"), Role.PRODUCER, position=number)
    page = page_of(client, film)
    assert fact(page, "Stars") == "Star 0 , Star 1 , Star 2"
    assert fact(page, "Produced by").endswith("Producer 3 and 2 more")


def test_the_cast_tells_of_voices_and_other_names(client: Client, film: Title) -> None:
    make_credit(film, make_person("Mel Blanc"), Role.ACTOR, character="Bugs", is_voice=True, credited_as="M.")
    page = page_of(client, film)
    assert section(page, "cast") == "Cast Mel Blanc Bugs (voice) (as M.) All cast & crew (1)"


def test_companies_are_named_by_part_and_once(client: Client, film: Title) -> None:
    warner = Company.objects.create(name="Warner Bros.", country=country("US"))
    TitleCompany.objects.create(title=film, company=warner, part="production")
    for code in ("NL", "BE"):
        TitleCompany.objects.create(title=film, company=warner, part="distribution", country=country(code))
    TitleCompany.objects.create(title=film, company=Company.objects.create(name="VPRO"), part="network")
    page = page_of(client, film)
    assert fact(page, "Production") == "Warner Bros."
    assert fact(page, "Distribution") == "Warner Bros. (Netherlands, Belgium)"
    assert fact(page, "Channel") == "VPRO"
    assert f'href="{warner.get_absolute_url()}"' in page


def test_facts_lead_to_lists_of_their_own(client: Client, film: Title) -> None:
    film.languages.add(Language.objects.create(code="fr"))
    film.countries.add(country("US"))
    page = page_of(client, film)
    for address in (
        "/films/?genre=war",
        "/films/?country=US",
        "/films/?language=fr",
        "/films/?year_from=1942&amp;year_to=1942",
        "/films/?decade=1940",
    ):
        assert f'href="{address}"' in page, address
        assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_releases_stand_by_country_and_kind_with_dates_as_exact_as_known(client: Client, film: Title) -> None:
    for code, kind, when, note, certificate in (
        ("US", "cinema", "1943-01-23", "", "PG"),
        ("US", "festival", "1942-11-26", "New York", ""),
        ("NL", "cinema", "1946", "", "14"),
        (None, "vod", "2010-05", "", ""),
    ):
        Release.objects.create(
            title=film,
            country=code and country(code),
            kind=kind,
            date=when,
            note=note,
            certificate=certificate,
        )
    page = page_of(client, film)
    assert section(page, "releases") == (
        "Releases United States 26 November 1942 festival · New York 23 January 1943 cinema PG "
        "Netherlands 1946 cinema 14 Somewhere May 2010 on demand"
    )


def test_a_year_alone_stands_behind_the_days_of_that_year(client: Client, film: Title) -> None:
    for code, when in (("CA", "1997"), ("IR", "1997-02"), ("NL", "1997-02-01")):
        Release.objects.create(title=film, country=country(code), date=when)
    said = section(page_of(client, film), "releases")
    assert said.index("Netherlands") < said.index("Iran") < said.index("Canada")


def test_awards_are_counted_and_what_was_won_comes_first(client: Client, film: Title) -> None:
    curtiz = make_person("Michael Curtiz")
    nominate(film, "Golden Globes", 1943, "Best Actor")
    nominate(film, "Academy Awards", 1944, "Best Actor")
    nominate(film, "Academy Awards", 1944, "Best Director", won=True, person=curtiz)
    page = page_of(client, film)
    assert section(page, "awards") == (
        "Awards 1 win, 2 nominations Academy Awards 1944 Won Best Director Michael Curtiz Nominated Best Actor "
        "Golden Globes 1943 Nominated Best Actor"
    )
    assert f'href="{curtiz.get_absolute_url()}"' in page


def test_places_and_money_are_told_with_what_is_known_of_them(client: Client) -> None:
    film = make_title(
        budget=1_000_000,
        budget_currency="USD",
        opening=5_000,
        opening_currency="USD",
        opening_date="1943-01",
        gross=6_000_000,
        gross_currency="EUR",
        gross_date="1950",
        based_on="A play by Murray Burnett",
    )
    FilmingLocation.objects.create(
        title=film, place="Van Nuys Airport", country=country("US"), note="The end"
    )
    page = page_of(client, film)
    assert section(page, "places") == "Where it was shot Van Nuys Airport, United States The end"
    assert section(page, "money") == (
        "Money Budget $1,000,000 Opening weekend $5,000 January 1943 Box office €6,000,000 as of 1950"
    )
    assert fact(page, "Based on") == "A play by Murray Burnett"
    assert "US$\xa01.000.000" in page_of(client, film, **{"accept-language": "nl"})


def test_trivia_has_its_source_and_keeps_spoilers_closed(client: Client, film: Title, alice: Member) -> None:
    Trivia.objects.create(title=film, text="Nobody says it.", source="The film", author=alice)
    Trivia.objects.create(title=film, text="Hij gaat weg.", language="nl", source="Het eind", is_spoiler=True)
    page = page_of(client, film)
    assert section(page, "trivia") == (
        "Did you know? Nobody says it. Source: The film alice Gives away the plot Hij gaat weg. "
        "Written in Dutch. No translation into English yet. Source: Het eind"
    )
    assert re.search(
        r'<summary>Gives away the plot</summary>\s*<div [^>]*lang="nl" dir="ltr"><p>Hij gaat', page
    )
    assert reverse("accounts:member", args=["alice"]) in page


def test_the_plot_names_its_author_and_source(client: Client, alice: Member) -> None:
    film = make_title(
        plot="Un bar.", plot_language="fr", plot_author=alice, plot_source="own words", tagline="Ah"
    )
    page = page_of(client, film)
    assert "Plot by alice Source: own words" in words(page)
    assert '<p class="tagline" lang="fr" dir="ltr">“Ah”</p>' in page


def test_scores_of_others_show_only_where_the_operator_says_so(
    client: Client, film: Title, settings: Settings
) -> None:
    for source, score, scale, votes in (("imdb", "8.20", 10, 81_310), ("movielens", "3.87", 5, None)):
        ExternalScore.objects.create(
            title=film, source=source, score=score, scale=scale, votes=votes, as_of=WHEN
        )
    assert "81,310" not in page_of(client, film)
    settings.FILMSITE_EXTERNAL_SCORES = True
    film.save()
    page = page_of(client, film)
    assert fact(page, "Scores elsewhere") == (
        "IMDb 8.2 (81,310) on 2 January 2026 MovieLens 3.87/5 on 2 January 2026"
    )
    assert "IMDb 8,2 (81.310)" in words(page_of(client, film, **{"accept-language": "nl"}))


def test_links_lead_elsewhere_by_their_own_words_or_their_kind(client: Client, film: Title) -> None:
    Link.objects.create(title=film, kind="official", url="https://example.org/film")
    Link.objects.create(title=film, kind="article", label="Wikipedia", url="https://example.org/w")
    page = page_of(client, film)
    assert fact(page, "Elsewhere") == "Official site · Wikipedia"
    assert 'href="https://example.org/film" rel="external noopener nofollow"' in page


@pytest.mark.parametrize(
    ("kind", "here", "there"),
    [
        (RelationKind.REMAKE, "Remake of", "Remade as"),
        (RelationKind.SPIN_OFF, "Spin-off of", "Spun off as"),
        (RelationKind.ADAPTATION, "Adapted from", "Adapted as"),
    ],
)
def test_relations_are_said_from_both_sides(
    client: Client, film: Title, kind: RelationKind, here: str, there: str
) -> None:
    later = make_title("Havana", year=1990)
    Relation.objects.create(title=later, other=film, kind=kind)
    assert section(page_of(client, later), "relations") == f"Related {here} Casablanca (1942)"
    assert section(page_of(client, film), "relations") == f"Related {there} Havana (1990)"


def test_a_title_that_was_merged_away_is_related_to_nothing(client: Client, film: Title) -> None:
    twin = make_title("Casa Blanca", merged_into=film)
    Relation.objects.create(title=film, other=twin, kind=RelationKind.SAME_SOURCE)
    SimilarTitle.objects.create(title=film, other=twin, shared=9, position=0)
    page = page_of(client, film)
    assert "Casa Blanca" not in page


def test_similar_titles_give_their_reason(client: Client, film: Title) -> None:
    for position, shared in enumerate((42, 1)):
        SimilarTitle.objects.create(
            title=film,
            other=make_title(f"Like {position}", year=1950),
            shared=shared,
            position=position,
        )
    said = section(page_of(client, film), "similar")
    assert "42 members rate both four stars or more" in said
    assert "1 member rates both four stars or more" in said
    assert said.index("Like 0") < said.index("Like 1")


def test_before_there_are_votes_the_same_director_and_genre_are_alike(client: Client, film: Title) -> None:
    curtiz, other = make_person("Michael Curtiz"), make_person("Somebody Else")
    make_credit(film, curtiz, Role.DIRECTOR)
    known = make_title("Mildred Pierce", genres=["Drama"])
    loved = make_title("Passage to Marseille", genres=["War"])
    make_votes(loved, {8: 2})
    for title in (known, loved, make_title("A Comedy", genres=["Comedy"])):
        make_credit(title, curtiz, Role.DIRECTOR)
    make_credit(make_title("Not His", genres=["Drama"]), other, Role.DIRECTOR)
    make_credit(make_title("Only Played", genres=["Drama"]), curtiz, Role.ACTOR)
    make_credit(make_title("Gone", genres=["Drama"], merged_into=known), curtiz, Role.DIRECTOR)
    said = section(page_of(client, film), "similar")
    assert said.count("Also directed by Michael Curtiz") == 2
    assert said.index("Passage to Marseille") < said.index("Mildred Pierce")


def test_two_directors_in_common_name_a_title_once(client: Client, film: Title) -> None:
    other = make_title("Fargo", genres=["Drama"])
    for person in (make_person("Joel Coen"), make_person("Ethan Coen")):
        make_credit(film, person, Role.DIRECTOR)
        make_credit(other, person, Role.DIRECTOR)
    assert section(page_of(client, film), "similar").count("Fargo") == 2  # on its poster and below it


def test_a_long_page_has_a_way_around_it(client: Client, film: Title) -> None:
    make_credit(film, role=Role.ACTOR)
    nominate(film, "Academy Awards", 1944, won=True)
    page = page_of(client, film)
    nav = page.split('class="page-nav"')[1].split("</nav>")[0]
    anchors = re.findall(r'href="#([\w-]+)"', nav)
    assert anchors == ["cast", "awards", "reviews"]
    assert all(f'id="{anchor}"' in page for anchor in anchors)


def test_the_spread_of_the_votes_stands_beside_their_mean(client: Client, film: Title) -> None:
    make_votes(film, {10: 5, 2: 5})
    assert "3.00 ± 1.24 , 10 votes spread 2.00" in re.sub(r"\d of 5 stars ", "", words(page_of(client, film)))


# --- Seasons ------------------------------------------------------------------------------------------------


def test_a_season_says_what_is_kept_with_its_show(client: Client) -> None:
    show = make_title(
        "The Wire", kind=TitleKind.SHOW, plot="Baltimore.", based_on="A book", genres=["Crime"], minutes=58
    )
    season = make_season(show, 2, plot="")
    make_credit(show, make_person("David Simon"), Role.CREATOR)
    make_credit(show, make_person("Idris Elba"), Role.ACTOR)
    make_credit(season, make_person("Amy Ryan"), Role.ACTOR)
    TitleCompany.objects.create(title=show, company=Company.objects.create(name="HBO"), part="network")
    FilmingLocation.objects.create(title=show, place="Baltimore")
    Video.objects.create(title=show, provider="vimeo", key="1", name="The trailer")
    nominate(show, "Peabody Awards", 2003, won=True)
    page = page_of(client, season)
    assert fact(page, "Created by") == "David Simon"
    assert fact(page, "Channel") == "HBO"
    assert fact(page, "Based on") == "A book"
    assert "58 minutes" in page
    assert "Baltimore." in page
    assert "The trailer" in page
    # What a season has of its own takes the place of the show's; prizes are of the show alone.
    assert section(page, "cast").startswith("Cast Amy Ryan")
    assert "Idris Elba" not in page
    assert "Peabody" not in page


def test_a_season_keeps_its_own_plot(client: Client) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, plot="Baltimore.", plot_language="en", plot_source="A")
    page = page_of(client, make_season(show, 2, plot="De haven.", plot_language="nl"))
    assert re.search(r'<div [^>]*lang="nl" dir="ltr"><p>De haven.</p></div>', page)
    assert "Source: A" not in page


# --- What search engines read -------------------------------------------------------------------------------


def test_search_engines_read_every_fact_they_know_a_word_for(client: Client, film: Title) -> None:
    rick = make_person("Humphrey Bogart")
    make_credit(film, rick, Role.ACTOR, character="Rick Blaine")
    make_credit(film, make_person("Max Steiner"), Role.MUSIC)
    film.countries.add(country("US"))
    TitleCompany.objects.create(title=film, company=Company.objects.create(name="Warner Bros."))
    nominate(film, "Academy Awards", 1944, "Best Picture", won=True)
    nominate(film, "Academy Awards", 1944, "Best Actor")
    video = Video.objects.create(title=film, provider="youtube", key="abc", name="Trailer")
    Link.objects.create(title=film, url="https://example.org/film")
    film.based_on = "A play"
    film.save()
    make_votes(film, {8: 5})
    (block,) = re.findall(
        r'<script type="application/ld\+json">(.*?)</script>', page_of(client, film), re.DOTALL
    )
    data = json.loads(block)
    assert data["actor"] == [
        {
            "@type": "PerformanceRole",
            "actor": {
                "@type": "Person",
                "name": "Humphrey Bogart",
                "url": "http://127.0.0.1:8000" + rick.get_absolute_url(),
            },
            "characterName": "Rick Blaine",
        }
    ]
    assert data["musicBy"][0]["name"] == "Max Steiner"
    assert data["award"] == ["Academy Awards 1944 Best Picture"]
    assert data["countryOfOrigin"] == [{"@type": "Country", "name": "United States"}]
    assert data["productionCompany"] == [{"@type": "Organization", "name": "Warner Bros."}]
    assert data["isBasedOn"] == [{"@type": "CreativeWork", "name": "A play"}]
    assert data["trailer"][0]["url"] == f"http://127.0.0.1:8000/videos/{video.pk}/"
    assert data["sameAs"] == ["https://example.org/film"]
    assert data["aggregateRating"]["ratingCount"] == 5


def test_search_engines_know_a_season_by_its_series(client: Client) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, end_year=2008)
    season = make_season(show, 2, episodes=12)

    def described(title: Title) -> dict:
        return json.loads(page_of(client, title).split('"application/ld+json">')[1].split("</script>")[0])

    assert described(season)["partOfSeries"]["url"].endswith(show.get_absolute_url())
    assert described(season)["numberOfEpisodes"] == 12
    assert described(show)["numberOfSeasons"] == 1
    assert described(show)["endDate"] == "2008"


# --- Queries ------------------------------------------------------------------------------------------------


def add_one_of_each_fact(film: Title, number: int) -> None:
    company = Company.objects.create(name=f"Company {number}", country=country("US"))
    TitleCompany.objects.create(title=film, company=company)
    FilmingLocation.objects.create(title=film, place=f"Place {number}", country=country("US"))
    nominate(film, f"Award {number}", 1990, won=bool(number % 2), person=make_person())
    Trivia.objects.create(title=film, text="So it is.", source="Somewhere")
    Link.objects.create(title=film, url=f"https://example.org/{number}")
    Video.objects.create(title=film, provider="vimeo", key=str(number), name="Trailer")
    Release.objects.create(title=film, country=country("NL"), date="1990")
    make_credit(film, make_person(), Role.PRODUCTION_DESIGN)
    SimilarTitle.objects.create(title=film, other=make_title(), shared=3, position=number)


def test_all_these_facts_cost_no_more_queries_than_none(client: Client, film: Title, alice: Member) -> None:
    numbers = iter(range(100))

    def more() -> None:
        add_one_of_each_fact(film, next(numbers))
        make_vote(film)

    client.force_login(alice)
    assert_flat_queries(client, more, film.get_absolute_url(), at_most=12)


def test_a_season_with_its_show_and_sisters_stays_within_twelve_queries(
    client: Client, alice: Member
) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    season = make_season(show, 1)
    numbers = iter(range(2, 100))

    def more() -> None:
        number = next(numbers)
        add_one_of_each_fact(show, number)
        make_vote(make_season(show, number))

    client.force_login(alice)
    assert_flat_queries(client, more, season.get_absolute_url(), at_most=12)


@pytest.mark.parametrize("below", ["credits/", "media/"])
def test_the_pages_below_a_title_ask_twice(client: Client, film: Title, below: str) -> None:
    numbers = iter(range(100))
    # The title with all its facts, and the banner.
    assert_flat_queries(
        client,
        lambda: add_one_of_each_fact(film, next(numbers)),
        film.get_absolute_url() + below,
        at_most=2,
    )
