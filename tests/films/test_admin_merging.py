"""Staff find two titles that are one, look at both, merge them, and part them again: no vote is lost on the way."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from films.duplicates import likely_duplicates
from films.models import ExternalId, Merge, Relation, Title, TitleKind
from films.services.listing import refresh_listings
from films.services.search_names import refresh_search_names
from reviews.models import Vote
from reviews.services.recounting import find_differences
from tests.factories import make_member, make_review, make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, sofie: Member, settings) -> Iterator[Client]:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(sofie)
    return client


@pytest.fixture
def pair() -> tuple[Title, Title]:
    kept = make_title("Children of Heaven", year=1997)
    double = make_title("Bacheha-ye Aseman", year=1998, alternatives={"Children of Heaven": "en"})
    both = make_member()
    make_vote(kept, both, 6, changed_at=timezone.now() - timedelta(days=2))
    make_vote(double, both, 9)
    make_vote(double)
    make_review(double)
    refresh_listings()
    refresh_search_names()
    return kept, double


def votes() -> set[tuple[int, int, int]]:
    return set(Vote.objects.values_list("member", "title", "value"))


def test_two_duplicates_are_merged_and_parted_and_every_total_equals_a_recount(
    staff: Client, pair: tuple[Title, Title], sofie: Member
) -> None:
    kept, double = pair
    before = votes()
    found = staff.get("/admin/films/title/duplicates/").context["pairs"]
    assert [(one.older, one.newer) for one in found] == [(kept, double)]

    chosen = staff.post(
        "/admin/films/title/", {"action": "merge_selected", "_selected_action": [double.pk, kept.pk]}
    )
    page = staff.get(chosen["Location"])
    assert (page.context["kept"], page.context["duplicate"]) == (kept, double)
    moves = page.context["moves"]
    assert (moves.votes, moves.give_way, moves.messages) == (2, 1, 1)
    swapped = staff.get(f"/admin/films/title/merge/{page.context['swapped']}")
    assert (swapped.context["kept"], swapped.context["duplicate"]) == (double, kept)

    nothing_said = staff.post(chosen["Location"], {"reason": " "})
    assert nothing_said.context["form"].errors["reason"]
    assert not Merge.objects.exists()

    staff.post(chosen["Location"], {"reason": "One film, two names"})
    merge = Merge.objects.get()
    assert (merge.kept, merge.duplicate, merge.merged_by) == (kept, double, sofie)
    assert {title for _member, title, _value in votes()} == {kept.pk}
    assert find_differences() == []
    assert staff.get(double.get_absolute_url())["Location"] == kept.get_absolute_url()

    merges = staff.get("/admin/films/merge/").content.decode()
    assert "30 days left" in merges
    undo = f"/admin/films/merge/{merge.pk}/undo/"
    assert staff.get(undo).context["votes"] == 3
    staff.post(undo)
    assert votes() == before
    assert find_differences() == []
    assert staff.get(double.get_absolute_url()).status_code == 200
    assert "undone by sofie" in staff.get("/admin/films/merge/").content.decode()
    assert staff.post(undo).context["refusal"]


@pytest.mark.parametrize("number", [1, 3])
def test_only_two_can_be_merged(staff: Client, number: int) -> None:
    titles = [make_title() for _ in range(number)]
    answer = staff.post(
        "/admin/films/title/",
        {"action": "merge_selected", "_selected_action": [title.pk for title in titles]},
        follow=True,
    )
    assert "Select the two titles that are the same." in answer.content.decode()


def test_what_cannot_be_merged_says_why_and_offers_no_button(staff: Client) -> None:
    film, show = make_title(), make_title(kind=TitleKind.SHOW)
    address = f"/admin/films/title/merge/?kept={film.pk}&duplicate={show.pk}"
    assert "Only two films, two shows or two seasons" in staff.get(address).content.decode()
    staff.post(address, {"reason": "Because"})
    assert not Merge.objects.exists()


@pytest.mark.parametrize(
    "query", ["", "?kept=1", "?kept=x&duplicate=y", "?kept=999&duplicate=998", "?kept=²&duplicate=1"]
)
def test_titles_that_are_not_there_are_not_found(staff: Client, query: str) -> None:
    assert staff.get(f"/admin/films/title/merge/{query}").status_code == 404


def test_of_two_shows_the_page_counts_the_votes_on_their_seasons(staff: Client, sofie: Member) -> None:
    one, other = make_title(kind=TitleKind.SHOW), make_title(kind=TitleKind.SHOW)
    member = make_member()
    make_vote(make_season(one, 1), member)
    make_vote(make_season(other, 1), member)
    make_vote(make_season(other, 2))
    moves = staff.get(f"/admin/films/title/merge/?kept={one.pk}&duplicate={other.pk}").context["moves"]
    assert (moves.votes, moves.give_way) == (2, 1)


def test_a_clerk_who_may_not_change_titles_neither_merges_nor_parts(
    client: Client, pair: tuple[Title, Title], settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    client.force_login(make_member("clerk", is_staff=True))
    kept, double = pair
    for page in (f"merge/?kept={kept.pk}&duplicate={double.pk}", "duplicates/", "import/"):
        assert client.get(f"/admin/films/title/{page}").status_code == 403, page


def test_pairs_are_of_one_kind_near_in_time_and_still_two(sofie: Member) -> None:
    names = ["Heat", "Heat", "Heat", "Heat"]
    old, near, *_others = (
        make_title(name, year=year, kind=kind)
        for name, year, kind in zip(
            names, (1995, 1996, 2010, 1995), ("film", "film", "film", "show"), strict=True
        )
    )
    by_id, twin = make_title("One", year=1950), make_title("Other", year=1990)
    ExternalId.objects.create(title=by_id, source="imdb", value="tt0118849")
    ExternalId.objects.create(title=twin, source="imdb", value="0118849")
    refresh_search_names()
    pairs, following = likely_duplicates()
    assert {(pair.older.pk, pair.newer.pk, pair.same_id) for pair in pairs} == {
        (old.pk, near.pk, False),
        (by_id.pk, twin.pk, True),
    }
    assert following is None


def test_older_titles_are_looked_at_window_by_window(sofie: Member) -> None:
    heats = [make_title("Heat", year=1995) for _ in range(3)]
    refresh_search_names()
    pairs, below, windows = [], None, 0
    while windows == 0 or below:
        found, below = likely_duplicates(below=below, window=1)
        pairs += [(pair.older, pair.newer) for pair in found]
        windows += 1
    assert pairs == [(heats[0], heats[2]), (heats[1], heats[2]), (heats[0], heats[1])]


def test_what_speaks_against_a_merge_is_said_and_forbids_nothing(
    staff: Client, pair: tuple[Title, Title]
) -> None:
    kept, double = pair
    url = f"/admin/films/title/merge/?kept={kept.pk}&duplicate={double.pk}"
    assert staff.get(url).context["doubts"] == []
    Title.objects.filter(pk=double.pk).update(year=2009)
    Relation.objects.create(title=double, other=kept, kind="remake")
    for title, value in ((kept, "tt0118849"), (double, "tt1234567")):
        ExternalId.objects.create(title=title, source="imdb", value=value)
    page = staff.get(url)
    years, ids, relation = page.context["doubts"]
    assert "1997 and 2009" in years
    assert "tt0118849 and tt1234567" in ids
    assert "remake of" in relation
    assert "Are they really the same?" in page.content.decode()
    assert staff.post(url, {"reason": "Looked at both"}).status_code == 302
    double.refresh_from_db()
    assert double.merged_into == kept
