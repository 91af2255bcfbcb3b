"""Taking everything out: what is in the file, who gets it, and for how long."""

import csv
import json
import re
from datetime import date, timedelta
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Block, Member, Mute
from films.models import ExternalId, Title, TitleKind
from reviews.models import (
    Appeal,
    BadTranslation,
    Case,
    CaseEvent,
    Correction,
    Decision,
    Draft,
    ExportState,
    Measure,
    MemberExport,
    Notification,
    NotificationKind,
    OwnWords,
    PastVote,
    Report,
    Review,
    Statement,
    Translation,
    WatchlistEntry,
)
from reviews.services.taking_out import expire_exports, order_export, sweep_exports, write_export
from reviews.sources import source_of
from reviews.taking_out import as_csv, pages
from reviews.taking_out.archive import write_archive
from reviews.taking_out.schema import Export
from reviews.taking_out.sections import LEFT_OUT, SOURCES
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_credit,
    make_follow,
    make_list,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def heat() -> Title:
    title = make_title(
        "Heat", year=1995, genres=["Crime", "Drama"], minutes=170, released_on=date(1995, 12, 15)
    )
    make_credit(title, make_person("Michael Mann"))
    for source, value in [("imdb", "tt0113277"), ("tmdb_movie", "949"), ("wikidata", "Q42198")]:
        ExternalId.objects.create(title=title, source=source, value=value)
    return title


def archive_of(member: Member) -> ZipFile:
    out = BytesIO()
    write_archive(out, member, made_at=timezone.now())
    return ZipFile(out)


def json_of(member: Member) -> Export:
    return json.loads(archive_of(member).read("filmsite.json"))


def rows_of(archive: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(archive.read(name).decode(), newline="")))


def make_translation(review: Review, body: str, target: str = "nl", **fields: object) -> Translation:
    return Translation.objects.create(
        review=review,
        source_hash=review.source_hash,
        source_language=review.language,
        target=target,
        engine="dummy",
        body=body,
        html=f"<p>{body}</p>",
        **{"status": "done", "next_attempt_at": timezone.now(), "finished_at": timezone.now(), **fields},
    )


def test_every_table_that_names_a_member_is_in_the_file_or_left_out_with_a_reason() -> None:
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if field.related_model is Member
    }
    given = {f"{model._meta.label}.{column}" for sources in SOURCES.values() for model, column in sources}
    assert found - given - LEFT_OUT.keys() == set(), "say in sections.py what becomes of these"
    assert LEFT_OUT.keys() <= found
    assert not given & LEFT_OUT.keys()


def test_the_file_has_the_sections_of_the_schema_in_their_order(alice: Member) -> None:
    assert list(json_of(alice)) == list(Export.__annotations__)


def test_a_vote_names_its_title_so_that_another_site_finds_it(alice: Member, heat: Title) -> None:
    vote = make_vote(heat, alice, 9)
    (row,) = json_of(alice)["votes"]
    assert row["title"] == {
        "id": heat.pk,
        "kind": "film",
        "name": "Heat",
        "original_name": "",
        "year": 1995,
        "imdb": "tt0113277",
        "tmdb": "949",
        "wikidata": "Q42198",
    }
    assert (row["value"], row["counted"]) == (9, True)
    assert row["cast_at"] == vote.cast_at.isoformat().replace("+00:00", "Z")


def test_a_season_is_named_with_its_show(alice: Member) -> None:
    show = make_title("Dark", kind=TitleKind.SHOW, year=2017)
    ExternalId.objects.create(title=show, source="tmdb_tv", value="70523")
    make_vote(make_season(show, 2, year=2019), alice)
    work = json_of(alice)["votes"][0]["title"]
    assert (work["season"], work["year"], work["tmdb"]) == (2, 2019, None)
    assert work["show"]["tmdb"] == "70523"


