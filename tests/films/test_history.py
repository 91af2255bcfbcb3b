"""What was changed, undoing it, and locks."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.editing import locked_fields, read_facts
from films.models import Change, ExternalId, Genre, Lock, Proposal, Title, TitleKind
from films.services.editing import FactsLocked, lock_field, write_facts
from films.services.merging import merge_titles
from tests.asserts import assert_flat_queries
from tests.factories import make_member, make_person, make_title

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def film(db: None) -> Title:
    return make_title("Children of Heaven", year=1997, minutes=88)


def change(film: Title, actor: Member | None = None, **values: object) -> Change:
    return write_facts(film, values, actor=actor, origin=Change.Origin.STAFF)[0]


def test_the_history_is_public_and_says_who_when_and_what(client: Client, alice: Member, film: Title) -> None:
    proposal = Proposal.objects.create(title=film, section="films", author=alice, source="x")
    write_facts(film, {"year": 1998}, actor=alice, origin=Change.Origin.PROPOSAL, proposal=proposal)
    write_facts(film, {"minutes": 89}, actor=None, origin=Change.Origin.IMPORT, source="imdb")
    page = client.get(f"/titles/{film.pk}/history/").content.decode()
    for words in ("alice", "Year", '<del dir="auto">1997</del>', '<ins dir="auto">1998</ins>', "import"):
        assert words in page
    assert "csrf" not in page
    assert client.get("/titles/99999/history/").status_code == 404


def test_a_text_is_compared_word_by_word_and_a_list_line_by_line(client: Client, film: Title) -> None:
    plot = {"text": "A boy loses his shoes.", "language": "en", "source": "", "author": None}
    change(film, plot=plot)
    change(film, plot={**plot, "text": "A boy loses her shoes."})
    change(film, countries=["IR", "FR"])
    change(film, countries=["IR"])
    page = client.get(f"/titles/{film.pk}/history/").content.decode()
    assert "loses <del>his</del><ins>her</ins> shoes" in page
    assert '<del dir="auto">France</del>' in page
    assert "1 line stays" in page


def test_the_whole_history_is_read_page_by_page(client: Client, film: Title) -> None:
    for minutes in range(100, 135):
        change(film, minutes=minutes)
    first = client.get(f"/titles/{film.pk}/history/")
    second = client.get(f"/titles/{film.pk}/history/{first.context['page'].next_url}")
    shown = [line.change.new for answer in (first, second) for line in answer.context["lines"]]
    assert shown == list(range(134, 99, -1))
    assert client.get(f"/titles/{film.pk}/history/?after=nonsense").status_code == 302


def test_the_history_asks_as_much_for_many_changes_as_for_few(
    client: Client, alice: Member, mona: Member, film: Title
) -> None:
    numbers = iter(range(100, 200))

    def more() -> None:
        change(film, actor=make_member(), minutes=next(numbers))

    client.force_login(mona)
    assert_flat_queries(client, more, f"/titles/{film.pk}/history/", at_most=9)


def test_one_click_undoes_a_change_and_the_history_keeps_both(
    client: Client, mona: Member, film: Title
) -> None:
    done = change(film, year=1998)
    change(film, minutes=89)
    client.force_login(mona)
    assert "Undo this change" in client.get(f"/titles/{film.pk}/history/").content.decode()
    assert client.post(f"/changes/{done.pk}/revert/").status_code == 302
    film.refresh_from_db()
    assert (film.year, film.minutes) == (1997, 89)
    undone = Change.objects.first()
    assert undone is not None
    assert (undone.actor, undone.origin, undone.reverts, undone.old, undone.new) == (
        mona,
        "revert",
        done,
        1998,
        1997,
    )


def test_undoing_is_for_the_moderators_of_the_section(client: Client, alice: Member, film: Title) -> None:
    done = change(film, year=1998)
    for member in (None, alice, make_member("sara", sections=["shows"])):
        if member:
            client.force_login(member)
        assert client.get(f"/changes/{done.pk}/revert/").status_code == 404
        assert client.post(f"/changes/{done.pk}/revert/").status_code == 404
        assert client.post(f"/titles/{film.pk}/lock/", {"field": "", "reason": "x"}).status_code == 404
        assert "Undo this change" not in client.get(f"/titles/{film.pk}/history/").content.decode()
    film.refresh_from_db()
    assert film.year == 1998


def test_what_was_changed_again_since_is_shown_before_it_is_lost(
    client: Client, mona: Member, film: Title
) -> None:
    done = change(film, year=1998)
    change(film, year=1999)
    client.force_login(mona)
    asked = client.post(f"/changes/{done.pk}/revert/")
    assert asked.status_code == 409
    page = asked.content.decode()
    assert all(year in page for year in ("1997", "1998", "1999"))
    film.refresh_from_db()
    assert film.year == 1999
    agreed = asked.context["agreed"]
    change(film, year=1996)
    assert client.post(f"/changes/{done.pk}/revert/", {"agreed": agreed}).status_code == 409
    agreed = client.get(f"/changes/{done.pk}/revert/").context["agreed"]
    assert client.post(f"/changes/{done.pk}/revert/", {"agreed": agreed}).status_code == 302
    film.refresh_from_db()
    assert film.year == 1997


def test_what_cannot_be_stored_any_more_is_said(client: Client, mona: Member, film: Title) -> None:
    Genre.objects.create(slug="noir", name="Noir")
    change(film, genres=["noir"])
    done = change(film, genres=[])
    Genre.objects.filter(slug="noir").delete()
    client.force_login(mona)
    answer = client.post(f"/changes/{done.pk}/revert/", follow=True)
    assert "There is no genre" in answer.content.decode()


def test_a_name_is_never_undone_to_nothing(client: Client, mona: Member, film: Title) -> None:
    first = Change.objects.create(title=film, field="name", old=None, new=film.name, origin="proposal")
    client.force_login(mona)
    assert "Undo this change" not in client.get(f"/titles/{film.pk}/history/").content.decode()
    client.post(f"/changes/{first.pk}/revert/")
    film.refresh_from_db()
    assert film.name == "Children of Heaven"


def test_a_fact_that_is_no_more_is_still_told(client: Client, film: Title) -> None:
    Change.objects.create(title=film, field="colour", old="black", new="white", origin="staff")
    assert "black" in client.get(f"/titles/{film.pk}/history/").content.decode()


def test_a_lock_is_set_with_a_reason_and_taken_away(client: Client, mona: Member, film: Title) -> None:
    client.force_login(mona)
    url = f"/titles/{film.pk}/lock/"
    assert client.post(url, {"field": "year", "reason": ""}).status_code == 422
    assert client.post(url, {"field": "no-field", "reason": "x"}).status_code == 422
    client.post(url, {"field": "year", "reason": "Chosen on purpose"})
    assert locked_fields(film) == {"year": "Chosen on purpose"}
    assert "Chosen on purpose" in client.get(f"/titles/{film.pk}/history/").content.decode()
    client.post(url, {"field": "year", "reason": "Said again"})
    assert locked_fields(film) == {"year": "Said again"}
    client.post(url, {"field": "", "reason": "Everything"})
    client.post(url, {"unlock": "year"})
    assert locked_fields(film) == {"": "Everything"}
    assert Lock.objects.get().set_by == mona


@pytest.mark.parametrize("locked", ["year", ""])
@pytest.mark.parametrize("origin", ["proposal", "import"])
def test_a_lock_holds_back_members_and_importers_but_not_staff(film: Title, locked: str, origin: str) -> None:
    Lock.objects.create(title=film, field=locked, reason="On purpose")
    with pytest.raises(FactsLocked) as refused:
        write_facts(film, {"year": 1998}, actor=None, origin=Change.Origin(origin))
    assert refused.value.reasons == {"year": "On purpose"}
    assert write_facts(film, {"year": 1998}, actor=None, origin=Change.Origin.STAFF)


def test_a_merge_leaves_locked_facts_of_the_title_that_is_kept_alone(mona: Member, film: Title) -> None:
    double = make_title("Bacheha-ye Aseman", tagline="A little secret", original_language="fa")
    ExternalId.objects.create(title=film, source="imdb", value="tt0118849")
    ExternalId.objects.create(title=double, source="wikidata", value="Q838610")
    for field in ("tagline", "external_ids"):
        lock_field(item=film, field=field, reason="Checked", moderator=mona)
    merge_titles(kept=film, duplicate=double, by=mona, reason="The same film twice")
    assert read_facts(film, ["tagline", "external_ids", "original_language"]) == {
        "tagline": None,
        "external_ids": [{"source": "imdb", "value": "tt0118849"}],
        "original_language": "fa",
    }


def test_a_person_has_a_history_and_locks_of_their_own(client: Client, mona: Member) -> None:
    person = make_person("Majid Majidi")
    done = write_facts(person, {"born": "1959"}, actor=None, origin=Change.Origin.STAFF)[0]
    client.force_login(mona)
    client.post(f"/people/{person.pk}/lock/", {"field": "born", "reason": "As in the registry"})
    assert "As in the registry" in client.get(f"/people/{person.pk}/history/").content.decode()
    client.post(f"/changes/{done.pk}/revert/")
    assert read_facts(person, ["born"]) == {"born": None}


def test_a_duplicate_has_no_page_to_correct(client: Client, alice: Member, film: Title) -> None:
    kept = make_title("Kept", kind=TitleKind.FILM)
    Title.objects.filter(pk=film.pk).update(merged_into=kept)
    client.force_login(alice)
    assert client.get(f"/titles/{film.pk}/edit/").status_code == 404


def test_the_address_of_a_lock_leads_to_the_history(client: Client, mona: Member, film: Title) -> None:
    person = make_person("Amir Naji")
    assert client.get(f"/titles/{film.pk}/lock/").url == f"/titles/{film.pk}/history/"
    assert client.get(f"/people/{person.pk}/lock/").url == f"/people/{person.pk}/history/"


def test_the_history_tells_a_moderator_from_staff(client: Client, mona: Member, film: Title) -> None:
    change(film, mona, year=1998)
    change(film, make_member("sofie", is_staff=True), year=1999)
    lines = client.get(f"/titles/{film.pk}/history/").context["lines"]
    assert [str(line.origin) for line in lines] == ["staff", "moderator"]
