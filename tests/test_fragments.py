"""Pieces of pages that are kept: never somebody else's, never of yesterday, and never needed."""

import re
from itertools import product

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.models import Title, TitleTotals, Trivia
from filmsite.lib.fragments import Fragments, key_of
from reviews.models import Draft, Review, ReviewState, Translation, TranslationStatus
from tests.factories import make_credit, make_person, make_review, make_title, make_vote, make_votes

pytestmark = pytest.mark.django_db

_TOKEN = re.compile(r"[A-Za-z0-9]{64}")


@pytest.fixture
def heat(alice: Member, bob: Member, mona: Member, db: None) -> Title:
    """A title with every sort of message: translated, a spoiler, taken back, removed, edited, answered, an opinion."""
    title = make_title("Heat", year=1995, genres=["Drama"])
    make_credit(title, make_person("Michael Mann"))
    make_votes(title, {8: 6})
    make_vote(title, alice, 9)
    first = make_review(title, alice, "Um filme enorme.", language="pt", source_hash="1" * 64)
    Translation.objects.create(
        review=first,
        source_hash=first.source_hash,
        source_language="pt",
        target="en",
        body="A huge film.",
        html="<p>A huge film.</p>",
        status=TranslationStatus.DONE,
        next_attempt_at=timezone.now(),
    )
    make_review(title, bob, "Indeed it is.", parent=first, root=first)
    make_review(title, bob, "He dies in the end.", is_spoiler=True)
    make_review(title, bob, "Never mind.", state=ReviewState.WITHDRAWN, withdrawn_at=timezone.now())
    make_review(title, alice, "Rude words.", state=ReviewState.REMOVED)
    make_review(title, mona, "Better now.", edited_at=timezone.now(), revision_number=2)
    make_review(title, bob, "Long " * 400, is_opinion=True, headline="On heat", verdict=8)
    return title


