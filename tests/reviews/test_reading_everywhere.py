"""Wherever words of a member stand, a reader of another language finds them translated, with a note that says so."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Audience, MailRhythm, Member, TranslationConsent
from films.models import Person, Title, TitleKind, Trivia
from filmsite.lib.text import render_review
from reviews.models import (
    Mention,
    NotificationKind,
    NotificationSetting,
    Review,
    TitleList,
    Translation,
    TranslationStatus,
)
from reviews.services.mailing import mail_news
from reviews.services.notifying import notify
from reviews.sources import Translatable, source_of
from tests.asserts import assert_flat_queries, count_queries
from tests.factories import (
    make_follow,
    make_list,
    make_member,
    make_person,
    make_report,
    make_review,
    make_season,
    make_title,
    make_viewing,
)

pytestmark = pytest.mark.django_db

NOTE = "Translated from Portuguese"


def translate(text: Translatable, english: str, *, headline: str = "", **fields: object) -> Translation:
    """Store the translation of a Portuguese text into English."""
    source = source_of(text)
    assert source is not None
    assert source.language == "pt"
    return Translation.objects.create(
        **source.about,
        source_hash=source.source_hash,
        content_hash=source.source_hash,
        source_language="pt",
        target="en",
        body=english,
        html=render_review(english),
        headline=headline,
        status=TranslationStatus.DONE,
        next_attempt_at=timezone.now(),
        **fields,
    )


@dataclass
class Written:
    """Somebody's Portuguese words of every kind, each translated."""

    ana: Member
    film: Title
    person: Person
    message: Review
    opinion: Review
    list: TitleList


@pytest.fixture
def written() -> Written:
    ana = make_member("ana", about="Gosto de filmes antigos, de preferência com gatos.")
    translate(ana, "I like old films, preferably with cats.")
    film = make_title(
        "Central",
        plot="Uma mulher escreve cartas na estação.",
        plot_language="pt",
        plot_author=ana,
    )
    translate(film, "A woman writes letters at the station.")
    said = Trivia.objects.create(
        title=film, text="O rapaz engraxava sapatos.", language="pt", source="Um livro", author=ana
    )
    translate(said, "The boy used to shine shoes.")
    person = make_person("Walter", biography="Nasceu no Rio.", biography_language="pt")
    translate(person, "He was born in Rio.")
    message = make_review(film, ana, "Chorei muito no final.", language="pt")
    translate(message, "I cried a lot at the end.")
    opinion = make_review(
        film, ana, "Um filme enorme.", language="pt", is_opinion=True, headline="Cartas", verdict=9
    )
    translate(opinion, "A huge film.", headline="Letters")
    made = make_list(
        ana,
        film,
        name="Os meus filmes preferidos de sempre",
        description="Filmes que me fizeram chorar quando eu era criança.",
    )
    translate(made, "Films that made me cry as a child.", headline="My favourite films ever")
    entry = made.entries.get()
    entry.note = "Comecei a chorar logo na primeira cena."
    entry.save()
    translate(entry, "I began to cry in the very first scene.")
    translate(
        make_viewing(ana, make_title("Seen"), note="Vi sozinha num cinema quase vazio."),
        "I saw it alone in an almost empty cinema.",
    )
    elsewhere = make_review(
        make_title("Other"), ana, "Lembra a [[Central]].", language="pt", is_opinion=True, headline="Parecido"
    )
    translate(elsewhere, "It recalls [[Central]].", headline="Much alike")
    Mention.objects.create(review=elsewhere, title=film)
    return Written(ana, film, person, message, opinion, made)


