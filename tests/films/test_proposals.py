"""Corrections, through their addresses: proposed by a member, decided by the section's moderators."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused
from typing import Any

import pytest
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.editing import PartKind, read_facts
from films.editing.names import candidates
from films.fact_fields import AmountField
from films.models import (
    Change,
    Genre,
    Person,
    Proposal,
    ProposedChange,
    Relation,
    Title,
    TitleGenre,
    TitleKind,
)
from films.services.editing import lock_field, write_facts
from films.services.search_names import refresh_search_names
from films.tasks import mail_answers
from reviews.services.indexing import index_portion, note_text
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_credit,
    make_genre,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
)

pytestmark = pytest.mark.django_db

WHY = {"source": "https://example.org/credits", "note": ""}


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Children of Heaven", year=1997, minutes=88, genres=["Drama"], countries=["IR"])


def fields_on(client: Client, url: str) -> dict[str, str]:
    """What a browser would send of the form at this address: every input as it stands."""
    page = client.get(url).context["page"]
    return posted(page.facts)


def posted(facts: list[Any]) -> dict[str, str]:
    data: dict[str, str] = {}
    for fact in facts:
        data[fact.seen_name] = fact.signed
        if fact.field.is_list:
            data[fact.rows_name] = str(len(fact.forms))
        for form in fact.forms:
            for field in form:
                value = field.value()
                if value not in (None, False, ""):
                    prepared = field.field.prepare_value(value)
                    data[field.html_name] = "on" if value is True else str(prepared)
    return data


def propose(client: Client, item: Title | Person, part: str, **changed: str) -> Any:
    """Send the form of a part of the facts with some inputs changed; an empty name takes it out."""
    url = f"/{'titles' if isinstance(item, Title) else 'people'}/{item.pk}/edit/?part={part}"
    data = {**fields_on(client, url), **WHY, "action": "send", **changed}
    return client.post(url, {key: value for key, value in data.items() if value != ""})


def waiting_proposal(
    item: Title, author: Member, field: str = "year", old: Any = 1997, new: Any = 1998
) -> Proposal:
    proposal = Proposal.objects.create(title=item, section=item.section, author=author, source="the credits")
    ProposedChange.objects.create(proposal=proposal, field=field, old=old, new=new)
    return proposal


def decide(client: Client, proposal: Proposal, reply: str = "", **choices: str) -> Any:
    url = f"/moderation/proposals/{proposal.pk}/"
    rows = client.get(url).context["rows"]
    data = {f"seen-{row.change.field}": row.seen for row in rows}
    return client.post(
        url, {**data, "reply": reply, **{f"decide-{key}": value for key, value in choices.items()}}
    )


# --- Proposing ---


def test_only_what_was_changed_becomes_a_proposal_with_what_its_author_saw(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    answer = propose(client, film, "facts", **{"minutes-minutes": "89"})
    assert answer.status_code == 302, answer.context["page"].facts
    proposal = Proposal.objects.get()
    assert (proposal.author, proposal.title, proposal.section) == (alice, film, "films")
    assert proposal.source == WHY["source"]
    assert list(proposal.changes.values_list("field", "old", "new")) == [("minutes", 88, 89)]
    film.refresh_from_db()
    assert film.minutes == 88


def test_a_source_is_required_and_nothing_typed_is_lost(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    answer = propose(client, film, "facts", source="", note="See the end titles", **{"minutes-minutes": "89"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="89"' in page
    assert "See the end titles" in page
    assert not Proposal.objects.exists()


def test_a_letter_is_no_source(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    answer = propose(client, film, "facts", source="x", **{"minutes-minutes": "89"})
    assert answer.status_code == 422
    assert "Name an address, a book" in answer.content.decode()


def test_only_what_is_needed_has_a_star_and_a_hint_stands_once(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    story = client.get(f"/titles/{film.pk}/edit/?part=story").content.decode()
    # Of the legend and of the source; the plot may be left out.
    assert story.count('class="req"') == 2
    releases = propose(client, film, "releases", action="add:releases").content.decode()
    assert releases.count('class="field-help" id="id_releases') == 1


def test_a_form_in_which_nothing_was_changed_says_so(client: Client, alice: Member, film: Title) -> None:
    make_credit(film, make_person("Amir Naji"), role="actor", character="Father")
    client.force_login(alice)
    for part in ("facts", "cast", "names", "links"):
        answer = propose(client, film, part)
        assert answer.context["page"].errors == ["Nothing is changed yet."], part
    assert not Proposal.objects.exists()


def test_the_difference_is_shown_before_anything_is_sent(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    answer = propose(client, film, "facts", action="preview", source="", **{"minutes-minutes": "89"})
    assert answer.status_code == 200
    (label, difference), *_rest = answer.context["page"].differences
    assert (str(label), difference.removed, difference.added) == ("Minutes", ["88"], ["89"])
    assert not Proposal.objects.exists()


def test_a_row_is_added_without_script_and_keeps_what_was_typed(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    answer = propose(
        client, film, "cast", action="add:cast", note="my note", **{"cast-0-person": "Amir Naji"}
    )
    facts = {fact.key: fact for fact in answer.context["page"].facts}
    assert len(facts["cast"].forms) == 2
    page = answer.content.decode()
    assert 'value="Amir Naji"' in page
    assert "my note" in page
    assert "field-error" not in page


def test_rows_are_corrected_added_moved_and_taken_out(client: Client, alice: Member, film: Title) -> None:
    for position, name in enumerate(["Ali", "Zahra", "Father"]):
        make_credit(film, make_person(f"{name} player"), role="actor", character=name, position=position)
    client.force_login(alice)
    changed = {
        "cast-0-character": "Ali Mandegar",
        "cast-1-remove": "on",
        "cast-2-position": "0",
        "cast-3-person": "Somebody New",
        "cast-3-character": "Teacher",
    }
    assert propose(client, film, "cast", **changed).status_code == 302
    change = ProposedChange.objects.get()
    rows = [(row["person"]["name"], row["character"]) for row in change.new]
    assert rows == [("Father player", "Father"), ("Ali player", "Ali Mandegar"), ("Somebody New", "Teacher")]
    assert change.new[2]["person"]["id"] is None
    assert change.new[0]["person"]["id"] == Person.objects.get(name="Father player").pk
    assert len(change.old) == 3


def test_a_name_that_two_people_have_is_asked_about(client: Client, alice: Member, film: Title) -> None:
    first, second = make_person("John Smith", born="1950"), make_person("John Smith", born="1980")
    refresh_search_names(person_ids=[first.pk, second.pk])
    client.force_login(alice)
    answer = propose(client, film, "makers", **{"directors-0-person": "John Smith"})
    assert answer.status_code == 422
    assert "1980" in answer.content.decode()
    assert not Proposal.objects.exists()
    choice = {"directors-0-person": "John Smith", "directors-0-person_choice": str(second.pk)}
    assert propose(client, film, "makers", **choice).status_code == 302
    assert ProposedChange.objects.get().new[0]["person"] == {"id": second.pk, "name": "John Smith"}


def test_somebody_of_a_known_name_can_be_somebody_new(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    refresh_search_names(person_ids=[make_person("John Smith").pk for _ in range(2)])
    client.force_login(alice)
    propose(
        client, film, "makers", **{"directors-0-person": "John Smith", "directors-0-person_choice": "new"}
    )
    client.force_login(mona)
    decide(client, Proposal.objects.get(), directors="yes")
    assert Person.objects.filter(name="John Smith").count() == 3
    assert film.credits.get(role="director").person == Person.objects.latest("pk")


def test_a_related_title_is_found_by_its_name_or_its_address(
    client: Client, alice: Member, film: Title
) -> None:
    other = make_title("The Colour of Paradise", year=1999)
    refresh_search_names(title_ids=[other.pk])
    client.force_login(alice)
    unknown = propose(
        client, film, "relations", **{"relations-0-kind": "sequel", "relations-0-other": "Nothing"}
    )
    assert "no title of this name" in unknown.content.decode()
    for typed in ("the colour of paradise", "The Colour of Paradise (1999)", other.get_absolute_url()):
        Proposal.objects.all().delete()
        propose(client, film, "relations", **{"relations-0-kind": "sequel", "relations-0-other": typed})
        assert ProposedChange.objects.get().new[0]["other"]["id"] == other.pk, typed


def test_a_relation_that_the_other_title_tells_is_corrected_in_its_form(
    client: Client, alice: Member, film: Title
) -> None:
    remake = make_title("Bumm Bumm Bole", year=2010)
    Relation.objects.create(title=remake, other=film, kind="remake")
    client.force_login(alice)
    page = client.get(f"/titles/{film.pk}/edit/?part=relations").content.decode()
    assert f'href="/titles/{remake.pk}/edit/?part=relations"' in page
    assert "Correct it there" not in client.get(f"/titles/{film.pk}/edit/?part=facts").content.decode()


def test_many_related_titles_are_found_with_as_few_queries_as_two() -> None:
    show = make_title("Heaven", kind=TitleKind.SHOW, year=1990)
    season = make_season(show, 2)
    namesakes = [make_title("Heaven", year=year) for year in (1987, 2002)]
    others = [make_title(f"Paradise {number}", year=1980 + number) for number in range(8)]
    refresh_search_names(title_ids=[title.pk for title in (show, season, *namesakes, *others)])

    def found(*names: str) -> dict[str, list[int]]:
        return {name: [one["id"] for one in rows] for name, rows in candidates(PartKind.TITLE, names).items()}

    typed = {
        "heaven": [show.pk, *(title.pk for title in namesakes)],
        "Heaven (2002)": [namesakes[1].pk],
        f"https://example.org/shows/{show.pk}-heaven/season-2/": [season.pk],
        f"/films/{others[0].pk}-whatever/": [others[0].pk],
        "Nothing": [],
        **{f"Paradise {number}": [title.pk] for number, title in enumerate(others)},
    }
    with CaptureQueriesContext(connection) as queries:
        assert found(*typed) == typed
    assert len(queries) <= 3


def test_countries_and_languages_are_typed_by_name_and_kept_by_code(
    client: Client, alice: Member, film: Title
) -> None:
    client.force_login(alice)
    wrong = propose(client, film, "facts", **{"countries-1-country": "Atlantis"})
    assert "no country of this name" in wrong.content.decode()
    assert 'value="Atlantis"' in wrong.content.decode()
    propose(
        client, film, "facts", **{"countries-1-country": "netherlands", "languages-0-language": "Persian"}
    )
    changes = {change.field: change.new for change in ProposedChange.objects.all()}
    assert changes == {"countries": ["IR", "NL"], "languages": ["fa"]}


def test_what_an_import_left_odd_is_no_error_as_long_as_nobody_touches_it(
    client: Client, alice: Member, film: Title
) -> None:
    Title.objects.filter(pk=film.pk).update(
        original_language="xx-odd", gross=5, gross_currency="", gross_date=""
    )
    client.force_login(alice)
    assert (
        propose(client, film, "names", **{"original_name-original_name": "Bacheha-ye aseman"}).status_code
        == 302
    )
    assert (
        propose(client, film, "money", **{"budget-amount": "180.000", "budget-currency": "usd"}).status_code
        == 302
    )
    changes = {change.field: change.new for change in ProposedChange.objects.all()}
    assert changes == {
        "original_name": "Bacheha-ye aseman",
        "budget": {"amount": 180_000, "currency": "USD"},
    }


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1628579", 1_628_579),
        ("1,628,579", 1_628_579),
        ("1.628.579", 1_628_579),
        ("1\N{NARROW NO-BREAK SPACE}628\N{NARROW NO-BREAK SPACE}579", 1_628_579),
        ("1’628’579", 1_628_579),
        ("16,28,579", 1_628_579),
        ("0", 0),
    ],
)
def test_an_amount_may_be_grouped_in_every_consistent_way(typed: str, amount: int) -> None:
    assert AmountField().clean(typed) == amount


@pytest.mark.parametrize(
    ("part", "changed"),
    [
        ("facts", {"year-year": "12"}),
        ("facts", {"minutes-minutes": "1e9"}),
        ("facts", {"minutes-minutes": "99999"}),
        ("facts", {"released_on-released_on": "1997-02-31"}),
        ("facts", {"genres-0-genre": "no-genre"}),
        ("releases", {"releases-0-date": "1997-13", "releases-0-kind": "cinema"}),
        ("releases", {"releases-0-date": "٢٠٠٠", "releases-0-kind": "cinema"}),
        ("money", {"budget-amount": "1" * 17, "budget-currency": "USD"}),
        ("money", {"budget-amount": "1.628.579,50", "budget-currency": "USD"}),
        ("money", {"budget-amount": "1628579.5", "budget-currency": "USD"}),
        ("money", {"budget-amount": "1,628.579", "budget-currency": "USD"}),
        ("money", {"budget-amount": "0.500", "budget-currency": "USD"}),
        ("money", {"budget-amount": "-5", "budget-currency": "USD"}),
        ("money", {"budget-amount": "5"}),
        ("money", {"budget-amount": "5", "budget-currency": "QQQ"}),
        ("links", {"links-0-url": "javascript:alert(1)", "links-0-kind": "official"}),
        (
            "links",
            {
                "videos-0-key": "a b",
                "videos-0-name": "x",
                "videos-0-kind": "clip",
                "videos-0-provider": "vimeo",
            },
        ),
        ("names", {"name-name": "x" * 301}),
        ("names", {"name-name": "   "}),
    ],
)
def test_what_the_catalogue_cannot_hold_is_refused_in_the_form(
    client: Client, alice: Member, film: Title, part: str, changed: dict[str, str]
) -> None:
    client.force_login(alice)
    answer = propose(client, film, part, **changed)
    assert answer.status_code == 422
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("rows", ["", "-1", "x", "99999999", "٣", "9999"])
def test_a_forged_number_of_rows_or_of_what_was_seen_breaks_nothing(
    client: Client, alice: Member, film: Title, rows: str
) -> None:
    client.force_login(alice)
    forged = {"cast-rows": rows, "cast-seen": signing.dumps({"a": 1}), "cast-0-person": "Amir Naji"}
    assert propose(client, film, "cast", **forged).status_code == 302
    assert ProposedChange.objects.get().old == []


def test_what_was_seen_of_another_title_is_not_taken_for_this_one(
    client: Client, alice: Member, film: Title
) -> None:
    other = make_title(minutes=200)
    client.force_login(alice)
    foreign = fields_on(client, f"/titles/{other.pk}/edit/?part=facts")["minutes-seen"]
    propose(client, film, "facts", **{"minutes-minutes": "90", "minutes-seen": foreign})
    assert ProposedChange.objects.get().old == 88


def test_a_list_longer_than_anybody_types_is_corrected_without_losing_a_row(
    client: Client, mona: Member, film: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("films.forms.MOST_ROWS", 3)
    for number in range(5):
        make_credit(film, make_person(f"Extra {number}"), role="actor", position=number)
    client.force_login(mona)
    url = f"/titles/{film.pk}/edit/?part=cast"
    data = {**fields_on(client, url), "cast-0-character": "The father", "action": "save"}
    assert client.post(url, data).status_code == 302
    assert [row["character"] for row in read_facts(film, ["cast"])["cast"]] == ["The father", *[""] * 4]


def test_nul_and_huge_numbers_are_a_bad_request(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    url = f"/titles/{film.pk}/edit/?part=facts"
    assert client.post(url, {**WHY, "based_on-based_on": "a\x00b"}).status_code == 400
    assert client.get(f"/titles/{10**30}/edit/").status_code in (400, 404)
    assert client.get("/edit/names/?kind=person&q=%00").status_code == 400


def test_a_locked_fact_shows_its_reason_and_takes_nothing(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    lock_field(item=film, field="year", reason="The festival year was chosen on purpose.", moderator=mona)
    client.force_login(alice)
    page = client.get(f"/titles/{film.pk}/edit/?part=facts").content.decode()
    assert "chosen on purpose" in page
    assert 'name="year-year"' not in page
    answer = client.post(
        f"/titles/{film.pk}/edit/?part=facts",
        {**WHY, "year-year": "1998", "minutes-minutes": "88", "genres-rows": "x", "action": "send"},
    )
    assert not ProposedChange.objects.filter(field="year").exists(), answer


def test_whoever_may_not_post_proposes_nothing(client: Client, sam: Member, film: Title) -> None:
    url = f"/titles/{film.pk}/edit/?part=facts"
    assert client.get(url)["Location"].startswith("/accounts/login/")
    client.force_login(sam)
    assert client.get(url).status_code == 403
    assert client.post(url, WHY).status_code == 403


def test_too_many_proposals_are_refused_with_all_that_was_typed(
    client: Client, alice: Member, film: Title, settings: Settings
) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "proposal": "1/hour"}
    client.force_login(alice)
    propose(client, film, "facts", **{"minutes-minutes": "89"})
    answer = propose(client, film, "facts", **{"minutes-minutes": "90"})
    assert answer.status_code == 429
    assert 'value="90"' in answer.content.decode()
    assert Proposal.objects.count() == 1


def test_a_plot_that_stands_elsewhere_is_asked_about_and_shown_to_the_moderator(
    client: Client, alice: Member, bob: Member, mona: Member, film: Title
) -> None:
    body = " ".join(f"Sentence {number} tells of the boy and of his sister at home." for number in range(12))
    note_text(make_review(film, author=bob, body=body, created_at=timezone.now() - timedelta(days=2)))
    index_portion()
    client.force_login(alice)
    typed = {"plot-text": body, "plot-language": "English"}
    asked = propose(client, film, "story", **typed)
    assert asked.status_code == 200
    assert "also stand elsewhere" in asked.content.decode()
    assert not Proposal.objects.exists()
    propose(client, film, "story", notice_seen="1", own_words="1", **typed)
    proposal = Proposal.objects.get()
    assert proposal.declared_own
    assert proposal.changes.get().new["author"] == alice.pk
    client.force_login(mona)
    page = client.get(f"/moderation/proposals/{proposal.pk}/").content.decode()
    assert "a message by bob" in page
    assert "these are my own words" in page


def test_a_correction_of_a_plot_is_no_copy_of_that_plot(client: Client, alice: Member, film: Title) -> None:
    plot = " ".join(f"Sentence {number} tells of the boy and of his sister at home." for number in range(12))
    Title.objects.filter(pk=film.pk).update(plot=plot, plot_language="en")
    client.force_login(alice)
    answer = propose(client, film, "story", **{"plot-text": f"{plot} And then he runs."})
    assert answer.status_code == 302


def test_a_moderator_of_the_section_saves_at_once(client: Client, mona: Member, film: Title) -> None:
    client.force_login(mona)
    assert (
        propose(client, film, "facts", action="save", source="", **{"minutes-minutes": "89"}).status_code
        == 302
    )
    film.refresh_from_db()
    assert (film.minutes, film.provenance) == (89, {"minutes": "person"})
    change = Change.objects.get()
    assert (change.actor, change.origin, change.old, change.new) == (mona, "staff", 88, 89)


def test_saving_at_once_is_not_for_members_nor_for_another_section(
    client: Client, alice: Member, film: Title
) -> None:
    for member in (alice, make_member("sara", sections=["shows"])):
        client.force_login(member)
        answer = propose(client, film, "facts", action="save", **{"minutes-minutes": "89"})
        assert answer.status_code == 403
        assert "Save now" not in client.get(f"/titles/{film.pk}/edit/?part=facts").content.decode()
    film.refresh_from_db()
    assert film.minutes == 88


def test_saving_over_what_somebody_else_changed_is_asked_about(
    client: Client, mona: Member, film: Title
) -> None:
    client.force_login(mona)
    url = f"/titles/{film.pk}/edit/?part=facts"
    data = {**fields_on(client, url), "minutes-minutes": "90", "action": "save"}
    write_facts(film, {"minutes": 89}, actor=None, origin=Change.Origin.IMPORT)
    asked = client.post(url, data)
    assert asked.status_code == 409
    again = {**posted(asked.context["page"].facts), "action": "save"}
    assert again["minutes-minutes"] == "90"
    assert client.post(url, again).status_code == 302
    film.refresh_from_db()
    assert film.minutes == 90


def test_a_person_is_corrected_alike(client: Client, alice: Member, mona: Member) -> None:
    person = make_person("Majid Majidi")
    client.force_login(alice)
    propose(client, person, "life", **{"born-born": "1959-04-17", "country-country": "Iran"})
    propose(client, person, "names", **{"names-0-name": "مجید مجیدی", "names-0-language": "Persian"})
    client.force_login(mona)
    for proposal in Proposal.objects.all():
        decide(client, proposal, **{change.field: "yes" for change in proposal.changes.all()})
    facts = read_facts(person, ["born", "country", "names"])
    assert facts == {
        "born": "1959-04-17",
        "country": "IR",
        "names": [{"name": "مجید مجیدی", "language": "fa"}],
    }


def test_names_are_suggested_while_typing(client: Client, alice: Member) -> None:
    refresh_search_names(person_ids=[make_person("Majid Majidi").pk])
    client.force_login(alice)
    assert "Majid Majidi" in client.get("/edit/names/?kind=person&q=maj").content.decode()
    assert "option" not in client.get("/edit/names/?kind=nothing&q=maj").content.decode()


def test_the_form_asks_as_much_for_many_rows_as_for_few(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    for part in ("cast", "facts"):

        def more() -> None:
            make_credit(film, role="actor", character="Somebody")
            genre = make_genre(f"Genre {Genre.objects.count()}")
            TitleGenre.objects.create(title=film, genre=genre, position=Genre.objects.count())

        assert_flat_queries(client, more, f"/titles/{film.pk}/edit/?part={part}", at_most=10)


# --- Deciding ---


def test_the_queue_is_for_the_moderators_of_the_section(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    urls = ("/moderation/proposals/", f"/moderation/proposals/{proposal.pk}/")
    assert [client.get(url).status_code for url in urls] == [302, 302]
    client.force_login(alice)
    assert [client.get(url).status_code for url in urls] == [404, 404]
    client.force_login(make_member("sara", sections=["shows"]))
    assert [client.get(url).status_code for url in urls] == [200, 404]
    assert client.get(urls[0]).context["lines"] == []
    assert client.post(urls[1], {"decide-year": "yes"}).status_code == 404
    client.force_login(mona)
    assert [line.proposal for line in client.get(urls[0]).context["lines"]] == [proposal]


def test_accepting_stores_the_facts_under_their_authors_name(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    assert decide(client, proposal, year="yes").status_code == 302
    film.refresh_from_db()
    proposal.refresh_from_db()
    assert (film.year, film.provenance) == (1998, {"year": "person"})
    assert (proposal.state, proposal.decided_by) == ("accepted", mona)
    change = Change.objects.get()
    assert (change.actor, change.origin, change.proposal) == (alice, "proposal", proposal)
    assert (change.old, change.new) == (1997, 1998)


def test_each_field_is_decided_by_itself_and_the_author_reads_why(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    ProposedChange.objects.create(proposal=proposal, field="minutes", old=88, new=80)
    client.force_login(mona)
    assert decide(client, proposal, year="yes", minutes="no").status_code == 422
    assert decide(client, proposal, year="yes").status_code == 422
    assert decide(client, proposal, "88 on the disc", year="yes", minutes="no").status_code == 302
    film.refresh_from_db()
    proposal.refresh_from_db()
    assert (film.year, film.minutes, proposal.state) == (1998, 88, "partly")
    assert dict(proposal.changes.values_list("field", "state")) == {"year": "accepted", "minutes": "declined"}
    client.force_login(alice)
    news = client.get("/settings/").content.decode()
    assert "My proposals <span" in news
    page = client.get("/settings/proposals/").content.decode()
    assert "88 on the disc" in page
    assert "new answer" in page
    assert "new answer" not in client.get("/settings/proposals/").content.decode()
    assert "My proposals <span" not in client.get("/settings/").content.decode()


def test_nothing_is_chosen_for_the_moderator(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    page = client.get(f"/moderation/proposals/{proposal.pk}/").content.decode()
    assert " checked" not in page
    assert "Accept all" in page
    assert decide(client, proposal).status_code == 422
    again = decide(client, proposal, year="no")
    assert again.status_code == 422
    assert ' value="no"' in again.content.decode().split(" checked")[0]


def test_a_name_of_nobody_here_is_called_a_new_person(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    known = make_person("Amir Naji")
    rows = [{"id": known.pk, "name": "Amir Naji"}, {"id": None, "name": "Mohsen Makhmalbuf"}]
    proposal = waiting_proposal(film, alice, "directors", [], [{"person": row, "note": ""} for row in rows])
    client.force_login(mona)
    for url in ("/moderation/proposals/", f"/moderation/proposals/{proposal.pk}/"):
        page = client.get(url).content.decode()
        assert "new person" in page
        assert "new people" not in page
    (line,) = client.get("/moderation/proposals/").context["lines"]
    assert line.new_people == ["Mohsen Makhmalbuf"]


def test_nobody_decides_about_their_own_proposal(client: Client, mona: Member, film: Title) -> None:
    proposal = waiting_proposal(film, mona)
    client.force_login(mona)
    assert "decide-year" not in client.get(f"/moderation/proposals/{proposal.pk}/").content.decode()
    assert decide(client, proposal, year="yes").status_code == 403
    film.refresh_from_db()
    assert film.year == 1997


def test_a_conflict_shows_three_values_and_is_never_accepted_by_default(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    write_facts(film, {"year": 1996}, actor=mona, origin=Change.Origin.STAFF)
    client.force_login(mona)
    answer = client.get(f"/moderation/proposals/{proposal.pk}/")
    (row,) = answer.context["rows"]
    assert row.is_conflict
    assert (row.meanwhile.removed, row.meanwhile.added) == (["1997"], ["1996"])
    assert (row.from_today.removed, row.from_today.added) == (["1996"], ["1998"])
    assert " checked" not in answer.content.decode()
    assert decide(client, proposal, year="yes").status_code == 302
    film.refresh_from_db()
    assert film.year == 1998


def test_what_changed_while_the_moderator_was_reading_is_not_overwritten(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    url = f"/moderation/proposals/{proposal.pk}/"
    (row,) = client.get(url).context["rows"]
    write_facts(film, {"year": 1996}, actor=None, origin=Change.Origin.IMPORT, source="imdb")
    answer = client.post(url, {"decide-year": "yes", "seen-year": row.seen, "reply": "Thank you"})
    assert answer.status_code == 409
    assert "Thank you" in answer.content.decode()
    assert " checked" not in answer.content.decode()
    film.refresh_from_db()
    proposal.refresh_from_db()
    assert (film.year, proposal.state) == (1996, "waiting")
    forged = client.post(url, {"decide-year": "yes", "seen-year": "0" * 16})
    assert forged.status_code == 409


def test_the_second_of_two_moderators_is_told_that_it_is_decided(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    decide(client, proposal, "The year of the premiere counts", year="no")
    client.force_login(make_member("miro", sections=["films"]))
    assert client.post(f"/moderation/proposals/{proposal.pk}/", {"decide-year": "yes"}).status_code == 409
    film.refresh_from_db()
    assert film.year == 1997


def test_a_locked_field_is_unlocked_first(client: Client, alice: Member, mona: Member, film: Title) -> None:
    proposal = waiting_proposal(film, alice)
    lock_field(item=film, field="year", reason="Chosen on purpose.", moderator=mona)
    client.force_login(mona)
    answer = decide(client, proposal, year="yes")
    assert answer.status_code == 409
    assert "Chosen on purpose." in answer.content.decode()
    film.refresh_from_db()
    assert film.year == 1997
    client.post(f"/titles/{film.pk}/lock/", {"unlock": "year"})
    assert decide(client, proposal, year="yes").status_code == 302


def test_an_id_that_another_title_has_is_said_and_nothing_is_done(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    write_facts(
        make_title("Other"),
        {"external_ids": [{"source": "imdb", "value": "tt0118849"}]},
        actor=None,
        origin=Change.Origin.STAFF,
    )
    proposal = waiting_proposal(film, alice)
    ids = [{"source": "imdb", "value": "tt0118849"}]
    ProposedChange.objects.create(proposal=proposal, field="external_ids", old=[], new=ids)
    client.force_login(mona)
    assert decide(client, proposal, year="yes", external_ids="yes").status_code == 409
    film.refresh_from_db()
    assert film.year == 1997
    assert not film.external_ids.exists()


def test_one_takes_back_ones_own_proposal_while_it_waits(
    client: Client, alice: Member, bob: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    url = f"/settings/proposals/{proposal.pk}/withdraw/"
    client.force_login(bob)
    assert client.post(url).status_code == 404
    client.force_login(alice)
    client.post(url)
    proposal.refresh_from_db()
    assert proposal.state == "withdrawn"
    Proposal.objects.filter(pk=proposal.pk).update(state="declined")
    client.post(url)
    proposal.refresh_from_db()
    assert proposal.state == "declined"


def test_the_profile_counts_corrections_that_were_accepted(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    client.force_login(mona)
    assert "accepted" not in client.get("/members/alice/").content.decode()
    decide(client, waiting_proposal(film, alice), year="yes")
    assert "correction accepted" in client.get("/members/alice/").content.decode()


def test_lists_of_proposals_ask_as_much_for_many_as_for_few(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    def more() -> None:
        waiting_proposal(make_title(), alice)

    client.force_login(mona)
    assert_flat_queries(client, more, "/moderation/proposals/", at_most=10)
    client.force_login(alice)
    assert_flat_queries(client, more, "/settings/proposals/", at_most=9)


def test_a_proposal_asks_as_much_with_many_fields_as_with_few(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    proposal = waiting_proposal(film, alice)
    keys = iter(["minutes", "name", "tagline", "based_on", "original_name", "sort_name"])

    def more() -> None:
        ProposedChange.objects.create(proposal=proposal, field=next(keys), old=None, new="5")

    client.force_login(mona)
    assert_flat_queries(client, more, f"/moderation/proposals/{proposal.pk}/", at_most=12)


def test_an_answer_is_mailed_once_in_the_authors_language(
    client: Client, alice: Member, mona: Member, film: Title, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    Member.objects.filter(pk=alice.pk).update(interface_language="nl")
    proposal = waiting_proposal(film, alice)
    mail_answers()
    assert mailoutbox == []
    client.force_login(mona)
    decide(client, proposal, "Bedankt!", year="yes")
    for _ in range(2):
        mail_answers()
    (mail,) = mailoutbox
    assert mail.to == ["alice@example.org"]
    assert "Bedankt!" in mail.body
    assert film.get_absolute_url() in mail.body


def test_a_seen_answer_is_not_mailed(
    client: Client, alice: Member, mona: Member, film: Title, mailoutbox: list[EmailMultiAlternatives]
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    decide(client, proposal, year="yes")
    client.force_login(alice)
    client.get("/settings/proposals/")
    mail_answers()
    assert mailoutbox == []


def test_a_mail_server_that_fails_leaves_the_answer_for_the_next_sweep(
    client: Client, alice: Member, mona: Member, film: Title, settings: Settings
) -> None:
    proposal = waiting_proposal(film, alice)
    client.force_login(mona)
    decide(client, proposal, year="yes")
    settings.EMAIL_BACKEND = "tests.films.test_proposals.NoServer"
    mail_answers()
    proposal.refresh_from_db()
    assert proposal.mailed_at is None


def test_a_mailbox_that_fails_holds_back_nobody_elses_answer(
    film: Title, mailoutbox: list[EmailMultiAlternatives], monkeypatch: pytest.MonkeyPatch
) -> None:
    authors = [make_member() for _ in range(4)]
    Member.objects.filter(pk=authors[0].pk).update(email="full@example.org")
    proposals = [waiting_proposal(film, author) for author in authors]
    Proposal.objects.update(state="declined")
    send = EmailMultiAlternatives.send

    def send_unless_full(mail: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        if mail.to == ["full@example.org"]:
            raise SMTPRecipientsRefused({})
        return send(mail, fail_silently)

    monkeypatch.setattr(EmailMultiAlternatives, "send", send_unless_full)
    # Even when a sweep has time for one answer only, another is tried sooner or later.
    monkeypatch.setattr("films.emails.AT_ONCE", 1)
    for _ in range(200):
        mail_answers()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted(author.email for author in authors[1:])
    assert list(Proposal.objects.filter(mailed_at=None)) == [proposals[0]]


class NoServer(BaseEmailBackend):
    def send_messages(self, messages: Any) -> int:
        raise ConnectionRefusedError
