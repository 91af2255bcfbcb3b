"""Two titles that are the same become one, with all that is known of them, and can be parted again."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Member
from films.duplicates import standing_title_id
from films.editing import read_facts
from films.models import (
    Change,
    ExternalId,
    Merge,
    Proposal,
    RankedList,
    RankedTitle,
    Relation,
    SiteCounter,
    Title,
    TitleKind,
    TitleListing,
    Trivia,
)
from films.services.editing import write_facts
from films.services.merging import MergeRefused, merge_titles, undo_merge
from filmsite.lib.kept import mark_of
from reviews.services.recounting import find_differences
from tests.factories import make_credit, make_member, make_person, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


def merged(kept: Title, duplicate: Title, by: Member, reason: str = "The same film twice") -> Merge:
    return merge_titles(kept=kept, duplicate=duplicate, by=by, reason=reason)


def where(title: Title) -> int | None:
    return Title.objects.values_list("merged_into", flat=True).get(pk=title.pk)


@pytest.fixture
def children() -> Title:
    film = make_title("Children of Heaven", genres=["Drama"], minutes=89)
    ExternalId.objects.create(title=film, source="imdb", value="tt0118849")
    return film


@pytest.fixture
def bacheha() -> Title:
    film = make_title(
        "Bacheha-ye Aseman",
        original_name="بچه‌های آسمان",
        original_language="fa",
        genres=["Family"],
        minutes=88,
        tagline="A little secret",
        alternatives={"De schoenen van Zahra": "nl"},
    )
    ExternalId.objects.create(title=film, source="wikidata", value="Q838610")
    make_credit(film, make_person("Majid Majidi"))
    Trivia.objects.create(title=film, text="It was shot on one street.", source="The credits")
    return film


def test_the_kept_title_takes_what_it_lacks_and_keeps_what_it_knows(
    children: Title, bacheha: Title, sofie: Member
) -> None:
    merged(children, bacheha, sofie)
    facts = read_facts(children)
    assert facts["minutes"] == 89
    assert facts["genres"] == ["drama"]
    assert facts["original_name"] == "بچه‌های آسمان"
    assert facts["tagline"] == "A little secret"
    assert [row["person"]["name"] for row in facts["directors"]] == ["Majid Majidi"]
    assert {row["name"] for row in facts["alternative_titles"]} == {
        "De schoenen van Zahra",
        "Bacheha-ye Aseman",
    }
    assert {row["value"] for row in facts["external_ids"]} == {"tt0118849", "Q838610"}
    assert [row["text"] for row in facts["trivia"]] == ["It was shot on one street."]
    assert where(bacheha) == children.pk


def test_an_undo_gives_everything_back(children: Title, bacheha: Title, sofie: Member) -> None:
    before = read_facts(children), read_facts(bacheha)
    merge = merged(children, bacheha, sofie)
    undo_merge(merge=merge, by=sofie)
    assert (read_facts(children), read_facts(bacheha)) == before
    assert where(bacheha) is None
    merge.refresh_from_db()
    assert (merge.undone_by, merge.undone_at is not None) == (sofie, True)


def test_a_fact_that_was_changed_since_stays_and_lists_give_back_only_what_came(
    children: Title, bacheha: Title, sofie: Member
) -> None:
    merge = merged(children, bacheha, sofie)
    names = read_facts(children)["alternative_titles"]
    write_facts(
        children,
        {
            "tagline": "Two pairs of shoes",
            "alternative_titles": [
                *names,
                {"name": "Zahras Schuhe", "language": "de", "region": "", "kind": "translated"},
            ],
        },
        actor=sofie,
        origin=Change.Origin.STAFF,
    )
    undo_merge(merge=merge, by=sofie)
    facts = read_facts(children)
    assert facts["tagline"] == "Two pairs of shoes"
    assert facts["original_name"] is None
    assert [row["name"] for row in facts["alternative_titles"]] == ["Zahras Schuhe"]


def test_an_id_that_staff_took_away_since_does_not_come_back(
    children: Title, bacheha: Title, sofie: Member
) -> None:
    merge = merged(children, bacheha, sofie)
    ExternalId.objects.filter(value="Q838610").delete()
    undo_merge(merge=merge, by=sofie)
    assert not bacheha.external_ids.exists()
    assert children.external_ids.get().value == "tt0118849"


def test_history_says_what_came_and_went_and_by_whom(children: Title, bacheha: Title, sofie: Member) -> None:
    undo_merge(merge=merged(children, bacheha, sofie), by=sofie)
    lines = Change.objects.filter(title=children, field="tagline").order_by("id")
    assert [(line.old, line.new, line.origin, line.actor) for line in lines] == [
        (None, "A little secret", "merge", sofie),
        ("A little secret", None, "merge", sofie),
    ]
    ids = Change.objects.filter(title=bacheha, field="external_ids").order_by("id")
    assert [[row["value"] for row in line.new] for line in ids] == [[], ["Q838610"]]


def test_what_came_keeps_its_source_and_an_undo_leaves_the_field_to_importers_again(
    children: Title, bacheha: Title, sofie: Member
) -> None:
    Title.objects.filter(pk=bacheha.pk).update(provenance={"tagline": "tmdb", "original_name": "person"})
    merge = merged(children, bacheha, sofie)
    children.refresh_from_db()
    assert children.provenance["tagline"] == "tmdb"
    assert children.provenance["original_name"] == "person"
    undo_merge(merge=merge, by=sofie)
    children.refresh_from_db()
    assert children.provenance == {}


def test_what_others_say_of_the_duplicate_follows_and_goes_back(
    children: Title, bacheha: Title, sofie: Member, alice: Member
) -> None:
    sequel = make_title("Another Race")
    relation = Relation.objects.create(title=sequel, other=bacheha, kind="sequel")
    doubled = Relation.objects.create(title=sequel, other=bacheha, kind="remake")
    Relation.objects.create(title=sequel, other=children, kind="remake")
    to_kept = Relation.objects.create(title=children, other=bacheha, kind="remake")
    proposal = Proposal.objects.create(title=bacheha, author=alice, section="films", source="A book")
    ranked = RankedList.objects.create(key="film", day=timezone.now().date(), m=5, c=3)
    place = RankedTitle.objects.create(
        ranked_list=ranked, title=bacheha, rank=1, vote_count=9, mean=4, weighted=4
    )
    rows = (relation, doubled, to_kept, proposal, place)

    def titles() -> list[int]:
        for row in rows:
            row.refresh_from_db()
        return [relation.other_id, doubled.other_id, to_kept.other_id, proposal.title_id, place.title_id]

    merge = merged(children, bacheha, sofie)
    assert titles() == [children.pk, bacheha.pk, bacheha.pk, children.pk, children.pk]
    undo_merge(merge=merge, by=sofie)
    assert titles() == [bacheha.pk] * 5


def test_no_table_that_points_at_titles_is_forgotten() -> None:
    from films.services import following
    from reviews.services import moving

    follow = {pointer.key for pointer in (*following.POINTERS, *moving.POINTERS)}
    # Facts, taken over by their own rules; what is derived; votes, messages and their memory; the duplicate's own past.
    stay = {
        *(
            "films_alternativetitle",
            "films_credit",
            "films_externalid",
            "films_externalscore",
            "films_filminglocation",
        ),
        *("films_link", "films_nomination", "films_release", "films_titlecompany", "films_titlegenre"),
        *("films_title_countries", "films_title_languages", "films_trivia", "films_video"),
        *("films_titlelisting", "films_titletotals", "films_searchname", "reviews_knowntext"),
        *("reviews_vote", "reviews_review", "reviews_movedvote"),
        *("films_change", "films_lock", "films_merge", "films_title"),
    }
    pointing = {
        f"{relation.related_model._meta.db_table}.{relation.field.column}"
        for relation in Title._meta.get_fields(include_hidden=True)
        if relation.auto_created and not relation.concrete and relation.field.column
    }
    forgotten = {key for key in pointing - follow if key.split(".")[0] not in stay}
    own_side = {"films_relation.title_id", "films_similartitle.title_id"}
    assert forgotten == own_side


# --- Shows ----------------------------------------------------------------------------------------------


def test_of_two_shows_seasons_of_one_number_become_one_and_the_others_move(sofie: Member) -> None:
    kept, double = make_title("The Wire", kind=TitleKind.SHOW), make_title("Wire, The", kind=TitleKind.SHOW)
    first, same, second = make_season(kept, 1), make_season(double, 1), make_season(double, 2)
    make_vote(same, value=8)
    make_vote(second, value=6)
    merge = merged(kept, double, sofie)
    second.refresh_from_db()
    assert where(same) == first.pk
    assert (second.parent_id, second.merged_into) == (kept.pk, None)
    assert (kept.totals.vote_count, first.totals.vote_count) == (2, 1)
    assert find_differences() == []

    undo_merge(merge=merge, by=sofie)
    second.refresh_from_db()
    assert where(same) is None
    assert second.parent_id == double.pk
    for title, votes in ((kept, 0), (first, 0), (double, 2), (same, 1)):
        title.totals.refresh_from_db()
        assert title.totals.vote_count == votes
    assert find_differences() == []


def test_the_merge_of_a_season_is_undone_with_its_show(sofie: Member) -> None:
    kept, double = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    make_season(kept, 1)
    make_season(double, 1)
    part = merged(kept, double, sofie).parts.get()
    with pytest.raises(MergeRefused):
        undo_merge(merge=part, by=sofie)
    assert where(part.duplicate) == part.kept_id


# --- Where a duplicate is and is not ----------------------------------------------------------------------


def test_a_duplicate_is_counted_and_listed_nowhere_until_it_stands_apart_again(
    children: Title, bacheha: Title, sofie: Member, django_capture_on_commit_callbacks
) -> None:
    def films() -> tuple[int, int]:
        counted = sum(SiteCounter.objects.filter(name="films").values_list("value", flat=True))
        return counted, TitleListing.objects.filter(kind="film").count()

    with django_capture_on_commit_callbacks(execute=True):
        merge = merged(children, bacheha, sofie)
    assert films() == (1, 1)
    assert find_differences() == []
    assert not bacheha.search_names.exists()
    with django_capture_on_commit_callbacks(execute=True):
        undo_merge(merge=merge, by=sofie)
    assert films() == (2, 2)
    assert find_differences() == []
    assert bacheha.search_names.exists()


def test_a_chain_of_merges_leads_to_the_title_that_stands(sofie: Member) -> None:
    one, two, three = make_title(), make_title(), make_title()
    merged(two, one, sofie)
    merged(three, two, sofie)
    assert {standing_title_id(title.pk) for title in (one, two, three)} == {three.pk}
    assert standing_title_id(0) is None


# --- What is refused --------------------------------------------------------------------------------------


def test_only_two_titles_of_a_kind_that_stand_can_be_merged(sofie: Member) -> None:
    film, other, gone = make_title(), make_title(), make_title()
    show = make_title(kind=TitleKind.SHOW)
    merged(film, gone, sofie)
    for kept, duplicate in ((film, film), (film, show), (gone, other), (other, gone)):
        with pytest.raises(MergeRefused):
            merged(kept, duplicate, sofie)
    assert Merge.objects.count() == 1


def test_a_merge_is_undone_once_and_in_time(children: Title, bacheha: Title, sofie: Member) -> None:
    merge = merged(children, bacheha, sofie)
    Merge.objects.filter(pk=merge.pk).update(merged_at=timezone.now() - timedelta(days=31))
    with pytest.raises(MergeRefused, match="too late"):
        undo_merge(merge=merge, by=sofie)
    Merge.objects.filter(pk=merge.pk).update(merged_at=timezone.now() - timedelta(days=29))
    undo_merge(merge=merge, by=sofie)
    with pytest.raises(MergeRefused, match="undone already"):
        undo_merge(merge=merge, by=sofie)


def test_the_last_of_several_merges_is_undone_first(sofie: Member) -> None:
    kept, one, two, above = make_title(), make_title(), make_title(), make_title()
    first, second = merged(kept, one, sofie), merged(kept, two, sofie)
    last = merged(above, kept, sofie)
    for merge in (first, second):
        with pytest.raises(MergeRefused):
            undo_merge(merge=merge, by=sofie)
    for merge in (last, second, first):
        undo_merge(merge=merge, by=sofie)
    assert Title.objects.filter(merged_into=None).count() == 4


def test_titles_that_were_parted_can_be_merged_again(children: Title, bacheha: Title, sofie: Member) -> None:
    undo_merge(merge=merged(children, bacheha, sofie), by=sofie)
    member = make_member()
    make_vote(bacheha, member, 9)
    again = merged(bacheha, children, sofie)
    assert where(children) == bacheha.pk
    undo_merge(merge=again, by=sofie)
    assert find_differences() == []


def test_a_season_whose_number_was_added_again_stays_where_it_is(sofie: Member) -> None:
    show, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    merge = merged(make_season(show, 1), make_season(other, 0), sofie)
    make_season(other, 0)
    with pytest.raises(MergeRefused, match="Season 0 has been added"):
        undo_merge(merge=merge, by=sofie)
    assert where(merge.duplicate) == merge.kept_id


@pytest.mark.parametrize("moved", ["duplicate", "kept"])
def test_seasons_that_moved_and_were_merged_since_are_parted_before_their_shows(
    sofie: Member, moved: str
) -> None:
    kept, double = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    seasons = {"kept": make_season(kept, 1), "duplicate": make_season(double, 2)}
    whole = merged(kept, double, sofie)
    follower = seasons["duplicate"]
    later = (
        merged(seasons["kept"], follower, sofie)
        if moved == "duplicate"
        else merged(follower, seasons["kept"], sofie)
    )
    with pytest.raises(MergeRefused, match="season of this show"):
        undo_merge(merge=whole, by=sofie)
    undo_merge(merge=later, by=sofie)
    undo_merge(merge=whole, by=sofie)
    follower.refresh_from_db()
    assert (follower.parent, follower.merged_into) == (double, None)


def test_a_season_that_was_kept_and_merged_itself_since_is_parted_before_its_show(sofie: Member) -> None:
    kept, double = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    first, second = make_season(kept, 1), make_season(kept, 2)
    make_season(double, 1)
    whole = merged(kept, double, sofie)
    merged(second, first, sofie)
    with pytest.raises(MergeRefused, match="season of this show"):
        undo_merge(merge=whole, by=sofie)


def test_a_season_goes_back_to_no_show_that_is_a_duplicate(sofie: Member) -> None:
    show, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    merge = merged(make_season(show, 1), make_season(other, 2), sofie)
    whole = merged(show, other, sofie)
    with pytest.raises(MergeRefused, match="show of this season"):
        undo_merge(merge=merge, by=sofie)
    undo_merge(merge=whole, by=sofie)
    undo_merge(merge=merge, by=sofie)


def test_the_pages_of_merged_seasons_are_their_shows(
    sofie: Member, django_capture_on_commit_callbacks
) -> None:
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    kept, duplicate = make_season(one, 1), make_season(other, 1)

    def marks() -> list[str | None]:
        return [cache.get(mark_of(f"/shows/{show.pk}-")) for show in (one, other)]

    before = marks()
    with django_capture_on_commit_callbacks(execute=True):
        merge = merged(kept, duplicate, sofie)
    after = marks()
    with django_capture_on_commit_callbacks(execute=True):
        undo_merge(merge=merge, by=sofie)
    for mark in zip(before, after, marks(), strict=True):
        assert len(set(mark)) == 3
