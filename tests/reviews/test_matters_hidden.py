"""What waits for its author's answer shows nowhere but to them and to moderators, and comes back whole."""

from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from accounts.models import Member
from films.services.search_names import refresh_search_names
from reviews.models import Case, CaseState, ImportRow, Review, TitleList
from reviews.moderation.targets import load_target
from reviews.services import bringing_in
from reviews.services.deciding import decide_case
from reviews.services.following import follow_subject
from reviews.services.publishing import publish_review
from reviews.services.reporting import report
from reviews.taking_out.archive import write_archive
from tests.factories import make_follow, make_list, make_member, make_review, make_title, make_translation

pytestmark = pytest.mark.django_db

WORD = "Unmistakably"
BODY = f"{WORD} the best thing that I saw all year, and I have seen a lot of things this year."


@pytest.fixture(autouse=True)
def _powers_without_second_factor(settings: Settings) -> None:
    settings.FILMSITE_STAFF_NEEDS_MFA = False


@pytest.fixture
def warden() -> Member:
    return make_member("warden", sections=["films", "shows", "members"])


@pytest.fixture
def reader(bob: Member, alice: Member) -> Client:
    """Bob, who follows Alice and whom her message answers."""
    make_follow(bob, alice)
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def message(alice: Member, bob: Member, reader: Client) -> Review:
    title = make_title("Heat")
    asked = make_review(title, bob, "What did you think of it?")
    return publish_review(author=alice, subject=title, body=BODY, language="en", parent=asked)


def decide(case: Case, moderator: Member, verdict: str) -> None:
    rule = "spoilers" if verdict != "keep" else ""
    decide_case(case=case, moderator=moderator, verdict=verdict, rule=rule, reason="Cover it, please.")
    case.refresh_from_db()


def case_about(matter: str, pk: int) -> Case:
    target = load_target(matter, pk)
    assert target is not None
    return report(target=target, reporter=make_member(), kind="spoilers", text="Look.").case


def places_of_message(message: Review, translation: int) -> list[str]:
    title = message.subject
    return [
        title.get_absolute_url(),
        message.get_absolute_url(),
        "/members/alice/",
        "/members/alice/messages/",
        "/feeds/messages.atom",
        f"/feeds/titles/{title.pk}.atom",
        "/feeds/members/alice.atom",
        "/api/v1/reviews/",
        f"/api/v1/reviews/{message.pk}/",
        "/search/messages/?q=saw",
        f"/translations/{translation}/",
        "/feed/",
        "/notifications/",
    ]


def where_it_shows(client: Client, places: list[str], words: str) -> list[str]:
    return [place for place in places if words in client.get(place, follow=True).text]


def test_a_hidden_message_shows_nowhere_until_it_is_found_fine(
    message: Review, alice: Member, bob: Member, warden: Member, reader: Client
) -> None:
    translation = make_translation(message, "nl", source_language="en")
    places, words = places_of_message(message, translation.pk), WORD
    assert where_it_shows(reader, places, words) == places
    alice.totals.refresh_from_db()
    counted = alice.totals.message_count
    case = case_about("review", message.pk)
    decide(case, warden, "hide")
    assert case.state == CaseState.WAITING

    assert where_it_shows(reader, places, words) == []
    assert where_it_shows(Client(), places, words) == []
    assert "hidden this text until its author answers" in reader.get(message.subject.get_absolute_url()).text
    message.subject.totals.refresh_from_db()
    alice.totals.refresh_from_db()
    assert (message.subject.totals.message_count, alice.totals.message_count) == (1, counted - 1)
    for act in ("reply", "report", "edit", "revisions"):
        assert reader.get(f"/reviews/{message.pk}/{act}/").status_code in (403, 404), act

    decide(case, warden, "keep")
    assert where_it_shows(reader, places, words) == places
    alice.totals.refresh_from_db()
    assert alice.totals.message_count == counted