def read(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return _TOKEN.sub("", response.content.decode())


def client_of(member: Member | None) -> Client:
    client = Client()
    if member:
        client.force_login(member)
    return client


def test_nobody_sees_what_was_drawn_for_somebody_else(
    heat: Title, alice: Member, bob: Member, mona: Member, sam: Member, sofie: Member, settings: Settings
) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False
    first = Review.objects.earliest("pk")
    clients = [client_of(member) for member in (None, alice, bob, mona, sam, sofie)]
    queries = ["", "?sort=oldest", f"?original={first.pk}", f"?translated={first.pk}", "?opinions=1"]
    addresses = [heat.get_absolute_url() + query for query in queries] + [first.get_absolute_url()]
    sides = list(product(clients, addresses, ["en", "nl"]))
    alone = []
    for client, address, language in sides:
        cache.clear()
        alone.append(read(client, address, accept_language=language))
    assert len(set(alone)) > len(sides) / 2
    cache.clear()
    # Whichever comes first fills the cache for the others; the second round finds everything there.
    for order in (sides, list(reversed(sides))):
        shared = {side: read(side[0], side[1], accept_language=side[2]) for side in order}
        assert [shared[side] for side in sides] == alone


def test_a_second_reader_draws_no_message(heat: Title, monkeypatch: pytest.MonkeyPatch) -> None:
    before = read(Client(), heat.get_absolute_url())
    with monkeypatch.context() as patch:
        patch.setattr("reviews.templatetags.reviews.localise_html", lambda html: pytest.fail("drawn again"))
        assert read(Client(), heat.get_absolute_url()) == before


@pytest.mark.parametrize("signed_in", [False, True])
def test_a_removed_text_is_gone_at_once(heat: Title, bob: Member, signed_in: bool) -> None:
    client = client_of(bob if signed_in else None)
    assert "A huge film." in read(client, heat.get_absolute_url())
    Review.objects.filter(language="pt").update(state=ReviewState.REMOVED)
    page = read(client, heat.get_absolute_url())
    assert "A huge film." not in page
    assert "Um filme enorme." not in page


def test_an_edit_and_a_better_translation_show_at_once(heat: Title) -> None:
    read(Client(), heat.get_absolute_url())
    Review.objects.filter(body="Better now.").update(
        html="<p>Best now.</p>", body="Best now.", revision_number=9
    )
    Translation.objects.update(html="<p>An enormous film.</p>", body="An enormous film.")
    page = read(Client(), heat.get_absolute_url())
    assert ("Best now." in page, "Better now." in page) == (True, False)
    assert ("An enormous film." in page, "A huge film." in page) == (True, False)


def test_the_numbers_the_vote_and_the_badge_of_an_author_are_those_of_now(heat: Title, bob: Member) -> None:
    read(Client(), heat.get_absolute_url())
    make_review(None, bob)
    assert "4 messages · 0 votes" in read(Client(), heat.get_absolute_url())
    make_vote(None, bob)
    assert "4 messages · 1 vote<" in read(Client(), heat.get_absolute_url())
    make_vote(heat, bob, 3)
    assert "1½ of 5 stars" in read(Client(), heat.get_absolute_url())
    Member.objects.filter(pk=bob.pk).update(sections=["films"])
    assert read(Client(), heat.get_absolute_url()).count("(moderator films)") == 5


def test_facts_are_those_of_now_whoever_changed_them(heat: Title) -> None:
    assert "First in Chicago." not in read(Client(), heat.get_absolute_url())
    Title.objects.filter(pk=heat.pk).update(minutes=170)
    Trivia.objects.create(title=heat, text="First in Chicago.", language="en", source="A book")
    make_credit(heat, make_person("Al Pacino"), role="actor")
    TitleTotals.objects.filter(title=heat).update(h8=60, vote_count=61, vote_sum=489)
    page = read(Client(), heat.get_absolute_url())
    assert all(
        words in page for words in ("170 minutes", "First in Chicago.", "Al Pacino", '"ratingCount": 61')
    )


def test_a_setting_that_shows_less_does_so_at_once(heat: Title, settings: Settings) -> None:
    assert '"aggregateRating"' in read(Client(), heat.get_absolute_url())
    settings.FILMSITE_MEAN_MINIMUM_VOTES = 50
    assert '"aggregateRating"' not in read(Client(), heat.get_absolute_url())


def test_a_page_without_a_cache_is_the_same(
    heat: Title, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_cache = [read(client_of(member), heat.get_absolute_url()) for member in (None, bob)]
    monkeypatch.setattr(cache, "get_many", lambda keys, version=None: {})
    monkeypatch.setattr(cache, "set_many", lambda data, *args, **kwargs: list(data))
    assert [read(client_of(member), heat.get_absolute_url()) for member in (None, bob)] == with_cache


def test_neither_a_token_nor_a_draft_is_kept(
    heat: Title, bob: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, str] = {}
    monkeypatch.setattr(cache, "set_many", lambda data, *args, **kwargs: kept.update(data))
    client = client_of(bob)
    read(client, heat.get_absolute_url())
    assert any(key.startswith("fragment:composer:") for key in kept)
    kept.clear()
    Draft.objects.create(member=bob, title=heat, fields={"body": "Not yet said."}, saved_at=timezone.now())
    assert "Not yet said." in read(client, heat.get_absolute_url())
    make_vote(heat, bob, 4)
    read(client, heat.get_absolute_url())
    assert kept
    assert not [html for html in kept.values() if "csrfmiddlewaretoken" in html or "Not yet said." in html]


def test_a_key_tells_values_and_languages_apart() -> None:
    keys = {key_of("piece", *shown) for shown in ((1, "2"), ("1", 2), (1, "2", None), ("12",), ())}
    with translation.override("nl"):
        keys.add(key_of("piece", 1, "2"))
    assert len(keys) == 6


def test_pieces_are_fetched_and_stored_in_one_go_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(cache, "get_many", lambda keys: asked.append(keys) or {"a": "<b>A</b>"})
    monkeypatch.setattr(cache, "set_many", lambda data, seconds: asked.append(data))
    fragments = Fragments(["a", "", "b"])
    drawn = [fragments.draw(key, lambda key=key: f"<i>{key}</i>") for key in ("a", "b", "b", "")]
    fragments.store()
    assert drawn == ["<b>A</b>", "<i>b</i>", "<i>b</i>", "<i></i>"]
    assert asked == [["a", "b"], {"b": "<i>b</i>"}]
