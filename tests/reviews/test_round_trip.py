"""What was taken out comes back in: on another site, as another member, with other numbers, to the same counts."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from accounts.models import Member
from films.models import ExternalId, Title, TitleKind
from films.services.search_names import refresh_search_names
from reviews.models import (
    ImportState,
    ListEntry,
    MemberImport,
    PastVote,
    Review,
    Revision,
    TitleList,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.services.bringing_in import commit_import, order_commit, read_import, start_import
from reviews.services.recounting import find_differences
from reviews.taking_out.archive import write_archive
from tests.factories import (
    make_list,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
)

# An import keeps its own state outside of any transaction.
pytestmark = pytest.mark.django_db(transaction=True)


def rows_of(member: Member) -> dict[str, object]:
    """What a member has, in words that are the same on every site: titles by name and year."""
    titled = ("title__name", "title__year", "title__season_number")
    return {
        "votes": sorted(Vote.objects.filter(member=member).values_list(*titled, "value", "cast_at", "changed_at"), key=str),
        "past votes": sorted(
            PastVote.objects.filter(member=member).values_list(*titled, "value", "given_at", "ended_at", "withdrawn"),
            key=str,
        ),
        "reviews": sorted(
            Review.objects.filter(author=member).values_list(
                *titled, "person__name", "body", "headline", "verdict", "is_opinion", "language", "state", "created_at"
            ),
            key=str,
        ),
        "revisions": sorted(Revision.objects.filter(review__author=member).values_list("body", flat=True)),
        "answers": Review.objects.filter(author=member, parent__author=member).count(),
        "viewings": sorted(
            Viewing.objects.filter(member=member).values_list(
                *titled, "seen_on", "is_rewatch", "value", "place", "tags", "note", "review__body"
            ),
            key=str,
        ),
        "watchlist": sorted(WatchlistEntry.objects.filter(member=member).values_list(*titled, "added_at"), key=str),
        "lists": sorted(
            TitleList.objects.filter(owner=member).values_list(
                "kind", "name", "description", "tags", "is_ranked", "audience"
            ),
            key=str,
        ),
        "entries": sorted(
            ListEntry.objects.filter(list__owner=member).values_list("list__name", "position", *titled, "note"), key=str
        ),
    }  # fmt: skip


def make_catalogue() -> dict[str, Title]:
    """The same few titles, with the ids that other catalogues gave them; ours are new each time."""
    make_title("Something else")
    heat = make_title("Heat", year=1995)
    alien = make_title("Alien", year=1979)
    plain = make_title("A film of no number", year=2001)
    show = make_title("Dark", kind=TitleKind.SHOW, year=2017)
    season = make_season(show, 2, year=2019)
    ExternalId.objects.create(title=heat, source="imdb", value="tt0113277")
    ExternalId.objects.create(title=alien, source="tmdb_movie", value="348")
    ExternalId.objects.create(title=show, source="wikidata", value="Q27049")
    ExternalId.objects.create(person=make_person("Michael Mann"), source="imdb", value="nm0000520")
    return {"heat": heat, "alien": alien, "plain": plain, "season": season, "show": show}


def fill(member: Member) -> None:
    titles = make_catalogue()
    days = timedelta(days=1)
    begin = timezone.now().replace(microsecond=0) - 100 * days
    for number, name in enumerate(("heat", "alien", "plain", "season")):
        vote = make_vote(
            titles[name], member, 4 + number, cast_at=begin + number * days, changed_at=begin + number * days
        )
        if name != "plain":
            vote.value, vote.changed_at = 8, begin + (20 + number) * days
            vote.save()
    opinion = make_review(
        titles["heat"], member, "Twee mannen in een stad.", language="nl", is_opinion=True, verdict=9,
        headline="De stad", created_at=begin,
    )  # fmt: skip
    Revision.objects.create(
        review=opinion, number=2, headline="De stad", body="Twee mannen in één stad.", language="nl",
        source_hash="1" * 64, created_at=begin + days,
    )  # fmt: skip
    Review.objects.filter(pk=opinion.pk).update(
        body="Twee mannen in één stad.", html="<p>Twee mannen in één stad.</p>", revision_number=2,
        source_hash="1" * 64, edited_at=begin + days,
    )  # fmt: skip
    answer = make_review(
        titles["heat"], member, "And more.", parent=opinion, root=opinion, created_at=begin + days
    )
    assert answer.parent_id == opinion.pk
    maker = ExternalId.objects.get(value="nm0000520").person
    make_review(author=member, person=maker, body="A master.", created_at=begin)
    make_viewing(
        member, titles["heat"], seen_on=date(2025, 3, 1), value=9, is_rewatch=True, place="Kriterion", tags=["35 mm"],
        note="With B.", review=opinion, logged_at=begin,
    )  # fmt: skip
    make_viewing(member, titles["alien"], seen_on=None, logged_at=begin)
    make_viewing(member, titles["alien"], seen_on=date(2024, 1, 1), logged_at=begin)
    for name in ("plain", "show"):
        WatchlistEntry.objects.create(member=member, title=titles[name], added_at=begin)
    nights = make_list(
        member, titles["alien"], titles["heat"], titles["season"], name="Nights", description="Dark ones.",
        tags=["night"], is_ranked=True, audience="followers", created_at=begin, changed_at=begin,
    )  # fmt: skip
    nights.entries.filter(position=1).update(note="Of course.")
    make_list(
        member, titles["heat"], titles["plain"], name="Top", kind="top", created_at=begin, changed_at=begin
    )


def other_site() -> None:
    """Forget everything, and call the same titles by other numbers."""
    for model in (ListEntry, TitleList, Viewing, WatchlistEntry, PastVote, Revision):
        model.objects.all().delete()
    Review.objects.all().update(parent=None, root=None)
    Review.objects.all().delete()
    Vote.objects.all().delete()
    PastVote.objects.all().delete()
    ExternalId.objects.all().delete()
    Title.objects.filter(parent__isnull=False).delete()
    Title.objects.all().delete()
    refresh_search_names(title_ids=[title.pk for title in make_catalogue().values()])


def test_what_was_taken_out_comes_back_in_to_the_same_counts() -> None:
    leaver = make_member("leaver")
    fill(leaver)
    out = BytesIO()
    counts = write_archive(out, leaver, made_at=timezone.now())
    before = rows_of(leaver)
    old_ids = set(Title.objects.values_list("pk", flat=True))
    other_site()
    assert not old_ids & set(Title.objects.values_list("pk", flat=True))

    newcomer = make_member("newcomer")
    brought = start_import(member=newcomer, name="filmsite-leaver.zip", content=out.getvalue())
    read_import(brought.pk)
    brought.refresh_from_db()
    assert brought.state == ImportState.PREVIEW, brought.error
    assert set(brought.rows.values_list("match", flat=True)) == {"sure"}, list(
        brought.rows.exclude(match="sure").values_list("kind", "named", "match")
    )
    order_commit(brought)
    commit_import(brought.pk)
    brought.refresh_from_db()
    assert brought.state == ImportState.DONE, brought.error
    refused = brought.rows.filter(outcome="refused").values_list("kind", "named", "reason")
    assert not list(refused)

    after = rows_of(newcomer)
    for kind, rows in before.items():
        assert after[kind] == rows, kind
    again = BytesIO()
    brought_counts = write_archive(again, newcomer, made_at=timezone.now())
    for section in ("votes", "past_votes", "reviews", "viewings", "watchlist", "lists"):
        assert brought_counts[section] == counts[section] > 0
    assert find_differences() == []
    assert MemberImport.objects.count() == 1