def test_a_text_comes_with_every_state_and_translation(alice: Member, heat: Title) -> None:
    review = make_review(heat, alice, "De nacht van Los Angeles.", language="nl", is_opinion=True, verdict=9)
    make_translation(review, "The night of Los Angeles.", "en")
    (row,) = json_of(alice)["reviews"]
    assert (row["body"], row["language"], row["verdict"], row["is_opinion"]) == (
        "De nacht van Los Angeles.", "nl", 9, True,
    )  # fmt: skip
    assert [state["body"] for state in row["revisions"]] == ["De nacht van Los Angeles."]
    (made,) = row["translations"]
    assert (made["language"], made["body"], made["of_current"]) == ("en", "The night of Los Angeles.", True)


def test_what_a_member_did_for_translations_is_in_the_file(alice: Member, bob: Member) -> None:
    alice.translation_consent, alice.about = "house", "Filmliefhebber uit Utrecht, al dertig jaar."
    alice.save()
    of_bob = make_review(author=bob, body="Blijft bij.", language="nl")
    made = make_translation(of_bob, "A film that stays.", "en")
    words = {"source_language": "nl", "target": "en", "made_at": timezone.now()}
    Correction.objects.create(
        review=of_bob, by=alice, sentence="Blijft bij.", before="Stays.", text="It stays with you.", **words
    )
    Correction.objects.create(member=alice, by=bob, sentence="Filmliefhebber.", text="Bob's words.", **words)
    BadTranslation.objects.create(
        translation=made, member=alice, reason="names", note="Wrong name", made_at=timezone.now()
    )
    own = make_list(alice, name="Mijn mooiste films")
    for of in ({"member": alice}, {"list": own}):
        Translation.objects.create(
            **of,
            source_hash=source_of(next(iter(of.values()))).source_hash,
            source_language="nl",
            target="en",
            body="In English.",
            status="done",
            next_attempt_at=timezone.now(),
        )
    given = json_of(alice)
    assert given["profile"]["translation_consent"] == "house"
    (correction,) = given["corrections"]
    assert (correction["of"], correction["of_id"], correction["text"], correction["state"]) == (
        "review", of_bob.pk, "It stays with you.", "proposed",
    )  # fmt: skip
    (report,) = given["bad_translations"]
    assert (report["of_id"], report["reason"], report["note"]) == (of_bob.pk, "names", "Wrong name")
    for (translation,) in (given["about_translations"], given["lists"][0]["translations"]):
        assert (translation["body"], translation["of_current"]) == ("In English.", True)
    assert "Bob's words." not in json.dumps(given)


def test_what_moderators_decided_and_what_the_member_said_to_it_is_in_the_file(
    alice: Member, bob: Member, mona: Member, heat: Title
) -> None:
    review, theirs = make_review(heat, alice, "Words"), make_review(heat, bob, "Others' words")
    case = Case.objects.create(kind="copied-text", section="films", review=review, author=alice)
    Report.objects.create(case=case, reporter=bob, text="Bob saw it elsewhere")
    for kind, actor, text in (
        ("note", mona, "A note among moderators"),
        ("message", mona, "Where is it from?"),
        ("answer", alice, "I wrote it myself"),
    ):
        CaseEvent.objects.create(case=case, kind=kind, actor=actor, text=text)
    decision = Decision.objects.create(case=case, moderator=mona, verdict="remove", reason="Copied.")
    measure = Measure.objects.create(
        member=alice, kind="warning", decision=decision, reason="Again.", imposed_by=mona
    )
    statement = Statement.objects.create(
        decision=decision, recipient=alice, text="Words", found_by="notice", measure=measure
    )
    second = Case.objects.create(kind="appeal", section="films", review=review, author=alice)
    Appeal.objects.create(
        statement=statement, decision=decision, case=second, author=alice, text="Mine", is_counter_notice=True
    )
    reported = Case.objects.create(kind="spoilers", section="films", review=theirs, author=bob)
    Report.objects.create(
        case=reported, reporter=alice, text="The end is told", source_url="https://a.example"
    )
    OwnWords.objects.create(author=alice, review=review, url="https://mine.example")
    given = json_of(alice)
    [told] = given["decisions"]
    assert (told["about"], told["measure"], told["text"]) == ("review", "warning", "Words")
    assert [(row["from"], row["text"]) for row in given["answers"]] == [
        ("moderator", "Where is it from?"),
        ("member", "I wrote it myself"),
    ]
    assert [(row["kind"], row["reason"]) for row in given["measures"]] == [("warning", "Again.")]
    assert [(row["text"], row["is_counter_notice"]) for row in given["appeals"]] == [("Mine", True)]
    assert [(row["kind"], row["text"]) for row in given["reports"]] == [("spoilers", "The end is told")]
    assert [row["url"] for row in given["own_words"]] == ["https://mine.example"]
    everything = json.dumps(given)
    for words in ("Bob saw it", "A note among moderators", "mona", "bob", "Others' words"):
        assert words not in everything


