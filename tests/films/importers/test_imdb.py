"""`manage.py import_titles imdb` on small files made for the purpose."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Job
from films.importers import merging
from films.importers.imdb_values import characters_of, number_of
from films.models import Change, Credit, ExternalId, ExternalScore, Lock, Person, SearchName, Title, TitleKind
from reviews.services.recounting import find_differences
from tests.factories import make_credit, make_person, make_season, make_title
from tests.films.importers.imdb_files import write_imdb

pytestmark = pytest.mark.django_db


def run(folder: Path, **options: Any) -> dict[str, dict[str, int]]:
    call_command("import_titles", "imdb", str(folder), verbosity=0, **options)
    counts = Job.objects.first().counts
    for kind, count in counts.items():
        if kind != "rejected":
            assert count["read"] == sum(count.values()) - count["read"], (kind, count)
    return counts


def reasons() -> list[tuple[str, int, str]]:
    return [(row["file"], row["line"], row["reason"]) for row in Job.objects.first().failures]


def everything() -> dict[str, list[Any]]:
    return {
        model.__name__: list(model.objects.order_by("pk").values_list())
        for model in (Title, Person, Credit, ExternalId, ExternalScore, SearchName, Change)
    }


def test_films_and_shows_come_in_with_everything_known_of_them(tmp_path: Path) -> None:
    counts = run(write_imdb(tmp_path))
    assert counts["titles"] == {
        "read": 8, "created": 3, "changed": 0, "unchanged": 0, "rejected": 0, "skipped": 5
    }  # fmt: skip
    film = Title.objects.get(name="Walls of Salt")
    assert (film.kind, film.original_name, film.year, film.minutes, film.slug, film.sort_name) == (
        TitleKind.FILM, "De zoutmuren", 1997, 98, "walls-of-salt", "Walls of Salt"
    )  # fmt: skip
    assert list(film.title_genres.values_list("genre__name", flat=True)) == ["Drama", "Science Fiction"]
    assert set(film.alternative_titles.values_list("name", "language", "region", "kind")) == {
        ("Zoutmuren", "nl", "NL", "translated"),
        ("دیوارهای نمک", "fa", "IR", "translated"),
    }
    assert list(
        film.credits.order_by("role", "position").values_list(
            "role", "position", "person__name", "character", "is_voice", "note"
        )
    ) == [
        ("actor", 0, "Mira Dell", 'Ada, The "Gull"', False, ""),
        ("actor", 1, "Tom Vale", "Narrator", True, ""),
        ("director", 0, "Greta Zand", "", False, ""),
        ("music", 0, "Ö. Klang", "", False, ""),
        ("writer", 0, "Ion Marsh", "", False, "novel"),
        ("writer", 1, "Greta Zand", "", False, ""),
    ]
    score = film.external_scores.get()
    assert (score.source, float(score.score), score.scale, score.votes) == ("imdb", 7.9, 10, 1200)
    assert film.external_ids.get().value == "tt0000001"
    assert film.provenance["minutes"] == film.provenance["cast"] == film.provenance["name"] == "imdb"
    marsh = Person.objects.get(name="Ion Marsh")
    assert (marsh.born, marsh.died, marsh.sort_name, marsh.external_ids.get().value) == (
        "1948", "2010", "Marsh, Ion", "nm0000002"
    )  # fmt: skip
    assert Person.objects.get(name="Tom Vale").born == "0999"
    assert Title.objects.filter(name='"Quoted" Night', year=None).exists()
    assert not Person.objects.filter(name="Nobody Known").exists()
    assert find_differences() == []


def test_a_show_has_its_seasons_with_their_episodes_and_year(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    show = Title.objects.get(kind=TitleKind.SHOW)
    assert (show.year, show.end_year, show.external_ids.get().value) == (2001, 2003, "tt12345678")
    assert list(
        show.seasons.order_by("season_number").values_list(
            "season_number", "episodes", "year", "name", "slug"
        )
    ) == [
        (1, 2, 2001, "The Lighthouse Keepers", "the-lighthouse-keepers"),
        (2, 1, 2003, "The Lighthouse Keepers", "the-lighthouse-keepers"),
    ]
    assert list(show.credits.order_by("role").values_list("role", "person__name")) == [
        ("creator", "Ion Marsh"),
        ("writer", "Ion Marsh"),
    ]


def test_they_can_be_found_and_browsed(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    assert SearchName.objects.filter(norm="zoutmuren").exists()
    assert SearchName.objects.filter(norm="mira dell").exists()
    assert Title.objects.filter(listing=None).count() == 0


def test_importing_it_again_changes_nothing(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    before = everything()
    counts = run(tmp_path)
    assert everything() == before
    for kind in ("titles", "seasons", "names", "people", "credits", "scores"):
        assert (counts[kind]["created"], counts[kind]["changed"]) == (0, 0), kind
    assert counts["credits"]["unchanged"] == 9


def test_what_changed_at_the_source_follows_and_leaves_a_trace(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    salt = r"tt0000001	movie	Walls of Salt	De zoutmuren	0	1998	\N	101	Drama"
    counts = run(
        write_imdb(
            tmp_path,
            instead={
                "title.basics": [salt],
                "name.basics": [r"nm0000003	Mira Dell-Ray	1970	\N	actress	tt0000001"],
                "title.principals": [r'tt0000001	1	nm0000003	actress	\N	["Ada"]'],
            },
        )
    )
    film = Title.objects.get(name="Walls of Salt")
    assert (film.year, film.minutes, film.genres.count()) == (1998, 101, 1)
    assert list(film.credits.filter(role="actor").values_list("person__name", "character")) == [
        ("Mira Dell-Ray", "Ada")
    ]
    assert counts["titles"]["changed"] == 1
    history = {change.field: (change.old, change.new, change.origin) for change in film.history.all()}
    assert history["year"] == (1997, 1998, Change.Origin.IMPORT)
    assert history["genres"] == (["drama", "science-fiction"], ["drama"], Change.Origin.IMPORT)
    assert [row["character"] for row in history["cast"][1]] == ["Ada"]
    # What was empty before is in no history, and rows that are gone at the source delete nothing.
    assert list(Person.objects.get(name="Mira Dell-Ray").history.values_list("field", flat=True)) == ["name"]
    assert Title.objects.count() == 5


def test_what_a_person_said_or_locked_stays(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    film = Title.objects.get(name="Walls of Salt")
    film.provenance |= {"year": "person", "cast": "person"}
    film.year = 1996
    film.save()
    Lock.objects.create(title=film, field="minutes", reason="checked with the print")
    show = Title.objects.get(kind=TitleKind.SHOW)
    Lock.objects.create(title=show, field="", reason="all of it is checked")
    before = everything()
    changed = [
        r"tt0000001	movie	Walls of Salt	De zoutmuren	0	1998	\N	120	Drama,Sci-Fi",
        r"tt12345678	tvSeries	Other Name	Other Name	0	1990	2003	50	Comedy",
    ]
    run(
        write_imdb(
            tmp_path,
            instead={
                "title.basics": changed,
                "title.principals": [
                    r'tt0000001	1	nm0000004	actor	\N	["Ada"]',
                    r"tt0000001	3	nm0000002	writer	novel	\N",
                ],
                "title.ratings": ["tt12345678	2.0	41"],
            },
        )
    )
    after = everything()
    film.refresh_from_db()
    assert (film.year, film.minutes) == (1996, 98)
    assert after == before


def test_an_importer_leaves_alone_what_another_wrote(tmp_path: Path) -> None:
    film = make_title("Salt", year=1990, provenance={"name": "movielens", "year": "movielens"})
    ExternalId.objects.create(title=film, source="imdb", value="tt0000001")
    run(write_imdb(tmp_path))
    film.refresh_from_db()
    assert (film.name, film.year, film.minutes) == ("Salt", 1990, 98)
    assert film.provenance == {
        "name": "movielens", "year": "movielens", "minutes": "imdb", "original_name": "imdb", "genres": "imdb",
        "directors": "imdb", "writers": "imdb", "cast": "imdb", "music": "imdb", "alternative_titles": "imdb",
    }  # fmt: skip
    assert film.alternative_titles.filter(name="Walls of Salt").exists()


def test_somebody_credited_already_is_known_by_name(tmp_path: Path) -> None:
    film = make_title("Salt")
    ExternalId.objects.create(title=film, source="imdb", value="tt0000001")
    zand = make_person("Greta Zand")
    namesake = make_person("Ion Marsh")
    make_credit(film, zand)
    run(write_imdb(tmp_path))
    assert zand.external_ids.get().value == "nm0000001"
    assert Person.objects.filter(name="Greta Zand").count() == 1
    assert not namesake.external_ids.exists()


def test_somebody_credited_in_titles_of_several_chunks_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "CHUNK", 1)
    counts = run(write_imdb(tmp_path))
    assert Person.objects.filter(name="Ion Marsh").count() == 1
    assert (counts["people"]["created"], counts["people"]["skipped"]) == (5, 1)


def test_the_ids_of_a_duplicate_lead_to_the_title_it_became_one_with(tmp_path: Path) -> None:
    kept = make_title("Salt", year=None, minutes=None)
    between = make_title("Salty", merged_into=kept)
    duplicate = make_title("Salt (1997)", merged_into=between)
    ExternalId.objects.create(title=duplicate, source="imdb", value="tt0000001")
    counts = run(write_imdb(tmp_path))
    kept.refresh_from_db()
    assert (kept.year, kept.minutes) == (1997, 98)
    assert counts["titles"]["created"] == 2


def test_a_season_leads_through_any_number_of_merges_to_the_one_it_became(tmp_path: Path) -> None:
    run(write_imdb(tmp_path))
    season = Title.objects.filter(kind=TitleKind.SEASON).first()
    kept = make_season(make_title("Other", kind=TitleKind.SHOW), 1, episodes=None)
    between = make_season(make_title("Another", kind=TitleKind.SHOW), 1, merged_into=kept)
    Title.objects.filter(pk=season.pk).update(merged_into=between)
    run(write_imdb(tmp_path))
    kept.refresh_from_db()
    assert kept.episodes == season.episodes


def test_a_title_known_as_another_kind_is_refused(tmp_path: Path) -> None:
    show = make_title("Salt", kind=TitleKind.SHOW)
    ExternalId.objects.create(title=show, source="imdb", value="tt0000001")
    counts = run(write_imdb(tmp_path))
    assert reasons() == [("title.basics.tsv", 2, f"the catalogue has this as a show (title {show.pk})")]
    assert not show.credits.exists()
    assert counts["credits"]["skipped"] == 9


def test_options_say_which_titles_are_wanted(tmp_path: Path) -> None:
    run(write_imdb(tmp_path), min_votes=100)
    assert list(Title.objects.values_list("name", flat=True)) == ["Walls of Salt"]
    run(tmp_path, shorts=True, adult=True)
    assert set(Title.objects.filter(kind="film").values_list("name", flat=True)) == {
        "Walls of Salt", "Five Minutes", "Not for Children", '"Quoted" Night'
    }  # fmt: skip


def test_files_may_be_missing_and_that_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["title.akas", "title.crew", "title.episode", "title.principals", "title.ratings", "name.basics"]
    run(write_imdb(tmp_path, without=names, zipped=False))
    assert Title.objects.count() == 3
    assert "without title.principals.tsv: no cast" in capsys.readouterr().out
    with pytest.raises(CommandError, match=r"needs title\.ratings"):
        call_command("import_titles", "imdb", str(tmp_path), min_votes=5, verbosity=0)
    (tmp_path / "title.basics.tsv").unlink()
    with pytest.raises(CommandError, match=r"no title\.basics"):
        call_command("import_titles", "imdb", str(tmp_path), verbosity=0)


def test_every_bad_row_is_named_with_its_reason_and_the_rest_goes_in(tmp_path: Path) -> None:
    counts = run(
        write_imdb(
            tmp_path,
            more={
                "title.basics": [
                    r"xx0000010	movie	A	A	0	1990	\N	90	Drama",
                    r"tt0000010	movie	A	A	0	99999	\N	90	Drama",
                    r"tt0000011	movie	A	A	0	1990	\N	-90	Drama",
                    r"tt0000012	movie	A	A	x	1990	\N	90	Drama",
                    "tt0000013	movie	" + "A" * 301 + r"	A	0	1990	\N	90	Drama",
                    "tt0000014	movie",
                    r"tt0000001	movie	Again	Again	0	1990	\N	90	Drama",
                ],
                "title.episode": [
                    "tt12345678	tt12345678	1	1",
                    "tt0000003	tt12345678	99999	1",
                    "tt0000003	x	1	1",
                ],
                "title.akas": ["tt0000001	9	" + "A" * 301 + r"	NL	nl	\N	\N	0"],
                "title.crew": [r"tt0000008	nobody	\N"],
                "title.principals": [
                    r"tt0000008	1	nm7777777	actor	\N	\N",
                    r"tt0000008	x	nm0000001	actor	\N	\N",
                ],
                "title.ratings": ["tt0000008	11.0	5"],
                "name.basics": [
                    r"nm7777777	A	99999	\N	\N	\N",
                    r"nm0000001	Twice	\N	\N	\N	\N",
                ],
            },
        )
    )
    assert sorted(reasons()) == [
        ("name.basics.tsv", 8, "“99999” and “\\N” must be years of a life"),
        ("name.basics.tsv", 9, "nm0000001 came before in this file"),
        ("title.akas.tsv", 7, "a name has 1 to 300 characters"),
        ("title.basics.tsv", 10, "“xx0000010” is no id of a title"),
        ("title.basics.tsv", 11, "“99999” is not the year of a title"),
        ("title.basics.tsv", 12, "“-90” is no number of minutes"),
        ("title.basics.tsv", 13, "“x” is neither 0 nor 1 (isAdult)"),
        ("title.basics.tsv", 14, "a title has 1 to 300 characters"),
        ("title.basics.tsv", 15, "2 columns where the heading has 9"),
        ("title.basics.tsv", 16, "tt0000001 came before in this file"),
        ("title.crew.tsv", 5, "“nobody” is no id of a person"),
        ("title.episode.tsv", 5, "tt12345678 is said to be an episode of itself"),
        ("title.episode.tsv", 6, "“99999” is no number of a season"),
        ("title.episode.tsv", 7, "“tt0000003” and “x” must be ids of titles"),
        ("title.principals.tsv", 9, "nobody of this import has the id nm7777777"),
        ("title.principals.tsv", 10, "“x” is no place in an order"),
        ("title.ratings.tsv", 5, "“11.0” and “5” must be a mean and a number of votes"),
    ]
    assert counts["rejected"] == 17
    assert Title.objects.filter(kind="film").count() == 2


def test_two_shows_that_are_each_others_episodes_keep_apart(tmp_path: Path) -> None:
    run(
        write_imdb(
            tmp_path,
            more={
                "title.basics": [r"tt0000020	tvSeries	Loop	Loop	0	1990	\N	\N	\N"],
                "title.episode": ["tt0000020	tt12345678	1	1", "tt12345678	tt0000020	1	1"],
            },
        )
    )
    assert len(reasons()) == 2
    assert Title.objects.filter(kind=TitleKind.SEASON).count() == 2


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("tt0118849", 118849),
        ("tt12345678", 12345678),
        ("tt118849", None),
        ("tt9999999999", None),
        ("x", None),
    ],
)
def test_an_id_has_seven_digits_or_more(key: str, number: int | None) -> None:
    assert number_of(key) == number


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (r"\N", []),
        ('["Ali","Zahra"]', ["Ali", "Zahra"]),
        ("Ali", ["Ali"]),
        ("[1]", []),
        ("{}", []),
        ("[" * 9999, None),
    ],
)
def test_characters_are_a_list_of_names(text: str, names: list[str] | None) -> None:
    assert characters_of(text) == ([text] if names is None else names)
