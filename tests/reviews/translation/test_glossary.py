import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from films.models import AlternativeTitle, PersonName, Title, TitleKind
from films.services.search_names import refresh_search_names
from reviews.glossary import names_for
from reviews.models import GlossaryTerm
from reviews.sources import Source
from reviews.translation.masking import Name
from tests.factories import make_credit, make_person, make_season, make_title

pytestmark = pytest.mark.django_db


def said(body: str, about: object = None, *, headline: str = "") -> Source:
    return Source("review", 1, body, headline, "pt", "", about, None, True, True)  # type: ignore[arg-type]  # a test's shorthand


def names_in(body: str, about: object = None, *, dst: str = "en", src: str = "pt") -> dict[str, Name]:
    (names,) = names_for([said(body, about)], src=src, dst=dst)
    return {name.written: name for name in names}


@pytest.fixture
def heaven() -> Title:
    return make_title(
        "Children of Heaven",
        original_name="بچه‌های آسمان",
        original_language="fa",
        alternatives={"Filhos do Paraíso": "pt", "Kinderen van de hemel": "nl", "Bacheha-ye aseman": ""},
    )


def test_the_title_that_a_text_is_about_goes_by_its_name_in_the_target_language(heaven: Title) -> None:
    body = "Filhos do Paraíso, ou Children of Heaven, ou Bacheha-ye aseman"
    into = names_in(body, heaven, dst="nl")
    assert {name.shown for name in into.values()} == {"Kinderen van de hemel"}
    assert {name.href for name in into.values()} == {heaven.get_absolute_url()}
    assert names_in("بچه‌های آسمان", heaven, dst="fa")["بچه‌های آسمان"].shown == "بچه‌های آسمان"


def test_a_language_without_a_name_gets_the_one_that_the_page_bears(heaven: Title) -> None:
    into = names_in("Filhos do Paraíso e Children of Heaven e Bacheha-ye aseman", heaven, dst="de")
    assert into["Filhos do Paraíso"].shown == "Children of Heaven"
    assert into["Children of Heaven"].shown == ""
    # Of what language it is nobody said: it stays.
    assert into["Bacheha-ye aseman"].shown == ""


def test_a_name_of_the_region_comes_before_others_and_a_working_title_never() -> None:
    title = make_title("The Film")
    AlternativeTitle.objects.create(title=title, name="O Rascunho", language="pt", kind="working")
    assert names_in("The Film", title, src="en", dst="pt")["The Film"].shown == ""
    for name, region in (("O Filme", "PT"), ("O Longa", "BR")):
        AlternativeTitle.objects.create(title=title, name=name, language="pt", region=region)
    assert names_in("The Film", title, src="en", dst="pt-BR")["The Film"].shown == "O Longa"
    assert names_in("The Film", title, src="en", dst="pt")["The Film"].shown == "O Filme"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_translation_calls_a_title_as_its_page_does(client: Client, language: str) -> None:
    thieves = make_title(
        "Bicycle Thieves",
        original_name="Ladri di biciclette",
        original_language="it",
        alternatives={
            "Ladrões de Bicicletas": "pt",
            "The Bicycle Thief": "en",
            "Fietsendieven": "nl",
        },
    )
    into = names_in("Ladri di biciclette, ou Ladrões de Bicicletas", thieves, dst=language)
    (shown,) = {name.shown for name in into.values()}
    page = client.get(thieves.get_absolute_url(), headers={"accept-language": language}).content.decode()
    head = page.split("<h1")[1].split("</header>")[0]
    assert f">{shown}<" in head
    assert ("The Bicycle Thief" in head, "Fietsendieven" in head) == (False, language == "nl")


def test_only_names_that_occur_are_given(heaven: Title) -> None:
    make_credit(heaven, make_person("Majid Majidi"))
    assert list(names_in("O filme de Majid\nMajidi é lindo.", heaven)) == ["Majid Majidi", "Majidi"]


def test_people_lead_to_their_pages_and_their_characters_nowhere(heaven: Title) -> None:
    actor = make_person("Reza Naji")
    PersonName.objects.create(person=actor, name="رضا ناجی", language="fa")
    make_credit(heaven, actor, role="actor", character="Baba Karim", credited_as="R. Naji")
    into = names_in("Reza Naji (ou R. Naji) é Baba Karim", heaven, dst="fa")
    assert into["Reza Naji"] == Name("Reza Naji", "رضا ناجی", actor.get_absolute_url())
    assert into["R. Naji"].href == actor.get_absolute_url()
    assert into["Baba Karim"] == Name("Baba Karim")


def test_the_surnames_of_the_people_of_a_title_stay_as_they_are_and_lead_nowhere(heaven: Title) -> None:
    director = make_person("Majid Majidi")
    make_credit(heaven, director)
    make_credit(heaven, make_person("Fredric Abril"), role="actor")
    make_credit(make_title("Another"), make_person("Reza Naji"))
    body = "O Majidi filma, e o Abril, e o Naji."
    assert names_in(body, heaven) == {"Majidi": Name("Majidi", kind="surname")}
    assert names_in(body, director) == {"Majidi": Name("Majidi", kind="surname")}
    season = make_season(make_title("The Wire", kind=TitleKind.SHOW), 2)
    make_credit(season.parent, director)
    assert "Majidi" in names_in(body, season)
    assert "Majidi" not in names_in(body)