def test_what_others_gave_is_not_in_the_file(alice: Member, bob: Member, heat: Title) -> None:
    make_vote(heat, bob)
    make_review(heat, bob, "Words of Bob.")
    Block.objects.create(member=bob, other=alice)
    make_viewing(bob, heat)
    given = json_of(alice)
    assert set(given["counts"].values()) == {0}
    assert "Words of Bob" not in json.dumps(given)
    assert "bob" not in json.dumps(given)


def test_who_is_leaving_is_named_nowhere_in_the_file(alice: Member) -> None:
    leaving = make_member("leaving", closing_at=timezone.now())
    make_follow(alice, leaving)
    Block.objects.create(member=alice, other=leaving)
    Mute.objects.create(member=alice, other=leaving)
    Notification.objects.create(
        recipient=alice, kind=NotificationKind.FOLLOW, actor=leaving, key="follow", made_at=timezone.now()
    )
    given = json_of(alice)
    assert [given["counts"][name] for name in ("follows", "blocks", "mutes", "notifications")] == [1, 1, 1, 1]
    assert "leaving" not in json.dumps(given)


def test_every_section_counts_its_rows(alice: Member, bob: Member, heat: Title) -> None:
    vote = make_vote(heat, alice, 7)
    vote.value, vote.changed_at = 8, timezone.now()
    vote.save()
    make_viewing(alice, heat)
    WatchlistEntry.objects.create(member=alice, title=make_title())
    make_list(alice, heat, make_title())
    make_follow(alice, bob)
    Draft.objects.create(member=alice, title=heat, fields={"body": "Half a thought"})
    given = json_of(alice)
    counted = {name: number for name, number in given["counts"].items() if number}
    assert counted == {
        "votes": 1, "past_votes": 1, "viewings": 1, "watchlist": 1, "lists": 1, "drafts": 1, "follows": 1,
    }  # fmt: skip
    assert all(len(given[name]) == number for name, number in given["counts"].items())
    assert given["past_votes"][0]["value"] == 7
    assert [entry["position"] for entry in given["lists"][0]["entries"]] == [1, 2]
    assert PastVote.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_the_rows(alice: Member) -> None:
    def queries() -> int:
        title = make_title()
        make_vote(title, alice)
        make_viewing(alice, title)
        make_review(title, alice, is_opinion=True)
        make_review(make_title(), alice, is_opinion=True)
        WatchlistEntry.objects.create(member=alice, title=title)
        Correction.objects.create(
            title=title,
            by=alice,
            source_language="nl",
            target="en",
            sentence="a",
            text="b",
            made_at=timezone.now(),
        )
        BadTranslation.objects.create(
            translation=make_translation(make_review(), "b"), member=alice, made_at=timezone.now()
        )
        with CaptureQueriesContext(connection) as captured:
            archive_of(alice)
        return len(captured)

    few = queries()
    for _ in range(5):
        many = queries()
    assert many == few


# --- For other sites --------------------------------------------------------------------------------------


