"""The desk of a list: titles are put in, moved, noted on and taken out, by two tabs at once if need be."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import time

import pytest
from django.core import signing
from django.db import connection
from django.http import Http404
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from films.services.merging import merge_titles, undo_merge
from films.services.search_names import refresh_search_names
from reviews.models import ListEntry, TitleList, Viewing
from reviews.services.diary import log_viewing
from reviews.services.making_lists import (
    add_to_list,
    change_list,
    move_entry,
    note_entry,
    remove_list,
    restore_entry,
    take_off_list,
)
from reviews.services.watching import watch
from tests.factories import make_list, make_member, make_title, make_viewing

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters(alice: Member) -> TitleList:
    """A list of alice's with the films A to E."""
    return make_list(alice, *(make_title(name) for name in "ABCDE"))


@pytest.fixture
def as_alice(client: Client, alice: Member) -> Client:
    client.force_login(alice)
    return client


def order_of(of: TitleList) -> str:
    """The names in their order; asserts that the places are 1, 2, 3…"""
    rows = list(of.entries.order_by("position").values_list("title__name", "position"))
    assert [position for _name, position in rows] == list(range(1, len(rows) + 1))
    return "".join(name for name, _position in rows)


def entry_of(of: TitleList, name: str) -> ListEntry:
    return of.entries.select_related("list", "title").get(title__name=name)


def act(client: Client, of: TitleList, name: str, **sent: object):
    address = reverse("reviews:list-entry", args=[of.pk, entry_of(of, name).pk])
    return client.post(address, sent)


@pytest.mark.parametrize(
    ("name", "to", "order"),
    [("A", 1, "ABCDE"), ("A", 3, "BCADE"), ("E", 1, "EABCD"), ("B", 5, "ACDEB"), ("C", 9999, "ABDEC")],
)
def test_a_title_is_given_a_place_and_the_others_make_room(
    as_alice: Client, letters: TitleList, name: str, to: int, order: str
) -> None:
    act(as_alice, letters, name, act="to", to=to)
    assert order_of(letters) == order


def test_a_title_goes_up_and_down_by_one(as_alice: Client, letters: TitleList) -> None:
    act(as_alice, letters, "C", act="up")
    assert order_of(letters) == "ACBDE"
    act(as_alice, letters, "A", act="down")
    assert order_of(letters) == "CABDE"
    act(as_alice, letters, "C", act="up")
    act(as_alice, letters, "E", act="down")
    assert order_of(letters) == "CABDE"


def test_gaps_that_were_left_are_closed(as_alice: Client, letters: TitleList) -> None:
    letters.entries.filter(title__name="C").delete()
    letters.entries.filter(title__name="E").update(position=70)
    act(as_alice, letters, "E", act="to", to=2)
    assert order_of(letters) == "AEBD"


def test_a_title_is_taken_out_and_those_after_it_move_up(as_alice: Client, letters: TitleList) -> None:
    act(as_alice, letters, "B", act="remove")
    assert order_of(letters) == "ACDE"


@pytest.mark.parametrize("headers", [{}, {"hx-request": "true"}], ids=["page", "htmx"])
def test_a_title_that_was_taken_out_comes_back_to_its_place_with_its_note_once(
    as_alice: Client, letters: TitleList, headers: dict[str, str]
) -> None:
    letters.entries.filter(title__name="B").update(note="Why I love it")
    whole = letters.entries.values("title", "position", "note", "added_at").get(title__name="B")
    address = reverse("reviews:list-entry", args=[letters.pk, entry_of(letters, "B").pk])
    page = as_alice.post(address, {"act": "remove"}, headers=headers)
    assert "Put it back" in page.content.decode()
    assert order_of(letters) == "ACDE"
    for _ in range(2):
        sent = {"removed": page.context["removed"]}
        as_alice.post(reverse("reviews:list-restore", args=[letters.pk]), sent, headers=headers)
    assert order_of(letters) == "ABCDE"
    assert letters.entries.values("title", "position", "note", "added_at").get(title__name="B") == whole


