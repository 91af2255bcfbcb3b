"""`manage.py import_titles tmdb`: documents made up in the shape of TMDB's, and a server that is a function."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Job, Member
from films.importers.base import ImportProblem, Report
from films.importers.running import running_import
from films.importers.tmdb import REPORTS, Source, Wanted, import_documents, source_of
from films.importers.tmdb_api import TmdbApi
from films.models import Change, Company, ExternalId, Person, SourceRecord, Title, TitleKind
from films.services.taking_away import bring_words_back, take_words_away
from films.services.tmdb import clear_stale_records
from filmsite.lib.http import Answer, Unanswered
from tests.factories import make_credit, make_person, make_title, make_vote

pytestmark = pytest.mark.django_db


def film(number: int = 11, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "imdb_id": f"tt{number:07}",
        "title": f"The Salt Road {number}",
        "original_title": "De zoutweg",
        "original_language": "nl",
        "overview": "Two carriers  lose\ttheir way.",
        "tagline": "Far is near.",
        "release_date": "1997-03-01",
        "runtime": 98,
        "budget": 1_200_000,
        "revenue": 0,
        "adult": False,
        "video": False,
        "vote_average": 7.25,
        "vote_count": 12,
        "genres": [{"id": 1, "name": "Drama"}, {"id": 2, "name": "TV Movie"}],
        "production_countries": [{"iso_3166_1": "NL", "name": "Netherlands"}],
        "spoken_languages": [{"iso_639_1": "nl"}, {"iso_639_1": "xx"}, {"iso_639_1": "cn"}],
        "production_companies": [{"id": 5, "name": "Dike Pictures", "origin_country": "NL"}],
        "external_ids": {"wikidata_id": f"Q{number}"},
        "alternative_titles": {"titles": [{"iso_3166_1": "DE", "title": "Der Salzweg", "type": ""}]},
        "release_dates": {
            "results": [
                {
                    "iso_3166_1": "NL",
                    "release_dates": [
                        {
                            "release_date": "1997-03-01T00:00:00.000Z",
                            "type": 3,
                            "certification": "12",
                            "note": "",
                        },
                        {"release_date": "soon", "type": 3},
                    ],
                }
            ]
        },
        "credits": {
            "cast": [{"id": 100, "name": "Mira Dell", "character": "Ada (voice)"}],
            "crew": [
                {"id": 101, "name": "Greta Zand", "job": "Director"},
                {"id": 101, "name": "Greta Zand", "job": "Catering"},
                {"id": 102, "name": "Ion Marsh", "job": "Novel"},
            ],
        },
        **more,
    }


def show(number: int = 21, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "name": "The Lighthouse Keepers",
        "original_name": "The Lighthouse Keepers",
        "original_language": "en",
        "first_air_date": "2001-09-01",
        "last_air_date": "2003-05-01",
        "status": "Ended",
        "episode_run_time": [45],
        "genres": [{"name": "Action & Adventure"}],
        "networks": [{"name": "North Four"}],
        "created_by": [{"id": 102, "name": "Ion Marsh"}],
        "external_ids": {"imdb_id": "tt7654321"},
        "seasons": [
            {"season_number": 0, "episode_count": 2, "air_date": "2001-01-01"},
            {"season_number": 1, "episode_count": 8, "air_date": "2001-09-01"},
            {"season_number": 2, "episode_count": 6, "air_date": "2003-04-01"},
        ],
        "aggregate_credits": {
            "cast": [
                {"id": 100, "name": "Mira Dell", "roles": [{"character": "Jo"}, {"character": "Old Jo"}]}
            ],
            "crew": [{"id": 103, "name": "Ö. Klang", "jobs": [{"job": "Original Music Composer"}]}],
        },
        **more,
    }


def write_lines(path: Path, *documents: object) -> Path:
    text = "\n".join(
        document if isinstance(document, str) else json.dumps(document) for document in documents
    )
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


def run(path: Path, **options: Any) -> dict[str, dict[str, int]]:
    call_command("import_titles", "tmdb", str(path), verbosity=0, **options)
    return counts()


def counts() -> dict[str, dict[str, int]]:
    found = Job.objects.first().counts
    for kind, count in found.items():
        if kind != "rejected":
            assert count["read"] == sum(count.values()) - count["read"], (kind, count)
    return found


def test_a_films_document_comes_in_with_everything_in_it(tmp_path: Path) -> None:
    run(write_lines(tmp_path / "films.jsonl", film()))
    title = Title.objects.get()
    assert (title.kind, title.name, title.original_name, title.original_language) == (
        TitleKind.FILM, "The Salt Road 11", "De zoutweg", "nl"
    )  # fmt: skip
    assert (title.year, str(title.released_on), title.minutes, title.sort_name) == (
        1997, "1997-03-01", 98, "Salt Road 11, The"
    )  # fmt: skip
    assert (title.tagline, title.plot_language, title.plot_source) == ("Far is near.", "en", "TMDB")
    assert (title.budget, title.budget_currency, title.gross) == (1_200_000, "USD", None)
    assert list(title.title_genres.values_list("genre__name", flat=True)) == ["Drama"]
    assert list(title.countries.values_list("code", flat=True)) == ["NL"]
    assert set(title.languages.values_list("code", flat=True)) == {"nl", "yue"}
    assert set(title.external_ids.values_list("source", "value")) == {
        ("tmdb_movie", "11"), ("imdb", "tt0000011"), ("wikidata", "Q11")
    }  # fmt: skip
    assert list(title.alternative_titles.values_list("name", "region")) == [("Der Salzweg", "DE")]
    assert list(title.releases.values_list("country", "kind", "date", "certificate")) == [
        ("NL", "cinema", "1997-03-01", "12")
    ]
    assert list(title.title_companies.values_list("company__name", "part", "company__country")) == [
        ("Dike Pictures", "production", "NL")
    ]
    assert set(title.credits.values_list("person__name", "role", "character", "is_voice", "note")) == {
        ("Mira Dell", "actor", "Ada", True, ""),
        ("Greta Zand", "director", "", False, ""),
        ("Ion Marsh", "writer", "", False, "novel"),
    }
    assert title.external_scores.get().votes == 12
    assert title.source_records.get().source == "tmdb"
    assert title.provenance["plot"] == title.provenance["releases"] == "tmdb"


def test_a_plot_that_a_decision_took_away_comes_in_by_no_import_until_it_is_back(
    tmp_path: Path, mona: Member
) -> None:
    file = write_lines(tmp_path / "movies.jsonl.gz", film())
    run(file)
    title = Title.objects.get()
    taken = take_words_away(item=title, key="plot", moderator=mona, reason="It stands elsewhere.")
    run(file)
    assert Title.objects.get().plot == ""
    bring_words_back(item=title, taken=taken, moderator=mona, reason="It does not.")
    run(write_lines(tmp_path / "later.jsonl.gz", film(overview="Told anew.")))
    assert Title.objects.get().plot == "Told anew."


def test_a_shows_document_brings_its_seasons(tmp_path: Path) -> None:
    found = run(write_lines(tmp_path / "shows.jsonl.gz", show()))
    title = Title.objects.get(kind=TitleKind.SHOW)
    assert (title.year, title.end_year, title.minutes) == (2001, 2003, 45)
    assert list(title.seasons.order_by("season_number").values_list("season_number", "episodes", "name")) == [
        (1, 8, "The Lighthouse Keepers"),
        (2, 6, "The Lighthouse Keepers"),
    ]
    assert set(title.credits.values_list("person__name", "role", "character")) == {
        ("Ion Marsh", "creator", ""), ("Mira Dell", "actor", "Jo, Old Jo"), ("Ö. Klang", "music", "")
    }  # fmt: skip
    assert Company.objects.get().parts.get().part == "network"
    assert (found["titles"]["created"], found["seasons"]["created"]) == (1, 2)


def test_a_folder_of_documents_is_read_and_twice_changes_nothing(tmp_path: Path) -> None:
    for number in (11, 12):
        (tmp_path / f"{number}.json").write_text(json.dumps(film(number)))
    (tmp_path / "13.json").write_text("{")
    (tmp_path / "14.json").write_text("[]")
    found = run(tmp_path)
    assert (found["titles"]["created"], found["titles"]["rejected"], found["people"]["created"]) == (2, 2, 3)
    assert [row["file"] for row in Job.objects.first().failures] == ["13.json", "14.json"]
    before = list(Title.objects.values_list()), list(Person.objects.values_list())
    found = run(tmp_path)
    assert (found["titles"]["unchanged"], found["credits"]["unchanged"]) == (2, 6)
    assert (list(Title.objects.values_list()), list(Person.objects.values_list())) == before


def test_a_document_too_long_to_be_one_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("films.importers.tmdb.LINE_LENGTH", 5_000)
    (tmp_path / "11.json").write_text(json.dumps(film(11)))
    (tmp_path / "12.json").write_text(json.dumps(film(12)) + " " * 5_000)
    assert run(tmp_path)["titles"]["created"] == 1
    assert [(row["file"], row["reason"]) for row in Job.objects.first().failures] == [
        ("12.json", "longer than 5000 bytes")
    ]


def test_bad_documents_are_refused_with_the_reason(tmp_path: Path) -> None:
    found = run(
        write_lines(
            tmp_path / "films.jsonl",
            film(1, release_date="99999-01-01"),
            film(2, release_date="1066-01-01"),
            film(3, runtime=-5),
            film(4, title="x" * 301),
            {"id": 5},
            film(6, adult=True),
            film(7, video=True),
            "not json",
            film(
                8,
                credits={"cast": [{"id": "x"}, 5], "crew": None},
                genres="x",
                budget=-1,
                vote_average="high",
            ),
        )
    )
    assert [(row["line"], row["reason"]) for row in Job.objects.first().failures][:5] == [
        (1, "“99999-01-01” is no date"),
        (2, "1066 is not the year of a title"),
        (3, "-5 is no number of minutes"),
        (4, "a title has 1 to 300 characters"),
        (5, "not a document of a film or show: it needs an id, and a title or name"),
    ]
    assert (found["titles"]["created"], found["titles"]["skipped"], found["titles"]["rejected"]) == (1, 2, 6)


def test_people_of_a_title_are_known_by_name(tmp_path: Path) -> None:
    title = make_title("Salt Road")
    ExternalId.objects.create(title=title, source="imdb", value="tt0000011")
    zand = make_person("Greta Zand")
    make_credit(title, zand, role="producer")
    run(write_lines(tmp_path / "films.jsonl", film()))
    assert title.credits.get(role="director").person == zand
    assert zand.external_ids.get().source == "tmdb_person"


# --- Fetching ---------------------------------------------------------------------------------------------


class Server:
    """TMDB, as a function that answers from a dict; `before` is what it answers first."""

    def __init__(self, *documents: dict[str, Any], before: tuple[Answer | Unanswered, ...] = ()) -> None:
        self.documents = {
            f"{'movie' if 'title' in document else 'tv'}/{document['id']}": document for document in documents
        }
        self.before, self.asked, self.slept = list(before), [], []  # type: ignore[var-annotated]

    def __call__(self, url: str, *, headers: dict[str, str]) -> Answer:
        assert headers["Authorization"] == "Bearer secret"
        if self.before:
            answer = self.before.pop(0)
            if isinstance(answer, Unanswered):
                raise answer
            return answer
        key = url.removeprefix("https://api.themoviedb.org/3/").split("?")[0]
        self.asked.append(key)
        if key in self.documents:
            return Answer(200, {}, json.dumps(self.documents[key]).encode())
        return Answer(404, {}, b"{}")

    @property
    def api(self) -> TmdbApi:
        return TmdbApi("secret", opener=self, sleep=self.slept.append)


def fetch(source: Source) -> dict[str, dict[str, int]]:
    with running_import(
        kind="import.tmdb",
        parameters={},
        fingerprints=[source.fingerprint],
        reports=REPORTS,
        total=source.size,
    ) as running:
        import_documents(running, source)
    return counts()


def ids_file(folder: Path, *numbers: int, **more: Any) -> Path:
    return write_lines(
        folder / "movie_ids_11_22_2026.json.gz",
        *(
            {"id": number, "original_title": "x", "adult": False, "video": False, **more}
            for number in numbers
        ),
    )


def test_the_documents_of_a_daily_list_are_fetched_once(tmp_path: Path) -> None:
    server, path = Server(film(11), film(12)), ids_file(tmp_path, 11, 12, 13)
    found = fetch(source_of(path, Wanted(), limit=10, api=server.api))
    assert (found["titles"]["created"], found["titles"]["rejected"]) == (2, 1)
    assert Job.objects.first().failures[0]["reason"] == "movie 13 is not there any more"
    found = fetch(source_of(path, Wanted(), limit=10, api=server.api))
    assert found["titles"]["skipped"] == 2
    assert server.asked == ["movie/11", "movie/12", "movie/13", "movie/13"]


def test_however_long_a_daily_list_is_the_catalogue_is_asked_once(
    tmp_path: Path, django_assert_num_queries: Any
) -> None:
    run(write_lines(tmp_path / "films.jsonl", film(11)))
    path = ids_file(tmp_path, *range(11, 211))
    server = Server()
    source, report = source_of(path, Wanted(), limit=500, api=server.api), Report()
    with django_assert_num_queries(1):
        assert list(source.documents(report, 0, lambda size: None)) == []
    assert (report.read, report.skipped, len(server.asked)) == (200, 1, 199)


def test_a_limit_bounds_what_is_fetched_and_the_next_run_goes_on(tmp_path: Path) -> None:
    server, path = Server(film(11), film(12), film(13)), ids_file(tmp_path, 11, 12, 13)
    fetch(source_of(path, Wanted(), limit=2, api=server.api))
    assert server.asked == ["movie/11", "movie/12"]
    fetch(source_of(path, Wanted(), limit=2, api=server.api))
    assert server.asked == ["movie/11", "movie/12", "movie/13"]


def test_an_import_that_lost_tmdb_goes_on_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, path = Server(film(11), film(12)), ids_file(tmp_path, 11, 12)
    monkeypatch.setattr("films.importers.tmdb.DailyList.batch", 1)
    ask = server.__call__
    down = Server(film(11), before=())
    down.documents = {"movie/11": film(11)}

    def breaking(url: str, *, headers: dict[str, str]) -> Answer:
        if "/12?" in url:
            raise Unanswered("gone")
        return down(url, headers=headers)

    with pytest.raises(ImportProblem, match=r"no answer \(gone\)"):
        fetch(
            source_of(
                path, Wanted(), limit=5, api=TmdbApi("secret", opener=breaking, sleep=down.slept.append)
            )
        )
    assert down.asked == ["movie/11"]
    found = fetch(
        source_of(path, Wanted(), limit=5, api=TmdbApi("secret", opener=ask, sleep=down.slept.append))
    )
    assert server.asked == ["movie/12"]
    assert found["titles"]["created"] == 2


def test_it_waits_as_long_as_tmdb_asks_and_longer_each_time_it_does_not_answer(tmp_path: Path) -> None:
    server = Server(
        film(11),
        before=(Answer(429, {"retry-after": "7"}, b""), Answer(503, {}, b""), Unanswered("timed out")),
    )
    assert server.api.document("movie", 11)["id"] == 11  # type: ignore[index]
    assert [pause for pause in server.slept if pause >= 1] == [7.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [(Answer(401, {}, b""), "refuses the token"), (Answer(200, {}, b"<html>"), "not JSON")],
)
def test_an_answer_of_no_use_ends_the_import(answer: Answer, words: str) -> None:
    with pytest.raises(ImportProblem, match=words):
        Server(before=(answer,)).api.document("movie", 1)


def test_without_a_token_nothing_is_fetched(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="TMDB_TOKEN"):
        call_command("import_titles", "tmdb", str(ids_file(tmp_path, 1)), verbosity=0)
    with pytest.raises(CommandError, match="TMDB_TOKEN"):
        call_command("import_titles", "tmdb", refresh=True, verbosity=0)
    with pytest.raises(CommandError, match="or say --refresh"):
        call_command("import_titles", "tmdb", verbosity=0)


# --- Six months -------------------------------------------------------------------------------------------


@pytest.fixture
def imported(tmp_path: Path) -> Title:
    run(write_lines(tmp_path / "films.jsonl", film()))
    return Title.objects.get()


def age(days: int) -> None:
    SourceRecord.objects.update(fetched_at=timezone.now() - timedelta(days=days))


def test_what_was_asked_for_long_ago_is_asked_for_again(imported: Title, settings: Any) -> None:
    server = Server(film(11, runtime=101, genres=[{"name": "War"}]))
    age(settings.FILMSITE_TMDB_REFRESH_DAYS - 1)
    assert source_of(None, Wanted(), limit=10, api=server.api).size == 0
    age(settings.FILMSITE_TMDB_REFRESH_DAYS + 1)
    found = fetch(source_of(None, Wanted(), limit=10, api=server.api))
    assert found["titles"]["changed"] == 1
    imported.refresh_from_db()
    assert imported.minutes == 101
    assert [str(genre) for genre in imported.genres.all()] == ["War"]
    assert SourceRecord.objects.get().fetched_at > timezone.now() - timedelta(minutes=5)
    # What TMDB said is not kept for good, and so not in the history either.
    assert not Change.objects.exists()


def test_what_was_not_asked_for_in_time_is_cleared_and_what_people_gave_stays(
    imported: Title, settings: Any
) -> None:
    imported.provenance |= {"minutes": "person", "countries": "person"}
    imported.save()
    make_vote(imported)
    age(settings.FILMSITE_TMDB_KEEP_DAYS - 1)
    assert clear_stale_records() == 0
    age(settings.FILMSITE_TMDB_KEEP_DAYS + 1)
    assert clear_stale_records() == 1
    title = Title.objects.get()
    assert (title.name, title.minutes, title.countries.count(), title.votes.count()) == (
        "The Salt Road 11", 98, 1, 1
    )  # fmt: skip
    assert (title.year, title.plot, title.plot_source, title.budget, title.budget_currency) == (
        None, "", "", None, ""
    )  # fmt: skip
    for rows in (
        "title_genres",
        "credits",
        "releases",
        "title_companies",
        "alternative_titles",
        "external_scores",
    ):
        assert not getattr(title, rows).exists(), rows
    assert title.provenance == {"name": "tmdb", "minutes": "person", "countries": "person"}
    assert title.external_ids.count() == 3
    assert clear_stale_records() == 0


def names_of(title: Title) -> set[str]:
    return set(title.alternative_titles.values_list("name", flat=True))


def test_names_of_tmdb_and_of_others_never_stand_side_by_side(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "films.jsonl", film())
    theirs = make_title("The Salt Road 11", provenance={"alternative_titles": "imdb"})
    ExternalId.objects.create(title=theirs, source="imdb", value="tt0000011")
    theirs.alternative_titles.create(name="Walls of Salt")
    run(path)
    assert names_of(theirs) == {"Walls of Salt"}
    theirs.alternative_titles.all().delete()
    run(write_lines(path, film(), film(12)))
    theirs.refresh_from_db()
    assert (names_of(theirs), theirs.provenance["alternative_titles"]) == ({"Der Salzweg"}, "tmdb")


def test_other_sources_add_no_names_to_those_of_tmdb(imported: Title, tmp_path: Path, settings: Any) -> None:
    for name, text in (
        ("movies.csv", "movieId,title,genres\n1,The Salt Road (a.k.a. Saltway) (1997),Drama\n"),
        ("links.csv", "movieId,imdbId,tmdbId\n1,11,11\n"),
        ("ratings.csv", "userId,movieId,rating,timestamp\n"),
    ):
        (tmp_path / name).write_text(text)
    call_command("import_titles", "movielens", str(tmp_path), verbosity=0)
    assert names_of(imported) == {"Der Salzweg"}
    age(settings.FILMSITE_TMDB_KEEP_DAYS + 1)
    clear_stale_records()
    assert names_of(imported) == set()
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,The Salt Road (aka Saltway) (1997),Drama\n")
    call_command("import_titles", "movielens", str(tmp_path), verbosity=0)
    assert "Saltway" in names_of(imported)


def test_a_film_that_is_not_out_yet_keeps_its_date_until_it_is(imported: Title, settings: Any) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    Title.objects.update(released_on=tomorrow)
    age(settings.FILMSITE_TMDB_KEEP_DAYS + 1)
    assert clear_stale_records() == 1
    imported.refresh_from_db()
    assert (imported.released_on, imported.year) == (tomorrow, None)
    assert imported.provenance == {"name": "tmdb", "released_on": "tmdb"}
    assert clear_stale_records() == 0
    Title.objects.update(released_on=tomorrow - timedelta(days=1))
    assert clear_stale_records() == 1
    imported.refresh_from_db()
    assert (imported.released_on, imported.provenance) == (None, {"name": "tmdb"})
    assert clear_stale_records() == 0


@pytest.mark.django_db(transaction=True)
def test_clearing_waits_for_nobody_who_writes_about_the_title(imported: Title, settings: Any) -> None:
    age(settings.FILMSITE_TMDB_KEEP_DAYS + 1)

    def clear() -> int:
        try:
            return clear_stale_records()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        # What the foreign key of a vote or message takes.
        list(Title.objects.raw("SELECT id FROM films_title FOR KEY SHARE"))
        assert pool.submit(clear).result(timeout=10) == 1


def test_the_page_says_what_tmdb_asks_for_only_where_something_is_theirs(
    imported: Title, client: Client
) -> None:
    notice = "This product uses TMDB and the TMDB APIs but is not endorsed"
    assert notice in client.get(imported.get_absolute_url()).content.decode()
    assert notice not in client.get(make_title("Ours").get_absolute_url()).content.decode()