def test_letterboxd_gets_its_twelve_columns(alice: Member, heat: Title) -> None:
    review = make_review(heat, alice, 'Two men, "one" city,\nand rain.', is_opinion=True, verdict=9)
    make_vote(heat, alice, 9)
    make_viewing(
        alice,
        heat,
        seen_on=date(2025, 3, 1),
        value=9,
        is_rewatch=True,
        tags=["35 mm", "cinema"],
        review=review,
    )
    archive = archive_of(alice)
    assert archive.read("letterboxd-1.csv").split(b"\r\n")[0] == (
        b"LetterboxdURI,tmdbID,imdbID,Title,Year,Directors,Rating,Rating10,WatchedDate,Rewatch,Tags,Review"
    )
    (row,) = rows_of(archive, "letterboxd-1.csv")
    assert row == {
        "LetterboxdURI": "",
        "tmdbID": "949",
        "imdbID": "tt0113277",
        "Title": "Heat",
        "Year": "1995",
        "Directors": "Michael Mann",
        "Rating": "4.5",
        "Rating10": "9",
        "WatchedDate": "2025-03-01",
        "Rewatch": "true",
        "Tags": "35 mm, cinema",
        "Review": 'Two men, "one" city,\nand rain.',
    }


def test_letterboxd_gets_a_vote_that_differs_from_the_diary_and_an_opinion_without_a_vote(
    alice: Member, heat: Title
) -> None:
    make_viewing(alice, heat, value=6, seen_on=None)
    make_vote(heat, alice, 9)
    make_review(make_title("Alien"), alice, "In space.", is_opinion=True)
    make_review(heat, alice, "Just a message.")
    rows = rows_of(archive_of(alice), "letterboxd-1.csv")
    assert [(row["Title"], row["Rating10"], row["Rewatch"], row["Review"]) for row in rows] == [
        ("Heat", "6", "false", ""),
        ("Heat", "9", "", ""),
        ("Alien", "", "", "In space."),
    ]


def test_letterboxd_files_stay_below_its_limit_and_repeat_their_head(
    alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_csv, "LETTERBOXD_BYTES", 250)
    for number in range(12):
        make_vote(make_title(f"Film with a name {number}"), alice)
    archive = archive_of(alice)
    names = [name for name in archive.namelist() if name.startswith("letterboxd")]
    assert len(names) > 2
    assert all(len(archive.read(name)) <= 250 for name in names)
    assert sum(len(rows_of(archive, name)) for name in names) == 12


def test_imdb_gets_its_columns_and_none_of_our_numbers(alice: Member, heat: Title) -> None:
    make_vote(heat, alice, 9, changed_at=timezone.now().replace(year=2024, month=5, day=6))
    WatchlistEntry.objects.create(member=alice, title=heat)
    archive = archive_of(alice)
    assert archive.read("imdb-ratings.csv").decode().split("\r\n")[0] == (
        "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),Year,Genres,"
        "Num Votes,Release Date,Directors"
    )
    (row,) = rows_of(archive, "imdb-ratings.csv")
    assert (row["Const"], row["Your Rating"], row["Date Rated"]) == ("tt0113277", "9", "2024-05-06")
    assert (row["IMDb Rating"], row["Num Votes"]) == ("", "")
    assert (row["Genres"], row["Runtime (mins)"], row["Release Date"]) == (
        "Crime, Drama",
        "170",
        "1995-12-15",
    )
    assert archive.read("imdb-watchlist.csv").decode().split("\r\n")[0] == (
        "Position,Const,Created,Modified,Description,Title,Original Title,URL,Title Type,IMDb Rating,Runtime (mins),"
        "Year,Genres,Num Votes,Release Date,Directors,Your Rating,Date Rated"
    )
    (row,) = rows_of(archive, "imdb-watchlist.csv")
    assert (row["Position"], row["Const"], row["Your Rating"]) == ("1", "tt0113277", "9")


# --- To read ----------------------------------------------------------------------------------------------


def test_the_pages_show_both_wordings_in_their_languages_and_directions(alice: Member, heat: Title) -> None:
    review = make_review(heat, alice, "Een film over werk.", language="nl")
    make_translation(review, "فیلمی درباره کار", "fa")
    page = archive_of(alice).read("archive/reviews.html").decode()
    assert '<div class="text" lang="nl" dir="ltr"><p>Een film over werk.</p></div>' in page
    assert "Translated from Dutch into Persian" in page
    assert '<div class="text" lang="fa" dir="rtl"><p>فیلمی درباره کار</p></div>' in page


