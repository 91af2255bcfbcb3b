"""Staff find every title by any name or id, and what they change is found at once."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Member
from films.models import ExternalId, SearchName, Title, TitleKind, TitleListing
from films.search import search
from films.services.catalogue import refresh_catalogue
from films.services.facets import recount_facets
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_person, make_season, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, sofie: Member) -> Client:
    client.force_login(sofie)
    with override_settings(FILMSITE_STAFF_NEEDS_MFA=False):
        yield client


@pytest.fixture
def children() -> Title:
    film = make_title("Bacheha-ye Aseman", alternatives={"Children of Heaven": "en"})
    # No number of theirs is one that a sequence of the tests has reached.
    for source, value in (("imdb", "tt0118849"), ("tmdb_movie", "918273645"), ("wikidata", "Q838610")):
        ExternalId.objects.create(title=film, source=source, value=value)
    for name in ("Gabbeh", "Baran", "Dayereh"):
        make_title(name)
    refresh_listings()
    refresh_search_names()
    return film


def changelist(client: Client, model: str, query: str) -> list[object]:
    answer = client.get(reverse(f"admin:films_{model}_changelist"), {"q": query})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.mark.parametrize(
    "typed",
    [
        "bacheha",
        "childern of heavn",
        "children of heaven 1997",
        "tt0118849",
        "0118849",
        "118849",
        "https://www.imdb.com/title/tt0118849/",
        "918273645",
        "Q838610",
    ],
)
def test_a_title_is_found_by_any_name_or_id(staff: Client, children: Title, typed: str) -> None:
    assert changelist(staff, "title", typed) == [children]


def test_a_title_is_found_by_our_own_id(staff: Client, children: Title) -> None:
    assert children in changelist(staff, "title", str(children.pk))


@pytest.mark.parametrize("typed", ["nothing at all", "9" * 18, "²", "%", "tt"])
def test_no_search_breaks_the_list(staff: Client, children: Title, typed: str) -> None:
    assert changelist(staff, "title", typed) == []
    assert changelist(staff, "person", typed) == []


def test_seasons_are_found_by_their_show(staff: Client, db: None) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    season = make_season(show, 1)
    refresh_search_names()
    assert set(changelist(staff, "title", "wire")) == {show, season}


def test_a_person_is_found_by_name_or_id(staff: Client, db: None) -> None:
    person = make_person("Majid Majidi")
    make_credit(make_title(), person)
    ExternalId.objects.create(person=person, source="imdb", value="nm0006498")
    refresh_search_names()
    for typed in ("majidi", "nm0006498", "6498"):
        assert changelist(staff, "person", typed) == [person]


def test_every_model_of_the_catalogue_has_a_list(staff: Client, children: Title) -> None:
    for model in apps.get_app_config("films").get_models():
        if model.__name__ in ("TitleGenre",) or model._meta.auto_created:
            continue
        assert model in admin.site._registry, model
        assert staff.get(reverse(f"admin:films_{model._meta.model_name}_changelist")).status_code == 200


def test_derived_rows_cannot_be_changed(staff: Client, children: Title) -> None:
    for model in ("titletotals", "titlelisting", "searchname", "sitecounter"):
        assert staff.get(reverse(f"admin:films_{model}_add")).status_code == 403
    address = reverse("admin:films_titletotals_change", args=[children.pk])
    assert staff.post(address, {"vote_count": 5}).status_code == 403


def _form(inlines: dict[str, int], **fields: object) -> dict[str, object]:
    management = {
        f"{prefix}-{name}": value
        for prefix, number in inlines.items()
        for name, value in (("TOTAL_FORMS", number), ("INITIAL_FORMS", 0))
    }
    return {**management, **fields}


INLINES = (
    *("title_genres", "alternative_titles", "credits", "external_ids", "releases", "title_companies"),
    *("filming_locations", "nominations", "trivia", "videos", "images", "links", "external_scores"),
    *("relations", "locks"),
)


def test_a_new_title_can_be_found_and_browsed_at_once(
    staff: Client, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = staff.post(
            reverse("admin:films_title_add"),
            _form(
                {**dict.fromkeys(INLINES, 0), "alternative_titles": 1},
                kind="film",
                name="Où est la maison",
                year="1987",
                **{"alternative_titles-0-name": "Khane-ye doust", "alternative_titles-0-kind": "original"},
            ),
        )
    assert answer.status_code == 302, answer.context["errors"]
    film = Title.objects.get(name="Où est la maison")
    assert search("khane ye doust", kinds=["title"])[0].item == film
    assert TitleListing.objects.get(title=film).year == 1987


def test_the_same_external_id_is_refused_with_a_reason(staff: Client, children: Title) -> None:
    answer = staff.post(
        reverse("admin:films_title_add"),
        _form(
            {**dict.fromkeys(INLINES, 0), "external_ids": 1},
            kind="film",
            name="Copy",
            **{"external_ids-0-source": "imdb", "external_ids-0-value": "tt0118849"},
        ),
    )
    assert answer.status_code == 200
    assert "Another entry of the catalogue has this id already." in answer.content.decode()
    assert not Title.objects.filter(name="Copy").exists()


def test_seasons_take_a_new_name_of_their_show(db: None, django_capture_on_commit_callbacks: object) -> None:
    show = make_title("Old", kind=TitleKind.SHOW)
    season = make_season(show, 1)
    show.name = "New"
    show.sort_name = ""
    show.save()
    with django_capture_on_commit_callbacks(execute=True):
        refresh_catalogue(title_ids=[show.pk])
    season.refresh_from_db()
    assert (season.name, season.slug) == ("New", "new")
    assert TitleListing.objects.get(title=season).sort_key == "new"
    assert SearchName.objects.filter(title=show).values_list("norm", flat=True).get() == "new"


def test_the_list_of_titles_asks_the_same_for_few_and_for_many(staff: Client) -> None:
    assert_flat_queries(staff, make_title, reverse("admin:films_title_changelist"))


def test_no_search_by_name_or_key_reads_every_row(staff: Client, children: Title) -> None:
    for model in ("title", "person", "change", "titletotals", "similartitle", "searchname"):
        with CaptureQueriesContext(connection) as captured:
            page = staff.get(f"/admin/films/{model}/", {"q": str(children.pk)})
        assert page.status_code == 200
        asked = [query["sql"] for query in captured if f"films_{model}" in query["sql"]]
        assert asked
        assert not [sql for sql in asked if "UPPER" in sql], model
        assert model == "change" or not [sql for sql in asked if " OR " in sql], model


def test_derived_rows_are_found_by_the_key_of_their_title(staff: Client, children: Title) -> None:
    make_title()
    assert changelist(staff, "titletotals", str(children.pk)) == [children.totals]
    assert changelist(staff, "titletotals", "Children") == []


def test_the_list_of_genres_says_how_many_titles_readers_find(staff: Client, children: Title) -> None:
    make_title(genres=["Drama"])
    refresh_listings()
    recount_facets()
    with CaptureQueriesContext(connection) as captured:
        (genre,) = changelist(staff, "genre", "")
    assert genre.title_count == 1
    assert not [query["sql"] for query in captured if "films_titlegenre" in query["sql"]]
