"""The forms of titles and people: every fact has its rows, every change its line in the history that readers see."""

from collections.abc import Iterator

import pytest
from django import forms
from django.db import connection
from django.forms.renderers import DjangoTemplates
from django.test import Client
from django.test.html import parse_html
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Member
from films.admin.rendering import QuickRenderer
from films.models import Change, Company, Credit, Lock, Person, Title, TitleKind
from films.services.merging import merge_titles
from reviews.models import Review, Vote
from tests.factories import make_credit, make_person, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Iterator[Client]:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


def address(item: Title | Person, page: str = "change") -> str:
    return reverse(f"admin:films_{item._meta.model_name}_{page}", args=[item.pk])


def form_of(client: Client, item: Title | Person) -> dict[str, object]:
    """Everything that the form of an item would send, untouched."""
    context = client.get(address(item)).context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    fields: dict[str, object] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            if value is not None and value is not False:
                fields[bound.html_name] = value
    return fields


def save(client: Client, item: Title | Person, **changes: object) -> None:
    answer = client.post(address(item), {**form_of(client, item), **changes})
    assert answer.status_code == 302, answer.context["errors"]


def test_a_cast_of_hundreds_asks_no_more_than_a_cast_of_one(staff: Client) -> None:
    def queries(cast: int) -> int:
        film = make_title()
        for number in range(cast):
            make_credit(film, role="actor", position=number)
        staff.get(address(film))
        with CaptureQueriesContext(connection) as captured:
            page = staff.get(address(film))
        assert page.content.decode().count("Person ") >= cast
        return len(captured)

    assert queries(1) == queries(40)


def test_saving_a_long_form_asks_only_for_the_rows_that_were_touched(staff: Client) -> None:
    def queries(cast: int) -> int:
        film = make_title()
        for number in range(cast):
            make_credit(film, role="actor", position=number)
        fields = form_of(staff, film)
        with CaptureQueriesContext(connection) as captured:
            answer = staff.post(address(film), {**fields, "credits-0-character": "Ali"})
        assert answer.status_code == 302
        assert Credit.objects.get(title=film, position=0).character == "Ali"
        return len(captured)

    assert queries(1) == queries(30)


def test_what_a_form_changes_is_in_the_history_with_who_did_it_and_stays(
    staff: Client, sofie: Member
) -> None:
    film = make_title("Bacheha-ye Aseman", year=1996, provenance={"year": "imdb", "minutes": "imdb"})
    make_credit(film, make_person("Majid Majidi"))
    save(staff, film, year="1997", **{"credits-0-note": "debut"})
    lines = {line.field: line for line in Change.objects.filter(title=film)}
    assert set(lines) == {"year", "directors"}
    assert (lines["year"].old, lines["year"].new) == (1996, 1997)
    assert {(line.actor, line.origin) for line in lines.values()} == {(sofie, "staff")}
    film.refresh_from_db()
    assert film.provenance == {"year": "person", "directors": "person", "minutes": "imdb"}


def test_saving_what_is_there_leaves_no_line(staff: Client) -> None:
    film = make_title(genres=["Drama"], countries=["IR"], minutes=89)
    save(staff, film)
    assert not Change.objects.exists()


def test_a_new_titles_facts_are_its_first_lines(staff: Client) -> None:
    from tests.films.test_admin import INLINES, _form

    staff.post(
        reverse("admin:films_title_add"),
        _form(dict.fromkeys(INLINES, 0), kind="film", name="Heat", year="1995"),
    )
    assert set(Change.objects.values_list("field", flat=True)) == {"name", "sort_name", "year"}


def test_every_fact_can_be_added_on_the_form(staff: Client, sofie: Member) -> None:
    film, other = make_title(), make_title()
    company, person = Company.objects.create(name="Kanoon"), make_person()
    rows = {
        "title_companies": {"company": company.pk, "part": "production", "position": 0},
        "filming_locations": {"place": "Tehran"},
        "trivia": {"text": "Shot on one street.", "language": "en", "source": "The credits"},
        "videos": {"kind": "trailer", "provider": "youtube", "key": "abc123", "name": "Trailer"},
        "links": {"kind": "official", "url": "https://example.org/film"},
        "external_scores": {"source": "imdb", "score": "8.2", "scale": 10, "as_of": "2026-01-01"},
        "relations": {"other": other.pk, "kind": "remake"},
        "external_ids": {"source": "wikidata", "value": "Q838610"},
        "credits": {"role": "music", "position": 0, "person": person.pk},
        "releases": {"date": "1999-01-22", "kind": "cinema"},
    }
    fields = {f"{prefix}-0-{name}": value for prefix, row in rows.items() for name, value in row.items()}
    fields |= {f"{prefix}-TOTAL_FORMS": 1 for prefix in rows}
    save(staff, film, **fields)
    for prefix in rows:
        assert getattr(film, prefix).count() == 1, prefix