def test_the_author_and_moderators_still_read_what_is_hidden(
    message: Review, alice: Member, warden: Member, mona: Member, client: Client
) -> None:
    decide(case_about("review", message.pk), warden, "hide")
    for viewer, is_author in ((alice, True), (mona, False)):
        client.force_login(viewer)
        for page in (message.get_absolute_url(), message.subject.get_absolute_url()):
            seen = client.get(page).text
            assert BODY in seen
            assert "only the author and moderators still see it" in seen
            assert ("Read why, and answer" in seen) == is_author
    client.force_login(make_member("shows", sections=["shows"]))
    assert BODY not in client.get(message.get_absolute_url()).text


def test_nobody_changes_or_takes_back_what_waits_for_a_decision(
    message: Review, alice: Member, warden: Member, client: Client
) -> None:
    """Taken back and put back again it would stand there as if nothing had been decided."""
    decide(case_about("review", message.pk), warden, "hide")
    client.force_login(alice)
    assert client.get(f"/reviews/{message.pk}/edit/").status_code == 403
    client.post(f"/reviews/{message.pk}/remove/")
    message.refresh_from_db()
    assert message.state == "hidden"


def test_who_follows_the_thread_has_nothing_unread_of_it(
    message: Review, bob: Member, warden: Member, reader: Client
) -> None:
    follow_subject(member=bob, subject=message.subject)
    later = publish_review(
        author=make_member(), subject=message.subject, body="Something new to read here.", language="en"
    )
    assert "nothing new" not in reader.get("/following/").text
    decide(case_about("review", later.pk), warden, "hide")
    assert "nothing new" in reader.get("/following/").text


def test_a_list_that_is_hidden_or_removed_is_for_its_owner_alone(
    alice: Member, reader: Client, warden: Member, mona: Member
) -> None:
    title = make_title("Heat")
    made = make_list(alice, title, name="A list by Alice", description="What to see first.")
    places = [
        made.get_absolute_url(),
        "/lists/",
        "/lists/?q=alice",
        title.get_absolute_url(),
        f"/titles/{title.pk}/lists/",
        "/members/alice/",
        "/members/alice/lists/",
        "/feed/",
    ]
    assert where_it_shows(reader, places, made.name) == places
    case = case_about("list", made.pk)
    own = Client()
    own.force_login(alice)
    moderators = Client()
    moderators.force_login(mona)
    for verdict in ("hide", "remove"):
        decide(case, warden, verdict)
        for stranger in (reader, Client(), moderators):
            assert where_it_shows(stranger, places, made.name) == [], verdict
        assert where_it_shows(own, places, made.name) == [places[0], *places[5:7]]
        assert "took this list away from readers" in own.get(made.get_absolute_url()).text
    decide(case, warden, "restore")
    assert where_it_shows(reader, places, made.name) == places


def test_what_the_owner_does_with_a_removed_list_shows_it_to_nobody(
    alice: Member, reader: Client, warden: Member
) -> None:
    made = make_list(alice, make_title("Heat"), name="A list by Alice")
    decide(case_about("list", made.pk), warden, "remove")
    own = Client()
    own.force_login(alice)
    own.post(f"/lists/{made.pk}/edit/", {"name": "Called otherwise", "audience": "everyone"})
    assert TitleList.objects.get().name == "Called otherwise"
    assert "Called otherwise" not in reader.get("/lists/").text


def test_what_a_moderator_took_away_comes_in_by_no_import_of_the_members_own_file(
    alice: Member, warden: Member, message: Review, client: Client
) -> None:
    title = make_title("Ran", year=1985)
    refresh_search_names(title_ids=[title.pk, message.title_id])
    made = make_list(alice, title, name="A list by Alice")
    decide(case_about("list", made.pk), warden, "remove")
    decide(case_about("review", message.pk), warden, "hide")
    file = BytesIO()
    write_archive(file, alice, made_at=timezone.now())
    carol = make_member("carol")
    row = bringing_in.start_import(member=carol, name="filmsite.zip", content=file.getvalue())
    bringing_in.read_import(row.pk)
    bringing_in.order_commit(row)
    bringing_in.commit_import(row.pk)
    assert not TitleList.objects.filter(owner=carol).exists()
    assert not Review.objects.filter(author=carol).exists()
    refused = ImportRow.objects.filter(of=row, reason="removed").values_list("kind", flat=True)
    assert sorted(refused) == ["list_entry", "review"]