def test_the_pages_need_no_script_and_no_network(alice: Member, heat: Title) -> None:
    make_review(heat, alice, "See [[Heat]] and @bob and https://example.org/ <script>alert(1)</script>")
    make_vote(heat, alice)
    make_viewing(alice, heat)
    make_list(alice, heat, name="<b>Nights</b>")
    archive = archive_of(alice)
    html = [archive.read(name).decode() for name in archive.namelist() if name.endswith(".html")]
    assert len(html) == 6
    for page in html:
        loaded = re.findall(r'(?:src|srcset|poster|data)="([^"]*)"|<link[^>]*href="([^"]*)"', page)
        assert loaded == [("", "style.css")]
        assert "<script" not in page
        assert " style=" not in page
        assert "<b>Nights" not in page
    linked = {target for page in html for target in re.findall(r'href="([^"#]+?)(?:#[^"]*)?"', page)}
    outside = {target for target in linked if ":" in target}
    assert all(target.startswith(("http://", "https://")) for target in outside)
    assert {f"archive/{target}" for target in linked - outside} <= set(archive.namelist())
    css = archive.read("archive/style.css").decode()
    assert "url(" not in css
    assert "@import" not in css
    assert "@media print" in css


def test_the_pages_speak_the_members_language_and_its_numbers(alice: Member, heat: Title) -> None:
    Member.objects.filter(pk=alice.pk).update(interface_language="nl")
    alice.refresh_from_db()
    make_vote(heat, alice, 7, changed_at=timezone.now().replace(year=2024, month=5, day=6))
    page = archive_of(alice).read("archive/votes.html").decode()
    assert '<html lang="nl"' in page
    assert "6 mei 2024" in page
    assert "(1995)" in page


def test_a_long_archive_goes_on_from_page_to_page(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "ROWS_A_PAGE", 2)
    for _ in range(5):
        make_vote(make_title(), alice)
    archive = archive_of(alice)
    assert {"archive/votes.html", "archive/votes-2.html", "archive/votes-3.html"} <= set(archive.namelist())
    second = archive.read("archive/votes-2.html").decode()
    assert 'href="votes.html" rel="prev"' in second
    assert 'href="votes-3.html" rel="next"' in second
    assert second.count('<th scope="row">') == 2


def test_a_text_is_a_markdown_file_with_the_facts_at_its_head(alice: Member, heat: Title) -> None:
    make_review(
        heat,
        alice,
        "## Rain\n\nAnd light.",
        is_opinion=True,
        verdict=9,
        headline='The "big" one',
        language="en",
    )
    archive = archive_of(alice)
    (name,) = (name for name in archive.namelist() if name.startswith("reviews/"))
    text = archive.read(name).decode()
    assert re.fullmatch(r"reviews/\d{4}-\d\d-\d\d-heat-1995-\d+\.md", name)
    assert text.startswith(
        '---\nabout: "Heat (1995)"\nimdb: "tt0113277"\nheadline: "The \\"big\\" one"\nstars: 4.5\n'
    )
    assert "---\n\n## Rain\n\nAnd light.\n" in text


# --- Ordering and fetching ----------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def ready(alice: Member) -> MemberExport:
    export = order_export(member=alice)
    assert write_export(export.pk) == "ready"
    export.refresh_from_db()
    return export


def test_an_export_is_ordered_made_and_told_of(signed_in: Client, alice: Member) -> None:
    answer = signed_in.post("/exports/", follow=True)
    assert "You will be told when it is ready" in answer.content.decode()
    export = MemberExport.objects.get(member=alice)
    assert write_export(export.pk) == "ready"
    assert Notification.objects.get(recipient=alice).kind == "transfer"
    assert f'href="/exports/{export.pk}/"' in signed_in.get("/settings/data/").content.decode()
    answer = signed_in.get(f"/exports/{export.pk}/")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="filmsite-alice-')
    assert "no-store" in answer.headers["Cache-Control"]
    assert ZipFile(BytesIO(answer.content)).testzip() is None


def test_nobody_else_gets_the_file(client: Client, ready: MemberExport, bob: Member, sofie: Member) -> None:
    assert client.get(f"/exports/{ready.pk}/").status_code == 302
    for other in (bob, sofie):
        client.force_login(other)
        assert client.get(f"/exports/{ready.pk}/").status_code == 404