def test_nothing_is_put_back_into_another_list_or_after_a_day(
    alice: Member, letters: TitleList, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = take_off_list(entry=entry_of(letters, "B"))
    assert restore_entry(to=make_list(alice), removed=removed) is None
    assert restore_entry(to=letters, removed=removed + "x") is None
    monkeypatch.setattr(signing.time, "time", lambda: time() + 2 * 24 * 3600)
    assert restore_entry(to=letters, removed=removed) is None
    assert order_of(letters) == "ACDE"


def test_nothing_is_put_back_into_a_list_that_is_full_meanwhile(
    as_alice: Client, letters: TitleList, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = take_off_list(entry=entry_of(letters, "B"))
    monkeypatch.setattr(TitleList, "most_titles", 4)
    sent = {"removed": removed}
    page = as_alice.post(reverse("reviews:list-restore", args=[letters.pk]), sent, follow=True)
    assert "is full" in page.content.decode()
    assert order_of(letters) == "ACDE"


def test_nobody_puts_back_into_a_list_of_anothers(client: Client, bob: Member, letters: TitleList) -> None:
    removed = take_off_list(entry=entry_of(letters, "B"))
    client.force_login(bob)
    address = reverse("reviews:list-restore", args=[letters.pk])
    assert client.post(address, {"removed": removed}).status_code == 404
    assert order_of(letters) == "ACDE"


def test_a_tab_that_shows_an_old_order_loses_nothing(letters: TitleList) -> None:
    stale = [entry_of(letters, name) for name in "ABCDE"]
    take_off_list(entry=stale[1])
    move_entry(entry=stale[4], to=1)
    move_entry(entry=stale[1], to=1)  # gone meanwhile
    move_entry(entry=stale[0], to=2)
    take_off_list(entry=stale[1])
    assert order_of(letters) == "EACD"


@pytest.mark.parametrize(
    "change",
    [
        lambda of, entry: remove_list(of=of),
        lambda of, entry: change_list(
            of=of, name="New", description="", tags=(), is_ranked=False, audience="everyone"
        ),
        lambda of, entry: add_to_list(to=of, title=entry.title),
        lambda of, entry: take_off_list(entry=entry),
        lambda of, entry: note_entry(entry=entry, note="Too late"),
        lambda of, entry: move_entry(entry=entry, to=1),
    ],
)
def test_a_tab_whose_list_was_deleted_finds_nothing(
    letters: TitleList, change: Callable[[TitleList, ListEntry], object]
) -> None:
    stale, entry = TitleList.objects.get(pk=letters.pk), entry_of(letters, "A")
    remove_list(of=letters)
    with pytest.raises(Http404):
        change(stale, entry)


def test_a_note_is_kept_and_a_too_long_one_comes_back(as_alice: Client, letters: TitleList) -> None:
    act(as_alice, letters, "A", act="note", note=" The  café\n scene. ")
    assert entry_of(letters, "A").note == "The café scene.", "its field has one line"
    response = act(as_alice, letters, "A", act="note", note="y" * 1001)
    assert response.status_code == 422
    assert "y" * 1001 in response.content.decode()
    assert entry_of(letters, "A").note == "The café scene."


@pytest.mark.parametrize("to", ["", "x", "0", "-3", "1.5", "10001", "99999999999999999999"])
def test_a_place_that_cannot_be_is_said_kindly(as_alice: Client, letters: TitleList, to: str) -> None:
    response = act(as_alice, letters, "A", act="to", to=to)
    assert response.status_code == 422
    assert order_of(letters) == "ABCDE"


def test_nobody_arranges_the_list_of_another(client: Client, letters: TitleList, bob: Member) -> None:
    client.force_login(bob)
    assert act(client, letters, "A", act="remove").status_code == 404
    put = reverse("reviews:list-put", args=[letters.pk])
    assert client.post(put, {"title": make_title().pk}).status_code == 404
    other = make_list(bob, make_title("Z"))
    address = reverse("reviews:list-entry", args=[other.pk, entry_of(letters, "A").pk])
    assert client.post(address, {"act": "remove"}).status_code == 404
    assert order_of(letters) == "ABCDE"


def test_titles_are_looked_for_and_put_in(as_alice: Client, letters: TitleList) -> None:
    heat = make_title("Heat", year=1995)
    refresh_search_names(title_ids=[heat.pk])
    found = as_alice.get(letters.get_arrange_url(), {"q": "heat"}).content.decode()
    assert "Heat" in found
    assert f'id="put-{heat.pk}"' in found
    put = reverse("reviews:list-put", args=[letters.pk])
    assert as_alice.post(put, {"title": heat.pk}).url == letters.get_arrange_url()
    as_alice.post(put, {"title": heat.pk})
    assert order_of(letters) == "ABCDEHeat"
    assert (
        f'id="put-{heat.pk}"' not in as_alice.get(letters.get_arrange_url(), {"q": "heat"}).content.decode()
    )


def test_htmx_gets_the_desk_as_it_is_now(as_alice: Client, letters: TitleList) -> None:
    address = reverse("reviews:list-entry", args=[letters.pk, entry_of(letters, "E").pk])
    response = as_alice.post(address, {"act": "to", "to": "1"}, headers={"hx-request": "true"})
    page = response.content.decode()
    assert "E is number 1 now." in page
    assert "<html" not in page
    assert page.index('data-name="E"') < page.index('data-name="A"')


@pytest.mark.parametrize("title", ["", "x", "0", "²", "999999", "9" * 20, "9" * 5000])
def test_what_is_no_title_is_not_put_in(as_alice: Client, letters: TitleList, title: str) -> None:
    put = reverse("reviews:list-put", args=[letters.pk])
    assert as_alice.post(put, {"title": title}).status_code == 404
    assert order_of(letters) == "ABCDE"


def test_a_title_is_put_into_lists_from_its_own_page(as_alice: Client, alice: Member) -> None:
    heat = make_title("Heat")
    holds, lacks = make_list(alice, heat, name="Holds it"), make_list(alice, name="Lacks it")
    address = reverse("reviews:list-add", args=[heat.pk])
    page = as_alice.get(address).content.decode()
    assert page.count("in it") == 1
    sent = {"title": heat.pk, "to_title": "1"}
    assert as_alice.post(reverse("reviews:list-put", args=[lacks.pk]), sent).url == address
    taken = as_alice.post(reverse("reviews:list-put", args=[holds.pk]), {**sent, "off": "1"})
    assert (order_of(holds), order_of(lacks)) == ("", "Heat")
    back = {"removed": taken.context["removed"], "to_title": "1"}
    assert as_alice.post(reverse("reviews:list-restore", args=[holds.pk]), back).url == address
    assert order_of(holds) == "Heat"


def test_a_full_top_ten_is_offered_for_arranging(as_alice: Client, alice: Member) -> None:
    top = make_list(alice, *(make_title(f"Film {number}") for number in range(10)), kind="top")
    page = as_alice.get(reverse("reviews:list-add", args=[make_title("Heat").pk])).content.decode()
    assert reverse("reviews:list-put", args=[top.pk]) not in page
    assert top.get_arrange_url() in page


def test_a_full_list_says_so(as_alice: Client, letters: TitleList, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TitleList, "most_titles", 5)
    put = reverse("reviews:list-put", args=[letters.pk])
    page = as_alice.post(put, {"title": make_title().pk}, follow=True).content.decode()
    assert "is full: it may hold 5 titles" in page
    assert order_of(letters) == "ABCDE"


# --- Merges -----------------------------------------------------------------------------------------------------


def test_diary_lines_and_places_in_lists_go_along_with_a_merge_and_come_back(
    alice: Member, sofie: Member
) -> None:
    kept, double, other = make_title("Kept"), make_title("Double"), make_title("Other")
    viewings = [make_viewing(alice, double), make_viewing(alice, double), make_viewing(alice, kept)]
    only_double = make_list(alice, other, double, name="Only the double")
    both = make_list(alice, double, other, kept, name="Both")
    merge = merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
    assert Viewing.objects.filter(title=kept).count() == 3
    assert [entry.title for entry in only_double.entries.for_page()] == [other, kept]
    assert [entry.title for entry in both.entries.for_page()] == [other, kept]
    undo_merge(merge=merge, by=sofie)
    assert Viewing.objects.filter(title=double).count() == 2
    assert Viewing.objects.get(pk=viewings[2].pk).title == kept
    assert [entry.title for entry in only_double.entries.for_page()] == [other, double]
    assert [entry.title for entry in both.entries.for_page()] == [double, other, kept]


def test_what_is_kept_of_a_title_that_was_just_merged_goes_to_what_it_became(
    alice: Member, sofie: Member
) -> None:
    kept, double = make_title("Kept"), make_title("Double")
    made = make_list(alice)
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
    log_viewing(member=alice, title=double, seen_on=None)
    add_to_list(to=made, title=double)
    watch(member=alice, title=double)
    assert Viewing.objects.get().title == kept
    assert made.entries.get().title == kept
    assert alice.watchlist.get().title == kept


def test_a_place_is_counted_among_the_titles_that_show(alice: Member, sofie: Member) -> None:
    titles = {name: make_title(name) for name in "ABC"}
    made = make_list(alice, titles["A"], titles["B"], titles["C"])
    merge_titles(kept=titles["C"], duplicate=titles["A"], by=sofie, reason="The same film twice")
    move_entry(entry=entry_of(made, "C"), to=1)
    assert [entry.title.name for entry in made.entries.for_page()] == ["C", "B"]
    assert list(made.entries.order_by("position").values_list("title__name", flat=True)) == ["C", "B", "A"]


# --- Two at once ------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_tabs_that_move_and_add_at_once_lose_no_title() -> None:
    alice = make_member("alice")
    made = make_list(alice, *(make_title(f"{number}") for number in range(12)))
    entries = list(made.entries.select_related("list", "title"))
    new = [make_title(f"new {number}") for number in range(6)]
    ready = Barrier(6)

    def work(number: int) -> None:
        try:
            ready.wait(timeout=30)
            for round_ in range(4):
                move_entry(entry=entries[(number * 2 + round_) % 12], to=(number + round_ * 3) % 12 + 1)
            add_to_list(to=made, title=new[number])
            add_to_list(to=made, title=new[0])
            take_off_list(entry=entries[number])
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as tabs:
        list(tabs.map(work, range(6)))
    names = set(made.entries.values_list("title__name", flat=True))
    assert names == {*(f"{number}" for number in range(6, 12)), *(f"new {number}" for number in range(6))}
    assert order_of(made)
