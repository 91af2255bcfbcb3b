"""The staff's lists: flat in queries, never counted to the end, and changed by the hundred only after a look."""

import csv
import io
import json
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Job, Member
from films.admin.lists import QuickList
from films.models import Change, Country, ExternalId, Language, Title
from films.services import mass_editing
from films.services.editing import lock_field, write_facts
from films.services.mass_editing import run_edits
from films.services.merging import merge_titles
from filmsite.lib import estimates
from tests.asserts import assert_flat_queries
from tests.factories import make_credit, make_genre, make_person, make_review, make_title, make_vote

pytestmark = pytest.mark.django_db
LIST = "/admin/films/title/"


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Iterator[Client]:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


def a_full_title() -> None:
    film = make_title(genres=["Drama"], countries=["IR"], alternatives={"Another": "en"})
    make_credit(film)
    film.releases.create(date="1999")
    film.relations.create(other=make_title(), kind="remake")
    film.trivia.create(text="Shot on one street.", source="The credits")
    film.locks.create(field="year", reason="Asked")
    ExternalId.objects.create(title=film, source="imdb", value=f"tt{film.pk}")
    make_review(film, author=make_vote(film).member)


@pytest.mark.parametrize(
    "model",
    [
        *(
            "title",
            "person",
            "credit",
            "alternativetitle",
            "externalid",
            "release",
            "relation",
            "trivia",
            "lock",
        ),
        *("titletotals", "sourcerecord", "merge", "change"),
    ],
)
def test_a_list_asks_the_same_for_few_and_for_many(staff: Client, model: str) -> None:
    assert_flat_queries(staff, a_full_title, reverse(f"admin:films_{model}_changelist"))


@pytest.mark.parametrize("model", ["review", "vote", "watchlistentry", "mention", "movedvote"])
def test_a_list_of_what_members_did_asks_the_same_for_few_and_for_many(staff: Client, model: str) -> None:
    assert_flat_queries(staff, a_full_title, reverse(f"admin:reviews_{model}_changelist"))


def test_a_long_list_is_estimated_and_leafed_through_only_so_far(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates, "EXACT", 4)
    monkeypatch.setattr(estimates, "estimated_rows", lambda table: 618_882)
    monkeypatch.setattr(QuickList, "list_per_page", 2)
    for _ in range(6):
        make_person()
    with CaptureQueriesContext(connection) as captured:
        page = staff.get("/admin/films/person/")
    assert "about 618,882" in page.content.decode()
    assert not [query for query in captured if "COUNT(*)" in query["sql"] and "films_person" in query["sql"]]
    assert staff.get("/admin/films/person/", {"p": 2}).status_code == 200
    assert staff.get("/admin/films/person/", {"p": 3}).status_code == 302


