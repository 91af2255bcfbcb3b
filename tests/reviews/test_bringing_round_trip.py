"""What a member takes out comes in again: the same counts on an empty site, nothing new on the same one."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from accounts.models import Member
from films.models import ExternalId, Person, Title, TitleKind
from films.services.search_names import refresh_search_names
from reviews.models import (
    ImportRow,
    ImportState,
    ListEntry,
    MemberImport,
    PastVote,
    Review,
    ReviewState,
    Revision,
    TitleList,
    Viewing,
    Vote,
    WatchlistEntry,
)
from reviews.services import bringing_in
from reviews.services.publishing import edit_review, publish_review, withdraw_review
from reviews.services.recounting import find_differences
from reviews.services.voting import cast_vote, withdraw_vote
from reviews.taking_out.archive import write_archive
from tests.factories import (
    make_list,
    make_member,
    make_person,
    make_review,
    make_season,
    make_title,
    make_viewing,
)

pytestmark = pytest.mark.django_db

KEPT = (Vote, PastVote, Viewing, WatchlistEntry, TitleList, ListEntry, Review, Revision)


def owned(member: Member) -> dict[str, int]:
    owner = {ListEntry: "list__owner", TitleList: "owner", Review: "author", Revision: "review__author"}
    return {
        model.__name__: model._default_manager.filter(**{owner.get(model, "member"): member}).count()
        for model in KEPT
    }


def said_by(member: Member) -> dict[str, object]:
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


@pytest.fixture
def full_life(alice: Member) -> Member:
    """A member with one of everything, some of it twice."""
    heat = make_title("Heat", year=1995, original_name="Fuego")
    ran = make_title("Ran", year=1985)
    wire = make_title("The Wire", kind=TitleKind.SHOW, year=2002)
    season = make_season(wire, 4, year=2006)
    director = make_person("Aki Example")
    ExternalId.objects.create(title=heat, source="imdb", value="tt0113277")
    ExternalId.objects.create(title=wire, source="tmdb_tv", value="1438")
    ExternalId.objects.create(person=director, source="imdb", value="nm0000116")
    refresh_search_names(title_ids=[heat.pk, ran.pk, wire.pk])
    for title, value in ((heat, 3), (heat, 9), (ran, 5), (season, 10), (season, 8)):
        cast_vote(member=alice, title=title, value=value)
    withdraw_vote(member=alice, title=ran)
    review = publish_review(
        author=alice, subject=heat, body="  Cool and blue. ", language="en", is_opinion=True
    )
    edit_review(
        review=review,
        editor=alice,
        version=1,
        body="Cool, blue and **long**.",
        language="en",
        is_opinion=True,
        headline="Blue",
        verdict=9,
    )
    publish_review(author=alice, subject=wire, body="All of it.", language="en", parent=make_review(wire))
    answer = publish_review(
        author=alice, subject=heat, body="And what is more.", language="en", parent=review
    )
    withdraw_review(review=answer, author=alice)
    publish_review(author=alice, subject=director, body="Nobody frames as he does.", language="en")
    make_viewing(alice, heat, seen_on=date(2020, 1, 1), review=review, value=9, place="home", tags=["a", "b"])
    make_viewing(alice, heat, seen_on=date(2020, 1, 1), note="twice a day")
    make_viewing(alice, ran, seen_on=None)
    WatchlistEntry.objects.create(member=alice, title=wire)
    make_list(alice, ran, heat, name="Cool", is_ranked=True, audience="followers", tags=["x"])
    make_list(alice, season, name="My ten", kind=TitleList.Kind.TOP)
    make_list(alice, name="Empty")
    return alice


def archive_of(member: Member) -> bytes:
    out = BytesIO()
    write_archive(out, member, made_at=timezone.now())
    return out.getvalue()


def bring(member: Member, content: bytes) -> MemberImport:
    row = bringing_in.start_import(member=member, name="filmsite.zip", content=content)
    bringing_in.read_import(row.pk)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    row.refresh_from_db()
    assert row.state == ImportState.DONE, row.error
    assert find_differences() == []
    refused = ImportRow.objects.filter(of=row, outcome="refused").values_list("kind", "named", "reason")
    assert not list(refused)
    return row


def renumber() -> None:
    """Give the titles other ids, as on another site; they keep their names and what other catalogues call them."""
    for title in Title.objects.exclude(kind=TitleKind.SEASON).order_by("pk"):
        other = Title.objects.get(pk=title.pk)
        other.pk = None
        other.save()
        ExternalId.objects.filter(title=title).update(title=other)
        for season in Title.objects.filter(parent=title):
            Title.objects.filter(pk=season.pk).delete()
            season.pk, season.parent = None, other
            season.save()
        Title.objects.filter(pk=title.pk).delete()
    refresh_search_names()
    for person in Person.objects.all():
        ids = list(person.external_ids.all())
        other_person = Person.objects.create(name=person.name)
        ExternalId.objects.filter(pk__in=[found.pk for found in ids]).update(person=other_person)
        person.delete()


def empty(member: Member) -> None:
    for model in (ListEntry, TitleList, Viewing, WatchlistEntry, Vote, PastVote):
        model._default_manager.all().delete()
    Review.objects.order_by("-pk").delete()
    MemberImport.objects.all().delete()


@pytest.mark.parametrize("elsewhere", [lambda: None, renumber], ids=["same titles", "other numbers"])
def test_an_export_comes_in_on_an_empty_site_with_equal_counts(
    full_life: Member, elsewhere: Callable[[], None]
) -> None:
    content, before, owned_before = archive_of(full_life), said_by(full_life), owned(full_life)
    empty(full_life)
    elsewhere()
    carol = make_member("carol")
    row = bring(carol, content)
    assert set(ImportRow.objects.filter(of=row).values_list("match", flat=True)) == {"sure"}
    assert owned(carol) == owned_before
    after = said_by(carol)
    for kind, said in before.items():
        assert after[kind] == said, kind
    review = Review.objects.get(is_opinion=True)
    assert (review.body, review.headline, review.verdict) == ("Cool, blue and **long**.", "Blue", 9)
    assert [state.body for state in review.revisions.order_by("number")] == ["  Cool and blue. ", review.body]
    assert Viewing.objects.get(place="home").review == review
    answer = Review.objects.get(body="And what is more.")
    assert (answer.parent, answer.root, answer.state) == (review, review, ReviewState.WITHDRAWN)
    assert Review.objects.get(person__isnull=False).body == "Nobody frames as he does."
    kept = TitleList.objects.get(name="Cool")
    assert (kept.audience, kept.is_ranked, kept.tags) == ("followers", True, ["x"])
    names = kept.entries.order_by("position").values_list("title__name", "position")
    assert list(names) == [("Ran", 1), ("Heat", 2)]


def test_an_export_brought_in_where_it_came_from_changes_nothing(full_life: Member) -> None:
    before = owned(full_life)
    row = bring(full_life, archive_of(full_life))
    assert owned(full_life) == before
    assert {outcome for counts in row.counts["written"].values() for outcome in counts} == {"same"}


def test_what_came_in_goes_with_an_undo(full_life: Member) -> None:
    content = archive_of(full_life)
    empty(full_life)
    row = bring(make_member("carol"), content)
    assert bringing_in.order_undo(row)
    bringing_in.undo_import(row.pk)
    assert find_differences() == []
    for model in KEPT:
        assert not model._default_manager.exists(), model


def test_a_title_of_another_name_is_not_taken_for_its_number(alice: Member) -> None:
    heat = make_title("Heat", year=1995)
    cast_vote(member=alice, title=heat, value=9)
    content = archive_of(alice)
    empty(alice)
    Title.objects.filter(pk=heat.pk).update(name="Somebody else's film")
    row = bringing_in.start_import(member=alice, name="filmsite.zip", content=content)
    bringing_in.read_import(row.pk)
    assert ImportRow.objects.get(of=row).match == "missing"


def test_what_a_moderator_removed_does_not_come_back(alice: Member) -> None:
    heat = make_title("Heat", year=1995)
    make_review(heat, alice, state=ReviewState.REMOVED, created_at=datetime(2020, 1, 1, tzinfo=UTC))
    content = archive_of(alice)
    empty(alice)
    row = bringing_in.start_import(member=alice, name="filmsite.zip", content=content)
    bringing_in.read_import(row.pk)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert ImportRow.objects.get(of=row).reason == "removed"
    assert not Review.objects.exists()
    assert timezone.now() - timedelta(days=1) < MemberImport.objects.get().uploaded_at
