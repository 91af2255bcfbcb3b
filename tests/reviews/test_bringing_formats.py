"""What the readers of each source make of its files; nothing here touches the database."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reviews.bringing.base import Intake, Row, Unreadable
from reviews.bringing.reading import read, source_of
from tests.reviews.bringing_files import (
    DIARY,
    IMDB_BEFORE_2017,
    IMDB_LIST,
    IMDB_RATINGS,
    MOVIELENS,
    RATINGS,
    REVIEWS,
    TMDB,
    TRAKT_CSV,
    WATCHED,
    as_json,
    letterboxd_list,
    packed,
    rows_of,
    table,
    trakt_movie,
)

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def intake() -> Intake:
    return Intake(now=NOW)


def rows(content: bytes, name: str = "file.csv", into: Intake | None = None) -> list[Row]:
    return list(read(name, content, into or intake()))


def refused(found: list[Row]) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in found if row.reason]


# --- Letterboxd -------------------------------------------------------------------------------------------


def letterboxd_zip() -> bytes:
    return packed(
        {
            "profile.csv": "Date Joined,Username\n2010-01-01,alice\n",
            "ratings.csv": table(
                RATINGS,
                ["2020-01-02", "Heat", "1995", "https://boxd.it/7lcA", "4.5"],
                ["2020-01-02", "Ran", "1985", "https://boxd.it/7lcB", "5"],
            ),
            "diary.csv": table(
                DIARY,
                [
                    "2020-01-02",
                    "Heat",
                    "1995",
                    "https://boxd.it/aEh4",
                    "4",
                    "",
                    "cinema, with Bob",
                    "2020-01-01",
                ],
                ["2021-01-02", "Heat", "1995", "https://boxd.it/aEh5", "4.5", "Yes", "", "2021-01-01"],
                ["2021-03-02", "Alien", "1979", "https://boxd.it/aEh6", "3.5", "", "", "2021-03-01"],
            ),
            "reviews.csv": table(
                REVIEWS,
                [
                    "2020-01-03",
                    "Heat",
                    "1995",
                    "u",
                    "4",
                    "",
                    "Cool, <i>blue</i>.\nAnd long.",
                    "",
                    "2020-01-01",
                ],
            ),
            "watched.csv": table(
                WATCHED,
                ["2020-01-01", "Heat", "1995", "u"],
                ["2020-01-01", "Ran", "1985", "u"],
                ["2020-01-01", "Tampopo", "1985", "u"],
            ),
            "watchlist.csv": table(WATCHED, ["2022-02-02", "Stalker", "1979", "u"]),
            "comments.csv": "Date,Content,Comment\n2020-01-01,u,Nice\n2020-01-01,u,Indeed\n",
            "likes/films.csv": table(WATCHED, ["2022-02-02", "Ran", "1985", "u"]),
            "likes/reviews.csv": "Date,Content\n2020-01-01,u\n",
            "lists/slow-ones.csv": letterboxd_list(
                "Slow ones",
                ["1", "Stalker", "1979", "u", "The zone,\nat dusk"],
                ["2", "Ran", "1985", "u", ""],
                description="Take\nyour time",
            ),
            "deleted/diary.csv": table(DIARY, ["2020-01-02", "Gone", "1995", "u", "4", "", "", "2020-01-01"]),
            "orphaned/reviews.csv": table(REVIEWS),
        }
    )


def test_an_export_of_letterboxd_is_read_whole() -> None:
    into = intake()
    found = rows(letterboxd_zip(), "letterboxd-alice.zip", into)
    assert not refused(found)
    votes = {row.named["name"]: row.data for row in rows_of("vote", found)}
    # Ratings say the vote; what only the diary knows is one, too.
    assert {name: data["value"] for name, data in votes.items()} == {"Heat": 9, "Ran": 10, "Alien": 7}
    assert votes["Heat"]["at"] == "2020-01-02T12:00:00+00:00"
    viewings = [(row.named["name"], row.data["seen_on"]) for row in rows_of("viewing", found)]
    assert viewings == [
        ("Heat", "2020-01-01"),
        ("Heat", "2021-01-01"),
        ("Alien", "2021-03-01"),
        ("Tampopo", None),
    ]
    first, second, *_ = rows_of("viewing", found)
    assert first.data["tags"] == ["cinema", "with Bob"]
    assert (first.data["value"], second.data["value"], second.data["is_rewatch"]) == (8, 9, True)
    (review,) = rows_of("review", found)
    assert review.data["body"] == "Cool, *blue*.\nAnd long."
    assert review.data["verdict"] == 8
    assert [row.named["name"] for row in rows_of("watchlist", found)] == ["Stalker"]
    entries = [
        (row.data["list"], row.named["name"], row.data.get("note", ""))
        for row in rows_of("list_entry", found)
    ]
    assert entries == [
        ("likes", "Ran", ""),
        ("lists/slow-ones.csv", "Stalker", "The zone,\nat dusk"),
        ("lists/slow-ones.csv", "Ran", ""),
    ]
    assert into.lists["lists/slow-ones.csv"]["description"] == "Take\nyour time"
    assert into.lists["lists/slow-ones.csv"]["tags"] == ["slow", "blue"]
    assert into.lists["likes"]["audience"] == "me"
    noted = {(note["kind"], note["file"], note.get("rows")) for note in into.notes}
    assert noted == {
        ("not_taken", "profile.csv", 1),
        ("not_taken", "comments.csv", 2),
        ("not_taken", "likes/reviews.csv", 1),
        ("leftover", "deleted/diary.csv", None),
        ("leftover", "orphaned/reviews.csv", None),
    }
    assert ("3.5", 7) in into.scale


def test_a_diary_alone_gives_the_newest_stars_as_the_vote() -> None:
    found = rows(
        table(
            DIARY,
            ["2021-01-02", "Heat", "1995", "u", "2", "Yes", "", "2021-01-01"],
            ["2020-01-02", "Heat", "1995", "u", "4", "", "", "2020-01-01"],
        ),
        "diary.csv",
    )
    (vote,) = rows_of("vote", found)
    assert (vote.data["value"], vote.data["at"]) == (4, "2021-01-01T12:00:00+00:00")
    assert len(rows_of("viewing", found)) == 2


def test_titles_are_never_joined_by_the_address_of_an_entry() -> None:
    found = rows(
        packed(
            {
                "ratings.csv": table(RATINGS, ["2020-01-02", "Heat", "1995", "https://boxd.it/1", "4"]),
                "diary.csv": table(
                    DIARY, ["2020-01-02", "Ran", "1985", "https://boxd.it/1", "5", "", "", "2020-01-01"]
                ),
            }
        )
    )
    assert {row.named["name"]: row.data["value"] for row in rows_of("vote", found)} == {"Heat": 8, "Ran": 10}


def test_the_format_that_letterboxd_imports_is_read_with_its_ids() -> None:
    heading = (
        "LetterboxdURI,tmdbID,imdbID,Title,Year,Directors,Rating,Rating10,WatchedDate,Rewatch,Tags,Review"
    )
    found = rows(
        table(
            heading,
            ["", "949", "tt0113277", "Heat", "1995", "M", "", "9", "2020-01-01", "true", "a", "Good."],
        )
    )
    assert {row.kind for row in found} == {"vote", "viewing", "review"}
    assert found[0].named == {"name": "Heat", "year": 1995, "imdb": "tt0113277", "tmdb": 949}
    assert rows_of("vote", found)[0].data["value"] == 9


def test_a_file_that_may_be_two_things_is_asked_to_have_its_name_back() -> None:
    with pytest.raises(Unreadable, match="which"):
        rows(table(WATCHED, ["2020-01-01", "Heat", "1995", "u"]), "export.csv")


# --- IMDb -------------------------------------------------------------------------------------------------


def test_ratings_of_imdb_are_read_whatever_the_title_type_is_called() -> None:
    found = rows(
        table(
            IMDB_RATINGS,
            {"Const": "tt0113277", "Your Rating": "7", "Date Rated": "2020-05-01", "Title": "Heat", "Year": "1995",
             "Title Type": "Movie"},
            {"Const": "tt0306414", "Your Rating": "9", "Title": "The Wire", "Title Type": "TV Series"},
            {"Const": "tt0749451", "Your Rating": "9", "Title": "The Target", "Title Type": "tvEpisode"},
            {"Const": "tt7366338", "Your Rating": "9", "Title": "Chernobyl", "Title Type": "TV Mini Series"},
            {"Const": "tt1", "Your Rating": "3", "Title": "Doom", "Title Type": "Video Game"},
            {"Const": "tt2", "Your Rating": "11", "Title": "Bad", "Title Type": "movie"},
            {"Const": "tt3", "Your Rating": "", "Title": "Unrated", "Title Type": "movie"},
        )
    )  # fmt: skip
    assert [(row.named["imdb"], row.data["value"]) for row in rows_of("vote", found)] == [
        ("tt0113277", 7),
        ("tt7366338", 9),
    ]
    assert [reason for _, reason in refused(found)] == [
        "show",
        "episode",
        "not_here|Video Game",
        "rating|11",
        "no_rating",
    ]


def test_ratings_of_imdb_without_the_original_title_are_read() -> None:
    heading = IMDB_RATINGS.replace(",Original Title", "")
    found = rows(table(heading, {"Const": "tt0113277", "Your Rating": "10", "Title": "Heat"}))
    assert rows_of("vote", found)[0].data["value"] == 10


def test_a_watchlist_and_a_list_of_imdb_are_told_by_the_name_of_the_file() -> None:
    line = {"Position": "1", "Const": "tt0113277", "Created": "2020-05-01", "Title": "Heat", "Description": "Soon",
            "Your Rating": "8", "Date Rated": "2021-01-01"}  # fmt: skip
    watchlist = rows(table(IMDB_LIST, line), "WATCHLIST.csv")
    assert [(row.kind, row.data.get("value")) for row in watchlist] == [("watchlist", None), ("vote", 8)]
    into = intake()
    (entry, _vote) = rows(table(IMDB_LIST, line), "Heists.csv", into)
    assert (entry.kind, entry.data["note"], into.lists["Heists.csv"]["name"]) == (
        "list_entry",
        "Soon",
        "Heists",
    )


def test_a_list_of_imdb_of_before_2017_is_read() -> None:
    line = {"position": "1", "const": "tt0113277", "created": "Sat Jan 14 00:00:00 2012", "Title": "Heat",
            "Title type": "Feature Film", "You rated": "8"}  # fmt: skip
    entry, vote = rows(table(IMDB_BEFORE_2017, line), "old.csv")
    assert (entry.data["at"], vote.data["value"]) == ("2012-01-14T00:00:00+00:00", 8)


def test_ratings_of_imdb_of_before_2017_are_votes_of_their_day_and_no_list() -> None:
    into = intake()
    lines = [
        {"position": "1", "const": "tt0113277", "created": "Mon Jan  5 00:00:00 2015", "Title": "Heat",
         "Title type": "Feature Film", "You rated": "8", "Year": "1995"},
        {"position": "2", "const": "tt0118849", "created": "Tue Jan  6 00:00:00 2015", "Title": "Unrated",
         "Title type": "Feature Film"},
    ]  # fmt: skip
    found = rows(table(IMDB_BEFORE_2017, *lines), "ratings (1).csv", into)
    (vote,) = [row for row in found if not row.reason]
    assert (vote.kind, vote.data) == ("vote", {"value": 8, "at": "2015-01-05T00:00:00+00:00"})
    assert (refused(found), into.lists) == ([(3, "no_rating")], {})


def test_ratings_in_a_list_of_imdb_of_before_2017_have_no_day_of_their_own() -> None:
    line = {"position": "1", "const": "tt0113277", "created": "Mon Jan  5 00:00:00 2015", "Title": "Heat",
            "You rated": "8"}  # fmt: skip
    _entry, vote = rows(table(IMDB_BEFORE_2017, line), "Heists.csv")
    assert vote.data == {"value": 8, "at": None}


# --- Trakt, TMDB, MovieLens ------------------------------------------------------------------------------


def test_an_export_of_trakt_is_read_with_its_seasons_and_lists() -> None:
    heat = trakt_movie("Heat", 1995, imdb="tt0113277", tmdb=949)
    wire = {"title": "The Wire", "year": 2002, "ids": {"trakt": 2, "imdb": "tt0306414", "tmdb": 1438}}
    into = intake()
    found = rows(
        packed(
            {
                "ratings-movies.json": [
                    {"rated_at": "2020-05-01T10:00:00.000Z", "rating": 7, "type": "movie", "movie": heat},
                    {"rated_at": "2020-05-01T10:00:00.000Z", "rating": 11, "type": "movie", "movie": heat},
                ],
                "ratings-shows.json": [{"rated_at": "2020-05-01T10:00:00.000Z", "rating": 9, "show": wire}],
                "ratings-seasons.json": [
                    {
                        "rated_at": "2020-05-01T10:00:00.000Z",
                        "rating": 9,
                        "season": {"number": 4},
                        "show": wire,
                    }
                ],
                "ratings-episodes.json": [
                    {
                        "rated_at": "2020-05-01T10:00:00.000Z",
                        "rating": 9,
                        "episode": {"number": 1},
                        "show": wire,
                    }
                ],
                "watched-movies.json": [
                    {"plays": 2, "last_watched_at": "2020-04-30T22:00:00.000Z", "movie": heat}
                ],
                "lists-watchlist.json": [{"rank": 1, "listed_at": "2020-01-01T00:00:00Z", "show": wire}],
                "lists-lists.json": [
                    {
                        "name": "Heists",
                        "description": "Cool",
                        "privacy": "public",
                        "ids": {"trakt": 77, "slug": "h"},
                    }
                ],
                "lists-list-77-heists.json": [{"rank": 1, "notes": "The best", "movie": heat}],
                "collection-movies.json": [{"collected_at": "2020-01-01T00:00:00Z", "movie": heat}],
            }
        ),
        "trakt.zip",
        into,
    )
    votes = rows_of("vote", found)
    assert [(row.named["kind"], row.named.get("season"), row.data["value"]) for row in votes] == [
        ("film", None, 7),
        ("season", 4, 9),
    ]
    assert sorted(reason for _, reason in refused(found)) == ["episode", "rating|11", "show"]
    assert rows_of("viewing", found)[0].data["seen_on"] == "2020-04-30"
    assert rows_of("watchlist", found)[0].named["kind"] == "show"
    assert into.lists["lists-list-77-heists.json"]["name"] == "Heists"
    assert into.lists["lists-list-77-heists.json"]["audience"] == "everyone"
    assert {note["file"] for note in into.notes} == {"collection-movies.json"}


def test_a_single_file_of_trakt_is_known_by_what_stands_in_it() -> None:
    content = as_json([{"rated_at": "2020-05-01T10:00:00Z", "rating": 7, "movie": trakt_movie("Heat", 1995)}])
    assert source_of("export (1).json", content) == "trakt"
    assert rows_of("vote", rows(content, "export (1).json"))[0].data["value"] == 7


def test_ratings_of_trakt_as_csv_are_read() -> None:
    found = rows(
        table(
            TRAKT_CSV,
            {"rated_at": "2020-05-01T10:00:00Z", "type": "movie", "title": "Heat", "year": "1995", "rating": "7",
             "imdb_id": "tt0113277", "trakt_id": "1"},
            {"type": "season", "title": "The Wire", "season_number": "4", "rating": "9", "trakt_id": "2"},
            {"type": "episode", "title": "The Wire", "season_number": "4", "episode_number": "1", "rating": "9"},
            {"type": "show", "title": "The Wire", "rating": "9"},
        )
    )  # fmt: skip
    assert [row.named.get("season") for row in rows_of("vote", found)] == [None, 4]
    assert [reason for _, reason in refused(found)] == ["episode", "show"]


def test_an_account_of_tmdb_is_read_with_half_points_rounded_up() -> None:
    into = intake()
    found = rows(
        table(
            TMDB,
            ["949", "tt0113277", "movie", "Heat", "1995-12-15", "", "", "7.9", "7.5", "2020-05-01T10:00:00Z"],
            ["1438", "", "tv", "The Wire", "2002-06-02", "4", "", "8", "9", "2020-05-01T10:00:00Z"],
            ["1438", "", "tv", "The Wire", "2002-06-02", "", "", "8", "9", "2020-05-01T10:00:00Z"],
            ["1438", "", "tv", "The Wire", "2002-06-02", "4", "1", "8", "9", "2020-05-01T10:00:00Z"],
        ),
        into=into,
    )
    assert [(row.named["tmdb"], row.data["value"]) for row in rows_of("vote", found)] == [(949, 8), (1438, 9)]
    assert [reason for _, reason in refused(found)] == ["show", "episode"]
    assert ("7.5", 8) in into.scale


def test_an_account_of_movielens_is_read_with_its_bare_ids() -> None:
    found = rows(table(MOVIELENS, ["6", "113277", "949", "4.5", "3.9", "Matrix, The (1999)"]))
    assert found[0].named == {
        "imdb": "tt0113277",
        "tmdb": 949,
        "movielens": 6,
        "name": "The Matrix",
        "year": 1999,
        "kind": "film",
    }
    assert found[0].data == {"value": 9, "at": None}


# --- Tables of one's own ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        ("Titel,Jaar,Stem,Datum", ["Heat", "1995", "4,5", "31-12-2019"]),
        ("Title,Year,Rating,Date", ["Heat", "1995", "4.5", "2019-12-31"]),
        ("Title,Rating,Date Rated", ["Heat (1995)", "4.5", "2019-12-31 00:00:00"]),
        ("imdbID,Title,Year,Rating,WatchedOn,Date", ["", "Heat", "1995", "4.5", "", "31/12/2019"]),
        ("Film,Jaar,Rating,Mijn stem,Datum", ["Heat", "1995", "1", "4.5", "12/31/2019"]),
        ("title,year,userRating,date", ["Heat", "1995", "9", "2019-12-31"]),
    ],
)
def test_a_table_of_ones_own_is_read_by_the_names_of_its_columns(heading: str, line: list[str]) -> None:
    content = table(heading, line)
    assert source_of("x.csv", content) == "plain"
    (vote,) = rows(content)
    assert (vote.kind, vote.named, vote.data["value"]) == ("vote", {"name": "Heat", "year": 1995}, 9)
    assert vote.data["at"][:10] == "2019-12-31"
    assert rows(content.replace(b'"4,5"', b"4.5").replace(b",", b";"))[0].data == vote.data


@pytest.mark.parametrize(
    ("stars", "best", "values"),
    [
        (["8", "4", "10"], 10, [8, 4, 10]),
        (["7.5", "3"], 10, [8, 3]),
        (["3.5", "4"], 5, [7, 8]),
        (["5", "3"], 5, [10, 6]),
        # What is of no scale tells nothing of it.
        (["85", "4"], 5, [8]),
    ],
)
def test_the_stars_of_a_table_say_themselves_of_how_many_they_are(
    stars: list[str], best: int, values: list[int]
) -> None:
    into = intake()
    found = rows(
        table("Title,Rating", *([f"Film {number}", one] for number, one in enumerate(stars))), into=into
    )
    assert (into.best, [row.data["value"] for row in rows_of("vote", found)]) == (best, values)


def test_what_letterboxd_imports_is_read_from_whichever_of_its_columns_there_are() -> None:
    into = intake()
    heading = "tmdbID,imdbID,Title,Rating,Directors,Review"
    found = rows(table(heading, ["949", "tt0113277", "Heat", "4.5", "M", "<i>Good</i>."]), into=into)
    assert [(row.kind, row.named.get("imdb"), row.named.get("tmdb")) for row in found] == [
        ("vote", "tt0113277", 949),
        ("review", "tt0113277", 949),
    ]
    assert found[1].data["body"] == "*Good*."
    assert [note["columns"] for note in into.notes] == [["directors"]]


def test_what_movary_exports_is_read() -> None:
    seen = "title,year,tmdbId,imdbId,watchedAt,comment,location"
    found = rows(
        packed(
            {
                "history.csv": table(
                    seen, ["Heat", "1995", "949", "tt0113277", "2020-01-01", "Cool", "Home"]
                ),
                "ratings.csv": table("title,year,tmdbId,imdbId,userRating", ["Heat", "1995", "949", "", "3"]),
                "watchlist.csv": table(
                    "title,year,tmdbId,imdbId,addedAt", ["Ran", "1985", "", "", "2020-01-01"]
                ),
            }
        ),
        "movary.zip",
    )
    assert {row.kind: row.named["name"] for row in found} == {
        "viewing": "Heat",
        "vote": "Heat",
        "watchlist": "Ran",
    }
    (viewing,) = rows_of("viewing", found)
    assert (viewing.data["note"], viewing.data["place"]) == ("Cool", "Home")
    assert rows_of("vote", found)[0].data["value"] == 3


def test_what_neodb_exports_is_read() -> None:
    heading = "title,info,links,timestamp,status,rating,comment,tags"
    into = intake()
    link, then = "https://www.imdb.com/title/tt0113277/", "2020-01-01T00:00:00+00:00"
    found = rows(
        table(
            heading,
            ["Heat", "", link, then, "complete", "4", "", ""],
            ["Ran", "", "", then, "wishlist", "", "", ""],
        ),
        into=into,
    )
    assert [(row.kind, row.named["name"]) for row in found] == [
        ("vote", "Heat"),
        ("viewing", "Heat"),
        ("watchlist", "Ran"),
    ]
    assert (found[0].named["imdb"], found[0].data) == ("tt0113277", {"value": 4, "at": then})


def test_lines_of_a_table_that_say_nothing_are_refused_one_by_one() -> None:
    found = rows(
        table(
            "Title,Year,Rating,Date",
            ["Heat", "1995", "", ""],
            ["", "", "4", ""],
            ["Ran", "1985", "4", "soon"],
        )
    )
    assert refused(found) == [(2, "no_rating"), (3, "nameless"), (4, "date|soon")]


def test_a_data_set_of_movielens_is_refused_with_what_to_send_instead() -> None:
    content = b"userId,movieId,rating,timestamp\n1,6,4.5,1260759144\n"
    for sent in (
        content,
        packed({"ml-latest-small/ratings.csv": content, "ml/movies.csv": "movieId,title,genres\n"}),
    ):
        with pytest.raises(Unreadable, match="data_set"):
            source_of("ratings.csv", sent)


# --- Values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stars", "value"), [("0.5", 1), ("3.5", 7), ("5", 10), ("4,5", 9), ("", None), ("0", None)]
)
def test_stars_of_letterboxd_are_half_stars_here(stars: str, value: int | None) -> None:
    assert intake().stars(stars, best=5) == value


@pytest.mark.parametrize(
    "stars", ["11", "5.5", "-1", "NaN", "Infinity", "1e400", "0.3", "four", "9" * 5000, "٣", True]
)
def test_what_is_no_rating_is_refused(stars: Any) -> None:
    content = table(
        RATINGS, ["2020-01-02", "Heat", "1995", "u", str(stars)], ["2020-01-02", "Ran", "1985", "u", "3"]
    )
    found = rows(content, "ratings.csv")
    if stars == "٣":
        # Digits of another script are digits.
        assert [row.data["value"] for row in rows_of("vote", found)] == [6, 6]
    else:
        assert [row.named["name"] for row in rows_of("vote", found)] == ["Ran"]
        assert [line for line, _ in refused(found)] == [2]


@pytest.mark.parametrize("year", ["99999", "1066", "19x5", "-1995"])
def test_a_year_that_cannot_be_is_refused(year: str) -> None:
    found = rows(table(RATINGS, ["2020-01-02", "Heat", year, "u", "4"]), "ratings.csv")
    assert refused(found) == [(2, f"year|{year}")]


@pytest.mark.parametrize("day", ["2020-13-01", "yesterday", "99999-01-01", "0000-00-00", "2020-02-30"])
def test_a_day_that_cannot_be_is_refused(day: str) -> None:
    found = rows(table(RATINGS, [day, "Heat", "1995", "u", "4"]), "ratings.csv")
    assert [reason.split("|")[0] for _, reason in refused(found)] == ["date"]


def test_a_moment_that_has_not_come_becomes_now_and_a_viewing_of_the_future_is_refused() -> None:
    assert intake().moment("2027-01-01") == NOW.isoformat()
    found = rows(table(DIARY, ["2020-01-01", "Heat", "1995", "u", "4", "", "", "2026-09-01"]), "diary.csv")
    assert [reason for _, reason in refused(found)] == ["date|2026-09-01"]


def test_columns_that_nobody_knows_are_named() -> None:
    into = intake()
    rows(
        table(RATINGS + ",Mood,Popcorn", ["2020-01-02", "Heat", "1995", "u", "4", "x", "y"]),
        "ratings.csv",
        into,
    )
    assert into.notes == [
        {"kind": "columns", "file": "ratings.csv", "columns": ["mood", "popcorn"], "more": 0}
    ]