def test_a_lock_set_on_the_form_says_who_set_it(staff: Client, sofie: Member) -> None:
    film = make_title()
    save(
        staff,
        film,
        **{"locks-TOTAL_FORMS": 1, "locks-0-field": "year", "locks-0-reason": "Asked the archive"},
    )
    lock = Lock.objects.get()
    assert (lock.title, lock.field, lock.set_by) == (film, "year", sofie)


def test_what_a_title_is_cannot_be_changed(staff: Client) -> None:
    film = make_title()
    make_vote(film)
    save(staff, film, kind="show")
    film.refresh_from_db()
    assert film.kind == TitleKind.FILM


@pytest.mark.parametrize("said", ["vote", "message", "vote on a season"])
def test_a_title_of_which_members_said_something_is_not_deleted(staff: Client, said: str) -> None:
    title = make_title(kind=TitleKind.SHOW if "season" in said else TitleKind.FILM)
    if said == "message":
        make_review(title)
    else:
        make_vote(make_season(title) if "season" in said else title)
    for send in (staff.get, staff.post):
        answer = send(address(title, "delete"), {"post": "yes"}, follow=True)
        assert "merge them: votes and messages go along" in answer.content.decode()
    assert Title.objects.filter(pk=title.pk).exists()
    assert Vote.objects.count() + Review.objects.count() == 1


def test_a_title_that_others_lead_to_is_not_deleted_and_any_other_is(staff: Client, sofie: Member) -> None:
    kept, double, other = make_title(), make_title(), make_title()
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same")
    staff.post(address(kept, "delete"), {"post": "yes"})
    staff.post(address(other, "delete"), {"post": "yes"})
    assert set(Title.objects.all()) == {kept, double}


def test_a_person_of_whom_members_said_something_is_not_deleted(staff: Client) -> None:
    person = make_person()
    Review.objects.create(
        person=person,
        author=make_review().author,
        body="x",
        html="x",
        created_at=Review.objects.get().created_at,
    )
    answer = staff.post(address(person, "delete"), {"post": "yes"}, follow=True)
    assert "messages of members" in answer.content.decode()
    assert Person.objects.filter(pk=person.pk).exists()


def test_titles_are_not_deleted_by_the_list(staff: Client) -> None:
    film = make_title()
    staff.post(
        reverse("admin:films_title_changelist"), {"action": "delete_selected", "_selected_action": [film.pk]}
    )
    assert Title.objects.filter(pk=film.pk).exists()


def test_a_persons_form_is_recorded_as_well(staff: Client, sofie: Member) -> None:
    person = make_person("Agnes Varda")
    save(staff, person, name="Agnès Varda", **{"names-TOTAL_FORMS": 1, "names-0-name": "Arlette Varda"})
    assert set(Change.objects.filter(person=person, actor=sofie).values_list("field", flat=True)) == {
        "name",
        "names",
    }


def test_inputs_written_without_a_template_are_what_the_templates_make_of_them() -> None:
    class Sample(forms.Form):
        line = forms.CharField(max_length=5, widget=forms.TextInput(attrs={"class": 'a"b', "data-x": True}))
        number = forms.IntegerField(required=False, min_value=1)
        flag = forms.BooleanField(required=False)
        choice = forms.ChoiceField(choices=[("", "–"), ("<b>", "R&D"), ("Group", [("in", "Within")])])
        secret = forms.CharField(widget=forms.HiddenInput)

    for data in (
        None,
        {},
        {"line": "<i>é\"'", "number": "0", "flag": "on", "choice": "<b>", "secret": "&"},
        {"choice": "in"},
    ):
        ours, theirs = (Sample(data, renderer=renderer) for renderer in (QuickRenderer(), DjangoTemplates()))
        for name in Sample.base_fields:
            written = [parse_html(str(form[name])) for form in (ours, theirs)]
            assert written[0] == written[1], (data, name)
            assert str(ours[name].errors) == ("" if not theirs[name].errors else str(theirs[name].errors))