def test_a_title_in_emphasis_comes_before_a_surname(heaven: Title) -> None:
    make_credit(heaven, make_person("Courtney Lagaan"))
    make_title("Lagaan", alternatives={"Imposto": "pt"})
    refresh_search_names()
    assert names_in("Prefiro o *Lagaan*, de longe.", heaven)["Lagaan"].kind == "marked"


def test_a_season_goes_by_the_names_of_its_show_and_leads_there() -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, alternatives={"A Escuta": "pt"})
    season = make_season(show, 2)
    make_credit(show, make_person("David Simon"), role="creator")
    into = names_in("A Escuta de David Simon", season, dst="en")
    assert into["A Escuta"] == Name("A Escuta", "The Wire", show.get_absolute_url())
    assert "David Simon" in into


def test_the_work_of_somebody_is_known_in_texts_about_them(heaven: Title) -> None:
    director = make_person("Majid Majidi")
    make_credit(heaven, director)
    into = names_in("Filhos do Paraíso de Majid Majidi", director)
    assert into["Filhos do Paraíso"].shown == "Children of Heaven"
    assert into["Majid Majidi"].href == director.get_absolute_url()


def test_a_linked_title_leads_to_the_page_of_the_one_that_is_meant(heaven: Title) -> None:
    refresh_search_names()
    into = names_in("Veja [[Filhos do Paraíso (1997)]] e [[Nada Assim]].")
    assert into["Filhos do Paraíso (1997)"].href == heaven.get_absolute_url()
    assert {name.shown for name in into.values()} == {"Children of Heaven"}
    assert "Nada Assim" not in into


@pytest.mark.parametrize(
    "body",
    [
        "Lembra *Filhos do Paraíso*.",
        "Lembra “Filhos do Paraíso”.",
        "Lembra o “Filhos do Paraíso”, sim.",
        "Lembra **Filhos Do Paraiso!**",
        "Lembra 'Filhos do Paraíso.'",
    ],
)
def test_any_title_that_stands_out_is_known(heaven: Title, body: str) -> None:
    refresh_search_names()
    (name,) = names_in(body).values()
    assert (name.shown, name.href, name.kind) == ("Children of Heaven", heaven.get_absolute_url(), "name")


@pytest.mark.parametrize(
    "body",
    [
        "Filhos do Paraíso sem marca nenhuma.",
        "Disse “nunca mais” e foi embora.",
        "*Nunca* vi nada assim.",
        "*Filhos do Paraíso.*",
        "> “Filhos do Paraíso”",
    ],
)
def test_what_may_be_just_words_is_no_title(heaven: Title, body: str) -> None:
    make_title("Nunca Mais")
    make_title("Nunca")
    refresh_search_names()
    assert names_in(body) == {}


def test_one_word_counts_only_where_it_stands_out_and_an_ambiguous_name_leads_nowhere() -> None:
    amour = make_title("Amour", alternatives={"Amor": "pt"})
    make_title("Heat", year=1986)
    make_title("Heat", year=1995)
    refresh_search_names()
    into = names_in("Lembra *Amor*; o “Heat” também.")
    assert into["Amor"] == Name("Amor", "Amour", amour.get_absolute_url(), kind="marked")
    assert into["Heat"] == Name("Heat", kind="marked")


def test_a_name_that_is_written_exactly_so_wins_over_one_with_an_article() -> None:
    the = make_title("The Matrix")
    refresh_search_names()
    assert names_in("Lembra “Matrix”.")["Matrix"].href == the.get_absolute_url()
    bare = make_title("Matrix")
    refresh_search_names()
    assert names_in("Lembra “Matrix”.")["Matrix"].href == bare.get_absolute_url()
    assert names_in("Lembra “The Matrix”.")["The Matrix"].href == the.get_absolute_url()


def test_the_words_of_the_staff_come_first(heaven: Title) -> None:
    GlossaryTerm.objects.create(source="pt", target="en", term="trilha sonora", rendering="score")
    GlossaryTerm.objects.create(source="pt", target="en", term="Children of Heaven", rendering="")
    GlossaryTerm.objects.create(source="pt", target="nl", term="filme", rendering="rolprent")
    (names,) = names_for([said("A Trilha sonora do filme Children of Heaven", heaven)], src="pt-BR", dst="en")
    assert names == [
        Name("trilha sonora", "score", kind="word"),
        Name("Children of Heaven", "", kind="word"),
    ]


@pytest.mark.parametrize("number", [1, 6])
def test_the_number_of_queries_does_not_grow_with_the_texts(heaven: Title, number: int) -> None:
    titles = [make_title(f"Obra Número {n}", alternatives={f"Work {n}": "en"}) for n in range(number)]
    people = [make_person() for _ in titles]
    for title, person in zip(titles, people, strict=True):
        make_credit(title, person)
    refresh_search_names()
    body = "*Obra Número 0* e [[Filhos do Paraíso]]"
    texts = [said(body, subject) for subject in (*titles, *people)]
    with CaptureQueriesContext(connection) as asked:
        found = names_for(texts, src="pt", dst="en")
    assert len(asked) == 7
    assert all("Filhos do Paraíso" in {name.written for name in names} for names in found)
