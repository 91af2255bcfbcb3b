"""Lists of titles: making them, who sees them, what of them a reader has seen, and where titles name them."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Audience, Member
from accounts.services.relating import block
from films.models import Title
from films.services.listing import refresh_listings
from filmsite.lib.kept import mark_of
from reviews.models import ListEntry, TitleList
from reviews.seen import seen_among
from reviews.services.making_lists import (
    ListIsFull,
    add_to_list,
    begin_top_ten,
    change_list,
    remove_list,
    take_off_list,
)
from reviews.services.making_lists import (
    make_list as make_own_list,
)
from tests.asserts import assert_flat_queries
from tests.factories import (
    make_follow,
    make_list,
    make_member,
    make_season,
    make_title,
    make_viewing,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_alice(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def heat(db: None) -> Title:
    return make_title("Heat", year=1995)


def read(client: Client, address: str, **query: object) -> str:
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


# --- Making and changing ----------------------------------------------------------------------------------------


def test_a_list_is_made_and_changed(as_alice: Client, alice: Member) -> None:
    response = as_alice.post(
        reverse("reviews:list-new"),
        {"name": "  Rain   in films ", "tags": "Rain, #noir", "is_ranked": "on", "audience": "followers"},
    )
    made = TitleList.objects.get()
    assert response.url == made.get_arrange_url()
    assert (made.owner, made.name, made.tags) == (alice, "Rain in films", ["rain", "noir"])
    assert (made.is_ranked, made.audience) == (True, Audience.FOLLOWERS)
    as_alice.post(
        reverse("reviews:list-edit", args=[made.pk]),
        {"name": "Snow", "description": "Cold.", "audience": "everyone"},
    )
    made.refresh_from_db()
    assert (made.name, made.description, made.tags) == ("Snow", "Cold.", [])
    assert (made.is_ranked, made.audience) == (False, Audience.EVERYONE)


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 121}, {"audience": "nobody"}, {"description": "x" * 2001}]
)
def test_a_list_that_cannot_be_comes_back_as_it_was_typed(as_alice: Client, wrong: dict[str, str]) -> None:
    sent = {"name": "Snow", "description": "Cold", "audience": "everyone", "tags": "one, two"} | wrong
    response = as_alice.post(reverse("reviews:list-new"), sent)
    assert response.status_code == 422
    assert "one, two" in response.content.decode()
    assert not TitleList.objects.exists()


def test_a_list_is_made_with_its_first_title(as_alice: Client, heat: Title) -> None:
    address = f"{reverse('reviews:list-new')}?title={heat.pk}"
    assert "Heat" in read(as_alice, address)
    as_alice.post(address, {"name": "Cities", "audience": "everyone"})
    assert list(ListEntry.objects.values_list("list__name", "title__name", "position")) == [
        ("Cities", "Heat", 1)
    ]
    assert as_alice.get(f"{reverse('reviews:list-new')}?title=999999").status_code == 404


def test_a_list_is_deleted_after_a_question(as_alice: Client, alice: Member, heat: Title) -> None:
    made = make_list(alice, heat)
    address = reverse("reviews:list-remove", args=[made.pk])
    assert "It holds 1 title" in read(as_alice, address)
    assert TitleList.objects.exists()
    as_alice.post(address)
    assert not TitleList.objects.exists()
    assert Title.objects.filter(pk=heat.pk).exists()


@pytest.mark.parametrize("page", ["list-edit", "list-remove", "list-arrange"])
def test_nobody_else_comes_near_a_list(client: Client, alice: Member, bob: Member, page: str) -> None:
    made = make_list(alice)
    address = reverse(f"reviews:{page}", args=[made.pk])
    assert client.get(address).url.startswith(reverse("account_login"))
    client.force_login(bob)
    assert client.get(address).status_code == 404
    assert client.post(address, {"name": "Mine", "audience": "me"}).status_code in (404, 405)
    made.refresh_from_db()
    assert made.name == "Some films"


def test_who_is_suspended_makes_and_changes_no_list_and_may_delete_theirs(
    client: Client, sam: Member
) -> None:
    made = make_list(sam)
    client.force_login(sam)
    assert client.get(reverse("reviews:list-new")).status_code == 403
    assert client.post(reverse("reviews:list-edit", args=[made.pk]), {"name": "x"}).status_code == 403
    assert client.post(reverse("reviews:list-put", args=[made.pk]), {"title": 1}).status_code == 403
    client.post(reverse("reviews:list-remove", args=[made.pk]))
    assert not TitleList.objects.exists()


def test_too_many_lists_an_hour_are_refused(as_alice: Client, settings) -> None:
    settings.FILMSITE_LIMITS = {**settings.FILMSITE_LIMITS, "list": "1/hour"}
    sent = {"name": "One", "audience": "everyone"}
    assert as_alice.post(reverse("reviews:list-new"), sent).status_code == 302
    assert as_alice.post(reverse("reviews:list-new"), sent).status_code == 429


# --- Reading ----------------------------------------------------------------------------------------------------


def test_a_list_shows_its_titles_in_order_with_their_notes(
    client: Client, alice: Member, heat: Title
) -> None:
    thief = make_title("Thief")
    made = make_list(alice, thief, heat, is_ranked=True, description="Two of them.")
    made.entries.filter(title=heat).update(note="The café.")
    page = read(client, made.get_absolute_url())
    assert page.index("Two of them.") < page.index("Thief") < page.index("Heat</a>") < page.index("The café.")
    assert '<span class="rank">2</span>' in page
    assert "csrfmiddlewaretoken" not in page


def test_a_wrong_slug_leads_to_the_right_address_with_its_query(client: Client, alice: Member) -> None:
    made = make_list(alice, name="Snow")
    response = client.get(f"/lists/{made.pk}-rain/?page=2")
    assert response.status_code == 301
    assert response.url == f"/lists/{made.pk}-snow/?page=2"
    assert read(client, make_list(alice, name="雪").get_absolute_url())


def test_hostile_names_are_shown_as_text(client: Client, alice: Member, heat: Title) -> None:
    made = make_list(alice, heat, name="<script>alert(1)</script>", description="<b>x</b>", tags=["<i>"])
    made.entries.update(note="<img src=x>")
    for address in (made.get_absolute_url(), reverse("reviews:lists"), heat.get_absolute_url()):
        page = read(client, address)
        for markup in ("<script>alert", "<b>x", "<i>", "<img src=x"):
            assert markup not in page


def test_a_private_list_is_not_there_for_others(
    client: Client, alice: Member, bob: Member, heat: Title
) -> None:
    made = make_list(alice, heat, name="Secret", audience=Audience.ME)
    wrong = f"/lists/{made.pk}-wrong/"
    for viewer in (None, bob):
        if viewer:
            client.force_login(viewer)
        assert client.get(made.get_absolute_url()).status_code == 404
        assert client.get(wrong).status_code == 404
        for address in (
            reverse("reviews:lists"),
            reverse("accounts:member-lists", args=["alice"]),
            reverse("reviews:title-lists", args=[heat.pk]),
            heat.get_absolute_url(),
        ):
            assert "Secret" not in read(client, address)
    client.force_login(alice)
    assert "only you see this list" in read(client, made.get_absolute_url())


def test_a_list_for_followers_is_for_those_who_were_accepted(
    client: Client, alice: Member, bob: Member, heat: Title
) -> None:
    made = make_list(alice, heat, name="Among us", audience=Audience.FOLLOWERS)
    client.force_login(bob)
    follow = make_follow(bob, alice, accepted=False)
    assert client.get(made.get_absolute_url()).status_code == 404
    follow.accepted_at = follow.asked_at
    follow.save()
    assert "Among us" in read(client, made.get_absolute_url())
    assert "Among us" in read(client, reverse("accounts:member-lists", args=["alice"]))
    assert "Among us" not in read(client, heat.get_absolute_url())


def test_the_lists_of_who_is_suspended_are_not_shown(client: Client, sam: Member, heat: Title) -> None:
    made = make_list(sam, heat, name="Of Sam")
    assert client.get(made.get_absolute_url()).status_code == 404
    assert "Of Sam" not in read(client, reverse("reviews:lists"))
    assert "Of Sam" not in read(client, heat.get_absolute_url())


def test_a_reader_is_told_how_much_of_a_list_they_have_seen(
    client: Client, alice: Member, bob: Member, heat: Title
) -> None:
    voted, logged, show = make_title(), make_title(), make_title(kind="show")
    make_vote(voted, bob)
    make_viewing(bob, logged)
    make_viewing(bob, make_season(show))
    made = make_list(alice, heat, voted, logged, show)
    assert "Seen" not in read(client, made.get_absolute_url())
    client.force_login(bob)
    page = read(client, made.get_absolute_url())
    assert "Seen 3 of 4" in page
    assert page.count("seen-mark") == 3
    left = read(client, made.get_absolute_url(), unseen=1)
    assert "Heat" in left
    assert "seen-mark" not in left


def test_what_others_saw_is_not_seen_by_me(alice: Member, bob: Member, heat: Title) -> None:
    make_vote(heat, bob)
    assert seen_among(alice, [heat.pk]) == set()
    assert seen_among(bob, [heat.pk, heat.pk + 1]) == {heat.pk}


def test_lists_are_found_by_a_part_of_their_name(client: Client, alice: Member, heat: Title) -> None:
    make_list(alice, heat, name="Winter evenings")
    make_list(alice, heat, name="100% summer")
    page = read(client, reverse("reviews:lists"), q="WINTER")
    assert "Winter evenings" in page
    assert "100% summer" not in page
    assert "Winter evenings" not in read(client, reverse("reviews:lists"), q="0% s")


@pytest.mark.parametrize("is_mine", [True, False], ids=["I blocked them", "they blocked me"])
def test_after_a_block_the_lists_of_the_other_are_not_among_everybodys(
    as_alice: Client, alice: Member, bob: Member, heat: Title, is_mine: bool
) -> None:
    theirs = make_list(bob, heat, name="Nights in Los Angeles")
    member, other = (alice, bob) if is_mine else (bob, alice)
    for blocked in (False, True):
        if blocked:
            block(member=member, other=other)
        for page in ("/lists/", reverse("reviews:title-lists", args=[heat.pk]), heat.get_absolute_url()):
            assert (theirs.name in as_alice.get(page).text) is not blocked
    assert as_alice.get(theirs.get_absolute_url()).status_code == 200
    for page in ("/lists/", heat.get_absolute_url()):
        assert theirs.name in Client().get(page).text


def test_empty_lists_and_top_tens_are_not_among_everybodys(
    client: Client, alice: Member, heat: Title
) -> None:
    make_list(alice, name="Empty")
    make_list(alice, heat, name="The top", kind="top")
    page = read(client, reverse("reviews:lists"))
    assert "Empty" not in page
    assert "op 10 of alice" not in page


@pytest.mark.parametrize("query", ["after=x", "after=WzEsMl0", "before=WyJhIiwxXQ", "q=%25_\\", "page=-1"])
def test_odd_addresses_break_nothing(client: Client, alice: Member, heat: Title, query: str) -> None:
    made = make_list(alice, heat)
    for address in (
        reverse("reviews:lists"),
        made.get_absolute_url(),
        reverse("reviews:title-lists", args=[heat.pk]),
        reverse("accounts:member-lists", args=["alice"]),
    ):
        assert client.get(f"{address}?{query}").status_code == 200


def test_every_list_of_the_index_is_reached_page_by_page(client: Client, alice: Member, heat: Title) -> None:
    made = [make_list(alice, heat, name=f"List {number}") for number in range(60)]
    seen: list[int] = []
    address = reverse("reviews:lists")
    while address:
        page = client.get(address).context["page"]
        seen += [one.pk for one in page.rows]
        address = f"{reverse('reviews:lists')}{page.next_url}" if page.next_url else ""
    assert seen == [one.pk for one in reversed(made)]


# --- On the page of a title -------------------------------------------------------------------------------------


def test_the_page_of_a_title_names_the_lists_that_it_is_in(
    client: Client, alice: Member, heat: Title
) -> None:
    assert "in-lists" not in read(client, heat.get_absolute_url())
    make_list(alice, heat, name="First")
    assert "In 1 list<" in read(client, heat.get_absolute_url())
    for number in range(4):
        make_list(alice, heat, name=f"Next {number}")
    page = read(client, heat.get_absolute_url())
    assert "In 5 lists" in page
    assert "Next 3" in page
    assert "First" not in page
    assert "First" in read(client, reverse("reviews:title-lists", args=[heat.pk]))


def test_a_list_that_changes_is_shown_as_it_is_on_the_pages_of_its_titles(
    alice: Member, heat: Title, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    made = make_own_list(owner=alice, name="Cities")
    other = make_own_list(owner=alice, name="Mine alone", audience=Audience.ME)
    same = {"description": "", "tags": (), "is_ranked": False}

    def is_forgotten_by(act) -> bool:
        mark = mark_of(heat.get_absolute_url())
        before = cache.get(mark)
        with django_capture_on_commit_callbacks(execute=True):
            act()
        return cache.get(mark) != before

    assert is_forgotten_by(lambda: add_to_list(to=made, title=heat))
    assert is_forgotten_by(lambda: change_list(of=made, name="Towns", audience="everyone", **same))
    assert is_forgotten_by(lambda: change_list(of=made, name="Towns", audience="me", **same))
    assert not is_forgotten_by(lambda: change_list(of=made, name="Villages", audience="me", **same))
    assert is_forgotten_by(lambda: change_list(of=made, name="Villages", audience="everyone", **same))
    assert is_forgotten_by(lambda: take_off_list(entry=made.entries.get()))
    assert is_forgotten_by(lambda: add_to_list(to=made, title=heat))
    assert is_forgotten_by(lambda: remove_list(of=made))
    assert not is_forgotten_by(lambda: add_to_list(to=other, title=heat))


# --- A member's lists and their top ten -------------------------------------------------------------------------


def test_a_members_lists_are_narrowed_to_a_tag(client: Client, alice: Member, heat: Title) -> None:
    make_list(alice, heat, name="Tagged", tags=["noir"])
    make_list(alice, heat, name="Plain")
    page = read(client, reverse("accounts:member-lists", args=["alice"]), tag="NOIR")
    assert "Tagged" in page
    assert "Plain" not in page


def test_a_top_ten_holds_ten_and_each_member_has_one(as_alice: Client, alice: Member) -> None:
    address = reverse("reviews:top-ten")
    assert "Begin" in read(as_alice, address)
    assert not TitleList.objects.exists()
    as_alice.post(address)
    top = TitleList.objects.get()
    assert (top.kind, top.is_ranked) == ("top", True)
    assert begin_top_ten(owner=alice) == top
    assert as_alice.get(address).url == top.get_arrange_url()
    for number in range(10):
        add_to_list(to=top, title=make_title(f"Film number {number}"))
    with pytest.raises(ListIsFull):
        add_to_list(to=top, title=make_title())
    page = read(as_alice, reverse("accounts:member-lists", args=["alice"]))
    assert page.index("Film number 0") < page.index("Film number 9")
    assert "The list is full" in read(as_alice, top.get_arrange_url())


def test_of_a_top_ten_only_its_words_and_its_readers_can_be_changed(as_alice: Client, alice: Member) -> None:
    top = begin_top_ten(owner=alice)
    address = reverse("reviews:list-edit", args=[top.pk])
    as_alice.post(address, {"name": "Other", "tags": "x", "description": "Mine.", "audience": "me"})
    top.refresh_from_db()
    assert (top.name, top.tags, top.description, top.audience) == ("Top 10", [], "Mine.", "me")
    assert top.is_ranked


# --- What the pages cost ----------------------------------------------------------------------------------------


def test_the_pages_of_lists_cost_the_same_however_much_they_show(
    client: Client, alice: Member, bob: Member, heat: Title
) -> None:
    made = make_list(alice, heat)

    def more() -> None:
        make_list(make_member(), heat, make_season(make_title(kind="show")), tags=["one"], description="Text")
        make_list(alice, heat, make_title())
        title = make_title()
        make_vote(title, bob)
        ListEntry.objects.create(list=made, title=title, position=2, note="A note")

    client.force_login(bob)
    assert_flat_queries(client, more, made.get_absolute_url(), at_most=9)
    assert_flat_queries(client, more, reverse("reviews:lists"), at_most=6)
    assert_flat_queries(client, more, reverse("accounts:member-lists", args=["alice"]), at_most=9)
    assert_flat_queries(client, more, reverse("reviews:title-lists", args=[heat.pk]), at_most=8)
    client.force_login(alice)
    assert_flat_queries(client, more, reverse("reviews:list-add", args=[heat.pk]), at_most=8)
    assert_flat_queries(client, more, f"{made.get_arrange_url()}?q=film", at_most=15)
    assert_flat_queries(client, more, heat.get_absolute_url(), at_most=12)


def test_a_member_is_told_how_much_of_the_top_they_have_seen(
    client: Client, alice: Member, heat: Title, settings
) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = 1
    for title in (heat, make_title("Thief")):
        make_votes(title, {8: 3})
    refresh_listings()
    make_viewing(alice, heat)
    assert "Seen" not in read(client, reverse("films:top"))
    client.force_login(alice)
    page = read(client, reverse("films:top"))
    assert "Seen 1 of 2" in page
    assert page.count("seen-mark") == 1