def test_ordering_and_fetching_ask_once_more_who_it_is(
    client: Client, alice: Member, ready: MemberExport
) -> None:
    alice.set_password("a long enough password")
    alice.save()
    client.force_login(alice)
    assert client.get(f"/exports/{ready.pk}/").headers["Location"].startswith("/accounts/reauthenticate/")
    MemberExport.objects.update(ordered_at=timezone.now() - timedelta(days=2))
    asked = client.post("/exports/")
    assert asked.headers["Location"].startswith("/accounts/reauthenticate/")
    assert MemberExport.objects.count() == 1
    client.post(asked.headers["Location"], {"password": "a long enough password"})
    assert MemberExport.objects.count() == 2
    assert client.get(f"/exports/{ready.pk}/").status_code == 200


def test_one_a_day_is_enough_but_one_that_failed_does_not_count(signed_in: Client, alice: Member) -> None:
    signed_in.post("/exports/")
    answer = signed_in.post("/exports/", follow=True)
    assert "One a day is enough" in answer.content.decode()
    assert MemberExport.objects.count() == 1
    MemberExport.objects.update(state=ExportState.FAILED)
    signed_in.post("/exports/")
    assert MemberExport.objects.count() == 2
    MemberExport.objects.update(state=ExportState.READY, ordered_at=timezone.now() - timedelta(hours=25))
    signed_in.post("/exports/")
    assert MemberExport.objects.count() == 3


def test_a_file_whose_time_is_over_is_gone_but_its_row_stays(signed_in: Client, ready: MemberExport) -> None:
    assert expire_exports() == 0
    MemberExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert signed_in.get(f"/exports/{ready.pk}/").status_code == 404
    assert expire_exports() == 1
    ready.refresh_from_db()
    assert (ready.state, ready.content) == (ExportState.EXPIRED, None)


def test_a_second_delivery_makes_nothing_and_a_dead_worker_is_followed(
    ready: MemberExport, alice: Member
) -> None:
    assert write_export(ready.pk) == "not_due"
    MemberExport.objects.update(state=ExportState.WRITING, leased_until=timezone.now() + timedelta(minutes=1))
    assert write_export(ready.pk) == "not_due"
    assert sweep_exports() == 0
    MemberExport.objects.update(leased_until=timezone.now() - timedelta(minutes=1))
    assert sweep_exports() == 1
    assert write_export(ready.pk) == "ready"
    assert Notification.objects.filter(recipient=alice).count() == 1


def test_a_worker_that_was_overtaken_throws_its_file_away(
    ready: MemberExport, monkeypatch: pytest.MonkeyPatch
) -> None:
    MemberExport.objects.update(state=ExportState.WAITING)

    def slowly(*args: object, **kwargs: object) -> dict[str, int]:
        MemberExport.objects.update(leased_until=timezone.now() + timedelta(hours=3))
        return {}

    monkeypatch.setattr("reviews.services.taking_out.write_archive", slowly)
    assert write_export(ready.pk) == "overtaken"
    assert MemberExport.objects.get().state == ExportState.WRITING


def test_an_order_that_no_worker_lives_through_fails_in_the_end(ready: MemberExport) -> None:
    MemberExport.objects.update(
        state=ExportState.WRITING,
        leased_until=timezone.now() - timedelta(minutes=1),
        ordered_at=timezone.now() - timedelta(hours=13),
    )
    assert sweep_exports() == 0
    assert MemberExport.objects.get().state == ExportState.FAILED


def test_a_suspended_member_can_take_out_what_is_theirs(client: Client, sam: Member) -> None:
    client.force_login(sam)
    client.post("/exports/")
    assert MemberExport.objects.filter(member=sam).count() == 1


def test_the_page_of_ones_data_asks_as_much_with_many_rows(signed_in: Client, alice: Member) -> None:
    assert_flat_queries(
        signed_in,
        lambda: MemberExport.objects.create(member=alice, state=ExportState.EXPIRED),
        "/settings/data/",
    )