def shown_words(page: str) -> str:
    """What of a page is not hidden, without its tags."""
    page = re.sub(r"<(script|title)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r"<(\w+)[^>]*\shidden>.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


PLACES = {
    "film": (
        "A woman writes letters at the station.",
        "The boy used to shine shoes.",
        "I cried a lot at the end.",
        "A huge film.",
        "Letters",
        "My favourite films ever",
        "Much alike",
    ),
    "person": ("He was born in Rio.",),
    "ana": (
        "I like old films, preferably with cats.",
        "I cried a lot at the end.",
        "My favourite films ever",
    ),
    "ana/messages/": ("I cried a lot at the end.", "A huge film."),
    "ana/opinions/": ("Letters", "A huge film."),
    "ana/lists/": ("My favourite films ever", "Films that made me cry as a child."),
    "ana/diary/": ("I saw it alone in an almost empty cinema.",),
    "list": (
        "My favourite films ever",
        "Films that made me cry as a child.",
        "I began to cry in the very first scene.",
    ),
    "message": ("I cried a lot at the end.",),
    "opinion": ("Letters", "A huge film."),
    "/lists/": ("My favourite films ever", "Films that made me cry as a child."),
    "film/lists": ("My favourite films ever", "Films that made me cry as a child."),
    "/": ("A huge film.", "Letters"),
    "/feed/": (
        "I cried a lot at the end.",
        "A huge film.",
        "Letters",
        "My favourite films ever",
        "Films that made me cry as a child.",
        "I saw it alone in an almost empty cinema.",
    ),
    "/notifications/": ("I cried a lot at the end.",),
}
PORTUGUESE = (
    "Uma mulher escreve",
    "engraxava",
    "Nasceu",
    "Chorei",
    "enorme",
    "Cartas",
    "Gosto de",
    "Os meus",
    "fizeram",
    "Parecido",
    "Comecei",
    "sozinha",
)


def address_of(place: str, written: Written) -> str:
    match place.split("/"):
        case ["ana", *rest]:
            return written.ana.get_absolute_url() + "/".join(rest)
        case ["film", "lists"]:
            return reverse("reviews:title-lists", args=[written.film.pk])
        case [name] if name:
            return getattr(written, name).get_absolute_url()
        case _:
            return place


@pytest.fixture
def bea(written: Written) -> Member:
    """Somebody who follows the author and was named by her."""
    bea = make_member("bea")
    make_follow(bea, written.ana)
    notify(
        recipients=[bea],
        kind=NotificationKind.MENTION,
        key="named",
        actor=written.ana,
        review=written.message,
        title=written.film,
    )
    return bea


@pytest.mark.parametrize("place", PLACES)
def test_every_kind_of_text_is_read_translated_with_a_note(
    client: Client, written: Written, bea: Member, place: str
) -> None:
    client.force_login(bea)
    page = shown_words(client.get(address_of(place, written)).content.decode())
    for words in PLACES[place]:
        assert words in page, words
    assert NOTE in page
    for words in PORTUGUESE:
        assert words not in page, words


@pytest.mark.parametrize("place", PLACES)
def test_who_reads_the_language_reads_the_author_without_a_note(
    client: Client, written: Written, bea: Member, place: str
) -> None:
    Member.objects.filter(pk=bea.pk).update(reads=["pt"])
    client.force_login(bea)
    page = client.get(address_of(place, written)).content.decode()
    assert "lang-note" not in page
    for words in PLACES[place]:
        assert words not in page, words


@pytest.mark.parametrize(
    ("place", "notes"),
    [
        # Of several words in one language the second time no more than the language is said.
        ("film", ["Written in Portuguese. No translation into English yet.", "Written in Portuguese"]),
        ("person", ["Written in Portuguese. No translation into English yet."]),
        ("ana", ["Written in Portuguese. No translation into English yet."]),
    ],
)
def test_plots_trivia_biographies_and_members_without_a_translation_say_in_what_they_are_written(
    client: Client, written: Written, place: str, notes: list[str]
) -> None:
    Translation.objects.exclude(review__isnull=False).delete()
    page = client.get(address_of(place, written)).content.decode()
    said = re.findall(r'<p class="lang-note"><img[^>]*> ([^<]*)</p>', page)
    assert said[: len(notes)] == notes


def test_a_message_is_found_by_its_translation_and_told_with_a_note(
    client: Client, written: Written, bea: Member
) -> None:
    client.force_login(bea)
    page = shown_words(client.get("/search/messages/", {"q": "cry"}).content.decode())
    assert "cried" in page
    assert NOTE in page
    assert "Chorei" not in page


def test_a_moderator_judges_a_case_in_their_language_beside_the_authors(
    client: Client, written: Written, mona: Member, settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    case = make_report(written.message)
    client.force_login(mona)
    page = shown_words(client.get(case.get_absolute_url()).content.decode())
    assert "I cried a lot at the end." in page
    assert "Chorei muito no final." in page
    assert "what is judged is what the author wrote" in page


@pytest.mark.parametrize(
    ("place", "token", "original"),
    [
        ("film", "title-{film.pk}", "Uma mulher escreve cartas na estação."),
        ("person", "person-{person.pk}", "Nasceu no Rio."),
        ("ana", "member-{ana.pk}", "Gosto de filmes antigos, de preferência com gatos."),
        ("list", "list-{list.pk}", "Os meus filmes preferidos de sempre"),
        ("message", "{message.pk}", "Chorei muito no final."),
    ],
)
def test_a_form_brings_the_original_of_any_text_and_the_translation_back(
    client: Client, written: Written, place: str, token: str, original: str
) -> None:
    address, token = address_of(place, written), token.format(**vars(written))
    page = client.get(address).content.decode()
    assert f'name="original" value="{token}"' in page
    page = client.get(address, {"original": token, "sort": "oldest"}).content.decode()
    assert original in shown_words(page)
    form = re.search(rf'<form class="lang-note"[^>]*data-toggle-wording="{token}".*?</form>', page, re.DOTALL)
    assert form
    assert f'name="translated" value="{token}"' in form[0]
    assert '<input type="hidden" name="sort" value="oldest">' in form[0]
    assert 'aria-expanded="true"' in form[0]
    assert f'aria-controls="original-{token}"' in form[0]
    assert f'id="original-{token}"' in page or place == "list"
    # What was toggled elsewhere stays.
    page = client.get(address, {"original": ["7", token]}).content.decode()
    assert '<input type="hidden" name="original" value="7">' in page


def test_pieces_of_a_page_that_are_kept_know_the_wording(client: Client, written: Written) -> None:
    address, token = written.film.get_absolute_url(), f"title-{written.film.pk}"
    queries = ({}, {"original": token}, {}, {"original": token, "sort": "oldest"})
    pages = [client.get(address, query).content.decode() for query in queries]
    assert ["A woman writes" in shown_words(page) for page in pages] == [True, False, True, False]
    plots = [page.split('class="plot title-plot"')[1].split("</section>")[0] for page in pages]
    assert ['name="sort" value="oldest"' in plot for plot in plots] == [False, False, False, True]
    Translation.objects.filter(title=written.film).update(body="Letters!", html="<p>Letters!</p>")
    assert "Letters!" in shown_words(client.get(address, {"page": "1"}).content.decode())


def test_what_search_engines_read_is_in_the_language_of_the_page(client: Client, written: Written) -> None:
    page = client.get(written.film.get_absolute_url()).content.decode()
    assert '<meta name="description" content="A woman writes letters at the station.">' in page
    described = [
        json.loads(found) for found in re.findall(r"<script type=.application/ld\+json.>(.*?)</script>", page)
    ]
    assert described[0]["description"] == "A woman writes letters at the station."
    review = next(one for one in described[1]["@graph"] if one.get("name"))
    assert (review["name"], review["reviewBody"], review["inLanguage"]) == ("Letters", "A huge film.", "en")
    assert review["translationOfWork"] == {"@type": "Review", "inLanguage": "pt"}

    page = client.get(written.person.get_absolute_url()).content.decode()
    assert '<meta name="description" content="He was born in Rio.">' in page
    page = client.get(written.list.get_absolute_url()).content.decode()
    assert "<title>My favourite films ever ·" in page
    page = client.get(written.opinion.get_absolute_url()).content.decode()
    assert "<title>Letters · ana ·" in page
    assert '<meta property="og:title" content="Letters">' in page
    assert '<meta name="description" content="A huge film.">' in page


@pytest.mark.parametrize("name", ["message", "opinion", "list"])
def test_a_text_has_one_address_whatever_wording_shows(client: Client, written: Written, name: str) -> None:
    address = getattr(written, name).get_absolute_url()
    for query in ({}, {"original": "1"}, {"translated": f"{written.message.pk}"}):
        page = client.get(address, query).content.decode()
        assert re.search(rf'<link rel="canonical" href="[^"?]*{address}">', page)
        assert "hreflang" not in page


def test_a_season_shows_the_translation_of_the_plot_of_its_show(client: Client) -> None:
    show = make_title("Show", kind=TitleKind.SHOW, plot="Dois irmãos procuram o pai.", plot_language="pt")
    translate(show, "Two brothers look for their father.")
    season = make_season(show, 1)
    assert "Two brothers look" in shown_words(client.get(season.get_absolute_url()).content.decode())
    own = make_season(show, 2, plot="Chegam ao Rio.", plot_language="pt")
    translate(own, "They come to Rio.")
    page = shown_words(client.get(own.get_absolute_url()).content.decode())
    assert "They come to Rio." in page
    assert "Two brothers" not in page


def test_a_mail_says_in_words_what_it_quotes_a_translation_of(written: Written, bea: Member) -> None:
    Member.objects.filter(pk=bea.pk).update(mail_rhythm=MailRhythm.AT_ONCE)
    NotificationSetting.objects.update_or_create(
        member=bea, kind=NotificationKind.REPLY, defaults={"channel": "mail"}
    )
    notify(recipients=[bea], kind=NotificationKind.REPLY, key="r", actor=written.ana, review=written.message)
    mail_news(bea.pk)
    [sent] = mail.outbox
    [(html, _type)] = sent.alternatives
    assert "I cried a lot at the end.\n  (Translated from Portuguese)" in sent.body
    assert re.search(
        r'<blockquote lang="en" dir="ltr">I cried a lot.*?</blockquote><p><small>Translated from', html
    )
    assert "<button" not in html


# --- Whose words may be shown how -----------------------------------------------------------------------


def test_words_of_who_wants_none_translated_stand_as_they_are(client: Client, written: Written) -> None:
    Member.objects.filter(pk=written.ana.pk).update(translation_consent=TranslationConsent.NONE)
    for place in ("film", "ana", "list", "message"):
        page = client.get(address_of(place, written)).content.decode()
        assert "The author wants it read as it is." in page, place
        tokens = set(re.findall(r'data-toggle-wording="([^"]+)"', page))
        assert tokens <= {f"person-{written.person.pk}"}, place


def test_a_list_for_few_is_never_shown_translated(client: Client, written: Written, bea: Member) -> None:
    TitleList.objects.filter(pk=written.list.pk).update(audience=Audience.FOLLOWERS)
    client.force_login(bea)
    page = client.get(written.list.get_absolute_url()).content.decode()
    assert "Os meus filmes" in shown_words(page)
    assert "lang-note" not in page


def test_a_note_in_a_diary_for_few_is_never_shown_translated(
    client: Client, written: Written, bea: Member
) -> None:
    Member.objects.filter(pk=written.ana.pk).update(diary_for=Audience.FOLLOWERS)
    client.force_login(bea)
    for place in ("ana/diary/", "/feed/"):
        page = client.get(address_of(place, written)).content.decode()
        assert re.search(r'lang="pt"[^>]*>\s*(<p>)?Vi sozinha', page), place
        assert "I saw it alone" not in page


def test_an_author_reads_their_own_words_first_wherever_they_stand(client: Client, written: Written) -> None:
    client.force_login(written.ana)
    for place, words in (
        ("ana", "Gosto de filmes"),
        ("list", "Os meus filmes"),
        ("film", "Uma mulher escreve"),
    ):
        assert words in shown_words(client.get(address_of(place, written)).content.decode()), place


def test_a_reader_who_is_signed_in_orders_what_was_never_ordered(
    client: Client, written: Written, bea: Member, django_capture_on_commit_callbacks
) -> None:
    Translation.objects.all().delete()
    client.force_login(bea)
    with django_capture_on_commit_callbacks(execute=True):
        client.get(written.film.get_absolute_url())
        client.get(written.person.get_absolute_url())
        client.get(written.list.get_absolute_url())
        client.get(written.ana.get_absolute_url())
        client.get(address_of("ana/diary/", written))
    ordered = {row.kind for row in Translation.objects.all()}
    assert ordered == {"review", "title", "trivia", "person", "list", "member", "viewing", "entry"}


@pytest.mark.parametrize(
    ("name", "fields", "language"),
    [
        ("Mijn lijst", {"interface_language": "nl"}, "nl"),
        ("Filmes favoritos", {"interface_language": "en", "reads": ["pt"]}, "pt"),
        ("Top 2020", {"interface_language": "nl"}, "nl"),
        ("Favoritos", {"translate_into": "pt-BR"}, "pt-BR"),
        ("10/10", {"interface_language": "nl"}, "und"),
        ("Mijn lijst", {}, "und"),
        ("Filmes que me fizeram chorar muito no cinema", {"interface_language": "nl"}, "pt"),
    ],
)
def test_a_few_words_are_in_a_language_that_their_author_uses(
    name: str, fields: dict[str, object], language: str
) -> None:
    source = source_of(make_list(make_member(**fields), name=name))
    assert source is not None
    assert source.language == language


def test_a_short_name_is_read_translated_with_a_note(client: Client, bea: Member) -> None:
    listed = make_list(make_member("davi", interface_language="pt"), make_title(), name="Os favoritos")
    translate(listed, "", headline="The favourites")
    client.force_login(bea)
    for address in (listed.get_absolute_url(), listed.entries.get().title.get_absolute_url()):
        page = shown_words(client.get(address).content.decode())
        assert "The favourites" in page
        assert NOTE in page


# --- What it costs --------------------------------------------------------------------------------------


def test_a_title_with_words_of_every_kind_takes_twelve_queries(
    client: Client, written: Written, bea: Member
) -> None:
    client.force_login(bea)
    numbers: Iterator[int] = iter(range(100))

    def more() -> None:
        number = next(numbers)
        said = Trivia.objects.create(
            title=written.film, text=f"O rapaz número {number}.", language="pt", source="Um livro"
        )
        translate(said, f"Boy number {number}.")
        translate(make_review(written.film, body="Chorei.", language="pt"), "I cried.")

    assert_flat_queries(client, more, written.film.get_absolute_url(), at_most=12)


@pytest.mark.parametrize("place", ["/lists/", "/feed/", "ana", "ana/lists/", "list", "ana/diary/"])
def test_pages_of_lists_ask_once_for_all_their_words(
    client: Client, written: Written, bea: Member, place: str
) -> None:
    client.force_login(bea)

    def more() -> None:
        made = make_list(written.ana, written.film, name="Filmes que eu quero ver outra vez este ano")
        translate(made, "", headline="Films that I want to see again this year")
        film = make_title()
        entry = written.list.entries.create(title=film, position=2, note="Vi este filme com a minha mãe.")
        translate(entry, "I saw this film with my mother.")
        seen = make_viewing(written.ana, film, note="Vi este filme com o meu pai.")
        translate(seen, "I saw this film with my father.")

    more()
    asked = count_queries(client, address_of(place, written))
    assert sum("reviews_translation" in sql for sql in asked) == (2 if place == "ana" else 1)
    assert_flat_queries(client, more, address_of(place, written))