def test_a_narrowed_list_is_counted_up_to_a_bound(staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(estimates, "EXACT", 4)
    for _ in range(4):
        make_title()
    assert "4 titles" in " ".join(staff.get(LIST).content.decode().split())
    make_title()
    assert "more than 4" in staff.get(LIST).content.decode()


def test_the_list_leaves_out_what_was_merged_until_it_is_asked_for(staff: Client, sofie: Member) -> None:
    kept, double = make_title(), make_title()
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same")
    found = {query: set(staff.get(LIST + query).context["cl"].result_list) for query in ("", "?merged=yes")}
    assert found == {"": {kept}, "?merged=yes": {double}}


# --- One change of many ---------------------------------------------------------------------------------


def change(client: Client, titles: list[Title], what: str, value: str, query: str = "", **more: object):
    fields = {
        "action": "change_selected",
        "_selected_action": [title.pk for title in titles],
        "change": what,
        "value": value,
        **more,
    }
    return client.post(LIST + query, fields)


def test_a_change_of_many_is_counted_then_confirmed_then_done_with_history(
    staff: Client, sofie: Member
) -> None:
    films = [make_title(original_language=language) for language in ("", "en", "fa")]
    other = make_title()
    page = change(staff, films, "set-original-language", "Persian")
    assert (page.context["number"], page.context["edits"]) == (3, 2)
    assert not Change.objects.exists()
    change(staff, films, "set-original-language", "Persian", confirmed="2")
    assert list(Title.objects.order_by("pk").values_list("original_language", flat=True)) == ["fa"] * 3 + [""]
    assert {(line.title, line.old, line.new, line.actor) for line in Change.objects.all()} == {
        (films[0], None, "fa", sofie),
        (films[1], "en", "fa", sofie),
    }
    job = Job.objects.get()
    assert (job.state, job.owner, job.counts["changed"]) == ("done", sofie, 2)
    assert other.original_language == ""


def test_all_that_match_are_changed_and_none_that_do_not(staff: Client) -> None:
    make_genre("Drama")
    old, new = [make_title(year=1950) for _ in range(3)], make_title(year=2000)
    query = "?year__exact=1950"
    page = change(staff, old[:1], "add-genre", "Drama", query, select_across="1")
    assert page.context["edits"] == 3
    change(staff, old[:1], "add-genre", "Drama", query, select_across="1", confirmed="3")
    assert set(Title.objects.filter(genres__slug="drama")) == set(old)
    assert not new.genres.exists()


def test_a_number_that_is_not_the_one_confirmed_is_shown_again(staff: Client) -> None:
    films = [make_title() for _ in range(2)]
    page = change(staff, films, "add-country", "IR", confirmed="7")
    assert page.context["edits"] == 2
    assert not Country.objects.exists()


@pytest.mark.parametrize(
    ("what", "value", "before", "after"),
    [
        ("remove-country", "IR", ["IR", "FR"], ["FR"]),
        ("add-country", "France", ["IR"], ["FR", "IR"]),
        ("add-country", "IR", ["IR"], ["IR"]),
    ],
)
def test_countries_come_and_go(
    staff: Client, what: str, value: str, before: list[str], after: list[str]
) -> None:
    film = make_title(countries=before)
    change(staff, [film], what, value, confirmed="1")
    assert sorted(film.countries.values_list("code", flat=True)) == after


def test_the_language_of_a_plot_is_set_only_where_there_is_one(staff: Client) -> None:
    with_plot, without = make_title(plot="Two children, one pair of shoes.", plot_language="nl"), make_title()
    change(staff, [with_plot, without], "set-plot-language", "en", confirmed="1")
    for title, language in ((with_plot, "en"), (without, "")):
        title.refresh_from_db()
        assert title.plot_language == language


@pytest.mark.parametrize(
    ("what", "value"), [("add-genre", "Nonsense"), ("add-country", "Atlantis"), ("x", "y")]
)
def test_what_does_not_exist_is_refused_with_a_reason(staff: Client, what: str, value: str) -> None:
    page = change(staff, [make_title()], what, value, confirmed="1")
    assert page.context["form"].errors
    assert not Change.objects.exists()


def test_a_locked_fact_is_left_out_of_a_change_of_many_with_the_reason(staff: Client, sofie: Member) -> None:
    whole, fact, free, done = (make_title(f"Film {number}") for number in range(4))
    lock_field(item=whole, field="", reason="Disputed", moderator=sofie)
    lock_field(item=fact, field="original_language", reason="Silent, on purpose", moderator=sofie)
    lock_field(item=free, field="year", reason="Another fact", moderator=sofie)
    write_facts(done, {"original_language": "fa"}, actor=sofie, origin=Change.Origin.STAFF)
    page = change(staff, [whole, fact, free, done], "set-original-language", "Persian")
    assert page.context["edits"] == 1
    words = page.content.decode()
    assert "2 titles are locked" in words
    assert "Silent, on purpose" in words
    change(staff, [whole, fact, free, done], "set-original-language", "Persian", confirmed="1")
    languages = list(Title.objects.order_by("pk").values_list("original_language", flat=True))
    assert languages == ["", "", "fa", "fa"]


def test_what_was_locked_after_the_order_is_left_alone_and_reported(sofie: Member) -> None:
    film = make_title(year=1997)
    lock_field(item=film, field="year", reason="The festival year", moderator=sofie)
    edit = mass_editing.Edit(film.pk, {"year": 1997, "minutes": None}, {"year": 1998, "minutes": 90})
    job = mass_editing.order_edits(edits=[edit], editor=sofie)
    assert (job.counts["rejected"], job.failures[0]["line"]) == (1, film.pk)
    assert "The festival year" in job.failures[0]["reason"]
    film.refresh_from_db()
    assert (film.year, film.minutes) == (1997, None)


def test_the_order_is_read_and_written_once_however_many_chunks_it_takes(
    sofie: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_editing, "_CHUNK", 1)
    films = [make_title(minutes=1) for _ in range(4)]
    edits = [mass_editing.Edit(film.pk, {"minutes": 1}, {"minutes": 2}) for film in films]
    with CaptureQueriesContext(connection) as queries:
        job = mass_editing.order_edits(edits=edits, editor=sofie)
    assert job.counts["changed"] == 4
    updates = [found["sql"] for found in queries if found["sql"].startswith('UPDATE "accounts_job"')]
    assert len(updates) == 4
    assert not [sql for sql in updates if "parameters" in sql]


def test_many_are_left_to_a_worker_who_goes_on_where_another_stopped(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mass_editing, "_AT_ONCE", 0)
    monkeypatch.setattr(mass_editing, "_CHUNK", 2)
    films = [make_title() for _ in range(5)]
    change(staff, films, "add-language", "fa", confirmed="5")
    job = Job.objects.get()
    assert (job.state, job.done, Language.objects.exists()) == ("running", 0, False)
    mass_editing._run_some(job.pk, job.parameters["edits"])
    Title.languages.through.objects.create(title=films[4], language_id="fa")
    films[3].languages.add(Language.objects.create(code="en"))
    for _ in range(2):
        run_edits(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == ("done", 5)
    assert job.counts == {"changed": 3, "unchanged": 1, "rejected": 1}
    assert job.failures[0]["line"] == films[3].pk
    assert Change.objects.count() == 3


# --- Out and back ----------------------------------------------------------------------------------------


def exported(client: Client, titles: list[Title], as_: str = "csv") -> str:
    answer = client.post(
        LIST, {"action": f"export_as_{as_}", "_selected_action": [title.pk for title in titles]}
    )
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def sent(client: Client, text: str | bytes, **more: object):
    data = text.encode() if isinstance(text, str) else text
    return client.post(f"{LIST}import/", {"file": SimpleUploadedFile("titles.csv", data), **more})


def confirmed(client: Client, page) -> None:
    answer = client.post(f"{LIST}import/", {"text": page.context["text"], "digest": page.context["digest"]})
    assert answer.status_code == 302


def test_a_selection_goes_out_as_csv_that_no_spreadsheet_takes_for_formulas(staff: Client) -> None:
    film = make_title('=HYPERLINK("x")', genres=["Drama", "Family"], countries=["IR"], tagline="-1")
    make_credit(film, make_person("Majid Majidi"))
    make_vote(film, value=8)
    ExternalId.objects.create(title=film, source="imdb", value="tt0118849")
    rows = list(csv.DictReader(io.StringIO(exported(staff, [film]))))
    assert len(rows) == 1
    row = rows[0]
    assert row["name"] == '\'=HYPERLINK("x")'
    assert row["tagline"] == "'-1"
    assert (row["id"], row["genres"], row["countries"]) == (str(film.pk), "drama;family", "IR")
    assert (row["imdb"], row["directors"], row["votes"], row["mean"]) == (
        "tt0118849",
        "Majid Majidi",
        "1",
        "4.0",
    )


def test_a_selection_goes_out_as_json_with_every_fact(staff: Client) -> None:
    films = [make_title(minutes=89, alternatives={"Bacheha": "fa"}), make_title()]
    rows = json.loads(exported(staff, films, "json"))
    assert [row["id"] for row in rows] == [film.pk for film in films]
    assert rows[0]["minutes"] == 89
    assert rows[0]["alternative_titles"][0]["name"] == "Bacheha"


def test_an_export_asks_the_same_for_few_and_for_many(staff: Client) -> None:
    def queries(number: int) -> int:
        films = [make_title(genres=["Drama"]) for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            exported(staff, films)
        return len(captured)

    assert queries(1) == queries(8)


def test_what_went_out_and_came_back_untouched_changes_nothing(staff: Client) -> None:
    film = make_title("=1+1", genres=["Drama"], countries=["IR", "FR"], minutes=89, tagline="@home")
    page = sent(staff, exported(staff, [film]))
    assert (page.context["plan"].edits, page.context["plan"].unchanged) == ([], 1)


def test_corrections_are_shown_first_then_made_with_history(staff: Client, sofie: Member) -> None:
    film, by_imdb = make_title(minutes=88, genres=["Drama"]), make_title()
    make_genre("Family")
    ExternalId.objects.create(title=by_imdb, source="imdb", value="tt0118849")
    page = sent(
        staff,
        f"id,imdb,minutes,genres,original_language,remark\n{film.pk},,89,drama;family,,x\n,tt0118849,,,Persian,\n",
    )
    assert [row.changes for row in page.context["plan"].rows] == [
        [("Minutes", ["88"], ["89"]), ("Genres", ["Drama"], ["Drama", "Family"])],
        [("Original language", [], ["Persian"])],
    ]
    assert page.context["plan"].ignored_columns == ["remark"]
    assert not Change.objects.exists()
    confirmed(staff, page)
    film.refresh_from_db()
    by_imdb.refresh_from_db()
    assert (film.minutes, by_imdb.original_language) == (89, "fa")
    assert set(Change.objects.values_list("field", "actor", "origin")) == {
        ("minutes", sofie.pk, "staff"),
        ("genres", sofie.pk, "staff"),
        ("original_language", sofie.pk, "staff"),
    }


def test_a_line_that_meets_a_lock_is_refused_with_its_reason_before_anything_is_made(
    staff: Client, sofie: Member
) -> None:
    whole, fact, free = (make_title(f"Film {number}", minutes=80) for number in range(3))
    lock_field(item=whole, field="", reason="Disputed", moderator=sofie)
    lock_field(item=fact, field="minutes", reason="The restored version", moderator=sofie)
    lock_field(item=free, field="year", reason="Another fact", moderator=sofie)
    lines = "".join(f"{film.pk},89\n" for film in (whole, fact, free))
    plan = sent(staff, f"id,minutes\n{lines}").context["plan"]
    assert [[reason.split(": ")[-1] for reason in row.reasons] for row in plan.rows] == [
        ["Disputed"],
        ["The restored version"],
        [],
    ]
    assert [edit.title for edit in plan.edits] == [free.pk]
    # Who changes nothing about it meets no lock.
    assert sent(staff, f"id,minutes\n{whole.pk},80\n").context["plan"].unchanged == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("999999,1990", "No title here has the id 999999"),
        ("x,1990", "No title here has the id x"),
        (",1990", "This line has no id."),
        ("{pk},99999", "Year: "),
        ("{pk},soon", "Year: "),
        ("{pk},1990\n{pk},1991", "Line 2 is about the same title."),
        ("00{pk},1990", "No title here has the id"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason_and_the_others_go_on(
    staff: Client, line: str, reason: str
) -> None:
    film, good = make_title(), make_title()
    page = sent(staff, f"id,year\n{line.format(pk=film.pk)}\n{good.pk},1931\n")
    reasons = [reason for row in page.context["plan"].rows for reason in row.reasons]
    assert len(reasons) == 1
    assert reasons[0].startswith(reason)
    assert good.pk in {edit.title for edit in page.context["plan"].edits}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"name,year\nHeat,1995\n",
        "id,name\n1,caf\xe9\n".encode("latin-1"),
        b"id,name\n1,\x00\n",
        b'id,name\n1,"never closed\n',
        b"\xff\xfe\x00\x00",
        b"id,name\n" + b"1,x\n" * 2001,
        b"id,name\n1," + b"x" * 800_000,
    ],
)
def test_a_broken_file_is_refused_with_a_reason(staff: Client, data: bytes) -> None:
    page = sent(staff, data)
    assert page.status_code == 422
    assert page.context["form"].errors["file"]


def test_no_file_at_all_is_asked_for(staff: Client) -> None:
    assert staff.post(f"{LIST}import/", {}).context["form"].errors["file"] == ["Choose a file."]


def test_a_catalogue_that_changed_meanwhile_is_shown_again_before_anything_is_made(staff: Client) -> None:
    film = make_title(minutes=88)
    page = sent(staff, f"id,minutes\n{film.pk},89\n")
    Title.objects.filter(pk=film.pk).update(minutes=90)
    again = staff.post(f"{LIST}import/", {"text": page.context["text"], "digest": page.context["digest"]})
    assert again.status_code == 200
    assert not Change.objects.exists()
    confirmed(staff, again)
    film.refresh_from_db()
    assert film.minutes == 89
