"""`manage.py import_titles` on small data sets made for the purpose."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import Job, Member
from films.models import ExternalId, Genre, SearchName, Title, TitleKind, TitleListing, TitleTotals
from reviews.models import Vote
from reviews.services.recounting import find_differences
from tests.factories import make_genre, make_member, make_title

pytestmark = pytest.mark.django_db

MOVIES = """movieId,title,genres
1,Toy Story (1995),Adventure|Children|IMAX
29,"City of Lost Children, The (Cité des enfants perdus, La) (1995)",Sci-Fi|Drama
50,Usual Suspects (1995),(no genres listed)
"""
LINKS = "movieId,imdbId,tmdbId\n1,0114709,862\n29,0112682,902\n50,114814,\n"
RATINGS = """userId,movieId,rating,timestamp
1,1,4.0,1217897793
1,29,0.5,1217895807
2,1,5,1217895808
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path)


def write(folder: Path, movies: str = MOVIES, links: str = LINKS, ratings: str = RATINGS) -> Path:
    for name, text in (("movies.csv", movies), ("links.csv", links), ("ratings.csv", ratings)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def run(folder: Path, **options: object) -> dict[str, dict[str, int]]:
    call_command("import_titles", "movielens", str(folder), verbosity=0, **options)
    return Job.objects.first().counts


def reasons() -> list[tuple[str, int, str]]:
    return [(row["file"], row["line"], row["reason"]) for row in Job.objects.first().failures]


def test_films_votes_and_members_come_in(folder: Path) -> None:
    counts = run(folder)
    assert counts["titles"] == {
        "read": 3,
        "created": 3,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "skipped": 0,
    }
    assert counts["votes"] == {
        "read": 3,
        "created": 3,
        "changed": 0,
        "unchanged": 0,
        "rejected": 0,
        "skipped": 0,
    }
    assert counts["members"]["created"] == 2
    city = Title.objects.get(sort_name="City of Lost Children, The")
    assert (city.name, city.year, city.kind, city.slug) == (
        "The City of Lost Children",
        1995,
        TitleKind.FILM,
        "the-city-of-lost-children",
    )
    assert list(city.title_genres.values_list("genre__name", flat=True)) == ["Science Fiction", "Drama"]
    assert list(city.alternative_titles.values_list("name", "kind")) == [
        ("La Cité des enfants perdus", "original")
    ]
    assert set(city.external_ids.values_list("source", "value")) == {
        ("movielens", "29"),
        ("imdb", "tt0112682"),
        ("tmdb_movie", "902"),
    }
    vote = Vote.objects.get(title=city)
    assert (vote.member.username, vote.value, vote.cast_at) == (
        "ml-1",
        1,
        datetime(2008, 8, 5, 0, 23, 27, tzinfo=UTC),
    )
    assert find_differences() == []
    assert TitleTotals.objects.get(title__name="Toy Story").histogram == [0] * 7 + [1, 0, 1]


def test_a_short_imdb_number_gets_its_zeros(folder: Path) -> None:
    run(folder)
    assert ExternalId.objects.get(title__name="Usual Suspects", source="imdb").value == "tt0114814"


def test_the_listing_and_the_search_know_the_new_films(folder: Path) -> None:
    run(folder)
    assert TitleListing.objects.get(title__name="Toy Story").vote_count == 2
    assert SearchName.objects.filter(norm__contains="enfants perdus").exists()


def test_running_it_again_changes_nothing(folder: Path) -> None:
    run(folder)
    before = (
        list(Title.objects.values_list()),
        list(Vote.objects.values_list()),
        list(Member.objects.values_list()),
    )
    counts = run(folder)
    for kind in ("titles", "votes", "members"):
        assert (counts[kind]["created"], counts[kind]["changed"]) == (0, 0)
    assert counts["votes"]["unchanged"] == 3
    after = (
        list(Title.objects.values_list()),
        list(Vote.objects.values_list()),
        list(Member.objects.values_list()),
    )
    assert after == before


def test_placeholders_can_never_sign_in(folder: Path) -> None:
    run(folder)
    member = Member.objects.get(username="ml-1")
    assert member.is_placeholder
    assert member.email is None
    assert not member.has_usable_password()
    assert authenticate(username="ml-1", password=member.password) is None


def test_a_dry_run_counts_everything_and_stores_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = run(folder, dry_run=True)
    assert (counts["titles"]["created"], counts["votes"]["created"]) == (3, 3)
    assert not Title.objects.exists()
    assert not Vote.objects.exists()
    assert not Member.objects.exists()
    assert "nothing was stored" in capsys.readouterr().out


def test_votes_may_be_left_out(folder: Path) -> None:
    counts = run(folder, without_votes=True)
    assert counts["titles"]["created"] == 3
    assert not Vote.objects.exists()


def test_a_film_that_is_here_is_found_by_its_ids_and_keeps_what_it_says(folder: Path) -> None:
    mine = make_title("Toys", year=1996, genres=["Comedy"])
    ExternalId.objects.create(title=mine, source="imdb", value="tt0114709")
    empty = make_title("La Cité des enfants perdus", year=None)
    ExternalId.objects.create(title=empty, source="tmdb_movie", value="902")
    counts = run(folder)
    assert counts["titles"] == {
        "read": 3,
        "created": 1,
        "changed": 2,
        "unchanged": 0,
        "rejected": 0,
        "skipped": 0,
    }
    mine.refresh_from_db()
    assert (mine.name, mine.year) == ("Toys", 1996)
    assert [str(genre) for genre in mine.genres.all()] == ["Comedy"]
    assert list(mine.alternative_titles.values_list("name", flat=True)) == ["Toy Story"]
    assert TitleTotals.objects.get(title=mine).vote_count == 2
    empty.refresh_from_db()
    assert empty.year == 1995
    assert empty.genres.count() == 2
    assert list(empty.alternative_titles.values_list("name", flat=True)) == ["The City of Lost Children"]
    assert run(folder)["titles"]["unchanged"] == 3


def test_a_genre_known_under_our_name_is_used(folder: Path) -> None:
    drama = make_genre("Drama")
    Genre.objects.create(name="Sci-fi", slug="science-fiction")
    run(folder)
    assert Genre.objects.filter(slug="science-fiction").count() == 1
    assert drama.titlegenre_set.count() == 1


def test_every_bad_row_is_named_with_its_reason_and_the_rest_goes_in(tmp_path: Path) -> None:
    write(
        tmp_path,
        movies=MOVIES
        + "x,No Number (1990),Drama\n60,(1990),Drama\n61,Too Early (1066),Drama\n1,Toy Story again,Drama\n",
        links=LINKS + "60,1,2\n1,0114709,863\n29,0114709,\n50,,862\n50,tt7,abc\n",
        ratings=RATINGS
        + "1,50,3.3,1217895807\n1,50,6,1217895807\n1,999,3,1217895807\n1,50,3,soon\n1,50,3,99999999999\n"
        + "x,50,3,1217895807\n2,1,3,1217895809\n2,50\n3,50,3,1217895809\n",
    )
    counts = run(tmp_path)
    assert sorted(reasons()) == [
        ("links.csv", 7, "imdb tt0114709 belongs to 1 already"),
        ("links.csv", 8, "tmdb_movie 862 belongs to 1 already"),
        ("links.csv", 9, "“abc” is not an id (tmdb_movie)"),
        ("movies.csv", 5, "“x” is not a movieId"),
        ("movies.csv", 6, "a title has 1 to 300 characters"),
        ("movies.csv", 7, "1066 is not the year of a film"),
        ("movies.csv", 8, "1 came before in this file"),
        ("ratings.csv", 5, "“3.3” is not half a star to five stars"),
        ("ratings.csv", 6, "“6” is not half a star to five stars"),
        ("ratings.csv", 7, "no film or season here has the id 999"),
        ("ratings.csv", 8, "“soon” is not the time of a vote in seconds since 1970"),
        ("ratings.csv", 9, "“99999999999” is not the time of a vote in seconds since 1970"),
        ("ratings.csv", 10, "“x” and “50” must be a userId and a movieId"),
        ("ratings.csv", 11, "a second vote of this member for this title; the first is in line 4"),
        ("ratings.csv", 12, "2 columns where the heading has 4"),
    ]
    assert counts["titles"]["created"] == 3
    assert counts["votes"]["created"] == 4
    assert counts["rejected"] == 15
    assert find_differences() == []


def test_a_title_with_a_comma_and_no_quotes_is_put_together_again(tmp_path: Path) -> None:
    write(
        tmp_path, movies="movieId,title,genres\n7,Awesome, I Shot That! (2006)\n", ratings=RATINGS[:31] + "\n"
    )
    run(tmp_path)
    title = Title.objects.get()
    assert (title.name, title.year, title.genres.count()) == ("Awesome, I Shot That!", 2006, 0)


def test_a_show_of_that_id_is_not_given_a_films_votes(folder: Path) -> None:
    show = make_title("Toy Story", kind=TitleKind.SHOW)
    ExternalId.objects.create(title=show, source="imdb", value="tt0114709")
    counts = run(folder)
    assert ("movies.csv", 2, f"the catalogue has this as a show (title {show.pk})") in reasons()
    assert counts["votes"] == {
        "read": 3,
        "created": 1,
        "changed": 0,
        "unchanged": 0,
        "rejected": 2,
        "skipped": 0,
    }
    assert run(folder)["titles"]["created"] == 0


def test_two_rows_that_lead_to_one_film_do_not_share_its_votes(tmp_path: Path) -> None:
    known = make_title("Known")
    ExternalId.objects.create(title=known, source="imdb", value="tt0000001")
    ExternalId.objects.create(title=known, source="tmdb_movie", value="2")
    write(
        tmp_path,
        movies="movieId,title,genres\n1,Known (1990),Drama\n2,Other (1991),Drama\n",
        links="movieId,imdbId,tmdbId\n1,1,\n2,,2\n",
    )
    counts = run(tmp_path)
    assert (counts["titles"]["created"], counts["titles"]["changed"]) == (1, 1)
    assert reasons()[0] == ("links.csv", 3, f"tmdb_movie 2 belongs to another entry (title {known.pk})")
    assert run(tmp_path)["titles"]["created"] == 0


def test_a_real_member_never_gets_the_votes_of_an_import(folder: Path) -> None:
    member = make_member("ml-1")
    lookalike = make_member("ML2")
    counts = run(folder)
    assert not Vote.objects.filter(member__in=[member, lookalike]).exists()
    assert counts["members"]["rejected"] == 2
    assert counts["votes"]["rejected"] == 3
    assert reasons()[0][2] == "a real member has the name for user 1"


def test_a_newer_value_in_the_file_changes_the_vote_and_an_older_one_does_not(tmp_path: Path) -> None:
    run(write(tmp_path))
    newer = RATINGS.replace("1,1,4.0,1217897793", "1,1,2.0,1217897794").replace(
        "2,1,5,1217895808", "2,1,1,1217895000"
    )
    counts = run(write(tmp_path, ratings=newer))
    assert (counts["votes"]["changed"], counts["votes"]["unchanged"]) == (1, 2)
    assert set(Vote.objects.filter(title__name="Toy Story").values_list("value", flat=True)) == {4, 10}
    assert find_differences() == []


def test_a_missing_file_ends_with_what_to_do_and_without_a_job(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"movies\.csv cannot be read"):
        call_command("import_titles", "movielens", str(tmp_path), verbosity=0)
    assert not Job.objects.exists()


def test_a_wrong_file_is_told_before_anything_is_stored(tmp_path: Path) -> None:
    write(tmp_path, ratings="user,movie\n1,1\n")
    with pytest.raises(CommandError, match="no column userId"):
        call_command("import_titles", "movielens", str(tmp_path), verbosity=0)
    assert not Job.objects.exists()
    assert not Title.objects.exists()
