"""The panel of votes: what it says to whom, and what stays hidden from whom."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Audience, Block, Member
from films.models import Title
from films.services.listing import refresh_listings
from films.services.ranking import keep_rankings
from reviews.models import PastVote, Vote
from reviews.models.vote import UNDO_TIME
from reviews.services.voting import cast_vote, withdraw_vote
from reviews.standing import standing_of, votes_of
from tests.asserts import count_queries
from tests.factories import (
    make_follow,
    make_member,
    make_review,
    make_season,
    make_title,
    make_viewing,
    make_vote,
    make_votes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Heat", released_on=date(1995, 12, 15))


def panel_of(client: Client, title: Title, query: str = "") -> str:
    """The words of the panel, in one line."""
    page = client.get(title.get_absolute_url() + query).content.decode()
    found = re.search(r'<section class="panel rating-panel".*?</section>', page, re.S)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_the_mean_stands_with_its_uncertainty_and_the_number_of_votes(client: Client, film: Title) -> None:
    make_votes(film, {10: 5, 2: 5})
    panel = panel_of(client, film)
    # 1.96 · 2 / √10
    assert "± 1.24 , 10 votes" in panel
    assert "Uncertainty ± 1.24" in panel
    assert "Spread 2.00" in panel


def test_the_histogram_is_a_table_for_everybody_and_only_once(client: Client, film: Title) -> None:
    make_votes(film, {10: 5, 2: 5})
    page = client.get(film.get_absolute_url()).content.decode()
    assert page.count('<table class="hist-table">') == 1
    assert '<details class="fold rating-numbers">' in page


def test_too_few_votes_for_a_mean_have_no_histogram_that_tells_it(client: Client, film: Title) -> None:
    make_votes(film, {10: 4})
    pages = [film.get_absolute_url(), f"/titles/{film.pk}/votes/"]
    for url in pages:
        page = client.get(url).content.decode()
        assert "4 votes" in page
        assert "The mean appears from 5 votes on." in page
        assert '<figure class="hist' not in page
    # Who voted what stays with their names, as they want it.
    assert page.count('class="vote-row"') == 4
    make_votes(film, {2: 1})
    assert all('<figure class="hist' in client.get(url).content.decode() for url in pages)


def test_votes_that_wait_for_the_first_showing_are_said_in_number(client: Client, alice: Member) -> None:
    day = timezone.now().date() + timedelta(days=9)
    film = make_title(released_on=day)
    assert "Votes count from the first public showing on" in panel_of(client, film)
    cast_vote(member=alice, title=film, value=9)
    assert "1 vote waits for the first public showing on" in panel_of(client, film)
    cast_vote(member=make_member(), title=film, value=9)
    # What waits for something else is not promised to count on that day.
    make_vote(film, make_member(suspended_at=timezone.now()), counted=False)
    panel = panel_of(client, film)
    assert "2 votes wait for the first public showing on" in panel
    assert "they are kept and not counted" in panel


def test_a_title_that_was_shown_has_nothing_that_waits(film: Title, alice: Member) -> None:
    make_vote(film, counted=False)
    assert votes_of(film, alice).waiting == 0


def test_the_mean_among_those_one_follows_leads_to_their_names(
    client: Client, alice: Member, bob: Member, film: Title
) -> None:
    client.force_login(alice)
    assert "you follow" not in panel_of(client, film)
    carl, stranger = make_member("carl"), make_member()
    for member, value in ((bob, 10), (carl, 5), (stranger, 1)):
        make_vote(film, member, value)
    make_follow(alice, bob)
    make_follow(alice, carl)
    assert "3.75 among 2 members you follow" in panel_of(client, film)
    assert (
        f'href="/titles/{film.pk}/votes/?by=followed"' in client.get(film.get_absolute_url()).content.decode()
    )


def test_the_mean_among_those_one_follows_has_only_votes_that_they_show(alice: Member, film: Title) -> None:
    def followed(value: int, **fields: object) -> Member:
        member = make_member(**fields)
        make_vote(film, member, value)
        make_follow(alice, member)
        return member

    followed(2, votes_for=Audience.ME)
    followed(2, is_active=False)
    Block.objects.create(member=followed(2), other=alice)
    Block.objects.create(member=alice, other=followed(2))
    asked = make_member(votes_for=Audience.FOLLOWERS)
    make_vote(film, asked, 2)
    make_follow(alice, asked, accepted=False)
    make_vote(make_title(), followed(9, votes_for=Audience.FOLLOWERS), 1)
    Vote.objects.filter(member=followed(2)).update(counted=False)
    mean = votes_of(film, alice).followed
    assert mean is not None
    assert (mean.votes, mean.mean) == (1, 4.5)


def test_of_a_show_the_votes_on_its_seasons_stand_together(
    client: Client, alice: Member, bob: Member
) -> None:
    show = make_title("The Wire", kind="show")
    for number in (1, 2):
        make_vote(make_season(show, number), bob, 8)
    make_follow(alice, bob)
    client.force_login(alice)
    assert "4.00 in 2 votes of members you follow" in panel_of(client, show)


def test_all_of_it_is_one_query_of_the_page(
    client: Client, alice: Member, bob: Member, film: Title, django_assert_num_queries
) -> None:
    make_vote(film, bob)
    make_follow(alice, bob)
    cast_vote(member=alice, title=film, value=3)
    cast_vote(member=alice, title=film, value=4)
    with django_assert_num_queries(1):
        standing_of(film, alice)
    client.force_login(alice)
    assert len(count_queries(client, film.get_absolute_url())) <= 12


def test_the_first_vote_is_remembered_once_it_changed(client: Client, alice: Member, film: Title) -> None:
    client.force_login(alice)
    cast_vote(member=alice, title=film, value=7)
    assert "You first voted" not in panel_of(client, film)
    cast_vote(member=alice, title=film, value=9)
    assert "You first voted 3½, on" in panel_of(client, film)


# --- Hidden until one votes -----------------------------------------------------------------------------


@pytest.fixture
def hider(client: Client, film: Title) -> Member:
    make_votes(film, {10: 5, 2: 5})
    member = make_member("hider", hides_scores=True)
    client.force_login(member)
    return member


def scores_show(client: Client, title: Title, query: str = "") -> bool:
    page = client.get(title.get_absolute_url() + query).content.decode()
    panel = panel_of(client, title, query)
    shown = "3.00" in panel
    assert shown == ("10 votes" in panel) == ("hist-table" in page) == ('id="rating" data-shown' in page)
    assert shown != ("hidden until you vote" in panel)
    return shown


def test_scores_stay_hidden_until_one_votes(client: Client, hider: Member, film: Title) -> None:
    assert not scores_show(client, film)
    make_vote(film, hider)
    # Eleven votes: what is asked here is the mean.
    assert "10 votes" not in panel_of(client, film)
    assert "hidden until you vote" not in panel_of(client, film)


def test_scores_show_on_a_click(client: Client, hider: Member, film: Title) -> None:
    assert (
        f'href="{film.get_absolute_url()}?scores=1#your-vote"'
        in client.get(film.get_absolute_url()).content.decode()
    )
    assert scores_show(client, film, "?scores=1")


def test_others_see_the_scores(client: Client, alice: Member, hider: Member, film: Title) -> None:
    client.force_login(alice)
    assert scores_show(client, film)
    client.logout()
    assert scores_show(client, film)


def test_what_those_one_follows_think_is_hidden_too(
    client: Client, hider: Member, bob: Member, film: Title
) -> None:
    make_follow(hider, bob)
    make_vote(film, bob)
    assert "you follow" not in panel_of(client, film)
    assert "you follow" in panel_of(client, film, "?scores=1")


def test_the_scores_of_a_show_appear_with_a_vote_on_one_of_its_seasons(client: Client, hider: Member) -> None:
    show = make_title("The Wire", kind="show")
    season = make_season(show)
    make_votes(season, {8: 5})
    assert "hidden until you vote" in panel_of(client, show)
    make_vote(season, hider)
    assert "hidden until you vote" not in panel_of(client, show)


def test_the_answer_to_a_vote_shows_the_scores_and_so_does_taking_it_back(
    client: Client, hider: Member, film: Title
) -> None:
    for sent in ({"value": "7"}, {"withdraw": "1"}):
        answer = client.post(f"/titles/{film.pk}/vote/", sent, headers={"hx-request": "true"})
        assert "data-shown" in answer.content.decode()
    assert not scores_show(client, film)


def test_the_page_after_taking_back_shows_the_scores_and_offers_the_vote(
    client: Client, hider: Member, film: Title
) -> None:
    cast_vote(member=hider, title=film, value=7)
    withdraw_vote(member=hider, title=film)
    assert scores_show(client, film, "?undo=7")
    assert "Your vote of 3½ is gone." in panel_of(client, film, "?undo=7")
    assert not scores_show(client, film)


@pytest.mark.parametrize("undo", ["6", "07", "7777777", "103", "٧", "None", "", "-7"])
def test_no_link_offers_a_vote_that_was_not_taken_back_or_shows_the_scores(
    client: Client, hider: Member, film: Title, undo: str
) -> None:
    assert not scores_show(client, film, f"?undo={undo}")
    cast_vote(member=hider, title=film, value=7)
    withdraw_vote(member=hider, title=film)
    assert not scores_show(client, film, f"?undo={undo}")
    assert "is gone" not in panel_of(client, film, f"?undo={undo}")


def test_a_vote_is_not_offered_later_or_beside_another(client: Client, hider: Member, film: Title) -> None:
    cast_vote(member=hider, title=film, value=7)
    withdraw_vote(member=hider, title=film)
    cast_vote(member=hider, title=film, value=2)
    assert "is gone" not in panel_of(client, film, "?undo=7")
    withdraw_vote(member=hider, title=film)
    PastVote.objects.update(ended_at=timezone.now() - UNDO_TIME)
    assert not scores_show(client, film, "?undo=2")


@pytest.mark.parametrize("address", ["/", "/films/", "/top/", "/search/?q=Heat"])
def test_every_page_knows_that_scores_are_hidden_and_how_to_see_them(
    client: Client, alice: Member, hider: Member, film: Title, address: str
) -> None:
    page = client.get(address).content.decode()
    assert re.search(r"<body[^>]* data-scores=\"hidden\"", page)
    shown = f"{address}{'&' if '?' in address else '?'}scores=1"
    assert f'href="?{shown.partition("?")[2]}"'.replace("&", "&amp;") in page
    assert "data-scores" not in client.get(shown).content.decode()
    client.force_login(alice)
    assert "data-scores" not in client.get(address).content.decode()


LIFE = ["", "votes/", "messages/", "diary/", "statistics/", "year/2023/"]


@pytest.mark.parametrize("address", [*(f"/members/bob/{part}" for part in LIFE), "/feed/", "/reviews/{}/"])
def test_the_stars_of_others_hide_on_every_page_and_ones_own_on_none(
    client: Client, hider: Member, bob: Member, film: Title, address: str
) -> None:
    Vote.objects.all().delete()
    make_votes(film, {4: 5})
    Member.objects.filter(pk=bob.pk).update(history_for=Audience.EVERYONE)
    make_follow(hider, bob)
    for number in range(10):
        make_vote(make_title(), bob, 8, changed_at=datetime(2023, 3, 1 + number, tzinfo=UTC))
    cast_vote(member=bob, title=film, value=2)
    cast_vote(member=bob, title=film, value=9)
    make_viewing(bob, film, value=9)
    message = make_review(film, bob, is_opinion=True, headline="Seen", verdict=7)
    make_review(film, bob)
    page = client.get(address.format(message.pk if "reviews" in address else film.pk)).text
    # A verdict on the page of its text, and the vote panel's own parts, are marked by what is around them.
    drawn = re.findall(r'(<[^>]*>)\s*<svg class="(stars[^"]*)"', page)
    assert drawn
    assert all("vote-mark" in around + classes for around, classes in drawn)
    if "/members/" in address:
        client.force_login(bob)
        assert "vote-mark" not in client.get(address).text


def test_the_votes_on_a_title_stay_covered_until_one_votes_on_it_or_asks(
    client: Client, hider: Member, film: Title
) -> None:
    address = f"/titles/{film.pk}/votes/"
    for covered in (client.get(address).text, client.get(f"{address}?stars=10").text):
        assert "hidden until you vote" in covered
        assert '<svg class="stars' not in covered
        assert '<figure class="hist' not in covered
    assert 'href="?stars=10&amp;scores=1"' in covered
    asked = client.get(f"{address}?scores=1").text
    make_vote(film, hider)
    for page in (asked, client.get(address).text):
        assert '<figure class="hist' in page
        assert "data-shown" in page
        assert "score-mark" not in page


def test_the_places_of_a_title_stay_covered_until_one_votes_on_it_or_asks(
    client: Client, hider: Member, film: Title, settings: Settings
) -> None:
    settings.FILMSITE_RANKING_MINIMUM_VOTES = 1
    for value in range(1, 11):
        make_vote(make_title(), make_member(f"voter{value}"), value)
    refresh_listings()
    keep_rankings()
    address = reverse("films:rank-history", args=[film.pk, film.slug])
    covered = client.get(address).text
    assert "hidden until you vote" in covered
    assert 'class="standing"' not in covered
    asked = client.get(f"{address}?scores=1").text
    place = re.search(r'<p class="([^"]*)"><a href="' + address, client.get(film.get_absolute_url()).text)
    assert place is not None
    assert "vote-mark" in place[1]
    make_vote(film, hider)
    for page in (asked, client.get(address).text):
        assert 'class="standing"' in page
        assert "score-mark" not in page


def test_the_stars_beside_a_message_carry_the_mark_by_which_they_hide(
    client: Client, hider: Member, bob: Member, film: Title
) -> None:
    make_vote(film, bob)
    make_review(film, bob)
    assert '<span class="who-vote vote-mark">' in client.get(film.get_absolute_url()).content.decode()
