"""Imports of members from the file to the rows and back: matched, written, written again, undone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import ExternalId, Title, TitleKind
from films.services.search_names import refresh_search_names
from reviews.bringing.base import Unreadable
from reviews.bringing.wording import say
from reviews.models import (
    Case,
    Conflicts,
    Correction,
    DelayedFlagging,
    DelayedScreening,
    FlagRule,
    ImportFile,
    ImportRow,
    ImportState,
    KnownText,
    ListEntry,
    MemberImport,
    Notification,
    PastVote,
    Review,
    TitleList,
    Translation,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.services import bringing_in
from reviews.services.bringing_in.batches import write_by_title
from reviews.services.bringing_in.leasing import MOST_ATTEMPTS, Claim
from reviews.services.bringing_in.lists import LISTS
from reviews.services.bringing_in.starting import MOST_OPEN
from reviews.services.publishing import edit_review
from reviews.services.recounting import find_differences
from reviews.services.screening_later import screen_delayed
from reviews.services.voting import cast_vote
from reviews.taking_out.schema import FORMAT, VERSION
from tests.factories import make_member, make_review, make_season, make_title, make_vote
from tests.reviews.bringing_files import (
    DIARY,
    IMDB_RATINGS,
    MOVIELENS,
    RATINGS,
    REVIEWS,
    WATCHED,
    as_json,
    letterboxd_list,
    packed,
    table,
    trakt_movie,
)

pytestmark = pytest.mark.django_db


# Sixty words of our own, long enough to be recognised.
PASSAGE = (
    "Two children share one pair of worn shoes and a secret that grows heavier each day. He runs home from school so "
    "that she can run to hers, and the alleys between them become the longest race in the city. When a real race is "
    "announced, with new shoes as its third prize, he decides that he must not win, must not lose, but come in third."
)


def bring(member: Member, content: bytes, name: str = "ratings.csv") -> MemberImport:
    """Send a file and let it be read."""
    row = bringing_in.start_import(member=member, name=name, content=content)
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    return row


def take_over(member: Member, content: bytes, name: str = "ratings.csv", **how: Any) -> MemberImport:
    """Send a file, let it be read, and take over what it says."""
    row = bring(member, content, name)
    assert row.state == ImportState.PREVIEW, row.error
    assert bringing_in.order_commit(row, **how)
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.DONE, row.error
    assert find_differences() == []
    return row


def undo(row: MemberImport) -> MemberImport:
    assert bringing_in.order_undo(row)
    bringing_in.undo_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.UNDONE, row.error
    assert find_differences() == []
    return row


def found(*titles: Title) -> None:
    refresh_search_names(title_ids=[title.pk for title in titles])


def outcomes(row: MemberImport) -> dict[str, dict[str, int]]:
    return dict(row.counts["written"])


@pytest.fixture
def heat(db: None) -> Title:
    heat = make_title("Heat", year=1995)
    found(heat)
    return heat


@pytest.fixture
def ran(db: None) -> Title:
    ran = make_title("Ran", year=1985)
    found(ran)
    return ran


HEAT = ["2020-01-02", "Heat", "1995", "u", "4.5"]
RAN = ["2020-01-02", "Ran", "1985", "u", "5"]


def matches(row: MemberImport) -> dict[str, tuple[str, str | None]]:
    rows = ImportRow.objects.filter(of=row).select_related("title")
    return {str(one.named.get("name")): (one.match, one.title and str(one.title)) for one in rows}


# --- Finding titles ---------------------------------------------------------------------------------------


def test_nothing_is_written_before_the_order(alice: Member, heat: Title) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    assert row.state == ImportState.PREVIEW
    assert row.counts["scale"] == [["4.5", 9]]
    assert not Vote.objects.exists()
    assert not ImportFile.objects.exists()


def test_an_id_of_imdb_finds_a_title_whatever_it_is_called(alice: Member, heat: Title) -> None:
    ExternalId.objects.create(title=heat, source="imdb", value="tt0113277")
    row = bring(alice, table(IMDB_RATINGS, {"Const": "tt0113277", "Your Rating": "7", "Title": "Fuego"}))
    assert matches(row) == {"Fuego": ("sure", "Heat (1995)")}


def test_an_id_comes_before_a_name(alice: Member, heat: Title) -> None:
    other = make_title("Heat", year=1995, original_name="Heat (Remake)")
    found(other)
    ExternalId.objects.create(title=other, source="tmdb_movie", value="12")
    content = as_json(
        [{"rating": 7, "rated_at": "2020-01-01T00:00:00Z", "movie": trakt_movie("Heat", 1995, tmdb=12)}]
    )
    bring(alice, content, "ratings-movies.json")
    assert ImportRow.objects.get().title == other


@pytest.mark.parametrize(
    ("named", "year", "match"),
    [
        ("heat", "1995", "sure"),
        ("HÉAT", "1995", "sure"),
        ("Heat", "1996", "unsure"),
        ("Heat", "1994", "unsure"),
        ("Heat", "", "unsure"),
        ("Heat", "1993", "unsure"),
        ("Heat", "1998", "missing"),
        ("Heat", "1986", "missing"),
        ("Heaat", "1995", "unsure"),
        ("Haet", "1995", "unsure"),
        ("Hea", "1995", "missing"),
        ("Haet", "1998", "missing"),
        ("Nothing of the kind", "1995", "missing"),
    ],
)
def test_a_name_and_a_year_find_a_title(
    alice: Member, heat: Title, named: str, year: str, match: str
) -> None:
    bring(alice, table(RATINGS, ["2020-01-02", named, year, "u", "4"]))
    row = ImportRow.objects.get()
    assert row.match == match
    assert row.candidates == ([heat.pk] if match == "unsure" else [])
    assert row.title == (heat if match == "sure" else None)


@pytest.mark.parametrize(
    ("named", "year", "meant"),
    [
        ("Alein", "1979", "Alien"),
        ("Vertgio", "1958", "Vertigo"),
        ("Vertgio", "1960", "Vertigo"),
        ("Verrtigo", "", "Vertigo"),
        ("Casablanca", "1940", "Casablanca"),
        ("Csablanca", "1942", "Casablanca"),
        ("The Fanfare of Wistling", "1962", "The Fanfare of Whistling"),
    ],
)
def test_a_slip_of_the_fingers_finds_what_is_meant(alice: Member, named: str, year: str, meant: str) -> None:
    titles = [
        make_title(name, year=made)
        for name, made in (
            ("Alien", 1979), ("Vertigo", 1958), ("Casablanca", 1942), ("The Fanfare of Whistling", 1962)
        )
    ]  # fmt: skip
    found(*titles)
    bring(alice, table(RATINGS, ["2020-01-02", named, year, "u", "4"]))
    row = ImportRow.objects.get()
    (offered,) = row.candidates
    assert (row.match, Title.objects.get(pk=offered).name) == ("unsure", meant)


def test_two_films_of_one_name_and_year_are_for_the_member_to_tell_apart(alice: Member, heat: Title) -> None:
    twin = make_title("Heat", year=1995)
    found(twin)
    bring(alice, table(RATINGS, HEAT))
    row = ImportRow.objects.get()
    assert (row.match, set(row.candidates)) == ("unsure", {heat.pk, twin.pk})


def test_an_alternative_name_finds_a_title(alice: Member) -> None:
    found(make_title("Sen to Chihiro", year=2001, alternatives={"Spirited Away": "en"}))
    row = bring(alice, table(RATINGS, ["2020-01-02", "Spirited Away", "2001", "u", "4"]))
    assert matches(row)["Spirited Away"][0] == "sure"


def test_the_id_of_a_duplicate_leads_to_the_title_that_stands(alice: Member, heat: Title) -> None:
    duplicate = make_title("Heat!", merged_into=heat)
    ExternalId.objects.create(title=duplicate, source="imdb", value="tt0113277")
    bring(alice, table(IMDB_RATINGS, {"Const": "tt0113277", "Your Rating": "7", "Title": "Heat!"}))
    assert ImportRow.objects.get().title == heat


def test_a_season_is_found_by_its_show_and_number(alice: Member) -> None:
    wire = make_title("The Wire", kind=TitleKind.SHOW, year=2002)
    season = make_season(wire, 4)
    found(wire)
    ExternalId.objects.create(title=wire, source="tmdb_tv", value="1438")
    show = {"title": "The Wire", "year": 2002, "ids": {"tmdb": 1438}}
    rated = {"rating": 9, "rated_at": "2020-01-01T00:00:00Z", "show": show}
    content = as_json([{**rated, "season": {"number": number}} for number in (4, 7)])
    bring(alice, content, "ratings-seasons.json")
    fourth, seventh = ImportRow.objects.order_by("number")
    assert (fourth.match, fourth.title) == ("sure", season)
    assert seventh.match == "missing"


def test_a_miniseries_is_offered_as_its_season(alice: Member) -> None:
    show = make_title("Chernobyl", kind=TitleKind.SHOW, year=2019)
    season = make_season(show, 1)
    found(show)
    # Letterboxd has it among its films and says no more.
    bring(alice, table(RATINGS, ["2020-01-02", "Chernobyl", "2019", "u", "4"]))
    row = ImportRow.objects.get()
    assert (row.match, row.candidates) == ("unsure", [season.pk])


def test_of_what_two_files_say_of_a_work_the_ids_serve_both(alice: Member, heat: Title) -> None:
    ExternalId.objects.create(title=heat, source="imdb", value="tt0113277")
    movie = trakt_movie("Fuego", 1995, imdb="tt0113277")
    content = packed(
        {
            "ratings-movies.json": [{"rating": 7, "rated_at": "2020-01-01T00:00:00Z", "movie": movie}],
            "lists-watchlist.json": [{"listed_at": "2020-01-01T00:00:00Z", "movie": movie}],
        }
    )
    bring(alice, content, "trakt.zip")
    assert list(ImportRow.objects.values_list("title", flat=True)) == [heat.pk, heat.pk]


# --- Choosing ---------------------------------------------------------------------------------------------


def test_a_choice_goes_for_all_rows_of_a_work(alice: Member, heat: Title) -> None:
    row = bring(
        alice,
        packed(
            {
                "ratings.csv": table(RATINGS, ["2020-01-02", "Het", "1995", "u", "4"]),
                "diary.csv": table(DIARY, ["2020-01-02", "Het", "1995", "u", "4", "", "", "2020-01-01"]),
            }
        ),
        "l.zip",
    )
    work = ImportRow.objects.values_list("work", flat=True)[0]
    assert bringing_in.choose_title(row=row, work=work, title=heat) == 2
    assert bringing_in.leave_out(row=row, work=work) == 2
    assert set(ImportRow.objects.values_list("match", "title")) == {("skipped", None)}
    bringing_in.choose_title(row=row, work=work, title=heat)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert (Vote.objects.get().title, Viewing.objects.get().title) == (heat, heat)
    assert bringing_in.leave_out(row=row, work=work) == 0


def test_the_first_candidates_can_be_taken_all_at_once(alice: Member, heat: Title, ran: Title) -> None:
    row = bring(
        alice,
        table(
            RATINGS,
            ["2020-01-02", "Heat", "1996", "u", "4"],
            ["2020-01-02", "Ran", "1984", "u", "4"],
            ["2020-01-02", "Nowhere at all", "1984", "u", "4"],
        ),
    )
    assert bringing_in.take_first_candidates(row) == 2
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert set(Vote.objects.values_list("title", flat=True)) == {heat.pk, ran.pk}
    assert ImportRow.objects.get(outcome="refused").reason == "missing"


# --- Writing ----------------------------------------------------------------------------------------------


def test_votes_come_with_their_days_and_count(alice: Member, heat: Title, ran: Title) -> None:
    row = take_over(alice, table(RATINGS, HEAT, RAN))
    assert outcomes(row) == {"vote": {"created": 2}}
    vote = Vote.objects.get(title=heat)
    assert (vote.value, vote.counted, vote.cast_at) == (9, True, datetime(2020, 1, 2, 12, tzinfo=UTC))
    heat.totals.refresh_from_db()
    assert (heat.totals.vote_count, heat.totals.h9) == (1, 1)


def test_a_vote_before_the_first_showing_does_not_count(alice: Member, heat: Title) -> None:
    Title.objects.filter(pk=heat.pk).update(released_on=timezone.now().date() + timedelta(days=9))
    take_over(alice, table(RATINGS, HEAT))
    assert Vote.objects.get().counted is False


def test_the_same_file_again_changes_nothing(alice: Member, heat: Title, ran: Title) -> None:
    content = packed(
        {
            "ratings.csv": table(RATINGS, HEAT),
            "diary.csv": table(
                DIARY,
                # Twice on one day: one may.
                ["2020-01-02", "Heat", "1995", "u", "4", "", "a", "2020-01-01"],
                ["2020-01-02", "Heat", "1995", "u", "4", "", "a", "2020-01-01"],
            ),
            "watched.csv": table(WATCHED, ["2020-01-01", "Ran", "1985", "u"]),
            "watchlist.csv": table(WATCHED, ["2020-01-01", "Ran", "1985", "u"]),
            "reviews.csv": table(
                REVIEWS, ["2020-01-02", "Heat", "1995", "u", "4", "", "Blue and cool.", "", "2020-01-01"]
            ),
            "lists/a.csv": letterboxd_list(
                "Cool", ["1", "Ran", "1985", "u", "x"], ["2", "Heat", "1995", "u", ""]
            ),
        }
    )
    first = take_over(alice, content, "l.zip")
    before = {
        model: list(model.objects.order_by("pk").values())
        for model in (Vote, Viewing, WatchlistEntry, Review, TitleList, ListEntry, PastVote)
    }
    assert outcomes(first) == {
        "vote": {"created": 1},
        "viewing": {"created": 3},
        "watchlist": {"created": 1},
        "review": {"created": 1},
        "list_entry": {"created": 2},
    }
    again = take_over(alice, content, "l.zip")
    assert {kind: list(counts) for kind, counts in outcomes(again).items()} == {
        kind: ["same"] for kind in outcomes(first)
    }
    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values()) == rows, model


@pytest.mark.parametrize(
    ("conflicts", "days_ago", "value", "outcome"),
    [
        (Conflicts.NEWER, 3000, 9, "changed"),
        (Conflicts.NEWER, 1, 2, "refused"),
        (Conflicts.MINE, 3000, 2, "refused"),
        (Conflicts.FILE, 1, 9, "changed"),
    ],
)
def test_who_voted_here_as_well_says_which_vote_stands(
    alice: Member, heat: Title, conflicts: Conflicts, days_ago: int, value: int, outcome: str
) -> None:
    then = timezone.now() - timedelta(days=days_ago)
    make_vote(heat, alice, 2, cast_at=then, changed_at=then)
    row = take_over(alice, table(RATINGS, HEAT), conflicts=conflicts)
    vote = Vote.objects.get()
    assert (vote.value, outcomes(row)) == (value, {"vote": {outcome: 1}})
    past = list(PastVote.objects.values_list("value", flat=True))
    assert past == ([2] if outcome == "changed" else [])
    assert vote.changed_at >= then
    undo(row)
    assert list(Vote.objects.values_list("value", "cast_at", "changed_at")) == [(2, then, then)]
    assert not PastVote.objects.exists()


@pytest.mark.parametrize(
    ("conflicts", "value", "outcome"),
    [(Conflicts.NEWER, 2, "refused"), (Conflicts.MINE, 2, "refused"), (Conflicts.FILE, 9, "changed")],
)
def test_stars_without_a_date_are_never_the_newer_ones(
    alice: Member, heat: Title, ran: Title, conflicts: Conflicts, value: int, outcome: str
) -> None:
    then = timezone.now() - timedelta(days=3000)
    make_vote(heat, alice, 2, cast_at=then, changed_at=then)
    lines = [["", "", "", "4.5", "3.9", name] for name in ("Heat (1995)", "Ran (1985)")]
    row = take_over(alice, table(MOVIELENS, *lines), conflicts=conflicts)
    assert outcomes(row) == {"vote": {"created": 1, outcome: 1}}
    assert dict(Vote.objects.values_list("title", "value")) == {heat.pk: value, ran.pk: 9}
    if conflicts == Conflicts.NEWER:
        assert say(ImportRow.objects.get(outcome="refused").reason) == (
            "The file does not say when that was, and you had voted here."
        )


def test_of_two_rows_about_one_title_the_newer_is_written(alice: Member, heat: Title) -> None:
    row = take_over(
        alice,
        table(
            RATINGS, ["2021-01-02", "Heat", "1995", "u", "1"], HEAT, ["2020-05-02", "Heat", "1995", "u", "2"]
        ),
    )
    assert Vote.objects.get().value == 2
    assert outcomes(row) == {"vote": {"created": 1, "refused": 2}}
    assert set(ImportRow.objects.filter(outcome="refused").values_list("reason", flat=True)) == {"twice"}


def test_texts_keep_their_day_and_are_told_nobody_of(alice: Member, heat: Title) -> None:
    line = ["2020-01-03", "Heat", "1995", "u", "4", "", "Blue, cool and **much too long**.", "", "2020-01-01"]
    take_over(alice, table(REVIEWS, line), "reviews.csv")
    review = Review.objects.get()
    assert review.created_at == datetime(2020, 1, 3, 12, tzinfo=UTC)
    assert (review.is_opinion, review.verdict, review.language) == (True, 8, "en")
    assert "<strong>much too long</strong>" in review.html
    assert review.revisions.get().source_hash == review.source_hash
    assert Translation.objects.filter(review=review).exists()
    assert Viewing.objects.get().review == review
    assert set(Notification.objects.values_list("kind", "recipient")) == {("transfer", alice.pk)}
    heat.totals.refresh_from_db()
    assert heat.totals.message_count == 1


def test_a_short_text_is_in_the_language_of_its_author_and_the_same_in_any(
    alice: Member, heat: Title
) -> None:
    for _ in range(3):
        make_review(author=alice, language="nl")
    line = ["2020-01-03", "Heat", "1995", "u", "4", "", "Tja, goed.", "", "2020-01-01"]
    take_over(alice, table(REVIEWS, line), "reviews.csv")
    assert Review.objects.get(title=heat).language == "nl"
    Review.objects.exclude(title=heat).delete()
    alice.interface_language = "pt"
    alice.save()
    again = take_over(alice, table(REVIEWS, line), "reviews.csv")
    assert outcomes(again)["review"] == {"same": 1}
    assert Review.objects.get().language == "nl"


def test_a_text_of_somebody_else_becomes_a_case_whatever_day_it_claims(alice: Member, heat: Title) -> None:
    make_review(heat, body=PASSAGE)
    line = ["2001-01-03", "Heat", "1995", "u", "", "", PASSAGE, "", ""]
    take_over(alice, table(REVIEWS, line), "reviews.csv")
    waiting = DelayedScreening.objects.get()
    assert screen_delayed(waiting.pk) == "case"
    assert Case.objects.get().review == Review.objects.get(author=alice)


def test_the_texts_of_a_file_are_all_looked_at_with_the_rules_which_are_asked_for_once(
    alice: Member, heat: Title, ran: Title
) -> None:
    FlagRule.objects.create(sought="gratis casino", note="Advertising.", is_active=True)
    words = {("Heat", "1995"): "Blue, cool and much too long.", ("Ran", "1985"): "Red, loud and too short."}
    lines = [["2020-01-03", *film, "u", "4", "", body, "", "2020-01-01"] for film, body in words.items()]
    with CaptureQueriesContext(connection) as captured:
        take_over(alice, table(REVIEWS, *lines), "reviews.csv")
    waiting = set(DelayedFlagging.objects.values_list("matter", "number"))
    assert waiting == {("review", pk) for pk in Review.objects.values_list("pk", flat=True)}
    assert len(waiting) == 2
    asked = [query for query in captured if 'FROM "reviews_flagrule"' in query["sql"]]
    assert len(asked) == 1


def test_the_words_of_a_file_are_no_older_than_the_day_on_which_it_came(alice: Member, heat: Title) -> None:
    theirs = make_review(heat, body=PASSAGE, created_at=timezone.now() - timedelta(days=9))
    line = ["2001-01-03", "Heat", "1995", "u", "", "", PASSAGE, "", ""]
    row = take_over(alice, table(REVIEWS, line), "reviews.csv")
    known = KnownText.objects.get(review__author=alice)
    assert known.written_at > theirs.created_at
    undo(row)
    assert not KnownText.objects.filter(pk=known.pk).exists()


def test_a_list_of_the_same_name_is_continued(alice: Member, heat: Title, ran: Title) -> None:
    mine = TitleList.objects.create(
        owner=alice, name="Cool", created_at=timezone.now(), changed_at=timezone.now()
    )
    ListEntry.objects.create(list=mine, title=heat, position=1, note="my own words")
    content = letterboxd_list("Cool", ["1", "Ran", "1985", "u", "x"], ["2", "Heat", "1995", "u", "y"])
    row = take_over(alice, content, "a.csv")
    assert list(mine.entries.order_by("position").values_list("title", "note")) == [
        (heat.pk, "my own words"),
        (ran.pk, "x"),
    ]
    undo(row)
    assert list(mine.entries.values_list("title", "position")) == [(heat.pk, 1)]


def test_a_list_that_does_not_say_who_may_see_it_is_for_its_owner_alone(alice: Member, ran: Title) -> None:
    take_over(alice, letterboxd_list("Cool", ["1", "Ran", "1985", "u", "x"]), "a.csv")
    assert TitleList.objects.get().audience == "me"


def test_many_lists_are_noted_a_hundred_at_a_time(
    alice: Member, ran: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    extend = Claim.extend

    def counting(self: Claim, **changes: Any) -> None:
        extend(self, **changes)
        stored.extend([len(changes["lists"])] if "lists" in changes else [])

    monkeypatch.setattr(Claim, "extend", counting)
    entry = {"title": {"kind": "film", "name": "Ran", "year": 1985}}
    lists = [{"name": f"List {number}", "entries": [entry][number:]} for number in range(LISTS + 2)]
    # The same name once more: that list is continued.
    lists.append({"name": "List 1", "entries": [entry]})
    row = take_over(alice, as_json({"format": FORMAT, "version": VERSION, "lists": lists}), "filmsite.json")
    assert stored == [LISTS + 3] * 2
    assert TitleList.objects.count() == LISTS + 2
    assert set(ListEntry.objects.values_list("list__name", flat=True)) == {"List 0", "List 1"}
    undo(row)
    assert stored == [LISTS + 3] * 4
    assert not TitleList.objects.exists()


def test_a_whole_show_takes_no_vote_but_can_be_kept_for_later(alice: Member) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW, year=2002)
    found(show)
    wire = {"title": "The Wire", "year": 2002, "ids": {"trakt": 1}}
    content = packed(
        {
            "ratings-shows.json": [{"rating": 9, "rated_at": "2020-01-01T00:00:00Z", "show": wire}],
            "lists-watchlist.json": [{"listed_at": "2020-01-01T00:00:00Z", "show": wire}],
        }
    )
    row = take_over(alice, content, "t.zip")
    assert outcomes(row) == {"vote": {"refused": 1}, "watchlist": {"created": 1}}
    assert WatchlistEntry.objects.get().title == show


def test_a_title_that_was_merged_since_the_preview_gets_the_vote_where_it_went(
    alice: Member, heat: Title, ran: Title
) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    Title.objects.filter(pk=heat.pk).update(merged_into=ran)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert Vote.objects.get().title == ran


# --- Undoing ----------------------------------------------------------------------------------------------


def test_an_undo_takes_back_all_of_it(alice: Member, heat: Title, ran: Title) -> None:
    content = packed(
        {
            "ratings.csv": table(RATINGS, HEAT),
            "diary.csv": table(DIARY, ["2020-01-02", "Heat", "1995", "u", "4", "", "a", "2020-01-01"]),
            "watchlist.csv": table(WATCHED, ["2020-01-01", "Ran", "1985", "u"]),
            "reviews.csv": table(
                REVIEWS, ["2020-01-02", "Heat", "1995", "u", "4", "", "Blue and cool.", "", "2020-01-01"]
            ),
            "lists/a.csv": letterboxd_list("Cool", ["1", "Ran", "1985", "u", "x"]),
        }
    )
    row = take_over(alice, content, "l.zip")
    # Readers had the notes translated since.
    for of in ({"viewing": Viewing.objects.get()}, {"entry": ListEntry.objects.get()}):
        words = {"source_language": "nl", "target": "en", **of}
        Translation.objects.create(**words, source_hash="h", next_attempt_at=timezone.now())
        Correction.objects.create(**words, sentence="Mooi.", text="Lovely.", made_at=timezone.now())
    row = undo(row)
    for model in (
        Vote,
        PastVote,
        Viewing,
        WatchlistEntry,
        Review,
        TitleList,
        ListEntry,
        Translation,
        Correction,
    ):
        assert not model.objects.exists(), model
    assert row.counts["undone"] == {kind: {"deleted": 1} for kind in outcomes(row)}


def test_an_undo_leaves_alone_what_was_changed_since(alice: Member, heat: Title, ran: Title) -> None:
    content = packed(
        {
            "ratings.csv": table(RATINGS, HEAT, RAN),
            "diary.csv": table(DIARY, ["2020-01-02", "Heat", "1995", "u", "4", "", "a", "2020-01-01"]),
            "reviews.csv": table(
                REVIEWS,
                ["2020-01-02", "Heat", "1995", "u", "4", "", "Blue and cool.", "", "2020-01-01"],
                ["2020-01-02", "Ran", "1985", "u", "4", "", "Red and hot.", "", "2020-01-01"],
            ),
            "lists/a.csv": letterboxd_list("Cool", ["1", "Ran", "1985", "u", "x"]),
        }
    )
    row = take_over(alice, content, "l.zip")
    cast_vote(member=alice, title=heat, value=3)
    Viewing.objects.filter(title=heat).update(note="with Bob")
    review = Review.objects.get(title=heat)
    edit_review(review=review, editor=alice, version=1, body="Changed my mind about it.", language="en")
    make_review(ran, parent=Review.objects.get(title=ran))
    TitleList.objects.update(name="Mine now")
    undo(row)
    assert list(Vote.objects.values_list("title", "value")) == [(heat.pk, 3)]
    assert Viewing.objects.get(title=heat).note == "with Bob"
    assert Review.objects.filter(author=alice).count() == 2
    assert TitleList.objects.get().name == "Mine now"
    reasons = dict(ImportRow.objects.filter(kind="review").values_list("named__name", "reason"))
    assert reasons == {"Heat": "changed_since", "Ran": "answered"}
    row.refresh_from_db()
    assert row.counts["undone"]["vote"] == {"deleted": 1, "left": 1}


def test_an_undo_knows_what_was_written_before_a_table_got_a_column(
    alice: Member, heat: Title, ran: Title
) -> None:
    row = take_over(
        alice,
        table(
            DIARY,
            ["2020-01-02", "Heat", "1995", "u", "4", "", "a", "2020-01-01"],
            ["2020-01-02", "Ran", "1985", "u", "4", "", "a", "2020-01-01"],
        ),
        "diary.csv",
    )
    for brought in ImportRow.objects.filter(of=row, kind="viewing"):
        del brought.before["now"]["place"]
        brought.before["now"]["dropped"] = 1
        brought.save()
    Viewing.objects.filter(title=ran).update(tags=["a", "b"])
    undo(row)
    assert Viewing.objects.get().title == ran


def test_an_undo_is_no_change_of_mind(alice: Member, heat: Title) -> None:
    undo(take_over(alice, table(RATINGS, HEAT)))
    assert not PastVote.objects.exists()


def test_after_its_days_an_import_is_there_to_stay(alice: Member, heat: Title, settings: Any) -> None:
    row = take_over(alice, table(RATINGS, HEAT))
    MemberImport.objects.update(committed_at=timezone.now() - timedelta(days=31))
    row.refresh_from_db()
    assert not bringing_in.order_undo(row)
    bringing_in.forget_old_imports()
    assert (MemberImport.objects.count(), ImportRow.objects.count()) == (1, 0)
    assert Vote.objects.count() == 1


def test_a_file_that_was_undone_can_be_brought_again(alice: Member, heat: Title) -> None:
    undo(take_over(alice, table(RATINGS, HEAT)))
    row = take_over(alice, table(RATINGS, HEAT))
    assert outcomes(row) == {"vote": {"created": 1}}


# --- Who, and when ----------------------------------------------------------------------------------------


def test_a_suspended_member_brings_nothing_in(sam: Member) -> None:
    with pytest.raises(PermissionDenied):
        bringing_in.start_import(member=sam, name="ratings.csv", content=table(RATINGS, HEAT))


def test_a_suspension_stops_an_import_that_can_go_on_or_be_undone(alice: Member, heat: Title) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    Member.objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (ImportState.FAILED, "suspended")
    assert not Vote.objects.exists()
    Member.objects.filter(pk=alice.pk).update(suspended_at=None)
    assert bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert Vote.objects.count() == 1


def test_work_that_comes_twice_is_done_once(alice: Member, heat: Title) -> None:
    row = take_over(alice, table(RATINGS, HEAT))
    for again in (bringing_in.read_import, bringing_in.commit_import):
        again(row.pk)
    row.refresh_from_db()
    assert (row.state, ImportRow.objects.count(), Vote.objects.count()) == (ImportState.DONE, 1, 1)


def test_a_delivery_that_comes_late_does_nothing_that_was_not_ordered(alice: Member, heat: Title) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert (row.state, Vote.objects.count()) == (ImportState.PREVIEW, 0)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    bringing_in.undo_import(row.pk)
    row.refresh_from_db()
    assert (row.state, Vote.objects.count()) == (ImportState.DONE, 1)


def test_of_one_member_one_import_is_worked_on_at_a_time(alice: Member, heat: Title) -> None:
    first, second = bring(alice, table(RATINGS, HEAT)), bring(alice, table(RATINGS, HEAT))
    MemberImport.objects.filter(pk=first.pk).update(
        state=ImportState.WRITING, leased_until=timezone.now() + timedelta(minutes=1)
    )
    bringing_in.order_commit(second)
    bringing_in.commit_import(second.pk)
    second.refresh_from_db()
    assert second.state == ImportState.ORDERED
    MemberImport.objects.filter(pk=first.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    bringing_in.commit_import(second.pk)
    second.refresh_from_db()
    assert second.state == ImportState.DONE


def _die(*_args: object, **_kwargs: object) -> None:
    raise SystemExit


@pytest.mark.parametrize("batches", [0, 1, 2])
def test_a_worker_that_dies_is_followed_by_one_that_goes_on(
    alice: Member, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    titles = [make_title(f"Film number {number}", year=1990) for number in range(6)]
    found(*titles)
    row = bring(alice, table(RATINGS, *(["2020-01-02", title.name, "1990", "u", "4"] for title in titles)))
    bringing_in.order_commit(row)
    monkeypatch.setitem(write_by_title.__kwdefaults__, "titles", 2)
    stored = count(1)
    extend = Claim.extend

    def dying(self: Claim, **changes: Any) -> None:
        if changes.get("done") and next(stored) > batches:
            raise SystemExit
        extend(self, **changes)

    with monkeypatch.context() as patch:
        patch.setattr(Claim, "extend", dying)
        with pytest.raises(SystemExit):
            bringing_in.commit_import(row.pk)
    assert Vote.objects.count() == 2 * batches
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.WRITING, "its lease is still held"
    MemberImport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert bringing_in.sweep_imports() == 1
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert (row.state, outcomes(row)) == (ImportState.DONE, {"vote": {"created": 6}})
    assert find_differences() == []


def test_a_worker_that_dies_while_reading_leaves_no_row_twice(
    alice: Member, heat: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bringing_in.start_import(member=alice, name="ratings.csv", content=table(RATINGS, HEAT, RAN))
    with monkeypatch.context() as patch:
        patch.setattr("reviews.services.bringing_in.starting.match_works", _die)
        with pytest.raises(SystemExit):
            bringing_in.read_import(row.pk)
    MemberImport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    assert (row.state, ImportRow.objects.count()) == (ImportState.PREVIEW, 2)


def let_workers_die(monkeypatch: pytest.MonkeyPatch, what: str, work: Callable[[int], None], pk: int) -> None:
    """Let as many workers as may try come to their end in the middle of it."""
    with monkeypatch.context() as patch:
        patch.setattr(what, _die)
        for _ in range(MOST_ATTEMPTS):
            with pytest.raises(SystemExit):
                work(pk)
            MemberImport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def test_a_file_that_every_worker_dies_of_is_given_up(
    alice: Member, heat: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bringing_in.start_import(member=alice, name="ratings.csv", content=table(RATINGS, HEAT))
    let_workers_die(
        monkeypatch, "reviews.services.bringing_in.starting.match_works", bringing_in.read_import, row.pk
    )
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (ImportState.FAILED, "attempts")
    assert "three times" in say(row.error)
    assert not ImportFile.objects.exists()
    assert bringing_in.sweep_imports() == 0


def test_writing_and_undoing_are_given_up_as_well_and_may_be_ordered_again(
    alice: Member, heat: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    bringing_in.order_commit(row)
    let_workers_die(
        monkeypatch, "reviews.services.bringing_in.committing.write_lists", bringing_in.commit_import, row.pk
    )
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error, row.attempts) == (ImportState.FAILED, "attempts", 0)
    assert bringing_in.order_undo(row)
    let_workers_die(
        monkeypatch, "reviews.services.bringing_in.undoing._undo_lists", bringing_in.undo_import, row.pk
    )
    bringing_in.undo_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (ImportState.FAILED, "attempts")
    undo(row)
    assert not Vote.objects.exists()


def test_what_fails_is_told_and_costs_nothing(
    alice: Member, heat: Title, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = bringing_in.start_import(member=alice, name="ratings.csv", content=table(RATINGS, HEAT))
    monkeypatch.setattr("reviews.services.bringing_in.starting.match_works", lambda *_: 1 / 0)
    bringing_in.read_import(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (ImportState.FAILED, "error")
    assert not ImportFile.objects.exists()


def test_a_file_without_any_row_is_said_to_be_empty_of_use(alice: Member) -> None:
    row = bring(alice, RATINGS.encode())
    assert (row.state, row.error) == (ImportState.FAILED, "nothing")


def test_what_is_no_export_is_refused_at_the_door(alice: Member) -> None:
    with pytest.raises(Unreadable, match="unknown"):
        bringing_in.start_import(member=alice, name="notes.csv", content=b"a,b\n1,2\n")
    assert not MemberImport.objects.exists()


def test_a_member_has_three_imports_open_at_most(alice: Member, heat: Title) -> None:
    opened = [bring(alice, table(RATINGS, HEAT)) for _ in range(MOST_OPEN)]
    with pytest.raises(Unreadable, match="open"):
        bringing_in.start_import(member=alice, name="ratings.csv", content=table(RATINGS, HEAT))
    bringing_in.start_import(member=make_member(), name="ratings.csv", content=table(RATINGS, HEAT))
    bringing_in.discard_import(opened[0])
    bringing_in.start_import(member=alice, name="ratings.csv", content=table(RATINGS, HEAT))


def test_what_nobody_takes_over_is_forgotten_after_a_week(alice: Member, heat: Title) -> None:
    old, new = bring(alice, table(RATINGS, HEAT)), bring(alice, table(RATINGS, HEAT))
    taken = take_over(alice, table(RATINGS, HEAT))
    for row, days in ((old, 8), (new, 6), (taken, 8)):
        then = timezone.now() - timedelta(days=days)
        MemberImport.objects.filter(pk=row.pk).update(uploaded_at=then)
    assert bringing_in.forget_old_imports() == 1
    assert set(MemberImport.objects.all()) == {new, taken}


def test_a_young_account_brings_few_texts_a_day(alice: Member, heat: Title, settings: Settings) -> None:
    settings.FILMSITE_BRING_YOUNG_TEXTS = 2
    lines = [["2020-01-03", "Heat", "1995", "u", "", "", f"Text number {n}.", "", ""] for n in range(5)]
    row = take_over(alice, table(REVIEWS, *lines[:3]), "reviews.csv")
    assert outcomes(row) == {"review": {"created": 2, "refused": 1}}
    assert "at most" in say(ImportRow.objects.get(of=row, outcome="refused").reason)
    row = bring(alice, table(REVIEWS, lines[3]), "reviews.csv")
    assert ImportRow.objects.get(of=row).reason == "young|2"
    Member.objects.filter(pk=alice.pk).update(date_joined=timezone.now() - timedelta(days=8))
    row = take_over(alice, table(REVIEWS, *lines), "reviews.csv")
    assert outcomes(row) == {"review": {"created": 3, "same": 2}}


def test_only_unwritten_imports_can_be_thrown_away(alice: Member, heat: Title) -> None:
    row = bring(alice, table(RATINGS, HEAT))
    assert bringing_in.discard_import(row)
    row = take_over(alice, table(RATINGS, HEAT))
    assert not bringing_in.discard_import(row)
    assert Vote.objects.count() == 1


def test_days_of_the_diary_are_days(alice: Member, heat: Title) -> None:
    line = ["2020-01-02", "Heat", "1995", "u", "4", "Yes", "cinema, with Bob", "2020-01-01"]
    take_over(alice, table(DIARY, line), "diary.csv")
    viewing = Viewing.objects.get()
    assert (viewing.seen_on, viewing.value, viewing.is_rewatch) == (date(2020, 1, 1), 8, True)
    assert viewing.tags == ["cinema", "with Bob"]


def test_imports_of_others_are_their_own(alice: Member, heat: Title) -> None:
    take_over(make_member("carol"), table(RATINGS, HEAT))
    assert not Vote.objects.filter(member=alice).exists()
