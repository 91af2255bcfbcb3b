"""An address outlives what it named: a wrong slug and a merged title lead to the page that is right."""

import pytest
from django.test import Client

from accounts.models import Member
from films.models import Title, TitleKind
from films.services.merging import merge_titles, undo_merge
from reviews.models import Review, Vote
from tests.factories import make_season, make_title, make_vote

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(sofie: Member) -> tuple[Title, Title]:
    kept, double = make_title("Children of Heaven"), make_title("Bacheha-ye Aseman")
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
    return kept, double


@pytest.mark.parametrize("below", ["", "credits/", "media/", "?page=2&sort=oldest", "credits/?a=%26"])
def test_every_page_of_a_merged_title_leads_to_the_same_page_of_the_one_it_became_one_with(
    client: Client, pair: tuple[Title, Title], below: str
) -> None:
    kept, double = pair
    answer = client.get(double.get_absolute_url() + below)
    assert (answer.status_code, answer["Location"]) == (301, kept.get_absolute_url() + below)
    assert "Location" not in client.get(answer["Location"])


def test_a_merged_title_of_the_same_name_leads_on_as_well(client: Client, sofie: Member) -> None:
    kept, double = make_title("Heat"), make_title("Heat")
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same film twice")
    assert client.get(double.get_absolute_url())["Location"] == kept.get_absolute_url()


def test_a_chain_of_merges_takes_one_step(client: Client, pair: tuple[Title, Title], sofie: Member) -> None:
    above = make_title("Les enfants du ciel")
    merge_titles(kept=above, duplicate=pair[0], by=sofie, reason="The same film a third time")
    for title in pair:
        assert client.get(title.get_absolute_url())["Location"] == above.get_absolute_url()


def test_after_an_undo_the_address_is_the_titles_own_again(
    client: Client, pair: tuple[Title, Title], sofie: Member
) -> None:
    kept, double = pair
    undo_merge(merge=kept.merges.get(), by=sofie)
    assert client.get(double.get_absolute_url()).status_code == 200


def test_seasons_of_merged_shows_lead_to_their_place(client: Client, sofie: Member) -> None:
    kept, double = make_title("The Wire", kind=TitleKind.SHOW), make_title("Wire", kind=TitleKind.SHOW)
    make_season(kept, 1)
    same, other = make_season(double, 1), make_season(double, 2)
    addresses = [season.get_absolute_url() for season in (same, other)]
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="The same show twice")
    for number, address in enumerate(addresses, 1):
        answer = client.get(f"{address}?sort=oldest")
        right = f"{kept.get_absolute_url()}season-{number}/?sort=oldest"
        assert (answer.status_code, answer["Location"]) == (301, right)


def test_a_merged_season_leads_to_the_number_it_has_now(client: Client, sofie: Member) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    kept, double = make_season(show, 2), make_season(show, 3)
    merge_titles(kept=kept, duplicate=double, by=sofie, reason="Counted twice")
    assert client.get(double.get_absolute_url())["Location"] == kept.get_absolute_url()
    again = make_season(show, 3)
    assert client.get(double.get_absolute_url()).context["title"] == again


def test_a_wrong_slug_leads_to_the_right_one(client: Client) -> None:
    film = make_title("Heat")
    for below in ("", "credits/"):
        answer = client.get(f"/films/{film.pk}-cold/{below}?page=1")
        assert answer["Location"] == f"{film.get_absolute_url()}{below}?page=1"


def test_nobody_finds_what_is_not_there(client: Client) -> None:
    show = make_title("The Wire", kind=TitleKind.SHOW)
    assert client.get("/films/999-x/").status_code == 404
    assert client.get(f"/films/{show.pk}-the-wire/").status_code == 404
    assert client.get(f"{show.get_absolute_url()}season-9/").status_code == 404


def test_what_is_sent_to_the_old_address_arrives_at_the_title_that_stands(
    client: Client, pair: tuple[Title, Title], alice: Member
) -> None:
    kept, double = pair
    client.force_login(alice)
    answer = client.post(f"/titles/{double.pk}/vote/", {"value": "8"})
    assert answer["Location"].startswith(kept.get_absolute_url())
    assert Vote.objects.get().title_id == kept.pk
    make_vote(kept)
    client.post(f"/titles/{double.pk}/vote/", {"withdraw": "1"})
    assert not Vote.objects.filter(member=alice).exists()
    client.post(f"/titles/{double.pk}/write/", {"body": "A race for shoes.", "language": "en", "send": "1"})
    assert set(Review.objects.values_list("title_id", flat=True)) == {kept.pk}
