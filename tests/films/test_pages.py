"""The pages of films, shows, seasons and people: their addresses, their facts, their queries."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.models import (
    AlternativeTitle,
    ExternalId,
    Person,
    Relation,
    RelationKind,
    Release,
    Role,
    Title,
    TitleKind,
)
from films.services.listing import refresh_listings
from films.templatetags.films import word_size
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import (
    make_credit,
    make_person,
    make_review,
    make_season,
    make_title,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def children() -> Title:
    """Children of Heaven with every fact that a page can show."""
    film = make_title(
        "Bacheha-ye Aseman",
        original_name="بچه‌های آسمان",
        original_language="fa",
        minutes=89,
        tagline="A little secret",
        plot="Two children share <one> pair of shoes.</script>",
        plot_language="en",
        budget=180_000,
        budget_currency="USD",
        gross=1_628_579,
        gross_currency="USD",
        genres=["Comedy", "Drama"],
        countries=["IR"],
        alternatives={
            "Bacheha-ye Aseman": "fa",
            "Children of Heaven": "en",
            "De Schoenen van Zahra": "nl",
        },
    )
    make_credit(film, make_person("Majid Majidi"), Role.DIRECTOR)
    for number in range(10):
        make_credit(
            film,
            make_person(f"Player {number}"),
            Role.ACTOR,
            position=number,
            character=f"Part {number}",
            is_voice=number == 9,
        )
    Release.objects.create(title=film, date="1997", kind="festival")
    Release.objects.create(title=film, date="1999-01-22", kind="cinema", country_id="IR")
    ExternalId.objects.create(title=film, source="imdb", value="tt0118849")
    Relation.objects.create(title=make_title("Homerun", year=2003), other=film, kind=RelationKind.REMAKE)
    return film


def page_of(client: Client, item: Title | Person) -> str:
    return client.get(item.get_absolute_url()).content.decode()


def test_a_film_page_shows_its_facts(client: Client, children: Title) -> None:
    page = page_of(client, children)
    for fact in (
        "Bacheha-ye Aseman",
        "(1997)",
        '<span class="orig" lang="fa" dir="rtl">بچه‌های آسمان</span></h1>',
        "<span>Comedy</span>",
        "<span>89 minutes</span>",
        "/films/?genre=drama",
        "/films/?country=IR",
        ">Iran<",
        '<span lang="nl" dir="ltr">De Schoenen van Zahra</span>',
        "Majid Majidi",
        "Part 7",
        '/credits/">All cast & crew (11)',
        "$180,000",
        "$1,628,579",
        "22 January 1999",
        "Remade as",
        "Homerun (2003)",
        "https://www.imdb.com/title/tt0118849/",
    ):
        assert fact in page, fact
    assert "&lt;one&gt;" in page


def line_under_the_name(page: str) -> str:
    return page.split('<p class="sub dots">')[1].split("</p>")[0]


@pytest.mark.parametrize(
    ("language", "known_as"), [("en", "Children of Heaven"), ("nl", "De Schoenen van Zahra")]
)
def test_the_name_a_reader_knows_stands_first_under_the_original(
    client: Client, children: Title, language: str, known_as: str
) -> None:
    page = client.get(children.get_absolute_url(), headers={"accept-language": language}).content.decode()
    line = line_under_the_name(page)
    assert line.strip().startswith(f'<span lang="{language}" dir="ltr">{known_as}</span>')
    assert page.count(f">{known_as}<") == 1


def test_a_name_in_the_language_of_the_reader_needs_no_other(client: Client, db: None) -> None:
    alien = make_title("Alien", original_language="en", alternatives={"Alien: the Eighth": "en"})
    shoes = make_title("Children of Heaven", original_name="X", alternatives={"Children Of Heaven": "en"})
    # Nobody said of what language the heading is: it is the site's.
    thieves = make_title("Bicycle Thieves", original_name="X", alternatives={"The Bicycle Thief": "en"})
    for title in (alien, shoes, thieves):
        page = page_of(client, title)
        assert "<span lang=" not in line_under_the_name(page)


def test_a_working_title_is_not_what_readers_know(client: Client, db: None) -> None:
    film = make_title("Die Schuhe", original_language="de")
    AlternativeTitle.objects.create(title=film, name="Shoe Project", language="en", kind="working")
    AlternativeTitle.objects.create(title=film, name="The Shoes", language="en-GB")
    page = page_of(client, film)
    line = line_under_the_name(page)
    assert "The Shoes" in line
    assert "Shoe Project" not in line


def test_a_season_is_known_by_the_name_of_its_show(client: Client, db: None) -> None:
    show = make_title("Der Weg", kind="show", original_language="de", alternatives={"The Road": "en"})
    assert ">The Road<" in line_under_the_name(page_of(client, make_season(show)))


def test_a_relation_shows_on_both_sides(client: Client, children: Title) -> None:
    page = page_of(client, Title.objects.get(name="Homerun"))
    assert "Remake of" in page
    assert "Bacheha-ye Aseman (1997)" in page


def test_what_is_not_known_takes_no_room(client: Client, db: None) -> None:
    page = page_of(client, make_title("Bare", year=None))
    for heading in (
        "Genre",
        "Directed by",
        "Countr",
        "Also known as",
        "Budget",
        "Box office",
        "Cast",
        "Released",
    ):
        assert f">{heading}" not in page
    assert "None" not in page


def test_it_speaks_dutch_numbers(client: Client, children: Title) -> None:
    make_votes(children, {7: 3, 8: 2})
    page = client.get(children.get_absolute_url(), headers={"accept-language": "nl"}).content.decode()
    assert "US$\xa0180.000" in page
    assert ">3,70<" in page
    assert "3.70" not in re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_search_engines_read_the_same_numbers(client: Client, children: Title) -> None:
    make_votes(children, {7: 3, 8: 2})
    page = page_of(client, children)
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    data = json.loads(block)
    assert data["@type"] == "Movie"
    assert data["aggregateRating"]["ratingCount"] == 5
    assert data["aggregateRating"]["ratingValue"] == 3.7
    assert data["description"].endswith("</script>")
    assert data["url"] in page
    assert '<link rel="canonical"' in page


def test_no_mean_is_shown_for_a_few_votes(client: Client, db: None) -> None:
    film = make_title()
    make_votes(film, {10: 4})
    page = page_of(client, film)
    assert "5.00" not in page
    assert "aggregateRating" not in page
    make_vote(film, value=10)
    assert "5.00" in page_of(client, film)


def test_before_the_first_showing_the_page_says_when_votes_count(client: Client, db: None) -> None:
    film = make_title(released_on=timezone.localdate() + timedelta(days=30))
    assert "Votes count from the first public showing" in page_of(client, film)


def test_a_wrong_slug_leads_to_the_right_address(client: Client, db: None) -> None:
    film, show, person = make_title("Right"), make_title("Show", kind=TitleKind.SHOW), make_person("Ann")
    make_season(show, 1)
    for wrong, right in (
        (f"/films/{film.pk}-wrong/?sort=oldest&page=2", f"/films/{film.pk}-right/?sort=oldest&page=2"),
        (f"/shows/{show.pk}-wrong/", f"/shows/{show.pk}-show/"),
        (f"/shows/{show.pk}-wrong/season-1/", f"/shows/{show.pk}-show/season-1/"),
        (f"/people/{person.pk}-wrong/?x=é", f"/people/{person.pk}-ann/?x=%C3%A9"),
    ):
        answer = client.get(wrong)
        assert (answer.status_code, answer["Location"]) == (301, right)


def test_what_is_not_there_is_not_found(client: Client, db: None) -> None:
    film, show = make_title("Film"), make_title("Show", kind=TitleKind.SHOW)
    for address in (
        "/films/999999-x/",
        f"/films/{10**30}-x/",
        f"/films/{show.pk}-show/",
        f"/shows/{film.pk}-film/",
        f"/shows/{show.pk}-show/season-9/",
        f"/shows/{film.pk}-film/season-1/",
        "/people/999999-x/",
    ):
        assert client.get(address).status_code in (400, 404), address


def test_a_name_without_latin_letters_has_an_address(client: Client, db: None) -> None:
    film = make_title("七人の侍")
    assert client.get(film.get_absolute_url()).status_code == 200


def test_a_show_lists_its_seasons_and_explains_its_score(client: Client, db: None) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, year=2002, end_year=2008, genres=["Crime"])
    make_credit(show, make_person("David Simon"), Role.CREATOR)
    for number in (1, 2):
        make_season(show, number, episodes=12)
    make_votes(show.seasons.get(season_number=1), {10: 5})
    make_votes(show.seasons.get(season_number=2), {6: 5})
    page = page_of(client, show)
    assert "(2002–2008)" in page
    assert "the mean over all votes on its seasons" in page
    assert "5.00" in page
    assert "3.00" in page
    assert "4.00" in page
    assert "Season 2" in page
    assert "Created by" in page


def test_a_season_knows_its_show(client: Client, db: None) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, year=2002, genres=["Crime"])
    make_credit(show, make_person("David Simon"), Role.CREATOR)
    make_season(show, 1, year=2002)
    second = make_season(show, 2, year=2003)
    page = page_of(client, second)
    assert "The Wire, season 2" in page
    assert show.get_absolute_url() in page
    assert "David Simon" in page
    assert "?genre=crime" in page


def test_anonymous_pages_set_no_cookie(client: Client, children: Title) -> None:
    refresh_listings()
    show = make_title("Show", kind=TitleKind.SHOW)
    season = make_season(show, 1)
    make_review(children)
    for address in (
        "/",
        "/films/",
        "/shows/",
        "/top/",
        "/search/?q=heaven",
        children.get_absolute_url(),
        show.get_absolute_url(),
        season.get_absolute_url(),
        make_person().get_absolute_url(),
    ):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert not answer.cookies, address


def test_a_film_page_asks_the_same_for_little_and_for_much(
    client: Client, alice: Member, mona: Member
) -> None:
    film = make_title("Much")
    names = iter(range(100))

    def more() -> None:
        number = next(names)
        make_credit(film, role=Role.ACTOR, character=str(number))
        make_credit(film, role=Role.WRITER)
        film.alternative_titles.create(name=f"Other {number}")
        film.releases.create(date="1999")
        film.external_ids.create(source="wikidata", value=f"Q{number}")
        Relation.objects.create(title=film, other=make_title(), kind=RelationKind.SEQUEL)
        first = make_review(film, language="nl")
        make_review(film, parent=first, root=first)
        make_vote(film)

    client.force_login(alice)
    # Session, member, the title with all its facts, how it stands with the reader, its place, four of the thread, the
    # draft, what waits for the member (or the moderator), the banner.
    assert_flat_queries(client, more, film.get_absolute_url(), at_most=12)
    client.force_login(mona)
    assert len(count_queries(client, film.get_absolute_url())) <= 12


def test_a_show_page_asks_the_same_for_one_season_and_for_many(client: Client, db: None) -> None:
    show = make_title("Show", kind=TitleKind.SHOW)
    numbers = iter(range(1, 100))

    def more() -> None:
        make_vote(make_season(show, next(numbers)))
        make_review(show)

    assert_flat_queries(client, more, show.get_absolute_url(), at_most=10)


def test_the_home_page_asks_the_same_for_little_and_for_much(client: Client, alice: Member) -> None:
    def more() -> None:
        film = make_title()
        make_votes(film, {8: 5})
        make_review(film, language="nl")
        make_review(film, is_opinion=True, headline="A headline", verdict=9)
        refresh_listings()

    # Two of them make the list of the best, which is kept for minutes.
    assert_flat_queries(client, more, "/", at_most=9)
    client.force_login(alice)
    assert len(count_queries(client, "/")) <= 12


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("The Silence of the Lambs", ""),
        ("Memories of Underdevelopment", " long-word"),
        ("Der Donaudampfschifffahrtskapitän", " longest-word"),
        ("Spider-Man/Batman-Superman", ""),
        ("千と千尋の神隠しと千尋の神隠しと千と千尋の神隠し", ""),
    ],
)
def test_a_name_with_a_long_word_is_set_smaller(name: str, size: str) -> None:
    assert word_size(name) == size
